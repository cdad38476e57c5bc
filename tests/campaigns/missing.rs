//! Entries that have nothing from a source: what nobody could give is left out, and nothing else helps anybody.

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::crypto::{digest, hex};
use xianfeng::db::schema::campaign_entries;
use xianfeng::db::{Json, Never, Stop, Tx};
use xianfeng::judging::campaigns;
use xianfeng::on;

use super::{
    CLOSING, ENTRIES, JUDGING, announced, at, body, cast, entry, forgery_is_named, organiser, recompute, voters,
};
use crate::support::{Person, TestApp};

/// Members have 60 percent and `experts` 40; only what has an article can be voted on.
fn mixed(app: &TestApp, experts: &[&Person<'_>], missing: Value) -> Value {
    let mut body = body(app);
    let terms = &mut body["terms"];
    terms["entries"] = json!({ "article_required": true });
    terms["expert_ids"] = experts.iter().map(|expert| json!(expert.id)).collect();
    terms["criteria"] = json!([{ "code": "fame", "title": "知名度", "full": 100, "weight": 10000 }]);
    terms["sources"] = json!([
        { "source": "vote", "rule": "share_of_ballots", "weight": 6000 },
        { "source": "expert", "rule": "share_of_full", "weight": 4000 },
    ]);
    let stage = json!({ "stage": "expert", "opens_at": JUDGING, "closes_at": CLOSING });
    terms["timetable"].as_array_mut().unwrap().push(stage);
    if !missing.is_null() {
        terms["missing"] = missing;
    }
    body
}

async fn mark(expert: &Person<'_>, entry: &str, points: u32) {
    let body = json!({ "source": "expert", "marks": [{ "criterion": "fame", "points": points }] });
    expert.put(&format!("/entries/{entry}/scores/mine"), body).await.ok(200);
}

/// Title, rank, total and parts that were left out, best first.
fn lines(export: &str) -> Vec<(String, u64, u64, u64)> {
    let export: Value = serde_json::from_str(export).unwrap();
    let title = |id: &Value| {
        let entry = export["entries"].as_array().unwrap().iter().find(|entry| entry["id"] == *id).unwrap();
        entry["title"].as_str().unwrap().to_owned()
    };
    let line = |line: &Value| {
        let number = |name: &str| line[name].as_u64().unwrap();
        (title(&line["entry_id"]), number("rank"), number("total"), number("missing"))
    };
    export["results"].as_array().unwrap().iter().map(line).collect()
}

/// Ten voters choose the first of two entries on the ballot; a third one has no article, and the expert's favour. Returns
/// the campaign and the entries.
async fn third_without_article(
    app: &TestApp,
    organiser: &Person<'_>,
    expert: &Person<'_>,
    missing: Value,
) -> (String, Vec<String>) {
    let writer = app.member("书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let voters = voters(app, 10).await;
    let campaign = announced(organiser, mixed(app, &[expert], missing)).await;
    at(app, ENTRIES).await;
    let mut entries = Vec::new();
    for title in ["甲", "乙", "丙"] {
        entries.push(entry(&writer, app, &campaign, "DW2", title).await);
    }
    at(app, "2026-07-01T08:02:00+08:00").await;
    for listed in &entries[..2] {
        let article = json!({ "title": "品牌事迹", "body": "正文" });
        organiser.put(&format!("/entries/{listed}/article"), article).await.ok(200);
    }
    at(app, JUDGING).await;
    for voter in &voters {
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
        cast(voter, &campaign, &[&entries[2]]).await.refused(422, "body.invalid");
    }
    for (listed, points) in entries.iter().zip([50, 60, 100]) {
        mark(expert, listed, points).await;
    }
    at(app, CLOSING).await;
    (campaign, entries)
}

#[tokio::test]
async fn an_entry_that_was_not_on_the_ballot_has_nothing_from_the_vote() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let expert = app.member("专家").role(Role::Expert, "JT").sign_in().await;
    let (campaign, entries) = third_without_article(&app, &organiser, &expert, Value::Null).await;
    let view = organiser.get(&campaign).await.ok(200);
    assert_eq!(view["terms"]["missing"], json!({ "off_ballot": "zero", "unscored": "zero" }));
    let export = app.get(&format!("/exports{campaign}")).await.text();
    let expected = [("甲", 1, 8000, 0), ("丙", 2, 4000, 0), ("乙", 3, 2400, 0)];
    let expected = expected.map(|(title, rank, total, missing)| (title.to_owned(), rank, total, missing));
    assert_eq!(lines(&export), expected);
    assert_eq!(campaigns::verify(&export).unwrap().lines[1], (2, "丙".to_owned(), 4000));
    assert_eq!(recompute(&app, &export), "1 甲 8000\n2 丙 4000\n3 乙 2400\n");
    let explained = organiser.get(&format!("/entries/{}/explanation", entries[2])).await.ok(200);
    let part = json!({
        "source": "vote", "raw": null, "rule": "share_of_ballots", "score": 0, "weight": 6000, "contribution": 0,
    });
    assert_eq!(explained["parts"][0], part);
    assert_eq!(explained["sentences"][0], "投票：没有列入选票，按评选规则计 0.00 分，权重 60%，计入总分 0.00 分");

    // nobody makes an entry one of the ballot afterwards
    let forged = ("/entries/2/on_ballot", json!(true));
    forgery_is_named(&app, &export, forged, "列入选票的申报与得票清单不符");
    forgery_is_named(&app, &export, ("/entries/0/on_ballot", json!(false)), "列入选票的申报与得票清单不符");
    app.drain().await;
}

#[tokio::test]
async fn what_may_not_be_voted_on_takes_no_part_where_the_rules_say_so() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let expert = app.member("专家").role(Role::Expert, "JT").sign_in().await;
    let (campaign, entries) =
        third_without_article(&app, &organiser, &expert, json!({ "off_ballot": "ineligible" })).await;
    let export = app.get(&format!("/exports{campaign}")).await.text();
    assert_eq!(campaigns::verify(&export).unwrap().lines, [(1, "甲".into(), 8000), (2, "乙".into(), 2400)]);
    assert_eq!(recompute(&app, &export), "1 甲 8000\n2 乙 2400\n");
    organiser.get(&format!("/entries/{}/explanation", entries[2])).await.refused(409, "campaigns.ineligible");
    let decider = app.member("党委").role(Role::CommitteeMember, "JT").sign_in().await;
    let awards = json!({ "awards": [{ "entry_id": entries[2], "heading": "brand", "place": 1, "reason": "好" }] });
    let refused = decider.put(&format!("{campaign}/decision"), awards).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["code"], "campaigns.not_judged");
    app.drain().await;
}

