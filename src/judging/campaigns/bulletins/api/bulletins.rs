//! The bulletin 通报: drafted, edited, reviewed, issued; read as JSON, Markdown or a page of A4.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, Responder, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::findings::FindingTask;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Db;
use crate::doing::tasks::Settled;
use crate::ground::bulletins::{BulletinState, Sheet, sheet};
use crate::ground::documents::DocumentNumber;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::bulletins::bulletins::SeenBulletin;
use crate::judging::campaigns::bulletins::model::{BulletinText, thing};
use crate::judging::campaigns::bulletins::rules::Frame;
use crate::judging::campaigns::decision::model::Award;
use crate::judging::campaigns::model::CampaignId;
use crate::kernel::text_versions::TextVersion;
use crate::web::caller::{Caller, CampaignDecider, CampaignReader, CampaignRunner, Member};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::headers::page;
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(draft_bulletin)
        .service(get_bulletin)
        .service(edit_bulletin)
        .service(review_bulletin)
        .service(issue_bulletin)
        .service(list_bulletin_versions);
}

/// Who issues a bulletin and under which number; everything else of the draft comes from the campaign.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulletinFrame {
    /// 发文机关
    issuer: Text<60>,
    /// 发文字号, such as 金集组发〔2022〕7号; may follow later.
    document_no: Option<DocumentNumber>,
    /// 主送
    addressees: Text<300>,
    /// 落款
    signature: Text<100>,
    /// The day under the signature.
    dated_on: Day,
}

/// A bulletin with what it says and how it is printed.
#[derive(Serialize, ToSchema)]
struct BulletinView {
    campaign_id: CampaignId,
    /// Grows with every edit; named by those who review or issue.
    version: i32,
    state: BulletinState,
    /// What organisers write.
    text: BulletinText,
    /// The awards that it tells of.
    awards: Vec<Award>,
    /// As it is printed.
    sheet: Sheet,
    /// The tasks that its problems have become: all for who sees how the campaign is run, else those of the own units.
    finding_tasks: Vec<FindingTask>,
    edited_at: Timestamp,
    reviewed_at: Option<Timestamp>,
    issued_at: Option<Timestamp>,
}

impl BulletinView {
    fn new(campaigns: &Campaigns, seen: SeenBulletin) -> Self {
        let SeenBulletin { campaign_id, bulletin, sheet, awards, tasks } = seen;
        let task = |task: Settled| FindingTask {
            finding: task.source.place,
            task_id: task.task,
            state: task.state,
            unit_id: task.unit,
            unit_name: campaigns.unit_name(task.unit),
            due_on: task.due_on,
        };
        BulletinView {
            finding_tasks: tasks.into_iter().map(task).collect(),
            campaign_id,
            version: bulletin.version,
            state: bulletin.state,
            text: bulletin.text,
            awards,
            sheet,
            edited_at: bulletin.edited_at,
            reviewed_at: bulletin.reviewed_at,
            issued_at: bulletin.issued_at,
        }
    }
}

async fn shown(campaigns: &Campaigns, caller: &Caller, id: CampaignId) -> Result<BulletinView, Problem> {
    Ok(BulletinView::new(campaigns, campaigns.bulletin(&viewer(caller), id).await?))
}

/// 起草通报
///
/// Drafts the bulletin of a published campaign: results by heading, highlights cited from awarded plans, requirements. It
/// names nobody. One that is there stays (200).
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = BulletinFrame, responses((status = 201, description = "Drafted", body = BulletinView),
        (status = 200, description = "It was there already", body = BulletinView)))]
#[post("/campaigns/{id}/bulletin")]
async fn draft_bulletin(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<BulletinFrame>,
) -> Result<HttpResponse, Problem> {
    let BulletinFrame { issuer, document_no, addressees, signature, dated_on } = body.into_inner();
    let frame = Frame { issuer, document_no, addressees, signature, dated_on };
    let is_new = campaigns.draft_bulletin(runner.member, &runner.reach, *id, frame).await?;
    let view = shown(&campaigns, &runner, *id).await?;
    let mut response = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    response.insert_header((LOCATION, format!("/api/v1/campaigns/{}/bulletin", *id)));
    Ok(response.json(view))
}

crate::words!(
    /// How a bulletin is read.
    BulletinFormat {
        Json = "json" / "数据",
        /// Markdown.
        Md = "md" / "文本",
        /// A page of A4 to be printed.
        Html = "html" / "网页",
    }
);

