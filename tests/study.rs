//! Daily study: items, pushes, the feed, reading by the server's measure, streaks, hours and coverage.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::kernel::calendar::Calendar;
use xianfeng::learning::study::{self, Study};
use xianfeng::people::members;
use xianfeng::people::members::model::Absence;

use crate::support::{Person, TestApp, needs_postgres, send};

const TODAY: &str = "2026-07-01";
const YESTERDAY: &str = "2026-06-30";

pub async fn organiser(app: &TestApp) -> Person<'_> {
    app.member("组织").role(Role::Organiser, "JT").sign_in().await
}

fn item_body(title: &str, minimum_seconds: i32) -> Value {
    json!({
        "title": title, "summary": "一段话", "body": "# 全文", "source": "人民日报", "minimum_seconds": minimum_seconds,
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

async fn write_item(by: &Person<'_>, title: &str, minimum_seconds: i32) -> String {
    text(&by.post("/study/items", item_body(title, minimum_seconds)).await.ok(201)["id"])
}

/// Plans a push of a new item and publishes it if its time has come.
pub async fn push(app: &TestApp, by: &Person<'_>, title: &str, unit: &str, day: &str) -> (String, String) {
    let item = write_item(by, title, 30).await;
    let body = json!({ "item_id": item, "unit_id": app.unit(unit), "day": day });
    let push = text(&by.post("/study/pushes", body).await.ok(201)["id"]);
    app.tick().await;
    (item, push)
}

async fn titles(person: &Person<'_>, path: &str) -> Vec<String> {
    let page = person.get(path).await.ok(200);
    page["items"].as_array().unwrap().iter().map(|item| text(&item["title"])).collect()
}

async fn open(person: &Person<'_>, item: &str) -> Value {
    let reply = person.post(&format!("/study/items/{item}/readings"), json!({})).await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text());
    reply.json()
}

/// Opens, waits and finishes.
pub async fn read(app: &TestApp, person: &Person<'_>, item: &str) -> Value {
    let reading = text(&open(person, item).await["id"]);
    app.advance_seconds(30);
    finish(person, &reading).await.ok(200)
}

async fn finish(person: &Person<'_>, reading: &str) -> crate::support::Reply {
    person.post(&format!("/study/readings/{reading}/completion"), json!({})).await
}

async fn again<'a>(app: &'a TestApp, person: &Person<'_>) -> Person<'a> {
    app.sign_in_anew(person).await
}

// items

#[tokio::test]
async fn only_content_managers_write_items_and_members_see_what_was_pushed_to_them() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    li.post("/study/items", item_body("党章", 30)).await.refused(403, "access.denied");
    li.get("/study/items").await.refused(403, "access.denied");

    let written = organiser.post("/study/items", item_body("党章", 30)).await;
    let item = text(&written.ok(201)["id"]);
    assert_eq!(written.header("location"), Some(format!("/api/v1/study/items/{item}").as_str()));
    assert_eq!(auditor.get(&format!("/study/items/{item}")).await.ok(200)["body"], "# 全文");
    assert_eq!(titles(&auditor, "/study/items").await, ["党章"]);
    li.get(&format!("/study/items/{item}")).await.refused(404, "study.item_not_found");
    li.post(&format!("/study/items/{item}/readings"), json!({})).await.refused(404, "study.item_not_found");

    let plan = json!({ "item_id": item, "unit_id": app.unit("ZB1"), "day": TODAY });
    organiser.post("/study/pushes", plan).await.ok(201);
    li.get(&format!("/study/items/{item}")).await.refused(404, "study.item_not_found");
    app.tick().await;
    let seen = li.get(&format!("/study/items/{item}")).await;
    assert_eq!(seen.ok(200)["title"], "党章");
    let tag = seen.header("etag").unwrap();
    let known = li.request(Method::GET, &format!("/study/items/{item}")).header("if-none-match", tag);
    assert_eq!(send(known).await.status, 304);
}

#[tokio::test]
async fn an_item_stays_within_its_limits() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let with = |field: &str, value: Value| {
        let mut body = item_body("党章", 30);
        body[field] = value;
        body
    };
    let id = "01980000-0000-7000-8000-000000000000";
    for (field, value) in [
        ("title", json!("字".repeat(101))),
        ("summary", json!("字".repeat(301))),
        ("body", json!("字".repeat(50_001))),
        ("source", json!("字".repeat(201))),
        ("cover_url", json!("http://example.com/a.png")),
        ("minimum_seconds", json!(3601)),
        ("question_ids", json!(vec![id; 21])),
        ("colour", json!("red")),
    ] {
        organiser.post("/study/items", with(field, value)).await.refused(422, "body.invalid");
    }
    organiser.post("/study/items", with("body", json!("字".repeat(50_000)))).await.ok(201);
    let item =
        text(&organiser.post("/study/items", with("cover_url", json!("https://a.cn/a.png"))).await.ok(201)["id"]);

    let path = format!("/study/items/{item}");
    organiser.patch(&path, json!({ "minimum_seconds": -1 })).await.refused(422, "body.invalid");
    let changed = organiser.patch(&path, json!({ "title": "新标题" })).await.ok(200);
    assert_eq!((&changed["title"], &changed["cover_url"]), (&json!("新标题"), &json!("https://a.cn/a.png")));
    assert_eq!(organiser.patch(&path, json!({ "cover_url": null })).await.ok(200)["cover_url"], Value::Null);

    organiser.patch(&path, json!({ "retired": true })).await.ok(200);
    let plan = json!({ "item_id": item, "unit_id": app.unit("JT"), "day": TODAY });
    organiser.post("/study/pushes", plan).await.refused(409, "study.item_retired");
}

#[tokio::test]
async fn a_creation_that_is_sent_twice_happens_once() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let create = |key: &str, title: &str| {
        let request = organiser.request(Method::POST, "/study/items").header("idempotency-key", key);
        send(request.json(&item_body(title, 30)))
    };
    let (first, second) = (create("k1", "党章").await.ok(201), create("k1", "党章").await.ok(201));
    assert_eq!(first["id"], second["id"]);
    create("k1", "准则").await.refused(422, "idempotency.reused");
    create("two words", "准则").await.refused(400, "idempotency.bad_key");
    create(&"k".repeat(65), "准则").await.refused(400, "idempotency.bad_key");
    assert_ne!(create("k2", "党章").await.ok(201)["id"], first["id"]);

    let plan = json!({ "item_id": first["id"], "unit_id": app.unit("JT"), "day": TODAY });
    let plan = || send(organiser.request(Method::POST, "/study/pushes").header("idempotency-key", "p1").json(&plan));
    let (first, second) = (plan().await.ok(201), plan().await.ok(201));
    assert_eq!(first["id"], second["id"]);
}

// pushes

