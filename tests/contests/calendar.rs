//! Writing contests, moving them on, and who may.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{announced, body, opened, organiser, start, with};
use crate::support::{Person, TestApp};
use xianfeng::learning::quiz::Quiz;

const VERBS: [&str; 5] = ["announcement", "opening", "closing", "publication", "withdrawal"];

/// A contest that was brought into `state`, with a question of its own, since contests do not share them.
async fn in_state(app: &TestApp, organiser: &Person<'_>, state: &str) -> String {
    let made = organiser.get("/contests?managed=true&limit=100").await.ok(200)["items"].as_array().unwrap().len();
    let question = json!({
        "kind": "judge", "stem": format!("竞赛专用第{made}题"), "answer": ["true"],
        "category": "专用", "difficulty": "easy",
    });
    let question = &organiser.post("/questions", question).await.ok(201)["id"];
    let named = with(body(app), &[("/paper", json!({ "question_ids": [question] }))]);
    let contest = organiser.post("/contests", named).await.ok(201);
    let path = format!("/contests/{}", contest["id"].as_str().unwrap());
    let way: &[&str] = match state {
        "draft" => &[],
        "announced" => &VERBS[..1],
        "open" => &VERBS[..2],
        "closed" => &VERBS[..3],
        "published" => &VERBS[..4],
        _ => &VERBS[4..],
    };
    for verb in way {
        if *verb == "publication" {
            organiser.post(&format!("{path}/publication"), json!({})).await.refused(409, "contests.not_ranked");
            app.tick().await;
        }
        organiser.post(&format!("{path}/{verb}"), json!({})).await.ok(200);
    }
    assert_eq!(organiser.get(&path).await.ok(200)["state"], state);
    path
}

#[tokio::test]
async fn every_verb_is_done_in_its_states_by_who_may_and_no_other() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let member = app.member("某甲").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    // what each verb makes of each state: the state after it, or "" for a refusal
    let table: [(&str, [&str; 5]); 6] = [
        ("draft", ["announced", "", "", "", "withdrawn"]),
        ("announced", ["announced", "open", "", "", "withdrawn"]),
        ("open", ["", "open", "closed", "", ""]),
        ("closed", ["", "", "closed", "published", ""]),
        ("published", ["", "", "", "published", ""]),
        ("withdrawn", ["", "", "", "", "withdrawn"]),
    ];
    for (state, outcomes) in table {
        for (verb, after) in VERBS.iter().zip(outcomes) {
            let path = in_state(&app, &organiser, state).await;
            if state == "closed" {
                app.tick().await;
            }
            let verb = format!("{path}/{verb}");
            member.post(&verb, json!({})).await.refused(403, "access.denied");
            auditor.post(&verb, json!({})).await.refused(403, "access.denied");
            secretary.post(&verb, json!({})).await.refused(403, "access.out_of_scope");
            let reply = organiser.post(&verb, json!({})).await;
            if after.is_empty() {
                reply.refused(409, "contests.wrong_state");
                assert_eq!(organiser.get(&path).await.ok(200)["state"], state);
            } else {
                assert_eq!(reply.ok(200)["state"], after, "{state} {verb}");
            }
            // a draft and what was withdrawn are none of the members' business
            let seen = member.get(&path).await.status;
            let now = if after.is_empty() { state } else { after };
            assert_eq!(seen == 404, matches!(now, "draft" | "withdrawn"), "{now}");
        }
    }
}

