//! Who takes part in a selection, in person or by his unit, now or in any version, judges nothing of it.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::decision::{COMMITTEE_END, award, decided_by_committee};
use super::objections::{OBJECTION_END, heard, object};
use super::scores::{judged, score};
use super::{CLOSING, ENTRIES, JUDGING, announced, at, body, cast, entry, organiser, plan, stage, voters};
use crate::support::{Person, TestApp};

/// Writes the first version of an entry of `unit`, which `owner` leads; its path.
async fn draft(writer: &Person<'_>, app: &TestApp, campaign: &str, unit: &str, owner: &Person<'_>) -> String {
    let body = json!({ "unit_id": app.unit(unit), "category": "brand", "plan": plan(unit, owner.id) });
    let entry = writer.post(&format!("{campaign}/entries"), body).await.ok(201);
    format!("/entries/{}", entry["id"].as_str().unwrap())
}

/// Writes the next version, which `owner` leads.
async fn rewrite(writer: &Person<'_>, path: &str, owner: &Person<'_>) {
    writer.patch(path, json!({ "plan": plan("改", owner.id) })).await.ok(200);
}

/// Hands an entry in; its id.
async fn hand_in(writer: &Person<'_>, path: &str) -> String {
    writer.post(&format!("{path}/submission"), json!({})).await.ok(200);
    path.rsplit('/').next().unwrap().to_owned()
}

/// An entry of ZB1 that `former` led, and of which `deputy` wrote a version, before others did; its id.
async fn of_many_hands(
    app: &TestApp,
    campaign: &str,
    (secretary, deputy, former): (&Person<'_>, &Person<'_>, &Person<'_>),
    unit: &str,
) -> String {
    let path = draft(secretary, app, campaign, unit, former).await;
    rewrite(deputy, &path, secretary).await;
    secretary.patch(&path, json!({ "plan": plan("定稿", secretary.id) })).await.ok(200);
    hand_in(secretary, &path).await
}

async fn judging_opens(app: &TestApp) {
    at(app, "2026-07-01T08:02:00+08:00").await;
    at(app, JUDGING).await;
}

#[tokio::test]
async fn an_expert_scores_neither_his_own_entry_nor_one_of_his_branch() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let expert = async |name: &str, home: &str| app.member(name).home(home).role(Role::Expert, "JT").sign_in().await;
    let (near, former, free) = (expert("近", "XZ12").await, expert("原负责人", "JT").await, expert("外", "JT").await);
    let deputy = app.member("代笔").home("JT").role(Role::Expert, "JT").role(Role::Secretary, "DW1").sign_in().await;
    let leads =
        app.member("兼职").home("JT").role(Role::Expert, "JT").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let experts = [&near, &former, &free, &deputy, &leads];
    let campaign = announced(&organiser, judged(&app, &experts)).await;
    at(&app, ENTRIES).await;
    let of_east = of_many_hands(&app, &campaign, (&east, &deputy, &former), "ZB1").await;
    let of_south = entry(&south, &app, &campaign, "ZB3", "南").await;
    judging_opens(&app).await;
    for (own, why) in
        [(&near, "at home in the branch"), (&former, "led it"), (&deputy, "wrote"), (&leads, "duty there")]
    {
        let refused = score(own, &of_east, "expert", None, (100, 50)).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("campaigns.own_score")), "{why}");
        score(own, &of_south, "expert", None, (10, 5)).await.ok(200);
    }
    score(&free, &of_east, "expert", None, (80, 40)).await.ok(200);
    // nobody waits for what is his own
    let mine = near.get(&format!("{campaign}/scores/mine")).await.ok(200);
    assert_eq!((&mine["done"], &mine["left"]), (&json!(1), &json!(0)));
    let matrix = organiser.get(&format!("{campaign}/scores")).await.ok(200);
    let missing = |name: &str| {
        let judges = matrix["judges"].as_array().unwrap();
        judges.iter().find(|judge| judge["name"] == name).unwrap()["missing"].clone()
    };
    assert_eq!((missing("近"), missing("外")), (json!([]), json!([of_south])));
    app.drain().await;
}

