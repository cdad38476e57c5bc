//! Lists of tasks.

use std::collections::HashMap;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::db::Db;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::{
    ListChange, ListFilter, NewList, TaskList, TaskListId, TaskListKind, TaskRhythm, TaskState,
};
use crate::web::caller::{TaskIssuer, TaskReader};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, OptionalKey, Page, Path, Problem, Query, nullable, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_task_lists).service(create_task_list).service(get_task_list).service(edit_task_list);
}

/// How many tasks of a state there are.
#[derive(Serialize, ToSchema)]
struct TaskStateCount {
    state: TaskState,
    /// How many tasks.
    count: i64,
}

/// A list of tasks.
#[derive(Serialize, ToSchema)]
struct TaskListView {
    id: TaskListId,
    kind: TaskListKind,
    /// What the list is called.
    title: String,
    /// Who sets it and closes its tasks.
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// The year that it is of.
    year: i32,
    /// The document on which it rests.
    basis: Option<String>,
    /// How often units tell how far they are.
    rhythm: TaskRhythm,
    /// How much it asks.
    item_count: i64,
    /// How many tasks were made of it, by state; all of them, whoever sees which.
    states: Vec<TaskStateCount>,
    created_at: Timestamp,
}

async fn views(room: &Tasks, lists: Vec<TaskList>) -> Result<Vec<TaskListView>, Problem> {
    let (items, mut states) = room.counts_of_lists(lists.iter().map(|list| list.id).collect()).await?;
    Ok(lists.into_iter().map(|list| view(room, &items, &mut states, list)).collect())
}

fn view(
    room: &Tasks,
    items: &HashMap<TaskListId, i64>,
    states: &mut HashMap<TaskListId, Vec<(TaskState, i64)>>,
    list: TaskList,
) -> TaskListView {
    let mut counts = states.remove(&list.id).unwrap_or_default();
    counts.sort_by_key(|(state, _)| *state);
    TaskListView {
        unit_name: room.directory.unit_name(list.unit_id),
        item_count: items.get(&list.id).copied().unwrap_or(0),
        states: counts.into_iter().map(|(state, count)| TaskStateCount { state, count }).collect(),
        id: list.id,
        kind: list.kind,
        title: list.title,
        unit_id: list.unit_id,
        year: list.year,
        basis: list.basis,
        rhythm: list.rhythm,
        created_at: list.created_at,
    }
}

async fn one(room: &Tasks, list: TaskList) -> Result<TaskListView, Problem> {
    views(room, vec![list]).await?.pop().ok_or_else(|| Problem::internal("a list has a view"))
}

/// What lists are narrowed by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TaskListQuery {
    /// Only lists of this unit and of everything below it.
    unit_id: Option<UnitId>,
    /// Only lists of this kind.
    #[param(inline)]
    kind: Option<TaskListKind>,
    /// Only lists of this year.
    year: Option<i32>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// 任务清单
///
/// Lists of the units that the caller sees by a duty, and of those above them; the newest first.
#[utoipa::path(tag = "tasks", params(TaskListQuery),
    responses((status = 200, description = "Lists", body = Page<TaskListView>)))]
#[get("/task-lists")]
async fn list_task_lists(
    reader: TaskReader,
    query: Query<TaskListQuery>,
    room: web::Data<Tasks>,
) -> Result<web::Json<Page<TaskListView>>, Problem> {
    let (limit, before) = (page::page_limit(query.limit)?, page::after::<TaskListId>(query.cursor.as_deref())?);
    let filter = ListFilter { unit: query.unit_id, kind: query.kind, year: query.year };
    let found = Page::new(room.lists(&reader, filter, before, limit + 1).await?, limit, |list| list.id);
    let Page { items, next_cursor } = found;
    Ok(web::Json(Page { items: views(&room, items).await?, next_cursor }))
}

