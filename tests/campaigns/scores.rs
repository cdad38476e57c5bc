//! Judges' scores, and ballots that two people void.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::judging::campaigns::{self, Campaigns};

use super::{CLOSING, ENTRIES, JUDGING, announced, at, body, cast, entry, organiser, recompute, stage, voters, voting};
use crate::support::{Person, Reply, TestApp};

/// Two criteria; experts have 60 percent and the branches 40.
pub fn judged(app: &TestApp, experts: &[&Person<'_>]) -> Value {
    let mut body = body(app);
    let terms = &mut body["terms"];
    terms["expert_ids"] = experts.iter().map(|expert| json!(expert.id)).collect();
    terms["criteria"] = json!([
        { "code": "fame", "title": "知名度", "full": 100, "weight": 5000 },
        { "code": "effect", "title": "创建成效", "full": 50, "weight": 5000 },
    ]);
    terms["sources"] = json!([
        { "source": "expert", "rule": "share_of_full", "weight": 6000, "averaging": "trimmed", "least": 3 },
        { "source": "peer", "rule": "min_max", "weight": 4000 },
    ]);
    terms["tie_order"] = json!(["expert"]);
    terms["timetable"][2]["stage"] = json!("expert");
    terms["timetable"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "stage": "peer", "opens_at": JUDGING, "closes_at": CLOSING }));
    body
}

pub async fn score(judge: &Person<'_>, entry: &str, source: &str, unit: Option<Value>, points: (u32, u32)) -> Reply {
    let marks = json!([{ "criterion": "fame", "points": points.0 }, { "criterion": "effect", "points": points.1 }]);
    let mut body = json!({ "source": source, "marks": marks });
    if let Some(unit) = unit {
        body["unit_id"] = unit;
    }
    judge.put(&format!("/entries/{entry}/scores/mine"), body).await
}

#[tokio::test]
async fn judges_score_others_and_the_total_is_what_anybody_recomputes() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let first = app.member("专家一").role(Role::Expert, "JT").sign_in().await;
    let second = app.member("专家二").role(Role::Expert, "JT").sign_in().await;
    let third = app.member("专家三").role(Role::Expert, "JT").sign_in().await;
    let campaign = announced(&organiser, judged(&app, &[&first, &second, &third])).await;
    at(&app, ENTRIES).await;
    let of_east = entry(&east, &app, &campaign, "ZB1", "东").await;
    let of_west = entry(&west, &app, &campaign, "ZB2", "西").await;
    score(&first, &of_east, "expert", None, (90, 40)).await.refused(409, "campaigns.not_open");
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    let unit = |code: &str| Some(json!(app.unit(code)));
    for (expert, points) in [(&first, (90, 40)), (&second, (10, 5)), (&third, (100, 50))] {
        score(expert, &of_east, "expert", None, points).await.ok(200);
    }
    score(&first, &of_west, "expert", None, (80, 40)).await.ok(200);
    assert_eq!(score(&first, &of_west, "expert", None, (70, 45)).await.ok(200)["total"], 8000, "a later one stays");
    score(&first, &of_west, "expert", None, (101, 45)).await.refused(422, "body.invalid");
    score(&east, &of_west, "expert", None, (80, 40)).await.refused(403, "campaigns.no_judge");
    score(&east, &of_west, "peer", unit("ZB1"), (60, 30)).await.ok(200);
    score(&west, &of_east, "peer", unit("ZB2"), (80, 40)).await.ok(200);
    score(&east, &of_east, "peer", unit("ZB1"), (100, 50)).await.refused(403, "campaigns.own_score");
    score(&east, &of_east, "peer", unit("ZB2"), (100, 50)).await.refused(403, "campaigns.no_judge");
    score(&south, &of_east, "peer", unit("ZB3"), (100, 50)).await.refused(403, "campaigns.no_judge");
    let mine = second.get(&format!("{campaign}/scores/mine")).await.ok(200);
    assert_eq!((&mine["done"], &mine["left"]), (&json!(1), &json!(1)));
    let item = &mine["items"][0];
    assert_eq!((&item["source"], &item["unit_id"], &item["stage"]), (&json!("expert"), &Value::Null, &json!("open")));
    assert_eq!((&item["scores"][0]["total"], &item["left_entries"]), (&json!(1000), &json!([of_west])));
    assert_eq!(item["scores"][0]["marks"][1]["points"], 5);
    let of_one = first.get(&format!("/entries/{of_west}/scores/mine")).await.ok(200);
    assert_eq!((&of_one["items"][0]["scores"][0]["total"], &of_one["left"]), (&json!(8000), &json!(0)));
    let branch = east.get(&format!("{campaign}/scores/mine")).await.ok(200);
    assert_eq!(
        (&branch["items"][0]["unit_id"], &branch["done"], &branch["left"]),
        (&json!(app.unit("ZB1")), &json!(1), &json!(0))
    );
    let none = json!({ "items": [], "done": 0, "left": 0 });
    assert_eq!(south.get(&format!("{campaign}/scores/mine")).await.ok(200), none, "of nobody else");
    let matrix = organiser.get(&format!("{campaign}/scores")).await.ok(200);
    let missing: usize =
        matrix["judges"].as_array().unwrap().iter().map(|judge| judge["missing"].as_array().unwrap().len()).sum();
    assert_eq!(missing, 2, "two experts did not score the west: {matrix}");
    app.set_clock(CLOSING);
    score(&first, &of_west, "expert", None, (80, 40)).await.refused(410, "campaigns.over");
    app.tick().await;
    assert_eq!(stage(&organiser, &campaign, "peer").await["state"], "closed");

    // east: trimmed mean of 8500, 1000 and 10000 = 8500 → 5100, best of the branches → 4000; west: 8000 → 4800, worst → 0
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    let totals: Vec<(&Value, &Value)> =
        results["results"].as_array().unwrap().iter().map(|line| (&line["rank"], &line["total"])).collect();
    assert_eq!(totals, [(&json!(1), &json!(9100)), (&json!(2), &json!(4800))], "{results}");
    let export = app.get(&format!("/exports{campaign}")).await.text();
    let verified = campaigns::verify(&export).unwrap();
    assert_eq!(verified.lines, [(1, "东".to_owned(), 9100), (2, "西".to_owned(), 4800)]);
    assert_eq!(recompute(&app, &export), "1 东 9100\n2 西 4800\n");
    app.drain().await;
}

