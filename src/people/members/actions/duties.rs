//! Granting and ending duties. What needs a second administrator becomes a proposal ([`super::proposals`]).

use std::collections::HashMap;

use diesel::QueryResult;
use serde_json::{Value, json};

use super::proposals::Wish;
use super::{Manager, Members, Outcome, note, rules};
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::{Involvement, Judgement};
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::people::members::model::{Confirmation, DutyProposal, MemberStatus, RoleId, RoleRow};
use crate::people::members::rules::Refusal;
use crate::people::members::store;

/// A duty to be granted.
#[derive(Clone, Copy, Debug)]
pub struct NewDuty {
    pub role: Role,
    pub unit: UnitId,
    /// The day from which it holds when absent.
    pub from: Option<Day>,
    /// Its last day; open when absent.
    pub to: Option<Day>,
}

/// What became of a request to grant a duty.
#[derive(Clone, Debug)]
pub enum Granted {
    /// The duty holds. For a privileged one it is said why.
    Duty(RoleRow, Option<Confirmation>),
    /// A second administrator has to confirm it.
    Proposed(DutyProposal),
}

/// How a change of duties comes to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// At once; for privileged duties it is said why.
    AtOnce(Option<Confirmation>),
    /// When a second administrator has confirmed it.
    ByTwo,
}

