//! Merging loses nobody: supporters, authors, comments and later steps go on under the idea that is kept.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{Scene, idea, items, meeting, notices, submitted, text};
use crate::support::{Person, Reply, TestApp};

async fn merge(by: &Person<'_>, from: &str, into: &str) -> Reply {
    by.post(&format!("/ideas/{from}/merge"), json!({ "into": into })).await
}

async fn like(who: &Person<'_>, id: &str) {
    who.put(&format!("/ideas/{id}/like"), json!({})).await.ok(200);
}

async fn show(who: &Person<'_>, id: &str) -> Value {
    who.get(&format!("/ideas/{id}")).await.ok(200)
}

async fn said(who: &Person<'_>, id: &str) -> Vec<String> {
    let page = who.get(&format!("/ideas/{id}/comments")).await.ok(200);
    items(&page).iter().map(|comment| text(&comment["text"])).collect()
}

#[tokio::test]
async fn authors_supporters_and_comments_go_on_under_the_idea_that_is_kept() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let (first, helper) = (app.member("先提的").sign_in().await, app.member("合写的").sign_in().await);
    let fans = [app.member("甲").sign_in().await, app.member("乙").sign_in().await];
    let mut body = idea("先提出的", true);
    body["co_author_ids"] = json!([helper.id]);
    let merged = text(&first.post("/ideas", body).await.ok(201)["id"]);
    let kept = submitted(&scene.author, "留下的").await;
    for fan in &fans {
        like(fan, &merged).await;
    }
    let comment = fans[0].post(&format!("/ideas/{merged}/comments"), json!({ "text": "早就该做" })).await.ok(201);
    let reply = json!({ "text": "谢谢", "parent_id": comment["id"] });
    first.post(&format!("/ideas/{merged}/comments"), reply).await.ok(201);
    fans[1].post(&format!("/ideas/{kept}/comments"), json!({ "text": "同意" })).await.ok(201);
    app.advance_seconds(60);
    assert_eq!(merge(&scene.secretary, &merged, &kept).await.ok(200)["state"], "merged");

    let seen = show(&first, &kept).await;
    assert_eq!((&seen["likes"], &seen["comments"]), (&json!(4), &json!(3)), "two fans, author and co-author");
    let went_in = &seen["merged_ideas"][0];
    assert_eq!((text(&went_in["id"]), &went_in["title"]), (merged.clone(), &json!("先提出的")));
    assert_eq!((&went_in["author"]["name"], &went_in["co_authors"][0]["name"]), (&json!("先提的"), &json!("合写的")));
    assert_eq!((&seen["liked"], &show(&helper, &kept).await["liked"]), (&json!(true), &json!(true)));
    assert_eq!(said(&first, &kept).await, ["早就该做", "谢谢", "同意"]);
    assert_eq!(said(&first, &merged).await, ["早就该做", "谢谢"], "read under both");
    assert_eq!(show(&first, &merged).await["comments"], 2);
    let page = first.get(&format!("/ideas/{kept}/comments")).await.ok(200);
    assert_eq!((&items(&page)[0]["said_about"], &items(&page)[2]["said_about"]), (&json!(merged), &Value::Null));
    // what was said goes on being answered, and is taken back where it stands now
    let reply = json!({ "text": "我也谢谢", "parent_id": comment["id"] });
    scene.author.post(&format!("/ideas/{kept}/comments"), reply).await.ok(201);
    fans[0].delete(&format!("/ideas/{kept}/comments/{}", text(&comment["id"]))).await.ok(204);
    first.post(&format!("/ideas/{merged}/comments"), json!({ "text": "迟了" })).await.refused(409, "ideas.merged");

    // the people of the merged one hear every later step and what is said
    app.drain().await;
    // comments of one day are one notice, which counts them
    let heard = async |who: &crate::support::Person<'_>| {
        let page = who.get("/me/notices?limit=100").await.ok(200);
        items(&page).iter().map(|told| told["count"].as_i64().unwrap()).sum::<i64>()
    };
    let before = (heard(&first).await, heard(&helper).await);
    scene.collect(&kept).await;
    scene.decide(&kept, "adopted").await;
    fans[1].post(&format!("/ideas/{kept}/comments"), json!({ "text": "太好了" })).await.ok(201);
    app.drain().await;
    assert_eq!((heard(&first).await, heard(&helper).await), (before.0 + 3, before.1 + 3));
    let told = first.get("/me/notices?limit=3").await.ok(200);
    assert!(told.to_string().contains("您的“先提出的”已并入其中"), "{told}");
    assert!(notices(&scene.author).await.contains(&"您的金点子并入了另一条金点子".to_owned()));
    let found = first.get(told["items"][0]["link"].as_str().unwrap()).await.ok(200);
    assert_eq!(text(&found["id"]), kept);
}

