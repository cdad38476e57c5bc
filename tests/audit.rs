//! The trail: what it holds, who reads it, and that it stays.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::members::{administrator, ids};
use crate::support::TestApp;

#[tokio::test]
async fn the_auditor_reads_who_did_what() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let (li, _) = app.member("李一").unregistered().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let path = format!("/members/{li}");
    admin.patch(&path, json!({ "name": "李壹", "phone": "13800000000" })).await.ok(200);
    admin.patch(&path, json!({ "status": "away" })).await.ok(200);
    let all = auditor.get(&format!("/audit?subject_id={li}&limit=1")).await.ok(200);
    let line = &all["items"][0];
    assert_eq!((&line["action"], &line["detail"]), (&json!("members.update_member"), &json!({ "status": "away" })));
    assert_eq!(line["actor_name"], "管理员");
    let next = format!("/audit?subject_id={li}&limit=1&cursor={}", all["next_cursor"].as_str().unwrap());
    let next = auditor.get(&next).await.ok(200);
    assert_eq!(next["items"][0]["detail"], json!({ "name": "李壹", "phone": true }));
    assert_eq!(next["next_cursor"], Value::Null);
    let by = format!("/audit?actor_id={}&action=members.update_member&from=2026-07-01&to=2026-07-01", admin.id);
    assert_eq!(ids(&auditor.get(&by).await.ok(200)).len(), 2);
    assert_eq!(auditor.get("/audit?to=2026-06-30").await.ok(200)["items"], json!([]));
    app.drain().await;
}
