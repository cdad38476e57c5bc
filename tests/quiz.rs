//! The day's paper from its drawing to the wrong-answer book; the question bank.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::support::{Person, Reply, TestApp};

/// An organiser with a bank of ten questions whose right answer is B.
pub async fn organiser(app: &TestApp) -> Person<'_> {
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let mut csv = String::from("题型,题干,选项A,选项B,选项C,答案,解析,分类\n");
    for n in 0..10 {
        csv += &format!("单选题,第{n}道题,甲{n},乙{n},丙{n},B,因为{n},类{}\n", n % 3);
    }
    let report = import(&organiser, csv.into_bytes(), "").await.ok(200);
    assert_eq!(report["accepted"], 10, "{report}");
    organiser
}

pub async fn import(person: &Person<'_>, file: Vec<u8>, query: &str) -> Reply {
    let path = format!("/imports/questions{query}");
    crate::support::send(person.request(reqwest::Method::POST, &path).body(file)).await
}

/// Answers to every question of a paper: `right` of them right.
pub fn answers(paper: &Value, right: usize) -> Value {
    let questions = paper["questions"].as_array().unwrap();
    let letter = |n: usize| if n < right { "B" } else { "A" };
    let answers: Vec<Value> = questions
        .iter()
        .enumerate()
        .map(|(n, question)| match question["kind"] == "judge" {
            true => json!({ "question_id": question["id"], "answer": ["true"] }),
            false => json!({ "question_id": question["id"], "answer": [letter(n)] }),
        })
        .collect();
    json!({ "answers": answers })
}

pub const TODAY: &str = "/quiz/daily/2026-07-01/submission";

#[tokio::test]
async fn a_member_answers_the_paper_of_the_day_once() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;

    let paper = li.get("/quiz/daily").await.ok(200);
    assert_eq!(paper["questions"].as_array().unwrap().len(), 5);
    assert_eq!((&paper["submitted"], &paper["day"]), (&json!(false), &json!("2026-07-01")));
    assert!(!paper.to_string().contains("因为"), "no key leaves before grading");
    assert!(paper["questions"][0].get("answer").is_none());

    let result = li.put(TODAY, answers(&paper, 3)).await.ok(201);
    assert_eq!((&result["right_count"], &result["points"], &result["late"]), (&json!(3), &json!(3), &json!(false)));
    assert_eq!(result["questions"][0]["answer"], json!(["B"]));
    assert_eq!(result["questions"][4]["right"], false);
    assert!(result["questions"][4]["explanation"].as_str().unwrap().starts_with("因为"));

    assert_eq!(li.put(TODAY, answers(&paper, 3)).await.ok(200), result);
    li.put(TODAY, answers(&paper, 5)).await.refused(409, "quiz.already_submitted");
    assert_eq!(li.get("/quiz/daily").await.ok(200)["submitted"], true);
    assert_eq!(li.get("/me/quiz/history/2026-07-01").await.ok(200), result);
    let history = li.get("/me/quiz/history").await.ok(200);
    assert_eq!(history["items"][0]["right_count"], 3);
    assert_eq!(history["next_cursor"], Value::Null);
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["day"], 3);
}

#[tokio::test]
async fn sixty_four_identical_submissions_are_one() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let body = answers(&li.get("/quiz/daily").await.ok(200), 4);
    let replies = futures_util::future::join_all((0..64).map(|_| li.put(TODAY, body.clone()))).await;
    let created = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(created, 1);
    for reply in &replies {
        assert_eq!(reply.json(), replies[0].json());
    }
    let entries = li.get("/me/points/entries").await.ok(200);
    assert_eq!(entries["items"].as_array().unwrap().len(), 1);
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["all"], 4);
}

#[tokio::test]
async fn the_paper_comes_out_at_its_time_and_the_day_turns_at_midnight() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.set_clock("2026-07-02T07:49:59+08:00");
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let early = li.get("/quiz/daily").await.refused(404, "quiz.no_paper");
    assert!(early["detail"].as_str().unwrap().contains("7时50分"));
    app.set_clock("2026-07-02T07:50:00+08:00");
    app.tick().await;
    let li = app.sign_in(li.id, &li.employee_no).await;
    let thursday = li.get("/quiz/daily").await.ok(200);
    assert_eq!(thursday["day"], "2026-07-02");
    assert_eq!(thursday["closes_at"], "2026-07-03T00:00:00+08:00");

    app.set_clock("2026-07-02T23:59:59+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    assert_eq!(li.get("/quiz/daily").await.ok(200), thursday);
    app.set_clock("2026-07-03T00:00:00+08:00");
    li.get("/quiz/daily").await.refused(404, "quiz.no_paper");
}

