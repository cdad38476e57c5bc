//! The least number of a ballot: nobody must choose more than is open to him, and no vote opens that nobody can cast.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{CLOSING, ENTRIES, JUDGING, announced, at, body, cast, entry, organiser, stage, with};
use crate::support::{Person, TestApp};

/// A vote in which two are to be chosen, with an entry of each of `units`; its path and the entries.
async fn vote(
    app: &TestApp,
    organiser: &Person<'_>,
    units: &[&str],
    changes: &[(&str, Value)],
) -> (String, Vec<String>) {
    let two = with(body(app), &[("/terms/ballot", json!({ "min": 2, "max": 2 }))]);
    let path = announced(organiser, with(two, changes)).await;
    at(app, ENTRIES).await;
    let mut entries = Vec::new();
    for unit in units {
        let writer = app.member("书记").home("XZ31").role(Role::Secretary, unit).sign_in().await;
        entries.push(entry(&writer, app, &path, unit, &format!("品牌{unit}")).await);
    }
    at(app, "2026-07-01T08:02:00+08:00").await;
    at(app, JUDGING).await;
    (path, entries)
}

#[tokio::test]
async fn of_one_entry_one_is_chosen() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let mut others = Vec::new();
    for n in 0..10 {
        others.push(app.member(&format!("第{n}")).sign_in().await);
    }
    let (path, entries) = vote(&app, &organiser, &["DW2"], &[]).await;
    assert_eq!(stage(&organiser, &path, "vote").await["state"], "open");
    cast(&li, &path, &[]).await.refused(422, "body.invalid");
    cast(&li, &path, &[&entries[0]]).await.ok(201);
    assert_eq!(cast(&li, &path, &[&entries[0]]).await.status, 200);
    for voter in &others {
        cast(voter, &path, &[&entries[0]]).await.ok(201);
    }
    at(&app, CLOSING).await;
    app.tick().await;
    let results = organiser.get(&format!("{path}/results")).await.ok(200);
    assert_eq!(results["vote"]["ballots_counted"], 11, "{}", results["vote"]);
}

#[tokio::test]
async fn the_branches_that_entered_choose_among_the_others() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (east, west) = (app.member("东").sign_in().await, app.member("西").home("XZ21").sign_in().await);
    let south = app.member("南").home("XZ31").sign_in().await;
    let (path, entries) = vote(&app, &organiser, &["ZB1", "ZB2"], &[]).await;
    let (one, two) = (&entries[0], &entries[1]);
    cast(&east, &path, &[one, two]).await.refused(422, "body.invalid");
    cast(&east, &path, &[one]).await.refused(422, "body.invalid");
    cast(&east, &path, &[two]).await.ok(201);
    cast(&west, &path, &[one]).await.ok(201);
    // who has both before him chooses both
    cast(&south, &path, &[one]).await.refused(422, "body.invalid");
    cast(&south, &path, &[one, two]).await.ok(201);
}

#[tokio::test]
async fn who_could_choose_his_own_alone_is_asked_for_nothing() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (east, south) = (app.member("东").sign_in().await, app.member("南").home("XZ31").sign_in().await);
    let (path, entries) = vote(&app, &organiser, &["ZB1"], &[]).await;
    let refused = cast(&east, &path, &[&entries[0]]).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["code"], "campaigns.own_entry");
    cast(&east, &path, &[]).await.refused(403, "campaigns.nothing_to_choose");
    assert_eq!(east.get(&path).await.ok(200)["voted"], Value::Null);
    assert_eq!(south.get(&path).await.ok(200)["voted"], false);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(east.get("/me/today").await.ok(200)["open"], json!([]));
    assert_eq!(south.get("/me/today").await.ok(200)["open"].as_array().unwrap().len(), 1);
    cast(&south, &path, &[&entries[0]]).await.ok(201);
}

#[tokio::test]
async fn where_one_may_vote_for_oneself_all_are_open() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东").sign_in().await;
    let itself = ("/terms/ballot", json!({ "min": 2, "max": 3, "self_voting": true }));
    let (path, entries) = vote(&app, &organiser, &["ZB1", "ZB2"], &[itself]).await;
    cast(&east, &path, &[&entries[0]]).await.refused(422, "body.invalid");
    cast(&east, &path, &[&entries[0], &entries[1]]).await.ok(201);
}

/// Titles of what lies on somebody's desk.
async fn desk(who: &Person<'_>) -> Vec<String> {
    let page = who.get("/me/desk").await.ok(200);
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

const UNOPENED: &str = "投票未能开始，没有选民可以选的申报：评选“十大优秀党建品牌”";

#[tokio::test]
async fn a_vote_without_anything_to_choose_does_not_open_and_the_organiser_hears_why() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (path, _) = vote(&app, &organiser, &[], &[]).await;
    assert_eq!(stage(&organiser, &path, "vote").await["state"], "planned");
    for _ in 0..2 {
        app.advance_seconds(31);
        app.drain().await;
    }
    assert_eq!(desk(&organiser).await, [UNOPENED]);
    let told = crate::ideas::notices(&organiser).await;
    assert_eq!(told.iter().filter(|title| title.starts_with("投票未能开始")).count(), 1, "{told:?}");
    // what is handed in late is voted on
    let writer = app.member("书记").home("XZ31").role(Role::Secretary, "ZB2").sign_in().await;
    let late = entry(&writer, &app, &path, "ZB2", "迟到的").await;
    app.advance_seconds(31);
    app.tick().await;
    assert_eq!(stage(&organiser, &path, "vote").await["state"], "open");
    assert!(desk(&organiser).await.is_empty());
    let li = app.member("李一").sign_in().await;
    cast(&li, &path, &[&late]).await.refused(403, "campaigns.not_on_roll");
}

#[tokio::test]
async fn a_vote_whose_voters_are_all_of_the_branch_that_entered_does_not_open() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    app.member("东").unregistered().await;
    let (path, _) = vote(&app, &organiser, &["ZB1"], &[("/unit_id", json!(app.unit("ZB1")))]).await;
    assert_eq!(stage(&organiser, &path, "vote").await["state"], "planned");
    assert_eq!(desk(&organiser).await, [UNOPENED]);
    // at its end it is over, without a ballot
    at(&app, CLOSING).await;
    app.tick().await;
    assert_eq!(stage(&organiser, &path, "vote").await["state"], "closed");
    assert!(desk(&organiser).await.is_empty());
}
