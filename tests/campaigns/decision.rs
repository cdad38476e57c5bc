//! The committee's decision, publication, awards.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::db::{Never, Stop};
use xianfeng::judging::campaigns::{self, Campaigns};

use super::{
    CLOSING, ENTRIES, JUDGING, announced, at, body, cast, entry, forgery_is_named, organiser, recompute, stage, voters,
    with,
};
use crate::support::{Person, TestApp};

pub const COMMITTEE_END: &str = "2026-07-01T08:11:00+08:00";

/// The poll with a committee, two headings, and what else changes.
pub fn decided_by_committee(app: &TestApp, changes: &[(&str, Value)]) -> Value {
    let mut body = with(body(app), changes);
    body["terms"]["awards"] = json!([
        { "code": "best", "title": "十佳", "quota": 2, "category": "brand" },
        { "code": "praise", "title": "通报表扬", "quota": 1 },
    ]);
    let committee = json!({ "stage": "committee", "opens_at": CLOSING, "closes_at": COMMITTEE_END });
    body["terms"]["timetable"].as_array_mut().unwrap().push(committee);
    body
}

pub async fn committee(app: &TestApp) -> Person<'_> {
    app.member("赵委员").home("JT").role(Role::CommitteeMember, "JT").sign_in().await
}

/// Four brands of four units with 12, 9, 6 and 0 votes of 12; the vote is counted.
pub async fn counted<'a>(app: &'a TestApp, organiser: &Person<'a>, body: Value) -> (String, Vec<String>) {
    let mut writer = app.member("书记").home("XZ31");
    for unit in ["ZB2", "ZB3", "DW2", "XZ21"] {
        writer = writer.role(Role::Secretary, unit);
    }
    let writer = writer.sign_in().await;
    let voters = voters(app, 12).await;
    let campaign = announced(organiser, body).await;
    at(app, ENTRIES).await;
    let mut entries = Vec::new();
    for (unit, title) in [("ZB2", "甲"), ("ZB3", "乙"), ("DW2", "丙"), ("XZ21", "丁")] {
        entries.push(entry(&writer, app, &campaign, unit, title).await);
    }
    at(app, "2026-07-01T08:02:00+08:00").await;
    at(app, JUDGING).await;
    for (n, voter) in voters.iter().enumerate() {
        let mut chosen = vec![&entries[0]];
        chosen.extend((n < 9).then_some(&entries[1]));
        chosen.extend((n >= 6).then_some(&entries[2]));
        cast(voter, &campaign, &chosen).await.ok(201);
    }
    at(app, CLOSING).await;
    app.tick().await;
    (campaign, entries)
}

pub fn award(entry: &str, heading: &str, place: u32, reason: Option<&str>) -> Value {
    json!({ "entry_id": entry, "heading": heading, "place": place, "reason": reason })
}

/// Entries 1, 0 and 2 under their headings: the first two have changed places.
pub fn turned(entries: &[String]) -> Value {
    json!({ "awards": [
        award(&entries[1], "best", 1, Some("引领作用更突出")),
        award(&entries[0], "best", 2, Some("顺延")),
        award(&entries[2], "praise", 1, None),
    ] })
}

fn code(refused: &Value) -> (&str, &str) {
    (refused["errors"][0]["code"].as_str().unwrap(), refused["errors"][0]["pointer"].as_str().unwrap())
}

