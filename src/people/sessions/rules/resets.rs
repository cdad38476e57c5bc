//! When a code for somebody who ever signed in works.

use crate::base::approval::{Proposal, ProposalState};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::people::sessions::model::{Grounds, Invitation};

/// How a reset stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The code works.
    Effective { grounds: Grounds, approved_by: Option<MemberId> },
    /// A second person, or the member himself, must approve it.
    NeedsApproval,
    /// There was nobody else to approve it: it works from then on unless the member refuses.
    Waits { until: Timestamp },
    /// One of the member's devices refused it.
    Refused { at: Timestamp },
}

/// How the reset `code` stands at `now`.
///
/// An approval holds as long as anyone who gave it may invite the member: `still_may` answers that for a second person.
/// The member's own no outweighs every yes.
pub fn standing(code: &Invitation, still_may: impl Fn(MemberId) -> bool, now: Timestamp) -> Standing {
    if let Some(at) = code.refused_at {
        return Standing::Refused { at };
    }
    match (code.approved_by, code.waits_until) {
        (Some(member), _) if member == code.member_id => {
            Standing::Effective { grounds: Grounds::OwnRequest, approved_by: Some(member) }
        }
        (Some(other), _) if Some(other) != code.issued_by && still_may(other) => {
            Standing::Effective { grounds: Grounds::SecondPerson, approved_by: Some(other) }
        }
        (_, Some(until)) if now >= until => Standing::Effective { grounds: Grounds::Waited, approved_by: None },
        (_, Some(until)) => Standing::Waits { until },
        _ => Standing::NeedsApproval,
    }
}

/// The reset as the two-person rule looks at it, for somebody else than the member: he needs no second person.
pub fn proposal(code: &Invitation, standing: Standing) -> Proposal {
    let state = match standing {
        Standing::Effective { .. } => ProposalState::Approved,
        Standing::NeedsApproval | Standing::Waits { .. } => ProposalState::Open,
        Standing::Refused { .. } => ProposalState::Refused,
    };
    Proposal { state, proposed_by: code.issued_by, about: Some(code.member_id), expires_at: Some(code.expires_at) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn member(n: u128) -> MemberId {
        Uuid::from_u128(n).into()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    /// Issued by 1 for 2.
    fn code() -> Invitation {
        Invitation {
            id: Uuid::from_u128(9).into(),
            code_hash: Vec::new(),
            member_id: member(2),
            issued_by: Some(member(1)),
            created_at: at(0),
            expires_at: at(100),
            used_at: None,
            is_reset: true,
            approved_by: None,
            approved_at: None,
            refused_at: None,
            waits_until: None,
        }
    }

    #[test]
    fn a_reset_needs_a_second_person_or_the_member_or_time() {
        let yes = |_| true;
        let effective = |grounds, by| Standing::Effective { grounds, approved_by: by };
        assert_eq!(standing(&code(), yes, at(99)), Standing::NeedsApproval);
        let approved = |by| Invitation { approved_by: Some(member(by)), ..code() };
        assert_eq!(standing(&approved(3), yes, at(1)), effective(Grounds::SecondPerson, Some(member(3))));
        assert_eq!(standing(&approved(3), |_| false, at(1)), Standing::NeedsApproval, "the duty is gone");
        assert_eq!(standing(&approved(1), yes, at(1)), Standing::NeedsApproval, "the issuer is no second person");
        assert_eq!(standing(&approved(2), |_| false, at(1)), effective(Grounds::OwnRequest, Some(member(2))));
        let waits = Invitation { waits_until: Some(at(24)), ..code() };
        assert_eq!(standing(&waits, yes, at(23)), Standing::Waits { until: at(24) });
        assert_eq!(standing(&waits, yes, at(24)), effective(Grounds::Waited, None));
        let refused = Invitation { refused_at: Some(at(5)), waits_until: Some(at(24)), ..approved(3) };
        assert_eq!(standing(&refused, yes, at(50)), Standing::Refused { at: at(5) });
    }
}
