//! Settings: what the enterprise changes without a restart, by whom, with whom, and since when.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::quiz;
use crate::support::{Person, TestApp, needs_postgres};

async fn administrator<'a>(app: &'a TestApp, name: &str) -> Person<'a> {
    app.member(name).home("JT").role(Role::Administrator, "JT").sign_in().await
}

async fn organiser(app: &TestApp) -> Person<'_> {
    app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await
}

fn change(value: Value) -> Value {
    json!({ "value": value, "reason": "党委会议定" })
}

/// A setting as the list shows it.
async fn setting(person: &Person<'_>, key: &str) -> Value {
    let list = person.get("/settings").await.ok(200);
    let found = list["items"].as_array().unwrap().iter().find(|setting| setting["key"] == key);
    found.unwrap_or_else(|| panic!("no setting {key}")).clone()
}

#[tokio::test]
async fn a_time_on_the_half_hour_is_moved_by_some_minutes_whoever_says_it() {
    let app = TestApp::start_with(&["--push-at=08:00", "--paper-at=07:30"]).await;
    let organiser = app.member("组织").role(Role::Organiser, "JT").sign_in().await;
    // by how many minutes it is later than it was said
    let late = async |key: &str, said: &str| {
        let shown = organiser.get(&format!("/settings/{key}")).await.ok(200)["value"].as_str().unwrap().to_owned();
        let minutes = |time: &str| time[..2].parse::<i64>().unwrap() * 60 + time[3..].parse::<i64>().unwrap();
        minutes(&shown) - minutes(said)
    };
    for (key, said) in [("study.push_at", "08:00"), ("quiz.paper_at", "07:30")] {
        assert!((1..=4).contains(&late(key, said).await), "{key}");
    }
    for (said, is_moved) in [("12:00", true), ("23:30", true), ("09:29", false)] {
        let change = json!({ "value": said, "reason": "调整" });
        organiser.put("/settings/study.push_at", change).await.ok(200);
        let late = late("study.push_at", said).await;
        assert_eq!((late > 0, late <= 4), (is_moved, true), "{said}");
    }
}

#[tokio::test]
async fn every_setting_says_what_it_is_and_may_be() {
    let app = TestApp::start().await;
    let list = organiser(&app).await.get("/settings").await.ok(200);
    let items = list["items"].as_array().unwrap();
    let keys: BTreeSet<&str> = items.iter().map(|setting| setting["key"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), items.len(), "no key twice");
    assert!(items.len() >= 16, "{keys:?}");
    for setting in items {
        let text = |name: &str| setting[name].as_str().unwrap_or_default();
        assert!(text("title").chars().any(|c| ('一'..='龥').contains(&c)), "{setting}");
        assert!(text("title_en").is_ascii() && !text("title_en").is_empty(), "{setting}");
        assert_eq!(setting["value"], setting["default"], "nothing was set: {setting}");
        assert_eq!(setting["from"].is_null(), setting["value"].is_string(), "a time has no bounds: {setting}");
    }
}

#[tokio::test]
async fn a_setting_is_changed_by_whose_it_is_and_within_its_range() {
    let app = TestApp::start().await;
    let (organiser, administrator) = (organiser(&app).await, administrator(&app, "管理员").await);
    let (below, li) = (
        app.member("厂组织").home("DW1").role(Role::Organiser, "DW1").sign_in().await,
        app.member("李一").sign_in().await,
    );
    li.get("/settings").await.refused(403, "access.denied");
    li.put("/settings/challenge.seconds", change(json!(30))).await.refused(403, "access.denied");
    below.put("/settings/challenge.seconds", change(json!(30))).await.refused(403, "access.out_of_scope");
    administrator.put("/settings/challenge.seconds", change(json!(30))).await.refused(403, "access.out_of_scope");
    organiser.put("/settings/challenge.second", change(json!(30))).await.refused(404, "settings.not_found");
    organiser.put("/settings/challenge.seconds", json!({ "value": 30 })).await.refused(422, "body.invalid");
    for bad in [json!(4), json!(601), json!("07:50")] {
        organiser.put("/settings/challenge.seconds", change(bad)).await.refused(422, "settings.bad_value");
    }
    let set = organiser.put("/settings/challenge.seconds", change(json!(30))).await.ok(200);
    assert_eq!((&set["value"], &set["default"]), (&json!(30), &json!(20)));
    assert_eq!(setting(&administrator, "challenge.seconds").await["value"], 30);
    assert_eq!(setting(&administrator, "challenge.seconds").await["can_change"], false);
    // again it changes nothing; null puts it back
    organiser.put("/settings/challenge.seconds", change(json!(30))).await.ok(200);
    app.advance_seconds(60);
    organiser.put("/settings/challenge.seconds", change(Value::Null)).await.ok(200);
    assert_eq!(setting(&organiser, "challenge.seconds").await["value"], 20);

    let history = administrator.get("/settings/challenge.seconds/history").await.ok(200);
    let lines: Vec<(Value, Value)> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["former"].clone(), line["value"].clone()))
        .collect();
    assert_eq!(lines, [(json!(30), Value::Null), (json!(20), json!(30))]);
    let first = &history["items"][1];
    assert_eq!((&first["proposed_by_name"], &first["reason"]), (&json!("组织部"), &json!("党委会议定")));
    assert_eq!((&first["state"], &first["answered_by"]), (&json!("approved"), &Value::Null));
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get("/audit?action=settings.change").await.ok(200);
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_change_is_in_force_at_once_and_after_a_restart() {
    let app = TestApp::start().await;
    let (organiser, li) = (quiz::organiser(&app).await, app.member("李一").sign_in().await);
    organiser.put("/settings/challenge.seconds", change(json!(45))).await.ok(200);
    let run = li.post("/challenge/runs", json!({})).await.ok(201);
    assert_eq!(run["question"]["milliseconds_left"], 45_000);
    organiser.put("/settings/files.mb_per_day", change(json!(1))).await.refused(403, "access.out_of_scope");
    let (id, number) = (organiser.id, organiser.employee_no.clone());
    let app = app.restarted().await;
    let again = app.sign_in(id, &number).await;
    assert_eq!(setting(&again, "challenge.seconds").await["value"], 45);
}

