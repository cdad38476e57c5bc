//! What somebody has written can be taken back for as long as nobody depends on it; the trail keeps that it was.

use serde_json::json;
use xianfeng::base::capability::Role;

use crate::ideas::{submitted, text};
use crate::quiz::{TODAY, answers, organiser};
use crate::support::{Person, TestApp};

async fn say(who: &Person<'_>, idea: &str, said: &str, parent: Option<&str>) -> String {
    let body = json!({ "text": said, "parent_id": parent });
    text(&who.post(&format!("/ideas/{idea}/comments"), body).await.ok(201)["id"])
}

async fn said(who: &Person<'_>, idea: &str) -> Vec<(String, bool)> {
    let found = who.get(&format!("/ideas/{idea}/comments")).await.ok(200);
    let items = found["items"].as_array().unwrap().iter();
    items.map(|comment| (text(&comment["text"]), comment["deleted"].as_bool().unwrap())).collect()
}

#[tokio::test]
async fn ones_own_comment_is_gone_or_leaves_a_gap_while_replies_depend_on_it() {
    let app = TestApp::start().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let idea = submitted(&li, "矿灯改造").await;
    let path = |comment: &str| format!("/ideas/{idea}/comments/{comment}");
    let alone = say(&wang, &idea, "说错了", None).await;
    li.delete(&path(&alone)).await.refused(403, "ideas.not_author");
    wang.delete(&path(&alone)).await.ok(204);
    wang.delete(&path(&alone)).await.refused(404, "ideas.comment_not_found");
    assert_eq!(said(&li, &idea).await, []);

    let first = say(&wang, &idea, "有个问题", None).await;
    let reply = say(&li, &idea, "什么问题", Some(&first)).await;
    wang.delete(&path(&first)).await.ok(204);
    assert_eq!(said(&li, &idea).await, [("评论已删除".into(), true), ("什么问题".into(), false)]);
    assert_eq!(li.get(&format!("/ideas/{idea}")).await.ok(200)["comments"], 1);
    let late = json!({ "text": "晚了", "parent_id": first });
    li.post(&format!("/ideas/{idea}/comments"), late).await.refused(422, "body.invalid");
    // the gap goes with the last reply
    li.delete(&path(&reply)).await.ok(204);
    assert_eq!(said(&li, &idea).await, []);
    let trail = auditor.get("/audit?action=ideas.delete_comment").await.ok(200);
    assert_eq!(trail["items"].as_array().unwrap().len(), 3);
    assert!(!trail.to_string().contains("有个问题"));
    app.drain().await;
}

#[tokio::test]
async fn a_question_that_was_never_used_is_deleted_and_one_that_was_stays() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let fresh =
        json!({ "kind": "judge", "stem": "多写的一题", "answer": ["true"], "category": "类", "difficulty": "easy" });
    let id = text(&organiser.post("/questions", fresh.clone()).await.ok(201)["id"]);
    organiser.delete(&format!("/questions/{id}")).await.ok(204);
    organiser.get(&format!("/questions/{id}")).await.refused(404, "quiz.question_not_found");
    organiser.post("/questions", fresh).await.ok(201);
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    li.put(TODAY, answers(&paper, 5)).await.ok(201);
    let dealt = text(&paper["questions"][0]["id"]);
    organiser.delete(&format!("/questions/{dealt}")).await.refused(409, "quiz.question_dealt");
}

#[tokio::test]
async fn an_item_that_was_never_pushed_is_taken_back() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let item = json!({ "title": "党章", "summary": "摘要", "body": "正文", "source": "党章", "minimum_seconds": 30 });
    let write = async || text(&organiser.post("/study/items", item.clone()).await.ok(201)["id"]);
    let (unused, pushed) = (write().await, write().await);
    let push = json!({ "item_id": pushed, "unit_id": app.unit("JT"), "day": "2026-07-03" });
    organiser.post("/study/pushes", push).await.ok(201);
    organiser.delete(&format!("/study/items/{unused}")).await.ok(204);
    organiser.get(&format!("/study/items/{unused}")).await.refused(404, "study.item_not_found");
    organiser.delete(&format!("/study/items/{pushed}")).await.refused(409, "study.item_pushed");
}
