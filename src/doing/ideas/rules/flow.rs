//! The loop of an idea as a table.

use crate::base::workflow::{Flow, Step, step};
use crate::doing::ideas::model::IdeaState::{self, *};
use crate::doing::ideas::model::Verb;

/// Whose verb it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Author,
    /// The group's leader, or one who leads a unit above.
    Collector,
    /// The branch's committee, or one above.
    Decider,
    Implementer,
}
use Who::{Author, Collector, Decider, Implementer};

/// 党小组会征集 → 支委会讨论确定 → 党员负责实施.
pub const FLOW: Flow<IdeaState, Verb, Who> = Flow {
    start: Draft,
    steps: &[
        step(Draft, Verb::Submit, Submitted, Author),
        step(Draft, Verb::Withdraw, Withdrawn, Author),
        step(Submitted, Verb::Collect, Collected, Collector),
        step(Submitted, Verb::Withdraw, Withdrawn, Author),
        step(Submitted, Verb::Merge, Merged, Collector),
        step(Collected, Verb::Adopt, Adopted, Decider),
        step(Collected, Verb::Pilot, Pilot, Decider),
        step(Collected, Verb::File, Filed, Decider),
        step(Collected, Verb::Decline, Declined, Decider),
        step(Collected, Verb::Return, Draft, Collector),
        step(Collected, Verb::Withdraw, Withdrawn, Author),
        step(Collected, Verb::Merge, Merged, Collector),
        step(Filed, Verb::Reopen, Collected, Decider),
        step(Declined, Verb::Reopen, Collected, Decider),
        step(Adopted, Verb::Assign, Assigned, Decider),
        step(Pilot, Verb::Assign, Assigned, Decider),
        step(Assigned, Verb::Assign, Assigned, Decider),
        step(Assigned, Verb::Report, Implementing, Implementer),
        // to somebody else; who has begun goes on, see [`PROLONGED`]
        step(Implementing, Verb::Assign, Assigned, Decider),
        step(Implementing, Verb::Report, Implementing, Implementer),
        step(Implementing, Verb::Deliver, Delivered, Implementer),
        step(Delivered, Verb::Accept, Accepted, Decider),
        step(Delivered, Verb::Return, Implementing, Decider),
        step(Accepted, Verb::RecordOutcome, Accepted, Decider),
        step(Accepted, Verb::Close, Closed, Decider),
        // a patent is granted years later
        step(Closed, Verb::RecordOutcome, Closed, Decider),
    ],
};

/// Another day for the one who carries it out already: the work goes on as it stands.
pub const PROLONGED: Step<IdeaState, Verb, Who> = step(Implementing, Verb::Assign, Implementing, Decider);
