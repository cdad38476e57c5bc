//! What the book of appraisal is told of tasks: what was carried out in time, and what is late without a word, once.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{Cast, cast, item, lay, list, step, task};
use crate::appraisal::{adopted, approve, total};
use crate::ideas::{items, text};
use crate::support::{Person, TestApp};

/// What is proposed for somebody: rule, points and why, the newest first.
async fn proposals(who: &Person<'_>) -> Vec<Value> {
    items(&who.get("/me/appraisal/proposals").await.ok(200)).clone()
}

async fn rules(who: &Person<'_>) -> Vec<String> {
    proposals(who).await.iter().map(|one| text(&one["rule"])).collect()
}

async fn accept(unit: &Person<'_>, task: &str, head: &Person<'_>, doers: &[&Person<'_>]) {
    let doers: Vec<_> = doers.iter().map(|doer| doer.id).collect();
    step(unit, task, "acceptance", json!({ "head_id": head.id, "doer_ids": doers })).await.ok(200);
}

async fn submit_and_close(unit: &Person<'_>, judge: &Person<'_>, task: &str) {
    step(unit, task, "submission", json!({ "result": "已完成" })).await.ok(200);
    step(judge, task, "verification", json!({})).await.ok(200);
    step(judge, task, "closing", json!({ "effect": "问题得到解决" })).await.ok(200);
}

#[tokio::test]
async fn a_task_that_was_carried_out_in_time_is_proposed_for_each_who_did_it() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let wang = app.member("王一").sign_in().await;
    let done = task(&app, &organiser, item("党员教育培训全覆盖", "2026-07-31")).await;
    accept(&secretary, &done, &li, &[&wang]).await;
    submit_and_close(&secretary, &organiser, &done).await;
    let [proposal] = proposals(&li).await.try_into().unwrap();
    assert_eq!(
        (&proposal["rule"], &proposal["points"], &proposal["reason"], &proposal["day"]),
        (&json!("P27"), &json!(50), &json!("按期完成任务《党员教育培训全覆盖》"), &json!("2026-07-01"))
    );
    assert_eq!(rules(&wang).await, ["P27"]);
    assert_eq!(total(&li).await["bonus"], 0, "people decide");
    approve(&leader, &proposal).await.ok(200);
    assert_eq!(total(&li).await["bonus"], 50);

    // what was late, what needed only an explanation and what had to be put right is no merit
    let explained = task(&app, &organiser, item("说明一项", "2026-07-31")).await;
    step(&secretary, &explained, "answer", json!({ "answer": "already_done", "text": "六月已办" })).await.ok(200);
    step(&organiser, &explained, "dismissal", json!({ "effect": "属实" })).await.ok(200);
    let found = list(&app, &organiser, "rectification").await;
    organiser.put(&format!("/task-lists/{found}/items/1"), item("检查发现的问题", "2026-07-31")).await.ok(201);
    lay(&app, &organiser, &found, &["ZB1"]).await;
    let wrong = text(&items(&organiser.get(&format!("/tasks?list_id={found}")).await.ok(200))[0]["id"]);
    accept(&secretary, &wrong, &li, &[]).await;
    submit_and_close(&secretary, &organiser, &wrong).await;
    assert_eq!(proposals(&li).await.len(), 1);
}

