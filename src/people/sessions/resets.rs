//! Resets: a password set anew for somebody who ever signed in.
//!
//! Anyone who issues the code knows it, so the code alone must not do: it works once its member has asked for it from a
//! device of his own, or one other person who may invite him has approved it: one whose own account did not come from the
//! issuer, who would know its password. Where nobody else could, it works after a while. Until it is redeemed each of the
//! member's devices can refuse it. A code issued anew begins anew.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::{Value, json};

use super::actions::Sessions;
use super::model::{Invitation, InvitationId};
use super::openings::came_from;
use super::rules::{self, Refusal, Standing};
use super::store;
use super::wording::{name_of, said};
use crate::base::approval::{Answer, NoAnswer};
use crate::base::capability::{Capability, Duty, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::fold;
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::ground::notices::{self, LastingText, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::kernel::trail::{self, Act};
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;
use crate::people::members::{Desks, Directory};

type Outcome<T> = Result<T, Stop<Refusal>>;

crate::kernel::desk::kinds! {
    /// What is pending about a member's password on the desk.
    pub(super) RESET_ON_DESK = "password_reset" / "重设密码",
}

/// How long a member's own request makes a code work at once: over a long weekend.
const REQUEST_SECONDS: i64 = 72 * 3600;
/// How many of those who may approve, or issue, are told; the nearest ones. All of them find it in their list.
const TOLD: usize = 3;
/// Members whose resets one transaction lays out anew.
const LAID_AT_ONCE: usize = 50;
/// Resets that one look at the database brings.
const RESETS_AT_ONCE: i64 = 200;

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

    /// Has what is pending about a member's password wait for those who could do something about it: issue the code that
    /// he asks for, or approve the one that was issued. Nothing waits when nothing is pending, or nobody could.
    pub(super) fn lay_reset_on_desk(
        &self,
        tx: &mut Tx,
        member: MemberId,
        inviters: Option<&Inviters>,
    ) -> QueryResult<()> {
        let card = self.directory.member(member).filter(|card| card.status != MemberStatus::Left);
        let item = card.map(|card| self.waiting_reset(tx, &card, inviters)).transpose()?.flatten();
        self.desks.replace(tx, RESET_ON_DESK, member.uuid(), item)
    }

    fn waiting_reset(
        &self,
        tx: &mut Tx,
        card: &MemberCard,
        inviters: Option<&Inviters>,
    ) -> QueryResult<Option<NewItem>> {
        let now = tx.now();
        let pending = store::resets::list_pending_of(tx.conn, card.id, now)?;
        let open = pending.into_iter().find(|reset| self.standing_of(reset, now) == Standing::NeedsApproval);
        let requested_at = store::resets::find_request(tx.conn, card.id, now.plus_seconds(-REQUEST_SECONDS))?;
        let (title, link, until, issuer) = match (&open, requested_at) {
            (Some(reset), _) => ("确认重设密码的邀请码", "/resets", reset.expires_at, reset.issued_by),
            (None, Some(at)) => ("发放重设密码的邀请码", "/invitations", at.plus_seconds(REQUEST_SECONDS), None),
            (None, None) => return Ok(None),
        };
        let looked_up = inviters.is_none().then(|| Inviters::of(&self.directory, tx.today()));
        let Some(inviters) = inviters.or(looked_up.as_ref()) else { return Ok(None) };
        let near = inviters.whose(self, card, issuer);
        let mut can = self.present(tx, near.clone())?;
        if open.is_some() {
            let mut others = Vec::new();
            for member in can {
                if !self.may_be(tx.conn, issuer, member, tx.today())? {
                    others.push(member);
                }
            }
            can = others;
        }
        let home = self.directory.path(card.id).map(|path| path.to_vec());
        let paths: Vec<Vec<UnitId>> = home.into_iter().chain(self.directory.duty_paths(card)).collect();
        let Some(unit) = Desks::common_unit(&paths) else { return Ok(None) };
        let cannot = near.into_iter().filter(|member| !can.contains(member));
        Ok(Some(NewItem {
            kind: RESET_ON_DESK,
            subject: card.id.uuid(),
            title: format!("核实{}（{}）本人的要求，{title}", card.name, card.employee_no),
            link: link.into(),
            due: Some(Due::At(until)),
            urgency: Urgency::Urgent,
            whose: Whose::Holders(Post { capability: Capability::Invite, unit }),
            barred: cannot.chain([card.id]).chain(issuer).collect(),
        }))
    }

    /// Lays out what waited before there was a desk of all rooms.
    pub(super) async fn lay_old_on_desk(&self) -> Result<(), DbError> {
        let sessions = self.clone();
        self.unlaid
            .work_off(&self.db, move |tx, id| {
                let member = MemberId::from(id);
                tx.take_turn(member)?;
                sessions.lay_reset_on_desk(tx, member, None)
            })
            .await
    }

    /// Lays out anew what is pending, by the roster as it is now.
    pub(super) async fn lay_anew_on_desk(&self) -> Result<(), DbError> {
        let now = self.db.now();
        let pending = move |conn: &mut Conn| {
            let mut members = store::resets::list_requested(conn, now.plus_seconds(-REQUEST_SECONDS))?;
            members.extend(store::resets::list_members_pending(conn, now)?);
            Ok(members)
        };
        let mut members = self.db.read(pending).await?;
        members.sort_unstable();
        members.dedup();
        if members.is_empty() {
            return Ok(());
        }
        let inviters = Arc::new(Inviters::of(&self.directory, now.day()));
        for some in members.chunks(LAID_AT_ONCE) {
            let (sessions, inviters, some) = (self.clone(), inviters.clone(), some.to_vec());
            let lay = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                tx.take_turns(some.iter().copied())?;
                let lay = |member: &MemberId| sessions.lay_reset_on_desk(tx, *member, Some(&inviters));
                Ok(some.iter().try_for_each(lay)?)
            };
            self.db.write(lay).await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// Those who ever signed in: nobody else can tap anything.
    fn present(&self, tx: &mut Tx, mut members: Vec<MemberId>) -> QueryResult<Vec<MemberId>> {
        let registered = store::list_registered(tx.conn, &members)?;
        members.retain(|member| registered.contains(member));
        Ok(members)
    }

    /// Tells members that codes were issued for them, and those who may approve that they are asked.
    pub(super) fn tell_issued(&self, tx: &mut Tx, issued: &[(Invitation, NewReset)]) -> QueryResult<()> {
        let mut asked: BTreeMap<MemberId, Vec<MemberId>> = BTreeMap::new();
        for (reset, new) in issued {
            let issuer = name_of(&self.directory, reset.issued_by);
            let how = match self.standing_of(reset, tx.now()) {
                Standing::Effective { .. } => "按您本人的申请，邀请码已可使用。".to_owned(),
                Standing::Waits { until } => {
                    format!("没有其他人可以确认，邀请码将于{}生效；在此之前您可以在任一设备上拒绝。", said(until))
                }
                _ => "须经另一位有权发码的人或您本人确认后才能使用。".to_owned(),
            };
            let text = LastingText {
                title: "有人为您发放了重设密码的邀请码".into(),
                body: format!(
                    "{issuer}于{}为您发放了重设密码的邀请码。{how}如果不是您本人要求的，请拒绝。",
                    said(reset.created_at)
                ),
                link: Some("/me/resets".into()),
            };
            notices::tell_for_good(tx, reset.member_id, NoticeKind::SECURITY, text)?;
            new.asked.iter().take(TOLD).for_each(|who| asked.entry(*who).or_default().push(reset.member_id));
        }
        for (who, members) in asked {
            let issuer = name_of(&self.directory, issued.first().and_then(|(reset, _)| reset.issued_by));
            let first = name_of(&self.directory, members.first().copied());
            let whom = if members.len() == 1 { first } else { format!("{first}等 {} 人", members.len()) };
            let body = format!("{issuer}为{whom}发放了重设密码的邀请码，请核实是本人要求后再确认。");
            tell(tx, who, "重设密码等待您确认".into(), body, "/resets")?;
        }
        Ok(())
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

    /// Takes down that a member asks for a reset, from a device that shows it had a session of his. Says nothing of
    /// whether there is such a member or such a device.
    pub async fn request_reset(&self, employee_no: &str, device_key: &str) -> Result<(), DbError> {
        let employee_no = fold(employee_no).to_uppercase();
        let found =
            self.db.read(move |conn| crate::people::members::store::find_by_employee_no(conn, &employee_no)).await?;
        let nobody = MemberId::from(uuid::Uuid::nil());
        let asked = found.as_ref().map_or(nobody, |member| member.id);
        let salt = self.db.read(move |conn| store::find_device_salt(conn, asked)).await?;
        let known = self.tokens.is_device_key(device_key, asked, salt.as_deref());
        let Some(member) = found.filter(|member| known && member.status != MemberStatus::Left) else { return Ok(()) };
        let sessions = self.clone();
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> { Ok(sessions.take_request(tx, member.id)?) })
            .await
            .map_err(DbError::from)
    }

    fn take_request(&self, tx: &mut Tx, member: MemberId) -> QueryResult<()> {
        tx.take_turn(member)?;
        let now = tx.now();
        if store::resets::find_request(tx.conn, member, now.plus_seconds(-REQUEST_SECONDS))?.is_some() {
            return Ok(());
        }
        note(tx, member, "sessions.request_reset", member, json!({}))?;
        let body = format!(
            "{}，您在自己的设备上申请重设密码；邀请码发放后即可使用。如果不是您本人申请的，请立即撤回。",
            said(now)
        );
        tell(tx, member, "您已申请重设密码".into(), body, "/me/resets")?;
        let pending = store::resets::list_pending_of(tx.conn, member, now)?;
        let waiting = |reset: &&Invitation| {
            matches!(self.standing_of(reset, now), Standing::NeedsApproval | Standing::Waits { .. })
        };
        if let Some(reset) = pending.iter().find(waiting) {
            store::resets::approve(tx.conn, reset.id, member, now)?;
            return self.lay_reset_on_desk(tx, member, None);
        }
        store::resets::put_request(tx.conn, member, now)?;
        self.lay_reset_on_desk(tx, member, None)?;
        let Some(card) = self.directory.member(member) else { return Ok(()) };
        let near = Inviters::of(&self.directory, tx.today()).whose(self, &card, None);
        for who in self.present(tx, near)?.into_iter().take(TOLD) {
            let body = format!("{}（{}）申请重设密码，请核实是本人后发放邀请码。", card.name, card.employee_no);
            tell(tx, who, "有人申请重设密码".into(), body, "/invitations")?;
        }
        Ok(())
    }

    /// Takes a member's own request back.
    pub async fn withdraw_request(&self, member: MemberId) -> Outcome<()> {
        let sessions = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                if !store::resets::delete_request(tx.conn, member)? {
                    return Err(Refusal::NoResetRequest.into());
                }
                sessions.lay_reset_on_desk(tx, member, None)?;
                Ok(note(tx, member, "sessions.withdraw_reset_request", member, json!({}))?)
            })
            .await
    }

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

    fn seen(&self, viewer: MemberId, reset: Invitation, now: Timestamp) -> Option<SeenReset> {
        let card = self.directory.member(reset.member_id)?;
        let standing = self.standing_of(&reset, now);
        let open = matches!(standing, Standing::NeedsApproval | Standing::Waits { .. });
        Some(SeenReset { may_approve: open && reset.issued_by != Some(viewer), reset, card, standing })
    }

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

    fn tell_approved(&self, tx: &mut Tx, reset: &Invitation) -> QueryResult<()> {
        let name = |member| name_of(&self.directory, member);
        let (issuer, approver) = (name(reset.issued_by), name(reset.approved_by));
        if reset.approved_by != Some(reset.member_id) {
            let text = LastingText {
                title: "重设您密码的邀请码已被确认".into(),
                body: format!(
                    "{issuer}发放的重设密码邀请码已由{approver}于{}确认，可以使用。如果不是您本人要求的，请立即拒绝。",
                    said(tx.now())
                ),
                link: Some("/me/resets".into()),
            };
            notices::tell_for_good(tx, reset.member_id, NoticeKind::SECURITY, text)?;
        }
        let Some(issued_by) = reset.issued_by else { return Ok(()) };
        let body = format!("您为{}发放的重设密码邀请码已由{approver}确认，可以使用。", name(Some(reset.member_id)));
        tell(tx, issued_by, "重设密码的邀请码已确认".into(), body, "/resets")
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

    fn tell_refused(&self, tx: &mut Tx, reset: &Invitation) -> QueryResult<()> {
        let whose = name_of(&self.directory, Some(reset.member_id));
        let body = format!("{whose}在自己的设备上拒绝了重设密码，这个邀请码已经作废。");
        let others = [reset.issued_by, reset.approved_by].into_iter().flatten().filter(|who| *who != reset.member_id);
        for who in others {
            tell(tx, who, "重设密码被本人拒绝".into(), body.clone(), "/resets")?;
        }
        Ok(())
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

fn note(tx: &mut Tx, actor: MemberId, action: &str, member: MemberId, detail: Value) -> QueryResult<()> {
    trail::note(tx, Act { actor: Some(actor), action, subject_kind: "member", subject_id: member.uuid(), detail })
}

fn tell(tx: &mut Tx, who: MemberId, title: String, body: String, link: &str) -> QueryResult<()> {
    let kind = NoticeKind::SECURITY;
    notices::tell(tx, NewNotice { to: To::Member(who), kind, title, body, link: Some(link.into()) })
}
