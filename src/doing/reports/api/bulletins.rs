//! The bulletin 通报 of a period: drafted, edited, reviewed, issued; read as JSON, Markdown or a page of A4.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, Responder, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::{ReportActor, actor};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Db;
use crate::doing::reports::Reports;
use crate::doing::reports::model::ReportPeriodId;
use crate::doing::reports::model::bulletin::{ReportBulletinText, thing};
use crate::doing::reports::rules::bulletin::Frame;
use crate::ground::bulletins::{BulletinState, Sheet, sheet};
use crate::ground::documents::DocumentNumber;
use crate::kernel::text_versions::TextVersion;
use crate::web::caller::{Caller, Member, ReportApprover, ReportReader, ReportRunner};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::headers::page;
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(draft_report_bulletin)
        .service(get_report_bulletin)
        .service(edit_report_bulletin)
        .service(review_report_bulletin)
        .service(issue_report_bulletin)
        .service(list_report_bulletin_versions);
}

/// Who issues a bulletin and under which number; everything else of the draft comes from what was reported.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportBulletinFrame {
    /// 发文机关
    issuer: Text<60>,
    /// 发文字号; may follow later.
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
struct ReportBulletinView {
    period_id: ReportPeriodId,
    /// Grows with every edit; named by those who review or issue.
    version: i32,
    state: BulletinState,
    /// What organisers write.
    text: ReportBulletinText,
    /// As it is printed.
    sheet: Sheet,
    /// Who ticked that units are named; `null` while nobody has.
    names_ticked_by: Option<ReportActor>,
    edited_at: Timestamp,
    reviewed_at: Option<Timestamp>,
    issued_at: Option<Timestamp>,
}

async fn shown(room: &Reports, caller: &Caller, id: ReportPeriodId) -> Result<ReportBulletinView, Problem> {
    let seen = room.bulletin(&caller.person, id).await?;
    Ok(ReportBulletinView {
        period_id: id,
        version: seen.bulletin.version,
        state: seen.bulletin.state,
        text: seen.bulletin.text,
        sheet: seen.sheet,
        names_ticked_by: seen.names_by.map(|by| actor(room, by)),
        edited_at: seen.bulletin.edited_at,
        reviewed_at: seen.bulletin.reviewed_at,
        issued_at: seen.bulletin.issued_at,
    })
}

/// 起草报送通报
///
/// Drafts the bulletin of a period: how many handed in, late or not, extracts of what they wrote, requirements. It names
/// nobody. One that is there stays (200).
#[utoipa::path(tag = "reports", params(("id" = ReportPeriodId, Path, description = "The period")),
    request_body = ReportBulletinFrame, responses((status = 201, description = "Drafted", body = ReportBulletinView),
        (status = 200, description = "It was there already", body = ReportBulletinView)))]
#[post("/report-periods/{id}/bulletin")]
async fn draft_report_bulletin(
    runner: ReportRunner,
    id: Path<ReportPeriodId>,
    room: web::Data<Reports>,
    body: Body<ReportBulletinFrame>,
) -> Result<HttpResponse, Problem> {
    let ReportBulletinFrame { issuer, document_no, addressees, signature, dated_on } = body.into_inner();
    let frame = Frame { issuer, document_no, addressees, signature, dated_on };
    let is_new = room.draft_bulletin(runner.member, &runner.reach, *id, frame).await?;
    let view = shown(&room, &runner, *id).await?;
    let mut response = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    response.insert_header((LOCATION, format!("/api/v1/report-periods/{}/bulletin", *id)));
    Ok(response.json(view))
}

crate::words!(
    /// How the bulletin of a period is read.
    ReportBulletinFormat {
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
struct ReportBulletinQuery {
    /// `json` when absent.
    #[param(inline)]
    format: Option<ReportBulletinFormat>,
}

/// 报送通报
///
/// The bulletin: for everybody of the unit that asked once it is issued, before that for who reads its reports.
#[utoipa::path(tag = "reports", params(("id" = ReportPeriodId, Path, description = "The period"), ReportBulletinQuery),
    responses((status = 200, description = "The bulletin",
        content((ReportBulletinView = "application/json"), (String = "text/markdown"), (String = "text/html"))),
        (status = 304, description = "Not changed since the given ETag; of JSON only")))]
#[get("/report-periods/{id}/bulletin")]
async fn get_report_bulletin(
    caller: Member,
    id: Path<ReportPeriodId>,
    query: Query<ReportBulletinQuery>,
    req: HttpRequest,
    db: web::Data<Db>,
    room: web::Data<Reports>,
) -> Result<HttpResponse, Problem> {
    let version = thing(*id).present(&db).await?;
    let view = shown(&room, &caller, *id).await?;
    let mark = (view.state != BulletinState::Issued).then_some(sheet::DRAFT);
    Ok(match query.format {
        None | Some(ReportBulletinFormat::Json) => Versioned(view, version).respond_to(&req),
        Some(ReportBulletinFormat::Md) => {
            HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(sheet::markdown(&view.sheet, mark))
        }
        Some(ReportBulletinFormat::Html) => page(StatusCode::OK, sheet::page(&view.sheet, mark)),
    })
}

