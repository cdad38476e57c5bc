//! Month sheets: of a unit, and how far the units below one are.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::paper;
use crate::base::approval::ProposalState;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::{Day, Period};
use crate::doing::obligations::Obligations;
use crate::doing::obligations::model::{
    Evidence, ObligationCycle, ObligationEventId, ObligationExemptionId, ObligationState,
};
use crate::doing::obligations::sheet::Line;
use crate::web::caller::{Member, ObligationReader};
use crate::web::page::{after, page_limit};
use crate::web::{Page, Path, Problem, Query, headers};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_month_sheet).service(get_month_sheet_paper).service(list_month_sheets);
}

/// Which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MonthQuery {
    /// Any day of the month; this month when absent.
    month: Option<Day>,
}

/// Which month, of a page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PaperQuery {
    /// Any day of the month; this month when absent.
    month: Option<Day>,
}

/// How many there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ObligationCounts {
    /// Done in time, those that were entered late with them.
    pub done: u32,
    /// Whose window is open.
    pub open: u32,
    /// Whose last day is over.
    pub late: u32,
    /// Whose window has not begun.
    pub not_begun: u32,
    /// Which those above agreed not to ask for.
    pub not_applicable: u32,
}

impl ObligationCounts {
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Self {
        let mut counts = ObligationCounts::default();
        for line in lines {
            *match line.state {
                ObligationState::Done | ObligationState::EnteredLate => &mut counts.done,
                ObligationState::Open => &mut counts.open,
                ObligationState::Late => &mut counts.late,
                ObligationState::NotBegun => &mut counts.not_begun,
                ObligationState::NotApplicable => &mut counts.not_applicable,
            } += 1;
        }
        counts
    }
}

/// Something that counts.
#[derive(Serialize, ToSchema)]
struct ObligationEvidence {
    /// What it is: `meeting`, … as facts name their records, or `obligation_entry`.
    #[schema(examples("meeting"))]
    kind: &'static str,
    /// Its id, as its own routes name it.
    id: String,
    /// What it is called, or what the unit wrote.
    title: String,
    /// When it was done.
    day: Day,
    /// When it was written down; absent where that is not known.
    entered_on: Option<Day>,
}

impl From<Evidence> for ObligationEvidence {
    fn from(one: Evidence) -> Self {
        let Evidence { kind, id, title, day, entered_on } = one;
        ObligationEvidence { kind, id, title, day, entered_on }
    }
}

/// What a line counts from.
#[derive(Serialize, ToSchema)]
struct ObligationLineEvent {
    id: ObligationEventId,
    /// What happens.
    title: String,
    happens_on: Day,
}

/// That a line does not apply, or that this was asked for.
#[derive(Serialize, ToSchema)]
struct ObligationLineExemption {
    id: ObligationExemptionId,
    state: ProposalState,
    /// Why.
    reason: String,
}

/// A line of a month sheet.
#[derive(Serialize, ToSchema)]
struct ObligationLine {
    /// The unit that owes it: the sheet's, or a group of it.
    unit_id: UnitId,
    /// What that unit is called.
    unit_name: String,
    /// The code of its rule.
    #[schema(examples("D01"))]
    code: String,
    /// What is to be done.
    title: String,
    /// The document that asks for it.
    basis: String,
    /// When it counts as done.
    standard: String,
    cycle: ObligationCycle,
    /// The first day on which it may be done.
    first_on: Day,
    /// The last one, moved to a working day.
    due_on: Day,
    state: ObligationState,
    /// Whether records of other rooms alone tick it; otherwise the unit may write a line.
    by_records: bool,
    /// What counts, by its days; ten at most.
    evidence: Vec<ObligationEvidence>,
    /// What it counts from; absent of what lies in the calendar.
    event: Option<ObligationLineEvent>,
    /// That it does not apply, or that this was asked for; absent otherwise.
    exemption: Option<ObligationLineExemption>,
}

/// A month of a unit.
#[derive(Serialize, ToSchema)]
struct MonthSheet {
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// The first day of the month.
    month: Day,
    counts: ObligationCounts,
    /// By their last days.
    lines: Vec<ObligationLine>,
}

/// Evidence that a line shows.
const MOST_SHOWN: usize = 10;

