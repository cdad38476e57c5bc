//! Lists, their items, and their way to units.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use crate::base::id::UnitId;
use crate::db::Conn;
use crate::db::schema::{task_items, task_layings, task_lists};
use crate::doing::tasks::model::{
    Laying, LayingId, ListFilter, TaskItem, TaskItemId, TaskList, TaskListId, TaskListKind, TaskSource,
};
use crate::on;

pub fn find(conn: &mut Conn, id: TaskListId) -> QueryResult<Option<TaskList>> {
    on!(conn, c => task_lists::table.find(id).select(TaskList::as_select()).first(c).optional())
}

/// A list, held until the end of the transaction: for what changes what it asks.
pub fn lock_row(conn: &mut Conn, id: TaskListId) -> QueryResult<Option<TaskList>> {
    match conn {
        Conn::Pg(c) => task_lists::table.find(id).select(TaskList::as_select()).for_update().first(c).optional(),
        Conn::Sqlite(c) => task_lists::table.find(id).select(TaskList::as_select()).first(c).optional(),
    }
}

/// Lists of `units` (of all when `None`) before `before`, the newest first.
pub fn list(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    filter: ListFilter,
    before: Option<TaskListId>,
    limit: i64,
) -> QueryResult<Vec<TaskList>> {
    on!(conn, c => {
        let mut query = task_lists::table
            .filter(task_lists::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(task_lists::unit_id.eq_any(units));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(task_lists::kind.eq(kind));
        }
        if let Some(year) = filter.year {
            query = query.filter(task_lists::year.eq(year));
        }
        query.order(task_lists::id.desc()).limit(limit).select(TaskList::as_select()).load(c)
    })
}

pub fn insert(conn: &mut Conn, list: &TaskList) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(task_lists::table).values(list).execute(c)).map(drop)
}

pub fn update(conn: &mut Conn, list: &TaskList) -> QueryResult<()> {
    let there = task_lists::table.find(list.id);
    on!(conn, c => diesel::update(there)
        .set((
            task_lists::title.eq(&list.title),
            task_lists::basis.eq(&list.basis),
            task_lists::rhythm.eq(list.rhythm),
            task_lists::updated_at.eq(list.updated_at),
        ))
        .execute(c))
    .map(drop)
}

/// The list of that kind, title and year of a unit.
pub fn find_titled(
    conn: &mut Conn,
    unit: UnitId,
    (kind, title, year): (TaskListKind, &str, i32),
) -> QueryResult<Option<TaskList>> {
    on!(conn, c => task_lists::table
        .filter(task_lists::unit_id.eq(unit))
        .filter(task_lists::kind.eq(kind))
        .filter(task_lists::title.eq(title))
        .filter(task_lists::year.eq(year))
        .order(task_lists::id)
        .select(TaskList::as_select())
        .first(c)
        .optional())
}

/// Items of a list after a number, in their order.
pub fn list_items(conn: &mut Conn, list: TaskListId, after: i32, limit: i64) -> QueryResult<Vec<TaskItem>> {
    on!(conn, c => task_items::table
        .filter(task_items::list_id.eq(list))
        .filter(task_items::number.gt(after))
        .order(task_items::number)
        .limit(limit)
        .select(TaskItem::as_select())
        .load(c))
}

pub fn find_items(conn: &mut Conn, ids: &[TaskItemId]) -> QueryResult<Vec<TaskItem>> {
    on!(conn, c => task_items::table.filter(task_items::id.eq_any(ids)).select(TaskItem::as_select()).load(c))
}

pub fn find_item(conn: &mut Conn, list: TaskListId, number: i32) -> QueryResult<Option<TaskItem>> {
    on!(conn, c => task_items::table
        .filter(task_items::list_id.eq(list))
        .filter(task_items::number.eq(number))
        .select(TaskItem::as_select())
        .first(c)
        .optional())
}

