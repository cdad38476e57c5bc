//! A password set anew for somebody who ever signed in: nobody does it alone, and nobody is not told.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::people::members::{FirstAdministrator, Members};

use crate::support::{PASSWORD, Person, Reply, TestApp, needs_postgres, send};
use xianfeng::people::sessions::Sessions;

const DAY: i64 = 24 * 3600;

async fn secretary(app: &TestApp) -> Person<'_> {
    app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await
}

async fn committee(app: &TestApp) -> Person<'_> {
    app.member("赵支委").role(Role::BranchCommittee, "ZB1").sign_in().await
}

/// Issues a code for one member: the code, and the reset's id.
async fn issue(issuer: &Person<'_>, member: MemberId) -> (String, String, Value) {
    let body = json!({ "member_id": member, "replace": true });
    let issued = issuer.post("/invitations", body).await.ok(201)["items"][0].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&issued["invite_code"]), text(&issued["reset"]["id"]), issued)
}

async fn redeem(app: &TestApp, employee_no: &str, code: &str) -> Reply {
    let body = json!({ "employee_no": employee_no, "invite_code": code, "new_password": "lianhua-2027" });
    app.post("/session/invitation", body).await
}

async fn titles(who: &Person<'_>) -> Vec<String> {
    let inbox = who.get("/me/notices").await.ok(200);
    inbox["items"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

async fn trail(auditor: &Person<'_>, member: MemberId, action: &str) -> Vec<Value> {
    let found = auditor.get(&format!("/audit?subject_id={member}&action={action}")).await.ok(200);
    found["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn who_ever_signed_in_is_reset_by_two_people_and_told_so_everywhere() {
    let app = TestApp::start().await;
    let (wang, zhao) = (secretary(&app).await, committee(&app).await);
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let (code, id, issued) = issue(&wang, li.id).await;
    assert_eq!((&issued["reset"]["state"], &issued["reset"]["waits_until"]), (&json!("needs_approval"), &Value::Null));

    // the issuer alone gets nowhere, neither at once nor later
    let refused = redeem(&app, &li.employee_no, &code).await.refused(409, "resets.needs_approval");
    assert!(refused["detail"].as_str().unwrap().contains("王书记于2026年7月1日8时发放"), "{refused}");
    redeem(&app, &li.employee_no, "0000-0000-0000").await.refused(422, "invitations.invalid");
    redeem(&app, &wang.employee_no, &code).await.refused(422, "invitations.invalid");
    let approval = format!("/resets/{id}/approval");
    wang.post(&approval, json!({})).await.refused(403, "resets.own");
    app.drain().await;
    assert_eq!(titles(&li).await, ["有人为您发放了重设密码的邀请码"]);
    assert_eq!(titles(&zhao).await, ["重设密码等待您确认"]);

    let listed = zhao.get("/resets").await.ok(200);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["may_approve"]), (&json!(id), &json!(true)));
    assert_eq!(wang.get("/resets").await.ok(200)["items"][0]["may_approve"], false);
    let approved = zhao.post(&approval, json!({})).await.ok(200);
    assert_eq!((&approved["state"], &approved["approver"]), (&json!("effective"), &json!("赵支委")));
    assert_eq!(zhao.post(&approval, json!({})).await.ok(200), approved, "a second tap changes nothing");
    li.get("/me").await.ok(200);

    app.advance_seconds(60);
    redeem(&app, &li.employee_no, &code).await.ok(201);
    redeem(&app, &li.employee_no, &code).await.refused(422, "invitations.invalid");
    // no inbox reaches the sessions that ended: they are told when and by whom
    let refresh = json!({ "refresh_token": li.session["refresh_token"] });
    for over in [li.get("/me").await, app.post("/session/refresh", refresh).await] {
        let over = over.refused(401, "sessions.reset");
        let detail = over["detail"].as_str().unwrap();
        assert!(
            detail.contains("2026年7月1日8时01分") && detail.contains("王书记") && detail.contains("赵支委"),
            "{detail}"
        );
    }
    app.post("/session", json!({ "account": li.employee_no, "password": PASSWORD }))
        .await
        .refused(401, "sessions.wrong_password");
    app.drain().await;
    let lines = trail(&auditor, li.id, "sessions.reset_password").await;
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (&lines[0]["detail"]["issuer"], &lines[0]["detail"]["approver"], &lines[0]["detail"]["grounds"]),
        (&json!("王书记"), &json!("赵支委"), &json!("second_person"))
    );

    // for good: years later it still stands in the inbox
    app.advance_seconds(2 * 366 * DAY);
    app.tick().await;
    let again = app.post("/session", json!({ "account": li.employee_no, "password": "lianhua-2027" })).await.ok(201);
    let inbox = app.request(Method::GET, "/me/notices").bearer_auth(again["access_token"].as_str().unwrap());
    let inbox = send(inbox).await.ok(200);
    let kept: Vec<&Value> = inbox["items"].as_array().unwrap().iter().map(|notice| &notice["title"]).collect();
    assert_eq!(kept, ["您的登录密码已被重设", "重设您密码的邀请码已被确认", "有人为您发放了重设密码的邀请码"]);
}

