//! Entries as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::entries::evidence::ListedEntry;
use crate::judging::campaigns::entries::model::{EntryId, EntryState};
use crate::judging::campaigns::model::CampaignId;

/// An entry in short.
#[derive(Serialize, ToSchema)]
pub struct EntryLine {
    pub id: EntryId,
    pub campaign_id: CampaignId,
    pub unit_id: UnitId,
    /// Short name of its unit.
    pub unit_name: String,
    /// Its category, by the code.
    pub category: String,
    /// The title of the latest plan.
    pub title: String,
    pub owner_id: MemberId,
    /// The name of the person who leads the plan.
    pub owner_name: String,
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
    /// Whether there is an article about it.
    pub has_article: bool,
    /// How many files prove it.
    pub evidence_count: usize,
    /// Where the thumbnail of the first picture among them is shown without a session; `null` where there is none.
    pub thumbnail_url: Option<String>,
    /// The same picture as it was uploaded.
    pub picture_url: Option<String>,
    /// Whether a member proposed it himself.
    pub by_member: bool,
}

impl EntryLine {
    pub fn new(campaigns: &Campaigns, listed: ListedEntry) -> EntryLine {
        let ListedEntry { entry, has_article, evidence, picture } = listed;
        EntryLine {
            id: entry.id,
            campaign_id: entry.campaign_id,
            unit_id: entry.unit_id,
            unit_name: campaigns.unit_name(entry.unit_id),
            category: entry.category,
            title: entry.title,
            owner_id: entry.owner_id,
            owner_name: campaigns.member_name(entry.owner_id),
            state: entry.state,
            version: entry.version,
            late: entry.late,
            judged_version: entry.judged_version,
            number: entry.number,
            on_ballot: entry.on_ballot,
            submitted_at: entry.submitted_at,
            has_article,
            evidence_count: evidence,
            picture_url: picture.as_ref().and_then(|file| file.url.clone()),
            thumbnail_url: picture.and_then(|file| file.thumbnail_url),
            by_member: entry.by_member,
        }
    }
}
