//! Sees to it that the trail knows of every privileged act: of those about which no room has written a line, of refused
//! ones, and of files that were taken out. The rooms' own lines stand in the transactions of their acts.

use std::collections::HashSet;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use serde_json::json;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;

use crate::base::origin::Origin;
use crate::kernel::trail::ActResult;
use crate::oversight::audit::Audit;
use crate::web::Problem;
use crate::web::caller::Caller;
use crate::web::limits;

const EXPORTS: &str = "/api/v1/exports/";

/// The operations that need a duty, by names such as `POST /api/v1/units`.
pub struct Privileged(HashSet<String>);

impl Privileged {
    pub fn of(document: &OpenApi) -> Privileged {
        let mut names = HashSet::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ];
            for (method, operation) in operations {
                if operation.as_ref().is_some_and(needs_duty) {
                    names.insert(format!("{method} {path}"));
                }
            }
        }
        Privileged(names)
    }

    fn has(&self, method: &Method, route: &str) -> bool {
        self.0.contains(&format!("{method} {route}"))
    }
}

fn needs_duty(operation: &Operation) -> bool {
    operation.extensions.as_ref().is_some_and(|extensions| extensions.contains_key("x-duties"))
}

/// Answers a request, and writes down what has to be.
pub async fn witness(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(audit) = req.app_data::<Data<Audit>>().cloned() else {
        return next.call(req).await.map(ServiceResponse::map_into_boxed_body);
    };
    let origin = Origin::of(audit.hide(limits::client_address(req.request())));
    let answering = origin.clone().answer(async {
        let reply = next.call(req).await?.map_into_boxed_body();
        match write_down(&audit, &origin, &reply).await {
            Ok(()) => Ok(with_lines(reply, &origin)),
            // a file leaves the house with a line in the trail, or not at all
            Err(problem) => Ok(reply.into_response(actix_web::ResponseError::error_response(&problem))),
        }
    });
    answering.await
}

/// Debug builds say with each answer which lines the trail has about the request: by that, tests hold their table of lines
/// to every answer that they get.
fn with_lines(mut reply: ServiceResponse<BoxBody>, origin: &Origin) -> ServiceResponse<BoxBody> {
    if cfg!(debug_assertions) {
        let lines = origin.noted().into_iter().collect::<Vec<_>>().join(",");
        if let Ok(value) = HeaderValue::from_str(&lines) {
            reply.headers_mut().insert(HeaderName::from_static("x-trail"), value);
        }
    }
    reply
}

async fn write_down(audit: &Audit, origin: &Origin, reply: &ServiceResponse<BoxBody>) -> Result<(), Problem> {
    let (request, status) = (reply.request(), reply.status());
    let Some(route) = request.match_pattern() else { return Ok(()) };
    let method = request.method();
    let caller = request.extensions().get::<Caller>().map(|caller| caller.member);
    let is_export = method == Method::GET && route.starts_with(EXPORTS);
    let is_refused = status == StatusCode::FORBIDDEN;
    let is_privileged =
        || request.app_data::<Data<Privileged>>().is_some_and(|privileged| privileged.has(method, &route));
    let detail = json!({ "method": method.as_str(), "route": route, "status": status.as_u16() });
    if is_refused && is_privileged() {
        let Some(member) = caller else { return Ok(()) };
        let Some(before) = audit.refusals.count(member, audit.now()) else { return Ok(()) };
        let mut detail = detail;
        if before > 0 {
            detail["unwritten_before"] = before.into();
        }
        // the refusal stands whether or not the trail could be written
        let _ = audit.note(caller, "access.refuse", detail, ActResult::Refused).await;
    } else if is_export && status.is_success() {
        audit.note(caller, "exports.download", detail, ActResult::Done).await?;
    } else if method != Method::GET && status.is_success() && origin.noted().is_empty() && is_privileged() {
        let _ = audit.note(caller, "access.use", detail, ActResult::Done).await;
    }
    Ok(())
}
