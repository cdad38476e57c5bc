//! When the service was down, and what a clock that is wrong may not do.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::clock::Clock;
use xianfeng::base::id::MemberId;
use xianfeng::oversight::operator::{Command, Operator, Said, Via, Voice};
use xianfeng::people::members::{FirstAdministrator, Members};

use crate::quiz::{TODAY, answers, organiser};
use crate::support::{Database, Person, TestApp, needs_postgres};

/// Somebody who is not signed in across a restart.
type Known = (MemberId, String);

fn known(person: &Person<'_>) -> Known {
    (person.id, person.employee_no.clone())
}

async fn again<'a>(app: &'a TestApp, (id, number): &Known) -> Person<'a> {
    app.sign_in(*id, number).await
}

/// The clock shows another instant, and nobody says that this is right.
fn show(app: &TestApp, at: &str) {
    app.clock.set(at.parse().unwrap());
}

/// What the operator's command says.
async fn confirm_clock(app: &TestApp) -> Vec<String> {
    let (voice, mut ear) = Voice::new();
    app.app.get::<Operator>().run(Command::ConfirmClock, Vec::new(), Via::CommandLine, &voice).await.unwrap();
    drop(voice);
    let mut said = Vec::new();
    while let Some(heard) = ear.recv().await {
        if let Said::Line(line) = heard {
            said.push(line);
        }
    }
    said
}

#[tokio::test]
async fn a_grace_is_lengthened_by_the_time_the_service_was_down_within_it() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let body = answers(&li.get("/quiz/daily").await.ok(200), 5);
    wang.get("/quiz/daily").await.ok(200);
    let (li, wang) = (known(&li), known(&wang));
    app.set_clock("2026-07-01T23:00:00+08:00");
    // two hours of it lie within the grace, and so do three of the next one
    let app = app.down_until("2026-07-02T02:00:00+08:00").await;
    app.set_clock("2026-07-02T07:00:00+08:00");
    let app = app.down_until("2026-07-02T10:00:00+08:00").await;
    app.set_clock("2026-07-02T10:59:59+08:00");
    let result = again(&app, &li).await.put(TODAY, body.clone()).await.ok(201);
    assert_eq!((&result["late"], &result["points"]), (&json!(true), &json!(5)));
    app.set_clock("2026-07-02T11:00:00+08:00");
    again(&app, &wang).await.put(TODAY, body).await.refused(410, "quiz.day_over");
}

#[tokio::test]
async fn a_grace_is_lengthened_by_a_day_at_most() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let body = answers(&li.get("/quiz/daily").await.ok(200), 5);
    wang.get("/quiz/daily").await.ok(200);
    let (li, wang) = (known(&li), known(&wang));
    let app = app.down_until("2026-07-03T05:00:00+08:00").await;
    let late = again(&app, &li).await;
    let result = late.put(TODAY, body.clone()).await.ok(201);
    assert_eq!((&result["late"], &result["day"]), (&json!(true), &json!("2026-07-01")));
    app.set_clock("2026-07-03T06:00:00+08:00");
    again(&app, &wang).await.put(TODAY, body).await.refused(410, "quiz.day_over");
}

#[tokio::test]
async fn a_clock_that_moves_while_the_service_is_up_is_no_downtime() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let body = answers(&li.get("/quiz/daily").await.ok(200), 5);
    let li = known(&li);
    app.set_clock("2026-07-02T06:00:00+08:00");
    app.tick().await;
    again(&app, &li).await.put(TODAY, body).await.refused(410, "quiz.day_over");
}

#[tokio::test]
async fn a_server_whose_clock_lags_refuses_to_write_until_it_is_right_or_somebody_says_so() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let hide = |hidden: bool| json!({ "hidden_from_boards": hidden });
    app.set_clock("2026-07-01T08:10:00+08:00");
    app.tick().await;
    show(&app, "2026-07-01T08:05:00+08:00");
    app.tick().await;
    li.patch("/me", hide(true)).await.ok(200);

    show(&app, "2026-07-01T08:04:59+08:00");
    app.tick().await;
    let refused = li.patch("/me", hide(false)).await;
    refused.refused(503, "service.clock_doubted");
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(li.get("/me").await.ok(200)["hidden_from_boards"], true);
    app.tick().await;
    li.patch("/me", hide(false)).await.refused(503, "service.clock_doubted");
    // it is put right by itself
    app.set_clock("2026-07-01T08:06:00+08:00");
    app.tick().await;
    li.patch("/me", hide(false)).await.ok(200);

    show(&app, "2026-07-01T08:01:00+08:00");
    app.tick().await;
    li.patch("/me", hide(true)).await.refused(503, "service.clock_doubted");
    let said = confirm_clock(&app).await;
    assert!(said[0].contains("2026-07-01T08:01:00+08:00"), "{said:?}");
    li.patch("/me", hide(true)).await.ok(200);
    app.tick().await;
    li.patch("/me", hide(false)).await.ok(200);
}

