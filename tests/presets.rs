//! Less burden: the two presets, and what each switch changes.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::boards::answer;
use crate::campaigns;
use crate::campaigns::decision::{committee, counted, decided_by_committee, turned};
use crate::support::{Person, TestApp};

/// Sets a switch, which takes two administrators.
async fn switch(app: &TestApp, pair: &(Person<'_>, Person<'_>), key: &str, value: &str) {
    let body = json!({ "value": value, "reason": "按减负要求" });
    let proposal = pair.0.put(&format!("/settings/presets.{key}"), body).await.ok(202);
    pair.1.post(&format!("/setting-proposals/{}/approval", proposal["id"].as_str().unwrap()), json!({})).await.ok(200);
    app.tick().await;
}

async fn administrators(app: &TestApp) -> (Person<'_>, Person<'_>) {
    let one = app.member("甲管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    (one, app.member("乙管理员").home("JT").role(Role::Administrator, "JT").sign_in().await)
}

async fn switches(app: &TestApp) -> Value {
    app.get("/config").await.ok(200)["switches"].clone()
}

#[tokio::test]
async fn with_less_burden_members_are_compared_within_their_branch_alone() {
    let app = TestApp::start().await;
    let pair = administrators(&app).await;
    let li = app.member("李一").sign_in().await;
    let (branch, group) = (app.unit("ZB1"), app.unit("XZ11"));
    li.get("/boards/enterprise/total").await.ok(200);
    assert_eq!(switches(&app).await["preset"], "standard");

    switch(&app, &pair, "preset", "lighter").await;
    let told = switches(&app).await;
    assert_eq!((&told["preset"], &told["personal_boards_of"]), (&json!("lighter"), &json!("branch")));
    assert_eq!(told["branch_boards"], true);
    for scope in ["enterprise".to_owned(), app.unit("DW1").to_string(), app.unit("ZB3").to_string()] {
        li.get(&format!("/boards/{scope}/total")).await.refused(403, "boards.own_branch_only");
        li.get(&format!("/boards/{scope}/total/mine")).await.refused(403, "boards.own_branch_only");
    }
    for scope in [branch, group] {
        li.get(&format!("/boards/{scope}/total")).await.ok(200);
        li.get(&format!("/boards/{scope}/total/mine")).await.ok(200);
    }
    li.get("/boards/enterprise/total?by=branch").await.ok(200);

    // a switch stands for itself, whatever the preset says
    switch(&app, &pair, "personal_boards", "enterprise").await;
    li.get("/boards/enterprise/total").await.ok(200);
    let presets = li.get("/presets").await.ok(200);
    assert_eq!(presets["preset"], "lighter");
    let first = &presets["switches"][0];
    assert_eq!((&first["key"], &first["follows_preset"]), (&json!("presets.personal_boards"), &json!(false)));
    assert_eq!(presets["switches"][1]["follows_preset"], true);
}

#[tokio::test]
async fn where_branches_are_not_compared_there_is_no_board_of_them() {
    let app = TestApp::start().await;
    let pair = administrators(&app).await;
    let li = app.member("李一").sign_in().await;
    assert!(li.get("/me/today").await.ok(200)["branch"]["board"].is_object());
    switch(&app, &pair, "branch_boards", "off").await;
    li.get("/boards/enterprise/total?by=branch").await.refused(403, "boards.branches_off");
    assert_eq!(li.get("/boards").await.ok(200)["by"], json!(["member"]));
    assert_eq!(li.get("/me/today").await.ok(200)["branch"]["board"], Value::Null);
    assert_eq!(switches(&app).await["branch_boards"], false);
    li.get("/boards/enterprise/total").await.ok(200);
}

#[tokio::test]
async fn with_less_burden_a_vote_weighs_sixty_percent_at_most_and_what_was_announced_keeps_its_rules() {
    let app = TestApp::start().await;
    let pair = administrators(&app).await;
    let organiser = campaigns::organiser(&app).await;
    let before = campaigns::announced(&organiser, campaigns::body(&app)).await;
    switch(&app, &pair, "preset", "lighter").await;
    let campaign = organiser.post("/campaigns", campaigns::body(&app)).await.ok(201);
    let announcement = format!("/campaigns/{}/announcement", campaign["id"].as_str().unwrap());
    let refused = organiser.post(&announcement, json!({})).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/terms/sources");
    campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    assert_eq!(organiser.get(&before).await.ok(200)["state"], "open", "announced before, it keeps its rules");
    switch(&app, &pair, "vote_weight", "any").await;
    let body = campaigns::with(campaigns::body(&app), &[("/title", json!("另一次评选"))]);
    let later = campaigns::with(body, &[("/terms/timetable/0/closes_at", json!("2026-07-01T08:02:00+08:00"))]);
    campaigns::announced(&organiser, later).await;
}

#[tokio::test]
async fn a_preset_takes_two_people() {
    let app = TestApp::start().await;
    let (one, _) = administrators(&app).await;
    let body = json!({ "value": "lighter", "reason": "按减负要求" });
    let proposal = one.put("/settings/presets.preset", body).await.ok(202);
    let own = format!("/setting-proposals/{}/approval", proposal["id"].as_str().unwrap());
    one.post(&own, json!({})).await.refused(403, "proposals.own");
    assert_eq!(switches(&app).await["preset"], "standard");
    let bad = json!({ "value": "lightest", "reason": "按减负要求" });
    one.put("/settings/presets.preset", bad).await.refused(422, "settings.bad_value");
}

fn names(page: &Value, list: &str, name: &str) -> Vec<String> {
    page[list].as_array().unwrap().iter().map(|line| line[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn with_less_burden_only_those_are_on_boards_who_have_said_so() {
    let app = TestApp::start().await;
    let pair = administrators(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    for member in [&li, &wang] {
        answer(&app, member.id, 3).await;
    }
    let board = format!("/boards/{}/total?period=month", app.unit("ZB1"));
    assert_eq!(names(&li.get(&board).await.ok(200), "items", "name"), ["李一", "王二"]);
    switch(&app, &pair, "preset", "lighter").await;
    assert_eq!(switches(&app).await["board_listing"], "opt_in");
    assert!(names(&li.get(&board).await.ok(200), "items", "name").is_empty(), "nobody was asked yet");
    // his own place is still his to see
    let mine = format!("/boards/{}/total/mine?period=month", app.unit("ZB1"));
    assert_eq!(li.get(&mine).await.ok(200)["rank"], 1);

    assert_eq!(li.get("/me").await.ok(200)["on_boards"], false);
    assert_eq!(li.patch("/me", json!({ "on_boards": true })).await.ok(200)["on_boards"], true);
    assert_eq!(names(&wang.get(&board).await.ok(200), "items", "name"), ["李一"]);
    li.patch("/me", json!({ "on_boards": false })).await.ok(200);
    assert!(names(&wang.get(&board).await.ok(200), "items", "name").is_empty(), "and not any more");
    // the switch stands for itself
    switch(&app, &pair, "board_listing", "opt_out").await;
    assert_eq!(names(&wang.get(&board).await.ok(200), "items", "name"), ["李一", "王二"]);
}

#[tokio::test]
async fn with_less_burden_result_and_bulletin_say_that_the_vote_is_for_reference_only() {
    let app = TestApp::start().await;
    // at home where the voters are: beside many others their ballots would be looked at by two people first
    let administrator = |name| app.member(name).role(Role::Administrator, "JT").sign_in();
    let pair = (administrator("甲管理员").await, administrator("乙管理员").await);
    let organiser = campaigns::organiser(&app).await;
    let decider = committee(&app).await;
    switch(&app, &pair, "vote_note", "on").await;
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[])).await;
    // what was announced keeps its rules, whatever is switched later
    switch(&app, &pair, "vote_note", "off").await;
    assert_eq!(organiser.get(&campaign).await.ok(200)["terms"]["vote_for_reference"], true);
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["vote_note"], "投票仅作参考");
    assert!(results["rules_text"].as_str().unwrap().contains("\"vote_for_reference\":true"));
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    let frame = json!({ "issuer": "组织部", "document_no": null, "addressees": "各单位", "signature": "办公室",
        "dated_on": "2026-07-13" });
    let bulletin = organiser.post(&format!("{campaign}/bulletin"), frame).await.ok(201);
    let said = bulletin["sheet"]["parts"][0]["paragraphs"].as_array().unwrap().last().unwrap();
    assert_eq!(said["text"], "注：投票仅作参考。");
    app.drain().await;
}

#[tokio::test]
async fn without_the_switch_nothing_is_said_of_the_vote() {
    let app = TestApp::start().await;
    let pair = administrators(&app).await;
    let organiser = campaigns::organiser(&app).await;
    let campaign = campaigns::announced(&organiser, campaigns::body(&app)).await;
    switch(&app, &pair, "preset", "lighter").await;
    assert!(organiser.get(&campaign).await.ok(200)["terms"].get("vote_for_reference").is_none());
    campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    assert_eq!(organiser.get(&format!("{campaign}/results")).await.ok(200)["vote_note"], Value::Null);
}

#[tokio::test]
async fn with_less_burden_those_above_a_branch_see_numbers_of_ten_and_more() {
    let app = TestApp::start().await;
    let pair = administrators(&app).await;
    let organiser = crate::quiz::organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    for number in 0..9 {
        app.member(&format!("东{number}")).unregistered().await;
    }
    for number in 0..3 {
        app.member(&format!("西{number}")).home("XZ21").unregistered().await;
    }
    let item =
        json!({ "title": "党章", "summary": "摘要", "body": "正文", "source": "人民日报", "minimum_seconds": 0 });
    let item = organiser.post("/study/items", item).await.ok(201)["id"].clone();
    let push = json!({ "item_id": item, "unit_id": app.unit("JT"), "day": "2026-07-01" });
    let push = organiser.post("/study/pushes", push).await.ok(201)["id"].as_str().unwrap().to_owned();
    app.tick().await;
    let study = format!("/study/pushes/{push}/coverage");
    for (path, people) in [(study.as_str(), "missing"), ("/quiz/daily/2026-07-01/coverage", "people")] {
        let listed = |page: &Value| page[people]["items"].as_array().unwrap().len();
        let of = |unit: &str| format!("{path}?unit_id={}", app.unit(unit));
        let before = organiser.get(&of("DW1")).await.ok(200);
        assert_eq!((listed(&before), &before["named"], &before["few"]), (14, &json!(true), &json!(0)), "{path}");
        switch(&app, &pair, "preset", "lighter").await;
        let seen = organiser.get(&of("DW1")).await.ok(200);
        assert_eq!((listed(&seen), &seen["named"], &seen["members"]), (0, &json!(false), &json!(14)), "{path}");
        // three would be what is missing from the whole, so the other branch is left out, too
        assert_eq!((&seen["children"], &seen["few"]), (&json!([]), &json!(2)));
        assert_eq!(organiser.get(&of("ZB1")).await.ok(200)["members"], 11);
        let code = if people == "missing" { "study.too_few" } else { "quiz.too_few" };
        organiser.get(&of("ZB2")).await.refused(403, code);
        let own = secretary.get(&of("ZB1")).await.ok(200);
        assert_eq!((listed(&own), &own["named"]), (11, &json!(true)), "his own branch he knows by name");
        assert_eq!(listed(&secretary.get(&of("XZ12")).await.ok(200)), 0, "nobody is at home there");
        switch(&app, &pair, "preset", "standard").await;
    }
}
