//! One normalisation for sign-in, names, options, answers and search; what is none at all is never counted as wrong.

use serde_json::{Value, json};

use super::Office;
use crate::ideas::{Scene, submitted, text};
use crate::quiz::{TODAY, answers, organiser};
use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn an_account_signs_in_however_it_is_typed() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let csv = "工号,姓名,手机号,所属党小组编码,政治面貌\nJC00006,张三,19911112222,XZ11,党员\n";
    office.import("members", csv.as_bytes().to_vec(), "").await.ok(200);
    let roster = office.administrator.get(&format!("/units/{}/members?q=JC00006", app.unit("XZ11"))).await.ok(200);
    app.give_password(text(&roster["items"][0]["id"]).parse().unwrap()).await;
    for account in [
        "+86 199 1111 2222",
        "+8619911112222",
        "199 1111 2222",
        "199-1111-2222",
        "8619911112222",
        "199–1111—2222",
        "\u{202d}19911112222\u{202c}",
        "19911112222\u{200b}",
        "JC00006\u{200b}",
        " jc00006 ",
        "ＪＣ00006",
        "１９９１１１１２２２２",
    ] {
        let reply = app.post("/session", json!({ "account": account, "password": PASSWORD })).await;
        assert_eq!(reply.status, 201, "{account:?} {}", reply.text());
    }
    let wrong = json!({ "account": "JC00006", "password": format!("{PASSWORD}\u{200b}") });
    assert_eq!(app.post("/session", wrong).await.status, 401, "a password is what was typed");
}

#[tokio::test]
async fn a_text_of_invisible_characters_is_empty() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let invisible = [
        "\u{200b}",
        "\u{3164}",
        "\u{2800}",
        "\u{200e}\u{200f}",
        "\u{feff}",
        "\u{ad}",
        "\u{2060}",
        "\u{e0020}",
        "\u{34f}",
        "\u{fe0f}",
        "\u{115f}",
        "\u{180e}",
        "\u{202e}",
    ];
    for title in invisible {
        let idea = json!({ "category": "创新", "title": title, "problem": title, "proposal": title });
        office.administrator.post("/ideas", idea).await.refused(422, "body.invalid");
    }
    let question = |stem: &str, options: &[&str]| json!({ "kind": "single", "stem": stem, "options": options, "answer": ["A"], "category": "类", "difficulty": "easy" });
    for (stem, options) in [
        ("\u{200b}", &["甲", "乙"][..]),
        ("题", &["甲", "\u{200b}", "乙", "\u{3164}"]),
        ("题", &["甲", "甲\u{200b}", "乙"]),
        ("题", &["长", "⻓", "乙"]),
    ] {
        office.organiser.post("/questions", question(stem, options)).await.refused(422, "body.invalid");
    }
    let made = office.organiser.post("/questions", question("题\u{200b}干", &["甲\u{feff}", "乙"])).await.ok(201);
    assert_eq!((&made["stem"], &made["options"]), (&json!("题干"), &json!(["甲", "乙"])));
}

#[tokio::test]
async fn blanks_are_right_as_keyboards_give_them() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let li = app.member("李一").sign_in().await;
    for (key, given) in [
        ("119", &["119\u{200b}", "\u{200b}119", "\u{feff}119", "119\u{200e}", "119\u{fe0f}", "１１９", "1 1 9"][..]),
        ("“四个自信”", &["\"四个自信\"", "「四个自信」", "”四个自信“", "＂四个自信＂"]),
        ("卡尔·马克思", &["卡尔•马克思", "卡尔‧马克思", "卡尔．马克思", "卡尔.马克思", "卡尔・马克思"]),
        ("1921—2021", &["1921-2021", "1921–2021", "1921－2021", "1921——2021"]),
        ("-5", &["−5", "－5"]),
        ("党's", &["党’s", "党＇s"]),
        ("长征", &["⻓征"]),
        ("⻢克思", &["马克思"]),
    ] {
        let body = json!({ "kind": "fill", "stem": format!("{key}____"), "answer": [key], "category": "类", "difficulty": "easy" });
        let id = text(&office.organiser.post("/questions", body).await.ok(201)["id"]);
        for words in given {
            let reply = li.post("/quiz/practice", json!({ "question_id": id, "answer": [words] })).await.ok(200);
            assert_eq!(reply["right"], true, "{key} {words:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_none_is_understood_or_refused() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let li = app.member("李一").sign_in().await;
    let judge = json!({ "kind": "judge", "stem": "判一", "answer": ["true"], "category": "类", "difficulty": "easy" });
    let single = json!({ "kind": "single", "stem": "单一", "options": ["甲", "乙"], "answer": ["A"], "category": "类", "difficulty": "easy" });
    let judge = text(&office.organiser.post("/questions", judge).await.ok(201)["id"]);
    let single = text(&office.organiser.post("/questions", single).await.ok(201)["id"]);
    for (id, answer) in
        [(&judge, "正确"), (&judge, "√"), (&judge, "TRUE"), (&single, "ａ"), (&single, "a"), (&single, "A\u{200b}")]
    {
        let reply = li.post("/quiz/practice", json!({ "question_id": id, "answer": [answer] })).await.ok(200);
        assert_eq!(reply["right"], true, "{answer}");
    }
    for (id, answer) in [
        (&judge, json!(["也许"])),
        (&judge, json!(["true", "false"])),
        (&single, json!(["Z"])),
        (&single, json!(["A", "B"])),
    ] {
        let body = json!({ "question_id": id, "answer": answer });
        li.post("/quiz/practice", body).await.refused(422, "body.invalid");
    }
}

#[tokio::test]
async fn a_paper_with_unanswered_questions_asks_once() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    let mut sent = answers(&paper, 5);
    sent["answers"].as_array_mut().unwrap().truncate(3);
    let asked = li.put(TODAY, sent.clone()).await.refused(409, "quiz.unanswered");
    assert!(asked["detail"].as_str().unwrap().contains("2 道题"), "{asked}");
    let mut odd = answers(&paper, 5);
    odd["answers"][1]["answer"] = json!(["Z"]);
    li.put(TODAY, odd).await.refused(422, "body.invalid");
    sent["leave_unanswered"] = json!(true);
    assert_eq!(li.put(TODAY, sent.clone()).await.ok(201)["right_count"], 3);
    assert_eq!(li.put(TODAY, sent).await.ok(200)["right_count"], 3);
}

#[tokio::test]
async fn what_a_pdf_gave_is_found() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    submitted(&scene.author, "⻓征精神学习⾦点⼦").await;
    submitted(&scene.author, "垚（yáo）鑫矿的⻢克思主义").await;
    for (words, found) in
        [("长征", 1), ("金点子", 1), ("马克思", 1), ("垚鑫", 1), ("⻓征", 1), ("长\u{200b}征", 1), ("见", 0)]
    {
        let query: String = words.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let page: Value = scene.worker.get(&format!("/ideas?q={query}")).await.ok(200);
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{words}");
    }
}
