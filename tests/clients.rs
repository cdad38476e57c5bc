//! HTTP as phones, browsers and proxies really speak it, in bytes: what pages of other origins may read, `HEAD`, 405,
//! tags, letters of any case, bodies that are absent, and the headers that protect an answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::openapi::operations;
use crate::support::{Person, Reply, TestApp, document, send};

/// An answer as it came.
#[derive(Debug)]
struct Raw {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Raw {
    /// The header's values, joined as they may be.
    fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> =
            self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// Holds it against the API document, as every other client of the tests does.
    fn is_documented(&self, app: &TestApp, line: &str) {
        let (method, path) = line.split_once(' ').unwrap();
        let Ok(url) = Url::parse(&format!("{}{path}", app.base)) else { return };
        let header = |(name, value): &(String, String)| Some((name.parse().ok()?, value.parse().ok()?));
        let headers = self.headers.iter().filter_map(header).collect();
        let reply = Reply { status: self.status, headers, bytes: self.body.clone().into_bytes() };
        document::check(&method.parse().unwrap(), &url, None, &reply);
    }

    fn code(&self) -> Option<String> {
        Some(serde_json::from_str::<Value>(&self.body).ok()?["code"].as_str()?.to_owned())
    }
}

/// Sends a request line with headers and a body, and reads until the server has closed.
async fn raw(app: &TestApp, line: &str, headers: &[(&str, &str)], body: &str) -> Raw {
    let mut request = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    let has_length = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    if !body.is_empty() && !has_length {
        request.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    let answer = exchange(app, format!("{request}\r\n{body}")).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {answer}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.into()));
    let answer = Raw { status, headers: headers.collect(), body: body.to_owned() };
    answer.is_documented(app, line);
    answer
}

async fn exchange(app: &TestApp, request: String) -> String {
    let address = app.base.strip_prefix("http://").unwrap().to_owned();
    let talking = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::task::spawn_blocking(talking).await.unwrap()
}

fn bearer(person: &Person<'_>) -> String {
    format!("Bearer {}", person.token())
}

const PAGE: &str = "https://party.example.com";

