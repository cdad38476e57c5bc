//! What those who run daily study do: write items, plan pushes, look at coverage.

use std::fmt;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use chrono::NaiveTime;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::{Amendment, Draft, Plan, Study};
use super::api::ItemView;
use super::coverage::{Coverage, Numbers};
use super::model::{Item, ItemId, LinkedQuestionId, Push, PushId, PushState, Reason};
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::kernel::idempotency::IdempotencyKey;
use crate::web::caller::{ContentManager, ContentReader, PushPlanner, ResultReader};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(write_item)
        .service(list_items)
        .service(change_item)
        .service(plan_push)
        .service(list_pushes)
        .service(show_push)
        .service(cancel_push)
        .service(show_coverage);
}

/// A new study item.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ItemBody {
    title: Text<100>,
    summary: Text<300>,
    /// Markdown.
    body: Text<50_000>,
    /// Where it comes from, such as a newspaper and its date.
    source: Text<200>,
    /// An https address of at most 500 characters.
    cover_url: Option<String>,
    /// How long it must be read to count.
    #[schema(minimum = 0, maximum = 3600)]
    minimum_seconds: i32,
    /// Questions of the bank that belong to it, 20 at most.
    #[serde(default)]
    question_ids: Vec<LinkedQuestionId>,
}

impl From<ItemBody> for Draft {
    fn from(body: ItemBody) -> Self {
        Draft {
            title: body.title.into_string(),
            summary: body.summary.into_string(),
            body: body.body.into_string(),
            source: body.source.into_string(),
            cover_url: body.cover_url,
            minimum_seconds: body.minimum_seconds,
            question_ids: body.question_ids,
        }
    }
}

/// Writes a study item. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "study", request_body = ItemBody,
    responses((status = 201, description = "Written", body = ItemView)))]
#[post("/study/items")]
async fn write_item(
    author: ContentManager,
    key: OptionalKey,
    study: web::Data<Study>,
    body: Body<ItemBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.0.map(|key| IdempotencyKey::new(author.member, key, "POST /study/items", &body));
    let item = study.write_item(author.member, key, body.into()).await?;
    let place = format!("/api/v1/study/items/{}", item.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(ItemView::from(item)))
}

/// What changes of a study item; a field that is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ItemPatch {
    title: Option<Text<100>>,
    summary: Option<Text<300>>,
    /// Markdown.
    body: Option<Text<50_000>>,
    source: Option<Text<200>>,
    /// `null` takes the cover away.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    cover_url: Option<Option<String>>,
    #[schema(minimum = 0, maximum = 3600)]
    minimum_seconds: Option<i32>,
    question_ids: Option<Vec<LinkedQuestionId>>,
    /// Whether it is offered for no further push; what was pushed stays in the feed.
    retired: Option<bool>,
}

/// Tells `null`, which was said, from a field that was left out.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl From<ItemPatch> for Amendment {
    fn from(patch: ItemPatch) -> Self {
        Amendment {
            title: patch.title.map(Text::into_string),
            summary: patch.summary.map(Text::into_string),
            body: patch.body.map(Text::into_string),
            source: patch.source.map(Text::into_string),
            cover_url: patch.cover_url,
            minimum_seconds: patch.minimum_seconds,
            question_ids: patch.question_ids,
            retired: patch.retired,
        }
    }
}

/// Changes a study item, also for those to whom it was pushed.
#[utoipa::path(tag = "study", params(("id" = ItemId, Path)), request_body = ItemPatch,
    responses((status = 200, description = "Changed", body = ItemView)))]
#[patch("/study/items/{id}")]
async fn change_item(
    author: ContentManager,
    id: Path<ItemId>,
    study: web::Data<Study>,
    body: Body<ItemPatch>,
) -> Result<web::Json<ItemView>, Problem> {
    let item = study.change_item(author.member, *id, body.into_inner().into()).await?;
    Ok(web::Json(item.into()))
}

