//! What meetings are about and resolve: theme days, agendas that point at things, decisions that become tasks, who led and
//! who stayed away.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::appraisal::adopted;
use crate::ideas::{items, notices, submitted, text};
use crate::support::{Person, TestApp, send};
use crate::tasks::{close, desk, item, task};

async fn held(app: &TestApp, who: &Person<'_>, kind: &str, unit: &str, more: Value) -> String {
    let mut body = json!({ "kind": kind, "unit_id": app.unit(unit), "held_on": "2026-07-01", "title": "七月例会" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("/meetings/{}", text(&who.post("/meetings", body).await.ok(201)["id"]))
}

fn fault(reply: &crate::support::Reply) -> (String, String) {
    let error = &reply.refused(422, "body.invalid")["errors"][0];
    (text(&error["pointer"]), text(&error["code"]))
}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

async fn secretary(app: &TestApp) -> Person<'_> {
    app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await
}

#[tokio::test]
async fn theme_days_have_forms_and_series_and_are_found_by_both() {
    let app = TestApp::start().await;
    let secretary = secretary(&app).await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let series = ["大干四季度、决胜全年度", "学党史、明方向、守初心、抓落实"];
    let day = |form: &str, series: &str| json!({ "form": form, "series": series });
    let one = held(&app, &secretary, "theme_day", "ZB1", day("on_site_support", series[0])).await;
    let other = held(&app, &secretary, "theme_day", "ZB1", day("study", series[0])).await;
    held(&app, &west, "theme_day", "ZB2", day("study", series[1])).await;
    let ids = async |query: &str| -> Vec<String> {
        let found = secretary.get(&format!("/meetings?{query}")).await.ok(200);
        items(&found).iter().map(|seen| format!("/meetings/{}", text(&seen["id"]))).collect()
    };
    assert_eq!(ids("form=study").await, std::slice::from_ref(&other));
    assert_eq!(ids(&format!("series={}", series[0])).await, [other.clone(), one.clone()]);
    assert_eq!(ids(&format!("series={}&form=on_site_support", series[0])).await, std::slice::from_ref(&one));
    // of another branch nothing is known, not even the name
    let known = secretary.get("/meeting-series").await.ok(200);
    assert_eq!(known["items"], json!([{ "series": series[0] }]));
    let organiser = app.member("组织员").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let page = organiser.get("/meeting-series?limit=1").await.ok(200);
    let next = organiser.get(&format!("/meeting-series?limit=1&cursor={}", text(&page["next_cursor"]))).await.ok(200);
    assert_eq!((items(&page).len(), items(&next).len(), &next["next_cursor"]), (1, 1, &Value::Null));
    assert_ne!(page["items"], next["items"]);

    let taken = secretary.patch(&one, json!({ "series": null, "form": null })).await.ok(200);
    assert_eq!((&taken["series"], &taken["form"]), (&Value::Null, &Value::Null));
    let lecture = held(&app, &secretary, "lecture", "ZB1", json!({})).await;
    let sent = json!({ "kind": "lecture", "unit_id": app.unit("ZB1"), "held_on": "2026-07-01", "title": "党课", "form": "study" });
    assert_eq!(fault(&secretary.post("/meetings", sent).await), at("/form", "meetings.no_theme_day"));
    assert_eq!(
        fault(&secretary.patch(&lecture, json!({ "series": "庆七一" })).await),
        at("/series", "meetings.no_theme_day")
    );
}

#[tokio::test]
async fn an_agenda_points_at_what_its_writer_sees_and_is_shown_as_far_as_its_reader_does() {
    let app = TestApp::start().await;
    let organiser = app.member("组织员").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let secretary = secretary(&app).await;
    let li = app.member("李一").sign_in().await;
    let work = task(&app, &organiser, item("完成隐患排查", "2026-12-31")).await;
    let idea = submitted(&li, "矿灯改造").await;
    let other_idea = submitted(&app.member("西人").home("XZ21").sign_in().await, "西边的点子").await;
    let link = |title: &str, kind: &str, id: &str| json!({ "title": title, "linked_kind": kind, "linked_id": id });
    let agenda =
        json!([{ "title": "学习文件" }, link("听取任务进展", "task", &work), link("讨论金点子", "idea", &idea)]);
    let path = held(&app, &secretary, "branch", "ZB1", json!({ "agenda": agenda })).await;
    let shown = secretary.get(&path).await.ok(200)["agenda"].clone();
    assert_eq!(
        shown,
        json!([
            { "number": 1, "title": "学习文件", "linked_kind": null, "linked_id": null, "linked_title": null },
            { "number": 2, "title": "听取任务进展", "linked_kind": "task", "linked_id": work, "linked_title": "完成隐患排查" },
            { "number": 3, "title": "讨论金点子", "linked_kind": "idea", "linked_id": idea, "linked_title": "矿灯改造" },
        ])
    );
    // what does not exist, what he may not see, half a link
    let nothing = "00000000-0000-0000-0000-000000000000";
    for (sent, code) in [
        (link("甲", "task", nothing), "meetings.linked_not_found"),
        (link("乙", "report", nothing), "meetings.linked_not_found"),
        (link("丙", "idea", &other_idea), "meetings.linked_not_found"),
        (json!({ "title": "丁", "linked_kind": "idea" }), "meetings.half_link"),
    ] {
        let reply = secretary.patch(&path, json!({ "agenda": [{ "title": "头一项" }, sent] })).await;
        assert_eq!(fault(&reply), at("/agenda/1/linked_id", code));
    }
    let many: Vec<Value> = (0..51).map(|n| json!({ "title": format!("第{n}项") })).collect();
    assert_eq!(fault(&secretary.patch(&path, json!({ "agenda": many })).await), at("/agenda", "too_many"));
    assert_eq!(secretary.get(&path).await.ok(200)["agenda"], shown, "what was refused changed nothing");

    // who attended from elsewhere reads the record, but not what he may not see; a link that stood there stays
    let committee = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let guest = app.member("客人").home("XZ31").sign_in().await;
    let far = held(
        &app,
        &committee,
        "branch",
        "ZB1",
        json!({ "agenda": [link("西边的点子", "idea", &other_idea)], "attendance": [guest.id] }),
    )
    .await;
    for reader in [&guest, &secretary] {
        let seen = reader.get(&far).await.ok(200)["agenda"][0].clone();
        assert_eq!((&seen["linked_id"], &seen["linked_title"]), (&json!(other_idea), &Value::Null));
    }
    let same = json!({ "agenda": [link("改了题目", "idea", &other_idea)] });
    assert_eq!(secretary.patch(&far, same).await.ok(200)["agenda"][0]["title"], "改了题目");
}

#[tokio::test]
async fn a_decision_becomes_a_task_whose_end_it_shows() {
    let app = TestApp::start().await;
    let organiser = app.member("组织员").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let secretary = secretary(&app).await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let li = app.member("李一").home("XZ12").sign_in().await;
    let votes = json!({ "in_favour": 21, "against": 1, "abstained": 2 });
    let decision = |text: &str| json!({ "text": text, "votes": votes });
    let decisions = json!([{ "text": "表彰两名党员" }, decision("开展设备隐患排查周")]);
    let path = held(&app, &secretary, "branch", "ZB1", json!({ "decisions": decisions })).await;
    let seen = secretary.get(&path).await.ok(200);
    assert_eq!(
        seen["decisions"][1],
        json!({ "number": 2, "text": "开展设备隐患排查周", "votes": votes, "task": null })
    );
    assert_eq!((&seen["decisions"][0]["votes"], &seen["can_open_tasks"]), (&Value::Null, &json!(true)));
    let too_many =
        json!({ "decisions": [{ "text": "甲", "votes": { "in_favour": -1, "against": 0, "abstained": 0 } }] });
    assert_eq!(fault(&secretary.patch(&path, too_many).await), at("/decisions/0/votes", "out_of_range"));

    let open = |n: usize| format!("{path}/decisions/{n}/task");
    leader.post(&open(2), json!({})).await.refused(403, "access.denied");
    secretary.post(&open(3), json!({})).await.refused(404, "meetings.decision_not_found");
    let beyond = json!({ "unit_id": app.unit("ZB2") });
    assert_eq!(fault(&secretary.post(&open(2), beyond).await), at("/unit_id", "tasks.unit_beyond"));
    let opened = secretary.post(&open(2), json!({ "unit_id": app.unit("XZ11"), "due_on": "2026-08-31" })).await.ok(201);
    assert_eq!(secretary.post(&open(2), json!({ "unit_id": app.unit("XZ11") })).await.ok(201), opened);
    let id = text(&opened["task_id"]);
    let made = secretary.get(&format!("/tasks/{id}")).await.ok(200);
    assert_eq!((&made["source_kind"], &made["title"]), (&json!("meeting"), &json!("开展设备隐患排查周")));
    assert!(text(&made["source_document"]).contains("《七月例会》"), "{made}");
    app.tick().await;
    assert_eq!(desk(&leader, "task").await.len(), 1);
    let shown = li.get(&path).await.ok(200)["decisions"][1]["task"].clone();
    assert_eq!((&shown["task_id"], &shown["state"]), (&json!(id), &json!("issued")));

    // its words and its place stay, its counts may be put right
    let reworded = json!({ "decisions": [{ "text": "表彰两名党员" }, decision("别的")] });
    assert_eq!(fault(&secretary.patch(&path, reworded).await), at("/decisions/1/text", "meetings.decision_stands"));
    let moved = json!({ "decisions": [decision("开展设备隐患排查周")] });
    assert_eq!(fault(&secretary.patch(&path, moved).await), at("/decisions/1/text", "meetings.decision_stands"));
    let counted =
        json!({ "decisions": [{ "text": "改写第一项" }, { "text": "开展设备隐患排查周" }, { "text": "第三项" }] });
    assert_eq!(items_of(&secretary.patch(&path, counted).await.ok(200)["decisions"]), 3);
    secretary.delete(&path).await.refused(409, "meetings.in_use");
    let versions = secretary.get(&format!("{path}/versions")).await.ok(200);
    let words: Vec<&Value> = items(&versions).iter().map(|version| &version["decisions"][0]["text"]).collect();
    assert_eq!(words, ["表彰两名党员", "改写第一项"]);

    close(&leader, &secretary, &id).await;
    app.drain().await;
    assert!(notices(&secretary).await.contains(&"您交办的事项已办结".to_owned()));
    assert_eq!(li.get(&path).await.ok(200)["decisions"][1]["task"]["state"], "closed");
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get("/audit?action=meetings.settle_decision").await.ok(200);
    assert_eq!(items(&trail).len(), 1);
    drop(organiser);
}

fn items_of(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

#[tokio::test]
async fn a_branch_that_sets_itself_a_task_does_not_verify_it() {
    let app = TestApp::start().await;
    let organiser = app.member("组织员").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let secretary = secretary(&app).await;
    let path = held(&app, &secretary, "branch", "ZB1", json!({ "decisions": [{ "text": "整理活动室" }] })).await;
    let id = text(&secretary.post(&format!("{path}/decisions/1/task"), json!({})).await.ok(201)["task_id"]);
    for (noun, body) in [("acceptance", json!({})), ("submission", json!({ "result": "完成" }))] {
        secretary.post(&format!("/tasks/{id}/{noun}"), body).await.ok(200);
    }
    secretary.post(&format!("/tasks/{id}/verification"), json!({})).await.refused(403, "tasks.own_case");
    organiser.post(&format!("/tasks/{id}/verification"), json!({})).await.ok(200);
}

#[tokio::test]
async fn the_record_is_printed_on_a4_with_what_its_reader_may_see() {
    let app = TestApp::start().await;
    let secretary = secretary(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王一").sign_in().await);
    let more = json!({
        "host_id": li.id, "keeper_id": wang.id, "guest_count": 3, "attendance": [li.id, wang.id], "place": "活动室",
        "begins_time": "14:00", "ends_time": "15:30", "minutes": "<b>讨论</b>",
        "agenda": [{ "title": "学习文件" }],
        "decisions": [{ "text": "同意", "votes": { "in_favour": 2, "against": 0, "abstained": 0 } }],
    });
    let path = held(&app, &secretary, "branch", "ZB1", more).await;
    let shown = secretary.get(&path).await.ok(200);
    assert_eq!((&shown["host"]["name"], &shown["keeper"]["name"]), (&json!("李一"), &json!("王一")));
    assert_eq!(shown["guest_count"], 3);
    let page = secretary.get(&format!("{path}/record")).await;
    let page = page.text();
    for word in
        ["党员大会会议记录", "李一", "王一", "3 人", "学习文件", "赞成 2 票", "14:00", "主持人（签字）", "&lt;b&gt;"]
    {
        assert!(page.contains(word), "{word} in {page}");
    }
    let stranger = app.member("他人").home("XZ31").sign_in().await;
    stranger.get(&format!("{path}/record")).await.refused(403, "access.out_of_scope");
    let nobody = json!({ "host_id": app.unit("JT") });
    assert_eq!(fault(&secretary.patch(&path, nobody).await), at("/host_id", "meetings.no_such_member"));
    assert_eq!(fault(&secretary.patch(&path, json!({ "guest_count": -1 })).await), at("/guest_count", "out_of_range"));
}

#[tokio::test]
async fn who_leads_and_records_and_who_stays_away_is_proposed_and_entered_by_people() {
    let app = TestApp::start().await;
    let committee = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    adopted(&committee).await;
    let secretary = secretary(&app).await;
    let [li, wang, zhao, qian] = ["李一", "王一", "赵一", "钱一"];
    let li = app.member(li).sign_in().await;
    let wang = app.member(wang).sign_in().await;
    let zhao = app.member(zhao).sign_in().await;
    let qian = app.member(qian).sign_in().await;
    let proposals = async |who: &Person<'_>| -> Vec<String> {
        let mine = who.get("/me/appraisal/proposals").await.ok(200);
        items(&mine).iter().map(|one| format!("{} {}", text(&one["rule"]), text(&one["state"]))).collect()
    };
    let excused = json!([{ "member_id": qian.id, "reason": "shift" }]);
    let more = json!({ "host_id": li.id, "keeper_id": wang.id, "attendance": [li.id], "excused": excused });
    let path = held(&app, &secretary, "branch", "ZB1", more).await;
    assert_eq!(proposals(&li).await, ["P09 open"]);
    assert!(proposals(&wang).await.is_empty(), "he was not there yet");
    secretary.patch(&path, json!({ "attendance": [li.id, wang.id] })).await.ok(200);
    secretary.patch(&path, json!({ "minutes": "补记" })).await.ok(200);
    assert_eq!((proposals(&li).await, proposals(&wang).await), (vec!["P09 open".into()], vec!["P09 open".into()]));

    let shown = secretary.get(&path).await.ok(200)["absent_members"].clone();
    let absent: Vec<&str> = shown.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(absent.contains(&"赵一") && !absent.contains(&"钱一") && !absent.contains(&"李一"), "{absent:?}");
    assert_eq!(li.get(&path).await.ok(200)["absent_members"], json!([]), "for who leads the unit");
    let note =
        async |members: Value| secretary.post(&format!("{path}/absences"), json!({ "member_ids": members })).await;
    for who in [&qian, &li] {
        let reply = note(json!([zhao.id, who.id])).await;
        assert_eq!(fault(&reply), at("/member_ids/1", "meetings.not_absent"));
    }
    assert!(proposals(&zhao).await.is_empty(), "what was refused proposed nothing");
    note(json!([zhao.id])).await.ok(204);
    note(json!([zhao.id])).await.ok(204);
    assert_eq!(proposals(&zhao).await, ["P11 open"]);
    let year = zhao.get("/me/appraisal").await.ok(200);
    assert_eq!(year["total"]["total"], 0, "a rule takes nothing by itself");

    let later = held(&app, &secretary, "branch", "ZB1", json!({ "held_on": "2026-08-01", "host_id": zhao.id })).await;
    let body = json!({ "member_ids": [zhao.id] });
    secretary.post(&format!("{later}/absences"), body).await.refused(409, "meetings.not_held");
    assert_eq!(proposals(&zhao).await, ["P11 open"], "it is still to come");
}

#[tokio::test]
async fn what_an_organisational_life_meeting_found_and_was_put_right_in_time_is_proposed_for_who_did_it() {
    let app = TestApp::start().await;
    let committee = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    adopted(&committee).await;
    let secretary = secretary(&app).await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let [li, wang, zhao] = ["李一", "王一", "赵一"];
    let (li, wang) = (app.member(li).sign_in().await, app.member(wang).sign_in().await);
    let zhao = app.member(zhao).sign_in().await;
    let found = json!([{ "text": "谈心谈话不够经常" }, { "text": "学习笔记不全" }, { "text": "台账不全" }]);
    let path = held(&app, &secretary, "organisational_life", "ZB1", json!({ "decisions": found })).await;
    let branch = held(&app, &secretary, "branch", "ZB1", json!({ "decisions": [{ "text": "别的事" }] })).await;
    let group = json!({ "unit_id": app.unit("XZ11"), "due_on": "2026-07-31" });
    let open = async |path: &str, n: usize| {
        text(&secretary.post(&format!("{path}/decisions/{n}/task"), group.clone()).await.ok(201)["task_id"])
    };
    let [in_time, late, dismissed] = [open(&path, 1).await, open(&path, 2).await, open(&path, 3).await];
    let other = open(&branch, 1).await;
    let proposals = async |who: &Person<'_>| -> Vec<String> {
        let mine = who.get("/me/appraisal/proposals").await.ok(200);
        items(&mine).iter().map(|one| text(&one["rule"])).collect()
    };
    let step = async |who: &Person<'_>, id: &str, noun: &str, body: Value| {
        who.post(&format!("/tasks/{id}/{noun}"), body).await.ok(200);
    };
    for (id, head) in [(&in_time, &li), (&late, &zhao), (&other, &zhao)] {
        step(&leader, id, "acceptance", json!({ "head_id": head.id, "doer_ids": [wang.id] })).await;
    }
    for id in [&in_time, &other] {
        step(&leader, id, "submission", json!({ "result": "已整改" })).await;
        step(&secretary, id, "verification", json!({})).await;
        step(&secretary, id, "closing", json!({ "effect": "经核查属实" })).await;
    }
    // what such a meeting found counts as that alone, what another one resolved as a task
    assert_eq!(proposals(&li).await, ["P10"]);
    assert_eq!(proposals(&wang).await, ["P27", "P10"]);
    assert_eq!(proposals(&zhao).await, ["P27"], "another kind of meeting");
    step(&leader, &dismissed, "answer", json!({ "answer": "already_done", "text": "六月已补齐" })).await;
    step(&secretary, &dismissed, "dismissal", json!({ "effect": "属实" })).await;

    app.set_clock("2026-08-01T09:00:00+08:00");
    let (leader, secretary) = (app.sign_in_anew(&leader).await, app.sign_in_anew(&secretary).await);
    step(&leader, &late, "submission", json!({ "result": "已整改" })).await;
    step(&secretary, &late, "verification", json!({})).await;
    step(&secretary, &late, "closing", json!({ "effect": "经核查属实" })).await;
    let zhao = app.sign_in_anew(&zhao).await;
    assert_eq!(proposals(&zhao).await, ["P28", "P27"], "a day late");
    // what was proposed says of which matter it is
    let li = app.sign_in_anew(&li).await;
    let said = text(&items(&li.get("/me/appraisal/proposals").await.ok(200))[0]["reason"]);
    assert!(said.contains("谈心谈话不够经常") && said.contains("按期完成"), "{said}");
}

#[tokio::test]
async fn ideas_keep_what_was_decided_at_a_meeting_whatever_its_agenda_says() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let idea = submitted(&li, "矿灯改造").await;
    let agenda = json!([{ "title": "征集", "linked_kind": "idea", "linked_id": idea }]);
    let path = held(&app, &leader, "group", "XZ11", json!({ "attendance": [leader.id], "agenda": agenda })).await;
    let id = path.trim_start_matches("/meetings/");
    leader.post(&format!("/ideas/{idea}/collection"), json!({ "meeting_id": id })).await.ok(200);
    let shown = leader.patch(&path, json!({ "agenda": [] })).await.ok(200);
    assert_eq!((items_of(&shown["agenda"]), &shown["things"][0]["id"]), (0, &json!(idea)));
    let delete = send(leader.request(Method::DELETE, &path)).await;
    delete.refused(409, "meetings.in_use");
}
