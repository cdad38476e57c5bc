//! The refresh token of a browser: in a cookie that no page reads.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::support::{PASSWORD, Person, Reply, TestApp, send};

const NAME: &str = "xianfeng_refresh";

/// The cookie that an answer sets: its value and what it says beside it.
fn set_cookie(reply: &Reply) -> (String, String) {
    let header = reply.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", reply.text()));
    let (pair, rest) = header.split_once(';').unwrap();
    (pair.strip_prefix(&format!("{NAME}=")).unwrap().to_owned(), rest.trim().to_owned())
}

/// Signs in as a page does; what it got, and its cookie.
async fn browser(app: &TestApp, person: &Person<'_>) -> (Value, String) {
    let body = json!({ "account": person.employee_no, "password": PASSWORD, "cookie": true });
    let reply = app.post("/session", body).await;
    let (token, _) = set_cookie(&reply);
    (reply.ok(201), token)
}

async fn refresh(app: &TestApp, token: &str) -> Reply {
    let asked = app.request(Method::POST, "/session/refresh").header("cookie", format!("theme=red; {NAME}={token}"));
    send(asked.json(&json!({ "cookie": true }))).await
}

async fn look(app: &TestApp, tokens: &Value) -> Reply {
    send(app.request(Method::GET, "/me/sessions").bearer_auth(tokens["access_token"].as_str().unwrap())).await
}

#[tokio::test]
async fn a_page_has_its_refresh_token_in_a_cookie_and_not_in_the_answer() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    assert!(li.session["refresh_token"].is_string(), "other clients go on getting it in the answer");
    let body = json!({ "account": li.employee_no, "password": PASSWORD, "cookie": true });
    let reply = app.post("/session", body).await;
    let (token, rest) = set_cookie(&reply);
    let session = reply.ok(201);
    assert!(session.get("refresh_token").is_none() && !reply.text().contains(&token));
    let month = 30 * 24 * 3600;
    assert_eq!(rest, format!("Path=/api/v1/session; Max-Age={month}; HttpOnly; SameSite=Strict"));

    let reply = refresh(&app, &token).await;
    let (next, _) = set_cookie(&reply);
    let tokens = reply.ok(200);
    assert!(next != token && tokens.get("refresh_token").is_none());
    look(&app, &tokens).await.ok(200);

    let secretary = app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await;
    let (id, number) = app.member("李二").unregistered().await;
    let sheet = secretary.post("/invitations", json!({ "member_id": id })).await.ok(201);
    let code = sheet["items"][0]["invite_code"].clone();
    let redeem = json!({ "employee_no": number, "invite_code": code, "new_password": "Lianhua-2026", "cookie": true });
    let reply = app.post("/session/invitation", redeem).await;
    assert!(!set_cookie(&reply).0.is_empty());
    reply.ok(201);
}

#[tokio::test]
async fn the_cookie_alone_is_good_for_nothing() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let (session, token) = browser(&app, &li).await;
    // what a form of another site could send, were it let through
    let form = app.request(Method::POST, "/session/refresh").header("cookie", format!("{NAME}={token}"));
    let form = form.header("content-type", "text/plain").body("{\"cookie\":true}");
    send(form).await.refused(415, "body.not_json");
    let empty = app.request(Method::POST, "/session/refresh").header("cookie", format!("{NAME}={token}"));
    send(empty).await.refused(422, "body.invalid");
    let both = app.request(Method::POST, "/session/refresh").header("cookie", format!("{NAME}={token}"));
    send(both.json(&json!({ "cookie": true, "refresh_token": "x" }))).await.refused(422, "body.invalid");
    app.post("/session/refresh", json!({ "cookie": true })).await.refused(401, "sessions.required");
    send(app.request(Method::GET, "/me/sessions").header("cookie", format!("{NAME}={token}")))
        .await
        .refused(401, "sessions.required");
    send(app.request(Method::DELETE, "/session").header("cookie", format!("{NAME}={token}")))
        .await
        .refused(401, "sessions.required");
    look(&app, &session).await.ok(200);
}

#[tokio::test]
async fn two_pages_of_a_browser_refresh_at_the_same_moment() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let (_, token) = browser(&app, &li).await;
    let first = refresh(&app, &token).await;
    look(&app, &first.ok(200)).await.ok(200); // it goes on with its new token before the other one has asked
    app.advance_seconds(3);
    let second = refresh(&app, &token).await;
    assert_eq!(set_cookie(&second).0, set_cookie(&first).0, "both have the same next one");
    look(&app, &second.ok(200)).await.ok(200);
    look(&app, &first.ok(200)).await.ok(200);
    let both =
        futures_util::future::join_all((0..8).map(|_| async { refresh(&app, &set_cookie(&first).0).await })).await;
    for reply in &both {
        look(&app, &reply.ok(200)).await.ok(200);
    }
    // a moment later the former token is a copy that somebody has
    app.advance_seconds(11);
    let stolen = refresh(&app, &token).await;
    stolen.refused(401, "sessions.token_reused");
    assert_eq!(
        set_cookie(&stolen),
        (String::new(), "Path=/api/v1/session; Max-Age=0; HttpOnly; SameSite=Strict".into())
    );
}

#[tokio::test]
async fn signing_out_takes_the_cookie_away() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let (session, token) = browser(&app, &li).await;
    let out = app.request(Method::DELETE, "/session").bearer_auth(session["access_token"].as_str().unwrap());
    let reply = send(out.header("cookie", format!("{NAME}={token}"))).await;
    reply.ok(204);
    assert_eq!(
        set_cookie(&reply),
        (String::new(), "Path=/api/v1/session; Max-Age=0; HttpOnly; SameSite=Strict".into())
    );
    let over = refresh(&app, &token).await;
    over.refused(401, "sessions.over");
    assert_eq!(set_cookie(&over).0, "", "and what is over takes it away as well");
    assert!(li.delete("/session").await.header("set-cookie").is_none(), "who has none loses none");
}

#[tokio::test]
async fn over_https_the_cookie_is_secure() {
    let app = TestApp::start_with(&["--public-url=https://party.example.com"]).await;
    let li = app.member("李一").sign_in().await;
    let body = json!({ "account": li.employee_no, "password": PASSWORD, "cookie": true });
    assert!(set_cookie(&app.post("/session", body.clone()).await).1.ends_with("; Secure"));

    let app = TestApp::start_with(&["--trusted-proxies=127.0.0.1"]).await;
    let li = app.member("李一").sign_in().await;
    let body = json!({ "account": li.employee_no, "password": PASSWORD, "cookie": true });
    let through = app.request(Method::POST, "/session").header("x-forwarded-proto", "https").json(&body);
    assert!(set_cookie(&send(through).await).1.ends_with("; Secure"));
    assert!(!set_cookie(&app.post("/session", body).await).1.contains("Secure"));
}
