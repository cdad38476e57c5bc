//! Items of a list from a spreadsheet, and back.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::sheet::ImportReport;
use crate::base::sheet::limits::MAX_INPUT_BYTES;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::TaskListId;
use crate::web::caller::{TaskIssuer, TaskReader};
use crate::web::sheet::{ImportQuery, LayoutExportQuery, send_in_layout, send_sheet_under};
use crate::web::upload::{FileForm, receive_upload};
use crate::web::{Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(import_task_items).service(export_task_list);
}

/// 导入任务清单
///
/// Writes what an xlsx or csv file asks onto a list (序号, 重点任务, 完成标准, 责任领导, 牵头单位, 配合单位, 完成时限, 权重,
/// 是否重点, 条线, 节点, 佐证要求, 依据, 标签). A dry run shows what would happen, under a digest; sent again with it as
/// `confirm`, exactly that is written, or nothing (409). The same file again changes nothing; what was laid stays.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list"), ImportQuery),
    request_body(description = "The file, 20 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "What was done, or would be", body = ImportReport)))]
#[post("/imports/task-lists/{id}")]
async fn import_task_items(
    issuer: TaskIssuer,
    id: Path<TaskListId>,
    req: HttpRequest,
    query: Query<ImportQuery>,
    payload: web::Payload,
    room: web::Data<Tasks>,
) -> Result<web::Json<ImportReport>, Problem> {
    let file = receive_upload(&req, payload.into_inner(), MAX_INPUT_BYTES).await?.bytes;
    Ok(web::Json(room.import(&issuer, *id, file, query.mode()).await?))
}

/// 导出任务清单
///
/// A list in the layout in which it is imported, with what became of each item at each unit that the caller sees; or in the
/// layout of somebody above that was set for it.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list"), LayoutExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/task-lists/{id}")]
async fn export_task_list(
    reader: TaskReader,
    id: Path<TaskListId>,
    query: Query<LayoutExportQuery>,
    room: web::Data<Tasks>,
) -> Result<HttpResponse, Problem> {
    if query.in_layout {
        let (title, layout, filling) = room.filling(&reader, *id).await?;
        return send_in_layout(&title, layout, filling).await;
    }
    let (title, headers, rows) = room.export(&reader, *id).await?;
    send_sheet_under(&title, query.format, headers, move || rows).await
}