#[tokio::test]
async fn after_downtime_todays_paper_is_published_at_once_and_missed_days_are_not_invented() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    app.tick().await;
    app.set_clock("2026-07-06T09:00:00+08:00");
    app.tick().await;
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    assert_eq!(organiser.get("/quiz/daily").await.ok(200)["day"], "2026-07-06");
    assert_eq!(organiser.get("/quiz/daily/2026-07-06").await.ok(200)["day"], "2026-07-06");
    organiser.get("/quiz/daily/2026-07-03").await.refused(404, "quiz.no_paper");
    app.drain().await;
}

#[tokio::test]
async fn a_fetched_paper_can_be_sent_late_within_the_grace_and_counts_for_its_day() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let body = answers(&li.get("/quiz/daily").await.ok(200), 5);
    app.set_clock("2026-07-02T05:59:59+08:00");
    let (li, wang) = (app.sign_in(li.id, &li.employee_no).await, app.sign_in(wang.id, &wang.employee_no).await);
    let result = li.put(TODAY, body.clone()).await.ok(201);
    assert_eq!((&result["late"], &result["points"]), (&json!(true), &json!(5)));
    let entries = li.get("/me/points/entries").await.ok(200);
    assert_eq!(entries["items"][0]["day"], "2026-07-01");
    wang.put(TODAY, body.clone()).await.refused(410, "quiz.not_fetched");
    app.set_clock("2026-07-02T06:00:00+08:00");
    wang.put(TODAY, body).await.refused(410, "quiz.day_over");
}

#[tokio::test]
async fn answers_must_belong_to_the_paper() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    let mut foreign = answers(&paper, 5);
    foreign["answers"][1]["question_id"] = json!(paper["paper_id"]);
    let refused = li.put(TODAY, foreign).await.refused(409, "quiz.not_dealt");
    assert_eq!(refused["errors"][0]["pointer"], "/answers/1");
    let mut twice = answers(&paper, 5);
    twice["answers"][1] = twice["answers"][0].clone();
    li.put(TODAY, twice).await.refused(422, "body.invalid");
    li.put("/quiz/daily/2026-07-02/submission", answers(&paper, 5)).await.refused(404, "quiz.no_paper");
    li.put("/quiz/daily/2026-06-30/submission", answers(&paper, 5)).await.refused(410, "quiz.day_over");
    assert_eq!(li.get("/quiz/daily").await.ok(200)["submitted"], false);
    assert_eq!(li.put(TODAY, json!({ "answers": [], "leave_unanswered": true })).await.ok(201)["right_count"], 0);
}

#[tokio::test]
async fn a_wrong_answer_stays_in_the_book_until_two_right_ones() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    let wrong = paper["questions"][4]["id"].clone();
    let right_answer = json!({ "question_id": wrong, "answer": ["B"] });
    li.post("/quiz/practice", right_answer.clone()).await.refused(409, "quiz.on_todays_paper");
    li.put(TODAY, answers(&paper, 4)).await.ok(201);
    let book = li.get("/me/quiz/wrong-answers").await.ok(200);
    assert_eq!(book["items"].as_array().unwrap().len(), 1);
    assert_eq!(book["items"][0]["question_id"], wrong);
    assert!(!book.to_string().contains("因为"));

    assert_eq!(li.post("/quiz/practice", right_answer.clone()).await.ok(200)["cleared"], false);
    let missed = json!({ "question_id": wrong, "answer": ["C"] });
    assert_eq!(li.post("/quiz/practice", missed).await.ok(200)["right_in_a_row"], 0);
    li.post("/quiz/practice", right_answer.clone()).await.ok(200);
    assert_eq!(li.post("/quiz/practice", right_answer.clone()).await.ok(200)["cleared"], true);
    assert_eq!(li.get("/me/quiz/wrong-answers").await.ok(200)["items"], json!([]));
    // it is in the bank still, and can be practised from there
    let again = li.post("/quiz/practice", right_answer).await.ok(200);
    assert_eq!((&again["in_book"], &again["cleared"], &again["right"]), (&json!(false), &json!(true), &json!(true)));
}

