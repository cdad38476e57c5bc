//! The API document: it is the one that is checked in, and it says everything that a client must know.

use serde_json::{Map, Value};

use crate::support::document::example_faults;
use crate::support::observed::{KEPT, Kept, Observed, renewed};

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

/// Holds what all tests before it saw against what is kept: run by `scripts/test` at its end, and by `scripts/observe`,
/// which has it written anew.
#[test]
#[ignore = "looks at what all other tests saw: run by scripts/test when they are done"]
fn by_hand_the_document_tells_of_everything_that_was_seen() {
    let folder = std::env::var("XIANFENG_OBSERVED").expect("the folder with what was seen");
    let kept: Observed = serde_json::from_str(&std::fs::read_to_string(KEPT).unwrap()).unwrap();
    let renewed = renewed(std::path::Path::new(&folder), &kept);
    if std::env::var("XIANFENG_OBSERVE").is_ok() {
        std::fs::write(KEPT, serde_json::to_string_pretty(&renewed).unwrap() + "\n").unwrap();
        return;
    }
    let document = document();
    let of_the_api = operations(&document).into_iter().filter(|(_, path, _)| path.starts_with("/api/"));
    let names = of_the_api.map(|(_, _, operation)| operation["operationId"].clone());
    let unseen: Vec<String> =
        names.filter_map(|name| Some(name.as_str()?.to_owned())).filter(|name| !renewed.contains_key(name)).collect();
    let changed: Vec<&String> =
        renewed.iter().filter(|(name, seen)| kept.get(*name) != Some(seen)).map(|(name, _)| name).collect();
    assert!(unseen.is_empty(), "no test asks for {unseen:?}");
    assert!(changed.is_empty(), "run scripts/observe: {changed:?}");
}

#[test]
fn every_example_is_what_its_schema_says() {
    let kept: Observed = serde_json::from_str(&std::fs::read_to_string(KEPT).unwrap()).unwrap();
    let faults = |(id, seen): (&String, &Kept)| {
        let faults = example_faults(id, seen.status, &seen.reply).into_iter();
        faults.map(|fault| format!("{id}: {fault}")).collect::<Vec<_>>()
    };
    let faults: Vec<String> = kept.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "run scripts/observe, or mend {KEPT}:\n{}", faults.join("\n"));
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
        let (chinese, english) =
            operation["summary"].as_str().and_then(|both| both.split_once(" · ")).unwrap_or_default();
        if !chinese.chars().any(|c| ('一'..='龥').contains(&c)) || english.is_empty() {
            lacks("no summary in both languages (its Chinese name is the first line of the handler's comment)");
        }
        if operation["description"].as_str().is_none_or(str::is_empty) {
            lacks("no description (the rest of the comment)");
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
fn no_two_types_share_a_schema_name() {
    // the document keeps the last of equal names without a word, so the types themselves are looked at
    let mut places: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for (file, text) in sources(std::path::Path::new("src")) {
        for name in schema_names(&text) {
            places.entry(name).or_default().push(file.clone());
        }
    }
    assert!(places.len() > 200, "the types were not found: {}", places.len());
    let shared: Vec<_> = places.into_iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(shared.is_empty(), "give them names of their own, or #[schema(as = …)]: {shared:#?}");

    // the six that did
    let document = document();
    let body = |path: &str, method: &str| {
        let schema = &document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"];
        let fields = resolved(schema, &document)["properties"].as_object().unwrap().keys().cloned();
        fields.collect::<Vec<String>>()
    };
    assert_eq!(body("/api/v1/ideas/{id}/decision", "post"), ["meeting_id", "reason", "verdict"]);
    assert_eq!(body("/api/v1/campaigns/{id}/decision", "put"), ["awards", "left_out", "reason", "replaces"]);
    let submission = &document["paths"]["/api/v1/quiz/daily/{day}/submission"]["put"]["requestBody"];
    let submission = resolved(&submission["content"]["application/json"]["schema"], &document);
    let answer = resolved(&submission["properties"]["answers"]["items"], &document);
    let fields: Vec<&String> = answer["properties"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["answer", "question_id"]);
}

/// What a schema refers to, or itself.
fn resolved<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => document.pointer(&name[1..]).unwrap_or_else(|| panic!("{name} names nothing")),
        None => schema,
    }
}

fn sources(folder: &std::path::Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let each = entries.flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![(path.display().to_string(), std::fs::read_to_string(&path).unwrap())],
    });
    each.collect()
}

