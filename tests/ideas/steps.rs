//! The loop itself: who does what, where, and what everybody hears and earns.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::db::{Never, Stop};

use super::{Scene, earned, idea, items, meeting, notices, submitted, text};
use crate::support::{TestApp, on_postgres};

#[tokio::test]
async fn an_idea_goes_from_a_draft_to_its_outcomes() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let co_author = app.member("张二").sign_in().await;
    let mut body = idea("皮带智能巡检", false);
    body["co_author_ids"] = json!([co_author.id]);
    let draft = scene.author.post("/ideas", body).await.ok(201);
    let id = text(&draft["id"]);
    assert_eq!((&draft["state"], &draft["may"]), (&json!("draft"), &json!(["submit", "withdraw"])));
    scene.leader.get(&format!("/ideas/{id}")).await.refused(404, "ideas.not_found");
    let change = json!({ "title": "皮带跑偏智能巡检", "category": "创新" });
    assert_eq!(scene.author.patch(&format!("/ideas/{id}"), change).await.ok(200)["category"], "创新");
    let path = |step: &str| format!("/ideas/{id}/{step}");
    scene.author.post(&path("submission"), json!({})).await.ok(200);
    let edit = scene.author.patch(&format!("/ideas/{id}"), json!({ "title": "太晚" })).await;
    edit.refused(409, "ideas.wrong_state");

    app.advance_seconds(60);
    assert_eq!(scene.collect(&id).await["state"], "collected");
    app.advance_seconds(60);
    let decided = scene.decide(&id, "adopted").await;
    assert_eq!(decided["decision"]["reason"], "经讨论：adopted");
    assert_eq!(decided["decision"]["meeting_id"], json!(scene.committee_meeting));
    app.advance_seconds(60);
    let assigned = scene.assign(&id, &scene.worker, "2026-07-20").await;
    assert_eq!((&assigned["implementer"]["name"], &assigned["due_on"]), (&json!("王工"), &json!("2026-07-20")));
    app.advance_seconds(60);
    scene.work(&id, &scene.worker).await;
    let back = json!({ "reason": "缺少对比数据" });
    let returned = scene.committee.post(&path("return"), back).await.ok(200);
    assert_eq!(returned["state"], "implementing");
    let seen = scene.worker.get(&format!("/ideas/{id}")).await.ok(200);
    assert_eq!(seen["return_reason"], "缺少对比数据");
    scene.worker.post(&path("delivery"), json!({ "evidence": "停机时间由 40 分钟降到 12 分钟" })).await.ok(200);
    app.advance_seconds(60);
    let accepted = scene.committee.post(&path("acceptance"), json!({ "note": "达到预期" })).await.ok(200);
    assert_eq!((&accepted["state"], &accepted["may"]), (&json!("accepted"), &json!(["record_outcome", "close"])));
    let patent = json!({ "kind": "patent", "title": "一种皮带跑偏识别装置" });
    scene.committee.post(&path("outcomes"), patent).await.ok(200);
    let saved = json!({ "kind": "savings", "title": "年节约维修费", "amount_fen": 80_000_000 });
    let with_outcomes = scene.committee.post(&path("outcomes"), saved).await.ok(200);
    assert_eq!(with_outcomes["outcomes"][1]["amount_fen"], 80_000_000);
    assert_eq!(scene.secretary.post(&path("closure"), json!({})).await.ok(200)["state"], "closed");

    let timeline = scene.author.get(&path("timeline")).await.ok(200);
    let verbs: Vec<&str> = items(&timeline).iter().map(|step| step["verb"].as_str().unwrap()).collect();
    assert_eq!(
        verbs,
        [
            "submit",
            "collect",
            "adopt",
            "assign",
            "report",
            "deliver",
            "return",
            "deliver",
            "accept",
            "record_outcome",
            "record_outcome",
            "close"
        ]
    );
    assert_eq!(items(&timeline)[1]["meeting"]["kind"], "group");
    assert_eq!(items(&timeline)[2]["meeting"]["kind"], "branch_committee");
    app.drain().await;
    check_telling(&scene, &co_author).await;
    check_points(&scene, &co_author).await;
}