#[tokio::test]
async fn a_paper_that_the_bank_cannot_fill_is_refused_with_what_is_missing() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let lines = json!({ "lines": [
        { "category": "党章", "difficulty": "easy", "count": 6 },
        { "category": "党章", "kind": "single", "difficulty": "hard", "count": 9 },
        { "category": "廉政", "count": 2 },
    ] });
    let contest = organiser.post("/contests", with(body(&app), &[("/paper", lines)])).await.ok(201);
    let path = format!("/contests/{}", contest["id"].as_str().unwrap());
    let refused = organiser.post(&format!("{path}/announcement"), json!({})).await.refused(422, "contests.bank_short");
    let errors: Vec<(&str, &str)> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["message"].as_str().unwrap()))
        .collect();
    assert_eq!(
        errors,
        [
            ("/paper/lines/1", "第 2 条抽题规则（党章·单选题·难 9 道）还缺 3 道题"),
            ("/paper/lines/2", "第 3 条抽题规则（廉政 2 道）还缺 2 道题"),
        ]
    );
    let fixed = json!({ "question_ids": [app.unit("JT")] });
    organiser.patch(&path, json!({ "paper": fixed })).await.ok(200);
    let refused = organiser.post(&format!("{path}/announcement"), json!({})).await.refused(422, "contests.bank_short");
    assert_eq!(refused["errors"][0]["pointer"], "/paper/question_ids/0");
    assert_eq!(organiser.get(&path).await.ok(200)["state"], "draft");
}

#[tokio::test]
async fn questions_of_daily_papers_are_drawn_only_when_there_are_no_others() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let singles = organiser.get("/questions?kind=single&limit=2").await.ok(200);
    let shown: Vec<Value> =
        singles["items"].as_array().unwrap().iter().map(|question| question["id"].clone()).collect();
    organiser.put("/quiz/daily/2026-07-01", json!({ "question_ids": shown })).await.ok(200);
    let member = app.member("李一").sign_in().await;
    for (minute, count, expected) in [(1, 10, 0), (2, 12, 2)] {
        let opens_at = format!("2026-07-01T08:0{minute}:00+08:00");
        let line = json!([{ "category": "党章", "kind": "single", "count": count }]);
        let body = with(body(&app), &[("/opens_at", json!(opens_at)), ("/paper/lines", line)]);
        let contest = announced(&organiser, body).await;
        app.set_clock(&opens_at);
        app.tick().await;
        let attempt = start(&member, &contest).await;
        let asked = attempt["questions"].as_array().unwrap().iter().filter(|question| shown.contains(&question["id"]));
        assert_eq!(asked.count(), expected, "{attempt}");
        organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
        app.tick().await;
        organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
        app.tick().await;
    }
}

#[tokio::test]
async fn a_contest_whose_bank_shrank_stays_announced_and_its_author_is_told_once() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let listed = organiser.get("/questions?limit=3").await.ok(200);
    let ids: Vec<Value> = listed["items"].as_array().unwrap().iter().map(|question| question["id"].clone()).collect();
    let contest = announced(&organiser, with(body(&app), &[("/paper", json!({ "question_ids": ids }))])).await;
    let question = format!("/questions/{}", ids[1].as_str().unwrap());
    organiser.patch(&question, json!({ "retired": true })).await.ok(200);
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.drain().await;
    app.drain().await;
    let seen = organiser.get(&contest).await.ok(200);
    assert_eq!(
        (&seen["state"], &seen["managed"]["shortage"]),
        (&json!("announced"), &json!("第 2 道指定题目不存在或已停用"))
    );
    organiser.post(&format!("{contest}/opening"), json!({})).await.refused(422, "contests.bank_short");
    let told = |notices: &Value| {
        let items = notices["items"].as_array().unwrap().iter();
        items.filter(|notice| notice["title"].as_str().unwrap().starts_with("知识竞赛未能开始")).count()
    };
    assert_eq!(told(&organiser.get("/me/notices").await.ok(200)), 1);
    organiser.patch(&question, json!({ "retired": false })).await.ok(200);
    app.tick().await;
    let seen = organiser.get(&contest).await.ok(200);
    assert_eq!((&seen["state"], &seen["managed"]["shortage"]), (&json!("open"), &Value::Null));
}