/// The names under which the types of a file enter the document: those that derive `ToSchema`, also by our macros.
fn schema_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut has_schema, mut renamed, mut in_macro) = (false, None, false);
    for line in text.lines().map(str::trim) {
        let word = |after: &str| -> Option<String> {
            let rest = line.split_once(after)?.1;
            Some(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?.to_owned())
        };
        if line.starts_with("//") {
            continue;
        } else if line.starts_with("crate::words!(") || line.starts_with("crate::id!(") {
            in_macro = true;
        } else if in_macro && line.starts_with(|c: char| c.is_ascii_uppercase()) {
            names.extend(line.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned));
            in_macro = false;
        } else if line.contains("ToSchema") && (line.starts_with("#[derive(") || line.starts_with("Clone")) {
            has_schema = true;
        } else if line.starts_with("#[schema(as = ") {
            renamed = word("#[schema(as = ");
        } else if let Some(name) = [word("struct "), word("enum ")].into_iter().flatten().next() {
            if has_schema && !name.is_empty() {
                names.push(renamed.take().unwrap_or(name));
            }
            (has_schema, renamed) = (false, None);
        }
    }
    names
}

#[test]
fn every_reference_names_something() {
    let document = document();
    let mut dangling = Vec::new();
    each_value(&document, &mut |value| {
        if let Some(name) = value["$ref"].as_str()
            && name.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).is_none()
        {
            dangling.push(name.to_owned());
        }
    });
    assert!(dangling.is_empty(), "write #[param(inline)] in a query: {dangling:?}");
}

