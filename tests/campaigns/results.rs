//! Results that everybody can recompute.

use std::process::Command;

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::db::schema::campaign_slips;
use xianfeng::judging::campaigns;
use xianfeng::on;

use super::{CLOSING, at, body, cast, forgery_is_named, organiser, recompute, slips_may_change, voters, voting};
use crate::support::{Person, TestApp};

/// Twelve ballots for four brands: 12, 6, 6 and 0 votes.
async fn counted<'a>(app: &'a TestApp, organiser: &Person<'a>) -> (String, Vec<String>) {
    let voters = voters(app, 12).await;
    let (campaign, entries) = voting(app, organiser, body(app), 4).await;
    for (n, voter) in voters.iter().enumerate() {
        cast(voter, &campaign, &[&entries[0], &entries[1 + n % 2]]).await.ok(201);
    }
    at(app, CLOSING).await;
    (campaign, entries)
}

#[tokio::test]
async fn every_total_is_explained_and_ties_are_shown() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (campaign, entries) = counted(&app, &organiser).await;
    let member = app.member("某甲").sign_in().await;
    let results = member.get(&format!("{campaign}/results")).await.ok(200);
    let vote = &results["vote"];
    assert_eq!(
        (&vote["ballots_cast"], &vote["ballots_counted"], &vote["voters"]),
        (&json!(12), &json!(12), &json!(12))
    );
    let lines: Vec<(i64, i64, bool)> = results["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["rank"].as_i64().unwrap(), line["total"].as_i64().unwrap(), line["tied"].as_bool().unwrap()))
        .collect();
    assert_eq!(lines, [(1, 10_000, false), (2, 5000, true), (2, 5000, true), (4, 0, false)]);
    let explained = member.get(&format!("/entries/{}/explanation", entries[1])).await.ok(200);
    assert_eq!(
        explained["parts"][0],
        json!({
            "source": "vote", "raw": 6, "rule": "share_of_ballots", "score": 5000, "weight": 10000, "contribution": 5000,
        })
    );
    assert_eq!(explained["sentences"][0], "投票：得票 6 票，按得票占比得 50.00 分，权重 100%，计入总分 50.00 分");
    assert_eq!(explained["sentences"][1], "合计 50.00 分，类别内第 2 名（并列）");
    assert_eq!(explained["rules_sha256"], results["rules_sha256"]);

    let mine = member.get(&format!("{campaign}/receipts")).await.ok(200);
    assert_eq!(mine["receipts"].as_array().unwrap().len(), 12);
    assert_eq!(mine["receipts_sha256"], vote["receipts_sha256"]);
    app.drain().await;
}

#[tokio::test]
async fn anybody_recomputes_the_result_from_the_export_alone() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (campaign, _) = counted(&app, &organiser).await;
    let export = app.get(&format!("/exports{campaign}")).await;
    let text = export.text();
    export.ok(200);
    let verified = campaigns::verify(&text).unwrap();
    assert_eq!(
        verified.lines.iter().map(|(rank, _, total)| (*rank, *total)).collect::<Vec<_>>(),
        [(1, 10_000), (2, 5000), (2, 5000), (4, 0)]
    );
    let other = "公布的得分和名次与按规则重算的不符";
    for (pointer, value, fault) in [
        ("/format", json!("xianfeng-campaign-export/0"), "文件格式不对"),
        ("/rules_sha256", json!("0"), "评选规则与其 SHA-256 不符"),
        ("/results/1/total", json!(5001), other),
        ("/results/1/rank", json!(1), other),
        ("/results/1/tied", json!(false), other),
        ("/results/0/parts/0/raw", json!(11), other),
        ("/results/0/category", json!("other"), other),
        ("/vote/totals/1/votes", json!(7), other),
        ("/vote/totals/1/votes", json!(13), "有作品的得票多于票数"),
        ("/vote/totals/1/votes", json!(30), "得票总数与票数不符"),
        ("/vote/ballots_counted", json!(13), "回执数与票数不符"),
        ("/vote/ballots_counted", json!(13), "计入的票数多于投出的票数"),
        ("/vote/electorate", json!(99), "选民人数与规则中的选民名册不符"),
        ("/vote/voters", json!(99), "投票人数多于选民人数"),
        ("/vote/withheld", json!(true), "不足十票时不公布得票"),
        ("/vote", Value::Null, "评选规则有投票，却没有投票结果"),
        ("/receipts/0", json!("000000000000"), "回执清单与其 SHA-256 不符"),
    ] {
        forgery_is_named(&app, &text, (pointer, value), fault);
    }
    let file = app.folder().join("export.json");
    std::fs::write(&file, &text).unwrap();
    let program = Command::new(env!("CARGO_BIN_EXE_xianfeng")).arg("verify-campaign").arg(&file).output().unwrap();
    let told = String::from_utf8_lossy(&program.stdout).into_owned();
    assert!(program.status.success() && told.contains("1 品牌0 10000"), "{told}");
    let printed = recompute(&app, &text);
    let mut printed: Vec<&str> = printed.lines().collect();
    let mut lines: Vec<String> =
        verified.lines.iter().map(|(rank, title, total)| format!("{rank} {title} {total}")).collect();
    printed.sort_unstable();
    lines.sort_unstable();
    assert_eq!(printed, lines);
    app.drain().await;
}

