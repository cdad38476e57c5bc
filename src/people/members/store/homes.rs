//! Where members were at home before, and below what units lay.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{former_homes, former_parents};
use crate::kernel::glance::Look;
use crate::on;
use crate::people::members::model::{FormerHome, FormerParent};

/// Until when the member was at home elsewhere, or not in the enterprise.
pub const FORMER_HOMES: Look = Look {
    kind: "members.former_home",
    word: "last_on",
    from: "FROM former_homes WHERE member_id = {member}",
    ..Look::NOTHING
};

/// Puts down where a member was at home until `last_on`, that day included. Of several changes in one day the first one
/// tells where he was before.
pub fn insert_former_home(conn: &mut Conn, home: &FormerHome) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(former_homes::table).values(home).on_conflict_do_nothing().execute(c)).map(drop)
}

/// Where a member was at home on `from` and later, oldest first, the present home left out.
pub fn list_former_homes(conn: &mut Conn, member: MemberId, from: Day) -> QueryResult<Vec<FormerHome>> {
    on!(conn, c => former_homes::table
        .filter(former_homes::member_id.eq(member))
        .filter(former_homes::last_on.ge(from))
        .order(former_homes::last_on)
        .select(FormerHome::as_select())
        .load(c))
}

/// The same for a unit and the one above it.
pub fn insert_former_parent(conn: &mut Conn, parent: &FormerParent) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(former_parents::table).values(parent).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// What lay elsewhere on `from` or later, oldest first; few units ever move.
pub fn list_former_parents(conn: &mut Conn, from: Day) -> QueryResult<Vec<FormerParent>> {
    on!(conn, c => former_parents::table
        .filter(former_parents::last_on.ge(from))
        .order((former_parents::last_on, former_parents::unit_id))
        .select(FormerParent::as_select())
        .load(c))
}