/// Another version of a bulletin.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportBulletinChange {
    /// All of it.
    text: ReportBulletinText,
}

/// 修改报送通报
///
/// Writes another version; one that was reviewed is a draft again, and the tick is gone. An issued bulletin stays as it is.
#[utoipa::path(tag = "reports", params(("id" = ReportPeriodId, Path, description = "The period"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = ReportBulletinChange, responses((status = 200, description = "Written", body = ReportBulletinView)))]
#[put("/report-periods/{id}/bulletin")]
async fn edit_report_bulletin(
    runner: ReportRunner,
    id: Path<ReportPeriodId>,
    IfMatch(seen): IfMatch,
    room: web::Data<Reports>,
    body: Body<ReportBulletinChange>,
) -> Result<web::Json<ReportBulletinView>, Problem> {
    let ReportBulletinChange { text } = body.into_inner();
    room.edit_bulletin(runner.member, &runner.reach, *id, seen, text).await?;
    Ok(web::Json(shown(&room, &runner, *id).await?))
}

/// A version of a bulletin, and the signer's tick.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportBulletinReview {
    /// The version that the caller has seen.
    version: i32,
    /// Whether units that were late, or did not hand in, may be named where the text asks for it.
    #[serde(default)]
    names_units: bool,
}

/// 审核报送通报
///
/// Approves a version, and ticks whether it names units; another person than those who wrote it does so. Again it changes
/// nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportPeriodId, Path, description = "The period")),
    request_body = ReportBulletinReview, responses((status = 200, description = "Reviewed", body = ReportBulletinView)))]
#[post("/report-periods/{id}/bulletin/review")]
async fn review_report_bulletin(
    approver: ReportApprover,
    id: Path<ReportPeriodId>,
    room: web::Data<Reports>,
    body: Body<ReportBulletinReview>,
) -> Result<web::Json<ReportBulletinView>, Problem> {
    let reviewed = (body.version, body.names_units);
    room.review_bulletin(approver.member, &approver.reach, *id, reviewed).await?;
    Ok(web::Json(shown(&room, &approver, *id).await?))
}

/// The version of a bulletin that is issued.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportBulletinIssue {
    /// The version that the caller has seen.
    version: i32,
}

/// 印发报送通报
///
/// Issues a reviewed version: those of the unit that asked are told and read it, and it stays as it is. Again it changes
/// nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportPeriodId, Path, description = "The period")),
    request_body = ReportBulletinIssue, responses((status = 200, description = "Issued", body = ReportBulletinView)))]
#[post("/report-periods/{id}/bulletin/issuance")]
async fn issue_report_bulletin(
    runner: ReportRunner,
    id: Path<ReportPeriodId>,
    room: web::Data<Reports>,
    body: Body<ReportBulletinIssue>,
) -> Result<web::Json<ReportBulletinView>, Problem> {
    room.issue_bulletin(runner.member, &runner.reach, *id, body.version).await?;
    Ok(web::Json(shown(&room, &runner, *id).await?))
}

/// What a bulletin said at some time.
#[derive(Serialize, ToSchema)]
struct FormerReportBulletin {
    /// From 1 on; the last one holds.
    version: i32,
    text: ReportBulletinText,
    /// Who wrote it so.
    written_by: String,
    written_at: Timestamp,
}

/// 报送通报修改记录
///
/// The versions of a bulletin, the first one first; for those who read the reports of the unit that asked.
#[utoipa::path(tag = "reports", params(("id" = ReportPeriodId, Path, description = "The period"), PageQuery),
    responses((status = 200, description = "Versions", body = Page<FormerReportBulletin>)))]
#[get("/report-periods/{id}/bulletin/versions")]
async fn list_report_bulletin_versions(
    reader: ReportReader,
    id: Path<ReportPeriodId>,
    query: Query<PageQuery>,
    room: web::Data<Reports>,
) -> Result<web::Json<Page<FormerReportBulletin>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<i32>()?.unwrap_or(0));
    let found = room.bulletin_versions(&reader.reach, *id, after, limit + 1).await?;
    let view = |found: TextVersion| -> Result<FormerReportBulletin, Problem> {
        let text = serde_json::from_value(found.content.0).map_err(|error| Problem::internal(error.to_string()))?;
        let written_by = room.member_name(found.written_by);
        Ok(FormerReportBulletin { version: found.version, text, written_by, written_at: found.written_at })
    };
    let versions: Vec<FormerReportBulletin> = found.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(web::Json(Page::new(versions, limit, |version| version.version)))
}