#[tokio::test]
async fn the_clock_opens_and_closes_also_after_the_server_was_down() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = announced(&organiser, body(&app)).await;
    let li = app.member("李一").sign_in().await;
    app.set_clock("2026-07-01T08:00:59+08:00");
    app.tick().await;
    li.post(&format!("{contest}/attempts"), json!({})).await.refused(409, "contests.not_open");
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    li.post(&format!("{contest}/attempts"), json!({})).await.ok(201);
    app.set_clock("2026-07-01T08:11:59+08:00");
    app.tick().await;
    assert_eq!(li.get(&contest).await.ok(200)["state"], "open");
    app.set_clock("2026-07-01T08:12:00+08:00");
    app.tick().await;
    assert_eq!(li.get(&contest).await.ok(200)["state"], "closed");

    let later = [
        ("/opens_at", json!("2026-07-01T08:13:00+08:00")),
        ("/closes_at", json!("2026-07-01T08:14:00+08:00")),
        ("/paper/lines", json!([{ "category": "党史", "count": 4 }])),
    ];
    let missed = announced(&organiser, with(body(&app), &later)).await;
    app.set_clock("2026-07-01T08:14:30+08:00");
    app.tick().await;
    app.tick().await;
    let seen = organiser.get(&missed).await.ok(200);
    assert_eq!(seen["state"], "closed");
    assert!(seen["ranked_at"].is_string(), "ranked with nobody: {seen}");
    app.drain().await;
    // nobody is told of what nobody could sit; who organised it is
    let told = async |who: &Person<'_>, what: &str| {
        let found = who.get("/me/notices").await.ok(200);
        found["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|notice| notice["title"].as_str().unwrap().starts_with(what))
            .count()
    };
    assert_eq!((told(&li, "知识竞赛开始").await, told(&li, "知识竞赛未能进行").await), (1, 0));
    assert_eq!(told(&organiser, "知识竞赛未能进行").await, 1);
}

#[tokio::test]
async fn a_contest_is_changed_until_it_opens_and_written_once() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let send = async |key: &str, body: Value| {
        let request = organiser.request(reqwest::Method::POST, "/contests").header("Idempotency-Key", key);
        crate::support::send(request.json(&body)).await
    };
    let first = send("c-1", body(&app)).await.ok(201);
    assert_eq!(send("c-1", body(&app)).await.ok(201)["id"], first["id"]);
    send("c-1", with(body(&app), &[("/title", json!("别的"))])).await.refused(422, "idempotency.reused");
    let path = format!("/contests/{}", first["id"].as_str().unwrap());
    let changed = organiser.patch(&path, json!({ "title": "改名", "closes_at": "2026-07-01T08:30:00+08:00" })).await;
    assert_eq!(changed.ok(200)["title"], "改名");
    for (field, value) in [
        ("closes_at", json!("2026-07-01T07:00:00+08:00")),
        ("paper", json!({})),
        ("paper", json!({ "lines": [{ "count": 101 }] })),
        ("terms", with(body(&app)["terms"].clone(), &[("/minutes", json!(0))])),
        ("terms", with(body(&app)["terms"].clone(), &[("/attempts", json!(6))])),
    ] {
        organiser.patch(&path, json!({ field: value })).await.refused(422, "body.invalid");
    }
    organiser.post(&format!("{path}/announcement"), json!({})).await.ok(200);
    assert_eq!(organiser.patch(&path, json!({ "title": "再改" })).await.ok(200)["title"], "再改");
    organiser.post(&format!("{path}/opening"), json!({})).await.ok(200);
    organiser.patch(&path, json!({ "title": "又改" })).await.refused(409, "contests.wrong_state");
}

