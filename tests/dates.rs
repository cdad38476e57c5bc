//! The calendar of a member: everything that has a day, and the address under which the calendar of his phone reads it.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{Scene, items, text};
use crate::support::{Person, TestApp};
use crate::{campaigns, contests, study};

const SPAN: &str = "/me/calendar?from=2026-07-01&until=2026-07-31";

async fn entries(person: &Person<'_>, path: &str) -> Vec<Value> {
    let calendar = person.get(path).await.ok(200);
    assert_eq!(calendar["is_cut"], false);
    let what_units_owe = |entry: &Value| entry["link"].as_str().is_some_and(|link| link.contains("month-sheet"));
    calendar["entries"].as_array().unwrap().iter().filter(|entry| !what_units_owe(entry)).cloned().collect()
}

/// Kind and title of each.
async fn titles(person: &Person<'_>, path: &str) -> Vec<(String, String)> {
    entries(person, path).await.iter().map(|entry| (text(&entry["kind"]), text(&entry["title"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, title)| ((*kind).to_owned(), (*title).to_owned())).collect()
}

/// A meeting of `unit` in the afternoon of that day; its path.
async fn meeting(app: &TestApp, who: &Person<'_>, (kind, unit): (&str, &str), day: &str) -> String {
    let body = json!({
        "kind": kind, "unit_id": app.unit(unit), "held_on": day, "title": "七月例会", "place": "三楼会议室",
        "begins_time": "15:00", "ends_time": "16:30",
    });
    let meeting = who.post("/meetings", body).await.ok(201);
    format!("/meetings/{}", text(&meeting["id"]))
}

#[tokio::test]
async fn everything_that_has_a_day_is_on_one_calendar_and_on_nobody_elses() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let organiser = study::organiser(&app).await;
    let secretary = app.member("支书").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let li = app.member("李一").home("XZ31").sign_in().await;
    let elsewhere = app.member("别处").home("XZ11").sign_in().await;

    let (item, _) = study::push(&app, &organiser, "七一讲话", "JT", "2026-07-01").await;
    study::push(&app, &organiser, "明日学习", "JT", "2026-07-02").await;
    let theme_day = meeting(&app, &secretary, ("theme_day", "ZB3"), "2026-07-10").await;
    meeting(&app, &secretary, ("branch_committee", "ZB3"), "2026-07-11").await;
    let contest = json!({
        "title": "党章知识竞赛", "unit_id": app.unit("JT"),
        "opens_at": "2026-07-15T08:00:00+08:00", "closes_at": "2026-07-18T00:00:00+08:00",
        "paper": contests::body(&app)["paper"], "terms": contests::body(&app)["terms"],
    });
    let contest = contests::announced(&contests::organiser(&app).await, contest).await;
    let runner = campaigns::organiser(&app).await;
    let poll = campaigns::announced(&runner, campaigns::body(&app)).await;

    let seen = entries(&li, SPAN).await;
    let named: Vec<(String, String)> = seen.iter().map(|entry| (text(&entry["kind"]), text(&entry["title"]))).collect();
    let expected = [
        ("fixed_day", "七一 · 中国共产党成立纪念日"),
        ("push", "七一讲话"),
        ("stage", "十大优秀党建品牌 · 申报"),
        ("stage", "十大优秀党建品牌 · 宣传"),
        ("stage", "十大优秀党建品牌 · 投票"),
        ("meeting", "主题党日：七月例会"),
        ("contest", "党章知识竞赛"),
    ];
    assert_eq!(named, pairs(&expected), "neither the committee's meeting nor what is not pushed yet");
    assert_eq!(
        (&seen[0]["on"], &seen[0]["starts_at"], &seen[0]["link"]),
        (&json!("2026-07-01"), &Value::Null, &Value::Null)
    );
    assert_eq!(seen[1]["link"], format!("/study/items/{item}"));
    assert_eq!(seen[2]["link"], poll);
    let day = &seen[5];
    assert_eq!((&day["link"], &day["place"]), (&json!(theme_day), &json!("三楼会议室")));
    assert_eq!(day["starts_at"], "2026-07-10T15:00:00+08:00");
    assert_eq!(day["ends_at"], "2026-07-10T16:30:00+08:00");
    // what ends at midnight ends on the day before
    assert_eq!((&seen[6]["on"], &seen[6]["until"]), (&json!("2026-07-15"), &json!("2026-07-17")));
    assert_eq!(seen[6]["link"], contest);
    let of_secretary = titles(&secretary, SPAN).await;
    assert!(of_secretary.contains(&("meeting".to_owned(), "支委会：七月例会".to_owned())), "{of_secretary:?}");
    let of_organiser = titles(&organiser, SPAN).await;
    assert!(of_organiser.contains(&("push".to_owned(), "明日学习".to_owned())), "{of_organiser:?}");
    let of_others = titles(&elsewhere, SPAN).await;
    assert!(of_others.iter().all(|(_, title)| !title.starts_with("主题党日")), "{of_others:?}");
    assert!(of_others.iter().any(|(kind, _)| kind == "contest"), "the whole enterprise takes part");

    // what waits is there by the day on which it is due
    let idea = crate::ideas::submitted(&scene.author, "换滤网").await;
    scene.collect(&idea).await;
    scene.decide(&idea, "adopted").await;
    scene.assign(&idea, &scene.worker, "2026-07-20").await;
    let due = titles(&scene.worker, "/me/calendar?from=2026-07-20&until=2026-07-20").await;
    assert_eq!(due, pairs(&[("due", "实施金点子“换滤网”")]));
    assert_eq!(titles(&scene.worker, "/me/calendar?from=2026-07-21&until=2026-07-21").await, pairs(&[]));
    // what began before and goes on
    let middle = titles(&li, "/me/calendar?from=2026-07-16&until=2026-07-16").await;
    assert_eq!(middle, pairs(&[("contest", "党章知识竞赛")]));
    assert_eq!(titles(&li, "/me/calendar?from=2026-07-18&until=2026-07-18").await, pairs(&[]));
    // holidays are called by their names
    let october = titles(&li, "/me/calendar?from=2026-10-01&until=2026-10-01").await;
    assert_eq!(october, pairs(&[("fixed_day", "国庆节")]));
    assert_eq!(titles(&li, "/me/calendar?from=2026-10-10&until=2026-10-10").await[0].1, "国庆节补班");
}

#[tokio::test]
async fn a_quarter_is_looked_at_at_once_and_no_more() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let usual = li.get("/me/calendar").await.ok(200);
    assert_eq!((&usual["from"], &usual["until"]), (&json!("2026-07-01"), &json!("2026-07-31")));
    li.get("/me/calendar?from=2026-07-01&until=2026-09-30").await.ok(200);
    li.get("/me/calendar?from=2026-07-01&until=2026-10-01").await.refused(422, "dates.bad_span");
    li.get("/me/calendar?from=2026-07-02&until=2026-07-01").await.refused(422, "dates.bad_span");
    li.get("/me/calendar?from=1999-07-02&until=1999-07-03").await.refused(422, "dates.no_such_year");
}

