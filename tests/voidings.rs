//! A question that has no right answer is made void by two people: full marks for all who were asked it, in papers,
//! contests and books, before and after publication.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::contests::{self, body, with};
use crate::corrections::{paper_of, path, to, with_first};
use crate::quiz::{TODAY, organiser};
use crate::support::{Person, TestApp};

async fn second(app: &TestApp) -> Person<'_> {
    app.member("组织部二").home("XZ31").role(Role::Organiser, "JT").sign_in().await
}

fn reason() -> Value {
    json!({ "reason": "两个选项都对" })
}

/// Proposed by one and confirmed by the other; what came of it.
async fn make_void(by: &Person<'_>, other: &Person<'_>, question: &str) -> Value {
    let proposed = by.post(&format!("{question}/voidings"), reason()).await.ok(201);
    other.post(&answer_to(&proposed, "approval"), json!({})).await.ok(200)
}

fn answer_to(proposal: &Value, answer: &str) -> String {
    format!("/question-voidings/{}/{answer}", proposal["id"].as_str().unwrap())
}

async fn points(who: &Person<'_>) -> Value {
    who.get("/me/points").await.ok(200)["total"]["all"].clone()
}

async fn told(who: &Person<'_>) -> Vec<String> {
    let found = who.get("/me/notices").await.ok(200);
    let items = found["items"].as_array().unwrap().iter();
    let about = items.filter(|notice| notice["title"] == "答题成绩更正");
    about.map(|notice| notice["body"].as_str().unwrap().to_owned()).collect()
}

async fn book(who: &Person<'_>) -> usize {
    who.get("/me/quiz/wrong-answers").await.ok(200)["items"].as_array().unwrap().len()
}

async fn desk(who: &Person<'_>) -> Vec<Value> {
    let found = who.get("/me/desk").await.ok(200);
    let items = found["items"].as_array().unwrap().iter();
    items.filter(|item| item["kind"] == "question_voiding").map(|item| item["link"].clone()).collect()
}

#[tokio::test]
async fn a_void_question_is_right_for_all_who_were_asked_also_for_those_who_left_it_out() {
    let app = TestApp::start().await;
    let (one, other) = (organiser(&app).await, second(&app).await);
    let paper = paper_of(&app, &one, 5).await;
    let question = path(&paper);
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let zhao = app.member("赵三").sign_in().await;
    li.put(TODAY, with_first(&paper, "B")).await.ok(201);
    wang.put(TODAY, with_first(&paper, "C")).await.ok(201);
    let mut left_out = with_first(&paper, "B");
    left_out["answers"].as_array_mut().unwrap().remove(0);
    left_out["leave_unanswered"] = json!(true);
    assert_eq!(zhao.put(TODAY, left_out).await.ok(201)["right_count"], 4);
    assert_eq!((book(&wang).await, book(&zhao).await), (1, 1));
    let asked = json!({ "answer": [], "reason": "两个选项都对" });
    let preview = one.post(&format!("{question}/correction/preview"), asked.clone()).await.ok(200);
    assert_eq!((&preview["answers_gained"], &preview["answers_lost"]), (&json!(2), &json!(0)));
    assert_eq!((&preview["points_given"], &preview["members"]), (&json!(2), &json!(2)));
    one.post(&format!("{question}/correction"), asked).await.refused(422, "body.invalid");

    assert_eq!(make_void(&one, &other, &question).await["state"], "approved");
    for _ in 0..3 {
        app.drain().await;
    }
    for who in [&li, &wang, &zhao] {
        let result = who.get("/me/quiz/history/2026-07-01").await.ok(200);
        assert_eq!((&result["right_count"], &result["points"]), (&json!(5), &json!(5)));
        let graded = &result["questions"][0];
        assert_eq!(
            (&graded["right"], &graded["void"], &graded["answer"]),
            (&json!(true), &json!(true), &json!([])),
            "{graded}"
        );
        assert_eq!(graded["correction"]["reason"], "两个选项都对");
        assert_eq!((points(who).await, book(who).await), (json!(5), 0));
    }
    assert_eq!((told(&li).await.len(), told(&wang).await.len(), told(&zhao).await.len()), (0, 1, 1));
    assert!(told(&wang).await[0].contains("作废") && told(&wang).await[0].contains("增加 1 分"));
    // who comes later is graded so, too
    let qian = app.member("钱四").sign_in().await;
    assert_eq!(qian.put(TODAY, with_first(&paper, "A")).await.ok(201)["right_count"], 5);
    let history = one.get(&format!("{question}/corrections")).await.ok(200);
    assert_eq!((&history["items"][0]["void"], &history["items"][0]["stage"]), (&json!(true), &json!("done")));
    assert_eq!(history["items"][0]["made_by_name"], "组织部二");
}

