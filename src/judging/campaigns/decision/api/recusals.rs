//! Being kept out of a decision or an answer at one's own wish.

use actix_web::{put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::own_recusal;
use crate::judging::campaigns::decision::model::ObjectionId;
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::{CampaignDecider, CampaignRunner};
use crate::web::recusal::{OwnRecusal, RecusalBody};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(submit_campaign_recusal).service(submit_objection_recusal);
}

/// 自行回避评选决定
///
/// Keeps the caller, who would decide by duty, out of the decision of a campaign: others with the duty decide, or the next
/// unit up. It is written down with the reason, and shown with the results; what was asked first stands.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = RecusalBody, responses((status = 200, description = "Kept out", body = OwnRecusal)))]
#[put("/campaigns/{id}/recusals/mine")]
async fn submit_campaign_recusal(
    decider: CampaignDecider,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<RecusalBody>,
) -> Result<web::Json<OwnRecusal>, Problem> {
    let reason = body.into_inner().reason.into_string();
    let asked = campaigns.recuse_from_decision(decider.member, &decider.reach, *id, reason).await?;
    Ok(web::Json(own_recusal(&campaigns, &asked)))
}

/// 自行回避异议答复
///
/// Keeps the caller, who would answer by duty, out of the answer to an objection. It is written down with the reason, and
/// shown with the objection; what was asked first stands.
#[utoipa::path(tag = "campaigns", params(("id" = ObjectionId, Path, description = "The objection")),
    request_body = RecusalBody, responses((status = 200, description = "Kept out", body = OwnRecusal)))]
#[put("/objections/{id}/recusals/mine")]
async fn submit_objection_recusal(
    runner: CampaignRunner,
    id: Path<ObjectionId>,
    campaigns: web::Data<Campaigns>,
    body: Body<RecusalBody>,
) -> Result<web::Json<OwnRecusal>, Problem> {
    let reason = body.into_inner().reason.into_string();
    let asked = campaigns.recuse_from_objection(runner.member, &runner.reach, *id, reason).await?;
    Ok(web::Json(own_recusal(&campaigns, &asked)))
}
