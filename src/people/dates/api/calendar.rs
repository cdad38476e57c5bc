//! The calendar of the caller.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::dates::{DateKind, Dated, When};
use crate::base::time::{Day, Timestamp};
use crate::people::dates::actions::CalendarOfMembers;
use crate::web::caller::Member;
use crate::web::{Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_calendar);
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CalendarQuery {
    /// The first day; today when absent.
    from: Option<Day>,
    /// The last day, 91 days after the first one at most; 30 days after it when absent.
    until: Option<Day>,
}

/// Something that has a day.
#[derive(Serialize, ToSchema)]
struct CalendarEntry {
    kind: DateKind,
    /// What it is called.
    title: String,
    /// Its first day.
    on: Day,
    /// Its last day.
    until: Day,
    /// When it begins; `null` for what takes the whole day.
    starts_at: Option<Timestamp>,
    /// When it ends, where that is known.
    ends_at: Option<Timestamp>,
    /// Where it is held.
    place: Option<String>,
    /// Where it is found; below `/api/v1`.
    link: Option<String>,
}

impl From<Dated> for CalendarEntry {
    fn from(dated: Dated) -> Self {
        let (starts_at, ends_at) = match dated.when {
            When::On(_) => (None, None),
            When::At(from, until) => (Some(from), until),
        };
        CalendarEntry {
            kind: dated.kind,
            title: dated.title,
            on: dated.when.day(),
            until: dated.when.last_day(),
            starts_at,
            ends_at,
            place: dated.place,
            link: dated.link,
        }
    }
}

/// What somebody has on some days.
#[derive(Serialize, ToSchema)]
struct MyCalendar {
    from: Day,
    until: Day,
    /// By day; of one day what takes the whole of it comes first.
    entries: Vec<CalendarEntry>,
    /// Whether there is more than is shown: of each room 300 at most.
    is_cut: bool,
}

/// 我的日程
///
/// What the caller has on some days, of all rooms: pushes, contests, stages of selections, meetings, what is due on his desk,
/// holidays and days that are the same every year. What began before and goes on is among it.
#[utoipa::path(tag = "dates", params(CalendarQuery),
    responses((status = 200, description = "The calendar", body = MyCalendar)))]
#[get("/me/calendar")]
async fn get_my_calendar(
    caller: Member,
    query: Query<CalendarQuery>,
    calendars: web::Data<CalendarOfMembers>,
) -> Result<web::Json<MyCalendar>, Problem> {
    let (days, told) = calendars.look(&caller.person, query.from, query.until).await?;
    let entries = told.dates.into_iter().map(CalendarEntry::from).collect();
    Ok(web::Json(MyCalendar { from: days.from, until: days.until, entries, is_cut: told.is_cut }))
}
