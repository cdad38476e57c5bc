//! The challenge: runs on the server's clock, their ends, what they come to on the board and in points.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::db::schema::{challenge_answers, challenge_runs};
use xianfeng::on;

use crate::support::{Person, Reply, TestApp, send};
use xianfeng::learning::challenge::Challenge;

/// An organiser with a bank of `count` questions whose right answer is B.
async fn organiser(app: &TestApp, count: usize) -> Person<'_> {
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let mut csv = String::from("题型,题干,选项A,选项B,答案,解析,分类\n");
    (0..count).for_each(|n| csv += &format!("单选题,第{n}道题,甲,乙,B,因为{n},类{}\n", n % 3));
    let report = send(organiser.request(Method::POST, "/imports/questions").body(csv)).await.ok(200);
    assert_eq!(report["accepted"], count, "{report}");
    organiser
}

async fn start(who: &Person<'_>) -> Value {
    who.post("/challenge/runs", json!({})).await.ok(201)
}

fn path(run: &Value, what: &str) -> String {
    format!("/challenge/runs/{}/{what}", run["id"].as_str().unwrap())
}

async fn give(who: &Person<'_>, run: &Value, seq: i64, letter: &str) -> Reply {
    who.post(&path(run, "answers"), json!({ "seq": seq, "answer": [letter] })).await
}

/// Answers the waiting question a second after it was dealt; what came back.
async fn answer(app: &TestApp, who: &Person<'_>, run: &Value, letter: &str) -> Value {
    app.advance_seconds(1);
    give(who, run, run["question"]["seq"].as_i64().unwrap(), letter).await.ok(200)
}

/// A run with `right` right answers; the run as the last answer left it.
async fn climb(app: &TestApp, who: &Person<'_>, mut run: Value, right: usize) -> Value {
    for _ in 0..right {
        let result = answer(app, who, &run, "B").await;
        assert_eq!((&result["right"], &result["late"]), (&json!(true), &json!(false)));
        run = result["run"].clone();
    }
    run
}

/// A run that ends by a wrong answer after `right` right ones.
async fn play(app: &TestApp, who: &Person<'_>, right: usize) -> Value {
    let run = climb(app, who, start(who).await, right).await;
    answer(app, who, &run, "A").await["run"].clone()
}

