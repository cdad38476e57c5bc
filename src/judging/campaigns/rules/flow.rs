//! How far a campaign comes, as a table.

use crate::base::workflow::{Flow, step};
use crate::judging::campaigns::model::CampaignState::{self, *};

crate::words!(
    /// Something that is done to a campaign as a whole.
    CampaignVerb {
        Announce = "announce" / "公告",
        Open = "open" / "启动",
        Withdraw = "withdraw" / "撤销",
        Cancel = "cancel" / "取消",
        Decide = "decide" / "决定",
        Publish = "publish" / "公布",
        Archive = "archive" / "归档",
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

/// What was decided is decided anew when an objection is upheld, and stands once it is published.
pub const FLOW: Flow<CampaignState, CampaignVerb, Who> = Flow {
    start: Draft,
    steps: &[
        step(Draft, CampaignVerb::Announce, Announced, Organiser),
        step(Draft, CampaignVerb::Withdraw, Withdrawn, Organiser),
        step(Announced, CampaignVerb::Open, Open, Clock),
        step(Announced, CampaignVerb::Withdraw, Withdrawn, Organiser),
        step(Open, CampaignVerb::Cancel, Cancelled, TwoPeople),
        step(Open, CampaignVerb::Decide, Decided, Committee),
        step(Decided, CampaignVerb::Decide, Decided, Committee),
        step(Decided, CampaignVerb::Publish, Published, Organiser),
        step(Published, CampaignVerb::Archive, Archived, Organiser),
    ],
};
