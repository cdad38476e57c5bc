//! The inbox: what was told, to whom, and whether it was read.

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::db::schema::{notice_reads, notices as notices_table};
use xianfeng::ground::notices::{self, NewNotice, NoticeKind, To};
use xianfeng::on;

use crate::support::{Person, TestApp, send};

async fn tell(app: &TestApp, to: To, title: &'static str) {
    app.write(move |tx| {
        let (kind, title, body) = (NoticeKind::PUBLISHED, title.to_owned(), "内容".to_owned());
        Ok(notices::tell(tx, NewNotice { to, kind, title, body, link: None })?)
    })
    .await;
}

async fn titles(person: &Person<'_>) -> Vec<String> {
    let page = person.get("/me/notices").await.ok(200);
    let title = |notice: &Value| notice["title"].as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(title).collect()
}

async fn unread(person: &Person<'_>) -> i64 {
    person.get("/me/notices/unread-count").await.ok(200)["unread"].as_i64().unwrap()
}

#[tokio::test]
async fn an_inbox_holds_what_is_ones_own_and_what_is_the_units() {
    let app = TestApp::start().await;
    let li = app.member("李一").home("XZ11").sign_in().await;
    let zhou = app.member("周二").home("XZ21").sign_in().await;
    tell(&app, To::Member(li.id), "给李一").await;
    tell(&app, To::Unit(app.unit("ZB1")), "给东支部").await;
    tell(&app, To::Unit(app.unit("DW1")), "给一厂").await;
    tell(&app, To::Unit(app.unit("XZ12")), "给东二组").await;
    assert!(titles(&li).await.is_empty());
    app.drain().await;
    assert_eq!(titles(&li).await, ["给一厂", "给东支部", "给李一"]);
    assert_eq!(titles(&zhou).await, ["给一厂"]);
    assert_eq!((unread(&li).await, unread(&zhou).await), (3, 1));
}

#[tokio::test]
async fn a_new_member_does_not_see_the_units_old_notices_and_old_ones_leave_the_inbox() {
    let app = TestApp::start().await;
    tell(&app, To::Unit(app.unit("JT")), "以前的").await;
    app.drain().await;
    app.advance_seconds(1);
    let li = app.member("李一").sign_in().await;
    tell(&app, To::Unit(app.unit("JT")), "以后的").await;
    app.drain().await;
    assert_eq!(titles(&li).await, ["以后的"]);
    app.advance_seconds(181 * 24 * 3600);
    let li = app.sign_in(li.id, &li.employee_no).await;
    assert!(titles(&li).await.is_empty());
    assert_eq!(unread(&li).await, 0);
}

#[tokio::test]
async fn notices_are_marked_by_id_or_all_at_once() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let zhou = app.member("周二").sign_in().await;
    for title in ["一", "二", "三"] {
        tell(&app, To::Unit(app.unit("JT")), title).await;
    }
    tell(&app, To::Member(zhou.id), "给周二").await;
    app.drain().await;

    let page = li.get("/me/notices?limit=2").await.ok(200);
    assert_eq!(page["items"][0]["unread"], true);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = li.get(&format!("/me/notices?limit=2&cursor={cursor}")).await.ok(200);
    assert_eq!((rest["items"][0]["title"].as_str(), rest["next_cursor"].as_str()), (Some("一"), None));

    let of_zhou = zhou.get("/me/notices?limit=1").await.ok(200)["items"][0]["id"].clone();
    let some = json!({ "ids": [page["items"][0]["id"], of_zhou] });
    assert_eq!(li.post("/me/notices/receipts", some.clone()).await.ok(200), json!({ "unread": 2 }));
    assert_eq!(li.post("/me/notices/receipts", some).await.ok(200), json!({ "unread": 2 }));
    assert_eq!(li.get("/me/notices").await.ok(200)["items"][0]["unread"], false);
    assert_eq!(unread(&zhou).await, 4);

    assert_eq!(li.post("/me/notices/receipts", json!({ "all": true })).await.ok(200), json!({ "unread": 0 }));
    assert_eq!((unread(&li).await, unread(&zhou).await), (0, 4));
}

