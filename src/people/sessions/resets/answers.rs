//! Resets approved and refused: by the second person, and by their member.

use super::{Outcome, RESET_ON_DESK, SeenReset, note};
use crate::base::approval::{Answer, NoAnswer};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::db::Tx;
use crate::kernel::desk;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::model::{Invitation, InvitationId};
use crate::people::sessions::rules::{self, Refusal, Standing};
use crate::people::sessions::store;

impl Sessions {
    /// Approves a reset as the second person. Again, or after somebody else, it changes nothing.
    pub async fn approve_reset(&self, actor: MemberId, reach: Reach, id: InvitationId) -> Outcome<SeenReset> {
        let sessions = self.clone();
        self.db
            .write(move |tx| {
                let reset = lock_row(tx, id)?;
                let card = sessions.directory.member(reset.member_id).filter(|card| card.id != actor);
                let card = card.ok_or(Refusal::NoSuchReset)?;
                sessions.check_invitee(&reach, &card).map_err(|refusal| match refusal {
                    Refusal::NoSuchMember => Refusal::NoSuchReset,
                    other => other,
                })?;
                let standing = sessions.standing_of(&reset, tx.now());
                match (rules::proposal(&reset, standing).answer(Answer::Approve, actor, tx.now()), standing) {
                    (Ok(_), _) => {}
                    (Err(NoAnswer::Over(_)), Standing::Refused { at }) => {
                        return Err(Refusal::ResetRefused { at }.into());
                    }
                    (Err(_), _) => return Err(Refusal::OwnReset.into()),
                }
                if sessions.may_be(tx.conn, reset.issued_by, actor, tx.today())? {
                    return Err(Refusal::IssuersAccount.into());
                }
                sessions.approve(tx, actor, reset)
            })
            .await
    }

    /// Approves a reset of oneself, from a device on which one is signed in.
    pub async fn approve_own_reset(&self, member: MemberId, id: InvitationId) -> Outcome<SeenReset> {
        let sessions = self.clone();
        self.db
            .write(move |tx| {
                let reset = lock_own(tx, member, id)?;
                sessions.approve(tx, member, reset)
            })
            .await
    }

    fn approve(&self, tx: &mut Tx, actor: MemberId, mut reset: Invitation) -> Outcome<SeenReset> {
        let now = tx.now();
        match self.standing_of(&reset, now) {
            Standing::Refused { at } => return Err(Refusal::ResetRefused { at }.into()),
            Standing::Effective { .. } => {}
            Standing::NeedsApproval | Standing::Waits { .. } => {
                store::resets::approve(tx.conn, reset.id, actor, now)?;
                self.lay_reset_on_desk(tx, reset.member_id, None)?;
                (reset.approved_by, reset.approved_at) = (Some(actor), Some(now));
                note(tx, actor, "sessions.approve_reset", reset.member_id, self.told_of(&reset))?;
                self.tell_approved(tx, &reset)?;
            }
        }
        self.seen(actor, reset, now).ok_or_else(|| Refusal::NoSuchReset.into())
    }

    /// Refuses a reset of oneself from a device on which one is signed in; also one that was approved, until it is
    /// redeemed. Again it changes nothing.
    pub async fn refuse_reset(&self, member: MemberId, id: InvitationId) -> Outcome<SeenReset> {
        let sessions = self.clone();
        self.db
            .write(move |tx| {
                let mut reset = lock_own(tx, member, id)?;
                let now = tx.now();
                if reset.refused_at.is_none() {
                    store::resets::refuse(tx.conn, id, now)?;
                    store::resets::delete_request(tx.conn, member)?;
                    desk::clear(tx, RESET_ON_DESK, member.uuid())?;
                    reset.refused_at = Some(now);
                    note(tx, member, "sessions.refuse_reset", member, sessions.told_of(&reset))?;
                    sessions.tell_refused(tx, &reset)?;
                }
                sessions.seen(member, reset, now).ok_or_else(|| Refusal::NoSuchReset.into())
            })
            .await
    }
}

/// A pending reset in its member's turn, so that of an approval, a refusal and a redemption one comes after the other.
fn lock_row(tx: &mut Tx, id: InvitationId) -> Outcome<Invitation> {
    let now = tx.now();
    let found = store::resets::find_pending(tx.conn, id, now)?.ok_or(Refusal::NoSuchReset)?;
    tx.take_turn(found.member_id)?;
    store::resets::find_pending(tx.conn, id, now)?.ok_or_else(|| Refusal::NoSuchReset.into())
}

fn lock_own(tx: &mut Tx, member: MemberId, id: InvitationId) -> Outcome<Invitation> {
    let reset = lock_row(tx, id)?;
    if reset.member_id == member { Ok(reset) } else { Err(Refusal::NoSuchReset.into()) }
}
