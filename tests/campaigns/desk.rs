//! What of a selection waits for whom, until when, and when it waits no more.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::bulletins::{frame, published};
use super::decision::{COMMITTEE_END, committee, counted, turned};
use super::objections::{OBJECTION_END, heard, object};
use super::scores::{judged, score};
use super::{CLOSING, ENTRIES, JUDGING, announced, at, body, cast, entry, organiser, voters, voting};
use crate::support::{Person, TestApp};

async fn items(person: &Person<'_>) -> Vec<Value> {
    person.get("/me/desk").await.ok(200)["items"].as_array().unwrap().clone()
}

/// The kinds of what lies on somebody's desk.
async fn kinds(person: &Person<'_>) -> Vec<String> {
    items(person).await.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn scores_wait_for_every_judge_until_he_has_given_them() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let administrator = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let beside = app.member("东支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let first = app.member("专家一").home("XZ31").role(Role::Expert, "JT").sign_in().await;
    let second = app.member("专家二").home("XZ31").role(Role::Expert, "JT").sign_in().await;
    let mut terms = judged(&app, &[&first, &second]);
    terms["terms"]["sources"][0]["least"] = json!(1);
    terms["terms"]["sources"][0]["averaging"] = json!("plain");
    let campaign = announced(&organiser, terms).await;
    at(&app, ENTRIES).await;
    let of_east = entry(&east, &app, &campaign, "ZB1", "东").await;
    let of_west = entry(&west, &app, &campaign, "ZB2", "西").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    assert!(kinds(&first).await.is_empty() && kinds(&east).await.is_empty(), "not before the stage is open");
    at(&app, JUDGING).await;
    let item = items(&first).await[0].clone();
    assert_eq!((&item["kind"], &item["due_at"]), (&json!("campaign_expert_scores"), &json!(CLOSING)));
    assert_eq!(item["title"], "以专家身份为申报材料评分：评选“十大优秀党建品牌”");
    first.get(item["link"].as_str().unwrap()).await.ok(200);
    assert_eq!(app.get("/labels").await.ok(200)["words"]["DeskKind"]["campaign_expert_scores"]["zh"], "专家评分");
    // anyone who writes for a branch scores for it; who has nothing in the judging judges nobody
    for person in [&east, &beside, &west] {
        assert_eq!(kinds(person).await, ["campaign_peer_scores"]);
    }
    assert!(kinds(&south).await.is_empty() && kinds(&organiser).await.is_empty());

    // done by one, it is done for everybody of the branch
    let unit = |code: &str| Some(json!(app.unit(code)));
    score(&beside, &of_west, "peer", unit("ZB1"), (60, 30)).await.ok(200);
    assert!(kinds(&east).await.is_empty() && kinds(&beside).await.is_empty());
    assert_eq!(kinds(&west).await, ["campaign_peer_scores"]);
    score(&first, &of_east, "expert", None, (80, 40)).await.ok(200);
    assert_eq!(kinds(&first).await, ["campaign_expert_scores"], "one is left");
    score(&first, &of_west, "expert", None, (80, 40)).await.ok(200);
    assert_eq!((kinds(&first).await.len(), kinds(&second).await.len()), (0, 1));

    // it follows the duty
    let end = async |whose: &Person<'_>| {
        let member = format!("/members/{}", whose.id);
        let duty = administrator.get(&member).await.ok(200)["duties"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(administrator.delete(&format!("{member}/roles/{duty}")).await.status, 204);
        app.tick().await;
    };
    end(&second).await;
    assert!(kinds(&second).await.is_empty(), "he could not score any more");
    end(&west).await;
    assert!(kinds(&west).await.is_empty());
    let follower = app.member("西支委").home("XZ21").role(Role::BranchCommittee, "ZB2").sign_in().await;
    app.tick().await;
    assert_eq!(kinds(&follower).await, ["campaign_peer_scores"]);
    at(&app, CLOSING).await;
    assert!(kinds(&follower).await.is_empty(), "the stage is over");
    app.drain().await;
}

#[tokio::test]
async fn an_open_review_waits_for_the_secretary_alone() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let beside = app.member("东支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let mut body = judged(&app, &[]);
    body["terms"]["sources"] = json!([{ "source": "open_review", "rule": "share_of_full", "weight": 10000 }]);
    body["terms"]["tie_order"] = json!([]);
    body["terms"]["timetable"][2]["stage"] = json!("open_review");
    body["terms"]["timetable"].as_array_mut().unwrap().truncate(3);
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    entry(&east, &app, &campaign, "ZB1", "东").await;
    let of_west = entry(&west, &app, &campaign, "ZB2", "西").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    assert_eq!((kinds(&east).await, kinds(&beside).await.len()), (vec!["campaign_review_scores".to_owned()], 0));
    score(&east, &of_west, "open_review", Some(json!(app.unit("ZB1"))), (60, 30)).await.ok(200);
    assert_eq!((kinds(&east).await.len(), kinds(&west).await.len()), (0, 1));
    app.drain().await;
}

#[tokio::test]
async fn the_decision_and_what_is_objected_to_it_wait_for_those_who_answer() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let member = app.member("某甲").sign_in().await;
    let elsewhere = app.member("另一组织").role(Role::Organiser, "JT").sign_in().await;
    let (campaign, entries) = counted(&app, &organiser, heard(&app)).await;
    let item = items(&decider).await[0].clone();
    assert_eq!((&item["kind"], &item["due_at"]), (&json!("campaign_decision"), &json!(COMMITTEE_END)));
    assert_eq!((&item["link"], items(&decider).await.len()), (&json!(campaign), 1));
    assert!(kinds(&organiser).await.is_empty());
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    assert!(kinds(&decider).await.is_empty());

    at(&app, COMMITTEE_END).await;
    app.tick().await;
    let raised = object(&member, &campaign, &entries[0], "数据不实").await.ok(201);
    let other = object(&member, &campaign, &entries[2], "数据不实").await.ok(201);
    assert_eq!(kinds(&elsewhere).await, ["campaign_objection", "campaign_objection"]);
    // one of them is about the unit to which the organiser belongs
    let lying = items(&organiser).await;
    assert_eq!((lying.len(), &lying[0]["subject_id"]), (1, &raised["id"]));
    assert_eq!(lying[0]["due_at"], OBJECTION_END);
    member.delete(&format!("/objections/{}", other["id"].as_str().unwrap())).await.ok(204);
    assert_eq!(kinds(&elsewhere).await, ["campaign_objection"]);
    let yes = json!({ "upheld": true, "answer": "经核实，异议成立。" });
    elsewhere.put(&format!("/objections/{}/answer", raised["id"].as_str().unwrap()), yes).await.ok(200);
    assert!(kinds(&elsewhere).await.is_empty() && kinds(&organiser).await.is_empty());
    assert_eq!(kinds(&decider).await, ["campaign_decision"], "it is sent back");
    let again = json!({ "replaces": 1, "reason": "异议属实，恢复按计算结果授奖" });
    decider.put(&format!("{campaign}/decision"), again).await.ok(201);
    assert!(kinds(&decider).await.is_empty());
    app.drain().await;
}

