//! The public export: everything by which anybody outside recomputes a result.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Outcome;
use super::results::Results;
use super::rules::{self, Refusal};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::judging::campaigns::calendar::model::Extension;
use crate::judging::campaigns::decision::PublishedDecision;
use crate::judging::campaigns::decision::model::{Award, ObjectionCount};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState, StageRow};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::scores::model::Cell;
use crate::judging::campaigns::totals::model::Proposal;
use crate::judging::campaigns::totals::{ExplainedEntry, NamedEntry};
use crate::judging::campaigns::viewer::Seen;
use crate::judging::campaigns::vote::VoteResult;
use crate::judging::campaigns::{Campaigns, store as campaigns};

/// What an export is called in its first field.
const EXPORT_FORMAT: &str = "xianfeng-campaign-export/2";

/// Formats that can be verified; the first one knows no rule for what is missing.
pub(super) const EXPORT_FORMATS: [&str; 2] = ["xianfeng-campaign-export/1", EXPORT_FORMAT];

/// Everything that anybody needs to recompute the result.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Export {
    /// `xianfeng-campaign-export/2`
    pub format: String,
    pub campaign_id: CampaignId,
    /// Of the campaign.
    pub title: String,
    /// The frozen rules, exactly as they were hashed.
    pub rules_text: String,
    /// SHA-256 of that text's UTF-8 bytes.
    pub rules_sha256: String,
    /// As they really opened and closed.
    pub stages: Vec<StageRow>,
    /// Ends that two people moved, with the published reason.
    pub extensions: Vec<PublishedExtension>,
    pub entries: Vec<NamedEntry>,
    pub vote: Option<VoteResult>,
    /// Sorted; empty when the vote is withheld.
    pub receipts: Vec<String>,
    /// What judges gave; judges are numbered.
    #[serde(default)]
    pub scores: Vec<Cell>,
    pub results: Vec<ExplainedEntry>,
    /// What follows from the results by the rules; there once somebody decided.
    #[serde(default)]
    pub proposal: Option<Proposal>,
    /// Every version of the decision with its reasons; the last one holds.
    #[serde(default)]
    pub decisions: Vec<PublishedDecision>,
    #[serde(default)]
    pub objections: ObjectionCount,
    /// Final ones, once they are published.
    #[serde(default)]
    pub awards: Vec<Award>,
}

/// A moved end as it is published.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PublishedExtension {
    pub stage: CampaignStage,
    pub closed_before: Timestamp,
    pub closes_at: Timestamp,
    /// Why it was moved.
    pub reason: String,
    pub confirmed_at: Option<Timestamp>,
}

impl From<&Extension> for PublishedExtension {
    fn from(extension: &Extension) -> Self {
        PublishedExtension {
            stage: extension.stage,
            closed_before: extension.closed_before,
            closes_at: extension.closes_at,
            reason: extension.reason.clone(),
            confirmed_at: extension.confirmed_at,
        }
    }
}

impl Campaigns {
    /// What anybody may have once every source is complete and members see the result.
    pub async fn export(&self, id: CampaignId) -> Outcome<Export> {
        let known = move |conn: &mut Conn| Ok((campaigns::find(conn, id)?, campaigns::list_stages(conn, id)?));
        let (campaign, stages) = self.db.read(known).await?;
        let campaign = campaign.ok_or(CampaignRefusal::NoSuchCampaign)?;
        match campaign.state {
            CampaignState::Open => {}
            CampaignState::Cancelled => return Err(CampaignRefusal::WrongState(campaign.state).into()),
            _ => return Err(CampaignRefusal::NoSuchCampaign.into()),
        }
        let results = self.results_of(Seen { campaign, stages, managed: false }).await?;
        if !results.totals.awaited.is_empty() {
            return Err(CampaignRefusal::NotCounted.into());
        }
        let campaign = &results.seen.campaign;
        if !rules::shows_result(campaign, false) {
            return Err(Refusal::NotShown(campaign.terms.0.results_shown).into());
        }
        Ok(export(results))
    }
}

fn export(results: Results) -> Export {
    let proposal = results.shown_proposal().cloned();
    let vote = results.vote();
    let Campaign { id, title, frozen, frozen_sha256, .. } = results.seen.campaign;
    let open = vote.as_ref().is_some_and(|vote| !vote.withheld);
    let receipts = results.totals.tally.filter(|_| open).map(|tally| tally.receipts).unwrap_or_default();
    let confirmed = results.extensions.iter().filter(|extension| extension.confirmed_at.is_some());
    Export {
        format: EXPORT_FORMAT.into(),
        campaign_id: id,
        title,
        rules_text: frozen.unwrap_or_default(),
        rules_sha256: frozen_sha256.unwrap_or_default(),
        extensions: confirmed.map(PublishedExtension::from).collect(),
        stages: results.seen.stages,
        entries: results.totals.entries,
        vote,
        scores: results.totals.cells,
        receipts: receipts.lines().map(str::to_owned).collect(),
        results: results.totals.explained,
        proposal,
        decisions: results.decisions.iter().map(PublishedDecision::from).collect(),
        objections: results.objections,
        awards: results.awards,
    }
}