#[tokio::test]
async fn judges_who_pass_over_an_entry_do_not_raise_it_and_those_who_may_not_judge_it_do_not_lower_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let expert = app.member("专家").role(Role::Expert, "JT").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let writer = app.member("书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let voters = voters(&app, 10).await;
    let mut body = mixed(&app, &[&expert], Value::Null);
    body["terms"]["entries"] = json!({});
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    let scored = entry(&writer, &app, &campaign, "DW2", "评过").await;
    let passed = entry(&writer, &app, &campaign, "DW2", "漏评").await;
    // the only expert leads it, so that nobody can score it
    let own = entry(&expert, &app, &campaign, "ZB2", "回避").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    for voter in &voters {
        cast(voter, &campaign, &[&scored, &passed, &own]).await.ok(201);
    }
    mark(&expert, &scored, 50).await;
    at(&app, CLOSING).await;
    let export = app.get(&format!("/exports{campaign}")).await.text();
    let expected = [("回避", 1, 10_000, 1), ("评过", 2, 8000, 0), ("漏评", 3, 6000, 0)];
    let expected = expected.map(|(title, rank, total, missing)| (title.to_owned(), rank, total, missing));
    assert_eq!(lines(&export), expected);
    campaigns::verify(&export).unwrap();
    assert_eq!(recompute(&app, &export), "1 回避 10000\n2 评过 8000\n3 漏评 6000\n");
    let told: Value = serde_json::from_str(&export).unwrap();
    let exempt: Vec<&Value> = told["entries"].as_array().unwrap().iter().map(|entry| &entry["exempt"]).collect();
    assert_eq!(exempt, [&json!([]), &json!([]), &json!(["expert"])]);
    for (exempt, fault) in
        [("expert", "有申报列为无人可评，却有这项评审的评分"), ("peer", "有申报列为无人可评，规则却没有这项评审")]
    {
        forgery_is_named(&app, &export, ("/entries/0/exempt", json!([exempt])), fault);
    }
    let passed_over = ("/entries/1/exempt", json!(["expert"]));
    forgery_is_named(&app, &export, passed_over, "公布的得分和名次与按规则重算的不符");
    let explained = organiser.get(&format!("/entries/{passed}/explanation")).await.ok(200);
    assert_eq!(explained["sentences"][1], "专家评审：评委没有评分，按评选规则计 0.00 分，权重 40%，计入总分 0.00 分");
    app.drain().await;
}

