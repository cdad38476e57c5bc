//! What the app knows before anybody signs in.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::support::TestApp;

fn change(value: Value) -> Value {
    json!({ "value": value, "reason": "企业统一形象" })
}

#[tokio::test]
async fn anybody_reads_whose_app_it_is_and_what_it_may_send() {
    let app = TestApp::start().await;
    let config = app.get("/config").await.ok(200);
    assert_eq!(config["enterprise"]["help_phone"], Value::Null);
    assert_eq!(config["enterprise"]["colour"], "#C8161D");
    assert!(!config["enterprise"]["name"].as_str().unwrap().is_empty(), "the top unit's name");
    assert_eq!(config["limits"]["upload_bytes"], 10 * 1024 * 1024);
    assert_eq!(config["limits"]["picture_types"], json!(["image/jpeg", "image/png", "image/webp"]));
    assert_eq!((&config["demo"], &config["version"]), (&json!(false), &json!(env!("CARGO_PKG_VERSION"))));
    assert!(app.get("/config").await.header("etag").is_some());
}

#[tokio::test]
async fn an_administrator_says_what_the_enterprise_is_called_and_whom_to_ring() {
    let app = TestApp::start().await;
    let administrator = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    organiser.put("/settings/client.name", change(json!("示范集团"))).await.refused(403, "access.out_of_scope");
    for (key, bad) in [
        ("client.name", json!("示".repeat(31))),
        ("client.help_phone", json!("请打电话")),
        ("client.colour", json!("red")),
        ("client.colour", json!(16)),
    ] {
        administrator.put(&format!("/settings/{key}"), change(bad)).await.refused(422, "settings.bad_value");
    }
    administrator.put("/settings/client.name", change(json!("示范集团"))).await.ok(200);
    administrator.put("/settings/client.help_phone", change(json!("0935-8811234"))).await.ok(200);
    administrator.put("/settings/client.colour", change(json!("#B01010"))).await.ok(200);
    let told = json!({ "name": "示范集团", "help_phone": "0935-8811234", "colour": "#B01010" });
    assert_eq!(app.get("/config").await.ok(200)["enterprise"], told);
    let history = administrator.get("/settings/client.help_phone/history").await.ok(200);
    assert_eq!((&history["items"][0]["former"], &history["items"][0]["value"]), (&json!(""), &json!("0935-8811234")));

    let app = app.restarted().await;
    assert_eq!(app.get("/config").await.ok(200)["enterprise"], told, "kept");
}
