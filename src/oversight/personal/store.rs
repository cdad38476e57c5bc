//! The room's table.

use diesel::prelude::*;

use super::model::{Anonymisation, AnonymisationId};
use crate::base::approval::ProposalState;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::anonymisations;
use crate::on;

pub fn insert(conn: &mut Conn, row: &Anonymisation) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(anonymisations::table).values(row).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: AnonymisationId) -> QueryResult<Option<Anonymisation>> {
    on!(conn, c => anonymisations::table.find(id).select(Anonymisation::as_select()).first(c).optional())
}

/// What nobody has answered about a member, also when its time is over.
pub fn find_open(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Anonymisation>> {
    on!(conn, c => anonymisations::table
        .filter(anonymisations::member_id.eq(member))
        .filter(anonymisations::state.eq(ProposalState::Open))
        .select(Anonymisation::as_select())
        .first(c)
        .optional())
}

/// Whether a member is about to be made anonymous.
pub fn is_coming(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    let coming = anonymisations::table
        .filter(anonymisations::member_id.eq(member))
        .filter(anonymisations::state.eq(ProposalState::Approved))
        .filter(anonymisations::done_at.is_null());
    on!(conn, c => diesel::select(diesel::dsl::exists(coming)).get_result(c))
}

/// What is confirmed and not yet done, the oldest first.
pub fn list_to_do(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Anonymisation>> {
    on!(conn, c => anonymisations::table
        .filter(anonymisations::state.eq(ProposalState::Approved))
        .filter(anonymisations::done_at.is_null())
        .order(anonymisations::id)
        .limit(limit)
        .select(Anonymisation::as_select())
        .load(c))
}

/// Those in that state at `now` about members at home in one of `units`, newest first, before `before`.
pub fn list(
    conn: &mut Conn,
    units: &[UnitId],
    state: ProposalState,
    now: Timestamp,
    before: Option<AnonymisationId>,
    limit: i64,
) -> QueryResult<Vec<Anonymisation>> {
    on!(conn, c => {
        let mut found = anonymisations::table
            .filter(anonymisations::unit_id.eq_any(units))
            .into_boxed();
        let (open, over) = (anonymisations::state.eq(ProposalState::Open), anonymisations::expires_at.le(now));
        found = match state {
            ProposalState::Open => found.filter(open.and(anonymisations::expires_at.gt(now))),
            ProposalState::Expired => {
                found.filter(anonymisations::state.eq(ProposalState::Expired).or(open.and(over)))
            }
            state => found.filter(anonymisations::state.eq(state)),
        };
        if let Some(before) = before {
            found = found.filter(anonymisations::id.lt(before));
        }
        found.order(anonymisations::id.desc()).limit(limit).select(Anonymisation::as_select()).load(c)
    })
}

/// Writes the answer to what waits; false when it was answered already.
pub fn answer(conn: &mut Conn, answered: &Anonymisation) -> QueryResult<bool> {
    let open = anonymisations::id.eq(answered.id).and(anonymisations::state.eq(ProposalState::Open));
    let written = on!(conn, c => diesel::update(anonymisations::table.filter(open))
        .set((
            anonymisations::state.eq(answered.state),
            anonymisations::answered_by.eq(answered.answered_by),
            anonymisations::answered_at.eq(answered.answered_at),
            anonymisations::reason.eq(&answered.reason),
        ))
        .execute(c))?;
    Ok(written == 1)
}

/// Puts down that it is done; false when it was before.
pub fn finish(conn: &mut Conn, id: AnonymisationId, now: Timestamp) -> QueryResult<bool> {
    let undone = anonymisations::id.eq(id).and(anonymisations::done_at.is_null());
    let written = on!(conn, c => diesel::update(anonymisations::table.filter(undone))
        .set(anonymisations::done_at.eq(now))
        .execute(c))?;
    Ok(written == 1)
}
