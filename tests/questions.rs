//! The question bank: versions, categories, search, figures, practice; what goes in and out as a file.

use std::io::Cursor;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::time::Timestamp;
use xianfeng::db::schema::questions;
use xianfeng::db::{Conn, Never, Stop};
use xianfeng::learning::quiz::lending::{self, Tally, TallySource};
use xianfeng::learning::quiz::{QuestionId, Quiz};
use xianfeng::on;

use crate::quiz::{TODAY, answers, import, organiser};
use crate::support::{Database, Person, TestApp, on_postgres};

fn id_of(question: &Value) -> QuestionId {
    question["id"].as_str().unwrap().parse().unwrap()
}

async fn all(person: &Person<'_>, query: &str) -> Vec<Value> {
    let found = person.get(&format!("/questions?limit=100{query}")).await.ok(200);
    assert_eq!(found["next_cursor"], Value::Null);
    found["items"].as_array().unwrap().clone()
}

async fn stems(person: &Person<'_>, query: &str) -> Vec<String> {
    let mut stems: Vec<String> =
        all(person, query).await.iter().map(|question| question["stem"].as_str().unwrap().to_owned()).collect();
    stems.sort();
    stems
}

#[tokio::test]
async fn a_question_that_was_dealt_keeps_its_former_wording_and_one_that_never_was_does_not() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    app.tick().await;
    let paper = organiser.get("/quiz/daily").await.ok(200);
    let dealt: Vec<&Value> = paper["questions"].as_array().unwrap().iter().map(|question| &question["id"]).collect();
    let bank = all(&organiser, "").await;
    let fresh = bank.iter().find(|question| !dealt.contains(&&question["id"])).unwrap();
    assert_eq!((&fresh["version"], &fresh["first_dealt_at"]), (&json!(1), &Value::Null));

    let path = format!("/questions/{}", fresh["id"].as_str().unwrap());
    let edited = organiser.patch(&path, json!({ "stem": "新的题干" })).await.ok(200);
    assert_eq!((&edited["version"], &edited["stem"]), (&json!(1), &json!("新的题干")));
    assert_eq!(organiser.get(&format!("{path}/versions")).await.ok(200)["items"].as_array().unwrap().len(), 1);

    let path = format!("/questions/{}", dealt[0].as_str().unwrap());
    let before = organiser.get(&path).await.ok(200);
    assert!(before["first_dealt_at"].is_string());
    let aside = organiser.patch(&path, json!({ "explanation": "解析", "difficulty": "hard", "source": "党章" })).await;
    assert_eq!(aside.ok(200)["version"], 1);
    let edited = organiser.patch(&path, json!({ "answer": ["C"] })).await.ok(200);
    assert_eq!((&edited["version"], &edited["answer"]), (&json!(2), &json!(["C"])));
    app.set_clock("2026-07-01T08:14:00+08:00");
    organiser.patch(&path, json!({ "stem": "又一个题干" })).await.ok(200);
    let versions = organiser.get(&format!("{path}/versions")).await.ok(200);
    let told: Vec<Value> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| json!([version["version"], version["stem"], version["answer"], version["replaced_at"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!([3, "又一个题干", ["C"], null]),
            json!([2, before["stem"], ["C"], "2026-07-01T08:14:00+08:00"]),
            json!([1, before["stem"], ["B"], "2026-07-01T08:00:00+08:00"]),
        ]
    );
    assert_eq!(versions["items"][1]["replaced_by"], json!(organiser.id));
    let page = organiser.get(&format!("{path}/versions?limit=2")).await.ok(200);
    let rest = format!("{path}/versions?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(organiser.get(&rest).await.ok(200)["items"][0]["version"], 1);

    // the member's paper, and the result, are those of the first version
    let li = app.member("李一").sign_in().await;
    let result = li.put(TODAY, answers(&paper, 5)).await.ok(201);
    assert_eq!((&result["right_count"], &result["questions"][0]["stem"]), (&json!(5), &before["stem"]));
    let nothing = format!("/questions/{}/versions", uuid::Uuid::nil());
    organiser.get(&nothing).await.refused(404, "quiz.question_not_found");
}

#[tokio::test]
async fn edits_at_the_same_time_lose_nothing() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    app.tick().await;
    let paper = organiser.get("/quiz/daily").await.ok(200);
    let path = format!("/questions/{}", paper["questions"][0]["id"].as_str().unwrap());
    let changes: Vec<Value> = (0..8)
        .map(|n| json!({ "stem": format!("第{n}次改写") }))
        .chain([json!({ "category": "新类" }), json!({ "difficulty": "hard" }), json!({ "source": "文件" })])
        .collect();
    for reply in join_all(changes.iter().map(|change| organiser.patch(&path, change.clone()))).await {
        reply.ok(200);
    }
    let question = organiser.get(&path).await.ok(200);
    assert_eq!(
        (&question["version"], &question["category"], &question["difficulty"], &question["source"]),
        (&json!(9), &json!("新类"), &json!("hard"), &json!("文件"))
    );
    let versions = organiser.get(&format!("{path}/versions")).await.ok(200);
    let mut kept: Vec<&str> =
        versions["items"].as_array().unwrap().iter().map(|version| version["stem"].as_str().unwrap()).collect();
    kept.sort_unstable();
    kept.dedup();
    assert_eq!(kept.len(), 9, "{kept:?}");

    // two questions that become the same: one of the editors is told
    let bank = all(&organiser, "").await;
    let same = json!({ "stem": "同一道题", "options": ["甲", "乙"], "answer": ["A"] });
    let paths: Vec<String> =
        bank[..6].iter().map(|question| format!("/questions/{}", question["id"].as_str().unwrap())).collect();
    let replies = join_all(paths.iter().map(|path| organiser.patch(path, same.clone()))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn a_question_is_found_by_any_part_of_it() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let csv = "题型,题干,选项A,选项B,答案,分类,难度\n\
        单选题,井下 顶板的检查方法是,敲帮问顶,ＡＢＣ法,A,采矿,易\n\
        判断题,入井必须戴安全帽。,,,对,安全,难\n\
        单选题,100%的安全_从哪里来,制度,Discipline,B,安全,难\n";
    assert_eq!(import(&organiser, csv.into(), "").await.ok(200)["accepted"], 3);
    let (roof, helmet, percent) = ("井下 顶板的检查方法是", "入井必须戴安全帽。", "100%的安全_从哪里来");
    for (query, expected) in [
        ("&q=顶", vec![roof]),
        ("&q=井", vec![roof, helmet]),
        ("&q=安全", vec![percent, helmet]),
        ("&q=井下顶板", vec![roof]),
        ("&q=问顶", vec![roof]),
        ("&q=abc法", vec![roof]),
        ("&q=ｄｉｓｃｉｐｌｉｎｅ", vec![percent]),
        ("&q=100%25", vec![percent]),
        ("&q=安全_从", vec![percent]),
        ("&q=安全帽法", vec![]),
        ("&q=是敲", vec![]),
        ("&q=%20", vec![percent, roof, helmet]),
        ("&difficulty=hard", vec![percent, helmet]),
        ("&difficulty=hard&q=安全&kind=judge&category=安全", vec![helmet]),
    ] {
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(stems(&organiser, query).await, expected, "{query}");
    }
    let path = format!("/questions/{}", all(&organiser, "&q=戴").await[0]["id"].as_str().unwrap());
    organiser.patch(&path, json!({ "stem": "下井要带自救器。" })).await.ok(200);
    assert_eq!(stems(&organiser, "&q=器").await, ["下井要带自救器。"]);
    assert_eq!(stems(&organiser, "&q=戴").await, Vec::<String>::new());
}

#[tokio::test]
async fn categories_are_counted_for_whoever_plans_a_contest() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let csv = "题型,题干,答案,分类,难度\n\
        判断题,一,对,安全,易\n判断题,二,对,安全,易\n判断题,三,错,安全,难\n填空题,四,铜,党建,中\n填空题,五,铁,党建,中\n";
    assert_eq!(import(&organiser, csv.into(), "").await.ok(200)["accepted"], 5);
    let path = format!("/questions/{}", all(&organiser, "&q=五").await[0]["id"].as_str().unwrap());
    organiser.patch(&path, json!({ "retired": true })).await.ok(200);
    let found = organiser.get("/questions/categories").await.ok(200);
    let mut items = found["items"].as_array().unwrap().clone();
    items.sort_by_key(|category| category["category"].to_string());
    assert_eq!(
        items,
        [
            json!({ "category": "党建", "count": 1,
                "counts": [{ "kind": "fill", "difficulty": "medium", "count": 1 }] }),
            json!({ "category": "安全", "count": 3, "counts": [
                { "kind": "judge", "difficulty": "easy", "count": 2 },
                { "kind": "judge", "difficulty": "hard", "count": 1 },
            ] }),
        ]
    );
    assert_eq!(stems(&organiser, "&retired=true").await, ["五"]);
}