/// What the organiser sees of one judge.
fn line<'a>(matrix: &'a Value, name: &str) -> &'a Value {
    matrix["judges"].as_array().unwrap().iter().find(|judge| judge["name"] == name).unwrap()
}

#[tokio::test]
async fn secretaries_review_the_entries_of_other_units_and_what_is_missing_is_listed() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let both = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let committee = app.member("东支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let mut body = judged(&app, &[]);
    body["terms"]["sources"] = json!([{ "source": "open_review", "rule": "share_of_full", "weight": 10000 }]);
    body["terms"]["tie_order"] = json!([]);
    body["terms"]["timetable"][2]["stage"] = json!("open_review");
    body["terms"]["timetable"].as_array_mut().unwrap().truncate(3);
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    let of_east = entry(&east, &app, &campaign, "ZB1", "东").await;
    let of_west = entry(&west, &app, &campaign, "ZB2", "西").await;
    let of_south = entry(&both, &app, &campaign, "ZB3", "南").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    let unit = |code: &str| Some(json!(app.unit(code)));
    score(&east, &of_west, "open_review", unit("ZB1"), (80, 40)).await.ok(200);
    score(&east, &of_south, "open_review", unit("ZB1"), (60, 20)).await.ok(200);
    score(&west, &of_east, "open_review", unit("ZB2"), (100, 50)).await.ok(200);
    score(&both, &of_east, "open_review", unit("ZB3"), (50, 50)).await.ok(200);
    score(&east, &of_east, "open_review", unit("ZB1"), (100, 50)).await.refused(403, "campaigns.own_score");
    score(&east, &of_west, "open_review", unit("ZB2"), (100, 50)).await.refused(403, "campaigns.no_judge");
    score(&east, &of_west, "open_review", None, (100, 50)).await.refused(403, "campaigns.no_judge");
    // the review is the secretary's own
    score(&committee, &of_west, "open_review", unit("ZB1"), (100, 50)).await.refused(403, "campaigns.no_judge");
    score(&east, &of_west, "peer", unit("ZB1"), (80, 40)).await.refused(422, "body.invalid");
    east.get(&format!("{campaign}/scores")).await.refused(403, "access.denied");

    let matrix = organiser.get(&format!("{campaign}/scores")).await.ok(200);
    let name = |code: &str| app.directory().tree().by_code(code).unwrap().unit.short_name.clone();
    let (of_zb1, of_zb2) = (line(&matrix, &name("ZB1")).clone(), line(&matrix, &name("ZB2")).clone());
    assert_eq!(of_zb1["missing"], json!([]));
    // 8000 and 5000: 6500.00 on average, 1500.00 around it
    assert_eq!((&of_zb1["mean_hundredths"], &of_zb1["spread_hundredths"]), (&json!(650_000), &json!(150_000)));
    assert_eq!((&of_zb1["lowest"], &of_zb1["highest"]), (&json!(5000), &json!(8000)));
    assert_eq!(of_zb2["missing"], json!([of_south]), "own entries are not missing");
    assert_eq!((&of_zb2["mean_hundredths"], &of_zb2["spread_hundredths"]), (&json!(1_000_000), &json!(0)));
    at(&app, CLOSING).await;
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    let totals: Vec<i64> =
        results["results"].as_array().unwrap().iter().map(|line| line["total"].as_i64().unwrap()).collect();
    assert_eq!(totals, [8750, 8000, 5000], "(10000 + 7500) / 2, one of two, one of two");
    app.drain().await;
}

