//! Votes under accounts that others may hold: flagged until the count, which waits for two people or for a day.

use reqwest::Method;
use reqwest::header::USER_AGENT;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;

use super::{CLOSING, at, body, cast, organiser, voters, voting};
use crate::support::{Person, Reply, TestApp, send};

/// Opens an account with a code of `issuer`, which `approver` approves when it is a reset; the tokens.
async fn open(
    app: &TestApp,
    issuer: &Person<'_>,
    approver: Option<&Person<'_>>,
    (member, number): (MemberId, &str),
    (agent, device_key): (&str, Option<&Value>),
) -> Value {
    let body = json!({ "member_id": member, "replace": true });
    let issued = issuer.post("/invitations", body).await.ok(201)["items"][0].clone();
    if let Some(approver) = approver {
        let reset = issued["reset"]["id"].as_str().unwrap().to_owned();
        approver.post(&format!("/resets/{reset}/approval"), json!({})).await.ok(200);
    }
    let ask = json!({
        "employee_no": number, "invite_code": issued["invite_code"], "new_password": "muou-2026", "device_key": device_key,
    });
    let request = app.request(Method::POST, "/session/invitation").header(USER_AGENT, agent).json(&ask);
    send(request).await.ok(201)
}

async fn cast_as(app: &TestApp, session: &Value, campaign: &str, entry: &String) -> Reply {
    let token = session["access_token"].as_str().unwrap();
    let request = app.request(Method::POST, &format!("{campaign}/ballots")).bearer_auth(token);
    send(request.json(&json!({ "entries": [entry] }))).await
}

async fn sign_in_as(app: &TestApp, number: &str) -> Value {
    app.post("/session", json!({ "account": number, "password": "muou-2026" })).await.ok(201)
}

async fn is_counted(who: &Person<'_>, campaign: &str) -> bool {
    !who.get(&format!("{campaign}/results")).await.ok(200)["vote"].is_null()
}

#[tokio::test]
async fn ballots_of_accounts_opened_or_reset_since_the_announcement_are_flagged_until_two_people_looked() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let both = app.member("赵").role(Role::BranchCommittee, "ZB1").role(Role::CommitteeMember, "JT").sign_in().await;
    let committee = app.member("党委").home("XZ31").role(Role::CommitteeMember, "JT").sign_in().await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let newcomer = app.member("新人").unregistered().await;
    let voters = voters(&app, 3).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;

    let honest = cast(&voters[0], &campaign, &[&entries[0]]).await;
    honest.ok(201);
    // his password is set anew after he voted: that ballot was his
    cast(&voters[1], &campaign, &[&entries[0]]).await.ok(201);
    app.advance_seconds(10);
    open(&app, &secretary, Some(&both), (voters[1].id, &voters[1].employee_no), ("a", None)).await;
    let puppet = open(&app, &secretary, Some(&both), (voters[2].id, &voters[2].employee_no), ("b", None)).await;
    cast_as(&app, &puppet, &campaign, &entries[1]).await.ok(201);
    app.advance_seconds(10);
    let puppet = open(&app, &secretary, None, (newcomer.0, &newcomer.1), ("c", None)).await;
    cast_as(&app, &puppet, &campaign, &entries[1]).await.ok(201);
    let (flags, looks) = (format!("{campaign}/flags"), format!("{campaign}/flag-review"));
    organiser.get(&flags).await.refused(409, "campaigns.vote_runs");
    organiser.post(&looks, json!({})).await.refused(409, "campaigns.vote_runs");

    at(&app, CLOSING).await;
    assert!(!is_counted(&organiser, &campaign).await);
    let found = organiser.get(&flags).await.ok(200);
    let items = found["items"].as_array().unwrap();
    let kinds: Vec<(&Value, &Value)> = items.iter().map(|flag| (&flag["kind"], &flag["ballots"])).collect();
    assert_eq!(kinds, [(&json!("reset_account"), &json!(1)), (&json!("new_account"), &json!(1))]);
    let whose = organiser.get(&format!("{flags}/{}", items[0]["flag"].as_str().unwrap())).await.ok(200);
    assert_eq!(whose["items"][0]["member_id"], json!(voters[2].id));
    let review = organiser.get(&looks).await.ok(200);
    assert_eq!((&review["flags"], &review["counts_from"]), (&json!(2), &json!("2026-07-02T08:10:00+08:00")));

    auditor.post(&looks, json!({})).await.refused(403, "access.denied");
    secretary.post(&looks, json!({})).await.refused(403, "access.denied");
    both.post(&looks, json!({})).await.refused(403, "campaigns.flag_on_oneself");
    for _ in 0..2 {
        assert_eq!(organiser.post(&looks, json!({})).await.ok(200)["looks"].as_array().unwrap().len(), 1);
        app.tick().await;
        assert!(!is_counted(&organiser, &campaign).await, "one person is not two");
    }
    let looked = committee.post(&looks, json!({})).await.ok(200);
    assert_eq!((&looked["looks"][1]["name"], &looked["counts_from"]), (&json!("党委"), &json!(CLOSING)));
    app.tick().await;
    assert!(is_counted(&organiser, &campaign).await);
    assert_eq!(organiser.get(&flags).await.ok(200)["items"], json!([]), "seen between closing and count alone");
    let lines = auditor.get("/audit?action=campaigns.review_flags").await.ok(200);
    assert_eq!(lines["items"].as_array().unwrap().len(), 2);
    app.drain().await;
    let told = committee.get("/me/notices").await.ok(200);
    assert!(told["items"].to_string().contains("投票有提示需要查看"), "{told}");
}

