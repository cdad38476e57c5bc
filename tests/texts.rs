//! Texts of members that others do not see yet: the branch's queue, and the content check of WeChat.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::demo::platform::{CodeKind, FakePlatform};

use crate::ideas::{Scene, idea, items, notices, submitted, text};
use crate::support::platform::{app_with, platform, setup};
use crate::support::{PASSWORD, Person, Reply, TestApp};

const CHECK: &str = "/wxa/msg_sec_check";

/// Has everything that members write wait for people.
async fn switch_on(app: &TestApp) {
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let on = json!({ "value": "on", "reason": "先审核后公开" });
    organiser.put("/settings/texts.review", on).await.ok(200);
}

/// What of held texts lies on somebody's desk.
async fn on_desk(person: &Person<'_>) -> Vec<Value> {
    let desk = person.get("/me/desk").await.ok(200);
    items(&desk).iter().filter(|item| item["kind"] == "held_text").cloned().collect()
}

async fn decide(person: &Person<'_>, id: &str, verdict: &str, reason: Option<&str>) -> Reply {
    person.post(&format!("/texts/{id}/decision"), json!({ "verdict": verdict, "reason": reason })).await
}

async fn comment(person: &Person<'_>, idea: &str, words: &str) -> Value {
    person.post(&format!("/ideas/{idea}/comments"), json!({ "text": words })).await.ok(201)
}

/// What somebody reads under an idea.
async fn comments(person: &Person<'_>, idea: &str) -> Vec<String> {
    let page = person.get(&format!("/ideas/{idea}/comments")).await.ok(200);
    items(&page).iter().map(|comment| text(&comment["text"])).collect()
}

#[tokio::test]
async fn an_idea_waits_for_somebody_of_the_branch_and_nobody_else_sees_it_meanwhile() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    switch_on(&app).await;
    let made = scene.author.post("/ideas", idea("皮带跑偏智能巡检", true)).await.ok(201);
    let id = text(&made["id"]);
    assert_eq!((&made["state"], &made["review"]["state"]), (&json!("draft"), &json!("waiting")));
    assert_eq!(made["review"]["told"], "正在审核，通过后其他人才能看到");
    let path = format!("/ideas/{id}");
    for other in [&scene.worker, &scene.leader, &scene.secretary, &scene.committee] {
        other.get(&path).await.refused(404, "ideas.not_found");
        assert!(items(&other.get("/ideas").await.ok(200)).is_empty());
        assert!(items(&other.get("/ideas?q=%E7%9A%AE%E5%B8%A6").await.ok(200)).is_empty(), "a search finds nothing");
        let similar = other.get("/ideas/similar?title=%E7%9A%AE%E5%B8%A6%E8%B7%91%E5%81%8F").await.ok(200);
        assert!(items(&similar).is_empty(), "{similar}");
    }
    assert_eq!(made["may"], json!(["withdraw"]), "there is nothing more to do");
    // handing it in again asks nobody twice
    scene.author.post(&format!("{path}/submission"), json!({})).await.ok(200);
    let desk = on_desk(&scene.secretary).await;
    assert_eq!((desk.len(), on_desk(&scene.committee).await.len(), on_desk(&scene.leader).await.len()), (1, 1, 0));
    assert_eq!(desk[0]["title"], "审核李一提交的金点子", "the title tells nothing of what it says");
    let held = text(&desk[0]["link"]).strip_prefix("/texts/").unwrap().to_owned();

    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    south.get(&format!("/texts/{held}")).await.refused(404, "texts.not_found");
    decide(&south, &held, "pass", None).await.refused(404, "texts.not_found");
    assert!(items(&south.get("/texts").await.ok(200)).is_empty());
    scene.worker.get(&format!("/texts/{held}")).await.refused(404, "texts.not_found");
    decide(&scene.leader, &held, "pass", None).await.refused(403, "access.denied");
    assert!(items(&scene.worker.get("/me/texts").await.ok(200)).is_empty());
    let listed = scene.secretary.get("/texts").await.ok(200);
    assert_eq!(items(&listed).len(), 1);
    let shown = scene.secretary.get(&format!("/texts/{held}")).await.ok(200);
    assert!(text(&shown["text"]).contains("皮带跑偏靠人工巡检") && shown["finding"].is_null(), "{shown}");
    assert_eq!(items(&scene.author.get("/me/texts").await.ok(200))[0]["id"], json!(held));

    let passed = decide(&scene.secretary, &held, "pass", None).await.ok(200);
    assert_eq!((&passed["state"], &passed["decision"]["decided_by"]), (&json!("passed"), &json!("书记")));
    decide(&scene.secretary, &held, "pass", None).await.ok(200);
    decide(&scene.committee, &held, "return", Some("不妥")).await.refused(409, "texts.not_waiting");
    for reviewer in [&scene.secretary, &scene.committee] {
        assert!(on_desk(reviewer).await.is_empty());
    }
    let seen = scene.worker.get(&path).await.ok(200);
    assert_eq!((&seen["state"], &seen["review"]), (&json!("submitted"), &Value::Null));
    let desk = scene.leader.get("/me/desk").await.ok(200);
    assert_eq!(items(&desk).iter().filter(|item| item["kind"] == "idea").count(), 1, "it is collected as any other");
    app.drain().await;
    assert_eq!(notices(&scene.author).await[0], "您的金点子已通过审核");
    assert!(items(&scene.author.get("/me/texts").await.ok(200)).is_empty());
    // who let it through did not hand it in
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let actor = async |action: &str| {
        let lines = auditor.get(&format!("/audit?action={action}")).await.ok(200);
        items(&lines)[0]["actor_id"].clone()
    };
    assert_eq!(actor("ideas.submit").await, Value::Null);
    assert_eq!(actor("texts.decide").await, json!(scene.secretary.id));
    assert_eq!(actor("texts.hold").await, json!(scene.author.id));
    scene.collect(&id).await;
}

