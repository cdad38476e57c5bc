//! Exchanging refresh tokens.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, Reply, TestApp, on_postgres, send};

async fn refresh(app: &TestApp, tokens: &Value) -> Reply {
    app.post("/session/refresh", json!({ "refresh_token": tokens["refresh_token"] })).await
}

async fn look(app: &TestApp, tokens: &Value) -> Reply {
    send(app.request(Method::GET, "/me/sessions").bearer_auth(tokens["access_token"].as_str().unwrap())).await
}

/// The titles in the inbox, read on another device of the member.
async fn inbox(app: &TestApp, person: &Person<'_>) -> Vec<String> {
    app.tick().await;
    let list = app.sign_in_anew(person).await.get("/me/notices").await.ok(200);
    list["items"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_answer_lost_in_a_tunnel_is_given_again_hours_later() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let lost = refresh(&app, &li.session).await.ok(200);
    for seconds in [61, 3600, 46 * 3600] {
        app.advance_seconds(seconds);
        let again = refresh(&app, &li.session).await.ok(200);
        assert_eq!(again["refresh_token"], lost["refresh_token"]);
        assert_ne!(again["refresh_token"], li.session["refresh_token"]);
    }
    let next = refresh(&app, &lost).await.ok(200);
    look(&app, &next).await.ok(200);
}

#[tokio::test]
async fn a_token_whose_successor_was_used_ends_the_session() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let next = refresh(&app, &li.session).await.ok(200);
    let after = refresh(&app, &next).await.ok(200);
    refresh(&app, &li.session).await.refused(401, "sessions.token_reused");
    look(&app, &after).await.refused(401, "sessions.over");
    assert!(inbox(&app, &li).await.iter().any(|title| title.contains("登录凭证被重复使用")));
}

#[tokio::test]
async fn a_token_whose_successors_access_token_was_seen_ends_the_session() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let next = refresh(&app, &li.session).await.ok(200);
    look(&app, &next).await.ok(200);
    refresh(&app, &li.session).await.refused(401, "sessions.token_reused");
    look(&app, &next).await.refused(401, "sessions.over");
}

#[tokio::test]
async fn an_access_token_from_before_says_nothing_about_the_answer_that_was_lost() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let lost = refresh(&app, &li.session).await.ok(200);
    look(&app, &li.session).await.ok(200);
    app.tick().await;
    assert_eq!(refresh(&app, &li.session).await.ok(200)["refresh_token"], lost["refresh_token"]);
}

#[tokio::test]
async fn after_two_days_a_former_token_is_no_retry() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    refresh(&app, &li.session).await.ok(200);
    app.advance_seconds(48 * 3600 + 1);
    refresh(&app, &li.session).await.refused(401, "sessions.token_reused");
}

#[tokio::test]
async fn what_was_seen_outlives_the_server_that_saw_it() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let former = li.session.clone();
    let next = refresh(&app, &former).await.ok(200);
    look(&app, &next).await.ok(200);
    app.tick().await;
    if on_postgres() {
        let sibling = app.sibling().await;
        refresh(&sibling, &former).await.refused(401, "sessions.token_reused");
    } else {
        let app = app.restarted().await;
        refresh(&app, &former).await.refused(401, "sessions.token_reused");
    }
}

#[tokio::test]
async fn what_was_never_issued_ends_nothing() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let other = app.sign_in(li.id, &li.employee_no).await;
    let next = refresh(&app, &li.session).await.ok(200);
    let session = li.session["session_id"].as_str().unwrap();
    let (_, foreign) = other.session["refresh_token"].as_str().unwrap().split_once('.').unwrap();
    let (_, own) = next["refresh_token"].as_str().unwrap().split_once('.').unwrap();
    let cut = &own[..own.len() - 1];
    let unmarked = &own[..43];
    for secret in ["garbage", foreign, cut, unmarked, "密钥", &"x".repeat(65)] {
        let forged = json!({ "refresh_token": format!("{session}.{secret}") });
        app.post("/session/refresh", forged).await.refused(401, "sessions.over");
    }
    look(&app, &next).await.ok(200);
    assert!(!inbox(&app, &li).await.iter().any(|title| title.contains("登录凭证")));
}

#[tokio::test]
async fn sixteen_refreshes_at_once_give_one_token() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let all = futures_util::future::join_all((0..16).map(|_| refresh(&app, &li.session))).await;
    let tokens: Vec<Value> = all.iter().map(|reply| reply.ok(200)["refresh_token"].clone()).collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    look(&app, &all[0].json()).await.ok(200);
}

#[tokio::test]
async fn the_device_key_that_a_thief_was_given_ends_with_the_stolen_session() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let stolen = refresh(&app, &li.session).await.ok(200);
    look(&app, &stolen).await.ok(200);
    refresh(&app, &li.session).await.refused(401, "sessions.token_reused");
    let ask = json!({ "employee_no": li.employee_no, "device_key": stolen["device_key"] });
    app.post("/session/reset-request", ask).await.ok(202);
    let again = app.sign_in(li.id, &li.employee_no).await;
    assert_ne!(again.session["device_key"], stolen["device_key"]);
    let own = again.get("/me/resets").await.ok(200);
    assert_eq!(own["requested_at"], Value::Null, "the key of an ended session asks for nothing");
}
