//! Meetings: who writes which down, who reads them, and what stands once something happened there.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{items, meeting, submitted, text};
use crate::support::{Person, Reply, TestApp, send};

async fn hold(app: &TestApp, who: &Person<'_>, kind: &str, unit: &str, held_on: &str) -> Reply {
    let body = json!({ "kind": kind, "unit_id": app.unit(unit), "held_on": held_on, "title": "例会" });
    who.post("/meetings", body).await
}

/// The pointer and the code of what is wrong with a body.
fn fault(reply: &Reply) -> (String, String) {
    let error = &reply.refused(422, "body.invalid")["errors"][0];
    (text(&error["pointer"]), text(&error["code"]))
}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

#[tokio::test]
async fn each_unit_holds_its_own_kinds_of_meeting() {
    let app = TestApp::start().await;
    let committee = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    for (kind, holders) in [
        ("group", [false, false, true]),
        ("branch_committee", [false, true, false]),
        ("branch", [false, true, false]),
        ("party_committee", [true, false, false]),
        ("lecture", [true, true, true]),
        ("theme_day", [true, true, true]),
    ] {
        for (unit, may) in ["DW1", "ZB1", "XZ11"].into_iter().zip(holders) {
            let reply = hold(&app, &committee, kind, unit, "2026-07-01").await;
            if may {
                reply.ok(201);
            } else {
                assert_eq!(fault(&reply), at("/kind", "wrong_kind"), "{kind} of {unit}");
            }
        }
    }
}

#[tokio::test]
async fn a_meeting_is_planned_a_year_ahead_at_most() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let last = text(&hold(&app, &leader, "group", "XZ11", "2027-07-02").await.ok(201)["id"]);
    assert_eq!(fault(&hold(&app, &leader, "group", "XZ11", "2027-07-03").await), at("/held_on", "too_far"));
    let path = format!("/meetings/{last}");
    assert_eq!(fault(&leader.patch(&path, json!({ "held_on": "2027-07-03" })).await), at("/held_on", "too_far"));
    leader.patch(&path, json!({ "held_on": "2020-01-01" })).await.ok(200);
}

#[tokio::test]
async fn attendance_names_members_of_the_roster_once_each_and_a_thousand_at_most() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let guest = app.member("客人").home("XZ31").unregistered().await.0;
    let mut body = json!({ "kind": "group", "unit_id": app.unit("XZ11"), "held_on": "2026-07-01", "title": "例会" });
    for (attendance, expected) in [
        (json!([leader.id, guest, leader.id]), at("/attendance/2", "named_twice")),
        (json!([guest, app.unit("JT")]), at("/attendance/1", "no_such_member")),
        (json!(vec![guest; 1001]), at("/attendance", "too_many")),
    ] {
        body["attendance"] = attendance.clone();
        assert_eq!(fault(&leader.post("/meetings", body.clone()).await), expected);
        body["attendance"] = json!([leader.id, guest]);
        let held = leader.post("/meetings", body.clone()).await.ok(201);
        let path = format!("/meetings/{}", text(&held["id"]));
        assert_eq!(fault(&leader.patch(&path, json!({ "attendance": attendance })).await), expected);
        let seen = leader.get(&path).await.ok(200)["attendance"].clone();
        assert_eq!(seen.as_array().unwrap().len(), 2, "what was refused changed nothing");
    }
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name_and_neither_kind_nor_unit_changes() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let path = format!("/meetings/{}", meeting(&app, &leader, "group", "XZ11").await);
    let before = leader.get(&path).await.ok(200);
    app.advance_seconds(60);
    let after = leader.patch(&path, json!({ "minutes": "一致同意" })).await.ok(200);
    let mut expected = before.clone();
    expected["minutes"] = json!("一致同意");
    expected["has_minutes"] = json!(true);
    expected["updated_at"] = after["updated_at"].clone();
    assert_eq!(after, expected);
    assert_ne!(after["updated_at"], before["updated_at"]);
    for change in [json!({ "kind": "lecture" }), json!({ "unit_id": app.unit("XZ12") })] {
        leader.patch(&path, change).await.refused(422, "body.invalid");
    }
    assert_eq!(leader.get(&path).await.ok(200), after);
}

