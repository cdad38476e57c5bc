//! Agenda, decisions and what came of them, as they are sent and shown; the record on A4.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::{Text, escape_html};
use crate::base::time::Day;
use crate::doing::meetings::actions::{Meetings, Shown};
use crate::doing::meetings::model::{
    AgendaRow, DecisionRow, LinkedId, LinkedKind, MeetingId, NewAgendaItem, NewDecision, Votes,
};
use crate::doing::meetings::record::{Around, CarryingOut};
use crate::doing::meetings::rules::ATTENDANCE_LIMIT;
use crate::doing::tasks::{Settled, TaskId, TaskState};
use crate::people::members::Directory;
use crate::web::caller::{MeetingHolder, Member, TaskIssuer};
use crate::web::headers;
use crate::web::print::{self, Paper};
use crate::web::{Body, Page, Path, Problem, Query, page};

/// Items of one agenda, and decisions of one meeting.
const LINES: usize = 50;
/// The highest count of votes.
const VOTES: i32 = 10_000;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_meeting_series)
        .service(get_meeting_record)
        .service(open_decision_task)
        .service(note_meeting_absences);
}

/// An item of the agenda, as it is sent.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgendaItemBody {
    /// One line.
    #[schema(examples("学习党的二十届四中全会精神"))]
    title: Text<200>,
    /// What kind of thing it is about; with `linked_id` or not at all.
    linked_kind: Option<LinkedKind>,
    /// The thing, which the caller may see, or which stood there before.
    linked_id: Option<LinkedId>,
}

/// A decision, as it is sent.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MeetingDecisionBody {
    /// What was resolved; stays once a task was made of it.
    #[schema(examples("同意开展设备隐患排查周活动"))]
    text: Text<1000>,
    /// How many voted how; absent where nobody counted.
    votes: Option<Votes>,
}

/// The agenda that was sent.
pub(super) fn agenda_of(items: Vec<AgendaItemBody>) -> Result<Vec<NewAgendaItem>, Problem> {
    if items.len() > LINES {
        return Err(Problem::field("/agenda", "too_many", format!("议程不能超过 {LINES} 项")));
    }
    let item = |(index, item): (usize, AgendaItemBody)| {
        if item.linked_kind.is_some() != item.linked_id.is_some() {
            let pointer = format!("/agenda/{index}/linked_id");
            return Err(Problem::field(&pointer, "meetings.half_link", "关联事项的类型和编号应一并提供"));
        }
        Ok(NewAgendaItem { title: item.title.into_string(), linked: item.linked_kind.zip(item.linked_id) })
    };
    items.into_iter().enumerate().map(item).collect()
}

/// The decisions that were sent.
pub(super) fn decisions_of(decisions: Vec<MeetingDecisionBody>) -> Result<Vec<NewDecision>, Problem> {
    if decisions.len() > LINES {
        return Err(Problem::field("/decisions", "too_many", format!("决议不能超过 {LINES} 项")));
    }
    let decision = |(index, decision): (usize, MeetingDecisionBody)| {
        let counts = decision.votes.map(|votes| [votes.in_favour, votes.against, votes.abstained]);
        if counts.is_some_and(|counts| counts.iter().any(|count| !(0..=VOTES).contains(count))) {
            let pointer = format!("/decisions/{index}/votes");
            return Err(Problem::field(&pointer, "out_of_range", format!("票数应在 0 到 {VOTES} 之间")));
        }
        Ok(NewDecision { text: decision.text.into_string(), votes: decision.votes })
    };
    decisions.into_iter().enumerate().map(decision).collect()
}

/// Somebody named in a record.
#[derive(Serialize, ToSchema)]
pub(super) struct MeetingPerson {
    id: MemberId,
    /// The member's name.
    name: String,
}

pub(super) fn named(directory: &Directory, id: MemberId) -> MeetingPerson {
    MeetingPerson { id, name: directory.name_of(id) }
}

/// An item of the agenda.
#[derive(Serialize, ToSchema)]
pub(super) struct AgendaItem {
    /// From 1 on.
    number: i32,
    /// One line.
    title: String,
    /// What kind of thing it is about; `null` where it is about none.
    linked_kind: Option<LinkedKind>,
    linked_id: Option<LinkedId>,
    /// What the thing is called; `null` for anyone who may not see it.
    linked_title: Option<String>,
}

impl AgendaItem {
    pub(super) fn of(row: &AgendaRow, around: &Around) -> AgendaItem {
        AgendaItem {
            number: row.place,
            title: row.title.clone(),
            linked_kind: row.linked_kind,
            linked_id: row.linked_id,
            linked_title: row.linked().and_then(|linked| around.titles.get(&linked).cloned()),
        }
    }
}

