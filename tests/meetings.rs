//! Meetings: who writes which down, who reads them, and what stands once something happened there.

use serde_json::json;
use xianfeng::base::capability::Role;

use crate::ideas::{meeting, submitted};
use crate::support::TestApp;

#[tokio::test]
async fn a_meeting_is_deleted_by_who_wrote_it_down_unless_something_happened_at_it() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let mistaken = meeting(&app, &leader, "group", "XZ11").await;
    secretary.delete(&format!("/meetings/{mistaken}")).await.refused(409, "meetings.not_author");
    leader.delete(&format!("/meetings/{mistaken}")).await.ok(204);
    leader.get(&format!("/meetings/{mistaken}")).await.refused(404, "meetings.not_found");
    let held = meeting(&app, &leader, "group", "XZ11").await;
    let idea = submitted(&li, "矿灯改造").await;
    leader.post(&format!("/ideas/{idea}/collection"), json!({ "meeting_id": held })).await.ok(200);
    leader.delete(&format!("/meetings/{held}")).await.refused(409, "meetings.in_use");
}
