//! Tasks: from the list that asks to the closing by somebody who had no part in it.

mod appraised;
mod files;
mod findings;
mod fire;
mod hand_overs;
mod requests;
mod standing;
mod verbs;

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::files::upload;
use crate::ideas::{items, notices, text};
use crate::support::{Person, Reply, TestApp};

/// The people of most tests.
pub struct Cast<'a> {
    pub organiser: Person<'a>,
    pub committee: Person<'a>,
    pub secretary: Person<'a>,
    pub leader: Person<'a>,
    pub li: Person<'a>,
}

pub async fn cast(app: &TestApp) -> Cast<'_> {
    Cast {
        organiser: app.member("组织员").home("JT").role(Role::Organiser, "JT").sign_in().await,
        committee: app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await,
        secretary: app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await,
        leader: app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await,
        li: app.member("李一").sign_in().await,
    }
}

/// A list of the enterprise; its id.
pub async fn list(app: &TestApp, issuer: &Person<'_>, kind: &str) -> String {
    let body = json!({ "kind": kind, "title": "2026 年任务清单", "unit_id": app.unit("JT"), "year": 2026 });
    text(&issuer.post("/task-lists", body).await.ok(201)["id"])
}

pub fn item(title: &str, due_on: &str) -> Value {
    json!({ "title": title, "standard": "形成一句话成效", "due_on": due_on })
}

/// Lays a list on units, all of it; what its progress says when it is done.
pub async fn lay(app: &TestApp, issuer: &Person<'_>, list: &str, units: &[&str]) -> Value {
    let ids: Vec<_> = units.iter().map(|unit| app.unit(unit)).collect();
    let laying = issuer.post(&format!("/task-lists/{list}/layings"), json!({ "unit_ids": ids })).await.ok(201);
    app.tick().await;
    issuer.get(&format!("/task-layings/{}", text(&laying["id"]))).await.ok(200)
}

/// A task of that item at ZB1; its id.
pub async fn task(app: &TestApp, issuer: &Person<'_>, asked: Value) -> String {
    let list = list(app, issuer, "year").await;
    issuer.put(&format!("/task-lists/{list}/items/1"), asked).await.ok(201);
    lay(app, issuer, &list, &["ZB1"]).await;
    let found = issuer.get(&format!("/tasks?list_id={list}")).await.ok(200);
    text(&items(&found)[0]["id"])
}

pub async fn step(who: &Person<'_>, task: &str, noun: &str, body: Value) -> Reply {
    who.post(&format!("/tasks/{task}/{noun}"), body).await
}

/// Accepted, handed in, verified and closed.
pub async fn close(unit: &Person<'_>, judge: &Person<'_>, task: &str) {
    step(unit, task, "acceptance", json!({})).await.ok(200);
    step(unit, task, "submission", json!({ "result": "已完成" })).await.ok(200);
    step(judge, task, "verification", json!({})).await.ok(200);
    step(judge, task, "closing", json!({ "effect": "问题得到解决" })).await.ok(200);
}

/// What lies on somebody's desk, by kind.
pub async fn desk(who: &Person<'_>, kind: &str) -> Vec<Value> {
    let found = crate::desk::page(who).await;
    items(&found).iter().filter(|item| item["kind"] == kind).cloned().collect()
}