#[tokio::test]
async fn an_expert_may_ask_to_be_kept_out_of_an_entry_until_he_has_scored_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let expert = async |name: &str| app.member(name).home("JT").role(Role::Expert, "JT").sign_in().await;
    let (asking, other, stranger) = (expert("亲属").await, expert("外").await, expert("局外").await);
    let campaign = announced(&organiser, judged(&app, &[&asking, &other])).await;
    at(&app, ENTRIES).await;
    let of_east = entry(&east, &app, &campaign, "ZB1", "东").await;
    let of_south = entry(&south, &app, &campaign, "ZB3", "南").await;
    let recuse = async |person: &Person<'_>, entry: &str, why: &str| {
        person.put(&format!("/entries/{entry}/recusals/mine"), json!({ "reason": why })).await
    };
    // before the judging opens, too
    let asked = recuse(&asking, &of_east, "申报人是我的亲属").await.ok(200);
    assert_eq!((&asked["name"], &asked["reason"]), (&json!("亲属"), &json!("申报人是我的亲属")));
    assert_eq!(recuse(&asking, &of_east, "又一个").await.ok(200)["reason"], asked["reason"], "the first one stands");
    for nobody in [&stranger, &east, &organiser] {
        recuse(nobody, &of_east, "我").await.refused(403, "campaigns.no_judge");
    }
    judging_opens(&app).await;
    score(&asking, &of_east, "expert", None, (100, 50)).await.refused(403, "campaigns.own_score");
    let mine = asking.get(&format!("{campaign}/scores/mine")).await.ok(200);
    assert_eq!((&mine["left"], &mine["items"][0]["left_entries"]), (&json!(1), &json!([of_south])));
    score(&asking, &of_south, "expert", None, (80, 40)).await.ok(200);
    recuse(&asking, &of_south, "晚了").await.refused(409, "campaigns.scored_already");
    let desk = asking.get("/me/desk").await.ok(200);
    assert_eq!(desk["items"], json!([]), "nothing waits for him");
    let matrix = organiser.get(&format!("{campaign}/scores")).await.ok(200);
    let recusals = matrix["recusals"].as_array().unwrap();
    assert_eq!(recusals.len(), 1);
    assert_eq!((&recusals[0]["entry_id"], &recusals[0]["member_id"]), (&json!(of_east), &json!(asking.id)));
    score(&other, &of_east, "expert", None, (90, 45)).await.ok(200);
    app.drain().await;
}

#[tokio::test]
async fn where_all_experts_belong_to_the_branch_its_entry_is_exempt_from_their_scores() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let near = app.member("近").home("XZ12").role(Role::Expert, "JT").sign_in().await;
    let mut body = judged(&app, &[&near]);
    body["terms"]["sources"][0]["averaging"] = json!("plain");
    body["terms"]["sources"][0]["least"] = json!(0);
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    let of_east = entry(&east, &app, &campaign, "ZB1", "东").await;
    let of_south = entry(&south, &app, &campaign, "ZB3", "南").await;
    judging_opens(&app).await;
    let unit = |code: &str| Some(json!(app.unit(code)));
    score(&near, &of_south, "expert", None, (80, 40)).await.ok(200);
    score(&east, &of_south, "peer", unit("ZB1"), (60, 30)).await.ok(200);
    score(&south, &of_east, "peer", unit("ZB3"), (80, 40)).await.ok(200);
    at(&app, CLOSING).await;
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    let totals: Vec<i64> =
        results["results"].as_array().unwrap().iter().map(|line| line["total"].as_i64().unwrap()).collect();
    assert_eq!(totals[0], 10_000, "the east by the branches alone: {results}");
    app.drain().await;
}

#[tokio::test]
async fn who_is_involved_in_an_entry_does_not_score_it_for_another_unit() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let of_zb1 =
        async |name: &str, home: &str| app.member(name).home(home).role(Role::BranchCommittee, "ZB1").sign_in().await;
    let (former, near) = (of_zb1("原负责人", "XZ11").await, of_zb1("南边的支委", "XZ31").await);
    let deputy = app.member("代笔").home("JT").role(Role::Secretary, "JT").sign_in().await;
    let campaign = announced(&organiser, judged(&app, &[])).await;
    at(&app, ENTRIES).await;
    entry(&east, &app, &campaign, "ZB1", "东").await;
    let of_west = entry(&west, &app, &campaign, "ZB2", "西").await;
    let of_south = of_many_hands(&app, &campaign, (&south, &deputy, &former), "ZB3").await;
    judging_opens(&app).await;
    let as_east = || Some(json!(app.unit("ZB1")));
    for (involved, why) in [(&former, "led it"), (&deputy, "wrote a version"), (&near, "is at home there")] {
        let refused = score(involved, &of_south, "peer", as_east(), (10, 5)).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("campaigns.own_score")), "{why}");
        score(involved, &of_west, "peer", as_east(), (50, 25)).await.ok(200);
    }
    score(&east, &of_south, "peer", as_east(), (80, 40)).await.ok(200);
    app.drain().await;
}

