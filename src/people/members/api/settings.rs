//! What a member sets for himself: large type, hours without reminders, which notices count.

use actix_web::{get, put, web};

use crate::people::members::actions::Members;
use crate::people::members::model::MemberSettings;
use crate::web::caller::Member;
use crate::web::{Body, Problem};

/// 我的设置
///
/// What the member has set for himself on every device: 关怀 mode, hours without reminders, which notices are counted.
#[utoipa::path(tag = "members", responses((status = 200, description = "The settings", body = MemberSettings)))]
#[get("/me/settings")]
pub(super) async fn get_my_settings(
    caller: Member,
    members: web::Data<Members>,
) -> Result<web::Json<MemberSettings>, Problem> {
    Ok(web::Json(members.settings_of(caller.member).await?))
}

/// 修改我的设置
///
/// Sets all of it; what is absent goes back to what applies to everybody.
#[utoipa::path(tag = "members", request_body = MemberSettings,
    responses((status = 200, description = "The settings", body = MemberSettings)))]
#[put("/me/settings")]
pub(super) async fn set_my_settings(
    caller: Member,
    members: web::Data<Members>,
    body: Body<MemberSettings>,
) -> Result<web::Json<MemberSettings>, Problem> {
    Ok(web::Json(members.set_settings(caller.member, body.into_inner()).await?))
}