const VERSIONS: &str = "2026-11-21-000009_question_versions";

#[test]
fn a_bank_from_before_versions_knows_what_was_dealt() {
    let database = if on_postgres() { Database::fresh() } else { Database::empty() };
    let kind = if on_postgres() { "postgres" } else { "sqlite" };
    let step = |migration: &str, step: &str| {
        std::fs::read_to_string(format!("migrations/{kind}/{migration}/{step}.sql")).unwrap()
    };
    let mut conn = match database.url().strip_prefix("sqlite://") {
        Some(path) => Conn::Sqlite(SqliteConnection::establish(path).unwrap()),
        None => Conn::Pg(PgConnection::establish(database.url()).unwrap()),
    };
    let mut run = |sql: &str| on!(&mut conn, c => c.batch_execute(sql)).unwrap();
    if on_postgres() {
        run(&step(VERSIONS, "down"));
    } else {
        let mut names: Vec<String> = std::fs::read_dir("migrations/sqlite")
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.as_str() < VERSIONS)
            .collect();
        names.sort();
        names.iter().for_each(|name| run(&step(name, "up")));
    }
    let [unit, dealt, fresh, paper] = [1, 2, 3, 4].map(|n: u128| uuid::Uuid::from_u128(n << 100 | n));
    let hex = |id: uuid::Uuid| match on_postgres() {
        true => format!("'\\x{}'", id.simple()),
        false => format!("X'{}'", id.simple()),
    };
    let unit = hex(unit);
    run(&format!("INSERT INTO units VALUES ({unit}, 'JT', '集团', '集团', '集团', NULL, NULL, 1, 1)"));
    for id in [dealt, fresh] {
        let id = hex(id);
        run(&format!(
            "INSERT INTO questions VALUES ({id}, {id}, 'judge', '题', '[]', '[\"true\"]', '', '类', 'easy', '', NULL, NULL, 1, 1)"
        ));
    }
    let paper = hex(paper);
    run(&format!(
        "INSERT INTO quiz_papers VALUES ({paper}, {unit}, '2026-07-01', '[{{\"id\":\"{dealt}\"}}]', 7, 7, NULL, 5)"
    ));
    for turn in ["up", "down", "up"] {
        run(&step(VERSIONS, turn));
    }
    let known: Vec<(QuestionId, Option<Timestamp>, i32)> = on!(&mut conn, c => questions::table
        .select((questions::id, questions::first_dealt_at, questions::version))
        .order(questions::id)
        .load(c))
    .unwrap();
    let at = Timestamp::from_micros(5);
    assert_eq!(known, [(dealt.into(), Some(at), 1), (fresh.into(), None, 1)]);
}

