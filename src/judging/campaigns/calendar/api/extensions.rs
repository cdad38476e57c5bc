//! Moving the end of a stage to later.

use actix_web::{HttpResponse, delete, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::calendar::api::views::NamedExtension;
use crate::judging::campaigns::calendar::model::ExtensionId;
use crate::judging::campaigns::model::{CampaignId, CampaignStage};
use crate::web::caller::{CampaignDecider, CampaignRunner};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(propose_extension).service(approve_extension).service(withdraw_extension);
}

/// A later end for a stage.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExtensionBody {
    stage: CampaignStage,
    /// Later than the end is now.
    closes_at: Timestamp,
    /// Published with it.
    reason: Text<500>,
}

/// 提议延长阶段
///
/// Proposes to move the end of a stage to later; a second person confirms it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = ExtensionBody, responses((status = 201, description = "Proposed; no `Location`, it is a part of the campaign", body = NamedExtension)))]
#[post("/campaigns/{id}/extensions")]
async fn propose_extension(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<ExtensionBody>,
) -> Result<HttpResponse, Problem> {
    let ExtensionBody { stage, closes_at, reason } = body.into_inner();
    let (member, reach) = (runner.member, &runner.reach);
    let extension = campaigns.propose_extension(member, reach, *id, stage, closes_at, reason.into_string()).await?;
    Ok(HttpResponse::Created().json(NamedExtension::new(&campaigns, extension)))
}

/// 确认延长阶段
///
/// Confirms what somebody else proposed: the end moves, and everybody is told why. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = ExtensionId, Path, description = "The proposal")),
    responses((status = 200, description = "Confirmed", body = NamedExtension)))]
#[post("/extensions/{id}/approval")]
async fn approve_extension(
    decider: CampaignDecider,
    id: Path<ExtensionId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<NamedExtension>, Problem> {
    let extension = campaigns.approve_extension(decider.member, &decider.reach, *id).await?;
    Ok(web::Json(NamedExtension::new(&campaigns, extension)))
}

/// 撤回延长提议
///
/// Takes back the caller's own proposal to move an end, as long as nobody has confirmed it.
#[utoipa::path(tag = "campaigns", params(("id" = ExtensionId, Path, description = "The proposal")),
    responses((status = 204, description = "Taken back")))]
#[delete("/extensions/{id}")]
async fn withdraw_extension(
    runner: CampaignRunner,
    id: Path<ExtensionId>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    campaigns.withdraw_extension(runner.member, &runner.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
