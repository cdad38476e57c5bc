//! The sessions of one member: how many, for how long, what a new password does to them, what the member hears of them.

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::id::SessionId;
use xianfeng::db::schema::sessions;
use xianfeng::on;
use xianfeng::people::sessions::model::{Method, Session};
use xianfeng::people::sessions::tokens::Tokens;

use crate::support::{PASSWORD, Person, TestApp, on_postgres};

const NEW_PASSWORD: &str = "lianhua-2026";

async fn change_password(person: &Person<'_>) -> Value {
    let change = json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD });
    person.put("/me/password", change).await.ok(200)
}

async fn titles(app: &TestApp, person: &Person<'_>) -> Vec<String> {
    app.drain().await;
    let list = person.get("/me/notices").await.ok(200);
    list["items"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
}

/// Sessions as they were left by a time without a limit.
async fn leave_sessions(app: &TestApp, person: &Person<'_>, number: usize) -> Vec<SessionId> {
    let member_id = person.id;
    app.write(move |tx| {
        let mut made = Vec::new();
        for _ in 0..number {
            let session = Session {
                id: tx.fresh_id(),
                member_id,
                method: Method::Password,
                device: "旧设备".into(),
                refresh_hash: vec![0; 32],
                previous_hash: None,
                rotated_at: tx.now(),
                created_at: tx.now(),
                expires_at: tx.now().plus_seconds(86_400),
                revoked_at: None,
                revoked_because: None,
                rotation: 0,
                seen_rotation: 0,
                code_given_at: None,
            };
            on!(&mut *tx.conn, c => diesel::insert_into(sessions::table).values(&session).execute(c))?;
            made.push(session.id);
        }
        Ok(made)
    })
    .await
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions_however_many_there_are() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let left = leave_sessions(&app, &li, 250).await;
    let tokens = Tokens::new(&app.secrets());
    let look = |session: SessionId| {
        let token = tokens.access(li.id, session, app.now());
        let request = app.request(reqwest::Method::GET, "/me/sessions").bearer_auth(token);
        crate::support::send(request)
    };
    look(left[0]).await.ok(200);
    let sibling = if on_postgres() { Some(app.sibling().await) } else { None };
    if let Some(sibling) = &sibling {
        let token = tokens.access(li.id, left[1], app.now());
        crate::support::send(sibling.request(reqwest::Method::GET, "/me/sessions").bearer_auth(&token)).await.ok(200);
    }
    change_password(&li).await;
    for session in [left[0], left[1], left[100], left[249]] {
        look(session).await.refused(401, "sessions.over");
    }
    assert_eq!(li.get("/me/sessions").await.ok(200)["items"].as_array().unwrap().len(), 1);
    if let Some(sibling) = &sibling {
        sibling.tick().await;
        let token = tokens.access(li.id, left[1], app.now());
        let request = sibling.request(reqwest::Method::GET, "/me/sessions").bearer_auth(&token);
        crate::support::send(request).await.refused(401, "sessions.over");
    }
}

#[tokio::test]
async fn the_twenty_first_session_ends_the_one_that_was_unused_for_longest() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let mut others = Vec::new();
    for _ in 0..19 {
        app.advance_seconds(1);
        others.push(app.sign_in_anew(&li).await);
    }
    li.get("/me").await.ok(200);
    let last = app.sign_in_anew(&li).await;
    li.get("/me").await.refused(401, "sessions.too_many");
    let late = json!({ "refresh_token": li.session["refresh_token"] });
    app.post("/session/refresh", late).await.refused(401, "sessions.too_many");
    others[0].get("/me").await.ok(200);
    assert_eq!(last.get("/me/sessions").await.ok(200)["items"].as_array().unwrap().len(), 20);
    assert!(titles(&app, &last).await.iter().any(|title| title.contains("超过 20 台")));
}

#[tokio::test]
async fn twenty_sign_ins_at_once_leave_no_more_than_twenty_sessions() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    leave_sessions(&app, &li, 18).await;
    let known = json!({
        "account": li.employee_no, "password": PASSWORD, "device_key": li.session["device_key"],
    });
    for reply in futures_util::future::join_all((0..6).map(|_| app.post("/session", known.clone()))).await {
        reply.ok(201);
    }
    let newest = app.sign_in_anew(&li).await;
    assert_eq!(newest.get("/me/sessions").await.ok(200)["items"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn a_session_ends_at_its_age_however_often_it_is_refreshed() {
    let app = TestApp::start_with(&["--session-days=2"]).await;
    let li = app.member("李一").sign_in().await;
    let mut tokens = li.session.clone();
    for _ in 0..3 {
        app.advance_seconds(15 * 3600);
        let ask = json!({ "refresh_token": tokens["refresh_token"] });
        tokens = app.post("/session/refresh", ask).await.ok(200);
        assert_eq!(tokens["refresh_expires_at"], "2026-07-03T08:00:00+08:00");
    }
    app.advance_seconds(3 * 3600);
    let ask = json!({ "refresh_token": tokens["refresh_token"] });
    app.post("/session/refresh", ask).await.refused(401, "sessions.over");
}

#[tokio::test]
async fn device_keys_change_with_the_password() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let old = li.session["device_key"].clone();
    let new = change_password(&li).await["device_key"].clone();
    assert_ne!(new, old);
    let refreshed = app.post("/session/refresh", json!({ "refresh_token": li.session["refresh_token"] })).await.ok(200);
    assert_eq!(refreshed["device_key"], new);
    let wrong = json!({ "account": li.employee_no, "password": "wrong-2026" });
    for _ in 0..10 {
        app.post("/session", wrong.clone()).await.refused(401, "sessions.wrong_password");
    }
    let right = |key: &Value| json!({ "account": li.employee_no, "password": NEW_PASSWORD, "device_key": key });
    app.post("/session", right(&old)).await.refused(429, "sessions.locked_out");
    app.post("/session", right(&new)).await.ok(201);
}

#[tokio::test]
async fn a_sign_in_on_a_new_device_is_told_to_the_member() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let again = json!({
        "account": li.employee_no, "password": PASSWORD, "device_key": li.session["device_key"],
    });
    app.post("/session", again).await.ok(201);
    assert_eq!(titles(&app, &li).await, Vec::<String>::new(), "neither the first device nor a known one is news");
    let strange = json!({ "account": li.employee_no, "password": PASSWORD, "device": "网吧 7 号机" });
    app.post("/session", strange).await.ok(201);
    assert_eq!(titles(&app, &li).await, ["您的账号在新设备“网吧 7 号机”上登录"]);
}

#[tokio::test]
async fn no_sign_in_with_the_old_password_outlives_the_change() {
    let app = TestApp::start().await;
    for name in ["李一", "李二", "李三"] {
        let li = app.member(name).sign_in().await;
        let known = json!({
            "account": li.employee_no, "password": PASSWORD, "device_key": li.session["device_key"],
        });
        let sign_ins = futures_util::future::join_all((0..4).map(|_| app.post("/session", known.clone())));
        let (_, replies) = futures_util::future::join(change_password(&li), sign_ins).await;
        for reply in replies.iter().filter(|reply| reply.status == 201) {
            let token = reply.json()["access_token"].as_str().unwrap().to_owned();
            let request = app.request(reqwest::Method::GET, "/me/sessions").bearer_auth(token);
            crate::support::send(request).await.refused(401, "sessions.over");
        }
    }
}
