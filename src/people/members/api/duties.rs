//! Granting and ending duties.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::proposals::{DutyProposalView, proposed};
use super::units::by;
use super::views::DutyView;
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Db;
use crate::people::members::Directory;
use crate::people::members::actions::{Granted, Members, NewDuty};
use crate::people::members::model::{Confirmation, MemberStatus, RoleId, RoleRow};
use crate::people::members::rules;
use crate::web::caller::{DutyReader, RosterManager};
use crate::web::page::PageQuery;
use crate::web::{Body, Page, Path, Problem, Query};

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

/// A duty that holds now.
#[derive(Serialize, ToSchema)]
struct GrantedDuty {
    #[serde(flatten)]
    duty: DutyView,
    /// For a privileged duty that nobody else confirmed: why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation: Option<Confirmation>,
}

/// 任命职务
///
/// Grants a duty within the caller's scope and tells the member; nobody grants one to himself.
///
/// Administrator, auditor, organiser, committee member and expert are privileged: once there has ever been a second
/// administrator, the answer is 202 with a proposal that another administrator confirms; before, they hold at once and
/// are marked so. Nobody holds two of {administrator}, {auditor}, {organiser, committee member, expert} at the same time,
/// and the auditor no other duty at all. An auditor, who reads everything, is appointed only by administrators of the
/// whole enterprise.
#[utoipa::path(tag = "members", request_body = NewDutyBody,
    responses(
        (status = 201, description = "The duty", body = GrantedDuty),
        (status = 202, description = "A proposal that another administrator confirms", body = DutyProposalView)))]
#[post("/members/{id}/roles")]
pub(super) async fn grant_role(
    manager: RosterManager,
    id: Path<MemberId>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<NewDutyBody>,
) -> Result<HttpResponse, Problem> {
    let duty = NewDuty { role: body.role, unit: body.unit_id, from: body.from_on, to: body.to_on };
    match members.grant_role(by(&manager), *id, duty).await? {
        Granted::Proposed(proposal) => Ok(proposed(&manager, &members, &proposal)),
        Granted::Duty(granted, confirmation) => {
            let location = (LOCATION, format!("/api/v1/members/{}/roles/{}", *id, granted.id));
            let view = GrantedDuty { duty: DutyView::of(&granted, &directory.tree()), confirmation };
            Ok(HttpResponse::Created().insert_header(location).json(view))
        }
    }
}

/// 终止职务
///
/// Ends a duty at once and tells the member; the last administrator of the enterprise stays.
///
/// A privileged duty is ended like it is granted: 202 with a proposal that another administrator confirms, once there has
/// ever been a second one.
#[utoipa::path(tag = "members", responses(
    (status = 202, description = "A proposal that another administrator confirms", body = DutyProposalView),
    (status = 204, description = "Ended")))]
#[delete("/members/{id}/roles/{role_id}")]
pub(super) async fn end_role(
    manager: RosterManager,
    ids: Path<(MemberId, RoleId)>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (member, role) = *ids;
    match members.end_role(by(&manager), member, role).await? {
        Some(proposal) => Ok(proposed(&manager, &members, &proposal)),
        None => Ok(HttpResponse::NoContent().finish()),
    }
}

/// Somebody whose duties do not go together.
#[derive(Serialize, ToSchema)]
struct DutyConflict {
    /// The member.
    member_id: MemberId,
    /// The number to sign in with.
    employee_no: String,
    /// The member's name.
    name: String,
    /// The home unit.
    unit_id: UnitId,
    /// What it is called for short.
    unit_name: String,
    /// Those duties, of today or later, that one person should not hold at the same time.
    duties: Vec<DutyView>,
}

/// 职务冲突
///
/// Members who hold duties that do not go together, from before the rule: listed, not taken away.
#[utoipa::path(tag = "members", params(PageQuery),
    responses((status = 200, description = "A page of members, in a stable order", body = Page<DutyConflict>)))]
#[get("/duty-conflicts")]
pub(super) async fn list_duty_conflicts(
    reader: DutyReader,
    query: Query<PageQuery>,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<DutyConflict>>, Problem> {
    let (limit, after, today) = (query.limit()?, query.after::<MemberId>()?, db.today());
    let tree = directory.tree();
    let mut found = Vec::new();
    directory.each_member(|card, home| {
        let still: Vec<RoleRow> =
            card.duties.iter().filter(|duty| duty.to_on.is_none_or(|to| today <= to)).cloned().collect();
        let conflicting = rules::conflicting(&still);
        let beyond = after.is_some_and(|after| card.id <= after) || !reader.reach.covers(&home.path);
        if conflicting.is_empty() || beyond || card.status == MemberStatus::Left {
            return;
        }
        found.push(DutyConflict {
            member_id: card.id,
            employee_no: card.employee_no.to_string(),
            name: card.name.to_string(),
            unit_id: card.unit,
            unit_name: home.unit.short_name.clone(),
            duties: conflicting.into_iter().map(|duty| DutyView::of(duty, &tree)).collect(),
        });
    });
    found.sort_by_key(|conflict| conflict.member_id);
    Ok(web::Json(Page::new(found, limit, |conflict| conflict.member_id)))
}
