//! Entries as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::entries::model::{Entry, EntryId, EntryState};
use crate::judging::campaigns::model::CampaignId;

/// An entry in short.
#[derive(Serialize, ToSchema)]
pub struct EntryLine {
    pub id: EntryId,
    pub campaign_id: CampaignId,
    pub unit_id: UnitId,
    /// Short name of its unit.
    pub unit: String,
    /// Its category, by the code.
    pub category: String,
    /// The title of the latest plan.
    pub title: String,
    pub owner_id: MemberId,
    pub state: EntryState,
    /// The latest version, from 1 on.
    pub version: i32,
    /// Handed in after the stage of entries was over.
    pub late: bool,
    /// The version that is judged; `null` until the first judging stage opens.
    pub judged_version: Option<i32>,
    /// What ballots name it by; `null` until then.
    pub number: Option<i32>,
    /// Whether it can be voted on; fixed when the vote opens.
    pub on_ballot: bool,
    pub submitted_at: Option<Timestamp>,
}

impl EntryLine {
    pub fn new(campaigns: &Campaigns, entry: Entry) -> EntryLine {
        EntryLine {
            id: entry.id,
            campaign_id: entry.campaign_id,
            unit_id: entry.unit_id,
            unit: campaigns.unit_name(entry.unit_id),
            category: entry.category,
            title: entry.title,
            owner_id: entry.owner_id,
            state: entry.state,
            version: entry.version,
            late: entry.late,
            judged_version: entry.judged_version,
            number: entry.number,
            on_ballot: entry.on_ballot,
            submitted_at: entry.submitted_at,
        }
    }
}
