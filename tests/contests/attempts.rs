//! Attempts: dealing, saving, handing in, and the server's clock.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::{answer, answer_all, body, opened, organiser, save, sit, start, submit, with};
use crate::ideas::text;
use crate::support::{TestApp, needs_postgres, send};
use xianfeng::learning::contests::Contests;
use xianfeng::people::members::Members;

#[tokio::test]
async fn answers_are_saved_one_by_one_and_graded_in_whatever_order_they_were_shown() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = json!({ "lines": [{ "category": "党章", "count": 12 }, { "kind": "multiple", "count": 4 },
        { "category": "安全", "count": 6 }] });
    let contest =
        opened(&app, &organiser, with(body(&app), &[("/paper", paper), ("/terms/reveal", json!("at_submit"))])).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let (first, second) = (start(&li, &contest).await, start(&wang, &contest).await);
    let shown = |attempt: &Value| -> Vec<(String, Value)> {
        let questions = attempt["questions"].as_array().unwrap().iter();
        questions.map(|q| (q["id"].as_str().unwrap().to_owned(), q["options"].clone())).collect()
    };
    let (a, b) = (shown(&first), shown(&second));
    let ids = |shown: &[(String, Value)]| shown.iter().map(|(id, _)| id.clone()).collect::<HashSet<_>>();
    assert_eq!((a.len(), ids(&a)), (22, ids(&b)), "one paper for all");
    let order = |shown: &[(String, Value)]| shown.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_ne!(order(&a), order(&b), "each attempt has its own order of questions");
    let moved = a.iter().filter(|(id, options)| b.iter().any(|(other, theirs)| other == id && theirs != options));
    assert!(moved.count() > 5, "and of options");
    assert!(!first.to_string().contains("因为") && first["questions"][0].get("answer").is_none());

    answer_all(&li, &first, 22).await;
    // a change of mind replaces the answer, and an empty one takes it back
    let question = first["questions"].as_array().unwrap().iter().find(|q| q["kind"] == "judge").unwrap();
    save(&li, &first, question, json!(["false"])).await.ok(200);
    save(&li, &first, question, json!([])).await.ok(200);
    let again = start(&li, &contest).await;
    assert_eq!(shown(&again), a, "the same attempt, in the same order");
    let multiple = first["questions"].as_array().unwrap().iter().find(|q| q["kind"] == "multiple").unwrap();
    let saved = again["answers"].as_array().unwrap().iter().find(|s| s["question_id"] == multiple["id"]).unwrap();
    assert_eq!(saved["answer"], answer(multiple, true), "in the letters that were shown");

    let result = submit(&li, &first).await.ok(200);
    // 12 single of 1, 4 multiple of 6, 4 judge and 2 fill of 1, one of them left out
    assert_eq!((&result["score_hundredths"], &result["right_count"]), (&json!(4100), &json!(21)));
    assert_eq!(result["questions"], Value::Null, "the key is not shown while the contest is open");
    answer_all(&wang, &second, 0).await;
    let result = submit(&wang, &second).await.ok(200);
    // one of two right letters of each multiple choice: half of 6, four times
    assert_eq!((&result["score_hundredths"], &result["right_count"]), (&json!(1200), &json!(0)));
}

