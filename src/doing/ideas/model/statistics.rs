//! What statistics are counted from.

use diesel::prelude::*;

use super::{IdeaId, IdeaState, OutcomeKind, StepId, Verb, Verdict};
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

/// An outcome as statistics count it: at which unit, of which category, what, and the money where there is any.
pub type RecordedAt = (UnitId, String, OutcomeKind, Option<i64>);
