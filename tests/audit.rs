//! The trail: what it holds, who reads it, and that it stays.

use serde_json::{Value, json};
use uuid::Uuid;
use xianfeng::base::capability::Role;
use xianfeng::db::{Never, Stop};
use xianfeng::kernel::trail::{self, Act};

use crate::members::{administrator, ids};
use crate::support::{Person, TestApp};

async fn auditor(app: &TestApp) -> Person<'_> {
    app.member("审计").role(Role::Auditor, "JT").sign_in().await
}

/// A deed of the program itself.
async fn note(app: &TestApp, action: &'static str, number: u128) {
    app.write(move |tx| {
        let (subject_kind, subject_id) = ("test", Uuid::from_u128(number));
        let act =
            Act { actor: None, action, subject_kind, subject_id, detail: json!({ "number": number.to_string() }) };
        Ok(trail::note(tx, act)?)
    })
    .await;
}

async fn numbers(auditor: &Person<'_>, query: &str) -> Vec<String> {
    let page = auditor.get(&format!("/audit?{query}")).await.ok(200);
    page["items"].as_array().unwrap().iter().map(|line| line["detail"]["number"].as_str().unwrap().into()).collect()
}

#[tokio::test]
async fn what_stands_in_the_trail_is_neither_changed_nor_removed() {
    let app = TestApp::start().await;
    note(&app, "test.first", 1).await;
    let auditor = auditor(&app).await;
    let before = auditor.get("/audit").await.ok(200);
    for statement in ["UPDATE trail SET action = 'test.other'", "DELETE FROM trail"] {
        let done = app.db().write(move |tx| -> Result<(), Stop<Never>> { Ok(tx.conn.batch(statement)?) }).await;
        assert!(done.is_err(), "{statement}");
    }
    assert_eq!(auditor.get("/audit").await.ok(200), before);
}

#[tokio::test]
async fn the_day_of_a_line_is_the_enterprises_and_both_ends_of_a_range_count() {
    let app = TestApp::start().await;
    for (number, at) in [
        "2026-06-30T23:59:59.999999+08:00",
        "2026-07-01T00:00:00+08:00",
        "2026-07-01T23:59:59.999999+08:00",
        "2026-07-02T00:00:00+08:00",
    ]
    .into_iter()
    .enumerate()
    {
        app.set_clock(at);
        note(&app, "test.midnight", number as u128).await;
    }
    let auditor = auditor(&app).await;
    let range = async |query: &str| numbers(&auditor, &format!("action=test.midnight&{query}")).await;
    assert_eq!(range("").await, ["3", "2", "1", "0"]);
    assert_eq!(range("from=2026-07-01&until=2026-07-01").await, ["2", "1"]);
    assert_eq!(range("from=2026-07-02").await, ["3"]);
    assert_eq!(range("until=2026-06-30").await, ["0"]);
    assert_eq!(range("from=2026-07-02&until=2026-07-01").await, Vec::<String>::new());
}

#[tokio::test]
async fn filters_narrow_together_and_pages_hold_while_lines_are_added() {
    let app = TestApp::start().await;
    for number in 0..6 {
        note(&app, if number % 2 == 0 { "test.even" } else { "test.odd" }, number).await;
    }
    let auditor = auditor(&app).await;
    let subject = Uuid::from_u128(4);
    assert_eq!(numbers(&auditor, &format!("subject_id={subject}&action=test.even")).await, ["4"]);
    assert_eq!(numbers(&auditor, &format!("subject_id={subject}&action=test.odd")).await, Vec::<String>::new());
    assert_eq!(numbers(&auditor, &format!("actor_id={}&action=test.even", auditor.id)).await, Vec::<String>::new());
    let first = auditor.get("/audit?action=test.even&limit=2").await.ok(200);
    note(&app, "test.even", 8).await;
    let next = format!("action=test.even&limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(numbers(&auditor, &next).await, ["0"], "after 4 and 2, whatever was added on top");
    let line = &first["items"][0];
    assert_eq!((&line["actor_id"], &line["actor_name"]), (&Value::Null, &Value::Null), "the program itself");
    assert_eq!((&line["subject_kind"], &line["subject_id"]), (&json!("test"), &json!(subject)));
}

#[tokio::test]
async fn what_is_refused_leaves_no_line_and_who_left_is_still_named() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let auditor = auditor(&app).await;
    let deeds = async || auditor.get(&format!("/audit?actor_id={}", leader.id)).await.ok(200);
    let body =
        |kind: &str| json!({ "kind": kind, "unit_id": app.unit("XZ11"), "held_on": "2026-07-01", "title": "例会" });
    leader.post("/meetings", body("branch")).await.refused(422, "body.invalid");
    auditor.post("/meetings", body("group")).await.refused(403, "access.denied");
    assert_eq!(ids(&deeds().await), Vec::<&str>::new());
    leader.post("/meetings", body("group")).await.ok(201);
    admin.patch(&format!("/members/{}", leader.id), json!({ "status": "left" })).await.ok(200);
    let lines = deeds().await;
    assert_eq!((ids(&lines).len(), &lines["items"][0]["action"]), (1, &json!("meetings.create")));
    assert_eq!(lines["items"][0]["actor_name"], "组长");
    app.drain().await;
}

#[tokio::test]
async fn the_auditor_reads_who_did_what() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let (li, _) = app.member("李一").unregistered().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let path = format!("/members/{li}");
    admin.patch(&path, json!({ "name": "李壹", "phone": "13800000000" })).await.ok(200);
    admin.patch(&path, json!({ "status": "away" })).await.ok(200);
    let all = auditor.get(&format!("/audit?subject_id={li}&limit=1")).await.ok(200);
    let line = &all["items"][0];
    assert_eq!((&line["action"], &line["detail"]), (&json!("members.update_member"), &json!({ "status": "away" })));
    assert_eq!(line["actor_name"], "管理员");
    let next = format!("/audit?subject_id={li}&limit=1&cursor={}", all["next_cursor"].as_str().unwrap());
    let next = auditor.get(&next).await.ok(200);
    assert_eq!(next["items"][0]["detail"], json!({ "name": "李壹", "phone": true }));
    assert_eq!(next["next_cursor"], Value::Null);
    let by = format!("/audit?actor_id={}&action=members.update_member&from=2026-07-01&until=2026-07-01", admin.id);
    assert_eq!(ids(&auditor.get(&by).await.ok(200)).len(), 2);
    assert_eq!(auditor.get("/audit?until=2026-06-30").await.ok(200)["items"], json!([]));
    app.drain().await;
}