/// The task that a decision has become.
#[derive(Serialize, ToSchema)]
struct DecisionTask {
    task_id: TaskId,
    state: TaskState,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    due_on: Day,
}

/// A decision of a meeting.
#[derive(Serialize, ToSchema)]
pub(super) struct MeetingDecision {
    /// From 1 on.
    number: i32,
    /// What was resolved.
    text: String,
    /// `null` where nobody counted.
    votes: Option<Votes>,
    /// `null` where none was opened, and for anyone who may not see it.
    task: Option<DecisionTask>,
}

impl MeetingDecision {
    pub(super) fn of(row: &DecisionRow, around: &Around, directory: &Directory) -> MeetingDecision {
        let task = |settled: &Settled| DecisionTask {
            task_id: settled.task,
            state: settled.state,
            unit_id: settled.unit,
            unit_name: directory.unit_name(settled.unit),
            due_on: settled.due_on,
        };
        MeetingDecision {
            number: row.place,
            text: row.body.clone(),
            votes: row.votes(),
            task: around.tasks.iter().find(|settled| settled.source.place == row.place).map(task),
        }
    }
}

/// Which series.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SeriesQuery {
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A series of theme days.
#[derive(Serialize, ToSchema)]
struct MeetingSeries {
    /// As the enterprise calls it.
    #[schema(examples("大干四季度、决胜全年度"))]
    series: String,
}

/// 主题党日系列
///
/// Series that the enterprise has given theme days so far, of meetings that the caller may read: to choose one again.
#[utoipa::path(tag = "meetings", params(SeriesQuery),
    responses((status = 200, description = "Series, in the order of their characters", body = Page<MeetingSeries>)))]
#[get("/meeting-series")]
async fn list_meeting_series(
    reader: Member,
    query: Query<SeriesQuery>,
    meetings: web::Data<Meetings>,
) -> Result<web::Json<Page<MeetingSeries>>, Problem> {
    let limit = page::page_limit(query.limit)?;
    let found = meetings.series(&reader.person, page::after(query.cursor.as_deref())?, limit + 1).await?;
    let page = Page::new(found, limit, |series| series.clone());
    Ok(web::Json(page.map(|series| MeetingSeries { series })))
}

/// How a decision is to be carried out.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionTaskBody {
    /// Whose task it is: the meeting's unit when absent, or one below it.
    unit_id: Option<UnitId>,
    /// The decision's words when absent.
    title: Option<Text<100>>,
    /// When it counts as done.
    standard: Option<Text<1000>>,
    /// 30 days from today when absent.
    due_on: Option<Day>,
}

/// The task of a decision.
#[derive(Serialize, ToSchema)]
struct OpenedDecisionTask {
    task_id: TaskId,
}

/// 决议转任务
///
/// Opens a task of a decision of a meeting that the caller may read, on the supervision list of its unit for the year. One
/// that was opened stays. Closing it is written down with the meeting, which shows its state.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting"), ("number" = i32, Path, description = "Which decision, from 1 on")),
    request_body = DecisionTaskBody,
    responses((status = 201, description = "Opened, or it was there already", body = OpenedDecisionTask)))]
#[post("/meetings/{id}/decisions/{number}/task")]
async fn open_decision_task(
    issuer: TaskIssuer,
    path: Path<(MeetingId, i32)>,
    meetings: web::Data<Meetings>,
    body: Body<DecisionTaskBody>,
) -> Result<HttpResponse, Problem> {
    let sent = body.into_inner();
    let how = CarryingOut {
        unit: sent.unit_id,
        title: sent.title.map(Text::into_string),
        standard: sent.standard.map(Text::into_string),
        due_on: sent.due_on,
    };
    let task_id = meetings.open_task(&issuer.person, *path, how).await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/tasks/{task_id}")))
        .json(OpenedDecisionTask { task_id }))
}

/// Who stayed away.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AbsencesBody {
    /// Members for whom the meeting was held, who were neither there nor excused; 1,000 at most.
    member_ids: Vec<MemberId>,
}

/// 记无故缺席
///
/// Says of members that they stayed away from a meeting that was held, without leave. The rules of appraisal propose what
/// they say for it; each member may answer, and another person decides. Again it changes nothing.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting")),
    request_body = AbsencesBody, responses((status = 204, description = "Noted")))]
#[post("/meetings/{id}/absences")]
async fn note_meeting_absences(
    holder: MeetingHolder,
    id: Path<MeetingId>,
    meetings: web::Data<Meetings>,
    body: Body<AbsencesBody>,
) -> Result<HttpResponse, Problem> {
    let members = body.into_inner().member_ids;
    if members.len() > ATTENDANCE_LIMIT {
        return Err(Problem::field("/member_ids", "too_many", format!("缺席人员不能超过 {ATTENDANCE_LIMIT} 名")));
    }
    meetings.note_absences(holder.member, &holder.reach, *id, members).await?;
    Ok(HttpResponse::NoContent().finish())
}

