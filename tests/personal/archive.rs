//! My data as one archive.

use std::io::{Cursor, Read};

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use zip::ZipArchive;

use super::text;
use crate::files::{photograph, upload};
use crate::support::{Person, TestApp};

struct Opened(ZipArchive<Cursor<Vec<u8>>>);

impl Opened {
    async fn of(person: &Person<'_>) -> Opened {
        let reply = person.get("/me/archive").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/zip"));
        Opened(ZipArchive::new(Cursor::new(reply.bytes)).unwrap())
    }

    fn names(&self) -> Vec<String> {
        self.0.file_names().map(|name| name.unwrap().into_owned()).collect()
    }

    fn bytes(&mut self, name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn json(&mut self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).unwrap()
    }

    /// The rows of a table in a room's file.
    fn rows(&mut self, file: &str, table: &str) -> Vec<Value> {
        let parts = self.json(file);
        let part = parts.as_array().unwrap().iter().find(|part| part["table"] == table);
        part.unwrap_or_else(|| panic!("no {table} in {file}"))["rows"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_member_has_everything_that_is_kept_about_him_and_nothing_of_others() {
    let app = TestApp::start().await;
    let organiser = crate::quiz::organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let wang = app.member("王二").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    for (who, said) in [(&li, "李一的意见"), (&wang, "王二的意见")] {
        who.post("/me/feedback", json!({ "text": said, "page": "/m/today" })).await.ok(201);
        let paper = who.get("/quiz/daily").await.ok(200);
        who.put(crate::quiz::TODAY, crate::quiz::answers(&paper, 2)).await.ok(201);
    }
    let draft = json!({
        "category": "降本增效", "title": "李一的点子", "problem": "问题问题问题", "proposal": "办法办法办法",
        "benefit": "好处好处好处",
    });
    let reply = li.post("/ideas", draft).await;
    assert!([201, 422].contains(&reply.status), "{}", reply.text());
    let photo = text(&upload(&li, "现场.jpg", photograph()).await.ok(201)["id"]).to_owned();
    upload(&wang, "别人的.jpg", photograph()).await.ok(201);
    let path = format!("/phone-proposals/{}/approval", {
        li.patch("/me", json!({ "phone": "13987654321" })).await.ok(202);
        text(&secretary.get("/phone-proposals").await.ok(200)["items"][0]["id"]).to_owned()
    });
    secretary.post(&path, json!({})).await.ok(200);
    app.drain().await;

    let mut archive = Opened::of(&li).await;
    let index = archive.json("index.json");
    assert_eq!((&index["name"], &index["phone"]), (&json!("李一"), &json!("13987654321")));
    assert_eq!((&index["employee_no"], &index["files"]), (&json!(li.employee_no), &json!(1)));
    let why = index["left_out"].as_array().unwrap();
    let password = why.iter().find(|left| left["table"] == "credentials").unwrap();
    assert_eq!(password["why"], "密码只存不可还原的摘要");
    let me = archive.rows("members.json", "members");
    assert_eq!((me.len(), &me[0]["id"], &me[0]["name"]), (1, &json!(li.id), &json!("李一")));
    assert_eq!(me[0]["created_at"], "2026-07-01T08:00:00+08:00");
    let said = archive.rows("feedback.json", "feedback");
    assert_eq!((said.len(), &said[0]["text"]), (1, &json!("李一的意见")));
    let answered = archive.rows("quiz.json", "quiz_submissions");
    assert_eq!((answered.len(), &answered[0]["right_count"]), (1, &json!(2)));
    assert!(!archive.rows("kernel.json", "ledger_entries").is_empty());
    assert!(!archive.rows("notices.json", "notices").is_empty(), "the number was confirmed, which he is told");
    let file = archive.names().into_iter().find(|name| name.starts_with("files/")).unwrap();
    assert_eq!(file, format!("files/{photo}/现场.jpg"));
    assert!(archive.bytes(&file).starts_with(&[0xff, 0xd8]), "the picture itself");
    // nothing of anybody else, and nothing that signs in
    for name in archive.names().into_iter().filter(|name| name.ends_with(".json")) {
        let all = String::from_utf8(archive.bytes(&name)).unwrap();
        for foreign in ["王二", &wang.employee_no, &wang.id.to_string(), "argon2"] {
            assert!(!all.contains(foreign), "{foreign} in {name}");
        }
    }
    // what the index counts is there
    for room in index["rooms"].as_array().unwrap() {
        for part in room["parts"].as_array().unwrap() {
            let counted = archive.json(text(&room["file"])).as_array().unwrap().iter().any(|found| {
                found["title"] == part["title"] && json!(found["rows"].as_array().unwrap().len()) == part["rows"]
            });
            assert!(counted, "{part}");
        }
    }

    // one after the other, and it leaves a line
    li.get("/me/archive").await.refused(429, "archive.too_soon");
    wang.get("/me/archive").await.ok(200);
    app.advance_seconds(601);
    li.get("/me/archive").await.ok(200);
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get(&format!("/audit?action=personal.archive&actor_id={}", li.id)).await.ok(200);
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
    drop(organiser);
}

#[tokio::test]
async fn many_rows_come_in_chunks_and_none_is_lost() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let member = li.id;
    app.write(move |tx| {
        let first: xianfeng::base::time::Day = "2020-01-01".parse().unwrap();
        Ok((0..1_203).try_for_each(|n| xianfeng::learning::study::mark_day(tx, member, first.plus_days(n)))?)
    })
    .await;
    let mut archive = Opened::of(&li).await;
    let days = archive.rows("study.json", "streak_days");
    assert_eq!(days.len(), 1_203);
    let distinct: std::collections::BTreeSet<&str> = days.iter().map(|row| text(&row["day"])).collect();
    assert_eq!(distinct.len(), 1_203);
}

#[tokio::test]
async fn who_is_signed_in_reads_what_is_kept_and_why() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let all = li.get("/personal-data").await.ok(200);
    assert_eq!(all["name"], "已注销成员");
    let find = |table: &str, column: &str| {
        let items = all["items"].as_array().unwrap();
        items.iter().find(|item| item["table"] == table && item["column"] == column).unwrap().clone()
    };
    assert_eq!(find("sessions", "member_id")["fate"], "deleted");
    assert_eq!(find("feedback", "member_id")["fate"], "cleared");
    let ballots = find("campaign_ballots", "member_id");
    assert_eq!((&ballots["fate"], &ballots["title"]), (&json!("stays"), &json!("参加过的投票")));
    assert!(find("campaign_scores", "judge_id")["why_not"].is_string());
}
