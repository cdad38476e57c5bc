//! Forms that ship.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::doing::reports::model::presets::{self, ReportPreset};
use crate::doing::reports::rules::Refusal;
use crate::web::caller::ReportRunner;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_report_presets).service(get_report_preset);
}

/// Forms that ship.
#[derive(Serialize, ToSchema)]
struct ReportPresetList {
    items: Vec<ReportPreset>,
}

/// 报送表单样式
///
/// Forms that ship, each to be copied and changed before it is asked.
#[utoipa::path(tag = "reports", responses((status = 200, description = "Forms", body = ReportPresetList)))]
#[get("/report-presets")]
async fn list_report_presets(_: ReportRunner) -> web::Json<ReportPresetList> {
    web::Json(ReportPresetList { items: presets::each() })
}

/// 报送表单样式详情
///
/// One of the forms that ship.
#[utoipa::path(tag = "reports", params(("preset" = String, Path, description = "Its key, such as `party_monthly`")),
    responses((status = 200, description = "The form", body = ReportPreset)))]
#[get("/report-presets/{preset}")]
async fn get_report_preset(_: ReportRunner, preset: Path<String>) -> Result<web::Json<ReportPreset>, Problem> {
    let found = presets::each().into_iter().find(|known| known.key == *preset);
    Ok(web::Json(found.ok_or(Refusal::NoSuchPreset)?))
}
