//! `ETag` and `If-None-Match` for what phones poll: unchanged content costs no bytes.

use std::hash::{DefaultHasher, Hasher};

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::error::Problem;

/// Answers with `content` as JSON, or with 304 when the client already has exactly it.
pub fn tagged<T: Serialize>(req: &HttpRequest, content: &T) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(content).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(tagged_bytes(req, body))
}

/// [`tagged`] for JSON that is already written.
pub fn tagged_bytes(req: &HttpRequest, body: impl Into<actix_web::web::Bytes>) -> HttpResponse {
    let body = body.into();
    let mut hasher = DefaultHasher::new();
    hasher.write(&body);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let known = req
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|known| known.trim() == tag));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "private, no-cache"));
    if known { response.finish() } else { response.content_type("application/json").body(body) }
}
