//! Making a decision final, and putting a campaign away.

use actix_web::{post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::calendar::{CampaignView, shown};
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::CampaignRunner;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(publish_campaign).service(archive_campaign);
}

/// 公布评选结果
///
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
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}

/// 评选归档
///
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
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}