#[tokio::test]
async fn a_task_goes_from_the_list_to_the_closing_and_everybody_finds_it_on_his_desk() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, li, .. } = cast(&app).await;
    let mut asked = item("党员教育培训全覆盖", "2026-07-31");
    asked["nodes"] = json!([{ "title": "制定计划", "due_on": "2026-07-10" }]);
    asked["leader_id"] = json!(organiser.id);
    let id = task(&app, &organiser, asked).await;
    app.drain().await;
    assert_eq!(notices(&secretary).await[0], "收到任务");
    let waiting = desk(&secretary, "task").await;
    assert_eq!(
        (&waiting[0]["title"], &waiting[0]["due_on"], &waiting[0]["link"]),
        (&json!("签收任务《党员教育培训全覆盖》"), &json!("2026-07-03"), &json!(format!("/tasks/{id}")))
    );
    assert_eq!(desk(&organiser, "task_review").await.len(), 0);

    let seen = secretary.get(&format!("/tasks/{id}")).await.ok(200);
    assert_eq!((&seen["state"], &seen["light"]), (&json!("issued"), &json!("normal")));
    assert_eq!(seen["verbs"], json!(["accept", "answer"]));
    let accepted = step(&secretary, &id, "acceptance", json!({ "head_id": li.id })).await.ok(200);
    assert_eq!((&accepted["state"], &accepted["people"][0]["name"]), (&json!("accepted"), &json!("李一")));
    // from now on it is with who answers for it
    assert_eq!(desk(&secretary, "task").await.len(), 0);
    assert_eq!(desk(&li, "task").await[0]["due_on"], "2026-07-31");

    let told = json!({ "light": "normal", "percent": 40, "next_step": "组织第二期培训" });
    assert_eq!(step(&li, &id, "reports", told.clone()).await.ok(200)["state"], "doing");
    let mut wrong = told;
    wrong["percent"] = json!(101);
    step(&li, &id, "reports", wrong).await.refused(422, "body.invalid");
    // yellow behind a node, blue when it is due soon, red when it is late, by the days of +08:00
    app.set_clock("2026-07-11T00:00:00+08:00");
    let li = app.sign_in_anew(&li).await;
    assert_eq!(li.get(&format!("/tasks/{id}")).await.ok(200)["light"], "behind");
    let node = json!({ "state": "done", "note": "计划已印发", "delay": "等待上级通知" });
    let settled = li.put(&format!("/tasks/{id}/nodes/1"), node.clone()).await.ok(200);
    assert_eq!((&settled["light"], &settled["nodes"][0]["state"]), (&json!("normal"), &json!("done")));
    li.put(&format!("/tasks/{id}/nodes/1"), node).await.ok(200);
    let other = json!({ "state": "dropped", "note": "不再需要" });
    li.put(&format!("/tasks/{id}/nodes/1"), other).await.refused(409, "tasks.node_settled");
    app.set_clock("2026-07-26T08:00:00+08:00");
    let li = app.sign_in_anew(&li).await;
    assert_eq!(li.get(&format!("/tasks/{id}")).await.ok(200)["light"], "near");
    app.set_clock("2026-07-31T23:59:59+08:00");
    let li = app.sign_in_anew(&li).await;
    assert_eq!(li.get(&format!("/tasks/{id}")).await.ok(200)["light"], "near");
    app.set_clock("2026-08-01T00:00:00+08:00");
    assert_eq!(li.get(&format!("/tasks/{id}")).await.ok(200)["light"], "overdue");
    assert_eq!(items(&li.get("/tasks?overdue=true").await.ok(200)).len(), 1);

    app.set_clock("2026-08-01T09:00:00+08:00");
    let (li, organiser, secretary) =
        (app.sign_in_anew(&li).await, app.sign_in_anew(&organiser).await, app.sign_in_anew(&secretary).await);
    let handed_in = step(&li, &id, "submission", json!({ "result": "培训 40 人" })).await.ok(200);
    assert_eq!((&handed_in["state"], &handed_in["submitted_on"]), (&json!("submitted"), &json!("2026-08-01")));
    assert_eq!(desk(&li, "task").await.len(), 0);
    assert_eq!(desk(&organiser, "task_review").await[0]["title"], "审核任务《党员教育培训全覆盖》");
    step(&organiser, &id, "return", json!({ "reason": "请补充签到情况" })).await.ok(200);
    assert_eq!(desk(&li, "task").await[0]["title"], "重办任务《党员教育培训全覆盖》");
    step(&li, &id, "submission", json!({ "result": "已补充" })).await.ok(200);
    step(&organiser, &id, "verification", json!({ "note": "符合标准" })).await.ok(200);
    step(&organiser, &id, "closing", json!({})).await.refused(422, "body.invalid");
    let closed = step(&organiser, &id, "closing", json!({ "effect": "党员全部达标" })).await.ok(200);
    assert_eq!(
        (&closed["state"], &closed["closed_on"], &closed["verbs"]),
        (&json!("closed"), &json!("2026-08-01"), &json!([]))
    );
    assert_eq!(desk(&organiser, "task_review").await.len(), 0);
    let verbs: Vec<&Value> = closed["steps"].as_array().unwrap().iter().map(|step| &step["verb"]).collect();
    assert_eq!(verbs, ["accept", "report", "submit", "return", "submit", "verify", "close"]);
    app.drain().await;
    let told = notices(&li).await;
    assert!(told.contains(&"任务已销号".to_owned()) && told.contains(&"任务退回重办".to_owned()), "{told:?}");
    let slip = secretary.get(&format!("/tasks/{id}/slip")).await.text();
    for shown in ["督办单", "党员教育培训全覆盖", "东支部", "已补充", "符合标准", "负责人（签字）"]
    {
        assert!(slip.contains(shown), "{shown}: {slip}");
    }
}

