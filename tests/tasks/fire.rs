//! Many at once: lists on hundreds of units, two judges of one task.

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::db::schema::{desk_items, task_steps, tasks};
use xianfeng::doing::tasks::{TaskId, TaskVerb};
use xianfeng::on;
use xianfeng::people::members::directory::UnitTree;
use xianfeng::people::members::model::Unit;
use xianfeng::people::members::store;

use super::{Cast, cast, item, list, step, task};
use crate::ideas::text;
use crate::support::{TestApp, on_postgres};

/// Branches below the first plant.
async fn branches(app: &TestApp, count: usize) -> Vec<Value> {
    let parent = app.unit("DW1");
    let made = app
        .write(move |tx| {
            let mut made = Vec::new();
            for n in 0..count {
                let unit = Unit {
                    id: tx.fresh_id(),
                    code: format!("Z{n:03}"),
                    name: format!("第{n}党支部"),
                    short_name: format!("第{n}支部"),
                    kind: "党支部".into(),
                    parent_id: Some(parent),
                    closed_on: None,
                    created_at: tx.now(),
                    updated_at: tx.now(),
                };
                store::insert_unit(tx.conn, &unit)?;
                made.push(unit.id);
            }
            Ok(made)
        })
        .await;
    let units = app.db().read(store::list_units).await.unwrap();
    app.directory().put_tree(UnitTree::new(units));
    made.into_iter().map(|unit| json!(unit)).collect()
}

async fn count(app: &TestApp) -> (i64, i64) {
    let tasks = app.db().read(|conn| on!(conn, c => tasks::table.count().get_result(c))).await.unwrap();
    let waiting = app
        .db()
        .read(|conn| on!(conn, c => desk_items::table.filter(desk_items::kind.eq("task")).count().get_result(c)))
        .await
        .unwrap();
    (tasks, waiting)
}

async fn many(units: usize, items: usize) {
    let app = TestApp::start().await;
    // of SQLite there is one process
    let sibling = if on_postgres() { Some(app.sibling().await) } else { None };
    let Cast { organiser, .. } = cast(&app).await;
    let units = branches(&app, units).await;
    if let Some(sibling) = &sibling {
        let all = app.db().read(store::list_units).await.unwrap();
        sibling.directory().put_tree(UnitTree::new(all));
    }
    let list = list(&app, &organiser, "year").await;
    for n in 1..=items {
        let mut asked = item(&format!("任务{n}"), "2026-12-31");
        asked["nodes"] = json!([{ "title": "年中", "due_on": "2026-09-30" }]);
        organiser.put(&format!("/task-lists/{list}/items/{n}"), asked).await.ok(201);
    }
    let total = i64::try_from(units.len() * items).unwrap();
    let body = json!({ "unit_ids": units });
    let laying = organiser.post(&format!("/task-lists/{list}/layings"), body.clone()).await.ok(201);
    assert_eq!((&laying["total"], &laying["done"]), (&json!(total), &json!(0)));
    // two servers, and a second wish for the same
    let again = organiser.post(&format!("/task-lists/{list}/layings"), body).await.ok(201);
    match &sibling {
        Some(sibling) => drop(tokio::join!(app.tick(), sibling.tick())),
        None => app.tick().await,
    }
    app.advance_seconds(60);
    app.tick().await;
    let progress =
        async |laying: &Value| organiser.get(&format!("/task-layings/{}", text(&laying["id"]))).await.ok(200);
    let (first, second) = (progress(&laying).await, progress(&again).await);
    assert_eq!((&first["done"], &first["laid"]), (&json!(total), &json!(total)), "{first}");
    assert_eq!((&second["done"], &second["laid"]), (&json!(total), &json!(0)), "{second}");
    assert!(first["ended_at"].is_string() && second["ended_at"].is_string());
    assert_eq!(count(&app).await, (total, total));
}

#[tokio::test]
async fn a_list_is_laid_on_many_units_once_whoever_lays_it() {
    many(20, 30).await;
}

#[tokio::test]
#[ignore = "by hand: some minutes"]
async fn by_hand_ninety_five_tasks_are_laid_on_three_hundred_and_eight_units() {
    many(308, 95).await;
}

#[tokio::test]
async fn a_laying_goes_on_after_a_restart() {
    let app = TestApp::start().await;
    let Cast { organiser, .. } = cast(&app).await;
    let list = list(&app, &organiser, "year").await;
    organiser.put(&format!("/task-lists/{list}/items/1"), item("任务", "2026-12-31")).await.ok(201);
    let body = json!({ "unit_ids": [app.unit("ZB1"), app.unit("ZB2")] });
    organiser.post(&format!("/task-lists/{list}/layings"), body).await.ok(201);
    drop(organiser);
    let app = app.restarted().await;
    app.tick().await;
    assert_eq!(count(&app).await, (2, 2));
}

#[tokio::test]
async fn of_two_who_judge_at_once_one_does() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, .. } = cast(&app).await;
    for _ in 0..5 {
        let id = task(&app, &organiser, item("抢着审核", "2026-07-31")).await;
        step(&secretary, &id, "acceptance", json!({})).await.ok(200);
        step(&secretary, &id, "submission", json!({ "result": "完成" })).await.ok(200);
        for (noun, body) in [("verification", json!({})), ("closing", json!({ "effect": "成效" }))] {
            let (one, other) =
                tokio::join!(step(&organiser, &id, noun, body.clone()), step(&committee, &id, noun, body.clone()));
            assert_eq!((one.status, other.status), (200, 200), "{} {}", one.text(), other.text());
        }
        let id: TaskId = id.parse().unwrap();
        let verbs: Vec<TaskVerb> = app
            .db()
            .read(move |conn| {
                on!(conn, c => task_steps::table
                    .filter(task_steps::task_id.eq(id))
                    .order(task_steps::id)
                    .select(task_steps::verb)
                    .load(c))
            })
            .await
            .unwrap();
        assert_eq!(verbs, [TaskVerb::Accept, TaskVerb::Submit, TaskVerb::Verify, TaskVerb::Close]);
    }
}
