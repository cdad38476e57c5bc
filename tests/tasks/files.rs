//! Lists in and out of spreadsheets.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{Cast, cast, lay, list};
use crate::ideas::items;
use crate::support::{Person, Reply, TestApp, send};

pub const HEADERS: &str = "序号,重点任务,完成标准,牵头单位,完成时限,权重,是否重点,条线,节点\n";

pub async fn import(by: &Person<'_>, list: &str, query: &str, file: impl Into<reqwest::Body>) -> Reply {
    send(by.request(Method::POST, &format!("/imports/task-lists/{list}{query}")).body(file)).await
}

#[tokio::test]
async fn ninety_five_items_come_in_at_once_and_the_same_file_again_brings_nothing() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, .. } = cast(&app).await;
    let list = list(&app, &organiser, "year").await;
    let row =
        |n: u32| format!("{n},任务{n},标准{n},东支部,2026-12-31,1,否,党建,2026-09-30 形成方案；2026-12-31 完成\n");
    let file = HEADERS.to_owned() + &(1..=95).map(row).collect::<String>();
    let wrong = file.clone()
        + "96,,标准,东支部,2026-12-31,,,,\n97,任务,标准,北支部,2026-12-31,,,,\n98,任务,标准,东支部,明天,,,,\n";
    let looked = import(&organiser, &list, "?dry_run=true", wrong).await.ok(200);
    assert_eq!((&looked["accepted"], &looked["refused"]), (&json!(95), &json!(3)));
    let problems: Vec<(Value, Value)> = looked["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["row"].clone(), problem["column"].clone()))
        .collect();
    assert_eq!(
        problems,
        [(json!(97), json!("重点任务")), (json!(98), json!("牵头单位")), (json!(99), json!("完成时限"))]
    );
    assert_eq!(
        items(&organiser.get(&format!("/task-lists/{list}/items")).await.ok(200)).len(),
        0,
        "nothing was written"
    );
    import(&secretary, &list, "", file.clone()).await.refused(403, "access.out_of_scope");
    let looked = import(&organiser, &list, "?dry_run=true", file.clone()).await.ok(200);
    let confirm = format!("?confirm={}", looked["digest"].as_str().unwrap());
    let done = import(&organiser, &list, &confirm, file.clone()).await.ok(200);
    assert_eq!((&done["accepted"], &done["changed"]), (&json!(95), &json!(0)));
    let again = import(&organiser, &list, "", file.clone()).await.ok(200);
    assert_eq!((&again["accepted"], &again["unchanged"]), (&json!(0), &json!(95)));
    let changed = import(&organiser, &list, "", file.replace("标准7,", "新标准7,")).await.ok(200);
    assert_eq!((&changed["changed"], &changed["unchanged"]), (&json!(1), &json!(94)));

    // laid on two units, and out again in the same layout
    assert_eq!(lay(&app, &organiser, &list, &["ZB1", "ZB2"]).await["laid"], 190);
    let late = import(&organiser, &list, "", file.replace("标准8,", "新标准8,")).await.ok(200);
    assert_eq!(late["refused"], 2, "what was laid stays: {late}");
    let path = format!("/exports/task-lists/{list}");
    let csv = organiser.get(&format!("{path}?format=csv")).await.text();
    assert_eq!(csv.lines().count(), 191);
    assert!(csv.contains("待签收") && csv.contains("2026-09-30 形成方案；2026-12-31 完成"), "{csv}");
    let own = secretary.get(&format!("{path}?format=csv")).await.text();
    assert_eq!(own.lines().count(), 96, "of the own unit");
    let xlsx = send(organiser.request(Method::GET, &path)).await.bytes;
    let back = import(&organiser, &list, "?dry_run=true", xlsx).await.ok(200);
    assert_eq!((&back["unchanged"], &back["refused"]), (&json!(190), &json!(0)), "{back}");
}