#[tokio::test]
async fn a_computed_result_waits_for_its_confirmation_once_it_is_counted() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let (campaign, _) = counted(&app, &organiser, body(&app)).await;
    assert_eq!(kinds(&decider).await, ["campaign_decision"]);
    decider.put(&format!("{campaign}/decision"), json!({})).await.ok(201);
    assert!(kinds(&decider).await.is_empty());
    app.drain().await;
}

#[tokio::test]
async fn a_bulletin_waits_for_another_one_than_who_wrote_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let both = app.member("两职").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let (campaign, _) = published(&app, &organiser, &decider, "十大优秀党建品牌").await;
    let path = format!("{campaign}/bulletin");
    let mut unnumbered = frame(7);
    unnumbered["document_no"] = Value::Null;
    let draft = organiser.post(&path, unnumbered).await.ok(201);
    assert!(kinds(&decider).await.is_empty(), "nobody could review it yet");
    let mut text = draft["text"].clone();
    text["document_no"] = json!({ "prefix": "金集组发", "year": 2026, "number": 7 });
    both.put(&path, json!({ "text": text })).await.ok(200);
    assert_eq!((kinds(&decider).await, kinds(&both).await.len()), (vec!["campaign_bulletin".to_owned()], 0));
    assert_eq!(items(&decider).await[0]["link"], path);
    text["title"] = json!("关于评选结果的通报");
    organiser.put(&path, json!({ "text": text })).await.ok(200);
    assert_eq!((kinds(&decider).await.len(), kinds(&both).await.len()), (1, 0), "he wrote what it was made of");
    decider.post(&format!("{path}/review"), json!({ "version": 3 })).await.ok(200);
    assert!(kinds(&decider).await.is_empty() && kinds(&both).await.is_empty());
    app.drain().await;
}