impl Members {
    /// Grants a duty within the manager's reach and tells the member, or proposes to; nobody grants one to himself.
    pub async fn grant_role(&self, manager: Manager, member: MemberId, duty: NewDuty) -> Outcome<Granted> {
        self.check_member(&manager, member)?;
        self.check_duty(&manager, member, duty.role, duty.unit)?;
        let members = self.clone();
        self.db
            .write(move |tx| {
                let way = members.way_of(tx, duty.role.is_privileged())?;
                let row = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchMember)?;
                if row.status == MemberStatus::Left {
                    return Err(Refusal::MemberLeft.into());
                }
                members.check_fits(tx, member, duty)?;
                match way {
                    Way::ByTwo => members.propose(tx, &manager, &row, Wish::Grant(duty)).map(Granted::Proposed),
                    Way::AtOnce(confirmation) => {
                        let granted = new_duty(tx, &manager, member, duty);
                        members.insert_duty(tx, &manager, &granted, said(confirmation))?;
                        members.tell_granted(tx, &granted)?;
                        members.publish_member(tx, &row)?;
                        Ok(Granted::Duty(granted, confirmation))
                    }
                }
            })
            .await
    }

    /// Ends a duty from today on and tells the member, or proposes to. The last administrator of the enterprise stays.
    pub async fn end_role(&self, manager: Manager, member: MemberId, role: RoleId) -> Outcome<Option<DutyProposal>> {
        self.check_member(&manager, member)?;
        let members = self.clone();
        self.db
            .write(move |tx| {
                store::lock_tree(tx.conn)?;
                let row = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchMember)?;
                let duty = members.check_end(tx, &manager, member, role)?;
                match members.way_of(tx, duty.role.is_privileged())? {
                    Way::ByTwo => members.propose(tx, &manager, &row, Wish::End(duty)).map(Some),
                    Way::AtOnce(confirmation) => {
                        members.end_duty(tx, &manager, &duty, said(confirmation))?;
                        members.publish_member(tx, &row)?;
                        Ok(None)
                    }
                }
            })
            .await
    }

    /// How changes come to hold; for privileged ones the tree is held from here on, so that of two administrators who are
    /// appointed at once one is the first.
    pub(super) fn way_of(&self, tx: &mut Tx, is_privileged: bool) -> QueryResult<Way> {
        if !is_privileged {
            return Ok(Way::AtOnce(None));
        }
        store::lock_tree(tx.conn)?;
        privileged_way(tx.conn, tx.today())
    }

    /// Refuses a duty that does not fit beside those that the member holds.
    pub(super) fn check_fits(&self, tx: &mut Tx, member: MemberId, duty: NewDuty) -> Outcome<()> {
        let from = duty.from.unwrap_or_else(|| tx.today());
        let held = store::list_roles_of(tx.conn, member, from.min(tx.today()))?;
        rules::check_days(&held, duty.role, duty.unit, from, duty.to)?;
        rules::check_separation(&held, duty.role, from, duty.to)?;
        if !duty.role.goes_with(Role::Expert) && self.is_judge(tx.conn, member)? {
            return Err(Refusal::NamedExpert { wanted: duty.role }.into());
        }
        Ok(())
    }

    /// The duty that the manager may end.
    pub(super) fn check_end(&self, tx: &mut Tx, manager: &Manager, member: MemberId, role: RoleId) -> Outcome<RoleRow> {
        let duty = store::find_role(tx.conn, role)?.filter(|duty| duty.member_id == member);
        let still_holds = |duty: &RoleRow| duty.to_on.is_none_or(|to| tx.today() <= to);
        let duty = duty.filter(still_holds).ok_or(Refusal::NoSuchDuty)?;
        self.check_scope(manager, member, duty.role, duty.unit_id)?;
        if duty.role == Role::Administrator && Some(duty.unit_id) == self.directory.tree().root() {
            self.check_not_last_administrator(tx, member)?;
        }
        Ok(duty)
    }

    /// Writes a duty and its trail, to which `why` is added.
    pub(super) fn insert_duty(&self, tx: &mut Tx, manager: &Manager, duty: &RoleRow, why: Value) -> QueryResult<()> {
        store::insert_role(tx.conn, duty)?;
        let detail = json!({ "role": duty.role, "unit": duty.unit_id, "from": duty.from_on, "to": duty.to_on });
        note(tx, manager, "members.grant_role", ("member", duty.member_id.uuid()), together(detail, why))
    }

    /// Ends a duty with yesterday, leaves a trail, to which `why` is added, and tells the member.
    pub(super) fn end_duty(&self, tx: &mut Tx, manager: &Manager, duty: &RoleRow, why: Value) -> Outcome<()> {
        let last_day = tx.today().previous();
        if !store::end_role(tx.conn, duty.member_id, duty.id, last_day)? {
            return Err(Refusal::NoSuchDuty.into());
        }
        let detail = json!({ "role": duty.role, "unit": duty.unit_id });
        note(tx, manager, "members.end_role", ("member", duty.member_id.uuid()), together(detail, why))?;
        Ok(self.tell_ended(tx, duty)?)
    }

    /// Refuses a duty that the manager may not grant, or not there.
    pub(super) fn check_duty(
        &self,
        manager: &Manager,
        member: MemberId,
        role: Role,
        unit: UnitId,
    ) -> Result<(), Refusal> {
        self.check_scope(manager, member, role, unit)?;
        let himself = (manager.member == Some(member)).then_some(Involvement::Subject);
        Judgement::GrantDuty.check(himself.into_iter().collect()).map_err(|_| Refusal::OwnDuty)?;
        let tree = self.directory.tree();
        if tree.get(unit).is_some_and(|card| card.unit.closed_on.is_some()) {
            return Err(Refusal::UnitClosed);
        }
        // a secretary who heads branches reaches further than one office: only the operator appoints one
        let is_head = role == Role::Secretary && manager.member.is_none();
        let is_too_high = role.is_of_branch() && tree.has_branches_below(unit) && !is_head;
        if is_too_high {
            return Err(Refusal::TooHigh { role });
        }
        let below_branch = tree.get(unit).is_some_and(|card| card.branch.is_some_and(|branch| branch != unit));
        let is_too_low =
            below_branch && matches!(role, Role::Secretary | Role::BranchCommittee | Role::CommitteeMember);
        if is_too_low { Err(Refusal::TooLow { role }) } else { Ok(()) }
    }

    /// Refuses a duty that the manager may neither grant nor end.
    pub(super) fn check_scope(
        &self,
        manager: &Manager,
        member: MemberId,
        role: Role,
        unit: UnitId,
    ) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let place = tree.get(unit).ok_or(Refusal::UnknownUnit { pointer: "/unit_id" })?;
        let home = self.directory.path(member).ok_or(Refusal::NoSuchMember)?;
        rules::check_grant(&manager.reach, role, &place.path, &home, tree.root().as_slice())
    }

    pub(super) fn tell_granted(&self, tx: &mut Tx, duty: &RoleRow) -> QueryResult<()> {
        let title = duty.role.title_on(&self.unit_name(duty.unit_id));
        let until = duty.to_on.map(|day| format!("，至{}", day.in_chinese_on(tx.today()))).unwrap_or_default();
        let password = match duty.role.is_privileged() {
            true => "此职务要求登录密码不少于 10 个字符，密码较短的请先修改。",
            false => "",
        };
        let body = format!("自{}起，您担任{title}{until}。{password}", duty.from_on.in_chinese_on(tx.today()));
        tell(tx, duty.member_id, format!("您已被任命为{title}"), body, "/me")
    }

    fn tell_ended(&self, tx: &mut Tx, duty: &RoleRow) -> QueryResult<()> {
        let title = duty.role.title_on(&self.unit_name(duty.unit_id));
        let body = format!("自{}起，您不再担任{title}。", tx.today().in_chinese());
        tell(tx, duty.member_id, format!("您已不再担任{title}"), body, "/me")
    }

    pub fn unit_name(&self, unit: UnitId) -> String {
        self.directory.tree().get(unit).map(|card| card.unit.name.clone()).unwrap_or_default()
    }

    /// A member's name; nothing for somebody who is not on the roster.
    pub fn name_of(&self, member: MemberId) -> String {
        self.directory.member(member).map(|card| card.name.to_string()).unwrap_or_default()
    }
}

