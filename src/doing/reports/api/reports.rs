//! Reports: listed, read, filled in, handed in, reviewed, returned.

use std::sync::Arc;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::{
    FormerReport, ReportCorrectionView, ReportDone, ReportFilledIn, ReportLine, ReportRequestView, ReportTask,
    ReportView, actor,
};
use crate::base::capability::Capability;
use crate::base::form::Answers;
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::db::Db;
use crate::doing::reports::Reports;
use crate::doing::reports::actions::Whole;
use crate::doing::reports::filling::{Handing, version_of};
use crate::doing::reports::model::{ReportFormId, ReportHead, ReportId, ReportPeriodId, ReportStanding, ReportState};
use crate::doing::reports::reviewing::Verdict;
use crate::doing::reports::rules;
use crate::doing::reports::rules::flow::{FLOW, ReportVerb};
use crate::doing::reports::store::reports::ReportFilter;
use crate::doing::reports::tasks::Rectification;
use crate::doing::tasks::TaskId;
use crate::ground::files::Addresses;
use crate::web::caller::{Member, ReportFiller, ReportReader, ReportRunner};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, Page, Path, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_reports)
        .service(get_report)
        .service(save_report_draft)
        .service(submit_report)
        .service(submit_report_without_change)
        .service(review_report)
        .service(return_report)
        .service(open_report_task);
}

/// What a list of reports is narrowed by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportQuery {
    /// Only reports of this unit and of everything below it.
    unit_id: Option<UnitId>,
    /// Only reports of this form.
    form_id: Option<ReportFormId>,
    /// Only reports of this period.
    period_id: Option<ReportPeriodId>,
    /// Only reports that have come so far.
    #[param(inline)]
    state: Option<ReportState>,
    /// `true` for those that were not handed in by their day.
    missing: Option<bool>,
    /// Due from this day on.
    due_from: Option<Day>,
    /// Due up to this day, which is included.
    due_until: Option<Day>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// 报送列表
///
/// Reports of units that the caller reaches by a duty, what is due last first.
#[utoipa::path(tag = "reports", params(ReportQuery),
    responses((status = 200, description = "Reports", body = Page<ReportLine>)))]
#[get("/reports")]
async fn list_reports(
    reader: ReportReader,
    query: Query<ReportQuery>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
) -> Result<web::Json<Page<ReportLine>>, Problem> {
    let (limit, before) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let today = db.today();
    let filter = ReportFilter {
        units: None,
        form: query.form_id,
        period: query.period_id,
        state: query.state,
        missing_on: query.missing.filter(|missing| *missing).map(|_| today),
        due_from: query.due_from,
        due_until: query.due_until,
    };
    let found = room.list(&reader.reach, query.unit_id, filter, before, limit + 1).await?;
    let page = Page::new(found.reports, limit, |report| (report.due_on, report.id));
    let line = |report: ReportHead| {
        let its = (found.forms.get(&report.form_id), found.periods.get(&report.period_id));
        ReportLine::new(&room, &report, its, today)
    };
    Ok(web::Json(page.map(line)))
}

fn line_of(room: &Reports, whole: &Whole, today: Day) -> ReportLine {
    ReportLine::new(room, &ReportHead::from(&whole.report), (Some(&whole.form), Some(&whole.period)), today)
}

