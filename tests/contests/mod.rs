//! Knowledge contests: organising, sitting, and what comes out.

mod changes;
mod calendar;
mod results;
mod attempts;
mod hidden;
mod prizes;

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::support::{Person, Reply, TestApp, send};

/// An organiser of the whole enterprise with a bank: 12 single choices (half of them hard), 4 multiple choices, 4 judge
/// and 2 fill questions. What is right can be told by the texts of the options, in whatever order they are shown.
pub async fn organiser(app: &TestApp) -> Person<'_> {
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let mut csv = String::from("题型,题干,选项A,选项B,选项C,选项D,答案,解析,分类,难度\n");
    for n in 0..12 {
        let difficulty = if n % 2 == 0 { "易" } else { "难" };
        csv += &format!("单选题,单选第{n}题,甲{n},对{n},丙{n},丁{n},B,因为{n},党章,{difficulty}\n");
    }
    for n in 0..4 {
        csv += &format!("多选题,多选第{n}题,对一{n},错一{n},对二{n},错二{n},AC,因为{n},党史,中\n");
        csv += &format!("判断题,判断第{n}题,,,,,正确,因为{n},安全,易\n");
    }
    for n in 0..2 {
        csv += &format!("填空题,填空第{n}题____,,,,,答案{n},因为{n},安全,中\n");
    }
    let import = organiser.request(reqwest::Method::POST, "/imports/questions").body(csv.into_bytes());
    let report = send(import).await.ok(200);
    assert_eq!(report["accepted"], 22, "{report}");
    organiser
}

/// A contest of 8:01 to 8:12 for the whole enterprise: ten easy and hard single choices of one point, in five minutes.
pub fn body(app: &TestApp) -> Value {
    json!({
        "title": "党章知识竞赛",
        "unit_id": app.unit("JT"),
        "opens_at": "2026-07-01T08:01:00+08:00",
        "closes_at": "2026-07-01T08:12:00+08:00",
        "paper": { "lines": [{ "category": "党章", "kind": "single", "count": 10 }] },
        "terms": {
            "minutes": 5, "attempts": 1, "counts": "best", "reveal": "at_publication",
            "scoring": { "single": 1, "multiple": 6, "judge": 1, "fill": 1, "partial": "per_option" },
        },
    })
}

/// Changes fields of a body by JSON pointer.
pub fn with(mut body: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[field] = value.clone();
    }
    body
}

/// Writes and announces a contest; its path.
pub async fn announced(organiser: &Person<'_>, body: Value) -> String {
    let contest = organiser.post("/contests", body).await.ok(201);
    let path = format!("/contests/{}", contest["id"].as_str().unwrap());
    assert_eq!(organiser.post(&format!("{path}/announcement"), json!({})).await.ok(200)["state"], "announced");
    path
}

/// A contest that is open, at 8:01.
async fn opened(app: &TestApp, organiser: &Person<'_>, body: Value) -> String {
    let path = announced(organiser, body).await;
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    path
}

/// The right or a wrong answer to a question as it is shown.
pub fn answer(question: &Value, right: bool) -> Value {
    let letters = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        let options = question["options"].as_array().unwrap().iter().enumerate();
        let chosen = options.filter(|(_, option)| wanted(option.as_str().unwrap()));
        chosen.map(|(n, _)| char::from(b'A' + n as u8).to_string()).collect()
    };
    match (question["kind"].as_str().unwrap(), right) {
        ("single", true) => json!(letters(&|option| option.starts_with('对'))),
        ("single", false) => json!(letters(&|option| option.starts_with('丙'))),
        ("multiple", true) => json!(letters(&|option| option.starts_with('对'))),
        ("multiple", false) => json!(letters(&|option| option.starts_with("对一"))),
        ("judge", right) => json!([right.to_string()]),
        (_, true) => json!([question["stem"].as_str().unwrap().replace("填空第", "答案").replace("题____", "")]),
        (_, false) => json!(["不知道"]),
    }
}

/// Starts an attempt, or goes on with the one that runs.
pub async fn start(member: &Person<'_>, contest: &str) -> Value {
    let reply = member.post(&format!("{contest}/attempts"), json!({})).await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text());
    reply.json()
}

async fn save(member: &Person<'_>, attempt: &Value, question: &Value, answer: Value) -> Reply {
    let (id, question) = (attempt["id"].as_str().unwrap(), question["id"].as_str().unwrap());
    member.put(&format!("/attempts/{id}/answers/{question}"), json!({ "answer": answer })).await
}

pub async fn submit(member: &Person<'_>, attempt: &Value) -> Reply {
    member.post(&format!("/attempts/{}/submission", attempt["id"].as_str().unwrap()), json!({})).await
}

/// Answers the first `right` questions rightly and the others wrongly.
pub async fn answer_all(member: &Person<'_>, attempt: &Value, right: usize) {
    for (n, question) in attempt["questions"].as_array().unwrap().iter().enumerate() {
        save(member, attempt, question, answer(question, n < right)).await.ok(200);
    }
}

/// A whole attempt that is handed in `seconds` after its start.
pub async fn sit(app: &TestApp, member: &Person<'_>, contest: &str, right: usize, seconds: i64) -> Value {
    let attempt = start(member, contest).await;
    answer_all(member, &attempt, right).await;
    app.advance_seconds(seconds);
    submit(member, &attempt).await.ok(200)
}
