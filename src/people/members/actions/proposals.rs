//! Changes of privileged duties that two administrators make: one proposes, another one confirms.

use diesel::QueryResult;
use serde_json::{Value, json};

use super::duties::{NewDuty, new_duty, tell};
use super::{Manager, Members, OPERATOR, Outcome, note};
use crate::base::approval::{Answer, NoAnswer, ProposalState, VALID_SECONDS};
use crate::base::capability::{Capability, Duty, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{DbError, Never, Stop, Tx};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::people::members::Desks;
use crate::people::members::model::{
    ChangeKind, Confirmation, DutyProposal, DutyProposalId, MemberRow, MemberStatus, RoleId, RoleRow,
};
use crate::people::members::rules::Refusal;
use crate::people::members::store;
use crate::people::members::store::proposals::{self, Answered};

crate::kernel::desk::kinds! {
    /// What proposals are on the desk.
    pub(super) ON_DESK = "duty_proposal" / "职务变动",
}

/// Where a proposal is looked at.
const LIST: &str = "/duty-proposals";

/// Proposals that one transaction lays out anew.
const LAID_AT_ONCE: usize = 50;

/// Proposals whose time is over that one transaction marks at most.
const OVERDUE_AT_ONCE: i64 = 200;

/// A change that a second administrator has to confirm.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    Grant(NewDuty),
    End(RoleRow),
    Leave,
}

/// Which proposals to list.
#[derive(Clone, Copy, Debug)]
pub struct ProposalFilter {
    pub state: ProposalState,
    /// Only older ones.
    pub before: Option<DutyProposalId>,
    pub limit: i64,
}

impl Members {
    /// Writes a proposal down and tells those who can answer it and the member. The same one of the same person is there
    /// once. The member's row is held.
    pub(super) fn propose(
        &self,
        tx: &mut Tx,
        manager: &Manager,
        member: &MemberRow,
        wish: Wish,
    ) -> Outcome<DutyProposal> {
        let proposal = new_proposal(tx, manager, member.id, wish);
        let open = proposals::list_open_duties_of(tx.conn, &[member.id], tx.now())?;
        if let Some(other) = open.into_iter().find(|other| other.concerns_the_same(&proposal)) {
            return if other.repeats(&proposal) { Ok(other) } else { Err(Refusal::ProposedAlready.into()) };
        }
        self.write_proposal(tx, manager, &proposal, member)?;
        self.tell_proposed(tx, &proposal)?;
        for administrator in self.confirmers(&proposal, &self.administrators(tx.today())) {
            let title = "有一项职务变动待您确认".to_owned();
            let body = format!("{}。{}", self.describe(&proposal), until(&proposal));
            tell(tx, administrator, title, body, &link_of(&proposal))?;
        }
        Ok(proposal)
    }

    /// Writes a proposal and its trail. The member as he is held: an import makes people whom the roster does not know yet.
    pub(super) fn write_proposal(
        &self,
        tx: &mut Tx,
        manager: &Manager,
        proposal: &DutyProposal,
        member: &MemberRow,
    ) -> QueryResult<()> {
        proposals::insert_duty(tx.conn, proposal)?;
        self.lay_duty_on_desk(tx, proposal, member)?;
        note(tx, manager, "members.propose_duty", ("member", proposal.member_id.uuid()), self.detail(proposal))
    }