/// Author, co-author and implementer hear of every step that they did not take themselves.
async fn check_telling(scene: &Scene<'_>, co_author: &crate::support::Person<'_>) {
    let told = notices(&scene.author).await;
    assert_eq!(told.len(), 11, "{told:?}");
    let page = scene.author.get("/me/notices?limit=100").await.ok(200);
    let recorded = "登记了成果：节约金额“年节约维修费”（800,000.00 元）。";
    assert!(page.to_string().contains(recorded), "{page}");
    assert!(told[10].contains("征集") && told[9].contains("采纳") && told[0].contains("办结"), "{told:?}");
    assert_eq!(notices(co_author).await.len(), 12);
    let worker = notices(&scene.worker).await;
    assert_eq!(worker.len(), 6, "assigned, returned, accepted, two outcomes, closed: {worker:?}");
    assert!(notices(&scene.leader).await.is_empty());
}

async fn check_points(scene: &Scene<'_>, co_author: &crate::support::Person<'_>) {
    let entry = |rule: &str, points| (rule.to_owned(), points);
    let wrote = [
        entry("idea.collected", 2),
        entry("idea.adopted", 10),
        entry("idea.implemented", 20),
        entry("idea.outcome", 10),
        entry("idea.outcome", 10),
    ];
    assert_eq!(earned(&scene.author).await, wrote);
    assert_eq!(earned(co_author).await, wrote);
    assert_eq!(earned(&scene.worker).await, wrote[2..]);
    assert!(earned(&scene.secretary).await.is_empty());
}

#[tokio::test]
async fn of_two_deciders_at_once_one_decides_and_the_other_hears_the_outcome() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    for round in 0..5 {
        let id = submitted(&scene.author, &format!("第{round}个点子")).await;
        scene.collect(&id).await;
        let path = format!("/ideas/{id}/decision");
        let (adopt, decline) = tokio::join!(
            scene.secretary.post(&path, scene.decision("adopted")),
            scene.committee.post(&path, scene.decision("declined")),
        );
        let (won, lost, verdict) =
            if adopt.status == 200 { (adopt, decline, "adopted") } else { (decline, adopt, "declined") };
        assert_eq!(won.ok(200)["decision"]["verdict"], verdict);
        let refusal = lost.refused(409, "ideas.already_decided");
        assert_eq!(refusal["errors"][0]["code"], verdict);
        let timeline = scene.author.get(&format!("/ideas/{id}/timeline")).await.ok(200);
        assert_eq!(items(&timeline).len(), 3);
    }
}

#[tokio::test]
async fn the_same_request_of_the_same_person_again_gives_the_first_outcome() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    let first = scene.collect(&id).await;
    assert_eq!(scene.collect(&id).await, first);
    let replies = futures_util::future::join_all((0..8).map(|_| scene.decide(&id, "adopted"))).await;
    assert!(replies.iter().all(|seen| seen == &replies[0]), "{replies:?}");
    scene.assign(&id, &scene.worker, "2026-07-20").await;
    // late, when the idea has gone on
    assert_eq!(scene.collect(&id).await["state"], "assigned");
    assert_eq!(scene.decide(&id, "adopted").await["state"], "assigned");
    // the same from somebody else, and something else from the same person, are no repetitions
    let other = scene.committee.post(&path("decision"), scene.decision("adopted")).await;
    other.refused(409, "ideas.already_decided");
    let other = scene.secretary.post(&path("decision"), scene.decision("declined")).await;
    assert_eq!(other.refused(409, "ideas.already_decided")["errors"][0]["code"], "adopted");
    for _ in 0..3 {
        scene.worker.post(&path("progress"), json!({ "text": "进展正常" })).await.ok(200);
    }
    app.set_clock("2026-07-02T09:00:00+08:00");
    let worker = app.sign_in(scene.worker.id, &scene.worker.employee_no).await;
    worker.post(&path("progress"), json!({ "text": "进展正常" })).await.ok(200);
    let timeline = worker.get(&path("timeline")).await.ok(200);
    let reports = items(&timeline).iter().filter(|step| step["verb"] == "report").count();
    assert_eq!(reports, 2, "one a day");
    let entries = app.sign_in(scene.author.id, &scene.author.employee_no).await;
    assert_eq!(earned(&entries).await.len(), 2);
}

