//! Finding ideas by what they say, and what resembles an idea before it is handed in.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{Scene, idea, items, let_hand_in_many, submitted, text};
use crate::support::{Person, TestApp};

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The titles of what is found, with further filters.
async fn find(person: &Person<'_>, words: &str, filters: &str) -> Vec<String> {
    let page = person.get(&format!("/ideas?q={}{filters}", encoded(words))).await.ok(200);
    items(&page).iter().map(|idea| text(&idea["title"])).collect()
}

/// The titles of what resembles, with how much.
async fn similar(person: &Person<'_>, title: &str) -> Vec<(String, u64)> {
    let page = person.get(&format!("/ideas/similar?title={}", encoded(title))).await.ok(200);
    let item = |idea: &Value| (text(&idea["title"]), idea["likeness_bp"].as_u64().unwrap());
    items(&page).iter().map(item).collect()
}

#[tokio::test]
async fn one_character_and_more_finds_in_either_script() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "党建金点子").await;
    submitted(&scene.worker, "降低電解槽能耗").await;
    for words in ["金", "金点子", "黨建", "黨建金點子", "党建 视觉识别", "皮带 子"] {
        assert!(find(&scene.worker, words, "").await.contains(&"党建金点子".to_owned()), "{words}");
    }
    assert_eq!(find(&scene.author, "电解槽", "").await, ["降低電解槽能耗"]);
    assert_eq!(find(&scene.author, "能耗", "&category=%E6%99%BA%E8%83%BD%E5%8C%96").await.len(), 1);
    assert!(find(&scene.author, "能耗", "&category=%E6%94%B9%E9%9D%A9").await.is_empty());
    assert!(find(&scene.author, "能耗", "&author_id=me").await.is_empty());
    assert_eq!(find(&scene.author, "皮带", "&author_id=me&state=submitted").await, ["党建金点子"]);
    assert_eq!(find(&scene.author, "皮带", &format!("&author_id={}", scene.worker.id)).await, ["降低電解槽能耗"]);
    assert_eq!(find(&scene.author, "", &format!("&author_id={}", scene.worker.id)).await, ["降低電解槽能耗"]);
    scene.author.get("/ideas?author_id=x").await.refused(400, "query.invalid");
    assert_eq!(find(&scene.author, "皮带", &format!("&unit_id={}", app.unit("XZ12"))).await, ["降低電解槽能耗"]);
    for words in ["金子", "没有这样的", "！？", "\" OR 1"] {
        assert!(find(&scene.author, words, "").await.is_empty(), "{words}");
    }
    assert_eq!(find(&scene.author, " ", "").await.len(), 2, "nothing asked is the list");
    scene.collect(&id).await;
    assert_eq!(find(&scene.author, "矿 党建", "").await.len(), 0);
    assert_eq!(find(&scene.author, "党建", "&state=collected").await, ["党建金点子"]);
}

#[tokio::test]
async fn nobody_finds_what_he_may_not_see() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let west = app.member("西员").home("XZ21").sign_in().await;
    let co_author = app.member("西合").home("XZ21").sign_in().await;
    let committee = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let everybody = [&scene.author, &scene.worker, &scene.leader, &west, &co_author, &committee, &organiser];
    let finders = async |words: &str| {
        let mut found = Vec::new();
        for (number, person) in everybody.iter().enumerate() {
            let by_words = !find(person, words, "").await.is_empty();
            let by_likeness = !similar(person, words).await.is_empty();
            assert!(by_words || !by_likeness, "what resembles is among what is found");
            if by_words {
                found.push(number);
            }
        }
        found
    };
    let mut body = idea("防尘喷雾", false);
    body["co_author_ids"] = json!([co_author.id]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    let path = |step: &str| format!("/ideas/{id}/{step}");
    assert_eq!(finders("防尘喷雾").await, [0, 4], "a draft is its people's");
    scene.author.post(&path("submission"), json!({})).await.ok(200);
    assert_eq!(finders("防尘喷雾").await, [0, 1, 2, 4, 5, 6]);
    scene.collect(&id).await;
    scene.leader.post(&path("return"), json!({ "reason": "请补充" })).await.ok(200);
    assert_eq!(finders("防尘喷雾").await, [0, 4]);
    // what it says changes what it is found by
    scene.author.patch(&format!("/ideas/{id}"), json!({ "title": "湿式凿岩", "co_author_ids": [] })).await.ok(200);
    assert_eq!(finders("防尘喷雾").await, Vec::<usize>::new());
    assert_eq!(finders("湿式凿岩").await, [0]);
    scene.author.post(&path("submission"), json!({ "note": "二稿" })).await.ok(200);
    assert_eq!(finders("湿式凿岩").await, [0, 1, 2, 5, 6]);
    // anyone who is asked to carry it out sees it wherever he belongs
    let again = json!({ "meeting_id": scene.group_meeting, "note": "二稿" });
    scene.leader.post(&path("collection"), again).await.ok(200);
    scene.decide(&id, "adopted").await;
    let committee_assigns = json!({ "implementer_id": west.id, "due_on": "2026-07-20" });
    committee.post(&path("assignment"), committee_assigns).await.ok(200);
    assert_eq!(finders("湿式凿岩").await, [0, 1, 2, 3, 5, 6]);

    let id = submitted(&scene.author, "主扇变频").await;
    scene.author.post(&format!("/ideas/{id}/withdrawal"), json!({})).await.ok(200);
    assert_eq!(finders("主扇变频").await, Vec::<usize>::new());
}

