//! What may still be done to a campaign that is under way, and who sees what of its result.

use super::{CampaignVerb, FLOW, Refusal};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::judging::campaigns::model::{Campaign, CampaignState, ResultsShown, Terms};

/// Whether a campaign may be called off: while it is open, before the count. What was counted is for a committee to decide.
pub fn may_call_off(standing: CampaignState, is_counted: bool) -> Result<(), Refusal> {
    if FLOW.step(standing, CampaignVerb::CallOff).is_none() {
        return Err(Refusal::WrongState(standing));
    }
    if is_counted { Err(Refusal::CountedAlready) } else { Ok(()) }
}

/// Whether `actor` may take a proposal back: one's own, which nobody has confirmed.
pub fn may_take_back(proposed_by: MemberId, confirmed_at: Option<Timestamp>, actor: MemberId) -> Result<(), Refusal> {
    if proposed_by != actor {
        return Err(Refusal::NotOwnProposal);
    }
    if confirmed_at.is_some() { Err(Refusal::Confirmed) } else { Ok(()) }
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

/// What differs between two versions of a campaign that has not opened, in Chinese words.
pub fn changes(before: &Campaign, now: &Campaign) -> Vec<&'static str> {
    let (old, new) = (&before.terms.0, &now.terms.0);
    let rules = |terms: &Terms| Terms { notice: None, timetable: Vec::new(), ..terms.clone() };
    let parts = [
        (before.title != now.title, "名称"),
        (before.unit_id != now.unit_id, "范围"),
        (old.notice != new.notice, "通知"),
        (old.timetable != new.timetable, "日程"),
        (rules(old) != rules(new), "评选规则"),
    ];
    parts.into_iter().filter_map(|(changed, part)| changed.then_some(part)).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_was_counted_or_decided_is_not_called_off() {
        assert_eq!(may_call_off(CampaignState::Open, false), Ok(()));
        assert_eq!(may_call_off(CampaignState::Open, true), Err(Refusal::CountedAlready));
        for state in [CampaignState::Announced, CampaignState::Decided, CampaignState::CalledOff] {
            assert_eq!(may_call_off(state, false), Err(Refusal::WrongState(state)));
        }
    }

    #[test]
    fn only_ones_own_proposal_that_waits_is_taken_back() {
        let member = |n| MemberId::from(Uuid::from_u128(n));
        let now = Some(Timestamp::from_micros(1));
        assert_eq!(may_take_back(member(1), None, member(1)), Ok(()));
        assert_eq!(may_take_back(member(1), now, member(1)), Err(Refusal::Confirmed));
        assert_eq!(may_take_back(member(1), None, member(2)), Err(Refusal::NotOwnProposal));
    }
}