#[tokio::test]
async fn a_planner_plans_within_reach_one_push_a_day() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let item = write_item(&organiser, "党章", 30).await;
    let plan = |unit: &str, day: &str| json!({ "item_id": item, "unit_id": app.unit(unit), "day": day });

    li.post("/study/pushes", plan("XZ11", TODAY)).await.refused(403, "access.denied");
    secretary.post("/study/pushes", plan("ZB2", TODAY)).await.refused(403, "access.out_of_scope");
    secretary.post("/study/pushes", plan("XZ11", YESTERDAY)).await.refused(422, "body.invalid");
    secretary.post("/study/pushes", plan("XZ11", "2028-01-01")).await.refused(422, "body.invalid");
    let planned = secretary.post("/study/pushes", plan("ZB1", "2026-07-02")).await.ok(201);
    assert_eq!((&planned["state"], &planned["publish_at"]), (&json!("planned"), &json!("2026-07-02T07:50:00+08:00")));
    secretary.post("/study/pushes", plan("ZB1", "2026-07-02")).await.refused(409, "study.push_taken");
    secretary.post("/study/pushes", plan("XZ11", "2026-07-02")).await.ok(201);
    let mut nothing = plan("ZB1", "2026-07-03");
    nothing["item_id"] = json!("01980000-0000-7000-8000-000000000000");
    secretary.post("/study/pushes", nothing).await.refused(422, "body.invalid");
    let mut timed = plan("XZ12", "2026-07-02");
    timed["publish_time"] = json!("25:00");
    secretary.post("/study/pushes", timed.clone()).await.refused(422, "body.invalid");
    timed["publish_time"] = json!("18:05");
    let timed = secretary.post("/study/pushes", timed).await.ok(201);
    assert_eq!(timed["publish_at"], "2026-07-02T18:05:00+08:00");
    organiser.post("/study/pushes", plan("DW2", "2026-07-02")).await.ok(201);

    let listed = |by| async move { Person::get(by, "/study/pushes?day=2026-07-02").await.ok(200) };
    assert_eq!(listed(&secretary).await["items"].as_array().unwrap().len(), 3);
    assert_eq!(listed(&organiser).await["items"].as_array().unwrap().len(), 4);
    let path = format!("/study/pushes/{}", text(&planned["id"]));
    assert_eq!(secretary.get(&path).await.ok(200)["item_title"], "党章");
}

#[tokio::test]
async fn a_push_is_published_at_its_time_and_tells_the_unit_once() {
    let app = TestApp::start().await;
    app.set_clock("2026-06-30T23:59:59+08:00");
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let stranger = app.member("外人").home("XZ31").sign_in().await;
    let item = write_item(&organiser, "党章", 30).await;
    let plan = |day: &str| json!({ "item_id": item, "unit_id": app.unit("DW1"), "day": day });
    organiser.post("/study/pushes", plan(TODAY)).await.ok(201);
    app.drain().await;
    let today = li.get("/study/today").await.ok(200);
    assert_eq!(today, json!({ "day": YESTERDAY, "items": [], "next_publish_at": null }));

    app.set_clock("2026-07-01T00:00:00+08:00");
    organiser.post("/study/pushes", plan(YESTERDAY)).await.refused(422, "body.invalid");
    app.drain().await;
    let today = li.get("/study/today").await.ok(200);
    assert_eq!(today, json!({ "day": TODAY, "items": [], "next_publish_at": "2026-07-01T07:50:00+08:00" }));

    app.set_clock("2026-07-01T07:49:59+08:00");
    let (organiser, li, stranger) =
        (again(&app, &organiser).await, again(&app, &li).await, again(&app, &stranger).await);
    app.drain().await;
    assert!(titles(&li, "/study/feed").await.is_empty());

    app.set_clock("2026-07-01T07:50:00+08:00");
    app.drain().await;
    app.drain().await;
    assert_eq!(titles(&li, "/study/feed").await, ["党章"]);
    assert!(titles(&stranger, "/study/feed").await.is_empty());
    let today = li.get("/study/today").await.ok(200);
    assert_eq!((&today["items"][0]["state"], &today["next_publish_at"]), (&json!("new"), &Value::Null));
    assert_eq!(titles(&li, "/me/notices").await, ["今日学习：党章"]);
    assert!(titles(&stranger, "/me/notices").await.is_empty());
    let pushes = organiser.get("/study/pushes").await.ok(200);
    assert_eq!(pushes["items"][0]["published_at"], "2026-07-01T07:50:00+08:00");
}

#[tokio::test]
async fn what_became_due_in_an_outage_is_published_late_and_the_past_in_silence() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let (item, _) = push(&app, &organiser, "今天的", "JT", TODAY).await;
    push(&app, &organiser, "明天的", "JT", "2026-07-02").await;
    push(&app, &organiser, "后天的", "JT", "2026-07-03").await;
    read(&app, &li, &item).await;
    app.set_clock("2026-07-03T21:00:00+08:00");
    let li = again(&app, &li).await;
    app.drain().await;
    assert_eq!(titles(&li, "/study/feed").await, ["后天的", "明天的", "今天的"]);
    assert_eq!(titles(&li, "/me/notices").await, ["今日学习：后天的", "今日学习：今天的"]);
    // nobody could study on the second, so it breaks nothing
    let item = text(&li.get("/study/feed").await.ok(200)["items"][0]["item_id"]);
    assert_eq!(read(&app, &li, &item).await["streak"], 2);
}

#[tokio::test]
async fn a_push_on_the_half_hour_goes_out_some_minutes_later() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let item = write_item(&organiser, "党章", 30).await;
    let mut minutes = std::collections::BTreeSet::new();
    for day in 2..=13 {
        for (unit, said) in [("JT", "08:00"), ("DW1", "17:30"), ("DW2", "17:45")] {
            let day = format!("2026-07-{day:02}");
            let plan = json!({ "item_id": item, "unit_id": app.unit(unit), "day": day, "publish_time": said });
            let planned = text(&organiser.post("/study/pushes", plan).await.ok(201)["publish_at"]);
            let (hour, minute) = planned.strip_prefix(&format!("{day}T")).unwrap()[..5].split_once(':').unwrap();
            let late = minute.parse::<i64>().unwrap() - said[3..].parse::<i64>().unwrap();
            assert_eq!((hour, (1..=4).contains(&late)), (&said[..2], said != "17:45"), "{planned}");
            minutes.insert(late);
        }
    }
    assert!(minutes.len() > 3, "not all in one minute: {minutes:?}");
}

