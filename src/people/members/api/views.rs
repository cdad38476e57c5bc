//! How units, members and duties look from outside.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::capability::{Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::phone;
use crate::base::time::Day;
use crate::people::members::directory::{MemberCard, UnitCard, UnitTree};
use crate::people::members::model::{MemberKind, MemberRow, MemberStatus, RoleId, RoleRow};

/// A unit by name.
#[derive(Serialize, ToSchema)]
pub(super) struct UnitName {
    /// The unit.
    pub id: UnitId,
    /// Its stable external code.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// What kind of unit it is, such as 党支部.
    pub kind: String,
}

impl UnitName {
    pub(super) fn of(card: &UnitCard) -> Self {
        let unit = &card.unit;
        UnitName { id: unit.id, code: unit.code.clone(), name: unit.name.clone(), kind: unit.kind.clone() }
    }

    /// The unit and its ancestors, nearest first.
    pub(super) fn path(tree: &UnitTree, unit: UnitId) -> Vec<UnitName> {
        let path = tree.get(unit).map(|card| card.path.clone()).unwrap_or_default();
        path.iter().filter_map(|id| tree.get(*id)).map(UnitName::of).collect()
    }
}

/// A duty that a member holds or will hold.
#[derive(Serialize, ToSchema)]
pub(super) struct DutyView {
    /// To end it with.
    pub id: RoleId,
    /// Which duty it is.
    pub role: Role,
    /// The duty in Chinese, as it is called on a unit of that kind.
    pub title: &'static str,
    /// Where it is held; it reaches everything below.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit_name: String,
    /// Its first day.
    pub from_on: Day,
    /// Its last day; absent while none is set.
    pub to_on: Option<Day>,
}

impl DutyView {
    pub(super) fn of(duty: &RoleRow, tree: &UnitTree) -> Self {
        DutyView {
            id: duty.id,
            role: duty.role,
            title: tree.get(duty.unit_id).map_or(duty.role.title(), |card| duty.role.title_in(&card.unit.kind)),
            unit_id: duty.unit_id,
            unit_name: tree.get(duty.unit_id).map(|card| card.unit.name.clone()).unwrap_or_default(),
            from_on: duty.from_on,
            to_on: duty.to_on,
        }
    }

    /// The duties on a card that have not ended before `today`.
    pub(super) fn all(card: &MemberCard, tree: &UnitTree, today: Day) -> Vec<DutyView> {
        let holding = |duty: &&RoleRow| duty.to_on.is_none_or(|to| today <= to);
        card.duties.iter().filter(holding).map(|duty| DutyView::of(duty, tree)).collect()
    }
}

/// A member as anyone who looks after the roster sees one.
#[derive(Serialize, ToSchema)]
pub(super) struct MemberView {
    /// The member.
    pub id: MemberId,
    /// The number to sign in with.
    pub employee_no: String,
    /// The member's name.
    pub name: String,
    /// 党员, 预备党员 or 群众.
    pub kind: MemberKind,
    /// Whether the member takes part at present.
    pub status: MemberStatus,
    /// The home unit and its ancestors, nearest first.
    pub units: Vec<UnitName>,
    /// Duties that hold today or later.
    pub duties: Vec<DutyView>,
    /// Whether the member stays off public boards.
    pub hidden_from_boards: bool,
    /// Masked (`138****0000`) unless the caller manages the roster; absent without one.
    pub phone: Option<String>,
}

impl MemberView {
    pub(super) fn of(row: &MemberRow, duties: Vec<DutyView>, tree: &UnitTree, phone: Option<String>) -> Self {
        MemberView {
            id: row.id,
            employee_no: row.employee_no.clone(),
            name: row.name.clone(),
            kind: row.kind,
            status: row.status,
            units: UnitName::path(tree, row.unit_id),
            duties,
            hidden_from_boards: row.hidden_from_boards,
            phone,
        }
    }
}

/// A phone number, in full only for anyone who manages the roster.
pub(super) fn shown_phone(phone: Option<String>, in_full: bool) -> Option<String> {
    phone.map(|number| if in_full { number } else { phone::mask(&number) })
}

/// Every unit that `reach` covers.
pub(super) fn units_within(tree: &UnitTree, reach: &Reach) -> Vec<UnitId> {
    tree.each().filter(|card| reach.covers(&card.path)).map(|card| card.unit.id).collect()
}
