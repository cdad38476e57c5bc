//! What holders asked others to prepare, and what duties that ended left behind.

use diesel::prelude::*;

use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{desk_assignments, desk_hand_over_items, desk_hand_overs};
use crate::kernel::desk::DeskItemId;
use crate::people::members::model::RoleId;

crate::id!(
    /// That a duty ended.
    DeskHandOverId
);

crate::id!(
    /// Something that lay with a duty that ended.
    HandedItemId
);

/// That a member is to prepare, or has prepared, what waits for others.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_assignments, treat_none_as_default_value = false)]
pub struct Assignment {
    pub item_id: DeskItemId,
    pub member_id: MemberId,
    pub assigned_by: MemberId,
    /// What he is asked for.
    pub note: Option<String>,
    pub assigned_at: Timestamp,
    /// What he has prepared.
    pub prepared: Option<String>,
    pub prepared_at: Option<Timestamp>,
}

/// What lay with a duty when it ended.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_hand_overs)]
pub struct HandOver {
    pub id: DeskHandOverId,
    pub role_id: RoleId,
    /// Who held it.
    pub member_id: MemberId,
    pub role: Role,
    pub unit_id: UnitId,
    /// The last day of the duty.
    pub ended_on: Day,
    /// How many things lay with it in all.
    pub items: i32,
    pub at: Timestamp,
}

/// Something that lay with a duty when it ended, as it was called then.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_hand_over_items, treat_none_as_default_value = false)]
pub struct HandedItem {
    pub id: HandedItemId,
    pub hand_over_id: DeskHandOverId,
    /// From 1, by due day.
    pub number: i32,
    pub kind: String,
    pub title: String,
    pub link: String,
    pub due_on: Option<Day>,
    pub waits_since: Timestamp,
}
