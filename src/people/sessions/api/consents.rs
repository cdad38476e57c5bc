//! The privacy notice, for who is signed in; everybody else finds it in `GET /config`.

use actix_web::{get, put, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::time::Timestamp;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::model::PrivacyNotice;
use crate::web::caller::{Caller, Member};
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_my_consents).service(put_my_consent);
}

/// That the caller agreed to a version of the notice.
#[derive(Serialize, ToSchema)]
struct ConsentView {
    /// What the enterprise calls that version.
    version: String,
    agreed_at: Timestamp,
}

/// What the caller agreed to.
#[derive(Serialize, ToSchema)]
struct ConsentList {
    /// The notice that holds; `null` where the enterprise has none.
    notice: Option<PrivacyNotice>,
    /// Whether the caller has still to agree to it.
    due: bool,
    /// Newest first.
    items: Vec<ConsentView>,
}

async fn shown(sessions: &Sessions, caller: &Caller) -> Result<web::Json<ConsentList>, Problem> {
    let (notice, kept) = (sessions.privacy_notice(), sessions.privacy_consents(caller.member).await?);
    let due = notice.as_ref().is_some_and(|notice| kept.iter().all(|consent| consent.version != notice.version));
    let items = kept
        .into_iter()
        .map(|consent| ConsentView { version: consent.version, agreed_at: consent.agreed_at })
        .collect();
    Ok(web::Json(ConsentList { notice, due, items }))
}

/// 我的个人信息授权
///
/// To which versions of the privacy notice the caller agreed, and when; and whether the one that holds is among them.
#[utoipa::path(tag = "session", responses((status = 200, description = "Consents", body = ConsentList)))]
#[get("/me/consents")]
async fn list_my_consents(caller: Member, sessions: web::Data<Sessions>) -> Result<web::Json<ConsentList>, Problem> {
    shown(&sessions, &caller).await
}

/// 同意个人信息保护告知书
///
/// Agrees to the privacy notice of this version, which must be the one that holds: another one is 409
/// `consents.other_version`. Again it changes nothing.
#[utoipa::path(tag = "session", params(("version" = String, Path, description = "The version, as `GET /config` names it")),
    responses((status = 200, description = "Agreed", body = ConsentList)))]
#[put("/me/consents/{version}")]
async fn put_my_consent(
    caller: Member,
    version: Path<String>,
    sessions: web::Data<Sessions>,
) -> Result<web::Json<ConsentList>, Problem> {
    sessions.agree_to_privacy(caller.member, version.clone()).await?;
    shown(&sessions, &caller).await
}
