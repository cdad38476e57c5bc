//! The decision, its publication, the awards, and putting a campaign away.

use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::viewer;
use super::views::CampaignView;
use crate::base::text::Text;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::deciding::NewDecision;
use crate::judging::campaigns::model::{Award, AwardLine, CampaignId, LeftOut};
use crate::web::caller::{CampaignDecider, CampaignRunner, Member};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(decide_campaign).service(publish_campaign).service(archive_campaign).service(list_campaign_awards);
}

/// A decision as it is made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CampaignDecisionBody)]
struct DecisionBody {
    /// The version that it takes the place of, where an objection was upheld; absent for the first one.
    replaces: Option<i32>,
    /// Published; needed from the second version on.
    reason: Option<Text<1000>>,
    /// Every awarded entry; exactly what was computed when absent.
    awards: Option<Vec<AwardLine>>,
    /// Entries that are awarded by the computed order and not by this decision.
    #[serde(default)]
    left_out: Vec<LeftOut>,
}

/// Decides who is awarded what, in the committee's stage; where none is planned, confirms what was computed. Quotas,
/// categories and one award per unit hold, and what departs from the computed order has a reason (422). Of two decisions
/// at once one is made and the other one is 409; the same again is 200. Once an objection was upheld, another version may
/// replace it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = DecisionBody, responses((status = 201, description = "Decided; no `Location`, it is a part of the campaign", body = CampaignView),
        (status = 200, description = "It was decided so already", body = CampaignView)))]
#[put("/campaigns/{id}/decision")]
async fn decide_campaign(
    decider: CampaignDecider,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<DecisionBody>,
) -> Result<HttpResponse, Problem> {
    let DecisionBody { replaces, reason, awards, left_out } = body.into_inner();
    let new = NewDecision { replaces, reason: reason.map(Text::into_string), lines: awards, left_out };
    let is_new = campaigns.decide(decider.member, &decider.reach, *id, new).await?;
    let view: CampaignView = campaigns.see(&viewer(&decider), *id).await?.into();
    Ok(if is_new { HttpResponse::Created() } else { HttpResponse::Ok() }.json(view))
}

/// Makes the decision final: its awards are written down and everybody is told. Not while objections are heard, are
/// without an answer (409 says how many), or have sent the decision back. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Published", body = CampaignView)))]
#[post("/campaigns/{id}/publication")]
async fn publish_campaign(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<CampaignView>, Problem> {
    campaigns.publish(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(campaigns.see(&viewer(&runner), *id).await?.into()))
}

/// Puts a published campaign away: nothing of it changes any more, its plans included. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Archived", body = CampaignView)))]
#[post("/campaigns/{id}/archive")]
async fn archive_campaign(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<CampaignView>, Problem> {
    campaigns.archive(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(campaigns.see(&viewer(&runner), *id).await?.into()))
}

/// The final awards of a campaign.
#[derive(Serialize, ToSchema)]
struct AwardList {
    /// Heading after heading, best first; empty before the publication.
    items: Vec<Award>,
}

/// The final awards; none before the publication.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The awards", body = AwardList)))]
#[get("/campaigns/{id}/awards")]
async fn list_campaign_awards(
    caller: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<AwardList>, Problem> {
    Ok(web::Json(AwardList { items: campaigns.awards(&viewer(&caller), *id).await? }))
}