/// A list as it is made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskListBody {
    kind: TaskListKind,
    /// What the list is called.
    title: Text<100>,
    /// Who sets it: within the caller's reach.
    unit_id: UnitId,
    /// 2000 to 2100.
    #[schema(minimum = 2000, maximum = 2100)]
    year: i32,
    /// The document on which it rests.
    basis: Option<Text<200>>,
    /// Absent for the usual one: quarterly of a year's list, weekly of a supervised one, monthly else.
    rhythm: Option<TaskRhythm>,
}

const fn usual(kind: TaskListKind) -> TaskRhythm {
    match kind {
        TaskListKind::Year => TaskRhythm::Quarterly,
        TaskListKind::Supervision => TaskRhythm::Weekly,
        TaskListKind::Month | TaskListKind::Rectification | TaskListKind::Programme => TaskRhythm::Monthly,
    }
}

/// 新建任务清单
///
/// Makes a list for a unit. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "tasks", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = TaskListBody, responses((status = 201, description = "Made", body = TaskListView)))]
#[post("/task-lists")]
async fn create_task_list(
    issuer: TaskIssuer,
    key: OptionalKey,
    room: web::Data<Tasks>,
    body: Body<TaskListBody>,
) -> Result<HttpResponse, Problem> {
    if !(2000..=2100).contains(&body.year) {
        return Err(Problem::field("/year", "out_of_range", "应为 2000 到 2100 年"));
    }
    let key = key.of(issuer.member, "POST /task-lists", &body.0);
    let body = body.into_inner();
    let new = NewList {
        kind: body.kind,
        title: body.title.into_string(),
        unit: body.unit_id,
        year: body.year,
        basis: body.basis.map(Text::into_string),
        rhythm: body.rhythm.unwrap_or(usual(body.kind)),
    };
    let id = room.create_list(issuer.member, &issuer.reach, new, key).await?;
    let view = one(&room, room.list_of(&issuer, id).await?).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/api/v1/task-lists/{id}"))).json(view))
}

/// 任务清单详情
///
/// One list with how many tasks of each state there are. Its `ETag` changes with its items.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list")),
    responses((status = 200, description = "The list", body = TaskListView)))]
#[get("/task-lists/{id}")]
async fn get_task_list(
    reader: TaskReader,
    id: Path<TaskListId>,
    db: web::Data<Db>,
    room: web::Data<Tasks>,
) -> Result<Versioned<TaskListView>, Problem> {
    let version = id.thing().present(&db).await?;
    let view = one(&room, room.list_of(&reader, *id).await?).await?;
    Ok(Versioned(view, version))
}

/// What is changed of a list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskListChangeBody {
    /// What the list is called.
    title: Option<Text<100>>,
    /// The document on which it rests; `null` where there is none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Text<200>>)]
    basis: Option<Option<Text<200>>>,
    /// How often units tell how far they are.
    rhythm: Option<TaskRhythm>,
}

/// 修改任务清单
///
/// Changes what a list is called, on what it rests and how often units tell how far they are; fields that are not sent stay.
/// Its kind, unit and year are what it is.
#[utoipa::path(tag = "tasks", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409"),
        ("id" = TaskListId, Path, description = "The list")),
    request_body = TaskListChangeBody, responses((status = 200, description = "The list", body = TaskListView)))]
#[patch("/task-lists/{id}")]
async fn edit_task_list(
    issuer: TaskIssuer,
    id: Path<TaskListId>,
    IfMatch(seen): IfMatch,
    room: web::Data<Tasks>,
    body: Body<TaskListChangeBody>,
) -> Result<web::Json<TaskListView>, Problem> {
    let TaskListChangeBody { title, basis, rhythm } = body.into_inner();
    let change = ListChange {
        title: title.map(Text::into_string),
        basis: basis.map(|basis| basis.map(Text::into_string)),
        rhythm,
    };
    let list = room.edit_list(&issuer, *id, seen, change).await?;
    Ok(web::Json(one(&room, list).await?))
}
