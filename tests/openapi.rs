//! The API document: it is the one that is checked in, and it says everything that a client must know.

use serde_json::{Map, Value};

const CHECKED_IN: &str = "openapi/openapi.json";

fn document() -> Value {
    serde_json::to_value(xianfeng::app::openapi()).unwrap()
}

/// Every operation with its method and path.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &Value)| -> Vec<(String, String, Value)> {
        let item: &Map<String, Value> = item.as_object().unwrap();
        let is_method = |name: &str| ["get", "post", "put", "patch", "delete"].contains(&name);
        let each = item.iter().filter(|(name, _)| is_method(name));
        each.map(|(name, operation)| (name.to_uppercase(), path.clone(), operation.clone())).collect()
    };
    paths.iter().flat_map(methods).collect()
}

#[test]
fn the_document_that_is_checked_in_is_the_one_that_the_code_makes() {
    let made = xianfeng::app::openapi().to_pretty_json().unwrap();
    let kept = std::fs::read_to_string(CHECKED_IN).unwrap_or_default();
    assert!(made.trim() == kept.trim(), "{CHECKED_IN} is out of date: cargo run -- openapi > {CHECKED_IN}");
}

#[test]
fn every_operation_says_what_it_is() {
    let document = document();
    let mut missing = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (method, path, operation) in operations(&document) {
        let mut lacks = |what: &str| missing.push(format!("{method} {path}: {what}"));
        match operation["operationId"].as_str() {
            Some(name) if names.contains(&name.to_owned()) => lacks("its operation id is taken"),
            Some(name) if name.starts_with(|c: char| c.is_ascii_lowercase()) => names.push(name.to_owned()),
            _ => lacks("no operation id"),
        }
        if operation["summary"].as_str().is_none_or(str::is_empty) {
            lacks("no summary (the handler's doc comment)");
        }
        if operation["tags"].as_array().is_none_or(|tags| tags.len() != 1) {
            lacks("it needs one tag, the room");
        }
        if operation["responses"]["default"]["$ref"] != "#/components/responses/Problem" {
            lacks("no problem document");
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in &parameters {
            let said = parameter["description"].as_str().is_some_and(|text| !text.is_empty());
            if parameter["in"] != "path" && !said {
                lacks(&format!("parameter {} has no description", parameter["name"]));
            }
        }
        for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            if !parameters.iter().any(|parameter| parameter["in"] == "path" && parameter["name"] == part) {
                lacks(&format!("the part {part} of its path is not declared"));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn every_field_that_is_sent_is_documented() {
    let document = document();
    let mut missing = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        undocumented(name, schema, &document, &mut missing);
    }
    assert!(missing.is_empty(), "fields without a doc comment:\n{}\n", missing.join("\n"));
}

/// Adds the properties of `schema` that neither say what they are nor have a type that does.
fn undocumented(name: &str, schema: &Value, document: &Value, missing: &mut Vec<String>) {
    for (field, property) in schema["properties"].as_object().into_iter().flatten() {
        if !says_something(property, document) {
            missing.push(format!("{name}.{field}"));
        }
    }
    for part in ["allOf", "oneOf", "anyOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
        undocumented(name, part, document, missing);
    }
}

/// A property is documented by its own description or by that of the one type that it refers to.
fn says_something(property: &Value, document: &Value) -> bool {
    let parts = property["oneOf"].as_array().cloned().unwrap_or_default();
    if std::iter::once(property).chain(&parts).any(|part| part["description"].is_string()) {
        return true;
    }
    let targets = std::iter::once(property).chain([&property["items"]]).chain(&parts);
    let mut names = targets.filter_map(|target| target["$ref"].as_str()?.rsplit('/').next());
    names.any(|name| document["components"]["schemas"][name]["description"].is_string())
}
