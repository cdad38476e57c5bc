//! How branches stand: S4's 95 tasks, closed one by one, beside a count by hand.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::files::{HEADERS, import};
use super::{Cast, cast, close, list, step};
use crate::ideas::{items, text};
use crate::support::{Person, TestApp};

/// All tasks of a list, page by page.
async fn all(who: &Person<'_>, list: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("/tasks?list_id={list}&limit=100{cursor}")).await.ok(200);
        all.extend(items(&page).clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn ninety_five_tasks_of_four_branches_are_closed_one_by_one_and_the_month_s_end_keeps_who_stands_where() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, leader, .. } = cast(&app).await;
    let admin = crate::members::administrator(&app).await;
    let fourth = json!({ "code": "ZB4", "name": "北支部", "kind": "党支部", "parent_id": app.unit("DW2") });
    admin.post("/units", fourth).await.ok(201);
    let mut secretaries = vec![(text(&json!(app.unit("ZB1"))), secretary)];
    for (unit, home) in [("ZB2", "XZ21"), ("ZB3", "XZ31"), ("ZB4", "ZB4")] {
        let person = app.member("书记").home(home).role(Role::Secretary, unit).sign_in().await;
        secretaries.push((text(&json!(app.unit(unit))), person));
    }
    let list = list(&app, &organiser, "year").await;
    let names = ["东支部", "西支部", "南支部", "北支部"];
    let row = |n: usize| format!("{n},任务{n},标准{n},{},2026-07-15,{},否,党建,\n", names[(n - 1) % 4], 1 + n % 3);
    let file = HEADERS.to_owned() + &(1..=95).map(row).collect::<String>();
    import(&organiser, &list, "", file).await.ok(200);
    let laying = organiser.post(&format!("/task-lists/{list}/layings"), json!({})).await.ok(201);
    assert_eq!((&laying["total"], &laying["ended_at"]), (&json!(95), &Value::Null));
    app.tick().await;
    let tasks = all(&organiser, &list).await;
    assert_eq!(tasks.len(), 95);

    // the west leaves three, the south hands five in late, the north leaves everything that weighs most
    let mut by_hand: Vec<(i64, i64, i64, i64, i64)> = vec![(0, 0, 0, 0, 0); 4];
    let mut late = Vec::new();
    for task in &tasks {
        let at = secretaries.iter().position(|(unit, _)| task["unit_id"] == *unit).unwrap();
        let (id, number, weight) =
            (text(&task["id"]), task["number"].as_i64().unwrap(), task["weight"].as_i64().unwrap());
        by_hand[at].0 += 1;
        by_hand[at].3 += weight;
        let is_left = (at == 1 && number > 84) || (at == 3 && weight == 300);
        if is_left {
            continue;
        }
        by_hand[at].1 += 1;
        by_hand[at].4 += weight;
        if at == 2 && number > 75 {
            late.push((at, id));
            continue;
        }
        by_hand[at].2 += 1;
        close(&secretaries[at].1, &organiser, &id).await;
    }
    app.set_clock("2026-07-31T23:50:00+08:00");
    let (organiser, leader) = (app.sign_in_anew(&organiser).await, app.sign_in_anew(&leader).await);
    for (_, person) in &mut secretaries {
        *person = app.sign_in_anew(person).await;
    }
    for (at, id) in &late {
        close(&secretaries[*at].1, &organiser, id).await;
    }
    let closed = by_hand.iter().map(|line| line.1).sum::<i64>();
    let progress = organiser.get(&format!("/task-lists/{list}")).await.ok(200);
    let counted = progress["states"].as_array().unwrap().iter().find(|count| count["state"] == "closed").unwrap();
    assert_eq!(counted["count"], closed);

    app.tick().await;
    let running = organiser.get("/tasks/standing?month=2026-07-01").await.ok(200);
    assert_eq!(running["made_at"], Value::Null);
    app.set_clock("2026-08-01T00:00:01+08:00");
    app.tick().await;
    // what happens afterwards moves nothing
    let left =
        tasks.iter().find(|task| task["unit_id"] == secretaries[1].0 && task["number"].as_i64().unwrap() > 84).unwrap();
    close(&secretaries[1].1, &organiser, &text(&left["id"])).await;
    let standing = organiser.get("/tasks/standing?month=2026-07-01").await.ok(200);
    assert_eq!((&standing["made_at"].is_string(), &standing["branch_count"]), (&true, &json!(4)));
    for (at, (unit, _)) in secretaries.iter().enumerate() {
        let line = standing["lines"].as_array().unwrap().iter().find(|line| line["unit_id"] == *unit).unwrap();
        let seen =
            ["due", "closed", "on_time", "weight_due", "weight_closed"].map(|field| line[field].as_i64().unwrap());
        let (due, closed, on_time, weight_due, weight_closed) = by_hand[at];
        assert_eq!(seen, [due, closed, on_time, weight_due, weight_closed], "{}", names[at]);
    }
    let places: Vec<(&str, i64)> = standing["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["unit_name"].as_str().unwrap(), line["place"].as_i64().unwrap()))
        .collect();
    assert_eq!(places[0], ("东支部", 1));
    assert_eq!(places[1], ("南支部", 2), "closed like the first, but not all in time");

    // a branch sees its own place and the first third
    let north = secretaries[3].1.get("/tasks/standing?month=2026-07-01").await.ok(200);
    let seen: Vec<&Value> = north["lines"].as_array().unwrap().iter().map(|line| &line["unit_name"]).collect();
    assert_eq!((&north["own"]["place"], seen.len()), (&json!(4), 3));
    leader.get("/tasks/standing?month=2026-09-01").await.refused(400, "tasks.bad_month");

    // the facts say the same
    let fact = async |name: &str, unit: &str| -> Value {
        organiser.get(&format!("/facts/{name}?unit_id={unit}&day=2026-07-31")).await.ok(200)
    };
    let of_south = fact("tasks.on_time", &secretaries[2].0).await;
    assert_eq!((&of_south["amount"], &of_south["base"]), (&json!(by_hand[2].2), &json!(by_hand[2].0)));
    let closed_east = fact("tasks.closed", &secretaries[0].0).await;
    assert_eq!(closed_east["value"], by_hand[0].1);
    let late_west = fact("tasks.overdue", &secretaries[1].0).await;
    assert_eq!(late_west["value"], by_hand[1].0 - by_hand[1].1);
    let late_south = fact("tasks.overdue", &secretaries[2].0).await;
    assert_eq!(late_south["value"], json!(late.len()));
}

#[tokio::test]
async fn what_was_put_off_is_in_time_by_the_new_day_and_late_by_the_first() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, .. } = cast(&app).await;
    let id = super::task(&app, &organiser, super::item("延期的", "2026-07-10")).await;
    step(&secretary, &id, "acceptance", json!({})).await.ok(200);
    step(&secretary, &id, "extension", json!({ "until": "2026-07-20", "reason": "等料" })).await.ok(200);
    step(&organiser, &id, "extension/approval", json!({})).await.ok(200);
    app.set_clock("2026-07-15T08:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    let organiser = app.sign_in_anew(&organiser).await;
    step(&secretary, &id, "submission", json!({ "result": "完成" })).await.ok(200);
    step(&organiser, &id, "verification", json!({})).await.ok(200);
    step(&organiser, &id, "closing", json!({ "effect": "投用" })).await.ok(200);
    let unit = app.unit("ZB1");
    for (name, value) in [("tasks.on_time", 10_000), ("tasks.first_on_time", 0)] {
        let fact = organiser.get(&format!("/facts/{name}?unit_id={unit}")).await.ok(200);
        assert_eq!(fact["value"], value, "{name}");
    }
    let records = organiser.get(&format!("/facts/tasks.closed/records?unit_id={unit}")).await.ok(200);
    assert_eq!(items(&records)[0]["id"], json!(id));
}
