//! A creation that is sent twice happens once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::ideas::{Scene, idea, items, submitted, text};
use crate::members::administrator;
use crate::support::{Person, Reply, TestApp, on_postgres, send};

async fn post(app: &TestApp, who: &Person<'_>, path: &str, key: &str, body: &Value) -> Reply {
    let request = app.request(Method::POST, path).bearer_auth(who.token());
    send(request.header("idempotency-key", key).json(body)).await
}

async fn own_ideas(who: &Person<'_>) -> usize {
    items(&who.get("/ideas?author_id=me&limit=100").await.ok(200)).len()
}

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
    assert_eq!(items(&scene.author.get("/ideas?author_id=me").await.ok(200)).len(), 1);
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
    for (path, body, taken) in [("/units", unit, "units.code_taken"), ("/members", member, "members.number_taken")] {
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

#[tokio::test]
async fn of_thirty_requests_with_one_key_at_once_one_creates_whatever_the_server() {
    let app = TestApp::start().await;
    let sibling = if on_postgres() { Some(app.sibling().await) } else { None };
    let li = app.member("李一").sign_in().await;
    if let Some(sibling) = &sibling {
        sibling.app.get::<xianfeng::people::members::Members>().reload().await.unwrap();
    }
    for round in 0..3 {
        let (key, body) = (format!("phone-{round}"), idea(&format!("第{round}个点子"), true));
        let posts = (0..30).map(|n| {
            let server = sibling.as_ref().filter(|_| n % 2 == 1).unwrap_or(&app);
            post(server, &li, "/ideas", &key, &body)
        });
        let replies = join_all(posts).await;
        let first = replies[0].ok(201);
        for reply in &replies {
            assert_eq!(reply.ok(201)["id"], first["id"]);
        }
        assert_eq!(own_ideas(&li).await, round + 1);
    }
    app.drain().await;
}

#[tokio::test]
async fn a_key_is_its_members_and_its_routes() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let wang = app.member("王二").sign_in().await;
    let body = idea("点子", true);
    let first = post(&app, &scene.author, "/ideas", "k", &body).await.ok(201);
    let second = post(&app, &wang, "/ideas", "k", &body).await.ok(201);
    assert_ne!(first["id"], second["id"], "what somebody else calls his request is his");
    let at = json!({ "meeting_id": scene.group_meeting });
    let path = |idea: &Value| format!("/ideas/{}/collection", text(&idea["id"]));
    post(&app, &scene.leader, &path(&first), "k", &at).await.ok(200);
    post(&app, &scene.leader, &path(&second), "k", &at).await.refused(422, "idempotency.reused");
    post(&app, &scene.leader, &path(&first), "k", &at).await.ok(200);
    assert_eq!(wang.get(&format!("/ideas/{}", text(&second["id"]))).await.ok(200)["state"], "submitted");
}

#[tokio::test]
async fn a_key_is_remembered_for_two_days() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let body = idea("点子", true);
    let first = post(&app, &li, "/ideas", "k", &body).await.ok(201);
    app.advance_seconds(48 * 3600);
    app.tick().await;
    let li = app.sign_in(li.id, &li.employee_no).await;
    assert_eq!(post(&app, &li, "/ideas", "k", &body).await.ok(201)["id"], first["id"]);
    app.advance_seconds(1);
    app.tick().await;
    let again = post(&app, &li, "/ideas", "k", &body).await.ok(201);
    assert_ne!(again["id"], first["id"]);
    assert_eq!(own_ideas(&li).await, 2);
}

#[tokio::test]
async fn what_was_refused_under_a_key_may_be_sent_again_under_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    let path = format!("/ideas/{id}/decision");
    let decision = scene.decision("adopted");
    post(&app, &scene.secretary, &path, "k", &decision).await.refused(409, "ideas.wrong_state");
    scene.collect(&id).await;
    assert_eq!(post(&app, &scene.secretary, &path, "k", &decision).await.ok(200)["state"], "adopted");
}