async fn points(who: &Person<'_>) -> Vec<(i64, i64)> {
    let entries = who.get("/me/points/entries").await.ok(200);
    let entries = entries["items"].as_array().unwrap().iter().rev();
    entries.map(|entry| (entry["wanted"].as_i64().unwrap(), entry["points"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn a_run_that_ended_by_a_wrong_key_keeps_what_it_earned_and_its_member_is_told() {
    let app = TestApp::start().await;
    let organiser = organiser(&app, 12).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let run = climb(&app, &li, start(&li).await, 2).await;
    let question = run["question"]["id"].as_str().unwrap_or_else(|| panic!("{run}")).to_owned();
    assert_eq!(answer(&app, &li, &run, "A").await["right"], false);
    let before = points(&li).await;
    // somebody is asked the question at this moment, if the draw comes to it
    let waiting = start(&wang).await;
    let path = format!("/questions/{question}/correction");
    organiser.post(&path, json!({ "answer": ["A"], "reason": "答案录反" })).await.ok(201);
    app.drain().await;
    app.drain().await;
    let told = async |who: &Person<'_>| {
        let found = who.get("/me/notices").await.ok(200);
        let items = found["items"].as_array().unwrap().iter();
        items
            .filter(|notice| notice["title"] == "答题成绩更正")
            .map(|notice| notice["body"].to_string())
            .collect::<Vec<_>>()
    };
    let said = told(&li).await;
    assert!(said.len() == 1 && said[0].contains("1 次挑战") && said[0].contains("积分没有变化"), "{said:?}");
    assert!(told(&wang).await.is_empty());
    assert_eq!(points(&li).await, before);
    let book = li.get("/me/quiz/wrong-answers").await.ok(200);
    assert_eq!(book["items"], json!([]), "only the wrong key had brought it there");
    let letter = if waiting["question"]["id"] == *question { "A" } else { "B" };
    assert_eq!(answer(&app, &wang, &waiting, letter).await["right"], true);
}

/// Waits until a board of the challenge shows these scores.
async fn shows(app: &TestApp, viewer: &Person<'_>, query: &str, expected: &[(&str, i64)]) {
    let since = Instant::now();
    loop {
        app.tick().await;
        let board = viewer.get(&format!("/boards/enterprise/challenge?{query}")).await.ok(200);
        let items = board["items"].as_array().unwrap().iter();
        let lines: Vec<_> =
            items.map(|line| (line["name"].as_str().unwrap(), line["score"].as_i64().unwrap())).collect();
        if lines == expected {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(4), "{query}: {lines:?} is not {expected:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A run of two right answers that is open when the server dies, on the first; when the server is back.
async fn open_in_a_crash(back: &str) -> (TestApp, (xianfeng::base::id::MemberId, String)) {
    let app = TestApp::start().await;
    organiser(&app, 12).await;
    app.set_clock("2026-07-01T20:00:00+08:00");
    let li = app.member("李一").sign_in().await;
    climb(&app, &li, start(&li).await, 2).await;
    let li = (li.id, li.employee_no.clone());
    let app = app.down_until(back).await;
    app.tick().await;
    (app, li)
}

#[tokio::test]
async fn a_run_that_was_open_when_the_server_died_counts_for_its_day_or_not_at_all() {
    for (back, expected) in [("2026-07-02T04:00:00+08:00", 2), ("2026-07-04T09:00:00+08:00", 0)] {
        let (app, li) = open_in_a_crash(back).await;
        let li = app.sign_in(li.0, &li.1).await;
        let run = li.get("/me/challenge/runs").await.ok(200)["items"][0].clone();
        assert_eq!((&run["ended_because"], &run["right_count"]), (&json!("time_out"), &json!(2)), "{run}");
        assert_eq!(run["points"], expected, "{back}: {run}");
        let given: Vec<_> = if expected > 0 { vec![(expected, expected)] } else { Vec::new() };
        assert_eq!(points(&li).await, given);
        let board = if expected > 0 { vec![("李一", expected)] } else { Vec::new() };
        shows(&app, &li, "period=day&day=2026-07-01", &board).await;
    }
}

#[tokio::test]
async fn a_run_goes_on_until_the_first_wrong_answer() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let li = app.member("李一").sign_in().await;
    li.get("/challenge/runs/current").await.refused(404, "challenge.no_run");
    let run = start(&li).await;
    assert_eq!((&run["question"]["seq"], &run["question"]["milliseconds_left"]), (&json!(1), &json!(20_000)));
    assert!(run["question"].get("answer").is_none() && !run.to_string().contains("因为"), "no key leaves: {run}");
    assert_eq!(li.post("/challenge/runs", json!({})).await.ok(200), run);
    assert_eq!(li.get("/challenge/runs/current").await.ok(200), run);

    let run = climb(&app, &li, run, 3).await;
    assert_eq!((&run["right_count"], &run["points"], &run["ended"]), (&json!(3), &json!(0), &Value::Null));
    let result = answer(&app, &li, &run, "A").await;
    assert_eq!((&result["seq"], &result["right"], &result["answer"]), (&json!(4), &json!(false), &json!(["B"])));
    assert!(result["explanation"].as_str().unwrap().starts_with("因为"));
    let over = &result["run"];
    assert_eq!((&over["right_count"], &over["points"], &over["question"]), (&json!(3), &json!(3), &Value::Null));
    assert_eq!(over["ended"]["because"], "wrong");
    assert_eq!(over["of_day"], json!({ "day": "2026-07-01", "best": 3, "runs": 1, "revival_left": true }));
    assert_eq!(&li.get("/challenge/runs/current").await.ok(200), over);
    assert_eq!(li.get("/challenge/today").await.ok(200), over["of_day"]);

    assert_eq!(points(&li).await, [(3, 3)]);
    let book = li.get("/me/quiz/wrong-answers").await.ok(200);
    assert_eq!(book["items"].as_array().unwrap().len(), 1);
    let history = li.get("/me/challenge/runs").await.ok(200);
    assert_eq!((&history["items"][0]["id"], &history["items"][0]["right_count"]), (&over["id"], &json!(3)));
    assert_eq!(history["next_cursor"], Value::Null);
}

#[tokio::test]
async fn an_answer_after_the_limit_counts_nothing_and_ends_the_run() {
    let app = TestApp::start_with(&["--challenge-seconds=15"]).await;
    organiser(&app, 30).await;
    let li = app.member("李一").sign_in().await;
    let run = climb(&app, &li, start(&li).await, 2).await;
    app.advance_seconds(14);
    let seen = li.get("/challenge/runs/current").await.ok(200);
    assert_eq!(seen["question"]["milliseconds_left"], 1000);
    // just in time
    let result = give(&li, &run, 3, "B").await.ok(200);
    assert_eq!((&result["right"], &result["run"]["question"]["milliseconds_left"]), (&json!(true), &json!(15_000)));
    app.advance_seconds(15);
    let late = give(&li, &run, 4, "B").await.ok(200);
    assert_eq!((&late["right"], &late["late"], &late["answer"]), (&json!(false), &json!(true), &json!(["B"])));
    let over = &late["run"];
    assert_eq!(
        (&over["right_count"], &over["points"], &over["ended"]["because"]),
        (&json!(3), &json!(3), &json!("time_out"))
    );
    assert_eq!(give(&li, &run, 4, "A").await.ok(200), late, "late whatever it says");
    give(&li, &run, 5, "B").await.refused(409, "challenge.not_dealt");
    assert_eq!(li.get("/me/quiz/wrong-answers").await.ok(200)["items"], json!([]));
    assert_eq!(points(&li).await, [(3, 3)]);
}

#[tokio::test]
async fn a_run_that_nobody_looks_at_ends_when_its_time_was_up() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    climb(&app, &li, start(&li).await, 2).await;
    climb(&app, &wang, start(&wang).await, 1).await;
    app.advance_seconds(31);
    app.tick().await;
    assert_eq!(points(&li).await, [(2, 2)]);
    shows(&app, &li, "period=day", &[("李一", 2), ("王二", 1)]).await;
    let over = li.get("/challenge/runs/current").await.ok(200);
    assert_eq!(
        (&over["ended"]["because"], &over["ended"]["at"]),
        (&json!("time_out"), &json!("2026-07-01T08:00:22+08:00"))
    );
    // a new run may begin at once, also when the job has not been by
    let again = start(&wang).await;
    app.advance_seconds(20);
    let next = start(&wang).await;
    assert_ne!(next["id"], again["id"]);
    assert_eq!(next["of_day"]["runs"], 3);
}

#[tokio::test]
async fn a_run_is_revived_once_a_day() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let li = app.member("李一").sign_in().await;
    let run = climb(&app, &li, start(&li).await, 2).await;
    li.post(&path(&run, "revival"), json!({})).await.refused(409, "challenge.still_running");
    let over = answer(&app, &li, &run, "A").await["run"].clone();
    assert_eq!(over["ended"]["revivable_until"], "2026-07-01T08:05:03+08:00");

    let revival = path(&run, "revival");
    let replies = join_all((0..16).map(|_| li.post(&revival, json!({})))).await;
    let revived = replies[0].ok(200);
    assert!(replies.iter().all(|reply| reply.json() == revived), "one revival, however often it is asked for");
    assert_eq!((&revived["revived"], &revived["right_count"]), (&json!(true), &json!(2)));
    assert_eq!((&revived["question"]["seq"], &revived["question"]["milliseconds_left"]), (&json!(4), &json!(20_000)));
    assert_eq!((&revived["ended"], &revived["of_day"]["revival_left"]), (&Value::Null, &json!(false)));
    let run = climb(&app, &li, revived, 3).await;
    let over = answer(&app, &li, &run, "A").await["run"].clone();
    assert_eq!((&over["right_count"], &over["points"]), (&json!(5), &json!(5)));
    assert_eq!(over["ended"]["revivable_until"], Value::Null);
    assert_eq!(points(&li).await, [(2, 2), (3, 3)], "the second end earns what it adds");
    li.post(&path(&run, "revival"), json!({})).await.refused(409, "challenge.revival_used");
    let second = play(&app, &li, 0).await;
    li.post(&path(&second, "revival"), json!({})).await.refused(409, "challenge.revival_used");

    app.set_clock("2026-07-02T08:00:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    let (first, second) = (play(&app, &li, 0).await, play(&app, &li, 0).await);
    li.post(&path(&first, "revival"), json!({})).await.refused(409, "challenge.not_revivable");
    app.advance_seconds(300);
    li.post(&path(&second, "revival"), json!({})).await.refused(410, "challenge.revival_over");
    let third = start(&li).await;
    app.advance_seconds(40);
    assert_eq!(li.post(&path(&third, "revival"), json!({})).await.ok(200)["question"]["seq"], 2, "after a time-out");
}

#[tokio::test]
async fn no_question_comes_twice_until_the_bank_is_exhausted() {
    let app = TestApp::start().await;
    let nobody = app.member("空").sign_in().await;
    nobody.post("/challenge/runs", json!({})).await.refused(409, "challenge.no_questions");
    organiser(&app, 12).await;
    let li = app.member("李一").sign_in().await;
    let (mut run, mut seen) = (start(&li).await, HashSet::new());
    for n in 1..=12 {
        assert!(seen.insert(run["question"]["id"].as_str().unwrap().to_owned()), "dealt twice");
        if n == 7 {
            assert_eq!(answer(&app, &li, &run, "A").await["run"]["ended"]["because"], "wrong");
            run = li.post(&path(&run, "revival"), json!({})).await.ok(200);
        } else {
            run = answer(&app, &li, &run, "B").await["run"].clone();
        }
    }
    assert_eq!((&run["ended"]["because"], &run["right_count"]), (&json!("bank_exhausted"), &json!(11)));
    assert_eq!(points(&li).await, [(6, 6), (5, 0)], "six points a day at most");
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["day"], 6);
}

#[tokio::test]
async fn answers_faster_than_anybody_reads_are_refused_and_counted() {
    let app = TestApp::start().await;
    let organiser = organiser(&app, 30).await;
    let south = app.member("南组织").role(Role::Organiser, "DW2").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let run = start(&li).await;
    for _ in 0..3 {
        let refused = give(&li, &run, 1, "B").await;
        refused.refused(429, "challenge.too_fast");
        assert_eq!(refused.header("retry-after"), Some("1"));
    }
    app.clock.set(xianfeng::base::time::Timestamp::from_micros(app.now().micros() + 399_999));
    give(&li, &run, 1, "A").await.refused(429, "challenge.too_fast");
    app.clock.set(xianfeng::base::time::Timestamp::from_micros(app.now().micros() + 1));
    assert_eq!(give(&li, &run, 1, "B").await.ok(200)["right"], true);
    assert_eq!(li.get("/challenge/runs/current").await.ok(200)["right_count"], 1);

    let review = organiser.get("/challenge/review").await.ok(200);
    let first = &review["items"][0];
    assert_eq!((&first["name"], &first["too_fast_count"], &first["id"]), (&json!("李一"), &json!(4), &run["id"]));
    assert_eq!(organiser.get("/challenge/review?minimum=5").await.ok(200)["items"], json!([]));
    assert_eq!(south.get("/challenge/review").await.ok(200)["items"], json!([]));
    let dw1 = app.unit("DW1");
    south.get(&format!("/challenge/review?unit_id={dw1}")).await.refused(403, "access.out_of_scope");
    let below = organiser.get(&format!("/challenge/review?unit_id={dw1}&limit=1")).await.ok(200);
    assert_eq!((below["items"].as_array().unwrap().len(), &below["next_cursor"]), (1, &Value::Null));
    li.get("/challenge/review").await.refused(403, "access.denied");
}

#[tokio::test]
async fn sixty_four_identical_answers_are_one() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let li = app.member("李一").sign_in().await;
    let begun = join_all((0..64).map(|_| li.post("/challenge/runs", json!({})))).await;
    assert_eq!(begun.iter().filter(|reply| reply.status == 201).count(), 1);
    let run = begun[0].json();
    assert!(begun.iter().all(|reply| reply.json() == run));

    app.advance_seconds(2);
    let replies = join_all((0..64).map(|_| give(&li, &run, 1, "B"))).await;
    let result = replies[0].ok(200);
    assert!(replies.iter().all(|reply| reply.status == 200 && reply.json() == result));
    assert_eq!((&result["right"], &result["run"]["right_count"]), (&json!(true), &json!(1)));
    assert_eq!(result["run"]["question"]["seq"], 2);

    app.advance_seconds(2);
    let replies = join_all((0..64).map(|_| give(&li, &run, 2, "A"))).await;
    let result = replies[0].ok(200);
    assert!(replies.iter().all(|reply| reply.status == 200 && reply.json() == result));
    assert_eq!((&result["right"], &result["run"]["points"]), (&json!(false), &json!(1)));
    assert_eq!(points(&li).await, [(1, 1)]);
    let book = li.get("/me/quiz/wrong-answers").await.ok(200);
    assert_eq!(book["items"][0]["times_wrong"], 1);
    assert_eq!(li.get("/challenge/today").await.ok(200)["runs"], 1);
}

#[tokio::test]
async fn only_what_was_dealt_can_be_answered_and_only_once() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let run = start(&li).await;
    for seq in [2, 0, -1, i64::from(i32::MAX)] {
        give(&li, &run, seq, "B").await.refused(409, "challenge.not_dealt");
    }
    app.advance_seconds(1);
    give(&wang, &run, 1, "B").await.refused(404, "challenge.run_not_found");
    wang.post(&path(&run, "completion"), json!({})).await.refused(404, "challenge.run_not_found");
    let many = json!({ "seq": 1, "answer": vec!["B"; 13] });
    li.post(&path(&run, "answers"), many).await.refused(422, "body.invalid");
    let first = give(&li, &run, 1, "B").await.ok(200);
    give(&li, &run, 1, "A").await.refused(409, "challenge.already_answered");
    assert_eq!(give(&li, &run, 1, "B").await.ok(200), first);
    app.advance_seconds(1);
    give(&li, &run, 2, "B").await.ok(200);
    give(&li, &run, 1, "B").await.refused(409, "challenge.already_answered");

    let over = li.post(&path(&run, "completion"), json!({})).await.ok(200);
    assert_eq!((&over["ended"]["because"], &over["points"]), (&json!("given_up"), &json!(2)));
    assert_eq!(li.post(&path(&run, "completion"), json!({})).await.ok(200), over);
    give(&li, &run, 3, "B").await.refused(410, "challenge.run_over");
    li.post(&path(&run, "revival"), json!({})).await.refused(409, "challenge.not_revivable");
}

#[tokio::test]
async fn a_restart_loses_nothing_and_gives_no_extra_time() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let (id, number) = app.member("李一").unregistered().await;
    app.give_password(id).await;
    let (run, before) = {
        let li = app.sign_in(id, &number).await;
        let run = climb(&app, &li, start(&li).await, 2).await;
        app.advance_seconds(3);
        let last = give(&li, &run, 2, "B").await.ok(200);
        (run, last)
    };
    let app = app.restarted().await;
    let li = app.sign_in(id, &number).await;
    app.advance_seconds(7);
    let seen = li.get("/challenge/runs/current").await.ok(200);
    assert_eq!((&seen["id"], &seen["right_count"]), (&run["id"], &json!(2)));
    assert_eq!(seen["question"]["id"], before["run"]["question"]["id"]);
    assert_eq!(seen["question"]["milliseconds_left"], 10_000);
    let again = give(&li, &run, 2, "B").await.ok(200);
    assert_eq!((&again["right"], &again["answer"]), (&json!(true), &json!(["B"])), "the lost answer is found again");
    app.advance_seconds(10);
    assert_eq!(give(&li, &run, 3, "B").await.ok(200)["late"], true);
    assert_eq!(points(&li).await, [(2, 2)]);
}