#[tokio::test]
async fn sixty_four_identical_submissions_are_one_result_and_earn_points_once() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let terms = [("/terms/participation_points", json!(2)), ("/terms/reveal", json!("at_submit"))];
    let contest = opened(&app, &organiser, with(body(&app), &terms)).await;
    let li = app.member("李一").sign_in().await;
    let attempt = start(&li, &contest).await;
    answer_all(&li, &attempt, 7).await;
    let replies = futures_util::future::join_all((0..64).map(|_| submit(&li, &attempt))).await;
    for reply in &replies {
        assert_eq!(reply.ok(200), replies[0].json());
    }
    assert_eq!(replies[0].json()["score_hundredths"], 700);
    let path = format!("{contest}/attempts");
    let starts = futures_util::future::join_all((0..8).map(|_| li.post(&path, json!({})))).await;
    starts.iter().for_each(|reply| drop(reply.refused(409, "contests.attempts_used")));
    assert_eq!(li.get(&contest).await.ok(200)["attempts"].as_array().unwrap().len(), 1);

    organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
    app.tick().await;
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    app.tick().await;
    app.tick().await;
    app.drain().await;
    let entries = li.get("/me/points/entries").await.ok(200);
    assert_eq!(entries["items"].as_array().unwrap().len(), 1, "{entries}");
    assert_eq!((&entries["items"][0]["points"], &entries["items"][0]["rule"]), (&json!(2), &json!("contest")));
}

#[tokio::test]
async fn sixty_four_identical_starts_are_one_attempt() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = opened(&app, &organiser, with(body(&app), &[("/terms/attempts", json!(5))])).await;
    let li = app.member("李一").sign_in().await;
    let path = format!("{contest}/attempts");
    let replies = futures_util::future::join_all((0..64).map(|_| li.post(&path, json!({})))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    let ids: HashSet<String> = replies.iter().map(|reply| reply.json()["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn an_answer_after_the_limit_counts_nothing_and_the_attempt_ends_without_the_phone() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let terms =
        [("/terms/reveal", json!("at_submit")), ("/terms/speed_bonus", json!({ "points": 10, "right_percent": 0 }))];
    let contest = opened(&app, &organiser, with(body(&app), &terms)).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let attempt = start(&li, &contest).await;
    start(&wang, &contest).await;
    assert_eq!(attempt["due_at"], "2026-07-01T08:06:00+08:00");
    let questions = attempt["questions"].as_array().unwrap();
    app.set_clock("2026-07-01T08:05:59+08:00");
    save(&li, &attempt, &questions[0], answer(&questions[0], true)).await.ok(200);
    app.set_clock("2026-07-01T08:06:00+08:00");
    let late = save(&li, &attempt, &questions[1], answer(&questions[1], true)).await;
    late.refused(410, "contests.time_over");
    app.set_clock("2026-07-01T08:06:01+08:00");
    save(&li, &attempt, &questions[1], answer(&questions[1], true)).await.refused(410, "contests.time_over");

    // handing in after the limit hands in nothing more, and time that ran out earns no bonus
    let result = submit(&li, &attempt).await.ok(200);
    assert_eq!((&result["score_hundredths"], &result["submitted"]), (&json!(100), &json!(false)));
    assert_eq!(result["finished_at"], "2026-07-01T08:06:00+08:00");
    let ended = save(&li, &attempt, &questions[1], answer(&questions[1], true)).await;
    ended.refused(409, "contests.attempt_finished");

    // nobody looks at the other attempt: the clock ends it
    app.tick().await;
    let seen = wang.get(&contest).await.ok(200);
    let ended = &seen["attempts"][0];
    assert_eq!((&ended["running"], &ended["score_hundredths"]), (&json!(false), &json!(0)));
    assert_eq!(ended["finished_at"], "2026-07-01T08:06:00+08:00");
    wang.get(&format!("{contest}/attempts/current")).await.refused(404, "contests.attempt_not_found");
}

#[tokio::test]
async fn an_attempt_ends_with_the_contest_and_the_clients_clock_is_ignored() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = opened(&app, &organiser, body(&app)).await;
    let li = app.member("李一").sign_in().await;
    app.set_clock("2026-07-01T08:10:00+08:00");
    let attempt = start(&li, &contest).await;
    assert_eq!(attempt["due_at"], "2026-07-01T08:12:00+08:00", "no attempt outlasts its contest");
    let question = &attempt["questions"][0];
    let path = format!("/attempts/{}/answers/{}", attempt["id"].as_str().unwrap(), question["id"].as_str().unwrap());
    let dated = json!({ "answer": answer(question, true), "saved_at": "2026-07-01T08:03:00+08:00" });
    li.put(&path, dated).await.refused(422, "body.invalid");
    app.set_clock("2026-07-01T08:12:00+08:00");
    let request = li.request(Method::PUT, &path).header("Date", "Wed, 01 Jul 2026 00:03:00 GMT");
    send(request.json(&json!({ "answer": answer(question, true) }))).await.refused(410, "contests.time_over");
    app.tick().await;
    li.post(&format!("{contest}/attempts"), json!({})).await.refused(410, "contests.over");
    save(&li, &attempt, question, answer(question, true)).await.refused(409, "contests.attempt_finished");
}

#[tokio::test]
async fn an_answer_belongs_to_a_question_that_was_dealt_and_to_ones_own_attempt() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = opened(&app, &organiser, body(&app)).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let attempt = start(&li, &contest).await;
    let question = &attempt["questions"][0];
    let listed = organiser.get("/questions?limit=100").await.ok(200);
    let dealt: HashSet<&str> =
        attempt["questions"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap()).collect();
    let other = listed["items"].as_array().unwrap().iter().find(|q| !dealt.contains(q["id"].as_str().unwrap()));
    save(&li, &attempt, other.unwrap(), json!(["A"])).await.refused(409, "contests.not_dealt");
    save(&li, &attempt, question, json!(["a"])).await.ok(200);
    for bad in [json!(["E"]), json!(["A", "B"]), json!(["AB"])] {
        save(&li, &attempt, question, bad).await.refused(422, "body.invalid");
    }
    save(&wang, &attempt, question, json!(["A"])).await.refused(404, "contests.attempt_not_found");
    submit(&wang, &attempt).await.refused(404, "contests.attempt_not_found");
    let path = format!("/attempts/{}", attempt["id"].as_str().unwrap());
    wang.get(&path).await.refused(404, "contests.attempt_not_found");
    organiser.get(&path).await.refused(404, "contests.attempt_not_found");
}

