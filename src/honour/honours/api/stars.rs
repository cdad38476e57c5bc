//! Who has how many stars, and why.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::honour::honours::Honours;
use crate::honour::honours::model::{HolderId, HonourFallKind, StarHolderId, StarLine, StarSubject, StarVersion};
use crate::honour::honours::rules::Refusal;
use crate::honour::honours::stars::{Level, When};
use crate::web::caller::{HonourGranter, Member};
use crate::web::page::{after, page_limit};
use crate::web::{Body, Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_star_levels).service(get_star_explanation).service(record_honour_fall);
}

/// Whose stars, of when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StarQuery {
    /// Whose stars.
    #[param(inline)]
    subject: StarSubject,
    /// Of this unit or below; needed for members.
    unit_id: Option<UnitId>,
    /// Of members and branches: whose points count; last year when absent.
    year: Option<i32>,
    /// Of posts and zones: the day; today when absent.
    as_of: Option<Day>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// How many have so many stars.
#[derive(Serialize, ToSchema)]
struct StarCount {
    /// 0 to 5.
    stars: i32,
    /// Those who have so many.
    count: usize,
}

/// Somebody with stars.
#[derive(Serialize, ToSchema)]
struct StarLevel {
    id: StarHolderId,
    /// What the holder is called.
    name: String,
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// 0 to 5.
    stars: i32,
}

impl StarLevel {
    fn of(room: &Honours, level: &Level) -> Self {
        StarLevel {
            id: level.id.into(),
            name: level.name.clone(),
            unit_id: level.unit,
            unit_name: room.directory.unit_name(level.unit),
            stars: level.stars.stars,
        }
    }
}

/// Stars of many, with how many have how many.
#[derive(Serialize, ToSchema)]
struct StarLevels {
    /// Whose stars they are.
    subject: StarSubject,
    /// From the most stars down; those without any are left out where they are none.
    counts: Vec<StarCount>,
    /// The version of the scheme by which they were counted.
    scheme_version: i32,
    /// Most stars first.
    items: Vec<StarLevel>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Of when, by what is asked of whom.
fn when(room: &Honours, subject: StarSubject, year: Option<i32>, as_of: Option<Day>) -> Result<When, Refusal> {
    let today = room.db.today();
    match (subject, year, as_of) {
        (StarSubject::Member | StarSubject::Branch, year, None) => Ok(When::Year(year.unwrap_or(today.parts().0 - 1))),
        (StarSubject::Post | StarSubject::Zone, None, as_of) => Ok(When::AsOf(as_of.unwrap_or(today))),
        _ => Err(Refusal::Contradiction("/year", "党员和党支部的星级按年度查询，岗位和责任区的星级按日期查询".into())),
    }
}

/// Stars of members and branches follow from points, which are seen by duty alone; of posts and zones they are published.
fn check_reader(room: &Honours, person: &Person, subject: StarSubject, unit: Option<UnitId>) -> Result<(), Refusal> {
    match (subject, unit) {
        (StarSubject::Post | StarSubject::Zone, _) => Ok(()),
        (StarSubject::Member, None) => Err(Refusal::NoSuchUnit),
        (_, unit) => {
            let unit = unit.or(room.directory.tree().root()).ok_or(Refusal::NoSuchUnit)?;
            room.holds(person, Capability::SeeResults, unit)
        }
    }
}

/// 星级名单
///
/// How many stars posts, zones, members or branches have, and how many have how many. Derived, never entered: of posts and
/// zones from their honours by a day, of members and branches from the points of a year.
#[utoipa::path(tag = "honours", params(StarQuery),
    responses((status = 200, description = "Stars", body = StarLevels)))]
