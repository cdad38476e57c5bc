//! What changes after the announcement: times, an end, that a contest is off, a wrong key.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{announced, answer, answer_all, body, opened, organiser, save, sit, start, submit, with};
use crate::support::{Person, TestApp};

/// A contest of July 1st with two questions of its own whose right answer is true, so they say.
pub(super) async fn of_two(app: &TestApp, organiser: &Person<'_>, changes: &[(&str, Value)]) -> (String, Vec<Value>) {
    let mut ids = Vec::new();
    for n in 0..2 {
        let question = json!({
            "kind": "judge", "stem": format!("更正用第{n}题"), "answer": ["true"], "category": "专用", "difficulty": "easy",
        });
        ids.push(organiser.post("/questions", question).await.ok(201)["id"].clone());
    }
    let named = with(body(app), &[("/paper", json!({ "question_ids": ids }))]);
    (opened(app, organiser, with(named, changes)).await, ids)
}

/// An attempt that says `first` to the question `id` and true to the other, handed in at once.
pub(super) async fn say(member: &Person<'_>, contest: &str, id: &Value, first: bool) -> Value {
    let attempt = start(member, contest).await;
    for question in attempt["questions"].as_array().unwrap() {
        let said = if question["id"] == *id { first } else { true };
        save(member, &attempt, question, json!([said.to_string()])).await.ok(200);
    }
    submit(member, &attempt).await.ok(200)
}

pub(super) async fn close(app: &TestApp, organiser: &Person<'_>, contest: &str) {
    organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
    app.tick().await;
}

pub(super) async fn correct(organiser: &Person<'_>, id: &Value) -> Value {
    let path = format!("/questions/{}/correction", id.as_str().unwrap());
    organiser.post(&path, json!({ "answer": ["false"], "reason": "条例已经修订" })).await.ok(201)
}

async fn points(who: &Person<'_>) -> i64 {
    who.get("/me/points").await.ok(200)["total"]["all"].as_i64().unwrap()
}

