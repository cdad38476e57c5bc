//! Honours: given, listed, looked at, taken away.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::honour::honours::Honours;
use crate::honour::honours::actions::{NewHolder, link_of};
use crate::honour::honours::awards::NewAward;
use crate::honour::honours::model::{
    AwardId, AwardSource, Awarded, HolderId, HonourHolderKind, HonourKind, HonourLevel,
};
use crate::honour::honours::rules::Refusal;
use crate::honour::honours::store::Wanted;
use crate::web::caller::{HonourGranter, Member};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(give_honour).service(list_honours).service(get_honour).service(withdraw_honour);
}

/// A holder as somebody names it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HonourHolderBody {
    pub kind: HonourHolderKind,
    /// For members.
    pub member_id: Option<MemberId>,
    /// The unit itself; for brands, posts and zones the unit whose it is.
    pub unit_id: Option<UnitId>,
    /// For brands, posts and zones: what it is called.
    #[schema(examples("主井提升机操作岗"))]
    pub name: Option<Text<60>>,
}

impl HonourHolderBody {
    pub fn read(self) -> Result<NewHolder, Refusal> {
        let HonourHolderBody { kind, member_id, unit_id, name } = self;
        match (kind, member_id, unit_id, name) {
            (HonourHolderKind::Member, Some(member), None, None) => Ok(NewHolder::Member(member)),
            (HonourHolderKind::Member, ..) => Err(Refusal::BadHolder("党员的荣誉须写明是哪名党员，不写其他")),
            (HonourHolderKind::Unit, None, Some(unit), None) => Ok(NewHolder::Unit(unit)),
            (HonourHolderKind::Unit, ..) => Err(Refusal::BadHolder("组织的荣誉须写明是哪个组织，不写其他")),
            (kind, None, Some(unit), Some(name)) => Ok(NewHolder::Named(kind, unit, name.into_string())),
            _ => Err(Refusal::BadHolder("岗位、责任区和品牌须写明所属组织和名称")),
        }
    }
}

/// An honour to be given.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HonourBody {
    holder: HonourHolderBody,
    kind: HonourKind,
    /// Such as 优秀共产党员.
    #[schema(examples("党员示范岗"))]
    title: Text<60>,
    /// The year that it is for.
    year: i32,
    awarded_on: Day,
    /// On what it rests; its number, for commendations by other names than the usual three.
    #[schema(examples("集团党发〔2026〕5号"))]
    document: Text<100>,
    /// The unit that gives it: that of the holder, or one above.
    unit_id: UnitId,
}

/// An honour.
#[derive(Serialize, ToSchema)]
#[schema(as = Honour)]
pub(super) struct HonourView {
    pub id: AwardId,
    pub holder_kind: HonourHolderKind,
    /// What the holder is called.
    pub holder_name: String,
    /// For members.
    pub member_id: Option<MemberId>,
    /// For brands, posts and zones.
    pub holder_id: Option<HolderId>,
    /// The unit itself, or the one to which the holder belonged.
    pub unit_id: UnitId,
    /// What that unit is called.
    pub unit_name: String,
    pub kind: HonourKind,
    /// As it is printed.
    pub title: String,
    pub level: HonourLevel,
    /// The year that it is for.
    pub year: i32,
    pub awarded_on: Day,
    /// On what it rests.
    pub document: String,
    /// Who gave it.
    pub issuer: String,
    pub source: AwardSource,
    /// By which anybody checks the certificate.
    pub code: String,
    pub created_at: Timestamp,
    pub withdrawn: Option<HonourWithdrawal>,
}

/// That an honour was taken away.
#[derive(Serialize, ToSchema)]
pub(super) struct HonourWithdrawal {
    /// The number of the document; of a prize the corrected contest, and why.
    document: String,
    withdrawn_at: Timestamp,
}

impl HonourView {
    pub fn of(room: &Honours, awarded: &Awarded) -> Self {
        let (award, withdrawn, _) = awarded;
        HonourView {
            id: award.id,
            holder_kind: award.holder_kind,
            holder_name: room.holder_name(awarded),
            member_id: award.member_id,
            holder_id: award.holder_id,
            unit_id: award.unit_id,
            unit_name: room.directory.unit_name(award.unit_id),
            kind: award.kind,
            title: award.title.clone(),
            level: award.level,
            year: award.year,
            awarded_on: award.awarded_on,
            document: award.document.clone(),
            issuer: award.issuer.clone(),
            source: award.source_kind,
            code: award.code.clone(),
            created_at: award.created_at,
            withdrawn: withdrawn
                .as_ref()
                .map(|one| HonourWithdrawal { document: one.document.clone(), withdrawn_at: one.withdrawn_at }),
        }
    }
}

