//! Forms: asked, approved, changed, renewed, ended.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::{ReportActor, ReportFormHead, ReportPeriodView, actor};
use crate::base::approval::Answer;
use crate::base::form::Form;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Db;
use crate::doing::reports::Reports;
use crate::doing::reports::asking::AskedForm;
use crate::doing::reports::model::{FormChange, NewForm, ReportCycle, ReportFormId, ReportFormState, form_thing};
use crate::web::caller::{ReportApprover, ReportReader, ReportRunner};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_report_forms)
        .service(ask_report_form)
        .service(get_report_form)
        .service(edit_report_form)
        .service(renew_report_form)
        .service(end_report_form)
        .service(approve_report_form)
        .service(refuse_report_form)
        .service(list_report_form_versions)
        .service(list_report_periods);
}

/// A form with its fields.
#[derive(Serialize, ToSchema)]
struct ReportFormView {
    #[serde(flatten)]
    head: ReportFormHead,
    /// The fields of its newest version.
    form: Form,
    /// How many units owe it now.
    unit_count: usize,
}

impl ReportFormView {
    fn new(room: &Reports, asked: AskedForm) -> ReportFormView {
        let AskedForm { form, version, units } = asked;
        ReportFormView { head: ReportFormHead::new(room, form), form: version.fields.0, unit_count: units }
    }
}

/// What a list of forms is narrowed by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportFormQuery {
    /// Only forms that have come so far.
    #[param(inline)]
    state: Option<ReportFormState>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// 报送事项列表
///
/// What is asked of units that the caller reaches by a duty, or by those above them; the newest first.
#[utoipa::path(tag = "reports", params(ReportFormQuery),
    responses((status = 200, description = "Forms", body = Page<ReportFormHead>)))]
#[get("/report-forms")]
async fn list_report_forms(
    reader: ReportReader,
    query: Query<ReportFormQuery>,
    room: web::Data<Reports>,
) -> Result<web::Json<Page<ReportFormHead>>, Problem> {
    let (limit, before) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let found = room.forms(&reader.reach, query.state, before, limit + 1).await?;
    let page = Page::new(found, limit, |form| form.id);
    Ok(web::Json(page.map(|form| ReportFormHead::new(&room, form))))
}

/// What somebody asks of units.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportFormBody {
    /// Who asks; units at and below it owe.
    unit_id: UnitId,
    /// What it is called, such as 党委工作月报.
    title: Text<60>,
    /// By what it is asked, such as a document.
    basis: Text<200>,
    /// Who reads what comes in.
    reader: Text<60>,
    /// Who answers for it; the caller when absent.
    owner_id: Option<MemberId>,
    /// From units of which kind it is due, such as 党支部.
    unit_kind: Text<20>,
    cycle: ReportCycle,
    /// The day of the week (1 is Monday), or of the last month of the period, on which it opens; 1 when absent. A month that
    /// has not so many days opens on its last one.
    #[serde(default = "first_day")]
    opens_day: i32,
    /// Days after the period's last day until which it is due; 0 when absent. A day off moves to the next working day.
    #[serde(default)]
    due_after: i32,
    /// Whether a unit may say in one step that nothing has changed, two periods running at most.
    #[serde(default)]
    allows_no_change: bool,
    /// Whether what a unit has not handed in becomes a task by itself, on the day after it was due.
    #[serde(default)]
    opens_task: bool,
    /// The shipped form that it was copied from.
    preset: Option<Text<40>>,
    /// A day in the first period; the present period when absent, or the next one where this leaves too little time. Of
    /// what is due once the day on which it opens.
    starts_on: Option<Day>,
    /// On which day it is due, of what is due once.
    due_on: Option<Day>,
    form: Form,
}

fn first_day() -> i32 {
    1
}