#[tokio::test]
async fn ballots_of_several_accounts_opened_on_one_device_are_flagged_and_counted_after_a_day() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let mut people = Vec::new();
    for n in 0..7 {
        people.push(app.member(&format!("新人{n}")).unregistered().await);
    }
    let who = |n: usize| (people[n].0, people[n].1.as_str());
    // one browser, without any device key
    for n in 0..2 {
        open(&app, &secretary, None, who(n), ("one browser", None)).await;
    }
    // the third changes the browser and shows a key from before
    let known = sign_in_as(&app, &people[1].1).await["device_key"].clone();
    open(&app, &secretary, None, who(2), ("another browser", Some(&known))).await;
    // two on one device are not several, and a strange key alone says nothing
    open(&app, &secretary, None, who(3), ("a family's", None)).await;
    open(&app, &secretary, None, who(4), ("a family's", None)).await;
    open(&app, &secretary, None, who(5), ("his own", Some(&json!("made-up")))).await;
    open(&app, &secretary, None, who(6), ("her own", None)).await;
    app.advance_seconds(1);
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    for (_, number) in &people[1..] {
        let session = sign_in_as(&app, number).await;
        cast_as(&app, &session, &campaign, &entries[0]).await.ok(201);
    }
    at(&app, CLOSING).await;
    let found = organiser.get(&format!("{campaign}/flags")).await.ok(200);
    let flag = &found["items"][0];
    assert_eq!(
        (&flag["kind"], &flag["ballots"], &flag["accounts"], found["items"].as_array().unwrap().len()),
        (&json!("shared_device"), &json!(2), &json!(3), 1)
    );
    let whose = organiser.get(&format!("{campaign}/flags/{}", flag["flag"].as_str().unwrap())).await.ok(200);
    let whose: Vec<&Value> = whose["items"].as_array().unwrap().iter().map(|one| &one["member_id"]).collect();
    assert_eq!(whose, [&json!(people[1].0), &json!(people[2].0)]);

    at(&app, "2026-07-02T08:09:59+08:00").await;
    let organiser = app.sign_in_anew(&organiser).await;
    assert!(!is_counted(&organiser, &campaign).await);
    at(&app, "2026-07-02T08:10:00+08:00").await;
    assert!(is_counted(&organiser, &campaign).await);
    organiser.post(&format!("{campaign}/flag-review"), json!({})).await.refused(410, "campaigns.counted");
}

#[tokio::test]
async fn behind_one_address_thousands_may_open_accounts_without_a_flag() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let mut people = Vec::new();
    for n in 0..5 {
        people.push(app.member(&format!("新人{n}")).unregistered().await);
    }
    for (id, number) in &people {
        open(&app, &secretary, None, (*id, number), ("", None)).await;
    }
    app.advance_seconds(1);
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    for (_, number) in &people {
        let session = sign_in_as(&app, number).await;
        cast_as(&app, &session, &campaign, &entries[0]).await.ok(201);
    }
    at(&app, CLOSING).await;
    assert!(is_counted(&organiser, &campaign).await);
    organiser.post(&format!("{campaign}/flag-review"), json!({})).await.refused(409, "campaigns.nothing_flagged");
}

#[tokio::test]
async fn a_proposal_to_void_a_ballot_is_not_overtaken_by_two_looks() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let committee = app.member("党委").home("XZ31").role(Role::CommitteeMember, "JT").sign_in().await;
    let newcomer = app.member("新人").unregistered().await;
    let voters = voters(&app, 2).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    cast(&voters[0], &campaign, &[&entries[0]]).await.ok(201);
    let puppet = open(&app, &secretary, None, (newcomer.0, &newcomer.1), ("c", None)).await;
    cast_as(&app, &puppet, &campaign, &entries[1]).await.ok(201);
    at(&app, CLOSING).await;
    let flag = organiser.get(&format!("{campaign}/flags")).await.ok(200)["items"][0]["flag"].clone();
    let ask = json!({ "member_id": newcomer.0, "reason": "冒名投票", "flag": flag });
    let proposed = organiser.post(&format!("{campaign}/voidings"), ask).await.ok(201);
    let looks = format!("{campaign}/flag-review");
    let (one, other) = tokio::join!(organiser.post(&looks, json!({})), committee.post(&looks, json!({})));
    one.ok(200);
    other.ok(200);
    app.tick().await;
    assert!(!is_counted(&organiser, &campaign).await);
    let approval = format!("/voidings/{}/approval", proposed["id"].as_str().unwrap());
    committee.post(&approval, json!({})).await.ok(200);
    app.tick().await;
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!((&vote["ballots_cast"], &vote["ballots_counted"]), (&json!(2), &json!(1)));
}