/// A report as a caller sees it.
async fn shown(
    room: &Reports,
    person: &Arc<Person>,
    whole: Whole,
    db: &Db,
    addresses: &Addresses,
) -> Result<ReportView, Problem> {
    let (now, today) = (db.now(), db.today());
    let around = room.around(&whole).await?;
    let (unit, first) = (whole.report.unit_id, whole.period.first_on);
    let filled = room.filled(&whole.version.fields.0, unit, whole.period.span()).await?;
    let filled = filled.into_iter().map(|one| ReportFilledIn {
        link: format!("/api/v1/facts/{}?unit_id={unit}&day={first}", one.fact),
        key: one.key,
        value: one.value,
        fact: one.fact.to_owned(),
        fact_title: one.title.to_owned(),
    });
    let task = room.task_of(person.clone(), whole.report.id).await?;
    let standing = rules::standing(&ReportHead::from(&whole.report), today);
    let is_late = matches!(standing, ReportStanding::Missing | ReportStanding::Late);
    let runs = room.may(person, Capability::RunReports, whole.form.unit_id);
    let fills = room.may(person, Capability::FillReports, unit);
    let wrote = [whole.report.submitted_by, whole.report.edited_by].contains(&Some(person.member));
    let line = line_of(room, &whole, today);
    let Whole { report, form, version, .. } = whole;
    Ok(ReportView {
        line,
        version: report.version,
        form: version.fields.0,
        allows_no_change: form.allows_no_change,
        reader: form.reader,
        can_fill: fills && FLOW.step(report.state, ReportVerb::Submit).is_some(),
        can_review: runs && !wrote && report.state == ReportState::Submitted,
        can_answer: runs,
        can_open_task: runs && is_late && task.is_none(),
        task: task.map(|task| ReportTask { task_id: task.task, state: task.state, due_on: task.due_on }),
        draft: report.draft.0,
        edited_by: report.edited_by.map(|by| actor(room, by)),
        submitted: report.submitted.map(|answers| answers.0),
        submitted_by: report.submitted_by.map(|by| actor(room, by)),
        reviewed_by: report.reviewed_by.map(|by| actor(room, by)),
        reviewed_at: report.reviewed_at,
        return_reason: report.return_reason,
        filled: filled.collect(),
        previous: around.previous.map(|(report_id, answers)| FormerReport { report_id, answers }),
        files: around.files.into_iter().map(|file| addresses.put(file, true, now)).collect(),
        requests: around.requests.into_iter().map(|one| ReportRequestView::new(room, one, now)).collect(),
        corrections: around.corrections.into_iter().map(|one| ReportCorrectionView::new(room, one)).collect(),
    })
}

/// 报送详情
///
/// One report with its form, what is being written, what was handed in, and what the program knows. Its `ETag` names the
/// state of the draft.
#[utoipa::path(tag = "reports", params(("id" = ReportId, Path, description = "The report")),
    responses((status = 200, description = "The report", body = ReportView)))]
#[get("/reports/{id}")]
async fn get_report(
    reader: ReportReader,
    id: Path<ReportId>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
    addresses: web::Data<Addresses>,
) -> Result<Versioned<ReportView>, Problem> {
    let whole = room.find_whole_for(&reader.person, Capability::ReadReports, *id).await?;
    let version = version_of(&whole.report);
    Ok(Versioned(shown(&room, &reader.person, whole, &db, &addresses).await?, Some(version)))
}

/// What is being written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportDraftBody {
    /// All of it, by the keys of fields; it may be incomplete. Files are named by id, the caller's own; those that are named no
    /// more are taken off.
    #[schema(value_type = Object)]
    answers: Answers,
}

/// 存草稿
///
/// Writes what somebody of the unit has typed so far. Several people may write at once: who has not seen what stands there by
/// now hears who wrote it and when (409), so nothing that was written is lost. Without `If-Match` only what nobody has written
/// in yet is written. The same again changes nothing.
#[utoipa::path(tag = "reports", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the report, or of the last draft"),
        ("id" = ReportId, Path, description = "The report")),
    request_body = ReportDraftBody, responses((status = 200, description = "Written", body = ReportDone)))]
#[put("/reports/{id}/draft")]
async fn save_report_draft(
    caller: Member,
    id: Path<ReportId>,
    IfMatch(seen): IfMatch,
    db: web::Data<Db>,
    room: web::Data<Reports>,
    body: Body<ReportDraftBody>,
) -> Result<Versioned<ReportDone>, Problem> {
    let whole = room.save_draft(&caller.person, *id, seen, body.into_inner().answers).await?;
    Ok(done(&room, whole, &db))
}

