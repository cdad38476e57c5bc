//! Personal data: the notice before signing in, who agreed to it, and that it is found neither in logs nor in errors.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::support::TestApp;

#[tokio::test]
async fn the_notice_is_shown_before_anybody_signs_in_and_consent_is_kept_by_version() {
    let app = TestApp::start().await;
    let administrator = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    assert_eq!(app.get("/config").await.ok(200)["privacy"], Value::Null);
    let none = json!({ "notice": null, "due": false, "items": [] });
    assert_eq!(li.get("/me/consents").await.ok(200), none);
    li.put("/me/consents/2026-07", json!({})).await.refused(409, "consents.other_version");

    let put = async |key: &str, value: &str| {
        let body = json!({ "value": value, "reason": "告知书定稿" });
        administrator.put(&format!("/settings/privacy.{key}"), body).await.ok(200);
    };
    put("version", "2026-07").await;
    put("address", "https://dj.example.cn/privacy").await;
    let notice = json!({ "version": "2026-07", "address": "https://dj.example.cn/privacy" });
    assert_eq!(app.get("/config").await.ok(200)["privacy"], notice);
    assert_eq!(li.get("/me/consents").await.ok(200)["due"], true);
    let agreed = li.put("/me/consents/2026-07", json!({})).await.ok(200);
    let item = json!({ "version": "2026-07", "agreed_at": "2026-07-01T08:00:00+08:00" });
    assert_eq!((&agreed["due"], &agreed["items"]), (&json!(false), &json!([item])));
    app.advance_seconds(60);
    assert_eq!(
        li.put("/me/consents/2026-07", json!({})).await.ok(200)["items"],
        json!([item]),
        "the first time counts"
    );

    // another version asks anew, and what was agreed to stays
    put("version", "2026-08").await;
    li.put("/me/consents/2026-07", json!({})).await.refused(409, "consents.other_version");
    let both = li.get("/me/consents").await.ok(200);
    assert_eq!((&both["due"], &both["items"]), (&json!(true), &json!([item])));
    let both = li.put("/me/consents/2026-08", json!({})).await.ok(200);
    assert_eq!((&both["items"][0]["version"], &both["items"][1]["version"]), (&json!("2026-08"), &json!("2026-07")));
}

/// Personal data that somebody sends wherever it can be sent: a name, numbers, what he says, and his password.
const PLANTED: [&str; 5] = ["王隐私", "GH-770011", "13987654321", "琥珀色的原话", "lianhua-2027"];

#[tokio::test]
async fn names_and_numbers_stand_neither_in_the_log_nor_in_what_a_failure_says() {
    let site = crate::support::process::Site::open(1).await;
    let server = site.serve_where(&[], &[("XIANFENG_LOG", "trace".to_owned())]).await;
    let [name, number, phone, said, password] = PLANTED;
    let key = "0123456789abcdef0123456789abcdef";
    let sent = [
        ("POST", "/session".to_owned(), json!({ "account": phone, "password": password })),
        ("POST", "/session".to_owned(), json!({ "account": number, "password": password })),
        (
            "POST",
            "/session/invitation".to_owned(),
            json!({ "employee_no": number, "invite_code": "0000-0000-0000", "new_password": password }),
        ),
        ("POST", "/session/reset-request".to_owned(), json!({ "employee_no": number, "device_key": key })),
        ("PATCH", "/me".to_owned(), json!({ "phone": phone })),
        ("PUT", "/me/password".to_owned(), json!({ "old_password": password, "new_password": password })),
        ("POST", "/me/feedback".to_owned(), json!({ "text": format!("{name} {number} {phone} {said}") })),
        ("POST", "/me/feedback".to_owned(), json!({ "text": [said], "page": name })),
        ("POST", "/me/corrections".to_owned(), json!({ "name": name, "note": said })),
        ("POST", "/me/corrections".to_owned(), json!({ "kind": "群众", "note": name, "name": said })),
        ("PUT", "/me/settings".to_owned(), json!({ "care_mode": said })),
        ("POST", "/anonymisations".to_owned(), json!({ "member_id": phone })),
        ("GET", "/me/archive".to_owned(), Value::Null),
        ("GET", format!("/ideas?q={said}"), Value::Null),
        ("GET", format!("/members/{phone}"), Value::Null),
        ("GET", format!("/members?q={name}"), Value::Null),
        ("GET", format!("/members?q={phone}"), Value::Null),
        ("POST", "/ideas".to_owned(), json!({ "title": name, "unknown": number })),
        ("POST", "/members".to_owned(), json!({ "name": name, "employee_no": number, "phone": phone })),
    ];
    let count = sent.len();
    for (method, path, body) in sent {
        let request = server.client.request(method.parse().unwrap(), server.url(&path)).bearer_auth(site.token(0));
        let reply = if body.is_null() { request.send().await } else { request.json(&body).send().await };
        let reply = reply.unwrap();
        let (status, bytes) = (reply.status(), reply.bytes().await.unwrap());
        let text = String::from_utf8_lossy(&bytes);
        assert!(!status.is_server_error(), "{method} {path}: {text}");
        // a refusal says which field is wrong, and never what it said
        if status.is_client_error() {
            assert!(!PLANTED.iter().any(|planted| text.contains(planted)), "{method} {path}: {text}");
        }
    }
    let log = server.log();
    assert!(log.matches("/api/v1/").count() >= count / 2, "requests are logged at all: {log}");
    let metrics =
        server.client.get(format!("http://{}/metrics", server.address)).send().await.unwrap().text().await.unwrap();
    let encoded = "%E7%8E%8B%E9%9A%90%E7%A7%81";
    for planted in PLANTED.iter().chain([&encoded]) {
        assert!(!log.contains(planted), "{planted} in the log: {log}");
        assert!(!metrics.contains(planted), "{planted} in what is measured: {metrics}");
    }
}
