//! What statistics are counted from.

use diesel::prelude::*;

use super::{IdeaId, IdeaOutcome, IdeaState, OutcomeCorrection, OutcomeKind, StepId, Verb, Verdict};
use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::db::schema::idea_steps;

/// A step, for statistics.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = idea_steps)]
pub struct Taken {
    pub id: StepId,
    pub idea_id: IdeaId,
    pub verb: Verb,
    pub at: Timestamp,
    pub to_state: IdeaState,
    /// Where the idea stood in the organisation.
    pub unit_id: UnitId,
}

impl Taken {
    /// Whether something was decided, whatever it was.
    pub fn decides(&self) -> bool {
        Verdict::of(self.verb).is_some()
    }

    /// Whether it was decided that the idea is carried out, or tried.
    pub fn adopts(&self) -> bool {
        matches!(self.verb, Verb::Adopt | Verb::Pilot)
    }
}

/// What a period did to an outcome, as statistics count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub idea_id: IdeaId,
    /// When the period last did something to it.
    pub at: Timestamp,
    pub unit_id: UnitId,
    pub category: String,
    pub kind: OutcomeKind,
    /// Recorded within the period, and not struck by its end.
    pub counts: bool,
    /// Money by which the period changed what was saved: what was recorded, and what corrections of that time made of
    /// what was recorded before.
    pub saved_fen: i64,
}

impl Recorded {
    /// Of an outcome with everything that was put right about it, in that order.
    pub fn within(
        (unit_id, category): (UnitId, String),
        outcome: &IdeaOutcome,
        corrections: &[&OutcomeCorrection],
        (from, until): (Timestamp, Timestamp),
    ) -> Recorded {
        let first = corrections.first().map_or(outcome.amount_fen, |first| first.former_amount_fen);
        let stood = |at: Timestamp| {
            let last = corrections.iter().rev().find(|correction| correction.corrected_at < at);
            match last {
                _ if outcome.created_at >= at => None,
                Some(last) if last.struck => None,
                Some(last) => Some(last.amount_fen.unwrap_or(0)),
                None => Some(first.unwrap_or(0)),
            }
        };
        let (before, after) = (stood(from), stood(until));
        let corrected = corrections.iter().map(|one| one.corrected_at);
        let within = corrected.chain([outcome.created_at]).filter(|at| (from..until).contains(at));
        Recorded {
            idea_id: outcome.idea_id,
            at: within.max().unwrap_or(from),
            unit_id,
            category,
            kind: outcome.kind,
            counts: outcome.created_at >= from && after.is_some(),
            saved_fen: after.unwrap_or(0) - before.unwrap_or(0),
        }
    }
}
