//! Titles to be given, and who may be nominated.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::honour::honours::Honours;
use crate::honour::honours::model::{NominationId, TitleRound, TitleRoundId, TitleTerms};
use crate::web::caller::{HonourGranter, HonourRecommender, Member};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_title_round)
        .service(list_title_rounds)
        .service(get_title_round)
        .service(list_title_candidates)
        .service(decide_title_round)
        .service(name_title_round);
}

/// A title to be given.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TitleRoundBody {
    /// The unit that gives it.
    unit_id: UnitId,
    /// This year or the last one.
    year: i32,
    /// Such as 标杆共产党员.
    #[schema(examples("标杆共产党员"))]
    title: Text<60>,
    /// By which it is given; its number, for commendations by other names than the usual three.
    #[schema(examples("集团党发〔2026〕5号"))]
    document: Text<100>,
    terms: TitleTerms,
}

/// A title to be given.
#[derive(Serialize, ToSchema)]
#[schema(as = TitleRound)]
struct TitleRoundView {
    id: TitleRoundId,
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// The year that it is for.
    year: i32,
    /// As it is printed.
    title: String,
    /// By which it is given.
    document: String,
    terms: TitleTerms,
    created_at: Timestamp,
}

impl TitleRoundView {
    fn of(room: &Honours, round: TitleRound) -> Self {
        TitleRoundView {
            id: round.id,
            unit_id: round.unit_id,
            unit_name: room.directory.unit_name(round.unit_id),
            year: round.year,
            title: round.title,
            document: round.document,
            terms: round.terms.0,
            created_at: round.created_at,
        }
    }
}

/// 发起评选表彰
///
/// Opens a title of a year: criteria in words, what is looked up about those who may be nominated, how many are named.
#[utoipa::path(tag = "honours", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = TitleRoundBody, responses((status = 201, description = "Opened", body = TitleRoundView)))]
#[post("/title-rounds")]
async fn create_title_round(
    granter: HonourGranter,
    room: web::Data<Honours>,
    key: OptionalKey,
    body: Body<TitleRoundBody>,
) -> Result<HttpResponse, Problem> {
    room.check_reach(&granter.reach, body.0.unit_id)?;
    let key = key.of(granter.member, "POST /title-rounds", &body.0);
    let TitleRoundBody { unit_id, year, title, document, terms } = body.into_inner();
    let what = (title.into_string(), document.into_string(), terms);
    let round = room.open_round(&granter.person, (unit_id, year), what, key).await?;
    let location = (LOCATION, format!("/api/v1/title-rounds/{}", round.id));
    Ok(HttpResponse::Created().insert_header(location).json(TitleRoundView::of(&room, round)))
}

/// Which titles.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TitleRoundQuery {
    /// Of this year.
    year: Option<i32>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 评选表彰
///
/// Titles that are or were to be given, newest first.
#[utoipa::path(tag = "honours", params(TitleRoundQuery),
    responses((status = 200, description = "Titles", body = Page<TitleRoundView>)))]
#[get("/title-rounds")]
async fn list_title_rounds(
    _caller: Member,
    query: Query<TitleRoundQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<TitleRoundView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let found = room.rounds(query.year, after(query.cursor.as_deref())?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |round| round.id).map(|round| TitleRoundView::of(&room, round))))
}

/// 一次评选表彰
///
/// A title with what is asked for.
#[utoipa::path(tag = "honours", params(("id" = TitleRoundId, Path, description = "The title")),
    responses((status = 200, description = "The title", body = TitleRoundView)))]
#[get("/title-rounds/{id}")]
async fn get_title_round(
    _caller: Member,
    id: Path<TitleRoundId>,
    room: web::Data<Honours>,
) -> Result<web::Json<TitleRoundView>, Problem> {
    Ok(web::Json(TitleRoundView::of(&room, room.round(*id).await?)))
}