#[tokio::test]
async fn questions_from_before_the_search_are_found_as_well() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    app.write(|tx| -> Result<(), Stop<Never>> {
        on!(tx.conn, c => diesel::update(questions::table).set(questions::search.eq("")).execute(c))?;
        Ok(())
    })
    .await;
    assert_eq!(all(&organiser, "&q=乙").await.len(), 0);
    app.tick().await;
    assert_eq!(all(&organiser, "&q=乙").await.len(), 10);
    assert_eq!(all(&organiser, "&q=乙7").await.len(), 1);
}

fn figures(found: &Value) -> Value {
    let choices: Vec<Value> = found["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| json!([choice["choice"], choice["count"], choice["share_bp"]]))
        .collect();
    json!([found["shown"], found["right"], found["right_share_bp"], choices])
}

#[tokio::test]
async fn a_papers_figures_are_counted_once_nobody_can_submit_it_any_more() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let (zhao, qian) = (app.member("赵三").sign_in().await, app.member("钱四").sign_in().await);
    let paper = li.get("/quiz/daily").await.ok(200);
    for person in [&wang, &zhao, &qian] {
        person.get("/quiz/daily").await.ok(200);
    }
    li.put(TODAY, answers(&paper, 5)).await.ok(201);
    wang.put(TODAY, answers(&paper, 2)).await.ok(201);
    zhao.put(TODAY, json!({ "answers": [], "leave_unanswered": true })).await.ok(201);

    app.set_clock("2026-07-02T05:00:00+08:00");
    let qian = app.sign_in(qian.id, &qian.employee_no).await;
    qian.put(TODAY, answers(&paper, 1)).await.ok(201);
    app.tick().await;
    let organiser = app.member("组织员").role(Role::Organiser, "JT").sign_in().await;
    let (first, last) = (&paper["questions"][0]["id"], &paper["questions"][4]["id"]);
    let path = |id: &Value| format!("/questions/{}/statistics", id.as_str().unwrap());
    let early = organiser.get(&path(first)).await.ok(200);
    assert_eq!((&early["counted_at"], &early["total"]["shown"]), (&Value::Null, &json!(0)));
    assert_eq!(early["total"]["right_share_bp"], Value::Null);

    // one that began after an hour without a sign of life would have found a downtime, which lengthens the grace
    let sibling = if on_postgres() { Some(app.sibling().await) } else { None };
    app.set_clock("2026-07-02T06:01:00+08:00");
    if let Some(sibling) = sibling {
        tokio::join!(app.tick(), sibling.tick());
    }
    app.tick().await;
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let found = organiser.get(&path(first)).await.ok(200);
    // B from 李一, 王二 and 钱四; nothing from 赵三
    let of_first = json!([4, 3, 7500, [["A", 0, 0], ["B", 3, 7500], ["C", 0, 0], ["blank", 1, 2500], ["other", 0, 0]]]);
    assert_eq!(figures(&found["total"]), of_first);
    assert_eq!(found["total"]["difficulty_index_bp"], 7500);
    assert_eq!(found["total"]["discrimination_bp"], Value::Null);
    assert_eq!(found["counted_at"], "2026-07-02T06:01:00+08:00");
    // B from 李一, A from 王二 and 钱四
    let of_last =
        json!([4, 1, 2500, [["A", 2, 5000], ["B", 1, 2500], ["C", 0, 0], ["blank", 1, 2500], ["other", 0, 0]]]);
    assert_eq!(figures(&organiser.get(&path(last)).await.ok(200)["total"]), of_last);

    // counted once; another wording starts from nothing
    app.tick().await;
    let edit = format!("/questions/{}", first.as_str().unwrap());
    organiser.patch(&edit, json!({ "options": ["甲", "乙"], "answer": ["A"] })).await.ok(200);
    let found = organiser.get(&path(first)).await.ok(200);
    assert_eq!(figures(&found["versions"][1]), of_first);
    assert_eq!((&found["versions"][1]["version"], &found["versions"][0]["version"]), (&json!(1), &json!(2)));
    assert_eq!(
        figures(&found["versions"][0]),
        json!([0, 0, null, [["A", 0, null], ["B", 0, null], ["blank", 0, null], ["other", 0, null]]])
    );
    assert_eq!(figures(&found["total"]), of_first);
}

