//! Meetings as those write them down who lead a unit.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::record::{AgendaItemBody, MeetingDecisionBody, agenda_of, decisions_of};
use super::views::{MeetingView, viewed};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, WallTime};
use crate::doing::meetings::actions::Meetings;
use crate::doing::meetings::model::{
    ExcuseReason, MeetingChange, MeetingId, MeetingKind, NewMeeting, NewRecord, RecordChange, ThemeDayForm,
};
use crate::doing::meetings::rules::ATTENDANCE_LIMIT;
use crate::ground::files::Addresses;
use crate::people::members::Directory;
use crate::web::caller::MeetingHolder;
use crate::web::etag::IfMatch;
use crate::web::{Body, OptionalKey, Path, Problem, nullable};

/// How many may sit in.
const GUESTS: i32 = 10_000;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_meeting).service(edit_meeting);
}

fn check_lengths(attendance: &[MemberId], excused: &[ExcuseBody]) -> Result<(), Problem> {
    if attendance.len() > ATTENDANCE_LIMIT {
        return Err(Problem::field("/attendance", "too_many", format!("参会人员不能超过 {ATTENDANCE_LIMIT} 名")));
    }
    if excused.len() > ATTENDANCE_LIMIT {
        return Err(Problem::field("/excused", "too_many", format!("请假人员不能超过 {ATTENDANCE_LIMIT} 名")));
    }
    Ok(())
}
/// A meeting as it is written down.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeetingBody {
    kind: MeetingKind,
    /// Which unit met: a group for 党小组会, a branch for 支委会 and 党员大会, a committee above for 党委会.
    unit_id: UnitId,
    /// The business day on which it was or will be held.
    held_on: Day,
    /// When it begins, HH:MM at +08:00.
    #[schema(value_type = Option<String>, examples("14:00"))]
    begins_time: Option<WallTime>,
    /// When it ends, later on the same day.
    #[schema(value_type = Option<String>, examples("15:30"))]
    ends_time: Option<WallTime>,
    /// Where it is.
    place: Option<Text<100>>,
    /// One line.
    title: Text<100>,
    /// What was said and resolved.
    minutes: Option<Text<20000>>,
    /// Who was there; 1,000 at most.
    #[serde(default)]
    attendance: Vec<MemberId>,
    /// Who was excused; 1,000 at most, and nobody who was there.
    #[serde(default)]
    excused: Vec<ExcuseBody>,
    /// In which form a theme day is held.
    form: Option<ThemeDayForm>,
    /// The series of theme days to which it belongs; `GET /meeting-series` lists those that there are.
    #[schema(examples("大干四季度、决胜全年度"))]
    series: Option<Text<100>>,
    /// Who led it 主持.
    host_id: Option<MemberId>,
    /// Who kept the record 记录.
    keeper_id: Option<MemberId>,
    /// How many sat in 列席 beside those who attended.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10000)]
    guest_count: i32,
    /// What it is to be about; 50 items at most.
    #[serde(default)]
    agenda: Vec<AgendaItemBody>,
    /// What it resolved; 50 at most.
    #[serde(default)]
    decisions: Vec<MeetingDecisionBody>,
}

/// Somebody who is excused.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExcuseBody {
    member_id: MemberId,
    reason: ExcuseReason,
}

fn excuses(excused: Vec<ExcuseBody>) -> Vec<(MemberId, ExcuseReason)> {
    excused.into_iter().map(|excuse| (excuse.member_id, excuse.reason)).collect()
}

/// 登记会议
///
/// Writes a meeting of a unit down. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "meetings", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
     request_body = MeetingBody,
    responses((status = 201, description = "Written down", body = MeetingView)))]
#[post("/meetings")]
async fn create_meeting(
    holder: MeetingHolder,
    key: OptionalKey,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
    body: Body<MeetingBody>,
) -> Result<HttpResponse, Problem> {
    check_lengths(&body.attendance, &body.excused)?;
    let key = key.of(holder.member, "POST /meetings", &body.0);
    let body = body.into_inner();
    let new = NewMeeting {
        kind: body.kind,
        unit: body.unit_id,
        held_on: body.held_on,
        begins: body.begins_time,
        ends: body.ends_time,
        place: body.place.map(Text::into_string),
        title: body.title.into_string(),
        minutes: body.minutes.map(Text::into_string).unwrap_or_default(),
        attendance: body.attendance,
        excused: excuses(body.excused),
        record: NewRecord {
            form: body.form,
            series: body.series.map(Text::into_string),
            host: body.host_id,
            keeper: body.keeper_id,
            guests: checked_guests(body.guest_count)?,
            agenda: agenda_of(body.agenda)?,
            decisions: decisions_of(body.decisions)?,
        },
    };
    let meeting = meetings.create(&holder.person, &holder.reach, new, key).await?;
    let place = format!("/api/v1/meetings/{}", meeting.whole.meeting.id);
    let view = viewed(&holder.person, &meetings, &directory, (meeting, Vec::new())).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(view))
}

