//! The organisation tree.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::UnitName;
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Day;
use crate::db::Db;
use crate::people::members::Directory;
use crate::people::members::actions::{Manager, Members, NewUnit, UnitChange};
use crate::people::members::directory::UnitCard;
use crate::people::members::model::{Unit, unit_thing};
use crate::people::members::rules::Refusal;
use crate::web::caller::{Member, RosterManager};
use crate::web::etag::{IfMatch, Polled, Versioned};
use crate::web::{Body, OptionalKey, Path, Problem};

/// A unit of the tree.
#[derive(Serialize, ToSchema)]
struct UnitView {
    /// The unit.
    id: UnitId,
    /// Its stable external code.
    code: String,
    /// Its full name.
    name: String,
    /// How it is called for short.
    short_name: String,
    /// What kind of unit it is, such as 党支部.
    kind: String,
    /// The unit that it lies directly below; absent for the root.
    parent_id: Option<UnitId>,
    /// The day on which it was closed.
    closed_on: Option<Day>,
    /// Active members of the unit and of everything below it.
    active_members: u32,
}

impl UnitView {
    fn of(unit: &Unit, active_members: u32) -> Self {
        UnitView {
            id: unit.id,
            code: unit.code.clone(),
            name: unit.name.clone(),
            short_name: unit.short_name.clone(),
            kind: unit.kind.clone(),
            parent_id: unit.parent_id,
            closed_on: unit.closed_on,
            active_members,
        }
    }
}

/// Every unit.
#[derive(Serialize, ToSchema)]
struct UnitList {
    /// In the order of their codes, closed ones too.
    items: Vec<UnitView>,
}

/// 组织列表
///
/// The whole organisation tree as a flat list.
#[utoipa::path(tag = "members", responses((status = 200, description = "The units", body = UnitList),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/units")]
pub(super) async fn list_units(_caller: Member, directory: web::Data<Directory>) -> Result<Polled<UnitList>, Problem> {
    let (tree, counts) = (directory.tree(), directory.headcount());
    let view = |card: &UnitCard| UnitView::of(&card.unit, counts.below(card.unit.id));
    let mut items: Vec<UnitView> = tree.each().map(view).collect();
    items.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(Polled(UnitList { items }))
}

/// A unit with what lies around it.
#[derive(Serialize, ToSchema)]
struct UnitDetail {
    /// The unit itself.
    #[serde(flatten)]
    unit: UnitView,
    /// The unit's ancestors, nearest first.
    ancestors: Vec<UnitName>,
    /// The units directly below, in the order of their codes.
    children: Vec<UnitName>,
    /// Who holds the duty of a secretary on this very unit today.
    secretaries: Vec<UnitSecretary>,
}

/// A secretary of a unit.
#[derive(Serialize, ToSchema)]
struct UnitSecretary {
    member_id: MemberId,
    /// The member's name.
    name: String,
}

/// 组织详情
///
/// One unit with its ancestors and the units directly below it.
#[utoipa::path(tag = "members", responses((status = 200, description = "The unit", body = UnitDetail)))]
#[get("/units/{id}")]
pub(super) async fn get_unit(
    _caller: Member,
    id: Path<UnitId>,
    db: web::Data<Db>,
    members: web::Data<Members>,
    directory: web::Data<Directory>,
) -> Result<Versioned<UnitDetail>, Problem> {
    let version = unit_thing(*id).present(&db).await?;
    let tree = directory.tree();
    let card = tree.get(*id).ok_or(Refusal::NoSuchUnit)?;
    // the tree in memory follows the database: what is changed by its version is read there
    let unit = members.find_unit(*id).await?.ok_or(Refusal::NoSuchUnit)?;
    let active = directory.headcount().below(*id);
    let secretaries = directory.holders(Role::Secretary, *id, db.today()).into_iter();
    let detail = UnitDetail {
        unit: UnitView::of(&unit, active),
        ancestors: UnitName::path(&tree, *id).split_off(1),
        children: card.children.iter().filter_map(|child| tree.get(*child)).map(UnitName::of).collect(),
        secretaries: secretaries.map(|id| UnitSecretary { member_id: id, name: directory.name_of(id) }).collect(),
    };
    Ok(Versioned(detail, version))
}

/// A unit to be made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUnitBody {
    /// A stable external code of letters, digits and hyphens that no other unit bears.
    code: Text<32>,
    /// Its full name.
    name: Text<50>,
    /// How it is called for short; the name when absent.
    short_name: Option<Text<50>>,
    /// What kind of unit it is, such as 党支部.
    kind: Text<20>,
    /// The unit that it shall lie directly below.
    parent_id: UnitId,
}

/// 新建组织
///
/// Makes a unit within the caller's scope. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "members", request_body = NewUnitBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    responses((status = 201, description = "The unit", body = UnitView)))]
#[post("/units")]
pub(super) async fn create_unit(
    manager: RosterManager,
    key: OptionalKey,
    members: web::Data<Members>,
    body: Body<NewUnitBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.of(manager.member, "POST /units", &body);
    let new = NewUnit {
        code: body.code.into_string(),
        name: body.name.into_string(),
        short_name: body.short_name.map(Text::into_string),
        kind: body.kind.into_string(),
        parent: body.parent_id,
    };
    let unit = members.create_unit(by(&manager), new, key).await?;
    let location = (LOCATION, format!("/api/v1/units/{}", unit.id));
    Ok(HttpResponse::Created().insert_header(location).json(UnitView::of(&unit, 0)))
}

/// What shall be different about a unit; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnitChangeBody {
    /// Its full name.
    name: Option<Text<50>>,
    /// How it is called for short.
    short_name: Option<Text<50>>,
    /// What kind of unit it is.
    kind: Option<Text<20>>,
    /// Moves the unit, with everything below it, below this one.
    parent_id: Option<UnitId>,
    /// Closes the unit from today on, or opens it again.
    closed: Option<bool>,
}

/// 修改组织
///
/// Changes, moves, closes or reopens a unit within the caller's scope.
#[utoipa::path(tag = "members", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")), request_body = UnitChangeBody,
    responses((status = 200, description = "The unit", body = UnitView)))]
#[patch("/units/{id}")]
pub(super) async fn edit_unit(
    manager: RosterManager,
    id: Path<UnitId>,
    IfMatch(seen): IfMatch,
    members: web::Data<Members>,
    directory: web::Data<Directory>,
    body: Body<UnitChangeBody>,
) -> Result<web::Json<UnitView>, Problem> {
    let body = body.into_inner();
    let change = UnitChange {
        name: body.name.map(Text::into_string),
        short_name: body.short_name.map(Text::into_string),
        kind: body.kind.map(Text::into_string),
        parent: body.parent_id,
        closed: body.closed,
    };
    let unit = members.update_unit(by(&manager), *id, seen, change).await?;
    let active = directory.headcount().below(unit.id);
    Ok(web::Json(UnitView::of(&unit, active)))
}

/// The caller as the actions know one.
pub(super) fn by(manager: &RosterManager) -> Manager {
    Manager { member: Some(manager.member), reach: manager.reach.clone() }
}
