//! Writing campaigns, moving them on, frozen rules, moved ends.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::crypto::{digest, hex};
use xianfeng::people::members::model::MemberKind;

use super::{CLOSING, ENTRIES, JUDGING, announced, at, body, entry, organiser, stage, voters, voting, with};
use crate::support::TestApp;

#[tokio::test]
async fn a_campaign_is_announced_with_its_notice_only() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let member = app.member("某甲").sign_in().await;
    let draft = organiser.post("/campaigns", with(body(&app), &[("/terms/notice", Value::Null)])).await.ok(201);
    let path = format!("/campaigns/{}", draft["id"].as_str().unwrap());
    member.get(&path).await.refused(404, "campaigns.not_found");
    let announcement = format!("{path}/announcement");
    organiser.post(&announcement, json!({})).await.refused(422, "body.invalid");
    organiser.patch(&path, json!({ "terms": body(&app)["terms"] })).await.ok(200);
    app.set_clock("2026-07-01T08:02:00+08:00");
    let late = organiser.post(&announcement, json!({})).await.refused(422, "body.invalid");
    assert_eq!(late["errors"][0]["pointer"], "/terms/timetable/0/closes_at", "nobody could hand anything in");
    app.set_clock("2026-07-01T08:00:00+08:00");
    organiser.post(&announcement, json!({})).await.ok(200);
    organiser.post(&announcement, json!({})).await.ok(200);
    assert_eq!(member.get(&path).await.ok(200)["state"], "announced");
    organiser.post(&format!("{path}/withdrawal"), json!({})).await.ok(200);
    member.get(&path).await.refused(404, "campaigns.not_found");
    organiser.patch(&path, json!({ "title": "改名" })).await.refused(409, "campaigns.wrong_state");
    organiser.post(&format!("{path}/opening"), json!({})).await.refused(409, "campaigns.wrong_state");
    app.drain().await;
}

#[tokio::test]
async fn an_announced_campaign_is_changed_until_it_opens_and_its_audience_is_told_what() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let member = app.member("某甲").sign_in().await;
    let path = announced(&organiser, body(&app)).await;
    let mut terms = body(&app)["terms"].clone();
    terms["timetable"][2]["closes_at"] = json!("2026-07-01T08:20:00+08:00");
    terms["ballot"]["max"] = json!(2);
    let changed = organiser.patch(&path, json!({ "title": "十大品牌", "terms": terms })).await.ok(200);
    assert_eq!((&changed["title"], &changed["state"]), (&json!("十大品牌"), &json!("announced")));
    organiser.patch(&path, json!({ "title": "十大品牌", "terms": terms })).await.ok(200);
    app.drain().await;
    let notices = member.get("/me/notices").await.ok(200)["items"].clone();
    let told: Vec<&Value> = notices.as_array().unwrap().iter().map(|notice| &notice["title"]).collect();
    assert_eq!(told, ["评选安排调整：十大品牌", "评选通知：十大优秀党建品牌"], "once");
    assert_eq!(notices[0]["body"], "有调整的内容：名称、日程、评选规则。请以评选页面为准。");
    let without = with(json!({ "terms": terms }), &[("/terms/notice", Value::Null)]);
    organiser.patch(&path, without).await.refused(422, "body.invalid");
    assert_eq!(stage(&organiser, &path, "vote").await["closes_at"], "2026-07-01T08:20:00+08:00");
    at(&app, ENTRIES).await;
    organiser.patch(&path, json!({ "title": "改名" })).await.refused(409, "campaigns.wrong_state");
    let frozen = organiser.get(&format!("{path}/results")).await.ok(200);
    assert_eq!((&frozen["title"], &frozen["state"]), (&json!("十大品牌"), &json!("open")));
    app.drain().await;
}

#[tokio::test]
async fn of_two_changes_at_once_neither_undoes_the_other() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let draft = organiser.post("/campaigns", body(&app)).await.ok(201);
    let path = format!("/campaigns/{}", draft["id"].as_str().unwrap());
    for round in 1..=10 {
        let title = json!({ "title": format!("第{round}次") });
        let mut terms = body(&app)["terms"].clone();
        terms["ballot"]["max"] = json!(round);
        let terms = json!({ "terms": terms });
        let (one, other) = tokio::join!(organiser.patch(&path, title), organiser.patch(&path, terms));
        one.ok(200);
        other.ok(200);
        let seen = organiser.get(&path).await.ok(200);
        assert_eq!((&seen["title"], &seen["terms"]["ballot"]["max"]), (&json!(format!("第{round}次")), &json!(round)));
    }
}

