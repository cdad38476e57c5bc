//! The working calendar: what is known of a year, who enters it, and what a day off is to papers, streaks, terms and
//! reminders.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{Scene, items, notices, submitted};
use crate::support::{Person, TestApp, on_postgres, send};

fn off(day: &str, name: &str) -> Value {
    json!({ "day": day, "name": name, "is_off": true })
}

async fn again<'a>(app: &'a TestApp, person: &Person<'_>, at: &str) -> Person<'a> {
    app.set_clock(at);
    app.tick().await;
    app.sign_in(person.id, &person.employee_no).await
}

#[tokio::test]
async fn a_year_is_published_or_provisional_until_somebody_enters_its_notice() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let below = app.member("分部").role(Role::Organiser, "DW1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let known = li.get("/calendars/2026").await.ok(200);
    assert_eq!((&known["state"], known["days"].as_array().unwrap().len()), (&json!("published"), 39));
    assert!(known["source"].as_str().unwrap().contains("content_7047091"), "{known}");
    assert!(known["days"].as_array().unwrap().contains(&off("2026-02-17", "春节")));
    let worked = json!({ "day": "2026-09-20", "name": "国庆节补班", "is_off": false });
    assert!(known["days"].as_array().unwrap().contains(&worked));
    let reply = li.get("/calendars/2027").await;
    let provisional = reply.ok(200);
    assert_eq!((&provisional["state"], &provisional["entered_by"]), (&json!("provisional"), &Value::Null));
    assert_eq!(provisional["days"][1], off("2027-02-05", "春节"));
    li.get("/calendars/1999").await.refused(404, "calendars.not_found");

    let notice = |days: Value| json!({ "source": "国务院办公厅通知", "days": days });
    let good = json!([off("2027-01-01", "元旦"), off("2026-12-31", "元旦"),
        { "day": "2027-01-03", "name": "元旦补班", "is_off": false }]);
    li.put("/calendars/2027", notice(good.clone())).await.refused(403, "access.denied");
    below.put("/calendars/2027", notice(good.clone())).await.refused(403, "access.out_of_scope");
    for (days, pointer) in [
        (json!([off("2027-01-01", "元旦"), off("2027-01-01", "元旦")]), "/days/1/day"),
        (json!([off("2026-11-30", "元旦")]), "/days/0/day"),
        (json!([off("2028-01-01", "元旦")]), "/days/0/day"),
        (json!([off("2027-01-01", " ")]), "/days/0/name"),
        (json!([off("2027-01-01", &"元".repeat(21))]), "/days/0/name"),
    ] {
        let refused = organiser.put("/calendars/2027", notice(days)).await.refused(422, "body.invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let tag = reply.header("etag").unwrap().to_owned();
    let entered =
        send(organiser.request(Method::PUT, "/calendars/2027").header("if-match", &tag).json(&notice(good.clone())))
            .await
            .ok(200);
    assert_eq!((&entered["state"], &entered["entered_by_name"]), (&json!("published"), &json!("组织部")));
    assert_eq!(entered["days"][0], off("2026-12-31", "元旦"), "in order, and the end of December may be among them");
    // the same again changes nothing, another one who has seen the state before is told
    assert_eq!(organiser.put("/calendars/2027", notice(good.clone())).await.ok(200), entered);
    let other =
        send(organiser.request(Method::PUT, "/calendars/2027").header("if-match", &tag).json(&notice(json!([]))));
    other.await.refused(409, "versions.outdated");
    let trail = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let lines = trail.get("/audit?action=calendar.enter").await.ok(200);
    assert_eq!(lines["items"].as_array().unwrap().len(), 1, "{lines}");
    if on_postgres() {
        let sibling = app.sibling().await;
        organiser.put("/calendars/2028", notice(json!([off("2028-01-04", "厂庆")]))).await.ok(200);
        sibling.tick().await;
        let request = sibling.request(Method::GET, "/calendars/2028").bearer_auth(li.token());
        assert_eq!(send(request).await.ok(200)["days"], json!([off("2028-01-04", "厂庆")]));
    }
    // what was entered is there after a restart
    let (li, database) = ((li.id, li.employee_no.clone()), app.clock.clone());
    let app = app.down_until(&database.now().plus_seconds(60).to_string()).await;
    let li = app.sign_in(li.0, &li.1).await;
    assert_eq!(li.get("/calendars/2027").await.ok(200)["days"], entered["days"]);
}

#[tokio::test]
async fn no_paper_is_drawn_on_a_day_off_unless_it_is_wanted() {
    let app = TestApp::start().await;
    let organiser = crate::quiz::organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let questions = organiser.get("/questions?limit=3").await.ok(200);
    let ids: Vec<&Value> = items(&questions).iter().map(|question| &question["id"]).collect();
    organiser.put("/quiz/daily/2026-07-05", json!({ "question_ids": ids })).await.ok(200);
    let li = again(&app, &li, "2026-07-04T07:52:00+08:00").await;
    let none = li.get("/quiz/daily").await.refused(404, "quiz.no_paper");
    assert!(none["detail"].as_str().unwrap().contains("周末"), "{none}");
    let today = li.get("/me/today").await.ok(200);
    assert_eq!(today["quiz"]["publishes_at"], "2026-07-06T07:50:00+08:00", "{today}");
    // what somebody sets comes out all the same
    let li = again(&app, &li, "2026-07-05T07:52:00+08:00").await;
    assert_eq!(li.get("/quiz/daily").await.ok(200)["questions"].as_array().unwrap().len(), 3);
    for (at, drawn) in [
        ("2026-07-06T07:52:00+08:00", true),
        ("2026-09-20T07:52:00+08:00", true), // a Sunday that is worked
        ("2026-10-01T07:52:00+08:00", false),
        ("2026-10-07T07:52:00+08:00", false),
        ("2026-10-08T07:52:00+08:00", true),
        ("2026-10-10T07:52:00+08:00", true), // a Saturday that is worked
    ] {
        let li = again(&app, &li, at).await;
        assert_eq!(li.get("/quiz/daily").await.status, if drawn { 200 } else { 404 }, "{at}");
    }
    let organiser = again(&app, &organiser, "2026-10-11T07:40:00+08:00").await;
    let wanted = json!({ "value": "as_usual", "reason": "倒班" });
    organiser.put("/settings/calendar.days_off", wanted).await.ok(200);
    let li = again(&app, &li, "2026-10-11T07:52:00+08:00").await;
    li.get("/quiz/daily").await.ok(200);
}

#[tokio::test]
async fn a_day_off_breaks_no_streak_whatever_becomes_of_the_calendar_later() {
    let app = TestApp::start().await;
    let organiser = crate::quiz::organiser(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let answer = async |who: &Person<'_>, day: &str| {
        let who = again(&app, who, &format!("{day}T09:00:00+08:00")).await;
        let paper = who.get("/quiz/daily").await.ok(200);
        who.put(&format!("/quiz/daily/{day}/submission"), crate::quiz::answers(&paper, 3)).await.ok(201);
    };
    let streak = async |who: &Person<'_>, at: &str| {
        let who = again(&app, who, at).await;
        who.get("/me/streak").await.ok(200)["current"].as_i64().unwrap()
    };
    for who in [&li, &wang] {
        answer(who, "2026-07-03").await;
    }
    let organiser = again(&app, &organiser, "2026-07-04T07:00:00+08:00").await;
    let (item, _) = crate::study::push(&app, &organiser, "党章", "JT", "2026-07-04").await;
    // one reads on the Saturday and one does not
    let at_leisure = again(&app, &wang, "2026-07-04T10:00:00+08:00").await;
    crate::study::read(&app, &at_leisure, &item).await;
    for who in [&li, &wang] {
        answer(who, "2026-07-06").await;
    }
    assert_eq!(
        (streak(&li, "2026-07-06T10:00:00+08:00").await, streak(&wang, "2026-07-06T10:01:00+08:00").await),
        (2, 3)
    );
    // the Saturday is worked, they say later
    let organiser = again(&app, &organiser, "2026-07-06T11:00:00+08:00").await;
    let days = json!([{ "day": "2026-07-04", "name": "补班", "is_off": false },
        { "day": "2026-07-11", "name": "补班", "is_off": false }]);
    organiser.put("/calendars/2026", json!({ "source": "厂办通知", "days": days })).await.ok(200);
    assert_eq!(streak(&li, "2026-07-06T12:00:00+08:00").await, 2);
    for day in ["2026-07-07", "2026-07-08", "2026-07-09", "2026-07-10"] {
        answer(&li, day).await;
    }
    // the next one is worked by then, and breaks the streak of who did nothing
    again(&app, &li, "2026-07-11T09:00:00+08:00").await.get("/quiz/daily").await.ok(200);
    assert_eq!(streak(&li, "2026-07-12T05:00:00+08:00").await, 6, "within the grace");
    assert_eq!(streak(&li, "2026-07-13T09:00:00+08:00").await, 0);
}

#[tokio::test]
async fn a_term_ends_on_a_working_day_and_nobody_is_reminded_on_a_day_off() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    // a Saturday in the holidays of the National Day, which end with Wednesday the seventh
    scene.assign(&id, &scene.worker, "2026-10-03").await;
    let told = async |at: &str| {
        let worker = again(&app, &scene.worker, at).await;
        app.drain().await;
        let told = notices(&worker).await;
        let count = |word: &str| told.iter().filter(|title| title.contains(word)).count();
        (count("到期"), count("超期"))
    };
    let is_overdue = async |at: &str| {
        let secretary = again(&app, &scene.secretary, at).await;
        items(&secretary.get("/ideas?due=overdue").await.ok(200)).len()
    };
    assert_eq!(told("2026-09-30T09:00:00+08:00").await, (0, 0), "three days before the eighth");
    assert_eq!(told("2026-10-05T09:00:00+08:00").await, (0, 0), "a day off");
    assert_eq!(told("2026-10-07T09:00:00+08:00").await, (0, 0));
    assert_eq!(is_overdue("2026-10-08T08:30:00+08:00").await, 0, "it is due on the first working day");
    assert_eq!(told("2026-10-08T09:00:00+08:00").await, (1, 0));
    assert_eq!(is_overdue("2026-10-09T07:30:00+08:00").await, 1);
    assert_eq!(told("2026-10-09T09:00:00+08:00").await, (1, 1));
    // a Sunday, then a week after the first: a Friday
    assert_eq!(told("2026-10-11T09:00:00+08:00").await, (1, 1));
    assert_eq!(told("2026-10-16T09:00:00+08:00").await, (1, 2));
    // an answer is due seven days later, or on the working day after that
    let author = again(&app, &scene.author, "2026-10-20T09:00:00+08:00").await;
    let said = author.post("/me/feedback", json!({ "text": "食堂排队长" })).await.ok(201);
    assert_eq!(said["due_on"], "2026-10-27");
    let author = again(&app, &scene.author, "2026-12-25T09:00:00+08:00").await;
    let said = author.post("/me/feedback", json!({ "text": "灯坏了" })).await.ok(201);
    assert_eq!(said["due_on"], "2027-01-04", "after New Year's Day, a Friday, and a weekend");
    app.drain().await;
}

#[tokio::test]
async fn whoever_plans_a_push_is_told_that_its_day_is_off() {
    let app = TestApp::start().await;
    let organiser = crate::study::organiser(&app).await;
    let (item, _) = crate::study::push(&app, &organiser, "党章", "JT", "2026-07-01").await;
    for (day, expected) in [
        ("2026-07-02", Value::Null),
        ("2026-07-04", json!("周末")),
        ("2026-10-02", json!("国庆节")),
        ("2026-10-10", Value::Null),
    ] {
        let plan = json!({ "item_id": item, "unit_id": app.unit("ZB1"), "day": day });
        assert_eq!(organiser.post("/study/pushes", plan).await.ok(201)["day_off"], expected, "{day}");
    }
    let burden =
        organiser.get(&format!("/units/{}/burden?from=2026-07-03&until=2026-07-06", app.unit("JT"))).await.ok(200);
    let papers: Vec<&Value> = burden["days"].as_array().unwrap().iter().map(|day| &day["quiz_minutes"]).collect();
    assert_eq!(papers, [3, 0, 0, 3], "no paper will be drawn on the weekend");
}