#[tokio::test]
async fn of_several_attempts_the_best_or_the_last_counts() {
    for (counts, score) in [("best", 900), ("last", 300)] {
        let app = TestApp::start().await;
        let organiser = organiser(&app).await;
        let terms = [("/terms/attempts", json!(2)), ("/terms/counts", json!(counts))];
        let contest = opened(&app, &organiser, with(body(&app), &terms)).await;
        let li = app.member("李一").sign_in().await;
        sit(&app, &li, &contest, 9, 20).await;
        let second = sit(&app, &li, &contest, 3, 10).await;
        assert_eq!((&second["number"], &second["score_hundredths"]), (&json!(2), &Value::Null));
        li.post(&format!("{contest}/attempts"), json!({})).await.refused(409, "contests.attempts_used");
        organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
        app.tick().await;
        let ranking = organiser.get(&format!("{contest}/rankings")).await.ok(200);
        assert_eq!(ranking["items"].as_array().unwrap().len(), 1);
        assert_eq!(ranking["items"][0]["score_hundredths"], score, "{counts}");
    }
}

#[tokio::test]
async fn a_draw_for_each_attempt_comes_out_of_one_pool() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = json!({ "per_attempt": true, "lines": [{ "category": "党章", "count": 3 }] });
    let terms = [("/paper", paper), ("/terms/attempts", json!(5)), ("/terms/reveal", json!("at_submit"))];
    let contest = opened(&app, &organiser, with(body(&app), &terms)).await;
    let li = app.member("李一").sign_in().await;
    let mut papers = HashSet::new();
    for _ in 0..5 {
        let attempt = start(&li, &contest).await;
        let mut ids: Vec<String> =
            attempt["questions"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap().into()).collect();
        assert_eq!(ids.len(), 3);
        ids.sort();
        papers.insert(ids);
        answer_all(&li, &attempt, 3).await;
        assert_eq!(submit(&li, &attempt).await.ok(200)["score_hundredths"], 300);
    }
    assert!(papers.len() > 1, "five draws of three out of twelve were all the same");
}

