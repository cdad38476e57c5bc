//! The first page of a member: everything on it, in one request and few statements.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;
use xianfeng::base::capability::Role;

use crate::support::{Person, TestApp, send};
use crate::{campaigns, contests, ideas, quiz};

/// How long what is the same for everybody is remembered at most: contests and votes that are open.
const REMEMBERED: Duration = Duration::from_millis(1100);

async fn today(person: &Person<'_>) -> Value {
    person.get("/me/today").await.ok(200)
}

/// An item that is published at 7:55 for everybody.
async fn item(app: &TestApp, organiser: &Person<'_>) -> Value {
    let item =
        json!({ "title": "学习", "summary": "一段话", "body": "全文", "source": "人民日报", "minimum_seconds": 45 });
    let item = organiser.post("/study/items", item).await.ok(201)["id"].clone();
    let push = json!({ "item_id": item, "unit_id": app.unit("JT"), "day": "2026-07-01", "publish_time": "07:55" });
    organiser.post("/study/pushes", push).await.ok(201);
    app.tick().await;
    item
}

#[tokio::test]
async fn a_morning_from_its_first_tick_to_the_last() {
    let app = TestApp::start().await;
    let organiser = quiz::organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let before = today(&li).await;
    assert_eq!((&before["quiz"]["state"], &before["study"]["items"]), (&json!("waiting"), &json!([])));
    assert_eq!((&before["minutes_left"], &before["study"]["done"]), (&json!(0), &json!(false)));

    let item = item(&app, &organiser).await;
    let page = today(&li).await;
    assert_eq!((&page["day"], &page["me"]["name"]), (&json!("2026-07-01"), &json!("李一")));
    assert_eq!(page["me"]["capabilities"], json!([]));
    let pushed = &page["study"]["items"][0];
    assert_eq!((&pushed["item_id"], &pushed["state"], &pushed["title"]), (&item, &json!("new"), &json!("学习")));
    assert_eq!((&page["quiz"]["state"], &page["quiz"]["question_count"]), (&json!("new"), &json!(5)));
    assert_eq!(page["quiz"]["closes_at"], "2026-07-02T00:00:00+08:00");
    assert_eq!(page["minutes_left"], 4, "45 seconds of reading and five questions");
    assert_eq!((&page["points"]["today"], &page["points"]["left_today"]), (&json!(0), &json!(1 + 5 + 6)));
    assert_eq!(page["streak"], json!({ "days": 0, "today_done": false }));
    assert_eq!((&page["unfinished"], &page["wrong_answers"]), (&json!([]), &json!(0)));

    // reading and the paper are begun
    let reading = li.post(&format!("/study/items/{}/readings", item.as_str().unwrap()), json!({})).await.ok(201);
    let paper = li.get("/quiz/daily").await.ok(200);
    let begun = today(&li).await;
    let kinds: Vec<&str> =
        begun["unfinished"].as_array().unwrap().iter().map(|thing| thing["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["quiz", "reading"], "what ends first comes first");
    assert_eq!(begun["quiz"]["state"], "begun");

    // and finished
    li.put(quiz::TODAY, quiz::answers(&paper, 3)).await.ok(201);
    app.advance_seconds(50);
    let finishing = format!("/study/readings/{}/completion", reading["id"].as_str().unwrap());
    li.post(&finishing, json!({})).await.ok(200);
    let done = today(&li).await;
    assert_eq!((&done["study"]["done"], &done["minutes_left"]), (&json!(true), &json!(0)));
    assert_eq!((&done["quiz"]["right_count"], &done["quiz"]["points"]), (&json!(3), &json!(3)));
    assert_eq!((&done["points"]["today"], &done["points"]["left_today"]), (&json!(4), &json!(6)));
    assert_eq!(done["points"]["last"]["reason"], "完成学习《学习》");
    assert_eq!(done["streak"], json!({ "days": 1, "today_done": true }));
    assert_eq!((&done["wrong_answers"], &done["unfinished"]), (&json!(2), &json!([])));
}

#[tokio::test]
async fn what_is_unchanged_costs_no_bytes_and_the_header_tells_of_notices() {
    let app = TestApp::start().await;
    let organiser = quiz::organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    item(&app, &organiser).await;
    let first = li.get("/me/today").await;
    let (tag, unread) = (first.header("etag").unwrap().to_owned(), first.header("x-unread").unwrap().to_owned());
    let page = first.ok(200);
    assert_eq!(page["unread"].to_string(), unread);
    assert_eq!(page["notices"].as_array().unwrap().len().to_string(), unread, "the item and the paper");
    assert_eq!(page["notices"][0]["unread"], true);
    let again = li.request(reqwest::Method::GET, "/me/today").header("if-none-match", &tag);
    let again = send(again).await;
    assert_eq!((again.status, again.bytes.len(), again.header("x-unread")), (304, 0, Some(unread.as_str())));
    assert_eq!(li.get("/me/notices").await.header("x-unread"), Some(unread.as_str()));

    li.post("/me/notices/receipts", json!({ "all": true })).await.ok(200);
    let read = li.get("/me/today").await;
    assert_eq!(read.header("x-unread"), Some("0"));
    assert_eq!(li.get("/me/notices").await.header("x-unread"), Some("0"));
    assert_ne!(read.header("etag"), Some(tag.as_str()));
}

#[tokio::test]
async fn what_a_member_has_muted_is_not_counted() {
    let app = TestApp::start().await;
    let organiser = quiz::organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let usual = json!({ "care_mode": false, "quiet_from": "22:00", "quiet_until": "07:00", "muted_notices": [] });
    assert_eq!(li.get("/me/settings").await.ok(200), usual);
    let wanted = json!({ "care_mode": true, "quiet_from": "20:30", "quiet_until": "08:00", "muted_notices": ["published", "study"] });
    assert_eq!(li.put("/me/settings", wanted.clone()).await.ok(200), wanted);
    item(&app, &organiser).await;
    let page = li.get("/me/today").await;
    assert_eq!(page.header("x-unread"), Some("0"));
    let page = page.ok(200);
    assert_eq!((&page["settings"], &page["unread"]), (&wanted, &json!(0)));
    assert_eq!(page["notices"][0]["unread"], true, "it is in the inbox all the same");
    assert_eq!(li.get("/me/notices/unread-count").await.ok(200)["unread"], 0);
    assert_eq!(li.get("/me/notices").await.header("x-unread"), Some("0"));

    let half = json!({ "quiet_from": "20:30", "quiet_until": null });
    li.put("/me/settings", half).await.refused(422, "body.invalid");
    li.put("/me/settings", json!({ "muted_notices": ["security"] })).await.refused(422, "body.invalid");
    li.put("/me/settings", json!({ "quiet_from": "8:00" })).await.refused(422, "body.invalid");
    assert_eq!(li.get("/me/settings").await.ok(200), wanted);
    assert_eq!(li.put("/me/settings", json!({})).await.ok(200), usual, "what is absent goes back");
}

#[tokio::test]
async fn contests_and_votes_that_are_open_stand_there_until_they_are_done() {
    let app = TestApp::start().await;
    let organiser = contests::organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let elsewhere = app.member("外").home("XZ31").sign_in().await;
    let writer = app.member("书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let contest = contests::announced(&organiser, contests::body(&app)).await;
    let body = campaigns::with(campaigns::body(&app), &[("/terms/electorate/unit_ids", json!([app.unit("DW1")]))]);
    let campaign = campaigns::announced(&organiser, body).await;
    assert_eq!(today(&li).await["open"], json!([]));

    campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    let entry = campaigns::entry(&writer, &app, &campaign, "DW2", "品牌").await;
    campaigns::at(&app, "2026-07-01T08:02:00+08:00").await;
    campaigns::at(&app, "2026-07-01T08:03:00+08:00").await;
    sleep(REMEMBERED).await;
    let open = today(&li).await["open"].clone();
    let shown: Vec<(&str, &str, bool)> = open
        .as_array()
        .unwrap()
        .iter()
        .map(|thing| (thing["kind"].as_str().unwrap(), thing["link"].as_str().unwrap(), thing["done"] == json!(true)))
        .collect();
    assert_eq!(shown, [("vote", campaign.as_str(), false), ("contest", contest.as_str(), false)]);
    assert_eq!((&open[0]["days_left"], &open[0]["closes_at"]), (&json!(0), &json!("2026-07-01T08:10:00+08:00")));
    let open = today(&elsewhere).await["open"].clone();
    assert_eq!(open.as_array().unwrap().len(), 1, "he is on no roll: {open}");

    let attempt = contests::start(&li, &contest).await;
    let page = today(&li).await;
    let unfinished = &page["unfinished"][0];
    assert_eq!((&unfinished["kind"], &unfinished["id"]), (&json!("contest"), &attempt["id"]));
    assert_eq!((&unfinished["answered"], &unfinished["question_count"]), (&json!(0), &json!(10)));
    assert_eq!(unfinished["ends_at"], "2026-07-01T08:08:00+08:00");
    contests::submit(&li, &attempt).await.ok(200);
    campaigns::cast(&li, &campaign, &[&entry]).await.ok(201);
    let open = today(&li).await["open"].clone();
    assert!(open.as_array().unwrap().iter().all(|thing| thing["done"] == true), "{open}");
}

#[tokio::test]
async fn ideas_branch_desk_and_challenge_stand_there() {
    let app = TestApp::start().await;
    quiz::organiser(&app).await;
    app.tick().await;
    let scene = ideas::Scene::set(&app).await;
    let (li, leader) = (&scene.author, &scene.leader);
    assert_eq!(today(li).await["idea"], Value::Null);
    let id = ideas::submitted(li, "皮带跑偏识别").await;
    let page = today(li).await;
    assert_eq!((&page["idea"]["id"], &page["idea"]["state"]), (&json!(id), &json!("submitted")));
    let branch = &page["branch"];
    assert_eq!(branch["id"], json!(app.unit("ZB1")));
    assert_eq!(branch["secretaries"][0]["name"], "书记");
    assert_eq!(branch["next_meeting"]["kind"], "group", "the committee's own meeting is none of his");
    assert_eq!((&branch["board"]["rank"], &page["desk"]["count"]), (&json!(1), &json!(0)));
    assert_eq!(today(&scene.secretary).await["branch"]["next_meeting"]["kind"], "branch_committee");

    let page = today(leader).await;
    assert_eq!(page["me"]["duties"][0]["title"], "党小组组长");
    assert!(page["me"]["capabilities"].as_array().unwrap().contains(&json!("collect_ideas")));
    assert_eq!((&page["desk"]["count"], &page["desk"]["items"][0]["kind"]), (&json!(1), &json!("idea")));
    scene.collect(&id).await;
    assert_eq!(today(li).await["idea"]["state"], "collected");
    assert_eq!(today(leader).await["desk"]["count"], 0);

    let run = li.post("/challenge/runs", json!({})).await.ok(201);
    let page = today(li).await;
    assert_eq!((&page["unfinished"][0]["kind"], &page["unfinished"][0]["id"]), (&json!("challenge"), &run["id"]));
    app.advance_seconds(21);
    assert_eq!(today(li).await["unfinished"], json!([]), "its time is up");
}

#[tokio::test]
async fn a_page_is_one_hop_and_six_statements_at_most() {
    let app = TestApp::start().await;
    let organiser = contests::organiser(&app).await;
    let li = app.member("李一").role(Role::GroupLeader, "XZ11").sign_in().await;
    let wang = app.member("王二").sign_in().await;
    item(&app, &organiser).await;
    contests::announced(&organiser, contests::body(&app)).await;
    campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    // the longest way: a streak that is longer than what one look shows
    let (member, top, calendar) = (li.id, app.unit("JT"), app.app.get::<xianfeng::kernel::calendar::Calendar>());
    app.write(move |tx| {
        for days in 1..60 {
            let day = tx.today().minus_days(days);
            xianfeng::learning::study::open_day(tx, &calendar, top, day)?;
            xianfeng::learning::study::mark_day(tx, member, day)?;
        }
        Ok(())
    })
    .await;
    sleep(REMEMBERED).await;
    today(&li).await; // the session is known from now on
    assert_eq!(today(&wang).await["streak"]["days"], 0); // what is the same for both is in memory now
    let before = app.db().asked();
    let page = today(&li).await;
    let after = app.db().asked();
    assert_eq!(page["streak"]["days"], 59, "{}", page["streak"]);
    let (reads, statements) = (after.reads - before.reads, after.statements - before.statements);
    println!("a page of the day: {reads} hop, {statements} statements");
    assert!(reads == 1 && statements <= 6, "{reads} hops, {statements} statements");
}
