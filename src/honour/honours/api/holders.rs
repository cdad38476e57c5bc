//! Posts, zones and brands; who takes no part in a year.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::honour::honours::Honours;
use crate::honour::honours::model::{Bar, BarId, HolderId, HonourHolderKind};
use crate::web::caller::{HonourGranter, Member};
use crate::web::page::{after, page_limit};
use crate::web::{Body, Page, PageQuery, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_honour_holders).service(bar_from_honours).service(list_honour_bars);
}

/// A post, a zone or a brand.
#[derive(Serialize, ToSchema)]
struct HonourHolder {
    id: HolderId,
    kind: HonourHolderKind,
    /// What it is called in its unit.
    name: String,
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
}

/// Which posts, zones and brands.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HolderQuery {
    /// Of this kind.
    #[param(inline)]
    kind: Option<HonourHolderKind>,
    /// Of this unit or below.
    unit_id: Option<UnitId>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 岗位、责任区和品牌
///
/// Posts, zones and brands that hold honours, in the order in which they were first named.
#[utoipa::path(tag = "honours", params(HolderQuery),
    responses((status = 200, description = "Holders", body = Page<HonourHolder>)))]
#[get("/honour-holders")]
async fn list_honour_holders(
    _caller: Member,
    query: Query<HolderQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<HonourHolder>>, Problem> {
    let limit = page_limit(query.limit)?;
    let found = room.holders(query.kind, query.unit_id, after(query.cursor.as_deref())?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |row| row.id).map(|row| HonourHolder {
        id: row.id,
        kind: row.kind,
        name: row.name,
        unit_id: row.unit_id,
        unit_name: room.directory.unit_name(row.unit_id),
    })))
}

/// Who takes no part in which year.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HonourBarBody {
    /// The member; absent for a unit.
    member_id: Option<MemberId>,
    /// The unit; absent for a member.
    unit_id: Option<UnitId>,
    /// Last year, this one or the next.
    year: i32,
    /// The number of the document, and nothing of the matter.
    #[schema(examples("集团党发〔2026〕9号"))]
    document: Text<60>,
}

/// That somebody takes no part in a year.
#[derive(Serialize, ToSchema)]
struct HonourBar {
    id: BarId,
    /// `null` for a unit.
    member_id: Option<MemberId>,
    /// The member's or the unit's name.
    name: String,
    /// The unit itself, or the member's home at that time.
    unit_id: UnitId,
    /// In which nothing is given.
    year: i32,
    /// Its number.
    document: String,
    barred_at: Timestamp,
}

impl HonourBar {
    fn of(room: &Honours, bar: Bar) -> Self {
        let name = match bar.member_id {
            Some(member) => room.directory.name_of(member),
            None => room.directory.unit_name(bar.unit_id),
        };
        HonourBar {
            id: bar.id,
            member_id: bar.member_id,
            name,
            unit_id: bar.unit_id,
            year: bar.year,
            document: bar.document,
            barred_at: bar.barred_at,
        }
    }
}

/// 登记本年度不参评
///
/// Writes down that a member or a unit takes no part in titles, stars and grades of a year: the number of the document, and
/// nothing of the matter.
#[utoipa::path(tag = "honours", request_body = HonourBarBody,
    responses((status = 201, description = "Written", body = HonourBar)))]
#[post("/honour-bars")]
async fn bar_from_honours(
    granter: HonourGranter,
    room: web::Data<Honours>,
    body: Body<HonourBarBody>,
) -> Result<HttpResponse, Problem> {
    let HonourBarBody { member_id, unit_id, year, document } = body.into_inner();
    let bar = room.bar(&granter.person, (member_id, unit_id), (year, document.into_string())).await?;
    let location = (LOCATION, "/api/v1/honour-bars".to_owned());
    Ok(HttpResponse::Created().insert_header(location).json(HonourBar::of(&room, bar)))
}

/// 不参评名单
///
/// Who takes no part in which year, within reach, newest first.
#[utoipa::path(tag = "honours", params(PageQuery),
    responses((status = 200, description = "Those", body = Page<HonourBar>)))]
#[get("/honour-bars")]
async fn list_honour_bars(
    granter: HonourGranter,
    query: Query<PageQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<HonourBar>>, Problem> {
    let limit = query.limit()?;
    let units = room.within(&granter.reach, None)?;
    let found = room.bars(units, query.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |bar| bar.id).map(|bar| HonourBar::of(&room, bar))))
}
