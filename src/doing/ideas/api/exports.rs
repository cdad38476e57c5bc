//! The list of ideas as a spreadsheet.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::Whose;
use crate::base::id::UnitId;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::exports::EXPORT_HEADERS;
use crate::doing::ideas::lists::Wanted;
use crate::doing::ideas::model::{Due, IdeaState};
use crate::web::caller::IdeaReader;
use crate::web::sheet::{ExportFormat, send_sheet};
use crate::web::{Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(export_ideas);
}

/// What to export.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct IdeaExportQuery {
    /// `xlsx` when absent.
    #[serde(default)]
    #[param(inline)]
    format: ExportFormat,
    /// Only this unit and everything below it; the caller's whole scope when absent.
    unit_id: Option<UnitId>,
    /// Only ideas in this state.
    state: Option<IdeaState>,
    /// Only ideas of this category.
    category: Option<String>,
    /// Only ideas of this member, or with `me` the caller's own.
    #[param(value_type = Option<String>)]
    author_id: Option<Whose>,
    /// Only ideas that this member carries out, or with `me` the caller.
    #[param(value_type = Option<String>)]
    implementer_id: Option<Whose>,
    /// Only ideas under way that are overdue, or due within three days.
    #[param(inline)]
    due: Option<Due>,
}

/// 导出金点子
///
/// The ideas of the caller's scope that were handed in, newest first, as a spreadsheet with Chinese headers.
#[utoipa::path(tag = "ideas", params(IdeaExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/ideas")]
async fn export_ideas(
    reader: IdeaReader,
    query: Query<IdeaExportQuery>,
    ideas: web::Data<Ideas>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted {
        state: query.state,
        unit: query.unit_id,
        category: query.category.clone(),
        author: query.author_id.map(|whose| whose.member(reader.member)),
        implementer: query.implementer_id.map(|whose| whose.member(reader.member)),
        due: query.due,
    };
    let rows = ideas.export(reader.person.clone(), &reader.reach, wanted).await?;
    send_sheet("金点子", query.format, &EXPORT_HEADERS, move || rows).await
}