/// The items that came of a place in a thing of another room.
pub fn list_items_of_source(conn: &mut Conn, source: &TaskSource) -> QueryResult<Vec<TaskItem>> {
    on!(conn, c => task_items::table
        .filter(task_items::source_kind.eq(&source.kind))
        .filter(task_items::source_id.eq(source.id))
        .filter(task_items::source_place.eq(source.place))
        .order(task_items::id)
        .select(TaskItem::as_select())
        .load(c))
}

/// How many items each of `lists` has; those without any are left out.
pub fn count_items(conn: &mut Conn, lists: &[TaskListId]) -> QueryResult<Vec<(TaskListId, i64)>> {
    on!(conn, c => task_items::table
        .filter(task_items::list_id.eq_any(lists))
        .group_by(task_items::list_id)
        .select((task_items::list_id, count_star()))
        .load(c))
}

/// The highest number of a list; 0 of an empty one.
pub fn highest_number(conn: &mut Conn, list: TaskListId) -> QueryResult<i32> {
    let highest: Option<i32> = on!(conn, c => task_items::table
        .filter(task_items::list_id.eq(list))
        .select(max(task_items::number))
        .first(c))?;
    Ok(highest.unwrap_or(0))
}

pub fn insert_item(conn: &mut Conn, item: &TaskItem) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(task_items::table).values(item).execute(c)).map(drop)
}

pub fn update_item(conn: &mut Conn, item: &TaskItem) -> QueryResult<()> {
    on!(conn, c => diesel::update(task_items::table.find(item.id)).set(item).execute(c)).map(drop)
}

pub fn delete_item(conn: &mut Conn, id: TaskItemId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(task_items::table.find(id)).execute(c)).map(drop)
}

pub fn mark_laid(conn: &mut Conn, ids: &[TaskItemId]) -> QueryResult<()> {
    let items = task_items::table.filter(task_items::id.eq_any(ids));
    on!(conn, c => diesel::update(items).set(task_items::laid.eq(true)).execute(c)).map(drop)
}

pub fn insert_laying(conn: &mut Conn, laying: &Laying) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(task_layings::table).values(laying).execute(c)).map(drop)
}

pub fn find_laying(conn: &mut Conn, id: LayingId) -> QueryResult<Option<Laying>> {
    on!(conn, c => task_layings::table.find(id).select(Laying::as_select()).first(c).optional())
}

/// Layings that have not ended, the oldest first.
pub fn list_open_layings(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Laying>> {
    on!(conn, c => task_layings::table
        .filter(task_layings::ended_at.is_null())
        .order(task_layings::id)
        .limit(limit)
        .select(Laying::as_select())
        .load(c))
}

/// Writes how far a laying is.
pub fn advance_laying(conn: &mut Conn, id: LayingId, done: i32, laid: i32) -> QueryResult<()> {
    let set = (task_layings::done.eq(done), task_layings::laid.eq(task_layings::laid + laid));
    on!(conn, c => diesel::update(task_layings::table.find(id)).set(set).execute(c)).map(drop)
}

/// Ends a laying; false when that was done.
pub fn end_laying(conn: &mut Conn, id: LayingId, at: crate::base::time::Timestamp) -> QueryResult<bool> {
    let open = task_layings::table.filter(task_layings::id.eq(id)).filter(task_layings::ended_at.is_null());
    Ok(on!(conn, c => diesel::update(open).set(task_layings::ended_at.eq(at)).execute(c))? == 1)
}

/// The items that came of a thing of another room, wherever in it.
pub fn list_items_of_thing(
    conn: &mut Conn,
    kind: &str,
    id: crate::doing::tasks::model::TaskSourceId,
) -> QueryResult<Vec<TaskItem>> {
    on!(conn, c => task_items::table
        .filter(task_items::source_kind.eq(kind))
        .filter(task_items::source_id.eq(id))
        .order(task_items::id)
        .select(TaskItem::as_select())
        .load(c))
}
