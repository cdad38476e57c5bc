//! What stars and grades are made of.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::honour::honours::Honours;
use crate::honour::honours::model::{StarScheme, StarVersion};
use crate::web::caller::{HonourGranter, Member, RuleReader, check_top};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_star_scheme).service(list_star_schemes).service(create_star_scheme).service(withdraw_star_scheme);
}

/// A scheme in one version.
#[derive(Serialize, ToSchema)]
struct StarSchemeView {
    /// Counted from 1; 0 for the one that the product brings.
    version: i32,
    scheme: StarScheme,
    /// The decision by which it was made.
    basis: String,
    /// The day from which it holds; `null` for the one that the product brings.
    effective_on: Option<Day>,
    /// Who wrote it.
    created_by: Option<MemberId>,
    /// That person's name.
    created_by_name: Option<String>,
    created_at: Option<Timestamp>,
}

impl StarSchemeView {
    fn of(room: &Honours, version: &StarVersion) -> Self {
        StarSchemeView {
            version: version.version,
            scheme: version.scheme.clone(),
            basis: version.basis.clone(),
            effective_on: version.effective_on,
            created_by: version.created_by,
            created_by_name: version.created_by.map(|by| room.directory.name_of(by)),
            created_at: version.created_at,
        }
    }
}

/// Which scheme.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StarSchemeQuery {
    /// The day on which it holds; today when absent.
    day: Option<Day>,
}

/// 现行星级和等级办法
///
/// What stars, grades and functional types are made of on a day; the one that the product brings where none was written.
#[utoipa::path(tag = "honours", params(StarSchemeQuery),
    responses((status = 200, description = "The scheme", body = StarSchemeView)))]
#[get("/star-scheme")]
async fn get_star_scheme(
    _caller: Member,
    query: Query<StarSchemeQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<StarSchemeView>, Problem> {
    let book = room.star_book().await?;
    Ok(web::Json(StarSchemeView::of(&room, book.on(query.day.unwrap_or(room.db.today())))))
}

/// 星级和等级办法的各个版本
///
/// Every version that was not taken back, newest first; the last one is what the product brings.
#[utoipa::path(tag = "honours", params(PageQuery),
    responses((status = 200, description = "Versions", body = Page<StarSchemeView>)))]
#[get("/star-schemes")]
async fn list_star_schemes(
    _reader: RuleReader,
    query: Query<PageQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<StarSchemeView>>, Problem> {
    let (limit, before) = (query.limit()?, query.after::<i32>()?);
    let book = room.star_book().await?;
    let mut found: Vec<StarVersion> = book.each().to_vec();
    found.reverse();
    found.retain(|version| before.is_none_or(|before| version.version < before));
    let page = Page::new(found, limit, |version| version.version);
    Ok(web::Json(page.map(|version| StarSchemeView::of(&room, &version))))
}

/// A scheme to hold from a day.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StarSchemeBody {
    scheme: StarScheme,
    /// From tomorrow.
    effective_on: Day,
    /// The decision by which it is made.
    #[schema(examples("党委会纪要〔2026〕12号"))]
    basis: Text<200>,
}

/// 制定星级和等级办法
///
/// Writes the next version: thresholds, shares, titles that give stars, what the three grades ask for, functional types.
#[utoipa::path(tag = "honours", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = StarSchemeBody, responses((status = 201, description = "Written", body = StarSchemeView)))]
#[post("/star-schemes")]
async fn create_star_scheme(
    granter: HonourGranter,
    room: web::Data<Honours>,
    key: OptionalKey,
    body: Body<StarSchemeBody>,
) -> Result<HttpResponse, Problem> {
    check_top(&granter, &granter.reach)?;
    let key = key.of(granter.member, "POST /star-schemes", &body.0);
    let StarSchemeBody { scheme, effective_on, basis } = body.into_inner();
    let version = room.write_star_scheme(granter.member, (scheme, effective_on, basis.into_string()), key).await?;
    let location = (LOCATION, format!("/api/v1/star-scheme?day={effective_on}"));
    Ok(HttpResponse::Created().insert_header(location).json(StarSchemeView::of(&room, &version)))
}

/// 撤回星级和等级办法
///
/// Takes back a version that is not in force yet.
#[utoipa::path(tag = "honours", params(("version" = i32, Path, description = "The version's number")),
    responses((status = 204, description = "Taken back")))]
#[delete("/star-schemes/{version}")]
async fn withdraw_star_scheme(
    granter: HonourGranter,
    version: Path<i32>,
    room: web::Data<Honours>,
) -> Result<HttpResponse, Problem> {
    check_top(&granter, &granter.reach)?;
    room.withdraw_star_scheme(granter.member, *version).await?;
    Ok(HttpResponse::NoContent().finish())
}