#[tokio::test]
async fn an_auditor_recounts_the_shuffled_ballots_by_a_command() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (campaign, entries) = counted(&app, &organiser).await;
    drop(organiser);
    let id = campaign.rsplit('/').next().unwrap();
    let database = app.stopped().await;
    let arguments = database.arguments().split_off(1);
    let recount = |arguments: &[String]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xianfeng"));
        let output = command.args(["recount", id]).args(arguments).output().unwrap();
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.success(), told.concat())
    };
    let (agrees, told) = recount(&arguments);
    assert!(agrees && told.contains("重新计票 12 张，得票、回执及其 SHA-256 均与公布的一致"), "{told}");
    for (entry, votes) in entries.iter().zip([12, 6, 6, 0]) {
        assert!(told.contains(&format!("{entry} {votes} {votes}\n")), "{told}");
    }

    let mut conn = database.connect();
    conn.batch(slips_may_change()).unwrap();
    let first = campaign_slips::table.select(campaign_slips::slip_key);
    let slip: Vec<u8> = on!(&mut conn, c => first.first(c)).unwrap();
    let lost = campaign_slips::table.filter(campaign_slips::slip_key.eq(slip));
    assert_eq!(on!(&mut conn, c => diesel::delete(lost).execute(c)).unwrap(), 1);
    let (agrees, told) = recount(&arguments);
    assert!(!agrees && told.contains("重新计票 11 张，与公布的结果不一致"), "{told}");
    assert!(told.contains(&format!("{} 11 12\n", entries[0])), "{told}");

    let secrets = database.folder().join("secrets.json");
    std::fs::write(secrets, xianfeng::config::Secrets::random().to_json()).unwrap();
    let (agrees, told) = recount(&arguments);
    assert!(!agrees && told.contains("ballot_key"), "{told}");
}

#[tokio::test]
async fn below_ten_ballots_only_the_decision_is_published() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 9).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    for voter in &voters {
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    }
    at(&app, CLOSING).await;
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!((&results["vote"]["withheld"], &results["vote"]["totals"]), (&json!(true), &json!([])));
    assert_eq!((&results["results"], &results["vote"]["receipts_sha256"]), (&json!([]), &Value::Null));
    assert_eq!(organiser.get(&format!("{campaign}/receipts")).await.ok(200)["receipts"], json!([]));
    organiser.get(&format!("/entries/{}/explanation", entries[0])).await.refused(409, "campaigns.not_counted");
    let export = app.get(&format!("/exports{campaign}")).await.text();
    assert!(campaigns::verify(&export).unwrap().lines.is_empty());
    assert_eq!(recompute(&app, &export), "", "there is nothing to recompute, and nothing that does not agree");
    forgery_is_named(&app, &export, ("/vote/withheld", json!(false)), "不足十票时不公布得票");
    app.drain().await;
}