#[tokio::test]
async fn what_a_clock_a_year_ahead_entered_hides_nobody_from_the_boards_of_today() {
    let app = TestApp::start().await;
    organiser(&app).await;
    app.tick().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    for who in [&li, &wang] {
        who.put(TODAY, answers(&who.get("/quiz/daily").await.ok(200), 3)).await.ok(201);
    }
    let (li, wang) = (known(&li), known(&wang));
    let admin = known(&app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await);
    app.set_clock("2027-07-01T09:00:00+08:00");
    app.tick().await;
    for who in [&li, &wang] {
        let who = again(&app, who).await;
        let paper = who.get("/quiz/daily").await.ok(200);
        who.put("/quiz/daily/2027-07-01/submission", answers(&paper, 2)).await.ok(201);
    }

    // set right again: nothing is written before a person has looked
    show(&app, "2026-07-02T08:00:00+08:00");
    app.tick().await;
    app.post("/session", json!({ "account": li.1, "password": crate::support::PASSWORD }))
        .await
        .refused(503, "service.clock_doubted");
    let said = confirm_clock(&app).await;
    assert!(
        said.iter().any(|line| line.contains("不一致 2")),
        "the operator hears whose boards were put right: {said:?}"
    );
    app.tick().await;
    let admin = again(&app, &admin).await;
    let report = admin.post("/boards/rebuild?dry_run=true", json!({})).await.ok(200);
    assert_eq!(report["differing"], 0, "{report}");

    let person = again(&app, &li).await;
    let points = |person: Value| ["day", "week", "month", "year", "all"].map(|period| person["total"][period].clone());
    let found = points(person.get("/me/points").await.ok(200));
    assert_eq!(found, [json!(0), json!(3), json!(3), json!(3), json!(5)]);
    let paper = person.get("/quiz/daily").await.ok(200);
    person.put("/quiz/daily/2026-07-02/submission", answers(&paper, 4)).await.ok(201);
    let found = points(person.get("/me/points").await.ok(200));
    assert_eq!(found, [json!(4), json!(7), json!(7), json!(7), json!(9)]);
    app.tick().await;
    let board = person.get("/boards/enterprise/total?period=week").await.ok(200);
    let lines: Vec<_> = board["items"].as_array().unwrap().iter().map(|line| line["score"].clone()).collect();
    assert_eq!(lines, [json!(7), json!(3)]);

    // and when that day comes, what was entered for it is there
    app.set_clock("2027-07-01T10:00:00+08:00");
    app.tick().await;
    let person = again(&app, &wang).await;
    assert_eq!(points(person.get("/me/points").await.ok(200))[4], json!(5));
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_server_whose_clock_leads_that_of_the_database_refuses_to_write_until_somebody_says_it_is_right() {
    needs_postgres();
    let app = TestApp::over(Database::fresh(), Clock::System).await;
    let first = FirstAdministrator {
        employee_no: "A1".into(),
        name: "管理员".into(),
        unit_code: "JT".into(),
        unit_name: "集团党委".into(),
    };
    let id = app.app.get::<Members>().create_first_administrator(first).await.unwrap();
    app.give_password(id).await;
    let session = app.sign_in(id, "A1").await.session;
    let database = app.stopped().await;

    let app = TestApp::over(database, Clock::Off(310_000_000)).await;
    let admin = app.with_session(id, "A1", session);
    admin.get("/me").await.ok(200);
    let hide = json!({ "hidden_from_boards": true });
    admin.patch("/me", hide.clone()).await.refused(503, "service.clock_doubted");
    confirm_clock(&app).await;
    admin.patch("/me", hide).await.ok(200);
    app.tick().await;
    admin.patch("/me", json!({ "hidden_from_boards": false })).await.ok(200);
}
