//! Leave of members, as who looks after them puts it down.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::people::members::Directory;
use crate::people::members::actions::{Manager, Members, NewLeave};
use crate::people::members::model::{Absence, AbsenceId};
use crate::people::members::rules::Refusal;
use crate::web::caller::{LeaveRecorder, Member, out_of_reach};
use crate::web::page::PageQuery;
use crate::web::{Body, Page, Path, Problem, Query};

/// Leave of a member: whole days on which nothing is expected of him.
#[derive(Serialize, ToSchema)]
struct AbsenceView {
    id: AbsenceId,
    /// Its first day.
    from_on: Day,
    /// Its last day, included; `null` while nobody knows.
    to_on: Option<Day>,
    /// Why, as it was entered; `null` where the member was only said to be away.
    reason: Option<String>,
    /// Who entered it.
    entered_by: Option<MemberId>,
    /// That member's name.
    entered_by_name: Option<String>,
    /// When it was entered, which may be after its days.
    entered_at: Option<Timestamp>,
}

impl AbsenceView {
    fn of(absence: Absence, directory: &Directory) -> Self {
        AbsenceView {
            id: absence.id,
            from_on: absence.from_on,
            to_on: absence.to_on,
            reason: absence.reason,
            entered_by: absence.entered_by,
            entered_by_name: absence.entered_by.map(|by| directory.name_of(by)),
            entered_at: absence.entered_at,
        }
    }
}

/// 人员请假记录
///
/// The leave of a member, the one entered last first: one's own, or of a roster that the caller may see.
#[utoipa::path(tag = "members", params(PageQuery),
    responses((status = 200, description = "Leave", body = Page<AbsenceView>)))]
#[get("/members/{id}/absences")]
pub(super) async fn list_absences(
    caller: Member,
    id: Path<MemberId>,
    page: Query<PageQuery>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Page<AbsenceView>>, Problem> {
    if *id != caller.member {
        let reach = caller.reach_of(Capability::SeeMembers)?;
        let path = directory.path(*id).ok_or(Refusal::NoSuchMember)?;
        if !reach.covers(&path) {
            return Err(out_of_reach());
        }
    }
    let limit = page.limit()?;
    let found = members.leave_of(*id, page.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |absence| absence.id).map(|absence| AbsenceView::of(absence, &directory))))
}

/// Leave to be put down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LeaveBody {
    /// Its first day; a year back or ahead at most.
    from_on: Day,
    /// Its last day, included.
    to_on: Day,
    /// Why; members of the roster read it.
    reason: Text<200>,
}

/// 登记请假
///
/// Puts down leave of a member within the caller's reach, before or afterwards: whole days that break no streak and on
/// which the member is in no denominator. Nobody puts down his own. The same days again give what is there.
#[utoipa::path(tag = "members", request_body = LeaveBody,
    responses(
        (status = 201, description = "Put down", body = AbsenceView),
        (status = 200, description = "Put down before", body = AbsenceView)))]
#[post("/members/{id}/absences")]
pub(super) async fn create_absence(
    recorder: LeaveRecorder,
    id: Path<MemberId>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<LeaveBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let leave = NewLeave { from: body.from_on, to: body.to_on, reason: body.reason.into_string() };
    let manager = Manager { member: Some(recorder.member), reach: recorder.reach.clone() };
    let (absence, is_new) = members.enter_leave(manager, *id, leave).await?;
    let mut reply = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    reply.insert_header((LOCATION, format!("/api/v1/members/{}/absences", *id)));
    Ok(reply.json(AbsenceView::of(absence, &directory)))
}

/// 撤销请假
///
/// Takes back leave that was put down by mistake; its days count again.
#[utoipa::path(tag = "members", responses((status = 204, description = "Taken back")))]
#[delete("/members/{id}/absences/{absence_id}")]
pub(super) async fn withdraw_absence(
    recorder: LeaveRecorder,
    ids: Path<(MemberId, AbsenceId)>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (member, absence) = *ids;
    let manager = Manager { member: Some(recorder.member), reach: recorder.reach.clone() };
    members.withdraw_leave(manager, member, absence).await?;
    Ok(HttpResponse::NoContent().finish())
}
