//! What the room keeps: that a member is made anonymous.

use diesel::prelude::*;

use crate::base::approval::{self, ProposalState};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::schema::anonymisations;

crate::id!(
    /// That a member is made anonymous.
    AnonymisationId
);

/// That a member who has left is made anonymous.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = anonymisations, treat_none_as_default_value = false)]
pub struct Anonymisation {
    pub id: AnonymisationId,
    pub member_id: MemberId,
    /// Where the member was at home last.
    pub unit_id: UnitId,
    /// `None` where the setting says so.
    pub proposed_by: Option<MemberId>,
    pub proposed_at: Timestamp,
    pub expires_at: Timestamp,
    /// As stored; see [`Anonymisation::rule`] for what it is by now.
    pub state: ProposalState,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// When it was done, some seconds after it was confirmed.
    pub done_at: Option<Timestamp>,
}

impl Anonymisation {
    /// As the two-person rule looks at it.
    pub fn rule(&self) -> approval::Proposal {
        approval::Proposal {
            state: self.state,
            proposed_by: self.proposed_by,
            about: Some(self.member_id),
            expires_at: Some(self.expires_at),
        }
    }
}
