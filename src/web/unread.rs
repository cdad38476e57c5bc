//! The header that tells how many notices are unread, wherever a page polls.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

const UNREAD: HeaderName = HeaderName::from_static("x-unread");

/// The answer with the number of unread notices of the kinds that are counted.
pub fn with_unread(mut response: HttpResponse, unread: i64) -> HttpResponse {
    response.headers_mut().insert(UNREAD, HeaderValue::from(unread));
    response
}
