//! Entries that members propose themselves, and what becomes of an awarded mark.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::decision::{committee, decided_by_committee};
use super::{CLOSING, ENTRIES, JUDGING, announced, at, body, cast, entry, organiser, voters, with};
use crate::files::{photograph, upload};
use crate::ideas::{items, notices, text};
use crate::support::{Person, TestApp, send};

fn by_members(app: &TestApp) -> Value {
    let changes = [("/terms/entries", json!({ "by_members": true })), ("/terms/one_award_per_unit", json!(false))];
    with(decided_by_committee(app, &[]), &changes)
}

fn proposal(title: &str, files: &[&str]) -> Value {
    json!({ "category": "brand", "title": title, "description": "红色代表党建引领", "file_ids": files })
}

async fn mark_of(who: &Person<'_>) -> String {
    text(&upload(who, "标识.jpg", photograph()).await.ok(201)["id"])
}

async fn opens(app: &TestApp, address: &Value) -> u16 {
    send(app.request(Method::GET, text(address).strip_prefix("/api/v1").unwrap())).await.status
}

#[tokio::test]
async fn a_member_s_mark_stands_on_the_ballot_once_it_is_approved_and_becomes_the_brand_s() {
    let app = TestApp::start().await;
    let (organiser, decider) = (organiser(&app).await, committee(&app).await);
    let author = app.member("设计者").home("XZ31").sign_in().await;
    let other = app.member("另一位").home("XZ31").sign_in().await;
    let secretary = app.member("书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let voters = voters(&app, 12).await;
    let campaign = announced(&organiser, by_members(&app)).await;
    let proposals = format!("{campaign}/proposals");
    at(&app, ENTRIES).await;
    let report = text(&upload(&author, "说明.pdf", b"%PDF-1.4 test".to_vec()).await.ok(201)["id"]);
    author.post(&proposals, proposal("飞扬", &[&report])).await.refused(422, "body.invalid");
    let made = author.post(&proposals, proposal("飞扬", &[&mark_of(&author).await])).await.ok(201);
    let id = text(&made["id"]);
    assert_eq!((&made["state"], &made["by_member"]), (&json!("proposed"), &json!(true)));

    // until it is approved it is there for its member and for who runs the selection
    let path = format!("/entries/{id}");
    for who in [&other, &secretary] {
        who.get(&path).await.refused(404, "campaigns.entry_not_found");
        assert!(items(&who.get(&proposals).await.ok(200)).is_empty());
        assert!(items(&who.get(&format!("{campaign}/entries")).await.ok(200)).is_empty());
    }
    secretary.post(&format!("{path}/submission"), json!({})).await.refused(403, "access.out_of_scope");
    for who in [&author, &organiser] {
        assert_eq!(items(&who.get(&proposals).await.ok(200)).len(), 1);
        assert_eq!(who.get(&path).await.ok(200)["plan"]["description"], "红色代表党建引领");
    }
    app.drain().await;
    assert_eq!(notices(&organiser).await[0], "收到投稿：十大优秀党建品牌");
    // it lies on the desk of who decides about it, and of nobody else
    let desk = async |who: &Person<'_>| {
        let all = who.get("/me/desk").await.ok(200);
        let of_kind = |item: &&Value| item["kind"] == "campaign_proposal";
        items(&all).iter().filter(of_kind).cloned().collect::<Vec<Value>>()
    };
    let item = desk(&organiser).await[0].clone();
    assert_eq!((&item["title"], &item["due_at"]), (&json!("审核个人投稿：评选“十大优秀党建品牌”"), &json!(JUDGING)));
    organiser.get(item["link"].as_str().unwrap()).await.ok(200);
    for who in [&author, &secretary, &other] {
        assert!(desk(who).await.is_empty());
    }
    let approval = format!("/entry-proposals/{id}/approval");
    author.post(&approval, json!({})).await.refused(403, "access.denied");
    assert_eq!(organiser.post(&approval, json!({})).await.ok(200)["state"], "submitted");
    assert_eq!(organiser.post(&approval, json!({})).await.ok(200)["state"], "submitted", "again");
    assert!(desk(&organiser).await.is_empty(), "approved");
    let taken = text(&author.post(&proposals, proposal("又一件", &[])).await.ok(201)["id"]);
    assert_eq!(desk(&organiser).await.len(), 1);
    author.post(&format!("/entry-proposals/{taken}/withdrawal"), json!({})).await.ok(200);
    assert!(desk(&organiser).await.is_empty(), "taken back");
    // and nobody writes it for his unit
    secretary.patch(&path, json!({ "category": "brand" })).await.refused(403, "access.out_of_scope");
    author
        .post(&format!("/entry-proposals/{id}/withdrawal"), json!({}))
        .await
        .refused(409, "campaigns.wrong_entry_state");
    let of_unit = entry(&secretary, &app, &campaign, "DW2", "单位申报").await;
    let waiting = text(&other.post(&proposals, proposal("未审", &[])).await.ok(201)["id"]);

    at(&app, "2026-07-01T08:02:00+08:00").await;
    assert_eq!(desk(&organiser).await.len(), 1);
    at(&app, JUDGING).await;
    assert!(desk(&organiser).await.is_empty(), "once the judging begins nothing is approved any more");
    organiser.post(&format!("/entry-proposals/{waiting}/approval"), json!({})).await.refused(409, "campaigns.judged");
    let ballot = voters[0].get(&format!("{campaign}/entries")).await.ok(200);
    let shown: Vec<(&Value, &Value)> =
        items(&ballot).iter().map(|entry| (&entry["title"], &entry["on_ballot"])).collect();
    assert_eq!(shown, [(&json!("飞扬"), &json!(true)), (&json!("单位申报"), &json!(true))]);
    for size in ["thumbnail_url", "picture_url"] {
        assert_eq!(opens(&app, &items(&ballot)[0][size]).await, 200, "{size}");
    }
    for (n, voter) in voters.iter().enumerate() {
        let chosen = if n < 9 { vec![&id, &of_unit] } else { vec![&id] };
        cast(voter, &campaign, &chosen).await.ok(201);
    }
    // somebody of another unit, so that one unit does not stand out
    cast(&decider, &campaign, &[&id]).await.ok(201);
    at(&app, CLOSING).await;
    app.tick().await;
    decider.put(&format!("{campaign}/decision"), json!({})).await.ok(201);

    let brand = organiser.post("/brands", json!({ "unit_id": app.unit("JT"), "name": "先锋" })).await.ok(201);
    let (brand, adoption) = (json!({ "brand_id": brand["id"] }), format!("{path}/adoption"));
    organiser.post(&adoption, brand.clone()).await.refused(409, "campaigns.not_published");
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    let unknown = json!({ "brand_id": id });
    organiser.post(&adoption, unknown).await.refused(422, "body.invalid");
    organiser.post(&format!("/entries/{of_unit}/adoption"), brand.clone()).await.refused(409, "campaigns.no_mark");
    organiser.post(&format!("/entries/{waiting}/adoption"), brand.clone()).await.refused(409, "campaigns.not_awarded");
    organiser.post(&adoption, brand.clone()).await.ok(204);
    organiser.post(&adoption, brand.clone()).await.ok(204);
    let shown = author.get(&format!("/brands/{}", text(&brand["brand_id"]))).await.ok(200);
    assert_eq!(opens(&app, &shown["picture"]["url"]).await, 200);
    app.drain().await;
    assert!(notices(&author).await.contains(&"投稿已采用：十大优秀党建品牌".to_owned()));
}