#[tokio::test]
async fn a_page_of_another_origin_may_read_every_answer() {
    let app = TestApp::start_with(&["--cors-origins= https://other.example.com ,https://Party.example.com:443"]).await;
    let li = app.member("李一").sign_in().await;
    let token = bearer(&li);
    let large = ("content-length", "41943040");
    for (line, headers, status) in [
        ("GET /api/v1/me", &[("authorization", token.as_str())][..], 200),
        ("GET /api/v1/me", &[], 401),
        ("GET /api/v1/audit", &[("authorization", token.as_str())], 403),
        ("GET /api/v1/nowhere", &[], 404),
        ("GET /nowhere", &[], 404),
        ("DELETE /api/v1/me", &[], 405),
        ("POST /api/v1/files?name=a.pdf", &[("authorization", token.as_str()), large], 413),
        ("POST /api/v1/session", &[("content-type", "text/plain")], 415),
        ("GET /api/v1/audit?limit=1", &[("authorization", "Bearer x")], 401),
    ] {
        let headers: Vec<_> = headers.iter().copied().chain([("origin", PAGE)]).collect();
        let body = if status == 415 { "x" } else { "" };
        let answer = raw(&app, line, &headers, body).await;
        assert_eq!(answer.status, status, "{line}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some(PAGE), "{line}: {answer:?}");
        let exposed = answer.header("access-control-expose-headers").unwrap_or_default();
        for name in ["content-disposition", "etag", "location", "retry-after", "x-request-id", "allow"] {
            assert!(exposed.split(", ").any(|other| other.trim() == name), "{line}: {name} of {exposed}");
        }
        assert!(answer.header("vary").unwrap_or_default().to_lowercase().contains("origin"), "{line}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    let asking = [
        ("origin", PAGE),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "authorization, idempotency-key"),
    ];
    for path in ["/api/v1/me/password", "/api/v1/nowhere"] {
        let preflight = raw(&app, &format!("OPTIONS {path}"), &asking, "").await;
        assert_eq!(preflight.status, 200, "{preflight:?}");
        assert_eq!(preflight.header("access-control-allow-origin").as_deref(), Some(PAGE));
        assert!(preflight.header("access-control-allow-methods").unwrap().contains("PUT"));
        assert!(preflight.header("access-control-allow-headers").unwrap().to_lowercase().contains("idempotency-key"));
    }
    let stranger = raw(&app, "GET /api/v1/me", &[("origin", "https://evil.example.com")], "").await;
    assert_eq!((stranger.status, stranger.header("access-control-allow-origin")), (401, None));

    app.app.db.close();
    let away = raw(&app, "GET /api/v1/boards/all/points", &[("origin", PAGE), ("authorization", &token)], "").await;
    let away = if away.status == 503 { away } else { raw(&app, "GET /readyz", &[("origin", PAGE)], "").await };
    assert_eq!(away.status, 503);
    assert_eq!(away.header("access-control-allow-origin").as_deref(), Some(PAGE));
}

#[tokio::test]
async fn a_preflight_is_answered_like_everything_else() {
    let app = TestApp::start_with(&[&format!("--cors-origins={PAGE}"), "--hsts-seconds=86400"]).await;
    let ask = async |origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "PUT"), ("x-request-id", "preflight-1")];
        raw(&app, "OPTIONS /api/v1/me/password", &headers, "").await
    };
    let (allowed, refused) = (ask(PAGE).await, ask("https://evil.example.com").await);
    for answer in [&allowed, &refused] {
        assert_eq!(answer.header("strict-transport-security").as_deref(), Some("max-age=86400"), "{answer:?}");
        assert_eq!(answer.header("x-content-type-options").as_deref(), Some("nosniff"), "{answer:?}");
        assert_eq!(answer.header("x-request-id").as_deref(), Some("preflight-1"), "{answer:?}");
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{answer:?}");
    }
    assert_eq!((allowed.status, refused.status), (200, 400));
    assert_eq!(refused.header("content-type").as_deref(), Some("application/problem+json"));
    assert_eq!(refused.header("access-control-allow-origin"), None);
    assert_eq!(refused.code().as_deref(), Some("cors.origin_not_allowed"));
    assert!(refused.body.contains("不在允许之列") && refused.body.contains("preflight-1"), "{refused:?}");
    let broken = ask("not an origin").await;
    assert!(broken.status == 400 && broken.code().is_some_and(|code| code.starts_with("cors.")), "{broken:?}");
}

#[tokio::test]
async fn the_manual_is_found_without_its_last_slash() {
    let app = TestApp::start().await;
    let answer = raw(&app, "GET /docs", &[], "").await;
    assert_eq!((answer.status, answer.header("location").as_deref()), (308, Some("docs/")));
    assert_eq!(raw(&app, "GET /docs/", &[], "").await.status, 200);
}

