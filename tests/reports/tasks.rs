//! What is missing or came late becomes a task, in one step or by itself.

use super::*;
use crate::ideas::notices;
use crate::tasks::{close, desk};

#[tokio::test]
async fn a_missing_report_becomes_one_task_in_one_step_and_shows_its_end() {
    let app = TestApp::start().await;
    let (people, _) = in_july(&app).await;
    let report = report_of(&app, &people.west, "ZB2").await;
    let open = format!("{}/task", path(&report));
    people.organiser.post(&open, json!({})).await.refused(409, "reports.not_late");
    let handed_in = report_of(&app, &people.south, "ZB3").await;
    hand_in(&people.south, &handed_in, "按期").await;
    at(&app, "2026-08-06T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    people.west.post(&open, json!({})).await.refused(403, "access.denied");
    let on_time = format!("{}/task", path(&handed_in));
    people.organiser.post(&on_time, json!({})).await.refused(409, "reports.not_late");
    assert_eq!(people.organiser.get(&path(&report)).await.ok(200)["can_open_task"], true);
    let opened = people.organiser.post(&open, json!({})).await.ok(201);
    assert_eq!(people.organiser.post(&open, json!({})).await.ok(201), opened, "one cause is one task");
    let id = text(&opened["task_id"]);
    let task = people.organiser.get(&format!("/tasks/{id}")).await.ok(200);
    assert_eq!((&task["source_kind"], &task["title"]), (&json!("report"), &json!("补报“支部月报”（2026年7月）")));
    // three days ahead lies a Sunday
    assert_eq!((&task["due_on"], &task["unit_id"]), (&json!("2026-08-10"), &json!(app.unit("ZB2"))));
    app.tick().await;
    assert_eq!(desk(&people.west, "task").await.len(), 1);
    let seen = people.west.get(&path(&report)).await.ok(200);
    assert_eq!((&seen["task"]["task_id"], &seen["can_open_task"]), (&json!(id), &json!(false)));

    // handed in after all it is late, which is the same cause
    hand_in(&people.west, &report, "补报").await;
    assert_eq!(people.organiser.post(&open, json!({})).await.ok(201), opened);
    close(&people.west, &people.organiser, &id).await;
    app.drain().await;
    assert!(notices(&people.organiser).await.contains(&"您交办的问题已办结".to_owned()));
    assert_eq!(people.west.get(&path(&report)).await.ok(200)["task"]["state"], "closed");
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    assert_eq!(items(&auditor.get("/audit?action=reports.settle_task").await.ok(200)).len(), 1);
}

#[tokio::test]
async fn a_form_that_says_so_opens_a_task_by_itself_on_the_day_after() {
    let app = TestApp::start().await;
    let people = cast(&app).await;
    let asked = with(body(&app), &[("opens_task", json!(true))]);
    let form = people.organiser.post("/report-forms", asked).await.ok(201);
    assert_eq!(form["opens_task"], true);
    people.organiser.post("/report-forms", with(body(&app), &[("title", json!("另一张"))])).await.ok(201);
    at(&app, "2026-07-27T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    let of_form = async |who: &Person<'_>| -> Vec<Value> {
        let found = who.get(&format!("/reports?form_id={}&limit=100", text(&form["id"]))).await.ok(200);
        items(&found).clone()
    };
    let mine = of_form(&people.secretary).await[0].clone();
    hand_in(&people.secretary, &mine, "按期").await;
    let tasks = async |who: &Person<'_>| items(&who.get("/tasks?limit=100").await.ok(200)).len();
    at(&app, "2026-08-05T23:59:00+08:00").await;
    assert_eq!(tasks(&app.sign_in_anew(&people.organiser).await).await, 0, "it can still come");
    at(&app, "2026-08-06T00:00:30+08:00").await;
    let people = people.anew(&app).await;
    assert_eq!(tasks(&people.organiser).await, 2, "of the two that are missing, and of this form alone");
    app.tick().await;
    at(&app, "2026-08-07T00:00:30+08:00").await;
    let people = people.anew(&app).await;
    assert_eq!((tasks(&people.organiser).await, tasks(&people.secretary).await), (2, 0));
    let late = of_form(&people.west).await[0].clone();
    let shown = people.west.get(&path(&late)).await.ok(200);
    assert_eq!(shown["task"]["state"], "issued");
    let again = people.organiser.post(&format!("{}/task", path(&late)), json!({})).await.ok(201);
    assert_eq!(again["task_id"], shown["task"]["task_id"], "by itself or in one step it is one cause");
    let changed = json!({ "opens_task": false });
    let path = format!("/report-forms/{}", text(&form["id"]));
    assert_eq!(people.organiser.patch(&path, changed).await.ok(200)["opens_task"], false);
    at(&app, "2026-08-26T09:00:00+08:00").await;
    at(&app, "2026-09-08T09:00:00+08:00").await;
    assert_eq!(tasks(&app.sign_in_anew(&people.organiser).await).await, 2, "the form says so no more");
}

#[tokio::test]
async fn what_is_missing_of_a_unit_that_is_closed_by_then_or_exempt_opens_nothing() {
    let app = TestApp::start().await;
    let people = cast(&app).await;
    let asked = with(body(&app), &[("opens_task", json!(true))]);
    people.organiser.post("/report-forms", asked).await.ok(201);
    let administrator = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let new = json!({ "code": "ZB4", "name": "新支部", "short_name": "新支部", "kind": "党支部", "parent_id": app.unit("DW1") });
    let made = administrator.post("/units", new).await.ok(201);
    at(&app, "2026-07-27T09:00:00+08:00").await;
    let administrator = app.sign_in_anew(&administrator).await;
    let unit = format!("/units/{}", text(&made["id"]));
    administrator.patch(&unit, json!({ "closed": true })).await.ok(200);
    let people = people.anew(&app).await;
    let report = report_of(&app, &people.secretary, "ZB1").await;
    let request = json!({ "kind": "exempt", "reason": "全员在外检修" });
    let asked = people.secretary.post(&format!("{}/requests", path(&report)), request).await.ok(201);
    let answer = format!("/report-requests/{}/approval", text(&asked["items"][0]["id"]));
    people.organiser.post(&answer, json!({})).await.ok(200);
    at(&app, "2026-08-06T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    let found = people.organiser.get("/tasks?limit=100").await.ok(200);
    let mut names: Vec<&str> = items(&found).iter().map(|task| task["unit_name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["南支部", "西支部"]);
}