#[test]
fn bytes_are_strings_with_a_media_type() {
    let document = document();
    let mut wrong = Vec::new();
    for (method, path, operation) in operations(&document) {
        let mut seen = 0;
        each_value(&operation, &mut |value| {
            let Some(content) = value["content"].as_object() else { return };
            for (kind, content) in content {
                let schema = &content["schema"];
                let is_list = schema["type"] == "array" && schema["items"]["type"] == "integer";
                let is_json = kind == "application/json" || kind.ends_with("+json");
                let is_binary = !is_json && !kind.starts_with("text/") && !kind.starts_with("multipart/");
                let is_told = schema["type"] == "string" && schema["contentMediaType"] == kind.as_str();
                if is_list || is_binary && !is_told {
                    wrong.push(format!("{method} {path}: {kind} {schema}"));
                }
                seen += usize::from(is_binary);
            }
        });
        let is_import = path.starts_with("/api/v1/imports/") && !path.ends_with("/withdrawal");
        let takes_or_gives_files = path.contains("/exports/") || is_import || path.ends_with("/files");
        if takes_or_gives_files && seen == 0 && !path.contains("/exports/campaigns") {
            wrong.push(format!("{method} {path}: no bytes"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let form = &document["components"]["schemas"]["FileForm"]["properties"]["file"];
    assert_eq!((&form["type"], &form["contentMediaType"]), (&"string".into(), &"application/octet-stream".into()));
}

fn each_value(value: &Value, look: &mut impl FnMut(&Value)) {
    look(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| each_value(item, look)),
        Value::Object(fields) => fields.values().for_each(|field| each_value(field, look)),
        _ => {}
    }
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
        // a word that tells one form from another says it by itself
        let is_tag = property["enum"].as_array().is_some_and(|words| words.len() == 1);
        if !is_tag && !says_something(property, document) {
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

/// With which verbs an operation may begin; what else people do is a `POST`.
const VERBS: [(&str, &[&str]); 4] = [
    ("GET", &["get", "list", "count", "export"]),
    ("PATCH", &["edit"]),
    ("PUT", &["set", "put", "edit", "like", "save", "submit", "change", "decide", "publish", "answer"]),
    ("DELETE", &["delete", "withdraw", "cancel", "detach", "end", "unlike", "sign"]),
];

#[test]
fn an_operation_is_called_by_a_verb_of_its_method_and_a_noun() {
    let mut wrong = Vec::new();
    let of_another = |verb: &str| VERBS[..2].iter().any(|(_, verbs)| verbs.contains(&verb)) || verb == "delete";
    let of_the_api = operations(&document()).into_iter().filter(|(_, path, _)| path.starts_with("/api/"));
    for (method, path, operation) in of_the_api {
        let name = operation["operationId"].as_str().unwrap();
        let (verb, noun) = name.split_once('_').unwrap_or((name, ""));
        let fits = match VERBS.iter().find(|(of, _)| *of == method) {
            Some((_, verbs)) => verbs.contains(&verb),
            None => !of_another(verb),
        };
        let makes = verb != "create" || operation["responses"]["201"].is_object();
        if !fits || !makes || noun.is_empty() || name.chars().any(|c| !c.is_ascii_lowercase() && c != '_') {
            wrong.push(format!("{method} {path}: {name}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_page_refers_to_its_item_by_name() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let pages: Vec<(&String, &Value)> = schemas.iter().filter(|(name, _)| name.starts_with("Page_")).collect();
    assert!(pages.len() > 30, "{}", pages.len());
    for (name, page) in pages {
        let item = name.strip_prefix("Page_").unwrap();
        assert_eq!(page["properties"]["items"]["items"]["$ref"], format!("#/components/schemas/{item}"), "{name}");
    }
}

/// What is open to everybody: it signs somebody in, is asked for before anybody has, or bears a signature of its own.
const OPEN: [&str; 19] = [
    "bind_platform",
    "export_campaign",
    "get_calendar_feed",
    "get_certificate",
    "get_config",
    "get_event_echo",
    "get_picture",
    "get_platform_page",
    "get_platform_return",
    "healthz",
    "list_labels",
    "metrics",
    "readyz",
    "redeem_invitation",
    "refresh_session",
    "request_reset",
    "sign_in",
    "sign_in_by_platform",
    "take_event",
];

#[test]
fn what_is_public_says_so_and_nothing_else_is() {
    let mut open = Vec::new();
    for (method, path, operation) in operations(&document()) {
        let needs =
            operation["security"].as_array().unwrap_or_else(|| panic!("{method} {path} does not say who may call"));
        if needs.is_empty() {
            open.push(operation["operationId"].as_str().unwrap().to_owned());
        } else {
            assert_eq!(needs, &[serde_json::json!({ "session": [] })], "{method} {path}");
        }
    }
    open.sort();
    assert_eq!(open, OPEN);
}

#[test]
fn no_field_says_what_a_word_beside_it_is_called() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let is_words = |field: &Value| {
        let parts = field["oneOf"].as_array().cloned().unwrap_or_default();
        let mut names = std::iter::once(field).chain(&parts).filter_map(|part| part["$ref"].as_str());
        names.any(|name| document.pointer(&name[1..]).is_some_and(|schema| schema["enum"].is_array()))
    };
    let mut named = Vec::new();
    for (schema, shown) in schemas {
        each_value(shown, &mut |value| {
            let Some(fields) = value["properties"].as_object() else { return };
            for field in fields.keys() {
                let word = field.strip_suffix("_name").and_then(|word| fields.get(word));
                if word.is_some_and(is_words) {
                    named.push(format!("{schema}.{field}"));
                }
            }
        });
    }
    assert!(named.is_empty(), "GET /labels tells of these: {named:?}");
}

/// Replies that no example is kept of: longer than an example may be, or not of the API.
const WITHOUT_EXAMPLE: [&str; 5] = ["begin_second_factor", "export_campaign", "healthz", "list_labels", "readyz"];

#[test]
fn whatever_is_sent_or_shown_has_an_example() {
    const JSON: &str = "application/json";
    let mut without = Vec::new();
    for (_, _, operation) in operations(&document()) {
        let name = operation["operationId"].as_str().unwrap();
        let body = &operation["requestBody"]["content"][JSON];
        let replies = operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        let shown: Vec<&Value> =
            replies.map(|(_, reply)| &reply["content"][JSON]).filter(|one| one.is_object()).collect();
        let told = |content: &Value| content["example"] != Value::Null;
        if body.is_object() && !told(body) || !shown.is_empty() && !shown.iter().any(|one| told(one)) {
            without.push(name.to_owned());
        }
    }
    let unknown: Vec<&String> = without.iter().filter(|name| !WITHOUT_EXAMPLE.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// Handlers that take a key, as they stand in the source of rooms.
fn keyed_handlers(folder: &std::path::Path, found: &mut Vec<String>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            keyed_handlers(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let handlers = text.split("#[post(").skip(1).filter_map(|rest| rest.split_once("async fn "));
            let signed = handlers.filter_map(|(_, rest)| rest.split_once(") ->"));
            let keyed = signed.filter(|(signature, _)| signature.contains(": OptionalKey"));
            found.extend(keyed.filter_map(|(signature, _)| Some(signature.split_once('(')?.0.to_owned())));
        }
    }
}

#[test]
fn what_takes_an_idempotency_key_says_so() {
    let document = document();
    let takes = |operation: &Value| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.into_iter().any(|parameter| parameter["name"] == "Idempotency-Key")
    };
    let each = operations(&document).into_iter().filter(|(_, _, operation)| takes(operation));
    let told: Vec<String> = each.map(|(_, _, operation)| operation["operationId"].as_str().unwrap().into()).collect();
    let mut keyed = Vec::new();
    keyed_handlers(std::path::Path::new("src"), &mut keyed);
    assert!(keyed.len() > 15, "{keyed:?}");
    // the steps of ideas are written by a macro, which names none of them
    let silent: Vec<_> = keyed.iter().filter(|name| *name != "$name" && !told.contains(name)).collect();
    assert!(silent.is_empty(), "{silent:?}");
}
