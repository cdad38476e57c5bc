//! What members change about themselves. A number that somebody gives for himself is not proven, so another person who may
//! invite him confirms it; until then it waits, sealed, and nobody learns whose it is.

use diesel::QueryResult;
use serde_json::{Value, json};

use super::members::differences;
use super::{Manager, Members, Outcome, note, rules};
use crate::base::approval::{Answer, NoAnswer, ProposalState, VALID_SECONDS};
use crate::base::capability::{Capability, Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::phone;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::people::members::Desks;
use crate::people::members::model::{MemberRow, MemberStatus, PhoneProposal, PhoneProposalId};
use crate::people::members::rules::Refusal;
use crate::people::members::store;
use crate::people::members::store::proposals::{self, Answered};

/// Numbers that a member may give in a day: each is looked at by a person.
const NUMBERS_A_DAY: i64 = 5;

crate::kernel::desk::kinds! {
    /// What waiting numbers are on the desk.
    ON_DESK = "phone_proposal" / "登录手机号",
}

/// Where waiting numbers are looked at.
const LIST: &str = "/phone-proposals";

/// People who are told of a waiting number; the others find it on the list.
const TOLD: usize = 10;

/// Numbers that one transaction lays out anew.
const LAID_AT_ONCE: usize = 50;

/// Numbers whose time is over that one transaction marks at most.
const OVERDUE_AT_ONCE: i64 = 200;

/// What a member may change about himself.
#[derive(Clone, Debug, Default)]
pub struct OwnChange {
    /// As typed; `Some(None)` takes the number away.
    pub phone: Option<Option<String>>,
    pub hidden_from_boards: Option<bool>,
    pub on_boards: Option<bool>,
}

/// A number that waits, opened.
#[derive(Clone, Debug)]
pub struct WaitingPhone {
    pub proposal: PhoneProposal,
    /// `None` when it was sealed under another key.
    pub number: Option<String>,
}

impl Members {
    /// Changes what a member may change about himself; true when a number waits for somebody to confirm it.
    ///
    /// Taking a number away weakens nothing and holds at once. Whether a number belongs to somebody else is not looked at.
    pub async fn update_own(&self, id: MemberId, own: OwnChange) -> Outcome<bool> {
        let phone = match &own.phone {
            Some(Some(typed)) => Some(Some(rules::normal_phone(typed)?)),
            Some(None) => Some(None),
            None => None,
        };
        let members = self.clone();
        self.db
            .write(move |tx| {
                let before = store::lock_member(tx.conn, id)?.ok_or(Refusal::NoSuchMember)?;
                let mut after = before.clone();
                after.updated_at = tx.now();
                after.hidden_from_boards = own.hidden_from_boards.unwrap_or(after.hidden_from_boards);
                after.on_boards = own.on_boards.unwrap_or(after.on_boards);
                let waits = match &phone {
                    None => false,
                    Some(None) => {
                        members.put_phone(&mut after, None);
                        members.take_back_phone(tx, id)?;
                        false
                    }
                    Some(Some(number)) if members.open_phone(&before).as_ref() == Some(number) => false,
                    Some(Some(number)) => {
                        members.propose_phone(tx, &before, number)?;
                        true
                    }
                };
                let told = differences(&before, &after);
                if told.as_object().is_some_and(|told| !told.is_empty()) {
                    members.write_change(tx, &themselves(id), &before, &after, Value::Null)?;
                }
                Ok(waits)
            })
            .await
    }

    /// Has a number wait, instead of the one that waited before. The member's row is held.
    fn propose_phone(&self, tx: &mut Tx, member: &MemberRow, number: &str) -> Outcome<()> {
        let before = proposals::find_unanswered_phone(tx.conn, member.id)?;
        let waiting = before.filter(|before| before.rule().state_at(tx.now()) == ProposalState::Open);
        if waiting.as_ref().and_then(|waiting| self.open_waiting(waiting)).as_deref() == Some(number) {
            return Ok(());
        }
        if proposals::count_phones_since(tx.conn, member.id, tx.today().start())? >= NUMBERS_A_DAY {
            return Err(Refusal::TooManyNumbers.into());
        }
        self.take_back_phone(tx, member.id)?;
        let id: PhoneProposalId = tx.fresh_id();
        let proposal = PhoneProposal {
            id,
            member_id: member.id,
            number_sealed: Some(self.phone_key.seal_for(id.uuid().as_bytes(), number.as_bytes())),
            proposed_at: tx.now(),
            expires_at: tx.now().plus_seconds(VALID_SECONDS),
            state: ProposalState::Open,
            answered_by: None,
            answered_at: None,
            reason: None,
        };
        proposals::insert_phone(tx.conn, &proposal)?;
        self.lay_phone_on_desk(tx, &proposal)?;
        note_phone(tx, &themselves(member.id), "members.propose_phone", &proposal)?;
        // anyone who was told of the number before finds this one in its place
        if waiting.is_none() {
            for inviter in self.nearest_inviters(tx, member) {
                let body = format!("{}（{}）申请更改登录手机号，请核实后确认。", member.name, member.employee_no);
                tell(tx, inviter, NoticeKind::DUTY, "有一个手机号待您确认".into(), body, LIST)?;
            }
        }
        Ok(())
    }

    /// Has a number wait for those who could issue the member a code. The desk does not say it.
    fn lay_phone_on_desk(&self, tx: &mut Tx, proposal: &PhoneProposal) -> QueryResult<()> {
        let Some(card) = self.directory.member(proposal.member_id) else { return Ok(()) };
        let tree = self.directory.tree();
        let home = tree.get(card.unit).map(|unit| unit.path.to_vec());
        let paths: Vec<Vec<UnitId>> = home.into_iter().chain(self.directory.duty_paths(&card)).collect();
        let Some(unit) = Desks::common_unit(&paths) else { return Ok(()) };
        let item = NewItem {
            kind: ON_DESK,
            subject: proposal.id.uuid(),
            title: format!("核实并确认{}（{}）的登录手机号", card.name, card.employee_no),
            link: LIST.into(),
            due: Some(Due::At(proposal.expires_at)),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: Capability::Invite, unit }),
            barred: vec![proposal.member_id],
        };
        self.desks.replace(tx, ON_DESK, proposal.id.uuid(), Some(item))
    }

    /// Lays out numbers that waited before there was a desk of all rooms.
    pub(super) async fn lay_old_phones(&self) -> Result<(), DbError> {
        let members = self.clone();
        self.unlaid_phones.work_off(&self.db, move |tx, id| members.lay_phone_anew(tx, id.into())).await
    }

    /// Lays out anew whatever waits, by the roster as it is now.
    pub(super) async fn lay_phones_anew(&self) -> Result<(), DbError> {
        let now = self.db.now();
        let waiting = self.db.read(move |conn| proposals::list_waiting_phones(conn, now)).await?;
        for some in waiting.chunks(LAID_AT_ONCE) {
            let (members, some) = (self.clone(), some.to_vec());
            let lay = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                Ok(some.iter().try_for_each(|id| members.lay_phone_anew(tx, *id))?)
            };
            self.db.write(lay).await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// Lays out a number if it still waits; anyone who answers it holds the member, as this does.
    fn lay_phone_anew(&self, tx: &mut Tx, id: PhoneProposalId) -> QueryResult<()> {
        let Some(found) = proposals::find_phone(tx.conn, id)? else { return Ok(()) };
        store::lock_member(tx.conn, found.member_id)?;
        let found = proposals::find_phone(tx.conn, id)?;
        match found.filter(|found| found.rule().state_at(tx.now()) == ProposalState::Open) {
            Some(proposal) => self.lay_phone_on_desk(tx, &proposal),
            None => Ok(()),
        }
    }

    /// Ends the waiting of a number whose member leaves: nobody could confirm it any more.
    pub(super) fn withdraw_phone_of(&self, tx: &mut Tx, manager: &Manager, leaving: MemberId) -> QueryResult<()> {
        self.end_phone(tx, manager, leaving, Some("该人员已离开".to_owned()))
    }

    /// Takes the waiting number of a member back, if there is one. The member's row is held.
    fn take_back_phone(&self, tx: &mut Tx, member: MemberId) -> QueryResult<()> {
        self.end_phone(tx, &themselves(member), member, None)
    }

    fn end_phone(&self, tx: &mut Tx, manager: &Manager, member: MemberId, reason: Option<String>) -> QueryResult<()> {
        let Some(mut proposal) = proposals::find_unanswered_phone(tx.conn, member)? else { return Ok(()) };
        proposal.state = match proposal.rule().state_at(tx.now()) {
            ProposalState::Open => ProposalState::TakenBack,
            over => over,
        };
        let answered = Answered { state: proposal.state, by: manager.member, at: tx.now(), reason };
        proposals::answer_phone(tx.conn, proposal.id, &answered)?;
        (proposal.answered_by, proposal.reason) = (answered.by, answered.reason);
        desk::clear(tx, ON_DESK, proposal.id.uuid())?;
        note_phone(tx, manager, "members.take_back_phone", &proposal)
    }

    /// Takes the own waiting number back; again it changes nothing.
    pub async fn withdraw_phone(&self, member: MemberId) -> Outcome<()> {
        let members = self.clone();
        self.db
            .write(move |tx| {
                store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchMember)?;
                Ok(members.take_back_phone(tx, member)?)
            })
            .await
    }

    /// Confirms or refuses a waiting number of a member within reach. The same answer again changes nothing.
    pub async fn answer_phone(
        &self,
        manager: Manager,
        by: MemberId,
        id: PhoneProposalId,
        answer: Answer,
        reason: Option<String>,
    ) -> Outcome<PhoneProposal> {
        let members = self.clone();
        self.db
            .write(move |tx| {
                let member = proposals::find_phone(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?.member_id;
                let before = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchProposal)?;
                // read again: what somebody else answered while this one waited
                let mut proposal = proposals::find_phone(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?;
                members.check_unit(&manager, before.unit_id)?;
                members.check_account(&manager.reach, member)?;
                if !proposal.rule().answer(answer, by, tx.now()).map_err(Refusal::from)? {
                    return Ok(proposal);
                }
                let number = members.open_waiting(&proposal);
                let answered =
                    Answered { state: answer.leads_to(), by: Some(by), at: tx.now(), reason: reason.clone() };
                if !proposals::answer_phone(tx.conn, id, &answered)? {
                    return Err(Refusal::NoAnswer(NoAnswer::Over(ProposalState::Expired)).into());
                }
                (proposal.state, proposal.answered_by, proposal.answered_at) =
                    (answered.state, Some(by), Some(tx.now()));
                (proposal.reason, proposal.number_sealed) = (answered.reason, None);
                desk::clear(tx, ON_DESK, id.uuid())?;
                match answer {
                    Answer::Approve => {
                        let number = number.ok_or(Refusal::NoSuchProposal)?;
                        members.take_phone(tx, &manager, &before, &number)?;
                        note_phone(tx, &manager, "members.confirm_phone", &proposal)?;
                    }
                    Answer::Refuse | Answer::TakeBack => {
                        note_phone(tx, &manager, "members.refuse_phone", &proposal)?;
                        members.tell_refused(tx, &proposal)?;
                    }
                }
                Ok(proposal)
            })
            .await
    }

    /// Refuses somebody who holds a duty beyond `reach`: a number signs in, so anyone who confirms it must be one who
    /// could issue a code.
    fn check_account(&self, reach: &Reach, member: MemberId) -> Result<(), Refusal> {
        match self.may_confirm(reach, member) {
            true => Ok(()),
            false => Err(Refusal::OutOfReach),
        }
    }

    /// Whether every duty of the member lies within `reach`.
    pub fn may_confirm(&self, reach: &Reach, member: MemberId) -> bool {
        let card = self.directory.member(member);
        card.is_some_and(|card| self.directory.duty_paths(&card).iter().all(|path| reach.covers(path)))
    }

    /// Gives a member the number that was confirmed; the one who confirms learns that it is somebody else's.
    fn take_phone(&self, tx: &mut Tx, manager: &Manager, before: &MemberRow, number: &str) -> Outcome<()> {
        if before.status == MemberStatus::Left {
            return Err(Refusal::MemberLeft.into());
        }
        let mut after = before.clone();
        after.updated_at = tx.now();
        self.put_phone(&mut after, Some(number));
        let index = after.phone_index.as_deref().unwrap_or_default();
        if let Some(other) = store::find_by_phone(tx.conn, index)?.filter(|other| other.id != before.id) {
            let by = self.check_unit(manager, other.unit_id).is_ok().then_some(other.name);
            return Err(Refusal::PhoneHeld { by }.into());
        }
        self.write_change(tx, manager, before, &after, Value::Null)
    }

    /// A page of the waiting numbers of members at home in one of `units`, opened; never the viewer's own.
    pub async fn list_waiting_phones(
        &self,
        units: Vec<UnitId>,
        viewer: MemberId,
        before: Option<PhoneProposalId>,
        limit: i64,
    ) -> Result<Vec<WaitingPhone>, DbError> {
        let now = self.db.now();
        let found =
            self.db.read(move |conn| proposals::list_open_phones(conn, &units, viewer, now, before, limit)).await?;
        let opened = |proposal: PhoneProposal| WaitingPhone { number: self.open_waiting(&proposal), proposal };
        Ok(found.into_iter().map(opened).collect())
    }

    /// The number that a member waits for.
    pub async fn find_waiting_phone(&self, member: MemberId) -> Result<Option<WaitingPhone>, DbError> {
        let now = self.db.now();
        let found = self.db.read(move |conn| proposals::find_unanswered_phone(conn, member)).await?;
        let waiting = found.filter(|proposal| proposal.rule().state_at(now) == ProposalState::Open);
        Ok(waiting.map(|proposal| WaitingPhone { number: self.open_waiting(&proposal), proposal }))
    }

    fn open_waiting(&self, proposal: &PhoneProposal) -> Option<String> {
        let sealed = proposal.number_sealed.as_deref()?;
        String::from_utf8(self.phone_key.open_for(proposal.id.uuid().as_bytes(), sealed)?).ok()
    }

    /// Warns a member that he signs in with another number from now on, or with none.
    pub(super) fn warn_of_phone(&self, tx: &mut Tx, before: &MemberRow, after: &MemberRow) -> QueryResult<()> {
        if before.phone_index == after.phone_index || after.status == MemberStatus::Left {
            return Ok(());
        }
        let title = "您的登录手机号已变更".to_owned();
        let body = match self.open_phone(after) {
            Some(number) => {
                format!("现在可用 {} 登录。如非您本人的意愿，请联系支部书记或管理员。", phone::mask(&number))
            }
            None => "已不能再用手机号登录，工号照常可用。如非您本人的意愿，请联系支部书记或管理员。".to_owned(),
        };
        tell(tx, after.id, NoticeKind::SECURITY, title, body, "/me")
    }

    fn tell_refused(&self, tx: &mut Tx, proposal: &PhoneProposal) -> QueryResult<()> {
        let reason = proposal.reason.as_ref().map(|reason| format!("理由：{reason}")).unwrap_or_default();
        let body = format!("您申请更改的登录手机号未被确认。{reason}");
        tell(tx, proposal.member_id, NoticeKind::SECURITY, "手机号变更未被确认".into(), body, "/me")
    }

    /// Those who may invite a member, on the nearest unit above him that has any, at most [`TOLD`].
    fn nearest_inviters(&self, tx: &Tx, member: &MemberRow) -> Vec<MemberId> {
        let tree = self.directory.tree();
        let path = tree.get(member.unit_id).map(|card| card.path.to_vec()).unwrap_or_default();
        let inviting = || Role::EACH.iter().filter(|role| role.allows().contains(&Capability::Invite));
        for unit in path {
            let mut found: Vec<MemberId> =
                inviting().flat_map(|role| self.directory.holders(*role, unit, tx.today())).collect();
            found.sort_unstable();
            found.dedup();
            let may_confirm = |inviter: &MemberId| {
                let person = self.directory.person(*inviter, tx.today());
                let reach = person.and_then(|person| person.reach(Capability::Invite));
                *inviter != member.id && reach.is_some_and(|reach| self.may_confirm(&reach, member.id))
            };
            found.retain(may_confirm);
            if !found.is_empty() {
                found.truncate(TOLD);
                return found;
            }
        }
        Vec::new()
    }

    /// Marks numbers whose time is over, erases them and tells the members.
    pub(super) fn expire_phones(&self, tx: &mut Tx) -> QueryResult<()> {
        for proposal in proposals::list_overdue_phones(tx.conn, tx.now(), OVERDUE_AT_ONCE)? {
            let answered = Answered { state: ProposalState::Expired, by: None, at: tx.now(), reason: None };
            if proposals::answer_phone(tx.conn, proposal.id, &answered)? {
                desk::clear(tx, ON_DESK, proposal.id.uuid())?;
                let body = "您申请更改的登录手机号在 14 天内无人确认，已过期。如仍需更改，请重新提交并联系支部书记。"
                    .to_owned();
                tell(tx, proposal.member_id, NoticeKind::SECURITY, "手机号变更已过期".into(), body, "/me")?;
            }
        }
        Ok(())
    }
}

/// A member who changes what is his own.
fn themselves(member: MemberId) -> Manager {
    Manager { member: Some(member), reach: Reach::Everything }
}

/// Leaves a trail of a number that waits or was answered; never the number.
fn note_phone(tx: &mut Tx, manager: &Manager, action: &'static str, proposal: &PhoneProposal) -> QueryResult<()> {
    let detail = json!({
        "proposal": proposal.id, "proposed_by": proposal.member_id, "answered_by": proposal.answered_by,
        "reason": proposal.reason,
    });
    note(tx, manager, action, ("member", proposal.member_id.uuid()), detail)
}

fn tell(tx: &mut Tx, to: MemberId, kind: NoticeKind, title: String, body: String, link: &str) -> QueryResult<()> {
    notices::tell(tx, NewNotice { to: To::Member(to), kind, title, body, link: Some(link.into()) })
}
