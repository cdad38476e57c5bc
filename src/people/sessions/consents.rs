//! Agreeing to the privacy notice: kept by version, with its instant.

use super::actions::{Outcome, Sessions};
use super::model::{PrivacyConsent, PrivacyNotice};
use super::rules::Refusal;
use super::store::consents;
use crate::base::id::MemberId;
use crate::db::DbError;

impl Sessions {
    /// The privacy notice that holds.
    pub fn privacy_notice(&self) -> Option<PrivacyNotice> {
        self.privacy.notice()
    }

    /// Puts down that a member agreed to the notice of that version, which holds. Again it changes nothing.
    pub async fn agree_to_privacy(&self, member: MemberId, version: String) -> Outcome<()> {
        if self.privacy_notice().is_none_or(|notice| notice.version != version) {
            return Err(Refusal::OtherPrivacyNotice.into());
        }
        self.db
            .write(move |tx| {
                let consent = PrivacyConsent { member_id: member, version: version.clone(), agreed_at: tx.now() };
                Ok(consents::insert(tx.conn, &consent)?)
            })
            .await
    }

    /// What a member agreed to, newest first.
    pub async fn privacy_consents(&self, member: MemberId) -> Result<Vec<PrivacyConsent>, DbError> {
        self.db.read(move |conn| consents::list(conn, member)).await
    }
}
