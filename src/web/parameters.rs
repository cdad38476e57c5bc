//! What stands behind the question mark and no operation knows: refused, for a typing error must not be ignored.
//!
//! Pages and signed addresses let it pass: WeChat adds parameters of its own to whatever is opened there.

use std::collections::{BTreeSet, HashMap};

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::complaint;
use super::error::Problem;

/// The parameter by which a signed address is told.
const SIGNATURE: &str = "signature";
const API: &str = "/api/";
const PAGE: &str = "text/html";

/// The parameters that each operation takes, by its name such as `GET /api/v1/boards`.
pub struct Parameters(HashMap<String, BTreeSet<String>>);

impl Parameters {
    /// Of every operation in the document that refuses what it does not know.
    pub fn of(document: &OpenApi) -> Parameters {
        let mut strict = HashMap::new();
        for (path, item) in document.paths.paths.iter().filter(|(path, _)| path.starts_with(API)) {
            let operations = [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ];
            for (method, operation) in operations {
                let names =
                    operation.as_ref().filter(|operation| method != "GET" || !is_page(operation)).map(names_in_query);
                if let Some(names) = names.filter(|names| !names.contains(SIGNATURE)) {
                    strict.insert(format!("{method} {path}"), names);
                }
            }
        }
        Parameters(strict)
    }

    /// The first parameter of the request that its operation does not know.
    fn unknown(&self, req: &ServiceRequest) -> Option<String> {
        let known = self.0.get(&format!("{} {}", req.method(), req.match_pattern()?))?;
        let mut asked = form_urlencoded::parse(req.query_string().as_bytes()).map(|(name, _)| name);
        asked.find(|name| !known.contains(name.as_ref())).map(|name| name.into_owned())
    }
}

fn names_in_query(operation: &Operation) -> BTreeSet<String> {
    let parameters = operation.parameters.iter().flatten();
    let named = parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
        RefOr::T(_) | RefOr::Ref(_) => None,
    });
    named.collect()
}

/// Whether it may answer with a page.
fn is_page(operation: &Operation) -> bool {
    operation.responses.responses.values().any(|response| match response {
        RefOr::T(response) => response.content.contains_key(PAGE),
        RefOr::Ref(_) => false,
    })
}

/// Refuses a request with a parameter that its operation does not know.
pub async fn refuse_unknown(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let parameters = req.app_data::<Data<Parameters>>().filter(|_| !req.query_string().is_empty());
    match parameters.and_then(|parameters| parameters.unknown(&req)) {
        Some(name) => Ok(req.error_response(unknown(&name))),
        None => next.call(req).await.map(ServiceResponse::map_into_boxed_body),
    }
}

fn unknown(name: &str) -> Problem {
    Problem::malformed("query.invalid", format!("查询参数有误：没有 {} 这一项", complaint::cut(name)))
}