#[tokio::test]
async fn an_implementer_never_accepts_his_own_work_not_even_as_secretary() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    scene.collect(&id).await;
    scene.decide(&id, "pilot").await;
    // by another hand, since nobody who carries it out handles it
    let to = |person: &crate::support::Person<'_>| json!({ "implementer_id": person.id, "due_on": "2026-07-20" });
    scene.committee.post(&path("assignment"), to(&scene.secretary)).await.ok(200);
    scene.work(&id, &scene.secretary).await;
    scene.secretary.post(&path("acceptance"), json!({})).await.refused(403, "ideas.own_idea");
    scene.secretary.post(&path("return"), json!({ "reason": "重做" })).await.refused(403, "ideas.own_idea");
    scene.committee.post(&path("acceptance"), json!({})).await.ok(200);

    // nor work that he began and somebody else finished
    let id = submitted(&scene.author, "又一个点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.committee.post(&path("assignment"), to(&scene.secretary)).await.ok(200);
    scene.secretary.post(&path("progress"), json!({ "text": "开工" })).await.ok(200);
    scene.committee.post(&path("assignment"), to(&scene.worker)).await.ok(200);
    scene.work(&id, &scene.worker).await;
    scene.secretary.post(&path("acceptance"), json!({})).await.refused(403, "ideas.own_idea");
    // what was collected twice earns once; implemented goes to anyone who carries it out at the end
    scene.committee.post(&path("acceptance"), json!({})).await.ok(200);
    assert!(earned(&scene.secretary).await.iter().all(|(rule, _)| rule == "idea.implemented"));
    assert_eq!(earned(&scene.secretary).await.len(), 1);
}

#[tokio::test]
async fn nobody_handles_his_own_idea_and_the_next_unit_up_acts() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let committee_above = meeting(&app, &above, "party_committee", "DW1").await;
    let id = submitted(&scene.leader, "组长的点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    let at = |meeting: &str| json!({ "meeting_id": meeting });
    scene.leader.post(&path("collection"), at(&scene.group_meeting)).await.refused(403, "ideas.own_idea");
    scene.secretary.post(&path("collection"), at(&scene.committee_meeting)).await.ok(200);

    let mut body = idea("书记和支委的点子", true);
    body["co_author_ids"] = json!([scene.committee.id]);
    let id = text(&scene.secretary.post("/ideas", body).await.ok(201)["id"]);
    let path = |step: &str| format!("/ideas/{id}/{step}");
    // the secretary's home is the second group, whose leader is missing: the branch acts, and is in conflict
    for person in [&scene.secretary, &scene.committee] {
        person.post(&path("collection"), at(&scene.committee_meeting)).await.refused(403, "ideas.own_idea");
    }
    above.post(&path("collection"), at(&committee_above)).await.ok(200);
    scene.committee.post(&path("decision"), scene.decision("adopted")).await.refused(403, "ideas.own_idea");
    let decision = json!({ "verdict": "adopted", "meeting_id": committee_above, "reason": "同意" });
    above.post(&path("decision"), decision).await.ok(200);
}

