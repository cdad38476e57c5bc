//! New passwords that are refused.

use diesel::prelude::*;
use reqwest::Method;
use serde_json::json;
use xianfeng::base::capability::Role;
use xianfeng::db::schema::credentials;
use xianfeng::on;

use crate::support::{PASSWORD, Person, TestApp, send};

async fn advice(person: &Person<'_>, password: &str) -> String {
    let change = json!({ "old_password": PASSWORD, "new_password": password });
    let refusal = person.put("/me/password", change).await.refused(422, "body.invalid");
    assert_eq!(
        (&refusal["errors"][0]["pointer"], &refusal["errors"][0]["code"]),
        (&json!("/new_password"), &json!("passwords.weak"))
    );
    refusal["errors"][0]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_password_is_neither_common_nor_made_of_what_everybody_here_knows() {
    let app = TestApp::start().await;
    let li = app.member("李晓明").sign_in().await;
    let number = li.employee_no.clone();
    let backwards: String = number.chars().rev().collect();
    for (password, expected) in [
        ("Password1", "过于常见"),
        ("1q2w3e4r5t", "过于常见"),
        ("P@ssw0rd123", "过于常见"),
        ("东支部-2026", "不能只由"),
        ("一厂党委@1921", "不能只由"),
        ("Xianfeng-2026", "不能只由"),
        ("爱学习的李晓明7", "姓名"),
        (&format!("my-{number}-x"), "工号"),
        (&format!("my-{backwards}-x"), "工号"),
        ("Xxianfengg-2026", "不能只由"),
        ("gnefnaix-2026", "不能只由"),
    ] {
        let advice = advice(&li, password).await;
        assert!(advice.contains(expected), "{password}: {advice}");
    }
    let change = json!({ "old_password": PASSWORD, "new_password": "铜花飞扬 2026" });
    li.put("/me/password", change).await.ok(200);
}

#[tokio::test]
async fn holders_of_privileged_duties_need_ten_characters() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let change = |old: &str, new: &str| json!({ "old_password": old, "new_password": new });
    li.put("/me/password", change(PASSWORD, "lh-26-xq7")).await.ok(200);
    for role in [Role::Administrator, Role::Auditor, Role::Organiser, Role::CommitteeMember, Role::Expert] {
        let privileged = app.member("赵二").role(role, "JT").sign_in().await;
        assert!(advice(&privileged, "lh-26-xq7").await.contains("至少 10 个字符"));
        privileged.put("/me/password", change(PASSWORD, "lh-26-xq77")).await.ok(200);
    }
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    secretary.put("/me/password", change(PASSWORD, "lh-26-xq7")).await.ok(200);
}

#[tokio::test]
async fn a_privileged_duty_waits_for_a_password_of_ten_characters() {
    let app = TestApp::start().await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let change = |old: &str, new: &str| json!({ "old_password": old, "new_password": new });
    li.put("/me/password", change(PASSWORD, "lh-26-xq7")).await.ok(200);
    let duty = json!({ "role": "organiser", "unit_id": app.unit("JT") });
    admin.post(&format!("/members/{}/roles", li.id), duty).await.ok(201);
    // the session that she has, and one that begins now
    let anew = app.sign_in_with(&li, "lh-26-xq7").await;
    for session in [&li, &anew] {
        session.get("/questions").await.refused(403, "sessions.password_too_short");
        session.get("/duty-conflicts").await.refused(403, "access.denied");
        let me = session.get("/me").await.ok(200);
        assert_eq!((&me["needs_longer_password"], &me["capabilities"]), (&json!(true), &json!([])));
        session.get("/me/points").await.ok(200);
    }
    li.put("/me/password", change("lh-26-xq7", "lh-26-xq77")).await.ok(200);
    li.get("/questions").await.ok(200);
    assert_eq!(li.get("/me").await.ok(200)["needs_longer_password"], json!(false));
}

#[tokio::test]
async fn of_passwords_that_were_set_before_the_next_sign_in_tells_the_length() {
    let app = TestApp::start().await;
    let long = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let short = app.member("李一").sign_in().await;
    let change = json!({ "old_password": PASSWORD, "new_password": "lh-26-xq7" });
    short.put("/me/password", change).await.ok(200);
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let duty = json!({ "role": "organiser", "unit_id": app.unit("JT") });
    admin.post(&format!("/members/{}/roles", short.id), duty).await.ok(201);
    let [long, short] = [long, short].map(|person| (person.token().to_owned(), person.employee_no.clone()));
    app.write(|tx| {
        let unknown = credentials::is_long.eq(None::<bool>);
        on!(tx.conn, c => diesel::update(credentials::table).set(unknown).execute(c))?;
        Ok(())
    })
    .await;
    let app = app.restarted().await;
    let questions = async |token: &str| send(app.request(Method::GET, "/questions").bearer_auth(token)).await;
    let sign_in = async |number: &str, password: &str| {
        let session = app.post("/session", json!({ "account": number, "password": password })).await.ok(201);
        session["access_token"].as_str().unwrap().to_owned()
    };
    for (token, _) in [&long, &short] {
        questions(token).await.ok(200);
    }
    questions(&sign_in(&long.1, PASSWORD).await).await.ok(200);
    questions(&sign_in(&short.1, "lh-26-xq7").await).await.refused(403, "sessions.password_too_short");
}

#[tokio::test]
async fn who_has_no_genuine_code_learns_nothing_of_the_member() {
    let app = TestApp::start().await;
    let (_, number) = app.member("李晓明").unregistered().await;
    let redeem = json!({
        "employee_no": number, "invite_code": "0000-0000-0000", "new_password": "爱学习的李晓明7",
    });
    app.post("/session/invitation", redeem).await.refused(422, "invitations.invalid");
}
