//! The routes of the calendar.

use actix_web::{get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::CalendarRoom;
use super::model::{CalendarDay, CalendarState, YearCalendar};
use super::rules::{MOST_DAYS, NAME_CHARS, Refusal};
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::web::caller::{ContentManager, Member, check_top};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_calendar).service(set_calendar);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let at = |index: usize, field: &str| format!("/days/{index}/{field}");
        match refusal {
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::NoSuchYear => Problem::not_found("calendars.not_found", "没有这一年的工作日历"),
            Refusal::TooMany => Problem::field("/days", "too_many", format!("一年最多列出 {MOST_DAYS} 天")),
            Refusal::OtherYear { index } => {
                Problem::field(&at(index, "day"), "other_year", "日期应在这一年之内，或在上一年 12 月")
            }
            Refusal::Twice { index } => Problem::field(&at(index, "day"), "twice", "同一天不能列出两次"),
            Refusal::BadName { index } => {
                Problem::field(&at(index, "name"), "bad_name", format!("名称须为 1 到 {NAME_CHARS} 个字"))
            }
        }
    }
}

/// The days of a year that are not what their weekday says.
#[derive(Serialize, ToSchema)]
struct CalendarView {
    /// The year.
    #[schema(examples(2026))]
    year: i32,
    state: CalendarState,
    /// Which notice, or law, says so.
    source: String,
    /// In order. All other Saturdays and Sundays are off, all other days are worked; some may lie in the December before.
    days: Vec<CalendarDay>,
    /// Who entered it; absent of what the program knows by itself.
    entered_by: Option<MemberId>,
    /// That person's name.
    entered_by_name: Option<String>,
    /// When it was entered.
    entered_at: Option<Timestamp>,
}

impl CalendarView {
    fn of(room: &CalendarRoom, year: &YearCalendar) -> Self {
        let (by, at) = year.entered.unzip();
        CalendarView {
            year: year.year,
            state: year.state,
            source: year.source.clone(),
            days: year.days.clone(),
            entered_by: by,
            entered_by_name: by.map(|by| room.name_of(by)),
            entered_at: at,
        }
    }
}

/// 工作日历
///
/// Holidays of a year, and the rest days that are worked for them. The `ETag` names the last change.
#[utoipa::path(tag = "settings", params(("year" = i32, Path, description = "2020 to 2099")), responses(
    (status = 200, description = "The year", body = CalendarView),
    (status = 304, description = "Not changed since the given ETag")))]
#[get("/calendars/{year}")]
async fn get_calendar(
    _me: Member,
    year: Path<i32>,
    room: web::Data<CalendarRoom>,
) -> Result<Versioned<CalendarView>, Problem> {
    let (found, version) = room.find(*year).await?;
    Ok(Versioned(CalendarView::of(&room, &found), version))
}

/// The days of a year, as the notice says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CalendarBody {
    /// Which notice says so.
    source: Text<300>,
    /// Every holiday, and every rest day that is worked, 200 at most; days of the December before are allowed.
    days: Vec<CalendarDay>,
}

/// 录入工作日历
///
/// Enters a year once its notice is out, or changes it: what is sent takes the place of what was there. In force at once, on
/// other servers within two seconds. Of days that are over nothing changes: papers and streaks stay.
#[utoipa::path(tag = "settings", params(("year" = i32, Path, description = "2020 to 2099"),
    ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = CalendarBody, responses((status = 200, description = "The year", body = CalendarView)))]
#[put("/calendars/{year}")]
async fn set_calendar(
    manager: ContentManager,
    year: Path<i32>,
    IfMatch(seen): IfMatch,
    room: web::Data<CalendarRoom>,
    body: Body<CalendarBody>,
) -> Result<web::Json<CalendarView>, Problem> {
    check_top(&manager, &manager.reach)?;
    let CalendarBody { source, days } = body.into_inner();
    let entered = room.enter(manager.member, *year, seen, (source.into_string(), days)).await?;
    Ok(web::Json(CalendarView::of(&room, &entered)))
}
