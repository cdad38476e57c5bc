//! Pending resets as they are shown: to their member, and to those who may approve them.

use super::{OwnResets, REQUEST_SECONDS, SeenReset};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::DbError;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::model::{Invitation, InvitationId};
use crate::people::sessions::rules::Standing;
use crate::people::sessions::store;

/// Resets that one look at the database brings.
const RESETS_AT_ONCE: i64 = 200;

impl Sessions {
    /// What is pending about the member himself.
    pub async fn own_resets(&self, member: MemberId) -> Result<OwnResets, DbError> {
        let (sessions, now) = (self.clone(), self.db.now());
        self.db
            .read(move |conn| {
                let requested_at = store::resets::find_request(conn, member, now.plus_seconds(-REQUEST_SECONDS))?;
                let pending = store::resets::list_pending_of(conn, member, now)?;
                let resets = pending.into_iter().filter_map(|reset| sessions.seen(member, reset, now)).collect();
                Ok(OwnResets { requested_at, resets })
            })
            .await
    }

    /// Resets within an inviter's reach that were not redeemed yet, newest first, before `before`.
    pub async fn list_resets(
        &self,
        actor: MemberId,
        reach: Reach,
        before: Option<InvitationId>,
        limit: usize,
    ) -> Result<Vec<SeenReset>, DbError> {
        let (sessions, now) = (self.clone(), self.db.now());
        let asked = sessions.clone();
        let within = move |reset: Invitation| {
            let seen = sessions.seen(actor, reset, now)?;
            let shown = seen.card.id != actor && sessions.check_invitee(&reach, &seen.card).is_ok();
            shown.then_some(seen)
        };
        self.db
            .read(move |conn| {
                let (mut found, mut before) = (Vec::new(), before);
                loop {
                    let some = store::resets::list_pending(conn, now, before, RESETS_AT_ONCE)?;
                    let Some(last) = some.last().map(|reset| reset.id) else { break };
                    before = Some(last);
                    found.extend(some.into_iter().filter_map(&within));
                    if found.len() >= limit {
                        break;
                    }
                }
                found.truncate(limit);
                for seen in found.iter_mut().filter(|seen| seen.may_approve) {
                    seen.may_approve = !asked.may_be(conn, seen.reset.issued_by, actor, now.day())?;
                }
                Ok(found)
            })
            .await
    }

    pub(super) fn seen(&self, viewer: MemberId, reset: Invitation, now: Timestamp) -> Option<SeenReset> {
        let card = self.directory.member(reset.member_id)?;
        let standing = self.standing_of(&reset, now);
        let open = matches!(standing, Standing::NeedsApproval | Standing::Waits { .. });
        Some(SeenReset { may_approve: open && reset.issued_by != Some(viewer), reset, card, standing })
    }
}
