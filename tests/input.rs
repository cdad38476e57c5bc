//! Hostile input: whatever is sent, to whichever route, the answer is a problem document and never a 5xx.

use std::io::{Cursor, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::crypto::Key;

use crate::openapi::operations;
use crate::support::{Person, Reply, TestApp, send};

/// Somebody whom no route refuses, so that the input is looked at.
pub async fn anybody(app: &TestApp) -> Person<'_> {
    let roles = [Role::Administrator, Role::Auditor, Role::Organiser, Role::CommitteeMember, Role::Secretary];
    roles.into_iter().fold(app.member("万能"), |person, role| person.role(role, "JT")).sign_in().await
}

/// Every operation of the API but the one that ends the session, with its parameters; ids name nothing.
pub fn routes() -> Vec<(Method, String, Value)> {
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    operations(&document)
        .into_iter()
        .filter_map(|(method, path, operation)| {
            let path = path.strip_prefix("/api/v1")?.to_owned();
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            (!(method == Method::DELETE && path == "/session")).then_some((method, path, operation))
        })
        .collect()
}

/// The path with every part in braces replaced by `part`, or by something well formed that names nothing.
pub fn filled(path: &str, part: &str) -> String {
    let fill = |piece| match piece {
        "{day}" if part == NOTHING => "2026-07-01",
        "{year}" if part == NOTHING => "2026",
        "{number}" | "{place}" if part == NOTHING => "1",
        "{platform}" if part == NOTHING => "wecom",
        "{office}" if part == NOTHING => "safety",
        "{subject}" if part == NOTHING => "post",
        piece if str::starts_with(piece, "{") => part,
        piece => piece,
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

pub const NOTHING: &str = "00000000-0000-0000-0000-000000000000";

/// Sends it and checks that the answer is not our fault.
async fn answer(what: &str, request: RequestBuilder) -> u16 {
    let reply = Reply::of(request).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    let (status, body) = (reply.status, reply.json());
    assert!(status < 500, "{what}: {status} {}", reply.text());
    if status >= 400 {
        assert_eq!(body["status"], status, "{what}: {body}");
        assert!(body["code"].as_str().is_some_and(|code| code.contains('.')), "{what}: {body}");
    }
    status
}

#[tokio::test]
async fn no_body_makes_a_server_error() {
    let app = TestApp::start().await;
    let person = anybody(&app).await;
    let deep =
        |levels, open: &str, close: &str| format!("{}1{}", open.repeat(levels), close.repeat(levels)).into_bytes();
    let bodies: Vec<(&str, Vec<u8>, &[u16])> = vec![
        ("nothing", Vec::new(), &[]),
        ("broken JSON", b"{".to_vec(), &[400]),
        ("two values", b"{} {}".to_vec(), &[]),
        ("invalid UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec(), &[400, 422]),
        ("NUL", b"{\"name\":\"\\u0000\",\"title\":\"\\u0000\"}".to_vec(), &[422]),
        ("a lone surrogate", b"{\"name\":\"\\ud800\"}".to_vec(), &[400, 422]),
        ("deep arrays", deep(100_000, "[", "]"), &[400, 422]),
        ("deep objects", deep(40_000, "{\"a\":", "}"), &[400, 422]),
        ("an array", b"[]".to_vec(), &[422]),
        ("null", b"null".to_vec(), &[422]),
        ("a number", b"1e999".to_vec(), &[400, 422]),
        ("an unknown field", b"{\"no_such_field\":1}".to_vec(), &[422]),
    ];
    for (method, path, operation) in routes() {
        let takes_json = operation["requestBody"]["content"]["application/json"].is_object();
        for (what, body, expected) in &bodies {
            let what = format!("{method} {path} with {what}");
            let request = person.request(method.clone(), &filled(&path, NOTHING));
            let status = answer(&what, request.header("content-type", "application/json").body(body.clone())).await;
            assert!(!takes_json || expected.is_empty() || expected.contains(&status), "{what}: {status}");
        }
        let plain = person.request(method.clone(), &filled(&path, NOTHING)).header("content-type", "text/plain");
        let status = answer(&format!("{method} {path} as text"), plain.body("{}")).await;
        assert!(!takes_json || status == 415, "{method} {path} takes text for JSON: {status}");
    }
}

#[tokio::test]
async fn no_value_of_a_wrong_type_makes_a_server_error() {
    let app = TestApp::start().await;
    let person = anybody(&app).await;
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(9_223_372_036_854_775_807_i64),
        json!(1.5),
        json!(""),
        json!("\u{202e}\u{0}"),
        json!("长".repeat(60_000)),
        json!([]),
        json!({}),
        json!("9999-99-99"),
    ];
    for (method, path, operation) in routes() {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) else { continue };
        let fields = document["components"]["schemas"][name]["properties"].as_object().cloned().unwrap_or_default();
        for value in &values {
            let body: Value = fields.keys().map(|field| (field.clone(), value.clone())).collect();
            let request = person.request(method.clone(), &filled(&path, NOTHING)).json(&body);
            answer(&format!("{method} {path} with every field {value:.40}"), request).await;
        }
    }
}

#[tokio::test]
async fn no_path_or_query_makes_a_server_error() {
    let app = TestApp::start().await;
    let person = anybody(&app).await;
    let long = "x".repeat(8_000);
    let cursor = |json: &str| format!("cursor={}", URL_SAFE_NO_PAD.encode(json));
    let queries = [
        "no_such_parameter=1".to_owned(),
        "limit=0".into(),
        "limit=-1".into(),
        "limit=101".into(),
        "limit=99999999999999999999".into(),
        "limit=abc".into(),
        "limit=1&limit=2".into(),
        "limit=%00".into(),
        "cursor=%00".into(),
        "cursor=%FF%FE".into(),
        "cursor=AAAA".into(),
        cursor("null"),
        cursor("\"\\u0000\""),
        cursor("[\"\\u0000\",\"\\u0000\"]"),
        cursor("[9223372036854775807,-9223372036854775808]"),
        cursor("\"00000000-0000-0000-0000-000000000000\""),
        "%".into(),
        "=&=&".into(),
        format!("cursor={long}"),
    ];
    for (method, path, operation) in routes() {
        let named = |name: &str| {
            let parameters = operation["parameters"].as_array();
            parameters.is_some_and(|all| all.iter().any(|one| one["in"] == "query" && one["name"] == name))
        };
        let is_strict = !is_lenient(method.as_str(), &operation);
        for query in &queries {
            let what = format!("{method} {path}?{query:.60}");
            let request = person.request(method.clone(), &format!("{}?{query}", filled(&path, NOTHING)));
            let status = answer(&what, request).await;
            let refused = query == "no_such_parameter=1" && is_strict
                || (query.starts_with("limit=") && !query.contains('&') && named("limit"));
            // what the path names may be missed before the query is read
            assert!(!refused || matches!(status, 400 | 404), "{what}: {status}");
        }
        let text = operation["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in text.iter().filter(|parameter| parameter["in"] == "query") {
            for value in ["%00", "%FF", "", "-1", "1e9", "2026-02-30", "%27%3B--", "99999999999999999999"] {
                let path = format!("{}?{}={value}", filled(&path, NOTHING), parameter["name"].as_str().unwrap());
                answer(&format!("{method} {path}"), person.request(method.clone(), &path)).await;
            }
        }
        if path.contains('{') {
            for part in ["x", "%00", "%FF", "..%2F..%2Fetc", "%F0%9F%92%A9", "-1", "null", &long] {
                answer(&format!("{method} {path} / {part:.20}"), person.request(method.clone(), &filled(&path, part)))
                    .await;
            }
        }
    }
}

#[tokio::test]
async fn a_forged_or_stale_token_opens_nothing() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let (kid, key) = app.secrets().token_keys[0].clone();
    let now = app.now().seconds();
    let claims = |change: Value| {
        let mut claims = json!({
            "sub": li.id, "sid": li.session["session_id"], "iss": "xianfeng", "aud": "xianfeng",
            "iat": now, "nbf": now, "exp": now + 900,
        });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        claims
    };
    let sign = |algorithm: Algorithm, kid: &str, key: &Key, claims: Value| {
        let mut header = Header::new(algorithm);
        header.kid = Some(kid.to_owned());
        encode(&header, &claims, &EncodingKey::from_secret(key.bytes())).unwrap()
    };
    let ask = async |token: &str| {
        send(app.request(Method::GET, "/me").header("authorization", format!("Bearer {token}"))).await
    };
    ask(&sign(Algorithm::HS256, &kid, &key, claims(json!({})))).await.ok(200);

    let unsigned = |header: Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&header), part(&claims(json!({}))))
    };
    let forged = [
        sign(Algorithm::HS256, &kid, &Key::random(), claims(json!({}))),
        sign(Algorithm::HS512, &kid, &key, claims(json!({}))),
        sign(Algorithm::HS256, "no such key", &key, claims(json!({}))),
        sign(Algorithm::HS256, &kid, &key, claims(json!({ "aud": "another" }))),
        sign(Algorithm::HS256, &kid, &key, claims(json!({ "iss": "another" }))),
        sign(Algorithm::HS256, &kid, &key, claims(json!({ "exp": now }))),
        sign(Algorithm::HS256, &kid, &key, claims(json!({ "exp": "tomorrow" }))),
        sign(Algorithm::HS256, &kid, &key, claims(json!({ "nbf": now + 1 }))),
        sign(Algorithm::HS256, &kid, &key, claims(json!({ "sub": "nobody" }))),
        unsigned(json!({ "alg": "none", "typ": "JWT" })),
        unsigned(json!({ "alg": "none", "typ": "JWT", "kid": kid })),
        unsigned(json!({ "alg": "HS256", "kid": kid, "jku": "http://127.0.0.1/" })),
        "a.b.c".into(),
        "..".into(),
        "x".repeat(100_000),
    ];
    for token in &forged {
        let reply = ask(token).await;
        assert_eq!(reply.status, 401, "{token:.80}: {}", reply.text());
    }
    // another's session, or one that never was
    for change in [json!({ "sub": NOTHING }), json!({ "sid": NOTHING })] {
        ask(&sign(Algorithm::HS256, &kid, &key, claims(change))).await.refused(401, "sessions.over");
    }
    for scheme in ["Basic eDp5", "Bearer", "bearer ", "Token x", "\u{ff}"] {
        send(app.request(Method::GET, "/me").header("authorization", scheme)).await.refused(401, "sessions.required");
    }
    app.advance_seconds(900);
    li.get("/me").await.refused(401, "sessions.invalid_token");
}

