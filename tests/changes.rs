//! What one process changes, the others hear of within a second.

use reqwest::Method;
use serde_json::json;

use crate::members::{administrator, import};
use crate::support::{TestApp, needs_postgres, send};

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn another_process_hears_of_a_change() {
    needs_postgres();
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let li = app.member("李一").sign_in().await;
    let sibling = app.sibling().await;
    let there = |path: &str| send(sibling.request(Method::GET, path).bearer_auth(li.token()));
    there("/me").await.ok(200);
    let new = json!({ "code": "ZB4", "name": "北支部", "kind": "党支部", "parent_id": app.unit("DW1") });
    admin.post("/units", new).await.ok(201);
    let duty = json!({ "role": "organiser", "unit_id": app.unit("ZB4") });
    admin.post(&format!("/members/{}/roles", li.id), duty).await.ok(201);
    sibling.tick().await;
    let roster = format!("/units/{}/members", app.unit("ZB4"));
    there(&roster).await.ok(200);
    let version = sibling.directory().version();
    sibling.tick().await;
    assert_eq!(sibling.directory().version(), version, "a change is acted on once");
    admin.patch(&format!("/members/{}", li.id), json!({ "status": "left" })).await.ok(200);
    sibling.tick().await;
    there("/me").await.refused(401, "session.over");
    let file = "工号,姓名,所属党小组编码,政治面貌\nC1,甲,XZ11,党员\n";
    import(&admin, "/imports/members", file).await.ok(200);
    let count = sibling.directory().members_below(app.unit("JT")).len();
    sibling.tick().await;
    assert_eq!(sibling.directory().members_below(app.unit("JT")).len(), count + 1);
}
