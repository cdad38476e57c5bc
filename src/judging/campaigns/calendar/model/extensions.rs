//! Ends that two people move.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::approval;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::campaign_extensions;
use crate::judging::campaigns::model::{CampaignId, CampaignStage, proposal};

crate::id!(
    /// A proposal to move an end time.
    ExtensionId
);

/// A later end for a stage; it counts once a second person has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = campaign_extensions, treat_none_as_default_value = false)]
pub struct Extension {
    pub id: ExtensionId,
    pub campaign_id: CampaignId,
    pub stage: CampaignStage,
    /// The end when this was proposed.
    pub closed_before: Timestamp,
    /// The new end.
    pub closes_at: Timestamp,
    /// Published with it.
    pub reason: String,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    /// Another person than the one who proposed it; `null` until then.
    pub confirmed_by: Option<MemberId>,
    pub confirmed_at: Option<Timestamp>,
}

impl Extension {
    /// The proposal as the two-person rule looks at it.
    pub fn rule(&self) -> approval::Proposal {
        proposal(self.proposed_by, self.confirmed_at)
    }
}
