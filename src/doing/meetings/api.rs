//! The routes of the room.

use std::sync::Arc;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

mod attendance;
mod photographs;
mod record;
mod versions;

use self::record::{
    AgendaItem, AgendaItemBody, MeetingDecision, MeetingDecisionBody, MeetingPerson, agenda_of, decisions_of, named,
};
use super::actions::{Listed, Meetings, Shown};
use super::model::{
    Attendance, Excuse, ExcuseReason, MeetingChange, MeetingId, MeetingKind, MeetingThing, NewMeeting, NewRecord,
    RecordChange, ThemeDayForm, thing,
};
use super::record::Around;
use super::rules::{self, ATTENDANCE_LIMIT, Refusal};
use super::store::MeetingFilter;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp, WallTime};
use crate::db::Db;
use crate::ground::files::{Addresses, FileView};
use crate::people::members::Directory;
use crate::web::caller::{MeetingHolder, Member, out_of_reach};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, OptionalKey, Page, Path, Problem, Query, nullable, page};

/// How many may sit in.
const GUESTS: i32 = 10_000;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_meetings)
        .service(create_meeting)
        .service(get_meeting)
        .service(edit_meeting)
        .service(delete_meeting)
        .configure(versions::routes)
        .configure(attendance::routes)
        .configure(photographs::routes)
        .configure(record::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::NoSuchMeeting => Problem::not_found("meetings.not_found", "没有找到这次会议"),
            Refusal::NoSuchUnit => Problem::field("/unit_id", "no_such_unit", "没有这个组织"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::WrongKind { kind } => {
                Problem::field("/kind", "wrong_kind", format!("这个组织不召开{}", kind.title()))
            }
            Refusal::NamedTwice { index } => attendance(index, "named_twice", "同一个人只能列一次"),
            Refusal::NoSuchMember { index } => attendance(index, "no_such_member", "没有找到这名党员"),
            Refusal::DayTooFar => Problem::field("/held_on", "too_far", "会议日期不能晚于一年之后"),
            Refusal::DayStands => {
                Problem::conflict("meetings.day_stands", "已有事项在这次会议上征集或决定，会议日期不能再改")
            }
            Refusal::PresenceStands => Problem::conflict(
                "meetings.presence_stands",
                "已有事项在这次会议上征集或决定，参会人员不能清空，也不能去掉登记这些事项的人",
            ),
            Refusal::OthersWrote => Problem::conflict("meetings.others_wrote", "其他人修改过这次会议的记录，不能删除"),
            Refusal::InUse => Problem::conflict("meetings.in_use", "已有金点子、竞赛或任务与这次会议关联，不能删除"),
            Refusal::Attended => Problem::conflict("meetings.attended", "已有人在这次会议签到，不能删除"),
            Refusal::MinutesStand => {
                Problem::conflict("meetings.minutes_stand", "已有事项在这次会议上征集或决定，会议记录不能清空")
            }
            Refusal::BadEnd => Problem::field("/ends_time", "not_after_beginning", "结束时间应晚于开始时间"),
            Refusal::ExcusedTwice { index } => excused(index, "named_twice", "同一个人只能列一次"),
            Refusal::NoSuchExcused { index } => excused(index, "no_such_member", "没有找到这名党员"),
            Refusal::ExcusedAndThere { index } => excused(index, "attended", "已到会的人不能列为请假"),
            Refusal::NotInHours { opens_at, closes_at } => Problem::conflict(
                "meetings.not_in_hours",
                format!("签到时间为{}至{}", opens_at.in_chinese(), closes_at.in_chinese()),
            ),
            Refusal::WrongCode => {
                Problem::field("/code", "wrong_code", "签到码不对，可能已经更换，请按屏幕上的最新数字输入")
            }
            Refusal::TooManyTries { seconds } => Problem::too_many("meetings.too_many_tries", seconds),
            Refusal::NotThere => Problem::not_found("meetings.attendance_not_found", "会议的到会名单中没有这个人"),
            Refusal::NoPicture => Problem::field("/file_ids", "meetings.no_picture", "会议照片须是图片"),
            Refusal::NoSuchFile => Problem::not_found("meetings.file_not_found", "这次会议没有这张照片"),
            Refusal::Files(refusal) => refusal.into(),
            Refusal::NoThemeDay { field } => {
                Problem::field(field, "meetings.no_theme_day", "只有主题党日填写形式和系列")
            }
            Refusal::NoSuchHand { field } => Problem::field(field, "meetings.no_such_member", "没有找到这名党员"),
            Refusal::NotLinkable { index } => Problem::field(
                &format!("/agenda/{index}/linked_id"),
                "meetings.linked_not_found",
                "没有找到要关联的事项，或您无权查看它",
            ),
            Refusal::DecisionStands { index } => Problem::field(
                &format!("/decisions/{index}/text"),
                "meetings.decision_stands",
                "这项决议已转为任务，内容和序号不能再改；票数可以更正",
            ),
            Refusal::NoSuchDecision => Problem::not_found("meetings.decision_not_found", "这次会议没有这项决议"),
            Refusal::Task(refusal) => refusal.into(),
            Refusal::NotAbsent { index } => Problem::field(
                &format!("/member_ids/{index}"),
                "meetings.not_absent",
                "该同志已到会或已请假，或不属于应到会人员",
            ),
            Refusal::NotHeld => Problem::conflict("meetings.not_held", "会议尚未召开，或还没有登记到会人员"),
            Refusal::NotAuthor => Problem::forbidden("meetings.not_author", "只有记录这次会议的人可以删除它"),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

fn attendance(index: usize, code: &'static str, message: &str) -> Problem {
    Problem::field(&format!("/attendance/{index}"), code, message)
}

fn excused(index: usize, code: &'static str, message: &str) -> Problem {
    Problem::field(&format!("/excused/{index}/member_id"), code, message)
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

/// A meeting in a list.
#[derive(Serialize, ToSchema)]
struct MeetingHead {
    id: MeetingId,
    kind: MeetingKind,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// The business day on which it was or will be held.
    held_on: Day,
    /// When it begins; `null` where nobody has said so.
    begins_at: Option<Timestamp>,
    /// When it ends, on the same day; `null` where nobody has said so.
    ends_at: Option<Timestamp>,
    /// Where it is; `null` where nobody has said so.
    place: Option<String>,
    /// One line.
    title: String,
    /// How many were there.
    attendee_count: i64,
    /// Whether the caller was.
    attended: bool,
    /// Whether the caller was excused.
    excused: bool,
    /// From when on the code of the meeting is shown and taken: half an hour before it begins, or all day.
    code_opens_at: Timestamp,
    /// Until when: its end, four hours after its beginning where no end is said, or the end of the day.
    code_closes_at: Timestamp,
    /// Whether it has minutes.
    has_minutes: bool,
    /// In which form a theme day is held; `null` of other meetings, and where nobody has said so.
    form: Option<ThemeDayForm>,
    /// The series of theme days to which it belongs.
    series: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl MeetingHead {
    fn new(directory: &Directory, listed: &Listed) -> Self {
        let Listed { meeting, attendees, attended, excused } = listed;
        let (code_opens_at, code_closes_at) = rules::attendance_hours(meeting);
        MeetingHead {
            id: meeting.id,
            kind: meeting.kind,
            unit_id: meeting.unit_id,
            unit_name: directory.unit_name(meeting.unit_id),
            attendee_count: *attendees,
            attended: *attended,
            excused: *excused,
            begins_at: meeting.begins_at,
            ends_at: meeting.ends_at,
            place: meeting.place.clone(),
            code_opens_at,
            code_closes_at,
            has_minutes: !meeting.minutes.is_empty(),
            form: meeting.form,
            series: meeting.series.clone(),
            held_on: meeting.held_on,
            title: meeting.title.clone(),
            created_at: meeting.created_at,
            updated_at: meeting.updated_at,
        }
    }
}

/// A meeting with its minutes and its attendance.
#[derive(Serialize, ToSchema)]
struct MeetingView {
    #[serde(flatten)]
    head: MeetingHead,
    /// What was said and resolved; may be empty.
    minutes: String,
    /// Who was there, in the order of their ids.
    attendance: Vec<MemberId>,
    /// The same by name.
    attendees: Vec<Attendee>,
    /// Who was excused, in the order of their ids.
    excused_members: Vec<ExcusedMember>,
    /// Who led it 主持.
    host: Option<MeetingPerson>,
    /// Who kept the record 记录.
    keeper: Option<MeetingPerson>,
    /// How many sat in 列席 beside those who attended.
    guest_count: i32,
    /// What it was to be about, by its numbers.
    agenda: Vec<AgendaItem>,
    /// What it resolved, by its numbers, with the tasks that came of it.
    decisions: Vec<MeetingDecision>,
    /// For who leads the unit: members for whom it was held, and who were neither there nor excused, in the order of their
    /// ids. Empty until it was held, for committees, and above branches.
    absent_members: Vec<MeetingPerson>,
    /// Whether the caller may have tasks opened of its decisions.
    can_open_tasks: bool,
    /// Ideas that were collected or decided at it, and its contest, as far as the caller may know of them.
    things: Vec<MeetingThing>,
    /// Photographs, in the order of uploading.
    photographs: Vec<FileView>,
    /// Nothing was collected or decided at it, nothing is part of it and nobody has entered its code: its minutes can be
    /// emptied, and who wrote it down can take it back.
    draft: bool,
    /// Whether the caller may change it.
    can_edit: bool,
    /// Whether the caller may take it back.
    can_delete: bool,
}

/// Somebody who was at a meeting.
#[derive(Serialize, ToSchema)]
struct Attendee {
    id: MemberId,
    /// The member's name.
    name: String,
    /// When the member entered the code; `null` for anyone who was written down.
    entered_at: Option<Timestamp>,
}

/// Somebody who was excused from a meeting.
#[derive(Serialize, ToSchema)]
struct ExcusedMember {
    id: MemberId,
    /// The member's name.
    name: String,
    /// Why; `null` for anyone who neither leads the unit nor is the member.
    reason: Option<ExcuseReason>,
}

impl MeetingView {
    /// Without its photographs.
    fn new(
        directory: &Directory,
        reader: MemberId,
        (shown, around): (Shown, &Around),
        (things, can_open_tasks): (Vec<MeetingThing>, bool),
    ) -> Self {
        let Shown { whole, is_led, is_draft } = shown;
        let attendee = |row: &Attendance| Attendee {
            id: row.member_id,
            name: directory.name_of(row.member_id),
            entered_at: row.entered_at,
        };
        let excused = |row: &Excuse| ExcusedMember {
            id: row.member_id,
            name: directory.name_of(row.member_id),
            reason: (is_led || row.member_id == reader).then_some(row.reason),
        };
        let listed = Listed {
            attendees: i64::try_from(whole.attendance.len()).unwrap_or(i64::MAX),
            attended: whole.attendance.iter().any(|row| row.member_id == reader),
            excused: whole.excuses.iter().any(|row| row.member_id == reader),
            meeting: whole.meeting,
        };
        MeetingView {
            head: MeetingHead::new(directory, &listed),
            attendance: whole.attendance.iter().map(|row| row.member_id).collect(),
            attendees: whole.attendance.iter().map(attendee).collect(),
            excused_members: whole.excuses.iter().map(excused).collect(),
            host: listed.meeting.host_id.map(|id| named(directory, id)),
            keeper: listed.meeting.keeper_id.map(|id| named(directory, id)),
            guest_count: listed.meeting.guest_count,
            agenda: whole.agenda.iter().map(|row| AgendaItem::of(row, around)).collect(),
            decisions: whole.decisions.iter().map(|row| MeetingDecision::of(row, around, directory)).collect(),
            absent_members: around.absent.iter().map(|id| named(directory, *id)).collect(),
            can_open_tasks,
            things,
            photographs: Vec::new(),
            draft: is_draft,
            can_edit: is_led,
            can_delete: is_led && is_draft && listed.meeting.created_by == reader,
            minutes: listed.meeting.minutes,
        }
    }
}

/// What a list of meetings is narrowed by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MeetingQuery {
    /// Only meetings of this unit and of everything below it.
    unit_id: Option<UnitId>,
    /// Only meetings of this kind.
    kind: Option<MeetingKind>,
    /// Only theme days of this form.
    #[param(inline)]
    form: Option<ThemeDayForm>,
    /// Only theme days of this series, by its whole name.
    series: Option<String>,
    /// From this business day on.
    from: Option<Day>,
    /// Up to this business day, which is included.
    until: Option<Day>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// 会议列表
///
/// Meetings that the caller may read, newest day first: what is held for all members of his branch, its groups and the units
/// above, what he attended or was excused from, and everything of the units that he leads or watches by a duty.
#[utoipa::path(tag = "meetings", params(MeetingQuery),
    responses((status = 200, description = "Meetings", body = Page<MeetingHead>)))]
#[get("/meetings")]
async fn list_meetings(
    reader: Member,
    query: Query<MeetingQuery>,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<MeetingHead>>, Problem> {
    let (limit, before) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let MeetingQuery { unit_id, kind, form, series, from, until, .. } = query.0;
    let filter = MeetingFilter { kind, from, until, form, series };
    let found = meetings.list(&reader.person, unit_id, filter, before, limit + 1).await?;
    let page = Page::new(found, limit, |listed| (listed.meeting.held_on, listed.meeting.id));
    Ok(web::Json(page.map(|listed| MeetingHead::new(&directory, &listed))))
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

/// A meeting as its reader sees it, without its photographs.
async fn viewed(
    reader: &Arc<Person>,
    meetings: &Meetings,
    directory: &Directory,
    (shown, things): (Shown, Vec<MeetingThing>),
) -> Result<MeetingView, Problem> {
    let around = meetings.around(reader.clone(), &shown.whole, shown.is_led).await?;
    let can_open_tasks = meetings.may_open_tasks(reader, shown.whole.meeting.unit_id);
    Ok(MeetingView::new(directory, reader.member, (shown, &around), (things, can_open_tasks)))
}

/// 会议详情
///
/// One meeting that the caller may read. A committee's own meeting is read by those who attended it or watch the unit.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting")),
    responses((status = 200, description = "The meeting", body = MeetingView)))]
#[get("/meetings/{id}")]
async fn get_meeting(
    reader: Member,
    id: Path<MeetingId>,
    db: web::Data<Db>,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
    addresses: web::Data<Addresses>,
) -> Result<Versioned<MeetingView>, Problem> {
    let version = thing(*id).present(&db).await?;
    let found = meetings.get(&reader.person, *id).await?;
    let things = meetings.things(reader.person.clone(), *id).await?;
    let photographs = meetings.photographs(*id, &addresses).await?;
    let mut view = viewed(&reader.person, &meetings, &directory, (found, things)).await?;
    view.photographs = photographs;
    Ok(Versioned(view, version))
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

/// 删除会议
///
/// Takes back a meeting that the caller wrote down while it is a draft: until something happened at it, is part of it,
/// somebody entered its code or somebody else wrote in it.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting")),
    responses((status = 204, description = "Gone")))]
#[delete("/meetings/{id}")]
async fn delete_meeting(
    holder: MeetingHolder,
    id: Path<MeetingId>,
    meetings: web::Data<Meetings>,
) -> Result<HttpResponse, Problem> {
    meetings.delete(holder.member, &holder.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