#[tokio::test]
async fn a_star_lets_every_page_call_without_credentials() {
    let app = TestApp::start_with(&["--cors-origins=*"]).await;
    let answer = raw(&app, "GET /api/v1/me", &[("origin", PAGE)], "").await;
    assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn the_lines_of_trusted_proxies_are_read_as_one_list() {
    let app = TestApp::start_with(&["--trusted-proxies=127.0.0.0/8, 10.0.0.0/8", "--rate-per-address=1"]).await;
    let ask = async |lines: &[&str]| {
        let lines = lines.iter().map(|line| ("x-forwarded-for", *line));
        let headers: Vec<_> = lines.chain([("content-type", "application/json"), ("origin", PAGE)]).collect();
        raw(&app, "POST /api/v1/session/refresh", &headers, "{\"refresh_token\":\"x\"}").await
    };
    let same = [
        &["6.6.6.6", "[2001:db8::1]:443"][..],
        &["2001:db8::1, 10.0.0.2"],
        &["7.7.7.7", "\"[2001:db8::1]\"", "10.0.0.3"],
        &["::ffff:8.8.8.8, 2001:db8::1"],
    ];
    let mut last = 0;
    for round in 0..12 {
        last = ask(same[round % same.len()]).await.status;
    }
    assert_eq!(last, 429, "they all come from one address");
    assert_ne!(ask(&["2001:db8::1, 9.9.9.9:1234"]).await.status, 429);
}

/// Somebody who may ask for everything.
async fn anybody(app: &TestApp) -> Person<'_> {
    let roles = [Role::Auditor, Role::Organiser, Role::CommitteeMember, Role::Secretary, Role::Administrator];
    roles.into_iter().fold(app.member("万能"), |person, role| person.role(role, "JT")).sign_in().await
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let app = TestApp::start().await;
    let person = anybody(&app).await;
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let mut compared = 0;
    for (method, path, _) in operations(&document) {
        let Some(path) = path.strip_prefix("/api/v1").filter(|_| method == "GET") else { continue };
        let fill = |part: &str| match part {
            "{day}" => "2026-07-01".to_owned(),
            part if part.starts_with('{') => uuid::Uuid::nil().to_string(),
            part => part.to_owned(),
        };
        let path = path.split('/').map(fill).collect::<Vec<_>>().join("/");
        let head = send(person.request(Method::HEAD, &path)).await;
        assert!(head.bytes.is_empty(), "{path}");
        if path.ends_with("/stream") {
            assert_eq!(head.status, 200, "it ends, and does not wait for events");
            continue;
        }
        let get = person.get(&path).await;
        assert_eq!(head.status, get.status, "{path}");
        for name in ["content-type", "cache-control", "content-security-policy", "content-disposition"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        if let (Some(of_head), Some(of_get)) = (head.header("content-length"), get.header("content-length")) {
            assert!(of_head == of_get || get.status >= 400, "{path}: {of_head} and {of_get}");
        }
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
    // and nothing follows the head: the next answer on the connection begins right behind it
    let two = "HEAD /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answers = exchange(&app, two.to_owned()).await;
    let (first, second) = answers.split_once("\r\n\r\n").unwrap();
    assert!(first.starts_with("HTTP/1.1 200") && first.contains("content-length"), "{answers}");
    assert!(second.starts_with("HTTP/1.1 200") && second.ends_with('}'), "{answers}");
    assert_eq!(raw(&app, "HEAD /api/v1/session", &[], "").await.status, 405);
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_told_which_ones_it_takes() {
    let app = TestApp::start().await;
    let allowed = |answer: &Raw| -> Vec<String> {
        let mut methods: Vec<String> =
            answer.header("allow").unwrap_or_default().split(',').map(|method| method.trim().to_owned()).collect();
        methods.sort();
        methods
    };
    let nobody = uuid::Uuid::nil();
    for (line, expected) in [
        ("DELETE /api/v1/me".to_owned(), &["GET", "HEAD", "OPTIONS", "PATCH"][..]),
        ("GET /api/v1/session".into(), &["DELETE", "OPTIONS", "POST"]),
        (format!("POST /api/v1/files/{nobody}"), &["DELETE", "GET", "HEAD", "OPTIONS"]),
        ("PUT /healthz".into(), &["GET", "HEAD", "OPTIONS"]),
        ("POST /openapi.json".into(), &["GET", "HEAD", "OPTIONS"]),
        ("POST /docs/index.html".into(), &["GET", "HEAD", "OPTIONS"]),
        ("POST /docs".into(), &["GET", "HEAD", "OPTIONS"]),
        ("TRACE /api/v1/me".into(), &["GET", "HEAD", "OPTIONS", "PATCH"]),
    ] {
        let answer = raw(&app, &line, &[], "").await;
        assert_eq!((answer.status, answer.code().as_deref()), (405, Some("route.method_not_allowed")), "{line}");
        assert_eq!(allowed(&answer), expected, "{line}");
    }
    // a name beside ids is no id: nobody edits the idea called "statistics"
    let li = app.member("li").sign_in().await;
    let edited = send(li.request(Method::PATCH, "/ideas/statistics").json(&json!({}))).await;
    assert_eq!(edited.header("allow"), Some("GET, HEAD, OPTIONS"));
    edited.refused(405, "route.method_not_allowed");
    let asked = raw(&app, "OPTIONS /api/v1/ideas/statistics", &[], "").await;
    assert_eq!((asked.status, allowed(&asked)), (204, ["GET", "HEAD", "OPTIONS"].map(str::to_owned).to_vec()));
    let asked = raw(&app, "OPTIONS /api/v1/me", &[], "").await;
    assert_eq!((asked.status, allowed(&asked)), (204, ["GET", "HEAD", "OPTIONS", "PATCH"].map(str::to_owned).to_vec()));
    for line in
        ["GET /api/v1/nowhere", "DELETE /api/v1/nowhere", "GET /api/v1", "OPTIONS /nowhere", "GET /docs/nowhere"]
    {
        let answer = raw(&app, line, &[], "").await;
        assert_eq!(
            (answer.status, answer.code().as_deref(), answer.header("allow")),
            (404, Some("route.not_found"), None)
        );
    }
}

#[tokio::test]
async fn schemes_and_media_types_are_read_without_case() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let token = format!("{scheme} {}", li.token());
        assert_eq!(raw(&app, "GET /api/v1/me", &[("Authorization", &token)], "").await.status, 200, "{scheme}");
    }
    let body = json!({ "refresh_token": "x" }).to_string();
    for kind in ["application/json", "Application/JSON; Charset=UTF-8", "APPLICATION/JSON ;charset=utf-8"] {
        let answer = raw(&app, "POST /api/v1/session/refresh", &[("Content-Type", kind)], &body).await;
        assert_eq!(answer.status, 401, "{kind}: {answer:?}");
    }
    let text = raw(&app, "POST /api/v1/session/refresh", &[("content-type", "text/json")], &body).await;
    assert_eq!((text.status, text.code().as_deref()), (415, Some("body.not_json")));
    let app = TestApp::start_with(&["--metrics-token=m"]).await;
    assert_eq!(raw(&app, "GET /metrics", &[("authorization", "bearer m")], "").await.status, 200);
}

#[tokio::test]
async fn a_tag_is_known_in_each_of_its_forms() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let pdf = send(li.request(Method::POST, "/files?name=a.pdf").body("%PDF-1.4")).await.ok(201);
    let token = bearer(&li);
    for path in ["/api/v1/units".to_owned(), format!("/api/v1/files/{}", pdf["id"].as_str().unwrap())] {
        let line = format!("GET {path}");
        let first = raw(&app, &line, &[("authorization", &token)], "").await;
        let tag = first.header("etag").unwrap_or_else(|| panic!("{path} has no tag: {first:?}"));
        let bare = tag.trim_start_matches("W/").to_owned();
        let weak = format!("W/{bare}");
        for known in [bare.clone(), weak.clone(), format!("\"x\", {weak}"), format!("{bare} ,W/\"y\""), "*".into()] {
            let again = raw(&app, &line, &[("authorization", &token), ("if-none-match", &known)], "").await;
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}: {known}");
            assert_eq!(again.header("etag"), Some(tag.clone()));
            assert_eq!(again.header("cache-control").as_deref(), Some("private, no-cache"));
        }
        let lines = [("authorization", token.as_str()), ("if-none-match", "\"x\""), ("If-None-Match", &weak)];
        assert_eq!(raw(&app, &line, &lines, "").await.status, 304, "{path}: two lines");
        for other in ["\"x\"", "W/\"\"", "x, y", "\"*\""] {
            let whole = raw(&app, &line, &[("authorization", &token), ("if-none-match", other)], "").await;
            assert_eq!(whole.status, 200, "{path}: {other}");
        }
    }
}