#[tokio::test]
async fn a_contest_tells_whether_a_question_tells_people_apart_and_may_be_counted_again() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let question = id_of(&all(&organiser, "").await[0]);
    let contest = uuid::Uuid::from_u128(7);
    for (right_of_lower, discrimination) in [(2, 7000), (6, 3000)] {
        app.write(move |tx| -> Result<(), Stop<Never>> {
            let mut tally = Tally::new(question, 1);
            (tally.shown, tally.right) = (37, 20);
            (0..10).for_each(|n| tally.count_upper(n < 9));
            (0..10).for_each(|n| tally.count_lower(n < right_of_lower));
            Ok(lending::put_tallies(tx, TallySource::Contest, contest, &[tally])?)
        })
        .await;
        let found = organiser.get(&format!("/questions/{question}/statistics")).await.ok(200);
        assert_eq!(found["total"]["discrimination_bp"], discrimination);
        assert_eq!((&found["total"]["shown"], &found["total"]["right_share_bp"]), (&json!(37), &json!(5405)));
    }
}

#[tokio::test]
async fn a_member_practises_the_bank_by_category() {
    let app = TestApp::start().await;
    organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let categories = li.get("/quiz/practice/categories").await.ok(200);
    assert_eq!(categories["items"][0], json!({ "category": "类0", "count": 4 }));
    let batch = li.get("/quiz/practice/questions?category=类1").await.ok(200);
    assert_eq!(batch["items"].as_array().unwrap().len(), 3);
    assert!(!batch.to_string().contains("因为") && batch["items"][0].get("answer").is_none(), "{batch}");

    // pages of the whole bank repeat nothing and leave nothing out
    let mut met = Vec::new();
    let mut query = "/quiz/practice/questions?limit=4".to_owned();
    loop {
        let page = li.get(&query).await.ok(200);
        met.extend(page["items"].as_array().unwrap().iter().map(|question| question["question_id"].to_string()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("/quiz/practice/questions?limit=4&cursor={cursor}");
    }
    met.sort();
    met.dedup();
    assert_eq!(met.len(), 10);

    let question = &batch["items"][0];
    let answer = |letter: &str| json!({ "question_id": question["question_id"], "answer": [letter] });
    let right = li.post("/quiz/practice", answer("B")).await.ok(200);
    assert_eq!((&right["right"], &right["in_book"], &right["cleared"]), (&json!(true), &json!(false), &json!(false)));
    assert_eq!(right["answer"], json!(["B"]));
    let wrong = li.post("/quiz/practice", answer("A")).await.ok(200);
    assert_eq!((&wrong["right"], &wrong["in_book"]), (&json!(false), &json!(true)));
    let book = |category: &str| format!("/me/quiz/wrong-answers?category={category}");
    assert_eq!(li.get(&book("类1")).await.ok(200)["items"][0]["question_id"], question["question_id"]);
    assert_eq!(li.get(&book("类2")).await.ok(200)["items"], json!([]));

    // 64 wrong answers at once are 64 wrong answers
    let replies = join_all((0..64).map(|_| li.post("/quiz/practice", answer("C")))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(li.get(&book("类1")).await.ok(200)["items"][0]["times_wrong"], 65);
}

#[tokio::test]
async fn practice_never_shows_the_key_of_a_paper_that_can_still_be_submitted() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    let on_paper = &paper["questions"][0]["id"];
    let body = json!({ "question_id": on_paper, "answer": ["A"] });
    let offered = async |person: &Person<'_>| {
        let batch = person.get("/quiz/practice/questions?limit=100").await.ok(200);
        batch["items"].as_array().unwrap().len()
    };
    assert_eq!(offered(&li).await, 5);
    let refused = li.post("/quiz/practice", body.clone()).await.refused(409, "quiz.on_todays_paper");
    assert!(!refused.to_string().contains("因为"));

    // after midnight the paper can still be sent from offline
    app.set_clock("2026-07-02T00:30:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    li.post("/quiz/practice", body.clone()).await.refused(409, "quiz.on_todays_paper");
    assert_eq!(offered(&li).await, 5);
    li.put(TODAY, answers(&paper, 5)).await.ok(201);
    assert_eq!(offered(&li).await, 10);
    assert_eq!(li.post("/quiz/practice", body).await.ok(200)["answer"], json!(["B"]));
}

#[tokio::test]
async fn a_guarded_question_is_not_practised_until_it_is_released() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let batch = li.get("/quiz/practice/questions?limit=2").await.ok(200);
    let ids: Vec<QuestionId> =
        [0, 1].map(|n| batch["items"][n]["question_id"].as_str().unwrap().parse().unwrap()).to_vec();
    let body = json!({ "question_id": ids[0], "answer": ["A"] });
    let contest = uuid::Uuid::from_u128(7);
    let guard = async |from: Timestamp| {
        let (guarded, quiz) = (ids.clone(), app.app.get::<Quiz>().clone());
        app.write(move |tx| -> Result<(), Stop<Never>> { Ok(quiz.guard(tx, &guarded, contest, from)?) }).await;
    };
    // until then the question is only kept from papers: a refusal would tell what the contest will ask
    guard("2026-07-01T08:10:00+08:00".parse().unwrap()).await;
    li.post("/quiz/practice", body.clone()).await.ok(200);
    let early = json!({ "question_ids": [ids[0]] });
    organiser.put("/quiz/daily/2026-07-02", early).await.refused(422, "body.invalid");
    guard(app.now()).await;
    let refused = li.post("/quiz/practice", body.clone()).await.refused(409, "quiz.guarded");
    assert!(!refused.to_string().contains("因为"));
    app.set_clock("2026-07-01T08:10:00+08:00");
    li.post("/quiz/practice", body.clone()).await.refused(409, "quiz.guarded");
    let offered = async || {
        let batch = li.get("/quiz/practice/questions").await.ok(200);
        batch["items"].as_array().unwrap().iter().map(|question| question["question_id"].clone()).collect::<Vec<_>>()
    };
    let rest = offered().await;
    assert!(rest.len() == 8 && ids.iter().all(|id| !rest.contains(&json!(id))));
    assert_eq!(app.app.get::<Quiz>().candidates().await.unwrap().len(), 8);
    // nor is it set or drawn for a paper
    let set = json!({ "question_ids": [ids[0]] });
    let refused = organiser.put("/quiz/daily/2026-07-02", set.clone()).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/question_ids/0");
    app.tick().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    assert!(ids.iter().all(|id| !paper.to_string().contains(&id.to_string())));
    let quiz = app.app.get::<Quiz>().clone();
    app.write(move |tx| -> Result<(), Stop<Never>> { Ok(quiz.release(tx, contest)?) }).await;
    li.post("/quiz/practice", body).await.ok(200);
    organiser.put("/quiz/daily/2026-07-02", set).await.ok(200);
}

#[tokio::test]
async fn what_another_room_is_asking_is_not_practised() {
    let app = TestApp::start().await;
    organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let batch = li.get("/quiz/practice/questions?limit=1").await.ok(200);
    let question: QuestionId = batch["items"][0]["question_id"].as_str().unwrap().parse().unwrap();
    for (asking, expected) in [(false, "right: true"), (true, "BeingAsked")] {
        let quiz = app.app.get::<Quiz>();
        if asking {
            quiz.unless_asked_by(|_, _, _| Ok(true));
        }
        let outcome = quiz.practise(li.id, &[], question, vec!["B".into()]).await;
        assert!(format!("{outcome:?}").contains(expected), "{outcome:?}");
    }
}

#[tokio::test]
async fn every_spelling_of_an_answer_is_understood() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let choices = ["ABD", "A,B,D", "A B D", "a、b、d", "Ａ，Ｂ，Ｄ", "D；B；A", "A|B|D", " abd "];
    let truths = ["正确", "对", "√", "✓", "T", "t", "Ｔ", "true", "是"];
    let lies = ["错误", "错", "×", "x", "✗", "F", "ｆ", "False", "否"];
    let mut csv = String::from("＊答案, 题 干 ,＊题型,选项Ａ,选项Ｂ,选项C,选项D,备注\n");
    for (n, answer) in choices.iter().enumerate() {
        csv += &format!("\"{answer}\",多选{n},多选题,甲,乙,丙,丁,\n");
    }
    for (n, answer) in truths.iter().chain(&lies).enumerate() {
        csv += &format!("{answer},判断{n},判断题,,,,,\n\n");
    }
    let (gbk, _, lossy) = encoding_rs::GBK.encode(&csv);
    assert!(lossy, "✓ is not in GBK, so that file is tried without it");
    drop(gbk);
    let plain = csv.replace('✓', "√").replace('✗', "×");
    let (gbk, _, lossy) = encoding_rs::GBK.encode(&plain);
    assert!(!lossy);
    let rows = choices.len() + truths.len() + lies.len();
    for file in [csv.clone().into_bytes(), format!("\u{feff}{csv}").into_bytes(), gbk.into_owned()] {
        let report = import(&organiser, file, "?dry_run=true").await.ok(200);
        assert_eq!((&report["accepted"], &report["problems"]), (&json!(rows), &json!([])));
    }
    assert_eq!(all(&organiser, "").await.len(), 0);
    import(&organiser, csv.into_bytes(), "").await.ok(200);
    for question in all(&organiser, "").await {
        let stem = question["stem"].as_str().unwrap();
        let expected = match stem.strip_prefix("判断").map(|n| n.parse::<usize>().unwrap()) {
            None => json!(["A", "B", "D"]),
            Some(n) => json!([(n < truths.len()).to_string()]),
        };
        assert_eq!(question["answer"], expected, "{stem}");
    }
}

