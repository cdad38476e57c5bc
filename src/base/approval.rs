//! Two people 双人复核: what one person proposes takes effect when another one confirms it.
//!
//! Only the rule about who may answer, and when; what is proposed, and whether it may still be done, is for the room.

use super::id::MemberId;
use super::own_case::{Involvement, Judgement};
use super::time::Timestamp;

/// How long a proposal can be answered.
pub const VALID_SECONDS: i64 = 14 * 24 * 3600;

crate::words!(
    /// What has become of a proposal.
    ProposalState {
        /// Waits for a second person.
        Open = "open" / "待确认",
        /// Confirmed, and in effect since.
        Approved = "approved" / "已确认",
        /// Refused by a second person.
        Refused = "refused" / "未同意",
        /// Taken back by its proposer.
        TakenBack = "taken_back" / "已撤回",
        /// Nobody answered in time.
        Expired = "expired" / "已过期",
    }
);

/// An answer to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Approve,
    Refuse,
    /// The proposer's own.
    TakeBack,
}

impl Answer {
    /// What the answer makes of an open proposal.
    pub const fn leads_to(self) -> ProposalState {
        match self {
            Answer::Approve => ProposalState::Approved,
            Answer::Refuse => ProposalState::Refused,
            Answer::TakeBack => ProposalState::TakenBack,
        }
    }
}

/// Why somebody may not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody confirms or refuses what he proposed himself.
    OwnProposal,
    /// Nobody confirms or refuses a proposal about himself.
    AboutYourself,
    /// Only its proposer takes a proposal back.
    NotYours,
    /// It was answered otherwise, or nobody answered in time.
    Over(ProposalState),
}

/// A proposal as the rule looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Proposal {
    /// As it is stored: `open` also when its time is over.
    pub state: ProposalState,
    /// `None` for the operator's command line.
    pub proposed_by: Option<MemberId>,
    /// Whom it is about.
    pub about: Option<MemberId>,
    /// Until when it can be answered; `None` where that ends with the thing itself.
    pub expires_at: Option<Timestamp>,
}

impl Proposal {
    /// What has become of it by `now`.
    pub fn state_at(&self, now: Timestamp) -> ProposalState {
        match self.state {
            ProposalState::Open if self.expires_at.is_some_and(|end| end <= now) => ProposalState::Expired,
            state => state,
        }
    }

    /// Whether `by` now gives this answer: `false` when the same answer stands already, so that a request sent twice is
    /// one. That it is over comes before whose answer it would have been: it tells more.
    pub fn answer(&self, answer: Answer, by: MemberId, now: Timestamp) -> Result<bool, NoAnswer> {
        let no = self.not_by(answer, by);
        match (self.state_at(now), no) {
            (ProposalState::Open, None) => Ok(true),
            (ProposalState::Open, Some(no)) => Err(no),
            (state, None) if state == answer.leads_to() => Ok(false),
            (state, _) => Err(NoAnswer::Over(state)),
        }
    }

    /// Why this is no answer for `by` to give.
    fn not_by(&self, answer: Answer, by: MemberId) -> Option<NoAnswer> {
        let proposer = (self.proposed_by == Some(by)).then_some(Involvement::Proposer);
        if answer == Answer::TakeBack {
            return proposer.is_none().then_some(NoAnswer::NotYours);
        }
        let subject = (self.about == Some(by)).then_some(Involvement::Subject);
        match Judgement::AnswerProposal.hindrance(proposer.into_iter().chain(subject).collect())? {
            Involvement::Proposer => Some(NoAnswer::OwnProposal),
            _ => Some(NoAnswer::AboutYourself),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;

    #[test]
    fn another_person_answers_once_and_in_time() {
        let now: Timestamp = "2026-07-01T08:00:00+08:00".parse().unwrap();
        let ids = Ids::default();
        let [proposer, about, other]: [MemberId; 3] = std::array::from_fn(|_| ids.fresh(now));
        let open = Proposal {
            state: ProposalState::Open,
            proposed_by: Some(proposer),
            about: Some(about),
            expires_at: Some(now.plus_seconds(VALID_SECONDS)),
        };
        assert_eq!(open.answer(Answer::Approve, other, now), Ok(true));
        assert_eq!(open.answer(Answer::Approve, proposer, now), Err(NoAnswer::OwnProposal));
        assert_eq!(open.answer(Answer::Refuse, proposer, now), Err(NoAnswer::OwnProposal));
        assert_eq!(open.answer(Answer::Approve, about, now), Err(NoAnswer::AboutYourself));
        assert_eq!(open.answer(Answer::TakeBack, other, now), Err(NoAnswer::NotYours));
        assert_eq!(open.answer(Answer::TakeBack, proposer, now), Ok(true));
        let approved = Proposal { state: ProposalState::Approved, ..open };
        assert_eq!(approved.answer(Answer::Approve, other, now), Ok(false));
        for (answer, by) in [(Answer::Refuse, other), (Answer::Approve, proposer), (Answer::TakeBack, other)] {
            assert_eq!(approved.answer(answer, by, now), Err(NoAnswer::Over(ProposalState::Approved)));
        }
        let late = now.plus_seconds(VALID_SECONDS);
        assert_eq!(open.answer(Answer::Approve, other, late), Err(NoAnswer::Over(ProposalState::Expired)));
        assert_eq!(open.state_at(late), ProposalState::Expired);
        let lasting = Proposal { expires_at: None, ..open };
        assert_eq!(lasting.answer(Answer::Approve, other, late), Ok(true));
        let by_operator = Proposal { proposed_by: None, ..open };
        assert_eq!(by_operator.answer(Answer::Approve, other, now), Ok(true));
    }
}
