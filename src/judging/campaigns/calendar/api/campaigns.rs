//! Writing campaigns and moving them on; lists, and one campaign.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::db::Db;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::calendar::api::views::{CampaignLine, CampaignView};
use crate::judging::campaigns::calendar::campaigns::Draft;
use crate::judging::campaigns::model::{CampaignId, Terms, thing};
use crate::web::caller::{Caller, CampaignRunner, Member};
use crate::web::etag::{IfMatch, Polled, Versioned};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_campaigns)
        .service(create_campaign)
        .service(get_campaign)
        .service(edit_campaign)
        .service(announce_campaign)
        .service(open_campaign)
        .service(withdraw_campaign);
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
pub async fn shown(campaigns: &Campaigns, caller: &Caller, id: CampaignId) -> Result<CampaignView, Problem> {
    Ok(CampaignView::new(campaigns, campaigns.detail(&viewer(caller), id).await?))
}

/// 新建评选
///
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

/// 修改评选
///
/// Changes a campaign that has not opened. Of an announced one its audience is told what changed; once open, its rules are
/// frozen (409).
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = CampaignChange, responses((status = 200, description = "Changed", body = CampaignView)))]
#[patch("/campaigns/{id}")]
async fn edit_campaign(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    IfMatch(seen): IfMatch,
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
    campaigns.edit(runner.member, &runner.reach, *id, seen, apply).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}

/// 发布评选公告
///
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

/// 启动评选
///
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

/// 撤销评选
///
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

/// Which campaigns to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CampaignQuery {
    /// Those whose running the caller sees, drafts included, instead of those for the caller.
    managed: Option<bool>,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 评选列表
///
/// The campaigns for the caller, newest first; or those that the caller runs or reads.
#[utoipa::path(tag = "campaigns", params(CampaignQuery),
    responses((status = 200, description = "Campaigns", body = Page<CampaignLine>),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/campaigns")]
async fn list_campaigns(
    caller: Member,
    query: Query<CampaignQuery>,
    campaigns: web::Data<Campaigns>,
) -> Result<Polled<Page<CampaignLine>>, Problem> {
    let (limit, before) = (page_limit(query.limit)?, after::<CampaignId>(query.cursor.as_deref())?);
    let found = match query.managed {
        Some(true) => {
            let reach = caller.reach_of(Capability::ReadCampaigns)?;
            campaigns.list_within(&reach, before, limit + 1).await?
        }
        _ => campaigns.list_for_member((caller.member, &caller.path), before, limit + 1).await?,
    };
    let listed = campaigns.campaigns_around(caller.member, found).await?;
    let page = Page::new(listed, limit, |listed| listed.campaign.id);
    Ok(Polled(page.map(|listed| CampaignLine::new(&campaigns, listed))))
}

/// 评选详情
///
/// One campaign with its rules, its stages and what became of their ends.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The campaign", body = CampaignView),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/campaigns/{id}")]
async fn get_campaign(
    caller: Member,
    id: Path<CampaignId>,
    db: web::Data<Db>,
    campaigns: web::Data<Campaigns>,
) -> Result<Versioned<CampaignView>, Problem> {
    let version = thing(*id).present(&db).await?;
    Ok(Versioned(shown(&campaigns, &caller, *id).await?, version))
}
