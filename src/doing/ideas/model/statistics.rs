//! What statistics are counted from.

use diesel::prelude::*;

use super::{IdeaId, IdeaState, Verb, Verdict};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::{idea_steps, ideas};

/// An idea, for statistics.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = ideas)]
pub struct Counted {
    pub id: IdeaId,
    pub author_id: MemberId,
    pub state: IdeaState,
    pub submitted_at: Option<Timestamp>,
}

/// A step in force, for statistics.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = idea_steps)]
pub struct Taken {
    pub idea_id: IdeaId,
    pub verb: Verb,
    pub at: Timestamp,
}

/// When an idea passed where.
#[derive(Clone, Copy, Debug)]
pub struct Passage {
    pub author_id: MemberId,
    pub state: IdeaState,
    pub verdict: Option<Verdict>,
    pub submitted_at: Option<Timestamp>,
    pub collected_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
}

impl Passage {
    /// Of an idea and its steps in force.
    pub fn of(idea: &Counted, steps: &[Taken]) -> Passage {
        let at = |verb: Verb| steps.iter().find(|step| step.verb == verb).map(|step| step.at);
        let decision = steps.iter().find_map(|step| Some((Verdict::of(step.verb)?, step.at)));
        Passage {
            author_id: idea.author_id,
            state: idea.state,
            verdict: decision.map(|(verdict, _)| verdict),
            submitted_at: idea.submitted_at,
            collected_at: at(Verb::Collect),
            decided_at: decision.map(|(_, at)| at),
            // what came back is delivered again
            delivered_at: at(Verb::Deliver).filter(|_| at(Verb::Return).is_none()),
            accepted_at: at(Verb::Accept),
        }
    }
}