#[tokio::test]
async fn nobody_verifies_what_he_does_handed_in_or_what_is_of_his_unit_also_by_a_second_duty() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, .. } = cast(&app).await;
    let both = app.member("两职").home("XZ12").role(Role::Organiser, "JT").role(Role::Secretary, "ZB1").sign_in().await;
    let at_home = app.member("在组").home("XZ11").role(Role::Organiser, "JT").sign_in().await;
    let id = task(&app, &organiser, item("整改", "2026-07-31")).await;
    step(&secretary, &id, "acceptance", json!({ "head_id": secretary.id })).await.ok(200);
    // the committee member does it for once, and so does not judge it
    step(&committee, &id, "submission", json!({ "result": "代办" })).await.ok(200);
    for (who, noun, body) in [
        (&both, "verification", json!({})),
        (&at_home, "verification", json!({})),
        (&committee, "verification", json!({})),
        (&committee, "return", json!({ "reason": "重来" })),
    ] {
        step(who, &id, noun, body).await.refused(403, "tasks.own_case");
    }
    assert_eq!(desk(&both, "task_review").await.len() + desk(&at_home, "task_review").await.len(), 0);
    assert_eq!(desk(&committee, "task_review").await.len(), 0);
    step(&secretary, &id, "verification", json!({})).await.refused(403, "access.denied");
    step(&organiser, &id, "verification", json!({})).await.ok(200);
    step(&both, &id, "closing", json!({ "effect": "好" })).await.refused(403, "tasks.own_case");
    let list = text(&organiser.get(&format!("/tasks/{id}")).await.ok(200)["list_id"]);
    let bulk = format!("/task-lists/{list}/closing");
    assert_eq!(both.post(&bulk, json!({ "effect": "好" })).await.ok(200), json!({ "closed": 0, "left": 1 }));
    assert_eq!(organiser.post(&bulk, json!({ "effect": "好" })).await.ok(200), json!({ "closed": 1, "left": 0 }));
}

#[tokio::test]
async fn a_unit_answers_and_who_sets_the_task_rewords_redirects_dismisses_or_has_it_rest() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, .. } = cast(&app).await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let id = task(&app, &organiser, item("整改", "2026-07-31")).await;
    let answer = |word: &str| json!({ "answer": word, "text": "请核实" });
    step(&secretary, &id, "answer", answer("reword")).await.ok(200);
    assert_eq!(desk(&organiser, "task_review").await[0]["title"], "处理调整申请：《整改》");
    step(&organiser, &id, "rewording", json!({ "note": "已改" })).await.refused(422, "body.invalid");
    let reworded = json!({ "title": "整改台账", "note": "已改" });
    let again = step(&organiser, &id, "rewording", reworded).await.ok(200);
    assert_eq!((&again["state"], &again["title"]), (&json!("issued"), &json!("整改台账")));
    assert_eq!(desk(&secretary, "task").await[0]["title"], "签收任务《整改台账》");

    step(&secretary, &id, "answer", answer("not_ours")).await.ok(200);
    let to = |unit: &str| json!({ "unit_id": app.unit(unit), "note": "请西支部办理" });
    west.get(&format!("/tasks/{id}")).await.refused(404, "tasks.not_found");
    step(&organiser, &id, "redirection", to("ZB2")).await.ok(200);
    assert_eq!((desk(&secretary, "task").await.len(), desk(&west, "task").await.len()), (0, 1));
    step(&west, &id, "answer", answer("cannot_now")).await.ok(200);
    let rests = json!({ "reason": "待设备到货", "until": "2026-07-20" });
    step(&organiser, &id, "suspension", json!({ "reason": "等", "until": "2026-07-01" }))
        .await
        .refused(422, "body.invalid");
    assert_eq!(step(&organiser, &id, "suspension", rests).await.ok(200)["state"], "suspended");
    // it rests until the end of that day, and is not late meanwhile
    app.set_clock("2026-07-20T23:59:00+08:00");
    app.tick().await;
    let west = app.sign_in_anew(&west).await;
    let organiser = app.sign_in_anew(&organiser).await;
    let secretary = app.sign_in_anew(&secretary).await;
    assert_eq!(west.get(&format!("/tasks/{id}")).await.ok(200)["state"], "suspended");
    app.set_clock("2026-07-21T00:00:01+08:00");
    app.tick().await;
    let on = west.get(&format!("/tasks/{id}")).await.ok(200);
    assert_eq!(
        (&on["state"], &on["steps"].as_array().unwrap().last().unwrap()["actor_name"]),
        (&json!("accepted"), &Value::Null)
    );
    assert_eq!(desk(&west, "task").await.len(), 1);

    let other = task(&app, &organiser, item("说明情况", "2026-07-31")).await;
    step(&secretary, &other, "answer", answer("only_explain")).await.ok(200);
    let dismissed = step(&organiser, &other, "dismissal", json!({ "effect": "情况已说明" })).await.ok(200);
    assert_eq!(dismissed["state"], "closed");
}

