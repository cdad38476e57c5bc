//! How far a contest comes, as a table.

use crate::base::workflow::{Flow, Step};
use crate::contests::model::ContestState::{self, *};

crate::words!(
    /// Something that is done to a contest as a whole.
    Verb {
        Announce = "announce",
        Open = "open",
        Close = "close",
        Publish = "publish",
        Withdraw = "withdraw",
        Cancel = "cancel",
    }
);

/// Whose verb it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Organiser,
    /// The clock, or an organiser before its time.
    Clock,
    /// One proposes it, another confirms.
    TwoPeople,
}
use Who::{Clock, Organiser, TwoPeople};

const fn step(from: ContestState, verb: Verb, to: ContestState, who: Who) -> Step<ContestState, Verb, Who> {
    Step { from, verb, to, who }
}

/// Nothing that has opened is taken back: its members have answered. Two people may call it off until it is published.
pub const FLOW: Flow<ContestState, Verb, Who> = Flow {
    start: Draft,
    steps: &[
        step(Draft, Verb::Announce, Announced, Organiser),
        step(Draft, Verb::Withdraw, Withdrawn, Organiser),
        step(Announced, Verb::Open, Open, Clock),
        step(Announced, Verb::Withdraw, Withdrawn, Organiser),
        step(Open, Verb::Close, Closed, Clock),
        step(Open, Verb::Cancel, Cancelled, TwoPeople),
        step(Closed, Verb::Publish, Published, Organiser),
        step(Closed, Verb::Cancel, Cancelled, TwoPeople),
    ],
};