#[tokio::test]
async fn the_committee_gives_a_reason_wherever_it_departs_from_what_was_computed() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let member = app.member("某甲").sign_in().await;
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[])).await;
    let decision = format!("{campaign}/decision");
    assert_eq!(stage(&organiser, &campaign, "committee").await["state"], "open");
    let proposal = organiser.get(&format!("{campaign}/results")).await.ok(200)["proposal"].clone();
    let computed: Vec<(&str, &str)> = proposal["awards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["entry_id"].as_str().unwrap(), line["heading"].as_str().unwrap()))
        .collect();
    assert_eq!(computed, [(&*entries[0], "best"), (&*entries[1], "best"), (&*entries[2], "praise")]);
    let before = member.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!((&before["proposal"], &before["decisions"]), (&Value::Null, &json!([])), "not before the decision");
    organiser.put(&decision, json!({})).await.refused(403, "access.denied");
    organiser.post(&format!("{campaign}/publication"), json!({})).await.refused(409, "campaigns.undecided");
    organiser
        .post(&format!("{campaign}/stage-closing"), json!({ "stage": "committee" }))
        .await
        .refused(409, "campaigns.undecided");

    for (awards, left_out, refused) in [
        (
            json!([
                award(&entries[1], "best", 1, None),
                award(&entries[0], "best", 2, Some("顺延")),
                award(&entries[2], "praise", 1, None),
            ]),
            json!([]),
            ("campaigns.reason_missing", "/awards/0/reason"),
        ),
        (
            json!([award(&entries[0], "best", 1, None), award(&entries[2], "best", 2, Some("更好"))]),
            json!([]),
            ("campaigns.reason_missing", "/left_out"),
        ),
        (
            json!([
                award(&entries[0], "best", 1, None),
                award(&entries[1], "best", 2, None),
                award(&entries[2], "best", 3, Some("更好")),
            ]),
            json!([]),
            ("campaigns.quota_exceeded", "/awards"),
        ),
        (json!([award(&entries[0], "best", 2, Some("空"))]), json!([]), ("campaigns.wrong_place", "/awards/0/place")),
        (json!([award(&entries[0], "x", 1, None)]), json!([]), ("campaigns.unknown_heading", "/awards/0/heading")),
    ] {
        let asked = decider.put(&decision, json!({ "awards": awards, "left_out": left_out })).await;
        assert_eq!(code(&asked.refused(422, "body.invalid")), refused);
    }
    assert_eq!(decider.put(&decision, turned(&entries)).await.ok(201)["state"], "decided");
    assert_eq!(decider.put(&decision, turned(&entries)).await.ok(200)["state"], "decided", "the same again");
    let refused = decider.put(&decision, json!({})).await.refused(409, "campaigns.decided");
    assert!(refused["detail"].as_str().unwrap().contains("第 1 次"), "{refused}");

    let results = member.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(
        (&results["decisions"][0]["decided_by"], &results["decisions"][0]["version"]),
        (&json!("赵委员"), &json!(1))
    );
    assert_eq!(results["decisions"][0]["awards"][0]["reason"], "引领作用更突出");
    let explained = member.get(&format!("/entries/{}/explanation", entries[1])).await.ok(200);
    assert_eq!((&explained["rank"], &explained["decided"]["place"]), (&json!(2), &json!(1)));
    let told = explained["sentences"].as_array().unwrap().last().unwrap();
    assert_eq!(told, "按计算结果为十佳第 2 名；决定为十佳第 1 名，理由：引领作用更突出");
    app.drain().await;
}

