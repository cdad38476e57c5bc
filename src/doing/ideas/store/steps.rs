//! The steps that ideas took.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::db::Conn;
use crate::db::schema::idea_steps;
use crate::doing::ideas::model::{IdeaId, IdeaStep, StepId, Verb};
use crate::doing::meetings::MeetingId;
use crate::on;

/// Who put down what was collected or decided at that meeting; nobody where nothing was.
pub fn list_actors_at(conn: &mut Conn, meeting: MeetingId) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => idea_steps::table
        .filter(idea_steps::meeting_id.eq(meeting))
        .select(idea_steps::actor_id)
        .distinct()
        .order(idea_steps::actor_id)
        .load(c))
}

/// What was done at a meeting, in that order.
pub fn list_done_at(conn: &mut Conn, meeting: MeetingId) -> QueryResult<Vec<(IdeaId, Verb)>> {
    on!(conn, c => idea_steps::table
        .filter(idea_steps::meeting_id.eq(meeting))
        .order(idea_steps::id)
        .select((idea_steps::idea_id, idea_steps::verb))
        .load(c))
}

pub fn insert_step(conn: &mut Conn, step: &IdeaStep) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(idea_steps::table).values(step).execute(c)).map(drop)
}

/// Ends what earlier steps of an idea with one of `verbs` have shown until now.
pub fn end_steps(conn: &mut Conn, idea: IdeaId, verbs: &[Verb]) -> QueryResult<()> {
    if verbs.is_empty() {
        return Ok(());
    }
    let ended = idea_steps::table
        .filter(idea_steps::idea_id.eq(idea))
        .filter(idea_steps::in_force)
        .filter(idea_steps::verb.eq_any(verbs));
    on!(conn, c => diesel::update(ended).set(idea_steps::in_force.eq(false)).execute(c)).map(drop)
}

/// The steps in force of several ideas.
pub fn list_in_force(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<IdeaStep>> {
    on!(conn, c => idea_steps::table
        .filter(idea_steps::idea_id.eq_any(ideas))
        .filter(idea_steps::in_force)
        .order(idea_steps::id)
        .select(IdeaStep::as_select())
        .load(c))
}

/// Every step of an idea, in the order in which they were taken.
pub fn list_steps(conn: &mut Conn, idea: IdeaId) -> QueryResult<Vec<IdeaStep>> {
    on!(conn, c => idea_steps::table
        .filter(idea_steps::idea_id.eq(idea))
        .order(idea_steps::id)
        .select(IdeaStep::as_select())
        .load(c))
}

/// A page of the steps of an idea, oldest first, after `after`.
pub fn page_steps(conn: &mut Conn, idea: IdeaId, after: Option<StepId>, limit: i64) -> QueryResult<Vec<IdeaStep>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => idea_steps::table
        .filter(idea_steps::idea_id.eq(idea))
        .filter(idea_steps::id.gt(after))
        .order(idea_steps::id)
        .limit(limit)
        .select(IdeaStep::as_select())
        .load(c))
}