#[tokio::test]
async fn evidence_is_asked_for_only_where_the_task_says_why_and_seen_by_who_sees_the_task() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, li, .. } = cast(&app).await;
    let stranger = app.member("王二").home("XZ21").sign_in().await;
    let mut asked = item("安全隐患整改", "2026-07-31");
    asked["evidence"] = json!("需核对现场");
    let id = task(&app, &organiser, asked).await;
    step(&secretary, &id, "acceptance", json!({ "doer_ids": [li.id] })).await.ok(200);
    step(&li, &id, "submission", json!({ "result": "已改" })).await.refused(422, "body.invalid");
    let file = upload(&li, "after.pdf", &b"%PDF-1.4\n%%EOF"[..]).await.ok(201);
    let body = json!({ "result": "已改", "file_ids": [file["id"]] });
    let seen = step(&li, &id, "submission", body).await.ok(200);
    assert_eq!(seen["evidence"][0]["id"], file["id"]);
    let path = format!("/files/{}", text(&file["id"]));
    assert_eq!(organiser.get(&path).await.status, 200);
    assert_eq!(stranger.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_task_that_nobody_accepts_is_reminded_of_once_and_a_unit_may_be_reminded_by_hand() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, li, .. } = cast(&app).await;
    let id = task(&app, &organiser, item("报送材料", "2026-07-31")).await;
    app.set_clock("2026-07-06T09:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    for _ in 0..2 {
        app.tick().await;
    }
    app.drain().await;
    let told = notices(&secretary).await;
    assert_eq!(told.iter().filter(|title| *title == "任务逾期未签收").count(), 1, "{told:?}");
    app.set_clock("2026-07-07T09:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    let organiser = app.sign_in_anew(&organiser).await;
    let li = app.sign_in_anew(&li).await;
    li.post(&format!("/tasks/{id}/reminder"), json!({})).await.refused(403, "access.denied");
    for _ in 0..2 {
        assert_eq!(organiser.post(&format!("/tasks/{id}/reminder"), json!({})).await.status, 204);
    }
    app.drain().await;
    assert_eq!(notices(&secretary).await.iter().filter(|title| *title == "任务催办").count(), 1);
}

