//! What came of ideas.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::idea_outcomes;
use crate::doing::ideas::model::{IdeaId, IdeaOutcome};
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
