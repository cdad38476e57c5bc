//! Resets: a password set anew for somebody who ever signed in.
//!
//! Anyone who issues the code knows it, so the code alone must not do: it works once its member has asked for it from a
//! device of his own, or one other person who may invite him has approved it: one whose own account did not come from the
//! issuer, who would know its password. Where nobody else could, it works after a while. Until it is redeemed each of the
//! member's devices can refuse it. A code issued anew begins anew.

mod answers;
mod desk;
mod lists;
mod requests;
mod telling;

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::{Value, json};

use super::actions::Sessions;
use super::model::Invitation;
use super::openings::came_from;
use super::rules::{self, Refusal, Standing};
use super::store;
use super::wording::name_of;
use crate::base::capability::{Capability, Duty, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::trail::{self, Act};
use crate::people::members::Directory;
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;

type Outcome<T> = Result<T, Stop<Refusal>>;

crate::kernel::desk::kinds! {
    /// What is pending about a member's password on the desk.
    pub(super) RESET_ON_DESK = "password_reset" / "重设密码",
}

/// How long a member's own request makes a code work at once: over a long weekend.
const REQUEST_SECONDS: i64 = 72 * 3600;
/// How many of those who may approve, or issue, are told; the nearest ones. All of them find it in their list.
const TOLD: usize = 3;
/// A reset as it is shown to whom it concerns.
#[derive(Clone, Debug)]
pub struct SeenReset {
    pub reset: Invitation,
    pub card: Arc<MemberCard>,
    pub standing: Standing,
    /// Whether the viewer's yes would change something.
    pub may_approve: bool,
}

/// What a member is shown about himself.
#[derive(Clone, Debug)]
pub struct OwnResets {
    /// Since when he asks for a reset.
    pub requested_at: Option<Timestamp>,
    pub resets: Vec<SeenReset>,
}

/// What a code is issued with because its member ever signed in.
pub(super) struct NewReset {
    /// The member asked for it before.
    pub requested_at: Option<Timestamp>,
    pub waits_until: Option<Timestamp>,
    /// Who is asked to approve it.
    pub asked: Vec<MemberId>,
}

/// Everybody who may invite, by the units on which the duties are.
pub(super) struct Inviters(HashMap<UnitId, Vec<(MemberId, Reach)>>);

impl Inviters {
    pub(super) fn of(directory: &Directory, today: Day) -> Inviters {
        let mut by_unit: HashMap<UnitId, Vec<(MemberId, Reach)>> = HashMap::new();
        directory.each_member(|card, _| {
            if card.duties.is_empty() || card.status == MemberStatus::Left {
                return;
            }
            let holds = card.duties.iter().filter(|duty| duty.holds_on(today));
            let duties: Vec<Duty> = holds.map(|duty| Duty { role: duty.role, unit: duty.unit_id }).collect();
            if let Some(Reach::Below(units)) = Reach::of(&duties, Capability::Invite) {
                let reach = Reach::Below(units.clone());
                units.into_iter().for_each(|unit| by_unit.entry(unit).or_default().push((card.id, reach.clone())));
            }
        });
        Inviters(by_unit)
    }

    /// Who may invite the member of `card`, the nearest first, without himself and `issuer`.
    fn whose(&self, sessions: &Sessions, card: &MemberCard, issuer: Option<MemberId>) -> Vec<MemberId> {
        let tree = sessions.directory.tree();
        let path = tree.get(card.unit).map(|unit| unit.path.clone()).unwrap_or_default();
        let mut found = Vec::new();
        for (member, reach) in path.iter().filter_map(|unit| self.0.get(unit)).flatten() {
            let other = *member != card.id && Some(*member) != issuer && !found.contains(member);
            if other && sessions.check_invitee(reach, card).is_ok() {
                found.push(*member);
            }
        }
        found
    }
}

impl Sessions {
    /// What a code for the registered member of `card` is issued with. A request of his own is used up by it.
    pub(super) fn new_reset(
        &self,
        tx: &mut Tx,
        issuer: Option<MemberId>,
        card: &MemberCard,
        inviters: &Inviters,
    ) -> QueryResult<NewReset> {
        let requested_at = store::resets::find_request(tx.conn, card.id, tx.now().plus_seconds(-REQUEST_SECONDS))?;
        if requested_at.is_some() {
            store::resets::delete_request(tx.conn, card.id)?;
            return Ok(NewReset { requested_at, waits_until: None, asked: Vec::new() });
        }
        let mut asked = Vec::new();
        for member in self.present(tx, inviters.whose(self, card, issuer))? {
            if !self.may_be(tx.conn, issuer, member, tx.today())? {
                asked.push(member);
            }
        }
        let waits_until = asked.is_empty().then(|| tx.now().plus_seconds(self.terms.reset_wait_seconds()));
        Ok(NewReset { requested_at, waits_until, asked })
    }

    /// Those who ever signed in: nobody else can tap anything.
    fn present(&self, tx: &mut Tx, mut members: Vec<MemberId>) -> QueryResult<Vec<MemberId>> {
        let registered = store::list_registered(tx.conn, &members)?;
        members.retain(|member| registered.contains(member));
        Ok(members)
    }

    /// How a reset stands, with the duties that people hold now.
    pub(super) fn standing_of(&self, reset: &Invitation, now: Timestamp) -> Standing {
        rules::standing(reset, |member| self.still_may_invite(member, reset.member_id, now), now)
    }

    /// Whether `inviter` may invite `member` at `now`.
    pub(super) fn still_may_invite(&self, inviter: MemberId, member: MemberId, now: Timestamp) -> bool {
        let reach = self.directory.person(inviter, now.day()).and_then(|person| person.reach(Capability::Invite));
        let card = self.directory.member(member);
        reach.zip(card).is_some_and(|(reach, card)| self.check_invitee(&reach, &card).is_ok())
    }

    /// A reset in the trail: which, and by whose hands.
    fn told_of(&self, reset: &Invitation) -> Value {
        let name = |member: Option<MemberId>| member.map(|_| name_of(&self.directory, member));
        json!({
            "reset_id": reset.id,
            "issued_by": reset.issued_by, "issuer": name(reset.issued_by),
            "approved_by": reset.approved_by, "approver": name(reset.approved_by),
        })
    }
}

impl Sessions {
    /// Whether issuer and approver may be one person in two accounts, of which one opened the other.
    ///
    /// An administrator approves what came from an account that he opened: in most enterprises he opened them all, and
    /// members would wait for a day although an administrator is there. The trail names both.
    fn may_be(&self, conn: &mut Conn, issuer: Option<MemberId>, approver: MemberId, today: Day) -> QueryResult<bool> {
        let Some(issuer) = issuer else { return Ok(false) };
        if came_from(conn, approver, issuer)? {
            return Ok(true);
        }
        let person = self.directory.person(approver, today);
        let administers = person.is_some_and(|person| person.reach(Capability::ManageMembers).is_some());
        if administers { Ok(false) } else { came_from(conn, issuer, approver) }
    }

    /// What a unit is called for short.
    pub fn unit_name(&self, unit: UnitId) -> String {
        self.directory.unit_name(unit)
    }

    /// A member's name as the room says it.
    pub fn member_name(&self, member: MemberId) -> String {
        name_of(&self.directory, Some(member))
    }
}

fn note(tx: &mut Tx, actor: MemberId, action: &str, member: MemberId, detail: Value) -> QueryResult<()> {
    trail::note(tx, Act { actor: Some(actor), action, subject_kind: "member", subject_id: member.uuid(), detail })
}

fn tell(tx: &mut Tx, who: MemberId, title: String, body: String, link: &str) -> QueryResult<()> {
    let kind = NoticeKind::SECURITY;
    notices::tell(tx, NewNotice { to: To::Member(who), kind, title, body, link: Some(link.into()) })
}
