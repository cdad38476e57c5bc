//! Ballots that two people void.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::approval;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::campaign_voidings;
use crate::judging::campaigns::model::{CampaignId, proposal};

crate::id!(
    /// A proposal to void a ballot.
    VoidingId
);

/// A ballot that is not to count; it does not once a second person has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = campaign_voidings, treat_none_as_default_value = false)]
pub struct Voiding {
    pub id: VoidingId,
    pub campaign_id: CampaignId,
    /// Whose ballot it is.
    pub member_id: MemberId,
    /// 0 for the whole vote, else the day by its number since 1970.
    pub period: i32,
    /// Why.
    pub reason: String,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    /// Another person than the one who proposed it; `null` until then.
    pub confirmed_by: Option<MemberId>,
    pub confirmed_at: Option<Timestamp>,
    /// The flag that gave cause, if any.
    pub flag: Option<String>,
}

impl Voiding {
    /// The proposal as the two-person rule looks at it.
    pub fn rule(&self) -> approval::Proposal {
        let about = Some(self.member_id);
        approval::Proposal { about, ..proposal(self.proposed_by, self.confirmed_at) }
    }
}