#[tokio::test]
async fn likes_travel_through_chains_and_the_last_one_names_all_that_went_into_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let [seven, zed, fan] =
        [app.member("七").sign_in().await, app.member("子").sign_in().await, app.member("迷").sign_in().await];
    let z = submitted(&zed, "Z").await;
    let w = submitted(&seven, "W").await;
    let v = submitted(&scene.author, "V").await;
    like(&seven, &z).await;
    like(&fan, &z).await;
    zed.post(&format!("/ideas/{z}/comments"), json!({ "text": "关于Z" })).await.ok(201);
    merge(&scene.secretary, &z, &w).await.ok(200);
    assert_eq!(show(&fan, &w).await["likes"], 2, "the fan and who wrote Z; 7 wrote W himself");
    merge(&scene.secretary, &w, &v).await.ok(200);
    let seen = show(&fan, &v).await;
    assert_eq!((&seen["likes"], &seen["comments"]), (&json!(3), &json!(1)), "the fan, who wrote Z, and 7");
    assert_eq!(show(&seven, &v).await["liked"], true);
    let titles: Vec<String> = seen["merged_ideas"].as_array().unwrap().iter().map(|one| text(&one["title"])).collect();
    assert_eq!(titles, ["W", "Z"]);
    assert_eq!(said(&fan, &v).await, ["关于Z"]);
    // a like that was taken back on the way does not come back
    let (x, y) = (submitted(&zed, "X").await, submitted(&seven, "Y").await);
    like(&fan, &x).await;
    merge(&scene.secretary, &x, &y).await.ok(200);
    fan.delete(&format!("/ideas/{y}/like")).await.ok(200);
    let last = submitted(&scene.author, "末").await;
    merge(&scene.secretary, &y, &last).await.ok(200);
    assert_eq!(show(&fan, &last).await["liked"], false);
    // everybody in the chain hears of the end
    scene.collect(&v).await;
    scene.decide(&v, "declined").await;
    app.drain().await;
    for person in [&seven, &zed] {
        assert!(notices(person).await.iter().any(|title| title == "金点子未被采纳"));
    }
}

#[tokio::test]
async fn what_took_something_in_is_neither_taken_back_nor_sent_back() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let [merged, kept] = [submitted(&scene.worker, "并入的").await, submitted(&scene.author, "留下的").await];
    merge(&scene.secretary, &merged, &kept).await.ok(200);
    let path = |step: &str| format!("/ideas/{kept}/{step}");
    let seen = show(&scene.author, &kept).await;
    assert_eq!(seen["may"], json!([]), "withdrawing is not offered");
    scene.author.post(&path("withdrawal"), json!({})).await.refused(409, "ideas.has_merged");
    scene.collect(&kept).await;
    scene.author.post(&path("withdrawal"), json!({})).await.refused(409, "ideas.has_merged");
    scene.leader.post(&path("return"), json!({ "reason": "请补充" })).await.refused(409, "ideas.has_merged");
    // it goes on: into another one, or to the committee; work that comes back is no return to the author
    scene.decide(&kept, "adopted").await;
    let helper = app.member("干活的").home("XZ12").sign_in().await;
    scene.assign(&kept, &helper, "2026-07-20").await;
    scene.work(&kept, &helper).await;
    scene.secretary.post(&path("return"), json!({ "reason": "返工" })).await.ok(200);
    assert_eq!(show(&scene.worker, &kept).await["state"], "implementing");
    // one that went into another one itself
    let [a, b, c] = [
        submitted(&scene.worker, "一").await,
        submitted(&scene.author, "二").await,
        submitted(&scene.author, "三").await,
    ];
    merge(&scene.secretary, &a, &b).await.ok(200);
    merge(&scene.secretary, &b, &c).await.ok(200);
    scene.author.post(&format!("/ideas/{c}/withdrawal"), json!({})).await.refused(409, "ideas.has_merged");
    scene.author.post(&format!("/ideas/{b}/withdrawal"), json!({})).await.refused(409, "ideas.merged");
}