#[tokio::test]
async fn a_published_decision_is_final_and_anybody_verifies_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let secretary = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[])).await;
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    assert_eq!(secretary.get(&format!("{campaign}/awards")).await.ok(200)["items"], json!([]));
    let publication = format!("{campaign}/publication");
    assert_eq!(organiser.post(&publication, json!({})).await.ok(200)["state"], "published");
    assert_eq!(organiser.post(&publication, json!({})).await.ok(200)["state"], "published", "the same again");
    assert_eq!(stage(&organiser, &campaign, "committee").await["state"], "closed");
    let other = json!({ "awards": [award(&entries[0], "best", 1, None)], "replaces": 1, "reason": "晚了" });
    decider.put(&format!("{campaign}/decision"), other).await.refused(422, "body.invalid");
    decider.put(&format!("{campaign}/decision"), json!({})).await.refused(409, "campaigns.wrong_state");
    let awards = secretary.get(&format!("{campaign}/awards")).await.ok(200)["items"].clone();
    let lines: Vec<(&str, i64, &str)> = awards
        .as_array()
        .unwrap()
        .iter()
        .map(|award| {
            let text = |field: &str| award[field].as_str().unwrap();
            (text("heading_title"), award["place"].as_i64().unwrap(), text("title"))
        })
        .collect();
    assert_eq!(lines, [("十佳", 1, "乙"), ("十佳", 2, "甲"), ("通报表扬", 1, "丙")]);
    app.drain().await;
    let notices = secretary.get("/me/notices").await.ok(200)["items"].to_string();
    assert!(notices.contains("获奖：十佳") && notices.contains("评选结果公布"), "{notices}");

    let text = app.get(&format!("/exports{campaign}")).await.text();
    let verified = campaigns::verify(&text).unwrap();
    assert_eq!(verified.awards[0], ("十佳".to_owned(), 1, "乙".to_owned()));
    for (pointer, value, fault) in [
        ("/decisions/0/awards/0/reason", Value::Null, "第 1 次决定：奖项或名次与计算结果不同，须写明理由"),
        ("/decisions/0/awards/2/heading", json!("best"), "十佳最多 2 个名额"),
        ("/decisions/0/awards/2/heading", json!("worst"), "没有这个奖项"),
        ("/decisions/0/awards/0/entry_id", json!(entries[3]), "公布的获奖与最后的决定不符"),
        ("/decisions/0/awards/0/entry_id", json!(entries[0]), "同一项申报不能获奖两次"),
        ("/decisions/0/awards/0/place", json!(3), "名次须从 1 起连续"),
        ("/decisions/0/awards", json!([]), "计算结果中获奖的西支部《甲》未列入，须写明理由"),
        ("/decisions/0/version", json!(2), "版本不连续，或没有理由"),
        ("/proposal/awards/0/place", json!(2), "公布的计算建议与按规则重算的不符"),
        ("/proposal", Value::Null, "公布的计算建议与按规则重算的不符"),
        ("/awards/0/place", json!(2), "公布的获奖与最后的决定不符"),
        ("/awards/0/entry_id", json!(entries[3]), "公布的获奖与最后的决定不符"),
        ("/decisions", json!([]), "没有决定，却有获奖"),
        ("/objections/open", json!(1), "尚有异议未答复，结果却已公布"),
        ("/vote", Value::Null, "评选规则有投票，却没有投票结果"),
    ] {
        forgery_is_named(&app, &text, (pointer, value), fault);
    }
    let printed = recompute(&app, &text);
    assert!(printed.contains("1 甲 10000") && printed.contains("best 1 乙 引领作用更突出"), "{printed}");

    let archive = format!("{campaign}/archive");
    assert_eq!(organiser.post(&archive, json!({})).await.ok(200)["state"], "archived");
    assert_eq!(organiser.post(&archive, json!({})).await.ok(200)["state"], "archived");
    let plan = super::plan("再改", secretary.id);
    let path = format!("/entries/{}", entries[0]);
    secretary.patch(&path, json!({ "plan": plan })).await.refused(409, "campaigns.wrong_state");
    let id = campaign.rsplit('/').next().unwrap().parse().unwrap();
    assert!(app.app.get::<Campaigns>().recount(id).await.unwrap().agrees, "still to be recounted");
    app.drain().await;
}

#[tokio::test]
async fn of_two_decisions_and_two_publications_at_once_one_is_made() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (one, other) = (committee(&app).await, committee(&app).await);
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[])).await;
    let path = format!("{campaign}/decision");
    let (first, second) = tokio::join!(one.put(&path, turned(&entries)), other.put(&path, json!({})));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", first.text(), second.text());
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["decisions"].as_array().unwrap().len(), 1);
    let publication = format!("{campaign}/publication");
    let posts = (0..4).map(|_| organiser.post(&publication, json!({})));
    for reply in futures_util::future::join_all(posts).await {
        reply.ok(200);
    }
    assert_eq!(organiser.get(&format!("{campaign}/awards")).await.ok(200)["items"].as_array().unwrap().len(), 3);
    app.drain().await;
    let notices = organiser.get("/me/notices").await.ok(200)["items"].to_string();
    assert_eq!(notices.matches("评选结果公布").count(), 1, "{notices}");
}