#[tokio::test]
async fn who_answers_for_what_is_late_is_proposed_to_lose_once_unless_he_asked_for_more_time() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let [wang, zhao] = ["王一", "赵一"];
    let (wang, zhao) = (app.member(wang).sign_in().await, app.member(zhao).sign_in().await);
    let due = "2026-07-10";
    let late = task(&app, &organiser, item("没有下文的任务", due)).await;
    accept(&secretary, &late, &li, &[&wang]).await;
    let asked = task(&app, &organiser, item("申请过延期的任务", due)).await;
    accept(&secretary, &asked, &zhao, &[]).await;
    let more = json!({ "until": "2026-07-20", "reason": "等待上级文件", "done": "已起草", "remedy": "一周内补齐" });
    step(&secretary, &asked, "extension", more).await.ok(200);
    step(&organiser, &asked, "extension/refusal", json!({ "reason": "不能再等" })).await.ok(200);
    let unaccepted = task(&app, &organiser, item("无人签收的任务", due)).await;
    let resting = task(&app, &organiser, item("已挂起的任务", due)).await;
    accept(&secretary, &resting, &zhao, &[]).await;
    step(&organiser, &resting, "suspension", json!({ "until": "2026-07-30", "reason": "政策调整" })).await.ok(200);
    let handed_in = task(&app, &organiser, item("按时交的任务", due)).await;
    accept(&secretary, &handed_in, &zhao, &[]).await;
    step(&secretary, &handed_in, "submission", json!({ "result": "已完成" })).await.ok(200);

    // the day itself still counts, by the days of +08:00
    app.set_clock("2026-07-10T19:59:00+08:00");
    app.tick().await;
    let li = app.sign_in_anew(&li).await;
    assert!(rules(&li).await.is_empty());
    app.set_clock("2026-07-13T09:00:00+08:00"); // a Monday
    app.tick().await;
    let (li, wang, zhao) = (app.sign_in_anew(&li).await, app.sign_in_anew(&wang).await, app.sign_in_anew(&zhao).await);
    let [proposal] = proposals(&li).await.try_into().unwrap();
    assert_eq!((&proposal["rule"], &proposal["points"]), (&json!("P28"), &json!(-50)));
    assert_eq!(text(&proposal["reason"]), "任务《没有下文的任务》应于2026年7月10日完成，逾期且未申请延期");
    assert!(rules(&wang).await.is_empty(), "he answers for nothing");
    assert!(rules(&zhao).await.is_empty(), "asked, rested, handed in");
    assert_eq!(organiser_sees(&app, &organiser, &unaccepted).await, "overdue");

    // neither the next days nor handing in late, being returned and closing say it again
    for day in ["2026-07-14", "2026-07-15"] {
        app.set_clock(&format!("{day}T09:00:00+08:00"));
        app.tick().await;
    }
    let (organiser, secretary, leader) =
        (app.sign_in_anew(&organiser).await, app.sign_in_anew(&secretary).await, app.sign_in_anew(&leader).await);
    step(&secretary, &late, "submission", json!({ "result": "补办" })).await.ok(200);
    step(&organiser, &late, "return", json!({ "reason": "不全" })).await.ok(200);
    app.set_clock("2026-07-16T09:00:00+08:00");
    app.tick().await;
    let (organiser, secretary, leader, li) = (
        app.sign_in_anew(&organiser).await,
        app.sign_in_anew(&secretary).await,
        app.sign_in_anew(&leader).await,
        app.sign_in_anew(&li).await,
    );
    submit_and_close(&secretary, &organiser, &late).await;
    assert_eq!(rules(&li).await, ["P28"]);
    // he may answer first; who decides it then reduces, waives or enters it, and it is one entry
    approve(&leader, &proposal).await.refused(409, "appraisals.may_still_answer");
    app.set_clock("2026-07-21T09:00:00+08:00");
    app.tick().await;
    let (leader, li) = (app.sign_in_anew(&leader).await, app.sign_in_anew(&li).await);
    approve(&leader, &proposal).await.ok(200);
    approve(&leader, &proposal).await.ok(200);
    assert_eq!((total(&li).await["deduction"].clone(), rules(&li).await), (json!(-50), vec!["P28".to_owned()]));
}

async fn organiser_sees(app: &TestApp, organiser: &Person<'_>, task: &str) -> String {
    let organiser = app.sign_in_anew(organiser).await;
    text(&organiser.get(&format!("/tasks/{task}")).await.ok(200)["light"])
}