#[tokio::test]
async fn another_one_of_the_unit_reviews_what_its_secretary_is_involved_in() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let committee = app.member("东支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let mut body = judged(&app, &[]);
    body["terms"]["sources"] = json!([{ "source": "open_review", "rule": "share_of_full", "weight": 10000 }]);
    body["terms"]["tie_order"] = json!([]);
    body["terms"]["timetable"][2]["stage"] = json!("open_review");
    body["terms"]["timetable"].as_array_mut().unwrap().truncate(3);
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    entry(&east, &app, &campaign, "ZB1", "东").await;
    let of_west = entry(&west, &app, &campaign, "ZB2", "西").await;
    let path = draft(&south, &app, &campaign, "ZB3", &east).await;
    let of_south = hand_in(&south, &path).await;
    judging_opens(&app).await;
    let as_east = || Some(json!(app.unit("ZB1")));
    let waits = async |who: &Person<'_>| {
        let desk = who.get("/me/desk").await.ok(200);
        desk["items"].as_array().unwrap().iter().any(|item| item["kind"] == "campaign_review_scores")
    };
    assert!(waits(&east).await && waits(&committee).await);
    score(&east, &of_south, "open_review", as_east(), (100, 50)).await.refused(403, "campaigns.own_score");
    score(&committee, &of_west, "open_review", as_east(), (100, 50)).await.refused(403, "campaigns.no_judge");
    score(&committee, &of_south, "open_review", as_east(), (80, 40)).await.ok(200);
    score(&east, &of_west, "open_review", as_east(), (80, 40)).await.ok(200);
    assert!(!waits(&east).await && !waits(&committee).await);
    app.drain().await;
}

#[tokio::test]
async fn nobody_votes_for_what_he_led_or_wrote_in_any_version() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let deputy = app.member("代笔").home("JT").role(Role::Secretary, "JT").sign_in().await;
    let (former, neighbour) =
        (app.member("原负责人").sign_in().await, app.member("南边的").home("XZ31").sign_in().await);
    let other = app.member("别人").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    let of_south = of_many_hands(&app, &campaign, (&south, &deputy, &former), "ZB3").await;
    judging_opens(&app).await;
    for (voter, why) in [(&former, "led it"), (&deputy, "wrote a version"), (&neighbour, "of the branch")] {
        let refused = cast(voter, &campaign, &[&of_south]).await;
        assert_eq!(
            (refused.status, refused.json()["errors"][0]["code"].as_str()),
            (422, Some("campaigns.own_entry")),
            "{why}"
        );
    }
    cast(&other, &campaign, &[&of_south]).await.ok(201);
    app.drain().await;
}

/// A vote of twelve members of ZB1 about two entries, the first with more votes; counted.
async fn counted(
    app: &TestApp,
    organiser: &Person<'_>,
    body: Value,
    writers: [(&Person<'_>, &str); 2],
) -> (String, [String; 2]) {
    let voters = voters(app, 12).await;
    let elsewhere = ["二组甲", "二组乙"].map(|name| app.member(name).home("XZ12").sign_in());
    let elsewhere = futures_util::future::join_all(elsewhere).await;
    let campaign = announced(organiser, body).await;
    at(app, ENTRIES).await;
    let first = entry(writers[0].0, app, &campaign, writers[0].1, "甲").await;
    let second = entry(writers[1].0, app, &campaign, writers[1].1, "乙").await;
    judging_opens(app).await;
    for (n, voter) in voters.iter().enumerate() {
        let chosen = if n < 4 { vec![&first, &second] } else { vec![&first] };
        cast(voter, &campaign, &chosen).await.ok(201);
    }
    // some elsewhere vote, too, or so many of one group at once would be worth a look before the count
    for voter in &elsewhere {
        cast(voter, &campaign, &[&first]).await.ok(201);
    }
    at(app, CLOSING).await;
    // closed, counted, and the committee's turn: each is looked for when the one before is done
    for _ in 0..3 {
        app.tick().await;
    }
    assert_eq!(stage(organiser, &campaign, "committee").await["state"], "open");
    (campaign, [first, second])
}

async fn committee<'a>(app: &'a TestApp, name: &str, home: &str) -> Person<'a> {
    app.member(name).home(home).role(Role::CommitteeMember, "JT").sign_in().await
}

