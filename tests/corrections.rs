//! A wrong answer key that is put right: papers, points, boards, books, contests and challenges follow, and everybody
//! concerned is told once.

use futures_util::future::join_all;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::quiz::{TODAY, answers, organiser};
use crate::support::{Person, TestApp};
use xianfeng::learning::quiz::Quiz;

/// The paper of July 1st with the first `count` questions of the bank; every right answer is B, so they say.
pub async fn paper_of(app: &TestApp, organiser: &Person<'_>, count: usize) -> Value {
    let listed = organiser.get(&format!("/questions?limit={count}")).await.ok(200);
    let ids: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|question| &question["id"]).collect();
    organiser.put("/quiz/daily/2026-07-01", json!({ "question_ids": ids })).await.ok(200);
    app.tick().await;
    organiser.get("/quiz/daily").await.ok(200)
}

/// Answers that say `first` to the first question and B to the others.
pub fn with_first(paper: &Value, first: &str) -> Value {
    let mut body = answers(paper, 99);
    body["answers"][0]["answer"] = json!([first]);
    body
}

pub fn path(paper: &Value) -> String {
    format!("/questions/{}", paper["questions"][0]["id"].as_str().unwrap())
}

pub fn to(answer: &str) -> Value {
    json!({ "answer": [answer], "reason": "录入有误" })
}

/// A member's entries, oldest first: day, points, source.
async fn entries(who: &Person<'_>) -> Vec<(String, i64, String)> {
    let found = who.get("/me/points/entries").await.ok(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = found["items"].as_array().unwrap().iter().rev();
    items
        .map(|entry| (text(&entry["day"]), entry["points"].as_i64().unwrap(), text(&entry["source"]["kind"])))
        .collect()
}

/// What the member was told about corrections.
async fn told(who: &Person<'_>) -> Vec<String> {
    let found = who.get("/me/notices").await.ok(200);
    let items = found["items"].as_array().unwrap().iter();
    let about = items.filter(|notice| notice["title"] == "答题成绩更正");
    about.map(|notice| notice["body"].as_str().unwrap().to_owned()).collect()
}

async fn book(who: &Person<'_>) -> Vec<Value> {
    let found = who.get("/me/quiz/wrong-answers").await.ok(200);
    found["items"].as_array().unwrap().iter().map(|line| line["question_id"].clone()).collect()
}

#[tokio::test]
async fn a_corrected_key_regrades_the_paper_and_points_follow_by_opposite_entries() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 5).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let zhao = app.member("赵三").sign_in().await;
    li.put(TODAY, with_first(&paper, "B")).await.ok(201);
    wang.put(TODAY, with_first(&paper, "C")).await.ok(201);
    zhao.put(TODAY, with_first(&paper, "A")).await.ok(201);
    let first = paper["questions"][0]["id"].clone();
    assert_eq!(book(&wang).await, vec![first.clone()]);

    let question = path(&paper);
    let preview = organiser.post(&format!("{question}/correction/preview"), to("C")).await.ok(200);
    assert_eq!((&preview["papers"], &preview["submissions"], &preview["members"]), (&json!(1), &json!(3), &json!(2)));
    assert_eq!((&preview["answers_gained"], &preview["answers_lost"]), (&json!(1), &json!(1)));
    assert_eq!((&preview["points_given"], &preview["points_taken"]), (&json!(1), &json!(1)));
    assert_eq!(entries(&li).await.len(), 1, "a preview changes nothing");

    let made = organiser.post(&format!("{question}/correction"), to("C")).await.ok(201);
    assert_eq!((&made["papers"], &made["former_answer"]), (&json!(1), &json!(["B"])));
    app.drain().await;
    app.drain().await;
    let again = organiser.post(&format!("{question}/correction"), to("C")).await.ok(201);
    assert_eq!((&again["id"], &again["stage"], &again["members_told"]), (&made["id"], &json!("done"), &json!(2)));
    app.drain().await;

    let result = li.get("/me/quiz/history/2026-07-01").await.ok(200);
    assert_eq!((&result["right_count"], &result["points"]), (&json!(4), &json!(4)));
    assert!(result["corrected_at"].is_string());
    let graded = &result["questions"][0];
    assert_eq!((&graded["right"], &graded["answer"]), (&json!(false), &json!(["C"])));
    assert_eq!(
        (&graded["correction"]["former_answer"], &graded["correction"]["reason"]),
        (&json!(["B"]), &json!("录入有误"))
    );
    let result = wang.get("/me/quiz/history/2026-07-01").await.ok(200);
    assert_eq!(
        (&result["right_count"], &result["points"], &result["questions"][0]["right"]),
        (&json!(5), &json!(5), &json!(true))
    );
    let result = zhao.get("/me/quiz/history/2026-07-01").await.ok(200);
    assert_eq!((&result["right_count"], &result["corrected_at"]), (&json!(4), &Value::Null));

    let today = |points: i64, source: &str| ("2026-07-01".to_owned(), points, source.to_owned());
    let opposite =
        |before, after| vec![today(before, "quiz_submission"), today(-before, "correction"), today(after, "regraded")];
    assert_eq!(entries(&li).await, opposite(5, 4));
    assert_eq!(entries(&wang).await, opposite(4, 5));
    assert_eq!(entries(&zhao).await, [today(4, "quiz_submission")]);
    for (who, points) in [(&li, 4), (&wang, 5), (&zhao, 4)] {
        assert_eq!(who.get("/me/points").await.ok(200)["total"]["all"], points);
    }
    let board = li.get("/boards/enterprise/total?period=day").await.ok(200);
    let scores: Vec<i64> =
        board["items"].as_array().unwrap().iter().map(|line| line["score"].as_i64().unwrap()).collect();
    assert_eq!(scores, [5, 4, 4]);

    assert_eq!((book(&li).await, book(&wang).await, book(&zhao).await), (vec![first.clone()], vec![], vec![first]));
    let (to_li, to_wang) = (told(&li).await, told(&wang).await);
    assert_eq!((to_li.len(), to_wang.len(), told(&zhao).await.len()), (1, 1, 0));
    assert!(to_li[0].contains("录入有误") && to_li[0].contains("扣回 1 分"), "{to_li:?}");
    assert!(to_wang[0].contains("增加 1 分"), "{to_wang:?}");
    // the same submission again is still the same submission, and anyone who comes later is graded by the right key
    assert_eq!(li.put(TODAY, with_first(&paper, "B")).await.ok(200)["right_count"], 4);
    let qian = app.member("钱四").sign_in().await;
    assert_eq!(qian.put(TODAY, with_first(&paper, "C")).await.ok(201)["right_count"], 5);
    organiser
        .post(&format!("{question}/correction"), json!({ "answer": ["C"], "reason": "再说一次" }))
        .await
        .refused(409, "quiz.same_key");
    organiser.post(&format!("{question}/correction"), to("Z")).await.refused(422, "body.invalid");
}