#[tokio::test]
async fn the_board_shows_columns_by_state_and_narrows_by_unit_list_person_month_and_axis() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, li, .. } = cast(&app).await;
    let list = list(&app, &organiser, "year").await;
    for n in 1..=4 {
        let mut asked = item(&format!("第{n}项"), if n == 4 { "2026-08-31" } else { "2026-07-31" });
        asked["axis"] = json!(if n % 2 == 0 { "production" } else { "party" });
        asked["leader_id"] = json!(organiser.id);
        organiser.put(&format!("/task-lists/{list}/items/{n}"), asked).await.ok(201);
    }
    assert_eq!(lay(&app, &organiser, &list, &["ZB1", "ZB2"]).await["laid"], 8);
    let mine = items(&secretary.get("/tasks").await.ok(200)).clone();
    assert_eq!(mine.len(), 4, "of the own unit");
    step(&secretary, &text(&mine[0]["id"]), "acceptance", json!({ "head_id": li.id })).await.ok(200);
    let count = async |who: &Person<'_>, query: String| -> i64 {
        let board = who.get(&format!("/tasks/board?{query}")).await.ok(200);
        board["columns"].as_array().unwrap().iter().map(|column| column["count"].as_i64().unwrap()).sum()
    };
    for (query, expected) in [
        (String::new(), 8),
        (format!("unit_id={}", app.unit("ZB2")), 4),
        (format!("list_id={list}"), 8),
        (format!("member_id={}", li.id), 1),
        ("month=2026-08-01".into(), 2),
        (format!("leader_id={}&axis=production", organiser.id), 4),
        ("state=accepted".into(), 1),
    ] {
        assert_eq!(count(&organiser, query.clone()).await, expected, "{query}");
    }
    let board = organiser.get("/tasks/board?limit=2").await.ok(200);
    let issued = &board["columns"][0];
    assert_eq!(
        (&issued["state"], &issued["count"], issued["items"].as_array().unwrap().len()),
        (&json!("issued"), &json!(7), 2)
    );
    let next = format!("/tasks?state=issued&cursor={}", text(&issued["next_cursor"]));
    assert_eq!(items(&organiser.get(&next).await.ok(200)).len(), 5);
    let sheet = organiser.get(&format!("/tasks/board/sheet?unit_id={}&month=2026-07-01", app.unit("ZB1"))).await.text();
    for shown in ["东支部2026 年 7 月任务挂图作战表", "A3 landscape", "待签收", "第1项"] {
        assert!(sheet.contains(shown), "{shown}: {sheet}");
    }
    organiser.get(&format!("/tasks?unit_id={}", li.id)).await.refused(422, "body.invalid");
}

#[tokio::test]
async fn a_task_of_a_unit_that_moved_stays_with_it_and_a_duty_that_ends_hands_it_on() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, li, .. } = cast(&app).await;
    let admin = crate::members::administrator(&app).await;
    let id = task(&app, &organiser, item("长期任务", "2026-12-31")).await;
    step(&secretary, &id, "acceptance", json!({ "head_id": li.id })).await.ok(200);
    assert_eq!((desk(&li, "task").await.len(), desk(&secretary, "task").await.len()), (1, 0));
    // who answered for it has moved away
    admin.patch(&format!("/members/{}", li.id), json!({ "unit_id": app.unit("XZ21") })).await.ok(200);
    app.tick().await;
    assert_eq!((desk(&li, "task").await.len(), desk(&secretary, "task").await.len()), (0, 1));
    // the branch belongs to another plant by now
    admin.patch(&format!("/units/{}", app.unit("ZB1")), json!({ "parent_id": app.unit("DW2") })).await.ok(200);
    app.tick().await;
    let successor = app.member("新书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await;
    app.tick().await;
    assert_eq!(desk(&successor, "task").await.len(), 1, "what is open is on his desk the same day");
    step(&successor, &id, "submission", json!({ "result": "完成" })).await.ok(200);
    step(&organiser, &id, "verification", json!({})).await.ok(200);
}

#[tokio::test]
async fn how_often_a_unit_tells_follows_from_the_list_and_a_missing_report_is_shown() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, .. } = cast(&app).await;
    let mut asked = item("重点任务", "2026-12-31");
    asked["focus"] = json!(true);
    let id = task(&app, &organiser, asked).await;
    step(&secretary, &id, "acceptance", json!({})).await.ok(200);
    let telling = async || {
        let secretary = app.sign_in_anew(&secretary).await;
        let seen = secretary.get(&format!("/tasks/{id}")).await.ok(200);
        (seen["report_due_on"].clone(), seen["report_missed"].clone())
    };
    assert_eq!(telling().await, (json!("2026-07-31"), json!(false)), "a focus task of a quarterly list: monthly");
    let told = json!({ "light": "normal", "percent": 10, "next_step": "推进" });
    step(&secretary, &id, "reports", told).await.ok(200);
    assert_eq!(telling().await, (Value::Null, json!(false)));
    app.set_clock("2026-08-01T08:00:00+08:00");
    assert_eq!(telling().await, (json!("2026-08-31"), json!(false)));
    app.set_clock("2026-09-01T08:00:00+08:00");
    assert_eq!(telling().await, (json!("2026-09-30"), json!(true)), "August went by without");
}