/// Questions whose texts a spreadsheet would like to make something else of.
fn tricky() -> Vec<Value> {
    let single = |stem: &str, options: &[&str]| {
        json!({ "kind": "single", "stem": stem, "options": options, "answer": ["A"], "explanation": "-=+@解析",
            "category": "@分类", "difficulty": "hard", "source": "=出处" })
    };
    vec![
        single("=1+1", &["=2", "+2", "-2", "@2"]),
        single("＝全角", &["007", "1e5", "2026-07-01", "TRUE"]),
        single("'=撇号", &["'甲", "''乙", "\"丙\"", "a,b;c"]),
        single("两行\n题干", &["对", "错"]),
        single("_x000D_ 与 &lt; <b>", &["正确", "错误", "1  19", "11  9"]),
        json!({ "kind": "multiple", "stem": "全选", "options": ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
            "answer": ["L", "A", "K"], "category": "类", "difficulty": "easy" }),
        json!({ "kind": "judge", "stem": "-1 小于 0", "answer": ["true"], "category": "类", "difficulty": "medium" }),
        json!({ "kind": "fill", "stem": "+86 是____", "answer": ["=中国", "+86", "Ｃhina"], "category": "类",
            "difficulty": "medium" }),
    ]
}

fn contents(questions: &[Value]) -> Vec<Value> {
    let fields = ["kind", "stem", "options", "answer", "explanation", "category", "difficulty", "source"];
    let mut contents: Vec<Value> =
        questions.iter().map(|question| fields.iter().map(|field| question[*field].clone()).collect()).collect();
    contents.sort_by_key(Value::to_string);
    contents
}