#[tokio::test]
async fn what_is_found_has_pages() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    for n in 0..5 {
        submitted(&scene.author, &format!("通风改造方案{n}")).await;
    }
    let title_only = submitted(&scene.worker, "通风").await;
    let path = format!("/ideas?q={}&limit=2", encoded("通风"));
    let first = scene.leader.get(&path).await.ok(200);
    assert_eq!(items(&first)[0]["title"], "通风", "the more of the title it is, the better");
    // what was shown is taken back meanwhile: nothing is shown twice, nothing left out
    let last_shown = text(&items(&first)[1]["id"]);
    scene.author.post(&format!("/ideas/{last_shown}/withdrawal"), json!({})).await.ok(200);
    let mut seen = vec![title_only, last_shown];
    let mut cursor = text(&first["next_cursor"]);
    loop {
        let page = scene.leader.get(&format!("{path}&cursor={cursor}")).await.ok(200);
        seen.extend(items(&page).iter().map(|idea| text(&idea["id"])));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let mut different = seen.clone();
    different.sort();
    different.dedup();
    assert_eq!((seen.len(), different.len()), (6, 6));
    scene.leader.get(&format!("{path}&cursor=x")).await.refused(400, "query.bad_cursor");
}

#[tokio::test]
async fn similar_ideas_are_shown_before_one_is_handed_in() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "皮带跑偏智能巡检").await;
    let mut other = idea("食堂增加素菜", true);
    for (field, text) in [("problem", "菜品单一"), ("proposal", "每周换两个菜"), ("benefit", "吃得满意")]
    {
        other[field] = json!(text);
    }
    scene.author.post("/ideas", other).await.ok(201);
    scene.author.post("/ideas", idea("皮带跑偏智能巡检的草稿", false)).await.ok(201);
    let found = similar(&scene.worker, "皮帶跑偏智能巡檢").await;
    assert_eq!(found, [("皮带跑偏智能巡检".to_owned(), 10_000)]);
    let mine = similar(&scene.author, "皮带跑偏智能巡检").await;
    assert_eq!(mine, found, "a draft is not shown as similar, not even to its author");
    assert!(similar(&scene.worker, "登山比赛").await.is_empty());
    let with_text = format!("/ideas/similar?title={}&text={}", encoded("视觉识别"), encoded("加装视觉识别并自动报警"));
    assert_eq!(items(&scene.worker.get(&with_text).await.ok(200)).len(), 1);
    scene.worker.get("/ideas/similar").await.refused(400, "query.invalid");
    scene.worker.get("/ideas/similar?title=%20").await.refused(400, "query.invalid");
    // a duplicate goes on as another idea, which is shown in its place
    let kept = submitted(&scene.worker, "皮带跑偏智能巡检二").await;
    scene.leader.post(&format!("/ideas/{id}/merge"), json!({ "into": kept })).await.ok(200);
    assert_eq!(similar(&scene.worker, "皮带跑偏智能巡检").await, [("皮带跑偏智能巡检二".to_owned(), 10_000)]);
}

#[tokio::test]
async fn a_filter_finds_what_it_asks_for_behind_a_thousand_newer_ideas_with_the_same_word() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    for n in 0..3 {
        submitted(&scene.author, &format!("节水改造{n}")).await;
    }
    let id = submitted(&scene.author, "节水已征集").await;
    scene.collect(&id).await;
    let_hand_in_many(&app).await;
    for n in 0..26 {
        let many = (0..40).map(|m| scene.worker.post("/ideas", idea(&format!("节水方案{n}之{m}"), true)));
        for reply in futures_util::future::join_all(many).await {
            reply.ok(201);
        }
    }
    let of_author = format!("&author_id={}", scene.author.id);
    assert_eq!(find(&scene.secretary, "节水", &of_author).await, ["节水已征集", "节水改造2", "节水改造1", "节水改造0"]);
    assert_eq!(find(&scene.secretary, "节水", "&state=collected").await, ["节水已征集"]);
    assert_eq!(find(&scene.secretary, "节水", &format!("&unit_id={}", app.unit("XZ11"))).await.len(), 4);
    assert!(find(&scene.secretary, "节水", "&state=declined").await.is_empty());
    // and page by page everything comes, each once
    let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let path = format!("/ideas?q={}&limit=100&cursor={cursor}", encoded("节水"));
        let page = scene.secretary.get(&path).await.ok(200);
        assert!(items(&page).iter().all(|idea| seen.insert(text(&idea["id"]))));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(seen.len(), 26 * 40 + 4);
}
