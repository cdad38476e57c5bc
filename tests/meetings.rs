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
        ("organisational_life", [false, true, true]),
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
    // he is at home in the branch
    assert_eq!(ids(&leader, "").await, [of_branch, of_group]);
    assert_eq!(ids(&secretary, "").await, [of_branch, of_group]);
    assert_eq!(ids(&auditor, "").await, [of_west, of_branch, of_group]);
    let unit = |code: &str| format!("?unit_id={}", app.unit(code));
    assert_eq!(ids(&secretary, &unit("XZ11")).await, [of_group]);
    assert_eq!(ids(&auditor, &unit("DW1")).await, [of_west, of_branch, of_group]);
    secretary.get(&format!("/meetings{}", unit("ZB2"))).await.refused(403, "access.out_of_scope");
    // `until` is the last day that is asked for
    assert_eq!(ids(&auditor, "?from=2026-06-15&until=2026-06-19").await, [of_branch]);
    assert_eq!(ids(&auditor, "?kind=branch").await, [of_west, of_branch]);
    assert_eq!(leader.get(&format!("/meetings/{of_branch}")).await.ok(200)["can_edit"], false);
    let change = json!({ "title": "改" });
    leader.patch(&format!("/meetings/{of_branch}"), change).await.refused(403, "access.out_of_scope");
    leader.get(&format!("/meetings/{of_west}")).await.refused(403, "access.out_of_scope");
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

async fn held(app: &TestApp, who: &Person<'_>, unit: &str, more: Value) -> String {
    let mut body =
        json!({ "kind": "branch", "unit_id": app.unit(unit), "held_on": "2026-07-01", "title": "七月党员大会" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("/meetings/{}", text(&who.post("/meetings", body).await.ok(201)["id"]))
}

#[tokio::test]
async fn a_meeting_says_when_in_the_day_and_where_and_its_hours_go_with_the_day() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let said = json!({ "begins_time": "14:00", "ends_time": "15:30", "place": "支部活动室" });
    let path = held(&app, &secretary, "ZB1", said).await;
    let seen = secretary.get(&path).await.ok(200);
    assert_eq!(
        (&seen["begins_at"], &seen["ends_at"]),
        (&json!("2026-07-01T14:00:00+08:00"), &json!("2026-07-01T15:30:00+08:00"))
    );
    assert_eq!(seen["place"], "支部活动室");
    assert_eq!(seen["code_opens_at"], "2026-07-01T13:30:00+08:00");
    let next = li.get("/me/today").await.ok(200)["branch"]["next_meeting"].clone();
    assert_eq!((&next["begins_at"], &next["place"]), (&seen["begins_at"], &seen["place"]));

    let moved = secretary.patch(&path, json!({ "held_on": "2026-07-03" })).await.ok(200);
    assert_eq!(
        (&moved["begins_at"], &moved["ends_at"]),
        (&json!("2026-07-03T14:00:00+08:00"), &json!("2026-07-03T15:30:00+08:00"))
    );
    let refused = secretary.patch(&path, json!({ "begins_time": "16:00" })).await;
    assert_eq!(fault(&refused), at("/ends_time", "not_after_beginning"));
    let bare = secretary.patch(&path, json!({ "begins_time": null, "place": null })).await.ok(200);
    assert_eq!([&bare["begins_at"], &bare["ends_at"], &bare["place"]], [&Value::Null; 3]);
    let only_end = json!({ "ends_time": "15:00" });
    assert_eq!(fault(&secretary.patch(&path, only_end).await), at("/ends_time", "not_after_beginning"));
}

#[tokio::test]
async fn members_read_what_is_held_for_their_branch_and_what_they_were_at() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let above = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let li = app.member("李一").home("XZ12").sign_in().await;
    let stranger = app.member("南客").home("XZ31").sign_in().await;
    let of_group = held(&app, &secretary, "XZ11", json!({ "kind": "group" })).await;
    let of_branch = held(&app, &secretary, "ZB1", json!({})).await;
    let committee = held(&app, &secretary, "ZB1", json!({ "kind": "branch_committee" })).await;
    let lecture = held(&app, &above, "DW1", json!({ "kind": "lecture" })).await;
    let party = held(&app, &above, "DW1", json!({ "kind": "party_committee" })).await;
    let visited = held(&app, &west, "ZB2", json!({ "attendance": [li.id] })).await;
    let excused = json!({ "kind": "theme_day", "excused": [{ "member_id": li.id, "reason": "shift" }] });
    let missed = held(&app, &west, "ZB2", excused).await;
    let foreign = held(&app, &west, "ZB2", json!({})).await;

    for path in [&of_group, &of_branch, &lecture, &visited, &missed] {
        let seen = li.get(path).await.ok(200);
        assert_eq!((&seen["can_edit"], &seen["can_delete"]), (&json!(false), &json!(false)), "{path}");
    }
    for path in [&committee, &party, &foreign] {
        li.get(path).await.refused(403, "access.out_of_scope");
    }
    stranger.get(&of_branch).await.refused(403, "access.out_of_scope");
    let listed = li.get("/meetings").await.ok(200);
    let mut ids: Vec<String> = items(&listed).iter().map(|seen| format!("/meetings/{}", text(&seen["id"]))).collect();
    ids.sort();
    let mut expected = vec![of_group.clone(), of_branch.clone(), lecture, visited, missed];
    expected.sort();
    assert_eq!(ids, expected);
    let of_unit = li.get(&format!("/meetings?unit_id={}", app.unit("ZB1"))).await.ok(200);
    assert_eq!(items(&of_unit).len(), 2);
    li.get(&format!("/meetings?unit_id={}", app.unit("ZB2"))).await.refused(403, "access.out_of_scope");
    assert!(items(&stranger.get("/meetings").await.ok(200)).is_empty());
    // an act of a leader stays a leader's
    li.patch(&of_branch, json!({ "title": "改" })).await.refused(403, "access.denied");
    assert_eq!(secretary.get(&of_branch).await.ok(200)["can_delete"], true);
}