#[tokio::test]
async fn meetings_must_be_the_right_ones_and_over() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let other_leader = app.member("西组长").home("XZ21").role(Role::GroupLeader, "XZ21").sign_in().await;
    let elsewhere = meeting(&app, &other_leader, "group", "XZ21").await;
    let id = submitted(&scene.author, "点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    let mut later = json!({
        "kind": "group", "unit_id": app.unit("XZ11"), "held_on": "2026-07-02", "title": "明天的会",
    });
    let tomorrow = text(&scene.leader.post("/meetings", later.clone()).await.ok(201)["id"]);
    for (meeting, code) in [
        (elsewhere.as_str(), "wrong_meeting"),
        (scene.committee_meeting.as_str(), "wrong_meeting"),
        (tomorrow.as_str(), "not_held"),
        ("00000000-0000-0000-0000-000000000000", "no_such_meeting"),
    ] {
        let refusal = scene.leader.post(&path("collection"), json!({ "meeting_id": meeting })).await;
        assert_eq!(refusal.refused(422, "body.invalid")["errors"][0]["code"], code, "{meeting}");
    }
    other_leader.post(&path("collection"), json!({ "meeting_id": elsewhere })).await.refused(404, "ideas.not_found");
    scene.collect(&id).await;
    let mut decision = scene.decision("adopted");
    decision["meeting_id"] = json!(scene.group_meeting);
    let refusal = scene.secretary.post(&path("decision"), decision).await.refused(422, "body.invalid");
    assert_eq!(refusal["errors"][0]["code"], "wrong_meeting");

    // something was collected there, so it was held on that day
    let edit = format!("/meetings/{}", scene.group_meeting);
    scene.leader.patch(&edit, json!({ "held_on": "2026-06-30" })).await.refused(409, "meetings.day_stands");
    scene.leader.patch(&edit, json!({ "held_on": "2026-07-01", "title": "例会" })).await.ok(200);
    let planned = format!("/meetings/{tomorrow}");
    scene.leader.patch(&planned, json!({ "held_on": "2026-07-02" })).await.ok(200);

    // the meetings themselves
    later["kind"] = json!("branch_committee");
    let refusal = scene.leader.post("/meetings", later.clone()).await.refused(422, "body.invalid");
    assert_eq!(refusal["errors"][0]["code"], "wrong_kind");
    later["unit_id"] = json!(app.unit("ZB1"));
    scene.leader.post("/meetings", later).await.refused(403, "access.out_of_scope");
    let change = json!({ "minutes": "一致同意", "attendance": [scene.leader.id, scene.author.id] });
    let path = format!("/meetings/{}", scene.group_meeting);
    scene.leader.patch(&path, change).await.ok(200);
    let seen = scene.secretary.get(&path).await.ok(200);
    assert_eq!((&seen["minutes"], seen["attendance"].as_array().unwrap().len()), (&json!("一致同意"), 2));
    let twice = json!({ "attendance": [scene.leader.id, scene.leader.id] });
    assert_eq!(scene.leader.patch(&path, twice).await.refused(422, "body.invalid")["errors"][0]["code"], "named_twice");
    other_leader.get(&path).await.refused(403, "access.out_of_scope");
    assert_eq!(scene.author.get(&path).await.ok(200)["can_edit"], false, "a member of the branch reads it");
    let listed = scene.secretary.get("/meetings?kind=group&limit=1").await.ok(200);
    assert_eq!(items(&listed)[0]["held_on"], "2026-07-02");
    let next = format!("/meetings?kind=group&limit=1&cursor={}", text(&listed["next_cursor"]));
    assert_eq!(items(&scene.secretary.get(&next).await.ok(200))[0]["id"], json!(scene.group_meeting));
}

#[tokio::test]
async fn an_idea_comes_back_is_taken_back_or_opened_again() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    scene.collect(&id).await;
    let reason = json!({ "reason": "请补充数据" });
    assert_eq!(scene.leader.post(&path("return"), reason.clone()).await.ok(200)["state"], "draft");
    // again: the draft is out of the leader's sight, but what he did is not
    assert_eq!(scene.leader.post(&path("return"), reason).await.ok(200)["state"], "draft");
    scene.leader.get(&format!("/ideas/{id}")).await.refused(404, "ideas.not_found");
    let own = scene.author.get(&format!("/ideas/{id}")).await.ok(200);
    assert_eq!((&own["return_reason"], &own["collect_meeting_id"]), (&json!("请补充数据"), &Value::Null));
    scene.author.post(&path("submission"), json!({ "note": "已补充" })).await.ok(200);
    // the same as before, where it was before: it may have come late, so only a fresh key says that it is meant
    let again = json!({ "meeting_id": scene.group_meeting });
    scene.leader.post(&path("collection"), again.clone()).await.refused(409, "ideas.done_before");
    assert_eq!(scene.author.get(&format!("/ideas/{id}")).await.ok(200)["state"], "submitted");
    for _ in 0..2 {
        let request = scene.leader.request(reqwest::Method::POST, &path("collection"));
        let request = request.header("idempotency-key", "collect-2").json(&again);
        assert_eq!(crate::support::send(request).await.ok(200)["state"], "collected");
    }
    assert_eq!(scene.decide(&id, "declined").await["state"], "declined");
    scene.author.post(&path("withdrawal"), json!({})).await.refused(409, "ideas.wrong_state");
    scene.secretary.post(&path("reopening"), json!({})).await.refused(422, "body.invalid");
    let opened = scene.committee.post(&path("reopening"), json!({ "reason": "有了新的条件" })).await.ok(200);
    assert_eq!((&opened["state"], &opened["decision"]), (&json!("collected"), &Value::Null));
    let body = json!({ "verdict": "filed", "meeting_id": scene.committee_meeting, "reason": "存档" });
    scene.committee.post(&path("decision"), body).await.ok(200);
    assert_eq!(earned(&scene.author).await, [("idea.collected".to_owned(), 2)], "collected twice, earned once");

    let id = submitted(&scene.author, "另一个").await;
    let taken_back = scene.author.post(&format!("/ideas/{id}/withdrawal"), json!({ "note": "想错了" })).await.ok(200);
    assert_eq!(taken_back["state"], "withdrawn");
    scene.leader.get(&format!("/ideas/{id}")).await.refused(404, "ideas.not_found");
}