#[tokio::test]
async fn a_secretary_runs_a_contest_for_the_branch_and_nobody_else_sees_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let east = app.member("东").sign_in().await;
    let west = app.member("西").home("XZ21").sign_in().await;
    secretary.post("/contests", body(&app)).await.refused(403, "access.out_of_scope");
    let contest = opened(&app, &secretary, with(body(&app), &[("/unit_id", json!(app.unit("ZB1")))])).await;
    start_and_leave(&east, &contest).await;
    west.get(&contest).await.refused(404, "contests.not_found");
    west.post(&format!("{contest}/attempts"), json!({})).await.refused(404, "contests.not_found");
    let listed = |reply: Value| reply["items"].as_array().unwrap().len();
    assert_eq!(listed(east.get("/contests?state=open").await.ok(200)), 1);
    assert_eq!(listed(west.get("/contests").await.ok(200)), 0);
    assert_eq!(listed(organiser.get("/contests?managed=true").await.ok(200)), 1);
    west.get("/contests?managed=true").await.refused(403, "access.denied");
    east.get("/contests?state=ended").await.refused(400, "query.invalid");
    assert_eq!(east.get(&contest).await.ok(200)["managed"], Value::Null);
    assert!(secretary.get(&contest).await.ok(200)["managed"].is_object());
}

async fn start_and_leave(member: &Person<'_>, contest: &str) {
    member.post(&format!("{contest}/attempts"), json!({})).await.ok(201);
}

/// The ids of `count` questions of a category, as the bank lists them.
async fn bank(organiser: &Person<'_>, category: &str, count: usize) -> Vec<Value> {
    let listed = organiser.get(&format!("/questions?category={category}&limit={count}")).await.ok(200);
    let ids: Vec<Value> = listed["items"].as_array().unwrap().iter().map(|question| question["id"].clone()).collect();
    assert_eq!(ids.len(), count);
    ids
}

fn fixed(app: &TestApp, questions: &[Value]) -> Value {
    with(body(app), &[("/paper", json!({ "question_ids": questions }))])
}

#[tokio::test]
async fn a_fixed_paper_names_no_question_whose_key_others_show() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (member, ids) = (app.member("李一").sign_in().await, bank(&organiser, "党章", 8).await);
    let set = async |day: &str, ids: &[Value]| {
        organiser.put(&format!("/quiz/daily/{day}"), json!({ "question_ids": ids })).await
    };
    set("2026-07-01", &ids[..1]).await.ok(200);
    // a contest of the second question is announced: from now on the question is its own
    let first = announced(&organiser, fixed(&app, &ids[1..2])).await;

    // saving names what is taken, by position, and saves nothing
    let paper = [ids[2].clone(), ids[1].clone(), ids[3].clone(), ids[0].clone()];
    let refused = organiser.post("/contests", fixed(&app, &paper)).await.refused(409, "contests.questions_taken");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.starts_with("第 4 题在近期或已安排的每日一答中；第 2 题在另一场尚未公布成绩的竞赛中"), "{detail}");
    let errors: Vec<(&str, &str)> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    assert_eq!(errors, [("/paper/question_ids/3", "on_daily_paper"), ("/paper/question_ids/1", "in_contest")]);
    let second = organiser.post("/contests", fixed(&app, &ids[2..4])).await.ok(201);
    let second = format!("/contests/{}", second["id"].as_str().unwrap());
    organiser
        .patch(&second, json!({ "paper": { "question_ids": paper } }))
        .await
        .refused(409, "contests.questions_taken");

    // of two drafts with one question, the one that is announced first has it
    let third = organiser.post("/contests", fixed(&app, &ids[3..5])).await.ok(201);
    let third = format!("/contests/{}", third["id"].as_str().unwrap());
    organiser.post(&format!("{second}/announcement"), json!({})).await.ok(200);
    let refused = organiser.post(&format!("{third}/announcement"), json!({})).await;
    assert!(
        refused.refused(409, "contests.questions_taken")["detail"].as_str().unwrap().starts_with("第 1 题在另一场")
    );

    // a daily paper neither names nor draws what an announced contest asks, but members may still practise it
    set("2026-07-02", &ids[2..3]).await.refused(422, "body.invalid");
    let practise = json!({ "question_id": ids[2], "answer": ["A"] });
    member.post("/quiz/practice", practise.clone()).await.ok(200);
    let offered = async || member.get("/quiz/practice/questions?limit=50").await.ok(200).to_string();
    assert!(offered().await.contains(ids[2].as_str().unwrap()), "or its absence would tell");
    organiser.post(&format!("{second}/opening"), json!({})).await.ok(200);
    member.post("/quiz/practice", practise).await.refused(409, "quiz.guarded");
    assert!(!offered().await.contains(ids[2].as_str().unwrap()));

    // withdrawing gives the questions back
    organiser.post(&format!("{first}/withdrawal"), json!({})).await.ok(200);
    set("2026-07-02", &ids[1..2]).await.ok(200);
    // anyone who answered a paper weeks ago has learnt from it, which is what papers are for
    app.set_clock("2026-07-20T08:00:00+08:00");
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let days = [("/opens_at", json!("2026-07-20T09:00:00+08:00")), ("/closes_at", json!("2026-07-20T10:00:00+08:00"))];
    organiser.post("/contests", with(fixed(&app, &ids[..1]), &days)).await.ok(201);
}

