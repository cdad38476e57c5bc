//! Taking back proposals and objections.

use actix_web::{HttpResponse, delete, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::viewer;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::model::{CampaignId, ExtensionId, ObjectionId, VoidingId};
use crate::web::caller::{CampaignRunner, Member};
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(withdraw_extension).service(withdraw_voiding).service(withdraw_objection);
}

/// Takes back the caller's own proposal to move an end, as long as nobody has confirmed it.
#[utoipa::path(tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign"),
        ("extension_id" = ExtensionId, Path, description = "The proposal")),
    responses((status = 204, description = "Taken back")))]
#[delete("/campaigns/{id}/extensions/{extension_id}")]
async fn withdraw_extension(
    runner: CampaignRunner,
    ids: Path<(CampaignId, ExtensionId)>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    let (id, extension) = *ids;
    campaigns.take_back_extension(runner.member, &runner.reach, id, extension).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes back the caller's own proposal to void a ballot, as long as nobody has confirmed it.
#[utoipa::path(tag = "campaigns", params(("id" = VoidingId, Path, description = "The proposal")),
    responses((status = 204, description = "Taken back")))]
#[delete("/voidings/{id}")]
async fn withdraw_voiding(
    runner: CampaignRunner,
    id: Path<VoidingId>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    campaigns.take_back_voiding(runner.member, &runner.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes back the caller's own objection, as long as nobody has answered it; another one may be raised instead.
#[utoipa::path(tag = "campaigns", params(("id" = ObjectionId, Path, description = "The objection")),
    responses((status = 204, description = "Taken back")))]
#[delete("/objections/{id}")]
async fn withdraw_objection(
    caller: Member,
    id: Path<ObjectionId>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    campaigns.take_back_objection(&viewer(&caller), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
