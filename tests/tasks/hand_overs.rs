//! What somebody was to do whose duty has ended, or who has moved or left, goes to others the same day, with a list.

use reqwest::Method;

use super::*;
use crate::ideas::notices;
use crate::support::send;

async fn handed(who: &Person<'_>, query: &str) -> Vec<Value> {
    items(&who.get(&format!("/task-hand-overs?limit=100{query}")).await.ok(200)).clone()
}

/// How many are named on a task.
async fn named(who: &Person<'_>, task: &str) -> usize {
    who.get(&format!("/tasks/{task}")).await.ok(200)["people"].as_array().unwrap().len()
}

#[tokio::test]
async fn who_moves_away_hands_on_what_he_was_to_do_with_a_list() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, li, .. } = cast(&app).await;
    let admin = crate::members::administrator(&app).await;
    let id = task(&app, &organiser, item("长期任务", "2026-12-31")).await;
    step(&secretary, &id, "acceptance", json!({ "head_id": li.id, "doer_ids": [secretary.id] })).await.ok(200);
    let done = task(&app, &organiser, item("办完的任务", "2026-12-31")).await;
    step(&secretary, &done, "acceptance", json!({ "head_id": li.id })).await.ok(200);
    step(&li, &done, "submission", json!({ "result": "已完成" })).await.ok(200);
    step(&organiser, &done, "verification", json!({})).await.ok(200);
    step(&organiser, &done, "closing", json!({ "effect": "成效" })).await.ok(200);
    app.tick().await;
    assert!(handed(&organiser, "").await.is_empty(), "nobody has left anything");

    admin.patch(&format!("/members/{}", li.id), json!({ "unit_id": app.unit("XZ21") })).await.ok(200);
    app.tick().await;
    app.tick().await;
    let list = handed(&secretary, "").await;
    assert_eq!(list.len(), 1, "what is over stays with him");
    let one = &list[0];
    assert_eq!(
        (&one["task_id"], &one["member_id"], &one["part"], &one["unit_id"], &one["handed_on"]),
        (&json!(id), &json!(li.id), &json!("head"), &json!(app.unit("ZB1")), &json!("2026-07-01"))
    );
    assert_eq!(named(&organiser, &id).await, 1, "the doer stays");
    assert_eq!(desk(&secretary, "task").await.len(), 1);
    step(&li, &id, "submission", json!({ "result": "完成" })).await.refused(404, "tasks.not_found");
    app.drain().await;
    assert!(notices(&secretary).await.contains(&"任务移交".to_owned()));
    let by = format!("&member_id={}&unit_id={}", li.id, app.unit("ZB1"));
    assert_eq!(handed(&organiser, &by).await.len(), 1);
    assert!(handed(&organiser, &format!("&member_id={}", secretary.id)).await.is_empty());
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    assert!(handed(&west, "").await.is_empty());
    west.get(&format!("/task-hand-overs?unit_id={}", app.unit("ZB1"))).await.refused(403, "access.out_of_scope");
    let sheet = format!("/task-hand-overs/sheet?unit_id={}&member_id={}", app.unit("ZB1"), li.id);
    let page = secretary.get(&sheet).await;
    let page = page.text();
    for word in ["长期任务", "李一", "责任人", "监交人（签字）", "接收人（签字）"] {
        assert!(page.contains(word), "{word} in {page}");
    }
    west.get(&sheet).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn a_duty_that_ends_hands_on_what_was_its_holder_s_though_he_stays_in_the_unit() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, leader, li, .. } = cast(&app).await;
    let admin = crate::members::administrator(&app).await;
    let list = list(&app, &organiser, "year").await;
    organiser.put(&format!("/task-lists/{list}/items/1"), item("组长的任务", "2026-12-31")).await.ok(201);
    lay(&app, &organiser, &list, &["XZ11"]).await;
    let id = text(&items(&organiser.get("/tasks").await.ok(200))[0]["id"]);
    step(&leader, &id, "acceptance", json!({ "head_id": leader.id, "doer_ids": [li.id] })).await.ok(200);
    assert_eq!((desk(&leader, "task").await.len(), desk(&li, "task").await.len()), (1, 0));
    let member = format!("/members/{}", leader.id);
    let duties = admin.get(&member).await.ok(200)["duties"].clone();
    let role = duties.as_array().unwrap().iter().find(|role| role["role"] == "group_leader").unwrap();
    let ended = send(admin.request(Method::DELETE, &format!("{member}/roles/{}", text(&role["id"])))).await;
    assert_eq!(ended.status, 204);
    app.tick().await;
    app.tick().await;
    let handed_on = handed(&organiser, "").await;
    assert_eq!(handed_on.len(), 1, "{handed_on:?}");
    assert_eq!((&handed_on[0]["member_id"], &handed_on[0]["part"]), (&json!(leader.id), &json!("head")));
    assert_eq!(named(&organiser, &id).await, 1);
    // the doer has it now
    assert_eq!((desk(&leader, "task").await.len(), desk(&li, "task").await.len()), (0, 1));
    // a doer without the duty does it; a step does not bring it back to who held it
    step(&li, &id, "reports", json!({ "light": "normal", "percent": 10, "next_step": "推进" })).await.ok(200);
    assert!(desk(&leader, "task").await.is_empty());
    step(&leader, &id, "submission", json!({ "result": "完成" })).await.refused(403, "access.denied");
    // nobody leads the group and nobody is named any more: it moves up, and comes down to the next leader with the list
    let nobody =
        send(secretary.request(Method::PUT, &format!("/tasks/{id}/people")).json(&json!({ "doer_ids": [] }))).await;
    nobody.ok(200);
    assert_eq!(desk(&secretary, "task").await.len(), 1);
    let successor = app.member("新组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    app.tick().await;
    assert_eq!(handed(&successor, "").await.len(), 1);
    assert_eq!((desk(&successor, "task").await.len(), desk(&secretary, "task").await.len()), (1, 0));
}

