//! The address of a calendar, and what is read there.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::time::Timestamp;
use crate::people::dates::actions::CalendarOfMembers;
use crate::people::dates::feed;
use crate::people::dates::model::Feed;
use crate::web::caller::Member;
use crate::web::{Body, Path, Problem, limits};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_calendar_feed).service(put_my_calendar_feed).service(delete_my_calendar_feed);
    cfg.service(get_calendar_feed);
}

/// An address under which a calendar outside reads the member's dates.
#[derive(Serialize, ToSchema)]
struct CalendarFeed {
    /// What the calendar of a phone or a computer subscribes to. Whoever knows it reads the dates.
    #[schema(examples("https://xianfeng.example.com/api/v1/calendar-feeds/019c…"))]
    address: String,
    /// Whether things are called by their names there, and not by what they are in general.
    is_detailed: bool,
    created_at: Timestamp,
}

impl CalendarFeed {
    fn new(req: &HttpRequest, calendars: &CalendarOfMembers, feed: Feed) -> CalendarFeed {
        let address = format!("{}/api/v1/calendar-feeds/{}", limits::own_address(req), calendars.token(feed.id));
        CalendarFeed { address, is_detailed: feed.is_detailed, created_at: feed.created_at }
    }
}

/// How things are called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutCalendarFeed {
    /// By their names; otherwise by what they are in general, such as “2 项待办”.
    is_detailed: bool,
}

/// 我的日程订阅地址
///
/// The address that the caller opened; 404 where he has none.
#[utoipa::path(tag = "dates", responses((status = 200, description = "The address", body = CalendarFeed)))]
#[get("/me/calendar/feed")]
async fn get_my_calendar_feed(
    caller: Member,
    req: HttpRequest,
    calendars: web::Data<CalendarOfMembers>,
) -> Result<web::Json<CalendarFeed>, Problem> {
    let feed = calendars.feed(caller.person.member).await?;
    Ok(web::Json(CalendarFeed::new(&req, &calendars, feed)))
}

/// 开通或调整日程订阅
///
/// Gives the caller an address where he has none, and says how things are called under it. The address stays what it was.
#[utoipa::path(tag = "dates", request_body = PutCalendarFeed,
    responses((status = 200, description = "The address", body = CalendarFeed)))]
#[put("/me/calendar/feed")]
async fn put_my_calendar_feed(
    caller: Member,
    req: HttpRequest,
    body: Body<PutCalendarFeed>,
    calendars: web::Data<CalendarOfMembers>,
) -> Result<web::Json<CalendarFeed>, Problem> {
    let feed = calendars.open_feed(caller.person.member, body.is_detailed).await?;
    Ok(web::Json(CalendarFeed::new(&req, &calendars, feed)))
}

/// 停用日程订阅
///
/// The address leads nowhere from now on; one that is opened later is another one.
#[utoipa::path(tag = "dates", responses((status = 204, description = "It leads nowhere")))]
#[delete("/me/calendar/feed")]
async fn delete_my_calendar_feed(
    caller: Member,
    calendars: web::Data<CalendarOfMembers>,
) -> Result<HttpResponse, Problem> {
    calendars.close_feed(caller.person.member).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 日程订阅
///
/// The dates of the member whose address it is, from a month ago to six months ahead, as iCalendar. For the calendars of
/// phones and computers, without signing in; what waits for holders of privileged duties is not among it.
#[utoipa::path(tag = "dates", security(()), params(("token" = String, Path, description = "The last part of the address")),
    responses((status = 200, description = "The calendar", body = String, content_type = "text/calendar")))]
#[get("/calendar-feeds/{token}")]
async fn get_calendar_feed(
    req: HttpRequest,
    token: Path<String>,
    calendars: web::Data<CalendarOfMembers>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    let fed = calendars.read_feed(&token).await?;
    let text = feed::written(&fed, &limits::own_address(&req));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/calendar; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "private, max-age=900"))
        .body(text))
}