/// How a change of privileged duties comes to hold, by who was an administrator until `today`.
pub(super) fn privileged_way(conn: &mut Conn, today: Day) -> QueryResult<Way> {
    let administrators = store::list_roles_ever(conn, Role::Administrator)?;
    Ok(match rules::had_second_administrator(&administrators, today) {
        true => Way::ByTwo,
        false => Way::AtOnce(Some(Confirmation::NotNeeded)),
    })
}

/// The duty as it is stored when it is granted now.
pub(super) fn new_duty(tx: &Tx, manager: &Manager, member: MemberId, duty: NewDuty) -> RoleRow {
    RoleRow {
        id: tx.fresh_id(),
        member_id: member,
        role: duty.role,
        unit_id: duty.unit,
        from_on: duty.from.unwrap_or_else(|| tx.today()),
        to_on: duty.to,
        granted_by: manager.member,
        created_at: tx.now(),
    }
}

/// What the trail says of how a change came to hold.
pub(super) fn said(confirmation: Option<Confirmation>) -> Value {
    confirmation.map_or(Value::Null, |confirmation| json!({ "confirmation": confirmation }))
}

/// The fields of both objects.
pub(super) fn together(detail: Value, more: Value) -> Value {
    match (detail, more) {
        (Value::Object(mut all), Value::Object(more)) => {
            all.extend(more);
            all.into()
        }
        (detail, _) => detail,
    }
}

pub(super) fn tell(tx: &mut Tx, member: MemberId, title: String, body: String, link: &str) -> QueryResult<()> {
    let kind = NoticeKind::DUTY;
    notices::tell(tx, NewNotice { to: To::Member(member), kind, title, body, link: Some(link.into()) })
}

/// The units on which privileged duties are held that only two administrators change.
pub(super) struct PrivilegedSeats(HashMap<UnitId, Role>);

/// The seats of `today` and later; none while one administrator is enough. An auditor's duty reaches everything already.
pub(super) fn privileged_seats(conn: &mut Conn, today: Day) -> QueryResult<PrivilegedSeats> {
    if privileged_way(conn, today)? != Way::ByTwo {
        return Ok(PrivilegedSeats(HashMap::new()));
    }
    let duties = store::list_roles(conn, today)?.into_iter();
    let widening = duties.filter(|duty| duty.role.is_privileged() && !duty.role.reaches_everything());
    Ok(PrivilegedSeats(widening.map(|duty| (duty.unit_id, duty.role)).collect()))
}

impl PrivilegedSeats {
    /// A duty that would come to reach the unit at `path`, if that moved below the unit at `parent`.
    pub(super) fn widened(&self, path: &[UnitId], parent: &[UnitId]) -> Option<(UnitId, Role)> {
        let gained = parent.iter().filter(|above| !path.contains(above));
        gained.filter_map(|above| self.0.get(above).map(|role| (*above, *role))).next()
    }
}
