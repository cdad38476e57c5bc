//! While the enterprise has switched to reading only, changes are refused with its own sentence. Signing in and out goes on,
//! so that people can read, and so do settings, so that somebody can switch back.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};

use super::error::Problem;
use crate::kernel::settings::Setting;

/// What goes on during maintenance, by how its path begins.
const GOES_ON: [&str; 3] = ["/api/v1/session", "/api/v1/settings/", "/api/v1/setting-proposals/"];

/// The sentence that is in force; an empty one is none.
#[derive(Clone, Debug)]
pub struct Maintenance(pub Setting);

impl Maintenance {
    /// What people are told while nothing can be changed.
    pub fn sentence(&self) -> Option<String> {
        Some(self.0.words().trim().to_owned()).filter(|words| !words.is_empty())
    }
}

/// Lets a request on, unless it would change something during maintenance.
pub async fn refuse_changes(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let reads = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let goes_on = reads || GOES_ON.iter().any(|path| req.path().starts_with(path));
    let sentence = if goes_on { None } else { req.app_data::<Data<Maintenance>>().and_then(|found| found.sentence()) };
    match sentence {
        Some(sentence) => {
            let refused = Problem::in_maintenance(sentence).error_response();
            Ok(req.into_response(refused))
        }
        None => next.call(req).await.map(ServiceResponse::map_into_boxed_body),
    }
}