#[get("/star-levels")]
async fn list_star_levels(
    caller: Member,
    query: Query<StarQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<StarLevels>, Problem> {
    let limit = page_limit(query.limit)?;
    let from: Option<(i32, Uuid)> = after(query.cursor.as_deref())?;
    let when = when(&room, query.subject, query.year, query.as_of)?;
    check_reader(&room, &caller, query.subject, query.unit_id)?;
    let (levels, version) = room.levels(query.subject, query.unit_id, when).await?;
    let counts = levels
        .chunk_by(|one, other| one.stars.stars == other.stars.stars)
        .filter_map(|group| Some(StarCount { stars: group.first()?.stars.stars, count: group.len() }))
        .collect();
    let comes_after = |level: &&Level| {
        from.is_none_or(|(stars, id)| (std::cmp::Reverse(level.stars.stars), level.id) > (std::cmp::Reverse(stars), id))
    };
    let most = usize::try_from(limit + 1).unwrap_or(1);
    let some: Vec<&Level> = levels.iter().filter(comes_after).take(most).collect();
    let page = Page::new(some, limit, |level| (level.stars.stars, level.id));
    let Page { items, next_cursor } = page.map(|level| StarLevel::of(&room, level));
    Ok(web::Json(StarLevels { subject: query.subject, counts, scheme_version: version.version, items, next_cursor }))
}

/// Why somebody has so many stars.
#[derive(Serialize, ToSchema)]
struct StarExplanation {
    id: StarHolderId,
    /// What the holder is called.
    name: String,
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// 0 to 5.
    stars: i32,
    /// What led there, step by step.
    lines: Vec<StarLine>,
    /// The version of the scheme by which they were counted.
    scheme_version: i32,
    /// The decision by which that was made.
    scheme_basis: String,
}

impl StarExplanation {
    fn of(room: &Honours, level: Level, version: &StarVersion) -> Self {
        StarExplanation {
            id: level.id.into(),
            unit_id: level.unit,
            unit_name: room.directory.unit_name(level.unit),
            name: level.name,
            stars: level.stars.stars,
            lines: level.stars.lines,
            scheme_version: version.version,
            scheme_basis: version.basis.clone(),
        }
    }
}

/// Of when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhenQuery {
    /// Of members and branches: whose points count; last year when absent.
    year: Option<i32>,
    /// Of posts and zones: the day; today when absent.
    as_of: Option<Day>,
}

/// 星级依据
///
/// Why a post, a zone, a member or a branch has so many stars: each honour that counts and each that does not, or the points
/// and the shares. Members read their own; others by duty.
#[utoipa::path(tag = "honours", params(
    ("subject" = StarSubject, Path, description = "What it is"),
    ("id" = StarHolderId, Path, description = "The member, the branch, or the post or zone"), WhenQuery),
    responses((status = 200, description = "Why", body = StarExplanation)))]
#[get("/star-levels/{subject}/{id}/explanation")]
async fn get_star_explanation(
    caller: Member,
    path: Path<(StarSubject, StarHolderId)>,
    query: Query<WhenQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<StarExplanation>, Problem> {
    let (subject, id) = (path.0.0, path.0.1.uuid());
    let when = when(&room, subject, query.year, query.as_of)?;
    let is_own = subject == StarSubject::Member && id == caller.member.uuid()
        || subject == StarSubject::Branch && caller.branch.is_some_and(|branch| branch.uuid() == id);
    if !is_own {
        let unit = match subject {
            StarSubject::Member => room.directory.path(id.into()).and_then(|path| path.first().copied()),
            StarSubject::Branch => Some(id.into()),
            StarSubject::Post | StarSubject::Zone => None,
        };
        let is_published = matches!(subject, StarSubject::Post | StarSubject::Zone);
        if !is_published && unit.is_none_or(|unit| check_reader(&room, &caller, subject, Some(unit)).is_err()) {
            return Err(Refusal::NoSuchHolder.into());
        }
    }
    let (level, version) = room.explain(subject, id, when).await?;
    Ok(web::Json(StarExplanation::of(&room, level, &version)))
}

/// What a post or a zone lost.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HonourFallBody {
    fall: HonourFallKind,
    /// The day from which it holds.
    day: Day,
    /// The number of the document, and nothing of the matter.
    #[schema(examples("集团党发〔2026〕9号"))]
    document: Text<60>,
}

/// 降星或摘牌
///
/// Takes one star from a post or a zone, or all of them with the plate.
#[utoipa::path(tag = "honours", params(("id" = HolderId, Path, description = "The post or zone")),
    request_body = HonourFallBody, responses((status = 200, description = "What is left", body = StarLevel)))]
#[post("/honour-holders/{id}/falls")]
async fn record_honour_fall(
    granter: HonourGranter,
    id: Path<HolderId>,
    room: web::Data<Honours>,
    body: Body<HonourFallBody>,
) -> Result<web::Json<StarLevel>, Problem> {
    let HonourFallBody { fall, day, document } = body.into_inner();
    let level = room.fell(&granter.person, *id, (fall, day, document.into_string())).await?;
    Ok(web::Json(StarLevel::of(&room, &level)))
}
