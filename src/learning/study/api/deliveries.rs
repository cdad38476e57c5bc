//! Whom a push has reached by which channel, and reminding those who have not read it.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp, WallTime};
use crate::learning::study::actions::Study;
use crate::learning::study::deliveries::{Line, Report, Tally};
use crate::learning::study::model::{Arrival, PushId, Told};
use crate::people::channels::ChannelName;
use crate::web::caller::{PushPlanner, ResultReader};
use crate::web::page::{after, page_limit};
use crate::web::sheet::{ExportFormat, send_sheet};
use crate::web::{Body, Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_study_push_deliveries).service(remind_unread).service(export_study_deliveries);
}

/// Where to look, and which page of whom.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveryQuery {
    /// A unit of the push's audience; when absent, as much of the audience as the caller may see.
    #[param(value_type = Option<String>, format = "uuid")]
    unit_id: Option<UnitId>,
    /// Only those to whom it has come so; everybody when absent.
    state: Option<Arrival>,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// How many members it has come to in one way.
#[derive(Serialize, ToSchema)]
struct ArrivalCount {
    state: Arrival,
    /// How many.
    members: u32,
}

/// How many members a channel has taken its message for.
#[derive(Serialize, ToSchema)]
struct ChannelCount {
    channel: ChannelName,
    /// How many, the reminder included.
    members: u32,
}

/// How a push has come to a unit with everything below it.
#[derive(Serialize, ToSchema)]
struct DeliveryNumbers {
    unit_id: UnitId,
    /// Name of the unit.
    unit_name: String,
    /// Everybody who has not left, those away among them.
    members: u32,
    /// Each in one way; ways that nobody has are left out.
    states: Vec<ArrivalCount>,
    /// Beyond the inbox.
    channels: Vec<ChannelCount>,
    /// To whom a reminder was sent besides.
    reminded: u32,
}

impl DeliveryNumbers {
    fn of(study: &Study, unit: UnitId, tally: &Tally) -> Self {
        let states = Arrival::EACH.iter().filter_map(|state| {
            let members = tally.arrivals.get(state).copied()?;
            Some(ArrivalCount { state: *state, members })
        });
        let channels = ChannelName::EACH.iter().filter_map(|channel| {
            let members = tally.by.get(channel).copied()?;
            Some(ChannelCount { channel: *channel, members })
        });
        DeliveryNumbers {
            unit_id: unit,
            unit_name: study.directory.unit_name(unit),
            members: tally.members,
            states: states.collect(),
            channels: channels.collect(),
            reminded: tally.reminded,
        }
    }
}

/// How a push has come to one member.
#[derive(Serialize, ToSchema)]
struct MemberDelivery {
    member_id: MemberId,
    /// The number to sign in with.
    employee_no: String,
    /// The member's name.
    name: String,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    state: Arrival,
    /// The channels beyond the inbox that took a message.
    channels: Vec<ChannelName>,
    /// Whether a reminder was sent besides.
    reminded: bool,
}

/// How a push has come to its audience.
#[derive(Serialize, ToSchema)]
struct DeliveryReport {
    push_id: PushId,
    day: Day,
    /// When those who have not read it are, or were, to be reminded.
    remind_at: Option<Timestamp>,
    /// When the reminder was sent.
    reminded_at: Option<Timestamp>,
    total: DeliveryNumbers,
    /// The units directly below.
    children: Vec<DeliveryNumbers>,
    /// Whether the caller sees names; otherwise `members` is empty.
    named: bool,
    /// In the order of their employee numbers.
    members: Page<MemberDelivery>,
}

/// 推送送达报告
///
/// Whom a published push has reached by which channel, who has read it, and why it did not reach the others: as it is now.
#[utoipa::path(tag = "study", params(("id" = PushId, Path), DeliveryQuery),
    responses((status = 200, description = "The report", body = DeliveryReport)))]
