//! My desk: what waits for whom, and how it passes on when posts change hands.

use serde_json::json;
use xianfeng::base::capability::Role;

use super::{Scene, idea, items, meeting, submitted, text};
use crate::support::{Person, TestApp};

/// What lies on somebody's desk: titles with what may be done first.
async fn desk(person: &Person<'_>) -> Vec<(String, String)> {
    let page = person.get("/me/desk").await.ok(200);
    let mut found = Vec::new();
    for item in items(&page) {
        assert_eq!((&item["kind"], &item["urgency"]), (&json!("idea"), &json!("normal")));
        let idea = person.get(item["link"].as_str().unwrap()).await.ok(200);
        assert_eq!(idea["id"], item["subject_id"]);
        let (title, said) = (text(&idea["title"]), text(&item["title"]));
        assert!(said.ends_with(&format!("金点子“{title}”")), "{said}");
        found.push((title, text(&idea["may"][0])));
    }
    found
}

fn one(title: &str, verb: &str) -> Vec<(String, String)> {
    vec![(title.to_owned(), verb.to_owned())]
}

#[tokio::test]
async fn each_step_lies_on_the_right_desk() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let id = submitted(&scene.author, "点子").await;
    assert_eq!(desk(&scene.leader).await, one("点子", "collect"));
    for person in [&scene.author, &scene.secretary, &scene.committee, &above] {
        assert!(desk(person).await.is_empty());
    }
    scene.collect(&id).await;
    assert!(desk(&scene.leader).await.is_empty());
    assert_eq!(desk(&scene.secretary).await, one("点子", "adopt"));
    assert_eq!(desk(&scene.committee).await, one("点子", "adopt"));
    scene.decide(&id, "adopted").await;
    assert_eq!(desk(&scene.committee).await, one("点子", "assign"));
    scene.assign(&id, &scene.worker, "2026-07-20").await;
    assert!(desk(&scene.secretary).await.is_empty());
    assert_eq!(desk(&scene.worker).await, one("点子", "report"));
    scene.work(&id, &scene.worker).await;
    assert!(desk(&scene.worker).await.is_empty());
    assert_eq!(desk(&scene.secretary).await, one("点子", "accept"));
    scene.secretary.post(&format!("/ideas/{id}/acceptance"), json!({})).await.ok(200);
    assert_eq!(desk(&scene.secretary).await, one("点子", "record_outcome"));
    scene.secretary.post(&format!("/ideas/{id}/closure"), json!({})).await.ok(200);
    assert!(desk(&scene.secretary).await.is_empty());
    assert!(desk(&above).await.is_empty());

    let id = submitted(&scene.author, "退回的").await;
    scene.collect(&id).await;
    scene.leader.post(&format!("/ideas/{id}/return"), json!({ "reason": "请补充" })).await.ok(200);
    scene.author.post("/ideas", idea("自己的草稿", false)).await.ok(201);
    assert_eq!(desk(&scene.author).await, one("退回的", "submit"));
}

#[tokio::test]
async fn a_post_in_conflict_or_vacant_passes_to_the_next_unit_up() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    submitted(&scene.leader, "组长的").await;
    let mut body = idea("书记和支委的", true);
    body["co_author_ids"] = json!([scene.committee.id]);
    scene.secretary.post("/ideas", body).await.ok(201);
    submitted(&scene.worker, "二组无组长").await;
    assert!(desk(&scene.leader).await.is_empty());
    let of_branch = [("组长的", "collect"), ("二组无组长", "collect")].map(|(t, v)| (t.to_owned(), v.to_owned()));
    assert_eq!(desk(&scene.secretary).await, of_branch);
    assert_eq!(desk(&above).await, one("书记和支委的", "collect"));

    // the second group gets a leader: within a minute it is his turn
    let new = app.member("新组长").home("XZ12").role(Role::GroupLeader, "XZ12").sign_in().await;
    assert!(desk(&new).await.is_empty());
    app.tick().await;
    assert_eq!(desk(&new).await.len(), 2);
    assert_eq!(desk(&scene.secretary).await, one("组长的", "collect"));
    assert!(desk(&above).await.is_empty());
}

#[tokio::test]
async fn a_desk_has_pages() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    meeting(&app, &scene.leader, "group", "XZ11").await;
    for n in 0..5 {
        submitted(&scene.author, &format!("点子{n}")).await;
    }
    let first = scene.leader.get("/me/desk?limit=3").await.ok(200);
    assert_eq!(items(&first)[0]["title"], "征集金点子“点子0”");
    assert_eq!(first["counts"], json!([{ "kind": "idea", "count": 5 }]));
    let next = format!("/me/desk?limit=3&cursor={}", text(&first["next_cursor"]));
    let rest = scene.leader.get(&next).await.ok(200);
    assert_eq!((items(&rest).len(), rest["next_cursor"].is_null()), (2, true));
}