#[tokio::test]
async fn every_step_is_in_the_trail_and_stays_there() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "declined").await;
    let steps = [
        ("submit", &scene.author, Value::Null),
        ("collect", &scene.leader, Value::Null),
        ("decline", &scene.secretary, json!("经讨论：declined")),
    ];
    for (verb, actor, reason) in steps {
        let page = auditor.get(&format!("/audit?action=ideas.{verb}")).await.ok(200);
        let [line] = &items(&page)[..] else { panic!("{page}") };
        assert_eq!((&line["subject_id"], &line["actor_id"]), (&json!(id), &json!(actor.id)));
        assert_eq!(line["detail"]["reason"], reason);
    }
    for change in ["DELETE FROM trail", "UPDATE trail SET action = 'x'"] {
        let changed = app.db().write(move |tx| -> Result<(), Stop<Never>> { Ok(tx.conn.batch(change)?) }).await;
        assert!(changed.is_err(), "{change}");
    }
}

#[tokio::test]
async fn collecting_earns_ten_points_a_month_at_most() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    for n in 0..7 {
        let id = submitted(&scene.author, &format!("点子{n}")).await;
        scene.collect(&id).await;
    }
    assert_eq!(scene.author.get("/me/points").await.ok(200)["total"]["month"], 10);
    let entries = earned(&scene.author).await;
    assert_eq!(entries.iter().map(|(_, points)| *points).collect::<Vec<_>>(), [2, 2, 2, 2, 2, 0, 0]);
}

#[tokio::test]
async fn what_cannot_be_is_refused_clearly() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let refused = |change: fn(&mut Value), pointer: &'static str| {
        let mut body = idea("点子", true);
        change(&mut body);
        let request = scene.author.post("/ideas", body);
        async move { assert_eq!(request.await.refused(422, "body.invalid")["errors"][0]["pointer"], pointer) }
    };
    refused(|body| body["title"] = json!("  "), "/title").await;
    refused(|body| body["title"] = json!("长".repeat(101)), "/title").await;
    refused(|body| body["category"] = json!("天气"), "/category").await;
    refused(|body| body["co_author_ids"] = json!(["00000000-0000-0000-0000-000000000000"]), "/co_author_ids/0").await;
    refused(|body| body["proposal"] = Value::Null, "/proposal").await;
    let mut own = idea("点子", true);
    own["co_author_ids"] = json!([scene.author.id]);
    scene.author.post("/ideas", own).await.refused(422, "body.invalid");
    scene.author.get("/ideas?state=nowhere").await.refused(400, "query.invalid");
    scene.author.get("/ideas?limit=101").await.refused(400, "query.invalid");
    scene.author.get("/ideas?unit_id=00000000-0000-0000-0000-000000000000").await.refused(400, "query.invalid");

    let id = submitted(&scene.author, "点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    scene.collect(&id).await;
    let mut decision = scene.decision("declined");
    decision["reason"] = json!(" ");
    scene.secretary.post(&path("decision"), decision).await.refused(422, "body.invalid");
    scene.decide(&id, "adopted").await;
    let stranger = app.member("外人").home("XZ31").sign_in().await;
    for (member, due_on, code) in [
        (json!(scene.worker.id), "2026-06-30", "out_of_range"),
        (json!(stranger.id), "2026-07-20", "out_of_scope"),
        (json!("00000000-0000-0000-0000-000000000000"), "2026-07-20", "no_such_member"),
    ] {
        let body = json!({ "implementer_id": member, "due_on": due_on });
        let refusal = scene.secretary.post(&path("assignment"), body).await.refused(422, "body.invalid");
        assert_eq!(refusal["errors"][0]["code"], code);
    }
    scene.assign(&id, &scene.worker, "2026-07-01").await;
    scene.work(&id, &scene.worker).await;
    scene.secretary.post(&path("acceptance"), json!({})).await.ok(200);
    for body in [
        json!({ "kind": "savings", "title": "节约" }),
        json!({ "kind": "patent", "title": "专利", "amount_fen": 1 }),
        json!({ "kind": "savings", "title": "节约", "amount_fen": -1 }),
    ] {
        let refusal = scene.secretary.post(&path("outcomes"), body).await.refused(422, "body.invalid");
        assert_eq!(refusal["errors"][0]["pointer"], "/amount_fen");
    }
}