#[tokio::test]
async fn proposals_are_three_a_member_and_nobody_answers_his_own() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let second = app.member("组织二").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let closed = announced(&organiser, body(&app)).await;
    let campaign = announced(&organiser, by_members(&app)).await;
    let proposals = format!("{campaign}/proposals");
    let author = app.member("设计者").sign_in().await;
    author.post(&proposals, proposal("早", &[])).await.refused(409, "campaigns.wrong_state");
    at(&app, ENTRIES).await;
    author.post(&format!("{closed}/proposals"), proposal("甲", &[])).await.refused(409, "campaigns.not_by_members");
    let mut last = String::new();
    for title in ["甲", "乙", "丙"] {
        last = text(&author.post(&proposals, proposal(title, &[])).await.ok(201)["id"]);
    }
    author.post(&proposals, proposal("丁", &[])).await.refused(409, "campaigns.proposed_enough");
    second
        .post(&format!("/entry-proposals/{last}/withdrawal"), json!({}))
        .await
        .refused(404, "campaigns.entry_not_found");
    let back = format!("/entry-proposals/{last}/withdrawal");
    assert_eq!(author.post(&back, json!({})).await.ok(200)["state"], "withdrawn");
    assert_eq!(author.post(&back, json!({})).await.ok(200)["state"], "withdrawn");
    author.post(&proposals, proposal("丁", &[])).await.ok(201);

    let own = text(&organiser.post(&proposals, proposal("自荐", &[])).await.ok(201)["id"]);
    let reason = json!({ "reason": "与主题不符" });
    for (answer, body) in [("approval", json!({})), ("refusal", reason.clone())] {
        let path = format!("/entry-proposals/{own}/{answer}");
        organiser.post(&path, body).await.refused(403, "campaigns.own_proposal");
    }
    let refusal = format!("/entry-proposals/{own}/refusal");
    assert_eq!(second.post(&refusal, reason).await.ok(200)["state"], "declined");
    second
        .post(&format!("/entry-proposals/{own}/approval"), json!({}))
        .await
        .refused(409, "campaigns.wrong_entry_state");
    app.drain().await;
    assert_eq!(notices(&organiser).await[0], "投稿未采用：十大优秀党建品牌");
}