#[tokio::test]
async fn one_cause_that_is_late_overdue_and_found_costs_once() {
    let app = TestApp::start().await;
    let people = crate::reports::cast(&app).await;
    adopted(&people.committee).await;
    let zhou = app.member("周二").home("XZ21").sign_in().await;
    let leader = app.member("西组长").home("XZ21").role(Role::GroupLeader, "XZ21").sign_in().await;
    let mut form = crate::reports::body(&app);
    form["opens_task"] = json!(true);
    people.organiser.post("/report-forms", form).await.ok(201);

    // late: the report of ZB2 is missing, and a task opens by itself
    crate::reports::at(&app, "2026-07-27T09:00:00+08:00").await;
    crate::reports::at(&app, "2026-08-06T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    let report = {
        let found = people.west.get("/tasks?limit=10").await.ok(200);
        let [only] = items(&found).clone().try_into().unwrap();
        text(&only["id"])
    };
    accept(&people.west, &report, &zhou, &[]).await;

    // overdue: it was due on the tenth
    crate::reports::at(&app, "2026-08-11T09:00:00+08:00").await;
    let zhou = app.sign_in_anew(&zhou).await;
    assert_eq!(rules(&zhou).await, ["P28"]);

    // found: an inspection names the same, and what was opened before is merged into it
    let people = people.anew(&app).await;
    let found = list(&app, &people.organiser, "rectification").await;
    let asked = item("检查发现：七月支部月报未报", "2026-08-14");
    people.organiser.put(&format!("/task-lists/{found}/items/1"), asked).await.ok(201);
    lay(&app, &people.organiser, &found, &["ZB2"]).await;
    let again = text(&items(&people.organiser.get(&format!("/tasks?list_id={found}")).await.ok(200))[0]["id"]);
    accept(&people.west, &again, &zhou, &[]).await;
    let merge = json!({ "into": again, "note": "同一问题" });
    step(&people.organiser, &report, "merging", merge).await.ok(200);
    crate::reports::at(&app, "2026-08-17T09:00:00+08:00").await;
    let (zhou, leader) = (app.sign_in_anew(&zhou).await, app.sign_in_anew(&leader).await);
    assert_eq!(rules(&zhou).await, ["P28"], "the same matter");
    // and whoever proposes it by hand, whatever rule he names, proposes what was proposed
    for rule in ["P28", "P29"] {
        let by_hand = json!({
            "member_id": zhou.id, "rule": rule, "points": if rule == "P28" { 50 } else { 100 }, "day": "2026-08-11",
            "matter": report, "reason": "月报未报",
        });
        leader.post("/appraisal/proposals", by_hand).await.refused(409, "appraisals.cause_taken");
    }
    let [proposal] = proposals(&zhou).await.try_into().unwrap();
    let said = json!({ "text": "月报已补，当时在外出差" });
    zhou.put(&format!("/appraisal/proposals/{}/reply", text(&proposal["id"])), said).await.ok(200);
    approve(&leader, &proposal).await.ok(200);
    let year = total(&zhou).await;
    assert_eq!((&year["deduction"], &year["bonus"]), (&json!(-50), &json!(0)));
}

#[tokio::test]
async fn nobody_is_charged_for_a_day_that_could_not_be_kept() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, li, .. } = cast(&app).await;
    adopted(&committee).await;
    let due = "2026-07-10";
    let rested = task(&app, &organiser, item("挂起跨过期限", due)).await;
    let returned = task(&app, &organiser, item("按时提交后被退回", due)).await;
    let kept = task(&app, &organiser, item("期限前被退回未补", due)).await;
    let taken_back = task(&app, &organiser, item("申请后又撤回", due)).await;
    for id in [&rested, &returned, &kept, &taken_back] {
        accept(&secretary, id, &li, &[]).await;
    }
    step(&organiser, &rested, "suspension", json!({ "until": "2026-07-12", "reason": "政策调整" })).await.ok(200);
    for id in [&returned, &kept] {
        step(&secretary, id, "submission", json!({ "result": "已完成" })).await.ok(200);
    }
    step(&organiser, &kept, "return", json!({ "reason": "不全" })).await.ok(200);
    step(&secretary, &taken_back, "extension", json!({ "until": "2026-07-20", "reason": "等待" })).await.ok(200);
    step(&secretary, &taken_back, "extension/withdrawal", json!({})).await.ok(200);
    // laid on the day before, and accepted within the two days that a unit has for it
    app.set_clock("2026-07-09T09:00:00+08:00");
    let (organiser, secretary) = (app.sign_in_anew(&organiser).await, app.sign_in_anew(&secretary).await);
    let short = task(&app, &organiser, item("期限前一天才下发", due)).await;
    app.set_clock("2026-07-13T08:30:00+08:00");
    let (organiser, secretary) = (app.sign_in_anew(&organiser).await, app.sign_in_anew(&secretary).await);
    accept(&secretary, &short, &li, &[]).await;
    step(&organiser, &returned, "return", json!({ "reason": "请补充签到" })).await.ok(200);
    for day in ["2026-07-13", "2026-07-14"] {
        app.set_clock(&format!("{day}T09:00:00+08:00"));
        app.tick().await;
    }
    let li = app.sign_in_anew(&li).await;
    let charged: Vec<_> = proposals(&li).await.iter().map(|one| (text(&one["rule"]), text(&one["reason"]))).collect();
    let late = |title: &str| ("P28".to_owned(), format!("任务《{title}》应于2026年7月10日完成，逾期且未申请延期"));
    assert_eq!(charged.len(), 2, "{charged:?}");
    assert!(charged.contains(&late("期限前被退回未补")) && charged.contains(&late("申请后又撤回")), "{charged:?}");
    assert!(proposals(&li).await.iter().all(|one| one["day"] == "2026-07-11"), "the first day that is late");
}

