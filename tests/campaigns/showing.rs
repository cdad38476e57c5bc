//! From when on results are shown, and to whom: results, explanations and the public export follow one rule.

use serde_json::{Value, json};

use super::decision::{committee, counted, decided_by_committee, turned};
use super::{organiser, with};
use crate::support::{Person, TestApp};

/// Whether somebody sees totals: in the results, in an explanation, and in the export that needs no sign-in.
async fn shown(app: &TestApp, who: &Person<'_>, campaign: &str, entry: &str) -> (bool, bool, bool) {
    let results = who.get(&format!("{campaign}/results")).await.ok(200);
    let listed = results["results"].as_array().unwrap().len() > 1;
    assert_eq!(results["shown"], json!(listed));
    let totals = results["vote"]["totals"].as_array().unwrap().len() > 1;
    assert_eq!(totals, listed, "{results}");
    // participation and receipts are there from the count on
    assert_eq!((&results["vote"]["ballots_counted"], &results["vote"]["withheld"]), (&json!(12), &json!(false)));
    let receipts = who.get(&format!("{campaign}/receipts")).await.ok(200);
    assert_eq!(receipts["receipts"].as_array().unwrap().len(), 12);
    let answered = |reply: crate::support::Reply| match reply.status {
        200 => true,
        409 => {
            assert_eq!(reply.json()["code"], "campaigns.not_shown");
            false
        }
        status => panic!("{status}: {}", reply.text()),
    };
    let explained = answered(who.get(&format!("/entries/{entry}/explanation")).await);
    (listed, explained, answered(app.get(&format!("/exports{campaign}")).await))
}

async fn seen_at_each_step(when: Value) -> Vec<(bool, bool, bool)> {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let member = app.member("某甲").sign_in().await;
    let mut body = decided_by_committee(&app, &[]);
    match when {
        Value::Null => drop(body["terms"].as_object_mut().unwrap().remove("results_shown")),
        when => body = with(body, &[("/terms/results_shown", when)]),
    }
    let (campaign, entries) = counted(&app, &organiser, body).await;
    let step = async || {
        let seen = shown(&app, &member, &campaign, &entries[0]).await;
        let (listed, explained, _) = shown(&app, &decider, &campaign, &entries[0]).await;
        assert!(listed && explained, "who decides sees what there is to decide upon");
        seen
    };
    let mut steps = vec![step().await];
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    steps.push(step().await);
    let decided = member.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(decided["decisions"].as_array().unwrap().len(), usize::from(steps[1].0));
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    steps.push(step().await);
    app.drain().await;
    steps
}

const ALL: (bool, bool, bool) = (true, true, true);
const NOTHING: (bool, bool, bool) = (false, false, false);

#[tokio::test]
async fn members_and_the_public_see_results_once_somebody_has_decided() {
    assert_eq!(seen_at_each_step(Value::Null).await, [NOTHING, ALL, ALL]);
}

#[tokio::test]
async fn an_enterprise_may_show_results_at_the_count_or_at_the_publication() {
    assert_eq!(seen_at_each_step(json!("count")).await, [ALL, ALL, ALL]);
    assert_eq!(seen_at_each_step(json!("publication")).await, [NOTHING, NOTHING, ALL]);
}

#[tokio::test]
async fn results_are_not_kept_from_those_who_may_object_to_them() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let mut body = decided_by_committee(&app, &[("/terms/results_shown", json!("publication"))]);
    let end = body["terms"]["timetable"].as_array().unwrap().last().unwrap()["closes_at"].clone();
    let objections = json!({ "stage": "objection", "opens_at": end, "closes_at": "2026-07-02T08:00:00+08:00" });
    body["terms"]["timetable"].as_array_mut().unwrap().push(objections);
    let refused = organiser.post("/campaigns", body).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/terms/results_shown");
}

#[tokio::test]
async fn a_committee_that_is_done_early_ends_its_stage_then() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[])).await;
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    let now = app.now().to_string();
    organiser.post(&format!("{campaign}/stage-closing"), json!({ "stage": "committee" })).await.ok(200);
    let committee = super::stage(&organiser, &campaign, "committee").await;
    assert_eq!((&committee["state"], &committee["closed_at"]), (&json!("closed"), &json!(now)));
    organiser
        .post(&format!("{campaign}/stage-closing"), json!({ "stage": "committee" }))
        .await
        .refused(410, "campaigns.over");
    let export: Value = app.get(&format!("/exports{campaign}")).await.ok(200);
    let told = export["stages"].as_array().unwrap().iter().find(|stage| stage["stage"] == "committee").unwrap();
    assert_eq!(told["closed_at"], now);
    app.drain().await;
}