/// Totals by title when four experts score three entries so, put together by `averaging` from `least` scores on.
async fn totals_by(averaging: &str, least: u16) -> Vec<(String, i64)> {
    const GIVEN: [[u32; 3]; 4] = [[90, 80, 70], [60, 40, 20], [100, 10, 10], [50, 60, 40]];
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let writer = app.member("书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let mut experts = Vec::new();
    for n in 0..GIVEN.len() {
        experts.push(app.member(&format!("专家{n}")).role(Role::Expert, "JT").sign_in().await);
    }
    let mut body = judged(&app, &experts.iter().collect::<Vec<_>>());
    body["terms"]["sources"] = json!([{
        "source": "expert", "rule": "share_of_full", "weight": 10000, "averaging": averaging, "least": least,
    }]);
    body["terms"]["timetable"].as_array_mut().unwrap().truncate(3);
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    let mut entries = Vec::new();
    for title in ["甲", "乙", "丙"] {
        entries.push(entry(&writer, &app, &campaign, "DW2", title).await);
    }
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    for (expert, row) in experts.iter().zip(GIVEN) {
        for (entry, points) in entries.iter().zip(row) {
            score(expert, entry, "expert", None, (points, points / 2)).await.ok(200);
        }
    }
    at(&app, CLOSING).await;
    let export = app.get(&format!("/exports{campaign}")).await.text();
    let found = campaigns::verify(&export).unwrap();
    let mut lines: Vec<(String, i64)> = found.lines.into_iter().map(|(_, title, total)| (title, total)).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn averages_are_trimmed_and_standardised_from_the_declared_number_on() {
    let of = async |averaging: &str, least: u16| {
        let lines = totals_by(averaging, least).await;
        let total = |title: &str| lines.iter().find(|(known, _)| known == title).unwrap().1;
        [total("甲"), total("乙"), total("丙")]
    };
    let plain = [7500, 4750, 3500];
    assert_eq!(of("plain", 0).await, plain);
    // without the highest and the lowest of four
    assert_eq!(of("trimmed", 4).await, [7500, 5000, 3000]);
    assert_eq!(of("trimmed", 5).await, plain, "four are too few");
    // every expert's three scores by his own mean and spread: 6225, 5000, 3775; the same; 6414, 4293, 4293; 5000, 6225, 3775
    assert_eq!(of("z_score", 3).await, [5966, 5130, 3905]);
}

#[tokio::test]
async fn a_ballot_is_voided_by_two_people_between_the_closing_and_the_counting() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let committee = app.member("党委").home("XZ31").role(Role::CommitteeMember, "JT").sign_in().await;
    let both = app.member("两职").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let voters = voters(&app, 11).await;
    let mut body = body(&app);
    body["terms"]["ballot"]["counting_delay_minutes"] = json!(2);
    let (campaign, entries) = voting(&app, &organiser, body, 2).await;
    for (n, voter) in voters.iter().enumerate() {
        cast(voter, &campaign, &[&entries[usize::from(n == 0)]]).await.ok(201);
    }
    let voidings = format!("{campaign}/voidings");
    let ask = json!({ "member_id": voters[0].id, "reason": "他人代投" });
    both.post(&voidings, ask.clone()).await.refused(409, "campaigns.not_between");
    at(&app, CLOSING).await;
    let stranger = json!({ "member_id": organiser.id, "reason": "没有投票" });
    both.post(&voidings, stranger).await.refused(422, "body.invalid");
    let proposed = both.post(&voidings, ask.clone()).await.ok(201);
    both.post(&voidings, ask).await.refused(409, "campaigns.voided_already");
    let approval = format!("/voidings/{}/approval", proposed["id"].as_str().unwrap());
    both.post(&approval, json!({})).await.refused(403, "campaigns.own_proposal");
    committee.post(&approval, json!({})).await.ok(200);
    committee.post(&approval, json!({})).await.ok(200);
    let listed = organiser.get(&voidings).await.ok(200)["items"][0].clone();
    let name = |person: &Person<'_>| json!(app.directory().name_of(person.id));
    let names = ["member_name", "proposer", "confirmer"].map(|field| listed[field].clone());
    assert_eq!(names, [name(&voters[0]), name(&both), name(&committee)]);
    // only proposed: it counts
    both.post(&voidings, json!({ "member_id": voters[1].id, "reason": "存疑" })).await.ok(201);
    at(&app, "2026-07-01T08:12:00+08:00").await;
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!((&vote["ballots_cast"], &vote["ballots_counted"]), (&json!(11), &json!(10)));
    let votes: Vec<&Value> = vote["totals"].as_array().unwrap().iter().map(|total| &total["votes"]).collect();
    assert_eq!(votes, [10, 0]);
    let receipt = voters[0].get(&format!("{campaign}/ballots/mine")).await.ok(200)["items"][0]["receipt"].clone();
    let receipts = organiser.get(&format!("{campaign}/receipts")).await.ok(200)["receipts"].clone();
    assert!(!receipts.as_array().unwrap().contains(&receipt));
    let id = campaign.rsplit('/').next().unwrap().parse().unwrap();
    assert!(app.app.get::<Campaigns>().recount(id).await.unwrap().agrees);
    app.drain().await;
}
