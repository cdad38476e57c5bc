//! What one process changes, the others hear of within a second.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;
use xianfeng::base::capability::Role;
use xianfeng::db::{Db, Refusal, Stop, Tx};
use xianfeng::kernel::changes::{self, Ear};

use crate::members::{administrator, import};
use crate::support::{TestApp, needs_postgres, send};

const TOPIC: &str = "test";

async fn announce(app: &TestApp, number: u128) {
    app.write(move |tx| Ok(changes::announce(tx, TOPIC, Uuid::from_u128(number))?)).await;
}

/// What an ear hears now, by number.
async fn listen(db: &Db, ear: &Ear) -> Vec<u128> {
    let (asked, now) = (ear.last_asked(), db.now());
    let heard = db.read(move |conn| changes::since(conn, asked)).await.unwrap();
    let heard = ear.hear(heard, now).into_iter().filter(|change| change.topic == TOPIC);
    heard.map(|change| change.subject::<Uuid>().unwrap().as_u128()).collect()
}

#[derive(Debug)]
struct No;

impl Refusal for No {}

#[tokio::test]
async fn each_change_is_heard_once_in_order_and_what_was_refused_never() {
    let app = TestApp::start_empty().await;
    let ear = Ear::new(app.now());
    app.advance_seconds(1);
    announce(&app, 1).await;
    announce(&app, 2).await;
    let refused = app.db().write(|tx: &mut Tx| -> Result<(), Stop<No>> {
        changes::announce(tx, TOPIC, Uuid::from_u128(9))?;
        Err(No.into())
    });
    assert!(refused.await.is_err());
    assert_eq!(listen(app.db(), &ear).await, [1, 2]);
    assert_eq!(listen(app.db(), &ear).await, Vec::<u128>::new(), "asked for again, since it is recent");
    app.advance_seconds(1);
    announce(&app, 3).await;
    assert_eq!(listen(app.db(), &ear).await, [3]);
    for _ in 0..40 {
        app.advance_seconds(1);
        assert_eq!(listen(app.db(), &ear).await, Vec::<u128>::new());
    }
}

#[tokio::test]
async fn changes_are_kept_for_an_hour_and_who_was_deaf_for_longer_knows_it() {
    let app = TestApp::start_empty().await;
    let (ear, late) = (Ear::new(app.now()), Ear::new(app.now()));
    app.advance_seconds(1);
    announce(&app, 1).await;
    app.advance_seconds(3500);
    app.tick().await;
    assert!(!ear.was_deaf(app.now()));
    assert_eq!(listen(app.db(), &ear).await, [1]);
    app.advance_seconds(200);
    app.tick().await;
    assert!(!ear.was_deaf(app.now()) && late.was_deaf(app.now()));
    assert_eq!(listen(app.db(), &late).await, Vec::<u128>::new(), "it is forgotten, so that the ear must start afresh");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_change_that_commits_after_a_later_one_is_heard() {
    needs_postgres();
    let app = TestApp::start_empty().await;
    let ear = Ear::new(app.now());
    app.advance_seconds(1);
    let (started, go_on) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel::<()>());
    let (begun, may_end) = (started.0, std::sync::Mutex::new(go_on.1));
    let db = app.db().clone();
    let slow = tokio::spawn(async move {
        let action = move |tx: &mut Tx| -> Result<(), Stop<xianfeng::db::Never>> {
            changes::announce(tx, TOPIC, Uuid::from_u128(1))?;
            begun.send(()).unwrap();
            may_end.lock().unwrap().recv().unwrap();
            Ok(())
        };
        db.write(action).await.unwrap();
    });
    tokio::task::spawn_blocking(move || started.1.recv().unwrap()).await.unwrap();
    app.advance_seconds(2);
    announce(&app, 2).await;
    assert_eq!(listen(app.db(), &ear).await, [2]);
    app.advance_seconds(2);
    assert_eq!(listen(app.db(), &ear).await, Vec::<u128>::new());
    go_on.0.send(()).unwrap();
    slow.await.unwrap();
    assert_eq!(listen(app.db(), &ear).await, [1], "four seconds old, and heard");
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_rule_written_on_one_server_holds_on_every_other_one_after_a_tick() {
    needs_postgres();
    let app = TestApp::start().await;
    let committee = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let sibling = app.sibling().await;
    let rule = json!({ "rule": "study.read", "name": "每日一学", "dimension": "learning", "points": 7 });
    committee.post("/points/rules", rule).await.ok(201);
    app.set_clock("2026-07-02T08:00:00+08:00"); // from tomorrow on
    let committee = app.sign_in(committee.id, &committee.employee_no).await;
    let there = async || {
        let rules = send(sibling.request(Method::GET, "/points/rules").bearer_auth(committee.token())).await.ok(200);
        let rules = rules["items"].as_array().unwrap().clone();
        rules.iter().find(|rule| rule["rule"] == "study.read").unwrap()["points"].clone()
    };
    assert_eq!(there().await, 1);
    sibling.tick().await;
    assert_eq!(there().await, 7);
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_server_that_was_silent_for_longer_than_changes_are_kept_starts_afresh() {
    needs_postgres();
    let app = TestApp::start().await;
    let sibling = app.sibling().await;
    let admin = administrator(&app).await;
    let new = json!({ "code": "ZB4", "name": "北支部", "kind": "党支部", "parent_id": app.unit("DW1") });
    admin.post("/units", new).await.ok(201);
    app.advance_seconds(3700);
    app.tick().await; // forgets the change
    assert!(sibling.directory().tree().by_code("ZB4").is_none());
    sibling.tick().await;
    assert!(sibling.directory().tree().by_code("ZB4").is_some());
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn another_process_hears_of_a_change() {
    needs_postgres();
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let li = app.member("李一").sign_in().await;
    let sibling = app.sibling().await;
    let there = |path: &str| send(sibling.request(Method::GET, path).bearer_auth(li.token()));
    there("/me").await.ok(200);
    let new = json!({ "code": "ZB4", "name": "北支部", "kind": "党支部", "parent_id": app.unit("DW1") });
    admin.post("/units", new).await.ok(201);
    let duty = json!({ "role": "organiser", "unit_id": app.unit("ZB4") });
    admin.post(&format!("/members/{}/roles", li.id), duty).await.ok(201);
    sibling.tick().await;
    let roster = format!("/units/{}/members", app.unit("ZB4"));
    there(&roster).await.ok(200);
    let version = sibling.directory().version();
    sibling.tick().await;
    assert_eq!(sibling.directory().version(), version, "a change is acted on once");
    admin.patch(&format!("/members/{}", li.id), json!({ "status": "left" })).await.ok(200);
    sibling.tick().await;
    there("/me").await.refused(401, "sessions.over");
    let file = "工号,姓名,所属党小组编码,政治面貌\nC1,甲,XZ11,党员\n";
    import(&admin, "/imports/members", file).await.ok(200);
    let count = sibling.directory().members_below(app.unit("JT")).len();
    sibling.tick().await;
    assert_eq!(sibling.directory().members_below(app.unit("JT")).len(), count + 1);
}
