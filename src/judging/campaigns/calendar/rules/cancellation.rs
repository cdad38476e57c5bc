//! Until when a campaign may be called off.

use super::Refusal;
use crate::judging::campaigns::model::CampaignState;
use crate::judging::campaigns::rules::{CampaignRefusal, CampaignVerb, FLOW};

/// Whether a campaign may be called off: while it is open, before the count. What was counted is for a committee to decide.
pub fn may_cancel(standing: CampaignState, is_counted: bool) -> Result<(), Refusal> {
    if FLOW.step(standing, CampaignVerb::Cancel).is_none() {
        return Err(CampaignRefusal::WrongState(standing).into());
    }
    if is_counted { Err(Refusal::CountedAlready) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_or_decided_is_not_called_off() {
        assert_eq!(may_cancel(CampaignState::Open, false), Ok(()));
        assert_eq!(may_cancel(CampaignState::Open, true), Err(Refusal::CountedAlready));
        for state in [CampaignState::Announced, CampaignState::Decided, CampaignState::Cancelled] {
            assert_eq!(may_cancel(state, false), Err(CampaignRefusal::WrongState(state).into()));
        }
    }
}
