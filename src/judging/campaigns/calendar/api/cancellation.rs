//! Calling an open campaign off.

use actix_web::{HttpResponse, delete, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::text::Text;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::calendar::api::views::NamedCancellation;
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::{CampaignDecider, CampaignRunner};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(propose_campaign_cancellation)
        .service(approve_campaign_cancellation)
        .service(withdraw_campaign_cancellation);
}

/// Why a campaign is called off.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CampaignCancellationBody {
    /// Published once it is called off.
    reason: Text<500>,
}

/// 提议取消评选
///
/// Proposes to call an open campaign off, before its ballots are counted; a second person confirms it. The same again is
/// the first one.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = CampaignCancellationBody, responses((status = 201, description = "Proposed; no `Location`, it is a part of the campaign", body = NamedCancellation)))]
#[post("/campaigns/{id}/cancellation")]
async fn propose_campaign_cancellation(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<CampaignCancellationBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.into_inner().reason.into_string();
    let cancellation = campaigns.propose_cancellation(runner.member, &runner.reach, *id, reason).await?;
    Ok(HttpResponse::Created().json(NamedCancellation::new(&campaigns, cancellation)))
}

/// 确认取消评选
///
/// Confirms what somebody else proposed: the campaign is called off and everybody is told why. Its ballots are never
/// counted, their key is destroyed, and nobody gets points. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Called off", body = NamedCancellation)))]
#[post("/campaigns/{id}/cancellation/approval")]
async fn approve_campaign_cancellation(
    decider: CampaignDecider,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<NamedCancellation>, Problem> {
    let cancellation = campaigns.approve_cancellation(decider.member, &decider.reach, *id).await?;
    Ok(web::Json(NamedCancellation::new(&campaigns, cancellation)))
}

/// 撤回取消提议
///
/// Takes back the caller's own proposal to call a campaign off, as long as nobody has confirmed it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 204, description = "Taken back")))]
#[delete("/campaigns/{id}/cancellation")]
async fn withdraw_campaign_cancellation(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    campaigns.withdraw_cancellation(runner.member, &runner.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
