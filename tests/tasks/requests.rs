//! More time, and striking off: asked by one, granted by others.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{Cast, cast, desk, item, step, task};
use crate::support::TestApp;

fn until(day: &str) -> Value {
    json!({ "until": day, "reason": "设备到货推迟", "done": "已完成设计", "remedy": "增加班次" })
}

#[tokio::test]
async fn more_time_is_asked_before_the_day_granted_by_the_issuer_and_twice_at_most() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, li, .. } = cast(&app).await;
    let id = task(&app, &organiser, item("设备改造", "2026-07-10")).await;
    step(&secretary, &id, "extension", until("2026-07-20")).await.refused(409, "tasks.wrong_state");
    step(&secretary, &id, "acceptance", json!({})).await.ok(200);
    step(&li, &id, "extension", until("2026-07-20")).await.refused(403, "access.denied");
    step(&secretary, &id, "extension", until("2026-07-10")).await.refused(422, "body.invalid");
    let asked = step(&secretary, &id, "extension", until("2026-07-20")).await.ok(200);
    assert_eq!((&asked["due_on"], &asked["requests"][0]["state"]), (&json!("2026-07-10"), &json!("open")));
    step(&secretary, &id, "extension", until("2026-07-20")).await.ok(200);
    step(&secretary, &id, "extension", until("2026-07-25")).await.refused(409, "tasks.request_open");
    assert_eq!(desk(&organiser, "task_request").await[0]["title"], "批准任务延期《设备改造》");
    step(&secretary, &id, "extension/approval", json!({})).await.refused(403, "access.denied");
    let granted = step(&organiser, &id, "extension/approval", json!({ "reason": "同意" })).await.ok(200);
    assert_eq!(
        (&granted["due_on"], &granted["first_due_on"], &granted["extensions"]),
        (&json!("2026-07-20"), &json!("2026-07-10"), &json!(1))
    );
    step(&organiser, &id, "extension/approval", json!({ "reason": "同意" })).await.ok(200);
    step(&secretary, &id, "extension", until("2026-07-30")).await.ok(200);
    step(&organiser, &id, "extension/refusal", json!({ "reason": "不宜再延" })).await.ok(200);
    step(&secretary, &id, "extension", until("2026-07-30")).await.ok(200);
    step(&secretary, &id, "extension/withdrawal", json!({})).await.ok(200);
    step(&secretary, &id, "extension", until("2026-07-30")).await.ok(200);
    step(&committee, &id, "extension/approval", json!({})).await.ok(200);
    step(&secretary, &id, "extension", until("2026-08-30")).await.refused(409, "tasks.extensions_spent");

    let late = task(&app, &organiser, item("另一项", "2026-07-10")).await;
    step(&secretary, &late, "acceptance", json!({})).await.ok(200);
    app.set_clock("2026-07-11T00:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    let organiser = app.sign_in_anew(&organiser).await;
    step(&secretary, &late, "extension", until("2026-07-30")).await.refused(409, "tasks.extension_too_late");
    step(&organiser, &late, "extension/approval", json!({})).await.refused(404, "tasks.request_not_found");
}

#[tokio::test]
async fn more_time_for_a_focus_task_is_the_leader_s_to_grant_once_the_issuer_has() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, .. } = cast(&app).await;
    let in_charge = app.member("领导").home("JT").role(Role::Leader, "JT").sign_in().await;
    let mut asked = item("重点项目", "2026-07-10");
    asked["focus"] = json!(true);
    asked["leader_id"] = json!(in_charge.id);
    let id = task(&app, &organiser, asked).await;
    step(&secretary, &id, "acceptance", json!({})).await.ok(200);
    step(&secretary, &id, "extension", until("2026-07-20")).await.ok(200);
    step(&in_charge, &id, "extension/approval", json!({})).await.refused(403, "access.denied");
    let once = step(&organiser, &id, "extension/approval", json!({})).await.ok(200);
    assert_eq!((&once["due_on"], &once["requests"][0]["state"]), (&json!("2026-07-10"), &json!("open")));
    assert_eq!(desk(&in_charge, "task_request").await.len(), 1);
    step(&committee, &id, "extension/approval", json!({})).await.refused(403, "tasks.leader_next");
    let granted = step(&in_charge, &id, "extension/approval", json!({})).await.ok(200);
    assert_eq!((&granted["due_on"], &granted["requests"][0]["state"]), (&json!("2026-07-20"), &json!("approved")));
}