#[tokio::test]
async fn a_cancelled_push_never_appears_and_a_published_one_stays() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let (_, planned) = push(&app, &organiser, "撤回的", "JT", "2026-07-02").await;
    let (_, published) = push(&app, &organiser, "今天的", "JT", TODAY).await;
    let path = format!("/study/pushes/{planned}");
    secretary.delete(&path).await.refused(403, "access.out_of_scope");
    organiser.delete(&path).await.ok(204);
    organiser.delete(&path).await.ok(204);
    organiser.delete(&format!("/study/pushes/{published}")).await.refused(409, "study.already_published");
    let nobody = "/study/pushes/01980000-0000-7000-8000-000000000000";
    organiser.delete(nobody).await.refused(404, "study.push_not_found");

    // the day is free again
    push(&app, &organiser, "换上的", "JT", "2026-07-02").await;
    app.set_clock("2026-07-02T08:00:00+08:00");
    app.drain().await;
    let li = again(&app, &li).await;
    assert_eq!(titles(&li, "/study/feed").await, ["换上的", "今天的"]);
}

#[tokio::test]
async fn eight_publishers_publish_once() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let item = write_item(&organiser, "党章", 30).await;
    for unit in ["JT", "DW1", "ZB1", "XZ11"] {
        let plan = json!({ "item_id": item, "unit_id": app.unit(unit), "day": TODAY });
        organiser.post("/study/pushes", plan).await.ok(201);
    }
    let published = {
        let study = app.app.get::<Study>();
        join_all((0..8).map(|_| study.publish_due())).await
    };
    assert_eq!(published.into_iter().map(Result::unwrap).sum::<usize>(), 4);
    app.drain().await;
    assert_eq!(titles(&li, "/me/notices").await.len(), 4);
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn two_servers_publish_once_and_both_show_it() {
    needs_postgres();
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let other = app.sibling().await;
    let item = write_item(&organiser, "党章", 30).await;
    for day in 1..=9 {
        let plan = json!({ "item_id": item, "unit_id": app.unit("JT"), "day": format!("2026-07-0{day}") });
        organiser.post("/study/pushes", plan).await.ok(201);
    }
    app.set_clock("2026-07-09T08:00:00+08:00");
    let li = again(&app, &li).await;
    assert!(titles(&li, "/study/feed").await.is_empty());
    let (here, there) = tokio::join!(async { app.app.get::<Study>().publish_due().await }, async {
        other.app.get::<Study>().publish_due().await
    });
    assert_eq!(here.unwrap() + there.unwrap(), 9);
    tokio::join!(app.tick(), other.tick());
    app.drain().await;
    assert_eq!(titles(&li, "/study/feed").await.len(), 9);
    assert_eq!(titles(&li, "/me/notices").await, ["今日学习：党章"]);

    let li_there = again(&other, &li).await;
    assert_eq!(titles(&li_there, "/study/feed").await.len(), 9);

    // a change that another server made is heard of within a second or two
    let organiser = again(&other, &organiser).await;
    organiser.patch(&format!("/study/items/{item}"), json!({ "title": "新标题" })).await.ok(200);
    app.tick().await;
    assert_eq!(titles(&li, "/study/feed?limit=1").await, ["新标题"]);
}

// feed

#[tokio::test]
async fn the_feed_comes_in_pages_newest_first_however_long_it_is() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let item = write_item(&organiser, "党章", 30).await;
    // more than is kept in memory, from two units
    for (unit, days) in [("JT", 50), ("ZB1", 20)] {
        for n in 0..days {
            let day = TODAY.parse::<xianfeng::base::time::Day>().unwrap().plus_days(n);
            let plan = json!({ "item_id": item, "unit_id": app.unit(unit), "day": day });
            organiser.post("/study/pushes", plan).await.ok(201);
        }
    }
    app.set_clock("2026-09-01T08:00:00+08:00");
    app.drain().await;
    let li = again(&app, &li).await;
    for limit in [7, 20, 100] {
        let mut seen: Vec<(String, String)> = Vec::new();
        let mut path = format!("/study/feed?limit={limit}");
        loop {
            let page = li.get(&path).await.ok(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|it| (text(&it["day"]), text(&it["push_id"]))));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/study/feed?limit={limit}&cursor={cursor}");
        }
        assert_eq!(seen.len(), 70);
        assert!(seen.is_sorted_by(|a, b| a > b), "newest first, none twice");
    }
    li.get("/study/feed?limit=101").await.refused(400, "query.invalid");
    li.get("/study/feed?cursor=x").await.refused(400, "query.bad_cursor");
    assert_eq!(li.get("/study/feed?cursor=").await.ok(200), li.get("/study/feed").await.ok(200));
    li.get("/study/feed?page=2").await.refused(400, "query.invalid");
}

#[tokio::test]
async fn an_unchanged_feed_costs_no_bytes_and_shows_what_one_has_read() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let (item, _) = push(&app, &organiser, "党章", "JT", TODAY).await;
    let state = || async { text(&li.get("/study/feed").await.ok(200)["items"][0]["state"]) };
    let tag = li.get("/study/feed").await.header("etag").unwrap().to_owned();
    let known = || send(li.request(Method::GET, "/study/feed").header("if-none-match", &tag));
    assert_eq!((state().await.as_str(), known().await.status), ("new", 304));
    let reading = text(&open(&li, &item).await["id"]);
    assert_eq!((state().await.as_str(), known().await.status), ("reading", 200));
    app.advance_seconds(30);
    finish(&li, &reading).await.ok(200);
    assert_eq!(state().await, "finished");
    assert_eq!(li.get("/study/today").await.ok(200)["items"][0]["state"], "finished");

    organiser.patch(&format!("/study/items/{item}"), json!({ "title": "新标题" })).await.ok(200);
    assert_eq!(titles(&li, "/study/feed").await, ["新标题"]);
}

// readings

#[tokio::test]
async fn a_reading_counts_when_the_servers_clock_says_so() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let zhou = app.member("周二").sign_in().await;
    let (item, _) = push(&app, &organiser, "党章", "JT", TODAY).await;

    let opened = li.post(&format!("/study/items/{item}/readings"), json!({})).await;
    let reading = text(&opened.ok(201)["id"]);
    assert_eq!(opened.header("location"), Some(format!("/api/v1/study/readings/{reading}").as_str()));
    let expected = json!({
        "id": reading, "item_id": item, "day": TODAY, "state": "running", "seconds_needed": 30, "seconds_read": 0,
    });
    assert_eq!(opened.json(), expected);
    app.advance_seconds(10);
    let same = li.post(&format!("/study/items/{item}/readings"), json!({})).await.ok(200);
    assert_eq!((&same["id"], &same["seconds_read"]), (&json!(reading), &json!(10)));

    let early = finish(&li, &reading).await;
    assert!(text(&early.refused(409, "study.too_soon")["detail"]).contains("20 秒"));
    assert_eq!(early.header("retry-after"), Some("20"));
    finish(&zhou, &reading).await.refused(404, "study.reading_not_found");
    zhou.get(&format!("/study/readings/{reading}")).await.refused(404, "study.reading_not_found");

    app.advance_seconds(20);
    let first = finish(&li, &reading).await.ok(200);
    assert_eq!(first, json!({ "counted": true, "points": 1, "streak": 1 }));
    app.advance_seconds(100);
    assert_eq!(finish(&li, &reading).await.ok(200), first);
    let reopened = open(&li, &item).await;
    assert_eq!((&reopened["state"], &reopened["seconds_read"]), (&json!("finished"), &json!(30)));
}