#[tokio::test]
async fn the_code_on_the_screen_makes_a_member_present_once() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").home("XZ12").sign_in().await;
    let west = app.member("西客").home("XZ21").sign_in().await;
    let path = held(&app, &secretary, "ZB1", json!({ "begins_time": "08:10" })).await;
    let (screen, mine) = (format!("{path}/attendance-code"), format!("{path}/my-attendance"));
    li.get(&screen).await.refused(403, "access.denied");
    let shown = secretary.get(&screen).await.ok(200);
    assert_eq!(
        (shown["attendee_count"].as_i64(), shown["closes_at"].as_str()),
        (Some(0), Some("2026-07-01T12:10:00+08:00"))
    );
    let code = text(&shown["code"]);
    assert!(code.len() == 6 && code.chars().all(|c| c.is_ascii_digit()), "{code}");

    west.put(&mine, json!({ "code": code })).await.refused(403, "access.out_of_scope");
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    assert_eq!(fault(&li.put(&mine, json!({ "code": wrong })).await), at("/code", "wrong_code"));
    // typed with a full-width digit and a space, half a minute late
    app.advance_seconds(30);
    let later = text(&secretary.get(&screen).await.ok(200)["code"]);
    assert_ne!(later, code, "another one every thirty seconds");
    let typed = format!("{} {}", &code[..3], &code[3..]).replacen('1', "１", 1);
    let entered = li.put(&mine, json!({ "code": typed })).await.ok(200);
    assert_eq!(entered["entered_at"], "2026-07-01T08:00:30+08:00");
    app.advance_seconds(600);
    assert_eq!(li.put(&mine, json!({ "code": "000000" })).await.ok(200), entered, "again it changes nothing");
    let seen = secretary.get(&path).await.ok(200);
    assert_eq!(seen["attendees"], json!([{ "id": li.id, "name": "李一", "entered_at": entered["entered_at"] }]));
    assert_eq!((&seen["draft"], &seen["can_delete"]), (&json!(false), &json!(false)));
    secretary.delete(&path).await.refused(409, "meetings.attended");
    // what is written down by hand leaves those alone who entered the code
    let by_hand = secretary.patch(&path, json!({ "attendance": [secretary.id] })).await.ok(200);
    assert_eq!(by_hand["attendee_count"], 2);
    secretary.delete(&format!("{path}/attendance/{}", li.id)).await.ok(204);
    secretary.delete(&format!("{path}/attendance/{}", li.id)).await.refused(404, "meetings.attendance_not_found");
    assert_eq!(secretary.get(&path).await.ok(200)["attendance"], json!([secretary.id]));
}