#[tokio::test]
async fn a_token_of_a_megabyte_is_cut_off() {
    let app = TestApp::start().await;
    let head = format!("GET /api/v1/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", "x".repeat(1 << 20));
    let (status, took) = raw(&app, head.into_bytes(), 0).await;
    assert!(status.is_none_or(|status| (400..500).contains(&status)), "{status:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_refused_before_it_has_arrived() {
    let app = TestApp::start().await;
    let admin = anybody(&app).await;
    for path in ["/units", "/imports/members"] {
        for length in [format!("content-length: {}", 100 << 20), "transfer-encoding: chunked".to_owned()] {
            let head = format!(
                "POST /api/v1{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{length}\r\n\r\n",
                admin.token()
            );
            let (status, took) = raw(&app, head.into_bytes(), 100 << 20).await;
            assert_eq!(status, Some(413), "{path} with {length}");
            assert!(took < Duration::from_secs(5), "{path} with {length}: {took:?}");
        }
    }
}

/// Sends `head` and then `body` bytes, in pieces that also read as chunks, until the answer comes; its status and when.
async fn raw(app: &TestApp, head: Vec<u8>, body: usize) -> (Option<u16>, Duration) {
    let address = app.base.strip_prefix("http://").unwrap().to_owned();
    let talking = move || {
        let began = Instant::now();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut sending = stream.try_clone().unwrap();
        let sender = std::thread::spawn(move || {
            let piece = [format!("{:x}\r\n", 1 << 16).as_bytes(), &[b' '; 1 << 16], b"\r\n"].concat();
            if sending.write_all(&head).is_ok() {
                (0..body / piece.len()).all(|_| sending.write_all(&piece).is_ok());
            }
        });
        let mut line = [0; 12];
        let status =
            stream.read_exact(&mut line).ok().and_then(|()| std::str::from_utf8(&line[9..]).ok()?.parse().ok());
        let took = began.elapsed();
        let _ = stream.shutdown(std::net::Shutdown::Both);
        sender.join().unwrap();
        (status, took)
    };
    tokio::task::spawn_blocking(talking).await.unwrap()
}

#[tokio::test]
async fn a_zip_bomb_is_not_unpacked() {
    let app = TestApp::start().await;
    let admin = anybody(&app).await;
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        ("xl/workbook.xml", "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>"),
    ];
    for (name, text) in parts {
        bomb.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        bomb.write_all(text.as_bytes()).unwrap();
    }
    bomb.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::copy(&mut std::io::repeat(b' ').take(80 << 20), &mut bomb).unwrap();
    let bomb = bomb.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    for path in ["/imports/units", "/imports/members", "/imports/questions"] {
        let reply = send(admin.request(Method::POST, path).body(bomb.clone())).await;
        reply.refused(413, "imports.bomb");
    }
}

