//! The routes of the room.

use actix_web::{HttpResponse, delete, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::views::{MeetingHead, MeetingView, viewed};
use super::actions::Meetings;
use super::model::{MeetingId, MeetingKind, ThemeDayForm, thing};
use super::rules::Refusal;
use super::store::MeetingFilter;
use crate::base::id::UnitId;
use crate::base::time::Day;
use crate::db::Db;
use crate::ground::files::Addresses;
use crate::people::members::Directory;
use crate::web::caller::{MeetingHolder, Member, out_of_reach};
use crate::web::etag::Versioned;
use crate::web::{Page, Path, Problem, Query, page};

mod attendance;
mod photographs;
mod record;
mod versions;
mod views;
mod writing;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_meetings)
        .service(get_meeting)
        .service(delete_meeting)
        .configure(writing::routes)
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
