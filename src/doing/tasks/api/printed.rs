//! The board on A3, to be hung on a wall, and the slip 督办单 on A4, with the row in which it is signed.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::tasks::TaskQuery;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::escape_html;
use crate::base::time::Day;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::boards::{BoardColumn, Listed};
use crate::doing::tasks::model::{TaskAxis, TaskId, TaskLight, TaskListId, TaskState, TaskVerb, Whole};
use crate::web::caller::Member;
use crate::web::headers::page;
use crate::web::print::{self, Paper};
use crate::web::{Path, Problem, Query};

/// Tasks of a column that fit on a sheet.
const ROWS: i64 = 40;

const BOARD: &str = "@page{size:A3 landscape}h1{font-size:1.6rem;text-align:center;margin:0 0 .25rem}\
    .board{display:flex;gap:.4rem;align-items:flex-start}.col{flex:1 1 0;min-width:0;border:1px solid #000}\
    .col h2{font-size:1rem;margin:0;padding:.2rem .3rem;border-bottom:1px solid #000;text-align:center}\
    .card{border-bottom:1px solid #999;padding:.2rem .3rem;font-size:.8rem;break-inside:avoid}\
    .card b{display:block}.overdue{border-left:.35rem solid #c00}.behind{border-left:.35rem solid #e6a700}\
    .near{border-left:.35rem solid #06c}.small{font-size:.85rem;text-align:center}\
    @media screen{body{max-width:none}.board{overflow-x:auto}.col{flex:0 0 11rem}}";

const SLIP: &str = "h1{font-size:1.6rem;text-align:center;margin:0 0 .5rem;letter-spacing:.3em}\
    table{width:100%;border-collapse:collapse}th,td{border:1px solid #000;padding:.35rem .45rem;text-align:left;\
    vertical-align:top}th{width:18%;white-space:nowrap}.tall{height:5rem}\
    .sign{display:flex;flex-wrap:wrap;gap:1.5rem;margin-top:2rem}.sign span{min-width:10rem}";

/// What the board on paper is narrowed by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BoardSheetQuery {
    /// Only tasks of this unit and of everything below it.
    unit_id: Option<UnitId>,
    /// Only tasks of this list.
    list_id: Option<TaskListId>,
    /// Only tasks that this member is to do, or is the leader in charge of.
    member_id: Option<MemberId>,
    /// Only those of this duty of a leader 一岗双责.
    #[param(inline)]
    axis: Option<TaskAxis>,
    /// Only those that are due in the month of this day.
    month: Option<Day>,
}

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_task_board_sheet).service(get_task_slip);
}

/// 打印任务看板
///
/// The board on A3: columns by state with their counts, what is due first. For a branch room, with `unit_id` and `month`.
#[utoipa::path(tag = "tasks", params(BoardSheetQuery),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/tasks/board/sheet")]
async fn get_task_board_sheet(
    reader: Member,
    query: Query<BoardSheetQuery>,
    room: web::Data<Tasks>,
) -> Result<HttpResponse, Problem> {
    let BoardSheetQuery { unit_id, list_id, member_id, axis, month } = query.0;
    let asked = TaskQuery { unit_id, list_id, member_id, axis, month, ..TaskQuery::default() };
    let columns = room.board(&reader, asked.filter(&room)?, ROWS).await?;
    let unit = unit_id.map(|unit| room.directory.unit_name(unit)).unwrap_or_default();
    let month = month.map(|day| {
        let (year, month, _) = day.parts();
        format!("{year} 年 {month} 月")
    });
    let title = format!("{unit}{}任务挂图作战表", month.unwrap_or_default());
    let body = board(&room, &title, &columns);
    let paper = Paper { title: &title, points: 11, margin: "10mm", style: BOARD, mark: None, body };
    Ok(page(StatusCode::OK, print::page(&paper)))
}

fn board(room: &Tasks, title: &str, columns: &[BoardColumn]) -> String {
    let mut body = format!(
        "<h1>{}</h1><p class=\"small\">截至 {}　蓝：临期　黄：滞后　红：逾期</p><div class=\"board\">",
        escape_html(title),
        room.db.now().in_chinese()
    );
    for column in columns {
        let _ = write!(body, "<div class=\"col\"><h2>{} {}</h2>", column.state.title(), column.count);
        for listed in &column.tasks {
            card(&mut body, room, listed);
        }
        body.push_str("</div>");
    }
    body.push_str("</div>");
    body
}