#[tokio::test]
async fn what_is_over_takes_nothing_in() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let one = submitted(&scene.worker, "重复的").await;
    for verdict in ["declined", "filed"] {
        let over = submitted(&scene.author, verdict).await;
        scene.collect(&over).await;
        scene.decide(&over, verdict).await;
        let refused = merge(&scene.secretary, &one, &over).await.refused(422, "body.invalid");
        assert_eq!(refused["errors"][0]["code"], "bad_merge", "{verdict}");
        scene.secretary.post(&format!("/ideas/{over}/reopening"), json!({ "reason": "再议" })).await.ok(200);
        let another = submitted(&scene.worker, &format!("与{verdict}相同")).await;
        merge(&scene.secretary, &another, &over).await.ok(200);
    }
    let done = submitted(&scene.author, "办结的").await;
    scene.collect(&done).await;
    scene.decide(&done, "adopted").await;
    let helper = app.member("干活的").home("XZ12").sign_in().await;
    scene.assign(&done, &helper, "2026-07-20").await;
    scene.work(&done, &helper).await;
    scene.secretary.post(&format!("/ideas/{done}/acceptance"), json!({})).await.ok(200);
    scene.secretary.post(&format!("/ideas/{done}/closure"), json!({})).await.ok(200);
    merge(&scene.secretary, &one, &done).await.refused(422, "body.invalid");
    let taken_back = submitted(&scene.author, "撤回的").await;
    scene.author.post(&format!("/ideas/{taken_back}/withdrawal"), json!({})).await.ok(200);
    merge(&scene.secretary, &one, &taken_back).await.refused(422, "body.invalid");
    assert_eq!(show(&scene.worker, &one).await["state"], "submitted");
}

#[tokio::test]
async fn who_belongs_elsewhere_sees_what_his_idea_went_into() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let west = app.member("西支部的").home("XZ21").sign_in().await;
    let fan = app.member("西支持者").home("XZ21").sign_in().await;
    let stranger = app.member("南支部的").home("XZ31").sign_in().await;
    let merged = submitted(&west, "西边的").await;
    let kept = submitted(&scene.author, "东边的").await;
    like(&fan, &merged).await;
    west.get(&format!("/ideas/{kept}")).await.refused(404, "ideas.not_found");
    merge(&above, &merged, &kept).await.ok(200);
    assert_eq!(show(&west, &kept).await["likes"], 2);
    assert_eq!(show(&fan, &kept).await["liked"], true);
    fan.post(&format!("/ideas/{kept}/comments"), json!({ "text": "一起办" })).await.ok(201);
    stranger.get(&format!("/ideas/{kept}")).await.refused(404, "ideas.not_found");
}