#[tokio::test]
async fn an_organiser_sets_a_paper_for_a_unit_until_it_is_published() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let listed = organiser.get("/questions?limit=2").await.ok(200);
    let ids = json!([listed["items"][0]["id"], listed["items"][1]["id"]]);
    let set = json!({ "question_ids": ids, "unit_id": app.unit("DW1") });
    organiser.put("/quiz/daily/2026-07-02", set.clone()).await.ok(200);
    let twice = json!({ "question_ids": [ids[0], ids[0]] });
    organiser.put("/quiz/daily/2026-07-02", twice).await.refused(422, "body.invalid");
    organiser.put("/quiz/daily/2026-06-30", set.clone()).await.refused(410, "quiz.day_past");

    app.set_clock("2026-07-02T08:00:00+08:00");
    app.tick().await;
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    organiser.put("/quiz/daily/2026-07-02", set).await.refused(409, "quiz.paper_published");
    let (east, south) = (app.member("东").sign_in().await, app.member("南").home("XZ31").sign_in().await);
    assert_eq!(east.get("/quiz/daily").await.ok(200)["questions"].as_array().unwrap().len(), 2);
    assert_eq!(south.get("/quiz/daily").await.ok(200)["questions"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_paper_that_was_fetched_counts_wherever_its_member_moved_since() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let listed = organiser.get("/questions?limit=10").await.ok(200);
    let id = |n: usize| listed["items"][n]["id"].clone();
    let set = |unit: &str, ids: [usize; 2]| json!({ "question_ids": ids.map(id), "unit_id": app.unit(unit) });
    organiser.put("/quiz/daily/2026-07-02", set("DW1", [0, 1])).await.ok(200);
    organiser.put("/quiz/daily/2026-07-02", set("DW2", [2, 3])).await.ok(200);
    app.set_clock("2026-07-02T08:00:00+08:00");
    app.tick().await;
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    const SECOND: &str = "/quiz/daily/2026-07-02/submission";
    // handed in the same day, and after midnight
    for (who, handed_in) in [("当日", "2026-07-02T08:05:00+08:00"), ("次日", "2026-07-03T05:00:00+08:00")] {
        let mover = app.member(who).sign_in().await;
        let fetched = mover.get("/quiz/daily").await.ok(200);
        admin.patch(&format!("/members/{}", mover.id), json!({ "unit_id": app.unit("XZ31") })).await.ok(200);
        assert_eq!(mover.get("/quiz/daily").await.ok(200), fetched, "he keeps the paper that he was handed");
        assert_eq!(mover.get("/me/today").await.ok(200)["quiz"]["paper_id"], fetched["paper_id"]);
        app.set_clock(handed_in);
        let mover = app.sign_in(mover.id, &mover.employee_no).await;
        let result = mover.put(SECOND, answers(&fetched, 2)).await.ok(201);
        assert_eq!((&result["right_count"], &result["points"]), (&json!(2), &json!(2)));
    }
    // who has been handed none gets that of his unit, and may answer no other one
    app.set_clock("2026-07-02T09:00:00+08:00");
    let (east, south) = (app.member("东").sign_in().await, app.member("南").home("XZ31").sign_in().await);
    let of_south = south.get("/quiz/daily").await.ok(200);
    east.put(SECOND, answers(&of_south, 2)).await.refused(409, "quiz.not_dealt");
}

#[tokio::test]
async fn a_unit_s_own_paper_is_set_for_days_to_come_only() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let listed = organiser.get("/questions?limit=2").await.ok(200);
    let ids = json!([listed["items"][0]["id"], listed["items"][1]["id"]]);
    let set = json!({ "question_ids": ids, "unit_id": app.unit("DW1") });
    // before anything is out, too: the enterprise's paper may come first
    app.set_clock("2026-07-01T06:00:00+08:00");
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    organiser.put("/quiz/daily/2026-07-01", set.clone()).await.refused(409, "quiz.too_late_for_unit");
    organiser.put("/quiz/daily/2026-07-02", set).await.ok(200);
    organiser.put("/quiz/daily/2026-07-01", json!({ "question_ids": ids })).await.ok(200);
}