#[tokio::test]
async fn whoever_leads_a_unit_writes_and_reads_its_meetings_and_those_below_it() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let of_group = text(&hold(&app, &leader, "group", "XZ11", "2026-06-01").await.ok(201)["id"]);
    let of_branch = text(&hold(&app, &secretary, "branch", "ZB1", "2026-06-15").await.ok(201)["id"]);
    let of_west = text(&hold(&app, &west, "branch", "ZB2", "2026-06-20").await.ok(201)["id"]);
    let (of_group, of_branch, of_west) = (of_group.as_str(), of_branch.as_str(), of_west.as_str());
    hold(&app, &leader, "branch", "ZB1", "2026-06-15").await.refused(403, "access.out_of_scope");
    hold(&app, &west, "group", "XZ11", "2026-06-15").await.refused(403, "access.out_of_scope");
    let unknown = json!({ "kind": "group", "unit_id": leader.id, "held_on": "2026-07-01", "title": "例会" });
    assert_eq!(fault(&leader.post("/meetings", unknown).await), at("/unit_id", "no_such_unit"));

    let ids = async |who: &Person<'_>, query: &str| -> Vec<String> {
        items(&who.get(&format!("/meetings{query}")).await.ok(200)).iter().map(|seen| text(&seen["id"])).collect()
    };
    assert_eq!(ids(&leader, "").await, [of_group]);
    assert_eq!(ids(&secretary, "").await, [of_branch, of_group]);
    assert_eq!(ids(&auditor, "").await, [of_west, of_branch, of_group]);
    let unit = |code: &str| format!("?unit_id={}", app.unit(code));
    assert_eq!(ids(&secretary, &unit("XZ11")).await, [of_group]);
    assert_eq!(ids(&auditor, &unit("DW1")).await, [of_west, of_branch, of_group]);
    secretary.get(&format!("/meetings{}", unit("ZB2"))).await.refused(403, "access.out_of_scope");
    // `until` is the last day that is asked for
    assert_eq!(ids(&auditor, "?from=2026-06-15&until=2026-06-19").await, [of_branch]);
    assert_eq!(ids(&auditor, "?kind=branch").await, [of_west, of_branch]);
    leader.get(&format!("/meetings/{of_branch}")).await.refused(403, "access.out_of_scope");
    secretary
        .patch(&format!("/meetings/{of_west}"), json!({ "title": "改" }))
        .await
        .refused(403, "access.out_of_scope");
    secretary.delete(&format!("/meetings/{of_west}")).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn meetings_of_one_day_have_pages_without_gaps() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    for day in ["2026-06-01", "2026-06-02", "2026-06-02", "2026-06-02", "2026-06-03"] {
        hold(&app, &leader, "group", "XZ11", day).await.ok(201);
    }
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut path = "/meetings?limit=2".to_owned();
    loop {
        let page = leader.get(&path).await.ok(200);
        seen.extend(items(&page).iter().map(|held| (text(&held["held_on"]), text(&held["id"]))));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/meetings?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once: {seen:?}");
}

#[tokio::test]
async fn a_meeting_that_is_sent_twice_is_written_once() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let post = async |title: &str| {
        let body = json!({ "kind": "group", "unit_id": app.unit("XZ11"), "held_on": "2026-07-01", "title": title });
        send(leader.request(Method::POST, "/meetings").header("idempotency-key", "m-1").json(&body)).await
    };
    let first = post("例会").await.ok(201);
    assert_eq!(post("例会").await.ok(201), first);
    post("另一个会").await.refused(422, "idempotency.reused");
    assert_eq!(items(&leader.get("/meetings").await.ok(200)).len(), 1);
    leader.delete(&format!("/meetings/{}", text(&first["id"]))).await.ok(204);
    post("例会").await.refused(404, "meetings.not_found");
}

