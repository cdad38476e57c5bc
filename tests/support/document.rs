//! Holds every reply that tests get against the API document: what is not documented is a fault, wherever it is seen.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::Reply;
use super::{observed, trail};

/// An operation of the document, and where it is found.
pub struct Operation {
    method: String,
    /// The path in its parts; those in braces stand for any.
    path: Vec<String>,
    pub id: String,
    /// Such as `PATCH /members/{id}`.
    pub name: String,
    /// It changes something, or hands out a file, and takes a duty.
    pub leaves_line: bool,
    responses: Value,
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    close_objects(&mut document);
    document
});

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let each = crate::openapi::operations(&DOCUMENT).into_iter();
    each.map(|(method, path, operation)| Operation {
        name: format!("{method} {}", path.trim_start_matches("/api/v1")),
        leaves_line: trail::leaves_line(&method, &path, &operation),
        method,
        path: path.split('/').map(str::to_owned).collect(),
        id: operation["operationId"].as_str().unwrap().to_owned(),
        responses: operation["responses"].clone(),
    })
    .collect()
});

/// Validators of the bodies that were looked at, by operation and status.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// The operation that a request asks for.
pub fn find(method: &Method, path: &str) -> Option<&'static Operation> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |operation: &&Operation| {
        operation.method == method.as_str()
            && operation.path.len() == parts.len()
            && operation.path.iter().zip(&parts).all(|(name, part)| name.starts_with('{') || name == part)
    };
    // a name goes before a part that stands for any
    let braces = |operation: &&Operation| operation.path.iter().filter(|part| part.starts_with('{')).count();
    OPERATIONS.iter().filter(fits).min_by_key(braces)
}

/// Panics when the document does not tell of such a reply.
#[track_caller]
pub fn check(method: &Method, url: &Url, body: Option<&[u8]>, reply: &Reply) {
    let Some(operation) = find(method, url.path()) else { return };
    let faults = faults(operation, reply);
    assert!(faults.is_empty(), "{method} {} is not as documented:\n{}", url.path(), faults.join("\n"));
    trail::check(operation, reply);
    observed::note(operation, url, body, reply);
}

fn faults(operation: &Operation, reply: &Reply) -> Vec<String> {
    let status = reply.status.to_string();
    let kind = reply.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    let is_told_apart = operation.responses[&status]["content"]["application/json"].is_object();
    if reply.status >= 400 && !is_told_apart {
        return match kind {
            "application/problem+json" => invalid(&format!("problem {}", reply.status), &problem_schema(), reply),
            other => vec![format!("{status} is no problem document but {other:?}: {}", reply.text())],
        };
    }
    let Some(response) = operation.responses.get(&status) else {
        return vec![format!("{status} is not among {:?}", operation.responses)];
    };
    let mut faults = Vec::new();
    let says_why_not = response["description"].as_str().is_some_and(|text| text.contains("no `Location`"));
    if reply.status == 201 && reply.header("location").is_none() != says_why_not {
        faults.push(format!(
            "201 with Location {:?}; described: {}",
            reply.header("location"),
            response["description"]
        ));
    }
    match &response["content"][kind] {
        Value::Null if reply.bytes.is_empty() => {}
        Value::Null => faults.push(format!("{status} came as {kind:?}, documented are {}", response["content"])),
        content if kind == "application/json" => {
            faults.extend(invalid(&format!("{} {status}", operation.id), &content["schema"], reply));
        }
        _ => {}
    }
    faults
}

/// What a kept example of an operation no longer agrees with.
pub fn example_faults(id: &str, status: u16, reply: &Value) -> Vec<String> {
    let operation = OPERATIONS.iter().find(|operation| operation.id == id);
    let schema = operation.map(|operation| &operation.responses[status.to_string()]["content"]["application/json"]);
    match schema {
        Some(content) if !reply.is_null() => faults_of(&format!("{id} {status}"), &content["schema"], reply),
        _ => Vec::new(),
    }
}

fn problem_schema() -> Value {
    json!({ "$ref": "#/components/schemas/ProblemBody" })
}

fn invalid(name: &str, schema: &Value, reply: &Reply) -> Vec<String> {
    faults_of(name, schema, &reply.json())
}

fn faults_of(name: &str, schema: &Value, body: &Value) -> Vec<String> {
    let validator = {
        let mut known = VALIDATORS.lock().unwrap();
        known.entry(name.to_owned()).or_insert_with(|| Arc::new(validator(schema))).clone()
    };
    validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect()
}

fn validator(schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["components"] = DOCUMENT["components"].clone();
    whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    jsonschema::validator_for(&whole).unwrap()
}

/// Lets an object hold what is documented and nothing else. Parts of an `allOf` are closed by what holds them.
fn close_objects(document: &mut Value) {
    let mut parts = BTreeSet::new();
    name_parts(document, &mut parts);
    for (name, schema) in document["components"]["schemas"].as_object_mut().unwrap() {
        close(schema, !parts.contains(name.as_str()));
    }
}

/// The schemas that an `allOf` refers to.
fn name_parts(value: &Value, parts: &mut BTreeSet<String>) {
    for part in value["allOf"].as_array().into_iter().flatten() {
        parts.extend(part["$ref"].as_str().and_then(|name| name.rsplit('/').next()).map(str::to_owned));
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| name_parts(item, parts)),
        Value::Object(fields) => fields.values().for_each(|field| name_parts(field, parts)),
        _ => {}
    }
}

fn close(schema: &mut Value, is_whole: bool) {
    let Value::Object(fields) = schema else {
        if let Value::Array(items) = schema {
            items.iter_mut().for_each(|item| close(item, true));
        }
        return;
    };
    let is_object = fields.contains_key("properties") || fields.contains_key("allOf");
    if is_whole && is_object && !fields.contains_key("additionalProperties") {
        fields.insert("unevaluatedProperties".into(), json!(false));
    }
    for (name, inner) in fields.iter_mut() {
        match name.as_str() {
            "allOf" => inner.as_array_mut().unwrap().iter_mut().for_each(|part| close(part, false)),
            "properties" => inner.as_object_mut().unwrap().values_mut().for_each(|property| close(property, true)),
            "items" | "additionalProperties" | "oneOf" | "anyOf" | "prefixItems" => close(inner, true),
            _ => {}
        }
    }
}
