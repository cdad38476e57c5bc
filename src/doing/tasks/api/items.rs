//! What a list asks, item by item.

use std::collections::HashSet;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Day;
use crate::db::Db;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::{NewItem, TaskAxis, TaskItem, TaskItemId, TaskItemNode, TaskListId};
use crate::web::caller::{TaskIssuer, TaskReader};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

const NODES: usize = 12;
const TAGS: usize = 10;
const ASSISTING: usize = 20;
const HIGHEST_WEIGHT: i32 = 10_000;
const HIGHEST_NUMBER: i32 = 9999;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_task_items).service(get_task_item).service(set_task_item).service(delete_task_item);
}

/// Something that a list asks, as it is written.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskItemBody {
    /// What is to be done.
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
    /// A focus task 重点任务.
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
    /// What is reached by then.
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
        let mut assisting = self.assisting_unit_ids;
        let mut seen = HashSet::new();
        assisting.retain(|unit| seen.insert(*unit));
        Ok(NewItem {
            title: self.title.into_string(),
            standard: self.standard.into_string(),
            source_document: self.source_document.map(Text::into_string),
            lead_unit: self.lead_unit_id,
            assisting,
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
    /// What is to be done.
    title: String,
    /// When it counts as done.
    standard: String,
    /// The document on which it rests.
    source_document: Option<String>,
    lead_unit_id: Option<UnitId>,
    /// What that unit is called for short.
    lead_unit_name: Option<String>,
    assisting_unit_ids: Vec<UnitId>,
    leader_id: Option<MemberId>,
    /// The leader's name.
    leader_name: Option<String>,
    axis: TaskAxis,
    due_on: Day,
    /// Hundredths.
    weight: i32,
    /// A focus task 重点任务.
    focus: bool,
    /// Words of frameworks.
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

/// 清单的一项
///
/// What a list asks under a number. Its `ETag` is that of the list's items.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list"), ("number" = i32, Path, minimum = 1, maximum = 9999, description = "Its number")),
    responses((status = 200, description = "The item", body = TaskItemView)))]
#[get("/task-lists/{id}/items/{number}")]
async fn get_task_item(
    reader: TaskReader,
    path: Path<(TaskListId, i32)>,
    db: web::Data<Db>,
    room: web::Data<Tasks>,
) -> Result<Versioned<TaskItemView>, Problem> {
    let (id, number) = *path;
    let version = id.thing().present(&db).await?;
    room.list_of(&reader, id).await?;
    Ok(Versioned(TaskItemView::new(&room, room.item(id, number).await?), version))
}

/// 填写清单事项
///
/// Writes what a list asks under a number, in the place of what stood there. One of which a task was made stays (409).
#[utoipa::path(tag = "tasks", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state of the list that is changed; another one by now is 409"),
        ("id" = TaskListId, Path, description = "The list"), ("number" = i32, Path, minimum = 1, maximum = 9999, description = "Its number, 1 to 9999")),
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
        return Err(Problem::unprocessable("tasks.bad_number", "序号应为 1 到 9999"));
    }
    let is_new = room.put_item(&issuer, id, number, seen, body.into_inner().read()?).await?;
    let item = room.item(id, number).await?;
    let mut response = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    response.insert_header((LOCATION, format!("/api/v1/task-lists/{id}/items/{number}")));
    Ok(response.json(TaskItemView::new(&room, item)))
}

/// 删除清单事项
///
/// Takes off a list what no task was made of.
#[utoipa::path(tag = "tasks", params(("id" = TaskListId, Path, description = "The list"), ("number" = i32, Path, minimum = 1, maximum = 9999, description = "Its number")),
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