#[tokio::test]
async fn an_item_earns_once_however_often_it_is_read() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let (item, _) = push(&app, &organiser, "党章", "JT", TODAY).await;
    assert_eq!(read(&app, &li, &item).await["points"], 1);
    app.set_clock("2026-07-02T08:00:00+08:00");
    let li = again(&app, &li).await;
    assert_eq!(read(&app, &li, &item).await, json!({ "counted": true, "points": 0, "streak": 2 }));
}

#[tokio::test]
async fn opening_another_item_pauses_the_first() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let (first, _) = push(&app, &organiser, "党章", "JT", TODAY).await;
    let (second, _) = push(&app, &organiser, "准则", "ZB1", TODAY).await;
    let reading = text(&open(&li, &first).await["id"]);
    app.advance_seconds(20);
    open(&li, &second).await;
    app.advance_seconds(60);
    let paused = li.get(&format!("/study/readings/{reading}")).await.ok(200);
    assert_eq!((&paused["state"], &paused["seconds_read"]), (&json!("paused"), &json!(20)));
    let detail = text(&finish(&li, &reading).await.refused(409, "study.too_soon")["detail"]);
    assert!(detail.contains("暂停") && detail.contains("10 秒"), "{detail}");
    assert_eq!(open(&li, &first).await["state"], "running");
    app.advance_seconds(10);
    finish(&li, &reading).await.ok(200);

    let hours = li.get("/me/study-hours").await.ok(200);
    // what is not finished gives no hours
    assert_eq!((&hours["seconds"], &hours["items_finished"]), (&json!(30), &json!(1)));
    assert_eq!(hours["days"], json!([{ "day": TODAY, "seconds": 30, "items_finished": 1 }]));
    let june = li.get("/me/study-hours?from=2026-06-01&until=2026-06-30").await.ok(200);
    assert_eq!((&june["seconds"], &june["days"]), (&json!(0), &json!([])));
    li.get("/me/study-hours?from=2026-07-02&until=2026-07-01").await.refused(400, "query.invalid");
    li.get("/me/study-hours?from=2025-06-01&until=2026-07-01").await.refused(400, "query.invalid");
}

#[tokio::test]
async fn of_sixteen_openings_at_once_one_runs() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let mut items = Vec::new();
    for unit in ["JT", "DW1", "ZB1", "XZ11"] {
        items.push(push(&app, &organiser, unit, unit, TODAY).await.0);
    }
    let openings = (0..16).map(|n| open(&li, &items[n % items.len()]));
    let opened = join_all(openings).await;
    let mut readings: Vec<String> = opened.iter().map(|reading| text(&reading["id"])).collect();
    readings.sort();
    readings.dedup();
    assert_eq!(readings.len(), 4);
    let mut running = 0;
    for reading in &readings {
        let state = li.get(&format!("/study/readings/{reading}")).await.ok(200)["state"].clone();
        running += i32::from(state == "running");
    }
    assert_eq!(running, 1);
}

#[tokio::test]
async fn sixteen_finishes_at_once_earn_once() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let (item, _) = push(&app, &organiser, "党章", "JT", TODAY).await;
    let reading = text(&open(&li, &item).await["id"]);
    app.advance_seconds(30);
    for reply in join_all((0..16).map(|_| finish(&li, &reading))).await {
        assert_eq!(reply.ok(200), json!({ "counted": true, "points": 1, "streak": 1 }));
    }
    let earned: i64 = app
        .db()
        .read({
            let id = li.id;
            move |conn| Ok(xianfeng::kernel::board::of_member(conn, id)?.iter().map(total).max().unwrap_or(0))
        })
        .await
        .unwrap();
    assert_eq!(earned, 1);
}

fn total(standing: &xianfeng::kernel::board::Standing) -> i64 {
    use xianfeng::base::time::Period;
    standing.score(Period::All, Period::All.start(TODAY.parse().unwrap()))
}

#[tokio::test]
async fn a_reading_belongs_to_the_day_of_its_opening_until_the_grace_ends() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (li, zhou) = (app.member("李一").sign_in().await, app.member("周二").sign_in().await);
    let (item, _) = push(&app, &organiser, "党章", "JT", TODAY).await;
    app.set_clock("2026-07-01T23:59:50+08:00");
    let (li, zhou) = (again(&app, &li).await, again(&app, &zhou).await);
    let (of_li, of_zhou) = (text(&open(&li, &item).await["id"]), text(&open(&zhou, &item).await["id"]));
    app.set_clock("2026-07-02T00:00:20+08:00");
    finish(&li, &of_li).await.ok(200);
    let streak = li.get("/me/streak").await.ok(200);
    let expected = json!({ "current": 1, "longest": 1, "today_done": false, "since": TODAY });
    assert_eq!(streak, expected);
    assert_eq!(li.get("/me/study-hours").await.ok(200)["days"][0]["day"], TODAY);

    app.set_clock("2026-07-02T06:00:00+08:00");
    let zhou = again(&app, &zhou).await;
    finish(&zhou, &of_zhou).await.refused(410, "study.reading_over");
    assert_eq!(zhou.get("/study/feed").await.ok(200)["items"][0]["state"], "new");
    let fresh = zhou.post(&format!("/study/items/{item}/readings"), json!({})).await.ok(201);
    assert_eq!(fresh["day"], "2026-07-02");
    // what was finished stays finished
    let li = again(&app, &li).await;
    finish(&li, &of_li).await.ok(200);
}

// streaks

#[tokio::test]
async fn a_missed_day_breaks_a_streak_but_leave_and_idle_days_do_not() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let mut items = Vec::new();
    for day in ["2026-07-01", "2026-07-02", "2026-07-04", "2026-07-05", "2026-07-06", "2026-07-07"] {
        items.push(push(&app, &organiser, day, "JT", day).await.0);
    }
    // another plant's push does not matter
    push(&app, &organiser, "二厂", "DW2", "2026-07-03").await;
    leave(&app, li.id, "2026-07-04", "2026-07-05").await;
    let (mut streaks, mut missed) = (Vec::new(), None);
    for (day, item) in [("01", Some(0)), ("02", Some(1)), ("03", None), ("04", None), ("05", None), ("06", Some(4))] {
        app.set_clock(&format!("2026-07-{day}T08:00:00+08:00"));
        app.drain().await;
        let li = again(&app, &li).await;
        if let Some(n) = item {
            read(&app, &li, &items[n]).await;
        }
        streaks.push(li.get("/me/streak").await.ok(200)["current"].as_i64().unwrap());
    }
    assert_eq!(streaks, [1, 2, 2, 2, 2, 3]);

    // the seventh is not done; it breaks the streak when its grace is over
    app.set_clock("2026-07-07T08:00:00+08:00");
    app.drain().await;
    for at in ["2026-07-07T23:59:59+08:00", "2026-07-08T05:59:59+08:00", "2026-07-08T06:00:00+08:00"] {
        app.set_clock(at);
        app.drain().await;
        missed = Some(again(&app, &li).await.get("/me/streak").await.ok(200));
        streaks.push(missed.as_ref().unwrap()["current"].as_i64().unwrap());
    }
    assert_eq!(streaks[6..], [3, 3, 0]);
    assert_eq!(missed.unwrap(), json!({ "current": 0, "longest": 3, "today_done": false, "since": null }));
}

