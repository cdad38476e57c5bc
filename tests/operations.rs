//! What waits to leave the house, as an administrator sees it, and what becomes of what failed for good.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::kernel::outbox;

use crate::support::{Person, TestApp};

/// Sends messages that nobody delivers until they are parked.
async fn parked(app: &TestApp, count: u32) {
    for number in 0..count {
        app.write(move |tx| Ok(outbox::send(tx, "nobody.delivers", json!({ "secret": format!("秘密{number}") }))?))
            .await;
    }
    for _ in 0..10 {
        app.tick().await;
        app.advance_seconds(3600);
    }
}

async fn administrator(app: &TestApp) -> Person<'_> {
    app.member("管理员").home("XZ11").role(Role::Administrator, "JT").sign_in().await
}

#[tokio::test]
async fn what_failed_for_good_is_seen_released_or_thrown_away_and_the_trail_knows() {
    let app = TestApp::start().await;
    parked(&app, 3).await;
    let admin = administrator(&app).await;
    let seen = admin.get("/operations/outbox?limit=2").await.ok(200);
    assert_eq!(seen["lanes"], json!([{ "lane": "main", "waiting": 0, "parked": 3, "oldest_due_at": null }]));
    let items = seen["parked"]["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["attempts"], &items[0]["topic"]), (2, &json!(10), &json!("nobody.delivers")));
    assert!(items[0]["reason"].as_str().unwrap().contains("no handler"), "{seen}");
    assert!(!seen.to_string().contains("秘密"), "what it says is nobody's business here");
    let cursor = seen["parked"]["next_cursor"].as_str().unwrap();
    let rest = admin.get(&format!("/operations/outbox?limit=2&cursor={cursor}")).await.ok(200);
    assert_eq!(rest["parked"]["items"].as_array().unwrap().len(), 1);

    let path = |item: &Value| format!("/operations/outbox/{}", item["id"].as_str().unwrap());
    admin.delete(&path(&items[0])).await.ok(204);
    admin.delete(&path(&items[0])).await.refused(404, "operations.not_found");
    let released = admin.post(&format!("{}/release", path(&items[1])), json!({})).await.ok(200);
    assert_eq!(released, json!({ "messages": 1 }));
    admin.post(&format!("{}/release", path(&items[1])), json!({})).await.refused(404, "operations.not_found");
    assert_eq!(admin.post("/operations/outbox/release", json!({})).await.ok(200), json!({ "messages": 1 }));
    let seen = admin.get("/operations/outbox").await.ok(200);
    assert_eq!((&seen["lanes"][0]["waiting"], &seen["lanes"][0]["parked"]), (&json!(2), &json!(0)));

    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get("/audit?limit=100").await.ok(200).to_string();
    assert!(trail.contains("outbox.release") && trail.contains("outbox.discard"), "{trail}");
}

#[tokio::test]
async fn what_waits_is_looked_after_by_administrators_alone() {
    let app = TestApp::start().await;
    let organiser = app.member("组织员").role(Role::Organiser, "JT").sign_in().await;
    organiser.get("/operations/outbox").await.refused(403, "access.denied");
    organiser.post("/operations/outbox/release", json!({})).await.refused(403, "access.denied");
}
