//! The refresh token of a browser: in a cookie that no page can read, and that goes to the routes of sessions alone.
//!
//! A page asks for it by `cookie: true`; every other client has the token in the body, as before. The cookie goes with no
//! request that another site causes (`SameSite=Strict`), and what it is good for takes a JSON body besides, which no form
//! of another site can send.

use actix_web::http::header::{COOKIE, HeaderValue};
use actix_web::{HttpRequest, web};

use crate::base::time::Timestamp;
use crate::config::WebConfig;
use crate::web::limits;

/// What it is called.
const NAME: &str = "xianfeng_refresh";

/// Where it goes.
const PATH: &str = "/api/v1/session";

/// The longest token that is looked at.
const LONGEST: usize = 256;

/// The cookie that keeps `token` until `until`.
pub(super) fn keep(req: &HttpRequest, token: &str, now: Timestamp, until: Timestamp) -> HeaderValue {
    header(req, token, until.seconds_since(now).max(0))
}

/// The cookie that takes the one that is there away.
pub(super) fn forget(req: &HttpRequest) -> HeaderValue {
    header(req, "", 0)
}

/// The token in the request's cookie.
pub(super) fn token(req: &HttpRequest) -> Option<String> {
    let lines = req.headers().get_all(COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let token = pairs.find(|(name, _)| *name == NAME).map(|(_, token)| token.to_owned());
    token.filter(|token| !token.is_empty() && token.len() <= LONGEST)
}

fn header(req: &HttpRequest, token: &str, seconds: i64) -> HeaderValue {
    let is_secure = req.app_data::<web::Data<WebConfig>>().is_some_and(|web| web.is_https()) || limits::is_https(req);
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{NAME}={token}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
