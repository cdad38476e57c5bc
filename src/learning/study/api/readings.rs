//! What members do with an item: open it, finish it, keep their streak.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::time::{Day, Period};
use crate::learning::study::actions::Study;
use crate::learning::study::model::{ItemId, ReadingId, ReadingState};
use crate::learning::study::readings::Opened;
use crate::learning::study::rules::streak::Streak;
use crate::web::caller::Member;
use crate::web::{Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(open_study_reading)
        .service(get_study_reading)
        .service(complete_study_reading)
        .service(get_my_streak)
        .service(get_my_study_hours);
}

/// A reading: the caller's time on an item, measured by the server.
#[derive(Serialize, ToSchema)]
struct ReadingView {
    id: ReadingId,
    item_id: ItemId,
    /// The business day that it counts for: that of its opening.
    day: Day,
    state: ReadingState,
    /// How long the item must be read to count.
    seconds_needed: i32,
    /// Whole seconds up to now; stands still while paused.
    seconds_read: i64,
}

impl From<Opened> for ReadingView {
    fn from(opened: Opened) -> Self {
        ReadingView {
            id: opened.reading.id,
            item_id: opened.reading.item_id,
            day: opened.reading.day,
            state: opened.reading.state(),
            seconds_needed: opened.seconds_needed,
            seconds_read: opened.seconds_read,
        }
    }
}

/// 开始学习
///
/// Opens an item: the caller's time on it runs, that on another item stops. Opening it again on the same day goes on
/// with the same reading (200).
#[utoipa::path(tag = "study", params(("id" = ItemId, Path)), responses(
    (status = 201, description = "Opened", body = ReadingView),
    (status = 200, description = "Opened before today; its time goes on", body = ReadingView),
))]
#[post("/study/items/{id}/readings")]
async fn open_study_reading(
    caller: Member,
    id: Path<ItemId>,
    study: web::Data<Study>,
) -> Result<HttpResponse, Problem> {
    let opened = study.open(caller.member, &caller.path, *id).await?;
    let status = if opened.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let place = format!("/api/v1/study/readings/{}", opened.reading.id);
    Ok(HttpResponse::build(status).insert_header((LOCATION, place)).json(ReadingView::from(opened)))
}

/// 学习进度
///
/// One of the caller's own readings.
#[utoipa::path(tag = "study", params(("id" = ReadingId, Path)),
    responses((status = 200, description = "The reading", body = ReadingView)))]
#[get("/study/readings/{id}")]
async fn get_study_reading(
    caller: Member,
    id: Path<ReadingId>,
    study: web::Data<Study>,
) -> Result<web::Json<ReadingView>, Problem> {
    Ok(web::Json(study.find_reading(caller.member, *id).await?.into()))
}

/// What finishing gave.
#[derive(Serialize, ToSchema)]
struct FinishedView {
    /// Always true: what does not count is refused.
    counted: bool,
    /// Points earned; 0 when the item had earned them before or a cap was reached.
    points: i32,
    /// The caller's streak with this day.
    streak: u32,
}

/// 完成学习
///
/// Finishes a reading. 409 `study.too_soon` with `Retry-After` before its time is up, 410 when its day and the grace
/// are over. A second time gives what the first gave.
#[utoipa::path(tag = "study", params(("id" = ReadingId, Path)),
    responses((status = 200, description = "It counts", body = FinishedView)))]
#[post("/study/readings/{id}/completion")]
async fn complete_study_reading(
    caller: Member,
    id: Path<ReadingId>,
    study: web::Data<Study>,
) -> Result<web::Json<FinishedView>, Problem> {
    let finished = study.finish(caller.member, &caller.path, *id).await?;
    Ok(web::Json(FinishedView { counted: true, points: finished.points, streak: finished.streak }))
}

/// 我的连续学习天数
///
/// How many days the caller has kept on studying or answering.
#[utoipa::path(tag = "study", responses((status = 200, description = "The streak", body = Streak)))]
#[get("/me/streak")]
async fn get_my_streak(caller: Member, study: web::Data<Study>) -> Result<web::Json<Streak>, Problem> {
    Ok(web::Json(study.streak(caller.member, &caller.path).await?))
}

/// A span of business days, both included.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Span {
    /// The first day of this month when absent.
    from: Option<Day>,
    /// Today when absent; at most 366 days after `from`.
    until: Option<Day>,
}

const LONGEST_SPAN_DAYS: i32 = 366;

/// Time read, by the server's measure.
#[derive(Serialize, ToSchema)]
struct StudyHours {
    from: Day,
    until: Day,
    /// Seconds read, all days together.
    seconds: i64,
    /// Readings finished, all days together.
    items_finished: u32,
    /// Days on which something was read.
    days: Vec<StudyDay>,
}

/// What was read on a day.
#[derive(Serialize, ToSchema)]
struct StudyDay {
    day: Day,
    /// Seconds read.
    seconds: i64,
    /// Readings finished.
    items_finished: u32,
}

/// 我的学习时长
///
/// How long the caller has studied. A reading counts for the day of its opening, for an hour at most.
#[utoipa::path(tag = "study", params(Span),
    responses((status = 200, description = "Study hours", body = StudyHours)))]
#[get("/me/study-hours")]
async fn get_my_study_hours(
    caller: Member,
    query: Query<Span>,
    study: web::Data<Study>,
) -> Result<web::Json<StudyHours>, Problem> {
    let until = query.until.unwrap_or_else(|| study.db.today());
    let from = query.from.unwrap_or_else(|| Period::Month.start(until));
    if from > until || until.number() - from.number() > LONGEST_SPAN_DAYS {
        return Err(Problem::malformed("query.invalid", "from 不能晚于 until，且相差不能超过 366 天"));
    }
    let days = study.hours(caller.member, from, until).await?;
    Ok(web::Json(StudyHours {
        from,
        until,
        seconds: days.values().map(|day| day.seconds).sum(),
        items_finished: days.values().map(|day| day.items_finished).sum(),
        days: days
            .into_iter()
            .map(|(day, hours)| StudyDay { day, seconds: hours.seconds, items_finished: hours.items_finished })
            .collect(),
    }))
}
