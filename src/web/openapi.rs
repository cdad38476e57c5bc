//! What every route of the document shares: the error envelope, the bearer token.

use utoipa::Modify;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};

/// Attaches the problem document and the security scheme to every operation, so that handlers describe success only.
pub struct CommonGround;

impl Modify for CommonGround {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let problem = ResponseBuilder::new()
            .description("A problem document (RFC 9457): switch on `code`, show `detail`.")
            .content("application/problem+json", Content::new(Some(Ref::from_schema_name("ProblemBody"))))
            .build();
        components.responses.insert("Problem".into(), RefOr::T(problem));
        for (path, item) in &mut document.paths.paths {
            let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                operation.responses.responses.insert("default".into(), RefOr::Ref(Ref::from_response_name("Problem")));
                let is_open = operation.security.as_ref().is_some_and(Vec::is_empty) || !path.starts_with("/api/");
                if !is_open {
                    operation.security = Some(vec![SecurityRequirement::new("session", Vec::<String>::new())]);
                }
            }
        }
    }
}
