//! What came of ideas.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{idea_outcome_corrections, idea_outcomes};
use crate::doing::ideas::model::{IdeaId, IdeaOutcome, OutcomeCorrection, OutcomeId};
use crate::on;

pub fn insert_outcome(conn: &mut Conn, outcome: &IdeaOutcome) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(idea_outcomes::table).values(outcome).execute(c)).map(drop)
}

pub fn count_outcomes(conn: &mut Conn, idea: IdeaId) -> QueryResult<i64> {
    on!(conn, c => idea_outcomes::table.filter(idea_outcomes::idea_id.eq(idea)).count().get_result(c))
}

pub fn list_outcomes(conn: &mut Conn, idea: IdeaId) -> QueryResult<Vec<IdeaOutcome>> {
    on!(conn, c => idea_outcomes::table
        .filter(idea_outcomes::idea_id.eq(idea))
        .order(idea_outcomes::id)
        .select(IdeaOutcome::as_select())
        .load(c))
}

/// The outcomes of several ideas.
pub fn list_outcomes_of(conn: &mut Conn, ids: &[IdeaId]) -> QueryResult<Vec<IdeaOutcome>> {
    on!(conn, c => idea_outcomes::table
        .filter(idea_outcomes::idea_id.eq_any(ids))
        .order(idea_outcomes::id)
        .select(IdeaOutcome::as_select())
        .load(c))
}

pub fn find_outcome(conn: &mut Conn, id: OutcomeId) -> QueryResult<Option<IdeaOutcome>> {
    on!(conn, c => idea_outcomes::table.find(id).select(IdeaOutcome::as_select()).first(c).optional())
}

/// What was put right about outcomes, in that order.
pub fn list_corrections(conn: &mut Conn, outcomes: &[OutcomeId]) -> QueryResult<Vec<OutcomeCorrection>> {
    on!(conn, c => idea_outcome_corrections::table
        .filter(idea_outcome_corrections::outcome_id.eq_any(outcomes))
        .order((idea_outcome_corrections::outcome_id, idea_outcome_corrections::number))
        .select(OutcomeCorrection::as_select())
        .load(c))
}

/// Puts an outcome right; the caller holds its idea.
pub fn correct_outcome(conn: &mut Conn, correction: &OutcomeCorrection) -> QueryResult<()> {
    on!(&mut *conn, c => diesel::insert_into(idea_outcome_corrections::table).values(correction).execute(c))?;
    on!(conn, c => diesel::update(idea_outcomes::table.find(correction.outcome_id))
        .set((idea_outcomes::title.eq(&correction.title), idea_outcomes::amount_fen.eq(correction.amount_fen)))
        .execute(c))
    .map(drop)
}
