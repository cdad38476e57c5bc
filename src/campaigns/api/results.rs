//! Results, the explanation of one entry, and the public export.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::viewer;
use crate::campaigns::Campaigns;
use crate::campaigns::model::{CampaignId, EntryId, Source, StageRow};
use crate::campaigns::resulting::{ExplainedEntry, Export, NamedEntry, PublishedExtension, Results, VoteResult};
use crate::web::caller::Member;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_campaign_results).service(explain_entry).service(export_campaign);
}

/// The results with the rules that they follow from.
#[derive(Serialize, ToSchema)]
struct ResultsView {
    campaign_id: CampaignId,
    /// Of the campaign.
    title: String,
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
    /// `null` until the ballots are counted.
    vote: Option<VoteResult>,
    entries: Vec<NamedEntry>,
    /// Category after category, best first.
    results: Vec<ExplainedEntry>,
}

impl From<Results> for ResultsView {
    fn from(results: Results) -> Self {
        let campaign = results.seen.campaign;
        let confirmed = results.seen.extensions.iter().filter(|extension| extension.confirmed_at.is_some());
        ResultsView {
            campaign_id: campaign.id,
            title: campaign.title,
            rules_text: campaign.frozen.unwrap_or_default(),
            rules_sha256: campaign.frozen_sha256.unwrap_or_default(),
            extensions: confirmed.map(PublishedExtension::from).collect(),
            stages: results.seen.stages,
            awaited: results.awaited,
            vote: results.tally.as_ref().map(VoteResult::new),
            entries: results.entries,
            results: results.explained,
        }
    }
}

/// The results of a campaign as far as they are there: what was counted, and every total with its parts.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The results", body = ResultsView)))]
#[get("/campaigns/{id}/results")]
async fn get_campaign_results(
    caller: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<ResultsView>, Problem> {
    Ok(web::Json(campaigns.results(&viewer(&caller), *id).await?.into()))
}

/// How the total of one entry came about.
#[derive(Serialize, ToSchema)]
struct Explanation {
    #[serde(flatten)]
    explained: ExplainedEntry,
    /// The rules by which it was computed.
    rules_sha256: String,
    /// In sentences, step by step.
    sentences: Vec<String>,
}

/// How the total of an entry came about: raw value, rule, score, weight and contribution of every source, and the rank.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "The explanation", body = Explanation)))]
#[get("/entries/{id}/explain")]
async fn explain_entry(
    caller: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Explanation>, Problem> {
    let (explained, results) = campaigns.explain(&viewer(&caller), *id).await?;
    let rules_sha256 = results.seen.campaign.frozen_sha256.unwrap_or_default();
    Ok(web::Json(Explanation { sentences: sentences(&explained), explained, rules_sha256 }))
}

fn sentences(explained: &ExplainedEntry) -> Vec<String> {
    let present: i64 = explained.parts.iter().filter(|part| part.score.is_some()).map(|part| part.weight).sum();
    let part = |part: &crate::campaigns::resulting::ExplainedPart| match (part.raw, part.score) {
        (Some(raw), Some(score)) => format!(
            "{}：原始值 {raw}，按 {} 得 {score}；{score} × {} ÷ {present} = {}（四舍五入）",
            part.source.stage().title(),
            part.rule,
            part.weight,
            part.contribution
        ),
        _ => format!("{}：没有数据，不计入，权重由其余来源按比例分担", part.source.stage().title()),
    };
    let mut told: Vec<String> = explained.parts.iter().map(part).collect();
    let tied = if explained.tied { "（并列）" } else { "" };
    told.push(format!("合计 {}，类别内第 {} 名{tied}", explained.total, explained.rank));
    told
}

/// Everything by which anybody recomputes the result, once it is complete; also for whoever has not signed in. It names
/// entries and units, and no member.
#[utoipa::path(tag = "campaigns", security(()), params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The export", body = Export)))]
#[get("/campaigns/{id}/export")]
async fn export_campaign(id: Path<CampaignId>, campaigns: web::Data<Campaigns>) -> Result<web::Json<Export>, Problem> {
    Ok(web::Json(campaigns.export(*id).await?))
}
