//! A creation that is sent twice happens once.

use reqwest::Method;
use serde_json::{Value, json};

use crate::ideas::{Scene, idea, items};
use crate::members::administrator;
use crate::support::{TestApp, send};

#[tokio::test]
async fn an_idempotency_key_makes_one_idea_of_two_requests() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let post = |title: &'static str| {
        let request = scene.author.request(reqwest::Method::POST, "/ideas").header("idempotency-key", "phone-1");
        crate::support::send(request.json(&idea(title, true)))
    };
    let first = post("点子").await.ok(201);
    assert_eq!(post("点子").await.ok(201), first);
    post("另一个").await.refused(422, "idempotency.reused");
    assert_eq!(items(&scene.author.get("/ideas?author=me").await.ok(200)).len(), 1);
}

#[tokio::test]
async fn a_unit_or_a_member_that_is_sent_twice_is_made_once() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let send_with = async |path: &str, key: &str, body: &Value| {
        send(admin.request(Method::POST, path).header("Idempotency-Key", format!("{key}{path}")).json(body)).await
    };
    let unit = json!({ "code": "ZB4", "name": "北支部", "kind": "党支部", "parent_id": app.unit("DW1") });
    let member = json!({ "employee_no": "N1", "name": "新人", "kind": "full", "unit_id": app.unit("XZ11") });
    for (path, body, taken) in [("/units", unit, "unit.code_taken"), ("/members", member, "member.number_taken")] {
        let first = send_with(path, "k-1", &body).await;
        assert_eq!(send_with(path, "k-1", &body).await.ok(201), first.ok(201));
        let mut other = body.clone();
        other["name"] = json!("别的");
        send_with(path, "k-1", &other).await.refused(422, "idempotency.reused");
        send_with(path, "k-2", &body).await.refused(409, taken);
        send_with(path, "two words", &body).await.refused(400, "idempotency.bad_key");
        // what was refused may be sent again once it is right
        other[if path == "/units" { "code" } else { "employee_no" }] = json!("N9");
        send_with(path, "k-3", &other).await.ok(201);
        send_with(path, "k-4", &json!({ "name": 1 })).await.refused(422, "body.invalid");
    }
}
