//! What is unusual about who voted when: seen by who runs or audits, once the vote is over, and without a choice.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{at, body, cast, organiser, voters, voting};
use crate::support::{Person, TestApp};

const END: &str = "2026-07-02T01:10:00+08:00";

/// A vote that is over, in which six of a unit voted within a minute and two others at night; not counted yet.
async fn suspicious<'a>(app: &'a TestApp, organiser: &Person<'a>) -> (String, Vec<Person<'a>>) {
    let mut body = body(app);
    body["terms"]["ballot"]["counting_delay_minutes"] = json!(2);
    body["terms"]["timetable"][2]["closes_at"] = json!(END);
    let voters = voters(app, 12).await;
    let (campaign, entries) = voting(app, organiser, body, 2).await;
    for voter in &voters[..6] {
        app.advance_seconds(9);
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    }
    app.set_clock("2026-07-02T00:59:00+08:00");
    for voter in &voters[6..8] {
        app.advance_seconds(120);
        cast(&app.sign_in_anew(voter).await, &campaign, &[&entries[1]]).await.ok(201);
    }
    (campaign, voters)
}

#[tokio::test]
async fn what_is_unusual_is_flagged_once_the_vote_is_over_and_a_voiding_may_name_it() {
    let app = TestApp::start_with(&["--watch-ballots=5", "--watch-times=1"]).await;
    let first = organiser(&app).await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let committee = app.member("党委").home("XZ31").role(Role::CommitteeMember, "JT").sign_in().await;
    let stranger = app.member("西组织").home("XZ21").role(Role::Organiser, "ZB2").sign_in().await;
    let (campaign, voters) = suspicious(&app, &first).await;
    let organiser = app.sign_in_anew(&first).await;
    let path = format!("{campaign}/flags");
    organiser.get(&path).await.refused(409, "campaigns.vote_runs");
    at(&app, END).await;
    app.sign_in_anew(&stranger).await.get(&path).await.refused(403, "access.out_of_scope");
    app.sign_in_anew(&voters[0]).await.get(&path).await.refused(403, "access.denied");

    let flags = app.sign_in_anew(&auditor).await.get(&path).await.ok(200);
    let items = flags["items"].as_array().unwrap();
    let kinds: Vec<(&Value, &Value)> = items.iter().map(|flag| (&flag["kind"], &flag["ballots"])).collect();
    assert_eq!(kinds, [(&json!("velocity"), &json!(6)), (&json!("unusual_hours"), &json!(2))]);
    let unit = json!(app.unit("XZ11"));
    assert!(items.iter().all(|flag| flag["unit_id"] == unit && flag["elsewhere"] == 0), "{flags}");
    let page = organiser.get(&format!("{path}?limit=1")).await.ok(200);
    let next = organiser.get(&format!("{path}?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await.ok(200);
    assert_eq!((&page["items"][0], &next["items"][0], &next["next_cursor"]), (&items[0], &items[1], &Value::Null));

    let night = items[1]["flag"].as_str().unwrap();
    let whose = organiser.get(&format!("{path}/{night}")).await.ok(200);
    let mut expected = [voters[6].id, voters[7].id];
    expected.sort();
    let found: Vec<&Value> = whose["items"].as_array().unwrap().iter().map(|one| &one["member_id"]).collect();
    assert_eq!(found, [&json!(expected[0]), &json!(expected[1])]);
    let fields: Vec<&String> = whose["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["cast_at", "day", "member_id", "name"], "never a choice, nor what leads to one");
    organiser.get(&format!("{path}/velocity-none")).await.refused(404, "campaigns.flag_not_found");

    // a flag deletes nothing; a proposal names one that is on the ballot
    let voidings = format!("{campaign}/voidings");
    let ask = |member: usize, flag: &str| json!({ "member_id": voters[member].id, "reason": "深夜代投", "flag": flag });
    let refused = organiser.post(&voidings, ask(0, night)).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["code"], "campaigns.not_flagged");
    let proposed = organiser.post(&voidings, ask(6, night)).await.ok(201);
    assert_eq!(proposed["flag"], night);
    let list = app.sign_in_anew(&auditor).await.get(&voidings).await.ok(200);
    assert_eq!(list["items"], json!([proposed]));
    let approval = format!("/voidings/{}/approval", proposed["id"].as_str().unwrap());
    app.sign_in_anew(&committee).await.post(&approval, json!({})).await.ok(200);
    at(&app, "2026-07-02T01:12:00+08:00").await;
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!((&vote["ballots_cast"], &vote["ballots_counted"]), (&json!(8), &json!(7)));
    assert_eq!(organiser.get(&path).await.ok(200)["items"], json!([]), "seen between closing and count alone");
    app.drain().await;
}
