//! The public export.

use actix_web::{get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::results::export::Export;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(export_campaign);
}

/// 导出评选数据供核验
///
/// Everything by which anybody recomputes the result, once it is complete and shown to members; also for people who have not
/// signed in. It names entries and units, and no member.
#[utoipa::path(tag = "campaigns", security(()), params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The export", body = Export)))]
#[get("/exports/campaigns/{id}")]
async fn export_campaign(id: Path<CampaignId>, campaigns: web::Data<Campaigns>) -> Result<web::Json<Export>, Problem> {
    Ok(web::Json(campaigns.export(*id).await?))
}
