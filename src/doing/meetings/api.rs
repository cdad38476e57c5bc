//! The routes of the room.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::{Attended, Listed, Meetings};
use super::model::{MeetingChange, MeetingId, MeetingKind, Minutes, NewMeeting, thing};
use super::rules::{ATTENDANCE_LIMIT, Refusal};
use super::store::MeetingFilter;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Db;
use crate::kernel::text_versions::TextVersion;
use crate::people::members::Directory;
use crate::web::caller::{MeetingHolder, MeetingReader, out_of_reach};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_meetings)
        .service(create_meeting)
        .service(get_meeting)
        .service(edit_meeting)
        .service(delete_meeting)
        .service(list_meeting_versions);
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
            Refusal::InUse => Problem::conflict("meetings.in_use", "已有金点子或竞赛与这次会议关联，不能删除"),
            Refusal::NotAuthor => Problem::forbidden("meetings.not_author", "只有记录这次会议的人可以删除它"),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

fn attendance(index: usize, code: &'static str, message: &str) -> Problem {
    Problem::field(&format!("/attendance/{index}"), code, message)
}

fn check_length(attendance: &[MemberId]) -> Result<(), Problem> {
    if attendance.len() <= ATTENDANCE_LIMIT {
        return Ok(());
    }
    Err(Problem::field("/attendance", "too_many", format!("参会人员不能超过 {ATTENDANCE_LIMIT} 名")))
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
    /// One line.
    title: String,
    /// How many were there.
    attendee_count: i64,
    /// Whether the caller was.
    attended: bool,
    /// Whether it has minutes.
    has_minutes: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl MeetingHead {
    fn new(directory: &Directory, Listed { meeting, attendees, attended }: &Listed) -> Self {
        MeetingHead {
            id: meeting.id,
            kind: meeting.kind,
            unit_id: meeting.unit_id,
            unit_name: directory.unit_name(meeting.unit_id),
            attendee_count: *attendees,
            attended: *attended,
            has_minutes: !meeting.minutes.is_empty(),
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
}

/// Somebody who was at a meeting.
#[derive(Serialize, ToSchema)]
struct Attendee {
    id: MemberId,
    /// The member's name.
    name: String,
}

impl MeetingView {
    fn new(directory: &Directory, reader: MemberId, (meeting, attendance): Attended) -> Self {
        let count = i64::try_from(attendance.len()).unwrap_or(i64::MAX);
        let listed = Listed { attendees: count, attended: attendance.contains(&reader), meeting };
        let named = |id: &MemberId| Attendee { id: *id, name: directory.name_of(*id) };
        MeetingView {
            head: MeetingHead::new(directory, &listed),
            minutes: listed.meeting.minutes,
            attendees: attendance.iter().map(named).collect(),
            attendance,
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
/// Meetings within the reader's reach, newest day first.
#[utoipa::path(tag = "meetings", params(MeetingQuery),
    responses((status = 200, description = "Meetings", body = Page<MeetingHead>)))]
#[get("/meetings")]
async fn list_meetings(
    reader: MeetingReader,
    query: Query<MeetingQuery>,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<MeetingHead>>, Problem> {
    let (limit, before) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let filter = MeetingFilter { kind: query.kind, from: query.from, until: query.until };
    let found = meetings.list((reader.member, &reader.reach), query.unit_id, filter, before, limit + 1).await?;
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
    /// One line.
    title: Text<100>,
    /// What was said and resolved.
    minutes: Option<Text<20000>>,
    /// Who was there; 1,000 at most.
    #[serde(default)]
    attendance: Vec<MemberId>,
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
    check_length(&body.attendance)?;
    let key = key.of(holder.member, "POST /meetings", &body.0);
    let body = body.into_inner();
    let new = NewMeeting {
        kind: body.kind,
        unit: body.unit_id,
        held_on: body.held_on,
        title: body.title.into_string(),
        minutes: body.minutes.map(Text::into_string).unwrap_or_default(),
        attendance: body.attendance,
    };
    let meeting = meetings.create(holder.member, &holder.reach, new, key).await?;
    let place = format!("/api/v1/meetings/{}", meeting.0.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(MeetingView::new(
        &directory,
        holder.member,
        meeting,
    )))
}

/// 会议详情
///
/// One meeting.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting")),
    responses((status = 200, description = "The meeting", body = MeetingView)))]
#[get("/meetings/{id}")]
async fn get_meeting(
    reader: MeetingReader,
    id: Path<MeetingId>,
    db: web::Data<Db>,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
) -> Result<Versioned<MeetingView>, Problem> {
    let version = thing(*id).present(&db).await?;
    let found = meetings.get(&reader.reach, *id).await?;
    Ok(Versioned(MeetingView::new(&directory, reader.member, found), version))
}

/// What changes about a meeting; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeetingChangeBody {
    /// The business day on which it was or will be held.
    held_on: Option<Day>,
    /// One line.
    title: Option<Text<100>>,
    /// What was said and resolved.
    minutes: Option<Text<20000>>,
    /// Everybody who was there; 1,000 at most.
    attendance: Option<Vec<MemberId>>,
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
    body: Body<MeetingChangeBody>,
) -> Result<web::Json<MeetingView>, Problem> {
    let body = body.into_inner();
    check_length(body.attendance.as_deref().unwrap_or_default())?;
    let change = MeetingChange {
        held_on: body.held_on,
        title: body.title.map(Text::into_string),
        minutes: body.minutes.map(Text::into_string),
        attendance: body.attendance,
    };
    let edited = meetings.edit(holder.member, &holder.reach, *id, seen, change).await?;
    Ok(web::Json(MeetingView::new(&directory, holder.member, edited)))
}

/// 删除会议
///
/// Takes back a meeting that the caller wrote down, unless something happened at it, is part of it, or somebody else wrote
/// in it.
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

/// What was written down about a meeting at some time.
#[derive(Serialize, ToSchema)]
struct MeetingVersion {
    /// From 1 on; the last one holds.
    version: i32,
    #[serde(flatten)]
    minutes: Minutes,
    /// Who wrote it so.
    written_by: Attendee,
    written_at: Timestamp,
}

/// 会议记录版本
///
/// Every version of what was written down about a meeting, the first one first.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting"), PageQuery),
    responses((status = 200, description = "Versions", body = Page<MeetingVersion>)))]
#[get("/meetings/{id}/versions")]
async fn list_meeting_versions(
    reader: MeetingReader,
    id: Path<MeetingId>,
    query: Query<PageQuery>,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<MeetingVersion>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<i32>()?.unwrap_or(0));
    let found = meetings.versions(&reader.reach, *id, after, limit + 1).await?;
    let view = |found: TextVersion| -> Result<MeetingVersion, Problem> {
        let minutes = serde_json::from_value(found.content.0).map_err(|error| Problem::internal(error.to_string()))?;
        let written_by = Attendee { id: found.written_by, name: directory.name_of(found.written_by) };
        Ok(MeetingVersion { version: found.version, minutes, written_by, written_at: found.written_at })
    };
    let versions: Vec<MeetingVersion> = found.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(web::Json(Page::new(versions, limit, |version| version.version)))
}