async fn told(who: &Person<'_>, title: &str) -> Vec<String> {
    let found = who.get("/me/notices").await.ok(200);
    let items = found["items"].as_array().unwrap().iter();
    let about = items.filter(|notice| notice["title"].as_str().unwrap().starts_with(title));
    about.map(|notice| notice["body"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn published_results_are_ranked_again_by_a_corrected_key_and_say_so() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let ranks = json!([{ "from_rank": 1, "to_rank": 1, "points": 10 }, { "from_rank": 2, "to_rank": 2, "points": 4 }]);
    let terms = [("/terms/rank_points", ranks), ("/terms/participation_points", json!(1))];
    let (contest, ids) = of_two(&app, &organiser, &terms).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    say(&li, &contest, &ids[0], true).await;
    app.advance_seconds(1);
    say(&wang, &contest, &ids[0], false).await;
    close(&app, &organiser, &contest).await;
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    app.drain().await;
    assert_eq!((points(&li).await, points(&wang).await), (11, 5));
    let before = li.get(&contest).await.ok(200);
    assert_eq!((&before["corrected_at"], &before["correcting"]), (&Value::Null, &json!(false)));
    let preview = format!("/questions/{}/correction/preview", ids[0].as_str().unwrap());
    let preview = organiser.post(&preview, json!({ "answer": ["false"], "reason": "条例已经修订" })).await.ok(200);
    assert_eq!((&preview["contests"], &preview["attempts"]), (&json!(1), &json!(2)));

    assert_eq!(correct(&organiser, &ids[0]).await["contests"], 1);
    app.drain().await;
    app.drain().await;
    let ranking = wang.get(&format!("{contest}/rankings")).await.ok(200);
    let seen: Vec<(&Value, &Value)> =
        ranking["items"].as_array().unwrap().iter().map(|line| (&line["name"], &line["score_hundredths"])).collect();
    assert_eq!(seen, [(&json!("王二"), &json!(200)), (&json!("李一"), &json!(100))]);
    assert_eq!((points(&li).await, points(&wang).await), (5, 11));
    let after = li.get(&contest).await.ok(200);
    assert_eq!((&after["state"], &after["correction_reason"]), (&json!("published"), &json!("条例已经修订")));
    assert!(after["corrected_at"].is_string());
    let results = li.get(&format!("{contest}/results")).await.ok(200);
    assert_eq!(results["correction_reason"], "条例已经修订");
    for who in [&li, &wang] {
        let said = told(who, "答题成绩更正").await;
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("知识竞赛") && said[0].contains('6'), "{said:?}");
    }
    let book = li.get("/me/quiz/wrong-answers").await.ok(200);
    assert_eq!(book["items"][0]["question_id"], ids[0]);
    assert_eq!(wang.get("/me/quiz/wrong-answers").await.ok(200)["items"], json!([]));
    let result = &after["attempts"][0]["id"].as_str().unwrap().to_owned();
    let mine = li.get(&format!("/attempts/{result}")).await.ok(200);
    let graded = mine["questions"].as_array().unwrap().iter().find(|question| question["id"] == ids[0]).unwrap();
    assert_eq!((&graded["right"], &graded["answer"]), (&json!(false), &json!(["false"])));
    assert_eq!(graded["correction_reason"], "条例已经修订");
}

#[tokio::test]
async fn a_contest_that_is_not_published_is_ranked_by_the_corrected_key() {
    for published_late in [false, true] {
        let app = TestApp::start().await;
        let organiser = organiser(&app).await;
        let (contest, ids) = of_two(&app, &organiser, &[("/terms/participation_points", json!(1))]).await;
        let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
        say(&li, &contest, &ids[0], true).await;
        if published_late {
            say(&wang, &contest, &ids[0], false).await;
            close(&app, &organiser, &contest).await;
            correct(&organiser, &ids[0]).await;
            organiser.post(&format!("{contest}/publication"), json!({})).await.refused(409, "contests.not_ranked");
        } else {
            correct(&organiser, &ids[0]).await;
            say(&wang, &contest, &ids[0], false).await;
            app.tick().await;
            close(&app, &organiser, &contest).await;
        }
        app.tick().await;
        organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
        app.drain().await;
        let ranking = wang.get(&format!("{contest}/rankings")).await.ok(200);
        let seen: Vec<&Value> =
            ranking["items"].as_array().unwrap().iter().map(|line| &line["score_hundredths"]).collect();
        assert_eq!(seen, [200, 100]);
        assert_eq!(ranking["items"][0]["name"], "王二");
        assert_eq!((points(&li).await, points(&wang).await), (1, 1));
        // nobody had seen another score
        assert_eq!(told(&li, "答题成绩更正").await.len() + told(&wang, "答题成绩更正").await.len(), 0);
        assert_eq!(wang.get(&contest).await.ok(200)["corrected_at"], Value::Null);
    }
}

#[tokio::test]
async fn what_is_announced_can_be_changed_until_it_opens_and_its_audience_is_told() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let contest = announced(&organiser, body(&app)).await;
    let later = json!({ "opens_at": "2026-07-01T09:00:00+08:00", "closes_at": "2026-07-01T10:00:00+08:00" });
    assert_eq!(organiser.patch(&contest, later).await.ok(200)["state"], "announced");
    app.drain().await;
    assert_eq!(told(&li, "知识竞赛调整").await.len(), 1);
    organiser.patch(&contest, json!({ "unit_id": app.unit("DW1") })).await.refused(422, "body.invalid");
    organiser.patch(&contest, json!({ "opens_at": "2026-07-01T07:00:00+08:00" })).await.refused(422, "body.invalid");
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    assert_eq!(li.get(&contest).await.ok(200)["state"], "announced");
    app.set_clock("2026-07-01T09:00:00+08:00");
    app.tick().await;
    let organiser = app.sign_in_anew(&organiser).await;
    assert_eq!(organiser.get(&contest).await.ok(200)["state"], "open");
    organiser.patch(&contest, json!({ "title": "改名" })).await.refused(409, "contests.wrong_state");
}