#[tokio::test]
async fn likes_of_a_former_text_and_of_a_co_author_do_not_count() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let [seven, eight] = [app.member("七").sign_in().await, app.member("八").sign_in().await];
    let id = submitted(&scene.author, "更换照明").await;
    let path = format!("/ideas/{id}");
    for person in [&seven, &eight] {
        like(person, &id).await;
    }
    eight.post(&format!("{path}/comments"), json!({ "text": "同意换灯" })).await.ok(201);
    let send_back = async || {
        scene.collect(&id).await;
        scene.leader.post(&format!("{path}/return"), json!({ "reason": "请补充" })).await.ok(200);
    };
    send_back().await;
    // who became a co-author supports it no more; the others do, the text is as it was
    let change = json!({ "co_author_ids": [seven.id], "category": "创新" });
    scene.author.patch(&path, change).await.ok(200);
    scene.author.post(&format!("{path}/submission"), json!({ "note": "一" })).await.ok(200);
    let seen = show(&eight, &id).await;
    assert_eq!((&seen["likes"], &seen["former_likes"], &seen["liked"]), (&json!(1), &json!(0), &json!(true)));
    seven.put(&format!("{path}/like"), json!({})).await.refused(403, "ideas.own_like");
    // another text: likes begin anew
    app.advance_seconds(60);
    let again = scene.leader.request(reqwest::Method::POST, &format!("{path}/collection"));
    let again = again.header("idempotency-key", "again").json(&json!({ "meeting_id": scene.group_meeting }));
    crate::support::send(again).await.ok(200);
    scene.leader.post(&format!("{path}/return"), json!({ "reason": "再补充" })).await.ok(200);
    let change = json!({ "title": "取消夜班巡检", "co_author_ids": [] });
    scene.author.patch(&path, change).await.ok(200);
    scene.author.post(&format!("{path}/submission"), json!({ "note": "二" })).await.ok(200);
    let seen = show(&eight, &id).await;
    assert_eq!((&seen["likes"], &seen["former_likes"], &seen["liked"]), (&json!(0), &json!(1), &json!(false)));
    like(&eight, &id).await;
    let seen = show(&eight, &id).await;
    assert_eq!((&seen["likes"], &seen["former_likes"], &seen["liked"]), (&json!(1), &json!(0), &json!(true)));
    // who was taken off does not become a supporter by that
    seven.put(&format!("{path}/like"), json!({})).await.refused(403, "ideas.own_like");
    // a draft that was never handed in has no likes to lose, and only the text that stands goes along with a merge
    let other = submitted(&scene.worker, "留下的").await;
    merge(&scene.secretary, &id, &other).await.ok(200);
    assert_eq!(show(&eight, &other).await["likes"], 2, "8 and the author");
}

#[tokio::test]
async fn a_co_author_who_was_taken_off_sees_no_draft_any_more() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let helper = app.member("帮手").home("XZ31").sign_in().await;
    let mut body = idea("草稿", false);
    body["co_author_ids"] = json!([helper.id]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    show(&helper, &id).await;
    scene.author.patch(&format!("/ideas/{id}"), json!({ "co_author_ids": [] })).await.ok(200);
    helper.get(&format!("/ideas/{id}")).await.refused(404, "ideas.not_found");
    assert!(items(&helper.get("/ideas").await.ok(200)).is_empty());
    assert!(items(&helper.get("/ideas?q=%E8%8D%89%E7%A8%BF").await.ok(200)).is_empty());
    scene.author.patch(&format!("/ideas/{id}"), json!({ "co_author_ids": [helper.id] })).await.ok(200);
    assert_eq!(show(&helper, &id).await["co_authors"][0]["name"], "帮手");
}

/// A meeting of that kind and day with these people; its id.
async fn held(app: &TestApp, who: &Person<'_>, (kind, unit): (&str, &str), day: &str, present: Value) -> String {
    let body =
        json!({ "kind": kind, "unit_id": app.unit(unit), "held_on": day, "title": "会议", "attendance": present });
    text(&who.post("/meetings", body).await.ok(201)["id"])
}