fn done(room: &Reports, whole: Whole, db: &Db) -> Versioned<ReportDone> {
    let (line, version) = (line_of(room, &whole, db.today()), version_of(&whole.report));
    Versioned(ReportDone { line, draft: whole.report.draft.0 }, Some(version))
}

/// 提交报送
///
/// Hands a report in as its draft stands, which must be whole. With `If-Match` only in the state that was seen. Again it
/// changes nothing.
#[utoipa::path(tag = "reports", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the last draft; another one by now is 409"),
        ("id" = ReportId, Path, description = "The report")),
    responses((status = 200, description = "Handed in", body = ReportDone)))]
#[post("/reports/{id}/submission")]
async fn submit_report(
    filler: ReportFiller,
    id: Path<ReportId>,
    IfMatch(seen): IfMatch,
    db: web::Data<Db>,
    room: web::Data<Reports>,
) -> Result<Versioned<ReportDone>, Problem> {
    let whole = room.submit(&filler.person, *id, seen, Handing::Draft).await?;
    Ok(done(&room, whole, &db))
}

/// 本期无变化
///
/// Hands a report in without a word, where nothing has changed; two periods running at most. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportId, Path, description = "The report")),
    responses((status = 200, description = "Handed in", body = ReportDone)))]
#[post("/reports/{id}/no-change")]
async fn submit_report_without_change(
    filler: ReportFiller,
    id: Path<ReportId>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
) -> Result<Versioned<ReportDone>, Problem> {
    let whole = room.submit(&filler.person, *id, None, Handing::Unchanged).await?;
    Ok(done(&room, whole, &db))
}

/// 审核报送
///
/// Approves what a unit handed in; nobody does who wrote it or handed it in. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportId, Path, description = "The report")),
    responses((status = 200, description = "Reviewed", body = ReportDone)))]
#[post("/reports/{id}/review")]
async fn review_report(
    runner: ReportRunner,
    id: Path<ReportId>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
) -> Result<Versioned<ReportDone>, Problem> {
    let whole = room.review(&runner.person, *id, Verdict::Reviewed).await?;
    Ok(done(&room, whole, &db))
}

/// Why a report is returned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportReturn {
    /// Told to the unit.
    reason: Text<300>,
}

/// 退回修改
///
/// Returns what a unit handed in, with a reason. It is late or not as it was when it came first. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportId, Path, description = "The report")),
    request_body = ReportReturn, responses((status = 200, description = "Returned", body = ReportDone)))]
#[post("/reports/{id}/return")]
async fn return_report(
    runner: ReportRunner,
    id: Path<ReportId>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
    body: Body<ReportReturn>,
) -> Result<Versioned<ReportDone>, Problem> {
    let verdict = Verdict::Returned(body.into_inner().reason.into_string());
    let whole = room.review(&runner.person, *id, verdict).await?;
    Ok(done(&room, whole, &db))
}

/// How a report is to be put right.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportTaskBody {
    /// When it counts as done.
    standard: Option<Text<1000>>,
    /// The lead time of reports from today when absent.
    due_on: Option<Day>,
}

/// The task of a report.
#[derive(Serialize, ToSchema)]
struct OpenedReportTask {
    task_id: TaskId,
}

/// 迟报未报转任务
///
/// Opens a task of a report that is missing or was late, on the rectification list of the unit that asks. One that was opened
/// stays. Closing it is written down with the report, which shows its state.
#[utoipa::path(tag = "reports", params(("id" = ReportId, Path, description = "The report")),
    request_body = ReportTaskBody,
    responses((status = 201, description = "Opened, or it was there already", body = OpenedReportTask)))]
#[post("/reports/{id}/task")]
async fn open_report_task(
    runner: ReportRunner,
    id: Path<ReportId>,
    room: web::Data<Reports>,
    body: Body<ReportTaskBody>,
) -> Result<HttpResponse, Problem> {
    let sent = body.into_inner();
    let how = Rectification { standard: sent.standard.map(Text::into_string), due_on: sent.due_on };
    let task_id = room.open_task(&runner.person, *id, how).await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/tasks/{task_id}")))
        .json(OpenedReportTask { task_id }))
}