#[tokio::test]
async fn what_is_returned_tells_its_author_why_and_comes_again_once_it_is_written_anew() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    switch_on(&app).await;
    let id = submitted(&scene.author, "含有手机号的").await;
    let path = format!("/ideas/{id}");
    let held = async || text(&items(&scene.secretary.get("/texts").await.ok(200))[0]["id"]);
    let first = held().await;
    decide(&scene.secretary, &first, "return", None).await.refused(422, "body.invalid");
    decide(&scene.secretary, &first, "return", Some("请删去手机号")).await.ok(200);
    app.drain().await;
    let notice = items(&scene.author.get("/me/notices").await.ok(200))[0].clone();
    assert_eq!((&notice["title"], &notice["link"]), (&json!("您的金点子没有通过审核"), &json!(path)));
    assert!(text(&notice["body"]).contains("请删去手机号"));
    let own = scene.author.get(&path).await.ok(200);
    assert_eq!((&own["state"], &own["review"]["state"]), (&json!("draft"), &json!("returned")));
    assert_eq!(own["review"]["reason"], "请删去手机号");
    scene.worker.get(&path).await.refused(404, "ideas.not_found");

    scene.author.patch(&path, json!({ "problem": "不再有手机号" })).await.ok(200);
    let again = scene.author.post(&format!("{path}/submission"), json!({})).await.ok(200);
    assert_eq!((&again["state"], &again["review"]["state"]), (&json!("draft"), &json!("waiting")));
    // what somebody decides about is what he has read: written anew, it is off the desk until it is handed in
    let second = held().await;
    let changed = scene.author.patch(&path, json!({ "problem": "又改了" })).await.ok(200);
    assert_eq!(changed["review"], Value::Null);
    assert!(on_desk(&scene.secretary).await.is_empty());
    decide(&scene.secretary, &second, "pass", None).await.refused(409, "texts.not_waiting");
    scene.secretary.get(&format!("/texts/{second}")).await.refused(404, "texts.not_found");
    scene.author.post(&format!("{path}/submission"), json!({})).await.ok(200);
    decide(&scene.secretary, &held().await, "pass", None).await.ok(200);
    assert_eq!(scene.worker.get(&path).await.ok(200)["problem"], "又改了");

    // a draft that waits can be taken back as a whole
    let other = submitted(&scene.author, "不要了").await;
    scene.author.post(&format!("/ideas/{other}/withdrawal"), json!({})).await.ok(200);
    assert!(on_desk(&scene.secretary).await.is_empty());
}