#[tokio::test]
async fn only_the_improvement_reaches_the_board_and_the_points() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    play(&app, &wang, 4).await;
    for right in [2, 4, 3] {
        play(&app, &li, right).await;
    }
    assert_eq!(points(&li).await, [(2, 2), (2, 2)]);
    // equal, and Wang was there first
    shows(&app, &li, "period=day", &[("王二", 4), ("李一", 4)]).await;
    play(&app, &li, 9).await;
    assert_eq!(points(&li).await, [(2, 2), (2, 2), (5, 2)]);
    shows(&app, &li, "period=day", &[("李一", 9), ("王二", 4)]).await;
    let total = li.get("/boards/enterprise/total/mine?period=day").await.ok(200);
    assert_eq!(total["score"], 6, "the board of points knows points only");

    app.set_clock("2026-07-02T09:00:00+08:00");
    let (li, admin) = (app.sign_in(li.id, &li.employee_no).await, app.sign_in(admin.id, &admin.employee_no).await);
    play(&app, &li, 1).await;
    let boards: [(&str, &[(&str, i64)]); 4] = [
        ("period=day", &[("李一", 1)]),
        ("period=week", &[("李一", 10), ("王二", 4)]),
        ("period=day&day=2026-07-01", &[("李一", 9), ("王二", 4)]),
        ("period=all", &[("李一", 10), ("王二", 4)]),
    ];
    for (query, expected) in boards {
        shows(&app, &li, query, expected).await;
    }
    let clean = admin.post("/boards/rebuild?dry_run=true", json!({})).await.ok(200);
    assert_eq!((&clean["members"], &clean["differing"]), (&json!(2), &json!(0)), "{clean}");
    app.write(|tx| {
        tx.conn.batch(
            "UPDATE standings SET week_score = 99, version = 1 WHERE measure = 'challenge' AND all_score = 10",
        )?;
        Ok(tx.conn.batch("DELETE FROM standings WHERE measure = 'challenge' AND all_score = 4")?)
    })
    .await;
    let report = admin.post("/boards/rebuild", json!({})).await.ok(200);
    assert_eq!((&report["differing"], &report["written"]), (&json!(2), &json!(2)), "{report}");
    let measures: Vec<_> = report["differences"].as_array().unwrap().iter().map(|d| &d["measure"]).collect();
    assert_eq!(measures, ["challenge", "challenge"]);
    for (query, expected) in boards {
        shows(&app, &li, query, expected).await;
    }
    let listed = li.get("/boards").await.ok(200);
    assert_eq!(listed["measures"][6], json!({ "id": "challenge", "name": "挑战答题" }));
}

