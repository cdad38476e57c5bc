//! What duties that ended left behind.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::db::Conn;
use crate::db::schema::{desk_hand_over_items, desk_hand_overs};
use crate::on;
use crate::people::desk::model::{DeskHandOverId, HandOver, HandedItem};
use crate::people::members::model::RoleId;

/// Which of these duties are on a list already.
pub fn list_known(conn: &mut Conn, roles: &[RoleId]) -> QueryResult<Vec<RoleId>> {
    on!(conn, c => desk_hand_overs::table
        .filter(desk_hand_overs::role_id.eq_any(roles))
        .select(desk_hand_overs::role_id)
        .load(c))
}

/// Keeps what a duty left; false when another server was faster.
pub fn insert(conn: &mut Conn, row: &HandOver) -> QueryResult<bool> {
    on!(conn, c => diesel::insert_into(desk_hand_overs::table)
        .values(row)
        .on_conflict(desk_hand_overs::role_id)
        .do_nothing()
        .execute(c))
    .map(|inserted| inserted == 1)
}

pub fn insert_items(conn: &mut Conn, rows: &[HandedItem]) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(desk_hand_over_items::table).values(rows).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: DeskHandOverId) -> QueryResult<Option<HandOver>> {
    on!(conn, c => desk_hand_overs::table.find(id).select(HandOver::as_select()).first(c).optional())
}

pub fn list_items(conn: &mut Conn, id: DeskHandOverId) -> QueryResult<Vec<HandedItem>> {
    on!(conn, c => desk_hand_over_items::table
        .filter(desk_hand_over_items::hand_over_id.eq(id))
        .order(desk_hand_over_items::number)
        .select(HandedItem::as_select())
        .load(c))
}

/// What was left on `units` (on all when `None`), and whatever `own` left; by a member where one is named, the newest first.
pub fn list(
    conn: &mut Conn,
    (units, own): (Option<&[UnitId]>, Option<MemberId>),
    member: Option<MemberId>,
    before: Option<DeskHandOverId>,
    limit: i64,
) -> QueryResult<Vec<HandOver>> {
    on!(conn, c => {
        let mut query = desk_hand_overs::table.into_boxed();
        if let Some(units) = units {
            // equal to nothing when there is none
            query = query.filter(desk_hand_overs::unit_id.eq_any(units));
            query = query.or_filter(desk_hand_overs::member_id.nullable().eq(own));
        }
        if let Some(member) = member {
            query = query.filter(desk_hand_overs::member_id.eq(member));
        }
        if let Some(before) = before {
            query = query.filter(desk_hand_overs::id.lt(before));
        }
        query.order(desk_hand_overs::id.desc()).limit(limit).select(HandOver::as_select()).load(c)
    })
}
