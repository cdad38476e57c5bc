//! What a browser keeps while it is away on a platform's page, and of the session that it got there.
//!
//! Both go along when another site leads the browser back (`SameSite=Lax`), as the platform does; neither opens anything by
//! itself.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderValue};
use actix_web::web;

use crate::config::WebConfig;
use crate::web::limits;

/// Holds the nonce of the state.
pub(super) const STATE: &str = "xianfeng_state";
/// Marks the session that the browser has by a platform.
pub(super) const VISIT: &str = "xianfeng_visit";

const LONGEST: usize = 256;

pub(super) const STATE_SECONDS: i64 = 600;
pub(super) const VISIT_SECONDS: i64 = 180 * 86_400;

pub(super) fn find(req: &HttpRequest, wanted: &str) -> Option<String> {
    let lines = req.headers().get_all(COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
    value.filter(|value| !value.is_empty() && value.len() <= LONGEST)
}

pub(super) fn keep(req: &HttpRequest, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let is_secure = is_https(req);
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/api/v1/session; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Whether members reach this server over HTTPS.
pub(super) fn is_https(req: &HttpRequest) -> bool {
    req.app_data::<web::Data<WebConfig>>().is_some_and(|web| web.is_https()) || limits::is_https(req)
}
