//! What members have allowed the mini-program to send: each accept is one message, and the platform does not say what is left.

use diesel::QueryResult;

use super::actions::Channels;
use super::model::ChannelName;
use super::store;
use crate::base::id::MemberId;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::NoticeKind;
use crate::people::platforms::Platform;

impl Channels {
    /// The template of the mini-program in which a kind of notice is put.
    pub(super) fn mini_template(&self, kind: NoticeKind) -> Option<String> {
        self.policy.template(kind, ChannelName::Mini).map(|template| template.id)
    }

    /// What a member has left, by template.
    pub(super) async fn quotas_of(&self, member: MemberId) -> Result<Vec<(String, i32)>, DbError> {
        self.db.read(move |conn| store::quotas_of(conn, member)).await
    }

    /// Puts down that a member has accepted templates, one message each.
    pub(super) async fn accept(&self, member: MemberId, templates: Vec<String>) -> Result<Vec<(String, i32)>, DbError> {
        let accepted = self.db.write(move |tx| -> Result<Vec<(String, i32)>, Stop<Never>> {
            let now = tx.now();
            for template in &templates {
                store::add_quota(tx.conn, member, template, 1, now)?;
            }
            Ok(store::quotas_of(tx.conn, member)?)
        });
        accepted.await.map_err(DbError::from)
    }
}

/// Forgets what a member has allowed, with his account in the mini-program.
pub(super) fn forget(tx: &mut Tx, member: MemberId, platform: Platform) -> QueryResult<()> {
    match platform {
        Platform::Mini => store::delete_quotas(tx.conn, member),
        Platform::Wecom | Platform::Wechat => Ok(()),
    }
}
