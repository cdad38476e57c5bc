//! Entries: versions, lateness, articles, whose they are.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{CLOSING, ENTRIES, JUDGING, announced, at, body, cast, entry, organiser, plan, voters, with};
use crate::files::{photograph, upload};
use crate::support::{Person, TestApp, send};

#[tokio::test]
async fn every_version_is_kept_with_its_differences_and_the_judging_fixes_one() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    let new = json!({ "unit_id": app.unit("ZB1"), "category": "brand", "plan": plan("铜花飞扬", secretary.id) });
    secretary.post(&format!("{campaign}/entries"), new.clone()).await.refused(409, "campaigns.wrong_state");
    at(&app, ENTRIES).await;
    let elsewhere = with(new.clone(), &[("/unit_id", json!(app.unit("ZB3")))]);
    secretary.post(&format!("{campaign}/entries"), elsewhere).await.refused(403, "access.out_of_scope");
    let nobody = with(new.clone(), &[("/plan/owner_id", json!(app.unit("ZB1")))]);
    secretary.post(&format!("{campaign}/entries"), nobody).await.refused(422, "body.invalid");
    let unknown = with(new, &[("/category", json!("x"))]);
    secretary.post(&format!("{campaign}/entries"), unknown).await.refused(422, "body.invalid");
    let id = entry(&secretary, &app, &campaign, "ZB1", "铜花飞扬").await;
    let path = format!("/entries/{id}");

    let better = with(plan("铜花飞扬 筑梦中冶", secretary.id), &[("/slogan", json!("筑梦"))]);
    assert_eq!(secretary.patch(&path, json!({ "plan": better })).await.ok(200)["version"], 2);
    assert_eq!(secretary.patch(&path, json!({ "plan": better })).await.ok(200)["version"], 2, "nothing changed");
    let member = app.member("某甲").sign_in().await;
    let versions = member.get(&format!("{path}/versions")).await.ok(200);
    let changed: Vec<&str> = versions["items"][1]["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|difference| difference["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(changed, ["/slogan", "/title"]);
    let hollow = with(plan("空", secretary.id), &[("/goals", json!([]))]);
    secretary.patch(&path, json!({ "plan": hollow })).await.refused(422, "body.invalid");

    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    let seen = member.get(&path).await.ok(200);
    assert_eq!((&seen["judged_version"], &seen["number"], &seen["on_ballot"]), (&json!(2), &json!(1), &json!(true)));
    secretary.patch(&path, json!({ "plan": plan("太晚", secretary.id) })).await.refused(409, "campaigns.judged");
    secretary.post(&format!("{path}/withdrawal"), json!({})).await.refused(409, "campaigns.judged");
    at(&app, CLOSING).await;
    // after the selection plans go on being improved; what was judged stays
    secretary.patch(&path, json!({ "plan": plan("再改进", secretary.id) })).await.ok(200);
    let seen = member.get(&path).await.ok(200);
    assert_eq!((&seen["version"], &seen["judged_version"]), (&json!(3), &json!(2)));
    assert_eq!(seen["judged_plan"]["title"], "铜花飞扬 筑梦中冶");
    let results = member.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["entries"][0]["title"], "铜花飞扬 筑梦中冶", "results name what was judged");
    app.drain().await;
}

#[tokio::test]
async fn what_comes_after_the_end_is_late_and_after_the_judging_began_refused() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    let first = entry(&secretary, &app, &campaign, "ZB1", "准时").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    let second = entry(&secretary, &app, &campaign, "ZB1", "迟交").await;
    let late = async |id: &str| secretary.get(&format!("/entries/{id}")).await.ok(200)["late"].clone();
    assert_eq!((late(&first).await, late(&second).await), (json!(false), json!(true)));
    // by the clock, also before the stage was moved
    app.set_clock(JUDGING);
    let body = json!({ "unit_id": app.unit("ZB1"), "category": "brand", "plan": plan("太迟", secretary.id) });
    secretary.post(&format!("{campaign}/entries"), body).await.refused(409, "campaigns.judged");
    app.drain().await;
}

#[tokio::test]
async fn the_owner_is_the_secretary_where_the_rules_ask_for_it_and_evidence_is_complete() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let delegate = app.member("支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let rules = json!({ "owner_secretary": true, "evidence_required": true });
    let campaign = announced(&organiser, with(body(&app), &[("/terms/entries", rules)])).await;
    at(&app, ENTRIES).await;
    let new = json!({ "unit_id": app.unit("ZB1"), "category": "brand", "plan": plan("品牌", delegate.id) });
    let id = delegate.post(&format!("{campaign}/entries"), new).await.ok(201)["id"].clone();
    let path = format!("/entries/{}", id.as_str().unwrap());
    let submission = format!("{path}/submission");
    let refused = delegate.post(&submission, json!({})).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/plan/evidence");
    let evidence = |kind: &str| json!({ "kind": kind, "text": "有据可查" });
    let all = json!([evidence("measure"), evidence("experience"), evidence("data")]);
    let whole = |owner| json!({ "plan": with(plan("品牌", owner), &[("/evidence", all.clone())]) });
    delegate.patch(&path, whole(delegate.id)).await.ok(200);
    let refused = delegate.post(&submission, json!({})).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["code"], "campaigns.owner_no_secretary");
    delegate.patch(&path, whole(secretary.id)).await.ok(200);
    delegate.post(&submission, json!({})).await.ok(200);
    delegate.patch(&path, whole(delegate.id)).await.refused(422, "body.invalid");
    app.drain().await;
}

