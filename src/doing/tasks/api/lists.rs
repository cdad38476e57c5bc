//! Lists, what they ask, and laying them on units.

use std::collections::HashMap;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::steps::TaskEffectBody;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Db;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::{
    Laying, LayingId, ListFilter, NewItem, NewList, TaskAxis, TaskItem, TaskItemId, TaskItemNode, TaskList, TaskListId,
    TaskListKind, TaskRhythm, TaskState,
};
use crate::web::caller::{TaskIssuer, TaskReader};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query, page};

const NODES: usize = 12;
const TAGS: usize = 10;
const UNITS: usize = 1000;
const ASSISTING: usize = 20;
const NUMBERS: usize = 500;
const HIGHEST_WEIGHT: i32 = 10_000;
const HIGHEST_NUMBER: i32 = 9999;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_task_lists)
        .service(create_task_list)
        .service(get_task_list)
        .service(list_task_items)
        .service(set_task_item)
        .service(delete_task_item)
        .service(lay_task_list)
        .service(get_task_laying)
        .service(close_task_list);
}

/// How many tasks of a state there are.
#[derive(Serialize, ToSchema)]
struct TaskStateCount {
    state: TaskState,
    count: i64,
}

/// A list of tasks.
#[derive(Serialize, ToSchema)]
struct TaskListView {
    id: TaskListId,
    kind: TaskListKind,
    title: String,
    /// Who sets it and closes its tasks.
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
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
    #[param(inline)]
    kind: Option<TaskListKind>,
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
    title: Text<100>,
    /// Who sets it: within the caller's reach.
    unit_id: UnitId,
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

/// Something that a list asks, as it is written.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskItemBody {
    title: Text<200>,
    /// When it counts as done.
    standard: Text<1000>,
    /// The document on which it rests.
    source_document: Option<Text<200>>,
    /// Whose task it becomes where nothing else is said 主办.
    lead_unit_id: Option<UnitId>,
    /// Units that help 协办; 20 at most.
    #[serde(default)]
    assisting_unit_ids: Vec<UnitId>,
    /// The leader in charge.
    leader_id: Option<MemberId>,
    /// `party` when absent.
    axis: Option<TaskAxis>,
    due_on: Day,
    /// Hundredths, 10,000 at most; 100 when absent.
    #[schema(minimum = 0, maximum = 10000)]
    weight: Option<i32>,
    #[serde(default)]
    focus: bool,
    /// Words of frameworks; 10 at most.
    #[serde(default)]
    tags: Vec<Text<20>>,
    /// Why evidence must be attached; absent where it need not be.
    evidence: Option<Text<200>>,
    /// Steps on the way, in the order of their days; 12 at most.
    #[serde(default)]
    nodes: Vec<TaskNodeAsked>,
}

/// A step on the way.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskNodeAsked {
    title: Text<200>,
    due_on: Day,
}

impl TaskItemBody {
    fn read(self) -> Result<NewItem, Problem> {
        let limits = [
            ("/assisting_unit_ids", self.assisting_unit_ids.len(), ASSISTING),
            ("/tags", self.tags.len(), TAGS),
            ("/nodes", self.nodes.len(), NODES),
        ];
        if let Some((pointer, _, most)) = limits.iter().find(|(_, length, most)| length > most) {
            return Err(Problem::field(pointer, "too_many", format!("最多 {most} 个")));
        }
        let weight = self.weight.unwrap_or(100);
        if !(0..=HIGHEST_WEIGHT).contains(&weight) {
            return Err(Problem::field("/weight", "out_of_range", "应为 0 到 10000"));
        }
        let node = |node: TaskNodeAsked| TaskItemNode { title: node.title.into_string(), due_on: node.due_on };
        Ok(NewItem {
            title: self.title.into_string(),
            standard: self.standard.into_string(),
            source_document: self.source_document.map(Text::into_string),
            lead_unit: self.lead_unit_id,
            assisting: self.assisting_unit_ids,
            leader: self.leader_id,
            axis: self.axis.unwrap_or(TaskAxis::Party),
            due_on: self.due_on,
            weight,
            focus: self.focus,
            tags: self.tags.into_iter().map(Text::into_string).collect(),
            evidence: self.evidence.map(Text::into_string),
            nodes: self.nodes.into_iter().map(node).collect(),
        })
    }
}

