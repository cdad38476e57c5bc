//! Ending a stage before its time.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::calendar::api::campaigns::shown;
use crate::judging::campaigns::calendar::api::views::CampaignView;
use crate::judging::campaigns::model::{CampaignId, CampaignStage};
use crate::web::caller::CampaignRunner;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(close_stage);
}

/// Which stage is over.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StageClosing {
    /// `publicity` or `committee`; all others end by the clock alone.
    stage: CampaignStage,
}

/// 结束当前阶段
///
/// Ends a stage before its time. Stages in which members have a right to something end by the clock alone (409).
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = StageClosing, responses((status = 200, description = "Closed", body = CampaignView)))]
#[post("/campaigns/{id}/stage-closing")]
async fn close_stage(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<StageClosing>,
) -> Result<web::Json<CampaignView>, Problem> {
    campaigns.close_stage_early(runner.member, &runner.reach, *id, body.stage).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}
