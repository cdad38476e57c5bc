//! A member's own devices and password.

use actix_web::{HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::SessionId;
use crate::base::text::{Text, Verbatim};
use crate::base::time::Timestamp;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::model::Method;
use crate::web::caller::Member;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_my_sessions).service(end_session).service(change_my_password);
}

/// A device on which the member is signed in.
#[derive(Serialize, ToSchema)]
struct SessionView {
    id: SessionId,
    /// What the member called it.
    device: String,
    method: Method,
    created_at: Timestamp,
    /// When it was last refreshed.
    last_used_at: Timestamp,
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

/// The devices of a member.
#[derive(Serialize, ToSchema)]
struct SessionList {
    items: Vec<SessionView>,
}

/// 我的登录设备
///
/// The devices on which the member is signed in, newest first.
#[utoipa::path(tag = "session", responses((status = 200, description = "Sessions", body = SessionList)))]
#[get("/me/sessions")]
async fn list_my_sessions(caller: Member, sessions: web::Data<Sessions>) -> Result<web::Json<SessionList>, Problem> {
    let items = sessions
        .list(caller.member)
        .await?
        .into_iter()
        .map(|session| SessionView {
            id: session.id,
            device: session.device,
            method: session.method,
            created_at: session.created_at,
            last_used_at: session.rotated_at,
            expires_at: session.expires_at,
            current: session.id == caller.session,
        })
        .collect();
    Ok(web::Json(SessionList { items }))
}

/// 退出某台设备
///
/// Ends one of the member's own sessions.
#[utoipa::path(tag = "session", responses((status = 204, description = "Ended")))]
#[delete("/me/sessions/{id}")]
async fn end_session(
    caller: Member,
    id: Path<SessionId>,
    sessions: web::Data<Sessions>,
) -> Result<HttpResponse, Problem> {
    sessions.end(caller.member, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// The present password.
    old_password: Verbatim<256>,
    /// 8 to 64 characters of at least two kinds, 10 at least for administrators, auditors, organisers, committee members
    /// and experts; nothing that others try first.
    new_password: Verbatim<256>,
    /// Taken and not needed: anyone who is signed in is not locked out by others who try passwords.
    #[expect(dead_code, reason = "clients send it")]
    device_key: Option<Text<64>>,
}

/// What a changed password leaves on the device that changed it.
#[derive(Serialize, ToSchema)]
struct ChangedPassword {
    /// Takes the place of the device key that the device has: every device key from before the change is worth nothing.
    device_key: String,
}

/// 修改密码
///
/// Changes the password, ends the member's other sessions and makes all device keys worthless but the one it answers.
#[utoipa::path(tag = "session", request_body = PasswordBody,
    responses((status = 200, description = "Changed", body = ChangedPassword)))]
#[put("/me/password")]
async fn change_my_password(
    caller: Member,
    sessions: web::Data<Sessions>,
    body: Body<PasswordBody>,
) -> Result<web::Json<ChangedPassword>, Problem> {
    let body = body.into_inner();
    let (old, new) = (body.old_password.into_string(), body.new_password.into_string());
    let device_key = sessions.change_password(caller.member, caller.session, old, new).await?;
    Ok(web::Json(ChangedPassword { device_key }))
}