#[tokio::test]
async fn what_is_struck_off_or_merged_into_what_costs_costs_nothing() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let second = app.member("组织乙").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let titles = ["下发有误", "同一件事", "仍未完成"];
    let mut ids = Vec::new();
    for title in titles {
        let id = task(&app, &organiser, item(title, "2026-07-10")).await;
        accept(&secretary, &id, &li, &[]).await;
        ids.push(id);
    }
    app.set_clock("2026-07-13T09:00:00+08:00");
    app.tick().await;
    let (organiser, second, li) =
        (app.sign_in_anew(&organiser).await, app.sign_in_anew(&second).await, app.sign_in_anew(&li).await);
    let open = async || -> Vec<String> {
        proposals(&li).await.iter().filter(|one| one["state"] == "open").map(|one| text(&one["reason"])).collect()
    };
    assert_eq!(open().await.len(), 3);
    step(&organiser, &ids[0], "cancellation", json!({ "reason": "重复下发" })).await.ok(200);
    step(&second, &ids[0], "cancellation/approval", json!({})).await.ok(200);
    assert_eq!(open().await.len(), 2);
    step(&organiser, &ids[1], "merging", json!({ "into": ids[2], "note": "同一问题" })).await.ok(200);
    let left = open().await;
    assert!(left.len() == 1 && left[0].contains("仍未完成"), "{left:?}");

    // what somebody proposed about a task by hand is not the records' to take back
    let (leader, secretary) = (app.sign_in_anew(&leader).await, app.sign_in_anew(&secretary).await);
    let other = task(&app, &organiser, item("尚未到期", "2026-07-31")).await;
    accept(&secretary, &other, &li, &[]).await;
    let by_hand = json!({
        "member_id": li.id, "rule": "P29", "points": 100, "day": "2026-07-12", "matter": other, "reason": "现场记录",
    });
    leader.post("/appraisal/proposals", by_hand).await.ok(201);
    step(&organiser, &other, "cancellation", json!({ "reason": "重复下发" })).await.ok(200);
    step(&second, &other, "cancellation/approval", json!({})).await.ok(200);
    assert_eq!(open().await.len(), 2);
}

#[tokio::test]
async fn who_moves_after_handing_in_keeps_what_he_did() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, li, .. } = cast(&app).await;
    adopted(&committee).await;
    let [wang, zhao] = ["王一", "赵一"];
    let (wang, zhao) = (app.member(wang).sign_in().await, app.member(zhao).sign_in().await);
    let done = task(&app, &organiser, item("全员培训", "2026-07-31")).await;
    accept(&secretary, &done, &li, &[&wang, &zhao]).await;
    app.advance_seconds(60);
    let admin = crate::members::administrator(&app).await;
    let moved = async |who: &Person<'_>| {
        admin.patch(&format!("/members/{}", who.id), json!({ "unit_id": app.unit("XZ21") })).await.ok(200);
    };
    moved(&zhao).await;
    app.tick().await;
    app.advance_seconds(60);
    step(&secretary, &done, "submission", json!({ "result": "已完成" })).await.ok(200);
    app.advance_seconds(60);
    moved(&wang).await;
    app.tick().await;
    step(&organiser, &done, "verification", json!({})).await.ok(200);
    step(&organiser, &done, "closing", json!({ "effect": "问题得到解决" })).await.ok(200);
    assert_eq!(rules(&li).await, ["P27"]);
    assert_eq!(rules(&wang).await, ["P27"], "his part was done");
    assert!(rules(&zhao).await.is_empty(), "he was off before");
}