/// Somebody who may be nominated, or what he lacks.
#[derive(Serialize, ToSchema)]
struct TitleCandidate {
    /// `null` for units.
    member_id: Option<MemberId>,
    /// The member's or the unit's name.
    name: String,
    /// The unit itself, or the member's home.
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// Whether nothing is missing.
    may_be_nominated: bool,
    /// What is missing, in words.
    lacking: Vec<String>,
}

/// 推荐资格
///
/// Everybody within reach who can have the title, with what each lacks: looked up in points, stars and honours as they are
/// now.
#[utoipa::path(tag = "honours", params(("id" = TitleRoundId, Path, description = "The title"), PageQuery),
    responses((status = 200, description = "Those", body = Page<TitleCandidate>)))]
#[get("/title-rounds/{id}/candidates")]
async fn list_title_candidates(
    recommender: HonourRecommender,
    id: Path<TitleRoundId>,
    query: Query<PageQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<TitleCandidate>>, Problem> {
    let limit = query.limit()?;
    let asked = usize::try_from(limit + 1).unwrap_or(1);
    let found = room.candidates(&recommender.reach, *id, query.after::<Uuid>()?, asked).await?;
    let page = Page::new(found, limit, |one| one.member.map_or(one.unit.uuid(), MemberId::uuid));
    Ok(web::Json(page.map(|one| TitleCandidate {
        member_id: one.member,
        name: match one.member {
            Some(member) => room.directory.name_of(member),
            None => room.directory.unit_name(one.unit),
        },
        unit_id: one.unit,
        unit_name: room.directory.unit_name(one.unit),
        may_be_nominated: one.lacking.is_empty(),
        lacking: one.lacking,
    })))
}

/// Whom the committee chose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TitleDecisionBody {
    /// 1 to 500, all of them or none.
    nomination_ids: Vec<NominationId>,
}

/// What the committee's decision did.
#[derive(Serialize, ToSchema)]
struct TitleDecision {
    /// Nominations that are shown to everybody now.
    shown: usize,
}

/// 党委决定拟表彰名单
///
/// Shows the chosen nominations to everybody for some days, all of them or none. Nobody decides about himself, nor about
/// what he nominated.
#[utoipa::path(tag = "honours", params(("id" = TitleRoundId, Path, description = "The title")),
    request_body = TitleDecisionBody, responses((status = 200, description = "Decided", body = TitleDecision)))]
#[post("/title-rounds/{id}/decision")]
async fn decide_title_round(
    granter: HonourGranter,
    id: Path<TitleRoundId>,
    room: web::Data<Honours>,
    body: Body<TitleDecisionBody>,
) -> Result<web::Json<TitleDecision>, Problem> {
    let mut chosen = body.into_inner().nomination_ids;
    chosen.sort_unstable();
    chosen.dedup();
    if !(1..=500).contains(&chosen.len()) {
        return Err(Problem::field("/nomination_ids", "honours.bad_choice", "须选定 1 到 500 条推荐"));
    }
    let shown = room.choose(&granter.person, *id, chosen).await?;
    Ok(web::Json(TitleDecision { shown: shown.len() }))
}

/// By which document it is named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TitleNamingBody {
    /// Its number, for commendations by other names than the usual three.
    #[schema(examples("集团党发〔2026〕8号"))]
    document: Text<100>,
}

/// What was named.
#[derive(Serialize, ToSchema)]
struct TitleNaming {
    /// Nominations that became honours.
    named: usize,
}

/// 命名表彰
///
/// Names everybody whose days of being shown are over: the titles become honours with certificates.
#[utoipa::path(tag = "honours", params(("id" = TitleRoundId, Path, description = "The title")),
    request_body = TitleNamingBody, responses((status = 200, description = "Named", body = TitleNaming)))]
#[post("/title-rounds/{id}/naming")]
async fn name_title_round(
    granter: HonourGranter,
    id: Path<TitleRoundId>,
    room: web::Data<Honours>,
    body: Body<TitleNamingBody>,
) -> Result<web::Json<TitleNaming>, Problem> {
    let named = room.name(&granter.person, *id, body.into_inner().document.into_string()).await?;
    Ok(web::Json(TitleNaming { named }))
}
