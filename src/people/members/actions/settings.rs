//! What a member sets for himself.

use serde_json::json;

use super::{Members, Outcome};
use crate::base::id::MemberId;
use crate::db::DbError;
use crate::kernel::trail::{self, Act};
use crate::people::members::model::MemberSettings;
use crate::people::members::rules;
use crate::people::members::store;

impl Members {
    /// What the member has set, or what applies to anyone who never has.
    pub async fn settings_of(&self, member: MemberId) -> Result<MemberSettings, DbError> {
        Ok(self.db.read(move |conn| store::settings::find(conn, member)).await?.unwrap_or_default())
    }

    /// Sets all of it.
    pub async fn set_settings(&self, member: MemberId, settings: MemberSettings) -> Outcome<MemberSettings> {
        rules::check_settings(&settings)?;
        self.db
            .write(move |tx| {
                let now = tx.now();
                store::settings::put(tx.conn, member, &settings, now)?;
                let act = Act {
                    actor: Some(member),
                    action: "members.set_settings",
                    subject_kind: "member",
                    subject_id: member.uuid(),
                    detail: json!({ "settings": &settings }),
                };
                trail::note(tx, act)?;
                Ok(settings.clone())
            })
            .await
    }
}
