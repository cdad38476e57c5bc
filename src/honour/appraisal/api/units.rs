//! Statements of units, and the sheet for the pay department.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::statements::{AppraisalDimensionSums, year_of};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::honour::appraisal::Appraisal;
use crate::honour::appraisal::model::AppraisalSums;
use crate::web::caller::ResultReader;
use crate::web::page::{after, page_limit};
use crate::web::sheet::{ExportFormat, send_sheet_under};
use crate::web::{Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_unit_appraisals).service(export_appraisal);
}

/// A line of a unit's table.
#[derive(Serialize, ToSchema)]
struct AppraisalUnitLine {
    member_id: MemberId,
    /// The member's name.
    member_name: String,
    /// The member's employee number.
    employee_no: String,
    /// What the member's home is called.
    unit_name: String,
    /// What the member's class is called; `null` where no scheme holds.
    class_name: Option<String>,
    /// What members of the class are to reach in the year, in hundredths.
    benchmark: Option<i32>,
    total: AppraisalSums,
    /// Dimensions in which something was entered.
    dimensions: Vec<AppraisalDimensionSums>,
}

/// Which year of a unit.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UnitQuery {
    /// This year when absent.
    #[param(minimum = 2000, maximum = 2999)]
    year: Option<i32>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 组织的考评积分
///
/// A year of everybody in a unit who is appraised, by employee number. Nobody is ranked.
#[utoipa::path(tag = "appraisals", params(("id" = UnitId, Path, description = "The unit"), UnitQuery),
    responses((status = 200, description = "Members", body = Page<AppraisalUnitLine>)))]
#[get("/units/{id}/appraisal")]
async fn list_unit_appraisals(
    reader: ResultReader,
    id: Path<UnitId>,
    query: Query<UnitQuery>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<Page<AppraisalUnitLine>>, Problem> {
    room.units(&reader.reach, Some(*id))?;
    let (limit, year) = (page_limit(query.limit)?, year_of(&room, query.year)?);
    let asked = usize::try_from(limit + 1).unwrap_or(1);
    let (book, lines) = room.unit_lines(*id, year, after(query.cursor.as_deref())?, asked).await?;
    let names = book.dimension_names();
    let page = Page::new(lines, limit, |line| line.card.employee_no.to_string());
    Ok(web::Json(page.map(|line| {
        AppraisalUnitLine {
            member_id: line.card.id,
            member_name: line.card.name.to_string(),
            employee_no: line.card.employee_no.to_string(),
            unit_name: room.directory.unit_name(line.card.unit),
            benchmark: line.class.as_ref().map(|class| class.benchmark),
            class_name: line.class.map(|class| class.name),
            total: line.total,
            dimensions: line
                .dimensions
                .into_iter()
                .map(|(dimension, sums)| AppraisalDimensionSums {
                    name: names.get(dimension.as_str()).map_or_else(|| dimension.clone(), |name| (*name).into()),
                    dimension,
                    sums,
                })
                .collect(),
        }
    })))
}

/// What to export.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AppraisalExportQuery {
    /// This unit and everything below it.
    unit_id: UnitId,
    /// The first day of the span; what was entered from then on counts, whenever it happened.
    from: Day,
    /// Its last day, at most 400 days later.
    until: Day,
    /// `xlsx` when absent.
    #[serde(default)]
    #[param(inline)]
    format: ExportFormat,
}

/// 导出考评积分
///
/// What was entered in a span of days for the members of a unit, as the pay department takes it: employee number, name,
/// unit, a column for each dimension, total. What was paid stays: what is put right later stands in the span of that day, and
/// what a year carried over from the one before is not counted again.
#[utoipa::path(tag = "appraisals", params(AppraisalExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/appraisal")]
async fn export_appraisal(
    reader: ResultReader,
    query: Query<AppraisalExportQuery>,
    room: web::Data<Appraisal>,
) -> Result<HttpResponse, Problem> {
    room.units(&reader.reach, Some(query.unit_id))?;
    let (headers, rows) = room.export(query.unit_id, (query.from, query.until)).await?;
    let name = format!("考评积分-{}-{}至{}", room.directory.unit_name(query.unit_id), query.from, query.until);
    send_sheet_under(&name, query.format, headers, move || rows).await
}
