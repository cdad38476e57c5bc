//! What is due, who does it, and what a process asks of its database while nothing is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;
use xianfeng::base::capability::Role;
use xianfeng::base::time::Timestamp;
use xianfeng::db::schema::agenda as rows;
use xianfeng::db::{Db, DbError};
use xianfeng::kernel::agenda;
use xianfeng::on;

use crate::support::{TestApp, needs_postgres};
use crate::{campaigns, contests};

const KIND: &str = "test";

/// How long a process at rest is watched.
const WATCHED_SECONDS: u64 = 20;

async fn put(app: &TestApp, subject: u128, due_at: Timestamp) {
    app.write(move |tx| Ok(agenda::put(tx, KIND, Uuid::from_u128(subject), due_at)?)).await;
}

/// The instants that stand in the agenda for a kind.
async fn instants(db: &Db, kind: &'static str) -> Vec<Timestamp> {
    db.read(move |conn| {
        on!(conn, c => rows::table.filter(rows::kind.eq(kind)).order(rows::due_at).select(rows::due_at).load(c))
    })
    .await
    .unwrap()
}

/// Looks at the test's kind; how often its work was done.
async fn attend(db: &Db, next: Option<Timestamp>) -> u32 {
    let done = Arc::new(AtomicU32::new(0));
    let count = done.clone();
    let act = || async move {
        count.fetch_add(1, SeqCst);
        Ok(next)
    };
    agenda::attend(db, KIND, act).await.unwrap();
    done.load(SeqCst)
}

#[tokio::test]
async fn what_is_due_is_done_once_and_the_next_instant_is_kept() {
    let app = TestApp::start_empty().await;
    let (db, now) = (app.db(), app.now());
    put(&app, 1, now.plus_seconds(60)).await;
    put(&app, 1, now.plus_seconds(90)).await; // the earlier one stands
    put(&app, 2, now.plus_seconds(30)).await;
    assert_eq!(attend(db, None).await, 0, "nothing is due yet");
    app.advance_seconds(60);
    assert_eq!(attend(db, Some(now.plus_seconds(300))).await, 1, "both at once");
    assert_eq!(attend(db, None).await, 0);
    assert_eq!(instants(db, KIND).await, [now.plus_seconds(300)]);
    app.set_clock(&now.plus_seconds(300).to_string());
    assert_eq!(attend(db, None).await, 1);
    let again = app.now().plus_seconds(agenda::LOOKED_AT_LEAST_SECONDS);
    assert_eq!(instants(db, KIND).await, [again], "a look is taken also when nothing is planned");
}

#[tokio::test]
async fn what_fails_stays_due_and_what_comes_meanwhile_is_looked_at_again() {
    let app = TestApp::start_empty().await;
    let db = app.db();
    put(&app, 1, app.now()).await;
    let failing = agenda::attend(db, KIND, || async { Err(DbError::Overloaded) });
    assert!(failing.await.is_err());
    let writes_meanwhile = agenda::attend(db, KIND, || async {
        put(&app, 1, app.now()).await;
        Ok(None)
    });
    writes_meanwhile.await.unwrap();
    assert_eq!(attend(db, None).await, 1, "the same subject at the same instant is another occasion");
    assert_eq!(attend(db, None).await, 0);
}

#[tokio::test]
async fn a_clock_that_is_set_back_strands_nothing() {
    let app = TestApp::start_empty().await;
    let (db, now) = (app.db(), app.now());
    put(&app, 1, now).await;
    assert_eq!(attend(db, None).await, 1);
    put(&app, 1, now).await;
    let dying = agenda::attend(db, KIND, std::future::pending::<Result<Option<Timestamp>, DbError>>);
    assert!(tokio::time::timeout(Duration::from_millis(300), dying).await.is_err());
    app.set_clock("2026-06-30T08:00:00+08:00");
    let earlier = app.now();
    let due = db.read(move |conn| agenda::look(conn, earlier, earlier, &[])).await.unwrap();
    assert!(due.iter().any(|kind| kind == KIND), "the next look was planned a day ahead of this");
    assert_eq!(attend(db, Some(earlier.plus_seconds(60))).await, 1);
    // what is planned for a subject stays planned, however far ahead
    put(&app, 2, earlier.plus_seconds(90 * 24 * 3600)).await;
    app.advance_seconds(59);
    assert_eq!(attend(db, None).await, 0);
    app.advance_seconds(1);
    assert_eq!(attend(db, None).await, 1);
}

