//! Adopting an awarded mark.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::brands::BrandId;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::entries::EntryId;
use crate::web::caller::CampaignRunner;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(adopt_mark);
}

/// Whose mark it becomes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdoptionBody {
    brand_id: BrandId,
}

/// 启用获奖标识
///
/// Makes the picture of an awarded entry the mark of a brand, after the publication. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    request_body = AdoptionBody, responses((status = 204, description = "Adopted")))]
#[post("/entries/{id}/adoption")]
async fn adopt_mark(
    runner: CampaignRunner,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    body: Body<AdoptionBody>,
) -> Result<HttpResponse, Problem> {
    campaigns.adopt_mark(runner.member, &runner.reach, *id, body.brand_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