    /// Has a proposal wait for the administrators whose duty reaches everything that it is about.
    fn lay_duty_on_desk(&self, tx: &mut Tx, proposal: &DutyProposal, member: &MemberRow) -> QueryResult<()> {
        let tree = self.directory.tree();
        let card = self.directory.member(proposal.member_id);
        let home = tree.get(member.unit_id).map(|unit| unit.path.to_vec());
        let seat = match proposal.role {
            Some(role) if role.reaches_everything() => tree.root(),
            _ => proposal.unit_id,
        };
        let place = seat.and_then(|unit| tree.get(unit)).map(|unit| unit.path.to_vec());
        let duties = card.filter(|_| proposal.kind == ChangeKind::Leave).map(|card| self.directory.duty_paths(&card));
        let paths: Vec<Vec<UnitId>> = home.into_iter().chain(place).chain(duties.into_iter().flatten()).collect();
        let Some(unit) = Desks::common_unit(&paths).or(tree.root()) else { return Ok(()) };
        let item = NewItem {
            kind: ON_DESK,
            subject: proposal.id.uuid(),
            title: format!("确认或拒绝职务变动：{}", self.describe_as(proposal, &member.name)),
            link: link_of(proposal),
            due: Some(Due::At(proposal.expires_at)),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: Capability::ManageMembers, unit }),
            barred: proposal.proposed_by.into_iter().chain([proposal.member_id]).collect(),
        };
        self.desks.replace(tx, ON_DESK, proposal.id.uuid(), Some(item))
    }

    /// Lays out proposals that waited before there was a desk of all rooms.
    pub(super) async fn lay_old_duties(&self) -> Result<(), DbError> {
        let members = self.clone();
        self.unlaid_duties.work_off(&self.db, move |tx, id| members.lay_duty_anew(tx, id.into())).await
    }

    /// Lays out anew whatever waits, by the roster as it is now.
    pub(super) async fn lay_duties_anew(&self) -> Result<(), DbError> {
        let now = self.db.now();
        let open = self.db.read(move |conn| proposals::list_open_duties(conn, now)).await?;
        for some in open.chunks(LAID_AT_ONCE) {
            let (members, some) = (self.clone(), some.to_vec());
            let lay = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                Ok(some.iter().try_for_each(|id| members.lay_duty_anew(tx, *id))?)
            };
            self.db.write(lay).await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// Lays out a proposal if it still waits; anyone who answers it holds the member, as this does.
    fn lay_duty_anew(&self, tx: &mut Tx, id: DutyProposalId) -> QueryResult<()> {
        let Some(found) = proposals::find_duty(tx.conn, id)? else { return Ok(()) };
        let Some(member) = store::lock_member(tx.conn, found.member_id)? else { return Ok(()) };
        let found = proposals::find_duty(tx.conn, id)?;
        match found.filter(|found| found.rule().state_at(tx.now()) == ProposalState::Open) {
            Some(proposal) => self.lay_duty_on_desk(tx, &proposal, &member),
            None => Ok(()),
        }
    }

    /// Ends what waits about somebody who leaves, and what he proposed himself: nobody could confirm either any more.
    pub(super) fn withdraw_duties_of(&self, tx: &mut Tx, manager: &Manager, leaving: &MemberRow) -> QueryResult<()> {
        for mut proposal in proposals::list_open_duties_with(tx.conn, leaving.id, tx.now())? {
            // anyone who lays it on the desk or answers it holds the member
            store::lock_member(tx.conn, proposal.member_id)?;
            let reason = match proposal.member_id == leaving.id {
                true => "该人员已离开",
                false => "提议人已离开",
            };
            let answered =
                Answered { state: ProposalState::TakenBack, by: None, at: tx.now(), reason: Some(reason.to_owned()) };
            if proposals::answer_duty(tx.conn, proposal.id, &answered)? {
                (proposal.state, proposal.answered_at) = (answered.state, Some(answered.at));
                proposal.reason = answered.reason;
                self.note_answer(tx, manager, &proposal)?;
                self.tell_answered(tx, &proposal, Some(leaving.id))?;
            }
        }
        Ok(())
    }

    /// Tells the member what was proposed about him.
    pub(super) fn tell_proposed(&self, tx: &mut Tx, proposal: &DutyProposal) -> QueryResult<()> {
        let body = format!("{}。须另一名管理员确认后生效。", self.describe(proposal));
        tell(tx, proposal.member_id, "关于您的职务变动已提交确认".into(), body, "/me")
    }

    /// Answers a proposal: another administrator confirms or refuses it, its proposer takes it back. The same answer again
    /// changes nothing.
    pub async fn answer_proposal(
        &self,
        manager: Manager,
        by: MemberId,
        id: DutyProposalId,
        answer: Answer,
        reason: Option<String>,
    ) -> Outcome<DutyProposal> {
        let members = self.clone();
        self.db
            .write(move |tx| {
                store::lock_tree(tx.conn)?;
                let member = proposals::find_duty(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?.member_id;
                let row = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchProposal)?;
                // read again: what somebody else answered while this one waited
                let mut proposal = proposals::find_duty(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?;
                if answer != Answer::TakeBack {
                    members.check_within(&manager, &proposal)?;
                }
                if !proposal.rule().answer(answer, by, tx.now()).map_err(Refusal::from)? {
                    return Ok(proposal);
                }
                let why = json!({
                    "confirmation": Confirmation::Confirmed, "proposal": proposal.id,
                    "proposed_by": proposal.proposed_by, "proposed_by_name": members.proposer(&proposal),
                    "confirmed_by": by, "confirmed_by_name": members.name_of(by),
                });
                let answered =
                    Answered { state: answer.leads_to(), by: Some(by), at: tx.now(), reason: reason.clone() };
                // before it is done: a leaving ends whatever waits about the member
                if !proposals::answer_duty(tx.conn, id, &answered)? {
                    return Err(Refusal::NoAnswer(NoAnswer::Over(ProposalState::Expired)).into());
                }
                let became = match answer {
                    Answer::Approve => members.carry_out(tx, &manager, &row, &proposal, why)?,
                    Answer::Refuse | Answer::TakeBack => None,
                };
                if let Some(became) = became {
                    proposals::put_granted(tx.conn, id, became)?;
                }
                (proposal.state, proposal.answered_by, proposal.answered_at) =
                    (answered.state, Some(by), Some(tx.now()));
                (proposal.reason, proposal.role_id) = (answered.reason, became.or(proposal.role_id));
                members.note_answer(tx, &manager, &proposal)?;
                members.tell_answered(tx, &proposal, None)?;
                Ok(proposal)
            })
            .await
    }

    /// Does what was proposed, if it may still be done, and gives the duty that a grant became.
    fn carry_out(
        &self,
        tx: &mut Tx,
        manager: &Manager,
        row: &MemberRow,
        proposal: &DutyProposal,
        why: Value,
    ) -> Outcome<Option<RoleId>> {
        let proposer = self.proposing_manager(tx, proposal)?;
        self.check_within(&proposer, proposal).map_err(|_| Refusal::ProposerGone)?;
        if row.status == MemberStatus::Left {
            return Err(Refusal::MemberLeft.into());
        }
        let became = match (proposal.kind, proposal.role_id) {
            (ChangeKind::Grant, _) => {
                let duty = wished(proposal).ok_or(Refusal::NoSuchProposal)?;
                let granted = self.grant_proposed(tx, &proposer, proposal.member_id, duty)?;
                self.insert_duty(tx, manager, &granted, why)?;
                self.tell_granted(tx, &granted)?;
                Some(granted.id)
            }
            (ChangeKind::End, Some(role)) => {
                let duty = self.check_end(tx, manager, proposal.member_id, role)?;
                self.end_duty(tx, manager, &duty, why)?;
                None
            }
            (ChangeKind::End, None) => return Err(Refusal::NoSuchDuty.into()),
            (ChangeKind::Leave, _) => {
                self.let_go(tx, manager, row, why)?;
                return Ok(None);
            }
        };
        self.publish_member(tx, row)?;
        Ok(became)
    }

    fn grant_proposed(&self, tx: &mut Tx, proposer: &Manager, member: MemberId, duty: NewDuty) -> Outcome<RoleRow> {
        self.check_duty(proposer, member, duty.role, duty.unit)?;
        if duty.to.is_some_and(|to| to < tx.today()) {
            return Err(Refusal::DaysOver.into());
        }
        self.check_fits(tx, member, duty)?;
        Ok(new_duty(tx, proposer, member, duty))
    }

    /// The proposer with the reach of today.
    fn proposing_manager(&self, tx: &mut Tx, proposal: &DutyProposal) -> Outcome<Manager> {
        let Some(member) = proposal.proposed_by else { return Ok(Manager::operator()) };
        let person = self.directory.person(member, tx.today()).ok_or(Refusal::ProposerGone)?;
        let reach = person.reach(Capability::ManageMembers).ok_or(Refusal::ProposerGone)?;
        Ok(Manager { member: Some(member), reach })
    }

    /// Refuses when the proposal is about a member or a duty beyond the manager's reach.
    fn check_within(&self, manager: &Manager, proposal: &DutyProposal) -> Result<(), Refusal> {
        self.check_member(manager, proposal.member_id)?;
        match (proposal.role, proposal.unit_id) {
            (Some(role), Some(unit)) => self.check_scope(manager, proposal.member_id, role, unit),
            _ => {
                let duties = self.directory.member(proposal.member_id).map(|card| card.duties.clone());
                duties
                    .unwrap_or_default()
                    .iter()
                    .try_for_each(|duty| self.check_scope(manager, proposal.member_id, duty.role, duty.unit_id))
            }
        }
    }

    /// Whether `by`, who manages `reach`, can answer the proposal at `now`.
    pub fn can_answer(&self, by: MemberId, reach: Option<Reach>, proposal: &DutyProposal, now: Timestamp) -> bool {
        let Some(reach) = reach else { return false };
        let manager = Manager { member: Some(by), reach };
        proposal.rule().answer(Answer::Approve, by, now) == Ok(true) && self.check_within(&manager, proposal).is_ok()
    }

    /// Everybody who administers something on `today`, with how far it reaches.
    pub fn administrators(&self, today: Day) -> Vec<(MemberId, Reach)> {
        let mut found = Vec::new();
        self.directory.each_member(|card, _| {
            let duties: Vec<Duty> = (card.duties.iter().filter(|duty| duty.holds_on(today)))
                .map(|duty| Duty { role: duty.role, unit: duty.unit_id })
                .collect();
            if card.status != MemberStatus::Left {
                found.extend(Reach::of(&duties, Capability::ManageMembers).map(|reach| (card.id, reach)));
            }
        });
        found
    }

    /// Those of `administrators` who can answer a proposal.
    pub fn confirmers(&self, proposal: &DutyProposal, administrators: &[(MemberId, Reach)]) -> Vec<MemberId> {
        let can = |(member, reach): &&(MemberId, Reach)| {
            let involved = proposal.proposed_by == Some(*member) || proposal.member_id == *member;
            let manager = Manager { member: Some(*member), reach: reach.clone() };
            !involved && self.check_within(&manager, proposal).is_ok()
        };
        administrators.iter().filter(can).map(|(member, _)| *member).collect()
    }

    /// A page of the proposals about members at home in one of `units`.
    pub async fn list_proposals(
        &self,
        units: Vec<UnitId>,
        filter: ProposalFilter,
    ) -> Result<Vec<DutyProposal>, DbError> {
        let now = self.db.now();
        let ProposalFilter { state, before, limit } = filter;
        self.db.read(move |conn| proposals::list_duties(conn, &units, state, now, before, limit)).await
    }

    /// Marks proposals whose time is over, and tells their proposers.
    pub(super) fn expire_duties(&self, tx: &mut Tx) -> QueryResult<()> {
        for mut proposal in proposals::list_overdue_duties(tx.conn, tx.now(), OVERDUE_AT_ONCE)? {
            let answered = Answered { state: ProposalState::Expired, by: None, at: tx.now(), reason: None };
            if proposals::answer_duty(tx.conn, proposal.id, &answered)? {
                proposal.state = ProposalState::Expired;
                self.note_answer(tx, &Manager::operator(), &proposal)?;
                self.tell_answered(tx, &proposal, None)?;
            }
        }
        Ok(())
    }

    /// Leaves a trail of an answer; nobody waits any more.
    fn note_answer(&self, tx: &mut Tx, manager: &Manager, proposal: &DutyProposal) -> QueryResult<()> {
        desk::clear(tx, ON_DESK, proposal.id.uuid())?;
        let action = match proposal.state {
            ProposalState::Approved => "members.confirm_duty",
            ProposalState::Refused => "members.refuse_duty",
            ProposalState::TakenBack => "members.take_back_duty",
            ProposalState::Open | ProposalState::Expired => "members.expire_duty",
        };
        note(tx, manager, action, ("member", proposal.member_id.uuid()), self.detail(proposal))
    }

    /// Tells the proposer and the member what became of a proposal; anyone who was granted a duty hears of that itself,
    /// and somebody who is `leaving` hears nothing more.
    fn tell_answered(&self, tx: &mut Tx, proposal: &DutyProposal, leaving: Option<MemberId>) -> QueryResult<()> {
        let answered = match proposal.state {
            ProposalState::Approved => "已确认",
            ProposalState::Refused => "被拒绝",
            ProposalState::TakenBack => "已撤回",
            ProposalState::Open | ProposalState::Expired => "已过期，无人确认",
        };
        let by = proposal.answered_by.map(|by| format!("（{}）", self.name_of(by))).unwrap_or_default();
        let reason = proposal.reason.as_ref().map(|reason| format!("理由：{reason}")).unwrap_or_default();
        let (title, body) =
            (format!("职务变动{answered}"), format!("{}：{answered}{by}。{reason}", self.describe(proposal)));
        let is_own = proposal.state == ProposalState::TakenBack && proposal.answered_by == proposal.proposed_by;
        let proposer = proposal.proposed_by.filter(|proposer| !is_own && Some(*proposer) != leaving);
        if let Some(proposer) = proposer {
            tell(tx, proposer, title.clone(), body.clone(), &link_of(proposal))?;
        }
        let is_told = proposer == Some(proposal.member_id) || leaving == Some(proposal.member_id);
        match proposal.state == ProposalState::Approved || is_told {
            true => Ok(()),
            false => tell(tx, proposal.member_id, title, body, "/me"),
        }
    }

    /// What the trail says of a proposal.
    fn detail(&self, proposal: &DutyProposal) -> Value {
        json!({
            "proposal": proposal.id, "change": proposal.kind, "role": proposal.role, "unit": proposal.unit_id,
            "from": proposal.from_on, "to": proposal.to_on,
            "proposed_by": proposal.proposed_by, "proposed_by_name": self.proposer(proposal),
            "answered_by": proposal.answered_by,
            "answered_by_name": proposal.answered_by.map(|by| self.name_of(by)),
            "reason": proposal.reason,
        })
    }

    fn proposer(&self, proposal: &DutyProposal) -> String {
        proposal.proposed_by.map_or_else(|| OPERATOR.to_owned(), |member| self.name_of(member))
    }

    /// A proposal in one Chinese sentence, without a full stop.
    pub fn describe(&self, proposal: &DutyProposal) -> String {
        self.describe_as(proposal, &self.name_of(proposal.member_id))
    }

    /// The same, where the member is called `member`.
    fn describe_as(&self, proposal: &DutyProposal, member: &str) -> String {
        let by = self.proposer(proposal);
        let unit = proposal.unit_id.map(|unit| self.unit_name(unit)).unwrap_or_default();
        let today = self.db.today();
        let duty = proposal.role.map(|role| role.title_on(&unit)).unwrap_or_default();
        match proposal.kind {
            ChangeKind::Grant => {
                let from = proposal.from_on.map(|day| format!("自{}起", day.in_chinese_on(today))).unwrap_or_default();
                let to = proposal.to_on.map(|day| format!("，至{}", day.in_chinese_on(today))).unwrap_or_default();
                format!("{by}提议任命{member}{from}担任{duty}{to}")
            }
            ChangeKind::End => format!("{by}提议终止{member}的{duty}职务"),
            ChangeKind::Leave => format!("{by}提议将{member}设为已离开，其全部职务随之终止"),
        }
    }
}

/// A proposal as it is stored when it is made now.
pub(super) fn new_proposal(tx: &Tx, manager: &Manager, member: MemberId, wish: Wish) -> DutyProposal {
    let (kind, role_id, duty) = match wish {
        Wish::Grant(duty) => (ChangeKind::Grant, None, Some(duty)),
        Wish::End(row) => {
            (ChangeKind::End, Some(row.id), Some(NewDuty { role: row.role, unit: row.unit_id, from: None, to: None }))
        }
        Wish::Leave => (ChangeKind::Leave, None, None),
    };
    DutyProposal {
        id: tx.fresh_id(),
        member_id: member,
        kind,
        role_id,
        role: duty.map(|duty| duty.role),
        unit_id: duty.map(|duty| duty.unit),
        from_on: duty.and_then(|duty| duty.from),
        to_on: duty.and_then(|duty| duty.to),
        proposed_by: manager.member,
        proposed_at: tx.now(),
        expires_at: tx.now().plus_seconds(VALID_SECONDS),
        state: ProposalState::Open,
        answered_by: None,
        answered_at: None,
        reason: None,
    }
}

/// The duty that a proposal would grant.
fn wished(proposal: &DutyProposal) -> Option<NewDuty> {
    let (role, unit) = (proposal.role?, proposal.unit_id?);
    Some(NewDuty { role, unit, from: proposal.from_on, to: proposal.to_on })
}

fn link_of(proposal: &DutyProposal) -> String {
    format!("{LIST}/{}", proposal.id)
}

fn until(proposal: &DutyProposal) -> String {
    let (_, month, day) = proposal.expires_at.day().parts();
    format!("请在{month}月{day}日前确认或拒绝。")
}