#[tokio::test]
async fn of_a_collection_and_the_end_of_its_meeting_at_once_one_comes_first() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    for round in 0..12 {
        let held = meeting(&app, &leader, "group", "XZ11").await;
        let idea = submitted(&li, &format!("第{round}个点子")).await;
        let (meeting, collection) = (format!("/meetings/{held}"), format!("/ideas/{idea}/collection"));
        let body = json!({ "meeting_id": held });
        let (collected, ended) = if round % 3 == 0 {
            tokio::join!(secretary.post(&collection, body), leader.delete(&meeting))
        } else if round % 3 == 1 {
            let (ended, collected) = tokio::join!(leader.delete(&meeting), secretary.post(&collection, body));
            (collected, ended)
        } else {
            // to a day that is still to come, at which nothing can have been collected
            let later = json!({ "held_on": "2026-07-02" });
            tokio::join!(secretary.post(&collection, body), leader.patch(&meeting, later))
        };
        let kept: Value = leader.get(&meeting).await.json();
        if collected.status == 200 {
            let code = if round % 3 == 2 { "meetings.day_stands" } else { "meetings.in_use" };
            ended.refused(409, code);
            assert_eq!(kept["held_on"], "2026-07-01");
        } else {
            let code = if round % 3 == 2 { "not_held" } else { "no_such_meeting" };
            assert_eq!(fault(&collected), at("/meeting_id", code));
            assert!(ended.status < 300, "{}", ended.text());
            assert_eq!(kept["held_on"].as_str(), (round % 3 == 2).then_some("2026-07-02"));
        }
    }
}

#[tokio::test]
async fn a_meeting_is_deleted_by_who_wrote_it_down_unless_something_happened_at_it() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let mistaken = meeting(&app, &leader, "group", "XZ11").await;
    secretary.delete(&format!("/meetings/{mistaken}")).await.refused(403, "meetings.not_author");
    leader.delete(&format!("/meetings/{mistaken}")).await.ok(204);
    leader.get(&format!("/meetings/{mistaken}")).await.refused(404, "meetings.not_found");
    let held = meeting(&app, &leader, "group", "XZ11").await;
    let idea = submitted(&li, "矿灯改造").await;
    leader.post(&format!("/ideas/{idea}/collection"), json!({ "meeting_id": held })).await.ok(200);
    leader.delete(&format!("/meetings/{held}")).await.refused(409, "meetings.in_use");
}

#[tokio::test]
async fn minutes_of_two_writers_are_kept_in_versions_that_those_read_who_read_the_meeting() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let member = app.member("李一").sign_in().await;
    let path = format!("/meetings/{}", meeting(&app, &leader, "group", "XZ11").await);
    let versions = format!("{path}/versions");
    let only = leader.get(&versions).await.ok(200);
    assert_eq!((items(&only).len(), &items(&only)[0]["written_by"]["name"]), (1, &json!("组长")));
    app.advance_seconds(60);
    leader.patch(&path, json!({ "minutes": "一致同意" })).await.ok(200);
    app.advance_seconds(60);
    // he has not seen what the leader wrote, and nothing of it is lost
    secretary.patch(&path, json!({ "minutes": "多数同意", "attendance": [leader.id, secretary.id] })).await.ok(200);
    secretary.patch(&path, json!({ "minutes": "多数同意" })).await.ok(200);
    let seen = auditor.get(&versions).await.ok(200);
    let told: Vec<(i64, String, String, usize)> = (items(&seen).iter())
        .map(|one| {
            let present = one["attendance"].as_array().unwrap().len();
            (one["version"].as_i64().unwrap(), text(&one["written_by"]["name"]), text(&one["minutes"]), present)
        })
        .collect();
    let version = |n, by: &str, minutes: &str, present| (n, by.to_owned(), minutes.to_owned(), present);
    let expected = [version(1, "组长", "", 1), version(2, "组长", "一致同意", 1), version(3, "书记", "多数同意", 2)];
    assert_eq!(told, expected, "what says the same makes no version");
    let first = auditor.get(&format!("{versions}?limit=2")).await.ok(200);
    let next = format!("{versions}?limit=2&cursor={}", text(&first["next_cursor"]));
    assert_eq!(items(&auditor.get(&next).await.ok(200))[..], items(&seen)[2..]);
    west.get(&versions).await.refused(403, "access.out_of_scope");
    member.get(&versions).await.refused(403, "access.denied");
    // nor is it lost with the meeting
    leader.delete(&path).await.refused(409, "meetings.others_wrote");
    let own = format!("/meetings/{}", meeting(&app, &leader, "group", "XZ11").await);
    leader.patch(&own, json!({ "minutes": "记错了" })).await.ok(200);
    leader.delete(&own).await.ok(204);
}