pub async fn leave(app: &TestApp, member_id: MemberId, from: &str, to: &str) {
    let (from_on, to_on) = (from.parse().unwrap(), Some(to.parse().unwrap()));
    app.write(move |tx| {
        let absence = Absence { from_on, to_on, ..Absence::open(tx.fresh_id(), member_id, from_on) };
        Ok(members::store::insert_absence(tx.conn, &absence)?)
    })
    .await;
}

#[tokio::test]
async fn other_rooms_open_days_and_mark_them() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let (unit, id, calendar) = (app.unit("DW1"), li.id, app.app.get::<Calendar>());
    app.write(move |tx| {
        for _ in 0..2 {
            study::open_day(tx, &calendar, unit, tx.today())?;
            study::mark_day(tx, id, tx.today())?;
        }
        Ok(())
    })
    .await;
    let streak = li.get("/me/streak").await.ok(200);
    assert_eq!(streak, json!({ "current": 1, "longest": 1, "today_done": true, "since": TODAY }));
}

/// Who somebody is, across a restart.
fn known(person: &Person<'_>) -> (MemberId, String) {
    (person.id, person.employee_no.clone())
}

async fn streak(app: &TestApp, of: &(MemberId, String)) -> i64 {
    app.sign_in(of.0, &of.1).await.get("/me/streak").await.ok(200)["current"].as_i64().unwrap()
}

#[tokio::test]
async fn a_day_of_outage_breaks_no_streak_and_a_few_hours_of_it_excuse_nobody() {
    // down until when, and whether the first day broke the streak
    for (back, expected) in [("2026-07-02T21:00:00+08:00", 2), ("2026-07-02T15:00:00+08:00", 1)] {
        let app = TestApp::start().await;
        let organiser = organiser(&app).await;
        let li = app.member("李一").sign_in().await;
        let (item, _) = push(&app, &organiser, "一日", "JT", TODAY).await;
        push(&app, &organiser, "二日", "JT", "2026-07-02").await;
        let (third, _) = push(&app, &organiser, "三日", "JT", "2026-07-03").await;
        read(&app, &li, &item).await;
        let li = known(&li);
        drop(organiser);
        app.set_clock("2026-07-02T08:30:00+08:00");
        app.tick().await; // the second's is out
        let app = app.down_until(back).await;
        app.set_clock("2026-07-03T12:00:00+08:00");
        app.tick().await;
        let person = app.sign_in(li.0, &li.1).await;
        assert_eq!(read(&app, &person, &third).await["streak"], expected, "{back}");
    }
}

#[tokio::test]
async fn what_comes_out_after_eight_in_the_evening_breaks_no_streak() {
    for (time, expected) in [("20:00", 1), ("20:01", 2)] {
        let app = TestApp::start().await;
        let organiser = organiser(&app).await;
        let li = app.member("李一").sign_in().await;
        let (item, _) = push(&app, &organiser, "一日", "JT", TODAY).await;
        let (third, _) = push(&app, &organiser, "三日", "JT", "2026-07-03").await;
        // on the hour it would be moved by a minute
        let late = write_item(&organiser, "二日", 30).await;
        let plan = json!({ "item_id": late, "unit_id": app.unit("JT"), "day": "2026-07-02", "publish_time": "19:59" });
        organiser.post("/study/pushes", plan).await.ok(201);
        read(&app, &li, &item).await;
        app.set_clock(&format!("2026-07-02T{time}:00+08:00"));
        app.tick().await;
        app.set_clock("2026-07-03T12:00:00+08:00");
        app.tick().await;
        let li = again(&app, &li).await;
        assert_eq!(read(&app, &li, &third).await["streak"], expected, "{time}");
    }
}

#[tokio::test]
async fn what_was_open_is_decided_by_the_unit_of_that_day() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    // of the first plant, and of the second
    let (stayer, mover) = (app.member("李一").sign_in().await, app.member("王二").home("XZ31").sign_in().await);
    let (item, _) = push(&app, &organiser, "一日", "JT", TODAY).await;
    push(&app, &organiser, "一厂的", "DW1", "2026-07-02").await;
    let (last, _) = push(&app, &organiser, "三日", "JT", "2026-07-03").await;
    read(&app, &stayer, &item).await;
    read(&app, &mover, &item).await;
    let (stayer, mover) = (known(&stayer), known(&mover));
    for at in ["2026-07-02T08:00:00+08:00", "2026-07-03T08:00:00+08:00"] {
        app.set_clock(at);
        app.tick().await;
    }
    let admin = again(&app, &admin).await;
    admin.patch(&format!("/members/{}", mover.0), json!({ "unit_id": app.unit("XZ11") })).await.ok(200);
    admin.patch(&format!("/members/{}", stayer.0), json!({ "unit_id": app.unit("XZ31") })).await.ok(200);
    assert_eq!(streak(&app, &mover).await, 1, "nothing was out for him on the second");
    assert_eq!(streak(&app, &stayer).await, 0, "moving takes nothing back that was missed");
    let mover = app.sign_in(mover.0, &mover.1).await;
    assert_eq!(read(&app, &mover, &last).await["streak"], 2);
    let today = mover.get("/me/today").await.ok(200);
    assert_eq!(today["streak"]["days"], 2, "the first page says the same: {today}");
}

#[tokio::test]
async fn a_unit_that_moves_takes_no_days_along() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").home("XZ31").sign_in().await;
    let (item, _) = push(&app, &organiser, "一日", "JT", TODAY).await;
    push(&app, &organiser, "一厂的", "DW1", "2026-07-02").await;
    read(&app, &li, &item).await;
    let li = known(&li);
    app.set_clock("2026-07-02T08:00:00+08:00");
    app.tick().await;
    app.set_clock("2026-07-03T08:00:00+08:00");
    app.tick().await;
    let admin = again(&app, &admin).await;
    admin.patch(&format!("/units/{}", app.unit("ZB3")), json!({ "parent_id": app.unit("DW1") })).await.ok(200);
    assert_eq!(streak(&app, &li).await, 1);
}

