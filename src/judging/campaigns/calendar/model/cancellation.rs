//! That an open campaign is called off.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::approval;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::campaign_cancellations;
use crate::judging::campaigns::model::{CampaignId, proposal};

/// A proposal to call a campaign off; it is called off once a second person has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = campaign_cancellations, treat_none_as_default_value = false)]
#[schema(as = CampaignCancellation)]
pub struct Cancellation {
    pub campaign_id: CampaignId,
    /// Published with it.
    pub reason: String,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    /// Another person than the one who proposed it; `null` until then.
    pub confirmed_by: Option<MemberId>,
    /// From when on the campaign is called off.
    pub confirmed_at: Option<Timestamp>,
    /// When the key of the ballots was destroyed and their choices were erased; soon after the confirmation.
    pub erased_at: Option<Timestamp>,
}

impl Cancellation {
    /// The proposal as the two-person rule looks at it.
    pub fn rule(&self) -> approval::Proposal {
        proposal(self.proposed_by, self.confirmed_at)
    }
}
