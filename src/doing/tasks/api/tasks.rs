//! Tasks: one, many, and the board.

use actix_web::{get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::{TaskHead, TaskView};
use crate::base::id::{MemberId, UnitId};
use crate::base::period::Span;
use crate::base::text::Text;
use crate::base::time::{Day, Period};
use crate::doing::tasks::Tasks;
use crate::doing::tasks::boards::BoardColumn;
use crate::doing::tasks::model::{NodeChange, TaskAxis, TaskFilter, TaskId, TaskListId, TaskNodeState, TaskState};
use crate::doing::tasks::store::tasks::Mark;
use crate::ground::files::Addresses;
use crate::web::caller::{Caller, Member};
use crate::web::{Body, Page, Path, Problem, Query, page};

/// The first tasks of a column.
const COLUMN: i64 = 20;
/// People who do one task.
const PEOPLE: usize = 20;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_tasks).service(get_task).service(set_task_people).service(set_task_node);
}

/// What tasks are narrowed by.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TaskQuery {
    /// Only tasks of this unit and of everything below it.
    pub unit_id: Option<UnitId>,
    /// Only tasks of this list.
    pub list_id: Option<TaskListId>,
    /// Only tasks that this member is to do, or is the leader in charge of.
    pub member_id: Option<MemberId>,
    /// Only tasks of which this member is the leader in charge.
    pub leader_id: Option<MemberId>,
    /// Only those of this duty of a leader 一岗双责.
    #[param(inline)]
    pub axis: Option<TaskAxis>,
    /// Only those that are due in the month of this day.
    pub month: Option<Day>,
    /// Only focus tasks, or only others.
    pub focus: Option<bool>,
    /// Only those for which the unit is late.
    pub overdue: Option<bool>,
    /// Only those in this state.
    #[param(inline)]
    pub state: Option<TaskState>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl TaskQuery {
    /// The filter, without paging.
    pub fn filter(&self, room: &Tasks) -> Result<TaskFilter, Problem> {
        let month = self.month.map(|day| Span::of(Period::Month, day));
        Ok(TaskFilter {
            states: self.state.into_iter().collect(),
            units: room.below(self.unit_id)?,
            list: self.list_id,
            member: self.member_id,
            leader: self.leader_id,
            axis: self.axis,
            due: month.map(|month| (month.first, month.end.previous())),
            overdue_by: self.overdue.filter(|overdue| *overdue).map(|_| room.db.today()),
            focus: self.focus,
        })
    }
}

/// 任务
///
/// Tasks that the caller sees, what is due first: those of his branch, those that name him, and those of the units within
/// the reach of his duties. A leader's two duty lists are those with `leader_id` and `axis`.
#[utoipa::path(tag = "tasks", params(TaskQuery), responses((status = 200, description = "Tasks", body = Page<TaskHead>)))]
#[get("/tasks")]
async fn list_tasks(
    reader: Member,
    query: Query<TaskQuery>,
    room: web::Data<Tasks>,
) -> Result<web::Json<Page<TaskHead>>, Problem> {
    let (limit, after) = (page::page_limit(query.limit)?, page::after::<Mark>(query.cursor.as_deref())?);
    let found = room.list(&reader, query.filter(&room)?, after, limit + 1).await?;
    let page = Page::new(found, limit, |listed| (listed.task.due_on, listed.task.id));
    Ok(web::Json(page.map(|listed| TaskHead::new(&room, listed))))
}

/// A column of the board.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskBoardColumn {
    state: TaskState,
    /// How many tasks there are.
    count: i64,
    /// The first ones, what is due first.
    items: Vec<TaskHead>,
    /// Where `GET /tasks` with this state goes on; `null` when that is all.
    next_cursor: Option<String>,
}

/// The board.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskBoard {
    /// From left to right.
    columns: Vec<TaskBoardColumn>,
}