#[tokio::test]
async fn leave_that_is_entered_afterwards_mends_a_streak_and_taken_back_breaks_it_again() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let (item, _) = push(&app, &organiser, "一日", "JT", TODAY).await;
    push(&app, &organiser, "二日", "JT", "2026-07-02").await;
    read(&app, &li, &item).await;
    let li = known(&li);
    for at in ["2026-07-02T08:00:00+08:00", "2026-07-04T08:00:00+08:00"] {
        app.set_clock(at);
        app.tick().await;
    }
    assert_eq!(streak(&app, &li).await, 0);
    let secretary = again(&app, &secretary).await;
    let path = format!("/members/{}/absences", li.0);
    let leave = json!({ "from_on": "2026-07-02", "to_on": "2026-07-02", "reason": "补登：外出开会" });
    let made = secretary.post(&path, leave).await.ok(201);
    assert_eq!(streak(&app, &li).await, 1);
    secretary.delete(&format!("{path}/{}", text(&made["id"]))).await.ok(204);
    assert_eq!(streak(&app, &li).await, 0);
}

#[tokio::test]
async fn who_was_not_in_the_enterprise_missed_nothing() {
    // the fourth is a Saturday
    let app = TestApp::start_with(&["--days-off=as_usual"]).await;
    let organiser = organiser(&app).await;
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let mut items = Vec::new();
    for day in [TODAY, "2026-07-02", "2026-07-03", "2026-07-04", "2026-07-05"] {
        items.push(push(&app, &organiser, day, "JT", day).await.0);
    }
    read(&app, &li, &items[0]).await;
    let (li, admin) = (known(&li), known(&admin));
    let status = async |at: &str, status: &str| {
        app.set_clock(at);
        app.tick().await;
        let admin = app.sign_in(admin.0, &admin.1).await;
        admin.patch(&format!("/members/{}", li.0), json!({ "status": status })).await.ok(200);
    };
    status("2026-07-02T09:00:00+08:00", "left").await;
    app.set_clock("2026-07-03T09:00:00+08:00");
    app.tick().await;
    status("2026-07-04T09:00:00+08:00", "active").await;
    assert_eq!(streak(&app, &li).await, 1);
    app.set_clock("2026-07-05T09:00:00+08:00");
    app.tick().await;
    assert_eq!(streak(&app, &li).await, 0, "on the fourth he was back and did nothing");
}

// coverage

#[tokio::test]
async fn coverage_of_a_push_counts_what_was_finished_after_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (early, late) = (app.member("早").sign_in().await, app.member("晚").sign_in().await);
    let (item, _) = push(&app, &organiser, "党章", "JT", TODAY).await;
    read(&app, &early, &item).await;
    app.set_clock("2026-07-03T08:00:00+08:00");
    let organiser = again(&app, &organiser).await;
    let plan = json!({ "item_id": item, "unit_id": app.unit("ZB1"), "day": "2026-07-03" });
    let second = text(&organiser.post("/study/pushes", plan).await.ok(201)["id"]);
    app.tick().await;
    let late = again(&app, &late).await;
    assert_eq!(read(&app, &late, &item).await["points"], 1);
    let coverage = organiser.get(&format!("/study/pushes/{second}/coverage")).await.ok(200);
    assert_eq!((&coverage["read"], &coverage["members"]), (&json!(1), &json!(3)), "{coverage}");
    let early = again(&app, &early).await;
    assert_eq!(read(&app, &early, &item).await["points"], 0, "an item that is pushed twice earns once");
}

#[tokio::test]
async fn what_was_read_after_the_day_was_final_is_late_also_when_the_day_was_closed_late() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (early, late) = (app.member("早").sign_in().await, app.member("晚").sign_in().await);
    let (item, push) = push(&app, &organiser, "党章", "JT", TODAY).await;
    read(&app, &early, &item).await;
    // whatever closes days stood still until the 3rd
    app.set_clock("2026-07-03T09:00:00+08:00");
    let late = again(&app, &late).await;
    read(&app, &late, &item).await;
    app.tick().await;
    app.tick().await;
    let organiser = again(&app, &organiser).await;
    let coverage = organiser.get(&format!("/study/pushes/{push}/coverage")).await.ok(200);
    assert!(coverage["frozen_at"].is_string(), "{coverage}");
    assert_eq!((&coverage["read"], &coverage["read_later"]), (&json!(1), &json!(1)), "{coverage}");
}

#[tokio::test]
async fn coverage_counts_and_says_why_not() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let leader = app.member("组长").home("XZ12").role(Role::GroupLeader, "XZ11").sign_in().await;
    let (item, push) = push(&app, &organiser, "党章", "JT", TODAY).await;
    let mut people = Vec::new();
    for name in ["读完", "在读", "看见", "没开", "休假"] {
        people.push(app.member(name).home("XZ11").sign_in().await);
    }
    app.member("二厂").home("XZ31").unregistered().await;
    read(&app, &people[0], &item).await;
    open(&people[1], &item).await;
    people[2].get("/study/feed").await.ok(200);
    leave(&app, people[4].id, "2026-06-20", "2026-07-10").await;

    let path = format!("/study/pushes/{push}/coverage");
    people[0].get(&path).await.refused(403, "access.denied");
    let of_group = leader.get(&path).await.ok(200);
    assert_eq!(of_group["unit_name"], "东一组");
    let numbers = |of: &Value| ["members", "reached", "read", "away"].map(|field| of[field].as_i64().unwrap());
    // the organiser is at home there too
    assert_eq!(numbers(&of_group), [5, 3, 1, 1]);
    assert_eq!(of_group["read_share"], 2000);
    let reason = |one: &Value| (text(&one["name"]), text(&one["reason"]));
    let reasons = |of: &Value| of["missing"]["items"].as_array().unwrap().iter().map(reason).collect::<Vec<_>>();
    let expected = [
        ("组织", "not_served"),
        ("在读", "opened_not_finished"),
        ("看见", "served_not_opened"),
        ("没开", "not_served"),
        ("休假", "away"),
    ];
    let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(reasons(&of_group), expected);

    let first = leader.get(&format!("{path}?limit=2")).await.ok(200);
    let cursor = text(&first["missing"]["next_cursor"]);
    let second = leader.get(&format!("{path}?limit=3&cursor={cursor}")).await.ok(200);
    assert_eq!([reasons(&first), reasons(&second)].concat(), expected);
    assert_eq!(second["missing"]["next_cursor"], Value::Null);

    leader.get(&format!("{path}?unit_id={}", app.unit("ZB1"))).await.refused(403, "access.out_of_scope");
    let whole = organiser.get(&path).await.ok(200);
    assert_eq!(numbers(&whole), [7, 3, 1, 1]);
    let children: Vec<_> = whole["children"].as_array().unwrap().iter().map(numbers).collect();
    assert_eq!(children, [[6, 3, 1, 1], [1, 0, 0, 0]]);
    let empty = organiser.get(&format!("{path}?unit_id={}", app.unit("XZ21"))).await.ok(200);
    assert_eq!((numbers(&empty), &empty["read_share"]), ([0, 0, 0, 0], &Value::Null));
}

