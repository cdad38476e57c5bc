//! Casting ballots: what counts, what is refused, and what concurrency makes of it.

use futures_util::future::join_all;
use serde_json::json;
use xianfeng::base::capability::Role;
use xianfeng::people::members::directory::UnitTree;
use xianfeng::people::members::store;

use super::{CLOSING, JUDGING, announced, at, body, cast, entry, organiser, voters, voting, with};
use crate::support::{TestApp, on_postgres};

#[tokio::test]
async fn a_ballot_keeps_the_rules_of_the_campaign() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let member = app.member("某甲").sign_in().await;
    let (campaign, entries) = {
        let campaign = announced(&organiser, body(&app)).await;
        at(&app, super::ENTRIES).await;
        let writer = app.member("书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
        let mut entries = vec![entry(&secretary, &app, &campaign, "ZB1", "自家").await];
        for n in 0..4 {
            entries.push(entry(&writer, &app, &campaign, "DW2", &format!("别家{n}")).await);
        }
        cast(&member, &campaign, &[&entries[1]]).await.refused(409, "campaigns.not_open");
        at(&app, "2026-07-01T08:02:00+08:00").await;
        at(&app, JUDGING).await;
        (campaign, entries)
    };
    let code = async |chosen: &[&String]| {
        let refused = cast(&member, &campaign, chosen).await.refused(422, "body.invalid");
        refused["errors"][0]["code"].as_str().unwrap().to_owned()
    };
    let e: Vec<&String> = entries.iter().collect();
    assert_eq!(code(&[]).await, "campaigns.wrong_number");
    assert_eq!(code(&[e[1], e[2], e[3], e[4]]).await, "campaigns.wrong_number");
    assert_eq!(code(&[e[1], e[1]]).await, "campaigns.chosen_twice");
    assert_eq!(code(&[e[1], e[0]]).await, "campaigns.own_entry");
    assert_eq!(code(&[&app.unit("JT").to_string()]).await, "campaigns.not_on_ballot");
    let stranger = app.member("后来").sign_in().await;
    cast(&stranger, &campaign, &[e[1]]).await.refused(403, "campaigns.not_on_roll");
    member.get(&format!("{campaign}/ballots/mine")).await.refused(404, "campaigns.no_ballot");

    let first = cast(&member, &campaign, &[e[1], e[2]]).await.ok(201);
    let receipt = first["receipt"].as_str().unwrap();
    assert!(receipt.len() == 12 && receipt.bytes().all(|c| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&c)));
    assert_eq!(first.as_object().unwrap().len(), 1, "the answer says nothing of the choice");
    assert_eq!(cast(&member, &campaign, &[e[2], e[1]]).await.ok(200), first, "in whatever order");
    cast(&member, &campaign, &[e[1]]).await.refused(409, "campaigns.already_voted");
    let mine = member.get(&format!("{campaign}/ballots/mine")).await.ok(200);
    assert_eq!(mine["items"][0]["receipt"], first["receipt"]);
    let counts = member.get(&format!("{campaign}/participation")).await.ok(200);
    assert_eq!((&counts["voters"], &counts["ballots"]), (&json!(1), &json!(1)));
    // before closing nobody reads a tally
    for person in [&member, &organiser] {
        person.get(&format!("{campaign}/receipts")).await.refused(409, "campaigns.not_counted");
        assert!(person.get(&format!("{campaign}/results")).await.ok(200)["vote"].is_null());
        person.get(&format!("/exports{campaign}")).await.refused(409, "campaigns.not_counted");
    }
    app.drain().await;
}

#[tokio::test]
async fn from_the_last_instant_on_the_vote_is_over() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 3).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 3).await;
    app.set_clock("2026-07-01T08:09:59+08:00");
    cast(&voters[0], &campaign, &[&entries[0]]).await.ok(201);
    // one second after closing, before the clock has moved anything, and after
    app.set_clock("2026-07-01T08:10:01+08:00");
    cast(&voters[1], &campaign, &[&entries[0]]).await.refused(410, "campaigns.over");
    cast(&voters[0], &campaign, &[&entries[0]]).await.refused(410, "campaigns.over");
    app.tick().await;
    cast(&voters[1], &campaign, &[&entries[0]]).await.refused(410, "campaigns.over");
    app.drain().await;
}

#[tokio::test]
async fn where_the_rules_allow_it_a_later_ballot_replaces_the_first() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 10).await;
    let rules = json!({ "max": 2, "replacing": true });
    let (campaign, entries) = voting(&app, &organiser, with(body(&app), &[("/terms/ballot", rules)]), 3).await;
    for voter in &voters {
        let first = cast(voter, &campaign, &[&entries[0]]).await.ok(201);
        assert_eq!(cast(voter, &campaign, &[&entries[1], &entries[2]]).await.ok(201), first, "the same receipt");
    }
    at(&app, CLOSING).await;
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    let votes: Vec<i64> =
        results["vote"]["totals"].as_array().unwrap().iter().map(|total| total["votes"].as_i64().unwrap()).collect();
    assert_eq!(votes, [0, 10, 10]);
    app.drain().await;
}