/// 布置报送
///
/// Asks units of a kind for a report, again and again or once. What is more than the limits allow waits for those above. Takes
/// an `Idempotency-Key`.
#[utoipa::path(tag = "reports", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = ReportFormBody, responses((status = 201, description = "Asked", body = ReportFormView)))]
#[post("/report-forms")]
async fn ask_report_form(
    runner: ReportRunner,
    key: OptionalKey,
    room: web::Data<Reports>,
    body: Body<ReportFormBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(runner.member, "POST /report-forms", &body.0);
    let body = body.into_inner();
    let new = NewForm {
        unit: body.unit_id,
        title: body.title.into_string(),
        basis: body.basis.into_string(),
        reader: body.reader.into_string(),
        owner: body.owner_id,
        unit_kind: body.unit_kind.into_string(),
        cycle: body.cycle,
        opens_day: body.opens_day,
        due_after: body.due_after,
        allows_no_change: body.allows_no_change,
        opens_task: body.opens_task,
        preset: body.preset.map(Text::into_string),
        starts_on: body.starts_on,
        due_on: body.due_on,
        form: body.form,
    };
    let asked = room.ask(runner.member, &runner.reach, new, key).await?;
    let place = (LOCATION, format!("/api/v1/report-forms/{}", asked.form.id));
    Ok(HttpResponse::Created().insert_header(place).json(ReportFormView::new(&room, asked)))
}

/// 报送事项详情
///
/// One form with the fields that periods to come are opened with.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form")),
    responses((status = 200, description = "The form", body = ReportFormView)))]
#[get("/report-forms/{id}")]
async fn get_report_form(
    reader: ReportReader,
    id: Path<ReportFormId>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
) -> Result<Versioned<ReportFormView>, Problem> {
    let version = form_thing(*id).present(&db).await?;
    let asked = room.form(&reader.reach, *id).await?;
    Ok(Versioned(ReportFormView::new(&room, asked), version))
}

/// What changes about a form; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportFormChange {
    /// What it is called.
    title: Option<Text<60>>,
    /// By what it is asked.
    basis: Option<Text<200>>,
    /// Who reads what comes in.
    reader: Option<Text<60>>,
    /// Who answers for it.
    owner_id: Option<MemberId>,
    /// Whether a unit may say in one step that nothing has changed.
    allows_no_change: Option<bool>,
    /// Whether what a unit has not handed in becomes a task by itself, on the day after it was due.
    opens_task: Option<bool>,
    /// Another version of its fields, for periods to come; those that are open keep theirs.
    form: Option<Form>,
}

/// 修改报送事项
///
/// Changes a form for periods to come; its window and its audience stay. Versions of its fields never change.
#[utoipa::path(tag = "reports", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409"),
        ("id" = ReportFormId, Path, description = "The form")),
    request_body = ReportFormChange, responses((status = 200, description = "Changed", body = ReportFormView)))]
#[patch("/report-forms/{id}")]
async fn edit_report_form(
    runner: ReportRunner,
    id: Path<ReportFormId>,
    IfMatch(seen): IfMatch,
    room: web::Data<Reports>,
    body: Body<ReportFormChange>,
) -> Result<web::Json<ReportFormView>, Problem> {
    let body = body.into_inner();
    let change = FormChange {
        title: body.title.map(Text::into_string),
        basis: body.basis.map(Text::into_string),
        reader: body.reader.map(Text::into_string),
        owner: body.owner_id,
        allows_no_change: body.allows_no_change,
        opens_task: body.opens_task,
        form: body.form,
    };
    let asked = room.edit_form(runner.member, &runner.reach, *id, seen, change).await?;
    Ok(web::Json(ReportFormView::new(&room, asked)))
}

/// 续期
///
/// Has a form go on for twelve months from today. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form")),
    responses((status = 200, description = "Renewed", body = ReportFormView)))]
#[post("/report-forms/{id}/renewal")]
async fn renew_report_form(
    runner: ReportRunner,
    id: Path<ReportFormId>,
    room: web::Data<Reports>,
) -> Result<web::Json<ReportFormView>, Problem> {
    let asked = room.renew(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(ReportFormView::new(&room, asked)))
}