#[tokio::test]
async fn a_paper_that_comes_out_after_its_day_opens_nothing() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    li.put(TODAY, answers(&li.get("/quiz/daily").await.ok(200), 3)).await.ok(201);
    let listed = organiser.get("/questions?limit=2").await.ok(200);
    let ids = json!([listed["items"][0]["id"], listed["items"][1]["id"]]);
    organiser.put("/quiz/daily/2026-07-02", json!({ "question_ids": ids })).await.ok(200);
    let (id, number) = (li.id, li.employee_no.clone());
    app.set_clock("2026-07-01T20:00:00+08:00");
    let app = app.down_until("2026-07-03T09:00:00+08:00").await;
    app.tick().await;
    let li = app.sign_in(id, &number).await;
    assert_eq!(li.get("/me/streak").await.ok(200)["current"], 1, "nobody could answer on the second");
    let paper = li.get("/quiz/daily").await.ok(200);
    li.put("/quiz/daily/2026-07-03/submission", answers(&paper, 3)).await.ok(201);
    assert_eq!(li.get("/me/streak").await.ok(200)["current"], 2);
}

#[tokio::test]
async fn a_result_stays_as_it_was_when_the_question_is_edited() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    let result = li.put(TODAY, answers(&paper, 5)).await.ok(201);
    let path = format!("/questions/{}", paper["questions"][0]["id"].as_str().unwrap());
    organiser.patch(&path, json!({ "answer": ["C"], "retired": true })).await.ok(200);
    assert_eq!(li.get("/me/quiz/history/2026-07-01").await.ok(200), result);
    let refused = organiser.patch(&path, json!({ "answer": ["Z"] })).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "", "the whole of it is wrong");
}

#[tokio::test]
async fn a_question_is_created_once_however_often_it_is_sent() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let body = json!({
        "kind": "judge", "stem": "安全带应高挂低用。", "answer": ["true"], "category": "安全生产", "difficulty": "easy",
    });
    let send = async |key: &str, body: &Value| {
        let request = organiser.request(reqwest::Method::POST, "/questions").header("Idempotency-Key", key);
        crate::support::send(request.json(body)).await
    };
    let first = send("k-1", &body).await.ok(201);
    assert_eq!(send("k-1", &body).await.ok(201)["id"], first["id"]);
    send("k-2", &body).await.refused(409, "quiz.duplicate_question");
    let mut other = body.clone();
    other["stem"] = json!("安全带应低挂高用。");
    send("k-1", &other).await.refused(422, "idempotency.reused");
    let found = organiser.get("/questions?q=高挂").await.ok(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(organiser.get("/questions?q=%25").await.ok(200)["items"], json!([]));
}

