//! The awards.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::decision::model::Award;
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::Member;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_campaign_awards);
}

/// The final awards of a campaign.
#[derive(Serialize, ToSchema)]
struct AwardList {
    /// Heading after heading, best first; empty before the publication.
    items: Vec<Award>,
}

/// 获奖名单
///
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