#[tokio::test]
async fn an_entry_that_somebody_could_judge_after_all_is_exempt_no_more() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let expert = app.member("专家").role(Role::Expert, "JT").sign_in().await;
    let (campaign, _) = third_without_article(&app, &organiser, &expert, Value::Null).await;
    // as after a unit was moved away from its judge's line since the judging began
    let exempt = |tx: &mut Tx| -> Result<(), Stop<Never>> {
        let all = campaign_entries::exempt.eq(Json(vec!["expert"]));
        Ok(on!(&mut *tx.conn, c => diesel::update(campaign_entries::table).set(all).execute(c)).map(drop)?)
    };
    app.write(exempt).await;
    let export = app.get(&format!("/exports{campaign}")).await.text();
    let told: Value = serde_json::from_str(&export).unwrap();
    assert!(told["entries"].as_array().unwrap().iter().all(|entry| entry["exempt"] == json!([])), "{told}");
    campaigns::verify(&export).unwrap();
    assert_eq!(recompute(&app, &export), "1 甲 8000\n2 丙 4000\n3 乙 2400\n");
    app.drain().await;
}

#[tokio::test]
async fn an_export_from_before_there_was_a_rule_is_verified_as_it_was() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let expert = app.member("专家").role(Role::Expert, "JT").sign_in().await;
    let (campaign, entries) = third_without_article(&app, &organiser, &expert, Value::Null).await;
    let mut export: Value = serde_json::from_str(&app.get(&format!("/exports{campaign}")).await.text()).unwrap();
    // as it was written then: no rule, nothing told of the ballot, and the weight of the vote given to the experts
    let rules = export["rules_text"].as_str().unwrap();
    let rules = rules.replace(r#""missing":{"off_ballot":"zero","unscored":"zero"},"#, "");
    export["rules_sha256"] = json!(hex(&digest(rules.as_bytes())));
    export["rules_text"] = json!(rules);
    export["format"] = json!("xianfeng-campaign-export/1");
    for entry in export["entries"].as_array_mut().unwrap() {
        entry.as_object_mut().unwrap().retain(|name, _| name != "on_ballot" && name != "exempt");
    }
    let results = export["results"].as_array_mut().unwrap();
    let third = results.iter().position(|line| line["entry_id"] == entries[2]).unwrap();
    let mut third = results.remove(third);
    (third["total"], third["rank"], third["missing"]) = (json!(10_000), json!(1), json!(1));
    third["parts"][0]["score"] = Value::Null;
    third["parts"][1]["contribution"] = json!(10_000);
    results.insert(0, third);
    results[1]["rank"] = json!(2);
    let export = export.to_string();
    assert_eq!(campaigns::verify(&export).unwrap().lines[0], (1, "丙".to_owned(), 10_000));
    assert_eq!(recompute(&app, &export), "1 丙 10000\n2 甲 8000\n3 乙 2400\n");
    app.drain().await;
}