#[tokio::test]
async fn a_first_password_stays_as_easy_as_it_was() {
    let app = TestApp::start().await;
    let wang = secretary(&app).await;
    let (id, number) = app.member("新人").unregistered().await;
    let (code, _, issued) = issue(&wang, id).await;
    assert_eq!(issued["reset"], Value::Null);
    let session = redeem(&app, &number, &code).await.ok(201);
    app.drain().await;
    let inbox = app.request(Method::GET, "/me/notices").bearer_auth(session["access_token"].as_str().unwrap());
    assert_eq!(send(inbox).await.ok(200)["items"], json!([]));
    // from then on it is a reset
    let (code, ..) = issue(&wang, id).await;
    redeem(&app, &number, &code).await.refused(409, "resets.waits");
}

#[tokio::test]
async fn only_one_other_person_who_may_invite_the_member_approves() {
    let app = TestApp::start().await;
    let wang = secretary(&app).await;
    let li = app.member("李一").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let admin = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let zhao = committee(&app).await;
    let (code, id, _) = issue(&wang, li.id).await;
    let approval = format!("/resets/{id}/approval");
    west.post(&approval, json!({})).await.refused(404, "resets.not_found");
    assert_eq!(west.get("/resets").await.ok(200)["items"], json!([]));
    organiser.post(&approval, json!({})).await.refused(403, "access.denied");
    li.post(&approval, json!({})).await.refused(404, "resets.not_found");
    assert_eq!(li.get("/resets").await.ok(200)["items"], json!([]), "his own is his own matter");
    zhao.post(&approval, json!({})).await.ok(200);

    // the yes of somebody who lost the duty meanwhile counts no more
    let duties = organiser.get(&format!("/members/{}", zhao.id)).await.ok(200)["duties"].clone();
    let duty = format!("/members/{}/roles/{}", zhao.id, duties[0]["id"].as_str().unwrap());
    admin.delete(&duty).await.ok(204);
    redeem(&app, &li.employee_no, &code).await.refused(409, "resets.needs_approval");
    admin.post(&approval, json!({})).await.ok(200);
    redeem(&app, &li.employee_no, &code).await.ok(201);
}

