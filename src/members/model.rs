//! What the room keeps: units, members, duties, absences.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{absences, members, roles, units};

crate::id!(
    /// A duty granted to a member.
    RoleId
);
crate::id!(
    /// A stretch of days away.
    AbsenceId
);

/// The kind of unit that is a branch 党支部: names are open within it, boards compare it. Other kinds are only data.
pub const BRANCH_KIND: &str = "党支部";

crate::words!(
    /// What kind of member somebody is.
    MemberKind {
        /// 党员
        Full = "full",
        /// 预备党员
        Probationary = "probationary",
        /// 群众
        Masses = "masses",
    }
);

crate::words!(
    /// Whether somebody takes part at present.
    MemberStatus {
        Active = "active",
        /// On leave or a long shift: streaks are frozen, denominators leave them out.
        Away = "away",
        /// Gone; cannot sign in, the past stays.
        Left = "left",
    }
);

/// A unit 组织 of the tree.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = units, treat_none_as_default_value = false)]
pub struct Unit {
    pub id: UnitId,
    /// The stable external code, in capitals.
    pub code: String,
    pub name: String,
    pub short_name: String,
    /// Free text of the enterprise: 集团党委, 党支部, a workshop …
    pub kind: String,
    pub parent_id: Option<UnitId>,
    /// Closed units keep their past and take no new members.
    pub closed_on: Option<Day>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A member as stored; the phone number is sealed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub struct MemberRow {
    pub id: MemberId,
    pub employee_no: String,
    pub name: String,
    pub phone_sealed: Option<Vec<u8>>,
    pub phone_index: Option<Vec<u8>>,
    pub kind: MemberKind,
    pub status: MemberStatus,
    pub unit_id: UnitId,
    /// Does not want to appear on public boards; points are kept all the same.
    pub hidden_from_boards: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A duty 职务 granted on a unit, from a day on, up to and including `to_on`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = roles, treat_none_as_default_value = false)]
pub struct RoleRow {
    pub id: RoleId,
    pub member_id: MemberId,
    pub role: Role,
    pub unit_id: UnitId,
    pub from_on: Day,
    pub to_on: Option<Day>,
    pub granted_by: Option<MemberId>,
    pub created_at: Timestamp,
}

impl RoleRow {
    /// Whether the duty holds on `day`.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to| day <= to)
    }
}

/// Days away, `to_on` included; open while the member is still away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = absences, treat_none_as_default_value = false)]
pub struct Absence {
    pub id: AbsenceId,
    pub member_id: MemberId,
    pub from_on: Day,
    pub to_on: Option<Day>,
}

impl Absence {
    pub fn covers(&self, day: Day) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to| day <= to)
    }
}
