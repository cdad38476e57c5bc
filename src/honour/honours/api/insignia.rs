//! Flags and plates that move.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::awards::HonourHolderBody;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::honour::honours::Honours;
use crate::honour::honours::insignia::{Present, holder_of};
use crate::honour::honours::model::{HolderId, Holding, HoldingId, HonourHolderKind, InsigneId};
use crate::web::caller::{HonourKeeper, Member};
use crate::web::page::{after, page_limit};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_insigne).service(list_insignia).service(list_insigne_holdings).service(hand_insigne_over);
}

/// A flag or plate that moves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InsigneBody {
    /// Within which it moves.
    unit_id: UnitId,
    /// What it is called; once in a unit.
    #[schema(examples("党员先锋岗流动红旗"))]
    name: Text<60>,
}

/// A flag or plate that moves, with who has it.
#[derive(Serialize, ToSchema)]
struct Insigne {
    id: InsigneId,
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// What it is called in its unit.
    name: String,
    /// `null` while nobody has it.
    holding: Option<InsigneHolding>,
}

/// That somebody has it, or had it.
#[derive(Serialize, ToSchema)]
struct InsigneHolding {
    id: HoldingId,
    holder_kind: HonourHolderKind,
    /// What the holder is called.
    holder_name: String,
    /// For members.
    member_id: Option<MemberId>,
    /// For brands, posts and zones.
    holder_id: Option<HolderId>,
    /// The unit itself, or that of the holder.
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// On what it rests.
    document: String,
    from_at: Timestamp,
    /// `null` while it lasts.
    to_at: Option<Timestamp>,
}

impl InsigneHolding {
    fn of(room: &Honours, (holding, name): (Holding, Option<String>)) -> Self {
        InsigneHolding {
            id: holding.id,
            holder_kind: holding.holder_kind,
            holder_name: room.name_of(holder_of(&holding), name.as_deref()),
            member_id: holding.member_id,
            holder_id: holding.holder_id,
            unit_id: holding.unit_id,
            unit_name: room.directory.unit_name(holding.unit_id),
            document: holding.document,
            from_at: holding.from_at,
            to_at: holding.to_at,
        }
    }
}

impl Insigne {
    fn of(room: &Honours, (insigne, held): Present) -> Self {
        Insigne {
            id: insigne.id,
            unit_id: insigne.unit_id,
            unit_name: room.directory.unit_name(insigne.unit_id),
            name: insigne.name,
            holding: held.map(|held| InsigneHolding::of(room, held)),
        }
    }
}

/// 登记流动标识
///
/// Writes down a flag or plate that moves within a unit; nobody has it yet.
#[utoipa::path(tag = "honours", request_body = InsigneBody,
    responses((status = 201, description = "Written", body = Insigne)))]
#[post("/insignia")]
async fn create_insigne(
    keeper: HonourKeeper,
    room: web::Data<Honours>,
    body: Body<InsigneBody>,
) -> Result<HttpResponse, Problem> {
    let InsigneBody { unit_id, name } = body.into_inner();
    let made = room.make_insigne(&keeper.person, unit_id, name.into_string()).await?;
    let location = (LOCATION, format!("/api/v1/insignia/{}/holdings", made.0.id));
    Ok(HttpResponse::Created().insert_header(location).json(Insigne::of(&room, made)))
}

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InsigneQuery {
    /// Of this unit and below.
    unit_id: Option<UnitId>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 流动标识
///
/// Flags and plates that move, with who has each.
#[utoipa::path(tag = "honours", params(InsigneQuery),
    responses((status = 200, description = "Those", body = Page<Insigne>)))]
#[get("/insignia")]
async fn list_insignia(
    _caller: Member,
    query: Query<InsigneQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<Insigne>>, Problem> {
    let limit = page_limit(query.limit)?;
    let found = room.insignia(query.unit_id, after(query.cursor.as_deref())?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(insigne, _)| insigne.id).map(|present| Insigne::of(&room, present))))
}

/// 流动标识的历任持有者
///
/// Who had one, the last one first.
#[utoipa::path(tag = "honours", params(("id" = InsigneId, Path, description = "Which one"), PageQuery),
    responses((status = 200, description = "Those", body = Page<InsigneHolding>)))]
#[get("/insignia/{id}/holdings")]
async fn list_insigne_holdings(
    _caller: Member,
    id: Path<InsigneId>,
    query: Query<PageQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<InsigneHolding>>, Problem> {
    let limit = query.limit()?;
    let found = room.holdings_of(*id, query.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(one, _)| one.id).map(|held| InsigneHolding::of(&room, held))))
}

/// To whom it goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InsigneHandoverBody {
    /// `null` takes it back; nobody has it then.
    holder: Option<HonourHolderBody>,
    /// On what it rests.
    document: Text<100>,
}

/// 交接流动标识
///
/// Hands it on, or takes it back. Whoever had it has it no more from that instant: at most one has it at any time.
#[utoipa::path(tag = "honours", params(("id" = InsigneId, Path, description = "Which one")),
    request_body = InsigneHandoverBody, responses((status = 200, description = "Handed on", body = Insigne)))]
#[post("/insignia/{id}/handover")]
async fn hand_insigne_over(
    keeper: HonourKeeper,
    id: Path<InsigneId>,
    room: web::Data<Honours>,
    body: Body<InsigneHandoverBody>,
) -> Result<web::Json<Insigne>, Problem> {
    let InsigneHandoverBody { holder, document } = body.into_inner();
    let to = holder.map(HonourHolderBody::read).transpose()?;
    let present = room.hand_over(&keeper.person, *id, (to, document.into_string())).await?;
    Ok(web::Json(Insigne::of(&room, present)))
}
