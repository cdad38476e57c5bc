//! The layout in which a list is handed in to those above.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::sheet::layout::MAX_BYTES;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::exports::columns;
use crate::doing::tasks::layouts::ONCE;
use crate::doing::tasks::model::TaskListId;
use crate::kernel::layouts::{LayoutHead, NewLayout};
use crate::web::caller::{TaskIssuer, TaskReader};
use crate::web::sheet::{SheetLayout, SheetLayoutFile, layout_name};
use crate::web::upload::{FileForm, receive_upload};
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_task_list_layout).service(set_task_list_layout).service(delete_task_list_layout);
}

fn shown(room: &Tasks, head: Option<LayoutHead>) -> SheetLayout {
    let file = |LayoutHead { name, set_by, set_at }: LayoutHead| SheetLayoutFile {
        name,
        set_by,
        set_by_name: room.directory.name_of(set_by),
        set_at,
    };
    SheetLayout::new(&ONCE, columns(), head.map(file))
}

/// 任务清单的上级格式
///
/// The layout of a list, if it has one, and the names that its cells may hold in double braces.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list")),
    responses((status = 200, description = "The layout", body = SheetLayout)))]
#[get("/task-lists/{id}/layout")]
async fn get_task_list_layout(
    reader: TaskReader,
    id: Path<TaskListId>,
    room: web::Data<Tasks>,
) -> Result<web::Json<SheetLayout>, Problem> {
    let head = room.layout(&reader, *id).await?;
    Ok(web::Json(shown(&room, head)))
}

/// 设置任务清单的上级格式
///
/// Takes an xlsx in whose cells names in double braces say what stands where: once, or in the one row that is there for each
/// line of the export. It takes the place of a former one. A name that means nothing is refused with its cell.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list")),
    request_body(description = "The file, 2 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "It is set", body = SheetLayout)))]
#[put("/task-lists/{id}/layout")]
async fn set_task_list_layout(
    issuer: TaskIssuer,
    id: Path<TaskListId>,
    req: HttpRequest,
    payload: web::Payload,
    room: web::Data<Tasks>,
) -> Result<web::Json<SheetLayout>, Problem> {
    let upload = receive_upload(&req, payload.into_inner(), MAX_BYTES).await?;
    let new = NewLayout { name: layout_name(&upload), bytes: upload.bytes.to_vec() };
    let head = room.set_layout(&issuer, *id, new).await?;
    Ok(web::Json(shown(&room, Some(head))))
}

/// 取消任务清单的上级格式
///
/// The list has no layout any more.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list")),
    responses((status = 204, description = "It has none")))]
#[delete("/task-lists/{id}/layout")]
async fn delete_task_list_layout(
    issuer: TaskIssuer,
    id: Path<TaskListId>,
    room: web::Data<Tasks>,
) -> Result<HttpResponse, Problem> {
    room.remove_layout(&issuer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
