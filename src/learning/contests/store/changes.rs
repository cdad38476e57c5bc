//! What is changed about a contest after its announcement: later ends, and that it is called off.

use diesel::dsl::case_when;
use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{contest_attempts, contest_cancellations, contest_extensions, contests};
use crate::learning::contests::model::{AttemptState, ContestCancellation, ContestExtension, ContestId, ContestState};
use crate::on;

/// Moves the end of an open contest, and with it that of running attempts which it would have cut short. Each has
/// `limit_micros` from its start.
pub fn prolong(conn: &mut Conn, extension: &ContestExtension, limit_micros: i64) -> QueryResult<()> {
    let later = extension.closes_at;
    let contest = contests::table.filter(contests::id.eq(extension.contest_id));
    on!(&mut *conn, c => diesel::update(contest).set(contests::closes_at.eq(later)).execute(c))?;
    let cut_short = contest_attempts::table
        .filter(contest_attempts::contest_id.eq(extension.contest_id))
        .filter(contest_attempts::state.eq(AttemptState::Running))
        .filter(contest_attempts::due_at.eq(extension.closed_before));
    let whole = || contest_attempts::started_at + limit_micros;
    let due = case_when(whole().lt(later), whole()).otherwise(later);
    on!(&mut *conn, c => diesel::update(cut_short).set(contest_attempts::due_at.eq(due)).execute(c))?;
    on!(conn, c => diesel::insert_into(contest_extensions::table).values(extension).execute(c)).map(drop)
}

/// The later ends of a contest, in the order in which they were set.
pub fn list_extensions(conn: &mut Conn, contest: ContestId) -> QueryResult<Vec<ContestExtension>> {
    on!(conn, c => contest_extensions::table
        .filter(contest_extensions::contest_id.eq(contest))
        .order(contest_extensions::id)
        .select(ContestExtension::as_select())
        .load(c))
}

pub fn find_cancellation(conn: &mut Conn, contest: ContestId) -> QueryResult<Option<ContestCancellation>> {
    on!(conn, c => contest_cancellations::table
        .find(contest)
        .select(ContestCancellation::as_select())
        .first(c)
        .optional())
}

/// Writes a proposal; false when there is one.
pub fn insert_cancellation(conn: &mut Conn, cancellation: &ContestCancellation) -> QueryResult<bool> {
    let inserted = on!(conn, c => diesel::insert_into(contest_cancellations::table)
        .values(cancellation)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Takes back a proposal that nobody has confirmed; the caller holds the contest.
pub fn delete_cancellation(conn: &mut Conn, contest: ContestId) -> QueryResult<()> {
    let open = contest_cancellations::table
        .filter(contest_cancellations::contest_id.eq(contest))
        .filter(contest_cancellations::confirmed_at.is_null());
    on!(conn, c => diesel::delete(open).execute(c)).map(drop)
}

/// Calls a contest off that is open, or closed and not published; false when it is neither.
pub fn cancel(conn: &mut Conn, contest: ContestId, by: MemberId, now: Timestamp) -> QueryResult<bool> {
    let unpublished = contests::table
        .filter(contests::id.eq(contest))
        .filter(contests::state.eq_any([ContestState::Open, ContestState::Closed]));
    let closed = case_when(
        contests::closed_at.is_null(),
        now.into_sql::<diesel::sql_types::Nullable<diesel::sql_types::BigInt>>(),
    )
    .otherwise(contests::closed_at);
    let change = (contests::state.eq(ContestState::Cancelled), contests::closed_at.eq(closed));
    if on!(&mut *conn, c => diesel::update(unpublished).set(change).execute(c))? == 0 {
        return Ok(false);
    }
    let proposal = contest_cancellations::table.find(contest);
    let confirmed = (contest_cancellations::confirmed_by.eq(by), contest_cancellations::confirmed_at.eq(now));
    on!(conn, c => diesel::update(proposal).set(confirmed).execute(c))?;
    Ok(true)
}