#[tokio::test]
async fn a_comment_waits_too_and_only_its_author_reads_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "开放评论的").await;
    switch_on(&app).await;
    let said = comment(&scene.worker, &id, "我来补充一点").await;
    assert_eq!(said["review"]["state"], "waiting");
    app.drain().await;
    assert!(!notices(&scene.author).await.contains(&"金点子有新评论".to_owned()));
    assert_eq!(comments(&scene.worker, &id).await, ["我来补充一点"]);
    for other in [&scene.author, &scene.leader, &scene.secretary] {
        assert!(comments(other, &id).await.is_empty());
        assert_eq!(other.get(&format!("/ideas/{id}")).await.ok(200)["comments"], 0);
        let path = format!("/ideas/{id}/comments/{}", text(&said["id"]));
        other.delete(&path).await.refused(404, "ideas.comment_not_found");
        let reply = json!({ "text": "回复", "parent_id": said["id"] });
        other.post(&format!("/ideas/{id}/comments"), reply).await.refused(422, "body.invalid");
    }
    let held = text(&items(&scene.secretary.get("/texts").await.ok(200))[0]["id"]);
    decide(&scene.committee, &held, "pass", None).await.ok(200);
    app.drain().await;
    assert_eq!(comments(&scene.author, &id).await, ["我来补充一点"]);
    assert_eq!(scene.author.get(&format!("/ideas/{id}")).await.ok(200)["comments"], 1);
    assert_eq!(notices(&scene.author).await[0], "金点子有新评论");
    assert_eq!(notices(&scene.worker).await[0], "您的评论已通过审核");

    let second = comment(&scene.worker, &id, "不合适的话").await;
    let held = text(&items(&scene.secretary.get("/texts").await.ok(200))[0]["id"]);
    decide(&scene.secretary, &held, "return", Some("请文明用语")).await.ok(200);
    assert_eq!(comments(&scene.author, &id).await, ["我来补充一点"]);
    let own = scene.worker.get(&format!("/ideas/{id}/comments")).await.ok(200);
    let own = items(&own)[1].clone();
    assert_eq!((&own["id"], &own["review"]["reason"]), (&second["id"], &json!("请文明用语")));
    let gone = format!("/ideas/{id}/comments/{}", text(&second["id"]));
    scene.worker.delete(&gone).await.ok(204);
    // one that waits and is taken back asks nobody any more
    let third = comment(&scene.worker, &id, "算了").await;
    scene.worker.delete(&format!("/ideas/{id}/comments/{}", text(&third["id"]))).await.ok(204);
    assert!(on_desk(&scene.secretary).await.is_empty());
}

#[tokio::test]
async fn nobody_decides_about_a_text_of_his_own() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await;
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    switch_on(&app).await;
    submitted(&secretary, "书记自己的").await;
    let mut together = idea("与书记合写的", true);
    together["co_author_ids"] = json!([secretary.id]);
    li.post("/ideas", together).await.ok(201);
    let own = secretary.get("/me/texts").await.ok(200);
    assert_eq!(items(&own).len(), 1);
    let all = above.get("/texts").await.ok(200);
    assert_eq!(items(&all).len(), 2);
    for held in items(&all) {
        let id = text(&held["id"]);
        for (verdict, reason) in [("pass", None), ("return", Some("不行"))] {
            decide(&secretary, &id, verdict, reason).await.refused(403, "texts.own");
        }
    }
    // nobody else of the branch can: the next unit up does
    assert_eq!((on_desk(&secretary).await.len(), on_desk(&above).await.len()), (0, 2));
    for held in items(&all) {
        decide(&above, &text(&held["id"]), "pass", None).await.ok(200);
    }
    assert_eq!(items(&li.get("/ideas").await.ok(200)).len(), 2);
}

