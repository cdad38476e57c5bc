//! Campaigns that two people call off, and proposals that are taken back.

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::db::Conn;
use xianfeng::db::schema::{campaign_ballots, campaign_slips};
use xianfeng::on;

use super::{CLOSING, at, body, cast, organiser, stage, voters, voting};
use crate::support::{Person, TestApp};

async fn committee(app: &TestApp) -> Person<'_> {
    app.member("党委").home("XZ31").role(Role::CommitteeMember, "JT").sign_in().await
}

/// What is left of what the ballots say.
async fn sealed(app: &TestApp) -> Vec<Vec<u8>> {
    let load = |conn: &mut Conn| on!(conn, c => campaign_ballots::table.select(campaign_ballots::sealed).load(c));
    app.db().read(load).await.unwrap()
}

async fn slips(app: &TestApp) -> i64 {
    let count = |conn: &mut Conn| on!(conn, c => campaign_slips::table.count().get_result(c));
    app.db().read(count).await.unwrap()
}

#[tokio::test]
async fn an_open_campaign_is_called_off_by_two_people_and_nothing_of_it_is_counted() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let committee = committee(&app).await;
    let both = app.member("两职").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let voters = voters(&app, 12).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    for voter in &voters[..11] {
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    }
    let cancellation = format!("{campaign}/cancellation");
    let approval = format!("{cancellation}/approval");
    let reason = json!({ "reason": "有人组织拉票" });
    committee.post(&approval, json!({})).await.refused(404, "campaigns.cancellation_not_found");
    committee.post(&cancellation, reason.clone()).await.refused(403, "access.denied");
    both.post(&cancellation, json!({ "reason": "" })).await.refused(422, "body.invalid");
    both.post(&cancellation, reason.clone()).await.ok(201);
    both.post(&cancellation, reason.clone()).await.ok(201);
    organiser
        .post(&cancellation, json!({ "reason": "另一理由" }))
        .await
        .refused(409, "campaigns.cancellation_proposed");
    both.post(&approval, json!({})).await.refused(403, "campaigns.own_proposal");
    assert_eq!(voters[0].get(&campaign).await.ok(200)["cancellation"], Value::Null, "a proposal is not published");
    let proposed = organiser.get(&campaign).await.ok(200)["cancellation"].clone();
    assert_eq!((&proposed["reason"], &proposed["confirmer"]), (&json!("有人组织拉票"), &Value::Null));
    assert_eq!(proposed["proposer"], app.directory().name_of(both.id));
    cast(&voters[11], &campaign, &[&entries[0]]).await.ok(201);
    assert!(sealed(&app).await.iter().all(|sealed| !sealed.is_empty()));

    let confirmed = committee.post(&approval, json!({})).await.ok(200);
    assert_eq!(confirmed["confirmer"], app.directory().name_of(committee.id));
    committee.post(&approval, json!({})).await.ok(200);
    both.post(&approval, json!({})).await.refused(409, "campaigns.confirmed");
    both.delete(&cancellation).await.refused(409, "campaigns.confirmed");
    let now = app.now().to_string();
    cast(&voters[0], &campaign, &[&entries[0]]).await.refused(410, "campaigns.cancelled");
    cast(&voters[0], &campaign, &[&entries[1]]).await.refused(410, "campaigns.cancelled");
    app.drain().await;
    let told = voters[0].get("/me/notices").await.ok(200)["items"][0].clone();
    assert_eq!(told["title"], "评选终止：十大优秀党建品牌");
    assert_eq!(told["body"], "这次评选已经终止，不再计票。理由：有人组织拉票。");

    // nothing counts it, now or when its time is over, and no point is given
    app.tick().await;
    at(&app, CLOSING).await;
    app.tick().await;
    assert_eq!((sealed(&app).await, slips(&app).await), (vec![Vec::<u8>::new(); 12], 0));
    let seen = voters[0].get(&campaign).await.ok(200);
    assert_eq!((&seen["state"], &seen["cancellation"]["reason"]), (&json!("cancelled"), &json!("有人组织拉票")));
    assert_eq!(stage(&voters[0], &campaign, "vote").await["closed_at"], now);
    assert!(seen["cancellation"]["erased_at"].is_string());
    assert_eq!(voters[0].get("/campaigns").await.ok(200)["items"][0]["state"], "cancelled");
    let entry = voters[0].get(&format!("/entries/{}", entries[0])).await.ok(200);
    assert_eq!(entry["campaign_state"], "cancelled");
    let earned = voters[0].get("/me/points/entries").await.ok(200);
    assert!(earned["items"].as_array().unwrap().iter().all(|entry| entry["rule"] != "ballot.cast"), "{earned}");
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(
        (&results["state"], &results["vote"], &results["results"]),
        (&json!("cancelled"), &json!(null), &json!([]))
    );
    app.get(&format!("/exports{campaign}")).await.refused(410, "campaigns.cancelled");
    voters[0].get(&format!("{campaign}/receipts")).await.refused(410, "campaigns.cancelled");
    voters[0].get(&format!("/entries/{}/explanation", entries[0])).await.refused(410, "campaigns.cancelled");
    let later = json!({ "stage": "vote", "closes_at": "2026-07-01T08:14:00+08:00", "reason": "再开" });
    organiser.post(&format!("{campaign}/extensions"), later).await.refused(410, "campaigns.cancelled");
    committee.put(&format!("{campaign}/decision"), json!({})).await.refused(410, "campaigns.cancelled");
    both.post(&cancellation, reason).await.refused(410, "campaigns.cancelled");
    app.drain().await;
}

