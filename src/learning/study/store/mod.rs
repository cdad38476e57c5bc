//! Items, pushes, and the days on which there was something to do.

pub mod coverage;
pub mod readings;

use diesel::dsl::{exists, min, not};
use diesel::prelude::*;

use super::model::{
    FeedPush, Item, ItemFilter, ItemHead, ItemId, ItemState, Place, Push, PushFilter, PushId, PushState, Told,
};
use crate::base::id::UnitId;
use crate::base::time::{Day, Period, Timestamp};
use crate::db::Conn;
use crate::db::schema::{study_days, study_items, study_pushes, study_readings};
use crate::ground::notices::NoticeId;
use crate::on;

pub fn insert_item(conn: &mut Conn, item: &Item) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(study_items::table).values(item).execute(c)).map(drop)
}

/// Writes everything of an item.
pub fn update_item(conn: &mut Conn, item: &Item) -> QueryResult<()> {
    on!(conn, c => diesel::update(study_items::table.filter(study_items::id.eq(item.id))).set(item).execute(c))
        .map(drop)
}

/// Takes an item away that was never planned for anybody and never read; false when it was.
pub fn delete_item(conn: &mut Conn, id: ItemId) -> QueryResult<bool> {
    let pushed = study_pushes::table.filter(study_pushes::item_id.eq(id));
    let read = study_readings::table.filter(study_readings::item_id.eq(id));
    let unused =
        study_items::table.filter(study_items::id.eq(id)).filter(not(exists(pushed))).filter(not(exists(read)));
    Ok(on!(conn, c => diesel::delete(unused).execute(c))? == 1)
}

pub fn find_item(conn: &mut Conn, id: ItemId) -> QueryResult<Option<Item>> {
    on!(conn, c => study_items::table.find(id).select(Item::as_select()).first(c).optional())
}

/// An item that nobody else changes until the end of the transaction.
pub fn lock_item(conn: &mut Conn, id: ItemId) -> QueryResult<Option<Item>> {
    match conn {
        Conn::Pg(c) => study_items::table.find(id).select(Item::as_select()).for_no_key_update().first(c).optional(),
        // writes go one after the other
        Conn::Sqlite(c) => study_items::table.find(id).select(Item::as_select()).first(c).optional(),
    }
}

pub fn find_item_head(conn: &mut Conn, id: ItemId) -> QueryResult<Option<ItemHead>> {
    on!(conn, c => study_items::table
        .find(id)
        .select((study_items::title, study_items::minimum_seconds))
        .first(c)
        .optional())
}

/// What a push asks, for whoever adds up what plans ask.
#[derive(Clone, Debug, Queryable)]
pub struct PlannedPush {
    /// Of everybody below this unit.
    pub unit_id: UnitId,
    pub day: Day,
    pub publish_at: Timestamp,
    pub minimum_seconds: i32,
}

