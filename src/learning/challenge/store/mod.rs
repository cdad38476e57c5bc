//! The room's tables, and what the boards ask of them.

pub mod corrections;

use diesel::dsl::{exists, max, min, not, sql, sum};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{Answer, DayRecord, Run, RunId};
use crate::base::id::MemberId;
use crate::base::time::{Day, Period, Timestamp};
use crate::db::Conn;
use crate::db::schema::{challenge_answers, challenge_days, challenge_runs, challenge_tallied_days};
use crate::kernel::board::{DayPoints, ScoredDays, Totals};
use crate::kernel::glance::Look;
use crate::learning::quiz::QuestionId;
use crate::{on, prepared};

// ── runs ──

/// The member's run that goes on: right answers, the number of its question, and when its time is up.
pub const RUNNING: Look = Look {
    kind: "challenge.running",
    id: "id",
    at: "due_at",
    count: "right_count",
    total: "seq",
    from: "FROM challenge_runs WHERE member_id = {member} AND ended_at IS NULL",
    ..Look::NOTHING
};

pub fn find_run(conn: &mut Conn, member: MemberId, id: RunId) -> QueryResult<Option<Run>> {
    on!(conn, c => challenge_runs::table
        .filter(challenge_runs::id.eq(id))
        .filter(challenge_runs::member_id.eq(member))
        .select(Run::as_select())
        .first(c)
        .optional())
}

/// The newest run of a member: the running one if there is one, since no other begins before it ends.
pub fn find_latest(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Run>> {
    on!(conn, c => challenge_runs::table
        .filter(challenge_runs::member_id.eq(member))
        .order(challenge_runs::id.desc())
        .select(Run::as_select())
        .first(c)
        .optional())
}

/// A member's runs before `before`, newest first.
pub fn list_runs(conn: &mut Conn, member: MemberId, before: Option<RunId>, limit: i64) -> QueryResult<Vec<Run>> {
    on!(conn, c => challenge_runs::table
        .filter(challenge_runs::member_id.eq(member))
        .filter(challenge_runs::id.lt(before.unwrap_or(uuid::Uuid::max().into())))
        .order(challenge_runs::id.desc())
        .limit(limit)
        .select(Run::as_select())
        .load(c))
}

/// Runs with at least `minimum` answers that were too fast before `before`, newest first.
pub fn list_too_fast(conn: &mut Conn, minimum: i32, before: RunId, limit: i64) -> QueryResult<Vec<Run>> {
    on!(conn, c => challenge_runs::table
        // spelled out, so that both databases find the index that holds just these
        .filter(sql::<Bool>("too_fast_count > 0"))
        .filter(challenge_runs::too_fast_count.ge(minimum))
        .filter(challenge_runs::id.lt(before))
        .order(challenge_runs::id.desc())
        .limit(limit)
        .select(Run::as_select())
        .load(c))
}

/// Running runs whose time was up before `before`, with their members, after `after`.
pub fn list_overdue(
    conn: &mut Conn,
    before: Timestamp,
    after: Option<(Timestamp, RunId)>,
    limit: i64,
) -> QueryResult<Vec<(Timestamp, RunId, MemberId)>> {
    let (due, run) = after.unwrap_or((Timestamp::from_micros(0), uuid::Uuid::nil().into()));
    on!(conn, c => challenge_runs::table
        .filter(challenge_runs::ended_at.is_null())
        .filter(challenge_runs::due_at.lt(before))
        .filter(challenge_runs::due_at.gt(due).or(challenge_runs::due_at.eq(due).and(challenge_runs::id.gt(run))))
        .order((challenge_runs::due_at, challenge_runs::id))
        .limit(limit)
        .select((challenge_runs::due_at, challenge_runs::id, challenge_runs::member_id))
        .load(c))
}

/// When the time of a running run is up next, which may have passed.
pub fn next_due(conn: &mut Conn, from: Timestamp) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => challenge_runs::table
        .filter(challenge_runs::ended_at.is_null())
        .filter(challenge_runs::due_at.ge(from))
        .order(challenge_runs::due_at)
        .select(challenge_runs::due_at)
        .first(c)
        .optional())
}

/// Running runs by id, after `after`.
pub fn list_running(conn: &mut Conn, after: RunId, limit: i64) -> QueryResult<Vec<Run>> {
    on!(conn, c => challenge_runs::table
        .filter(challenge_runs::ended_at.is_null())
        .filter(challenge_runs::id.gt(after))
        .order(challenge_runs::id)
        .limit(limit)
        .select(Run::as_select())
        .load(c))
}

