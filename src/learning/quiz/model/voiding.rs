//! That a question is void 作废: proposed by one person, and so once another has confirmed it.

use diesel::prelude::*;

use super::QuestionId;
use crate::base::approval::{Proposal, ProposalState, VALID_SECONDS};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::question_voidings;

crate::id!(
    /// A proposal that a question be void.
    QuestionVoidingId
);

/// A proposal as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = question_voidings, treat_none_as_default_value = false)]
pub struct QuestionVoiding {
    pub id: QuestionVoidingId,
    pub question_id: QuestionId,
    /// The wording that has no right answer.
    pub version: i32,
    /// Why; those whose results change read it.
    pub reason: String,
    pub state: ProposalState,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
}

impl QuestionVoiding {
    /// Until when it can be answered.
    pub fn expires_at(&self) -> Timestamp {
        self.proposed_at.plus_seconds(VALID_SECONDS)
    }

    /// As the two-person rule looks at it.
    pub fn rule(&self) -> Proposal {
        let expires_at = Some(self.expires_at());
        Proposal { state: self.state, proposed_by: Some(self.proposed_by), about: None, expires_at }
    }
}