#[tokio::test]
async fn a_fixed_paper_that_was_taken_before_the_opening_stays_shut_and_says_why() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let ids = bank(&organiser, "党章", 3).await;
    let contest = announced(&organiser, fixed(&app, &ids)).await;
    // as contests stood that were announced before questions were kept for them
    let id: uuid::Uuid = contest.rsplit('/').next().unwrap().parse().unwrap();
    let quiz = app.app.get::<Quiz>().clone();
    app.write(move |tx| Ok(quiz.release(tx, id)?)).await;
    organiser.put("/quiz/daily/2026-07-01", json!({ "question_ids": [ids[1]] })).await.ok(200);
    organiser.post(&format!("{contest}/opening"), json!({})).await.refused(409, "contests.questions_taken");
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    let seen = organiser.get(&contest).await.ok(200);
    assert_eq!(seen["state"], "announced");
    assert_eq!(seen["managed"]["shortage"], "第 2 题在近期或已安排的每日一答中");
    app.drain().await;
    let notices = organiser.get("/me/notices").await.ok(200);
    assert!(notices["items"][0]["title"].as_str().unwrap().starts_with("知识竞赛未能开始"), "{notices}");
}

#[tokio::test]
async fn of_two_contests_announced_at_once_with_one_question_one_is() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let ids = bank(&organiser, "党章", 1).await;
    let mut paths = Vec::new();
    for _ in 0..4 {
        let contest = organiser.post("/contests", fixed(&app, &ids)).await.ok(201);
        paths.push(format!("/contests/{}/announcement", contest["id"].as_str().unwrap()));
    }
    let replies = futures_util::future::join_all(paths.iter().map(|path| organiser.post(path, json!({})))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.refused(409, "contests.questions_taken");
    }
}