/// How to read a bulletin.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BulletinQuery {
    /// `json` when absent.
    #[param(inline)]
    format: Option<BulletinFormat>,
}

/// 通报
///
/// The bulletin: for the audience once it is issued, before that for who sees how the campaign is run. Which unit a problem
/// is about is shown to that unit alone.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), BulletinQuery),
    responses((status = 200, description = "The bulletin",
        content((BulletinView = "application/json"), (String = "text/markdown"), (String = "text/html"))),
        (status = 304, description = "Not changed since the given ETag; of JSON only")))]
#[get("/campaigns/{id}/bulletin")]
async fn get_bulletin(
    caller: Member,
    id: Path<CampaignId>,
    query: Query<BulletinQuery>,
    req: HttpRequest,
    db: web::Data<Db>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    let version = thing(*id).present(&db).await?;
    let view = shown(&campaigns, &caller, *id).await?;
    let mark = (view.state != BulletinState::Issued).then_some(sheet::DRAFT);
    Ok(match query.format {
        None | Some(BulletinFormat::Json) => Versioned(view, version).respond_to(&req),
        Some(BulletinFormat::Md) => {
            HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(sheet::markdown(&view.sheet, mark))
        }
        Some(BulletinFormat::Html) => page(StatusCode::OK, sheet::page(&view.sheet, mark)),
    })
}

/// Another version of a bulletin.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulletinChange {
    /// All of it.
    text: BulletinText,
}

/// 修改通报
///
/// Writes another version; one that was reviewed is a draft again. An issued bulletin stays as it is (409).
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = BulletinChange, responses((status = 200, description = "Written", body = BulletinView)))]
#[put("/campaigns/{id}/bulletin")]
async fn edit_bulletin(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    IfMatch(seen): IfMatch,
    campaigns: web::Data<Campaigns>,
    body: Body<BulletinChange>,
) -> Result<web::Json<BulletinView>, Problem> {
    let BulletinChange { text } = body.into_inner();
    campaigns.edit_bulletin(runner.member, &runner.reach, *id, seen, text).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}

/// A version of a bulletin.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulletinVersion {
    /// The version that the caller has seen.
    version: i32,
}

/// 审核通报
///
/// Approves a version; another person than those who wrote it and what it was made of does so. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = BulletinVersion, responses((status = 200, description = "Reviewed", body = BulletinView)))]
#[post("/campaigns/{id}/bulletin/review")]
async fn review_bulletin(
    decider: CampaignDecider,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<BulletinVersion>,
) -> Result<web::Json<BulletinView>, Problem> {
    campaigns.review_bulletin(decider.member, &decider.reach, *id, body.version).await?;
    Ok(web::Json(shown(&campaigns, &decider, *id).await?))
}

/// 印发通报
///
/// Issues a reviewed version: the audience is told and reads it, and it stays as it is. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = BulletinVersion, responses((status = 200, description = "Issued", body = BulletinView)))]
#[post("/campaigns/{id}/bulletin/issuance")]
async fn issue_bulletin(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<BulletinVersion>,
) -> Result<web::Json<BulletinView>, Problem> {
    campaigns.issue_bulletin(runner.member, &runner.reach, *id, body.version).await?;
    Ok(web::Json(shown(&campaigns, &runner, *id).await?))
}

/// What a bulletin said at some time.
#[derive(Serialize, ToSchema)]
struct FormerBulletin {
    /// From 1 on; the last one holds.
    version: i32,
    text: BulletinText,
    /// Who wrote it so.
    written_by: String,
    written_at: Timestamp,
}

/// 通报修改记录
///
/// The versions of a bulletin, the first one first; for those who see how the campaign is run.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), PageQuery),
    responses((status = 200, description = "Versions", body = Page<FormerBulletin>)))]
#[get("/campaigns/{id}/bulletin/versions")]
async fn list_bulletin_versions(
    reader: CampaignReader,
    id: Path<CampaignId>,
    query: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Page<FormerBulletin>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<i32>()?.unwrap_or(0));
    let found = campaigns.bulletin_versions(&viewer(&reader), *id, after, limit + 1).await?;
    let view = |found: TextVersion| -> Result<FormerBulletin, Problem> {
        let text = serde_json::from_value(found.content.0).map_err(|error| Problem::internal(error.to_string()))?;
        let written_by = campaigns.member_name(found.written_by);
        Ok(FormerBulletin { version: found.version, text, written_by, written_at: found.written_at })
    };
    let versions: Vec<FormerBulletin> = found.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(web::Json(Page::new(versions, limit, |version| version.version)))
}