/// A study item without its text.
#[derive(Serialize, ToSchema)]
struct ItemLine {
    id: ItemId,
    title: String,
    summary: String,
    source: String,
    minimum_seconds: i32,
    retired_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Item> for ItemLine {
    fn from(item: Item) -> Self {
        ItemLine {
            id: item.id,
            title: item.title,
            summary: item.summary,
            source: item.source,
            minimum_seconds: item.minimum_seconds,
            retired_at: item.retired_at,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// All study items, newest first.
#[utoipa::path(tag = "study", params(PageQuery),
    responses((status = 200, description = "Items", body = Page<ItemLine>)))]
#[get("/study/items")]
async fn list_items(
    _reader: ContentReader,
    study: web::Data<Study>,
    query: Query<PageQuery>,
) -> Result<web::Json<Page<ItemLine>>, Problem> {
    let (limit, before) = (query.limit()?, query.after::<ItemId>()?);
    let items = study.db.read(move |conn| store::list_items(conn, before, limit + 1)).await?;
    Ok(web::Json(Page::new(items, limit, |item| item.id).map(ItemLine::from)))
}

/// A time of day on the enterprise's clock.
#[derive(Clone, Copy)]
struct WallTime(NaiveTime);

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let complaint = || de::Error::custom("应为时间，如 07:50");
        match NaiveTime::parse_from_str(&text, "%H:%M") {
            Ok(time) if text.len() == 5 => Ok(WallTime(time)),
            _ => Err(complaint()),
        }
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%H:%M"))
    }
}

impl Serialize for WallTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A push to plan: one item, one unit with everything below it, one day.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PushBody {
    item_id: ItemId,
    unit_id: UnitId,
    /// Today or later, a year ahead at most.
    day: Day,
    /// HH:MM at +08:00; the enterprise's usual time when absent. A time that is past publishes at once.
    #[schema(value_type = Option<String>, examples("07:50"))]
    publish_time: Option<WallTime>,
}

/// A push as its planner sees it.
#[derive(Serialize, ToSchema)]
struct PushView {
    id: PushId,
    item_id: ItemId,
    item_title: String,
    unit_id: UnitId,
    day: Day,
    publish_at: Timestamp,
    published_at: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
    state: PushState,
}

impl From<(Push, String)> for PushView {
    fn from((push, item_title): (Push, String)) -> Self {
        PushView {
            id: push.id,
            item_id: push.item_id,
            item_title,
            unit_id: push.unit_id,
            day: push.day,
            publish_at: push.publish_at,
            published_at: push.published_at,
            cancelled_at: push.cancelled_at,
            state: push.state(),
        }
    }
}

/// Plans a push within the planner's reach; a unit has one a day. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "study", request_body = PushBody,
    responses((status = 201, description = "Planned", body = PushView)))]
#[post("/study/pushes")]
async fn plan_push(
    planner: PushPlanner,
    key: OptionalKey,
    study: web::Data<Study>,
    body: Body<PushBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.0.map(|key| IdempotencyKey::new(planner.member, key, "POST /study/pushes", &body.0));
    let time = body.publish_time.map(|time| time.0);
    let plan = Plan { item: body.item_id, unit: body.unit_id, day: body.day, time };
    let push = study.plan(planner.member, &planner.reach, key, plan).await?;
    let place = format!("/api/v1/study/pushes/{}", push.0.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(PushView::from(push)))
}

/// Which pushes to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PushQuery {
    /// Today when absent.
    day: Option<Day>,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The pushes of a day within the planner's reach, cancelled ones included.
#[utoipa::path(tag = "study", params(PushQuery),
    responses((status = 200, description = "Pushes", body = Page<PushView>)))]
#[get("/study/pushes")]
async fn list_pushes(
    planner: PushPlanner,
    study: web::Data<Study>,
    query: Query<PushQuery>,
) -> Result<web::Json<Page<PushView>>, Problem> {
    let (limit, after) = (page_limit(query.limit)?, after::<PushId>(query.cursor.as_deref())?);
    let day = query.day.unwrap_or_else(|| study.db.today());
    let pushes = study.list_pushes(&planner.reach, day, after, limit + 1).await?;
    Ok(web::Json(Page::new(pushes, limit, |(push, _)| push.id).map(PushView::from)))
}

