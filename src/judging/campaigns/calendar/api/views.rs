//! Campaigns as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::calendar::campaigns::{CampaignDetail, ListedCampaign};
use crate::judging::campaigns::calendar::model::{Cancellation, Extension};
use crate::judging::campaigns::model::{CampaignId, CampaignKind, CampaignState, StageRow, Terms};

/// A campaign in a list.
#[derive(Serialize, ToSchema)]
pub struct CampaignLine {
    pub id: CampaignId,
    /// In Chinese.
    pub title: String,
    pub kind: CampaignKind,
    pub unit_id: UnitId,
    /// Short name of the unit.
    pub unit_name: String,
    pub state: CampaignState,
    /// The number of its notice.
    pub document_no: Option<String>,
    /// In the order of the timetable.
    pub stages: Vec<StageRow>,
    /// How many entries were handed in.
    pub entry_count: i64,
    /// Whether the caller has voted: today, where one votes every day. `null` while no vote is open, and for somebody who is
    /// not on its roll.
    pub voted: Option<bool>,
}

impl CampaignLine {
    pub fn new(campaigns: &Campaigns, listed: ListedCampaign) -> Self {
        let ListedCampaign { campaign, stages, entries, voted } = listed;
        let notice = campaign.terms.0.notice.as_ref();
        CampaignLine {
            id: campaign.id,
            title: campaign.title.clone(),
            kind: campaign.terms.0.kind,
            unit_id: campaign.unit_id,
            unit_name: campaigns.unit_name(campaign.unit_id),
            state: campaign.standing(),
            document_no: notice.map(|notice| notice.document_no.to_string()),
            stages,
            entry_count: entries,
            voted,
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
    /// Short name of the unit.
    pub unit_name: String,
    pub state: CampaignState,
    /// How many entries were handed in.
    pub entry_count: i64,
    /// Whether the caller has voted: today, where one votes every day. `null` while no vote is open, and for somebody who is
    /// not on its roll.
    pub voted: Option<bool>,
    pub terms: Terms,
    /// SHA-256 of the frozen rules, from the opening on.
    pub rules_sha256: Option<String>,
    pub stages: Vec<StageRow>,
    /// Moved ends with their reasons; for who runs it also proposals that wait for a second person.
    pub extensions: Vec<NamedExtension>,
    /// Why it is called off; for who runs it also a proposal that waits for a second person.
    pub cancellation: Option<NamedCancellation>,
    pub announced_at: Option<Timestamp>,
    pub opened_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    /// Whether the caller sees how it is run.
    pub managed: bool,
}

impl CampaignView {
    pub fn new(campaigns: &Campaigns, detail: CampaignDetail) -> Self {
        let CampaignDetail { seen, extensions, cancellation, entries, voted } = detail;
        let campaign = seen.campaign;
        let state = campaign.standing();
        CampaignView {
            id: campaign.id,
            title: campaign.title,
            unit_id: campaign.unit_id,
            unit_name: campaigns.unit_name(campaign.unit_id),
            entry_count: entries,
            voted,
            state,
            decided_at: campaign.decided_at,
            published_at: campaign.published_at,
            terms: campaign.terms.0,
            rules_sha256: campaign.frozen_sha256,
            stages: seen.stages,
            extensions: extensions.into_iter().map(|extension| NamedExtension::new(campaigns, extension)).collect(),
            cancellation: cancellation.map(|cancellation| NamedCancellation::new(campaigns, cancellation)),
            announced_at: campaign.announced_at,
            opened_at: campaign.opened_at,
            managed: seen.managed,
        }
    }
}

/// A later end for a stage, with the names of those who proposed and confirmed it.
#[derive(Serialize, ToSchema)]
pub struct NamedExtension {
    #[serde(flatten)]
    extension: Extension,
    /// The name of the person who proposed it.
    proposer: String,
    /// The name of the person who confirmed it; `null` until then.
    confirmer: Option<String>,
}

impl NamedExtension {
    pub fn new(campaigns: &Campaigns, extension: Extension) -> Self {
        NamedExtension {
            proposer: campaigns.member_name(extension.proposed_by),
            confirmer: extension.confirmed_by.map(|member| campaigns.member_name(member)),
            extension,
        }
    }
}

/// That a campaign is called off, with the names of those who proposed and confirmed it.
#[derive(Serialize, ToSchema)]
pub struct NamedCancellation {
    #[serde(flatten)]
    cancellation: Cancellation,
    /// The name of the person who proposed it.
    proposer: String,
    /// The name of the person who confirmed it; `null` until then.
    confirmer: Option<String>,
}

impl NamedCancellation {
    pub fn new(campaigns: &Campaigns, cancellation: Cancellation) -> Self {
        NamedCancellation {
            proposer: campaigns.member_name(cancellation.proposed_by),
            confirmer: cancellation.confirmed_by.map(|member| campaigns.member_name(member)),
            cancellation,
        }
    }
}
