//! Which web pages of other origins may call the API, and what of an answer they may read.

use std::str::FromStr;

use actix_cors::{Cors, CorsError};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::uri::Authority;

use super::error::Problem;

/// The headers of ours that a page needs and that browsers hide unless told not to.
const EXPOSED: [&str; 9] = [
    "allow",
    "content-disposition",
    "content-language",
    "etag",
    "location",
    "retry-after",
    "x-board-source",
    "x-request-id",
    "x-unread",
];

/// How long a browser may remember what it was told about a route, in seconds.
const MAX_AGE: usize = 3600;

/// The origins whose pages may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Every one. Safe because access tokens travel in a header that a page must hold; the one cookie, which refreshes them,
    /// goes with no request that another site causes.
    Any,
    /// These, as browsers write them.
    These(Vec<String>),
}

impl FromStr for Origins {
    type Err = String;

    /// Reads a list such as `https://party.example.com, http://localhost:5173`, or `*`.
    fn from_str(list: &str) -> Result<Self, String> {
        let entries: Vec<&str> = list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        if entries.contains(&"*") {
            return Ok(Origins::Any);
        }
        entries.into_iter().map(origin).collect::<Result<_, _>>().map(Origins::These)
    }
}

/// An origin as browsers write it: in small letters, and without the usual port of its scheme.
fn origin(entry: &str) -> Result<String, String> {
    let wrong = |what: &str| {
        format!(
            "\"{entry}\" {what}: an origin is a scheme, a host and perhaps a port, such as https://party.example.com or \
             http://localhost:5173, or * for all of them"
        )
    };
    let lower = entry.to_ascii_lowercase();
    let (scheme, place) = lower.split_once("://").ok_or_else(|| wrong("has no scheme"))?;
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_of_scheme) {
        return Err(wrong("has no scheme that a browser would send"));
    }
    match place.split_once(['/', '?', '#']) {
        Some((_, "")) => return Err(wrong("ends with a slash")),
        Some(_) => return Err(wrong("has a path")),
        None => {}
    }
    if place.contains('*') {
        return Err(wrong("has a * in it, which stands only alone"));
    }
    let authority = place.parse::<Authority>().map_err(|_| wrong("has no host that a browser would send"))?;
    if place.contains('@') || authority.host().is_empty() || (authority.port_u16().is_none() && has_port(place)) {
        return Err(wrong("has no host and port that a browser would send"));
    }
    Ok(match (scheme, authority.port_u16()) {
        (_, None) | ("http", Some(80)) | ("https", Some(443)) => format!("{scheme}://{}", authority.host()),
        (_, Some(port)) => format!("{scheme}://{}:{port}", authority.host()),
    })
}

fn is_of_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')
}

/// Whether a colon stands behind the host, and not only within an IPv6 address.
fn has_port(place: &str) -> bool {
    place.rsplit(']').next().is_some_and(|rest| rest.contains(':'))
}

/// What is told where the middleware refuses a request by itself; `None` where it did not.
pub(super) fn refusal(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let refused = response.response().error()?.as_error::<CorsError>()?;
    Some(match refused {
        CorsError::OriginNotAllowed => {
            Problem::malformed("cors.origin_not_allowed", "这个网页的来源不在允许之列，请联系管理员添加")
        }
        _ => Problem::malformed("cors.invalid", "跨域预检请求不完整或格式有误"),
    })
}

/// The middleware. It is the outermost one but for what writes down preflights, so that a page can also read what refuses
/// it.
pub fn cors(origins: &Origins) -> Cors {
    let cors = Cors::default().allow_any_method().allow_any_header().expose_headers(EXPOSED).max_age(MAX_AGE);
    match origins {
        Origins::Any => cors.allow_any_origin().send_wildcard(),
        Origins::These(origins) => origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_as_browsers_write_them() {
        let read = |list: &str| list.parse::<Origins>().unwrap();
        let these = |origins: &[&str]| Origins::These(origins.iter().map(|&origin| origin.to_owned()).collect());
        assert_eq!(read(""), these(&[]));
        assert_eq!(
            read(" https://Party.Example.com:443 ,http://localhost:5173,, http://[::1]:80"),
            these(&["https://party.example.com", "http://localhost:5173", "http://[::1]"])
        );
        assert_eq!(read("capacitor://localhost"), these(&["capacitor://localhost"]));
        assert_eq!(read(" * "), Origins::Any);
        assert_eq!(read("https://a.example,*"), Origins::Any);
    }

    #[test]
    fn what_is_no_origin_is_refused_with_a_sentence() {
        for (wrong, why) in [
            ("party.example.com", "no scheme"),
            ("https://", "host"),
            ("https://party.example.com/", "slash"),
            ("https://party.example.com/app", "path"),
            ("https://party.example.com?x", "path"),
            ("https://*.example.com", "*"),
            ("https://user@party.example.com", "host"),
            ("https://party.example.com:", "port"),
            ("https://party.example.com:99999", "host"),
            ("https://党建.example.com", "host"),
            ("https://a b", "host"),
            ("null", "no scheme"),
        ] {
            let complaint = wrong.parse::<Origins>().unwrap_err();
            assert!(complaint.contains(wrong) && complaint.contains(why), "{complaint}");
            assert!(complaint.contains("https://party.example.com or http://localhost:5173"), "{complaint}");
        }
    }
}
