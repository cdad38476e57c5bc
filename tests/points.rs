//! What members earn, what the caps leave them, and the rules in their versions.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;

use crate::boards::{answer, column};
use crate::support::{Person, TestApp, send};

const RULES: &str = "/points/rules";

async fn committee(app: &TestApp) -> Person<'_> {
    app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await
}

/// What a list says of a rule.
fn of_rule<'a>(rules: &'a Value, name: &str) -> &'a Value {
    rules.as_array().unwrap().iter().find(|rule| rule["rule"] == name).unwrap_or_else(|| panic!("{name}: {rules}"))
}

/// A version of the daily paper's rule.
fn rule(points: i32, caps: Value, effective_on: &str) -> Value {
    json!({
        "rule": "quiz.daily", "name": format!("每日一答 {points}"), "dimension": "learning", "points": points,
        "caps": caps, "effective_on": effective_on,
    })
}

#[tokio::test]
async fn a_member_sees_every_entry_and_what_the_caps_leave() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    for (count, given) in [(4, 4), (3, 1), (2, 0)] {
        assert_eq!(answer(&app, li.id, count).await, given);
    }
    let mine = li.get("/me/points").await.ok(200);
    assert_eq!((&mine["total"]["day"], &mine["total"]["all"]), (&json!(5), &json!(5)));
    assert_eq!((&mine["dimensions"][1]["name"], &mine["dimensions"][1]["week"]), (&json!("学习培训"), &json!(5)));
    let left = ["quiz.daily", "study.read", "challenge", "contest", "idea.collected", "idea.adopted", "ballot.cast"]
        .map(|rule| of_rule(&mine["rules"], rule)["left"].clone());
    assert_eq!(left, [json!(0), json!(6), json!(6), json!(null), json!(10), json!(null), json!(null)]);
    let page = li.get("/me/points/entries?limit=2").await.ok(200);
    assert_eq!(
        (column(&page, "items", "points"), column(&page, "items", "wanted")),
        (vec![&json!(0), &json!(1)], vec![&json!(2), &json!(3)])
    );
    assert_eq!(page["items"][0]["name"], "每日一答");
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = li.get(&format!("/me/points/entries?limit=2&cursor={cursor}")).await.ok(200);
    assert_eq!((column(&rest, "items", "points"), &rest["next_cursor"]), (vec![&json!(4)], &Value::Null));

    app.set_clock("2026-07-02T00:00:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    let mine = li.get("/me/points").await.ok(200);
    assert_eq!((&mine["total"]["day"], &mine["total"]["week"]), (&json!(0), &json!(5)));
    assert_eq!(of_rule(&mine["rules"], "quiz.daily")["left"], 5);
}

#[tokio::test]
async fn members_points_are_for_those_who_answer_for_them() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let peer = app.member("王二").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let west = app.member("赵西").home("XZ21").unregistered().await.0;
    let nobody = app.unit("JT");
    answer(&app, li.id, 4).await;
    let of = |id: MemberId| format!("/members/{id}/points");
    for reader in [&li, &secretary, &auditor] {
        assert_eq!(reader.get(&of(li.id)).await.ok(200)["total"]["day"], 4);
    }
    peer.get(&of(li.id)).await.refused(403, "access.denied");
    peer.get(&format!("/members/{nobody}/points")).await.refused(403, "access.denied");
    secretary.get(&of(west)).await.refused(403, "access.out_of_scope");
    auditor.get(&of(west)).await.ok(200);
    auditor.get(&format!("/members/{nobody}/points")).await.refused(404, "members.not_found");
}

