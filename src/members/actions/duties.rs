//! Granting and ending duties.

use diesel::QueryResult;
use serde_json::json;

use super::{Manager, Members, Outcome, note, rules};
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Tx;
use crate::members::model::{MemberStatus, RoleId, RoleRow};
use crate::members::rules::Refusal;
use crate::members::store;
use crate::notices::{self, NewNotice, NoticeKind, To};

/// A duty to be granted.
#[derive(Clone, Copy, Debug)]
pub struct NewDuty {
    pub role: Role,
    pub unit: UnitId,
    /// Today when absent.
    pub from: Option<Day>,
    /// Its last day; open when absent.
    pub to: Option<Day>,
}

impl Members {
    /// Grants a duty within the manager's reach and tells the member; nobody grants one to himself.
    pub async fn grant_role(&self, manager: Manager, member: MemberId, duty: NewDuty) -> Outcome<RoleRow> {
        self.check_member(&manager, member)?;
        self.check_duty(&manager, member, duty.role, duty.unit)?;
        let members = self.clone();
        self.db
            .write(move |tx| {
                let row = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchMember)?;
                if row.status == MemberStatus::Left {
                    return Err(Refusal::MemberLeft.into());
                }
                let from = duty.from.unwrap_or_else(|| tx.today());
                let held = store::list_roles_of(tx.conn, member, from.min(tx.today()))?;
                rules::check_days(&held, duty.role, duty.unit, from, duty.to)?;
                let granted = RoleRow {
                    id: tx.fresh_id(),
                    member_id: member,
                    role: duty.role,
                    unit_id: duty.unit,
                    from_on: from,
                    to_on: duty.to,
                    granted_by: manager.member,
                    created_at: tx.now(),
                };
                members.insert_duty(tx, &manager, &granted)?;
                members.tell_granted(tx, &granted)?;
                members.publish_member(tx, &row)?;
                Ok(granted)
            })
            .await
    }

    /// Ends a duty from today on and tells the member. The last administrator of the enterprise stays.
    pub async fn end_role(&self, manager: Manager, member: MemberId, role: RoleId) -> Outcome<()> {
        self.check_member(&manager, member)?;
        let members = self.clone();
        self.db
            .write(move |tx| {
                store::lock_tree(tx.conn)?;
                let row = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchMember)?;
                let duty = store::find_role(tx.conn, role)?.filter(|duty| duty.member_id == member);
                let duty = duty.ok_or(Refusal::NoSuchDuty)?;
                members.check_scope(&manager, member, duty.role, duty.unit_id)?;
                if duty.role == Role::Administrator && Some(duty.unit_id) == members.directory.tree().root() {
                    members.check_not_last_administrator(tx, member)?;
                }
                let last_day = tx.today().previous();
                if !store::end_role(tx.conn, member, role, last_day)? {
                    return Err(Refusal::NoSuchDuty.into());
                }
                let detail = json!({ "role": duty.role, "unit": duty.unit_id });
                note(tx, &manager, "members.end_role", ("member", member.uuid()), detail)?;
                members.tell_ended(tx, &duty)?;
                members.publish_member(tx, &row)?;
                Ok(())
            })
            .await
    }

    /// Writes a duty and its trail.
    pub(super) fn insert_duty(&self, tx: &mut Tx, manager: &Manager, duty: &RoleRow) -> QueryResult<()> {
        store::insert_role(tx.conn, duty)?;
        let detail = json!({ "role": duty.role, "unit": duty.unit_id, "from": duty.from_on, "to": duty.to_on });
        note(tx, manager, "members.grant_role", ("member", duty.member_id.uuid()), detail)
    }

    fn check_duty(&self, manager: &Manager, member: MemberId, role: Role, unit: UnitId) -> Result<(), Refusal> {
        self.check_scope(manager, member, role, unit)?;
        if manager.member == Some(member) {
            return Err(Refusal::OwnDuty);
        }
        let closed = self.directory.tree().get(unit).is_some_and(|card| card.unit.closed_on.is_some());
        if closed { Err(Refusal::UnitClosed) } else { Ok(()) }
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
        let place = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        let home = self.directory.path(member).ok_or(Refusal::NoSuchMember)?;
        rules::check_grant(&manager.reach, role, &place.path, &home, tree.root().as_slice())
    }

    pub(super) fn tell_granted(&self, tx: &mut Tx, duty: &RoleRow) -> QueryResult<()> {
        let (unit, title) = (self.unit_name(duty.unit_id), duty.role.title());
        let until = duty.to_on.map(|day| format!("，至 {day}")).unwrap_or_default();
        let body = format!("自 {} 起，您担任{unit}{title}{until}。", duty.from_on);
        tell(tx, duty.member_id, format!("您已被任命为{unit}{title}"), body)
    }

    fn tell_ended(&self, tx: &mut Tx, duty: &RoleRow) -> QueryResult<()> {
        let (unit, title) = (self.unit_name(duty.unit_id), duty.role.title());
        let body = format!("自 {} 起，您不再担任{unit}{title}。", tx.today());
        tell(tx, duty.member_id, format!("您已不再担任{unit}{title}"), body)
    }

    fn unit_name(&self, unit: UnitId) -> String {
        self.directory.tree().get(unit).map(|card| card.unit.name.clone()).unwrap_or_default()
    }
}

fn tell(tx: &mut Tx, member: MemberId, title: String, body: String) -> QueryResult<()> {
    let kind = NoticeKind::Duty;
    notices::tell(tx, NewNotice { to: To::Member(member), kind, title, body, link: Some("/me".into()) })
}
