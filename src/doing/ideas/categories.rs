//! What ideas may be about.

use super::{Ideas, Outcome, rules, store};
use crate::base::id::MemberId;
use crate::db::DbError;
use crate::kernel::trail::{self, Act};

impl Ideas {
    /// What an idea may be about.
    pub async fn categories(&self) -> Result<Vec<String>, DbError> {
        self.db.read(store::categories::list_categories).await
    }

    /// Puts other categories in the place of the present ones; ideas keep theirs.
    pub async fn set_categories(&self, actor: MemberId, names: Vec<String>) -> Outcome<Vec<String>> {
        rules::check_categories(&names)?;
        self.db
            .write(move |tx| {
                store::categories::replace_categories(tx.conn, &names)?;
                let act = Act {
                    actor: Some(actor),
                    action: "ideas.set_categories",
                    subject_kind: "idea_categories", // which have no id; the detail names them
                    subject_id: uuid::Uuid::nil(),
                    detail: names.clone(),
                };
                trail::note(tx, act)?;
                Ok(names.clone())
            })
            .await
    }
}
