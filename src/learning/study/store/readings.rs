//! What members did: readings, servings, and the days that keep a streak.

use diesel::prelude::*;

use super::super::model::{ItemId, Mark, PushId, Reading, ReadingId, Serving};
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{streak_days, study_readings, study_servings};
use crate::kernel::glance::Look;
use crate::{on, prepared};

/// What the member has opened today: the item, and when it was finished.
pub const MARKS: Look = Look {
    kind: "study.mark",
    id: "item_id",
    at: "finished_at",
    word: "day",
    from: "FROM study_readings WHERE member_id = {member} AND day >= {today}",
    ..Look::NOTHING
};

/// How many days [`DONE_DAYS`] shows at most; most streaks are shorter.
pub const DONE_DAYS_SEEN: usize = 31;

/// The newest days on which the member did something.
pub const DONE_DAYS: Look = Look {
    kind: "study.done_day",
    word: "day",
    from: "FROM streak_days WHERE member_id = {member} ORDER BY day DESC LIMIT 31",
    ..Look::NOTHING
};

pub fn find_reading(conn: &mut Conn, member: MemberId, id: ReadingId) -> QueryResult<Option<Reading>> {
    on!(conn, c => study_readings::table
        .filter(study_readings::member_id.eq(member))
        .filter(study_readings::id.eq(id))
        .select(Reading::as_select())
        .first(c)
        .optional())
}

/// The member's reading of the item that was opened on `day`.
pub fn find_reading_of(conn: &mut Conn, member: MemberId, item: ItemId, day: Day) -> QueryResult<Option<Reading>> {
    on!(conn, c => study_readings::table
        .filter(study_readings::member_id.eq(member))
        .filter(study_readings::item_id.eq(item))
        .filter(study_readings::day.eq(day))
        .select(Reading::as_select())
        .first(c)
        .optional())
}

/// The member's reading whose time runs.
pub fn find_running(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Reading>> {
    on!(conn, c => study_readings::table
        .filter(study_readings::member_id.eq(member))
        .filter(study_readings::running_since.is_not_null())
        .select(Reading::as_select())
        .first(c)
        .optional())
}

/// Whether the member has finished the item on some day.
pub fn has_finished(conn: &mut Conn, member: MemberId, item: ItemId) -> QueryResult<bool> {
    let finished = study_readings::table
        .filter(study_readings::member_id.eq(member))
        .filter(study_readings::item_id.eq(item))
        .filter(study_readings::finished_at.is_not_null());
    on!(conn, c => diesel::select(diesel::dsl::exists(finished)).get_result(c))
}

/// Whether the member has opened the item on `from` or later.
pub fn has_opened_since(conn: &mut Conn, member: MemberId, item: ItemId, from: Day) -> QueryResult<bool> {
    let opened = study_readings::table
        .filter(study_readings::member_id.eq(member))
        .filter(study_readings::item_id.eq(item))
        .filter(study_readings::day.ge(from));
    on!(conn, c => diesel::select(diesel::dsl::exists(opened)).get_result(c))
}

pub fn insert_reading(conn: &mut Conn, reading: &Reading) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(study_readings::table).values(reading).execute(c)).map(drop)
}

/// Writes how far a reading has come.
pub fn update_reading(conn: &mut Conn, reading: &Reading) -> QueryResult<()> {
    let progress = (
        study_readings::running_since.eq(reading.running_since),
        study_readings::read_micros.eq(reading.read_micros),
        study_readings::finished_at.eq(reading.finished_at),
        study_readings::points.eq(reading.points),
    );
    let present = study_readings::table.find(reading.id);
    on!(conn, c => prepared!(diesel::update(present).set(progress)).execute(c)).map(drop)
}

/// The member's finished readings that were opened between two days, both included.
pub fn list_finished(conn: &mut Conn, member: MemberId, from: Day, to: Day) -> QueryResult<Vec<Reading>> {
    on!(conn, c => study_readings::table
        .filter(study_readings::member_id.eq(member))
        .filter(study_readings::day.between(from, to))
        .filter(study_readings::finished_at.is_not_null())
        .order((study_readings::day, study_readings::id))
        .select(Reading::as_select())
        .load(c))
}

/// What the member has opened from `from` on.
pub fn list_marks(conn: &mut Conn, member: MemberId, from: Day) -> QueryResult<Vec<Mark>> {
    on!(conn, c => study_readings::table
        .filter(study_readings::member_id.eq(member))
        .filter(study_readings::day.ge(from))
        .select((study_readings::item_id, study_readings::day, study_readings::finished_at))
        .load(c))
}

/// Puts servings down; those that are there already stay as they are.
pub fn insert_servings(conn: &mut Conn, servings: &[Serving]) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(study_servings::table)
        .values(servings)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// Which of `members` were served the push.
pub fn list_served(conn: &mut Conn, push: PushId, members: &[MemberId]) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => study_servings::table
        .filter(study_servings::push_id.eq(push))
        .filter(study_servings::member_id.eq_any(members))
        .select(study_servings::member_id)
        .load(c))
}

/// Which of `members` opened the item from `from` to `to`, and when they finished it.
pub fn list_opened(
    conn: &mut Conn,
    item: ItemId,
    (from, to): (Day, Day),
    members: &[MemberId],
) -> QueryResult<Vec<(MemberId, Day, Option<Timestamp>)>> {
    on!(conn, c => study_readings::table
        .filter(study_readings::member_id.eq_any(members))
        .filter(study_readings::item_id.eq(item))
        .filter(study_readings::day.between(from, to))
        .select((study_readings::member_id, study_readings::day, study_readings::finished_at))
        .load(c))
}

/// Puts down that `member` did something on `day`.
pub fn insert_done_day(conn: &mut Conn, member: MemberId, day: Day) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(streak_days::table)
        .values((streak_days::member_id.eq(member), streak_days::day.eq(day)))
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// Which of `members` have days from before `before`.
pub fn list_with_days_before(conn: &mut Conn, members: &[MemberId], before: Day) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => streak_days::table
        .filter(streak_days::member_id.eq_any(members))
        .filter(streak_days::day.lt(before))
        .select(streak_days::member_id)
        .distinct()
        .load(c))
}

/// Forgets the days of `members` from before `before`.
pub fn delete_days_before(conn: &mut Conn, members: &[MemberId], before: Day) -> QueryResult<()> {
    let old = streak_days::table.filter(streak_days::member_id.eq_any(members)).filter(streak_days::day.lt(before));
    on!(conn, c => diesel::delete(old).execute(c)).map(drop)
}

/// The days from `from` on, on which `member` did something.
pub fn list_done_days(conn: &mut Conn, member: MemberId, from: Day) -> QueryResult<Vec<Day>> {
    on!(conn, c => streak_days::table
        .filter(streak_days::member_id.eq(member))
        .filter(streak_days::day.ge(from))
        .select(streak_days::day)
        .load(c))
}
