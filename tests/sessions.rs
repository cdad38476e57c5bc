//! Signing in, staying signed in, being signed out.

mod cookies;
mod devices;
mod guessing;
mod passwords;
mod refreshing;

use serde_json::json;
use xianfeng::base::capability::Role;

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_member_signs_in_and_sees_the_device() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    assert_eq!(li.session["expires_in"], 900);
    let sessions = li.get("/me/sessions").await.ok(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["items"][0]["current"], true);
    assert_eq!(sessions["items"][0]["method"], "password");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let app = TestApp::start().await;
    let (_, number) = app.member("李一").unregistered().await;
    let li = app.member("李二").sign_in().await;
    for account in [number.as_str(), li.employee_no.as_str(), "NOBODY"] {
        let reply = app.post("/session", json!({ "account": account, "password": "wrong-2026" })).await;
        reply.refused(401, "sessions.wrong_password");
    }
}

#[tokio::test]
async fn after_ten_wrong_passwords_the_pair_waits_but_a_known_device_does_not() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let wrong = json!({ "account": li.employee_no, "password": "wrong-2026" });
    for _ in 0..10 {
        app.post("/session", wrong.clone()).await.refused(401, "sessions.wrong_password");
    }
    let locked = app.post("/session", wrong.clone()).await;
    locked.refused(429, "sessions.locked_out");
    assert_eq!(locked.header("retry-after"), Some("1"));

    let known = json!({
        "account": li.employee_no, "password": PASSWORD, "device_key": li.session["device_key"],
    });
    app.post("/session", known).await.ok(201);
    app.advance_seconds(1);
    app.post("/session", json!({ "account": li.employee_no, "password": PASSWORD })).await.ok(201);
}

#[tokio::test]
async fn signing_out_takes_effect_on_the_next_request() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let second = app.sign_in(li.id, &li.employee_no).await;
    let path = format!("/me/sessions/{}", li.session["session_id"].as_str().unwrap());
    second.delete(&path).await.ok(204);
    li.get("/me/sessions").await.refused(401, "sessions.over");
    second.delete("/session").await.ok(204);
    second.get("/me/sessions").await.refused(401, "sessions.over");
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let other = app.sign_in(li.id, &li.employee_no).await;
    let weak = json!({ "old_password": PASSWORD, "new_password": "12345678" });
    li.put("/me/password", weak).await.refused(422, "body.invalid");
    let wrong = json!({ "old_password": "wrong-2026", "new_password": "lianhua-2026" });
    let refused = li.put("/me/password", wrong).await.refused(401, "sessions.wrong_password");
    assert_eq!(refused["detail"], "原密码不正确");
    let right = json!({ "old_password": PASSWORD, "new_password": "lianhua-2026" });
    assert!(li.put("/me/password", right).await.ok(200)["device_key"].is_string());
    li.get("/me/sessions").await.ok(200);
    other.get("/me/sessions").await.refused(401, "sessions.over");
    app.post("/session", json!({ "account": li.employee_no, "password": PASSWORD }))
        .await
        .refused(401, "sessions.wrong_password");
}

#[tokio::test]
async fn an_invite_code_sets_the_first_password_once() {
    let app = TestApp::start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let (new_member, number) = app.member("新人").unregistered().await;
    let (outsider, _) = app.member("外人").home("XZ21").unregistered().await;
    secretary.post("/invitations", json!({ "member_id": outsider })).await.refused(422, "body.invalid");
    let issued = secretary.post("/invitations", json!({ "member_id": new_member })).await.ok(201);
    let code = issued["items"][0]["invite_code"].as_str().unwrap();
    let redeem = json!({
        "employee_no": number.to_lowercase(), "invite_code": code.to_lowercase().replace('-', " "),
        "new_password": "xinren-2026",
    });
    app.post("/session/invitation", redeem.clone()).await.ok(201);
    app.post("/session/invitation", redeem).await.refused(422, "invitations.invalid");
    app.post("/session", json!({ "account": number, "password": "xinren-2026" })).await.ok(201);
}