fn card(body: &mut String, room: &Tasks, listed: &Listed) {
    let Listed { task, light, people, .. } = listed;
    let names: Vec<String> =
        people.iter().filter(|person| person.present).map(|person| room.directory.name_of(person.member_id)).collect();
    let _ = write!(
        body,
        "<div class=\"card {}\"><b>{}{}. {}</b>{} {}<br>{}　{}</div>",
        light.as_str(),
        if task.focus { "★" } else { "" },
        task.number,
        escape_html(&task.title),
        escape_html(&room.directory.unit_name(task.unit_id)),
        escape_html(&names.join("、")),
        task.due_on.in_chinese(),
        if *light == TaskLight::Normal { "" } else { light.title() },
    );
}

/// 督办单
///
/// The slip of a task on A4, in the colour of the day, with the row in which it is signed.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/tasks/{id}/slip")]
async fn get_task_slip(reader: Member, id: Path<TaskId>, room: web::Data<Tasks>) -> Result<HttpResponse, Problem> {
    let (whole, listed) = room.whole(reader.person.clone(), *id).await?;
    let body = slip(&room, &whole, &listed);
    let paper = Paper { title: "督办单", points: 12, margin: "18mm 16mm", style: SLIP, mark: None, body };
    Ok(page(StatusCode::OK, print::page(&paper)))
}

fn slip(room: &Tasks, whole: &Whole, listed: &Listed) -> String {
    let task = &whole.task;
    let unit = |id| room.directory.unit_name(id);
    let helpers: Vec<String> = whole.assisting.iter().map(|id| unit(*id)).collect();
    let step = |verb: TaskVerb| whole.steps.iter().rev().find(|step| step.verb == verb);
    let by = |verb: TaskVerb| {
        step(verb).map_or(String::new(), |step| {
            let who = step.actor_id.map(|actor| room.directory.name_of(actor)).unwrap_or_default();
            format!("{who} {}", step.at.day())
        })
    };
    let note = |verb: TaskVerb| step(verb).and_then(|step| step.note.clone()).unwrap_or_default();
    let basis = whole.source_document.as_ref().map(|document| format!("（依据：{document}）")).unwrap_or_default();
    let issued = format!("{} {}", room.directory.name_of(task.created_by), task.created_at.day());
    let put_off = match task.extensions {
        0 => String::new(),
        times => format!("（原时限 {}，已延期 {times} 次）", task.first_due_on),
    };
    let verdict = if task.state == TaskState::Returned { note(TaskVerb::Return) } else { note(TaskVerb::Verify) };
    let rows = [
        ("编号", format!("〔{}〕{} 号　{}", task.created_at.day().parts().0, task.number, listed.light.title())),
        ("事项与依据", format!("{}{basis}", task.title)),
        ("主办单位", unit(task.unit_id)),
        ("协办单位", helpers.join("、")),
        ("责任领导", task.leader_id.map(|leader| room.directory.name_of(leader)).unwrap_or_default()),
        ("办理要求", task.standard.clone()),
        ("办结时限", format!("{}{put_off}", task.due_on)),
        ("交办人 / 日期", issued),
        ("签收人 / 日期", by(TaskVerb::Accept)),
        ("办理结果", note(TaskVerb::Submit)),
        ("审核意见", verdict),
        ("销号人 / 日期", by(TaskVerb::Close)),
    ];
    let mut body = "<h1>督办单</h1><table>".to_owned();
    for (name, text) in rows {
        let tall = if matches!(name, "办理结果" | "审核意见") { " class=\"tall\"" } else { "" };
        let _ = write!(body, "<tr><th>{name}</th><td{tall}>{}</td></tr>", escape_html(&text));
    }
    body.push_str(
        "</table><p class=\"sign\"><span>填表人：</span><span>审核人：</span><span>负责人（签字）：</span>\
         <span>单位（盖章）：</span><span>年 月 日</span></p>",
    );
    body
}