#[tokio::test]
async fn what_is_marked_is_said_in_one_way() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let id = "01980000-0000-7000-8000-000000000000";
    for body in
        [json!({}), json!({ "all": false }), json!({ "all": true, "ids": [id] }), json!({ "ids": vec![id; 101] })]
    {
        li.post("/me/notices/receipts", body).await.refused(422, "body.invalid");
    }
    li.post("/me/notices/receipts", json!({ "ids": [] })).await.ok(200);
    li.post("/me/notices/receipts", json!({ "ids": [id] })).await.ok(200);
}

#[tokio::test]
async fn an_unchanged_inbox_costs_no_bytes() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let tag = li.get("/me/notices").await.header("etag").unwrap().to_owned();
    let again = || li.request(reqwest::Method::GET, "/me/notices").header("if-none-match", &tag);
    assert_eq!(send(again()).await.status, 304);
    tell(&app, To::Member(li.id), "新的").await;
    app.drain().await;
    assert_eq!(send(again()).await.status, 200);
}

#[tokio::test]
async fn a_stolen_token_is_told_in_the_inbox_once() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let stolen = json!({ "refresh_token": li.session["refresh_token"] });
    let next = app.post("/session/refresh", stolen.clone()).await.ok(200);
    app.post("/session/refresh", json!({ "refresh_token": next["refresh_token"] })).await.ok(200);
    app.post("/session/refresh", stolen.clone()).await.refused(401, "sessions.token_reused");
    app.drain().await;
    app.drain().await;
    let li = app.sign_in(li.id, &li.employee_no).await;
    let page = li.get("/me/notices").await.ok(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["kind"], "security");
    assert_eq!(page["items"][0]["to_unit"], false);
}

#[tokio::test]
async fn what_nobody_is_shown_any_more_is_thrown_away_with_its_marks() {
    let app = TestApp::start().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    tell(&app, To::Unit(app.unit("JT")), "旧的").await;
    tell(&app, To::Member(li.id), "给李一").await;
    app.drain().await;
    for person in [&li, &wang] {
        person.post("/me/notices/receipts", json!({ "all": true })).await.ok(200);
    }
    app.advance_seconds(100 * 24 * 3600);
    tell(&app, To::Unit(app.unit("JT")), "新的").await;
    app.drain().await;
    let kept = async || {
        let count = app.db().read(|conn| {
            let notices: i64 = on!(conn, c => notices_table::table.count().get_result(c))?;
            Ok((notices, on!(conn, c => notice_reads::table.count().get_result::<i64>(c))?))
        });
        count.await.unwrap()
    };
    assert_eq!(kept().await, (3, 3));
    app.advance_seconds(80 * 24 * 3600);
    app.tick().await;
    assert_eq!(kept().await, (3, 3), "nothing that is shown on this day");
    app.advance_seconds(24 * 3600 + 1);
    app.tick().await;
    assert_eq!(kept().await, (1, 0));
    let li = app.sign_in(li.id, &li.employee_no).await;
    assert_eq!((titles(&li).await, unread(&li).await), (vec!["新的".to_owned()], 1));
}

/// Tells `to` something about a thing, as rooms do.
async fn tell_of(app: &TestApp, to: To, kind: NoticeKind, (title, link): (&'static str, &'static str), body: String) {
    app.write(move |tx| {
        let (title, link) = (title.to_owned(), Some(link.to_owned()));
        Ok(notices::tell(tx, NewNotice { to, kind, title, body: body.clone(), link })?)
    })
    .await;
}