#[tokio::test]
async fn a_leader_in_charge_who_leaves_holds_up_nobody() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, .. } = cast(&app).await;
    let admin = crate::members::administrator(&app).await;
    let boss = app.member("主管领导").home("JT").sign_in().await;
    let mut asked = item("重点任务", "2026-07-31");
    (asked["focus"], asked["leader_id"]) = (json!(true), json!(boss.id));
    let id = task(&app, &organiser, asked).await;
    step(&secretary, &id, "acceptance", json!({})).await.ok(200);
    let more = json!({ "until": "2026-09-30", "reason": "设备未到", "done": "一半", "remedy": "加人" });
    secretary.post(&format!("/tasks/{id}/extension"), more).await.ok(200);
    organiser.post(&format!("/tasks/{id}/extension/approval"), json!({})).await.ok(200);
    assert_eq!(desk(&boss, "task_request").await.len(), 1);
    admin.patch(&format!("/members/{}", boss.id), json!({ "status": "left" })).await.ok(200);
    app.tick().await;
    let list = handed(&organiser, &format!("&member_id={}", boss.id)).await;
    assert_eq!((list.len(), &list[0]["part"], &list[0]["unit_id"]), (1, &json!("leader"), &json!(app.unit("JT"))));
    committee.post(&format!("/tasks/{id}/extension/approval"), json!({})).await.ok(200);
    assert_eq!(organiser.get(&format!("/tasks/{id}")).await.ok(200)["due_on"], "2026-09-30");
}

#[tokio::test]
async fn whoever_led_tasks_of_several_units_leaves_each_unit_its_own_and_each_hears() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, .. } = cast(&app).await;
    let admin = crate::members::administrator(&app).await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let boss = app.member("主管领导").home("JT").sign_in().await;
    // each secretary has a group do something, and the same leader is in charge of both
    for (issuer, branch, group) in [(&secretary, "ZB1", "XZ11"), (&west, "ZB2", "XZ21")] {
        let body = json!({ "kind": "year", "title": "清单", "unit_id": app.unit(branch), "year": 2026 });
        let list = text(&issuer.post("/task-lists", body).await.ok(201)["id"]);
        let mut asked = item("任务", "2026-12-31");
        asked["leader_id"] = json!(boss.id);
        issuer.put(&format!("/task-lists/{list}/items/1"), asked).await.ok(201);
        lay(&app, issuer, &list, &[group]).await;
    }
    admin.patch(&format!("/members/{}", boss.id), json!({ "status": "left" })).await.ok(200);
    app.tick().await;
    assert_eq!(handed(&organiser, &format!("&member_id={}", boss.id)).await.len(), 2);
    app.drain().await;
    for (issuer, branch) in [(&secretary, "ZB1"), (&west, "ZB2")] {
        let list = handed(issuer, "").await;
        assert_eq!((list.len(), &list[0]["unit_id"]), (1, &json!(app.unit(branch))));
        assert!(notices(issuer).await.contains(&"任务移交".to_owned()), "{branch}");
    }
}