#[tokio::test]
async fn an_implementer_is_reminded_at_four_occasions_whatever_the_number_of_servers() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, "2026-07-10").await;
    let reminders = async |day: &str| {
        app.set_clock(day);
        let sibling = if on_postgres() { Some(app.sibling().await) } else { None };
        for _ in 0..2 {
            match &sibling {
                Some(sibling) => {
                    tokio::join!(app.tick(), sibling.tick());
                }
                None => app.tick().await,
            }
        }
        app.drain().await;
        let worker = app.sign_in(scene.worker.id, &scene.worker.employee_no).await;
        notices(&worker).await.into_iter().filter(|title| title.contains("到期") || title.contains("超期")).count()
    };
    assert_eq!(reminders("2026-07-06T08:00:00+08:00").await, 0);
    assert_eq!(reminders("2026-07-07T07:59:59+08:00").await, 0);
    assert_eq!(reminders("2026-07-07T20:00:00+08:00").await, 0, "nobody is reminded at night");
    assert_eq!(reminders("2026-07-08T08:00:00+08:00").await, 1);
    assert_eq!(reminders("2026-07-09T09:00:00+08:00").await, 1);
    assert_eq!(reminders("2026-07-10T08:00:00+08:00").await, 2);
    assert_eq!(reminders("2026-07-10T19:59:59+08:00").await, 2);
    assert_eq!(reminders("2026-07-11T09:00:00+08:00").await, 2, "a Saturday");
    assert_eq!(reminders("2026-07-13T09:00:00+08:00").await, 3);
    assert_eq!(reminders("2026-07-17T09:00:00+08:00").await, 3);
    assert_eq!(reminders("2026-07-20T09:00:00+08:00").await, 4, "a week after the first, on the Monday after it");
    let secretary = app.sign_in(scene.secretary.id, &scene.secretary.employee_no).await;
    let told = notices(&secretary).await.into_iter().filter(|title| title.contains("超期")).count();
    assert_eq!(told, 2, "the secretary hears of what is overdue");
    assert_eq!(items(&secretary.get("/ideas?due=overdue").await.ok(200))[0]["id"], json!(id));
    assert!(items(&secretary.get("/ideas?due=soon").await.ok(200)).is_empty());
    let worker = app.sign_in(scene.worker.id, &scene.worker.employee_no).await;
    scene_work(&worker, &id).await;
    assert_eq!(reminders("2026-07-27T09:00:00+08:00").await, 4, "delivered is not late any more");
}

async fn scene_work(worker: &crate::support::Person<'_>, id: &str) {
    worker.post(&format!("/ideas/{id}/progress"), json!({ "text": "完成" })).await.ok(200);
    worker.post(&format!("/ideas/{id}/delivery"), json!({ "evidence": "见记录" })).await.ok(200);
}