#[tokio::test]
async fn what_waits_is_decided_where_it_was_written_wherever_its_author_is_by_then() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let admin = crate::members::administrator(&app).await;
    let open = submitted(&scene.leader, "开放评论的").await;
    switch_on(&app).await;
    let (moved, gone) = (submitted(&scene.author, "调动的").await, submitted(&scene.worker, "离开的").await);
    comment(&scene.worker, &open, "离开以前说的").await;
    admin.patch(&format!("/members/{}", scene.author.id), json!({ "unit_id": app.unit("XZ21") })).await.ok(200);
    admin.patch(&format!("/members/{}", scene.worker.id), json!({ "status": "left" })).await.ok(200);
    let waiting = scene.secretary.get("/texts").await.ok(200);
    assert_eq!(items(&waiting).len(), 3);
    for held in items(&waiting) {
        decide(&scene.secretary, &text(&held["id"]), "pass", None).await.ok(200);
    }
    let author = app.sign_in_anew(&scene.author).await;
    let seen = author.get(&format!("/ideas/{moved}")).await.ok(200);
    assert_eq!((&seen["state"], &seen["unit_id"]), (&json!("submitted"), &json!(app.unit("XZ21"))));
    assert_eq!(comments(&scene.secretary, &open).await, ["离开以前说的"]);
    scene.secretary.get(&format!("/ideas/{gone}")).await.refused(404, "ideas.not_found");
}

#[tokio::test]
async fn nothing_is_held_where_nobody_has_asked_for_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "直接公开的").await;
    comment(&scene.worker, &id, "直接公开的评论").await;
    assert_eq!(scene.worker.get(&format!("/ideas/{id}")).await.ok(200)["state"], "submitted");
    assert_eq!(comments(&scene.author, &id).await, ["直接公开的评论"]);
    assert!(items(&scene.secretary.get("/texts").await.ok(200)).is_empty());
    // what waits when it is switched off goes on waiting for those whose desk it lies on
    switch_on(&app).await;
    let waits = submitted(&scene.author, "等待审核的").await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let off = json!({ "value": "off", "reason": "不再先审" });
    organiser.put("/settings/texts.review", off).await.ok(200);
    scene.worker.get(&format!("/ideas/{waits}")).await.refused(404, "ideas.not_found");
    let held = text(&items(&scene.secretary.get("/texts").await.ok(200))[0]["id"]);
    decide(&scene.secretary, &held, "pass", None).await.ok(200);
    scene.worker.get(&format!("/ideas/{waits}")).await.ok(200);
}

/// The member's session in the mini-program, bound as the platform's person `userid`.
async fn in_mini<'a>(app: &'a TestApp, platform: &FakePlatform, person: &Person<'_>, userid: &str) -> Person<'a> {
    let code = platform.code_of(userid, CodeKind::Mini);
    let recognised = app.post("/session/platforms/mini", json!({ "code": code, "attempt": "1" })).await.ok(202);
    let proof = json!({ "ticket": recognised["ticket"], "account": person.employee_no, "password": PASSWORD });
    let session = app.post("/session/binding", proof).await.ok(201);
    app.with_session(person.id, &person.employee_no, session)
}

