//! Less burden: the two presets, and what each switch changes.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::campaigns;
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