#[tokio::test]
async fn ballots_that_are_cast_while_a_campaign_is_called_off_are_erased_or_refused() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let committee = committee(&app).await;
    let voters = voters(&app, 16).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    organiser.post(&format!("{campaign}/cancellation"), json!({ "reason": "试点取消" })).await.ok(201);
    let approval = format!("{campaign}/cancellation/approval");
    let chosen = [&entries[0]];
    let casting = futures_util::future::join_all(voters.iter().map(|voter| cast(voter, &campaign, &chosen)));
    let (cast, approved) = tokio::join!(casting, committee.post(&approval, json!({})));
    approved.ok(200);
    for reply in cast {
        assert!(matches!(reply.status, 201 | 410), "{}", reply.text());
    }
    app.tick().await;
    assert!(sealed(&app).await.iter().all(Vec::is_empty));
    app.drain().await;
}

#[tokio::test]
async fn what_is_counted_is_not_called_off() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let committee = committee(&app).await;
    let voter = &voters(&app, 1).await[0];
    let (campaign, entries) = voting(&app, &organiser, body(&app), 1).await;
    cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    let cancellation = format!("{campaign}/cancellation");
    organiser.post(&cancellation, json!({ "reason": "来不及" })).await.ok(201);
    at(&app, CLOSING).await;
    committee.post(&format!("{cancellation}/approval"), json!({})).await.refused(410, "campaigns.counted_already");
    organiser.delete(&cancellation).await.ok(204);
    organiser.post(&cancellation, json!({ "reason": "来不及" })).await.refused(410, "campaigns.counted_already");
    app.drain().await;
}

#[tokio::test]
async fn who_proposed_something_takes_it_back_until_somebody_has_confirmed_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let other = app.member("另一人").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let committee = committee(&app).await;
    let voter = &voters(&app, 1).await[0];
    let mut terms = body(&app);
    terms["terms"]["ballot"]["counting_delay_minutes"] = json!(1);
    let (campaign, entries) = voting(&app, &organiser, terms, 1).await;
    cast(voter, &campaign, &[&entries[0]]).await.ok(201);

    let cancellation = format!("{campaign}/cancellation");
    organiser.post(&cancellation, json!({ "reason": "误会" })).await.ok(201);
    other.delete(&cancellation).await.refused(403, "campaigns.not_own_proposal");
    organiser.delete(&cancellation).await.ok(204);
    organiser.delete(&cancellation).await.refused(404, "campaigns.cancellation_not_found");
    committee
        .post(&format!("{cancellation}/approval"), json!({}))
        .await
        .refused(404, "campaigns.cancellation_not_found");

    let later = json!({ "stage": "vote", "closes_at": "2026-07-01T08:11:00+08:00", "reason": "网络故障" });
    let propose = async || {
        let proposed = organiser.post(&format!("{campaign}/extensions"), later.clone()).await.ok(201);
        format!("/extensions/{}", proposed["id"].as_str().unwrap())
    };
    let extension = propose().await;
    other.delete(&extension).await.refused(403, "campaigns.not_own_proposal");
    organiser.delete(&extension).await.ok(204);
    committee.post(&format!("{extension}/approval"), json!({})).await.refused(404, "campaigns.extension_not_found");
    let extension = propose().await;
    committee.post(&format!("{extension}/approval"), json!({})).await.ok(200);
    organiser.delete(&extension).await.refused(409, "campaigns.confirmed");
    app.drain().await;
    let told = voter.get("/me/notices").await.ok(200)["items"][0].clone();
    assert_eq!(told["body"], "投票延长至7月1日8时11分：网络故障。");

    at(&app, "2026-07-01T08:11:00+08:00").await;
    let ask = json!({ "member_id": voter.id, "reason": "他人代投" });
    let voiding = async || {
        let voiding = organiser.post(&format!("{campaign}/voidings"), ask.clone()).await.ok(201);
        format!("/voidings/{}", voiding["id"].as_str().unwrap())
    };
    let first = voiding().await;
    other.delete(&first).await.refused(403, "campaigns.not_own_proposal");
    organiser.delete(&first).await.ok(204);
    let second = voiding().await;
    committee.post(&format!("{second}/approval"), json!({})).await.ok(200);
    organiser.delete(&second).await.refused(409, "campaigns.confirmed");
    app.drain().await;
}
