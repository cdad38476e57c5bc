//! How far a campaign comes, as a table.

use crate::base::workflow::{Flow, Step};
use crate::campaigns::model::CampaignState::{self, *};

crate::words!(
    /// Something that is done to a campaign as a whole.
    Verb {
        Announce = "announce",
        Open = "open",
        Withdraw = "withdraw",
        CallOff = "call_off",
        Decide = "decide",
        Publish = "publish",
        Archive = "archive",
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
    Committee,
}
use Who::{Clock, Committee, Organiser, TwoPeople};

const fn step(from: CampaignState, verb: Verb, to: CampaignState, who: Who) -> Step<CampaignState, Verb, Who> {
    Step { from, verb, to, who }
}

/// What was decided is decided anew when an objection is upheld, and stands once it is published.
pub const FLOW: Flow<CampaignState, Verb, Who> = Flow {
    start: Draft,
    steps: &[
        step(Draft, Verb::Announce, Announced, Organiser),
        step(Draft, Verb::Withdraw, Withdrawn, Organiser),
        step(Announced, Verb::Open, Open, Clock),
        step(Announced, Verb::Withdraw, Withdrawn, Organiser),
        step(Open, Verb::CallOff, CalledOff, TwoPeople),
        step(Open, Verb::Decide, Decided, Committee),
        step(Decided, Verb::Decide, Decided, Committee),
        step(Decided, Verb::Publish, Published, Organiser),
        step(Published, Verb::Archive, Archived, Organiser),
    ],
};
