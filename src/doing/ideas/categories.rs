//! What ideas may be about.

use super::rules::Refusal;
use super::{Ideas, Outcome, rules, store};
use crate::base::id::MemberId;
use crate::base::version::SeenState;
use crate::db::DbError;
use crate::kernel::trail::{self, Act, Thing};

/// The categories, as their trail knows them; they have no id.
pub const CATEGORIES: Thing = Thing { room: "ideas", kind: "idea_categories", id: uuid::Uuid::nil() };

impl Ideas {
    /// What an idea may be about.
    pub async fn categories(&self) -> Result<Vec<String>, DbError> {
        self.db.read(store::categories::list_categories).await
    }

    /// Puts other categories in the place of the present ones; ideas keep theirs. The same again changes nothing.
    pub async fn set_categories(
        &self,
        actor: MemberId,
        seen: Option<SeenState>,
        names: Vec<String>,
    ) -> Outcome<Vec<String>> {
        rules::check_categories(&names)?;
        self.db
            .write(move |tx| {
                tx.take_turn_on(CATEGORIES.kind)?;
                if store::categories::list_categories(tx.conn)? == names {
                    return Ok(names.clone());
                }
                CATEGORIES.changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                store::categories::replace_categories(tx.conn, &names)?;
                let act = Act {
                    actor: Some(actor),
                    action: "ideas.set_categories",
                    subject_kind: CATEGORIES.kind,
                    subject_id: CATEGORIES.id,
                    detail: names.clone(),
                };
                trail::note(tx, act)?;
                Ok(names.clone())
            })
            .await
    }
}
