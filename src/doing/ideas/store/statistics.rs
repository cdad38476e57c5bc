//! What statistics are counted from.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{idea_outcomes, idea_people, idea_steps, ideas};
use crate::doing::ideas::model::{Counted, IdeaId, OutcomeKind, Part, Passage, Taken, Verb};
use crate::doing::ideas::store::lists::PRIVATE;
use crate::on;

/// A stretch of time, its end exclusive.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Ideas of `units` (of all when `None`) that were handed in within the span and not taken back.
pub fn list_passages(conn: &mut Conn, units: Option<&[UnitId]>, span: Span) -> QueryResult<Vec<Passage>> {
    let ideas = list_counted(conn, units, span)?;
    let mut steps: HashMap<IdeaId, Vec<Taken>> = HashMap::with_capacity(ideas.len());
    for step in list_taken(conn, units, span)? {
        steps.entry(step.idea_id).or_default().push(step);
    }
    let passage = |idea: &Counted| Passage::of(idea, steps.get(&idea.id).map(Vec::as_slice).unwrap_or_default());
    Ok(ideas.iter().map(passage).collect())
}

fn list_counted(conn: &mut Conn, units: Option<&[UnitId]>, span: Span) -> QueryResult<Vec<Counted>> {
    on!(conn, c => {
        let mut query = ideas::table
            .filter(ideas::submitted_at.ge(span.from))
            .filter(ideas::submitted_at.lt(span.until))
            .filter(ideas::state.ne_all(PRIVATE))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(ideas::unit_id.eq_any(units));
        }
        query.order(ideas::id).select(Counted::as_select()).load(c)
    })
}

/// Verbs whose steps statistics ask for.
const PASSED: [Verb; 8] =
    [Verb::Collect, Verb::Adopt, Verb::Pilot, Verb::File, Verb::Decline, Verb::Deliver, Verb::Return, Verb::Accept];

/// The steps in force of those ideas; read from an index alone.
fn list_taken(conn: &mut Conn, units: Option<&[UnitId]>, span: Span) -> QueryResult<Vec<Taken>> {
    on!(conn, c => {
        let mut query = idea_steps::table
            .inner_join(ideas::table.on(ideas::id.eq(idea_steps::idea_id)))
            .filter(idea_steps::in_force)
            .filter(idea_steps::verb.eq_any(PASSED))
            .filter(ideas::submitted_at.ge(span.from))
            .filter(ideas::submitted_at.lt(span.until))
            .filter(ideas::state.ne_all(PRIVATE))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(ideas::unit_id.eq_any(units));
        }
        query.select(Taken::as_select()).load(c)
    })
}

/// The co-authors of those ideas.
pub fn list_co_authors(conn: &mut Conn, units: Option<&[UnitId]>, span: Span) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => {
        let mut query = idea_people::table
            .inner_join(ideas::table.on(ideas::id.eq(idea_people::idea_id)))
            .filter(idea_people::part.eq(Part::CoAuthor))
            .filter(ideas::submitted_at.ge(span.from))
            .filter(ideas::submitted_at.lt(span.until))
            .filter(ideas::state.ne_all(PRIVATE))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(ideas::unit_id.eq_any(units));
        }
        query.select(idea_people::member_id).load(c)
    })
}

/// What was recorded within the span about ideas of `units`: the kind, and the money where there is any.
///
/// Added up by the caller: PostgreSQL sums BIGINT into another type than SQLite does, and outcomes are few.
pub fn list_recorded(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    span: Span,
) -> QueryResult<Vec<(OutcomeKind, Option<i64>)>> {
    on!(conn, c => {
        let mut query = idea_outcomes::table
            .inner_join(ideas::table.on(ideas::id.eq(idea_outcomes::idea_id)))
            .filter(idea_outcomes::created_at.ge(span.from))
            .filter(idea_outcomes::created_at.lt(span.until))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(ideas::unit_id.eq_any(units));
        }
        query.select((idea_outcomes::kind, idea_outcomes::amount_fen)).load(c)
    })
}
