//! What wraps every request: its id, its log line, its measurements, the security headers.
//!
//! A log line bears the route's pattern and never a query, a body, a name or an address, so the log holds no personal
//! data.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest};
use metrics::histogram;
use uuid::Uuid;

use super::error::Problem;
use super::headers::Protection;
use crate::base::id::MemberId;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: the client's own if it is well formed, else a new one.
#[derive(Clone, Debug)]
struct RequestId(HeaderValue);

impl RequestId {
    fn of(req: &ServiceRequest) -> RequestId {
        let well_formed = |value: &&HeaderValue| {
            (8..=64).contains(&value.len())
                && value.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let fresh = || Uuid::from_u128(rand::random()).simple().to_string();
        RequestId(match req.headers().get(X_REQUEST_ID).filter(well_formed) {
            Some(value) => value.clone(),
            None => HeaderValue::from_str(&fresh()).expect("hexadecimal digits are a valid header"),
        })
    }

    fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Looks up what a member is called, for those whose change was in the way.
pub struct Names(pub Box<dyn Fn(MemberId) -> Option<String> + Send + Sync>);

/// The outermost middleware but for what pages of other origins are told.
pub async fn trace(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = RequestId::of(&req);
    let response = next.call(req).await?.map_into_boxed_body();
    let (response, crowd) = tell_problem(response, &id);
    Ok(finish(response, crowd, started, &id))
}

/// Around what pages of other origins are told: a preflight is answered there, and so before [`trace`] is asked.
pub async fn trace_preflight(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = RequestId::of(&req);
    let mut response = next.call(req).await?.map_into_boxed_body();
    if response.headers().contains_key(X_REQUEST_ID) {
        return Ok(response);
    }
    if let Some(problem) = super::cors::refusal(&response) {
        response = response.into_response(problem.respond(id.as_str(), None));
    }
    Ok(finish(response, None, started, &id))
}

fn finish(
    mut response: ServiceResponse<BoxBody>,
    crowd: Option<&'static str>,
    started: Instant,
    id: &RequestId,
) -> ServiceResponse<BoxBody> {
    super::stopping::tell(&mut response);
    let status = response.status();
    response.headers_mut().insert(X_REQUEST_ID, id.0.clone());
    protect(&mut response);
    if let Some(crowd) = crowd {
        super::crowding::turned_away(crowd);
    }
    record(response.request(), (status, crowd.is_some()), started, id);
    response
}

fn protect(response: &mut ServiceResponse) {
    let req = response.request().clone();
    if let Some(protection) = req.app_data::<Data<Protection>>() {
        protection.apply(req.path(), response.headers_mut());
    }
}

/// Writes the request id into a problem's body and its cause into the log, once; says what was too busy, if that is all.
fn tell_problem(
    response: ServiceResponse<BoxBody>,
    id: &RequestId,
) -> (ServiceResponse<BoxBody>, Option<&'static str>) {
    let Some(problem) = response.response().error().and_then(|error| error.as_error::<Problem>()) else {
        return (response, None);
    };
    if let Some(cause) = problem.cause() {
        tracing::error!(request_id = id.as_str(), code = problem.code(), cause, "request failed");
    }
    let names = response.request().app_data::<Data<Names>>();
    let name = problem.changed_by().zip(names).and_then(|(member, names)| (names.0)(member));
    let (told, crowd) = (problem.respond(id.as_str(), name.as_deref()), problem.crowd());
    (response.into_response(told), crowd)
}

/// Measures the request and writes its log line; what changes nothing and succeeds is logged at debug level only.
fn record(req: &HttpRequest, (status, is_crowded): (StatusCode, bool), started: Instant, id: &RequestId) {
    let elapsed = started.elapsed();
    let route = req.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let method = method_name(req.method());
    let class = ["1xx", "2xx", "3xx", "4xx", "5xx"][usize::from(status.as_u16() / 100 - 1).min(4)];
    histogram!("http_request_seconds", "method" => method, "route" => route.clone(), "status" => class)
        .record(elapsed.as_secs_f64());
    let (request_id, status, micros) = (id.as_str(), status.as_u16(), elapsed.as_micros() as u64);
    if status >= 500 && !is_crowded {
        tracing::warn!(request_id, method, route, status, micros, "request");
    } else if status >= 400 || req.method() != Method::GET {
        tracing::info!(request_id, method, route, status, micros, "request");
    } else {
        tracing::debug!(request_id, method, route, status, micros, "request");
    }
}

/// A method of our own vocabulary, so that somebody else's invention makes no new time series.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
