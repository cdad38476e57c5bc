//! The layout in which what came in by a form is handed in to those above.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::sheet::layout::MAX_BYTES;
use crate::doing::reports::Reports;
use crate::doing::reports::layouts::ONCE;
use crate::doing::reports::model::ReportFormId;
use crate::kernel::layouts::{LayoutHead, NewLayout};
use crate::web::caller::{ReportReader, ReportRunner};
use crate::web::sheet::{SheetLayout, SheetLayoutFile, layout_name};
use crate::web::upload::{FileForm, receive_upload};
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_report_form_layout).service(set_report_form_layout).service(delete_report_form_layout);
}

fn shown(room: &Reports, columns: Vec<String>, head: Option<LayoutHead>) -> SheetLayout {
    let file = |LayoutHead { name, set_by, set_at }: LayoutHead| SheetLayoutFile {
        name,
        set_by,
        set_by_name: room.directory.name_of(set_by),
        set_at,
    };
    SheetLayout::new(&ONCE, columns, head.map(file))
}

/// 报送事项的上级格式
///
/// The layout of a form, if it has one, and the names that its cells may hold in double braces.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form")),
    responses((status = 200, description = "The layout", body = SheetLayout)))]
#[get("/report-forms/{id}/layout")]
async fn get_report_form_layout(
    reader: ReportReader,
    id: Path<ReportFormId>,
    room: web::Data<Reports>,
) -> Result<web::Json<SheetLayout>, Problem> {
    let (columns, head) = room.layout(&reader.reach, *id).await?;
    Ok(web::Json(shown(&room, columns, head)))
}

/// 设置报送事项的上级格式
///
/// Takes an xlsx in whose cells names in double braces say what stands where: once, or in the one row that is there for each
/// line of the export. It takes the place of a former one. A name that means nothing is refused with its cell.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form")),
    request_body(description = "The file, 2 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "It is set", body = SheetLayout)))]
#[put("/report-forms/{id}/layout")]
async fn set_report_form_layout(
    runner: ReportRunner,
    id: Path<ReportFormId>,
    req: HttpRequest,
    payload: web::Payload,
    room: web::Data<Reports>,
) -> Result<web::Json<SheetLayout>, Problem> {
    let upload = receive_upload(&req, payload.into_inner(), MAX_BYTES).await?;
    let new = NewLayout { name: layout_name(&upload), bytes: upload.bytes.to_vec() };
    let (columns, head) = room.set_layout(runner.member, &runner.reach, *id, new).await?;
    Ok(web::Json(shown(&room, columns, Some(head))))
}

/// 取消报送事项的上级格式
///
/// The form has no layout any more.
#[utoipa::path(tag = "reports", params(("id" = ReportFormId, Path, description = "The form")),
    responses((status = 204, description = "It has none")))]
#[delete("/report-forms/{id}/layout")]
async fn delete_report_form_layout(
    runner: ReportRunner,
    id: Path<ReportFormId>,
    room: web::Data<Reports>,
) -> Result<HttpResponse, Problem> {
    room.remove_layout(runner.member, &runner.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
