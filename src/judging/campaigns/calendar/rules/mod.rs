//! What holds for the way of a campaign from its draft to its end.

mod campaigns;
mod cancellation;
mod stages;
mod terms;

use crate::judging::campaigns::model::CampaignStage;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::vote::rules as vote;

pub use campaigns::{changes, may_announce, vote_weight};
pub use cancellation::may_cancel;
pub use stages::{canonical, decision_allows, may_close_early, may_extend, may_open};
pub use terms::{check, check_ahead};

/// A no of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Of the campaign itself.
    Campaign(CampaignRefusal),
    /// Of vote.
    Vote(vote::Refusal),
    /// No such proposal to move an end.
    NoSuchExtension,
    /// The campaign has no notice yet.
    NoNotice,
    /// Another document of that issuer and year bears the number of the notice.
    NoticeNumberTaken,
    /// Nobody would be on the roll.
    NobodyVotes,
    /// The clock alone ends this stage: members have a right to all of its time.
    ClockOnly(CampaignStage),
    /// An end is moved to later only, and not beyond what follows.
    NotLater,
    /// Nobody has proposed to call the campaign off.
    NoCancellation,
    /// Somebody has proposed to call the campaign off already.
    CancellationProposed,
    /// What was counted is not called off any more.
    CountedAlready,
}
