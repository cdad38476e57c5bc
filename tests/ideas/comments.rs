//! Who sees what; likes, comments, merging.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{Scene, idea, items, submitted, text};
use crate::support::TestApp;

#[tokio::test]
async fn a_member_sees_his_own_and_his_branchs_and_leaders_their_scope() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let west = app.member("西员").home("XZ21").sign_in().await;
    let south = app.member("南员").home("XZ31").sign_in().await;
    let committee = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    scene.author.post("/ideas", idea("东草稿", false)).await.ok(201);
    submitted(&scene.author, "东一").await;
    submitted(&scene.worker, "东二").await;
    submitted(&west, "西").await;
    let id = submitted(&south, "南").await;
    let titles = async |person: &crate::support::Person<'_>, query: &str| {
        let page = person.get(&format!("/ideas{query}")).await.ok(200);
        items(&page).iter().map(|idea| text(&idea["title"])).collect::<Vec<_>>()
    };
    assert_eq!(titles(&scene.author, "").await, ["东二", "东一", "东草稿"]);
    assert_eq!(titles(&scene.author, "?author_id=me").await, ["东一", "东草稿"]);
    assert_eq!(titles(&scene.worker, "").await, ["东二", "东一"]);
    assert_eq!(titles(&west, "").await, ["西"]);
    assert_eq!(titles(&scene.leader, "").await, ["东二", "东一"]);
    assert_eq!(titles(&committee, "").await, ["西", "东二", "东一"]);
    for person in [&organiser, &auditor] {
        assert_eq!(titles(person, "").await, ["南", "西", "东二", "东一"]);
    }
    assert_eq!(titles(&auditor, &format!("?unit_id={}", app.unit("ZB1"))).await, ["东二", "东一"]);
    assert_eq!(titles(&auditor, &format!("?unit_id={}", app.unit("JT"))).await.len(), 4);
    assert_eq!(titles(&auditor, &format!("?unit_id={}&state=submitted", app.unit("XZ11"))).await, ["东一"]);
    assert!(titles(&auditor, "?category=%E6%94%B9%E9%9D%A9").await.is_empty());
    assert_eq!(titles(&scene.author, &format!("?unit_id={}", app.unit("ZB3"))).await, Vec::<String>::new());
    let first = auditor.get("/ideas?limit=3").await.ok(200);
    let next = format!("/ideas?limit=3&cursor={}", text(&first["next_cursor"]));
    let rest = auditor.get(&next).await.ok(200);
    assert_eq!((items(&rest)[0]["title"].as_str(), &rest["next_cursor"]), (Some("东一"), &Value::Null));
    for path in ["", "/timeline", "/comments"] {
        west.get(&format!("/ideas/{id}{path}")).await.refused(404, "ideas.not_found");
    }
    west.put(&format!("/ideas/{id}/like"), json!({})).await.refused(404, "ideas.not_found");
    west.post(&format!("/ideas/{id}/comments"), json!({ "text": "好" })).await.refused(404, "ideas.not_found");
}

#[tokio::test]
async fn likes_are_counted_once_and_move_with_a_merge() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let (kept, duplicate) = (submitted(&scene.author, "留下").await, submitted(&scene.worker, "重复").await);
    let like = |id: &str| format!("/ideas/{id}/like");
    for _ in 0..2 {
        assert_eq!(scene.leader.put(&like(&duplicate), json!({})).await.ok(200)["likes"], 1);
    }
    for person in [&scene.secretary, &scene.committee, &scene.author] {
        person.put(&like(&duplicate), Value::Null).await.ok(200);
    }
    assert_eq!(scene.committee.put(&like(&kept), json!({})).await.ok(200)["likes"], 1);
    scene.author.put(&like(&kept), json!({})).await.refused(403, "ideas.own_like");
    for likes in [3, 3] {
        let taken_back = scene.secretary.delete(&like(&duplicate)).await.ok(200);
        assert_eq!((&taken_back["likes"], &taken_back["liked"]), (&json!(likes), &json!(false)));
    }
    let merge = |into: &str| json!({ "into": into, "note": "内容相同" });
    let path = format!("/ideas/{duplicate}/merge");
    // a leader of one group does not handle an idea of the other
    scene.leader.post(&path, merge(&kept)).await.refused(403, "access.out_of_scope");
    for bad in [duplicate.as_str(), "00000000-0000-0000-0000-000000000000"] {
        scene.secretary.post(&path, merge(bad)).await.refused(422, "body.invalid");
    }
    let merged = scene.secretary.post(&path, merge(&kept)).await.ok(200);
    assert_eq!((&merged["state"], &merged["merged_into"]), (&json!("merged"), &json!(kept)));
    assert_eq!(scene.secretary.post(&path, merge(&kept)).await.ok(200), merged);
    // the leader comes along, the committee's member counts once, the author does not support himself, and who wrote the
    // other one supports this one
    let shown = scene.leader.get(&format!("/ideas/{kept}")).await.ok(200);
    assert_eq!((&shown["likes"], &shown["liked"]), (&json!(3), &json!(true)));
    let refusal = scene.secretary.put(&like(&duplicate), json!({})).await.refused(409, "ideas.merged");
    assert_eq!(refusal["errors"][0]["code"], json!(kept));
    let back = format!("/ideas/{kept}/merge");
    scene.secretary.post(&back, merge(&duplicate)).await.refused(422, "body.invalid");
}

