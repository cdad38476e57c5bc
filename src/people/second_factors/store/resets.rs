//! Proposals to take lost factors away.

use diesel::prelude::*;

use crate::base::approval::ProposalState;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::second_factor_resets;
use crate::on;
use crate::people::second_factors::model::{FactorReset, FactorResetId};

pub fn insert(conn: &mut Conn, reset: &FactorReset) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(second_factor_resets::table).values(reset).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: FactorResetId) -> QueryResult<Option<FactorReset>> {
    on!(conn, c => second_factor_resets::table.find(id).select(FactorReset::as_select()).first(c).optional())
}

/// The proposal about a member that stands open, also when its time is over.
pub fn find_open(conn: &mut Conn, member: MemberId) -> QueryResult<Option<FactorReset>> {
    on!(conn, c => second_factor_resets::table
        .filter(second_factor_resets::member_id.eq(member))
        .filter(second_factor_resets::state.eq(ProposalState::Open))
        .select(FactorReset::as_select())
        .first(c)
        .optional())
}

/// Proposals before `before`, newest first.
pub fn list(conn: &mut Conn, before: Option<FactorResetId>, limit: i64) -> QueryResult<Vec<FactorReset>> {
    let before = before.unwrap_or_else(|| uuid::Uuid::max().into());
    on!(conn, c => second_factor_resets::table
        .filter(second_factor_resets::id.lt(before))
        .order(second_factor_resets::id.desc())
        .limit(limit)
        .select(FactorReset::as_select())
        .load(c))
}

/// Every proposal that stands open and whose time is not over at `now`.
pub fn list_open(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<FactorReset>> {
    on!(conn, c => second_factor_resets::table
        .filter(second_factor_resets::state.eq(ProposalState::Open))
        .filter(second_factor_resets::expires_at.gt(now))
        .order(second_factor_resets::id)
        .select(FactorReset::as_select())
        .load(c))
}

/// Writes what became of an open proposal; false when it was answered already.
pub fn answer(
    conn: &mut Conn,
    id: FactorResetId,
    state: ProposalState,
    (by, at): (Option<MemberId>, Timestamp),
    refusal: Option<&str>,
) -> QueryResult<bool> {
    let open = second_factor_resets::id.eq(id).and(second_factor_resets::state.eq(ProposalState::Open));
    let written = on!(conn, c => diesel::update(second_factor_resets::table.filter(open))
        .set((
            second_factor_resets::state.eq(state),
            second_factor_resets::answered_by.eq(by),
            second_factor_resets::answered_at.eq(at),
            second_factor_resets::refusal.eq(refusal),
        ))
        .execute(c))?;
    Ok(written == 1)
}

/// Open proposals whose time is over at `now`, at most `limit`.
pub fn list_overdue(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<FactorReset>> {
    on!(conn, c => second_factor_resets::table
        .filter(second_factor_resets::state.eq(ProposalState::Open))
        .filter(second_factor_resets::expires_at.le(now))
        .order(second_factor_resets::id)
        .limit(limit)
        .select(FactorReset::as_select())
        .load(c))
}
