//! `ETag` and `If-None-Match` for what phones poll: unchanged content costs no bytes.

use std::convert::Infallible;
use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{CACHE_CONTROL, ContentType, ETAG, HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder};
use futures_util::future::{Ready, ready};
use moka::sync::Cache;
use serde::Serialize;
use uuid::Uuid;

use super::caller::{Caller, bearer};
use super::error::Problem;
use crate::base::version::{SeenState, UNCHANGED, Version};

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

/// What a handler answers of a thing that several people change: its tag names the version, for `If-Match`.
pub struct Versioned<T>(pub T, pub Option<Version>);

impl<T: Serialize> Responder for Versioned<T> {
    type Body = BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        let version = self.1.unwrap_or(UNCHANGED);
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                Shown::note(req, version);
                Tagged::of_version(body, Some(version)).answer(req)
            }
            Err(error) => HttpResponse::from_error(Problem::internal(error.to_string())),
        }
    }
}

/// What people with duties were shown last, each by his token and the path of the thing: a change that names no state is
/// taken to be of that one. It is a help for programs that send no `If-Match`, kept by each server for itself.
pub struct Shown(Cache<(u64, u64), SeenState>);

impl Default for Shown {
    /// As long as an access token holds, and as many as a few thousand people read at a time.
    fn default() -> Self {
        Shown(Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(15 * 60)).build())
    }
}

impl Shown {
    fn note(req: &HttpRequest, version: Version) {
        let extensions = req.extensions();
        let Some(caller) = extensions.get::<Caller>().filter(|caller| !caller.duties.is_empty()) else { return };
        if let (Some(shown), Some(key)) = (Shown::of(req), Shown::key(req)) {
            shown.0.insert(key, SeenState { version, shown_to: Some(caller.member) });
        }
    }

    /// What was shown, once: whoever was refused and sends the same again has heard of it.
    fn take(req: &HttpRequest) -> Option<SeenState> {
        Shown::of(req)?.0.remove(&Shown::key(req)?)
    }

    fn of(req: &HttpRequest) -> Option<&Shown> {
        req.app_data::<Data<Shown>>().map(|shown| shown.get_ref())
    }

    fn key(req: &HttpRequest) -> Option<(u64, u64)> {
        let hash = |text: &str| {
            let mut hasher = DefaultHasher::new();
            hasher.write(text.as_bytes());
            hasher.finish()
        };
        Some((hash(bearer(req)?), hash(req.path())))
    }
}

/// The version of a thing that the caller changes, as `If-Match` says, or the one that they were [shown](Shown) last; `None`
/// when neither is known, and for `*`. Of several tags the newest counts: ids of the trail grow with time.
pub struct IfMatch(pub Option<SeenState>);

impl FromRequest for IfMatch {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let lines = req.headers().get_all(IF_MATCH).map(|line| line.to_str().unwrap_or_default());
        let tags: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        let shown = Shown::take(req);
        if tags.is_empty() {
            return ready(Ok(IfMatch(shown)));
        }
        if tags.contains(&"*") {
            return ready(Ok(IfMatch(None)));
        }
        let newest = tags.into_iter().filter_map(version_of).max_by_key(|version| version.0);
        ready(Ok(IfMatch(Some(SeenState { version: newest.unwrap_or(OF_ANOTHER_MAKE), shown_to: None }))))
    }
}

/// What no state has.
const OF_ANOTHER_MAKE: Version = Version(Uuid::max());

/// The version in a tag of ours.
fn version_of(tag: &str) -> Option<Version> {
    let (_, version) = tag.strip_suffix('"')?.split_once('.')?;
    version.parse().ok().map(Version)
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
        Tagged::of_version(body, None)
    }

    fn of_version(body: impl Into<Bytes>, version: Option<Version>) -> Tagged {
        let body = body.into();
        let mut hasher = DefaultHasher::new();
        hasher.write(&body);
        let version = version.map(|Version(id)| format!(".{}", id.simple())).unwrap_or_default();
        let tag = format!("W/\"{:016x}{version}\"", hasher.finish());
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