/// 停用报送事项
///
/// Asks a form no more; what is open goes on. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form")),
    responses((status = 200, description = "Ended", body = ReportFormView)))]
#[post("/report-forms/{id}/ending")]
async fn end_report_form(
    runner: ReportRunner,
    id: Path<ReportFormId>,
    room: web::Data<Reports>,
) -> Result<web::Json<ReportFormView>, Problem> {
    let asked = room.end(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(ReportFormView::new(&room, asked)))
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportFormApproval {
    /// What is said with it.
    reason: Option<Text<200>>,
}

/// 批准超出限额的报送
///
/// Approves what is asked beyond the limits; another one does so than who asked. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form")),
    request_body = ReportFormApproval, responses((status = 200, description = "Approved", body = ReportFormView)))]
#[post("/report-forms/{id}/approval")]
async fn approve_report_form(
    approver: ReportApprover,
    id: Path<ReportFormId>,
    room: web::Data<Reports>,
    body: Body<ReportFormApproval>,
) -> Result<web::Json<ReportFormView>, Problem> {
    let answer = (Answer::Approve, body.into_inner().reason.map(Text::into_string));
    let asked = room.answer_form(approver.member, &approver.reach, *id, answer).await?;
    Ok(web::Json(ReportFormView::new(&room, asked)))
}

/// Why not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportFormRefusal {
    /// Told to who asked.
    reason: Text<200>,
}

/// 不批准超出限额的报送
///
/// Refuses what is asked beyond the limits. Again it changes nothing.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form")),
    request_body = ReportFormRefusal, responses((status = 200, description = "Refused", body = ReportFormView)))]
#[post("/report-forms/{id}/refusal")]
async fn refuse_report_form(
    approver: ReportApprover,
    id: Path<ReportFormId>,
    room: web::Data<Reports>,
    body: Body<ReportFormRefusal>,
) -> Result<web::Json<ReportFormView>, Problem> {
    let answer = (Answer::Refuse, Some(body.into_inner().reason.into_string()));
    let asked = room.answer_form(approver.member, &approver.reach, *id, answer).await?;
    Ok(web::Json(ReportFormView::new(&room, asked)))
}

/// The fields of a form, as they were written.
#[derive(Serialize, ToSchema)]
struct ReportFormVersion {
    /// From 1 on.
    version: i32,
    form: Form,
    written_by: ReportActor,
    written_at: Timestamp,
}

/// 报送表单版本
///
/// Every version of the fields of a form, the first one first.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form"), PageQuery),
    responses((status = 200, description = "Versions", body = Page<ReportFormVersion>)))]
#[get("/report-forms/{id}/versions")]
async fn list_report_form_versions(
    reader: ReportReader,
    id: Path<ReportFormId>,
    query: Query<PageQuery>,
    room: web::Data<Reports>,
) -> Result<web::Json<Page<ReportFormVersion>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<i32>()?.unwrap_or(0));
    let found = room.form_versions(&reader.reach, *id, after, limit + 1).await?;
    let page = Page::new(found, limit, |version| version.version);
    Ok(web::Json(page.map(|version| ReportFormVersion {
        version: version.version,
        form: version.fields.0,
        written_by: actor(&room, version.written_by),
        written_at: version.written_at,
    })))
}

/// 报送期次
///
/// Periods of a form that were opened, the newest first.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form"), PageQuery),
    responses((status = 200, description = "Periods", body = Page<ReportPeriodView>)))]
#[get("/report-forms/{id}/periods")]
async fn list_report_periods(
    reader: ReportReader,
    id: Path<ReportFormId>,
    query: Query<PageQuery>,
    room: web::Data<Reports>,
) -> Result<web::Json<Page<ReportPeriodView>>, Problem> {
    let (limit, before) = (query.limit()?, query.after::<Day>()?);
    let (form, found) = room.periods(&reader.reach, *id, before, limit + 1).await?;
    let page = Page::new(found, limit, |period| period.first_on);
    Ok(web::Json(page.map(|period| ReportPeriodView::new(&form, &period))))
}