#[tokio::test]
async fn what_cannot_be_held_is_refused_with_its_place() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    for (pointer, value) in [
        ("/terms/categories", json!([])),
        ("/terms/ballot", json!({ "min": 4, "max": 3 })),
        ("/terms/sources", json!([])),
        ("/terms/timetable", json!([])),
        ("/terms/electorate", json!({ "kinds": [] })),
        ("/terms/expert_ids", json!([app.unit("JT")])),
    ] {
        let refused = organiser.post("/campaigns", with(body(&app), &[(pointer, value)])).await;
        let refused = refused.refused(422, "body.invalid");
        assert!(refused["errors"][0]["pointer"].as_str().unwrap().starts_with(pointer), "{refused}");
    }
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    secretary.post("/campaigns", body(&app)).await.refused(403, "access.denied");
    let small = app.member("一厂组织").role(Role::Organiser, "DW1").sign_in().await;
    small.post("/campaigns", body(&app)).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn at_opening_the_rules_become_one_document_and_the_electorate_a_roll() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let masses = app.member("群众").kind(MemberKind::Masses).sign_in().await;
    let named = [("/terms/electorate", json!({ "kinds": ["full"], "unit_ids": [app.unit("DW1")] }))];
    let path = announced(&organiser, with(body(&app), &named)).await;
    voters(&app, 6).await;
    app.set_clock("2026-07-01T08:00:59+08:00");
    app.tick().await;
    assert_eq!(organiser.get(&path).await.ok(200)["rules_sha256"], Value::Null);
    organiser.get(&format!("{path}/results")).await.refused(409, "campaigns.wrong_state");
    at(&app, ENTRIES).await;
    let late_comer = app.member("后来").sign_in().await;

    let results = late_comer.get(&format!("{path}/results")).await.ok(200);
    let (text, sha256) = (results["rules_text"].as_str().unwrap(), results["rules_sha256"].as_str().unwrap());
    assert_eq!(hex(&digest(text.as_bytes())), sha256);
    let rules: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&rules).unwrap(), text, "one spelling");
    assert_eq!((&rules["terms"]["ballot"]["max"], &rules["roll"]["members"]), (&json!(3), &json!(6)));
    assert_eq!(results["awaited"], json!(["vote"]));
    let roll = masses.get(&format!("{path}/roll")).await.ok(200);
    assert_eq!((&roll["members"], &roll["branches"][0]["members"]), (&json!(6), &json!(6)));
    app.drain().await;
    let told = masses.get("/me/notices").await.ok(200)["items"][0].clone();
    assert_eq!(told["body"], "申报开始，7月1日8时02分结束，评选规则自此不再更改。");
}

#[tokio::test]
async fn stages_move_by_the_clock_and_never_backwards() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let path = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    let close = async |stage: &str| organiser.post(&format!("{path}/stage-closing"), json!({ "stage": stage })).await;
    close("entry").await.refused(409, "campaigns.clock_only");
    close("vote").await.refused(409, "campaigns.not_open");
    close("peer").await.refused(422, "body.invalid");
    // the server was down until after the vote: everything opens and closes in its order
    at(&app, "2026-07-01T08:02:30+08:00").await;
    close("publicity").await.ok(200);
    close("publicity").await.refused(410, "campaigns.over");
    at(&app, CLOSING).await;
    app.tick().await;
    for name in ["entry", "publicity", "vote"] {
        assert_eq!(stage(&organiser, &path, name).await["state"], "closed", "{name}");
    }
    app.set_clock(JUDGING);
    app.tick().await;
    assert_eq!(stage(&organiser, &path, "vote").await["state"], "closed");
    app.drain().await;
    let notices = organiser.get("/me/notices").await.ok(200)["items"].clone();
    // whose campaign it is hears that nobody could vote; the others hear nothing
    assert_eq!(notices[0]["title"], "投票未能进行：十大优秀党建品牌", "{notices}");
    assert!(!notices.to_string().contains("投票现已开始"), "{notices}");
}

