//! The routes of resets: asking for one, approving and refusing.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::invitations::ResetStanding;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::model::InvitationId;
use crate::people::sessions::resets::SeenReset;
use crate::web::caller::{Inviter, Member};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query, limits};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(request_reset)
        .service(withdraw_reset_request)
        .service(list_my_resets)
        .service(approve_my_reset)
        .service(refuse_my_reset)
        .service(list_resets)
        .service(approve_reset);
}

/// Who asks for a reset, and from where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetRequestBody {
    /// The member's employee number.
    employee_no: Text<64>,
    /// `device_key` of an earlier session of the member on this device.
    device_key: Text<64>,
}

/// What everybody is answered who asks for a reset.
#[derive(Serialize, ToSchema)]
struct ResetRequested {
    /// What to do now, in Chinese.
    message: &'static str,
}

/// 申请重置密码
///
/// Asks for a forgotten password to be reset, from a device that knew the member before: a code that was issued, or is
/// issued within three days, then works without anybody else. The answer is the same whether or not there is such a member
/// or such a device.
#[utoipa::path(tag = "session", security(()), request_body = ResetRequestBody,
    responses((status = 202, description = "Taken down if member and device belong together", body = ResetRequested)))]
#[post("/session/reset-request")]
async fn request_reset(
    req: HttpRequest,
    sessions: web::Data<Sessions>,
    body: Body<ResetRequestBody>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    sessions.request_reset(&body.employee_no, &body.device_key).await?;
    let message = "如果工号与这台设备相符，申请已经登记，请向支部书记领取邀请码；否则请直接联系支部书记";
    Ok(HttpResponse::Accepted().json(ResetRequested { message }))
}

/// 撤回重置申请
///
/// Takes one's own request for a reset back.
#[utoipa::path(tag = "session", responses((status = 204, description = "Taken back")))]
#[delete("/me/reset-request")]
async fn withdraw_reset_request(caller: Member, sessions: web::Data<Sessions>) -> Result<HttpResponse, Problem> {
    sessions.withdraw_request(caller.member).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A reset that was not redeemed yet.
#[derive(Serialize, ToSchema)]
struct ResetView {
    #[serde(flatten)]
    standing: ResetStanding,
    member_id: MemberId,
    /// The member's employee number.
    employee_no: String,
    /// The member's name.
    name: String,
    /// The member's home unit.
    unit_id: UnitId,
    /// What it is called for short.
    unit_name: String,
    /// Who issued the code.
    issued_by: Option<MemberId>,
    /// That person's name.
    issuer: Option<String>,
    issued_at: Timestamp,
    expires_at: Timestamp,
    /// Who approved it: the member, or a second person.
    approved_by: Option<MemberId>,
    /// That person's name.
    approver: Option<String>,
    approved_at: Option<Timestamp>,
    /// When the member refused it.
    refused_at: Option<Timestamp>,
    /// Whether the caller's approval would make it work.
    may_approve: bool,
}

fn view(sessions: &Sessions, seen: SeenReset) -> ResetView {
    let SeenReset { reset, card, standing, may_approve } = seen;
    let name = |member: Option<MemberId>| member.map(|member| sessions.member_name(member));
    ResetView {
        standing: (reset.id, standing).into(),
        member_id: card.id,
        employee_no: card.employee_no.to_string(),
        name: card.name.to_string(),
        unit_id: card.unit,
        unit_name: sessions.unit_name(card.unit),
        issuer: name(reset.issued_by),
        issued_by: reset.issued_by,
        issued_at: reset.created_at,
        expires_at: reset.expires_at,
        approver: name(reset.approved_by),
        approved_by: reset.approved_by,
        approved_at: reset.approved_at,
        refused_at: reset.refused_at,
        may_approve,
    }
}

/// What is pending about the caller's own password.
#[derive(Serialize, ToSchema)]
struct OwnResetList {
    /// Since when the caller asks for a reset himself.
    requested_at: Option<Timestamp>,
    /// The code that was issued, if it was not redeemed; one at most.
    items: Vec<ResetView>,
}

/// 待我确认的密码重置
///
/// The reset of one's own password that is pending, if any.
#[utoipa::path(tag = "session", responses((status = 200, description = "What is pending", body = OwnResetList)))]
#[get("/me/resets")]
async fn list_my_resets(caller: Member, sessions: web::Data<Sessions>) -> Result<web::Json<OwnResetList>, Problem> {
    let own = sessions.own_resets(caller.member).await?;
    let items = own.resets.into_iter().map(|seen| view(&sessions, seen)).collect();
    Ok(web::Json(OwnResetList { requested_at: own.requested_at, items }))
}

/// 同意重置我的密码
///
/// Says that one asked for this reset oneself: its code works from now on. Again it changes nothing.
#[utoipa::path(tag = "session", params(("id" = InvitationId, Path, description = "The reset")),
    responses((status = 200, description = "Approved", body = ResetView)))]
#[post("/me/resets/{id}/approval")]
async fn approve_my_reset(
    caller: Member,
    id: Path<InvitationId>,
    sessions: web::Data<Sessions>,
) -> Result<web::Json<ResetView>, Problem> {
    let seen = sessions.approve_own_reset(caller.member, *id).await?;
    Ok(web::Json(view(&sessions, seen)))
}

/// 拒绝重置我的密码
///
/// Refuses a reset that one did not ask for, approved or not, until it is redeemed: its code will not work any more.
#[utoipa::path(tag = "session", params(("id" = InvitationId, Path, description = "The reset")),
    responses((status = 200, description = "Refused", body = ResetView)))]
#[post("/me/resets/{id}/refusal")]
async fn refuse_my_reset(
    caller: Member,
    id: Path<InvitationId>,
    sessions: web::Data<Sessions>,
) -> Result<web::Json<ResetView>, Problem> {
    let seen = sessions.refuse_reset(caller.member, *id).await?;
    Ok(web::Json(view(&sessions, seen)))
}

/// 待确认的密码重置
///
/// Resets within the caller's reach that were not redeemed yet, newest first.
#[utoipa::path(tag = "session", params(PageQuery),
    responses((status = 200, description = "Resets", body = Page<ResetView>)))]
#[get("/resets")]
async fn list_resets(
    inviter: Inviter,
    page: Query<PageQuery>,
    sessions: web::Data<Sessions>,
) -> Result<web::Json<Page<ResetView>>, Problem> {
    let limit = page.limit()?;
    let asked = usize::try_from(limit).unwrap_or(0) + 1;
    let found = sessions.list_resets(inviter.member, inviter.reach.clone(), page.after()?, asked).await?;
    Ok(web::Json(Page::new(found, limit, |seen| seen.reset.id).map(|seen| view(&sessions, seen))))
}

/// 同意密码重置
///
/// Approves, as the second person, a reset that somebody else issued. Again it changes nothing.
#[utoipa::path(tag = "session", params(("id" = InvitationId, Path, description = "The reset")),
    responses((status = 200, description = "Approved", body = ResetView)))]
#[post("/resets/{id}/approval")]
async fn approve_reset(
    inviter: Inviter,
    id: Path<InvitationId>,
    sessions: web::Data<Sessions>,
) -> Result<web::Json<ResetView>, Problem> {
    let seen = sessions.approve_reset(inviter.member, inviter.reach.clone(), *id).await?;
    Ok(web::Json(view(&sessions, seen)))
}