#[tokio::test]
async fn a_new_version_of_a_rule_holds_from_its_day() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let committee = app.member("党委").role(Role::CommitteeMember, "JT").sign_in().await;
    let lower = app.member("基层").role(Role::CommitteeMember, "DW1").sign_in().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let rule = |points: i32, on: &str| {
        json!({"rule": "quiz.daily", "name": "每日一答", "dimension": "learning", "points": points,
               "caps": {"day": 20}, "effective_on": on})
    };
    let path = "/points/rules";
    li.post(path, rule(2, "2026-07-02")).await.refused(403, "access.denied");
    lower.post(path, rule(2, "2026-07-02")).await.refused(403, "access.out_of_scope");
    committee.post(path, rule(2, "2026-06-30")).await.refused(422, "body.invalid");
    committee.post(path, rule(2, "2026-07-01")).await.refused(422, "body.invalid");
    committee.post(path, rule(-1, "2026-07-02")).await.refused(422, "body.invalid");

    let keyed = |key: &'static str, body: Value| {
        committee.request(Method::POST, path).header("idempotency-key", key).json(&body)
    };
    assert_eq!(send(keyed("a", rule(2, "2026-07-02"))).await.ok(201)["version"], 2);
    assert_eq!(committee.post(path, rule(2, "2026-07-02")).await.ok(200)["version"], 2);
    assert_eq!(committee.post(path, rule(3, "2026-07-03")).await.ok(201)["version"], 3);
    // the first request again, late: it does not bring version 2 back
    assert_eq!(send(keyed("a", rule(2, "2026-07-02"))).await.ok(201)["version"], 2);
    send(keyed("a", rule(4, "2026-07-02"))).await.refused(422, "idempotency.reused");

    assert_eq!(answer(&app, li.id, 3).await, 3);
    app.set_clock("2026-07-02T08:00:00+08:00");
    assert_eq!(answer(&app, li.id, 3).await, 6);
    let li = app.sign_in(li.id, &li.employee_no).await;
    let auditor = app.sign_in(auditor.id, &auditor.employee_no).await;
    let in_force = li.get(path).await.ok(200);
    assert_eq!(of_rule(&in_force["items"], "quiz.daily")["version"], 2);
    assert_eq!(column(&in_force, "items", "version").iter().filter(|version| **version == 1).count(), 8);
    li.get("/points/rules?all=true").await.refused(403, "access.denied");
    let all = auditor.get("/points/rules?all=true&limit=10").await.ok(200);
    assert_eq!(column(&all, "items", "version"), [1, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
    let cursor = all["next_cursor"].as_str().unwrap();
    let rest = auditor.get(&format!("/points/rules?all=true&cursor={cursor}")).await.ok(200);
    assert_eq!(column(&rest, "items", "rule"), ["study.read"]);
    let trail = auditor.get("/audit?action=points.write_rule").await.ok(200);
    let versions: Vec<_> = column(&trail, "items", "detail").into_iter().map(|detail| &detail["version"]).collect();
    assert_eq!(versions, [3, 2]);
}

#[tokio::test]
async fn a_version_of_a_rule_that_is_not_in_force_is_taken_back() {
    let app = TestApp::start().await;
    let committee = app.member("委员").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let rule = |points: i32, day: &str| json!({ "rule": "study.read", "name": "每日一学", "dimension": "learning", "points": points, "effective_on": day });
    let version = committee.post("/points/rules", rule(3, "2026-07-05")).await.ok(201)["version"].clone();
    let path = |version: &Value| format!("/points/rules/study.read/{version}");
    committee.delete(&path(&version)).await.ok(204);
    committee.delete(&path(&version)).await.refused(404, "points.rule_not_found");
    committee.delete(&path(&json!(1))).await.refused(409, "points.rule_in_force");
}

#[tokio::test]
async fn points_and_caps_lie_between_nothing_and_ten_thousand() {
    let app = TestApp::start().await;
    let committee = committee(&app).await;
    for (points, caps, pointer) in [
        (-1, json!({}), "/points"),
        (10_001, json!({}), "/points"),
        (1, json!({ "day": -1 }), "/caps"),
        (1, json!({ "week": 10_001 }), "/caps"),
        (1, json!({ "month": -1 }), "/caps"),
        (1, json!({ "year": 10_001 }), "/caps"),
    ] {
        let refused = committee.post(RULES, rule(points, caps, "2026-07-02")).await.refused(422, "body.invalid");
        let error = &refused["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!("points.out_of_range")));
    }
    let past = committee.post(RULES, rule(1, json!({}), "2026-06-30")).await.refused(422, "body.invalid");
    assert_eq!(past["errors"][0]["code"], "points.effective_in_the_past");
    committee.post(RULES, rule(0, json!({ "day": 0, "year": 10_000 }), "2026-07-02")).await.ok(201);
    committee.post(RULES, rule(10_000, json!({}), "2026-07-02")).await.ok(201);
}

#[tokio::test]
async fn the_narrowest_cap_decides_what_is_given_and_what_is_left() {
    let app = TestApp::start().await;
    let (li, committee) = (app.member("李一").sign_in().await, committee(&app).await);
    let caps = json!({ "day": 5, "week": 7, "month": 9, "year": 100 });
    committee.post(RULES, rule(1, caps, "2026-07-02")).await.ok(201);
    let left = async |li: &Person<'_>| {
        of_rule(&li.get("/me/points").await.ok(200)["rules"], "quiz.daily")["left"].as_i64().unwrap()
    };
    // a Thursday: the week of 7 ends with Sunday the 5th, the month of 9 goes on
    for (day, given, remains) in [("02", 5, 0), ("03", 2, 0), ("06", 2, 0), ("07", 0, 0)] {
        app.set_clock(&format!("2026-07-{day}T08:00:00+08:00"));
        assert_eq!(answer(&app, li.id, 9).await, given, "on the {day}");
        assert_eq!(left(&app.sign_in(li.id, &li.employee_no).await).await, remains, "on the {day}");
    }
    app.set_clock("2026-08-01T08:00:00+08:00");
    assert_eq!(left(&app.sign_in(li.id, &li.employee_no).await).await, 5, "a Saturday of a new week and month");
}

#[tokio::test]
async fn an_entry_keeps_the_version_and_the_name_by_which_it_was_given() {
    let app = TestApp::start().await;
    let (li, committee) = (app.member("李一").sign_in().await, committee(&app).await);
    assert_eq!(answer(&app, li.id, 2).await, 2);
    committee.post(RULES, rule(3, json!({}), "2026-07-02")).await.ok(201);
    app.set_clock("2026-07-02T08:00:00+08:00");
    assert_eq!(answer(&app, li.id, 2).await, 6);
    let li = app.sign_in(li.id, &li.employee_no).await;
    let entries = li.get("/me/points/entries").await.ok(200);
    assert_eq!(column(&entries, "items", "name"), ["每日一答 3", "每日一答"]);
    assert_eq!(column(&entries, "items", "rule_version"), [2, 1]);
    assert_eq!(column(&entries, "items", "capped"), [false, false]);
    assert_eq!(entries["items"][0]["source"]["kind"], "quiz_submission");
}

#[tokio::test]
async fn of_versions_whose_day_has_come_the_one_of_the_latest_day_holds_and_of_two_of_a_day_the_newer() {
    let app = TestApp::start().await;
    let (li, committee) = (app.member("李一").sign_in().await, committee(&app).await);
    for (points, day) in [(5, "2026-07-04"), (3, "2026-07-03"), (2, "2026-07-02"), (4, "2026-07-03")] {
        committee.post(RULES, rule(points, json!({}), day)).await.ok(201);
    }
    for (day, given) in [("01", 1), ("02", 2), ("03", 4), ("04", 5), ("05", 5)] {
        app.set_clock(&format!("2026-07-{day}T08:00:00+08:00"));
        assert_eq!(answer(&app, li.id, 1).await, given, "on the {day}");
    }
}

#[tokio::test]
async fn who_has_left_keeps_what_he_earned_and_gets_nothing_more() {
    let app = TestApp::start().await;
    let (li, auditor) =
        (app.member("李一").sign_in().await, app.member("审计").role(Role::Auditor, "JT").sign_in().await);
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    assert_eq!(answer(&app, li.id, 3).await, 3);
    admin.patch(&format!("/members/{}", li.id), json!({ "status": "left" })).await.ok(200);
    assert_eq!(answer(&app, li.id, 2).await, 0);
    let entries = auditor.get(&format!("/members/{}/points", li.id)).await.ok(200);
    assert_eq!(entries["total"]["all"], 3, "{entries}");
}

#[tokio::test]
async fn of_versions_that_are_written_at_once_each_has_its_number_or_is_refused() {
    let app = TestApp::start().await;
    let committee = committee(&app).await;
    let writing = (1..=12).map(|points| committee.post(RULES, rule(points, json!({}), "2026-07-02")));
    let mut written = Vec::new();
    for reply in join_all(writing).await {
        match reply.status {
            201 => written.push(reply.json()["version"].as_i64().unwrap()),
            _ => drop(reply.refused(409, "points.rule_changed")),
        }
    }
    written.sort_unstable();
    let count = i64::try_from(written.len()).unwrap();
    assert!(count >= 1 && written == (2..2 + count).collect::<Vec<_>>(), "{written:?}");
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let all = auditor.get("/points/rules?all=true&limit=100").await.ok(200);
    let kept = all["items"].as_array().unwrap().iter().filter(|rule| rule["rule"] == "quiz.daily").count();
    assert_eq!(kept, written.len() + 1);
    let trail = auditor.get("/audit?action=points.write_rule&limit=100").await.ok(200);
    assert_eq!(trail["items"].as_array().unwrap().len(), written.len());
}

#[tokio::test]
async fn a_version_that_was_taken_back_does_not_come_back_with_its_late_request() {
    let app = TestApp::start().await;
    let committee = committee(&app).await;
    let write = async || {
        let request = committee.request(Method::POST, RULES).header("idempotency-key", "rule-1");
        send(request.json(&rule(2, json!({}), "2026-07-05"))).await
    };
    assert_eq!(write().await.ok(201)["version"], 2);
    committee.delete("/points/rules/quiz.daily/2").await.ok(204);
    write().await.refused(410, "points.rule_withdrawn");
    // written anew it is in force from its day on
    committee.post(RULES, rule(2, json!({}), "2026-07-05")).await.ok(201);
    let li = app.member("李一").sign_in().await;
    app.set_clock("2026-07-05T08:00:00+08:00");
    assert_eq!(answer(&app, li.id, 2).await, 4);
}

#[tokio::test]
async fn a_rule_is_taken_back_at_the_top_only_and_never_once_it_is_in_force() {
    let app = TestApp::start().await;
    let committee = committee(&app).await;
    let lower = app.member("基层").role(Role::CommitteeMember, "DW1").sign_in().await;
    committee.post(RULES, rule(2, json!({}), "2026-07-02")).await.ok(201);
    let path = "/points/rules/quiz.daily/2";
    lower.delete(path).await.refused(403, "access.out_of_scope");
    committee.delete("/points/rules/quiz.daily/9").await.refused(404, "points.rule_not_found");
    app.set_clock("2026-07-02T00:00:00+08:00");
    let committee = app.sign_in(committee.id, &committee.employee_no).await;
    committee.delete(path).await.refused(409, "points.rule_in_force");
}