fn view(room: &Obligations, line: Line) -> ObligationLine {
    let Line { unit, rule, window, state, evidence, exemption, event } = line;
    ObligationLine {
        unit_id: unit,
        unit_name: room.directory.unit_name(unit),
        code: rule.code.clone(),
        title: rule.title.clone(),
        basis: rule.basis.clone(),
        standard: rule.standard.clone(),
        cycle: rule.cycle,
        first_on: window.days.first,
        due_on: window.due,
        state,
        by_records: !rule.by_line,
        evidence: evidence.into_iter().take(MOST_SHOWN).map(ObligationEvidence::from).collect(),
        event: event.map(|event| ObligationLineEvent {
            id: event.id,
            title: event.title,
            happens_on: event.happens_on,
        }),
        exemption: exemption.map(|one| ObligationLineExemption { id: one.id, state: one.state, reason: one.reason }),
    }
}

/// The day that is asked for, today when none is: at most a year ahead.
pub(super) fn checked_day(room: &Obligations, day: Option<Day>) -> Result<Day, Problem> {
    let today = room.db.today();
    let day = day.unwrap_or(today);
    if day < today.minus_days(10 * 366) || day > today.plus_days(366) {
        return Err(Problem::malformed("obligations.bad_month", "月份须在十年之内，最多到一年之后"));
    }
    Ok(day)
}

fn month_of(room: &Obligations, day: Option<Day>) -> Result<Span, Problem> {
    Ok(Span::of(Period::Month, checked_day(room, day)?))
}

/// 月度工作提示
///
/// What a unit is to do in a month: due, done by which record, late, not applicable; for a branch with that of its groups. Who
/// belongs to the unit reads it, and those whose duties reach it.
#[utoipa::path(tag = "obligations", params(("id" = UnitId, Path, description = "The unit"), MonthQuery),
    responses((status = 200, description = "The sheet", body = MonthSheet)))]
#[get("/units/{id}/month-sheet")]
async fn get_month_sheet(
    caller: Member,
    id: Path<UnitId>,
    query: Query<MonthQuery>,
    room: web::Data<Obligations>,
) -> Result<web::Json<MonthSheet>, Problem> {
    room.check_reader(&caller, *id)?;
    let month = month_of(&room, query.month)?;
    let lines = room.sheet(&room.units_of_sheet(*id), month).await?;
    Ok(web::Json(MonthSheet {
        unit_id: *id,
        unit_name: room.directory.unit_name(*id),
        month: month.first,
        counts: ObligationCounts::of(&lines),
        lines: lines.into_iter().map(|line| view(&room, line)).collect(),
    }))
}

/// 打印月度工作提示
///
/// The sheet of a unit as a page to be printed on A4 and pinned up.
#[utoipa::path(tag = "obligations", params(("id" = UnitId, Path, description = "The unit"), PaperQuery),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/units/{id}/month-sheet/paper")]
async fn get_month_sheet_paper(
    caller: Member,
    id: Path<UnitId>,
    query: Query<PaperQuery>,
    room: web::Data<Obligations>,
) -> Result<HttpResponse, Problem> {
    room.check_reader(&caller, *id)?;
    let month = month_of(&room, query.month)?;
    let lines = room.sheet(&room.units_of_sheet(*id), month).await?;
    let name_of = |unit| room.directory.unit_name(unit);
    let page = paper::sheet((*id, &name_of), month.first, &lines, room.db.now());
    Ok(headers::page(StatusCode::OK, page))
}

/// How far a unit is in a month.
#[derive(Serialize, ToSchema)]
struct MonthSheetSummary {
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    counts: ObligationCounts,
}

/// Which units and which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SummaryQuery {
    /// Units at and below this one.
    unit_id: UnitId,
    /// Any day of the month; this month when absent.
    month: Option<Day>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 各单位规定动作情况
///
/// How far each unit at and below one is with what it is to do in a month; units that owe nothing are left out.
#[utoipa::path(tag = "obligations", params(SummaryQuery),
    responses((status = 200, description = "Units, by their codes", body = Page<MonthSheetSummary>)))]
#[get("/month-sheets")]
async fn list_month_sheets(
    reader: ObligationReader,
    query: Query<SummaryQuery>,
    room: web::Data<Obligations>,
) -> Result<web::Json<Page<MonthSheetSummary>>, Problem> {
    room.check_reach(&reader.reach, query.unit_id)?;
    let (limit, month) = (page_limit(query.limit)?, month_of(&room, query.month)?);
    let after: Option<String> = after(query.cursor.as_deref())?;
    let asked = usize::try_from(limit + 1).unwrap_or(1);
    let found = room.summaries(query.unit_id, month, (after, asked)).await?;
    let page = Page::new(found, limit, |(code, _, _)| code.clone());
    Ok(web::Json(page.map(|(_, unit, lines)| MonthSheetSummary {
        unit_id: unit,
        unit_name: room.directory.unit_name(unit),
        counts: ObligationCounts::of(&lines),
    })))
}