#[tokio::test]
async fn what_comes_from_the_mini_program_is_shown_to_the_platforms_check_which_never_refuses() {
    let platform = platform(9);
    let app = app_with(&platform).await;
    let scene = Scene::set(&app).await;
    let author = in_mini(&app, &platform, &scene.author, "E00009").await;
    let made = author.post("/ideas", idea("加装视觉识别", true)).await.ok(201);
    let id = text(&made["id"]);
    assert_eq!(made["review"]["told"], "正在审核，通过后其他人才能看到");
    scene.worker.get(&format!("/ideas/{id}")).await.refused(404, "ideas.not_found");
    app.drain().await;
    assert_eq!(platform.calls(CHECK), 1);
    assert_eq!(scene.worker.get(&format!("/ideas/{id}")).await.ok(200)["state"], "submitted");
    assert!(notices(&scene.author).await.iter().all(|title| !title.contains("审核")), "nothing to tell him");

    // by another way in, nothing is asked of the platform
    comment(&scene.author, &id, "含有广告的评论").await;
    app.drain().await;
    assert_eq!(platform.calls(CHECK), 1);
    assert_eq!(comments(&scene.worker, &id).await, ["含有广告的评论"]);

    for (words, finding, hint) in [("这里有广告", "review", "广告"), ("这里有违规内容", "risky", "违法犯罪")]
    {
        comment(&author, &id, words).await;
        app.drain().await;
        assert_eq!(comments(&scene.worker, &id).await, ["含有广告的评论"], "{words}");
        let held = items(&scene.secretary.get("/texts").await.ok(200))[0].clone();
        assert_eq!((&held["finding"], &held["hint"]), (&json!(finding), &json!(hint)));
        assert_eq!(on_desk(&scene.secretary).await.len(), 1);
        let own = scene.author.get(&format!("/texts/{}", text(&held["id"]))).await.ok(200);
        assert_eq!((&own["finding"], &own["state"]), (&Value::Null, &json!("waiting")));
        decide(&scene.secretary, &text(&held["id"]), "return", Some("请修改")).await.ok(200);
    }
    app.drain().await;
    // a text that is longer than the check takes goes in pieces, the worst of which holds
    let long = format!("{}这里有广告", "字".repeat(1990));
    let mut body = idea("很长的", true);
    body["problem"] = json!("因".repeat(2000));
    body["benefit"] = json!(long);
    let before = platform.calls(CHECK);
    author.post("/ideas", body).await.ok(201);
    app.drain().await;
    assert_eq!(platform.calls(CHECK) - before, 2);
    assert_eq!(items(&scene.secretary.get("/texts").await.ok(200))[0]["finding"], "review");
}

#[tokio::test]
async fn a_platform_that_does_not_answer_keeps_nothing_back_for_long() {
    let platform = platform(9);
    let app = app_with(&platform).await;
    let scene = Scene::set(&app).await;
    let author = in_mini(&app, &platform, &scene.author, "E00009").await;
    platform.fail(CHECK, -1, u32::MAX);
    let first = submitted(&author, "平台繁忙时").await;
    app.tick().await;
    let path = format!("/ideas/{first}");
    scene.worker.get(&path).await.refused(404, "ideas.not_found");
    app.advance_seconds(30);
    app.tick().await;
    assert!(platform.calls(CHECK) >= 2, "it is asked again");
    scene.worker.get(&path).await.refused(404, "ideas.not_found");
    app.advance_seconds(95);
    app.tick().await;
    app.drain().await;
    assert_eq!(
        scene.worker.get(&path).await.ok(200)["state"],
        "submitted",
        "a fault of the platform is not the author's"
    );
    // once it answers, within the time, it is as if nothing had been
    let second = submitted(&author, "一时繁忙").await;
    app.tick().await;
    platform.recover();
    app.advance_seconds(70);
    app.drain().await;
    assert_eq!(scene.worker.get(&format!("/ideas/{second}")).await.ok(200)["state"], "submitted");
    // settings that are wrong are not asked twice
    platform.fail(CHECK, 40013, u32::MAX);
    let third = submitted(&author, "设置有误").await;
    app.drain().await;
    assert_eq!(scene.worker.get(&format!("/ideas/{third}")).await.ok(200)["state"], "submitted");

    // where people look at everything, they look at this as well
    switch_on(&app).await;
    let fourth = submitted(&author, "先审核的").await;
    app.drain().await;
    scene.worker.get(&format!("/ideas/{fourth}")).await.refused(404, "ideas.not_found");
    let held = items(&scene.secretary.get("/texts").await.ok(200))[0].clone();
    assert_eq!(held["finding"], "unknown");
    decide(&scene.secretary, &text(&held["id"]), "pass", None).await.ok(200);
    scene.worker.get(&format!("/ideas/{fourth}")).await.ok(200);
}

