//! Phone numbers: how they are read, and that a member's own is proven before it signs in.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::support::{PASSWORD, Person, TestApp};

async fn secretary(app: &TestApp) -> Person<'_> {
    app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await
}

async fn waiting(reader: &Person<'_>) -> Vec<Value> {
    reader.get("/phone-proposals").await.ok(200)["items"].as_array().unwrap().clone()
}

async fn notices(person: &Person<'_>) -> Vec<String> {
    let page = person.get("/me/notices").await.ok(200);
    page["items"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
}

fn path(proposal: &Value, verb: &str) -> String {
    format!("/phone-proposals/{}/{verb}", proposal["id"].as_str().unwrap())
}

async fn sign_in(app: &TestApp, account: &str) -> u16 {
    app.post("/session", json!({ "account": account, "password": PASSWORD })).await.status
}

#[tokio::test]
async fn a_members_own_number_signs_in_once_the_secretary_has_confirmed_it() {
    let app = TestApp::start().await;
    let secretary = secretary(&app).await;
    let li = app.member("李一").sign_in().await;
    let me = li.patch("/me", json!({ "phone": "+86 138-1234-5678", "hidden_from_boards": true })).await.ok(202);
    assert_eq!((&me["phone"], &me["hidden_from_boards"]), (&Value::Null, &json!(true)));
    assert_eq!(me["waiting_phone"]["phone"], "138****5678");
    assert_eq!(sign_in(&app, "13812345678").await, 401);
    app.drain().await;
    assert_eq!(notices(&secretary).await, ["有一个手机号待您确认"]);

    let listed = waiting(&secretary).await;
    assert_eq!((listed.len(), &listed[0]["phone"], &listed[0]["name"]), (1, &json!("13812345678"), &json!("李一")));
    li.get("/phone-proposals").await.refused(403, "access.denied");
    let elsewhere = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    assert_eq!(waiting(&elsewhere).await, Vec::<Value>::new());
    elsewhere.post(&path(&listed[0], "approval"), json!({})).await.refused(403, "access.out_of_scope");
    secretary.post(&path(&listed[0], "approval"), json!({})).await.ok(200);
    secretary.post(&path(&listed[0], "approval"), json!({})).await.ok(200);
    secretary.post(&path(&listed[0], "refusal"), json!({ "reason": "晚了" })).await.refused(409, "proposals.over");

    let me = li.get("/me").await.ok(200);
    assert_eq!((&me["phone"], &me["waiting_phone"]), (&json!("138****5678"), &Value::Null));
    for account in ["13812345678", "+86 138 1234 5678", "138-1234-5678", "１３８１２３４５６７８", "0086 13812345678"]
    {
        assert_eq!(sign_in(&app, account).await, 201, "{account}");
    }
    app.drain().await;
    assert!(notices(&li).await.contains(&"您的登录手机号已变更".to_owned()));
    // the same number again changes nothing, taking it away holds at once
    assert_eq!(li.patch("/me", json!({ "phone": "138 1234 5678" })).await.ok(200)["waiting_phone"], Value::Null);
    assert_eq!(li.patch("/me", json!({ "phone": null })).await.ok(200)["phone"], Value::Null);
    assert_eq!(sign_in(&app, "13812345678").await, 401);
    li.patch("/me", json!({ "phone": "110" })).await.refused(422, "body.invalid");
    li.patch("/me", json!({ "name": "新名" })).await.refused(422, "body.invalid");
}

#[tokio::test]
async fn whose_number_it_is_learns_only_who_confirms() {
    let app = TestApp::start().await;
    let secretary = secretary(&app).await;
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let (near, _) = app.member("近邻").unregistered().await;
    let (far, _) = app.member("远人").home("XZ31").unregistered().await;
    admin.patch(&format!("/members/{near}"), json!({ "phone": "13800000001" })).await.ok(200);
    admin.patch(&format!("/members/{far}"), json!({ "phone": "13800000002" })).await.ok(200);
    let mut answers = Vec::new();
    for number in ["13800000001", "13800000002", "13800000003"] {
        let mut me = li.patch("/me", json!({ "phone": number })).await.ok(202);
        assert!(me["waiting_phone"]["phone"].as_str().unwrap().starts_with("138****000"), "{me}");
        me["waiting_phone"]["phone"] = json!("");
        answers.push(me);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "the answer is the same for all numbers");

    li.patch("/me", json!({ "phone": "13800000001" })).await.ok(202);
    let told = secretary.post(&path(&waiting(&secretary).await[0], "approval"), json!({})).await;
    assert!(told.refused(409, "members.phone_taken")["detail"].as_str().unwrap().contains("近邻"));
    li.patch("/me", json!({ "phone": "13800000002" })).await.ok(202);
    let beyond = &waiting(&secretary).await[0];
    let told = secretary.post(&path(beyond, "approval"), json!({})).await.refused(409, "members.phone_taken");
    assert!(!told["detail"].as_str().unwrap().contains("远人"), "{told}");
    let told = admin.post(&path(beyond, "approval"), json!({})).await.refused(409, "members.phone_taken");
    assert!(told["detail"].as_str().unwrap().contains("远人"), "{told}");
    // it still waits, and is refused with a reason that the member reads
    secretary.post(&path(beyond, "refusal"), json!({ "reason": "请核对号码" })).await.ok(200);
    assert_eq!(li.get("/me").await.ok(200)["waiting_phone"], Value::Null);
    app.drain().await;
    assert!(notices(&li).await.contains(&"手机号变更未被确认".to_owned()));
    li.patch("/me", json!({ "phone": "13800000004" })).await.refused(409, "members.too_many_numbers");
}

#[tokio::test]
async fn nobody_confirms_his_own_number_and_it_waits_no_longer_than_it_may() {
    let app = TestApp::start().await;
    let secretary = secretary(&app).await;
    let committee = app.member("支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    secretary.patch("/me", json!({ "phone": "13800000001" })).await.ok(202);
    assert_eq!(waiting(&secretary).await, Vec::<Value>::new());
    let proposal = waiting(&committee).await[0].clone();
    for verb in ["approval", "refusal"] {
        let body = if verb == "refusal" { json!({ "reason": "不" }) } else { json!({}) };
        secretary.post(&path(&proposal, verb), body).await.refused(403, "proposals.own");
    }
    secretary.delete("/me/phone-proposal").await.ok(204);
    secretary.delete("/me/phone-proposal").await.ok(204);
    committee.post(&path(&proposal, "approval"), json!({})).await.refused(409, "proposals.over");
    secretary.patch("/me", json!({ "phone": "13800000001" })).await.ok(202);
    let proposal = waiting(&committee).await[0].clone();

    app.advance_seconds(14 * 24 * 3600);
    let (secretary, committee) = (app.sign_in_anew(&secretary).await, app.sign_in_anew(&committee).await);
    committee.post(&path(&proposal, "approval"), json!({})).await.refused(409, "proposals.over");
    assert_eq!(secretary.get("/me").await.ok(200)["waiting_phone"], Value::Null);
    app.tick().await; // tidying comes last in it, after the outbox
    app.drain().await;
    assert!(notices(&secretary).await.contains(&"手机号变更已过期".to_owned()));
}

#[tokio::test]
async fn a_waiting_number_is_sealed_and_erased_with_its_answer() {
    let app = TestApp::start().await;
    let secretary = secretary(&app).await;
    let li = app.member("李一").sign_in().await;
    li.patch("/me", json!({ "phone": "13812345678" })).await.ok(202);
    let proposal = waiting(&secretary).await[0].clone();
    let id = proposal["id"].as_str().unwrap().parse().unwrap();
    let stored =
        async || app.write(move |tx| Ok(xianfeng::people::members::store::proposals::find_phone(tx.conn, id)?)).await;
    let kept = stored().await.unwrap().number_sealed.unwrap();
    assert!(!kept.windows(5).any(|part| part == b"13812"), "the number is readable");
    secretary.post(&path(&proposal, "approval"), json!({})).await.ok(200);
    assert_eq!(stored().await.unwrap().number_sealed, None);
}

#[tokio::test]
async fn whoever_gets_another_number_from_the_roster_is_warned() {
    let app = TestApp::start().await;
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    admin.patch(&format!("/members/{}", li.id), json!({ "phone": "138 0000 0001" })).await.ok(200);
    admin.patch(&format!("/members/{}", li.id), json!({ "phone": "13800000001" })).await.ok(200);
    app.drain().await;
    assert_eq!(notices(&li).await, ["您的登录手机号已变更"]);
    let file =
        format!("工号,姓名,手机号,所属党小组编码,政治面貌\n{},李一,+86 138-0000-0002,XZ11,党员\n", li.employee_no);
    let import = admin.request(reqwest::Method::POST, "/imports/members").body(file);
    assert_eq!(crate::support::send(import).await.ok(200)["changed"], 1);
    app.drain().await;
    assert_eq!(notices(&li).await, ["您的登录手机号已变更", "您的登录手机号已变更"]);
    assert_eq!(sign_in(&app, "138 0000 0002").await, 201);
}