#[tokio::test]
async fn a_run_over_midnight_belongs_to_the_day_it_began() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let li = app.member("李一").sign_in().await;
    app.set_clock("2026-07-01T23:59:50+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    let run = climb(&app, &li, start(&li).await, 2).await;
    app.set_clock("2026-07-02T00:00:05+08:00");
    let result = give(&li, &run, 3, "B").await.ok(200);
    assert_eq!((&result["right"], &result["run"]["of_day"]["day"]), (&json!(true), &json!("2026-07-01")));
    assert_eq!(li.get("/challenge/today").await.ok(200)["runs"], 0);
    app.advance_seconds(31);
    app.tick().await;
    let entries = li.get("/me/points/entries").await.ok(200);
    assert_eq!((&entries["items"][0]["day"], &entries["items"][0]["points"]), (&json!("2026-07-01"), &json!(3)));
    shows(&app, &li, "period=day&day=2026-07-01", &[("李一", 3)]).await;
    shows(&app, &li, "period=day", &[]).await;
    shows(&app, &li, "period=week", &[("李一", 3)]).await;
    // it can still be revived for its day
    let revived = li.post(&path(&run, "revival"), json!({})).await.ok(200);
    assert_eq!(revived["of_day"], json!({ "day": "2026-07-01", "best": 3, "runs": 1, "revival_left": false }));
    assert_eq!(li.get("/challenge/today").await.ok(200)["revival_left"], true);
}