#[tokio::test]
async fn what_two_people_do_waits_for_the_second_one() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let committee = app.member("党委").home("XZ31").role(Role::CommitteeMember, "JT").sign_in().await;
    let both = app.member("两职").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let voters = voters(&app, 3).await;
    let mut terms = body(&app);
    terms["terms"]["ballot"]["counting_delay_minutes"] = json!(2);
    let (campaign, entries) = voting(&app, &organiser, terms, 2).await;
    for voter in &voters {
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    }
    let later = |closes_at: &str| json!({ "stage": "vote", "closes_at": closes_at, "reason": "网络故障" });
    let extensions = format!("{campaign}/extensions");
    let first = both.post(&extensions, later("2026-07-01T08:10:30+08:00")).await.ok(201);
    both.post(&extensions, later("2026-07-01T08:10:20+08:00")).await.ok(201);
    assert_eq!((kinds(&committee).await.len(), kinds(&both).await.len()), (2, 0));
    let item = items(&committee).await[0].clone();
    assert_eq!((&item["kind"], &item["due_at"]), (&json!("campaign_extension"), &json!(CLOSING)));
    committee.post(&format!("/extensions/{}/approval", first["id"].as_str().unwrap()), json!({})).await.ok(200);
    assert!(kinds(&committee).await.is_empty(), "the other one would be no later any more");
    let third = both.post(&extensions, later("2026-07-01T08:11:00+08:00")).await.ok(201);
    both.delete(&format!("/extensions/{}", third["id"].as_str().unwrap())).await.ok(204);
    assert!(kinds(&committee).await.is_empty());
    both.post(&extensions, later("2026-07-01T08:11:00+08:00")).await.ok(201);

    let cancellation = format!("{campaign}/cancellation");
    both.post(&cancellation, json!({ "reason": "拉票" })).await.ok(201);
    assert_eq!(kinds(&committee).await, ["campaign_extension", "campaign_cancellation"]);
    both.delete(&cancellation).await.ok(204);
    both.post(&cancellation, json!({ "reason": "拉票" })).await.ok(201);
    at(&app, "2026-07-01T08:10:30+08:00").await;
    assert_eq!(kinds(&committee).await, ["campaign_cancellation"], "the vote is over");

    let voiding = async |n: usize| {
        let ask = json!({ "member_id": voters[n].id, "reason": "他人代投" });
        both.post(&format!("{campaign}/voidings"), ask).await.ok(201)["id"].as_str().unwrap().to_owned()
    };
    let (one, two, _) = (voiding(0).await, voiding(1).await, voiding(2).await);
    assert_eq!(kinds(&committee).await.iter().filter(|kind| *kind == "campaign_voiding").count(), 3);
    assert!(kinds(&both).await.is_empty());
    committee.post(&format!("/voidings/{one}/approval"), json!({})).await.ok(200);
    both.delete(&format!("/voidings/{two}")).await.ok(204);
    assert_eq!(kinds(&committee).await.len(), 2);
    at(&app, "2026-07-01T08:12:30+08:00").await;
    // counted: nothing is called off or voided any more, and what was computed waits for its confirmation
    let committee = app.sign_in_anew(&committee).await;
    assert_eq!(kinds(&committee).await, ["campaign_decision"]);
    app.drain().await;
}

#[tokio::test]
async fn nothing_waits_of_a_campaign_that_is_called_off() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let committee = app.member("党委").home("XZ31").role(Role::CommitteeMember, "JT").sign_in().await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let expert = app.member("专家一").role(Role::Expert, "JT").sign_in().await;
    let mut terms = judged(&app, &[&expert]);
    terms["terms"]["sources"][0]["least"] = json!(1);
    terms["terms"]["sources"][0]["averaging"] = json!("plain");
    let campaign = announced(&organiser, terms).await;
    at(&app, ENTRIES).await;
    entry(&east, &app, &campaign, "ZB1", "东").await;
    entry(&west, &app, &campaign, "ZB2", "西").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    let later = json!({ "stage": "peer", "closes_at": "2026-07-01T08:11:00+08:00", "reason": "网络故障" });
    organiser.post(&format!("{campaign}/extensions"), later).await.ok(201);
    organiser.post(&format!("{campaign}/cancellation"), json!({ "reason": "拉票" })).await.ok(201);
    assert_eq!((kinds(&committee).await.len(), kinds(&expert).await.len(), kinds(&east).await.len()), (2, 1, 1));
    committee.post(&format!("{campaign}/cancellation/approval"), json!({})).await.ok(200);
    for person in [&committee, &expert, &east, &west] {
        assert!(kinds(person).await.is_empty());
    }
    app.drain().await;
}