/// Something that a list asks.
#[derive(Serialize, ToSchema)]
struct TaskItemView {
    id: TaskItemId,
    /// From 1 on, unique in the list.
    number: i32,
    title: String,
    standard: String,
    source_document: Option<String>,
    lead_unit_id: Option<UnitId>,
    lead_unit_name: Option<String>,
    assisting_unit_ids: Vec<UnitId>,
    leader_id: Option<MemberId>,
    leader_name: Option<String>,
    axis: TaskAxis,
    due_on: Day,
    /// Hundredths.
    weight: i32,
    focus: bool,
    tags: Vec<String>,
    /// Why evidence must be attached; `null` where it need not be.
    evidence: Option<String>,
    nodes: Vec<TaskItemNode>,
    /// A task was made of it, so it stays as it is.
    laid: bool,
}

impl TaskItemView {
    fn new(room: &Tasks, item: TaskItem) -> TaskItemView {
        TaskItemView {
            id: item.id,
            number: item.number,
            lead_unit_name: item.lead_unit_id.map(|unit| room.directory.unit_name(unit)),
            leader_name: item.leader_id.map(|leader| room.directory.name_of(leader)),
            title: item.title,
            standard: item.standard,
            source_document: item.source_document,
            lead_unit_id: item.lead_unit_id,
            assisting_unit_ids: item.assisting_ids.0,
            leader_id: item.leader_id,
            axis: item.axis,
            due_on: item.due_on,
            weight: item.weight,
            focus: item.focus,
            tags: item.tags.0,
            evidence: item.evidence,
            nodes: item.nodes.0,
            laid: item.laid,
        }
    }
}

/// 清单事项
///
/// What a list asks, by number.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list"), PageQuery),
    responses((status = 200, description = "Items", body = Page<TaskItemView>)))]
#[get("/task-lists/{id}/items")]
async fn list_task_items(
    reader: TaskReader,
    id: Path<TaskListId>,
    query: Query<PageQuery>,
    room: web::Data<Tasks>,
) -> Result<web::Json<Page<TaskItemView>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<i32>()?.unwrap_or(0));
    room.list_of(&reader, *id).await?;
    let page = Page::new(room.items(*id, after, limit + 1).await?, limit, |item| item.number);
    Ok(web::Json(page.map(|item| TaskItemView::new(&room, item))))
}

/// 填写清单事项
///
/// Writes what a list asks under a number, in the place of what stood there. One of which a task was made stays (409).
#[utoipa::path(tag = "tasks", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state of the list that is changed; another one by now is 409"),
        ("id" = TaskListId, Path, description = "The list"), ("number" = i32, Path, description = "Its number, 1 to 9999")),
    request_body = TaskItemBody, responses((status = 201, description = "New", body = TaskItemView),
        (status = 200, description = "Changed", body = TaskItemView)))]
#[put("/task-lists/{id}/items/{number}")]
async fn set_task_item(
    issuer: TaskIssuer,
    path: Path<(TaskListId, i32)>,
    IfMatch(seen): IfMatch,
    room: web::Data<Tasks>,
    body: Body<TaskItemBody>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = *path;
    if !(1..=HIGHEST_NUMBER).contains(&number) {
        return Err(Problem::malformed("tasks.bad_number", "序号应为 1 到 9999"));
    }
    let is_new = room.put_item(&issuer, id, number, seen, body.into_inner().read()?).await?;
    let item = room.items(id, number - 1, 1).await?.pop().ok_or_else(|| Problem::internal("an item is there"))?;
    let mut response = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    response.insert_header((LOCATION, format!("/api/v1/task-lists/{id}/items/{number}")));
    Ok(response.json(TaskItemView::new(&room, item)))
}

/// 删除清单事项
///
/// Takes off a list what no task was made of.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list"), ("number" = i32, Path, description = "Its number")),
    responses((status = 204, description = "Gone")))]
#[delete("/task-lists/{id}/items/{number}")]
async fn delete_task_item(
    issuer: TaskIssuer,
    path: Path<(TaskListId, i32)>,
    room: web::Data<Tasks>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = *path;
    room.delete_item(&issuer, id, number).await?;
    Ok(HttpResponse::NoContent().finish())
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