#[tokio::test]
async fn an_old_code_is_worth_nothing_and_neither_is_one_of_another_meeting() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let path = held(&app, &secretary, "ZB1", json!({})).await;
    let other = held(&app, &secretary, "ZB1", json!({ "kind": "theme_day" })).await;
    let mine = format!("{path}/my-attendance");
    let code = text(&secretary.get(&format!("{path}/attendance-code")).await.ok(200)["code"]);
    let of_other = text(&secretary.get(&format!("{other}/attendance-code")).await.ok(200)["code"]);
    app.advance_seconds(60);
    for typed in [&code, &of_other] {
        assert_eq!(fault(&li.put(&mine, json!({ "code": typed })).await), at("/code", "wrong_code"));
    }
    app.set_clock("2026-07-02T00:00:00+08:00");
    let leader = app.member("组长").role(Role::Secretary, "ZB1").sign_in().await;
    leader.get(&format!("{path}/attendance-code")).await.refused(409, "meetings.not_in_hours");
    let wang = app.member("王一").sign_in().await;
    let refused = wang.put(&mine, json!({ "code": code })).await.refused(409, "meetings.not_in_hours");
    assert_eq!(refused["detail"], "签到时间为7月1日0时至7月2日0时");
}

#[tokio::test]
async fn who_guesses_codes_has_to_wait() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let path = held(&app, &secretary, "ZB1", json!({})).await;
    let mine = format!("{path}/my-attendance");
    let code = text(&secretary.get(&format!("{path}/attendance-code")).await.ok(200)["code"]);
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 500_000) % 1_000_000);
    for _ in 0..6 {
        let refused = li.put(&mine, json!({ "code": wrong })).await;
        assert!([422, 429].contains(&refused.status));
    }
    let refused = li.put(&mine, json!({ "code": code })).await;
    refused.refused(429, "meetings.too_many_tries");
    assert!(refused.header("retry-after").is_some());
    app.advance_seconds(10);
    let present = text(&secretary.get(&format!("{path}/attendance-code")).await.ok(200)["code"]);
    li.put(&mine, json!({ "code": present })).await.ok(200);
}

#[tokio::test]
async fn who_is_excused_was_not_there_and_why_is_told_to_few() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王一").sign_in().await);
    let path = held(&app, &secretary, "ZB1", json!({ "attendance": [wang.id] })).await;
    let of = |member: &Person<'_>, reason: &str| json!({ "member_id": member.id, "reason": reason });
    for (excused, expected) in [
        (json!([of(&li, "sick_leave"), of(&li, "shift")]), at("/excused/1/member_id", "named_twice")),
        (json!([of(&wang, "shift")]), at("/excused/0/member_id", "attended")),
        (json!([{ "member_id": app.unit("JT"), "reason": "other" }]), at("/excused/0/member_id", "no_such_member")),
    ] {
        assert_eq!(fault(&secretary.patch(&path, json!({ "excused": excused })).await), expected);
    }
    let excused = json!({ "excused": [of(&li, "sick_leave")] });
    let shown = |reason: Value| json!([{ "id": li.id, "name": "李一", "reason": reason }]);
    assert_eq!(secretary.patch(&path, excused).await.ok(200)["excused_members"], shown(json!("sick_leave")));
    let own = li.get(&path).await.ok(200);
    assert_eq!((&own["excused"], &own["excused_members"]), (&json!(true), &shown(json!("sick_leave"))));
    assert_eq!(wang.get(&path).await.ok(200)["excused_members"], shown(Value::Null));
    assert_eq!(items(&li.get("/meetings").await.ok(200))[0]["excused"], true);
    // he came after all
    let code = text(&secretary.get(&format!("{path}/attendance-code")).await.ok(200)["code"]);
    li.put(&format!("{path}/my-attendance"), json!({ "code": code })).await.ok(200);
    let seen = secretary.get(&path).await.ok(200);
    assert_eq!((&seen["excused_members"], &seen["attendee_count"]), (&json!([]), &json!(2)));
}

#[tokio::test]
async fn minutes_are_emptied_until_something_was_decided_by_them() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let path =
        held(&app, &leader, "XZ11", json!({ "kind": "group", "minutes": "一致同意", "attendance": [leader.id] })).await;
    assert_eq!(leader.patch(&path, json!({ "minutes": null })).await.ok(200)["has_minutes"], false);
    leader.patch(&path, json!({ "minutes": "一致同意征集" })).await.ok(200);
    let idea = submitted(&li, "矿灯改造").await;
    let id = path.trim_start_matches("/meetings/");
    leader.post(&format!("/ideas/{idea}/collection"), json!({ "meeting_id": id })).await.ok(200);
    leader.patch(&path, json!({ "minutes": null })).await.refused(409, "meetings.minutes_stand");
    let seen = leader.patch(&path, json!({ "minutes": "一致同意征集，会后补充" })).await.ok(200);
    assert_eq!((&seen["draft"], &seen["minutes"]), (&json!(false), &json!("一致同意征集，会后补充")));
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