#[tokio::test]
async fn where_one_votes_every_day_a_day_is_a_ballot() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 5).await;
    let end = "2026-07-02T08:10:00+08:00";
    let mut body = body(&app);
    body["terms"]["ballot"] = json!({ "max": 1, "period": "daily" });
    body["terms"]["timetable"][2]["closes_at"] = json!(end);
    let (campaign, entries) = voting(&app, &organiser, body, 2).await;
    for voter in &voters {
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
        cast(voter, &campaign, &[&entries[1]]).await.refused(409, "campaigns.already_voted");
    }
    app.set_clock("2026-07-02T08:00:00+08:00");
    let organiser = app.sign_in_anew(&organiser).await;
    for voter in &voters {
        let voter = &app.sign_in_anew(voter).await;
        cast(voter, &campaign, &[&entries[1]]).await.ok(201);
        let mine = voter.get(&format!("{campaign}/ballots/mine")).await.ok(200);
        assert_ne!(mine["items"][0]["receipt"], mine["items"][1]["receipt"]);
    }
    at(&app, end).await;
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!((&vote["voters"], &vote["ballots_counted"]), (&json!(5), &json!(10)));
    app.drain().await;
}

#[tokio::test]
async fn a_unit_that_moves_during_the_vote_does_not_vote_for_the_branch_it_came_from() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let member = app.member("某甲").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, super::ENTRIES).await;
    let entries = [entry(&east, &app, &campaign, "ZB1", "东").await];
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    // the group goes to the other branch; the roll still says where it was at the opening
    let (group, branch) = (app.unit("XZ11"), app.unit("ZB2"));
    let mut units = app.db().read(store::list_units).await.unwrap();
    units.iter_mut().find(|unit| unit.id == group).unwrap().parent_id = Some(branch);
    app.directory().put_tree(UnitTree::new(units));
    let refused = cast(&member, &campaign, &[&entries[0]]).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["code"], "campaigns.own_entry");
}

#[tokio::test]
async fn a_day_of_voting_ends_at_midnight_of_the_enterprise() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voter = &voters(&app, 1).await[0];
    let mut body = body(&app);
    body["terms"]["ballot"] = json!({ "max": 1, "period": "daily" });
    body["terms"]["timetable"][2]["closes_at"] = json!("2026-07-05T08:10:00+08:00");
    let (campaign, entries) = voting(&app, &organiser, body, 2).await;
    // 15:59:59 and 16:00 UTC, which are one day anywhere else
    app.set_clock("2026-07-02T23:59:59.999999+08:00");
    let late = &app.sign_in_anew(voter).await;
    let first = cast(late, &campaign, &[&entries[0]]).await.ok(201);
    cast(late, &campaign, &[&entries[1]]).await.refused(409, "campaigns.already_voted");
    app.set_clock("2026-07-03T00:00:00+08:00");
    let second = cast(late, &campaign, &[&entries[1]]).await.ok(201);
    assert_ne!(first, second);
    app.set_clock("2026-07-03T23:59:59+08:00");
    let late = &app.sign_in_anew(voter).await;
    cast(late, &campaign, &[&entries[0]]).await.refused(409, "campaigns.already_voted");
    assert_eq!(cast(late, &campaign, &[&entries[1]]).await.ok(200), second);
}

#[tokio::test]
async fn participation_is_counted_once_for_all_who_ask_within_ten_seconds() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 6).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    let counts = async || organiser.get(&format!("{campaign}/participation")).await.ok(200);
    let before = counts().await;
    for voter in &voters {
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    }
    app.advance_seconds(9);
    assert_eq!(counts().await, before, "as it was counted nine seconds ago");
    app.advance_seconds(1);
    let after = counts().await;
    assert_eq!((&after["voters"], &after["ballots"], &before["voters"]), (&json!(6), &json!(6), &json!(0)));
    assert_eq!(after["as_of"], json!(app.now()));
    assert_eq!(
        after["others"],
        json!({ "electorate": 8, "voters": 6 }),
        "the other branches are too small to be shown"
    );
}

#[tokio::test]
async fn of_64_identical_ballots_one_is_cast_and_all_hear_the_same_receipt() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voter = app.member("某甲").sign_in().await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 3).await;
    // on PostgreSQL half of them through another server on the same database
    let sibling = if on_postgres() { Some(app.sibling().await) } else { None };
    let path = format!("{campaign}/ballots");
    let ballot = json!({ "entries": [entries[0], entries[2]] });
    let send = |n: usize| {
        let server = sibling.as_ref().filter(|_| n % 2 == 1).unwrap_or(&app);
        crate::support::send(server.request(reqwest::Method::POST, &path).bearer_auth(voter.token()).json(&ballot))
    };
    let replies = join_all((0..64).map(send)).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    for reply in &replies {
        assert!(matches!(reply.status, 200 | 201), "{}", reply.text());
        assert_eq!(reply.json()["receipt"], replies[0].json()["receipt"]);
    }
    assert_eq!(organiser.get(&format!("{campaign}/participation")).await.ok(200)["ballots"], 1);
}

#[tokio::test]
async fn of_64_different_ballots_of_one_member_one_is_cast() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voter = app.member("某甲").sign_in().await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 12).await;
    let ballots: Vec<Vec<&String>> = (0..64)
        .map(|n| {
            let mut chosen = vec![&entries[n % 8]];
            chosen.extend((n >= 8).then(|| &entries[8 + n / 16]));
            chosen
        })
        .collect();
    let replies = join_all(ballots.iter().map(|chosen| cast(&voter, &campaign, chosen))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    for reply in replies.iter().filter(|reply| !matches!(reply.status, 200 | 201)) {
        reply.refused(409, "campaigns.already_voted");
    }
    assert_eq!(organiser.get(&format!("{campaign}/participation")).await.ok(200)["ballots"], 1);
}
