//! Examples and codes of the document: what the tests saw of each operation, kept in `openapi/observed.json`.
//!
//! At their end `scripts/test` fails when a refusal was seen that is not kept, or when a kept example is sent no longer;
//! `scripts/observe` writes the file anew.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};

const JSON: &str = "application/json";

/// What was seen of one operation.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Seen {
    /// Codes by status.
    codes: BTreeMap<String, Vec<String>>,
    query: String,
    body: Value,
    status: u16,
    reply: Value,
}

static SEEN: LazyLock<BTreeMap<String, Seen>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../openapi/observed.json")).expect("the file is made by a test")
});

/// Adds to `operation` what was seen of it.
pub(super) fn describe(operation: &mut Operation) {
    let Some(seen) = operation.operation_id.as_ref().and_then(|id| SEEN.get(id)) else { return };
    for (status, codes) in &seen.codes {
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        let refusal = ResponseBuilder::new()
            .description(codes.join(" · "))
            .content("application/problem+json", Content::new(Some(Ref::from_schema_name("ProblemBody"))));
        operation.responses.responses.insert(status.clone(), RefOr::T(refusal.build()));
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        show(body.content.get_mut(JSON), &seen.body);
    }
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(&seen.status.to_string()) {
        show(response.content.get_mut(JSON), &seen.reply);
    }
    for (name, value) in form_urlencoded::parse(seen.query.as_bytes()) {
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(known) = parameter
                && known.parameter_in == ParameterIn::Query
                && known.name == name
            {
                let value = as_schema_says(&value, known.schema.as_ref());
                let known = ParameterBuilder::from(known.clone()).example(Some(value));
                *parameter = RefOr::T(known.build());
            }
        }
    }
}

/// What stands behind the question mark is text; the document shows a number or a truth value where its schema asks for one.
fn as_schema_says(text: &str, schema: Option<&RefOr<Schema>>) -> Value {
    let is_text = match schema {
        Some(RefOr::T(Schema::Object(object))) => match &object.schema_type {
            SchemaType::Type(kind) => matches!(kind, Type::String),
            SchemaType::Array(kinds) => kinds.contains(&Type::String),
            SchemaType::AnyValue => true,
        },
        _ => true,
    };
    let value = if is_text { None } else { serde_json::from_str(text).ok() };
    value.unwrap_or_else(|| Value::from(text))
}

fn show(content: Option<&mut RefOr<Content>>, example: &Value) {
    if let Some(RefOr::T(content)) = content
        && !example.is_null()
    {
        content.example = Some(example.clone());
    }
}
