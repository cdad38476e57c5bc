//! Writing campaigns, moving them on, moving their ends.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::viewer;
use super::views::CampaignView;
use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::model::{CampaignId, CampaignStage, Extension, ExtensionId, Terms};
use crate::judging::campaigns::organising::Draft;
use crate::web::caller::{CampaignDecider, CampaignRunner};
use crate::web::{Body, OptionalKey, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_campaign)
        .service(edit_campaign)
        .service(announce_campaign)
        .service(open_campaign)
        .service(withdraw_campaign)
        .service(close_stage)
        .service(propose_extension)
        .service(approve_extension);
}

/// A campaign as it is written.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CampaignBody {
    /// In Chinese.
    title: Text<100>,
    /// The audience: this unit and everything below it.
    unit_id: UnitId,
    /// Everything that is frozen when it opens.
    terms: Terms,
}

/// The campaign as the caller sees it now.
async fn shown(
    campaigns: &Campaigns,
    runner: &crate::web::caller::Caller,
    id: CampaignId,
) -> Result<CampaignView, Problem> {
    Ok(campaigns.see(&viewer(runner), id).await?.into())
}

/// Writes a draft of a campaign within the caller's reach. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "campaigns", request_body = CampaignBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    responses((status = 201, description = "Written", body = CampaignView)))]
#[post("/campaigns")]
async fn create_campaign(
    runner: CampaignRunner,
    key: OptionalKey,
    campaigns: web::Data<Campaigns>,
    body: Body<CampaignBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.of(runner.member, "POST /campaigns", &body);
    let draft = Draft { title: body.title.into_string(), unit: body.unit_id, terms: body.terms };
    let id = campaigns.create(runner.member, &runner.reach, draft, key).await?.id;
    let view = shown(&campaigns, &runner, id).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/api/v1/campaigns/{id}"))).json(view))
}

/// What changes about a campaign that has not opened; absent fields stay.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CampaignChange {
    /// In Chinese.
    title: Option<Text<100>>,
    /// The audience.
    unit_id: Option<UnitId>,
    /// Replaces all of them.
    terms: Option<Terms>,
}

/// Changes a campaign that has not opened. Of an announced one its audience is told what changed; once open, its rules are
/// frozen (409).
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = CampaignChange, responses((status = 200, description = "Changed", body = CampaignView)))]
#[patch("/campaigns/{id}")]
async fn edit_campaign(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<CampaignChange>,
) -> Result<web::Json<CampaignView>, Problem> {
    let change = body.into_inner();
    let apply = move |draft: Draft| {
        let CampaignChange { title, unit_id, terms } = change.clone();
        Draft {
            title: title.map_or(draft.title, Text::into_string),
            unit: unit_id.unwrap_or(draft.unit),
            terms: terms.unwrap_or(draft.terms),
        }
    };
    campaigns.edit(runner.member, &runner.reach, *id, apply).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}

/// Announces a draft that has its notice. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Announced", body = CampaignView)))]
#[post("/campaigns/{id}/announcement")]
async fn announce_campaign(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<CampaignView>, Problem> {
    campaigns.announce(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}

/// Opens an announced campaign before its time: rules and roll are frozen, and the first stage opens. Again it changes
/// nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Open", body = CampaignView)))]
#[post("/campaigns/{id}/opening")]
async fn open_campaign(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<CampaignView>, Problem> {
    campaigns.open_early(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}

/// Takes back a campaign that has not opened. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Withdrawn", body = CampaignView)))]
#[post("/campaigns/{id}/withdrawal")]
async fn withdraw_campaign(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<CampaignView>, Problem> {
    campaigns.withdraw(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}

/// Which stage is over.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StageClosing {
    /// `publicity` or `committee`; all others end by the clock alone.
    stage: CampaignStage,
}

/// Ends a stage before its time. Stages in which members have a right to something end by the clock alone (409).
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = StageClosing, responses((status = 200, description = "Closed", body = CampaignView)))]
#[post("/campaigns/{id}/stage")]
async fn close_stage(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<StageClosing>,
) -> Result<web::Json<CampaignView>, Problem> {
    campaigns.close_stage_early(runner.member, &runner.reach, *id, body.stage).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
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

/// Proposes to move the end of a stage to later; a second person confirms it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = ExtensionBody, responses((status = 201, description = "Proposed; no `Location`, it is a part of the campaign", body = Extension)))]
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
    Ok(HttpResponse::Created().json(extension))
}

/// Confirms what somebody else proposed: the end moves, and everybody is told why. Again it changes nothing.
#[utoipa::path(tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign"),
        ("extension_id" = ExtensionId, Path, description = "The proposal")),
    responses((status = 200, description = "Confirmed", body = Extension)))]
#[post("/campaigns/{id}/extensions/{extension_id}/approval")]
async fn approve_extension(
    decider: CampaignDecider,
    ids: Path<(CampaignId, ExtensionId)>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Extension>, Problem> {
    let (id, extension) = *ids;
    Ok(web::Json(campaigns.confirm_extension(decider.member, &decider.reach, id, extension).await?))
}
