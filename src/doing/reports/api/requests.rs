//! What units ask for before a report's day, and what they say of numbers.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::{ReportCorrectionView, ReportRequestView};
use crate::base::approval::Answer;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::db::Db;
use crate::doing::reports::Reports;
use crate::doing::reports::actions::Whole;
use crate::doing::reports::model::{ReportCorrectionId, ReportId, ReportRequestId, ReportRequestKind};
use crate::web::caller::{ReportFiller, ReportRunner};
use crate::web::{Body, OptionalKey, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(request_about_report)
        .service(approve_report_request)
        .service(refuse_report_request)
        .service(take_back_report_request)
        .service(correct_report)
        .service(answer_report_correction);
}

/// The requests about a report.
#[derive(Serialize, ToSchema)]
struct ReportRequestList {
    /// The newest first.
    items: Vec<ReportRequestView>,
    /// On which day the report is due now.
    due_on: Day,
}

async fn requests_of(room: &Reports, whole: &Whole, db: &Db) -> Result<ReportRequestList, Problem> {
    let (around, now) = (room.around(whole).await?, db.now());
    let items = around.requests.into_iter().map(|one| ReportRequestView::new(room, one, now)).collect();
    Ok(ReportRequestList { items, due_on: whole.report.due_on })
}

/// What is asked for about a report.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportRequestBody {
    kind: ReportRequestKind,
    /// The later day, of what is to be deferred; a day off moves to the next working day.
    until_on: Option<Day>,
    /// Why, for who answers.
    reason: Text<200>,
}

/// 申请缓报或免报
///
/// Asks, until the report's day is over, that it comes later or not at all. One request waits at a time. Takes an
/// `Idempotency-Key`.
#[utoipa::path(tag = "reports", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer"),
        ("id" = ReportId, Path, description = "The report")),
    request_body = ReportRequestBody, responses((status = 201, description = "Asked", body = ReportRequestList)))]
#[post("/reports/{id}/requests")]
async fn request_about_report(
    filler: ReportFiller,
    id: Path<ReportId>,
    key: OptionalKey,
    db: web::Data<Db>,
    room: web::Data<Reports>,
    body: Body<ReportRequestBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(filler.member, &format!("POST /reports/{}/requests", *id), &body.0);
    let ReportRequestBody { kind, until_on, reason } = body.into_inner();
    let whole = room.request(&filler.person, *id, (kind, until_on, reason.into_string()), key).await?;
    let place = (LOCATION, format!("/api/v1/reports/{}", *id));
    Ok(HttpResponse::Created().insert_header(place).json(requests_of(&room, &whole, &db).await?))
}

/// What is said with an answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportRequestApproval {
    /// Told to who asked.
    reason: Option<Text<200>>,
}

/// 同意缓报或免报
///
/// Has a report come later or not at all; another one does so than who asked, until its day is over. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportRequestId, Path, description = "The request")),
    request_body = ReportRequestApproval, responses((status = 200, description = "Approved", body = ReportRequestList)))]
#[post("/report-requests/{id}/approval")]
async fn approve_report_request(
    runner: ReportRunner,
    id: Path<ReportRequestId>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
    body: Body<ReportRequestApproval>,
) -> Result<web::Json<ReportRequestList>, Problem> {
    let answer = (Answer::Approve, body.into_inner().reason.map(Text::into_string));
    let whole = room.answer_request(&runner.person, *id, answer).await?;
    Ok(web::Json(requests_of(&room, &whole, &db).await?))
}

/// Why not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportRequestRefusal {
    /// Told to who asked.
    reason: Text<200>,
}

/// 不同意缓报或免报
///
/// Refuses a request, with a reason. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportRequestId, Path, description = "The request")),
    request_body = ReportRequestRefusal, responses((status = 200, description = "Refused", body = ReportRequestList)))]
#[post("/report-requests/{id}/refusal")]
async fn refuse_report_request(
    runner: ReportRunner,
    id: Path<ReportRequestId>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
    body: Body<ReportRequestRefusal>,
) -> Result<web::Json<ReportRequestList>, Problem> {
    let answer = (Answer::Refuse, Some(body.into_inner().reason.into_string()));
    let whole = room.answer_request(&runner.person, *id, answer).await?;
    Ok(web::Json(requests_of(&room, &whole, &db).await?))
}

/// 撤回缓报或免报申请
///
/// Takes back a request that the caller made. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportRequestId, Path, description = "The request")),
    responses((status = 200, description = "Taken back", body = ReportRequestList)))]
#[post("/report-requests/{id}/withdrawal")]
async fn take_back_report_request(
    filler: ReportFiller,
    id: Path<ReportRequestId>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
) -> Result<web::Json<ReportRequestList>, Problem> {
    let whole = room.answer_request(&filler.person, *id, (Answer::TakeBack, None)).await?;
    Ok(web::Json(requests_of(&room, &whole, &db).await?))
}

/// What units said of numbers.
#[derive(Serialize, ToSchema)]
struct ReportCorrectionList {
    /// The newest first.
    items: Vec<ReportCorrectionView>,
}

async fn corrections_of(room: &Reports, whole: &Whole) -> Result<ReportCorrectionList, Problem> {
    let around = room.around(whole).await?;
    let items = around.corrections.into_iter().map(|one| ReportCorrectionView::new(room, one)).collect();
    Ok(ReportCorrectionList { items })
}

/// That a number is wrong.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportCorrectionBody {
    /// The key of the field.
    field: Text<40>,
    /// What is wrong with it.
    note: Text<300>,
}

/// 数据有误
///
/// Notes that a number that the program filled in is wrong. Whoever asked for the report answers. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "reports", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer"),
        ("id" = ReportId, Path, description = "The report")),
    request_body = ReportCorrectionBody, responses((status = 201, description = "Noted", body = ReportCorrectionList)))]
#[post("/reports/{id}/corrections")]
async fn correct_report(
    filler: ReportFiller,
    id: Path<ReportId>,
    key: OptionalKey,
    room: web::Data<Reports>,
    body: Body<ReportCorrectionBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(filler.member, &format!("POST /reports/{}/corrections", *id), &body.0);
    let ReportCorrectionBody { field, note } = body.into_inner();
    let whole = room.correct(&filler.person, *id, (field.into_string(), note.into_string()), key).await?;
    let place = (LOCATION, format!("/api/v1/reports/{}", *id));
    Ok(HttpResponse::Created().insert_header(place).json(corrections_of(&room, &whole).await?))
}

/// What became of a wrong number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportCorrectionAnswer {
    /// Told to who noted it.
    answer: Text<300>,
}

/// 答复数据有误
///
/// Answers what a unit said of a number; once.
#[utoipa::path(tag = "reports", params(("id" = ReportCorrectionId, Path, description = "What the unit said")),
    request_body = ReportCorrectionAnswer, responses((status = 200, description = "Answered", body = ReportCorrectionList)))]
#[post("/report-corrections/{id}/answer")]
async fn answer_report_correction(
    runner: ReportRunner,
    id: Path<ReportCorrectionId>,
    room: web::Data<Reports>,
    body: Body<ReportCorrectionAnswer>,
) -> Result<web::Json<ReportCorrectionList>, Problem> {
    let whole = room.answer_correction(&runner.person, *id, body.into_inner().answer.into_string()).await?;
    Ok(web::Json(corrections_of(&room, &whole).await?))
}