#[tokio::test]
async fn an_end_is_moved_to_later_by_two_people_with_a_reason() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (path, _) = voting(&app, &organiser, body(&app), 2).await;
    let both = app.member("两职").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let committee = app.member("党委").role(Role::CommitteeMember, "JT").sign_in().await;
    let later = "2026-07-01T08:12:00+08:00";
    let ask = |closes_at: &str| json!({ "stage": "vote", "closes_at": closes_at, "reason": "网络故障" });
    let extensions = format!("{path}/extensions");
    both.post(&extensions, ask("2026-07-01T08:09:00+08:00")).await.refused(422, "body.invalid");
    committee.post(&extensions, ask(later)).await.refused(403, "access.denied");
    let proposed = both.post(&extensions, ask(later)).await.ok(201);
    let approval = format!("/extensions/{}/approval", proposed["id"].as_str().unwrap());
    assert_eq!(stage(&organiser, &path, "vote").await["closes_at"], CLOSING);
    assert_eq!(committee.get(&path).await.ok(200)["extensions"].as_array().unwrap().len(), 1);
    let member = app.member("某甲").sign_in().await;
    assert_eq!(member.get(&path).await.ok(200)["extensions"], json!([]), "not published yet");
    organiser.post(&approval, json!({})).await.refused(403, "access.denied");
    both.post(&approval, json!({})).await.refused(403, "campaigns.own_proposal");
    committee.post(&approval, json!({})).await.ok(200);
    committee.post(&approval, json!({})).await.ok(200);
    assert_eq!(stage(&organiser, &path, "vote").await["closes_at"], later);
    let published = member.get(&path).await.ok(200)["extensions"][0].clone();
    let names = ["reason", "proposer", "confirmer"].map(|field| published[field].clone());
    assert_eq!(names, [json!("网络故障"), json!("两职"), json!("党委")]);
    at(&app, CLOSING).await;
    assert_eq!(stage(&organiser, &path, "vote").await["state"], "open");
    at(&app, later).await;
    assert_eq!(stage(&organiser, &path, "vote").await["state"], "closed");
    both.post(&extensions, ask("2026-07-02T15:00:00+08:00")).await.refused(410, "campaigns.over");
    app.drain().await;
}

#[tokio::test]
async fn a_vote_that_lay_in_a_downtime_is_announced_to_nobody_and_its_organiser_hears() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let writer = app.member("书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let voter = app.member("选民").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    for title in ["品牌一", "品牌二"] {
        entry(&writer, &app, &campaign, "DW2", title).await;
    }
    let known = [&organiser, &voter].map(|person| (person.id, person.employee_no.clone()));
    let app = app.down_until("2026-07-01T08:11:00+08:00").await;
    for _ in 0..6 {
        app.tick().await;
        app.advance_seconds(5);
    }
    let told = async |(id, number): &(xianfeng::base::id::MemberId, String)| {
        let found = app.sign_in(*id, number).await.get("/me/notices").await.ok(200);
        let titles =
            found["items"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap().to_owned());
        titles.collect::<Vec<_>>()
    };
    let [organiser, voter] = &known;
    let (of_organiser, of_voter) = (told(organiser).await, told(voter).await);
    assert!(of_organiser.iter().any(|title| title.contains("未能进行")), "{of_organiser:?}");
    let begins = |titles: &[String]| titles.iter().filter(|title| title.starts_with("投票开始")).count();
    assert_eq!((begins(&of_voter), begins(&of_organiser)), (0, 0), "{of_voter:?}");
    assert!(!of_voter.iter().any(|title| title.contains("未能进行")), "{of_voter:?}");
}

#[tokio::test]
async fn a_number_of_a_notice_is_borne_once_by_each_issuer_in_a_year() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let draft = async |number: &str| {
        let numbered = with(body(&app), &[("/terms/notice/document_no", json!(number))]);
        format!("/campaigns/{}", organiser.post("/campaigns", numbered).await.ok(201)["id"].as_str().unwrap())
    };
    let announce = async |path: &str| organiser.post(&format!("{path}/announcement"), json!({})).await;
    let first = draft("金集组发〔2026〕3号").await;
    announce(&first).await.ok(200);
    // the same with other brackets; of another year, another issuer, and what is no number
    let same = draft("金集组发[2026]3号").await;
    announce(&same).await.refused(409, "campaigns.notice_number_taken");
    for number in ["金集组发〔2025〕3号", "党发〔2026〕3号", "三号通知", "三号通知"] {
        announce(&draft(number).await).await.ok(200);
    }
    // what was announced is not renumbered into another one's number, and gives its former one back
    let terms = organiser.get(&first).await.ok(200)["terms"].clone();
    let renumbered = |number: &str| json!({ "terms": with(terms.clone(), &[("/notice/document_no", json!(number))]) });
    organiser.patch(&first, renumbered("党发〔2026〕3号")).await.refused(409, "campaigns.notice_number_taken");
    organiser.patch(&first, renumbered("金集组发〔2026〕4号")).await.ok(200);
    announce(&same).await.ok(200);
    // what was taken back gives its number back
    organiser.post(&format!("{same}/withdrawal"), json!({})).await.ok(200);
    announce(&draft("金集组发〔2026〕3号").await).await.ok(200);
    app.drain().await;
}