/// Somebody whose account is opened by a code of `issuer`, as its redeemer acts.
async fn puppet(app: &TestApp, issuer_token: &str, name: &str) -> String {
    let (id, number) = app.member(name).role(Role::BranchCommittee, "ZB1").unregistered().await;
    let invite = app.request(Method::POST, "/invitations").bearer_auth(issuer_token);
    let issued = send(invite.json(&json!({ "member_id": id }))).await.ok(201);
    let code = issued["items"][0]["invite_code"].as_str().unwrap().to_owned();
    redeem(app, &number, &code).await.ok(201)["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whose_account_the_issuer_opened_is_no_second_person() {
    let app = TestApp::start().await;
    let wang = secretary(&app).await;
    let first = puppet(&app, wang.token(), "赵支委").await;
    let second = puppet(&app, &first, "钱支委").await;
    let li = app.member("李一").sign_in().await;
    let (code, id, issued) = issue(&wang, li.id).await;
    assert_eq!(issued["reset"]["state"], "waits", "there is nobody else: {issued}");
    for token in [&first, &second] {
        let approve = app.request(Method::POST, &format!("/resets/{id}/approval")).bearer_auth(token);
        send(approve.json(&json!({}))).await.refused(403, "resets.issuers_account");
        let list = send(app.request(Method::GET, "/resets").bearer_auth(token)).await.ok(200);
        assert_eq!(list["items"][0]["may_approve"], false);
    }
    redeem(&app, &li.employee_no, &code).await.refused(409, "resets.waits");
    let (_, id, issued) = issue(&wang, li.id).await;
    assert_eq!(issued["reset"]["state"], "waits");
    committee(&app).await.post(&format!("/resets/{id}/approval"), json!({})).await.ok(200);
}

#[tokio::test]
async fn nobody_approves_what_he_may_have_issued_in_another_account() {
    let app = TestApp::start().await;
    let wang = secretary(&app).await;
    let admin = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let issue_as = async |token: &str| {
        let request = app.request(Method::POST, "/invitations").bearer_auth(token);
        let issued = send(request.json(&json!({ "member_id": li.id, "replace": true }))).await.ok(201);
        format!("/resets/{}/approval", issued["items"][0]["reset"]["id"].as_str().unwrap())
    };
    let puppet_of_wang = puppet(&app, wang.token(), "赵支委").await;
    let approval = issue_as(&puppet_of_wang).await;
    wang.post(&approval, json!({})).await.refused(403, "resets.issuers_account");
    admin.post(&approval, json!({})).await.ok(200);
    // in most enterprises the administrator opened every secretary's account
    let opened_by_admin = puppet(&app, admin.token(), "钱支委").await;
    let approval = issue_as(&opened_by_admin).await;
    admin.post(&approval, json!({})).await.ok(200);
}

#[tokio::test]
async fn a_code_does_not_hand_over_duties_that_were_granted_since() {
    let app = TestApp::start().await;
    let wang = secretary(&app).await;
    let admin = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let (id, number) = app.member("新人").unregistered().await;
    let (code, ..) = issue(&wang, id).await;
    app.advance_seconds(60);
    let duty = json!({ "role": "secretary", "unit_id": app.unit("ZB2") });
    admin.post(&format!("/members/{id}/roles"), duty).await.ok(201);
    redeem(&app, &number, &code).await.refused(422, "invitations.invalid");
}

#[tokio::test]
async fn where_nobody_else_could_approve_time_does_and_any_device_refuses() {
    let app = TestApp::start().await;
    let wang = secretary(&app).await;
    // somebody who never signed in cannot tap anything
    app.member("赵支委").role(Role::BranchCommittee, "ZB1").unregistered().await;
    let li = app.member("李一").sign_in().await;
    let tablet = app.sign_in(li.id, &li.employee_no).await;
    let (code, id, issued) = issue(&wang, li.id).await;
    assert_eq!(
        (&issued["reset"]["state"], &issued["reset"]["waits_until"]),
        (&json!("waits"), &json!("2026-07-02T08:00:00+08:00"))
    );
    let waits = redeem(&app, &li.employee_no, &code).await.refused(409, "resets.waits");
    assert!(waits["detail"].as_str().unwrap().contains("2026年7月2日8时"), "{waits}");
    let own = tablet.get("/me/resets").await.ok(200);
    assert_eq!((&own["items"][0]["id"], &own["items"][0]["issuer"]), (&json!(id), &json!("王书记")));
    assert_eq!(own["items"][0]["unit_name"], "东一组");
    let refusal = format!("/me/resets/{id}/refusal");
    wang.post(&refusal, json!({})).await.refused(404, "resets.not_found");
    assert_eq!(tablet.post(&refusal, json!({})).await.ok(200)["state"], "refused");
    assert_eq!(tablet.post(&refusal, json!({})).await.ok(200)["state"], "refused");
    app.drain().await;
    assert_eq!(titles(&wang).await, ["重设密码被本人拒绝"]);
    li.post(&format!("/me/resets/{id}/approval"), json!({})).await.refused(409, "resets.refused");
    app.advance_seconds(DAY);
    redeem(&app, &li.employee_no, &code).await.refused(409, "resets.refused");

    // a code issued anew begins anew; nobody refuses, and it works
    let wang = app.sign_in_anew(&wang).await;
    let (code, ..) = issue(&wang, li.id).await;
    app.advance_seconds(DAY - 1);
    redeem(&app, &li.employee_no, &code).await.refused(409, "resets.waits");
    app.advance_seconds(1);
    redeem(&app, &li.employee_no, &code).await.ok(201);
}

#[tokio::test]
async fn the_waiting_time_is_a_setting() {
    let app = TestApp::start_with(&["--reset-wait-hours=2"]).await;
    let (wang, li) = (secretary(&app).await, app.member("李一").sign_in().await);
    let (.., issued) = issue(&wang, li.id).await;
    assert_eq!(issued["reset"]["waits_until"], "2026-07-01T10:00:00+08:00");
}

#[tokio::test]
async fn a_member_asks_for_a_reset_from_a_device_that_knew_him() {
    let app = TestApp::start().await;
    let (wang, _zhao) = (secretary(&app).await, committee(&app).await);
    let li = app.member("李一").sign_in().await;
    let ask = |number: &str, key: &Value| json!({ "employee_no": number, "device_key": key });
    // one answer for everybody
    let strange = app.post("/session/reset-request", ask(&li.employee_no, &wang.session["device_key"])).await.ok(202);
    let nobody = app.post("/session/reset-request", ask("NOBODY", &li.session["device_key"])).await.ok(202);
    assert_eq!(li.get("/me/resets").await.ok(200)["requested_at"], Value::Null);
    for _ in 0..2 {
        let own = app.post("/session/reset-request", ask(&li.employee_no, &li.session["device_key"])).await.ok(202);
        assert_eq!((&own, &own), (&strange, &nobody));
    }
    app.drain().await;
    assert_eq!(titles(&li).await, ["您已申请重设密码"]);
    assert_eq!(titles(&wang).await, ["有人申请重设密码"]);
    // taken back, it makes nothing work
    li.delete("/me/reset-request").await.ok(204);
    li.delete("/me/reset-request").await.refused(404, "resets.not_requested");
    assert_eq!(issue(&wang, li.id).await.2["reset"]["state"], "needs_approval");
    // asked for after the code was issued it works at once
    app.post("/session/reset-request", ask(&li.employee_no, &li.session["device_key"])).await.ok(202);
    assert_eq!(li.get("/me/resets").await.ok(200)["items"][0]["state"], "effective");
    // and asked for before, once
    app.advance_seconds(1);
    assert_eq!(issue(&wang, li.id).await.2["reset"]["state"], "needs_approval");
    app.post("/session/reset-request", ask(&li.employee_no, &li.session["device_key"])).await.ok(202);
    app.advance_seconds(1);
    let (code, ..) = issue(&wang, li.id).await;
    redeem(&app, &li.employee_no, &code).await.refused(409, "resets.needs_approval");
    let own = li.get("/me/resets").await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(li.post(&format!("/me/resets/{own}/approval"), json!({})).await.ok(200)["state"], "effective");
    redeem(&app, &li.employee_no, &code).await.ok(201);
}

#[tokio::test]
async fn a_request_made_before_the_code_works_once_and_for_three_days() {
    let app = TestApp::start().await;
    let (wang, _zhao) = (secretary(&app).await, committee(&app).await);
    let li = app.member("李一").sign_in().await;
    let ask = json!({ "employee_no": li.employee_no, "device_key": li.session["device_key"] });
    app.post("/session/reset-request", ask.clone()).await.ok(202);
    assert_eq!(issue(&wang, li.id).await.2["reset"]["state"], "effective");
    assert_eq!(issue(&wang, li.id).await.2["reset"]["state"], "needs_approval", "the request is used up");
    li.post("/me/resets/00000000-0000-0000-0000-000000000000/refusal", json!({}))
        .await
        .refused(404, "resets.not_found");
    let id = li.get("/me/resets").await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
    li.post(&format!("/me/resets/{id}/refusal"), json!({})).await.ok(200);
    app.post("/session/reset-request", ask).await.ok(202);
    app.advance_seconds(3 * DAY);
    let wang = app.sign_in_anew(&wang).await;
    assert_eq!(issue(&wang, li.id).await.2["reset"]["state"], "needs_approval");
}

#[tokio::test]
async fn every_registered_member_on_a_sheet_is_a_reset() {
    let app = TestApp::start().await;
    let (wang, _zhao) = (secretary(&app).await, committee(&app).await);
    let li = app.member("李一").sign_in().await;
    app.member("新人").unregistered().await;
    let ask = json!({ "unit_id": app.unit("XZ11"), "registered_too": true });
    let sheet = wang.post("/invitations", ask.clone()).await.ok(201);
    let state = |name: &str| {
        let item = sheet["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap();
        item["reset"]["state"].clone()
    };
    assert_eq!((state("李一"), state("新人")), (json!("needs_approval"), Value::Null));
    let code = sheet["items"][1]["invite_code"].as_str().unwrap();
    redeem(&app, &li.employee_no, code).await.refused(409, "resets.needs_approval");
    let mut printed = ask;
    printed["format"] = json!("html");
    wang.post("/invitations", printed.clone()).await.refused(409, "invitations.open_codes");
    printed["replace"] = json!(true);
    let page = wang.post("/invitations", printed).await.text();
    // nobody but the issuer could approve the committee's own
    assert_eq!(page.matches("须经另一位有权发码的人").count(), 1, "{page}");
    assert_eq!(page.matches("2026年7月2日8时起可用").count(), 1, "{page}");
}

#[tokio::test]
async fn of_a_yes_a_no_and_a_redemption_at_once_one_comes_after_the_other() {
    let app = TestApp::start().await;
    let (wang, zhao) = (secretary(&app).await, committee(&app).await);
    for n in 0..6 {
        let li = app.member(&format!("李{n}")).sign_in().await;
        let (code, id, _) = issue(&wang, li.id).await;
        let (approval, refusal) = (format!("/resets/{id}/approval"), format!("/me/resets/{id}/refusal"));
        let (yes, no, first, second) = tokio::join!(
            zhao.post(&approval, json!({})),
            li.post(&refusal, json!({})),
            redeem(&app, &li.employee_no, &code),
            redeem(&app, &li.employee_no, &code),
        );
        assert!([200, 404, 409].contains(&yes.status), "{}", yes.text());
        let redeemed = [&first, &second].iter().filter(|reply| reply.status == 201).count();
        assert!(redeemed <= 1);
        // a refusal that was answered holds
        let after = redeem(&app, &li.employee_no, &code).await;
        match (no.status, redeemed) {
            (200, 0) => drop(after.refused(409, "resets.refused")),
            (401 | 404, 1) => drop(after.refused(422, "invitations.invalid")),
            other => panic!("{other:?} {} {} {}", no.text(), first.text(), second.text()),
        }
    }
}

#[tokio::test]
async fn of_codes_issued_at_once_for_one_member_one_works() {
    let app = TestApp::start().await;
    let (wang, zhao) = (secretary(&app).await, committee(&app).await);
    let (id, number) = app.member("新人").unregistered().await;
    let (one, other) = tokio::join!(issue(&wang, id), issue(&zhao, id));
    let mut opened = 0;
    for code in [one.0, other.0] {
        opened += usize::from(redeem(&app, &number, &code).await.status == 201);
    }
    assert_eq!(opened, 1);
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn another_process_says_within_a_tick_who_reset_a_password() {
    needs_postgres();
    let app = TestApp::start().await;
    let (wang, zhao) = (secretary(&app).await, committee(&app).await);
    let li = app.member("李一").sign_in().await;
    let sibling = app.sibling().await;
    let there = || send(sibling.request(Method::GET, "/me").bearer_auth(li.token()));
    there().await.ok(200);
    let (code, id, _) = issue(&wang, li.id).await;
    zhao.post(&format!("/resets/{id}/approval"), json!({})).await.ok(200);
    redeem(&app, &li.employee_no, &code).await.ok(201);
    sibling.tick().await;
    let over = there().await.refused(401, "sessions.reset");
    assert!(over["detail"].as_str().unwrap().contains("赵支委"), "{over}");
    let refresh = json!({ "refresh_token": li.session["refresh_token"] });
    sibling.post("/session/refresh", refresh).await.refused(401, "sessions.reset");
}

#[tokio::test]
async fn only_a_token_that_was_issued_hears_of_a_reset() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    app.app.get::<Sessions>().set_password(li.id, "caozuo-2027".into()).await.unwrap();
    let forged = format!("{}.garbage", li.session["session_id"].as_str().unwrap());
    app.post("/session/refresh", json!({ "refresh_token": forged })).await.refused(401, "sessions.over");
}

#[tokio::test]
async fn the_operators_way_is_told_to_the_member_too() {
    let app = TestApp::start().await;
    let (wang, _zhao) = (secretary(&app).await, committee(&app).await);
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let (code, id, _) = issue(&wang, li.id).await;
    li.post(&format!("/me/resets/{id}/approval"), json!({})).await.ok(200);
    let ask = FirstAdministrator {
        employee_no: li.employee_no.clone(),
        name: "李一".into(),
        unit_code: "JT".into(),
        unit_name: "集团党委".into(),
    };
    let member = app.app.get::<Members>().create_first_administrator(ask).await.unwrap();
    app.app.get::<Sessions>().set_password(member, "caozuo-2027".into()).await.unwrap();
    let over = li.get("/me").await.refused(401, "sessions.reset");
    assert!(over["detail"].as_str().unwrap().contains("系统维护人员"), "{over}");
    // codes that were about are withdrawn
    redeem(&app, &li.employee_no, &code).await.refused(422, "invitations.invalid");
    app.drain().await;
    let lines = trail(&auditor, li.id, "sessions.reset_password").await;
    assert_eq!((lines.len(), &lines[0]["detail"]["grounds"]), (1, &json!("operator")));
    let again = app.post("/session", json!({ "account": li.employee_no, "password": "caozuo-2027" })).await.ok(201);
    let inbox = app.request(Method::GET, "/me/notices").bearer_auth(again["access_token"].as_str().unwrap());
    let inbox = send(inbox).await.ok(200);
    assert!(inbox["items"].to_string().contains("您的登录密码已被重设"), "{inbox}");
}

#[tokio::test]
async fn a_pending_code_ends_with_a_password_that_its_member_set_himself() {
    let app = TestApp::start().await;
    let (wang, zhao) = (secretary(&app).await, committee(&app).await);
    let li = app.member("李一").sign_in().await;
    let (code, id, _) = issue(&wang, li.id).await;
    zhao.post(&format!("/resets/{id}/approval"), json!({})).await.ok(200);
    li.put("/me/password", json!({ "old_password": PASSWORD, "new_password": "lianhua-2028" })).await.ok(200);
    redeem(&app, &li.employee_no, &code).await.refused(422, "invitations.invalid");
}