/// Opens the address with nothing but what it says.
async fn read(address: &Value) -> (u16, String) {
    let reply = reqwest::get(address.as_str().unwrap()).await.unwrap();
    let status = reply.status().as_u16();
    if status == 200 {
        assert_eq!(reply.headers()["content-type"], "text/calendar; charset=utf-8");
        assert_eq!(reply.headers()["cache-control"], "private, max-age=900");
    }
    (status, reply.text().await.unwrap())
}

/// Its lines, with those that were folded put together again.
fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_calendar_outside_reads_an_address_until_it_is_taken_back() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let secretary = app.member("支书").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let li = app.member("李一").home("XZ31").sign_in().await;
    meeting(&app, &secretary, ("theme_day", "ZB3"), "2026-07-10").await;
    li.get("/me/calendar/feed").await.refused(404, "dates.feed_not_found");
    li.delete("/me/calendar/feed").await.refused(404, "dates.feed_not_found");

    let feed = li.put("/me/calendar/feed", json!({ "is_detailed": false })).await.ok(200);
    assert_eq!(li.get("/me/calendar/feed").await.ok(200), feed);
    let (status, calendar) = read(&feed["address"]).await;
    assert_eq!(status, 200);
    let lines = unfolded(&calendar);
    assert_eq!((lines[0].as_str(), lines[1].as_str()), ("BEGIN:VCALENDAR", "VERSION:2.0"));
    for line in [
        "SUMMARY:会议",
        "DTSTART:20260710T070000Z",
        "DTEND:20260710T083000Z",
        "SUMMARY:七一 · 中国共产党成立纪念日",
        "DTSTART;VALUE=DATE:20260701",
        "DTEND;VALUE=DATE:20260702",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line}: {calendar}");
    }
    for hidden in ["例会", "三楼", "LOCATION", "URL"] {
        assert!(!calendar.contains(hidden), "{hidden}: {calendar}");
    }
    assert_eq!(read(&feed["address"]).await.1, calendar, "nothing has changed");

    // by their names, under the same address
    let detailed = li.put("/me/calendar/feed", json!({ "is_detailed": true })).await.ok(200);
    assert_eq!((&detailed["address"], &detailed["is_detailed"]), (&feed["address"], &json!(true)));
    let calendar = unfolded(&read(&feed["address"]).await.1);
    assert!(calendar.iter().any(|line| line == "SUMMARY:主题党日：七月例会"), "{calendar:?}");
    assert!(calendar.iter().any(|line| line == "LOCATION:三楼会议室"), "{calendar:?}");
    assert!(
        calendar.iter().any(|line| line.starts_with("URL:http") && line.contains("/m/#/meetings/")),
        "{calendar:?}"
    );

    // what waits is a number
    for title in ["一", "二"] {
        let idea = crate::ideas::submitted(&scene.author, title).await;
        scene.collect(&idea).await;
        scene.decide(&idea, "adopted").await;
        scene.assign(&idea, &scene.worker, "2026-07-20").await;
    }
    let of_worker = scene.worker.put("/me/calendar/feed", json!({ "is_detailed": false })).await.ok(200);
    let (_, calendar) = read(&of_worker["address"]).await;
    assert!(unfolded(&calendar).iter().any(|line| line == "SUMMARY:2 项待办"), "{calendar}");

    // nobody comes to another one by guessing
    let address = text(&feed["address"]);
    let (start, token) = address.rsplit_once('/').unwrap();
    let last = if token.ends_with('0') { '1' } else { '0' };
    let forged = format!("{start}/{}{last}", &token[..token.len() - 1]);
    for guess in [forged, format!("{start}/{}", &token[..32]), format!("{start}/x"), format!("{start}/%E4%B8%80")] {
        let (status, answer) = read(&json!(guess)).await;
        assert_eq!(status, 404, "{guess}: {answer}");
        assert!(answer.contains("dates.feed_not_found"), "{answer}");
    }

    li.delete("/me/calendar/feed").await.ok(204);
    assert_eq!(read(&feed["address"]).await.0, 404, "it leads nowhere");
    let anew = li.put("/me/calendar/feed", json!({ "is_detailed": false })).await.ok(200);
    assert_ne!(anew["address"], feed["address"]);
    assert_eq!(read(&feed["address"]).await.0, 404, "and never again");
    assert_eq!(read(&anew["address"]).await.0, 200);
}