/// Pages and signed addresses let parameters pass that they do not know.
fn is_lenient(method: &str, operation: &Value) -> bool {
    let parameters = operation["parameters"].as_array();
    let is_signed = parameters.is_some_and(|all| all.iter().any(|parameter| parameter["name"] == "signature"));
    is_signed || method == "GET" && operation["responses"]["200"]["content"]["text/html"].is_object()
}

#[tokio::test]
async fn a_parameter_that_an_operation_does_not_know_is_refused_and_a_page_lets_it_pass() {
    let app = TestApp::start().await;
    let admin = anybody(&app).await;
    let mut looked = 0;
    for (method, path, operation) in operations(&serde_json::to_value(xianfeng::app::openapi()).unwrap()) {
        let path = path.replace("{id}", "00000000-0000-0000-0000-000000000000");
        if let Some(path) = path.strip_prefix("/api/v1").filter(|path| !path.contains('{')) {
            let asked = app.request(method.parse().unwrap(), &format!("{path}?isappinstalled=0"));
            let reply = send(asked.bearer_auth(admin.token())).await;
            let refused = reply.status == 400 && reply.text().contains("没有 isappinstalled 这一项");
            assert_eq!(refused, !is_lenient(&method, &operation), "{method} {path}: {}", reply.text());
            looked += 1;
        }
    }
    assert!(looked > 150, "{looked}");
    admin.get("/me?limit=1").await.refused(400, "query.invalid");
    admin.get("/me?").await.ok(200);
}

#[tokio::test]
async fn every_field_that_is_wrong_is_told_of_at_once() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let told = |reply: Reply| -> Vec<String> {
        let errors = reply.refused(422, "body.invalid")["errors"].as_array().unwrap().clone();
        assert!(errors.iter().all(|error| !error["message"].as_str().unwrap().is_empty()));
        let mut told: Vec<String> = errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
        told.sort();
        told
    };
    let idea = json!({ "title": "", "problem": "长".repeat(2001), "proposal": 5, "submit": "yes", "more": 1 });
    let all = ["/category", "/more", "/problem", "/proposal", "/submit", "/title"];
    assert_eq!(told(li.post("/ideas", idea).await), all);
    assert_eq!(told(app.post("/session", json!({})).await), ["/account", "/password"]);
    let short = json!({ "account": "", "password": "", "cookie": 1 });
    assert_eq!(told(app.post("/session", short).await), ["/account", "/cookie", "/password"]);
    assert_eq!(told(li.put("/me/password", json!({ "old_password": "" })).await), ["/new_password", "/old_password"]);
}