async fn decides(who: &Person<'_>) -> bool {
    let desk = who.get("/me/desk").await.ok(200);
    desk["items"].as_array().unwrap().iter().any(|item| item["kind"] == "campaign_decision")
}

#[tokio::test]
async fn who_takes_part_in_a_selection_leaves_the_decision_to_others() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let takes_part = app
        .member("参评委员")
        .home("JT")
        .role(Role::CommitteeMember, "JT")
        .role(Role::Secretary, "DW1")
        .sign_in()
        .await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let (near, free) = (committee(&app, "南边的委员", "XZ31").await, committee(&app, "委员", "JT").await);
    let writers = [(&takes_part, "ZB2"), (&south, "ZB3")];
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[]), writers).await;
    let decision = format!("{campaign}/decision");
    takes_part.put(&decision, json!({})).await.refused(403, "campaigns.own_case");
    let own_first =
        json!({ "awards": [award(&entries[1], "best", 1, Some("更好")), award(&entries[0], "best", 2, Some("顺延"))] });
    near.put(&decision, own_first).await.refused(403, "campaigns.own_case");
    near.put(&decision, json!({})).await.refused(403, "campaigns.own_case");
    assert_eq!((decides(&takes_part).await, decides(&near).await, decides(&free).await), (false, false, true));
    free.put(&decision, json!({})).await.ok(201);
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    let mut recused: Vec<(String, String)> = (results["decisions"][0]["recused"].as_array().unwrap().iter())
        .map(|one| (one["name"].as_str().unwrap().to_owned(), one["involvement"].as_str().unwrap().to_owned()))
        .collect();
    recused.sort();
    let expected = [("南边的委员", "of_unit"), ("参评委员", "owner")];
    assert_eq!(recused, expected.map(|(name, way)| (name.to_owned(), way.to_owned())));
    app.drain().await;
}

#[tokio::test]
async fn where_the_units_of_all_deciders_take_part_each_leaves_his_own_as_computed() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let of_south = committee(&app, "南边的委员", "XZ31").await;
    let writers = [(&west, "ZB2"), (&south, "ZB3")];
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[]), writers).await;
    let decision = format!("{campaign}/decision");
    // one alone does not decide about his own branch
    of_south.put(&decision, json!({})).await.refused(403, "campaigns.own_case");
    let of_west = committee(&app, "西边的委员", "XZ21").await;
    let own_first =
        json!({ "awards": [award(&entries[1], "best", 1, Some("更好")), award(&entries[0], "best", 2, Some("顺延"))] });
    of_south.put(&decision, own_first.clone()).await.refused(403, "campaigns.own_line");
    of_west.put(&decision, own_first).await.refused(403, "campaigns.own_line");
    of_south.put(&decision, json!({})).await.ok(201);
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["decisions"][0]["recused"].as_array().unwrap().len(), 2, "both are named: {results}");
    app.drain().await;
}

#[tokio::test]
async fn who_is_a_party_to_an_objection_does_not_answer_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let runner = async |name: &str, home: &str| app.member(name).home(home).role(Role::Organiser, "JT").sign_in().await;
    let wrote = app.member("参评").home("JT").role(Role::Organiser, "JT").role(Role::Secretary, "DW1").sign_in().await;
    let (near, free) = (runner("西边的", "XZ21").await, runner("外", "JT").await);
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let decider = committee(&app, "委员", "JT").await;
    let member = app.member("某甲").sign_in().await;
    let writers = [(&wrote, "ZB2"), (&south, "DW2")];
    let (campaign, entries) = counted(&app, &organiser, heard(&app), writers).await;
    decider.put(&format!("{campaign}/decision"), json!({})).await.ok(201);
    at(&app, COMMITTEE_END).await;
    app.tick().await;
    let of_west = object(&member, &campaign, &entries[0], "数据不实").await.ok(201);
    let of_south = object(&member, &campaign, &entries[1], "名次偏高").await.ok(201);
    let own = object(&free, &campaign, &entries[0], "我也有话说").await.ok(201);
    at(&app, OBJECTION_END).await;
    let path = |objection: &Value| format!("/objections/{}/answer", objection["id"].as_str().unwrap());
    let no = || json!({ "upheld": false, "answer": "经核实，数据属实。" });
    for (party, objection, why) in [
        (&wrote, &of_west, "led and wrote it"),
        (&near, &of_west, "is at home there"),
        // at home in XZ31, below DW2
        (&organiser, &of_south, "is at home below the unit"),
        (&free, &own, "raised it"),
    ] {
        let refused = party.put(&path(objection), no()).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("campaigns.own_objection")), "{why}");
    }
    let answered = free.put(&path(&of_west), no()).await.ok(200);
    let mut recused: Vec<&str> =
        answered["recused"].as_array().unwrap().iter().map(|one| one["involvement"].as_str().unwrap()).collect();
    recused.sort_unstable();
    assert_eq!(recused, ["of_unit", "owner"], "{answered}");
    wrote.put(&path(&of_south), no()).await.ok(200);
    wrote.put(&path(&own), no()).await.refused(403, "campaigns.own_objection");
    organiser.put(&path(&own), no()).await.ok(200);
    app.drain().await;
}

