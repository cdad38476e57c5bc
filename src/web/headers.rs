//! The headers that protect what is sent: from being kept, framed, run, or fetched in the open.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Nothing on it is run, fetched or framed.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Of pages of our own making: styled by themselves alone.
const PRINTED: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");

/// Of the page to try the API out: its own scripts, styles and pictures, and questions to its own server. A picture that
/// the API answers with is shown from a `blob:`.
const MANUAL: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// Most of what is sent is about somebody: no phone or proxy keeps it, unless the route itself says otherwise.
const KEPT_BY_NOBODY: HeaderValue = HeaderValue::from_static("no-store");

/// Kept, and asked for again.
const CHECKED: HeaderValue = HeaderValue::from_static("no-cache");

/// What the operator decides about the headers.
pub struct Protection {
    transport: Option<HeaderValue>,
}

impl Protection {
    /// `hsts_seconds` is how long browsers shall ask over HTTPS only; 0 says nothing about it.
    pub fn new(hsts_seconds: u32) -> Protection {
        let transport = (hsts_seconds > 0).then(|| HeaderValue::from_str(&format!("max-age={hsts_seconds}")));
        Protection { transport: transport.and_then(Result::ok) }
    }

    /// Adds them to the answer about `path`; what the route has set itself stays.
    pub(super) fn apply(&self, path: &str, headers: &mut HeaderMap) {
        for (name, value) in ALWAYS {
            headers.insert(name, value);
        }
        if let Some(transport) = &self.transport {
            headers.insert(STRICT_TRANSPORT_SECURITY, transport.clone());
        }
        let is_manual = path.starts_with("/docs") || path == "/openapi.json";
        let (kept, allowed) = if is_manual { (CHECKED, MANUAL) } else { (KEPT_BY_NOBODY, NOTHING) };
        if !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, kept);
        }
        if !headers.contains_key(CONTENT_SECURITY_POLICY) {
            headers.insert(CONTENT_SECURITY_POLICY, allowed);
        }
    }
}

/// A page of our own making, to be shown or printed: whatever somebody wrote into it, nothing on it is run or fetched.
pub fn page(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, PRINTED))
        .body(html)
}
