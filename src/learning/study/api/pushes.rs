//! What those who run daily study do: plan pushes, look at coverage.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp, WallTime};
use crate::db::Stop;
use crate::learning::study::actions::Study;
use crate::learning::study::coverage::{Coverage, Unread};
use crate::learning::study::model::{ItemId, Place, Push, PushFilter, PushId, PushState, Reason};
use crate::learning::study::pushes::Plan;
use crate::learning::study::rules::Refusal;
use crate::people::members::coverage::Counts;
use crate::web::caller::{PushPlanner, ResultReader};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_study_push)
        .service(list_study_pushes)
        .service(get_study_push)
        .service(cancel_study_push)
        .service(get_study_push_coverage);
}

/// A push to plan: one item, one unit with everything below it, one day.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PushBody {
    item_id: ItemId,
    unit_id: UnitId,
    /// Today or later, a year ahead at most.
    day: Day,
    /// HH:MM at +08:00; the enterprise's usual time when absent. A time that is past publishes at once; one on the hour or
    /// the half hour, when messaging platforms are busy, is moved by one to four minutes.
    #[schema(value_type = Option<String>, examples("07:50"))]
    publish_time: Option<WallTime>,
}

/// A push as its planner sees it.
#[derive(Serialize, ToSchema)]
struct PushView {
    id: PushId,
    item_id: ItemId,
    /// Title of the item.
    item_title: String,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    day: Day,
    /// What the day is called when it is off, such as 国庆节 or 周末; `null` of a day that is worked.
    day_off: Option<String>,
    publish_at: Timestamp,
    published_at: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
    state: PushState,
}

impl PushView {
    fn new(study: &Study, (push, item_title): (Push, String)) -> Self {
        PushView {
            id: push.id,
            item_id: push.item_id,
            item_title,
            unit_id: push.unit_id,
            unit_name: study.directory.unit_name(push.unit_id),
            day: push.day,
            day_off: study.timetable.calendar.day_off(push.day),
            publish_at: push.publish_at,
            published_at: push.published_at,
            cancelled_at: push.cancelled_at,
            state: push.state(),
        }
    }
}

/// 新建推送
///
/// Plans a push within the planner's reach; a unit has one a day. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "study", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
     request_body = PushBody,
    responses((status = 201, description = "Planned", body = PushView)))]
#[post("/study/pushes")]
async fn create_study_push(
    planner: PushPlanner,
    key: OptionalKey,
    study: web::Data<Study>,
    body: Body<PushBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(planner.member, "POST /study/pushes", &body.0);
    let time = body.publish_time.map(|time| time.0);
    let plan = Plan { item: body.item_id, unit: body.unit_id, day: body.day, time };
    let push = study.plan(planner.member, &planner.reach, key, plan).await.map_err(|stop| match stop {
        Stop::Refused(Refusal::NoSuchItem) => Problem::field("/item_id", "no_such_item", "没有找到该学习内容"),
        Stop::Refused(Refusal::NoSuchUnit) => Problem::field("/unit_id", "no_such_unit", "没有找到该组织，或已撤销"),
        stop => stop.into(),
    })?;
    let place = format!("/api/v1/study/pushes/{}", push.0.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(PushView::new(&study, push)))
}

/// Which pushes to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PushQuery {
    /// One day; today when `from` and `until` are absent, too.
    day: Option<Day>,
    /// The first day of a span, two years at most; today when `until` alone is there.
    from: Option<Day>,
    /// Its last day; as `from` when absent.
    until: Option<Day>,
    /// Part of the item's title.
    q: Option<Text<100>>,
    /// Only items of this category.
    category: Option<Text<40>>,
    /// Only pushes of which this became.
    #[param(inline)]
    state: Option<PushState>,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 推送计划列表
///
/// The pushes of a day or of a span of days within the planner's reach, cancelled ones included, by their day.
#[utoipa::path(tag = "study", params(PushQuery),
    responses((status = 200, description = "Pushes", body = Page<PushView>)))]
#[get("/study/pushes")]
async fn list_study_pushes(
    planner: PushPlanner,
    study: web::Data<Study>,
    query: Query<PushQuery>,
) -> Result<web::Json<Page<PushView>>, Problem> {
    let (limit, after) = (page_limit(query.limit)?, after::<Place>(query.cursor.as_deref())?);
    let PushQuery { day, from, until, q, category, state, .. } = query.0;
    let from = day.or(from).unwrap_or_else(|| study.db.today());
    let until = day.or(until).unwrap_or(from);
    let (words, category) = (q.map(Text::into_string), category.map(Text::into_string));
    let filter = PushFilter { from, until, words, category, state };
    let pushes = study.list_pushes(&planner.reach, filter, after, limit + 1).await?;
    Ok(web::Json(Page::new(pushes, limit, |(push, _)| (push.day, push.id)).map(|push| PushView::new(&study, push))))
}

/// 推送详情
///
/// One push within the planner's reach.
#[utoipa::path(tag = "study", params(("id" = PushId, Path)),
    responses((status = 200, description = "The push", body = PushView)))]