fn checked_guests(count: i32) -> Result<i32, Problem> {
    match (0..=GUESTS).contains(&count) {
        true => Ok(count),
        false => Err(Problem::field("/guest_count", "out_of_range", format!("列席人数应在 0 到 {GUESTS} 之间"))),
    }
}
/// What changes about a meeting; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeetingChangeBody {
    /// The business day on which it was or will be held; its hours go with it.
    held_on: Option<Day>,
    /// When it begins, HH:MM at +08:00; `null` takes the hours away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, examples("14:00"))]
    begins_time: Option<Option<WallTime>>,
    /// When it ends, later on the same day; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, examples("15:30"))]
    ends_time: Option<Option<WallTime>>,
    /// Where it is; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    place: Option<Option<Text<100>>>,
    /// One line.
    title: Option<Text<100>>,
    /// What was said and resolved; `null` empties the minutes, until something was collected or decided at the meeting.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    minutes: Option<Option<Text<20000>>>,
    /// Everybody who was there and is written down; 1,000 at most. Those who entered the code stay in any case.
    attendance: Option<Vec<MemberId>>,
    /// Everybody who was excused; 1,000 at most, and nobody who was there.
    excused: Option<Vec<ExcuseBody>>,
    /// In which form a theme day is held; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ThemeDayForm>)]
    form: Option<Option<ThemeDayForm>>,
    /// The series of theme days to which it belongs; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    series: Option<Option<Text<100>>>,
    /// Who led it 主持; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<MemberId>)]
    host_id: Option<Option<MemberId>>,
    /// Who kept the record 记录; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<MemberId>)]
    keeper_id: Option<Option<MemberId>>,
    /// How many sat in 列席 beside those who attended.
    #[schema(minimum = 0, maximum = 10000)]
    guest_count: Option<i32>,
    /// The whole agenda; 50 items at most.
    agenda: Option<Vec<AgendaItemBody>>,
    /// All that it resolved; 50 at most. Decisions of which tasks were made keep their words and their places.
    decisions: Option<Vec<MeetingDecisionBody>>,
}

/// 修改会议
///
/// Changes a meeting; its kind and its unit stay, and once something was collected or decided at it, its day, too, and that
/// whoever put it down was there. What was written before is kept.
#[utoipa::path(tag = "meetings", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409"),
        ("id" = MeetingId, Path, description = "The meeting")),
    request_body = MeetingChangeBody,
    responses((status = 200, description = "Changed", body = MeetingView)))]
#[patch("/meetings/{id}")]
async fn edit_meeting(
    holder: MeetingHolder,
    id: Path<MeetingId>,
    IfMatch(seen): IfMatch,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
    addresses: web::Data<Addresses>,
    body: Body<MeetingChangeBody>,
) -> Result<web::Json<MeetingView>, Problem> {
    let body = body.into_inner();
    check_lengths(body.attendance.as_deref().unwrap_or_default(), body.excused.as_deref().unwrap_or_default())?;
    let change = MeetingChange {
        held_on: body.held_on,
        begins: body.begins_time,
        ends: body.ends_time,
        place: body.place.map(|place| place.map(Text::into_string)),
        title: body.title.map(Text::into_string),
        minutes: body.minutes.map(|minutes| minutes.map(Text::into_string)),
        attendance: body.attendance,
        excused: body.excused.map(excuses),
        record: RecordChange {
            form: body.form,
            series: body.series.map(|series| series.map(Text::into_string)),
            host: body.host_id,
            keeper: body.keeper_id,
            guests: body.guest_count.map(checked_guests).transpose()?,
            agenda: body.agenda.map(agenda_of).transpose()?,
            decisions: body.decisions.map(decisions_of).transpose()?,
        },
    };
    let edited = meetings.edit(&holder.person, &holder.reach, *id, seen, change).await?;
    let things = meetings.things(holder.person.clone(), *id).await?;
    let photographs = meetings.photographs(*id, &addresses).await?;
    let mut view = viewed(&holder.person, &meetings, &directory, (edited, things)).await?;
    view.photographs = photographs;
    Ok(web::Json(view))
}