#[tokio::test]
async fn coverage_is_of_a_published_push_and_its_audience() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let secretary = app.member("书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let (_, planned) = push(&app, &organiser, "明天的", "DW1", "2026-07-02").await;
    let (_, published) = push(&app, &organiser, "今天的", "DW1", TODAY).await;
    let path = |push: &str| format!("/study/pushes/{push}/coverage");
    organiser.get(&path(&planned)).await.refused(409, "study.not_published");
    auditor.get(&path(&published)).await.ok(200);
    secretary.get(&path(&published)).await.refused(403, "access.out_of_scope");
    let beyond = format!("{}?unit_id={}", path(&published), app.unit("JT"));
    organiser.get(&beyond).await.refused(404, "study.unit_not_found");
    organiser.get(&path("01980000-0000-7000-8000-000000000000")).await.refused(404, "study.push_not_found");
}

#[tokio::test]
async fn a_serving_is_written_once_and_off_the_requests_way() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let people = [app.member("李一").sign_in().await, app.member("周二").sign_in().await];
    let (_, push) = push(&app, &organiser, "党章", "JT", TODAY).await;
    for person in &people {
        for path in ["/study/feed", "/study/today", "/study/feed"] {
            person.get(path).await.ok(200);
        }
    }
    app.tick().await;
    app.tick().await;
    let coverage = organiser.get(&format!("/study/pushes/{push}/coverage")).await.ok(200);
    assert_eq!(coverage["reached"], 2);
    // on the next day a look at the feed no longer says that the push arrived on its day
    let late = app.member("吴三").sign_in().await;
    app.set_clock("2026-07-02T00:00:00+08:00");
    late.get("/study/feed").await.refused(401, "sessions.invalid_token");
    let (late, organiser) = (again(&app, &late).await, again(&app, &organiser).await);
    assert_eq!(titles(&late, "/study/feed").await, ["党章"]);
    let coverage = organiser.get(&format!("/study/pushes/{push}/coverage")).await.ok(200);
    assert_eq!(coverage["reached"], 2);
}

#[tokio::test]
async fn a_secretary_chooses_what_he_pushes_from_all_items() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let item = write_item(&organiser, "党章", 30).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let listed = secretary.get("/study/items").await.ok(200);
    assert_eq!(listed["items"][0]["id"], item.as_str());
    assert_eq!(secretary.get(&format!("/study/items/{item}")).await.ok(200)["title"], "党章");
    let push = json!({ "item_id": item, "unit_id": app.unit("ZB1"), "day": "2026-07-02" });
    secretary.post("/study/pushes", push).await.ok(201);
    li.get("/study/items").await.refused(403, "access.denied");
    li.get(&format!("/study/items/{item}")).await.refused(404, "study.item_not_found");
    secretary.patch(&format!("/study/items/{item}"), json!({ "title": "改" })).await.refused(403, "access.denied");
}

#[tokio::test]
async fn a_minimum_that_is_raised_while_one_reads_holds_from_the_next_reading_on() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (item, _) = push(&app, &organiser, "党章", "JT", TODAY).await;
    let path = format!("/study/items/{item}");
    let asks = async |seconds: i32| {
        organiser.patch(&path, json!({ "minimum_seconds": seconds })).await.ok(200);
    };
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    asks(3).await;
    let reading = open(&li, &item).await;
    assert_eq!(reading["seconds_needed"], 3);
    asks(3600).await;
    app.advance_seconds(4);
    let seen = li.get(&format!("/study/readings/{}", text(&reading["id"]))).await.ok(200);
    assert_eq!((&seen["seconds_needed"], open(&li, &item).await["seconds_needed"].clone()), (&json!(3), json!(3)));
    finish(&li, &text(&reading["id"])).await.ok(200);
    // who begins now is told so, and is let go once it asks for less
    let late = open(&wang, &item).await;
    assert_eq!(late["seconds_needed"], 3600);
    finish(&wang, &text(&late["id"])).await.refused(409, "study.too_soon");
    asks(2).await;
    app.advance_seconds(2);
    finish(&wang, &text(&late["id"])).await.ok(200);
}

// the questions of an item

#[tokio::test]
async fn the_questions_of_an_item_are_practised_by_those_to_whom_it_was_pushed() {
    let app = TestApp::start().await;
    let organiser = crate::quiz::organiser(&app).await;
    app.tick().await;
    // what is on the paper of the day is practised once it is submitted
    let paper = organiser.get("/quiz/daily/2026-07-01").await.ok(200)["question_ids"].clone();
    let listed = organiser.get("/questions?limit=100").await.ok(200);
    let ids = listed["items"].as_array().unwrap().iter().map(|question| question["id"].clone());
    let ids: Vec<Value> = ids.filter(|id| !paper.as_array().unwrap().contains(id)).collect();
    let mut body = item_body("党章", 30);
    body["question_ids"] = json!(ids[..3]);
    let item = text(&organiser.post("/study/items", body).await.ok(201)["id"]);
    let push = json!({ "item_id": item, "unit_id": app.unit("ZB1"), "day": TODAY });
    organiser.post("/study/pushes", push).await.ok(201);
    app.tick().await;
    let (li, other) = (app.member("李一").sign_in().await, app.member("南").home("XZ31").sign_in().await);
    let path = format!("/quiz/practice/questions?item_id={item}");
    let asked = |page: &Value| -> std::collections::BTreeSet<String> {
        page["items"].as_array().unwrap().iter().map(|question| text(&question["question_id"])).collect()
    };
    let of_item = ids[..3].iter().map(text).collect::<std::collections::BTreeSet<_>>();
    let page = li.get(&path).await.ok(200);
    assert_eq!(asked(&page), of_item);
    assert!(page["items"][0]["answer"].is_null(), "{page}");
    // page by page, and with the other filters
    let first = li.get(&format!("{path}&limit=2")).await.ok(200);
    let rest = li.get(&format!("{path}&limit=2&cursor={}", text(&first["next_cursor"]))).await.ok(200);
    assert_eq!((asked(&first).len(), asked(&rest).len()), (2, 1));
    assert_eq!(asked(&li.get(&format!("{path}&category=none")).await.ok(200)).len(), 0);
    let answer = json!({ "question_id": ids[0], "answer": ["B"] });
    assert!(li.post("/quiz/practice", answer).await.ok(200)["right"].is_boolean());
    other.get(&path).await.refused(404, "study.item_not_found");
    li.get(&format!("/quiz/practice/questions?item_id={}", uuid::Uuid::nil()))
        .await
        .refused(404, "study.item_not_found");
    // one that is out of use is asked no more, and cannot be linked again
    organiser.patch(&format!("/questions/{}", text(&ids[0])), json!({ "retired": true })).await.ok(200);
    assert_eq!(asked(&li.get(&path).await.ok(200)).len(), 2);
    for wrong in [ids[0].clone(), json!(uuid::Uuid::nil())] {
        let reply = organiser.patch(&format!("/study/items/{item}"), json!({ "question_ids": [ids[1], wrong] })).await;
        let error = &reply.refused(422, "body.invalid")["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/question_ids/1"), &json!("question")));
    }
    organiser.patch(&format!("/study/items/{item}"), json!({ "title": "改" })).await.ok(200);
}

