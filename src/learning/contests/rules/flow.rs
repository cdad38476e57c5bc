//! How far a contest comes, as a table.

use crate::base::workflow::{Flow, step};
use crate::learning::contests::model::ContestState::{self, *};

crate::words!(
    /// Something that is done to a contest as a whole.
    ContestVerb {
        Announce = "announce" / "公告",
        Open = "open" / "开放",
        Close = "close" / "结束",
        Publish = "publish" / "公布",
        Withdraw = "withdraw" / "撤销",
        Cancel = "cancel" / "取消",
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

/// Nothing that has opened is taken back: its members have answered. Two people may call it off until it is published.
pub const FLOW: Flow<ContestState, ContestVerb, Who> = Flow {
    start: Draft,
    steps: &[
        step(Draft, ContestVerb::Announce, Announced, Organiser),
        step(Draft, ContestVerb::Withdraw, Withdrawn, Organiser),
        step(Announced, ContestVerb::Open, Open, Clock),
        step(Announced, ContestVerb::Withdraw, Withdrawn, Organiser),
        step(Open, ContestVerb::Close, Closed, Clock),
        step(Open, ContestVerb::Cancel, Cancelled, TwoPeople),
        step(Closed, ContestVerb::Publish, Published, Organiser),
        step(Closed, ContestVerb::Cancel, Cancelled, TwoPeople),
    ],
};
