//! What members ask to be put right about themselves.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{administrators, let_go, lines, text};
use crate::support::{Person, TestApp};

async fn desk(person: &Person<'_>) -> Vec<Value> {
    person.get("/me/desk").await.ok(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_wish_lies_on_the_desk_of_who_may_change_it_and_holds_once_it_is_accepted() {
    let app = TestApp::start().await;
    let (administrator, _) = administrators(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李壹").sign_in().await;
    li.post("/me/corrections", json!({ "note": "没写什么" })).await.refused(422, "member_corrections.nothing");
    li.post("/me/corrections", json!({ "name": "李壹", "note": "一样" }))
        .await
        .refused(422, "member_corrections.nothing");
    let nowhere = json!({ "unit_id": li.id, "note": "没有这个组织" });
    li.post("/me/corrections", nowhere).await.refused(422, "body.invalid");
    let wish = json!({ "name": "李一", "unit_id": app.unit("XZ12"), "note": "身份证上是“一”，四月起在二组" });
    let asked = li.post("/me/corrections", wish.clone()).await;
    let asked = asked.ok(201);
    let id = text(&asked["id"]).to_owned();
    assert_eq!(li.post("/me/corrections", wish).await.ok(201)["id"], asked["id"], "sent twice it is one");
    let other = json!({ "name": "李弌", "note": "又改" });
    li.post("/me/corrections", other).await.refused(409, "member_corrections.open");

    let item = desk(&administrator).await[0].clone();
    assert_eq!(
        (&item["kind"], &item["title"]),
        (&json!("member_correction"), &json!(format!("核实并办理李壹（{}）的信息更正申请", li.employee_no)),)
    );
    assert_eq!(item["due_on"], "2026-07-16");
    administrator.get(text(&item["link"])).await.ok(200);
    let listed = administrator.get("/member-corrections").await.ok(200)["items"][0].clone();
    assert_eq!(
        (&listed["name"], &listed["unit_name"], &listed["member_name"]),
        (&json!("李一"), &json!("东二组"), &json!("李壹"),)
    );
    let approval = format!("/member-corrections/{id}/approval");
    for who in [&secretary, &li] {
        assert!(!desk(who).await.iter().any(|item| item["kind"] == "member_correction"));
        who.post(&approval, json!({})).await.refused(403, "access.denied");
    }
    assert_eq!(administrator.post(&approval, json!({})).await.ok(200)["state"], "approved");
    assert_eq!(administrator.post(&approval, json!({})).await.ok(200)["state"], "approved", "again");
    let me = li.get("/me").await.ok(200);
    assert_eq!((&me["name"], &me["units"][0]["code"]), (&json!("李一"), &json!("XZ12")));
    assert!(desk(&administrator).await.is_empty());
    app.drain().await;
    let told = li.get("/me/notices").await.ok(200);
    assert!(told["items"].as_array().unwrap().iter().any(|notice| notice["title"] == "您的信息已更正"), "{told}");
    let own = li.get("/me/corrections").await.ok(200);
    assert_eq!(
        (&own["items"][0]["state"], &own["items"][0]["answered_by_name"]),
        (&json!("approved"), &json!("管理员甲"),)
    );
    // which name it was stands in no line of the trail, which nobody could take it out of again
    let trail = lines(&app, "SELECT detail AS line FROM trail".into()).await;
    assert!(!trail.iter().any(|line| line.contains("李一")), "{trail:?}");
}

#[tokio::test]
async fn a_wish_is_refused_with_a_reason_taken_back_or_ends_with_leaving() {
    let app = TestApp::start().await;
    let (administrator, _) = administrators(&app).await;
    let li = app.member("李一").sign_in().await;
    let ask = async |kind: &str| {
        let made = li.post("/me/corrections", json!({ "kind": kind, "note": "转正了" })).await.ok(201);
        text(&made["id"]).to_owned()
    };
    let id = ask("probationary").await;
    let refusal = format!("/member-corrections/{id}/refusal");
    administrator.post(&refusal, json!({ "reason": "档案中已转正" })).await.ok(200);
    let approval = format!("/member-corrections/{id}/approval");
    administrator.post(&approval, json!({})).await.refused(409, "proposals.over");
    app.drain().await;
    let told = li.get("/me/notices").await.ok(200).to_string();
    assert!(told.contains("理由：档案中已转正"), "{told}");
    assert_eq!(li.get("/me").await.ok(200)["kind"], "full");

    let id = ask("masses").await;
    let wang = app.member("王二").sign_in().await;
    let mine = format!("/me/corrections/{id}");
    wang.delete(&mine).await.refused(404, "member_corrections.not_found");
    li.delete(&mine).await.ok(204);
    li.delete(&mine).await.ok(204);
    assert!(desk(&administrator).await.is_empty());
    ask("masses").await;
    let_go(&administrator, &li).await;
    assert!(desk(&administrator).await.iter().all(|item| item["kind"] != "member_correction"));
    assert!(administrator.get("/member-corrections").await.ok(200)["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_administrator_s_own_wish_is_for_another_one_and_a_few_a_day_are_enough() {
    let app = TestApp::start().await;
    let (first, second) = administrators(&app).await;
    let made = first.post("/me/corrections", json!({ "name": "管理员丙", "note": "改名" })).await.ok(201);
    assert!(desk(&first).await.is_empty(), "not his own");
    assert_eq!(desk(&second).await.len(), 1);
    let approval = format!("/member-corrections/{}/approval", text(&made["id"]));
    first.post(&approval, json!({})).await.refused(403, "proposals.own");
    second.post(&approval, json!({})).await.ok(200);
    for n in 0..4 {
        let asked = first.post("/me/corrections", json!({ "name": format!("甲{n}"), "note": "改名" })).await.ok(201);
        first.delete(&format!("/me/corrections/{}", text(&asked["id"]))).await.ok(204);
    }
    let once_more = json!({ "name": "又一个", "note": "改名" });
    first.post("/me/corrections", once_more).await.refused(409, "member_corrections.too_many");
}