#[tokio::test]
async fn who_takes_part_confirms_no_change_of_the_selection() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let takes_part = app
        .member("参评委员")
        .home("JT")
        .role(Role::CommitteeMember, "JT")
        .role(Role::Secretary, "DW1")
        .sign_in()
        .await;
    let free = committee(&app, "委员", "JT").await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    entry(&takes_part, &app, &campaign, "ZB2", "西").await;
    judging_opens(&app).await;
    assert_eq!(stage(&organiser, &campaign, "vote").await["state"], "open");
    let later = json!({ "stage": "vote", "closes_at": "2026-07-01T08:11:00+08:00", "reason": "停电" });
    let proposed = organiser.post(&format!("{campaign}/extensions"), later).await.ok(201);
    let approval = format!("/extensions/{}/approval", proposed["id"].as_str().unwrap());
    takes_part.post(&approval, json!({})).await.refused(403, "campaigns.own_case");
    free.post(&approval, json!({})).await.ok(200);
    organiser.post(&format!("{campaign}/cancellation"), json!({ "reason": "拉票" })).await.ok(201);
    let approval = format!("{campaign}/cancellation/approval");
    takes_part.post(&approval, json!({})).await.refused(403, "campaigns.own_case");
    let waits = takes_part.get("/me/desk").await.ok(200);
    assert_eq!(waits["items"], json!([]), "and nothing of it waits for him");
    free.post(&approval, json!({})).await.ok(200);
    app.drain().await;
}

#[tokio::test]
async fn nobody_reviews_a_bulletin_of_which_he_wrote_a_version() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app, "委员", "JT").await;
    let both =
        app.member("两职").home("JT").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let (campaign, _) = super::bulletins::published(&app, &organiser, &decider, "十大优秀党建品牌").await;
    let path = format!("{campaign}/bulletin");
    let first = both.post(&path, super::bulletins::frame(7)).await.ok(201);
    let versions = organiser.get(&format!("{path}/versions")).await.ok(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 1, "never changed, it is its only version");
    let mut text = first["text"].clone();
    text["title"] = json!("关于评选结果的通报");
    app.advance_seconds(60);
    organiser.put(&path, json!({ "text": text })).await.ok(200);
    let review = format!("{path}/review");
    both.post(&review, json!({ "version": 2 })).await.refused(403, "bulletins.own");
    let waits =
        async |who: &Person<'_>| who.get("/me/desk").await.ok(200)["items"].to_string().contains("campaign_bulletin");
    assert_eq!((waits(&both).await, waits(&decider).await), (false, true));
    // what was written before stays to be read, with its writer
    let versions = decider.get(&format!("{path}/versions")).await.ok(200);
    let told: Vec<(&Value, &Value, &Value)> = (versions["items"].as_array().unwrap().iter())
        .map(|one| (&one["version"], &one["written_by"], &one["text"]["title"]))
        .collect();
    let (one, two) = (json!(1), json!(2));
    let (by_both, by_organiser) = (json!("两职"), json!("组织部"));
    assert_eq!(told, [(&one, &by_both, &first["text"]["title"]), (&two, &by_organiser, &text["title"])]);
    decider.post(&review, json!({ "version": 2 })).await.ok(200);
    app.drain().await;
}

