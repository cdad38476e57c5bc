//! Proposals, what members said about them, and what became of them.

use diesel::prelude::*;

use crate::base::id::{ImportId, MemberId, UnitId};
use crate::db::Conn;
use crate::db::schema::{appraisal_causes, appraisal_decisions, appraisal_proposals, appraisal_replies};
use crate::honour::appraisal::model::{
    AppraisalProposalId, AppraisalReply, AppraisalState, Decision, Proposal, Proposed,
};
use crate::on;

/// Proposals with their replies and decisions.
macro_rules! proposed {
    () => {
        appraisal_proposals::table
            .left_join(appraisal_replies::table.on(appraisal_replies::proposal_id.eq(appraisal_proposals::id)))
            .left_join(appraisal_decisions::table.on(appraisal_decisions::proposal_id.eq(appraisal_proposals::id)))
    };
}

macro_rules! columns {
    () => {
        (Proposal::as_select(), Option::<AppraisalReply>::as_select(), Option::<Decision>::as_select())
    };
}

pub fn find(conn: &mut Conn, id: AppraisalProposalId) -> QueryResult<Option<Proposed>> {
    on!(conn, c => proposed!().filter(appraisal_proposals::id.eq(id)).select(columns!()).first(c).optional())
}

/// Which proposals a list shows.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of members who were at home there; anywhere when `None`.
    pub units: Option<Vec<UnitId>>,
    pub member: Option<MemberId>,
    pub import: Option<ImportId>,
    pub state: Option<AppraisalState>,
}

/// Proposals before `before`, newest first.
pub fn list(
    conn: &mut Conn,
    wanted: &Wanted,
    before: Option<AppraisalProposalId>,
    limit: i64,
) -> QueryResult<Vec<Proposed>> {
    on!(conn, c => {
        let mut query = proposed!()
            .filter(appraisal_proposals::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(units) = &wanted.units {
            query = query.filter(appraisal_proposals::unit_id.eq_any(units));
        }
        if let Some(member) = wanted.member {
            query = query.filter(appraisal_proposals::member_id.eq(member));
        }
        if let Some(import) = wanted.import {
            query = query.filter(appraisal_proposals::import_id.eq(import));
        }
        query = match wanted.state {
            None => query,
            Some(AppraisalState::Open) => query.filter(appraisal_decisions::verdict.is_null()),
            Some(state) => query.filter(appraisal_decisions::verdict.eq(state)),
        };
        query.order(appraisal_proposals::id.desc()).limit(limit).select(columns!()).load(c)
    })
}

/// Proposals of an import after `after`, in the order of the file.
pub fn list_of_import(
    conn: &mut Conn,
    import: ImportId,
    after: Option<AppraisalProposalId>,
    limit: i64,
) -> QueryResult<Vec<Proposed>> {
    on!(conn, c => proposed!()
        .filter(appraisal_proposals::import_id.eq(import))
        .filter(appraisal_proposals::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
        .order(appraisal_proposals::id)
        .limit(limit)
        .select(columns!())
        .load(c))
}

/// How many proposals of an import there are, and how many of them wait.
pub fn count_of_import(conn: &mut Conn, import: ImportId) -> QueryResult<(i64, i64)> {
    let its = appraisal_proposals::import_id.eq(import);
    let all: i64 = on!(conn, c => appraisal_proposals::table.filter(its).count().get_result(c))?;
    let open: i64 = on!(conn, c => proposed!()
        .filter(its)
        .filter(appraisal_decisions::verdict.is_null())
        .count()
        .get_result(c))?;
    Ok((all, open))
}

pub fn insert(conn: &mut Conn, proposal: &Proposal) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(appraisal_proposals::table).values(proposal).execute(c)).map(drop)
}

/// Takes a member's cause for a proposal; false when another one has it.
pub fn take_cause(conn: &mut Conn, proposal: &Proposal) -> QueryResult<bool> {
    let row = (
        appraisal_causes::member_id.eq(proposal.member_id),
        appraisal_causes::cause.eq(&proposal.cause),
        appraisal_causes::proposal_id.eq(proposal.id),
    );
    let written = on!(conn, c => diesel::insert_into(appraisal_causes::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Which of these causes of members are taken.
pub fn list_taken(conn: &mut Conn, members: &[MemberId]) -> QueryResult<Vec<(MemberId, String)>> {
    on!(conn, c => appraisal_causes::table
        .filter(appraisal_causes::member_id.eq_any(members))
        .select((appraisal_causes::member_id, appraisal_causes::cause))
        .load(c))
}

/// The proposal that has the member's cause.
pub fn find_of_cause(conn: &mut Conn, member: MemberId, cause: &str) -> QueryResult<Option<AppraisalProposalId>> {
    on!(conn, c => appraisal_causes::table
        .find((member, cause))
        .select(appraisal_causes::proposal_id)
        .first(c)
        .optional())
}

/// Whether another proposal has the member's cause.
pub fn is_taken(conn: &mut Conn, member: MemberId, cause: &str) -> QueryResult<bool> {
    Ok(find_of_cause(conn, member, cause)?.is_some())
}

/// Lets the cause of a proposal be named anew.
pub fn free_cause(conn: &mut Conn, proposal: &Proposal) -> QueryResult<()> {
    let its = appraisal_causes::table.find((proposal.member_id, &proposal.cause));
    on!(conn, c => diesel::delete(its).execute(c)).map(drop)
}

/// Writes what the member says; false when he has said something.
pub fn insert_reply(conn: &mut Conn, reply: &AppraisalReply) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(appraisal_replies::table)
        .values(reply)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Writes what became of a proposal; false when that is decided.
pub fn insert_decision(conn: &mut Conn, decision: &Decision) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(appraisal_decisions::table)
        .values(decision)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}