#[tokio::test]
async fn thirty_comments_of_a_day_on_one_idea_are_one_notice() {
    let app = TestApp::start().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let id = crate::ideas::submitted(&li, "点子").await;
    let other = crate::ideas::submitted(&li, "另一条").await;
    let say = async |idea: &str, text: String| {
        wang.post(&format!("/ideas/{idea}/comments"), json!({ "text": text })).await.ok(201);
    };
    for n in 1..=30 {
        say(&id, format!("第{n}条意见")).await;
    }
    say(&other, "好".into()).await;
    app.drain().await;
    assert_eq!(titles(&li).await, ["金点子有新评论", "金点子有新评论（30 条）"]);
    assert_eq!(unread(&li).await, 2);
    let grown = li.get("/me/notices").await.ok(200)["items"][1].clone();
    assert_eq!((&grown["count"], &grown["link"]), (&json!(30), &json!(format!("/ideas/{id}"))));
    assert!(grown["body"].as_str().unwrap().contains("第30条意见"), "{grown}");
    // once it is read the next one is new, and so is that of another day
    li.post("/me/notices/receipts", json!({ "ids": [grown["id"]] })).await.ok(200);
    say(&id, "第31条意见".into()).await;
    app.drain().await;
    assert_eq!(titles(&li).await, ["金点子有新评论", "金点子有新评论", "金点子有新评论（30 条）"]);
    app.advance_seconds(24 * 3600);
    let (li, wang) = (app.sign_in(li.id, &li.employee_no).await, app.sign_in(wang.id, &wang.employee_no).await);
    wang.post(&format!("/ideas/{id}/comments"), json!({ "text": "次日" })).await.ok(201);
    app.drain().await;
    let of_ideas = titles(&li).await.into_iter().filter(|title| title.starts_with("金点子")).count();
    assert_eq!(of_ideas, 4);
    assert_eq!(li.get("/me/today").await.ok(200)["notices"][0]["title"], "金点子有新评论");
}

#[tokio::test]
async fn steps_that_are_taken_many_times_a_day_grow_and_others_do_not() {
    let app = TestApp::start().await;
    let scene = crate::ideas::Scene::set(&app).await;
    let id = crate::ideas::submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, "2026-07-20").await;
    for n in 0..4 {
        let text = json!({ "text": format!("进展{n}") });
        scene.worker.post(&format!("/ideas/{id}/progress"), text).await.ok(200);
    }
    scene.worker.post(&format!("/ideas/{id}/delivery"), json!({ "evidence": "记录" })).await.ok(200);
    scene.secretary.post(&format!("/ideas/{id}/acceptance"), json!({})).await.ok(200);
    for n in 0..3 {
        let outcome = json!({ "kind": "patent", "title": format!("专利{n}") });
        scene.secretary.post(&format!("/ideas/{id}/outcomes"), outcome).await.ok(200);
    }
    app.drain().await;
    let expected = [
        "金点子登记了成果",
        "金点子登记了成果",
        "金点子登记了成果",
        "金点子已通过验收",
        "金点子已提交成果，等待验收",
        "金点子有新的实施进展（4 条）",
        "金点子已指派实施",
        "金点子已被采纳",
        "金点子已在会议上征集，提请支委会讨论",
    ];
    assert_eq!(titles(&scene.author).await, expected);
}

#[tokio::test]
async fn what_a_unit_is_told_of_one_thing_on_a_day_is_one_notice() {
    let app = TestApp::start().await;
    let organiser = crate::contests::organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let path = crate::contests::announced(&organiser, crate::contests::body(&app)).await;
    app.drain().await;
    for minute in [13, 14, 15] {
        let closes = json!({ "closes_at": format!("2026-07-01T08:{minute}:00+08:00") });
        organiser.patch(&path, closes).await.ok(200);
        app.drain().await;
    }
    let mut found = titles(&li).await;
    found.retain(|title| title.contains("竞赛"));
    assert_eq!(found, ["知识竞赛调整：党章知识竞赛（3 条）", "知识竞赛预告：党章知识竞赛"]);
    assert!(li.get("/me/notices").await.ok(200)["items"][0]["body"].as_str().unwrap().contains("8时15分"));
}

#[tokio::test]
async fn what_is_not_told_as_growing_is_told_each_time() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    for kind in [NoticeKind::SECURITY, NoticeKind::DUTY] {
        for n in 0..3 {
            tell_of(&app, To::Member(li.id), kind, ("变动", "/me"), format!("第{n}次")).await;
        }
    }
    // the same of another thing, or to others
    for link in ["/ideas/1", "/ideas/2"] {
        tell_of(&app, To::Member(li.id), NoticeKind::PUBLISHED, ("更正", link), "内容".into()).await;
    }
    tell_of(&app, To::Unit(app.unit("JT")), NoticeKind::PUBLISHED, ("更正", "/ideas/1"), "内容".into()).await;
    app.drain().await;
    assert_eq!(titles(&li).await.len(), 6 + 2 + 1);
    assert!(titles(&li).await.iter().all(|title| !title.contains('条')));
}