#[tokio::test]
async fn a_changed_paper_frees_the_questions_of_the_former_one() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let listed = organiser.get("/questions?limit=3").await.ok(200);
    let id = |n: usize| listed["items"][n]["id"].clone();
    let fixed = |ids: &[Value]| with(body(&app), &[("/paper", json!({ "question_ids": ids }))]);
    let contest = announced(&organiser, fixed(&[id(0), id(1)])).await;
    organiser.post("/contests", fixed(&[id(0)])).await.refused(409, "contests.questions_taken");
    organiser.patch(&contest, json!({ "paper": { "question_ids": [id(1), id(2)] } })).await.ok(200);
    organiser.post("/contests", fixed(&[id(0)])).await.ok(201);
    organiser.post("/contests", fixed(&[id(2)])).await.refused(409, "contests.questions_taken");
}

#[tokio::test]
async fn an_open_contest_is_prolonged_with_a_reason_and_running_attempts_get_their_time() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = opened(&app, &organiser, body(&app)).await;
    let li = app.member("李一").sign_in().await;
    app.set_clock("2026-07-01T08:10:00+08:00");
    let attempt = start(&li, &contest).await;
    assert_eq!(attempt["due_at"], "2026-07-01T08:12:00+08:00");
    let to = |closes_at: &str| json!({ "closes_at": closes_at, "reason": "系统维护" });
    let extensions = format!("{contest}/extensions");
    organiser.post(&extensions, to("2026-07-01T08:11:00+08:00")).await.refused(422, "body.invalid");
    let view = organiser.post(&extensions, to("2026-07-01T08:20:00+08:00")).await.ok(200);
    assert_eq!(
        (&view["closes_at"], &view["extensions"][0]["reason"]),
        (&json!("2026-07-01T08:20:00+08:00"), &json!("系统维护"))
    );
    organiser.post(&extensions, to("2026-07-01T08:20:00+08:00")).await.ok(200);
    app.drain().await;
    let said = told(&li, "知识竞赛延长").await;
    assert!(said.len() == 1 && said[0].contains("系统维护"), "{said:?}");
    app.set_clock("2026-07-01T08:13:00+08:00");
    app.tick().await;
    let now = li.get(&format!("{contest}/attempts/current")).await.ok(200);
    assert_eq!(now["due_at"], "2026-07-01T08:15:00+08:00");
    save(&li, &attempt, &attempt["questions"][0], answer(&attempt["questions"][0], true)).await.ok(200);
    assert_eq!(li.get(&contest).await.ok(200)["extensions"].as_array().unwrap().len(), 1);
    app.set_clock("2026-07-01T08:20:00+08:00");
    app.tick().await;
    let li = app.sign_in_anew(&li).await;
    assert_eq!(li.get(&contest).await.ok(200)["state"], "closed");
    let organiser = app.sign_in_anew(&organiser).await;
    organiser.post(&extensions, to("2026-07-01T09:20:00+08:00")).await.refused(409, "contests.wrong_state");
}

