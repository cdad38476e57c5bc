//! What every route of the document shares: the error envelope, the bearer token, the parts of its path.

use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, ObjectBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder};

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
                name_path_parts(operation, path);
                let is_open = operation.security.as_ref().is_some_and(Vec::is_empty) || !path.starts_with("/api/");
                if !is_open {
                    operation.security = Some(vec![SecurityRequirement::new("session", Vec::<String>::new())]);
                }
            }
        }
    }
}

/// Declares what stands in braces in `path`; a handler that says more about a part declares it itself.
fn name_path_parts(operation: &mut Operation, path: &str) {
    let parameters = operation.parameters.get_or_insert_default();
    for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let declares = |known: &RefOr<Parameter>| matches!(known, RefOr::T(known) if known.name == part);
        if parameters.iter().any(declares) {
            continue;
        }
        let parameter = ParameterBuilder::new()
            .name(part)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        parameters.push(RefOr::T(parameter.build()));
    }
}