#[tokio::test]
async fn a_secretary_cannot_take_over_a_higher_duty_by_inviting() {
    let app = TestApp::start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let (chief, _) = app.member("管理员").role(Role::Administrator, "JT").unregistered().await;
    secretary.post("/invitations", json!({ "member_id": chief })).await.refused(403, "invitations.beyond_reach");
    secretary.post("/invitations", json!({ "member_id": secretary.id })).await.refused(422, "body.invalid");
}

#[tokio::test]
async fn a_units_sheet_can_be_printed_and_leaves_out_who_has_a_password() {
    let app = TestApp::start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    app.member("甲<i>").unregistered().await;
    app.member("乙").home("XZ12").unregistered().await;
    let sheet = secretary.post("/invitations", json!({ "unit_id": app.unit("ZB1"), "format": "html" })).await;
    assert_eq!(sheet.status, 201);
    let page = sheet.text();
    assert!(page.contains("甲&lt;i&gt;") && page.contains("乙") && !page.contains("王书记"));
    for said in ["name=\"viewport\"", "<h1>邀请码发放单</h1>", "<p>东一组</p>", "登录页"] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let elsewhere = json!({ "unit_id": app.unit("ZB2") });
    let refused = secretary.post("/invitations", elsewhere).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["message"], "没有找到该组织，或不在您的职责范围之内");
}

#[tokio::test]
async fn a_sheet_that_is_printed_again_asks_before_codes_that_were_handed_out_stop_working() {
    let app = TestApp::start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let elsewhere = app.member("孙书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let (first, number) = app.member("甲").unregistered().await;
    let ask = json!({ "unit_id": app.unit("ZB1") });
    let issued = secretary.post("/invitations", ask.clone()).await.ok(201);
    app.advance_seconds(300);
    app.member("乙").home("XZ12").unregistered().await;
    let refused = secretary.post("/invitations", ask.clone()).await.refused(409, "invitations.open_codes");
    assert!(refused["detail"].as_str().unwrap().contains("其中 1 人"), "{refused}");
    secretary.post("/invitations", json!({ "member_id": first })).await.refused(409, "invitations.open_codes");

    // who holds one, since when, from whom; and nothing that opens an account
    let open = secretary.get("/invitations").await.ok(200);
    let item = &open["items"][0];
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&item["name"], &item["employee_no"], &item["issuer"], &item["issued_at"], &item["reset"]),
        (&json!("甲"), &json!(number), &json!("王书记"), &json!("2026-07-01T08:00:00+08:00"), &serde_json::Value::Null)
    );
    let code = issued["items"][0]["invite_code"].as_str().unwrap();
    assert!(!open.to_string().contains(code) && item["invite_code"].is_null());
    assert_eq!(elsewhere.get("/invitations").await.ok(200)["items"], json!([]));
    secretary.get(&format!("/invitations?unit_id={}", app.unit("ZB2"))).await.refused(400, "query.invalid");
    let group = |code: &str| format!("/invitations?unit_id={}", app.unit(code));
    assert_eq!(secretary.get(&group("XZ12")).await.ok(200)["items"], json!([]));
    assert_eq!(secretary.get(&group("XZ11")).await.ok(200)["items"].as_array().unwrap().len(), 1);

    // the refusal killed nothing
    let redeem = |code: &str| json!({ "employee_no": number, "invite_code": code, "new_password": "xinren-2026" });
    let replaced = json!({ "unit_id": app.unit("ZB1"), "replace": true });
    let again = secretary.post("/invitations", replaced).await.ok(201);
    assert_eq!(again["items"].as_array().unwrap().len(), 2);
    app.post("/session/invitation", redeem(code)).await.refused(422, "invitations.invalid");
    let code = again["items"][0]["invite_code"].as_str().unwrap();
    app.post("/session/invitation", redeem(code)).await.ok(201);
    assert_eq!(secretary.get(&group("XZ11")).await.ok(200)["items"], json!([]), "it is used");
}