/// One push within the planner's reach.
#[utoipa::path(tag = "study", params(("id" = PushId, Path)),
    responses((status = 200, description = "The push", body = PushView)))]
#[get("/study/pushes/{id}")]
async fn show_push(
    planner: PushPlanner,
    id: Path<PushId>,
    study: web::Data<Study>,
) -> Result<web::Json<PushView>, Problem> {
    Ok(web::Json(study.find_push(&planner.reach, *id).await?.into()))
}

/// Takes a push back before it is published; 409 afterwards.
#[utoipa::path(tag = "study", params(("id" = PushId, Path)), responses((status = 204, description = "Cancelled")))]
#[delete("/study/pushes/{id}")]
async fn cancel_push(planner: PushPlanner, id: Path<PushId>, study: web::Data<Study>) -> Result<HttpResponse, Problem> {
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
    unit: Option<UnitId>,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// How far a push has come in a unit with everything below it.
#[derive(Serialize, ToSchema)]
struct UnitCoverage {
    unit_id: UnitId,
    unit_name: String,
    /// Members of every kind who could be expected to read: not gone, and not away on the push's day.
    members: u32,
    /// Whose feed showed the push on its day, or who opened it then or later.
    reached: u32,
    /// Who finished it, on its day or later.
    read: u32,
    /// `read` of `members` in hundredths of a percent, rounded half up; `null` without members.
    read_share: Option<u32>,
    /// Away on the push's day, and therefore not among `members`.
    away: u32,
}

/// A member who has not read a push.
#[derive(Serialize, ToSchema)]
struct MissingMember {
    member_id: MemberId,
    employee_no: String,
    name: String,
    unit_id: UnitId,
    reason: Reason,
}

/// The coverage of a push.
#[derive(Serialize, ToSchema)]
struct CoverageView {
    push_id: PushId,
    item_id: ItemId,
    day: Day,
    #[serde(flatten)]
    total: UnitCoverage,
    /// The units directly below.
    children: Vec<UnitCoverage>,
    /// Who has not read it and why, in the order of their employee numbers.
    missing: Page<MissingMember>,
}

/// Whom a published push has reached, who has read it, and why the others have not.
#[utoipa::path(tag = "study", params(("id" = PushId, Path), CoverageQuery),
    responses((status = 200, description = "Coverage", body = CoverageView)))]
#[get("/study/pushes/{id}/coverage")]
async fn show_coverage(
    reader: ResultReader,
    id: Path<PushId>,
    query: Query<CoverageQuery>,
    study: web::Data<Study>,
) -> Result<web::Json<CoverageView>, Problem> {
    let (limit, after) = (page_limit(query.limit)?, after::<String>(query.cursor.as_deref())?);
    let coverage = study.coverage(&reader.reach, *id, query.unit, after, limit).await?;
    Ok(web::Json(view(&study, coverage, limit)))
}

fn view(study: &Study, coverage: Coverage, limit: i64) -> CoverageView {
    let tree = study.directory.tree();
    let of_unit = |(unit, numbers): (UnitId, Numbers)| UnitCoverage {
        unit_id: unit,
        unit_name: tree.get(unit).map(|card| card.unit.name.clone()).unwrap_or_default(),
        members: numbers.members,
        reached: numbers.reached,
        read: numbers.read,
        read_share: numbers.share(),
        away: numbers.away,
    };
    let missing = Page::new(coverage.missing, limit, |(member, _)| member.employee_no.clone());
    CoverageView {
        push_id: coverage.push.id,
        item_id: coverage.push.item_id,
        day: coverage.push.day,
        total: of_unit((coverage.unit, coverage.numbers)),
        children: coverage.children.into_iter().map(of_unit).collect(),
        missing: missing.map(|(member, reason)| MissingMember {
            member_id: member.id,
            employee_no: member.employee_no.to_string(),
            name: member.name.to_string(),
            unit_id: member.unit,
            reason,
        }),
    }
}
