//! The brands that units build.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::files::{photograph, upload};
use crate::support::{Person, TestApp, send};

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

/// Uploads a file; its id.
async fn uploaded(who: &Person<'_>, name: &str, bytes: Vec<u8>) -> String {
    upload(who, name, bytes).await.ok(201)["id"].as_str().unwrap().to_owned()
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.4 test".to_vec()
}

async fn changed_as(who: &Person<'_>, path: &str, tag: &str, body: Value) -> crate::support::Reply {
    send(who.request(Method::PATCH, path).header("if-match", tag).json(&body)).await
}

#[tokio::test]
async fn a_brand_is_edited_by_itself_with_what_shows_it_and_nobody_undoes_what_another_did() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").home("XZ31").sign_in().await;
    let body = json!({ "unit_id": app.unit("ZB1"), "name": "精·智电解", "keywords": ["精细", "智能"] });
    let elsewhere = json!({ "unit_id": app.unit("ZB2"), "name": "领航" });
    secretary.post("/brands", elsewhere).await.refused(403, "access.out_of_scope");
    let made = secretary.post("/brands", body.clone()).await;
    let path = format!("/brands/{}", made.ok(201)["id"].as_str().unwrap());
    organiser.post("/brands", body).await.refused(409, "brands.taken");

    let seen = li.get(&path).await;
    assert_eq!((&seen.ok(200)["keywords"], &seen.ok(200)["measures"]), (&json!(["精细", "智能"]), &json!("")));
    let tag = seen.header("etag").unwrap();
    let change =
        json!({ "measures": "每班一检", "experience": "师带徒", "figures": "直收率 98.6 %", "summary": "严实" });
    let edited = changed_as(&secretary, &path, tag, change).await.ok(200);
    assert_eq!((&edited["figures"], &edited["name"]), (&json!("直收率 98.6 %"), &json!("精·智电解")));
    let late = changed_as(&organiser, &path, tag, json!({ "measures": null })).await;
    assert_eq!(late.refused(409, "versions.outdated")["changed"]["name"], "书记");
    let cleared = organiser.patch(&path, json!({ "experience": null })).await.ok(200);
    assert_eq!((&cleared["experience"], &cleared["measures"]), (&json!(""), &json!("每班一检")));
    for bad in
        [json!({ "keywords": ["甲", "甲"] }), json!({ "keywords": (0..11).map(|n| n.to_string()).collect::<Vec<_>>() })]
    {
        secretary.patch(&path, bad).await.refused(422, "body.invalid");
    }

    // files, by what they show
    let (photo, sheet) =
        (uploaded(&secretary, "现场.jpg", photograph()).await, uploaded(&secretary, "数据.pdf", pdf()).await);
    let evidence = format!("{path}/evidence");
    secretary.post(&evidence, json!({ "kind": "measure", "file_ids": [photo] })).await.ok(200);
    let shown = secretary.post(&evidence, json!({ "kind": "data", "file_ids": [sheet] })).await.ok(200);
    let kinds: Vec<&str> =
        shown["evidence"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["measure", "data"]);
    let fetched = send(li.request(Method::GET, &format!("/files/{sheet}"))).await;
    assert_eq!(fetched.status, 200, "everybody reads what shows a brand");
    secretary.delete(&format!("{evidence}/{photo}")).await.ok(204);
    secretary.delete(&format!("{evidence}/{photo}")).await.refused(404, "brands.file_not_found");

    // its mark
    let picture = format!("{path}/picture");
    let other = uploaded(&secretary, "数据二.pdf", pdf()).await;
    secretary.put(&picture, json!({ "file_id": other })).await.refused(422, "body.invalid");
    let mark = uploaded(&secretary, "标识.jpg", photograph()).await;
    secretary.put(&picture, json!({ "file_id": mark })).await.ok(200);
    let listed = li.get("/brands").await.ok(200);
    let address = listed["items"][0]["picture"]["url"].as_str().unwrap().to_owned();
    let opened = crate::support::send(app.request(Method::GET, address.strip_prefix("/api/v1").unwrap())).await;
    assert_eq!(opened.status, 200);
    let outdated = secretary.request(Method::PUT, &picture).header("if-match", tag).json(&json!({ "file_id": null }));
    send(outdated).await.refused(409, "versions.outdated");
    assert_eq!(secretary.put(&picture, json!({ "file_id": null })).await.ok(200)["picture"], Value::Null);
}

#[tokio::test]
async fn a_brand_may_belong_to_an_umbrella_brand_which_belongs_to_none() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let make = async |unit: &str, name: &str, parent: Option<&str>| {
        let body = json!({ "unit_id": app.unit(unit), "name": name, "parent_id": parent });
        organiser.post("/brands", body).await
    };
    let id = |made: &crate::support::Reply| made.ok(201)["id"].as_str().unwrap().to_owned();
    let umbrella = id(&make("JT", "先锋", None).await);
    let child = id(&make("ZB1", "精·智电解", Some(&umbrella)).await);
    let alone = id(&make("ZB2", "领航", None).await);
    make("ZB3", "四级", Some(&child)).await.refused(422, "body.invalid");
    let put = async |of: &str, parent: Option<&str>| {
        organiser.patch(&format!("/brands/{of}"), json!({ "parent_id": parent })).await
    };
    put(&umbrella, Some(&alone)).await.refused(422, "body.invalid");
    put(&alone, Some(&alone)).await.refused(422, "body.invalid");
    put(&alone, Some(&umbrella)).await.ok(200);
    let shown = organiser.get(&format!("/brands/{umbrella}")).await.ok(200);
    let children: Vec<&str> =
        shown["children"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(children, ["精·智电解", "领航"]);
    assert_eq!(organiser.get(&format!("/brands/{child}")).await.ok(200)["parent"]["name"], "先锋");
    assert_eq!(put(&child, None).await.ok(200)["parent"], Value::Null);
}

#[tokio::test]
async fn an_import_is_not_taken_back_once_its_brand_was_written_on() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let file = "申报单位,品牌名称,创建要点\n东支部,精·智电解,精细严实智\n".to_owned();
    let report = send(organiser.request(Method::POST, "/imports/brands").body(file)).await.ok(200);
    let id = organiser.get("/brands").await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
    organiser.patch(&format!("/brands/{id}"), json!({ "measures": "每班一检" })).await.ok(200);
    let back = format!("/imports/brands/{}/withdrawal", report["import_id"].as_str().unwrap());
    organiser.post(&back, json!({})).await.refused(409, "imports.used");
    organiser.patch(&format!("/brands/{id}"), json!({ "measures": null })).await.ok(200);
    organiser.post(&back, json!({})).await.ok(204);
    organiser.get(&format!("/brands/{id}")).await.refused(404, "brands.not_found");
}