#[tokio::test]
async fn a_contest_may_be_part_of_a_meeting_of_its_audience() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let meeting = async |leader: &Person<'_>, unit: &str| {
        let body =
            json!({ "kind": "theme_day", "unit_id": app.unit(unit), "held_on": "2026-07-01", "title": "主题党日" });
        leader.post("/meetings", body).await.ok(201)["id"].clone()
    };
    let (ours, theirs) = (meeting(&east, "ZB1").await, meeting(&west, "ZB2").await);
    let of = |unit: &str, meeting: &Value| {
        with(body(&app), &[("/unit_id", json!(app.unit(unit))), ("/meeting_id", meeting.clone())])
    };
    let wrong = async |person: &Person<'_>, body: Value, code: &str| {
        let refused = person.post("/contests", body).await.refused(422, "body.invalid");
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&json!("/meeting_id"), &json!(code))
        );
    };
    wrong(&east, of("ZB1", &theirs), "wrong_meeting").await;
    wrong(&organiser, of("JT", &ours), "wrong_meeting").await;
    wrong(&east, of("ZB1", &json!(app.unit("ZB1"))), "no_such_meeting").await;
    let contest = announced(&east, of("XZ11", &ours)).await;
    let member = app.member("李一").sign_in().await;
    let seen = member.get(&contest).await.ok(200);
    assert_eq!(seen["meeting_id"], ours);
    assert_eq!(
        seen["meeting"],
        json!({ "id": ours, "kind": "theme_day", "title": "主题党日", "held_on": "2026-07-01" })
    );
    let draft = east.post("/contests", of("ZB1", &ours)).await.ok(201);
    let path = format!("/contests/{}", draft["id"].as_str().unwrap());
    let kept = east.patch(&path, json!({ "title": "改名" })).await.ok(200);
    assert_eq!((&kept["meeting_id"], &kept["meeting"]["title"]), (&ours, &json!("主题党日")));
    let none = east.patch(&path, json!({ "meeting_id": null })).await.ok(200);
    assert_eq!((&none["meeting_id"], &none["meeting"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_contest_is_sat_at_a_meeting_of_the_days_on_which_it_is_open() {
    let app = TestApp::start().await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    organiser(&app).await;
    for (day, fits) in [("2020-01-01", false), ("2026-06-30", false), ("2026-07-01", true), ("2026-07-02", false)] {
        let body = json!({ "kind": "theme_day", "unit_id": app.unit("ZB1"), "held_on": day, "title": "主题党日" });
        let meeting = east.post("/meetings", body).await.ok(201)["id"].clone();
        let contest = with(self::body(&app), &[("/unit_id", json!(app.unit("ZB1"))), ("/meeting_id", meeting)]);
        let reply = east.post("/contests", contest).await;
        if fits {
            reply.ok(201);
        } else {
            assert_eq!(reply.refused(422, "body.invalid")["errors"][0]["code"], "other_day", "{day}");
        }
    }
}

#[tokio::test]
async fn dates_far_ahead_are_refused_and_keep_no_question_from_others() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let ids = bank(&organiser, "党章", 5).await;
    let far = [("/opens_at", json!("2099-01-01T08:00:00+08:00")), ("/closes_at", json!("2099-01-01T09:00:00+08:00"))];
    let refused = organiser.post("/contests", with(fixed(&app, &ids), &far)).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/opens_at");
    let draft = organiser.post("/contests", fixed(&app, &ids)).await.ok(201);
    let path = format!("/contests/{}", draft["id"].as_str().unwrap());
    organiser.patch(&path, json!({ "opens_at": far[0].1, "closes_at": far[1].1 })).await.refused(422, "body.invalid");
    organiser.put("/quiz/daily/2099-01-01", json!({ "question_ids": ids })).await.refused(422, "quiz.day_too_far");
    organiser.put("/quiz/daily/2027-07-03", json!({ "question_ids": ids })).await.refused(422, "quiz.day_too_far");
    organiser.post(&format!("{path}/announcement"), json!({})).await.ok(200);
    let mut campaign = crate::campaigns::body(&app);
    campaign["terms"]["timetable"] = json!([
        { "stage": "entry", "opens_at": "2099-01-01T08:00:00+08:00", "closes_at": "2099-01-02T08:00:00+08:00" },
        { "stage": "publicity", "opens_at": "2099-01-02T08:00:00+08:00", "closes_at": "2099-01-03T08:00:00+08:00" },
        { "stage": "vote", "opens_at": "2099-01-03T08:00:00+08:00", "closes_at": "2099-01-04T08:00:00+08:00" },
    ]);
    let refused = organiser.post("/campaigns", campaign).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/terms/timetable/0/opens_at");
    app.drain().await;
}
