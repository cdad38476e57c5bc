//! Campaigns and entries as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::looking::Seen;
use crate::judging::campaigns::model::{
    CallOff, Campaign, CampaignId, CampaignKind, CampaignState, Entry, EntryId, EntryState, Extension, StageRow, Terms,
};

/// A campaign in a list.
#[derive(Serialize, ToSchema)]
pub struct CampaignLine {
    pub id: CampaignId,
    /// In Chinese.
    pub title: String,
    pub kind: CampaignKind,
    pub unit_id: UnitId,
    pub state: CampaignState,
    /// The number of its notice.
    pub document_no: Option<String>,
}

impl From<&Campaign> for CampaignLine {
    fn from(campaign: &Campaign) -> Self {
        let notice = campaign.terms.0.notice.as_ref();
        CampaignLine {
            id: campaign.id,
            title: campaign.title.clone(),
            kind: campaign.terms.0.kind,
            unit_id: campaign.unit_id,
            state: campaign.standing(),
            document_no: notice.map(|notice| notice.document_no.to_string()),
        }
    }
}

/// A campaign with its rules and its stages.
#[derive(Serialize, ToSchema)]
pub struct CampaignView {
    pub id: CampaignId,
    /// In Chinese.
    pub title: String,
    pub unit_id: UnitId,
    pub state: CampaignState,
    pub terms: Terms,
    /// SHA-256 of the frozen rules, from the opening on.
    pub rules_sha256: Option<String>,
    pub stages: Vec<StageRow>,
    /// Moved ends with their reasons; for who runs it also proposals that wait for a second person.
    pub extensions: Vec<Extension>,
    /// Why it is called off; for who runs it also a proposal that waits for a second person.
    pub call_off: Option<CallOff>,
    pub announced_at: Option<Timestamp>,
    pub opened_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    /// Whether the caller sees how it is run.
    pub managed: bool,
}

impl From<Seen> for CampaignView {
    fn from(seen: Seen) -> Self {
        let campaign = seen.campaign;
        let state = campaign.standing();
        CampaignView {
            id: campaign.id,
            title: campaign.title,
            unit_id: campaign.unit_id,
            state,
            decided_at: campaign.decided_at,
            published_at: campaign.published_at,
            terms: campaign.terms.0,
            rules_sha256: campaign.frozen_sha256,
            stages: seen.stages,
            extensions: seen.extensions,
            call_off: seen.call_off,
            announced_at: campaign.announced_at,
            opened_at: campaign.opened_at,
            managed: seen.managed,
        }
    }
}

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
