//! What statistics are counted from.

use diesel::prelude::*;

use super::outcomes;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{idea_hand_ins, idea_outcome_corrections, idea_outcomes, idea_steps, ideas};
use crate::doing::ideas::model::{IdeaId, IdeaOutcome, OutcomeCorrection, OutcomeId, Recorded, StepId, Taken, Verb};
use crate::on;

/// A stretch of time, its end exclusive.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Every step until the end of the span of the ideas that took one at one of `units` (anywhere when `None`) within it: idea
/// by idea, in the order in which they were taken.
pub fn list_taken(conn: &mut Conn, units: Option<&[UnitId]>, span: Span) -> QueryResult<Vec<Taken>> {
    let within = diesel::alias!(idea_steps as within);
    on!(conn, c => {
        let mut touched = within
            .filter(within.field(idea_steps::at).ge(span.from))
            .filter(within.field(idea_steps::at).lt(span.until))
            .into_boxed();
        if let Some(units) = units {
            touched = touched.filter(within.field(idea_steps::unit_id).eq_any(units));
        }
        idea_steps::table
            .filter(idea_steps::at.lt(span.until))
            .filter(idea_steps::idea_id.eq_any(touched.select(within.field(idea_steps::idea_id))))
            .order((idea_steps::idea_id, idea_steps::id))
            .select(Taken::as_select())
            .load(c)
    })
}

/// Who wrote what was handed in within the span.
pub fn list_authors(conn: &mut Conn, span: Span) -> QueryResult<Vec<(StepId, MemberId)>> {
    on!(conn, c => idea_hand_ins::table
        .inner_join(idea_steps::table.on(idea_steps::id.eq(idea_hand_ins::step_id)))
        .filter(idea_steps::at.ge(span.from))
        .filter(idea_steps::at.lt(span.until))
        .filter(idea_steps::verb.eq(Verb::Submit))
        .select((idea_hand_ins::step_id, idea_hand_ins::member_id))
        .load(c))
}

/// Puts down who wrote what is handed in by a step.
pub fn insert_authors(conn: &mut Conn, step: StepId, authors: &[MemberId]) -> QueryResult<()> {
    let row = |author: &MemberId| (idea_hand_ins::step_id.eq(step), idea_hand_ins::member_id.eq(*author));
    let rows: Vec<_> = authors.iter().map(row).collect();
    on!(conn, c => diesel::insert_into(idea_hand_ins::table).values(&rows).execute(c)).map(drop)
}

/// What the span did to outcomes of ideas of `units`: what was recorded within it, and what was put right.
pub fn list_recorded(conn: &mut Conn, units: Option<&[UnitId]>, span: Span) -> QueryResult<Vec<Recorded>> {
    type Row = (UnitId, String, IdeaOutcome);
    let rows: Vec<Row> = on!(&mut *conn, c => {
        let corrected = idea_outcome_corrections::table
            .filter(idea_outcome_corrections::corrected_at.ge(span.from))
            .filter(idea_outcome_corrections::corrected_at.lt(span.until))
            .select(idea_outcome_corrections::outcome_id);
        let recorded = idea_outcomes::created_at.ge(span.from).and(idea_outcomes::created_at.lt(span.until));
        let mut query = idea_outcomes::table
            .inner_join(ideas::table.on(ideas::id.eq(idea_outcomes::idea_id)))
            .filter(recorded.or(idea_outcomes::id.eq_any(corrected)))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(ideas::unit_id.eq_any(units));
        }
        query
            .order(idea_outcomes::id)
            .select((ideas::unit_id, ideas::category, IdeaOutcome::as_select()))
            .load(c)
    })?;
    let ids: Vec<OutcomeId> = rows.iter().map(|(.., outcome)| outcome.id).collect();
    let corrections = outcomes::list_corrections(conn, &ids)?;
    let recorded = |(unit, category, outcome): Row| {
        let its: Vec<&OutcomeCorrection> = corrections.iter().filter(|one| one.outcome_id == outcome.id).collect();
        Recorded::within((unit, category), &outcome, &its, (span.from, span.until))
    };
    Ok(rows.into_iter().map(recorded).collect())
}

/// The categories of the ideas that took a step at one of `units` within the span.
pub fn list_categories(conn: &mut Conn, units: Option<&[UnitId]>, span: Span) -> QueryResult<Vec<(IdeaId, String)>> {
    on!(conn, c => {
        let mut touched =
            idea_steps::table.filter(idea_steps::at.ge(span.from)).filter(idea_steps::at.lt(span.until)).into_boxed();
        if let Some(units) = units {
            touched = touched.filter(idea_steps::unit_id.eq_any(units));
        }
        ideas::table
            .filter(ideas::id.eq_any(touched.select(idea_steps::idea_id)))
            .order(ideas::id)
            .select((ideas::id, ideas::category))
            .load(c)
    })
}
