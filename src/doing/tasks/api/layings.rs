//! Laying lists on units, and closing them in bulk.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::steps::TaskEffectBody;
use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::{Laying, LayingId, TaskListId};
use crate::web::caller::{TaskIssuer, TaskReader};
use crate::web::{Body, OptionalKey, Path, Problem};

const UNITS: usize = 1000;
const NUMBERS: usize = 500;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(lay_task_list).service(get_task_laying).service(close_task_list);
}

/// What is laid on whom.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskLayingBody {
    /// Which items; all of them when absent.
    numbers: Option<Vec<i32>>,
    /// Units at and below the list's, 1,000 at most; when there are none, each item goes to its lead unit.
    #[serde(default)]
    unit_ids: Vec<UnitId>,
}

/// A list, or some of it, on its way to units.
#[derive(Serialize, ToSchema)]
struct TaskLaying {
    id: LayingId,
    list_id: TaskListId,
    /// Tasks that it is to make.
    total: i32,
    /// How many of them it has looked at.
    done: i32,
    /// How many were new; what a unit had already is not made again.
    laid: i32,
    created_at: Timestamp,
    /// When all of it was laid; `null` while it is on its way.
    ended_at: Option<Timestamp>,
}

impl From<Laying> for TaskLaying {
    fn from(laying: Laying) -> Self {
        TaskLaying {
            id: laying.id,
            list_id: laying.list_id,
            total: laying.total,
            done: laying.done,
            laid: laying.laid,
            created_at: laying.created_at,
            ended_at: laying.ended_at,
        }
    }
}

/// 下发任务
///
/// Lays a list, or some of it, on units: one task of each item at each. It is done in the background; how far it is tells
/// `GET /task-layings/{id}`. What a unit has already is not made again. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "tasks", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer"),
        ("id" = TaskListId, Path, description = "The list")),
    request_body = TaskLayingBody, responses((status = 201, description = "On its way", body = TaskLaying)))]
#[post("/task-lists/{id}/layings")]
async fn lay_task_list(
    issuer: TaskIssuer,
    id: Path<TaskListId>,
    key: OptionalKey,
    room: web::Data<Tasks>,
    body: Body<TaskLayingBody>,
) -> Result<HttpResponse, Problem> {
    if body.unit_ids.len() > UNITS {
        return Err(Problem::field("/unit_ids", "too_many", format!("一次最多 {UNITS} 个组织")));
    }
    if body.numbers.as_ref().is_some_and(|numbers| numbers.len() > NUMBERS) {
        return Err(Problem::field("/numbers", "too_many", format!("一次最多 {NUMBERS} 项")));
    }
    let key = key.of(issuer.member, &format!("POST /task-lists/{}/layings", *id), &body.0);
    let TaskLayingBody { numbers, unit_ids } = body.into_inner();
    let laying = room.lay_list(&issuer, *id, (numbers, unit_ids), key).await?;
    let view: TaskLaying = room.laying(&issuer, laying).await?.into();
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/api/v1/task-layings/{laying}"))).json(view))
}

/// 下发进度
///
/// How far a list is on its way to units.
#[utoipa::path(tag = "tasks", params(("id" = LayingId, Path, description = "The laying")),
    responses((status = 200, description = "How far it is", body = TaskLaying)))]
#[get("/task-layings/{id}")]
async fn get_task_laying(
    reader: TaskReader,
    id: Path<LayingId>,
    room: web::Data<Tasks>,
) -> Result<web::Json<TaskLaying>, Problem> {
    Ok(web::Json(room.laying(&reader, *id).await?.into()))
}

/// What came of closing a list in bulk.
#[derive(Serialize, ToSchema)]
struct TaskListClosing {
    /// Tasks that are closed now.
    closed: u32,
    /// Left to others: the caller has a part in them.
    left: u32,
}

/// 批量销号
///
/// Closes every verified task of a list with one line of effect; what the caller has a part in is left to others.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list")), request_body = TaskEffectBody,
    responses((status = 200, description = "Closed", body = TaskListClosing)))]
#[post("/task-lists/{id}/closing")]
async fn close_task_list(
    issuer: TaskIssuer,
    id: Path<TaskListId>,
    room: web::Data<Tasks>,
    body: Body<TaskEffectBody>,
) -> Result<web::Json<TaskListClosing>, Problem> {
    let done = room.close_list(issuer.person.clone(), *id, body.into_inner().effect.into_string()).await?;
    Ok(web::Json(TaskListClosing { closed: done.closed, left: done.left }))
}