#[tokio::test]
async fn a_meeting_follows_what_it_decides_about_and_somebody_was_there() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    app.set_clock("2026-07-10T08:00:00+08:00");
    let sign = async |person: &Person<'_>| app.sign_in(person.id, &person.employee_no).await;
    let (author, leader, secretary) =
        (sign(&scene.author).await, sign(&scene.leader).await, sign(&scene.secretary).await);
    let id = submitted(&author, "点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    app.set_clock("2026-07-10T08:01:00+08:00");
    let group = |day: &'static str, present: Value| held(&app, &leader, ("group", "XZ11"), day, present);
    let refused = async |reply: Reply, code: &str| {
        let body = reply.refused(422, "body.invalid");
        assert_eq!((&body["errors"][0]["pointer"], &body["errors"][0]["code"]), (&json!("/meeting_id"), &json!(code)));
    };
    let collect = async |meeting: String| leader.post(&path("collection"), json!({ "meeting_id": meeting })).await;
    refused(collect(group("2020-01-01", json!([leader.id])).await).await, "too_early").await;
    refused(collect(group("2026-07-09", json!([leader.id])).await).await, "too_early").await;
    refused(collect(group("2026-07-10", json!([])).await).await, "nobody_present").await;
    refused(collect(group("2026-07-10", json!([author.id])).await).await, "nobody_present").await;
    let collected_at = group("2026-07-10", json!([leader.id, author.id])).await;
    collect(collected_at.clone()).await.ok(200);

    let committee =
        |day: &'static str, present: Value| held(&app, &secretary, ("branch_committee", "ZB1"), day, present);
    let decide = async |verdict: &str, meeting: String| {
        let body = json!({ "verdict": verdict, "meeting_id": meeting, "reason": "经讨论" });
        secretary.post(&path("decision"), body).await
    };
    refused(decide("adopted", committee("2019-06-01", json!([secretary.id])).await).await, "too_early").await;
    refused(decide("adopted", committee("2026-07-09", json!([secretary.id])).await).await, "too_early").await;
    refused(decide("adopted", committee("2026-07-10", json!([])).await).await, "nobody_present").await;
    refused(decide("adopted", committee("2026-07-10", json!([leader.id])).await).await, "not_present").await;
    let first = committee("2026-07-10", json!([secretary.id])).await;
    decide("declined", first.clone()).await.ok(200);

    // what was done there stands: the day, and that somebody was there who put it down
    let edit = format!("/meetings/{first}");
    secretary.patch(&edit, json!({ "attendance": [] })).await.refused(409, "meetings.presence_stands");
    secretary.patch(&edit, json!({ "attendance": [leader.id] })).await.refused(409, "meetings.presence_stands");
    secretary.patch(&edit, json!({ "attendance": [leader.id, secretary.id] })).await.ok(200);
    leader
        .patch(&format!("/meetings/{collected_at}"), json!({ "attendance": [] }))
        .await
        .refused(409, "meetings.presence_stands");

    // put before the committee again, it is decided at a meeting since then
    app.set_clock("2026-07-12T08:00:00+08:00");
    let secretary = app.sign_in(secretary.id, &secretary.employee_no).await;
    secretary.post(&path("reopening"), json!({ "reason": "有了新的条件" })).await.ok(200);
    let again = json!({ "verdict": "filed", "meeting_id": first, "reason": "存档" });
    refused(secretary.post(&path("decision"), again).await, "too_early").await;
    let today = held(&app, &secretary, ("branch_committee", "ZB1"), "2026-07-12", json!([secretary.id])).await;
    let again = json!({ "verdict": "filed", "meeting_id": today, "reason": "存档" });
    secretary.post(&path("decision"), again).await.ok(200);
}

#[tokio::test]
async fn what_is_handed_in_again_is_collected_at_a_later_meeting_and_a_late_record_counts_by_its_meeting() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    scene.collect(&id).await;
    scene.leader.post(&path("return"), json!({ "reason": "请补充" })).await.ok(200);
    app.set_clock("2026-07-03T08:00:00+08:00");
    let sign = async |person: &Person<'_>| app.sign_in(person.id, &person.employee_no).await;
    let (author, leader, secretary) =
        (sign(&scene.author).await, sign(&scene.leader).await, sign(&scene.secretary).await);
    author.post(&path("submission"), json!({ "note": "已补充" })).await.ok(200);
    let old = json!({ "meeting_id": scene.group_meeting, "note": "再次" });
    let refused = leader.post(&path("collection"), old).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["code"], "too_early");
    let third = meeting(&app, &leader, "group", "XZ11").await;
    let on_fourth = held(&app, &secretary, ("branch_committee", "ZB1"), "2026-07-04", json!([secretary.id])).await;
    // both are put down on the sixth; the committee met after the group did
    app.set_clock("2026-07-06T08:00:00+08:00");
    let (leader, secretary) = (sign(&leader).await, sign(&secretary).await);
    leader.post(&path("collection"), json!({ "meeting_id": third })).await.ok(200);
    let decision = json!({ "verdict": "adopted", "meeting_id": on_fourth, "reason": "同意" });
    secretary.post(&path("decision"), decision).await.ok(200);
}
