//! What is answered where no route is: 405 with the methods of the path, or 404.

use std::collections::BTreeSet;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::{OpenApi, PathItem};

use super::error::Problem;

/// The methods that each path answers to.
#[derive(Default)]
pub struct Methods(Vec<(ResourceDef, Vec<&'static str>)>);

impl Methods {
    /// Of every path in the document.
    pub fn of(document: &OpenApi) -> Methods {
        Methods(document.paths.paths.iter().map(|(path, item)| (pattern(path), methods_of(item))).collect())
    }

    /// And of paths beside it, which can be read only.
    pub fn with_readable(mut self, patterns: &[&str]) -> Methods {
        self.0.extend(patterns.iter().map(|path| (ResourceDef::new(*path), vec!["GET", "HEAD"])));
        self
    }

    /// Everything that `path` answers to; empty when nothing is there. A name is itself and not also somebody's id.
    fn at(&self, path: &str) -> BTreeSet<&'static str> {
        let is_name = |pattern: &ResourceDef| pattern.pattern() == Some(path);
        let named = self.0.iter().any(|(pattern, _)| is_name(pattern));
        let here = self.0.iter().filter(|(pattern, _)| if named { is_name(pattern) } else { pattern.is_match(path) });
        let mut methods: BTreeSet<&str> = here.flat_map(|(_, methods)| methods.iter().copied()).collect();
        if !methods.is_empty() {
            methods.insert("OPTIONS");
        }
        methods
    }
}

fn pattern(path: &str) -> ResourceDef {
    ResourceDef::new(path.to_owned())
}

fn methods_of(item: &PathItem) -> Vec<&'static str> {
    let each = [
        ("GET", &item.get),
        ("HEAD", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    each.into_iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| method).collect()
}

/// Answers whatever no route has taken.
pub async fn no_route(req: HttpRequest, methods: Data<Methods>) -> Result<HttpResponse, Problem> {
    let here = methods.at(req.path());
    if here.is_empty() {
        return Err(Problem::not_found("route.not_found", "没有这个接口"));
    }
    let allowed = listed(here);
    if req.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent().insert_header((ALLOW, allowed)).finish());
    }
    Err(Problem::method_not_allowed(allowed))
}

/// What a path is answered whose parts cannot be what its route wants: a name beside the ids takes other methods, and
/// nothing else is there.
pub(super) fn no_such_part(req: &HttpRequest) -> Problem {
    let here = req.app_data::<Data<Methods>>().map(|methods| methods.at(req.path())).unwrap_or_default();
    if here.is_empty() || here.contains(req.method().as_str()) {
        return Problem::not_found("route.not_found", "没有找到所请求的内容");
    }
    Problem::method_not_allowed(listed(here))
}

fn listed(methods: BTreeSet<&str>) -> String {
    methods.into_iter().collect::<Vec<_>>().join(", ")
}