#[tokio::test]
async fn a_branch_without_a_committee_decides_where_all_its_members_meet() {
    let app = TestApp::start().await;
    let leader = app.member("组长").home("XZ21").role(Role::GroupLeader, "XZ21").sign_in().await;
    let secretary = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let author = app.member("李一").home("XZ21").sign_in().await;
    let above = app.member("党委").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let collected = async |title: &str| {
        let id = submitted(&author, title).await;
        let held = meeting(&app, &leader, "group", "XZ21").await;
        leader.post(&format!("/ideas/{id}/collection"), json!({ "meeting_id": held })).await.ok(200);
        id
    };
    let decision = |held: &str| json!({ "verdict": "adopted", "meeting_id": held, "reason": "可行" });
    let (first, of_all) = (collected("点子").await, meeting(&app, &secretary, "branch", "ZB2").await);
    let decided = secretary.post(&format!("/ideas/{first}/decision"), decision(&of_all)).await.ok(200);
    assert_eq!(decided["state"], "adopted");
    // his own is decided by the next unit up, at a meeting of its own
    let own = submitted(&secretary, "书记的点子").await;
    let held = meeting(&app, &leader, "group", "XZ21").await;
    leader.post(&format!("/ideas/{own}/collection"), json!({ "meeting_id": held })).await.ok(200);
    secretary.post(&format!("/ideas/{own}/decision"), decision(&of_all)).await.refused(403, "ideas.own_idea");
    let of_party = meeting(&app, &above, "party_committee", "DW1").await;
    above.post(&format!("/ideas/{own}/decision"), decision(&of_party)).await.ok(200);

    // with a committee, the committee decides
    app.member("支委").home("XZ21").role(Role::BranchCommittee, "ZB2").sign_in().await;
    let second = collected("又一个点子").await;
    let refused = secretary.post(&format!("/ideas/{second}/decision"), decision(&of_all)).await;
    assert_eq!(refused.refused(422, "body.invalid")["errors"][0]["code"], "wrong_meeting");
    app.drain().await;
}

/// An idea that was carried out, and whose outcomes are recorded.
async fn accepted(scene: &Scene<'_>) -> String {
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, "2026-07-10").await;
    scene.work(&id, &scene.worker).await;
    scene.secretary.post(&format!("/ideas/{id}/acceptance"), json!({})).await.ok(200);
    id
}