#[tokio::test]
async fn the_stand_in_checks_texts_as_the_platform_does() {
    let platform = platform(2);
    let client = reqwest::Client::new();
    let setup = setup(2);
    let ask = async |path: &str, body: Value| {
        let request = client.request(Method::POST, format!("{}{path}", platform.url)).json(&body);
        let reply = request.send().await.unwrap();
        serde_json::from_slice::<Value>(&reply.bytes().await.unwrap()).unwrap()
    };
    let grant = json!({ "grant_type": "client_credential", "appid": setup.mini_app, "secret": setup.mini_secret });
    let token = text(&ask("/cgi-bin/stable_token", grant).await["access_token"]);
    let openid = platform.openid_of(&setup.mini_app, "E00001");
    let check = async |change: Value| {
        let mut body = json!({ "version": 2, "openid": openid, "scene": 2, "content": "早上好" });
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        ask(&format!("{CHECK}?access_token={token}"), body).await
    };
    let said = check(json!({})).await;
    assert_eq!((&said["errcode"], &said["result"]), (&json!(0), &json!({ "suggest": "pass", "label": 100 })));
    assert!(said["trace_id"].is_string() && said["detail"].is_array(), "{said}");
    assert_eq!(check(json!({ "content": "卖广告" })).await["result"], json!({ "suggest": "review", "label": 10001 }));
    assert_eq!(check(json!({ "content": "违规的" })).await["result"], json!({ "suggest": "risky", "label": 20006 }));
    let foreign = platform.openid_of(&setup.wechat_app, "E00001");
    for (change, errcode) in [
        (json!({ "openid": "nobody" }), 40003),
        (json!({ "openid": foreign }), 43104),
        (json!({ "scene": 5 }), 40129),
        (json!({ "content": "" }), 44002),
        (json!({ "content": "字".repeat(2501) }), 47001),
        (json!({ "version": 1 }), 47001),
    ] {
        assert_eq!(check(change.clone()).await["errcode"], errcode, "{change}");
    }
    assert_eq!(ask(&format!("{CHECK}?access_token=none"), json!({})).await["errcode"], 40001);
    for errcode in [-1, 45009, 40001, 43104] {
        platform.fail(CHECK, errcode, 1);
        assert_eq!(check(json!({})).await["errcode"], errcode, "switched on");
    }
    assert_eq!(check(json!({})).await["errcode"], 0);
}

#[tokio::test]
async fn copies_of_what_was_let_through_go_after_a_week() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    switch_on(&app).await;
    let (kept, returned) = (submitted(&scene.author, "通过的").await, submitted(&scene.author, "退回的").await);
    let held: Vec<String> =
        items(&scene.secretary.get("/texts").await.ok(200)).iter().map(|held| text(&held["id"])).collect();
    decide(&scene.secretary, &held[0], "pass", None).await.ok(200);
    decide(&scene.secretary, &held[1], "return", Some("再想想")).await.ok(200);
    app.drain().await;
    app.advance_seconds(8 * 86_400);
    app.tick().await;
    let author = app.sign_in_anew(&scene.author).await;
    author.get(&format!("/texts/{}", held[0])).await.refused(404, "texts.not_found");
    assert_eq!(author.get(&format!("/ideas/{returned}")).await.ok(200)["review"]["reason"], "再想想");
    assert_eq!(author.get(&format!("/ideas/{kept}")).await.ok(200)["state"], "submitted");
}