#[tokio::test]
async fn an_import_tells_what_it_would_do_and_the_same_file_again_brings_nothing() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let messy = "\u{feff}＊题 干,答案,题型,选项A,选项B\r\n甲题,Ａ,单选题,一,二\r\n\r\n甲 题,B,单选题,一,二\r\n乙题,,单选题,一,二\r\n";
    let (gbk, _, _) = encoding_rs::GBK.encode(messy.trim_start_matches('\u{feff}'));
    for file in [messy.as_bytes().to_vec(), gbk.into_owned()] {
        let report = import(&organiser, file, "?dry_run=true").await.ok(200);
        assert_eq!((&report["accepted"], &report["unchanged"], &report["refused"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!((&report["warnings"][0]["row"], &report["problems"][0]["row"]), (&json!(4), &json!(5)));
        assert_eq!(report["problems"][0]["column"], "答案");
    }
    assert_eq!(organiser.get("/questions").await.ok(200)["items"], json!([]));
    assert_eq!(import(&organiser, messy.into(), "").await.ok(200)["accepted"], 1);
    assert_eq!(import(&organiser, messy.into(), "").await.ok(200)["accepted"], 0);
    let exported = organiser.get("/exports/questions").await;
    assert!(exported.header("content-disposition").unwrap().contains("filename*=UTF-8''"));
    let again = import(&organiser, exported.bytes, "").await.ok(200);
    assert_eq!((&again["accepted"], &again["unchanged"]), (&json!(0), &json!(1)));
    import(&organiser, b"a,b\n1,2\n".to_vec(), "").await.refused(422, "imports.missing_column");
}

#[tokio::test]
#[ignore = "needs ../shared/data/questions.xlsx, the enterprise's own bank, which is not published"]
async fn by_hand_the_real_file_brings_its_questions_once() {
    let file = std::fs::read("../shared/data/questions.xlsx").unwrap();
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let report = import(&organiser, file.clone(), "").await.ok(200);
    // of the four oddities named beside the file, rows 714 and 765 are refused and two repeats are told apart
    assert_eq!(
        (&report["accepted"], &report["unchanged"], &report["refused"]),
        (&json!(2161), &json!(54), &json!(181)),
        "{}",
        serde_json::to_string_pretty(&report["problems"]).unwrap().chars().take(3000).collect::<String>(),
    );
    let again = import(&organiser, file, "").await.ok(200);
    assert_eq!(again["accepted"], 0);
    assert_eq!(again["unchanged"], 2161 + 54);
}

#[tokio::test]
async fn a_secretary_sees_who_answered_the_paper_of_a_day_and_who_has_not() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    app.tick().await;
    let secretary = app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await;
    let mut people = Vec::new();
    for name in ["答完", "打开", "没开", "休假"] {
        people.push(app.member(name).home("XZ12").sign_in().await);
    }
    app.member("西客").home("XZ21").unregistered().await;
    crate::study::leave(&app, people[3].id, "2026-06-20", "2026-07-10").await;
    let paper = people[0].get("/quiz/daily").await.ok(200);
    people[1].get("/quiz/daily").await.ok(200);
    app.advance_seconds(60);
    people[0].put(TODAY, answers(&paper, 1)).await.ok(201);

    let path = "/quiz/daily/2026-07-01/coverage";
    people[0].get(path).await.refused(403, "access.denied");
    let seen = secretary.get(path).await.ok(200);
    let numbers = |of: &Value| ["members", "opened", "answered", "away"].map(|field| of[field].as_i64().unwrap());
    // the organiser is at home in XZ11
    assert_eq!(
        (seen["unit_name"].as_str(), numbers(&seen), &seen["answered_share"]),
        (Some("东支部"), [5, 2, 1, 1], &json!(2000))
    );
    let children: Vec<_> = seen["children"].as_array().unwrap().iter().map(numbers).collect();
    assert_eq!(children, [[1, 0, 0, 0], [4, 2, 1, 1]]);
    let of = |page: &Value| -> Vec<(String, Value)> {
        let items = page["people"]["items"].as_array().unwrap();
        items.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["reason"].clone())).collect()
    };
    let expected = [
        ("组织部", "not_opened"),
        ("书记", "not_opened"),
        ("打开", "opened"),
        ("没开", "not_opened"),
        ("休假", "away"),
    ];
    let expected: Vec<(String, Value)> = expected.iter().map(|(name, why)| ((*name).to_owned(), json!(why))).collect();
    assert_eq!(of(&seen), expected);
    let answered = secretary.get(&format!("{path}?answered=true")).await.ok(200);
    assert_eq!(of(&answered), [("答完".to_owned(), Value::Null)]);
    let one = &answered["people"]["items"][0];
    assert_eq!((&one["submitted_at"], &one["late"]), (&json!("2026-07-01T08:01:00+08:00"), &json!(false)));
    assert!(!answered.to_string().contains("right"), "how well is nobody's to see");
    // page by page
    let first = secretary.get(&format!("{path}?limit=3")).await.ok(200);
    let cursor = first["people"]["next_cursor"].as_str().unwrap().to_owned();
    let second = secretary.get(&format!("{path}?limit=3&cursor={cursor}")).await.ok(200);
    assert_eq!([of(&first), of(&second)].concat(), expected);
    secretary.get(&format!("{path}?unit_id={}", app.unit("ZB2"))).await.refused(403, "access.out_of_scope");
    assert_eq!(numbers(&organiser.get(path).await.ok(200)), [6, 2, 1, 1]);
    secretary.get("/quiz/daily/2026-06-30/coverage").await.refused(404, "quiz.no_paper");
}

#[tokio::test]
async fn only_those_are_expected_to_answer_for_whom_a_paper_came_out() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let question =
        json!({ "kind": "judge", "stem": "党章", "answer": ["true"], "category": "党章", "difficulty": "easy" });
    let question = organiser.post("/questions", question).await.ok(201)["id"].clone();
    let body = json!({ "question_ids": [question], "unit_id": app.unit("DW2") });
    organiser.put("/quiz/daily/2026-07-02", body).await.ok(200);
    // so that none is drawn for the whole enterprise
    let retired = format!("/questions/{}", question.as_str().unwrap());
    organiser.patch(&retired, json!({ "retired": true })).await.ok(200);
    app.set_clock("2026-07-02T07:48:00+08:00");
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let path = "/quiz/daily/2026-07-02/coverage";
    organiser.get(path).await.refused(404, "quiz.no_paper");
    app.set_clock("2026-07-02T07:52:00+08:00");
    app.member("南客").home("XZ31").unregistered().await;
    app.tick().await;
    let seen = organiser.get(path).await.ok(200);
    assert_eq!((&seen["members"], &seen["answered"]), (&json!(1), &json!(0)));
    assert_eq!(seen["people"]["items"][0]["name"], "南客");
}