#[tokio::test]
async fn two_people_call_a_contest_off_and_it_is_never_ranked() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let terms = [("/terms/participation_points", json!(5)), ("/terms/reveal", json!("at_submit"))];
    let contest = opened(&app, &organiser, with(body(&app), &terms)).await;
    let li = app.member("李一").sign_in().await;
    assert!(sit(&app, &li, &contest, 9, 30).await["score_hundredths"].is_number());
    let wang = app.member("王二").sign_in().await;
    let running = start(&wang, &contest).await;
    answer_all(&wang, &running, 5).await;
    let committee = app.member("委员").role(Role::CommitteeMember, "JT").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let (cancellation, approval) = (format!("{contest}/cancellation"), format!("{contest}/cancellation/approval"));
    committee.post(&approval, json!({})).await.refused(404, "contests.cancellation_not_found");
    organiser.post(&cancellation, json!({ "reason": "试题泄露" })).await.ok(201);
    organiser.post(&cancellation, json!({ "reason": "试题泄露" })).await.ok(201);
    organiser.post(&cancellation, json!({ "reason": "别的原因" })).await.refused(409, "contests.cancellation_proposed");
    // it lies on the desk of those who may confirm it, until somebody has or it is taken back
    let waits = async |who: &Person<'_>| who.get("/me/desk").await.ok(200)["items"].clone();
    let item = waits(&committee).await[0].clone();
    assert_eq!((&item["kind"], &item["link"]), (&json!("contest_cancellation"), &json!(cancellation)));
    assert_eq!((waits(&organiser).await, waits(&secretary).await), (json!([]), json!([])));
    committee.delete(&cancellation).await.refused(403, "access.denied");
    organiser.delete(&cancellation).await.ok(204);
    assert_eq!(waits(&committee).await, json!([]));
    organiser.post(&cancellation, json!({ "reason": "试题泄露" })).await.ok(201);
    organiser.post(&approval, json!({})).await.refused(403, "contests.own_proposal");
    secretary.post(&approval, json!({})).await.refused(403, "access.out_of_scope");
    let proposed = committee.get(&cancellation).await.ok(200);
    assert_eq!((&proposed["reason"], &proposed["confirmer"]), (&json!("试题泄露"), &Value::Null));
    assert_eq!(proposed["proposer"], app.directory().name_of(organiser.id));
    assert_eq!(li.get(&contest).await.ok(200)["cancelled_because"], Value::Null, "it is only proposed");
    assert!(committee.post(&approval, json!({})).await.ok(200)["confirmed_at"].is_string());
    committee.post(&approval, json!({})).await.ok(200);
    organiser.post(&approval, json!({})).await.refused(410, "contests.cancelled");
    assert_eq!(waits(&committee).await, json!([]));
    for _ in 0..3 {
        app.advance_seconds(600);
        app.tick().await;
    }
    app.drain().await;
    let (li, organiser) = (app.sign_in_anew(&li).await, app.sign_in_anew(&organiser).await);
    let seen = li.get(&contest).await.ok(200);
    assert_eq!((&seen["state"], &seen["cancelled_because"]), (&json!("cancelled"), &json!("试题泄露")));
    assert_eq!(seen["attempts"][0]["score_hundredths"], Value::Null);
    assert!(told(&li, "知识竞赛取消").await[0].contains("试题泄露"));
    assert_eq!(points(&li).await, 0);
    organiser.get(&format!("{contest}/results")).await.refused(410, "contests.cancelled");
    organiser.get(&format!("/exports{contest}")).await.refused(410, "contests.cancelled");
    organiser.post(&format!("{contest}/publication"), json!({})).await.refused(410, "contests.cancelled");
    organiser.delete(&cancellation).await.refused(410, "contests.cancelled");
    // its questions are free for the next one
    let next = [("/opens_at", json!("2026-07-02T08:01:00+08:00")), ("/closes_at", json!("2026-07-02T09:01:00+08:00"))];
    announced(&organiser, with(body(&app), &next)).await;
}

#[tokio::test]
async fn a_contest_is_not_prolonged_into_a_day_whose_paper_shows_its_keys() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let listed = organiser.get("/questions?limit=2").await.ok(200);
    let id = |n: usize| listed["items"][n]["id"].clone();
    organiser.put("/quiz/daily/2026-07-03", json!({ "question_ids": [id(0)] })).await.ok(200);
    let fixed = with(body(&app), &[("/paper", json!({ "question_ids": [id(0), id(1)] }))]);
    let contest = opened(&app, &organiser, fixed).await;
    let extensions = format!("{contest}/extensions");
    let to = |closes_at: &str| json!({ "closes_at": closes_at, "reason": "系统维护" });
    organiser.post(&extensions, to("2026-07-03T09:00:00+08:00")).await.refused(409, "contests.questions_taken");
    assert_eq!(organiser.get(&contest).await.ok(200)["closes_at"], "2026-07-01T08:12:00+08:00");
    organiser.post(&extensions, to("2026-07-02T18:00:00+08:00")).await.ok(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_edit_a_contest_at_once_keep_each_others_changes() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = announced(&organiser, body(&app)).await;
    for n in 0..10 {
        let (title, description) = (format!("第{n}次竞赛"), format!("第{n}次说明"));
        let (one, other) = tokio::join!(
            organiser.patch(&contest, json!({ "title": title })),
            organiser.patch(&contest, json!({ "description": description })),
        );
        assert_eq!((one.status, other.status), (200, 200), "{} {}", one.text(), other.text());
        let now = organiser.get(&contest).await.ok(200);
        assert_eq!((&now["title"], &now["description"]), (&json!(title), &json!(description)));
    }
}

