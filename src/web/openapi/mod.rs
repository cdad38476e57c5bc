//! What every route of the document shares: the error envelope, the bearer token, the parts of its path, how bytes and
//! bodies that may be absent are told.

mod observed;
mod shared;
mod who;

use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayItems, Components, Schema, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, ObjectBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder, Server};

const PROBLEM: &str = "A problem document (RFC 9457): switch on `code`, show `detail`. Beside what an operation names, any may answer \
    `sessions.required` or `sessions.over` (401), `access.denied` (403), `body.too_slow` (408), `body.too_large` (413), \
    `body.not_json` (415), `body.invalid` (422), `limits.too_many_requests` (429), and 500 or 503 with `Retry-After` when \
    the fault is not the caller's.";

const SESSION: &str = "No session, or one that is over: `sessions.required`, `sessions.over`";

const QUERY: &str =
    "Behind the question mark stands something that this operation does not know or cannot read: `query.invalid`";

/// Attaches the problem document and the security scheme to every operation, so that handlers describe success only.
pub struct CommonGround;

impl Modify for CommonGround {
    fn modify(&self, document: &mut OpenApi) {
        document.servers = Some(vec![Server::new("/")]);
        let components = document.components.get_or_insert_default();
        refer_to_items(components);
        components.add_security_scheme("session", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        for (name, description) in [("Problem", PROBLEM), ("SessionNeeded", SESSION), ("QueryRefused", QUERY)] {
            let problem = ResponseBuilder::new()
                .description(description)
                .content("application/problem+json", Content::new(Some(Ref::from_schema_name("ProblemBody"))));
            components.responses.insert(name.into(), RefOr::T(problem.build()));
        }
        for (path, item) in &mut document.paths.paths {
            let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                operation.responses.responses.insert("default".into(), RefOr::Ref(Ref::from_response_name("Problem")));
                name_path_parts(operation, path);
                tell_bytes(operation);
                tell_optional_body(operation, components);
                name_in_both(operation);
                observed::describe(operation);
                shared::describe(operation);
                who::describe(operation);
                let is_open = is_open(operation, path);
                operation.security = Some(match is_open {
                    true => Vec::new(),
                    false => vec![SecurityRequirement::new("session", Vec::<String>::new())],
                });
                let (status, refused) = if is_open { ("400", "QueryRefused") } else { ("401", "SessionNeeded") };
                if path.starts_with("/api/") {
                    let refused = RefOr::Ref(Ref::from_response_name(refused));
                    operation.responses.responses.entry(status.into()).or_insert(refused);
                }
            }
        }
    }
}

/// A page refers to its items by their name; since `Page<T>` is generic they are written out within it.
fn refer_to_items(components: &mut Components) {
    let is_page = |name: &String| Some((name.clone(), name.strip_prefix("Page_")?.to_owned()));
    let pages: Vec<(String, String)> = components.schemas.keys().filter_map(is_page).collect();
    for (page, item) in pages {
        let Some(RefOr::T(Schema::Object(fields))) = components.schemas.get_mut(&page) else { continue };
        let Some(RefOr::T(Schema::Array(items))) = fields.properties.get_mut("items") else { continue };
        let reference = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(Ref::from_schema_name(&item))));
        if let ArrayItems::RefOrSchema(written) = std::mem::replace(&mut items.items, reference) {
            components.schemas.entry(item).or_insert(*written);
        }
    }
}

/// Whether an operation needs no session: its handler says `security(())`, or it lies beside the API.
fn is_open(operation: &Operation, path: &str) -> bool {
    let nothing = SecurityRequirement::default();
    let says_so = operation.security.as_ref().is_some_and(|needs| needs.iter().all(|need| *need == nothing));
    says_so || !path.starts_with("/api/")
}

/// The first line of a handler's comment names the operation in Chinese, its id does in English.
fn name_in_both(operation: &mut Operation) {
    let (Some(chinese), Some(id)) = (&operation.summary, &operation.operation_id) else { return };
    let mut letters = id.replace('_', " ");
    if let Some(first) = letters.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    operation.summary = Some(format!("{chinese} · {letters}"));
}

/// Bytes are told as a string with their media type; in the code they are a `Vec<u8>`, which would be a list of numbers.
fn tell_bytes(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.iter_mut().for_each(|(kind, content)| tell_content(kind, content));
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.content.iter_mut().for_each(|(kind, content)| tell_content(kind, content));
        }
    }
}

fn tell_content(kind: &str, content: &mut RefOr<Content>) {
    if let RefOr::T(content) = content
        && content.schema.as_ref().is_some_and(is_bytes)
    {
        content.schema = Some(ObjectBuilder::new().schema_type(Type::String).content_media_type(kind).into());
    }
}

fn is_bytes(schema: &RefOr<Schema>) -> bool {
    let RefOr::T(Schema::Array(array)) = schema else { return false };
    let ArrayItems::RefOrSchema(items) = &array.items else { return false };
    matches!(items.as_ref(), RefOr::T(Schema::Object(item)) if item.schema_type == SchemaType::Type(Type::Integer))
}

/// A body in which everything is optional may be left out.
fn tell_optional_body(operation: &mut Operation, components: &Components) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let Some(RefOr::T(Content { schema: Some(RefOr::Ref(named)), .. })) = body.content.get("application/json") else {
        return;
    };
    let name = named.ref_location.rsplit('/').next().unwrap_or_default();
    if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get(name)
        && object.required.is_empty()
    {
        body.required = Some(Required::False);
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