#[tokio::test]
async fn a_void_question_is_neither_corrected_nor_asked_again_until_it_is_worded_anew() {
    let app = TestApp::start().await;
    let (one, other) = (organiser(&app).await, second(&app).await);
    let paper = paper_of(&app, &one, 5).await;
    let question = path(&paper);
    make_void(&one, &other, &question).await;
    app.drain().await;
    one.post(&format!("{question}/correction"), to("C")).await.refused(409, "quiz.question_void");
    one.post(&format!("{question}/correction/preview"), to("C")).await.refused(409, "quiz.question_void");
    one.post(&format!("{question}/voidings"), reason()).await.refused(409, "quiz.question_void");
    let seen = one.get(&question).await.ok(200);
    assert!(seen["retired_at"].is_string(), "{seen}");
    assert_eq!(seen["answer"], json!(["B"]), "the bank keeps what it had");
    one.patch(&question, json!({ "retired": false })).await.refused(409, "quiz.question_void");
    let id = question.rsplit('/').next().unwrap();
    let again = json!({ "question_ids": [id] });
    one.put("/quiz/daily/2026-07-03", again.clone()).await.refused(422, "body.invalid");
    one.patch(&question, json!({ "stem": "改写后只有一个对", "retired": false })).await.ok(200);
    one.put("/quiz/daily/2026-07-03", again).await.ok(200);
    // the former wording stays void
    let former = json!({ "answer": ["C"], "reason": "又想起来", "version": 1 });
    one.post(&format!("{question}/correction"), former).await.refused(409, "quiz.question_void");
}

#[tokio::test]
async fn nobody_makes_a_question_void_alone() {
    let app = TestApp::start().await;
    let (one, other) = (organiser(&app).await, second(&app).await);
    let paper = paper_of(&app, &one, 5).await;
    let question = path(&paper);
    let voidings = format!("{question}/voidings");
    let wang = app.member("王二").sign_in().await;
    wang.put(TODAY, with_first(&paper, "C")).await.ok(201);
    let local = app.member("支部组织员").role(Role::Organiser, "ZB1").sign_in().await;
    local.post(&voidings, reason()).await.refused(403, "access.out_of_scope");

    let first = one.post(&voidings, reason()).await.ok(201);
    assert_eq!(one.post(&voidings, reason()).await.ok(201)["id"], first["id"], "sent again");
    other.post(&voidings, json!({ "reason": "我也觉得" })).await.refused(409, "quiz.voiding_proposed");
    one.post(&answer_to(&first, "approval"), json!({})).await.refused(403, "proposals.own");
    local.post(&answer_to(&first, "approval"), json!({})).await.refused(403, "access.out_of_scope");
    other.post(&answer_to(&first, "withdrawal"), json!({})).await.refused(403, "proposals.not_yours");
    let link = json!(format!("/question-voidings/{}", first["id"].as_str().unwrap()));
    assert_eq!((desk(&one).await, desk(&other).await, desk(&local).await), (vec![], vec![link], vec![]));
    app.drain().await;
    assert_eq!(wang.get("/me/quiz/history/2026-07-01").await.ok(200)["right_count"], 4, "nothing yet");

    other.post(&answer_to(&first, "refusal"), json!({})).await.ok(200);
    other.post(&answer_to(&first, "approval"), json!({})).await.refused(409, "proposals.over");
    assert!(desk(&other).await.is_empty());
    let second = one.post(&voidings, reason()).await.ok(201);
    assert_eq!(one.post(&answer_to(&second, "withdrawal"), json!({})).await.ok(200)["state"], "taken_back");
    let third = one.post(&voidings, reason()).await.ok(201);
    assert_eq!(other.post(&answer_to(&third, "approval"), json!({})).await.ok(200)["state"], "approved");
    assert_eq!(other.post(&answer_to(&third, "approval"), json!({})).await.ok(200)["state"], "approved", "again");
    app.drain().await;
    app.drain().await;
    let result = wang.get("/me/quiz/history/2026-07-01").await.ok(200);
    assert_eq!((&result["right_count"], &result["points"]), (&json!(5), &json!(5)));
    let all = one.get(&voidings).await.ok(200);
    let states: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["approved", "taken_back", "refused"]);
    assert_eq!((&all["items"][0]["proposer"], &all["items"][0]["answerer"]), (&json!("组织部"), &json!("组织部二")));
    // what was never asked is void for nobody
    let listed = one.get("/questions?limit=100").await.ok(200);
    let fresh = listed["items"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    one.post(&format!("/questions/{fresh}/voidings"), reason()).await.refused(409, "quiz.never_asked");
}