#[tokio::test]
async fn the_paper_comes_out_when_the_setting_says_and_with_as_many_questions() {
    let app = TestApp::start().await;
    app.set_clock("2026-07-01T06:00:00+08:00");
    let (organiser, li) = (quiz::organiser(&app).await, app.member("李一").sign_in().await);
    app.tick().await;
    for bad in [" 6:10", "+6:10", "06:1 ", "6:10"] {
        organiser.put("/settings/quiz.paper_at", change(json!(bad))).await.refused(422, "settings.bad_value");
    }
    organiser.put("/settings/quiz.paper_at", change(json!("06:10"))).await.ok(200);
    organiser.put("/settings/quiz.paper_questions", change(json!(3))).await.ok(200);
    app.tick().await;
    li.get("/quiz/daily").await.refused(404, "quiz.no_paper");
    app.set_clock("2026-07-01T06:10:00+08:00");
    app.tick().await;
    assert_eq!(li.get("/quiz/daily").await.ok(200)["questions"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_delicate_setting_takes_two_people() {
    let app = TestApp::start().await;
    let (zhao, qian) = (administrator(&app, "赵").await, administrator(&app, "钱").await);
    let proposed = zhao.put("/settings/sessions.days", change(json!(2))).await;
    let proposal = proposed.ok(202);
    let path = format!("/setting-proposals/{}", proposal["id"].as_str().unwrap());
    assert_eq!(proposed.header("location"), Some(format!("/api/v1{path}").as_str()));
    assert_eq!((&proposal["former"], &proposal["value"]), (&json!(180), &json!(2)));
    assert_eq!((&proposal["state"], &proposal["can_answer"]), (&json!("open"), &json!(false)));
    assert_eq!(zhao.put("/settings/sessions.days", change(json!(2))).await.ok(202)["id"], proposal["id"], "sent again");
    qian.put("/settings/sessions.days", change(json!(9))).await.refused(409, "settings.already_proposed");
    let waiting = setting(&qian, "sessions.days").await;
    assert_eq!((&waiting["value"], &waiting["proposal"]["id"]), (&json!(180), &proposal["id"]));
    assert_eq!(waiting["proposal"]["can_answer"], true);
    app.drain().await;
    let told = qian.get("/me/notices").await.ok(200);
    assert_eq!(
        (&told["items"][0]["kind"], &told["items"][0]["title"]),
        (&json!("setting"), &json!("有一项设置变动待您确认"))
    );
    assert_eq!(
        told["items"][0]["body"],
        "“登录最长保持的天数，无论是否使用；30 天未使用的登录自动失效”由 180天 改为 2天。理由：党委会议定。"
    );

    zhao.post(&format!("{path}/approval"), json!({})).await.refused(403, "proposals.own");
    qian.post(&format!("{path}/withdrawal"), json!({})).await.refused(403, "proposals.not_yours");
    let organiser = organiser(&app).await;
    organiser.post(&format!("{path}/approval"), json!({})).await.refused(403, "access.out_of_scope");
    let approved = qian.post(&format!("{path}/approval"), json!({})).await.ok(200);
    assert_eq!((&approved["state"], &approved["answered_by_name"]), (&json!("approved"), &json!("钱")));
    assert_eq!(qian.post(&format!("{path}/approval"), json!({})).await.ok(200), approved);
    // its proposer learns that it is in force, rather than that it was not for him to say
    zhao.post(&format!("{path}/approval"), json!({})).await.refused(409, "proposals.over");
    qian.post(&format!("{path}/refusal"), json!({})).await.refused(409, "proposals.over");
    assert_eq!(setting(&zhao, "sessions.days").await["value"], 2);
    assert_eq!(zhao.get(&path).await.ok(200)["state"], "approved");

    // the next one is taken back, and one that nobody answers is over after 14 days
    let second = zhao.put("/settings/sessions.days", change(json!(30))).await.ok(202);
    let path = format!("/setting-proposals/{}", second["id"].as_str().unwrap());
    assert_eq!(zhao.post(&format!("{path}/withdrawal"), json!({})).await.ok(200)["state"], "taken_back");
    let third = zhao.put("/settings/sessions.days", change(json!(60))).await.ok(202);
    app.set_clock("2026-07-15T08:00:01+08:00");
    let (zhao, qian) = (administrator(&app, "赵二").await, administrator(&app, "钱二").await);
    let late = format!("/setting-proposals/{}", third["id"].as_str().unwrap());
    qian.post(&format!("{late}/approval"), json!({})).await.refused(409, "proposals.over");
    assert_eq!(setting(&zhao, "sessions.days").await["proposal"], Value::Null);
    let fourth = zhao.put("/settings/sessions.days", change(json!(60))).await.ok(202);
    assert_ne!(fourth["id"], third["id"]);
    let path = format!("/setting-proposals/{}", fourth["id"].as_str().unwrap());
    assert_eq!(qian.post(&format!("{path}/refusal"), json!({})).await.ok(200)["state"], "refused");
    assert_eq!(setting(&zhao, "sessions.days").await["value"], 2);
    app.drain().await;
}

#[tokio::test]
async fn a_change_that_nobody_had_to_approve_is_no_proposal() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    organiser.put("/settings/study.push_at", change(json!("09:05"))).await.ok(200);
    let history = organiser.get("/settings/study.push_at/history").await.ok(200);
    let id = history["items"][0]["id"].as_str().unwrap();
    organiser.get(&format!("/setting-proposals/{id}")).await.refused(404, "settings.no_proposal");
    let none = "/setting-proposals/00000000-0000-0000-0000-000000000000/approval";
    organiser.post(none, json!({})).await.refused(404, "settings.no_proposal");
}

#[tokio::test]
async fn what_was_set_wins_over_the_environment() {
    let app = TestApp::start_with(&["--challenge-seconds=15"]).await;
    let organiser = organiser(&app).await;
    let known = setting(&organiser, "challenge.seconds").await;
    assert_eq!((&known["value"], &known["default"]), (&json!(15), &json!(15)));
    let set = organiser.put("/settings/challenge.seconds", change(json!(25))).await.ok(200);
    assert_eq!((&set["value"], &set["default"]), (&json!(25), &json!(15)));
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn other_servers_hear_of_a_change() {
    needs_postgres();
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let other = app.sibling().await;
    organiser.put("/settings/challenge.seconds", change(json!(33))).await.ok(200);
    other.tick().await;
    let again = other.sign_in_anew(&organiser).await;
    assert_eq!(setting(&again, "challenge.seconds").await["value"], 33);
}

#[tokio::test]
async fn what_somebody_proposed_who_may_no_longer_do_so_is_not_approved() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "赵").await;
    let proposer = app.member("孙").role(Role::Organiser, "JT").sign_in().await;
    let other = app.member("周").role(Role::Organiser, "JT").sign_in().await;
    let proposal = proposer.put("/settings/campaigns.watch_times", change(json!(9))).await.ok(202);
    admin.patch(&format!("/members/{}", proposer.id), json!({ "status": "left" })).await.ok(200);
    let path = format!("/setting-proposals/{}", proposal["id"].as_str().unwrap());
    other.post(&format!("{path}/approval"), json!({})).await.refused(409, "proposals.proposer_gone");
    assert_eq!(other.post(&format!("{path}/refusal"), json!({})).await.ok(200)["state"], "refused");
    app.drain().await;
}

#[tokio::test]
async fn what_was_set_last_holds_also_after_the_clock_went_back() {
    let app = TestApp::start().await;
    app.set_clock("2026-07-01T09:00:00+08:00");
    let organiser = organiser(&app).await;
    organiser.put("/settings/quiz.paper_questions", change(json!(4))).await.ok(200);
    app.set_clock("2026-07-01T08:59:00+08:00");
    let organiser = app.sign_in_anew(&organiser).await;
    organiser.put("/settings/quiz.paper_questions", change(json!(6))).await.ok(200);
    assert_eq!(setting(&organiser, "quiz.paper_questions").await["value"], 6);
    let (id, employee_no) = (organiser.id, organiser.employee_no.clone());
    let app = app.restarted().await;
    let again = app.sign_in(id, &employee_no).await;
    assert_eq!(setting(&again, "quiz.paper_questions").await["value"], 6);
    app.drain().await;
}

#[tokio::test]
async fn a_longer_grace_opens_no_day_again_that_is_final() {
    let app = TestApp::start().await;
    quiz::organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let first = quiz::answers(&li.get("/quiz/daily").await.ok(200), 5);
    // two hours after the grace of six is over
    app.set_clock("2026-07-02T08:00:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    let organiser = organiser(&app).await;
    li.put(quiz::TODAY, first.clone()).await.refused(410, "quiz.day_over");
    organiser.put("/settings/study.offline_grace_hours", change(json!(18))).await.ok(200);
    assert_eq!(setting(&organiser, "study.offline_grace_hours").await["value"], 18);
    li.put(quiz::TODAY, first).await.refused(410, "quiz.day_over");
    app.tick().await;
    let second = quiz::answers(&li.get("/quiz/daily").await.ok(200), 5);
    // it holds for the day on which it was changed, also after a restart; and a shorter one closes nothing before its time
    app.set_clock("2026-07-03T08:00:00+08:00");
    let (organiser, li) = ((organiser.id, organiser.employee_no.clone()), (li.id, li.employee_no.clone()));
    let app = app.restarted().await;
    let (organiser, li) = (app.sign_in(organiser.0, &organiser.1).await, app.sign_in(li.0, &li.1).await);
    organiser.put("/settings/study.offline_grace_hours", change(json!(0))).await.ok(200);
    assert_eq!(li.put("/quiz/daily/2026-07-02/submission", second).await.ok(201)["late"], true);
    app.drain().await;
}

#[tokio::test]
async fn papers_that_are_set_keep_their_time() {
    let app = TestApp::start().await;
    app.set_clock("2026-07-01T05:00:00+08:00");
    let (organiser, li) = (quiz::organiser(&app).await, app.member("李一").sign_in().await);
    let bank = organiser.get("/questions?limit=3").await.ok(200);
    let ids: Vec<Value> = bank["items"].as_array().unwrap().iter().map(|question| question["id"].clone()).collect();
    let before = setting(&organiser, "quiz.paper_at").await;
    assert!(before["title"].as_str().unwrap().contains("已设定的不变"), "{before}");
    organiser.put("/quiz/daily/2026-07-01", json!({ "question_ids": ids })).await.ok(200);
    organiser.put("/settings/quiz.paper_at", change(json!("05:10"))).await.ok(200);
    app.set_clock("2026-07-01T05:10:00+08:00");
    app.tick().await;
    li.get("/quiz/daily").await.refused(404, "quiz.no_paper");
    app.set_clock("2026-07-01T07:50:00+08:00");
    app.tick().await;
    let li = app.sign_in_anew(&li).await;
    assert_eq!(li.get("/quiz/daily").await.ok(200)["questions"].as_array().unwrap().len(), 3);
    app.drain().await;
}

#[tokio::test]
async fn a_delicate_change_waits_on_the_desk_of_those_who_can_approve_it() {
    let app = TestApp::start().await;
    let (zhao, qian) = (administrator(&app, "赵").await, administrator(&app, "钱").await);
    let organiser = organiser(&app).await;
    let waits = async |who: &Person<'_>| who.get("/me/desk").await.ok(200)["items"].clone();
    let propose = async || {
        let proposal = zhao.put("/settings/sessions.days", change(json!(2))).await.ok(202);
        format!("/setting-proposals/{}", proposal["id"].as_str().unwrap())
    };
    let path = propose().await;
    let item = waits(&qian).await[0].clone();
    assert_eq!((&item["kind"], &item["link"]), (&json!("setting_proposal"), &json!(path)));
    assert_eq!((waits(&zhao).await, waits(&organiser).await), (json!([]), json!([])));
    // what is in force already changes nothing, and shows what waits
    let same = qian.put("/settings/sessions.days", change(Value::Null)).await.ok(200);
    assert_eq!(format!("/setting-proposals/{}", same["proposal"]["id"].as_str().unwrap()), path);
    zhao.post(&format!("{path}/withdrawal"), json!({})).await.ok(200);
    assert_eq!(waits(&qian).await, json!([]));
    let path = propose().await;
    qian.post(&format!("{path}/approval"), json!({})).await.ok(200);
    assert_eq!(waits(&qian).await, json!([]));
    app.drain().await;
}
