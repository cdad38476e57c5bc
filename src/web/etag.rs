//! `ETag` and `If-None-Match` for what phones poll: unchanged content costs no bytes.

use std::hash::{DefaultHasher, Hasher};

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, ContentType, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use super::error::Problem;

/// What a handler answers where phones ask again and again: JSON, or 304 for a client that has exactly it.
pub struct Polled<T>(pub T);

impl<T: Serialize> Responder for Polled<T> {
    type Body = BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        match serde_json::to_vec(&self.0) {
            Ok(body) => Tagged::new(body).answer(req),
            Err(error) => HttpResponse::from_error(Problem::internal(error.to_string())),
        }
    }
}

/// [`Polled`] for JSON that is already written.
pub fn tagged_bytes(req: &HttpRequest, body: impl Into<Bytes>) -> HttpResponse {
    Tagged::new(body).answer(req)
}

/// JSON with its tag, kept for being sent many times.
#[derive(Clone)]
pub struct Tagged {
    body: Bytes,
    tag: HeaderValue,
}

impl Tagged {
    pub fn new(body: impl Into<Bytes>) -> Tagged {
        let body = body.into();
        let mut hasher = DefaultHasher::new();
        hasher.write(&body);
        let tag = format!("W/\"{:016x}\"", hasher.finish());
        Tagged { body, tag: HeaderValue::from_str(&tag).expect("quotes and digits may stand in a header") }
    }

    /// The whole content, or 304 for a client that has exactly it.
    pub fn answer(&self, req: &HttpRequest) -> HttpResponse {
        let known = knows(req.headers(), self.tag.to_str().unwrap_or_default());
        let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response.insert_header((ETAG, self.tag.clone()));
        response.insert_header((CACHE_CONTROL, HeaderValue::from_static("private, no-cache")));
        if known { response.finish() } else { response.content_type(ContentType::json()).body(self.body.clone()) }
    }
}

/// Whether the client has what bears `tag` already, as its `If-None-Match` says. A tag names the same content in its weak
/// and its strong form, and `*` stands for whatever there is.
pub fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(strong).any(|known| known == "*" || known == strong(tag))
}

/// A tag in its strong form.
fn strong(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}