#[tokio::test]
async fn an_attempt_keeps_the_wording_that_it_was_dealt() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = opened(&app, &organiser, body(&app)).await;
    let li = app.member("李一").sign_in().await;
    let attempt = start(&li, &contest).await;
    answer_all(&li, &attempt, 10).await;
    let question = format!("/questions/{}", attempt["questions"][0]["id"].as_str().unwrap());
    let edit = json!({ "stem": "改写后的题干", "answer": ["A"] });
    assert_eq!(organiser.patch(&question, edit).await.ok(200)["version"], 2);
    let current = li.get(&format!("{contest}/attempts/current")).await.ok(200);
    assert_eq!(current["questions"], attempt["questions"]);
    submit(&li, &attempt).await.ok(200);
    organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
    app.tick().await;
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    let seen = li.get(&format!("/attempts/{}", attempt["id"].as_str().unwrap())).await.ok(200);
    assert_eq!((&seen["right_count"], &seen["questions"][0]["right"]), (&json!(10), &json!(true)));
    assert_eq!(seen["questions"][0]["stem"], attempt["questions"][0]["stem"]);
}

#[tokio::test]
async fn a_restart_loses_no_saved_answer_and_gives_nobody_more_time() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = opened(&app, &organiser, with(body(&app), &[("/terms/reveal", json!("at_submit"))])).await;
    let li = app.member("李一").sign_in().await;
    let before = start(&li, &contest).await;
    let questions = before["questions"].as_array().unwrap();
    for question in &questions[..4] {
        save(&li, &before, question, answer(question, true)).await.ok(200);
    }
    app.set_clock("2026-07-01T08:04:00+08:00");
    let (id, employee_no) = (li.id, li.employee_no.clone());
    drop((li, organiser));
    let app = app.restarted().await;
    let li = app.sign_in(id, &employee_no).await;
    let after = li.get(&format!("{contest}/attempts/current")).await.ok(200);
    for same in ["id", "questions", "due_at", "started_at"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(after["answers"].as_array().unwrap().len(), 4);
    save(&li, &after, &questions[4], answer(&questions[4], true)).await.ok(200);
    app.set_clock("2026-07-01T08:06:00+08:00");
    save(&li, &after, &questions[5], answer(&questions[5], true)).await.refused(410, "contests.time_over");
    app.tick().await;
    assert_eq!(li.get(&contest).await.ok(200)["attempts"][0]["score_hundredths"], 500);
}