#[tokio::test]
async fn an_idea_has_twenty_outcomes_at_most() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = accepted(&scene).await;
    let path = format!("/ideas/{id}/outcomes");
    let outcome = |n: usize| json!({ "kind": "patent", "title": format!("专利{n}") });
    for n in 0..20 {
        scene.secretary.post(&path, outcome(n)).await.ok(200);
    }
    let earned_so_far = earned(&scene.author).await.len();
    scene.secretary.post(&path, outcome(20)).await.refused(409, "ideas.too_many_outcomes");
    scene.secretary.post(&format!("/ideas/{id}/closure"), json!({})).await.ok(200);
    scene.secretary.post(&path, outcome(21)).await.refused(409, "ideas.too_many_outcomes");
    assert_eq!(earned(&scene.author).await.len(), earned_so_far);
    // 2 collected, 10 adopted, 20 carried out, and of twenty outcomes four
    assert_eq!(scene.author.get("/me/points").await.ok(200)["total"]["month"], 72);
    assert_eq!(scene.author.get(&format!("/ideas/{id}")).await.ok(200)["outcomes"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn an_export_opens_however_much_was_written() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = accepted(&scene).await;
    // as before outcomes were limited
    let idea: uuid::Uuid = id.parse().unwrap();
    app.write(move |tx| {
        use diesel::prelude::*;
        use xianfeng::db::schema::idea_outcomes as rows;
        for n in 0..200 {
            let row = (
                rows::id.eq(tx.fresh_id::<xianfeng::base::id::MemberId>()),
                rows::idea_id.eq(xianfeng::doing::ideas::IdeaId::from(idea)),
                rows::kind.eq("patent"),
                rows::title.eq(format!("{n}{}", "长".repeat(190))),
                rows::recorded_by.eq(tx.fresh_id::<xianfeng::base::id::MemberId>()),
                rows::created_at.eq(tx.now()),
            );
            xianfeng::on!(tx.conn, c => diesel::insert_into(rows::table).values(row).execute(c))?;
        }
        Ok(())
    })
    .await;
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    for who in [&scene.secretary, &above] {
        for query in ["", &format!("?unit_id={}", app.unit("ZB1"))] {
            let file = who.get(&format!("/exports/ideas{query}")).await;
            assert_eq!(file.status, 200, "{}", file.text());
            let mut workbook: calamine::Xlsx<_> =
                calamine::open_workbook_from_rs(std::io::Cursor::new(file.bytes)).unwrap();
            let (name, range) = calamine::Reader::worksheets(&mut workbook).remove(0);
            let longest = range.used_cells().map(|(.., cell)| cell.to_string().encode_utf16().count()).max();
            assert_eq!((&*name, longest), ("金点子", Some(32_767)));
        }
    }
    let csv = scene.secretary.get("/exports/ideas?format=csv").await;
    assert_eq!(csv.status, 200);
    assert!(csv.text().contains("……（内容过长，此处截断）"));
}

#[tokio::test]
async fn who_carries_an_idea_out_is_reminded_three_days_before_on_the_day_the_day_after_and_weekly() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, "2026-07-16").await;
    let told = async || {
        let worker = app.sign_in(scene.worker.id, &scene.worker.employee_no).await;
        let titles = crate::ideas::notices(&worker).await;
        let of = |word: &str| titles.iter().filter(|title| title.contains(word)).count();
        (of("即将到期"), of("已超期"))
    };
    // a Thursday; three days before is the Monday
    for (at, expected) in [
        ("2026-07-12T10:00", (0, 0)),
        ("2026-07-13T07:00", (0, 0)),
        ("2026-07-13T08:30", (1, 0)),
        ("2026-07-13T15:00", (1, 0)),
        ("2026-07-15T09:00", (1, 0)),
        ("2026-07-16T09:00", (2, 0)),
        ("2026-07-16T21:00", (2, 0)),
        ("2026-07-17T09:00", (2, 1)),
        ("2026-07-20T09:00", (2, 1)),
        ("2026-07-24T06:00", (2, 1)),
        ("2026-07-24T09:00", (2, 2)),
        ("2026-07-31T09:00", (2, 3)),
    ] {
        app.set_clock(&format!("{at}:00+08:00"));
        app.drain().await;
        assert_eq!(told().await, expected, "{at}");
    }
    // a later day begins anew, and what is delivered is asked for no more
    let secretary = app.sign_in(scene.secretary.id, &scene.secretary.employee_no).await;
    let body = json!({ "implementer_id": scene.worker.id, "due_on": "2026-08-06" });
    secretary.post(&format!("/ideas/{id}/assignment"), body).await.ok(200);
    app.set_clock("2026-08-03T09:00:00+08:00");
    app.drain().await;
    assert_eq!(told().await, (3, 3));
    let worker = app.sign_in(scene.worker.id, &scene.worker.employee_no).await;
    worker.post(&format!("/ideas/{id}/progress"), json!({ "text": "已完成" })).await.ok(200);
    worker.post(&format!("/ideas/{id}/delivery"), json!({ "evidence": "记录" })).await.ok(200);
    for day in ["2026-08-06", "2026-08-07", "2026-08-14"] {
        app.set_clock(&format!("{day}T09:00:00+08:00"));
        app.drain().await;
    }
    assert_eq!(told().await, (3, 3));
}

#[tokio::test]
async fn another_due_day_for_the_same_implementer_throws_nothing_back() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, "2026-07-16").await;
    let later = scene.assign(&id, &scene.worker, "2026-07-20").await;
    assert_eq!((&later["state"], &later["due_on"]), (&json!("assigned"), &json!("2026-07-20")), "nothing has begun");
    scene.worker.post(&format!("/ideas/{id}/progress"), json!({ "text": "已完成方案设计" })).await.ok(200);
    let later = scene.assign(&id, &scene.worker, "2026-07-31").await;
    assert_eq!((&later["state"], &later["due_on"]), (&json!("implementing"), &json!("2026-07-31")));
    let timeline = scene.author.get(&format!("/ideas/{id}/timeline")).await.ok(200);
    let last = timeline["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["verb"], &last["from"], &last["to"]),
        (&json!("assign"), &json!("implementing"), &json!("implementing"))
    );
    // so that he delivers without saying once more that he has begun
    scene.worker.post(&format!("/ideas/{id}/delivery"), json!({ "evidence": "运行记录" })).await.ok(200);
    // somebody else begins anew
    scene.secretary.post(&format!("/ideas/{id}/return"), json!({ "reason": "补充数据" })).await.ok(200);
    assert_eq!(scene.assign(&id, &scene.leader, "2026-08-31").await["state"], "assigned");
}