#[tokio::test]
async fn where_nobody_scores_the_committee_alone_decides() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let writer =
        app.member("书记").home("XZ31").role(Role::Secretary, "ZB3").role(Role::Secretary, "ZB2").sign_in().await;
    let mut body = body(&app);
    body["terms"]["sources"] = json!([]);
    body["terms"]["tie_order"] = json!([]);
    body["terms"]["timetable"][2]["stage"] = json!("committee");
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    let first = entry(&writer, &app, &campaign, "ZB2", "甲").await;
    let second = entry(&writer, &app, &campaign, "ZB3", "乙").await;
    let path = format!("{campaign}/decision");
    decider.put(&path, json!({ "awards": [] })).await.refused(409, "campaigns.not_open");
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    let refused = decider.put(&path, json!({})).await.refused(422, "body.invalid");
    assert_eq!(code(&refused), ("campaigns.nothing_computed", "/awards"));
    let twice = json!({ "awards": [award(&first, "brand", 1, None), award(&first, "brand", 2, None)] });
    decider.put(&path, twice).await.refused(422, "body.invalid");
    // nobody else goes on without it: its time does not run out
    at(&app, CLOSING).await;
    assert_eq!(stage(&organiser, &campaign, "committee").await["state"], "open");
    // by the default each category has a heading
    let shared = json!({ "awards": [award(&second, "brand", 1, None), award(&first, "brand", 1, None)] });
    decider.put(&path, shared).await.ok(201);
    app.tick().await;
    assert_eq!(stage(&organiser, &campaign, "committee").await["state"], "closed");
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!((&results["results"], &results["awards"][0]["shared"]), (&json!([]), &json!(true)));
    let explained = organiser.get(&format!("/entries/{first}/explanation")).await.ok(200);
    assert_eq!(explained["sentences"], json!(["决定为优秀品牌第 1 名（并列）"]));
    let export = app.get(&format!("/exports{campaign}")).await.text();
    assert_eq!(campaigns::verify(&export).unwrap().awards.len(), 2);
    recompute(&app, &export);
    app.drain().await;
}

#[tokio::test]
async fn below_ten_ballots_the_decision_is_published_and_nothing_else() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let writer = app.member("书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let voters = voters(&app, 3).await;
    let campaign = announced(&organiser, decided_by_committee(&app, &[])).await;
    at(&app, ENTRIES).await;
    let only = entry(&writer, &app, &campaign, "ZB3", "甲").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    for voter in &voters {
        cast(voter, &campaign, &[&only]).await.ok(201);
    }
    at(&app, CLOSING).await;
    app.tick().await;
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!((&results["results"], &results["proposal"]), (&json!([]), &Value::Null), "also to who runs it");
    organiser.get(&format!("/entries/{only}/explanation")).await.refused(409, "campaigns.not_counted");
    let path = format!("{campaign}/decision");
    decider.put(&path, json!({})).await.refused(422, "body.invalid");
    decider.put(&path, json!({ "awards": [award(&only, "best", 1, None)] })).await.ok(201);
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    let explained = organiser.get(&format!("/entries/{only}/explanation")).await.ok(200);
    assert_eq!((&explained["total"], &explained["decided"]["heading"]), (&Value::Null, &json!("十佳")));
    let export = app.get(&format!("/exports{campaign}")).await.text();
    let verified = campaigns::verify(&export).unwrap();
    assert_eq!((verified.lines.len(), verified.awards.len()), (0, 1));
    assert_eq!(recompute(&app, &export), "best 1 甲 \n");
    for (pointer, value, fault) in [
        ("/decisions/0/awards/0/heading", json!("worst"), "没有这个奖项"),
        ("/awards/0/heading", json!("praise"), "公布的获奖与最后的决定不符"),
    ] {
        forgery_is_named(&app, &export, (pointer, value), fault);
    }
    app.drain().await;
}