/// Runs by their ids, in no order.
pub fn list_runs_by_ids(conn: &mut Conn, ids: &[RunId]) -> QueryResult<Vec<Run>> {
    on!(conn, c => challenge_runs::table.filter(challenge_runs::id.eq_any(ids)).select(Run::as_select()).load(c))
}

/// Puts a new run down; fails while another one of its member is running.
pub fn insert_run(conn: &mut Conn, run: &Run) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(challenge_runs::table).values(run).execute(c)).map(drop)
}

/// Writes a run over what is there of it.
pub fn put_run(conn: &mut Conn, run: &Run) -> QueryResult<()> {
    let present = challenge_runs::table.find(run.id);
    on!(conn, c => prepared!(diesel::update(present).set(run)).execute(c)).map(drop)
}

/// Throws away runs before `until` that are over and whose answers are gone, `limit` at most; how many.
pub fn delete_runs(conn: &mut Conn, until: RunId, limit: i64) -> QueryResult<usize> {
    let has_answers = exists(challenge_answers::table.filter(challenge_answers::run_id.eq(challenge_runs::id)));
    let old: Vec<RunId> = on!(conn, c => challenge_runs::table
        .filter(challenge_runs::id.lt(until))
        .filter(challenge_runs::ended_at.is_not_null())
        .filter(not(has_answers))
        .order(challenge_runs::id)
        .limit(limit)
        .select(challenge_runs::id)
        .load(c))?;
    on!(conn, c => diesel::delete(challenge_runs::table.filter(challenge_runs::id.eq_any(&old))).execute(c))
}

// ── what was dealt ──

/// The questions of a run that are closed.
pub fn list_dealt(conn: &mut Conn, run: RunId) -> QueryResult<Vec<QuestionId>> {
    on!(conn, c => challenge_answers::table
        .filter(challenge_answers::run_id.eq(run))
        .order(challenge_answers::seq)
        .select(challenge_answers::question_id)
        .load(c))
}

pub fn find_answer(conn: &mut Conn, run: RunId, seq: i32) -> QueryResult<Option<Answer>> {
    on!(conn, c => challenge_answers::table.find((run, seq)).select(Answer::as_select()).first(c).optional())
}

pub fn insert_answer(conn: &mut Conn, answer: &Answer) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(challenge_answers::table).values(answer).execute(c)).map(drop)
}

/// Marks an answer anew; false when it is marked so.
pub fn mark_answer(conn: &mut Conn, run: RunId, seq: i32, right: bool) -> QueryResult<bool> {
    let otherwise = challenge_answers::table
        .filter(challenge_answers::run_id.eq(run))
        .filter(challenge_answers::seq.eq(seq))
        .filter(challenge_answers::is_right.ne(right));
    let marked = on!(conn, c => diesel::update(otherwise).set(challenge_answers::is_right.eq(right)).execute(c))?;
    Ok(marked == 1)
}

/// What was answered in runs with an id above `after` (or in that run after that number) and below `until`, in order.
pub fn list_answers_between(
    conn: &mut Conn,
    (run, seq): (RunId, i32),
    until: RunId,
    limit: i64,
) -> QueryResult<Vec<Answer>> {
    let after =
        challenge_answers::run_id.gt(run).or(challenge_answers::run_id.eq(run).and(challenge_answers::seq.gt(seq)));
    on!(conn, c => challenge_answers::table
        .filter(challenge_answers::run_id.ge(run)) // the range of the primary key, which no OR gives
        .filter(challenge_answers::run_id.lt(until))
        .filter(after)
        .order((challenge_answers::run_id, challenge_answers::seq))
        .limit(limit)
        .select(Answer::as_select())
        .load(c))
}

/// What was dealt of one wording of a question, in order, after the answer with that run and number.
pub fn list_answers_to(
    conn: &mut Conn,
    (question, version): (QuestionId, i32),
    (run, seq): (RunId, i32),
    limit: i64,
) -> QueryResult<Vec<Answer>> {
    let after =
        challenge_answers::run_id.gt(run).or(challenge_answers::run_id.eq(run).and(challenge_answers::seq.gt(seq)));
    on!(conn, c => challenge_answers::table
        .filter(challenge_answers::question_id.eq(question))
        .filter(challenge_answers::version.eq(version))
        .filter(challenge_answers::run_id.ge(run)) // the range of the index, which no OR gives
        .filter(after)
        .order((challenge_answers::run_id, challenge_answers::seq))
        .limit(limit)
        .select(Answer::as_select())
        .load(c))
}