#[tokio::test]
async fn what_was_acknowledged_while_the_contest_closed_counts_and_nothing_else() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let body = with(body(&app), &[("/paper/lines/0/count", json!(12)), ("/terms/reveal", json!("at_close"))]);
    let contest = opened(&app, &organiser, body).await;
    let mut sitting = Vec::new();
    for n in 0..8 {
        let member = app.member(&format!("某{n}")).sign_in().await;
        let attempt = start(&member, &contest).await;
        sitting.push((member, attempt));
    }
    let closing = async {
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
        app.tick().await;
    };
    let saving = futures_util::future::join_all(sitting.iter().map(async |(member, attempt)| {
        let mut saved = 0;
        for question in attempt["questions"].as_array().unwrap() {
            let reply = save(member, attempt, question, answer(question, true)).await;
            match reply.status {
                200 => saved += 1,
                409 => drop(reply.refused(409, "contests.attempt_finished")),
                _ => drop(reply.refused(410, "contests.over")),
            }
        }
        saved
    }));
    let (saved, ()) = tokio::join!(saving, closing);
    let mut total = 0;
    for ((member, _), saved) in sitting.iter().zip(saved) {
        let seen = member.get(&contest).await.ok(200);
        assert_eq!(seen["attempts"][0]["right_count"], saved, "{seen}");
        total += saved;
    }
    println!("closing under fire: {total} of 96 answers were acknowledged and all of them counted");
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn several_servers_take_part_in_one_contest() {
    needs_postgres();
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = super::announced(&organiser, with(body(&app), &[("/terms/participation_points", json!(2))])).await;
    let other = app.sibling().await;
    app.set_clock("2026-07-01T08:01:00+08:00");
    let (one, two) = tokio::join!(async { app.app.get::<Contests>().catch_up().await }, async {
        other.app.get::<Contests>().catch_up().await
    });
    one.and(two).unwrap();
    let li = app.member("李一").sign_in().await;
    other.app.get::<Members>().reload().await.unwrap();
    let there = other.sign_in(li.id, &li.employee_no).await;
    let attempt = start(&li, &contest).await;
    assert_eq!(start(&there, &contest).await["questions"], attempt["questions"]);
    answer_all(&there, &attempt, 8).await;
    let (a, b) = tokio::join!(submit(&li, &attempt), submit(&there, &attempt));
    assert_eq!(a.ok(200), b.ok(200));
    app.set_clock("2026-07-01T08:12:00+08:00");
    for _ in 0..3 {
        let (one, two) = tokio::join!(async { app.app.get::<Contests>().catch_up().await }, async {
            other.app.get::<Contests>().catch_up().await
        });
        one.and(two).unwrap();
        let (one, two) = tokio::join!(async { app.app.get::<Contests>().settle().await }, async {
            other.app.get::<Contests>().settle().await
        });
        one.and(two).unwrap();
    }
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    for _ in 0..3 {
        let (one, two) = tokio::join!(async { app.app.get::<Contests>().settle().await }, async {
            other.app.get::<Contests>().settle().await
        });
        one.and(two).unwrap();
    }
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["all"], 2);
}

/// Options by their texts, in the order in which one attempt shows them, by the stem of their question.
fn options_of(attempt: &Value) -> BTreeMap<String, Vec<String>> {
    let questions = attempt["questions"].as_array().unwrap().iter();
    let options = |question: &Value| question["options"].as_array().unwrap().iter().map(text).collect();
    questions.map(|question| (text(&question["stem"]), options(question))).collect()
}

#[tokio::test]
async fn options_that_speak_of_others_and_questions_that_forbid_it_are_not_shuffled() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let asked = [
        ("可换", ["对", "错一", "错二", "错三"], false),
        ("以上", ["错一", "错二", "错三", "以上都对"], false),
        ("字母", ["对", "错一", "错二", "A和B都对"], false),
        ("年代", ["1921", "1927", "1935", "1949"], true),
    ];
    for (stem, options, keep_order) in asked {
        let question = json!({ "kind": "single", "stem": stem, "options": options, "answer": ["A"], "category": "次序",
            "difficulty": "easy", "keep_order": keep_order });
        organiser.post("/questions", question).await.ok(201);
    }
    let lines = json!([{ "category": "次序", "kind": "single", "count": 4 }]);
    let contest = opened(&app, &organiser, with(body(&app), &[("/paper/lines", lines)])).await;
    let mut shown: BTreeMap<String, BTreeSet<Vec<String>>> = BTreeMap::new();
    for n in 0..12 {
        let member = app.member(&format!("选手{n}")).home("XZ11").sign_in().await;
        for (stem, options) in options_of(&start(&member, &contest).await) {
            shown.entry(stem).or_default().insert(options);
        }
    }
    let orders = |stem: &str| shown[stem].clone();
    assert!(orders("可换").len() > 1, "what may be shuffled is");
    assert!(orders("以上").len() > 1 && orders("以上").iter().all(|order| order[3] == "以上都对"));
    for (stem, options, _) in &asked[2..] {
        assert_eq!(orders(stem), [options.map(str::to_owned).to_vec()].into(), "{stem}");
    }
    app.drain().await;
}