#[tokio::test]
async fn no_body_is_the_empty_object_where_everything_in_it_is_optional() {
    let app = TestApp::start().await;
    let admin = anybody(&app).await;
    let token = bearer(&admin);
    for kind in
        [None, Some(("content-type", "application/json")), Some(("content-type", "application/x-www-form-urlencoded"))]
    {
        let headers: Vec<_> =
            [("authorization", token.as_str()), ("content-length", "0")].into_iter().chain(kind).collect();
        let nothing = raw(&app, "PATCH /api/v1/me", &headers, "").await;
        assert_eq!(nothing.status, 200, "{kind:?}: {nothing:?}");
        let missing = raw(&app, "POST /api/v1/session", &headers, "").await;
        assert_eq!((missing.status, missing.code().as_deref()), (422, Some("body.invalid")), "{kind:?}");
        assert!(missing.body.contains("缺少 account"), "{missing:?}");
    }
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    assert_eq!(document["paths"]["/api/v1/me"]["patch"]["requestBody"]["required"], false);
    assert_eq!(document["paths"]["/api/v1/session"]["post"]["requestBody"]["required"], true);
}

#[tokio::test]
async fn what_is_about_somebody_is_kept_by_nobody() {
    let app = TestApp::start().await;
    let admin = anybody(&app).await;
    let token = bearer(&admin);
    let signed_in = [("authorization", token.as_str()), ("content-type", "application/json")];
    let unit = json!({ "unit_id": app.unit("ZB1"), "registered_too": true }).to_string();
    let printed = json!({ "unit_id": app.unit("ZB1"), "registered_too": true, "format": "html" }).to_string();
    let sign_in = json!({ "account": admin.employee_no, "password": crate::support::PASSWORD }).to_string();
    app.member("李一").home("ZB1").sign_in().await;
    for (line, body) in [
        ("POST /api/v1/session", sign_in.as_str()),
        ("POST /api/v1/session/refresh", "{\"refresh_token\":\"x\"}"),
        ("GET /api/v1/me", ""),
        ("GET /api/v1/me/sessions", ""),
        ("GET /api/v1/me/points", ""),
        ("GET /api/v1/exports/members", ""),
        ("GET /api/v1/exports/questions?format=csv", ""),
        ("POST /api/v1/invitations", &unit),
        ("POST /api/v1/invitations", &printed),
        ("GET /api/v1/nowhere", ""),
    ] {
        let answer = raw(&app, line, &signed_in, body).await;
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{line}: {answer:?}");
        assert_eq!(answer.header("x-content-type-options").as_deref(), Some("nosniff"), "{line}");
        assert_eq!(answer.header("referrer-policy").as_deref(), Some("no-referrer"), "{line}");
        assert_eq!(answer.header("strict-transport-security"), None, "{line}");
    }
}