/// Throws away what was dealt in all runs up to this one.
pub fn delete_answers(conn: &mut Conn, last: RunId) -> QueryResult<()> {
    let old = challenge_answers::table.filter(challenge_answers::run_id.le(last));
    on!(conn, c => diesel::delete(old).execute(c)).map(drop)
}

// ── days ──

pub fn find_day(conn: &mut Conn, member: MemberId, day: Day) -> QueryResult<Option<DayRecord>> {
    on!(conn, c => challenge_days::table.find((member, day)).select(DayRecord::as_select()).first(c).optional())
}

/// Writes a member's day, new or changed.
pub fn put_day(conn: &mut Conn, day: &DayRecord) -> QueryResult<()> {
    let key = (challenge_days::member_id, challenge_days::day);
    on!(conn, c => {
        let new = diesel::insert_into(challenge_days::table).values(day);
        prepared!(new.on_conflict(key).do_update().set(day)).execute(c)
    })
    .map(drop)
}

/// The last day whose answers have been counted; those of all days before it have been too.
pub fn newest_tallied_day(conn: &mut Conn) -> QueryResult<Option<Day>> {
    on!(conn, c => challenge_tallied_days::table.select(max(challenge_tallied_days::day)).first(c))
}

/// The first day after those that are counted, `until` at the latest, on which somebody played; none while a run of it
/// is running.
pub fn first_untallied_day(conn: &mut Conn, until: Day) -> QueryResult<Option<Day>> {
    let newest = newest_tallied_day(conn)?;
    let day: Option<Day> = on!(conn, c => challenge_days::table
        .filter(challenge_days::day.gt(newest.unwrap_or(Period::All.start(until))))
        .filter(challenge_days::day.le(until))
        .select(min(challenge_days::day))
        .first(c))?;
    let Some(day) = day else { return Ok(None) };
    let running = challenge_runs::table.filter(challenge_runs::ended_at.is_null()).filter(challenge_runs::day.eq(day));
    let is_open: bool = on!(conn, c => diesel::select(exists(running)).get_result(c))?;
    Ok((!is_open).then_some(day))
}

/// Records that the answers of a day have been counted.
pub fn mark_tallied(conn: &mut Conn, day: Day, now: Timestamp) -> QueryResult<()> {
    let row = (challenge_tallied_days::day.eq(day), challenge_tallied_days::tallied_at.eq(now));
    on!(conn, c => diesel::insert_into(challenge_tallied_days::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

// ── what the boards ask: see `kernel::board::Measure` ──

/// Members with a best run, by id, after `after`.
pub fn list_members(conn: &mut Conn, after: MemberId, limit: i64) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => challenge_days::table
        .filter(challenge_days::member_id.gt(after))
        .filter(challenge_days::best.gt(0))
        .select(challenge_days::member_id)
        .distinct()
        .order(challenge_days::member_id)
        .limit(limit)
        .load(c))
}

/// Every day's best of these members.
pub fn list_days(conn: &mut Conn, members: &[MemberId]) -> QueryResult<ScoredDays> {
    let rows: Vec<(MemberId, Day, i32, Timestamp)> = on!(conn, c => challenge_days::table
        .filter(challenge_days::member_id.eq_any(members))
        .filter(challenge_days::best.gt(0))
        .select((
            challenge_days::member_id,
            challenge_days::day,
            challenge_days::best,
            challenge_days::reached_at,
        ))
        .load(c))?;
    Ok(rows.into_iter().map(|(member, day, best, at)| (member, DayPoints { day, points: best.into(), at })).collect())
}

/// The sum of each member's daily bests from `from` until the day before `until`, and when it last grew.
pub fn total_days(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Totals> {
    let rows: Vec<(MemberId, Option<i64>, Option<Timestamp>)> = on!(conn, c => challenge_days::table
        .filter(challenge_days::day.ge(from))
        .filter(challenge_days::day.lt(until))
        .filter(challenge_days::best.gt(0))
        .group_by(challenge_days::member_id)
        .select((challenge_days::member_id, sum(challenge_days::best), max(challenge_days::reached_at)))
        .load(c))?;
    Ok(rows.into_iter().filter_map(|(member, sum, at)| Some((member, sum?, at?))).collect())
}
