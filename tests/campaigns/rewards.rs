//! Points for taking part: once for each vote, after the count, and saying nothing but that one took part.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{CLOSING, at, body, cast, organiser, voters, voting};
use crate::support::{Person, TestApp};

async fn entries_of(person: &Person<'_>) -> Vec<Value> {
    let entries = person.get("/me/points/entries").await.ok(200);
    entries["items"].as_array().unwrap().iter().filter(|entry| entry["rule"] == "ballot.cast").cloned().collect()
}

#[tokio::test]
async fn who_voted_has_a_point_after_the_count_and_a_voided_ballot_has_none() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let committee = app.member("党委").home("XZ31").role(Role::CommitteeMember, "JT").sign_in().await;
    // more than share a transaction
    let voters = voters(&app, 30).await;
    let mut body = body(&app);
    body["terms"]["ballot"]["counting_delay_minutes"] = json!(1);
    let (campaign, entries) = voting(&app, &organiser, body, 3).await;
    for (n, voter) in voters[..29].iter().enumerate() {
        cast(voter, &campaign, &[&entries[n % 3]]).await.ok(201);
    }
    at(&app, CLOSING).await;
    assert_eq!(entries_of(&voters[0]).await, Vec::<Value>::new(), "not before the count");
    let ask = json!({ "member_id": voters[28].id, "reason": "他人代投" });
    let voiding = organiser.post(&format!("{campaign}/voidings"), ask).await.ok(201);
    let approval = format!("/voidings/{}/approval", voiding["id"].as_str().unwrap());
    committee.post(&approval, json!({})).await.ok(200);
    at(&app, "2026-07-01T08:11:00+08:00").await;
    // again, and by another server
    app.tick().await;
    let id = campaign.rsplit('/').next().unwrap();
    let mut seen = Vec::new();
    for voter in &voters[..28] {
        let entries = entries_of(voter).await;
        assert_eq!(entries.len(), 1, "{entries:?}");
        let entry = &entries[0];
        assert_eq!((&entry["points"], &entry["source"]), (&json!(1), &json!({ "kind": "campaign", "id": id })));
        // all alike: neither when nor what
        seen.push((entry["day"].clone(), entry["reason"].clone(), entry["created_at"].clone()));
    }
    assert!(seen.iter().all(|(day, reason, _)| (day, reason) == (&seen[0].0, &seen[0].1)), "{seen:?}");
    for without in &voters[28..] {
        assert_eq!(entries_of(without).await, Vec::<Value>::new());
    }
    app.drain().await;
}

#[tokio::test]
async fn points_for_a_vote_change_no_day_that_is_final_however_late_they_are_given() {
    // given within the grace of the day of the count, and after it
    for (given, day) in [("2026-07-02T05:59:00+08:00", "2026-07-01"), ("2026-07-02T06:30:00+08:00", "2026-07-02")] {
        let app = TestApp::start().await;
        let organiser = organiser(&app).await;
        let voter = &voters(&app, 1).await[0];
        let (campaign, entries) = voting(&app, &organiser, body(&app), 1).await;
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
        app.set_clock(CLOSING);
        let campaigns = app.app.get::<xianfeng::judging::campaigns::Campaigns>();
        for _ in 0..3 {
            campaigns.move_due().await.unwrap();
        }
        assert_eq!(entries_of(voter).await, Vec::<Value>::new(), "counted, and nothing given yet");
        app.set_clock(given);
        app.tick().await;
        let voter = app.sign_in(voter.id, &voter.employee_no).await;
        let earned: Vec<Value> = entries_of(&voter).await.iter().map(|entry| entry["day"].clone()).collect();
        assert_eq!(earned, [day], "{given}");
        let closed = voter.get("/boards/enterprise/total?period=day&day=2026-07-01").await.ok(200);
        assert_eq!(closed["size"], i64::from(day == "2026-07-01"), "{closed}");
        app.drain().await;
    }
}

#[tokio::test]
async fn a_daily_vote_earns_once() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voter = &voters(&app, 1).await[0];
    let end = "2026-07-02T08:10:00+08:00";
    let mut body = body(&app);
    body["terms"]["ballot"] = json!({ "max": 1, "period": "daily" });
    body["terms"]["timetable"][2]["closes_at"] = json!(end);
    let (campaign, entries) = voting(&app, &organiser, body, 2).await;
    cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    app.set_clock("2026-07-02T08:00:00+08:00");
    let voter = app.sign_in_anew(voter).await;
    cast(&voter, &campaign, &[&entries[1]]).await.ok(201);
    at(&app, end).await;
    let found = entries_of(&voter).await;
    assert_eq!((found.len(), &found[0]["day"]), (1, &json!("2026-07-02")));
    app.drain().await;
}