const STYLE: &str = "h1{font-size:1.5rem;text-align:center;margin:0 0 .5rem}table{width:100%;border-collapse:collapse}\
    th,td{border:1px solid #000;padding:.3rem .4rem;text-align:left;vertical-align:top}th{width:16%;white-space:nowrap}\
    td ol{margin:0;padding-left:1.4rem}.minutes{white-space:pre-wrap;min-height:12rem}.small{font-size:.85rem}\
    .sign{display:flex;flex-wrap:wrap;gap:1.5rem;margin-top:2rem}.sign span{min-width:10rem}";

/// 打印会议记录
///
/// The record of a meeting that the caller may read on A4, with the row in which it is signed.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/meetings/{id}/record")]
async fn get_meeting_record(
    reader: Member,
    id: Path<MeetingId>,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
) -> Result<HttpResponse, Problem> {
    let shown = meetings.get(&reader.person, *id).await?;
    let around = meetings.around(reader.person.clone(), &shown.whole, false).await?;
    let title = format!("{}会议记录", shown.whole.meeting.kind.title());
    let body = sheet(&title, &directory, &shown, &around);
    let paper = Paper { title: &title, points: 12, margin: "18mm 16mm", style: STYLE, mark: None, body };
    Ok(headers::page(StatusCode::OK, print::page(&paper)))
}

fn sheet(title: &str, directory: &Directory, shown: &Shown, around: &Around) -> String {
    let meeting = &shown.whole.meeting;
    let name = |member: Option<MemberId>| member.map(|id| directory.name_of(id)).unwrap_or_default();
    let names = |members: Vec<MemberId>| {
        let names: Vec<String> = members.into_iter().map(|id| directory.name_of(id)).collect();
        format!("{} 人{}{}", names.len(), if names.is_empty() { "" } else { "：" }, names.join("、"))
    };
    let hours = [meeting.begins_at, meeting.ends_at].map(|at| at.map(|at| at.wall_time().to_string()));
    let time = match hours {
        [Some(from), Some(until)] => format!(" {from}—{until}"),
        [Some(from), None] => format!(" {from}"),
        _ => String::new(),
    };
    let theme = [meeting.series.clone(), meeting.form.map(|form| form.title().to_owned())];
    let theme: Vec<String> = theme.into_iter().flatten().collect();
    let rows = [
        ("组织", directory.unit_name(meeting.unit_id)),
        ("主题", meeting.title.clone()),
        ("系列与形式", theme.join("　")),
        ("时间", format!("{}{time}", meeting.held_on.in_chinese_with_year())),
        ("地点", meeting.place.clone().unwrap_or_default()),
        ("主持", name(meeting.host_id)),
        ("记录人", name(meeting.keeper_id)),
        ("到会", names(shown.whole.attendance.iter().map(|row| row.member_id).collect())),
        ("请假", names(shown.whole.excuses.iter().map(|row| row.member_id).collect())),
        ("列席", format!("{} 人", meeting.guest_count)),
    ];
    let mut body = format!("<h1>{}</h1><table>", escape_html(title));
    for (name, text) in rows.into_iter().filter(|(name, text)| *name != "系列与形式" || !text.is_empty()) {
        let _ = write!(body, "<tr><th>{name}</th><td>{}</td></tr>", escape_html(&text));
    }
    let agenda = shown.whole.agenda.iter().map(|row| {
        let linked = row.linked().and_then(|linked| around.titles.get(&linked).map(|title| (linked.0, title)));
        let linked = linked.map(|(kind, title)| format!("（{}：{title}）", kind.title())).unwrap_or_default();
        format!("{}{linked}", row.title)
    });
    let decisions = shown.whole.decisions.iter().map(|row| {
        let votes = row.votes().map(|votes| {
            format!("（赞成 {} 票，反对 {} 票，弃权 {} 票）", votes.in_favour, votes.against, votes.abstained)
        });
        format!("{}{}", row.body, votes.unwrap_or_default())
    });
    for (name, lines) in [("议程", agenda.collect::<Vec<_>>()), ("决议", decisions.collect())] {
        let items: String = lines.iter().map(|line| format!("<li>{}</li>", escape_html(line))).collect();
        let list = if items.is_empty() { items } else { format!("<ol>{items}</ol>") };
        let _ = write!(body, "<tr><th>{name}</th><td>{list}</td></tr>");
    }
    let _ = write!(body, "<tr><th>会议内容</th><td class=\"minutes\">{}</td></tr>", escape_html(&meeting.minutes));
    body.push_str(
        "</table><p class=\"sign\"><span>主持人（签字）：</span><span>记录人（签字）：</span><span>年 月 日</span></p>",
    );
    body
}
