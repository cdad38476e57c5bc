//! While the enterprise has switched to reading only, changes are refused with its own sentence. Signing in and out goes on,
//! so that people can read, and so do settings, so that somebody can switch back.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::error::Problem;

/// What goes on during maintenance, by how its path begins.
const GOES_ON: [&str; 3] = ["/api/v1/session", "/api/v1/settings/", "/api/v1/setting-proposals/"];

/// Says what people are told while nothing can be changed; `None` while everything can.
pub struct Maintenance(Box<dyn Fn() -> Option<String> + Send + Sync>);

impl Maintenance {
    pub fn new(sentence: impl Fn() -> Option<String> + Send + Sync + 'static) -> Maintenance {
        Maintenance(Box::new(sentence))
    }
}

/// Lets a request on, unless it would change something during maintenance.
pub async fn refuse_changes(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let reads = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let goes_on = reads || GOES_ON.iter().any(|path| req.path().starts_with(path));
    let sentence = if goes_on { None } else { req.app_data::<Data<Maintenance>>().and_then(|found| found.0()) };
    match sentence {
        Some(sentence) => Ok(req.error_response(Problem::in_maintenance(sentence))),
        None => next.call(req).await.map(ServiceResponse::map_into_boxed_body),
    }
}