#[tokio::test]
async fn an_export_comes_back_unchanged_and_starts_no_formula() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    for question in tricky() {
        organiser.post("/questions", question).await.ok(201);
    }
    let bank = contents(&all(&organiser, "").await);
    let bar = json!({ "kind": "fill", "stem": "竖线", "answer": ["a|b"], "category": "类", "difficulty": "easy" });
    organiser.post("/questions", bar).await.refused(422, "body.invalid");
    for format in ["xlsx", "csv"] {
        let file = organiser.get(&format!("/exports/questions?format={format}")).await;
        assert_eq!(file.status, 200);
        let again = import(&organiser, file.bytes.clone(), "").await.ok(200);
        assert_eq!((&again["accepted"], &again["unchanged"], &again["refused"]), (&json!(0), &json!(8), &json!(0)));
        if format == "csv" {
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            for cell in text.split('"').skip(1).step_by(2) {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{cell}");
            }
        } else {
            let mut archive = zip::ZipArchive::new(Cursor::new(&file.bytes)).unwrap();
            let part = std::io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
            assert!(!part.contains("<f>") && !part.contains("<f "), "a formula");
        }
        let other = TestApp::start().await;
        let elsewhere = other.member("组织部").role(Role::Organiser, "JT").sign_in().await;
        let report = import(&elsewhere, file.bytes, "").await.ok(200);
        assert_eq!((&report["accepted"], &report["problems"]), (&json!(8), &json!([])), "{format}");
        assert_eq!(contents(&all(&elsewhere, "").await), bank, "{format}");
    }
}

