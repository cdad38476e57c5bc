//! What came in, looked at as a whole: the overview, the sheet of a period, a report on A4.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::ReportPeriodView;
use crate::base::capability::Capability;
use crate::base::form::{Answers, html};
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::text::escape_html;
use crate::base::time::{Day, Period};
use crate::db::Db;
use crate::doing::reports::Reports;
use crate::doing::reports::actions::Whole;
use crate::doing::reports::model::{ReportFormId, ReportId, ReportLight, ReportPeriodId, ReportStanding, ReportState};
use crate::doing::reports::rules::{self, periods};
use crate::web::caller::ReportReader;
use crate::web::headers::page;
use crate::web::print::{self, Paper};
use crate::web::sheet::{ExportFormat, send_in_layout, send_sheet_under};
use crate::web::{Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_report_overview).service(export_reports).service(get_report_sheet);
}

/// Which periods an overview shows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportOverviewQuery {
    /// Only this unit and everything below it.
    unit_id: Option<UnitId>,
    /// Periods that begin from this day on; the first day of the year when absent.
    from: Option<Day>,
    /// Periods that begin up to this day, which is included; the last day of the year of `from` when absent.
    until: Option<Day>,
}

/// Who has handed in: units beside periods.
#[derive(Serialize, ToSchema)]
struct ReportOverview {
    form_id: ReportFormId,
    /// What the form is called.
    title: String,
    /// The columns, the oldest first.
    periods: Vec<ReportPeriodView>,
    /// In the order of the units' codes.
    rows: Vec<ReportOverviewRow>,
}

/// A unit with its reports.
#[derive(Serialize, ToSchema)]
struct ReportOverviewRow {
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// One for each period; `null` where the unit owed nothing.
    cells: Vec<Option<ReportCell>>,
}

/// A report in an overview.
#[derive(Serialize, ToSchema)]
struct ReportCell {
    id: ReportId,
    state: ReportState,
    standing: ReportStanding,
    light: ReportLight,
    /// The unit said that nothing has changed.
    no_change: bool,
}

/// 报送总览
///
/// Who has handed in, of units that the caller reaches by a duty: all of them at once, periods of at most 800 days.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form"), ReportOverviewQuery),
    responses((status = 200, description = "Units beside periods", body = ReportOverview)))]
#[get("/report-forms/{id}/overview")]
async fn get_report_overview(
    reader: ReportReader,
    id: Path<ReportFormId>,
    query: Query<ReportOverviewQuery>,
    db: web::Data<Db>,
    room: web::Data<Reports>,
) -> Result<web::Json<ReportOverview>, Problem> {
    let today = db.today();
    let first = query.from.unwrap_or(Period::Year.start(query.until.unwrap_or(today)));
    let end = query.until.map_or(Period::Year.end(first), Day::next);
    let found = room.overview(&reader.reach, *id, (query.unit_id, Span { first, end })).await?;
    let rows = found.rows.into_iter().map(|(unit_id, reports)| ReportOverviewRow {
        unit_id,
        unit_name: room.unit_name(unit_id),
        cells: reports
            .into_iter()
            .map(|report| {
                report.map(|report| ReportCell {
                    id: report.id,
                    state: report.state,
                    standing: rules::standing(&report, today),
                    light: rules::light(&report, today),
                    no_change: report.no_change,
                })
            })
            .collect(),
    });
    Ok(web::Json(ReportOverview {
        form_id: *id,
        title: found.form.title.clone(),
        periods: found.periods.iter().map(|period| ReportPeriodView::new(&found.form, period)).collect(),
        rows: rows.collect(),
    }))
}

/// What to export.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportExportQuery {
    /// The period.
    period_id: ReportPeriodId,
    /// `xlsx` when absent.
    #[serde(default)]
    #[param(inline)]
    format: ExportFormat,
    /// As an xlsx in the layout that was set, whatever `format` says; 404 where none was.
    #[serde(default)]
    in_layout: bool,
}

/// 导出报送汇总
///
/// What units that the caller reaches by a duty handed in for a period, a line for each; or in the layout of somebody above
/// that was set for the form.
#[utoipa::path(tag = "reports", params(ReportExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/reports")]
async fn export_reports(
    reader: ReportReader,
    query: Query<ReportExportQuery>,
    room: web::Data<Reports>,
) -> Result<HttpResponse, Problem> {
    if query.in_layout {
        let (name, layout, filling) = room.filling(&reader.reach, query.period_id).await?;
        return send_in_layout(&name, layout, filling).await;
    }
    let sheet = room.collected(&reader.reach, query.period_id).await?;
    let rows = sheet.rows;
    send_sheet_under(&sheet.name, query.format, sheet.headers, move || rows).await
}

const STYLE: &str = "h1{font-size:1.4rem;text-align:center;margin:0 0 .5rem}h2{font-size:1.05rem;margin:1rem 0 .25rem}\
    p{margin:0;white-space:normal}table{width:100%;border-collapse:collapse;margin:.25rem 0}th,td{border:1px solid #000;\
    padding:.2rem .35rem;text-align:left;vertical-align:top;font-weight:normal}tr{break-inside:avoid}\
    .head{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}\
    .sign{display:flex;flex-wrap:wrap;gap:1.5rem;margin-top:2rem}.sign span{min-width:8rem}";

/// 打印报送
///
/// A report as a page to be printed on A4: what was handed in, or what is being written while nothing was.
#[utoipa::path(tag = "reports", params(("id" = ReportId, Path, description = "The report")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/reports/{id}/sheet")]
async fn get_report_sheet(
    reader: ReportReader,
    id: Path<ReportId>,
    room: web::Data<Reports>,
) -> Result<HttpResponse, Problem> {
    let whole = room.find_whole_for(&reader.person, Capability::ReadReports, *id).await?;
    let around = room.around(&whole).await?;
    let answers = whole.report.submitted.as_ref().map_or(&whole.report.draft.0, |answers| &answers.0);
    let said = room.with_names(&around.files, |lookup| html(&whole.version.fields.0, answers, lookup));
    Ok(page(StatusCode::OK, printed(&room, &whole, answers, said)))
}

fn printed(room: &Reports, whole: &Whole, answers: &Answers, said: String) -> String {
    let Whole { report, form, period, .. } = whole;
    let title = format!("{}（{}）", form.title, periods::label(form.cycle, period.first_on, period.last_on));
    let name = |id: Option<_>| escape_html(&id.map(|id| room.member_name(id)).unwrap_or_default());
    let submitted = report.submitted_at.map(|at| at.in_chinese()).unwrap_or_default();
    let mut body = String::new();
    let _ = write!(
        body,
        "<h1>{}</h1><p class=\"head\"><span>单位：{}</span><span>填报人：{}</span><span>审核人：{}</span>\
         <span>报送日期：{submitted}</span></p>",
        escape_html(&title),
        escape_html(&room.unit_name(report.unit_id)),
        name(report.submitted_by.or(report.edited_by)),
        name(report.reviewed_by),
    );
    if report.no_change {
        body.push_str("<h2>本期无变化</h2>");
    }
    if !report.no_change || !answers.is_empty() {
        body.push_str(&said);
    }
    body.push_str(
        "<div class=\"sign\"><span>填表人：</span><span>审核人：</span><span>负责人（签字）：</span>\
         <span>单位（盖章）：</span><span>年 月 日</span></div>",
    );
    let mark = report.submitted.is_none().then_some("草稿");
    print::page(&Paper { title: &title, points: 12, margin: "18mm", style: STYLE, mark, body })
}