#[tokio::test]
async fn who_died_at_it_is_followed_by_another_after_a_moment() {
    let app = TestApp::start_empty().await;
    put(&app, 1, app.now()).await;
    let dying = tokio::time::timeout(
        Duration::from_millis(300),
        agenda::attend(app.db(), KIND, std::future::pending::<Result<Option<Timestamp>, DbError>>),
    );
    assert!(dying.await.is_err());
    assert_eq!(attend(app.db(), None).await, 0, "it is held");
    app.advance_seconds(11);
    assert_eq!(attend(app.db(), None).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn of_several_servers_one_does_what_is_due() {
    needs_postgres();
    let app = TestApp::start_empty().await;
    let other = app.sibling().await;
    for round in 0..20 {
        put(&app, round, app.now()).await;
        let (here, there) = tokio::join!(attend(app.db(), None), attend(other.db(), None));
        assert_eq!(here + there, 1, "round {round}");
    }
}

/// That something of the kind stands in the agenda for this instant.
#[track_caller]
fn assert_planned(instants: &[Timestamp], at: &str) {
    assert!(instants.contains(&at.parse().unwrap()), "{at} is not among {instants:?}");
}

#[tokio::test]
async fn rooms_write_down_what_becomes_due_with_the_step_that_causes_it() {
    let app = TestApp::start().await;
    let organiser = contests::organiser(&app).await;
    let item =
        json!({ "title": "学习", "summary": "一段话", "body": "全文", "source": "人民日报", "minimum_seconds": 30 });
    let item = organiser.post("/study/items", item).await.ok(201)["id"].clone();
    let push = json!({ "item_id": item, "unit_id": app.unit("JT"), "day": "2026-07-03", "publish_time": "09:10" });
    organiser.post("/study/pushes", push).await.ok(201);
    assert_planned(&instants(app.db(), "study pushes").await, "2026-07-03T09:10:00+08:00");

    contests::announced(&organiser, contests::body(&app)).await;
    assert_planned(&instants(app.db(), "contests").await, "2026-07-01T08:01:00+08:00");
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await; // opens
    app.tick().await; // and looks what is next: an attempt that begins now ends first
    assert_planned(&instants(app.db(), "contests").await, "2026-07-01T08:06:00+08:00");

    campaigns::announced(&organiser, campaigns::body(&app)).await;
    app.set_clock("2026-07-01T08:01:30+08:00");
    app.tick().await; // opens
    app.tick().await; // and looks what is next: the end of the entries
    assert_planned(&instants(app.db(), "campaigns").await, "2026-07-01T08:02:00+08:00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_happens_within_a_second() {
    let app = TestApp::start().await;
    let organiser = app.member("组织").role(Role::Organiser, "JT").sign_in().await;
    let item =
        json!({ "title": "学习", "summary": "一段话", "body": "全文", "source": "人民日报", "minimum_seconds": 30 });
    let item = organiser.post("/study/items", item).await.ok(201)["id"].clone();
    let jobs = app.app.start_jobs();
    let push = json!({
        "item_id": item, "unit_id": app.unit("JT"), "day": "2026-07-01", "publish_time": "08:05",
    });
    organiser.post("/study/pushes", push).await.ok(201);
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(organiser.get("/study/today").await.ok(200)["items"], json!([]));
    app.set_clock("2026-07-01T08:05:00+08:00");
    let began = Instant::now();
    while organiser.get("/study/today").await.ok(200)["items"].as_array().unwrap().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(5), "not published");
        sleep(Duration::from_millis(10)).await;
    }
    // a second, and what a busy machine takes to do it
    assert!(began.elapsed() < Duration::from_millis(1600), "after {:?}", began.elapsed());
    jobs.iter().for_each(|job| job.abort());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_rest_a_process_asks_its_database_a_few_times_a_second() {
    let app = TestApp::start().await;
    app.tick().await;
    let jobs = app.app.start_jobs();
    sleep(Duration::from_secs(3)).await; // what is done at every start
    let before = app.db().asked();
    sleep(Duration::from_secs(WATCHED_SECONDS)).await;
    let after = app.db().asked();
    jobs.iter().for_each(|job| job.abort());
    let per_second = |before: u64, after: u64| (after - before) as f64 / WATCHED_SECONDS as f64;
    let (reads, statements) = (per_second(before.reads, after.reads), per_second(before.statements, after.statements));
    println!("at rest: {reads:.2} reads and {statements:.2} statements a second");
    assert!(reads <= 4.0 && statements <= 4.0, "at rest: {reads} reads and {statements} statements a second");
}

#[tokio::test]
async fn a_stage_that_waits_for_the_count_has_nobody_look_each_second() {
    let app = TestApp::start().await;
    let organiser = campaigns::organiser(&app).await;
    let mut body = campaigns::decision::decided_by_committee(&app, &[]);
    body["terms"]["ballot"]["counting_delay_minutes"] = json!(30);
    let (campaign, _) = campaigns::decision::counted(&app, &organiser, body).await;
    // its time has come, and the count that it waits for comes in half an hour
    let committee = campaigns::stage(&organiser, &campaign, "committee").await;
    assert_eq!((&committee["state"], &committee["opens_at"]), (&json!("planned"), &json!(app.now())));
    let now = app.now();
    let planned = instants(app.db(), "campaigns").await;
    assert!(!planned.is_empty() && planned.iter().all(|at| *at > now), "{planned:?}");
    app.drain().await;
}