/// 任务看板
///
/// The board 挂图作战: tasks by state, with the first of each; further ones are at `GET /tasks` with the column's state and
/// cursor.
#[utoipa::path(tag = "tasks", params(TaskQuery), responses((status = 200, description = "The board", body = TaskBoard)))]
#[get("/tasks/board")]
pub(super) async fn get_task_board(
    reader: Member,
    query: Query<TaskQuery>,
    room: web::Data<Tasks>,
) -> Result<web::Json<TaskBoard>, Problem> {
    let limit = query.limit.map_or(Ok(COLUMN), |limit| page::page_limit(Some(limit)))?;
    let columns = room.board(&reader, query.filter(&room)?, limit + 1).await?;
    let column = |BoardColumn { state, count, tasks }: BoardColumn| {
        let page = Page::new(tasks, limit, |listed| (listed.task.due_on, listed.task.id));
        let page = page.map(|listed| TaskHead::new(&room, listed));
        TaskBoardColumn { state, count, items: page.items, next_cursor: page.next_cursor }
    };
    Ok(web::Json(TaskBoard { columns: columns.into_iter().map(column).collect() }))
}

/// A task as its reader sees it.
pub(super) async fn shown(
    room: &Tasks,
    caller: &Caller,
    id: TaskId,
    addresses: &Addresses,
) -> Result<web::Json<TaskView>, Problem> {
    let found = room.whole(caller.person.clone(), id).await?;
    let hands = room.hands(caller, &found.0.task, &found.0.people);
    let evidence = room.evidence(id, addresses).await?;
    Ok(web::Json(TaskView::new(room, caller.member, found, hands, (evidence, room.db.today()))))
}

/// 任务详情
///
/// One task that the caller sees, with its nodes, steps, what was told and asked for, and what the caller may do now.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task")),
    responses((status = 200, description = "The task", body = TaskView)))]
#[get("/tasks/{id}")]
async fn get_task(
    reader: Member,
    id: Path<TaskId>,
    room: web::Data<Tasks>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<TaskView>, Problem> {
    shown(&room, &reader, *id, &addresses).await
}

/// Who is to do a task.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskPeopleBody {
    /// Who answers for it; belongs to the unit or does its tasks.
    pub head_id: Option<MemberId>,
    /// Who does it; 20 at most.
    #[serde(default)]
    pub doer_ids: Vec<MemberId>,
}

impl TaskPeopleBody {
    pub fn check(&self) -> Result<(), Problem> {
        match self.doer_ids.len() > PEOPLE {
            true => Err(Problem::field("/doer_ids", "too_many", format!("承办人不能超过 {PEOPLE} 名"))),
            false => Ok(()),
        }
    }
}

/// 指定承办人
///
/// Says who is to do a task that its unit has accepted; for those who do the unit's tasks.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task")), request_body = TaskPeopleBody,
    responses((status = 200, description = "Named", body = TaskView)))]
#[put("/tasks/{id}/people")]
async fn set_task_people(
    caller: Member,
    id: Path<TaskId>,
    room: web::Data<Tasks>,
    addresses: web::Data<Addresses>,
    body: Body<TaskPeopleBody>,
) -> Result<web::Json<TaskView>, Problem> {
    body.check()?;
    let body = body.into_inner();
    room.set_people(caller.person.clone(), *id, (body.head_id, body.doer_ids)).await?;
    shown(&room, &caller, *id, &addresses).await
}

/// What became of a node.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskNodeBody {
    /// `done`, or `dropped` where events have overtaken it.
    state: TaskNodeState,
    /// What was done, or why it was dropped.
    note: Option<Text<500>>,
    /// Why it was late.
    delay: Option<Text<300>>,
}

/// 登记节点
///
/// Says what became of a node of a task, once; for those who do it.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task"), ("place" = i32, Path, description = "Which node, from 1 on")),
    request_body = TaskNodeBody, responses((status = 200, description = "Put down", body = TaskView)))]
#[put("/tasks/{id}/nodes/{place}")]
async fn set_task_node(
    caller: Member,
    path: Path<(TaskId, i32)>,
    room: web::Data<Tasks>,
    addresses: web::Data<Addresses>,
    body: Body<TaskNodeBody>,
) -> Result<web::Json<TaskView>, Problem> {
    let (id, place) = *path;
    let body = body.into_inner();
    let change = NodeChange {
        state: body.state,
        note: body.note.map(Text::into_string),
        delay: body.delay.map(Text::into_string),
    };
    room.set_node(caller.person.clone(), id, place, change).await?;
    shown(&room, &caller, id, &addresses).await
}