async fn picture_of(who: &Person<'_>) -> String {
    text(&crate::files::upload(who, "图.jpg", crate::files::photograph()).await.ok(201)["id"])
}

#[tokio::test]
async fn pictures_of_an_item_are_uploaded_shown_in_the_feed_and_kept_from_those_to_whom_nothing_was_pushed() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let other = app.member("南").home("XZ31").sign_in().await;
    let (cover, inside) = (picture_of(&organiser).await, picture_of(&organiser).await);
    let body = json!({
        "title": "党章", "summary": "要点", "body": format!("见图 ![图](file:{inside})"), "source": "人民日报",
        "minimum_seconds": 30, "category": "理论", "cover_file_id": cover, "picture_ids": [inside],
    });
    let item = organiser.post("/study/items", body).await.ok(201);
    let path = format!("/study/items/{}", text(&item["id"]));
    assert_eq!((&item["cover_file_id"], &item["category"]), (&json!(cover), &json!("理论")));
    let stolen = json!({ "title": "二", "summary": "二", "body": "二", "source": "二", "minimum_seconds": 0, "picture_ids": [picture_of(&li).await] });
    organiser.post("/study/items", stolen).await.refused(422, "files.unknown");
    li.get(&format!("/files/{inside}")).await.refused(404, "files.not_found");
    let push =
        json!({ "item_id": item["id"], "unit_id": app.unit("ZB1"), "day": "2026-07-01", "publish_time": "08:10" });
    organiser.post("/study/pushes", push).await.ok(201);
    app.set_clock("2026-07-01T08:11:00+08:00");
    app.tick().await;
    let feed = li.get("/study/feed").await.ok(200);
    let seen = li.get(&path).await.ok(200);
    for address in [&feed["items"][0]["cover_url"], &seen["cover_url"], &seen["pictures"][0]["url"]] {
        let address = text(address);
        let opened = send(app.request(Method::GET, address.strip_prefix("/api/v1").unwrap())).await;
        assert_eq!(opened.status, 200, "{address}");
    }
    assert_eq!(li.get(&format!("/files/{inside}")).await.status, 200);
    other.get(&format!("/files/{inside}")).await.refused(404, "files.not_found");

    // half a day later the feed has another address, which opens
    app.set_clock("2026-07-02T05:00:00+08:00");
    let li = app.sign_in_anew(&li).await;
    let address = text(&li.get("/study/feed").await.ok(200)["items"][0]["cover_url"]);
    assert_ne!(address, text(&feed["items"][0]["cover_url"]));
    assert_eq!(send(app.request(Method::GET, address.strip_prefix("/api/v1").unwrap())).await.status, 200);

    // another address goes in its place; what is left out is taken off
    let organiser = app.sign_in_anew(&organiser).await;
    let changed = organiser.patch(&path, json!({ "cover_url": "https://a.cn/a.png", "picture_ids": [] })).await.ok(200);
    assert_eq!(
        (&changed["cover_url"], &changed["cover_file_id"], &changed["pictures"]),
        (&json!("https://a.cn/a.png"), &Value::Null, &json!([]))
    );
}

#[tokio::test]
async fn items_and_pushes_are_found_by_title_category_state_and_days() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let mut ids = Vec::new();
    for (title, category) in [("党章 100%", Some("理论")), ("安全条例", None), ("党史_一", Some("党史"))] {
        let body = json!({ "title": title, "summary": "要点", "body": "正文", "source": "人民日报", "minimum_seconds": 0, "category": category });
        ids.push(organiser.post("/study/items", body).await.ok(201)["id"].clone());
    }
    organiser.patch(&format!("/study/items/{}", text(&ids[1])), json!({ "retired": true })).await.ok(200);
    let titles = async |query: &str, of: &str| -> Vec<String> {
        let found = organiser.get(&format!("{of}?{query}")).await.ok(200);
        let key = if of.ends_with("items") { "title" } else { "item_title" };
        found["items"].as_array().unwrap().iter().map(|one| text(&one[key])).collect()
    };
    let items = "/study/items";
    assert_eq!(titles("q=党", items).await, ["党史_一", "党章 100%"]);
    // signs of a pattern are signs of the title
    assert_eq!(titles("q=%25", items).await, ["党章 100%"]);
    assert_eq!(titles("q=_", items).await, ["党史_一"]);
    assert_eq!(titles("category=理论", items).await, ["党章 100%"]);
    assert_eq!(titles("state=retired", items).await, ["安全条例"]);
    assert_eq!(titles("state=offered&q=党&category=党史", items).await, ["党史_一"]);
    organiser.get("/study/items?state=gone").await.refused(400, "query.invalid");

    for (item, day) in [(0, "2026-07-03"), (2, "2026-07-02"), (0, "2026-07-10")] {
        let push = json!({ "item_id": ids[item], "unit_id": app.unit("ZB1"), "day": day });
        let made = organiser.post("/study/pushes", push).await.ok(201);
        if day == "2026-07-03" {
            organiser.delete(&format!("/study/pushes/{}", text(&made["id"]))).await.ok(204);
        }
    }
    let pushes = "/study/pushes";
    let july = "from=2026-07-01&until=2026-07-31";
    assert_eq!(titles(july, pushes).await, ["党史_一", "党章 100%", "党章 100%"], "by their days");
    assert_eq!(titles(&format!("{july}&state=planned"), pushes).await, ["党史_一", "党章 100%"]);
    assert_eq!(titles(&format!("{july}&state=cancelled&q=章"), pushes).await, ["党章 100%"]);
    assert_eq!(titles(&format!("{july}&category=党史"), pushes).await, ["党史_一"]);
    assert_eq!(titles("day=2026-07-02", pushes).await, ["党史_一"]);
    assert!(titles("", pushes).await.is_empty(), "today, as ever");
    let first = organiser.get(&format!("{pushes}?{july}&limit=2")).await.ok(200);
    assert_eq!(titles(&format!("{july}&limit=2&cursor={}", text(&first["next_cursor"])), pushes).await, ["党章 100%"]);
    organiser.get(&format!("{pushes}?from=2026-07-02&until=2026-07-01")).await.refused(400, "query.invalid");
}