#[tokio::test]
async fn who_has_left_is_read_no_more_and_privileged_duties_never() {
    let app = TestApp::start().await;
    let administrator = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let second = app.member("二管").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").home("XZ31").sign_in().await;
    let feed = li.put("/me/calendar/feed", json!({ "is_detailed": true })).await.ok(200);
    let of_second = second.put("/me/calendar/feed", json!({ "is_detailed": true })).await.ok(200);

    // something lies with the administrators
    let duty = json!({ "role": "organiser", "unit_id": app.unit("JT"), "from_on": "2026-07-01" });
    let path = format!("/members/{}/roles", li.id);
    let asked = administrator.post(&path, duty).await;
    assert!(matches!(asked.status, 201 | 202), "{}", asked.text());
    let desk = second.get("/me/desk").await.ok(200);
    assert!(!items(&desk).is_empty(), "{desk}");
    let dues: Vec<Value> = entries(&second, SPAN).await.into_iter().filter(|entry| entry["kind"] == "due").collect();
    let (_, calendar) = read(&of_second["address"]).await;
    assert!(!calendar.contains("organiser") && !calendar.contains("李一"), "{calendar}");
    for due in dues {
        assert!(!calendar.contains(due["title"].as_str().unwrap()), "{calendar}");
    }

    assert_eq!(read(&feed["address"]).await.0, 200);
    let left = json!({ "status": "left" });
    administrator.patch(&format!("/members/{}", li.id), left).await.ok(200);
    assert_eq!(read(&feed["address"]).await.0, 404);
}