#[tokio::test]
async fn a_second_correction_starts_from_the_first_and_the_statistics_follow() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 5).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    li.put(TODAY, with_first(&paper, "B")).await.ok(201);
    wang.put(TODAY, with_first(&paper, "A")).await.ok(201);
    let question = path(&paper);
    // both before anything is graded anew: each is told of what it was, and nobody's result is counted twice
    organiser.post(&format!("{question}/correction"), to("C")).await.ok(201);
    organiser.post(&format!("{question}/correction"), to("A")).await.ok(201);
    app.drain().await;
    app.drain().await;
    for (who, right) in [(&li, 4), (&wang, 5)] {
        let result = who.get("/me/quiz/history/2026-07-01").await.ok(200);
        assert_eq!((&result["right_count"], &result["points"]), (&json!(right), &json!(right)));
        assert_eq!(who.get("/me/points").await.ok(200)["total"]["all"], right);
    }
    let history = organiser.get(&format!("{question}/corrections")).await.ok(200);
    let stages: Vec<&Value> = history["items"].as_array().unwrap().iter().map(|made| &made["stage"]).collect();
    assert_eq!(stages, ["done", "done"]);

    app.set_clock("2026-07-02T06:10:00+08:00");
    app.tick().await;
    let organiser = app.sign_in_anew(&organiser).await;
    let counted = organiser.get(&format!("{question}/statistics")).await.ok(200);
    assert!(counted.to_string().contains("\"right\":1"), "{counted}");
    organiser.post(&format!("{question}/correction"), to("B")).await.ok(201);
    app.drain().await;
    let li = app.sign_in_anew(&li).await;
    // what was earned on a day that is over stays as an entry; the correction is one of today
    let days: Vec<String> = entries(&li).await.into_iter().map(|(day, ..)| day).collect();
    assert_eq!(days, ["2026-07-01", "2026-07-01", "2026-07-01", "2026-07-02", "2026-07-02"]);
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["all"], 5);
}