#[tokio::test]
async fn questions_of_todays_paper_wait_until_it_is_submitted() {
    let app = TestApp::start().await;
    organiser(&app, 8).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    let on_paper: HashSet<&Value> = paper["questions"].as_array().unwrap().iter().map(|q| &q["id"]).collect();
    let mut run = start(&li).await;
    for _ in 0..3 {
        assert!(!on_paper.contains(&run["question"]["id"]));
        run = answer(&app, &li, &run, "B").await["run"].clone();
    }
    assert_eq!(run["ended"]["because"], "bank_exhausted");
    let answers: Vec<Value> = on_paper.iter().map(|id| json!({ "question_id": id, "answer": ["B"] })).collect();
    li.put("/quiz/daily/2026-07-01/submission", json!({ "answers": answers })).await.ok(201);
    let run = climb(&app, &li, start(&li).await, 8).await;
    assert_eq!(run["ended"]["because"], "bank_exhausted");
}

#[tokio::test]
async fn the_bank_hears_how_questions_fared_once_the_day_is_over() {
    let app = TestApp::start().await;
    let organiser = organiser(&app, 30).await;
    let li = app.member("李一").sign_in().await;
    let first = start(&li).await;
    let second = climb(&app, &li, first.clone(), 1).await;
    let ask = json!({ "question_id": second["question"]["id"], "answer": ["B"] });
    li.post("/quiz/practice", ask.clone()).await.refused(409, "quiz.being_asked");
    answer(&app, &li, &second, "A").await;
    assert_eq!(li.post("/quiz/practice", ask).await.ok(200)["right"], true);
    let unanswered = start(&li).await;
    app.advance_seconds(60);
    app.tick().await;

    let statistics = |run: &Value| format!("/questions/{}/statistics", run["question"]["id"].as_str().unwrap());
    assert_eq!(organiser.get(&statistics(&first)).await.ok(200)["total"]["shown"], 0);
    app.set_clock("2026-07-02T01:00:00+08:00");
    app.tick().await;
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let figures = organiser.get(&statistics(&first)).await.ok(200)["versions"][0].clone();
    assert_eq!(
        (&figures["shown"], &figures["right"], &figures["choices"][1]["count"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let figures = organiser.get(&statistics(&second)).await.ok(200)["versions"][0].clone();
    assert_eq!(
        (&figures["shown"], &figures["right"], &figures["choices"][0]["count"]),
        (&json!(1), &json!(0), &json!(1))
    );
    if ![&first, &second].iter().any(|run| run["question"]["id"] == unanswered["question"]["id"]) {
        assert_eq!(organiser.get(&statistics(&unanswered)).await.ok(200)["total"]["shown"], 0);
    }
}

#[tokio::test]
async fn whatever_comes_at_once_leaves_one_truth() {
    let app = TestApp::start().await;
    organiser(&app, 30).await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let mut run = start(&li).await;
    for round in 0..12 {
        app.advance_seconds(if round % 5 == 4 { 20 } else { 1 });
        let seq = run["question"]["seq"].as_i64().unwrap();
        let (ending, revival) = (path(&run, "completion"), path(&run, "revival"));
        let (li, run_now) = (&li, &run);
        let requests = (0..24).map(async |n| match n % 8 {
            0 => li.post("/challenge/runs", json!({})).await,
            1 if round % 3 == 2 => li.post(&ending, json!({})).await,
            2 => li.post(&revival, json!({})).await,
            3 if round % 4 == 3 => give(li, run_now, seq, "A").await,
            4 => li.get("/challenge/today").await,
            _ => give(li, run_now, seq, "B").await,
        });
        for reply in join_all(requests).await {
            assert!(reply.status < 500, "{}", reply.text());
        }
        run = li.post("/challenge/runs", json!({})).await.json();
    }
    li.post(&path(&run, "completion"), json!({})).await.ok(200);
    let best = li.get("/challenge/today").await.ok(200)["best"].as_i64().unwrap();
    let given = points(&li).await;
    assert_eq!(given.iter().map(|(wanted, _)| wanted).sum::<i64>(), best, "{given:?}");
    assert_eq!(given.iter().map(|(_, points)| points).sum::<i64>(), best.min(6), "{given:?}");
    let runs = li.get("/me/challenge/runs?limit=100").await.ok(200);
    let most = runs["items"].as_array().unwrap().iter().map(|run| run["right_count"].as_i64().unwrap()).max();
    assert_eq!(most, Some(best));
    let report = admin.post("/boards/rebuild?dry_run=true", json!({})).await.ok(200);
    assert_eq!(report["differing"], 0, "{report}");
}

/// How many answers and how many runs are kept.
async fn kept(app: &TestApp) -> (i64, i64) {
    let count = app.db().read(|conn| {
        let answers = on!(conn, c => challenge_answers::table.count().get_result(c))?;
        Ok((answers, on!(conn, c => challenge_runs::table.count().get_result(c))?))
    });
    count.await.unwrap()
}

#[tokio::test]
async fn old_runs_and_their_answers_are_thrown_away_once_they_are_counted() {
    let app = TestApp::start().await;
    let organiser = organiser(&app, 30).await;
    let li = app.member("李一").sign_in().await;
    let first = start(&li).await;
    let run = climb(&app, &li, first.clone(), 2).await;
    answer(&app, &li, &run, "A").await;
    assert_eq!(kept(&app).await, (3, 1));
    // a run of the next day, while the one before is still to be counted
    app.set_clock("2026-07-02T08:00:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    play(&app, &li, 1).await;
    let statistics = format!("/questions/{}/statistics", first["question"]["id"].as_str().unwrap());
    let shown = async || {
        let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
        organiser.get(&statistics).await.ok(200)["total"]["shown"].as_i64().unwrap()
    };
    app.set_clock("2026-09-29T08:00:00+08:00");
    app.tick().await;
    assert_eq!(kept(&app).await, (5, 2), "ninety days are kept");
    // the run of the next day may have been dealt the same question
    let counted = shown().await;
    assert!([1, 2].contains(&counted), "{counted}");
    app.set_clock("2026-09-30T08:00:00+08:00");
    app.tick().await;
    assert_eq!(kept(&app).await, (2, 1));
    assert_eq!(shown().await, counted, "what was counted stays");
}

#[tokio::test]
async fn answers_that_are_not_counted_yet_are_kept_however_old() {
    let app = TestApp::start().await;
    let organiser = organiser(&app, 30).await;
    let li = app.member("李一").sign_in().await;
    let first = start(&li).await;
    let run = climb(&app, &li, first.clone(), 2).await;
    // the server was down for months, with a run that nobody ended
    app.set_clock("2027-01-01T08:00:00+08:00");
    app.app.get::<Challenge>().catch_up().await.unwrap();
    assert_eq!(kept(&app).await, (2, 1), "{run}");
    app.tick().await; // ends the run
    app.tick().await; // counts its day, and throws the run and its answers away
    assert_eq!(kept(&app).await, (0, 0));
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let statistics = format!("/questions/{}/statistics", first["question"]["id"].as_str().unwrap());
    assert_eq!(organiser.get(&statistics).await.ok(200)["total"]["shown"], 1);
}

#[tokio::test]
async fn a_run_that_a_void_question_ended_keeps_what_it_earned_and_its_member_is_told() {
    let app = TestApp::start().await;
    let organiser = organiser(&app, 12).await;
    let other = app.member("组织部二").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let run = climb(&app, &li, start(&li).await, 2).await;
    let question = run["question"]["id"].as_str().unwrap().to_owned();
    assert_eq!(answer(&app, &li, &run, "A").await["right"], false);
    let before = points(&li).await;
    // somebody is asked the same question at this moment
    let mut waiting = start(&wang).await;
    for _ in 0..12 {
        if waiting["question"]["id"] == *question {
            break;
        }
        waiting = climb(&app, &wang, waiting, 1).await;
    }
    assert_eq!(waiting["question"]["id"], *question, "no question comes twice, so this one comes in the end");
    let proposed =
        organiser.post(&format!("/questions/{question}/voidings"), json!({ "reason": "题意不清" })).await.ok(201);
    let approval = format!("/question-voidings/{}/approval", proposed["id"].as_str().unwrap());
    other.post(&approval, json!({})).await.ok(200);
    app.drain().await;
    app.drain().await;
    assert_eq!(points(&li).await, before);
    let notices = li.get("/me/notices").await.ok(200);
    let told = notices["items"].as_array().unwrap().iter().find(|notice| notice["title"] == "答题成绩更正").unwrap();
    assert!(told["body"].as_str().unwrap().contains("作废") && told["body"].to_string().contains("1 次挑战"), "{told}");
    assert_eq!(li.get("/me/quiz/wrong-answers").await.ok(200)["items"], json!([]));
    let result = answer(&app, &wang, &waiting, "A").await;
    assert_eq!((&result["right"], &result["void"], &result["answer"]), (&json!(true), &json!(true), &json!([])));
    // and it is asked nobody again
    let (mut run, mut asked) = (start(&li).await, 0);
    while !run["question"].is_null() {
        assert_ne!(run["question"]["id"], *question);
        run = answer(&app, &li, &run, "B").await["run"].clone();
        asked += 1;
    }
    assert!((6..12).contains(&asked), "all that are in use and on no paper: {run}");
}