#[tokio::test]
async fn items_are_written_one_by_one_until_a_task_is_made_of_them() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, .. } = cast(&app).await;
    let list = list(&app, &organiser, "month").await;
    let path = format!("/task-lists/{list}/items/3");
    let mut asked = super::item("月度计划", "2026-07-31");
    secretary.put(&path, asked.clone()).await.refused(403, "access.out_of_scope");
    organiser.post(&format!("/task-lists/{list}/layings"), json!({})).await.refused(409, "tasks.nothing_to_lay");
    organiser.put(&path, asked.clone()).await.ok(201);
    asked["weight"] = json!(250);
    assert_eq!(organiser.put(&path, asked.clone()).await.ok(200)["weight"], 250);
    for (field, value) in [
        ("due_on", json!("2025-12-31")),
        ("nodes", json!([{ "title": "早", "due_on": "2026-08-01" }])),
        ("lead_unit_id", json!(organiser.id)),
        ("assisting_unit_ids", json!([organiser.id])),
        ("leader_id", json!(app.unit("JT"))),
        ("weight", json!(10_001)),
    ] {
        let mut wrong = asked.clone();
        wrong[field] = value;
        organiser.put(&path, wrong).await.refused(422, "body.invalid");
    }
    let layings = format!("/task-lists/{list}/layings");
    organiser.post(&layings, json!({})).await.refused(422, "body.invalid");
    organiser
        .post(&layings, json!({ "numbers": [4], "unit_ids": [app.unit("ZB1")] }))
        .await
        .refused(404, "tasks.item_not_found");
    assert_eq!(lay(&app, &organiser, &list, &["ZB1"]).await["laid"], 1);
    assert_eq!(lay(&app, &organiser, &list, &["ZB1"]).await["laid"], 0, "what a unit has is not made again");
    asked["weight"] = json!(300);
    organiser.put(&path, asked).await.refused(409, "tasks.item_laid");
    organiser.delete(&path).await.refused(409, "tasks.item_laid");
    organiser.put(&format!("/task-lists/{list}/items/4"), super::item("多余", "2026-07-31")).await.ok(201);
    assert_eq!(organiser.delete(&format!("/task-lists/{list}/items/4")).await.status, 204);
    let seen = secretary.get(&format!("/task-lists/{list}")).await.ok(200);
    assert_eq!((&seen["item_count"], &seen["states"]), (&json!(1), &json!([{ "state": "issued", "count": 1 }])));
    // a branch sets tasks for its groups, and nobody else's
    let own = json!({ "kind": "month", "title": "支部计划", "unit_id": app.unit("ZB1"), "year": 2026 });
    let own = crate::ideas::text(&secretary.post("/task-lists", own).await.ok(201)["id"]);
    secretary.put(&format!("/task-lists/{own}/items/1"), super::item("小组任务", "2026-07-31")).await.ok(201);
    let beyond = json!({ "unit_ids": [app.unit("ZB2")] });
    secretary.post(&format!("/task-lists/{own}/layings"), beyond).await.refused(422, "body.invalid");
    assert_eq!(lay(&app, &secretary, &own, &["XZ11"]).await["laid"], 1);
    let elsewhere = json!({ "kind": "month", "title": "别的", "unit_id": app.unit("ZB2"), "year": 2026 });
    secretary.post("/task-lists", elsewhere).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn a_row_with_a_unit_elsewhere_is_refused_alone() {
    let app = TestApp::start().await;
    let Cast { secretary, .. } = cast(&app).await;
    let issuer = app.member("一厂委员").home("JT").role(Role::CommitteeMember, "DW1").sign_in().await;
    let body = json!({ "kind": "month", "title": "月计划", "unit_id": app.unit("DW1"), "year": 2026 });
    let list = issuer.post("/task-lists", body).await.ok(201);
    let path = format!("/task-lists/{}", list["id"].as_str().unwrap());
    let file = HEADERS.to_owned()
        + "1,任务,标准,东支部,2026/7/31,,,,2026年7月9日 形成方案\n2,任务,标准,南支部,2026-12-31,,,,\n3,任务,标准,东支部、西支部,2026-12-31,,,,\n";
    let looked = import(&issuer, list["id"].as_str().unwrap(), "?dry_run=true", file).await.ok(200);
    assert_eq!((&looked["accepted"], &looked["refused"]), (&json!(1), &json!(2)), "{looked}");
    for (at, row) in [(0, 3), (1, 4)] {
        let problem = &looked["problems"][at];
        assert_eq!((&problem["row"], &problem["column"]), (&json!(row), &json!("牵头单位")), "{problem}");
    }
    // a unit that is named twice helps once
    let (two, day) = (app.unit("ZB2"), "2026-12-31");
    let item = json!({ "title": "任务", "standard": "标准", "due_on": day, "assisting_unit_ids": [two, two] });
    let item = issuer.put(&format!("{path}/items/1"), item).await.ok(201);
    assert_eq!(item["assisting_unit_ids"], json!([two]));

    // what it is called may be put right, by whoever sets it
    let change = json!({ "title": "七月计划", "basis": "党委〔2026〕3号", "rhythm": "weekly" });
    secretary.patch(&path, change.clone()).await.refused(403, "access.out_of_scope");
    let changed = issuer.patch(&path, change).await.ok(200);
    assert_eq!((&changed["title"], &changed["rhythm"]), (&json!("七月计划"), &json!("weekly")));
    let changed = issuer.patch(&path, json!({ "basis": null })).await.ok(200);
    assert_eq!((&changed["title"], &changed["basis"]), (&json!("七月计划"), &Value::Null));
    assert_eq!(issuer.get(&path).await.ok(200), changed);
}