#[tokio::test]
async fn a_meeting_shows_the_ideas_and_the_contest_that_belong_to_it_to_those_who_may_know_of_them() {
    let app = TestApp::start().await;
    let scene = crate::ideas::Scene::set(&app).await;
    let organiser = crate::contests::organiser(&app).await;
    let guest = app.member("客人").home("XZ31").sign_in().await;
    let (first, second) = (submitted(&scene.author, "甲点子").await, submitted(&scene.author, "乙点子").await);
    for id in [&first, &second] {
        scene.collect(id).await;
    }
    scene.decide(&first, "adopted").await;
    let of = async |who: &Person<'_>, id: &str| -> Vec<(String, String, String)> {
        let seen = who.get(&format!("/meetings/{id}")).await.ok(200);
        let things = seen["things"].as_array().unwrap().iter();
        things.map(|one| (text(&one["kind"]), text(&one["title"]), text(&one["id"]))).collect()
    };
    let idea = |title: &str, id: &str| ("idea".to_owned(), title.to_owned(), id.to_owned());
    assert_eq!(of(&scene.leader, &scene.group_meeting).await, [idea("甲点子", &first), idea("乙点子", &second)]);
    assert_eq!(of(&scene.secretary, &scene.committee_meeting).await, [idea("甲点子", &first)]);
    // who was at it from elsewhere reads the minutes, and nothing of ideas that he may not see
    let all = json!({ "attendance": [scene.leader.id, guest.id] });
    scene.leader.patch(&format!("/meetings/{}", scene.group_meeting), all).await.ok(200);
    assert!(of(&guest, &scene.group_meeting).await.is_empty());

    let held = meeting(&app, &scene.secretary, "branch", "ZB1").await;
    let changes = [("/unit_id", json!(app.unit("ZB1"))), ("/meeting_id", json!(held))];
    let body = crate::contests::with(crate::contests::body(&app), &changes);
    let contest = organiser.post("/contests", body).await.ok(201);
    assert!(of(&scene.author, &held).await.is_empty(), "a draft");
    organiser.post(&format!("/contests/{}/announcement", text(&contest["id"])), json!({})).await.ok(200);
    let shown = [("contest".to_owned(), "党章知识竞赛".to_owned(), text(&contest["id"]))];
    assert_eq!(of(&scene.author, &held).await, shown);
    assert_eq!(of(&scene.secretary, &held).await, shown);
}

#[tokio::test]
async fn photographs_are_put_on_by_who_leads_the_unit_and_seen_by_whoever_reads_the_meeting() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let secretary = app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await;
    let (li, south) = (app.member("李一").sign_in().await, app.member("南").home("XZ31").sign_in().await);
    let path = format!("/meetings/{}", text(&hold(&app, &leader, "group", "XZ11", "2026-07-01").await.ok(201)["id"]));
    let photographs = format!("{path}/photographs");
    let photo = async |who: &Person<'_>| {
        text(&crate::files::upload(who, "现场.jpg", crate::files::photograph()).await.ok(201)["id"])
    };
    let (first, second) = (photo(&leader).await, photo(&secretary).await);
    let report = text(&crate::files::upload(&leader, "记录.pdf", b"%PDF-1.4 test".to_vec()).await.ok(201)["id"]);
    assert_eq!(
        fault(&leader.post(&photographs, json!({ "file_ids": [report] })).await),
        at("/file_ids", "meetings.no_picture")
    );
    leader.post(&photographs, json!({ "file_ids": [second] })).await.refused(422, "files.unknown");
    leader.post(&photographs, json!({ "file_ids": [first] })).await.ok(200);
    let seen = leader.get(&path).await;
    let both = secretary.post(&photographs, json!({ "file_ids": [second] })).await.ok(200);
    assert_eq!(items(&both).len(), 2);
    // a photograph changes nothing of what was written down
    let tag = seen.header("etag").unwrap();
    let edit = leader.request(Method::PATCH, &path).header("if-match", tag).json(&json!({ "minutes": "传达学习" }));
    let edited = send(edit).await.ok(200);
    assert_eq!(edited["photographs"].as_array().unwrap().len(), 2);

    let shown = li.get(&path).await.ok(200);
    let address = text(&shown["photographs"][0]["url"]);
    assert_eq!(send(app.request(Method::GET, address.strip_prefix("/api/v1").unwrap())).await.status, 200);
    assert_eq!(li.get(&format!("/files/{first}")).await.status, 200);
    south.get(&format!("/files/{first}")).await.refused(404, "files.not_found");

    leader.delete(&format!("{photographs}/{second}")).await.ok(204);
    leader.delete(&format!("{photographs}/{second}")).await.refused(404, "meetings.file_not_found");
    leader.delete(&path).await.ok(204);
    li.get(&format!("/files/{first}")).await.refused(404, "files.not_found");
}