#[tokio::test]
async fn a_cap_holds_for_the_day_that_a_correction_is_about_and_not_for_the_day_on_which_it_is_made() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 7).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let mut five = with_first(&paper, "C");
    five["answers"][1]["answer"] = json!(["A"]);
    five["answers"][2]["answer"] = json!(["A"]);
    // seven right of which five count, and four right
    li.put(TODAY, with_first(&paper, "B")).await.ok(201);
    assert_eq!(wang.put(TODAY, five).await.ok(201)["points"], 4);
    app.set_clock("2026-07-02T08:00:00+08:00");
    app.tick().await;
    let organiser = app.sign_in_anew(&organiser).await;
    organiser.post(&format!("{}/correction", path(&paper)), to("C")).await.ok(201);
    app.drain().await;
    let (li, wang) = (app.sign_in_anew(&li).await, app.sign_in_anew(&wang).await);
    // six right are worth five as seven were
    assert_eq!(entries(&li).await, [("2026-07-01".to_owned(), 5, "quiz_submission".to_owned())]);
    assert_eq!(li.get("/me/quiz/history/2026-07-01").await.ok(200)["right_count"], 6);
    assert_eq!(wang.get("/me/points").await.ok(200)["total"]["all"], 5);
    // yesterday's five points take nothing from today's
    let today = wang.get("/quiz/daily").await.ok(200);
    let mut all_right = answers(&today, 5);
    let corrected = &paper["questions"][0]["id"];
    for answer in all_right["answers"].as_array_mut().unwrap() {
        if answer["question_id"] == *corrected {
            answer["answer"] = json!(["C"]);
        }
    }
    let result = wang.put("/quiz/daily/2026-07-02/submission", all_right).await.ok(201);
    assert_eq!((&result["right_count"], &result["points"]), (&json!(5), &json!(5)));
    assert_eq!(wang.get("/me/points").await.ok(200)["total"]["all"], 10);
}

#[tokio::test]
async fn while_everybody_hands_in_nobody_is_missed_by_a_correction_and_nobody_graded_twice() {
    let app = TestApp::start_with(&["--pg-writers=4"]).await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 5).await;
    let mut members = Vec::new();
    for n in 0..48 {
        members.push(app.member(&format!("队员{n}")).sign_in().await);
    }
    let question = path(&paper);
    let hand_in = async |n: usize, member: &Person<'_>| {
        tokio::time::sleep(std::time::Duration::from_millis(n as u64 * 4)).await;
        let letter = if n.is_multiple_of(2) { "B" } else { "C" };
        let reply = member.put(TODAY, with_first(&paper, letter)).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
    };
    let submitting = join_all(members.iter().enumerate().map(|(n, member)| hand_in(n, member)));
    let correcting = async {
        for (n, letter) in ["C", "B", "C"].into_iter().enumerate() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let reason = json!({ "answer": [letter], "reason": format!("第{n}次更正") });
            organiser.post(&format!("{question}/correction"), reason).await.ok(201);
            // the work itself runs beside the submissions, and twice at once
            let (one, other) = tokio::join!(async { app.app.get::<Quiz>().regrade().await }, async {
                app.app.get::<Quiz>().regrade().await
            });
            one.and(other).unwrap();
        }
    };
    tokio::join!(submitting, correcting);
    for _ in 0..3 {
        app.tick().await;
    }
    app.drain().await;
    for (n, member) in members.iter().enumerate() {
        let right = if n.is_multiple_of(2) { 4 } else { 5 };
        let result = member.get("/me/quiz/history/2026-07-01").await.ok(200);
        assert_eq!((&result["right_count"], &result["points"]), (&json!(right), &json!(right)), "member {n}");
        assert_eq!(member.get("/me/points").await.ok(200)["total"]["all"], right, "member {n}");
        let book = book(member).await;
        assert_eq!(book.is_empty(), right == 5, "member {n}: {book:?}");
        assert!(told(member).await.len() <= 3);
    }
}

#[tokio::test]
async fn new_wording_changes_no_result_and_a_former_wording_can_be_corrected_by_its_number() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 5).await;
    let li = app.member("李一").sign_in().await;
    li.put(TODAY, with_first(&paper, "C")).await.ok(201);
    let question = path(&paper);
    assert_eq!(organiser.patch(&question, json!({ "answer": ["C"] })).await.ok(200)["version"], 2);
    app.drain().await;
    assert_eq!(li.get("/me/quiz/history/2026-07-01").await.ok(200)["right_count"], 4);
    organiser
        .post(&format!("{question}/correction"), json!({ "answer": ["C"], "reason": "错", "version": 7 }))
        .await
        .refused(422, "body.invalid");
    let body = json!({ "answer": ["C"], "reason": "第一版答案有误", "version": 1, "explanation": "新的解析" });
    organiser.post(&format!("{question}/correction"), body).await.ok(201);
    app.drain().await;
    let result = li.get("/me/quiz/history/2026-07-01").await.ok(200);
    assert_eq!((&result["right_count"], &result["questions"][0]["explanation"]), (&json!(5), &json!("新的解析")));
    assert_eq!(organiser.get(&question).await.ok(200)["version"], 2);
}

#[tokio::test]
async fn only_who_holds_the_duty_for_the_whole_enterprise_corrects_a_key() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 5).await;
    let local = app.member("支部组织员").role(Role::Organiser, "ZB1").sign_in().await;
    let question = path(&paper);
    for action in ["correction", "correction/preview"] {
        local.post(&format!("{question}/{action}"), to("C")).await.refused(403, "access.out_of_scope");
    }
    organiser.post(&format!("{question}/correction"), to("C")).await.ok(201);
    app.drain().await;
}