#[get("/study/pushes/{id}")]
async fn get_study_push(
    planner: PushPlanner,
    id: Path<PushId>,
    study: web::Data<Study>,
) -> Result<web::Json<PushView>, Problem> {
    Ok(web::Json(PushView::new(&study, study.find_push(&planner.reach, *id).await?)))
}

/// 取消推送
///
/// Takes a push back before it is published; 409 afterwards.
#[utoipa::path(tag = "study", params(("id" = PushId, Path)), responses((status = 204, description = "Cancelled")))]
#[delete("/study/pushes/{id}")]
async fn cancel_study_push(
    planner: PushPlanner,
    id: Path<PushId>,
    study: web::Data<Study>,
) -> Result<HttpResponse, Problem> {
    study.cancel(planner.member, &planner.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Where to look, and which page of those who have not read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CoverageQuery {
    /// A unit of the push's audience; when absent, as much of the audience as the caller may see.
    #[param(value_type = Option<String>, format = "uuid")]
    unit_id: Option<UnitId>,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// How far a push has come in a unit with everything below it.
#[derive(Serialize, ToSchema)]
struct UnitCoverage {
    unit_id: UnitId,
    /// Name of the unit.
    unit_name: String,
    /// Members of every kind who could be expected to read: not gone, and not away on the push's day.
    members: u32,
    /// Whose feed showed the push on its day, or who opened it then or later.
    reached: u32,
    /// Who finished it after it was published.
    read: u32,
    /// `read` of `members` in hundredths of a percent, rounded half up; `null` without members.
    read_share: Option<u32>,
    /// Away on the push's day, and therefore not among `members`.
    away: u32,
    /// Who had not read it when the coverage was frozen, and did later; they stay among those who had not.
    read_later: u32,
}

/// A member who has not read a push.
#[derive(Serialize, ToSchema)]
struct MissingMember {
    member_id: MemberId,
    /// The number to sign in with.
    employee_no: String,
    /// The member's name.
    name: String,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    reason: Reason,
    /// When the member read it after the coverage was frozen.
    read_later_at: Option<Timestamp>,
}

/// The coverage of a push.
#[derive(Serialize, ToSchema)]
struct CoverageView {
    push_id: PushId,
    item_id: ItemId,
    day: Day,
    /// Since when the numbers, and who is missing, stay as they are: once late readings for the push's day had their time.
    /// `null` before.
    frozen_at: Option<Timestamp>,
    #[serde(flatten)]
    total: UnitCoverage,
    /// The units directly below.
    children: Vec<UnitCoverage>,
    /// How many of those are left out, because they have few members and the caller sees no names.
    few: usize,
    /// Whether the caller sees names; otherwise `missing` is empty.
    named: bool,
    /// Who has not read it and why, in the order of their employee numbers.
    missing: Page<MissingMember>,
}

/// 推送学习情况
///
/// Whom a published push has reached, who has read it, and why the others have not.
#[utoipa::path(tag = "study", params(("id" = PushId, Path), CoverageQuery),
    responses((status = 200, description = "Coverage", body = CoverageView)))]
#[get("/study/pushes/{id}/coverage")]
async fn get_study_push_coverage(
    reader: ResultReader,
    id: Path<PushId>,
    query: Query<CoverageQuery>,
    study: web::Data<Study>,
) -> Result<web::Json<CoverageView>, Problem> {
    let (limit, after) = (page_limit(query.limit)?, after::<String>(query.cursor.as_deref())?);
    let coverage = study.coverage(&reader.person, &reader.reach, *id, query.unit_id, after, limit).await?;
    Ok(web::Json(view(&study, coverage, limit)))
}

fn view(study: &Study, coverage: Coverage, limit: i64) -> CoverageView {
    let tree = study.directory.tree();
    let of_unit = |(unit, counts): (UnitId, Counts)| UnitCoverage {
        unit_id: unit,
        unit_name: tree.get(unit).map(|card| card.unit.name.clone()).unwrap_or_default(),
        members: counts.members,
        reached: counts.reached,
        read: counts.done,
        read_share: counts.share(),
        away: counts.away,
        read_later: counts.made_up,
    };
    let missing = Page::new(coverage.missing, limit, |one| one.member.employee_no.clone());
    CoverageView {
        push_id: coverage.push.id,
        item_id: coverage.push.item_id,
        day: coverage.push.day,
        frozen_at: coverage.frozen_at,
        total: of_unit((coverage.unit, coverage.counts)),
        children: coverage.children.into_iter().map(of_unit).collect(),
        few: coverage.few,
        named: coverage.named,
        missing: missing.map(|Unread { member, unit, reason, read_later }| MissingMember {
            member_id: member.id,
            employee_no: member.employee_no.to_string(),
            name: member.name.to_string(),
            unit_id: unit,
            unit_name: study.directory.unit_name(unit),
            reason,
            read_later_at: read_later,
        }),
    }
}
