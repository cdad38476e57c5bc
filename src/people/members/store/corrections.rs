//! What members ask to be put right about themselves.

use diesel::prelude::*;

use super::proposals::Answered;
use crate::base::approval::ProposalState;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{member_corrections, members};
use crate::on;
use crate::people::members::model::{MemberCorrection, MemberCorrectionId};

pub fn insert(conn: &mut Conn, correction: &MemberCorrection) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(member_corrections::table).values(correction).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: MemberCorrectionId) -> QueryResult<Option<MemberCorrection>> {
    on!(conn, c => member_corrections::table.find(id).select(MemberCorrection::as_select()).first(c).optional())
}

/// What a member waits for.
pub fn find_open(conn: &mut Conn, member: MemberId) -> QueryResult<Option<MemberCorrection>> {
    on!(conn, c => member_corrections::table
        .filter(member_corrections::member_id.eq(member))
        .filter(member_corrections::state.eq(ProposalState::Open))
        .select(MemberCorrection::as_select())
        .first(c)
        .optional())
}

/// Everything that waits.
pub fn list_open_ids(conn: &mut Conn) -> QueryResult<Vec<MemberCorrectionId>> {
    on!(conn, c => member_corrections::table
        .filter(member_corrections::state.eq(ProposalState::Open))
        .order(member_corrections::id)
        .select(member_corrections::id)
        .load(c))
}

/// How often a member has asked since `since`.
pub fn count_since(conn: &mut Conn, member: MemberId, since: Timestamp) -> QueryResult<i64> {
    on!(conn, c => member_corrections::table
        .filter(member_corrections::member_id.eq(member))
        .filter(member_corrections::proposed_at.ge(since))
        .count()
        .get_result(c))
}

/// What a member asked for, newest first, before `before`.
pub fn list_of(
    conn: &mut Conn,
    member: MemberId,
    before: Option<MemberCorrectionId>,
    limit: i64,
) -> QueryResult<Vec<MemberCorrection>> {
    on!(conn, c => member_corrections::table
        .filter(member_corrections::member_id.eq(member))
        .filter(member_corrections::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
        .order(member_corrections::id.desc())
        .limit(limit)
        .select(MemberCorrection::as_select())
        .load(c))
}

/// What waits, of members at home in one of `units` but not of `except`, the oldest first, after `after`.
pub fn list_open(
    conn: &mut Conn,
    units: &[UnitId],
    except: MemberId,
    after: Option<MemberCorrectionId>,
    limit: i64,
) -> QueryResult<Vec<MemberCorrection>> {
    on!(conn, c => member_corrections::table
        .inner_join(members::table.on(members::id.eq(member_corrections::member_id)))
        .filter(members::unit_id.eq_any(units))
        .filter(member_corrections::member_id.ne(except))
        .filter(member_corrections::state.eq(ProposalState::Open))
        .filter(member_corrections::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
        .order(member_corrections::id)
        .limit(limit)
        .select(MemberCorrection::as_select())
        .load(c))
}

/// Writes the answer to what waits; false when it was answered already.
pub fn answer(conn: &mut Conn, id: MemberCorrectionId, answer: &Answered) -> QueryResult<bool> {
    let open = member_corrections::id.eq(id).and(member_corrections::state.eq(ProposalState::Open));
    let written = on!(conn, c => diesel::update(member_corrections::table.filter(open))
        .set((
            member_corrections::state.eq(answer.state),
            member_corrections::answered_by.eq(answer.by),
            member_corrections::answered_at.eq(answer.at),
            member_corrections::reason.eq(&answer.reason),
        ))
        .execute(c))?;
    Ok(written == 1)
}
