//! Attempts and their answers.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{contest_answers, contest_attempts, contests};
use crate::kernel::glance::Look;
use crate::learning::contests::model::{Attempt, AttemptId, AttemptState, ContestId, ContestState, SavedAnswer};
use crate::learning::quiz::QuestionId;
use crate::{on, prepared};

/// The member's attempts at contests that are open, each with the number of its answers.
pub const ATTEMPTS: Look = Look {
    kind: "contests.attempt",
    id: "contest_attempts.id",
    about: "contests.id",
    at: "contest_attempts.due_at",
    count: "(SELECT count(*) FROM contest_answers WHERE contest_answers.attempt_id = contest_attempts.id)",
    word: "contest_attempts.state",
    from: "FROM contests INNER JOIN contest_attempts ON contest_attempts.contest_id = contests.id \
           AND contest_attempts.member_id = {member} WHERE contests.state = 'open'",
    ..Look::NOTHING
};

pub fn find(conn: &mut Conn, id: AttemptId) -> QueryResult<Option<Attempt>> {
    on!(conn, c => contest_attempts::table.find(id).select(Attempt::as_select()).first(c).optional())
}

/// Whose attempt it is, and at which contest.
pub fn find_owner(conn: &mut Conn, id: AttemptId) -> QueryResult<Option<(MemberId, ContestId)>> {
    on!(conn, c => contest_attempts::table
        .find(id)
        .select((contest_attempts::member_id, contest_attempts::contest_id))
        .first(c)
        .optional())
}

/// An attempt with the present state of its contest, in one look.
pub fn find_with_state(conn: &mut Conn, id: AttemptId) -> QueryResult<Option<(Attempt, ContestState)>> {
    on!(conn, c => contest_attempts::table
        .inner_join(contests::table)
        .filter(contest_attempts::id.eq(id))
        .select((Attempt::as_select(), contests::state))
        .first(c)
        .optional())
}

/// A member's attempts at some contests, and how far each has come.
pub fn list_states_of_member(
    conn: &mut Conn,
    contests: &[ContestId],
    member: MemberId,
) -> QueryResult<Vec<(ContestId, AttemptState)>> {
    on!(conn, c => contest_attempts::table
        .filter(contest_attempts::contest_id.eq_any(contests))
        .filter(contest_attempts::member_id.eq(member))
        .select((contest_attempts::contest_id, contest_attempts::state))
        .load(c))
}

/// A member's attempts at a contest, in the order in which they were made; there are few.
pub fn list_of_member(conn: &mut Conn, contest: ContestId, member: MemberId) -> QueryResult<Vec<Attempt>> {
    on!(conn, c => contest_attempts::table
        .filter(contest_attempts::contest_id.eq(contest))
        .filter(contest_attempts::member_id.eq(member))
        .order(contest_attempts::number)
        .select(Attempt::as_select())
        .load(c))
}

pub fn insert(conn: &mut Conn, attempt: &Attempt) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(contest_attempts::table).values(attempt).execute(c)).map(drop)
}

/// Writes the end of an attempt; false when it was not running any more.
pub fn finish(conn: &mut Conn, attempt: &Attempt) -> QueryResult<bool> {
    let running = contest_attempts::table
        .filter(contest_attempts::id.eq(attempt.id))
        .filter(contest_attempts::state.eq(AttemptState::Running));
    let finished = on!(conn, c => diesel::update(running)
        .set((
            contest_attempts::state.eq(attempt.state),
            contest_attempts::finished_at.eq(attempt.finished_at),
            contest_attempts::submitted.eq(attempt.submitted),
            contest_attempts::score.eq(attempt.score),
            contest_attempts::right_count.eq(attempt.right_count),
            contest_attempts::elapsed_micros.eq(attempt.elapsed_micros),
            contest_attempts::edition.eq(attempt.edition),
        ))
        .execute(c))?;
    Ok(finished == 1)
}

/// Says that the attempt's wrong answers are in the book; false when they were.
pub fn book(conn: &mut Conn, id: AttemptId) -> QueryResult<bool> {
    let finished = contest_attempts::table
        .filter(contest_attempts::id.eq(id))
        .filter(contest_attempts::state.eq(AttemptState::Finished));
    let booked =
        on!(conn, c => diesel::update(finished).set(contest_attempts::state.eq(AttemptState::Booked)).execute(c))?;
    Ok(booked == 1)
}

/// Writes what an attempt scores by another edition of the paper; false when it is no longer as it was, graded by the
/// edition `from`.
pub fn regrade(conn: &mut Conn, attempt: &Attempt, from: i32) -> QueryResult<bool> {
    let unmoved = contest_attempts::table
        .filter(contest_attempts::id.eq(attempt.id))
        .filter(contest_attempts::state.eq(attempt.state))
        .filter(contest_attempts::edition.eq(from));
    let regraded = on!(conn, c => diesel::update(unmoved)
        .set((
            contest_attempts::score.eq(attempt.score),
            contest_attempts::right_count.eq(attempt.right_count),
            contest_attempts::edition.eq(attempt.edition),
        ))
        .execute(c))?;
    Ok(regraded == 1)
}

