//! People read Chinese: whatever is wrong with what they sent, no sentence of the libraries underneath reaches them.

use std::io::Write;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::input::{NOTHING, anybody, filled, routes};
use crate::support::process::{Site, complaint, printed, program};
use crate::support::{Person, TestApp, send};

/// Words by which the libraries' sentences are known.
const FOREIGN: [&str; 16] = [
    "expected",
    "unknown field",
    "unknown variant",
    "missing field",
    "duplicate field",
    "invalid",
    "did not match",
    "found in string",
    "too large to fit",
    "cannot parse",
    "UUID",
    " at line ",
    "struct ",
    "sequence",
    "premature",
    "provided string",
];

/// Checks a refusal's sentences, whatever the request was.
fn check(what: &str, status: u16, body: &[u8]) {
    if !(400..500).contains(&status) {
        return;
    }
    let problem: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{what}: {error}"));
    let sentences = |problem: &Value| {
        let messages = problem["errors"].as_array().into_iter().flatten().map(|error| error["message"].clone());
        std::iter::once(problem["detail"].clone()).chain(messages).collect::<Vec<_>>()
    };
    for sentence in sentences(&problem) {
        let text = sentence.as_str().unwrap_or_else(|| panic!("{what}: {problem}"));
        let foreign = FOREIGN.iter().find(|word| text.contains(**word));
        assert_eq!(foreign, None, "{what}: {text}");
        assert!(text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{what}: {text}");
    }
}

async fn ask(what: String, request: reqwest::RequestBuilder) {
    let reply = send(request).await;
    check(&what, reply.status, reply.text().as_bytes());
}

/// The fields of a route's body by the document, with those of what lies within, `depth` deep.
fn sample(document: &Value, schema: &Value, value: &Value, depth: usize) -> Value {
    let schema = match schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    };
    let whole = schema["oneOf"].as_array().or(schema["anyOf"].as_array()).and_then(|any| any.last());
    match (whole, schema["properties"].as_object(), schema["items"].is_object()) {
        (Some(whole), ..) if depth > 0 => sample(document, whole, value, depth - 1),
        (_, Some(fields), _) if depth > 0 => fields
            .iter()
            .map(|(name, field)| (name.clone(), sample(document, field, value, depth - 1)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        (_, _, true) if depth > 0 => json!([sample(document, &schema["items"], value, depth - 1)]),
        _ => value.clone(),
    }
}

#[tokio::test]
async fn no_broken_body_is_answered_in_english() {
    let app = TestApp::start().await;
    let person = anybody(&app).await;
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let values = [json!(null), json!(true), json!(-1), json!(1.5), json!("no_such_word"), json!([]), json!({})];
    for (method, path, operation) in routes() {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !schema.is_object() {
            continue;
        }
        let send = async |body: Vec<u8>| {
            let what = format!("{method} {path} with {:.200}", String::from_utf8_lossy(&body));
            let request = person.request(method.clone(), &filled(&path, NOTHING));
            ask(what, request.header("content-type", "application/json").body(body)).await;
        };
        for body in ["", "{", "[]", "null", "\"x\"", "1e999", "{}", "{\"no_such_field\":1}", "{\"a\":1} x"] {
            send(body.as_bytes().to_vec()).await;
        }
        for value in &values {
            for depth in 1..=4 {
                send(sample(&document, schema, value, depth).to_string().into_bytes()).await;
            }
        }
    }
}

#[tokio::test]
async fn no_broken_query_or_path_is_answered_in_english() {
    let app = TestApp::start().await;
    let person = anybody(&app).await;
    for (method, path, operation) in routes() {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            for value in ["", "x", "-1", "1.5", "99999999999999999999", "%FF", "%00", "2026-02-30", "1&limit=1&limit=1"]
            {
                let path = format!("{}?{name}={value}", filled(&path, NOTHING));
                ask(format!("{method} {path}"), person.request(method.clone(), &path)).await;
            }
        }
        for part in ["x", "-1", "%FF", "2026-02-30"] {
            let path = format!("{}?no_such_parameter=1", filled(&path, part));
            ask(format!("{method} {path}"), person.request(method.clone(), &path)).await;
        }
    }
}

#[tokio::test]
async fn no_broken_file_or_header_is_answered_in_english() {
    let app = TestApp::start().await;
    let person = anybody(&app).await;
    let files: [&[u8]; 6] =
        [b"", b"\xff\xfe\x00", b"PK\x03\x04 no zip", b"a,b\n\"open", b"{}", "编码,名称\n1,2,3,4".as_bytes()];
    for (method, path, _) in routes().into_iter().filter(|(method, ..)| *method != Method::GET) {
        for file in files {
            for kind in
                ["application/octet-stream", "multipart/form-data; boundary=x", "multipart/form-data", "text/csv"]
            {
                let request = person.request(method.clone(), &filled(&path, NOTHING));
                let request = request.header("content-type", kind).header("if-match", "x").body(file.to_vec());
                ask(
                    format!("{method} {path} with {file:?} as {kind}"),
                    request.header("idempotency-key", "x".repeat(500)),
                )
                .await;
            }
        }
    }
}

/// What one body is answered: pointer and sentence of the first field that is wrong.
async fn told(person: &Person<'_>, path: &str, body: Value) -> (String, String) {
    let problem = person.post(path, body).await.refused(422, "body.invalid");
    let error = &problem["errors"][0];
    (error["pointer"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_sentence_names_the_field_and_says_what_belongs_there() {
    let app = TestApp::start().await;
    let person = anybody(&app).await;
    let jt = app.unit("JT");
    let told = async |body: Value| told(&person, "/campaigns", body).await;
    let answer = |pointer: &str, message: &str| (pointer.to_owned(), message.to_owned());
    assert_eq!(told(json!({ "unit_id": jt })).await, answer("/title", "缺少 title"));
    assert_eq!(told(json!({ "title": 5 })).await, answer("/title", "应为文字"));
    assert_eq!(told(json!({ "unit_id": "x" })).await, answer("/unit_id", "编号格式不对"));
    assert_eq!(told(json!({ "titel": "x" })).await, answer("/titel", "没有 titel 这一项"));
    let terms = |terms: Value| json!({ "title": "甲", "unit_id": jt, "terms": terms });
    let kinds = "没有“best”这个取值，应为 brand_top_ten、double_ten_best、design_call、other 之一";
    assert_eq!(told(terms(json!({ "kind": "best" }))).await, answer("/terms/kind", kinds));
    let categories = json!({ "kind": "other", "categories": [{ "code": "a", "title": "甲", "quota": 70_000 }] });
    let quota = answer("/terms/categories/0/quota", "应为 0 到 65535 的整数");
    assert_eq!(told(terms(categories)).await, quota);
    let timetable = json!({ "kind": "other", "timetable": [{ "stage": "vote", "opens_at": "明天" }] });
    let (pointer, message) = told(terms(timetable)).await;
    assert_eq!((&*pointer, message.contains("应为带时区的时间")), ("/terms/timetable/0/opens_at", true), "{message}");
    let query = person.get("/campaigns?limit=x").await.refused(400, "query.invalid");
    assert_eq!(query["detail"], "查询参数有误：limit：应为整数，且不超出范围");
    let query = person.get("/campaigns?page=1").await.refused(400, "query.invalid");
    assert_eq!(query["detail"], "查询参数有误：没有 page 这一项");
}

/// Checks what a command complained of.
fn check_complaint(what: &str, told: &str) {
    let foreign = FOREIGN.iter().find(|word| told.contains(**word));
    assert_eq!(foreign, None, "{what}: {told}");
    assert!(told.contains("第 ") && told.contains(" 行"), "{what} is told where it goes wrong: {told}");
}

/// JSON that is broken off, of another shape, with something missing, with something unknown, and of another kind.
const BROKEN: [&str; 5] = ["{\"", "[1, 2]", "{}", "{\"no_such_field\": true}", "true"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_broken_file_of_the_operator_is_told_in_english() {
    let site = Site::open(1).await;
    let file = site.folder().join("a.file");
    let path = file.to_str().unwrap();
    for broken in BROKEN {
        std::fs::write(&file, broken).unwrap();
        let secrets = format!("--secrets-file={path}");
        let told = complaint(&site.command_with(&[&secrets], &["rebuild-boards", "--dry-run"]).await);
        check_complaint(&format!("secrets {broken}"), &told);
        let told = complaint(&program(&["verify-campaign", path]).await);
        check_complaint(&format!("campaign {broken}"), &told);
        std::fs::remove_file(&file).unwrap();
        forge_backup(&file, broken);
        check_complaint(&format!("manifest {broken}"), &complaint(&program(&["backup", "verify", path]).await));
    }
    std::fs::remove_file(&file).unwrap();
    printed(&site.command(&["backup", path]).await);
    for broken in BROKEN {
        std::fs::write(site.folder().join("a.file.keys"), broken).unwrap();
        let told = complaint(&site.elsewhere().command(&["restore", path]).await);
        assert!(told.contains("a.file.keys"), "{told}");
        check_complaint(&format!("keys {broken}"), &told);
    }
}

/// What looks like a backup whose manifest says `manifest`.
fn forge_backup(path: &std::path::Path, manifest: &str) {
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, text) in [("xianfeng-backup", "a backup of Xianfeng"), ("manifest.json", manifest)] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.set_comment("0".repeat(64)).unwrap();
    zip.finish().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_of_another_server_is_told_in_english() {
    let site = Site::on_sqlite(1).await;
    let database = std::path::Path::new(site.database_url().strip_prefix("sqlite://").unwrap());
    let folder = database.with_extension("operator");
    std::fs::create_dir(&folder).unwrap();
    let listener = tokio::net::UnixListener::bind(folder.join("socket")).unwrap();
    tokio::spawn(async move {
        for broken in BROKEN {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            stream.read_line(&mut String::new()).await.unwrap();
            stream.write_all(format!("{broken}\n").as_bytes()).await.unwrap();
        }
    });
    for broken in BROKEN {
        let told = complaint(&site.command(&["rebuild-boards", "--dry-run"]).await);
        check_complaint(&format!("answer {broken}"), &told);
    }
}
