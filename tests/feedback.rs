//! What members say, who answers it, and by when.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{items, notices, text};
use crate::support::{Person, TestApp, send};

async fn said(person: &Person<'_>, words: &str) -> Value {
    person.post("/me/feedback", json!({ "text": words, "page": "/practice" })).await.ok(201)
}

async fn answer(person: &Person<'_>, feedback: &Value, words: &str) -> crate::support::Reply {
    person.put(&format!("/feedback/{}/answer", text(&feedback["id"])), json!({ "text": words })).await
}

#[tokio::test]
async fn what_a_member_says_lies_on_the_desk_until_it_is_answered_and_he_is_told() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let feedback = said(&li, "错题本里的字太小").await;
    assert_eq!((&feedback["state"], &feedback["due_on"]), (&json!("waiting"), &json!("2026-07-08")));
    assert_eq!((&feedback["page"], &feedback["answer"]), (&json!("/practice"), &Value::Null));
    let desk = organiser.get("/me/desk").await.ok(200);
    let item = &items(&desk)[0];
    assert_eq!((&item["kind"], &item["due_on"]), (&json!("feedback"), &json!("2026-07-08")));
    assert_eq!(item["link"], json!(format!("/feedback/{}", text(&feedback["id"]))));
    assert!(text(&item["title"]).contains("错题本里的字太小"));

    let answered = answer(&organiser, &feedback, "请在“我的”中打开大字版").await.ok(200);
    assert_eq!((&answered["state"], &answered["answer"]["member_name"]), (&json!("answered"), &json!("组织部")));
    assert_eq!(answer(&organiser, &feedback, "请在“我的”中打开大字版").await.ok(200), answered, "again");
    answer(&organiser, &feedback, "另一个答复").await.refused(409, "feedback.answered");
    assert_eq!(items(&organiser.get("/me/desk").await.ok(200)).len(), 0);
    app.drain().await;
    assert_eq!(notices(&li).await[0], "您的意见已答复");
    assert_eq!(items(&li.get("/me/feedback").await.ok(200)), std::slice::from_ref(&answered));
    assert_eq!(li.get(&format!("/feedback/{}", text(&feedback["id"]))).await.ok(200), answered);

    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get("/audit?action=feedback.answer").await.ok(200);
    assert_eq!(items(&trail)[0]["subject_id"], feedback["id"]);
    assert!(!trail.to_string().contains("大字版"), "the trail knows that it was answered, not what");
}

#[tokio::test]
async fn nobody_answers_himself_and_everybody_only_within_his_part() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let below = app.member("厂组织").home("DW1").role(Role::Organiser, "DW1").sign_in().await;
    let other = app.member("外").home("XZ31").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let own = said(&organiser, "自己的意见").await;
    answer(&organiser, &own, "自己答复").await.refused(403, "feedback.own");
    let far = said(&other, "二厂的意见").await;
    answer(&below, &far, "不归我管").await.refused(404, "feedback.not_found");
    below.get(&format!("/feedback/{}", text(&far["id"]))).await.refused(404, "feedback.not_found");
    li.get(&format!("/feedback/{}", text(&far["id"]))).await.refused(404, "feedback.not_found");
    answer(&li, &far, "我来答").await.refused(403, "access.denied");
    let near = said(&li, "一厂的意见").await;
    let desk = below.get("/me/desk").await.ok(200);
    assert_eq!(items(&desk).len(), 1, "the nearest who answers has it: {desk}");
    let seen = |list: &Value| items(list).iter().map(|line| text(&line["id"])).collect::<Vec<_>>();
    assert_eq!(seen(&below.get("/feedback").await.ok(200)), [text(&near["id"])]);
    assert_eq!(seen(&organiser.get("/feedback").await.ok(200)).len(), 3);
    answer(&below, &near, "已安排").await.ok(200);
    assert_eq!(seen(&organiser.get("/feedback?state=answered").await.ok(200)), [text(&near["id"])]);
    assert_eq!(seen(&organiser.get("/feedback?state=waiting").await.ok(200)).len(), 2);
}

#[tokio::test]
async fn after_its_term_it_is_overdue_and_the_term_is_a_setting() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let term = json!({ "value": 2, "reason": "两日内答复" });
    organiser.put("/settings/feedback.answer_days", term).await.ok(200);
    let feedback = said(&li, "请尽快答复").await;
    assert_eq!(feedback["due_on"], "2026-07-03");
    assert_eq!(items(&organiser.get("/feedback?state=overdue").await.ok(200)).len(), 0);
    app.set_clock("2026-07-04T08:00:00+08:00");
    let li = app.sign_in_anew(&li).await;
    let organiser = app.sign_in_anew(&organiser).await;
    assert_eq!(items(&li.get("/me/feedback").await.ok(200))[0]["state"], "overdue");
    assert_eq!(items(&organiser.get("/feedback?state=overdue").await.ok(200)).len(), 1);
}

#[tokio::test]
async fn a_retry_says_it_once_and_a_day_has_ten() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let once = || {
        let request = li.request(reqwest::Method::POST, "/me/feedback").header("idempotency-key", "feedback-1");
        send(request.json(&json!({ "text": "说一次" })))
    };
    let first = once().await.ok(201);
    assert_eq!(once().await.ok(201)["id"], first["id"]);
    for n in 1..10 {
        said(&li, &format!("第{n}条")).await;
    }
    li.post("/me/feedback", json!({ "text": "第十一条" })).await.refused(409, "feedback.too_many");
    li.post("/me/feedback", json!({ "text": "" })).await.refused(422, "body.invalid");
    li.post("/me/feedback", json!({ "text": "长".repeat(1001) })).await.refused(422, "body.invalid");
    assert_eq!(items(&li.get("/me/feedback").await.ok(200)).len(), 10);
    let page = li.get("/me/feedback?limit=4").await.ok(200);
    assert_eq!(items(&page).len(), 4);
    let rest = li.get(&format!("/me/feedback?limit=10&cursor={}", text(&page["next_cursor"]))).await.ok(200);
    assert_eq!(items(&rest).len(), 6);
}