#[tokio::test]
async fn nobody_is_told_of_a_corrected_key_while_a_contest_asks_the_question() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let question = json!({
        "kind": "judge", "stem": "早先的一题", "answer": ["true"], "category": "专用", "difficulty": "easy",
    });
    let id = organiser.post("/questions", question).await.ok(201)["id"].clone();
    organiser.put("/quiz/daily/2026-07-01", json!({ "question_ids": [id] })).await.ok(200);
    app.tick().await;
    li.get("/quiz/daily").await.ok(200);
    let sent = json!({ "answers": [{ "question_id": id, "answer": ["true"] }] });
    li.put("/quiz/daily/2026-07-01/submission", sent).await.ok(201);

    app.set_clock("2026-07-10T08:00:00+08:00");
    let organiser = app.sign_in_anew(&organiser).await;
    let times = [("/opens_at", json!("2026-07-10T08:01:00+08:00")), ("/closes_at", json!("2026-07-10T08:12:00+08:00"))];
    let fixed = with(with(body(&app), &times), &[("/paper", json!({ "question_ids": [id] }))]);
    let contest = announced(&organiser, fixed).await;
    app.set_clock("2026-07-10T08:01:00+08:00");
    app.tick().await;
    assert_eq!(correct(&organiser, &id).await["papers"], 1);
    for _ in 0..3 {
        app.drain().await;
    }
    let li = app.sign_in_anew(&li).await;
    assert_eq!(points(&li).await, 0, "the result itself is corrected");
    assert_eq!(told(&li, "答题成绩更正").await.len(), 0);
    close(&app, &organiser, &contest).await;
    app.drain().await;
    assert_eq!(told(&li, "答题成绩更正").await.len(), 0, "its results are not published");
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    for _ in 0..3 {
        app.drain().await;
    }
    assert_eq!(told(&li, "答题成绩更正").await.len(), 1);
}

#[tokio::test]
async fn a_key_that_was_changed_in_the_bank_alone_holds_the_results_back_until_it_is_corrected() {
    for is_wrong in [true, false] {
        let app = TestApp::start().await;
        let organiser = organiser(&app).await;
        let (contest, ids) = of_two(&app, &organiser, &[("/terms/participation_points", json!(1))]).await;
        let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
        say(&li, &contest, &ids[0], true).await;
        say(&wang, &contest, &ids[0], false).await;
        close(&app, &organiser, &contest).await;
        app.tick().await;
        let question = format!("/questions/{}", ids[0].as_str().unwrap());
        assert_eq!(organiser.patch(&question, json!({ "answer": ["false"] })).await.ok(200)["version"], 2);
        let publish = async || organiser.post(&format!("{contest}/publication"), json!({})).await;
        publish().await.refused(409, "contests.key_changed");
        if is_wrong {
            let right = json!({ "version": 1, "answer": ["false"], "reason": "录入有误" });
            organiser.post(&format!("{question}/correction"), right).await.ok(201);
        } else {
            organiser.patch(&question, json!({ "answer": ["true"] })).await.ok(200);
        }
        app.tick().await;
        publish().await.ok(200);
        app.drain().await;
        let ranking = wang.get(&format!("{contest}/rankings")).await.ok(200);
        assert_eq!(ranking["items"][0]["name"], if is_wrong { "王二" } else { "李一" });
        // new words are another question
        let other = json!({ "stem": "另一题的说法", "answer": ["false"] });
        organiser.patch(&format!("/questions/{}", ids[1].as_str().unwrap()), other).await.ok(200);
        // the book follows the key that was right
        let book = async |who: &Person<'_>| {
            let found = who.get("/me/quiz/wrong-answers").await.ok(200);
            found["items"].as_array().unwrap().iter().map(|line| line["question_id"].clone()).collect::<Vec<_>>()
        };
        let wrong = vec![ids[0].clone()];
        let (of_li, of_wang) = if is_wrong { (wrong, vec![]) } else { (vec![], wrong) };
        assert_eq!((book(&li).await, book(&wang).await), (of_li, of_wang));
    }
}