#[tokio::test]
async fn what_nobody_may_see_is_decided_with_a_reason_where_there_is_no_committee() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let voters = voters(&app, 2).await;
    let (campaign, entries) = super::voting(&app, &organiser, body(&app), 2).await;
    cast(&voters[0], &campaign, &[&entries[0]]).await.ok(201);
    at(&app, CLOSING).await;
    let path = format!("{campaign}/decision");
    let mut decision = json!({ "awards": [award(&entries[1], "brand", 1, None)] });
    let refused = decider.put(&path, decision.clone()).await.refused(422, "body.invalid");
    assert_eq!(code(&refused), ("campaigns.reason_missing", "/reason"));
    decision["reason"] = json!("投票不足十票，由党委委员会议决定");
    decider.put(&path, decision).await.ok(201);
    let export = app.get(&format!("/exports{campaign}")).await;
    assert_eq!((&export.ok(200)["results"], &export.ok(200)["proposal"]), (&json!([]), &Value::Null));
    campaigns::verify(&export.text()).unwrap();
    app.drain().await;
}

#[tokio::test]
async fn awards_and_decisions_stay_as_they_were_written() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[])).await;
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    for statement in [
        "UPDATE campaign_awards SET place = 9",
        "DELETE FROM campaign_awards",
        "UPDATE campaign_decisions SET lines = '[]'",
        "DELETE FROM campaign_decisions",
    ] {
        let changed = app.db().write(move |tx| Ok::<_, Stop<Never>>(tx.conn.batch(statement)?)).await;
        assert!(changed.is_err(), "{statement}");
    }
    assert_eq!(organiser.get(&format!("{campaign}/awards")).await.ok(200)["items"].as_array().unwrap().len(), 3);
    app.drain().await;
}

#[tokio::test]
async fn without_a_committee_somebody_confirms_what_was_computed() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let mut body = decided_by_committee(&app, &[]);
    body["terms"]["timetable"].as_array_mut().unwrap().pop();
    let (campaign, entries) = counted(&app, &organiser, body).await;
    let path = format!("{campaign}/decision");
    decider.put(&path, turned(&entries)).await.refused(409, "campaigns.no_committee");
    organiser.post(&format!("{campaign}/publication"), json!({})).await.refused(409, "campaigns.undecided");
    decider.put(&path, json!({})).await.ok(201);
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["decisions"][0]["decided_by"], "赵委员");
    assert_eq!(results["awards"][0]["title"], "甲");
    app.drain().await;
}

#[tokio::test]
async fn a_tie_at_the_edge_of_a_quota_is_shown_and_decided_with_a_reason() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let writer =
        app.member("书记").home("XZ31").role(Role::Secretary, "ZB3").role(Role::Secretary, "ZB2").sign_in().await;
    let voters = voters(&app, 10).await;
    let mut body = body(&app);
    body["terms"]["categories"][0]["quota"] = json!(1);
    body["terms"]["ballot"] = json!({ "min": 1, "max": 2 });
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    let first = entry(&writer, &app, &campaign, "ZB2", "甲").await;
    let second = entry(&writer, &app, &campaign, "ZB3", "乙").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    let path = format!("{campaign}/decision");
    let early = decider.put(&path, json!({})).await.refused(409, "campaigns.incomplete");
    assert!(early["detail"].as_str().unwrap().starts_with("投票"), "{early}");
    for voter in &voters {
        cast(voter, &campaign, &[&first, &second]).await.ok(201);
    }
    at(&app, CLOSING).await;
    let proposal = organiser.get(&format!("{campaign}/results")).await.ok(200)["proposal"].clone();
    assert_eq!((&proposal["awards"], &proposal["edges"][0]["places"]), (&json!([]), &json!(1)));
    let refused = decider.put(&path, json!({})).await.refused(422, "body.invalid");
    assert_eq!(code(&refused), ("campaigns.tie_at_the_edge", "/awards"));
    let chosen = |reason| json!({ "awards": [award(&second, "brand", 1, reason)] });
    decider.put(&path, chosen(None)).await.refused(422, "body.invalid");
    decider.put(&path, json!({ "awards": [] })).await.refused(409, "campaigns.no_committee");
    decider.put(&path, chosen(Some("抽签"))).await.ok(201);
    let export = app.get(&format!("/exports{campaign}")).await.text();
    assert_eq!(campaigns::verify(&export).unwrap().awards, [("优秀品牌".to_owned(), 1, "乙".to_owned())]);
    app.drain().await;
}
