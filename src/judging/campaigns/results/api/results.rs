//! Results.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::Db;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::{own_recusal, viewer};
use crate::judging::campaigns::decision::model::{Award, ObjectionCount, thing};
use crate::judging::campaigns::decision::{PublishedDecision, RecusedName};
use crate::judging::campaigns::model::{CampaignId, CampaignState, Source, StageRow};
use crate::judging::campaigns::results::export::PublishedExtension;
use crate::judging::campaigns::results::results::Results;
use crate::judging::campaigns::totals::model::Proposal;
use crate::judging::campaigns::totals::{ExplainedEntry, NamedEntry};
use crate::judging::campaigns::vote::VoteResult;
use crate::web::caller::Member;
use crate::web::etag::Versioned;
use crate::web::recusal::OwnRecusal;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_campaign_results);
}

/// The results with the rules that they follow from.
#[derive(Serialize, ToSchema)]
struct ResultsView {
    campaign_id: CampaignId,
    /// Of the campaign.
    title: String,
    state: CampaignState,
    /// The frozen rules, exactly as they were hashed: one JSON document.
    rules_text: String,
    /// SHA-256 of that text's UTF-8 bytes.
    rules_sha256: String,
    /// As they really opened and closed.
    stages: Vec<StageRow>,
    /// Ends that two people moved.
    extensions: Vec<PublishedExtension>,
    /// Sources that are not complete; while there are any nothing is computed.
    awaited: Vec<Source>,
    /// Whether the caller sees totals, ranks and decisions: who runs the campaign always, members from the instant that
    /// `results_shown` of the terms names.
    shown: bool,
    /// `null` until the ballots are counted; without totals while they are not shown.
    vote: Option<VoteResult>,
    /// What is to be said beside the vote, such as 投票仅作参考; `null` where there is nothing to say.
    vote_note: Option<&'static str>,
    entries: Vec<NamedEntry>,
    /// Category after category, best first.
    results: Vec<ExplainedEntry>,
    /// Who would be awarded by the computed order alone; for members once somebody decided.
    proposal: Option<Proposal>,
    /// Every version of the decision; the last one holds.
    decisions: Vec<SignedDecision>,
    /// Who asked to be kept out of the decision, and why.
    recusals: Vec<OwnRecusal>,
    objections: ObjectionCount,
    /// Final ones, once they are published.
    awards: Vec<Award>,
}

/// A decision with the name under it.
#[derive(Serialize, ToSchema)]
struct SignedDecision {
    #[serde(flatten)]
    decision: PublishedDecision,
    /// Who decided, or confirmed what was computed.
    decided_by: String,
    /// Who decides by duty and was kept out of it, or kept to what was computed for his own unit.
    recused: Vec<RecusedName>,
}

impl ResultsView {
    fn new(campaigns: &Campaigns, results: Results) -> Self {
        let (proposal, vote) = (results.shown_proposal().cloned(), results.vote());
        let signed = |decision: &crate::judging::campaigns::decision::model::Decision| SignedDecision {
            decision: decision.into(),
            decided_by: campaigns.member_name(decision.decided_by),
            recused: (results.recused.iter().filter(|recusal| recusal.act == decision.version.to_string()))
                .map(|recusal| RecusedName::new(campaigns, recusal))
                .collect(),
        };
        let campaign = results.seen.campaign;
        let vote_note = campaign.terms.0.vote_note();
        let confirmed = results.extensions.iter().filter(|extension| extension.confirmed_at.is_some());
        ResultsView {
            campaign_id: campaign.id,
            state: campaign.standing(),
            title: campaign.title,
            rules_text: campaign.frozen.unwrap_or_default(),
            rules_sha256: campaign.frozen_sha256.unwrap_or_default(),
            extensions: confirmed.map(PublishedExtension::from).collect(),
            stages: results.seen.stages,
            awaited: results.totals.awaited,
            shown: results.shown,
            vote,
            vote_note,
            entries: results.totals.entries,
            results: results.totals.explained,
            proposal,
            decisions: results.decisions.iter().map(signed).collect(),
            recusals: results.asked.iter().map(|asked| own_recusal(campaigns, asked)).collect(),
            objections: results.objections,
            awards: results.awards,
        }
    }
}

/// 评选结果
///
/// The results of a campaign as far as they are there and shown: who took part from the count on, every total with its
/// parts from the instant that the terms name (the decision, unless they say otherwise). The `ETag` names the decision.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The results", body = ResultsView),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/campaigns/{id}/results")]
async fn get_campaign_results(
    caller: Member,
    id: Path<CampaignId>,
    db: web::Data<Db>,
    campaigns: web::Data<Campaigns>,
) -> Result<Versioned<ResultsView>, Problem> {
    let version = thing(*id).present(&db).await?;
    let results = campaigns.results(&viewer(&caller), *id).await?;
    Ok(Versioned(ResultsView::new(&campaigns, results), version))
}
