//! What was handed on: as a list, and on A4 with the row in which it is signed.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::escape_html;
use crate::base::time::Day;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::{HandedTask, TaskHandOverId, TaskHandedPart, TaskId, TaskListId, TaskState};
use crate::web::caller::TaskReader;
use crate::web::headers;
use crate::web::print::{self, Paper};
use crate::web::{Page, Problem, Query, page};

/// Tasks on one sheet.
const ROWS: i64 = 200;

const STYLE: &str = "h1{font-size:1.5rem;text-align:center;margin:0 0 .5rem}table{width:100%;border-collapse:collapse}\
    th,td{border:1px solid #000;padding:.25rem .4rem;text-align:left;vertical-align:top}tr{break-inside:avoid}\
    .sign{display:flex;flex-wrap:wrap;gap:1.5rem;margin-top:2rem}.sign span{min-width:9rem}";

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_task_hand_overs).service(get_task_hand_over_sheet);
}

/// What a list of hand-overs is narrowed by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HandOverQuery {
    /// Only what holders of this unit and of what lies below it have now.
    unit_id: Option<UnitId>,
    /// Only what this member handed on.
    member_id: Option<MemberId>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A task that somebody handed on.
#[derive(Serialize, ToSchema)]
struct TaskHandOver {
    id: TaskHandOverId,
    task_id: TaskId,
    list_id: TaskListId,
    /// Its number on the list.
    number: i32,
    /// What is to be done.
    title: String,
    /// How far it is now.
    state: TaskState,
    due_on: Day,
    /// Whose holders have it now.
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// Who handed it on.
    member_id: MemberId,
    /// His name.
    member_name: String,
    /// What he had to do with it.
    part: TaskHandedPart,
    handed_on: Day,
}

impl TaskHandOver {
    fn new(room: &Tasks, handed: HandedTask) -> TaskHandOver {
        let HandedTask { hand_over, list, number, title, state, due_on } = handed;
        TaskHandOver {
            id: hand_over.id,
            task_id: hand_over.task_id,
            list_id: list,
            number,
            title,
            state,
            due_on,
            unit_id: hand_over.unit_id,
            unit_name: room.directory.unit_name(hand_over.unit_id),
            member_id: hand_over.member_id,
            member_name: room.directory.name_of(hand_over.member_id),
            part: hand_over.part,
            handed_on: hand_over.handed_on,
        }
    }
}

/// 任务移交清单
///
/// Tasks that members handed on since their duties had ended or they had moved or left, to holders of units that the caller
/// reaches by a duty; the newest first.
#[utoipa::path(tag = "tasks", params(HandOverQuery),
    responses((status = 200, description = "Tasks that were handed on", body = Page<TaskHandOver>)))]
#[get("/task-hand-overs")]
async fn list_task_hand_overs(
    reader: TaskReader,
    query: Query<HandOverQuery>,
    room: web::Data<Tasks>,
) -> Result<web::Json<Page<TaskHandOver>>, Problem> {
    let (limit, before) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let found = room.hand_overs(&reader.person, (query.unit_id, query.member_id), before, limit + 1).await?;
    let page = Page::new(found, limit, |handed| handed.hand_over.id);
    Ok(web::Json(page.map(|handed| TaskHandOver::new(&room, handed))))
}

/// Whose hand-over is printed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HandOverSheetQuery {
    /// Whose holders have it now.
    unit_id: UnitId,
    /// Who handed it on.
    member_id: MemberId,
}

/// 打印任务移交清单
///
/// What a member handed on to holders of a unit that the caller reaches by a duty, on A4, with the row in which giver, taker
/// and a witness from above sign; the newest 200.
#[utoipa::path(tag = "tasks", params(HandOverSheetQuery),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/task-hand-overs/sheet")]
async fn get_task_hand_over_sheet(
    reader: TaskReader,
    query: Query<HandOverSheetQuery>,
    room: web::Data<Tasks>,
) -> Result<HttpResponse, Problem> {
    let of = (Some(query.unit_id), Some(query.member_id));
    let found = room.hand_overs(&reader.person, of, None, ROWS).await?;
    let rows: Vec<TaskHandOver> = found.into_iter().map(|handed| TaskHandOver::new(&room, handed)).collect();
    let unit = room.directory.unit_name(query.unit_id);
    let title = format!("{unit}任务移交清单");
    let body = sheet(&title, &room.directory.name_of(query.member_id), &rows);
    let paper = Paper { title: &title, points: 11, margin: "18mm 16mm", style: STYLE, mark: None, body };
    Ok(headers::page(StatusCode::OK, print::page(&paper)))
}

fn sheet(title: &str, name: &str, rows: &[TaskHandOver]) -> String {
    let mut body = format!(
        "<h1>{}</h1><p>移交人：{}　共 {} 项</p><table><thead><tr><th>序号</th><th>任务</th><th>承办组织</th><th>原承担</th>\
         <th>完成时限</th><th>现状</th><th>移交日期</th></tr></thead><tbody>",
        escape_html(title),
        escape_html(name),
        rows.len()
    );
    for (at, row) in rows.iter().enumerate() {
        let _ = write!(
            body,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            at + 1,
            escape_html(&row.title),
            escape_html(&row.unit_name),
            row.part.title(),
            row.due_on.in_chinese_with_year(),
            row.state.title(),
            row.handed_on.in_chinese_with_year(),
        );
    }
    body.push_str(
        "</tbody></table><p class=\"sign\"><span>移交人（签字）：</span><span>接收人（签字）：</span>\
         <span>监交人（签字）：</span><span>年 月 日</span></p>",
    );
    body
}
