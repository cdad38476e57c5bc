//! The accounts that the caller has bound.

use actix_web::{HttpResponse, delete, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::people::platforms::Platforms;
use crate::people::platforms::model::{BoundBy, Platform};
use crate::web::caller::Member;
use crate::web::{Path, Problem};

/// A platform, and whether the caller has an account on it bound.
#[derive(Serialize, ToSchema)]
struct PlatformBinding {
    platform: Platform,
    /// Whether an account there is the caller's.
    bound: bool,
    /// By what it was found to be; `null` where nothing is bound.
    bound_by: Option<BoundBy>,
    bound_at: Option<Timestamp>,
}

/// The platforms that the enterprise uses.
#[derive(Serialize, ToSchema)]
struct PlatformBindings {
    items: Vec<PlatformBinding>,
}

/// 我的绑定
///
/// The platforms that the enterprise uses, and which of them the caller has bound.
#[utoipa::path(tag = "session", responses((status = 200, description = "Platforms", body = PlatformBindings)))]
#[get("/me/platforms")]
pub(super) async fn list_my_platforms(
    caller: Member,
    platforms: web::Data<Platforms>,
) -> Result<web::Json<PlatformBindings>, Problem> {
    let bound = platforms.bindings(caller.member).await?;
    let known = |platform: Platform| bound.iter().find(|account| account.platform == platform);
    let shown = Platform::EACH.iter().copied().filter(|each| platforms.uses(*each) || known(*each).is_some());
    let items = shown
        .map(|platform| {
            let account = known(platform);
            PlatformBinding {
                platform,
                bound: account.is_some(),
                bound_by: account.map(|account| account.bound_by),
                bound_at: account.map(|account| account.bound_at),
            }
        })
        .collect();
    Ok(web::Json(PlatformBindings { items }))
}

/// 解除绑定
///
/// Unbinds the caller's account on a platform and forgets everything that came from there. Sessions go on until they are ended.
#[utoipa::path(tag = "session", params(("platform" = Platform, Path)),
    responses((status = 204, description = "Unbound")))]
#[delete("/me/platforms/{platform}")]
pub(super) async fn end_my_platform_binding(
    caller: Member,
    platforms: web::Data<Platforms>,
    platform: Path<Platform>,
) -> Result<HttpResponse, Problem> {
    platforms.unbind(caller.member, *platform).await?;
    Ok(HttpResponse::NoContent().finish())
}