#[tokio::test]
async fn the_daily_draw_takes_the_categories_that_are_set() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let mut csv = String::from("题型,题干,选项A,选项B,答案,解析,分类\n");
    (0..30).for_each(|n| csv += &format!("单选题,挑战第{n}题,甲,乙,B,因为{n},挑战题\n"));
    let import = organiser.request(reqwest::Method::POST, "/imports/questions").body(csv.into_bytes());
    crate::support::send(import).await.ok(200);
    let all = organiser.get("/questions/categories").await.ok(200);
    let others: Vec<String> = (all["items"].as_array().unwrap().iter())
        .map(|one| one["category"].as_str().unwrap().to_owned())
        .filter(|category| category != "挑战题")
        .collect();
    assert!(!others.is_empty(), "{all}");
    let key = "/settings/quiz.paper_categories";
    let set = async |by: &Person<'_>, value: &str| {
        by.put(key, json!({ "value": value, "reason": "挑战题只用于挑战答题" })).await.ok(200)
    };
    let drawn = async |day: &str| {
        app.set_clock(&format!("{day}T08:00:00+08:00"));
        app.tick().await;
        let organiser = app.sign_in_anew(&organiser).await;
        let paper = organiser.get(&format!("/quiz/daily/{day}")).await.ok(200);
        let stems = paper["questions"].as_array().unwrap().iter();
        let count = stems.clone().filter(|one| one["stem"].as_str().unwrap().starts_with("挑战第")).count();
        (stems.len(), count)
    };
    assert!(drawn("2026-07-02").await.1 > 0, "without a setting one of every category");
    set(&app.sign_in_anew(&organiser).await, &others.join("、")).await;
    for day in ["2026-07-03", "2026-07-06", "2026-07-07"] {
        assert_eq!(drawn(day).await, (5, 0), "{day}");
    }
    set(&app.sign_in_anew(&organiser).await, " 挑战题 , 没有的分类").await;
    assert_eq!(drawn("2026-07-08").await, (5, 5));
    // a name that no question bears takes nobody's paper away
    set(&app.sign_in_anew(&organiser).await, "没有的分类").await;
    assert_eq!(drawn("2026-07-09").await.0, 5);
}

#[tokio::test]
async fn a_planned_paper_shows_its_questions_and_is_taken_back_until_it_is_out() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let listed = organiser.get("/questions?limit=4").await.ok(200);
    let ids: Vec<Value> = listed["items"].as_array().unwrap().iter().map(|question| question["id"].clone()).collect();
    let (day, of_unit) = ("/quiz/daily/2026-07-02", format!("/quiz/daily/2026-07-02?unit_id={}", app.unit("ZB1")));
    organiser.put(day, json!({ "question_ids": ids[..2] })).await.ok(200);
    organiser.put(day, json!({ "question_ids": ids[2..], "unit_id": app.unit("ZB1") })).await.ok(200);
    let planned = organiser.get(&of_unit).await.ok(200);
    let stems: Vec<&Value> =
        planned["questions"].as_array().unwrap().iter().map(|question| &question["stem"]).collect();
    let listed: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|question| &question["stem"]).collect();
    assert_eq!(stems, listed[2..]);
    let local = app.member("支部组织员").role(Role::Organiser, "ZB1").sign_in().await;
    local.delete(day).await.refused(403, "access.out_of_scope");
    assert_eq!(local.delete(&of_unit).await.status, 204);
    local.delete(&of_unit).await.refused(404, "quiz.no_paper");
    assert_eq!(organiser.delete(day).await.status, 204);
    organiser.get(day).await.refused(404, "quiz.no_paper");
    // one is drawn in its place; what is out is not taken back
    app.set_clock("2026-07-02T07:50:00+08:00");
    app.tick().await;
    let organiser = app.sign_in_anew(&organiser).await;
    assert_eq!(organiser.get(day).await.ok(200)["drawn"], true);
    organiser.delete(day).await.refused(409, "quiz.paper_published");
    app.drain().await;
}