#[tokio::test]
async fn the_template_is_a_file_that_can_be_imported() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    for (query, accepted) in [("", 4), ("?format=csv", 0)] {
        let template = organiser.get(&format!("/imports/questions/template{query}")).await;
        let report = import(&organiser, template.bytes, "").await.ok(200);
        assert_eq!((&report["accepted"], &report["refused"]), (&json!(accepted), &json!(0)));
    }
    let kinds: Vec<Value> = all(&organiser, "").await.iter().map(|question| question["kind"].clone()).collect();
    assert_eq!(kinds, ["fill", "judge", "multiple", "single"]);
}

#[tokio::test]
async fn a_bad_row_blocks_the_others_only_when_that_is_asked_for() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let (good, bad) = ("题型,题干,答案\n判断题,一,对\n判断题,二,错\n", "判断题,三,也许\n");
    let report = import(&organiser, format!("{good}{bad}").into(), "?all_or_nothing=true").await.ok(200);
    assert_eq!((&report["accepted"], &report["refused"], &report["dry_run"]), (&json!(0), &json!(1), &json!(false)));
    assert_eq!((&report["problems"][0]["row"], &report["problems"][0]["column"]), (&json!(4), &json!("答案")));
    assert_eq!(all(&organiser, "").await.len(), 0);
    let tried = import(&organiser, good.into(), "?all_or_nothing=true&dry_run=true").await.ok(200);
    assert_eq!((&tried["accepted"], all(&organiser, "").await.len()), (&json!(2), 0));
    assert_eq!(import(&organiser, good.into(), "?all_or_nothing=true").await.ok(200)["accepted"], 2);
    let again = import(&organiser, format!("{good}{bad}").into(), "").await.ok(200);
    assert_eq!((&again["accepted"], &again["unchanged"], &again["refused"]), (&json!(0), &json!(2), &json!(1)));
}

