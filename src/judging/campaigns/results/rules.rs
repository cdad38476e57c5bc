//! Who sees what of a result.

use crate::judging::campaigns::entries::rules as entries;
use crate::judging::campaigns::model::{Campaign, ResultsShown};
use crate::judging::campaigns::rules::CampaignRefusal;

/// A no of results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Of the campaign itself.
    Campaign(CampaignRefusal),
    /// Of entries.
    Entries(entries::Refusal),
    /// Members do not see the result yet.
    NotShown(ResultsShown),
    /// By the rules, what was not on the ballot takes no part in the result.
    Ineligible,
}

/// Whether totals, ranks, explanations and decisions are shown: to who sees how the campaign is run as soon as they are
/// there, to everybody else from the instant that the terms name. Every route that tells of a result asks here;
/// participation and receipts are shown from the count on.
pub fn shows_result(campaign: &Campaign, is_managed: bool) -> bool {
    is_managed
        || match campaign.terms.0.results_shown {
            ResultsShown::Count => true,
            ResultsShown::Decision => campaign.decided_at.is_some(),
            ResultsShown::Publication => campaign.published_at.is_some(),
        }
}
