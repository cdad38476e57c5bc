//! Granting and ending duties.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::units::by;
use super::views::DutyView;
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::members::Directory;
use crate::members::actions::{Members, NewDuty};
use crate::members::model::RoleId;
use crate::web::caller::RosterManager;
use crate::web::{Body, Path, Problem};

/// A duty to be granted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDutyBody {
    /// Which duty it is.
    role: Role,
    /// Where it is held; it reaches everything below.
    unit_id: UnitId,
    /// Its first day; today when absent.
    from_on: Option<Day>,
    /// Its last day; open when absent.
    to_on: Option<Day>,
}

/// Grants a duty within the caller's scope and tells the member; nobody grants one to himself.
///
/// An auditor, who reads everything, is appointed only by an administrator of the whole enterprise.
#[utoipa::path(tag = "members", request_body = NewDutyBody,
    responses((status = 201, description = "The duty", body = DutyView)))]
#[post("/members/{id}/roles")]
pub(super) async fn grant_role(
    manager: RosterManager,
    id: Path<MemberId>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<NewDutyBody>,
) -> Result<HttpResponse, Problem> {
    let duty = NewDuty { role: body.role, unit: body.unit_id, from: body.from_on, to: body.to_on };
    let granted = members.grant_role(by(&manager), *id, duty).await?;
    let location = (LOCATION, format!("/api/v1/members/{}/roles/{}", *id, granted.id));
    Ok(HttpResponse::Created().insert_header(location).json(DutyView::of(&granted, &directory.tree())))
}

/// Ends a duty at once and tells the member; the last administrator of the enterprise stays.
#[utoipa::path(tag = "members", responses((status = 204, description = "Ended")))]
#[delete("/members/{id}/roles/{role_id}")]
pub(super) async fn end_role(
    manager: RosterManager,
    ids: Path<(MemberId, RoleId)>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (member, role) = *ids;
    members.end_role(by(&manager), member, role).await?;
    Ok(HttpResponse::NoContent().finish())
}