#[tokio::test]
async fn two_merges_of_each_other_leave_one_idea() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    for n in 0..5 {
        let one = submitted(&scene.author, &format!("甲{n}")).await;
        let two = submitted(&scene.worker, &format!("乙{n}")).await;
        let (path, back) = (format!("/ideas/{one}/merge"), format!("/ideas/{two}/merge"));
        let (first, second) = tokio::join!(
            scene.secretary.post(&path, json!({ "into": two })),
            scene.committee.post(&back, json!({ "into": one })),
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422], "{first:?} {second:?}");
    }
}

#[tokio::test]
async fn comments_have_replies_of_one_level() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    let path = format!("/ideas/{id}/comments");
    let said = scene.worker.post(&path, json!({ "text": "可以先试一条皮带" })).await.ok(201);
    let reply = json!({ "text": "同意", "parent_id": said["id"] });
    let replied = scene.author.post(&path, reply).await.ok(201);
    let deeper = json!({ "text": "再回复", "parent_id": replied["id"] });
    let refusal = scene.worker.post(&path, deeper).await.refused(422, "body.invalid");
    assert_eq!(refusal["errors"][0]["code"], "too_deep");
    scene.worker.post(&path, json!({ "text": "长".repeat(2000) })).await.ok(201);
    let refusal = scene.worker.post(&path, json!({ "text": "长".repeat(2001) })).await.refused(422, "body.invalid");
    assert_eq!(refusal["errors"][0]["pointer"], "/text");
    assert!(text(&refusal["errors"][0]["message"]).contains("2000"));
    scene.worker.post(&path, json!({ "text": "" })).await.refused(422, "body.invalid");
    let other = submitted(&scene.worker, "另一个").await;
    let elsewhere = json!({ "text": "串了", "parent_id": said["id"] });
    let refusal = scene.worker.post(&format!("/ideas/{other}/comments"), elsewhere).await;
    assert_eq!(refusal.refused(422, "body.invalid")["errors"][0]["pointer"], "/parent_id");
    let page = scene.leader.get(&format!("{path}?limit=2")).await.ok(200);
    let parents: Vec<&Value> = items(&page).iter().map(|comment| &comment["parent_id"]).collect();
    assert_eq!(parents, [&Value::Null, &said["id"]]);
    assert_eq!(items(&page)[0]["author"]["name"], "王工");
    assert!(page["next_cursor"].is_string());
    assert_eq!(scene.leader.get(&format!("/ideas/{id}")).await.ok(200)["comments"], 3);
}

#[tokio::test]
async fn comments_and_replies_are_told_and_likes_are_not() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let co_author = app.member("张二").sign_in().await;
    let mut body = idea("点子", true);
    body["co_author_ids"] = json!([co_author.id]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    let path = format!("/ideas/{id}/comments");
    let said = scene.worker.post(&path, json!({ "text": "可以先试一条皮带" })).await.ok(201);
    scene.author.post(&path, json!({ "text": "同意", "parent_id": said["id"] })).await.ok(201);
    scene.leader.post(&path, json!({ "text": "好主意", "parent_id": said["id"] })).await.ok(201);
    scene.worker.post(&path, json!({ "text": "补充一句", "parent_id": said["id"] })).await.ok(201);
    scene.leader.put(&format!("/ideas/{id}/like"), json!({})).await.ok(200);
    app.drain().await;
    let told = async |person: &crate::support::Person<'_>| {
        // one notice of each, which counts them
        let page = person.get("/me/notices?limit=100").await.ok(200);
        let all: Vec<(String, i64)> =
            items(&page).iter().map(|one| (text(&one["title"]), one["count"].as_i64().unwrap())).collect();
        let of = |title: &str| {
            let its: Vec<i64> =
                all.iter().filter(|(told, _)| told.starts_with(title)).map(|(_, count)| *count).collect();
            assert!(its.len() < 2, "{all:?}");
            its.first().copied().unwrap_or(0)
        };
        (of("金点子有新评论"), of("您的评论有新回复"), all.iter().map(|(_, count)| count).sum::<i64>())
    };
    // by the worker, the leader and the worker again, but not by himself
    assert_eq!(told(&scene.author).await, (3, 0, 3));
    // and of the submission, which he did not do
    assert_eq!(told(&co_author).await, (4, 0, 5));
    assert_eq!(told(&scene.worker).await, (0, 2, 2));
    assert_eq!(told(&scene.leader).await, (0, 0, 0));
    let page = scene.worker.get("/me/notices").await.ok(200);
    assert_eq!(items(&page)[0]["body"], "组长回复了您在金点子“点子”中的评论：“好主意”。");
    assert_eq!(items(&page)[0]["link"], json!(format!("/ideas/{id}")));
}

#[tokio::test]
async fn the_enterprise_changes_what_ideas_are_about() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let names = scene.author.get("/ideas/categories").await.ok(200);
    assert_eq!(names["names"], json!(["智能化", "矿量", "指标", "项目", "创新", "作风", "改革"]));
    let body = json!({ "names": ["智能化", "降本"] });
    scene.secretary.put("/ideas/categories", body.clone()).await.refused(403, "access.denied");
    organiser.put("/ideas/categories", body.clone()).await.ok(200);
    assert_eq!(scene.author.get("/ideas/categories").await.ok(200), body);
    let twice = json!({ "names": ["降本", "降本"] });
    organiser.put("/ideas/categories", twice).await.refused(422, "body.invalid");
}
