//! What holders asked others to prepare.

use diesel::prelude::*;

use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::desk_assignments;
use crate::kernel::desk::DeskItemId;
use crate::on;
use crate::people::desk::model::Assignment;

pub fn find(conn: &mut Conn, item: DeskItemId) -> QueryResult<Option<Assignment>> {
    on!(conn, c => desk_assignments::table.find(item).select(Assignment::as_select()).first(c).optional())
}

/// Of these items; few.
pub fn list(conn: &mut Conn, items: &[DeskItemId]) -> QueryResult<Vec<Assignment>> {
    on!(conn, c => desk_assignments::table
        .filter(desk_assignments::item_id.eq_any(items))
        .select(Assignment::as_select())
        .load(c))
}

/// What is still to be prepared, in chunks, after `after`.
pub fn list_open(conn: &mut Conn, after: Option<DeskItemId>, limit: i64) -> QueryResult<Vec<Assignment>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => desk_assignments::table
        .filter(desk_assignments::prepared_at.is_null())
        .filter(desk_assignments::item_id.gt(after))
        .order(desk_assignments::item_id)
        .limit(limit)
        .select(Assignment::as_select())
        .load(c))
}

/// Keeps it, in the place of a former one of the item.
pub fn put(conn: &mut Conn, row: &Assignment) -> QueryResult<()> {
    delete(conn, row.item_id)?;
    on!(conn, c => diesel::insert_into(desk_assignments::table).values(row).execute(c)).map(drop)
}

pub fn write_prepared(conn: &mut Conn, item: DeskItemId, text: &str, at: Timestamp) -> QueryResult<()> {
    let row = desk_assignments::table.find(item);
    let done = (desk_assignments::prepared.eq(text), desk_assignments::prepared_at.eq(at));
    on!(conn, c => diesel::update(row).set(done).execute(c)).map(drop)
}

pub fn delete(conn: &mut Conn, item: DeskItemId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(desk_assignments::table.find(item)).execute(c)).map(drop)
}