/// Attempts of a contest in that state that were graded before the edition `until`, by id, after `after`.
pub fn list_graded_before(
    conn: &mut Conn,
    contest: ContestId,
    state: AttemptState,
    until: i32,
    after: AttemptId,
    limit: i64,
) -> QueryResult<Vec<Attempt>> {
    on!(conn, c => contest_attempts::table
        .filter(contest_attempts::contest_id.eq(contest))
        .filter(contest_attempts::state.eq(state))
        .filter(contest_attempts::edition.lt(until))
        .filter(contest_attempts::id.gt(after))
        .order(contest_attempts::id)
        .limit(limit)
        .select(Attempt::as_select())
        .load(c))
}

/// How many attempts a contest has had.
pub fn count(conn: &mut Conn, contest: ContestId) -> QueryResult<i64> {
    on!(conn, c => contest_attempts::table.filter(contest_attempts::contest_id.eq(contest)).count().get_result(c))
}

/// Running attempts whose time is over.
pub fn list_due(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<Attempt>> {
    on!(conn, c => contest_attempts::table
        .filter(contest_attempts::state.eq(AttemptState::Running))
        .filter(contest_attempts::due_at.le(now))
        .order((contest_attempts::due_at, contest_attempts::id))
        .limit(limit)
        .select(Attempt::as_select())
        .load(c))
}

/// When the time of a running attempt is over next, which may have passed.
pub fn next_due(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => contest_attempts::table
        .filter(contest_attempts::state.eq(AttemptState::Running))
        .order(contest_attempts::due_at)
        .select(contest_attempts::due_at)
        .first(c)
        .optional())
}

/// Attempts of a contest in that state, by id, after `after`.
pub fn list_in_state(
    conn: &mut Conn,
    contest: ContestId,
    state: AttemptState,
    after: Option<AttemptId>,
    limit: i64,
) -> QueryResult<Vec<Attempt>> {
    let after = after.unwrap_or(AttemptId::from(uuid::Uuid::nil()));
    on!(conn, c => contest_attempts::table
        .filter(contest_attempts::contest_id.eq(contest))
        .filter(contest_attempts::state.eq(state))
        .filter(contest_attempts::id.gt(after))
        .order(contest_attempts::id)
        .limit(limit)
        .select(Attempt::as_select())
        .load(c))
}

/// Attempts by their ids, in no order.
pub fn list_by_ids(conn: &mut Conn, ids: &[AttemptId]) -> QueryResult<Vec<Attempt>> {
    on!(conn, c => contest_attempts::table
        .filter(contest_attempts::id.eq_any(ids))
        .select(Attempt::as_select())
        .load(c))
}

/// Who made attempts at a contest, each with the home unit when he began the last of them; the last comes first.
pub fn list_homes(conn: &mut Conn, contest: ContestId) -> QueryResult<Vec<(MemberId, UnitId)>> {
    on!(conn, c => contest_attempts::table
        .filter(contest_attempts::contest_id.eq(contest))
        .order((contest_attempts::member_id, contest_attempts::number.desc()))
        .select((contest_attempts::member_id, contest_attempts::unit_id))
        .load(c))
}

/// Saves an answer, new or changed: one row, found by its key.
pub fn put_answer(conn: &mut Conn, answer: &SavedAnswer) -> QueryResult<()> {
    let new = diesel::insert_into(contest_answers::table)
        .values(answer)
        .on_conflict((contest_answers::attempt_id, contest_answers::question_id));
    let changed = (
        contest_answers::answer.eq(excluded(contest_answers::answer)),
        contest_answers::saved_at.eq(excluded(contest_answers::saved_at)),
    );
    on!(conn, c => prepared!(new.do_update().set(changed)).execute(c)).map(drop)
}

/// What was answered in an attempt.
pub fn answers(conn: &mut Conn, attempt: AttemptId) -> QueryResult<HashMap<QuestionId, Vec<String>>> {
    let rows: Vec<SavedAnswer> = on!(conn, c => contest_answers::table
        .filter(contest_answers::attempt_id.eq(attempt))
        .select(SavedAnswer::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| (row.question_id, row.answer.0)).collect())
}

/// What was answered in each of several attempts.
pub fn answers_of(
    conn: &mut Conn,
    attempts: &[AttemptId],
) -> QueryResult<HashMap<AttemptId, HashMap<QuestionId, Vec<String>>>> {
    let rows: Vec<SavedAnswer> = on!(conn, c => contest_answers::table
        .filter(contest_answers::attempt_id.eq_any(attempts))
        .select(SavedAnswer::as_select())
        .load(c))?;
    let mut all: HashMap<AttemptId, HashMap<QuestionId, Vec<String>>> = HashMap::new();
    for row in rows {
        all.entry(row.attempt_id).or_default().insert(row.question_id, row.answer.0);
    }
    Ok(all)
}