#[tokio::test]
async fn a_task_is_struck_off_by_two_people_and_merged_into_another_of_its_unit() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, .. } = cast(&app).await;
    let id = task(&app, &organiser, item("不再需要", "2026-07-31")).await;
    step(&secretary, &id, "cancellation", json!({ "reason": "取消" })).await.refused(403, "access.denied");
    let needless = json!({ "reason": "政策调整" });
    step(&organiser, &id, "cancellation", needless.clone()).await.ok(200);
    let back = step(&organiser, &id, "cancellation/withdrawal", json!({})).await.ok(200);
    assert_eq!((&back["state"], &back["requests"][0]["state"]), (&json!("issued"), &json!("taken_back")));
    step(&organiser, &id, "cancellation", needless.clone()).await.ok(200);
    let kept = step(&committee, &id, "cancellation/refusal", json!({ "reason": "仍需办理" })).await.ok(200);
    assert_eq!(kept["state"], "issued");
    step(&organiser, &id, "cancellation", needless).await.ok(200);
    step(&organiser, &id, "cancellation/approval", json!({})).await.refused(403, "tasks.own_case");
    assert_eq!(desk(&organiser, "task_request").await.len(), 0);
    assert_eq!(desk(&committee, "task_request").await.len(), 1);
    let gone = step(&committee, &id, "cancellation/approval", json!({})).await.ok(200);
    assert_eq!((&gone["state"], &gone["requests"][2]["state"]), (&json!("cancelled"), &json!("approved")));
    assert_eq!(desk(&secretary, "task").await.len(), 0);

    let one = task(&app, &organiser, item("甲", "2026-07-31")).await;
    let other = task(&app, &organiser, item("乙", "2026-07-31")).await;
    let into = |task: &str| json!({ "into": task, "note": "内容重复" });
    step(&organiser, &one, "merging", into(&one)).await.refused(422, "body.invalid");
    step(&organiser, &one, "merging", into(&id)).await.refused(422, "body.invalid");
    let merged = step(&organiser, &one, "merging", into(&other)).await.ok(200);
    assert_eq!((&merged["state"], &merged["merged_into"]), (&json!("merged"), &json!(other)));
}

#[tokio::test]
async fn nobody_grants_what_he_asked_for_or_more_time_for_his_own_unit() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, .. } = cast(&app).await;
    let both = app.member("两职").home("XZ12").role(Role::Organiser, "JT").role(Role::Secretary, "ZB1").sign_in().await;
    let doer = app.member("在组").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let id = task(&app, &organiser, item("整改", "2026-07-31")).await;
    step(&secretary, &id, "acceptance", json!({})).await.ok(200);
    // the committee member asks for the unit, which is in reach of its duty
    step(&committee, &id, "extension", until("2026-08-10")).await.ok(200);
    for who in [&both, &committee] {
        step(who, &id, "extension/approval", json!({})).await.refused(403, "tasks.own_case");
        step(who, &id, "extension/refusal", json!({ "reason": "不" })).await.refused(403, "tasks.own_case");
    }
    step(&doer, &id, "extension/approval", json!({})).await.ok(200);
    // who was named once, and is no more, had a part in it
    let other = task(&app, &organiser, item("另一项", "2026-07-31")).await;
    step(&secretary, &other, "acceptance", json!({ "head_id": committee.id })).await.ok(200);
    secretary.put(&format!("/tasks/{other}/people"), json!({ "head_id": secretary.id })).await.ok(200);
    step(&secretary, &other, "extension", until("2026-08-10")).await.ok(200);
    step(&committee, &other, "extension/approval", json!({})).await.refused(403, "tasks.own_case");
}