#[tokio::test]
async fn a_proposal_that_nobody_answers_in_time_is_over_and_another_one_may_be_made() {
    let app = TestApp::start().await;
    let (one, other) = (organiser(&app).await, second(&app).await);
    let paper = paper_of(&app, &one, 5).await;
    let voidings = format!("{}/voidings", path(&paper));
    let first = one.post(&voidings, reason()).await.ok(201);
    app.set_clock("2026-07-15T08:00:01+08:00");
    let (one, other) = (app.sign_in_anew(&one).await, app.sign_in_anew(&other).await);
    other.post(&answer_to(&first, "approval"), json!({})).await.refused(409, "proposals.over");
    let again = one.post(&voidings, reason()).await.ok(201);
    assert_ne!(again["id"], first["id"]);
    assert_eq!(
        one.get(&format!("/question-voidings/{}", first["id"].as_str().unwrap())).await.ok(200)["state"],
        "expired"
    );
    other.post(&answer_to(&again, "approval"), json!({})).await.ok(200);
    app.drain().await;
}

#[tokio::test]
async fn points_of_a_day_that_is_over_follow_by_entries_of_the_day_of_the_decision() {
    let app = TestApp::start().await;
    let (one, other) = (organiser(&app).await, second(&app).await);
    let paper = paper_of(&app, &one, 7).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    // seven right, of which five count; and four right
    li.put(TODAY, with_first(&paper, "B")).await.ok(201);
    let mut four = with_first(&paper, "C");
    four["answers"][1]["answer"] = json!(["A"]);
    four["answers"][2]["answer"] = json!(["A"]);
    assert_eq!(wang.put(TODAY, four).await.ok(201)["points"], 4);
    app.set_clock("2026-07-02T08:00:00+08:00");
    app.tick().await;
    let (one, other) = (app.sign_in_anew(&one).await, app.sign_in_anew(&other).await);
    make_void(&one, &other, &path(&paper)).await;
    app.drain().await;
    app.drain().await;
    let (li, wang) = (app.sign_in_anew(&li).await, app.sign_in_anew(&wang).await);
    assert_eq!((points(&li).await, points(&wang).await), (json!(5), json!(5)));
    let entries = wang.get("/me/points/entries").await.ok(200);
    let days: Vec<&Value> = entries["items"].as_array().unwrap().iter().map(|entry| &entry["day"]).collect();
    assert_eq!(days, ["2026-07-02", "2026-07-02", "2026-07-01"]);
    let newest = entries["items"][0]["reason"].to_string() + &entries["items"][1]["reason"].to_string();
    assert!(newest.contains("题目作废"), "{newest}");
}

/// A contest of two multiple choices of its own, six points each for the letters A and C; its path, and its questions.
async fn of_two(app: &TestApp, organiser: &Person<'_>) -> (String, Vec<Value>) {
    let mut ids = Vec::new();
    for n in 0..2 {
        let question = json!({ "kind": "multiple", "stem": format!("作废用第{n}题"), "answer": ["A", "C"],
            "options": [format!("对一{n}"), format!("错一{n}"), format!("对二{n}"), format!("错二{n}")],
            "category": "专用", "difficulty": "easy" });
        ids.push(organiser.post("/questions", question).await.ok(201)["id"].clone());
    }
    let changes = [("/paper", json!({ "question_ids": ids })), ("/terms/participation_points", json!(1))];
    let path = contests::announced(organiser, with(body(app), &changes)).await;
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    (path, ids)
}

