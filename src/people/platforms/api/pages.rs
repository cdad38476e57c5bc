//! Signatures for pages inside the platforms, and events that WeChat sends.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::people::platforms::Platforms;
use crate::people::platforms::model::Platform;
use crate::web::caller::Member;
use crate::web::{Path, Problem, Query};

/// The longest event that is looked at.
const MOST_BYTES: usize = 16 * 1024;

/// Of which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageUrlQuery {
    /// The address of the page, as the browser has it; what follows # is left out.
    #[param(example = "https://party.example.com/m/")]
    url: String,
}

/// What a page gives `wx.config`.
#[derive(Serialize, ToSchema)]
struct JsConfig {
    /// AppID or CorpID.
    app_id: String,
    /// Seconds since 1970.
    timestamp: i64,
    /// `nonceStr`: another one each time.
    nonce: String,
    /// SHA-1, as the platform wants it.
    signature: String,
}

/// 页面签名
///
/// Signs a page of the app for the interfaces of WeChat's or WeCom's own browser, such as scanning.
#[utoipa::path(tag = "session", params(("platform" = Platform, Path), PageUrlQuery),
    responses((status = 200, description = "The signature", body = JsConfig)))]
#[get("/platforms/{platform}/js-config")]
pub(super) async fn get_js_config(
    _caller: Member,
    platforms: web::Data<Platforms>,
    platform: Path<Platform>,
    query: Query<PageUrlQuery>,
) -> Result<web::Json<JsConfig>, Problem> {
    let signed = platforms.sign_page(*platform, &query.url).await?;
    Ok(web::Json(JsConfig {
        app_id: signed.app,
        timestamp: signed.timestamp,
        nonce: signed.nonce,
        signature: signed.signature,
    }))
}

/// What WeChat signs its events with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// SHA-1 of token, timestamp and nonce.
    #[serde(default)]
    signature: String,
    /// Seconds since 1970, as WeChat sends them.
    #[serde(default)]
    timestamp: String,
    /// As WeChat draws it.
    #[serde(default)]
    nonce: String,
    /// Sent back when the address is confirmed.
    #[serde(default)]
    echostr: String,
    /// Whose event it is; also in the body.
    #[serde(default)]
    #[expect(dead_code, reason = "the platform sends it")]
    openid: String,
}

fn not_signed() -> Problem {
    Problem::new(
        actix_web::http::StatusCode::UNPROCESSABLE_ENTITY,
        "platforms.not_signed",
        "签名不正确，不是微信发来的请求",
    )
}

/// 验证事件地址
///
/// Confirms to WeChat that this address takes its events.
#[utoipa::path(tag = "session", security(()), params(EventQuery),
    responses((status = 200, description = "What was sent, back", body = String, content_type = "text/plain")))]
#[get("/platforms/wechat/events")]
pub(super) async fn get_event_echo(
    platforms: web::Data<Platforms>,
    query: Query<EventQuery>,
) -> Result<HttpResponse, Problem> {
    let is_plain = query.echostr.len() <= 64 && query.echostr.chars().all(|c| c.is_ascii_alphanumeric());
    if !is_plain || !platforms.is_own_event(&query.signature, &query.timestamp, &query.nonce) {
        return Err(not_signed());
    }
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(query.echostr.clone()))
}

/// 接收微信事件
///
/// Takes what WeChat tells of its users: who has withdrawn his consent or no longer follows is forgotten here, too.
#[utoipa::path(tag = "session", security(()), params(EventQuery),
    request_body(content = String, content_type = "text/xml", description = "The event, 16 KB at most"),
    responses((status = 200, description = "Taken", body = String, content_type = "text/plain")))]
#[post("/platforms/wechat/events")]
pub(super) async fn take_event(
    platforms: web::Data<Platforms>,
    query: Query<EventQuery>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    if body.len() > MOST_BYTES || !platforms.is_own_event(&query.signature, &query.timestamp, &query.nonce) {
        return Err(not_signed());
    }
    platforms.take_event(&String::from_utf8_lossy(&body)).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("success"))
}
