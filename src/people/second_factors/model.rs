//! What the room keeps: secrets, recovery codes, and lost factors that two people take away.

use diesel::prelude::*;

use crate::base::approval::{Proposal, ProposalState};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::{second_factor_resets, second_factors};

crate::id!(
    /// A proposal to take somebody's second factor away.
    FactorResetId
);

/// A member's second factor; begun, and enrolled once a first code was given.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = second_factors, treat_none_as_default_value = false)]
pub struct Factor {
    pub member_id: MemberId,
    pub secret_sealed: Vec<u8>,
    pub begun_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    /// The step of the last code that was taken.
    pub last_step: Option<i64>,
}

/// A proposal to take away the second factor of a member who has lost it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = second_factor_resets, treat_none_as_default_value = false)]
pub struct FactorReset {
    pub id: FactorResetId,
    pub member_id: MemberId,
    pub reason: String,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: ProposalState,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    /// Why it was refused.
    pub refusal: Option<String>,
}

impl FactorReset {
    /// As the rule of two people looks at it.
    pub fn rule(&self) -> Proposal {
        Proposal {
            state: self.state,
            proposed_by: Some(self.proposed_by),
            about: Some(self.member_id),
            expires_at: Some(self.expires_at),
        }
    }
}

/// By what a member proved to hold the factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// A code of the authenticator.
    Code,
    /// A recovery code, of which so many are left.
    Recovery { left: usize },
}