async fn scores(who: &Person<'_>, contest: &str) -> Vec<(Value, Value)> {
    let ranking = who.get(&format!("{contest}/rankings")).await.ok(200);
    let items = ranking["items"].as_array().unwrap().iter();
    items.map(|line| (line["name"].clone(), line["score_hundredths"].clone())).collect()
}

#[tokio::test]
async fn in_a_contest_a_void_question_gives_full_marks_to_all_before_and_after_publication() {
    for after in [false, true] {
        let app = TestApp::start().await;
        let (one, other) = (contests::organiser(&app).await, second(&app).await);
        let (contest, ids) = of_two(&app, &one).await;
        let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
        let (zhao, idle) = (app.member("赵三").sign_in().await, app.member("钱四").sign_in().await);
        // all right; only the second right; half of the second, and nothing said to the first
        for (who, right) in
            [(&li, [Some(true), Some(true)]), (&wang, [Some(false), Some(true)]), (&zhao, [None, Some(false)])]
        {
            let attempt = contests::start(who, &contest).await;
            for question in attempt["questions"].as_array().unwrap() {
                let number = ids.iter().position(|id| *id == question["id"]).unwrap();
                if let Some(right) = right[number] {
                    let path = format!(
                        "/attempts/{}/answers/{}",
                        attempt["id"].as_str().unwrap(),
                        question["id"].as_str().unwrap()
                    );
                    who.put(&path, json!({ "answer": contests::answer(question, right) })).await.ok(200);
                }
            }
            app.advance_seconds(1);
            contests::submit(who, &attempt).await.ok(200);
        }
        one.post(&format!("{contest}/closing"), json!({})).await.ok(200);
        app.tick().await;
        let publication = format!("{contest}/publication");
        if after {
            one.post(&publication, json!({})).await.ok(200);
            app.drain().await;
            let before: Vec<Value> = scores(&li, &contest).await.into_iter().map(|(_, score)| score).collect();
            assert_eq!(before, [1200, 900, 300], "half of the letters give half");
        }
        make_void(&one, &other, &format!("/questions/{}", ids[0].as_str().unwrap())).await;
        if !after {
            one.post(&publication, json!({})).await.refused(409, "contests.not_ranked");
        }
        for _ in 0..3 {
            app.drain().await;
        }
        if !after {
            one.post(&publication, json!({})).await.ok(200);
            app.drain().await;
        }
        let expected = [("李一", 1200), ("王二", 1200), ("赵三", 900)];
        assert_eq!(scores(&li, &contest).await, expected.map(|(name, score)| (json!(name), json!(score))), "{after}");
        assert_eq!(told(&wang).await.len(), usize::from(after), "nobody had seen another score");
        assert!(told(&li).await.is_empty() && told(&idle).await.is_empty());
        let seen = zhao.get(&contest).await.ok(200);
        let mine = zhao.get(&format!("/attempts/{}", seen["attempts"][0]["id"].as_str().unwrap())).await.ok(200);
        let graded = mine["questions"].as_array().unwrap().iter().find(|question| question["id"] == ids[0]).unwrap();
        assert_eq!((&graded["right"], &graded["void"], &graded["given"]), (&json!(true), &json!(true), &json!([])));
        let reason = if after { json!("两个选项都对") } else { Value::Null };
        assert_eq!(seen["correction_reason"], reason);
        assert_eq!((book(&wang).await, book(&zhao).await), (0, 1), "the other question stays in his book");
    }
}

#[tokio::test]
async fn a_question_that_becomes_void_while_it_is_asked_is_right_whatever_is_said() {
    let app = TestApp::start().await;
    let (one, other) = (contests::organiser(&app).await, second(&app).await);
    let (contest, ids) = of_two(&app, &one).await;
    let li = app.member("李一").sign_in().await;
    let attempt = contests::start(&li, &contest).await;
    make_void(&one, &other, &format!("/questions/{}", ids[0].as_str().unwrap())).await;
    app.drain().await;
    assert!(told(&li).await.is_empty(), "nothing is said while it is asked");
    contests::submit(&li, &attempt).await.ok(200);
    one.post(&format!("{contest}/closing"), json!({})).await.ok(200);
    app.tick().await;
    one.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    app.drain().await;
    assert_eq!(scores(&li, &contest).await, [(json!("李一"), json!(600))]);
}
