//! What somebody should look after, maintenance, and what the doctor says.

use reqwest::Method;
use serde_json::{Value, json};

use crate::members::administrator;
use crate::quiz::organiser;
use crate::support::process::{Site, complaint};
use crate::support::{Person, TestApp, send};

/// The kinds of everything that should be looked after.
async fn alarms(person: &Person<'_>) -> Vec<String> {
    let list = person.get("/operations/alarms").await.ok(200);
    let items = list["items"].as_array().unwrap().iter();
    items.map(|alarm| alarm["kind"].as_str().unwrap().to_owned()).collect()
}

fn set(value: &str) -> Value {
    json!({ "value": value, "reason": "系统升级" })
}

#[tokio::test]
async fn what_did_not_happen_at_its_time_is_told_until_it_has_happened() {
    let app = TestApp::start().await;
    app.set_clock("2026-07-01T06:00:00+08:00");
    app.tick().await;
    let admin = administrator(&app).await;
    let organiser = organiser(&app).await;
    let item =
        json!({ "title": "晨读", "summary": "一段话", "body": "# 全文", "source": "人民日报", "minimum_seconds": 0 });
    let item = organiser.post("/study/items", item).await.ok(201)["id"].clone();
    let plan = json!({ "item_id": item, "unit_id": app.unit("JT"), "day": "2026-07-01" });
    organiser.post("/study/pushes", plan).await.ok(201);
    assert_eq!(alarms(&admin).await, Vec::<String>::new());
    // a few minutes are nothing yet
    app.set_clock("2026-07-01T07:54:00+08:00");
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    assert!(!alarms(&admin).await.contains(&"overdue".to_owned()));
    app.set_clock("2026-07-01T08:10:00+08:00");
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    assert!(alarms(&admin).await.contains(&"overdue".to_owned()));
    app.tick().await;
    assert_eq!(alarms(&admin).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_doubted_clock_is_told_and_reading_goes_on() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    app.set_clock("2026-07-01T08:10:00+08:00");
    app.tick().await;
    let readiness = send(app.at_root(Method::GET, "/readyz")).await;
    assert_eq!((readiness.status, &readiness.json()["writes"]), (200, &json!("ok")));
    app.clock.set("2026-07-01T08:00:00+08:00".parse().unwrap());
    app.tick().await;
    assert_eq!(alarms(&admin).await, ["clock_doubted"]);
    let readiness = send(app.at_root(Method::GET, "/readyz")).await;
    assert_eq!((readiness.status, &readiness.json()["writes"]), (200, &json!("refused")));
}

#[tokio::test]
async fn in_maintenance_everybody_reads_nobody_changes_and_the_sentence_is_the_enterprises() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let li = app.member("李一").sign_in().await;
    let hide = json!({ "hidden_from_boards": true });
    admin.put("/settings/service.maintenance", set("今晚 22:00 前升级系统，暂时只能查看")).await.ok(200);
    app.tick().await;
    let refused = li.patch("/me", hide.clone()).await;
    let told = refused.refused(503, "service.maintenance");
    assert_eq!(told["detail"], "今晚 22:00 前升级系统，暂时只能查看");
    assert_eq!(refused.header("retry-after"), Some("60"));
    li.get("/me/today").await.ok(200);
    // whoever comes in the meantime gets in, and whoever is in stays in
    app.member("王二").sign_in().await.get("/me").await.ok(200);
    assert_eq!(alarms(&admin).await, ["maintenance"]);
    admin.put("/settings/service.maintenance", set(&"长".repeat(101))).await.refused(422, "settings.bad_value");
    admin.put("/settings/service.maintenance", set("  ")).await.ok(200);
    app.tick().await;
    li.patch("/me", hide).await.ok(200);
    assert_eq!(alarms(&admin).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let site = Site::open(1).await;
    let _server = site.serve().await;
    let output = site.command(&["doctor"]).await;
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    for well in ["正常 数据库可用，表结构与程序一致", "正常 附件所在磁盘剩余"] {
        assert!(said.contains(well), "{said}");
    }
    for bad in ["XIANFENG_PUBLIC_URL", "XIANFENG_BACKUP_FOLDER"] {
        assert!(said.lines().any(|line| line.starts_with("注意") && line.contains(bad)), "{said}");
    }
    assert!(complaint(&output).contains("项需要处理"));
    assert!(!said.contains("Redis 不可用"), "{said}");
    if site.redis_url().is_some() {
        let output = site.command_with(&["--redis-url=redis://127.0.0.1:1"], &["doctor"]).await;
        assert!(String::from_utf8_lossy(&output.stdout).contains("Redis 不可用"), "{output:?}");
    }
}