/// The pushes of the days from `from` to `until`, both included, that were not cancelled.
pub fn list_planned(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Vec<PlannedPush>> {
    on!(conn, c => study_pushes::table
        .inner_join(study_items::table.on(study_items::id.eq(study_pushes::item_id)))
        .filter(study_pushes::day.between(from, until))
        .filter(study_pushes::cancelled_at.is_null())
        .order(study_pushes::id)
        .select((study_pushes::unit_id, study_pushes::day, study_pushes::publish_at, study_items::minimum_seconds))
        .load(c))
}

/// The pushes to `units` of the days from `from` to `until`, both included, that were not cancelled, each with the title of
/// its item.
pub fn list_of_days(
    conn: &mut Conn,
    units: &[UnitId],
    (from, until): (Day, Day),
    limit: i64,
) -> QueryResult<Vec<(Push, String)>> {
    on!(conn, c => study_pushes::table
        .inner_join(study_items::table.on(study_items::id.eq(study_pushes::item_id)))
        .filter(study_pushes::unit_id.eq_any(units))
        .filter(study_pushes::day.between(from, until))
        .filter(study_pushes::cancelled_at.is_null())
        .order((study_pushes::day, study_pushes::id))
        .limit(limit)
        .select((Push::as_select(), study_items::title))
        .load(c))
}

/// The pushes of the days from `from` to `until`, both included, that came out, each with the title of its item.
pub fn list_out(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Vec<(Push, String)>> {
    on!(conn, c => study_pushes::table
        .inner_join(study_items::table.on(study_items::id.eq(study_pushes::item_id)))
        .filter(study_pushes::day.between(from, until))
        .filter(study_pushes::published_at.is_not_null())
        .filter(study_pushes::cancelled_at.is_null())
        .order((study_pushes::day, study_pushes::id))
        .select((Push::as_select(), study_items::title))
        .load(c))
}

/// Items written before `before`, newest first.
pub fn list_items(conn: &mut Conn, filter: &ItemFilter, before: Option<ItemId>, limit: i64) -> QueryResult<Vec<Item>> {
    let before = before.unwrap_or_else(|| uuid::Uuid::max().into());
    on!(conn, c => {
        let mut query = study_items::table.filter(study_items::id.lt(before)).into_boxed();
        if let Some(words) = &filter.words {
            query = query.filter(study_items::title.like(containing(words)).escape(ESCAPE));
        }
        if let Some(category) = &filter.category {
            query = query.filter(study_items::category.eq(category));
        }
        match filter.state {
            Some(ItemState::Offered) => query = query.filter(study_items::retired_at.is_null()),
            Some(ItemState::Retired) => query = query.filter(study_items::retired_at.is_not_null()),
            None => {}
        }
        query.order(study_items::id.desc()).limit(limit).select(Item::as_select()).load(c)
    })
}

const ESCAPE: char = '\\';

/// A pattern that fits what holds `words`, whatever signs are in them.
fn containing(words: &str) -> String {
    let escaped: String =
        words.chars().flat_map(|c| matches!(c, '%' | '_' | ESCAPE).then_some(ESCAPE).into_iter().chain([c])).collect();
    format!("%{escaped}%")
}

/// The items that may be pushed, oldest first.
pub fn list_item_ids(conn: &mut Conn) -> QueryResult<Vec<ItemId>> {
    on!(conn, c => study_items::table
        .filter(study_items::retired_at.is_null())
        .order(study_items::id)
        .select(study_items::id)
        .load(c))
}

/// Whether the unit has a push of that day which is not cancelled.
pub fn has_push(conn: &mut Conn, unit: UnitId, day: Day) -> QueryResult<bool> {
    let standing = study_pushes::table
        .filter(study_pushes::unit_id.eq(unit))
        .filter(study_pushes::day.eq(day))
        .filter(study_pushes::cancelled_at.is_null());
    on!(conn, c => diesel::select(diesel::dsl::exists(standing)).get_result(c))
}

/// Makes the pushes of `day` that wait for a later hour due `now`.
pub fn bring_forward(conn: &mut Conn, day: Day, now: Timestamp) -> QueryResult<()> {
    let waiting = study_pushes::table
        .filter(study_pushes::day.eq(day))
        .filter(study_pushes::publish_at.gt(now))
        .filter(study_pushes::published_at.is_null())
        .filter(study_pushes::cancelled_at.is_null());
    on!(conn, c => diesel::update(waiting).set(study_pushes::publish_at.eq(now)).execute(c)).map(drop)
}

/// Writes a push; false when the unit has one on that day.
pub fn insert_push(conn: &mut Conn, push: &Push) -> QueryResult<bool> {
    let inserted = on!(conn, c => diesel::insert_into(study_pushes::table)
        .values(push)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

pub fn find_push(conn: &mut Conn, id: PushId) -> QueryResult<Option<Push>> {
    on!(conn, c => study_pushes::table.find(id).select(Push::as_select()).first(c).optional())
}

/// By which notice a push was told, and its reminder.
pub fn find_told(conn: &mut Conn, id: PushId) -> QueryResult<Option<Told>> {
    let columns = (study_pushes::notice_id, study_pushes::remind_at, study_pushes::reminded_at);
    let found: Option<(Option<NoticeId>, Option<Timestamp>, Option<Timestamp>)> =
        on!(conn, c => study_pushes::table.find(id).select(columns).first(c).optional())?;
    Ok(found.map(|(notice_id, remind_at, reminded_at)| Told { notice_id, remind_at, reminded_at }))
}

/// Puts down by which notice a push was told.
pub fn put_notice(conn: &mut Conn, id: PushId, notice: NoticeId) -> QueryResult<()> {
    let push = study_pushes::table.find(id);
    on!(conn, c => diesel::update(push).set(study_pushes::notice_id.eq(notice)).execute(c)).map(drop)
}

/// Puts down when those who have not read a push are reminded.
pub fn put_reminder(conn: &mut Conn, id: PushId, at: Timestamp) -> QueryResult<()> {
    let push = study_pushes::table.find(id);
    on!(conn, c => diesel::update(push).set(study_pushes::remind_at.eq(at)).execute(c)).map(drop)
}

/// The published pushes whose reminder is due and was not sent.
pub fn list_to_remind(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<Push>> {
    on!(conn, c => study_pushes::table
        .filter(study_pushes::remind_at.le(now))
        .filter(study_pushes::reminded_at.is_null())
        .filter(study_pushes::published_at.is_not_null())
        .filter(study_pushes::cancelled_at.is_null())
        .order(study_pushes::id)
        .limit(100)
        .select(Push::as_select())
        .load(c))
}

/// Puts down that a reminder was sent; false when it was already.
pub fn mark_reminded(conn: &mut Conn, id: PushId, now: Timestamp) -> QueryResult<bool> {
    let open = study_pushes::table.filter(study_pushes::id.eq(id)).filter(study_pushes::reminded_at.is_null());
    Ok(on!(conn, c => diesel::update(open).set(study_pushes::reminded_at.eq(now)).execute(c))? == 1)
}

/// When the next reminder is due.
pub fn next_reminder(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    let open =
        study_pushes::table.filter(study_pushes::reminded_at.is_null()).filter(study_pushes::cancelled_at.is_null());
    on!(conn, c => open.select(diesel::dsl::min(study_pushes::remind_at)).first(c))
}

/// The pushes for `units` in the order of their days, after `after`.
pub fn list_pushes(
    conn: &mut Conn,
    units: &[UnitId],
    filter: &PushFilter,
    after: Option<Place>,
    limit: i64,
) -> QueryResult<Vec<(Push, String)>> {
    let (day, id) = after.unwrap_or_else(|| (filter.from, uuid::Uuid::nil().into()));
    let beyond = study_pushes::day.gt(day).or(study_pushes::id.gt(id));
    on!(conn, c => {
        let mut query = study_pushes::table
            .inner_join(study_items::table.on(study_items::id.eq(study_pushes::item_id)))
            .filter(study_pushes::unit_id.eq_any(units))
            .filter(study_pushes::day.between(filter.from, filter.until))
            .filter(study_pushes::day.ge(day))
            .filter(beyond)
            .into_boxed();
        if let Some(words) = &filter.words {
            query = query.filter(study_items::title.like(containing(words)).escape(ESCAPE));
        }
        if let Some(category) = &filter.category {
            query = query.filter(study_items::category.eq(category));
        }
        let (published, cancelled) = (study_pushes::published_at, study_pushes::cancelled_at);
        match filter.state {
            Some(PushState::Published) => query = query.filter(published.is_not_null()),
            Some(PushState::Cancelled) => {
                query = query.filter(published.is_null()).filter(cancelled.is_not_null());
            }
            Some(PushState::Planned) => query = query.filter(published.is_null()).filter(cancelled.is_null()),
            None => {}
        }
        query
            .order((study_pushes::day, study_pushes::id))
            .limit(limit)
            .select((Push::as_select(), study_items::title))
            .load(c)
    })
}

/// Pushes whose time has come, the longest due first.
pub fn list_due(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<(Push, String, String)>> {
    on!(conn, c => study_pushes::table
        .inner_join(study_items::table.on(study_items::id.eq(study_pushes::item_id)))
        .filter(study_pushes::published_at.is_null())
        .filter(study_pushes::cancelled_at.is_null())
        .filter(study_pushes::publish_at.le(now))
        .order((study_pushes::publish_at, study_pushes::id))
        .limit(limit)
        .select((Push::as_select(), study_items::title, study_items::summary))
        .load(c))
}

/// When the next planned push is due, which may have passed.
pub fn next_due(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => study_pushes::table
        .filter(study_pushes::published_at.is_null())
        .filter(study_pushes::cancelled_at.is_null())
        .order(study_pushes::publish_at)
        .select(study_pushes::publish_at)
        .first(c)
        .optional())
}

/// Publishes a planned push; false when another server was first or it was cancelled.
pub fn publish(conn: &mut Conn, id: PushId, now: Timestamp) -> QueryResult<bool> {
    let planned =
        study_pushes::id.eq(id).and(study_pushes::published_at.is_null()).and(study_pushes::cancelled_at.is_null());
    let published = on!(conn, c => diesel::update(study_pushes::table.filter(planned))
        .set(study_pushes::published_at.eq(now))
        .execute(c))?;
    Ok(published == 1)
}

/// Cancels a planned push; false when it was published or cancelled before.
pub fn cancel(conn: &mut Conn, id: PushId, now: Timestamp) -> QueryResult<bool> {
    let planned =
        study_pushes::id.eq(id).and(study_pushes::published_at.is_null()).and(study_pushes::cancelled_at.is_null());
    let cancelled = on!(conn, c => diesel::update(study_pushes::table.filter(planned))
        .set(study_pushes::cancelled_at.eq(now))
        .execute(c))?;
    Ok(cancelled == 1)
}

/// Whether a push of the item was published to one of `units`.
pub fn is_pushed(conn: &mut Conn, item: ItemId, units: &[UnitId]) -> QueryResult<bool> {
    let pushed = study_pushes::table
        .filter(study_pushes::unit_id.eq_any(units))
        .filter(study_pushes::item_id.eq(item))
        .filter(study_pushes::published_at.is_not_null())
        .filter(study_pushes::cancelled_at.is_null());
    on!(conn, c => diesel::select(diesel::dsl::exists(pushed)).get_result(c))
}

/// The published pushes of `units` before `before`, newest first.
pub fn list_published(
    conn: &mut Conn,
    units: &[UnitId],
    before: Option<Place>,
    limit: i64,
) -> QueryResult<Vec<FeedPush>> {
    let (day, id) = before.unwrap_or_else(the_end);
    on!(conn, c => study_pushes::table
        .inner_join(study_items::table.on(study_items::id.eq(study_pushes::item_id)))
        .filter(study_pushes::unit_id.eq_any(units))
        .filter(study_pushes::published_at.is_not_null())
        .filter(study_pushes::cancelled_at.is_null())
        .filter(study_pushes::day.le(day))
        .filter(study_pushes::day.lt(day).or(study_pushes::id.lt(id)))
        .order((study_pushes::day.desc(), study_pushes::id.desc()))
        .limit(limit)
        .select((
            study_pushes::id,
            study_pushes::item_id,
            study_pushes::unit_id,
            study_pushes::day,
            study_pushes::published_at.assume_not_null(),
            study_items::title,
            study_items::summary,
            study_items::source,
            study_items::cover_url,
            study_items::minimum_seconds,
            study_items::cover_file_id,
        ))
        .load(c))
}

/// A place after every push.
fn the_end() -> Place {
    (Period::All.end(Timestamp::from_micros(0).day()), PushId::from(uuid::Uuid::max()))
}

/// The units that have pushes, published or planned.
pub fn list_pushing_units(conn: &mut Conn) -> QueryResult<Vec<UnitId>> {
    on!(conn, c => study_pushes::table
        .filter(study_pushes::cancelled_at.is_null())
        .select(study_pushes::unit_id)
        .distinct()
        .load(c))
}

/// When the next planned push of the unit on `day` is published.
pub fn next_publish_at(conn: &mut Conn, unit: UnitId, day: Day) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => study_pushes::table
        .filter(study_pushes::unit_id.eq(unit))
        .filter(study_pushes::day.eq(day))
        .filter(study_pushes::published_at.is_null())
        .filter(study_pushes::cancelled_at.is_null())
        .order(study_pushes::publish_at)
        .select(study_pushes::publish_at)
        .first(c)
        .optional())
}

/// Puts down that `unit` has something to do on `day` since `now`; the first time counts.
pub fn insert_open_day(conn: &mut Conn, unit: UnitId, day: Day, now: Timestamp) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(study_days::table)
        .values((study_days::unit_id.eq(unit), study_days::day.eq(day), study_days::opened_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// The days between two, both included, with something to do for one of `units`, each with since when.
pub fn list_open_days(conn: &mut Conn, units: &[UnitId], (from, to): (Day, Day)) -> QueryResult<Vec<(Day, Timestamp)>> {
    let found: Vec<(Day, Option<Timestamp>)> = on!(conn, c => study_days::table
        .filter(study_days::unit_id.eq_any(units))
        .filter(study_days::day.between(from, to))
        .group_by(study_days::day)
        .select((study_days::day, min(study_days::opened_at)))
        .load(c))?;
    Ok(found.into_iter().filter_map(|(day, opened_at)| Some((day, opened_at?))).collect())
}