#[get("/study/pushes/{id}/deliveries")]
async fn get_study_push_deliveries(
    reader: ResultReader,
    id: Path<PushId>,
    query: Query<DeliveryQuery>,
    study: web::Data<Study>,
) -> Result<web::Json<DeliveryReport>, Problem> {
    let (limit, after) = (page_limit(query.limit)?, after::<String>(query.cursor.as_deref())?);
    let report = study.deliveries(&reader.person, &reader.reach, *id, query.unit_id).await?;
    let Report { push, told, unit, tally, children, named, lines } = report;
    let wanted = |line: &Line| {
        let is_later = after.as_deref().is_none_or(|after| &*line.member.employee_no > after);
        is_later && query.state.is_none_or(|state| state == line.arrival)
    };
    let some: Vec<Line> = lines.into_iter().filter(wanted).take(usize::try_from(limit + 1).unwrap_or(0)).collect();
    let members = Page::new(some, limit, |line| line.member.employee_no.to_string());
    Ok(web::Json(DeliveryReport {
        push_id: push.id,
        day: push.day,
        remind_at: told.remind_at,
        reminded_at: told.reminded_at,
        total: DeliveryNumbers::of(&study, unit, &tally),
        children: children.iter().map(|(unit, tally)| DeliveryNumbers::of(&study, *unit, tally)).collect(),
        named,
        members: members.map(|line| MemberDelivery {
            member_id: line.member.id,
            employee_no: line.member.employee_no.to_string(),
            name: line.member.name.to_string(),
            unit_id: line.unit,
            unit_name: study.directory.unit_name(line.unit),
            state: line.arrival,
            channels: line.by,
            reminded: line.reminded,
        }),
    }))
}

/// When to remind.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReminderBody {
    /// HH:MM at +08:00 on the push's day, a minute later on the hour and the half hour; now when absent.
    #[schema(value_type = Option<String>, examples("15:40"))]
    remind_time: Option<WallTime>,
}

/// A reminder of those who have not read a push.
#[derive(Serialize, ToSchema)]
struct ReminderView {
    push_id: PushId,
    remind_at: Option<Timestamp>,
    /// When it was sent; `null` before.
    reminded_at: Option<Timestamp>,
}

/// 提醒未学习人员
///
/// Has those who have not read a push reminded of it by the channels beyond the inbox: once a push, now or at a time of its
/// day. Anyone who has read it by then, is away, or had a reminder of this kind on the day, gets none.
#[utoipa::path(tag = "study", params(("id" = PushId, Path)), request_body = ReminderBody,
    responses((status = 202, description = "It is sent, or waits for its time", body = ReminderView)))]
#[post("/study/pushes/{id}/reminder")]
async fn remind_unread(
    planner: PushPlanner,
    id: Path<PushId>,
    study: web::Data<Study>,
    body: Body<ReminderBody>,
) -> Result<HttpResponse, Problem> {
    let (push, told) = study.plan_reminder(planner.member, &planner.reach, *id, body.remind_time).await?;
    let Told { remind_at, reminded_at, .. } = told;
    Ok(HttpResponse::Accepted().json(ReminderView { push_id: push.id, remind_at, reminded_at }))
}

/// Of which push, and where.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveryExport {
    /// The push.
    push_id: PushId,
    /// A unit of the push's audience; when absent, as much of the audience as the caller may see.
    #[param(value_type = Option<String>, format = "uuid")]
    unit_id: Option<UnitId>,
    /// `xlsx` when absent.
    #[serde(default)]
    #[param(inline)]
    format: ExportFormat,
}

const HEADERS: [&str; 6] = ["工号", "姓名", "所在组织", "送达情况", "送达渠道", "已提醒"];

/// 导出送达报告
///
/// How a push has come to each member, as a file; only for those who see names.
#[utoipa::path(tag = "study", params(DeliveryExport),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/study-deliveries")]
async fn export_study_deliveries(
    reader: ResultReader,
    query: Query<DeliveryExport>,
    study: web::Data<Study>,
) -> Result<HttpResponse, Problem> {
    let report = study.deliveries(&reader.person, &reader.reach, query.push_id, query.unit_id).await?;
    let name = format!("送达报告-{}-{}", study.directory.unit_name(report.unit), report.push.day);
    let room = study.get_ref().clone();
    let rows = move || {
        let row = |line: Line| {
            let by: Vec<&str> = line.by.iter().map(|channel| channel.title()).collect();
            vec![
                line.member.employee_no.to_string(),
                line.member.name.to_string(),
                room.directory.unit_name(line.unit),
                line.arrival.title().to_owned(),
                by.join("、"),
                if line.reminded { "是".to_owned() } else { String::new() },
            ]
        };
        report.lines.into_iter().map(row).collect()
    };
    send_sheet(&name, query.format, &HEADERS, rows).await
}