#[tokio::test]
async fn who_asked_to_be_kept_out_of_a_decision_or_an_answer_leaves_it_to_others() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let other = app.member("组织部二").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let (asks, free) = (committee(&app, "委员甲", "JT").await, committee(&app, "委员乙", "JT").await);
    let member = app.member("某甲").sign_in().await;
    let writers = [(&west, "ZB2"), (&south, "ZB3")];
    let (campaign, entries) = counted(&app, &organiser, heard(&app), writers).await;
    let mine = format!("{campaign}/recusals/mine");
    assert_eq!((decides(&asks).await, decides(&free).await), (true, true));
    asks.put(&mine, json!({ "reason": "参评单位是我原单位" })).await.ok(200);
    assert_eq!(asks.put(&mine, json!({ "reason": "又一个" })).await.ok(200)["reason"], "参评单位是我原单位");
    assert_eq!((decides(&asks).await, decides(&free).await), (false, true));
    asks.put(&format!("{campaign}/decision"), json!({})).await.refused(403, "campaigns.recused");
    free.put(&format!("{campaign}/decision"), json!({})).await.ok(201);
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["decisions"][0]["recused"], json!([{ "name": "委员甲", "involvement": "recused" }]));
    assert_eq!(
        (&results["recusals"][0]["name"], &results["recusals"][0]["reason"]),
        (&json!("委员甲"), &json!("参评单位是我原单位"))
    );

    at(&app, COMMITTEE_END).await;
    app.tick().await;
    let objection = object(&member, &campaign, &entries[0], "数据不实").await.ok(201);
    at(&app, OBJECTION_END).await;
    let path = |what: &str| format!("/objections/{}/{what}", objection["id"].as_str().unwrap());
    let waits = async |who: &Person<'_>| {
        let desk = who.get("/me/desk").await.ok(200);
        desk["items"].as_array().unwrap().iter().any(|item| item["kind"] == "campaign_objection")
    };
    assert!(waits(&organiser).await && waits(&other).await);
    organiser.put(&path("recusals/mine"), json!({ "reason": "数据由我核过" })).await.ok(200);
    assert!(!waits(&organiser).await && waits(&other).await);
    let no = || json!({ "upheld": false, "answer": "经核实，数据属实。" });
    organiser.put(&path("answer"), no()).await.refused(403, "campaigns.recused");
    let answered = other.put(&path("answer"), no()).await.ok(200);
    assert_eq!(answered["recused"], json!([{ "name": "组织部", "involvement": "recused" }]), "{answered}");
    assert_eq!(answered["recusals"][0]["reason"], "数据由我核过");
    app.drain().await;
}

#[tokio::test]
async fn where_the_only_one_whose_unit_takes_no_part_asks_to_be_kept_out_the_others_share_the_decision() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let free = committee(&app, "委员", "JT").await;
    let (of_west, of_south) = (committee(&app, "西边的", "XZ21").await, committee(&app, "南边的", "XZ31").await);
    let writers = [(&west, "ZB2"), (&south, "ZB3")];
    let (campaign, _) = counted(&app, &organiser, decided_by_committee(&app, &[]), writers).await;
    let decision = format!("{campaign}/decision");
    of_west.put(&decision, json!({})).await.refused(403, "campaigns.own_case");
    free.put(&format!("{campaign}/recusals/mine"), json!({ "reason": "有亲属参评" })).await.ok(200);
    assert_eq!((decides(&free).await, decides(&of_west).await, decides(&of_south).await), (false, true, true));
    free.put(&decision, json!({})).await.refused(403, "campaigns.recused");
    of_south.put(&decision, json!({})).await.ok(201);
    app.drain().await;
}

#[tokio::test]
async fn that_a_stage_begins_in_which_few_have_something_to_do_is_told_to_these_alone() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let south = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let expert = app.member("专家").home("JT").role(Role::Expert, "JT").sign_in().await;
    let member = app.member("某甲").sign_in().await;
    let mut body = judged(&app, &[&expert]);
    body["terms"]["sources"][0]["averaging"] = json!("plain");
    body["terms"]["sources"][0]["least"] = json!(0);
    let campaign = announced(&organiser, body).await;
    at(&app, ENTRIES).await;
    entry(&east, &app, &campaign, "ZB1", "东").await;
    entry(&south, &app, &campaign, "ZB3", "南").await;
    judging_opens(&app).await;
    app.drain().await;
    let begun = async |who: &Person<'_>| -> Vec<bool> {
        let page = who.get("/me/notices?limit=100").await.ok(200);
        let titles: Vec<&str> =
            page["items"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap()).collect();
        ["评选开始", "专家评审开始", "支部互评开始"]
            .map(|word| titles.iter().any(|title| title.contains(word)))
            .to_vec()
    };
    assert_eq!(begun(&member).await, [true, false, false]);
    assert_eq!(begun(&expert).await, [true, true, false]);
    assert_eq!(begun(&east).await, [true, false, true]);
    assert_eq!(begun(&south).await, [true, false, true]);
}