#[tokio::test]
async fn a_file_beyond_the_limits_is_refused_whole() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    import(&organiser, vec![b' '; (20 << 20) + 1], "").await.refused(413, "body.too_large");
    let rows: String = (0..=50_000).map(|n| format!("判断题,{n},对\n")).collect();
    let reply = import(&organiser, format!("题型,题干,答案\n{rows}").into_bytes(), "?dry_run=true").await;
    assert!([413, 422].contains(&reply.status), "{}", reply.text());
    assert_eq!(all(&organiser, "").await.len(), 0);
}

#[tokio::test]
async fn a_secretary_chooses_from_the_bank_without_seeing_a_key() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let full = organiser.get("/questions").await.ok(200);
    let (kept, open) = (full["items"][0].clone(), full["items"][1].clone());
    let paper = json!({ "question_ids": [kept["id"]], "lines": [] });
    let terms = crate::contests::with(crate::contests::body(&app), &[("/paper", paper)]);
    crate::contests::announced(&organiser, terms).await;

    let shown = secretary.get("/questions").await.ok(200);
    let items = shown["items"].as_array().unwrap();
    assert_eq!(items.len(), full["items"].as_array().unwrap().len() - 1, "the contest keeps its question to itself");
    assert!(items.iter().all(|one| one["answer"].is_null() && one["explanation"].is_null() && one["stem"].is_string()));
    assert!(!shown.to_string().contains("因为"), "{shown}");
    assert_eq!(open["answer"], json!(["B"]));
    let path = |of: &Value| format!("/questions/{}", of["id"].as_str().unwrap());
    assert_eq!(secretary.get(&path(&open)).await.ok(200)["answer"], Value::Null);
    secretary.get(&path(&kept)).await.refused(404, "quiz.question_not_found");
    secretary.get(&format!("{}/versions", path(&open))).await.refused(403, "access.denied");
    secretary.get("/questions/categories").await.ok(200);
    secretary.post("/questions", json!({})).await.refused(403, "access.denied");
}
