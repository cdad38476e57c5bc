//! The room's tables. One function for each question that the room asks.

pub mod attempts;
pub mod changes;
pub mod results;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{Contest, ContestId, ContestState, Paper, Summary};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::schema::{contest_attempts, contests};
use crate::db::{Conn, Json};
use crate::doing::meetings::MeetingId;
use crate::learning::quiz::QuestionId;
use crate::learning::quiz::lending::CorrectionId;
use crate::on;

diesel::define_sql_function! {
    /// Held until the end of the transaction; the result is void and never read.
    fn pg_advisory_xact_lock(key: BigInt) -> Nullable<Text>;
}
diesel::define_sql_function! {
    /// Shared: waits only for who holds it alone.
    fn pg_advisory_xact_lock_shared(key: BigInt) -> Nullable<Text>;
}

/// Keeps our advisory locks apart from those for other purposes.
const LOCKS: u64 = 0x636f_6e74_6573_7400;

fn lock_key(contest: ContestId) -> i64 {
    (contest.uuid().as_u64_pair().1 ^ LOCKS).cast_signed()
}

/// Lets nobody close the contest until the end of this transaction; any number may hold it so.
///
/// No row is touched: thousands of phones that save answers would otherwise write into the one row of their contest.
pub fn keep_open(conn: &mut Conn, contest: ContestId) -> QueryResult<()> {
    match conn {
        Conn::Pg(c) => diesel::select(pg_advisory_xact_lock_shared(lock_key(contest))).execute(c).map(drop),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Waits for everybody who keeps the contest open; anyone who comes later waits for this transaction.
pub fn wait_to_close(conn: &mut Conn, contest: ContestId) -> QueryResult<()> {
    match conn {
        Conn::Pg(c) => diesel::select(pg_advisory_xact_lock(lock_key(contest))).execute(c).map(drop),
        Conn::Sqlite(_) => Ok(()),
    }
}

pub fn find(conn: &mut Conn, id: ContestId) -> QueryResult<Option<Contest>> {
    on!(conn, c => contests::table.find(id).select(Contest::as_select()).first(c).optional())
}

/// The contest, held until the end of the transaction, so that nobody changes it meanwhile.
pub fn lock_row(conn: &mut Conn, id: ContestId) -> QueryResult<Option<Contest>> {
    match conn {
        Conn::Pg(c) => contests::table.find(id).select(Contest::as_select()).for_update().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => contests::table.find(id).select(Contest::as_select()).first(c).optional(),
    }
}

/// Whether a contest, in whatever state, is part of that meeting.
pub fn is_part_of(conn: &mut Conn, meeting: MeetingId) -> QueryResult<bool> {
    let contest: Option<ContestId> = on!(conn, c => contests::table
        .filter(contests::meeting_id.eq(meeting))
        .select(contests::id)
        .first(c)
        .optional())?;
    Ok(contest.is_some())
}

/// The contests that are part of that meeting.
pub fn list_parts_of(conn: &mut Conn, meeting: MeetingId) -> QueryResult<Vec<Contest>> {
    on!(conn, c => contests::table
        .filter(contests::meeting_id.eq(meeting))
        .order(contests::id)
        .select(Contest::as_select())
        .load(c))
}

/// A contest with its frozen paper, of one moment; there is no paper until it has opened.
pub fn find_with_paper(conn: &mut Conn, id: ContestId) -> QueryResult<Option<(Contest, Option<Paper>)>> {
    let found: Option<(Contest, Option<Json<Paper>>)> = on!(conn, c => contests::table
        .find(id)
        .select((Contest::as_select(), contests::paper))
        .first(c)
        .optional())?;
    Ok(found.map(|(contest, paper)| (contest, paper.map(|paper| paper.0))))
}

/// What was counted with the ranking; `None` before.
pub fn find_summary(conn: &mut Conn, id: ContestId) -> QueryResult<Option<Summary>> {
    let summary: Option<Option<Json<Summary>>> =
        on!(conn, c => contests::table.find(id).select(contests::summary).first(c).optional())?;
    Ok(summary.flatten().map(|summary| summary.0))
}

/// Contests of `units`, and those at which the member has an attempt, in one of `states`, newest first, before `before`.
pub fn list(
    conn: &mut Conn,
    (units, member): (&[UnitId], Option<MemberId>),
    states: &[ContestState],
    before: Option<ContestId>,
    limit: i64,
) -> QueryResult<Vec<Contest>> {
    on!(conn, c => {
        let mut query = contests::table
            .filter(contests::state.eq_any(states))
            .into_boxed();
        query = match member {
            Some(member) => {
                let made = contest_attempts::table
                    .filter(contest_attempts::member_id.eq(member))
                    .select(contest_attempts::contest_id);
                query.filter(contests::unit_id.eq_any(units).or(contests::id.eq_any(made)))
            }
            None => query.filter(contests::unit_id.eq_any(units)),
        };
        if let Some(before) = before {
            query = query.filter(contests::id.lt(before));
        }
        query.order(contests::id.desc()).limit(limit).select(Contest::as_select()).load(c)
    })
}

/// Announced contests whose time has come.
pub fn list_to_open(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<Contest>> {
    on!(conn, c => contests::table
        .filter(contests::state.eq(ContestState::Announced))
        .filter(contests::opens_at.le(now))
        .order((contests::opens_at, contests::id))
        .limit(limit)
        .select(Contest::as_select())
        .load(c))
}

/// When an announced contest opens next, which may have passed.
pub fn next_opening(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => contests::table
        .filter(contests::state.eq(ContestState::Announced))
        .order(contests::opens_at)
        .select(contests::opens_at)
        .first(c)
        .optional())
}

/// What contests ask that are announced and open from `from` on and before `until`: of whom, when, and the minutes of an
/// attempt.
pub fn list_planned(conn: &mut Conn, from: Timestamp, until: Timestamp) -> QueryResult<Vec<(UnitId, Timestamp, u16)>> {
    use ContestState::{Announced, Closed, Open, Published};
    let found: Vec<Contest> = on!(conn, c => contests::table
        .filter(contests::state.eq_any([Announced, Open, Closed, Published]))
        .filter(contests::opens_at.ge(from))
        .filter(contests::opens_at.lt(until))
        .order(contests::id)
        .select(Contest::as_select())
        .load(c))?;
    Ok(found.into_iter().map(|contest| (contest.unit_id, contest.opens_at, contest.terms().minutes)).collect())
}

/// Contests of `units` that were announced and not cancelled, and run at some time from `from` on and before `until`, by
/// when they open.
pub fn list_between(
    conn: &mut Conn,
    units: &[UnitId],
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> QueryResult<Vec<Contest>> {
    use ContestState::{Announced, Closed, Open, Published};
    on!(conn, c => contests::table
        .filter(contests::unit_id.eq_any(units))
        .filter(contests::state.eq_any([Announced, Open, Closed, Published]))
        .filter(contests::opens_at.lt(until))
        .filter(contests::closes_at.gt(from))
        .order((contests::opens_at, contests::id))
        .limit(limit)
        .select(Contest::as_select())
        .load(c))
}

/// Contests that are open, by when they close.
pub fn list_open(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Contest>> {
    on!(conn, c => contests::table
        .filter(contests::state.eq(ContestState::Open))
        .order((contests::closes_at, contests::id))
        .limit(limit)
        .select(Contest::as_select())
        .load(c))
}

/// Open contests whose time is over.
pub fn list_to_close(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<ContestId>> {
    on!(conn, c => contests::table
        .filter(contests::state.eq(ContestState::Open))
        .filter(contests::closes_at.le(now))
        .order((contests::closes_at, contests::id))
        .limit(limit)
        .select(contests::id)
        .load(c))
}

/// Contests that are over and of which something is still to be computed, booked or given, by id, after `after`.
pub fn list_unsettled(conn: &mut Conn, after: Option<ContestId>, limit: i64) -> QueryResult<Vec<Contest>> {
    let after = after.unwrap_or(ContestId::from(uuid::Uuid::nil()));
    let closed = contests::state.eq(ContestState::Closed).and(contests::booked_at.is_null());
    let published = contests::state.eq(ContestState::Published).and(contests::awarded_at.is_null());
    on!(conn, c => contests::table
        .filter(closed.or(published))
        .filter(contests::id.gt(after))
        .order(contests::id)
        .limit(limit)
        .select(Contest::as_select())
        .load(c))
}

pub fn insert(conn: &mut Conn, contest: &Contest) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(contests::table).values(contest).execute(c)).map(drop)
}

/// Writes what an organiser may change of a draft, or of what is announced; false when it is no longer that.
pub fn update_unopened(conn: &mut Conn, contest: &Contest) -> QueryResult<bool> {
    let draft = contests::table.filter(contests::id.eq(contest.id)).filter(contests::state.eq(contest.state));
    let updated = on!(conn, c => diesel::update(draft)
        .set((
            contests::title.eq(&contest.title),
            contests::description.eq(&contest.description),
            contests::unit_id.eq(contest.unit_id),
            contests::opens_at.eq(contest.opens_at),
            contests::closes_at.eq(contest.closes_at),
            contests::rules.eq(&contest.rules),
            contests::updated_at.eq(contest.updated_at),
            contests::shortage.eq(None::<String>),
            contests::meeting_id.eq(contest.meeting_id),
        ))
        .execute(c))?;
    Ok(updated == 1)
}

pub fn announce(conn: &mut Conn, id: ContestId, now: Timestamp) -> QueryResult<bool> {
    let draft = contests::table.filter(contests::id.eq(id)).filter(contests::state.eq(ContestState::Draft));
    let change = (contests::state.eq(ContestState::Announced), contests::announced_at.eq(now));
    Ok(on!(conn, c => diesel::update(draft).set(change).execute(c))? == 1)
}

/// Opens an announced contest as it was read; false when another server was faster, or it was changed since.
pub fn open(conn: &mut Conn, contest: &Contest, now: Timestamp) -> QueryResult<bool> {
    let announced = contests::table
        .filter(contests::id.eq(contest.id))
        .filter(contests::state.eq(ContestState::Announced))
        .filter(contests::updated_at.eq(contest.updated_at));
    let change =
        (contests::state.eq(ContestState::Open), contests::opened_at.eq(now), contests::shortage.eq(None::<String>));
    Ok(on!(conn, c => diesel::update(announced).set(change).execute(c))? == 1)
}

/// Writes the paper of a contest that opens in this transaction.
pub fn put_paper(conn: &mut Conn, id: ContestId, paper: Paper) -> QueryResult<()> {
    let paper = Json(paper);
    on!(conn, c => diesel::update(contests::table.filter(contests::id.eq(id)))
        .set(contests::paper.eq(&paper))
        .execute(c))
    .map(drop)
}

/// Writes down why an announced contest cannot open; false when that is known.
pub fn put_shortage(conn: &mut Conn, id: ContestId, shortage: &str) -> QueryResult<bool> {
    let news = contests::table
        .filter(contests::id.eq(id))
        .filter(contests::state.eq(ContestState::Announced))
        .filter(contests::shortage.is_null().or(contests::shortage.ne(shortage)));
    Ok(on!(conn, c => diesel::update(news).set(contests::shortage.eq(shortage)).execute(c))? == 1)
}

/// Closes an open contest whose end is not after `until`; false when another server was faster, or it was prolonged.
pub fn close(conn: &mut Conn, id: ContestId, until: Timestamp, now: Timestamp) -> QueryResult<bool> {
    let open = contests::table
        .filter(contests::id.eq(id))
        .filter(contests::state.eq(ContestState::Open))
        .filter(contests::closes_at.le(until));
    let change = (contests::state.eq(ContestState::Closed), contests::closed_at.eq(now));
    Ok(on!(conn, c => diesel::update(open).set(change).execute(c))? == 1)
}

/// Says that the ranking is complete, by that edition of the paper; false when another server said so.
pub fn put_ranked(conn: &mut Conn, id: ContestId, summary: Summary, edition: i32, now: Timestamp) -> QueryResult<bool> {
    let summary = Json(summary);
    let unranked = contests::table
        .filter(contests::id.eq(id))
        .filter(contests::state.eq(ContestState::Closed))
        .filter(contests::ranked_at.is_null());
    let change = (contests::summary.eq(&summary), contests::ranked_at.eq(now), contests::graded_edition.eq(edition));
    Ok(on!(conn, c => diesel::update(unranked).set(change).execute(c))? == 1)
}

/// Writes what was counted with a ranking that was made again.
pub fn put_summary(conn: &mut Conn, id: ContestId, summary: Summary) -> QueryResult<()> {
    let summary = Json(summary);
    let contest = contests::table.filter(contests::id.eq(id));
    on!(conn, c => diesel::update(contest).set(contests::summary.eq(&summary)).execute(c)).map(drop)
}

/// Publishes corrected results; all points are gone through again. Nothing happens to what is not published.
pub fn publish_again(
    conn: &mut Conn,
    id: ContestId,
    correction: CorrectionId,
    reason: &str,
    now: Timestamp,
) -> QueryResult<()> {
    let published = contests::table.filter(contests::id.eq(id)).filter(contests::state.eq(ContestState::Published));
    on!(conn, c => diesel::update(published)
        .set((
            contests::corrected_at.eq(now),
            contests::correction_id.eq(correction),
            contests::correction_reason.eq(reason),
            contests::awarded_at.eq(None::<Timestamp>),
            contests::awarded_through.eq(None::<MemberId>),
        ))
        .execute(c))
    .map(drop)
}

/// Says that everything about a contest follows that edition of its paper.
pub fn put_graded_edition(conn: &mut Conn, id: ContestId, edition: i32) -> QueryResult<()> {
    let change = contests::graded_edition.eq(edition);
    on!(conn, c => diesel::update(contests::table.filter(contests::id.eq(id))).set(change).execute(c)).map(drop)
}

/// Contests with a corrected key that not everything follows yet, by id, after `after`.
pub fn list_to_regrade(conn: &mut Conn, after: Option<ContestId>, limit: i64) -> QueryResult<Vec<Contest>> {
    let after = after.unwrap_or(ContestId::from(uuid::Uuid::nil()));
    on!(conn, c => contests::table
        .filter(contests::graded_edition.lt(contests::edition))
        .filter(contests::state.ne(ContestState::Cancelled))
        .filter(contests::id.gt(after))
        .order(contests::id)
        .limit(limit)
        .select(Contest::as_select())
        .load(c))
}

/// The papers of contests that opened at `from` or later and name the question, whatever its version, with their
/// editions.
///
/// No index tells which: some hundred papers are looked through, which happens once for a correction.
pub fn list_papers_naming(
    conn: &mut Conn,
    question: QuestionId,
    from: Timestamp,
) -> QueryResult<Vec<(ContestId, Paper, i32)>> {
    let rows: Vec<(ContestId, Option<Json<Paper>>, i32)> = on!(conn, c => contests::table
        .filter(contests::opened_at.ge(from))
        .filter(contests::state.ne(ContestState::Cancelled))
        .filter(contests::paper.like(format!("%{question}%")))
        .order(contests::id)
        .select((contests::id, contests::paper, contests::edition))
        .load(c))?;
    Ok(rows.into_iter().filter_map(|(id, paper, edition)| Some((id, paper?.0, edition))).collect())
}

/// Writes a paper with a corrected key.
pub fn put_corrected_paper(conn: &mut Conn, id: ContestId, paper: Paper, edition: i32) -> QueryResult<()> {
    let paper = Json(paper);
    on!(conn, c => diesel::update(contests::table.filter(contests::id.eq(id)))
        .set((contests::paper.eq(&paper), contests::edition.eq(edition)))
        .execute(c))
    .map(drop)
}

pub fn put_booked(conn: &mut Conn, id: ContestId, now: Timestamp) -> QueryResult<()> {
    let change = contests::booked_at.eq(now);
    on!(conn, c => diesel::update(contests::table.filter(contests::id.eq(id))).set(change).execute(c)).map(drop)
}

/// Publishes a ranked contest; false when it is published, not ranked yet, or being ranked by a corrected key.
pub fn publish(conn: &mut Conn, id: ContestId, by: MemberId, now: Timestamp) -> QueryResult<bool> {
    let ranked = contests::table
        .filter(contests::id.eq(id))
        .filter(contests::state.eq(ContestState::Closed))
        .filter(contests::ranked_at.is_not_null())
        .filter(contests::graded_edition.ge(contests::edition));
    let change =
        (contests::state.eq(ContestState::Published), contests::published_at.eq(now), contests::published_by.eq(by));
    Ok(on!(conn, c => diesel::update(ranked).set(change).execute(c))? == 1)
}

/// Withdraws a draft or an announced contest; false when it has opened.
pub fn withdraw(conn: &mut Conn, id: ContestId) -> QueryResult<bool> {
    let unopened = contests::table
        .filter(contests::id.eq(id))
        .filter(contests::state.eq_any([ContestState::Draft, ContestState::Announced]));
    Ok(on!(conn, c => diesel::update(unopened).set(contests::state.eq(ContestState::Withdrawn)).execute(c))? == 1)
}

/// Writes down how far the giving of points has come.
pub fn put_awarded_through(conn: &mut Conn, id: ContestId, member: MemberId) -> QueryResult<()> {
    let change = contests::awarded_through.eq(member);
    on!(conn, c => diesel::update(contests::table.filter(contests::id.eq(id))).set(change).execute(c)).map(drop)
}

pub fn put_awarded(conn: &mut Conn, id: ContestId, now: Timestamp) -> QueryResult<()> {
    let change = contests::awarded_at.eq(now);
    on!(conn, c => diesel::update(contests::table.filter(contests::id.eq(id))).set(change).execute(c)).map(drop)
}