/// 授予荣誉
///
/// Gives an honour by a decision of a unit. In-Party commendation only by Party committees; names beyond the usual three
/// need the number of the document that allows them. Nobody honours himself.
#[utoipa::path(tag = "honours", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = HonourBody, responses((status = 201, description = "Given", body = HonourView)))]
#[post("/honours")]
async fn give_honour(
    granter: HonourGranter,
    room: web::Data<Honours>,
    key: OptionalKey,
    body: Body<HonourBody>,
) -> Result<HttpResponse, Problem> {
    room.check_reach(&granter.reach, body.0.unit_id)?;
    let key = key.of(granter.member, "POST /honours", &body.0);
    let HonourBody { holder, kind, title, year, awarded_on, document, unit_id } = body.into_inner();
    let new = NewAward {
        holder: holder.read()?,
        kind,
        title: title.into_string(),
        year,
        awarded_on,
        document: document.into_string(),
        by_unit: unit_id,
    };
    let awarded = room.give(&granter.person, new, key).await?;
    let location = (LOCATION, format!("/api/v1{}", link_of(awarded.0.id)));
    Ok(HttpResponse::Created().insert_header(location).json(HonourView::of(&room, &awarded)))
}

/// Which honours.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HonourQuery {
    /// Of holders who belonged to this unit or below.
    unit_id: Option<UnitId>,
    /// Of this member.
    member_id: Option<MemberId>,
    /// Of this brand, post or zone.
    holder_id: Option<HolderId>,
    /// Of such holders.
    #[param(inline)]
    holder_kind: Option<HonourHolderKind>,
    /// Of this year.
    year: Option<i32>,
    /// Of this level.
    #[param(inline)]
    level: Option<HonourLevel>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 荣誉名单
///
/// Honours of a member, a unit, a post or a year, newest first; those that were taken away say so.
#[utoipa::path(tag = "honours", params(HonourQuery),
    responses((status = 200, description = "Honours", body = Page<HonourView>)))]
#[get("/honours")]
async fn list_honours(
    _caller: Member,
    query: Query<HonourQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<HonourView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let wanted = Wanted {
        units: room.below(query.unit_id)?,
        member: query.member_id,
        holder: query.holder_id,
        holder_kind: query.holder_kind,
        year: query.year,
        level: query.level,
    };
    let found = room.awards(wanted, after(query.cursor.as_deref())?, limit + 1).await?;
    let page = Page::new(found, limit, |(award, ..)| award.id);
    Ok(web::Json(page.map(|awarded| HonourView::of(&room, &awarded))))
}

/// 一项荣誉
///
/// An honour with what it rests on, and what became of it.
#[utoipa::path(tag = "honours", params(("id" = AwardId, Path, description = "The honour")),
    responses((status = 200, description = "The honour", body = HonourView)))]
#[get("/honours/{id}")]
async fn get_honour(
    _caller: Member,
    id: Path<AwardId>,
    room: web::Data<Honours>,
) -> Result<web::Json<HonourView>, Problem> {
    Ok(web::Json(HonourView::of(&room, &room.award(*id).await?)))
}

/// The basis of a withdrawal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HonourWithdrawalBody {
    /// The number of the document, and nothing of the matter.
    #[schema(examples("集团党发〔2026〕9号"))]
    document: Text<60>,
}

/// 撤销荣誉
///
/// Takes an honour away. It stays in the record with the number of the document; nothing of the matter is kept. Again it
/// changes nothing.
#[utoipa::path(tag = "honours", params(("id" = AwardId, Path, description = "The honour")),
    request_body = HonourWithdrawalBody, responses((status = 200, description = "Taken away", body = HonourView)))]
#[post("/honours/{id}/withdrawal")]
async fn withdraw_honour(
    granter: HonourGranter,
    id: Path<AwardId>,
    room: web::Data<Honours>,
    body: Body<HonourWithdrawalBody>,
) -> Result<web::Json<HonourView>, Problem> {
    let awarded = room.withdraw(&granter.person, *id, &body.into_inner().document.into_string()).await?;
    Ok(web::Json(HonourView::of(&room, &awarded)))
}