#[tokio::test]
async fn every_page_says_what_may_run_on_it() {
    let app = TestApp::start_with(&["--hsts-seconds=86400"]).await;
    let admin = anybody(&app).await;
    let token = bearer(&admin);
    app.member("李一").home("ZB1").sign_in().await;
    let signed_in = [("authorization", token.as_str()), ("content-type", "application/json")];
    let sheet = json!({ "unit_id": app.unit("ZB1"), "registered_too": true, "format": "html" }).to_string();
    for (line, body, scripts) in [
        ("POST /api/v1/invitations", sheet.as_str(), false),
        ("GET /api/v1/ideas/statistics/summary", "", false),
        ("GET /docs/index.html", "", true),
        ("GET /docs/", "", true),
        ("GET /api/v1/me", "", false),
        ("GET /nowhere", "", false),
    ] {
        let answer = raw(&app, line, &signed_in, body).await;
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{line}: {answer:?}"));
        let expected = if scripts { "default-src 'self'" } else { "default-src 'none'" };
        assert!(policy.starts_with(expected) && policy.contains("frame-ancestors 'none'"), "{line}: {policy}");
        assert!(!policy.contains("script-src 'unsafe-inline'"), "{line}: {policy}");
        assert_eq!(answer.header("strict-transport-security").as_deref(), Some("max-age=86400"), "{line}");
        if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            assert!(answer.body.contains("lang=\"zh-CN\"") && answer.body.contains("name=\"viewport\""), "{line}");
            // what the policy forbids would not work
            let inline = answer.body.contains("<script>") || answer.body.contains("onclick=");
            assert!(!inline, "{line} has scripts in it");
        }
    }
}
