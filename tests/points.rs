//! What members earn, what the caps leave them, and the rules in their versions.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;

use crate::boards::{answer, column};
use crate::support::{TestApp, send};

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
    let left =
        [json!(0), json!(6), json!(6), json!(null), json!(10), json!(null), json!(null), json!(null), json!(null)];
    assert_eq!(column(&mine, "rules", "left"), left.each_ref());
    let page = li.get("/me/points/entries?limit=2").await.ok(200);
    assert_eq!(
        (column(&page, "items", "points"), column(&page, "items", "wanted")),
        (vec![&json!(0), &json!(1)], vec![&json!(2), &json!(3)])
    );
    assert_eq!(page["items"][0]["rule_name"], "每日一答");
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = li.get(&format!("/me/points/entries?limit=2&cursor={cursor}")).await.ok(200);
    assert_eq!((column(&rest, "items", "points"), &rest["next_cursor"]), (vec![&json!(4)], &Value::Null));

    app.set_clock("2026-07-02T00:00:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    let mine = li.get("/me/points").await.ok(200);
    assert_eq!((&mine["total"]["day"], &mine["total"]["week"]), (&json!(0), &json!(5)));
    let left =
        [json!(5), json!(6), json!(6), json!(null), json!(10), json!(null), json!(null), json!(null), json!(null)];
    assert_eq!(column(&mine, "rules", "left"), left.each_ref());
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
    assert_eq!(column(&li.get(path).await.ok(200), "items", "version"), [2, 1, 1, 1, 1, 1, 1, 1, 1]);
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
