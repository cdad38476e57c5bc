//! Calling an open campaign off.

use actix_web::{HttpResponse, delete, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::text::Text;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::calendar::model::CallOff;
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::{CampaignDecider, CampaignRunner};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(propose_call_off).service(approve_call_off).service(withdraw_call_off);
}

/// Why a campaign is called off.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallOffBody {
    /// Published once it is called off.
    reason: Text<500>,
}

/// Proposes to call an open campaign off, before its ballots are counted; a second person confirms it. The same again is
/// the first one.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = CallOffBody, responses((status = 201, description = "Proposed", body = CallOff)))]
#[post("/campaigns/{id}/call-off")]
async fn propose_call_off(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<CallOffBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.into_inner().reason.into_string();
    let call_off = campaigns.propose_call_off(runner.member, &runner.reach, *id, reason).await?;
    Ok(HttpResponse::Created().json(call_off))
}

/// Confirms what somebody else proposed: the campaign is called off and everybody is told why. Its ballots are never
/// counted, their key is destroyed, and nobody gets points. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Called off", body = CallOff)))]
#[post("/campaigns/{id}/call-off/approval")]
async fn approve_call_off(
    decider: CampaignDecider,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<CallOff>, Problem> {
    Ok(web::Json(campaigns.confirm_call_off(decider.member, &decider.reach, *id).await?))
}

/// Takes back the caller's own proposal to call a campaign off, as long as nobody has confirmed it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 204, description = "Taken back")))]
#[delete("/campaigns/{id}/call-off")]
async fn withdraw_call_off(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    campaigns.take_back_call_off(runner.member, &runner.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