#[tokio::test]
async fn a_unit_writes_the_article_about_its_entry_until_the_judging_begins() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let other = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    let shown = entry(&secretary, &app, &campaign, "ZB3", "自己写").await;
    let article = format!("/entries/{shown}/article");
    let text = |body: &str| json!({ "title": "精·智电解", "body": body });
    other.put(&article, text("代写")).await.refused(403, "access.out_of_scope");
    secretary.put(&article, text("初稿")).await.ok(200);
    assert_eq!(other.get(&article).await.ok(200)["body"], "初稿");
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    secretary.put(&article, text("投票时再改")).await.refused(409, "campaigns.judged");
    organiser.put(&article, text("勘误")).await.ok(200);
    assert_eq!(secretary.get(&article).await.ok(200)["body"], "勘误");
    app.drain().await;
}

#[tokio::test]
async fn an_article_has_pictures_of_its_own_which_readers_fetch() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let reader = app.member("某甲").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    let id = entry(&secretary, &app, &campaign, "ZB3", "有图").await;
    let article = format!("/entries/{id}/article");
    let sent = async |who: &Person<'_>, name: &str, bytes: Vec<u8>| {
        upload(who, name, bytes).await.ok(201)["id"].as_str().unwrap().to_owned()
    };
    let (one, two) = (sent(&secretary, "一.jpg", photograph()).await, sent(&secretary, "二.jpg", photograph()).await);
    let text =
        |pictures: Value| json!({ "title": "图文", "body": format!("![图 1](file:{one})"), "picture_ids": pictures });
    let report = sent(&secretary, "说明.pdf", b"%PDF-1.4 test".to_vec()).await;
    let refused = secretary.put(&article, text(json!([report]))).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/picture_ids");
    let theirs = sent(&reader, "别人的.jpg", photograph()).await;
    secretary.put(&article, text(json!([theirs]))).await.refused(422, "files.unknown");
    assert!(reader.get(&article).await.status == 404, "nothing of what was refused is there");

    secretary.put(&article, text(json!([one, two]))).await.ok(200);
    let read = reader.get(&article).await.ok(200);
    let pictures = read["pictures"].as_array().unwrap();
    assert_eq!(pictures.iter().map(|file| &file["id"]).collect::<Vec<_>>(), [&json!(one), &json!(two)]);
    let address = pictures[0]["url"].as_str().unwrap().strip_prefix("/api/v1").unwrap();
    assert_eq!(send(app.request(reqwest::Method::GET, address)).await.status, 200, "{address}");
    assert_eq!(reader.get(&format!("/files/{one}")).await.status, 200);
    // who runs the selection mends the text and leaves the pictures where they are; then one goes
    organiser.put(&article, json!({ "title": "图文", "body": "改一个字" })).await.ok(200);
    assert_eq!(reader.get(&article).await.ok(200)["pictures"].as_array().unwrap().len(), 2);
    organiser.put(&article, text(json!([two]))).await.ok(200);
    let left = reader.get(&article).await.ok(200)["pictures"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &json!(two)));
    reader.get(&format!("/files/{one}")).await.refused(404, "files.not_found");
    app.drain().await;
}

#[tokio::test]
async fn without_an_article_there_is_no_vote_where_the_rules_ask_for_one() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let rules = json!({ "article_required": true });
    let campaign = announced(&organiser, with(body(&app), &[("/terms/entries", rules)])).await;
    let voters = voters(&app, 2).await;
    at(&app, ENTRIES).await;
    let shown = entry(&secretary, &app, &campaign, "ZB3", "有文章").await;
    let hidden = entry(&secretary, &app, &campaign, "ZB3", "没有文章").await;
    let article = format!("/entries/{shown}/article");
    let text = json!({ "title": "精·智电解", "body": "# 经验" });
    voters[0].put(&article, text.clone()).await.refused(403, "access.denied");
    organiser.put(&article, text).await.ok(200);
    for voter in &voters {
        voter.get(&format!("/entries/{shown}/article")).await.ok(200);
    }
    let views: Value = voters[0].get(&format!("/entries/{shown}/article")).await.ok(200)["views"].clone();
    assert_eq!(views, 2, "a reader counts once");
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    let refused = cast(&voters[0], &campaign, &[&shown, &hidden]).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["code"], "campaigns.not_on_ballot");
    cast(&voters[0], &campaign, &[&shown]).await.ok(201);
    app.drain().await;
}

#[tokio::test]
async fn where_the_rules_ask_for_it_a_plan_says_in_all_four_ways_how_it_is_part_of_the_work() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let writer = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let asked = with(body(&app), &[("/terms/entries", json!({ "integration_required": true }))]);
    let campaign = announced(&organiser, asked).await;
    at(&app, ENTRIES).await;
    let draft = json!({ "unit_id": app.unit("ZB3"), "category": "brand", "plan": plan("南", writer.id) });
    let entry = writer.post(&format!("{campaign}/entries"), draft).await.ok(201);
    let path = format!("/entries/{}", entry["id"].as_str().unwrap());
    let submission = format!("{path}/submission");
    let refused = writer.post(&submission, json!({})).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/plan/integration", "{refused}");
    let mut of_three = plan("南", writer.id);
    of_three["integration"] = json!({ "goal": "一致", "thinking": "一致", "measures": "一致" });
    writer.patch(&path, json!({ "plan": of_three })).await.refused(422, "body.invalid");
    for empty in ["", "  "] {
        of_three["integration"]["identity"] = json!(empty);
        writer.patch(&path, json!({ "plan": of_three })).await.refused(422, "body.invalid");
    }
    of_three["integration"]["identity"] = json!("党员即骨干");
    writer.patch(&path, json!({ "plan": of_three })).await.ok(200);
    assert_eq!(writer.post(&submission, json!({})).await.ok(200)["state"], "submitted");
    app.drain().await;
}
