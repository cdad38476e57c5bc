//! The brands that units build.

use reqwest::Method;
use xianfeng::base::capability::Role;

use crate::support::{TestApp, send};

#[tokio::test]
async fn brands_are_imported_brought_up_to_date_and_listed() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let import =
        async |file: &str| send(organiser.request(Method::POST, "/imports/brands").body(file.to_owned())).await.ok(200);
    let report =
        import("申报单位,品牌名称,创建要点\n东支部,精·智电解,精细严实智\n没有,甲,乙\nZB2,领航,六个领航\n").await;
    assert_eq!((&report["accepted"], &report["refused"]), (&2.into(), &1.into()));
    assert_eq!(report["problems"][0]["row"], 3);
    let again = import("品牌名称,申报单位\n精·智电解二,东支部\n领航,西支部\n").await;
    assert_eq!((&again["accepted"], &again["changed"]), (&0.into(), &2.into()));

    let li = app.member("李一").sign_in().await;
    let brands = li.get("/brands").await.ok(200);
    assert_eq!(brands["items"][0]["name"], "精·智电解二");
    assert_eq!(brands["items"].as_array().unwrap().len(), 2);

    // of a unit with everything below it
    let names = async |unit: &str| -> Vec<String> {
        let found = li.get(&format!("/brands?unit_id={}", app.unit(unit))).await.ok(200);
        found["items"].as_array().unwrap().iter().map(|brand| brand["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("ZB1").await, ["精·智电解二"]);
    assert_eq!(names("DW1").await, ["精·智电解二", "领航"]);
    assert!(names("DW2").await.is_empty());
}
