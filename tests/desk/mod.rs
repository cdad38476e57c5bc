//! The desk: what waits for somebody, of all rooms, and where it goes when people do.

mod assignments;
mod hand_overs;

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{Scene, items, submitted, text};
use crate::support::{Person, TestApp, send};

/// A page of a desk, without what units owe by themselves whatever a test does.
async fn page_of(person: &Person<'_>, path: &str) -> Value {
    let mut page = person.get(path).await.ok(200);
    page["items"].as_array_mut().unwrap().retain(|item| item["kind"] != "month_sheet");
    page
}

/// What lies on one's own desk, without that.
pub async fn page(person: &Person<'_>) -> Value {
    page_of(person, "/me/desk").await
}

/// What lies on a desk, without that.
async fn titles(person: &Person<'_>, path: &str) -> Vec<String> {
    items(&page_of(person, path).await).iter().map(|item| text(&item["title"])).collect()
}

async fn mine(person: &Person<'_>) -> Vec<String> {
    titles(person, "/me/desk").await
}

async fn counts(person: &Person<'_>) -> Vec<(String, i64)> {
    let page = person.get("/me/desk?limit=1").await.ok(200);
    let counted = page["counts"].as_array().unwrap().iter();
    counted.map(|one| (text(&one["kind"]), one["count"].as_i64().unwrap())).collect()
}

async fn administrator<'a>(app: &'a TestApp, name: &'static str) -> Person<'a> {
    app.member(name).home("XZ31").role(Role::Administrator, "JT").sign_in().await
}

/// An idea that `worker` is to carry out by that day.
async fn assigned(scene: &Scene<'_>, title: &str, due_on: &str) -> String {
    let id = submitted(&scene.author, title).await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, due_on).await;
    id
}

#[tokio::test]
async fn what_is_due_first_comes_first_and_what_has_no_day_last() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    for (title, day) in [("三", "2026-07-20"), ("一", "2026-07-05"), ("二", "2026-07-10"), ("又一", "2026-07-05")]
    {
        assigned(&scene, title, day).await;
    }
    let expected = ["一", "又一", "二", "三"].map(|title| format!("实施金点子“{title}”"));
    assert_eq!(mine(&scene.worker).await, expected);
    assert_eq!(counts(&scene.worker).await, [("idea".to_owned(), 4)]);
    // page by page the same
    let (mut found, mut next) = (Vec::new(), "/me/desk?limit=1".to_owned());
    loop {
        let page = scene.worker.get(&next).await.ok(200);
        let item = &items(&page)[0];
        assert!(item["unit_id"].is_null() && item["waits_since"].is_string(), "{item}");
        found.push((text(&item["title"]), text(&item["due_on"])));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("/me/desk?limit=1&cursor={cursor}");
    }
    let days = ["2026-07-05", "2026-07-05", "2026-07-10", "2026-07-20"].map(str::to_owned);
    assert_eq!(found, expected.into_iter().zip(days).collect::<Vec<_>>());
    scene.worker.get("/me/desk?cursor=x").await.refused(400, "query.bad_cursor");

    // done is done, and lies on another desk
    let id = submitted(&scene.author, "无期限").await;
    assert_eq!(mine(&scene.leader).await, ["征集金点子“无期限”"]);
    let lying = scene.leader.get("/me/desk").await.ok(200)["items"][0].clone();
    assert_eq!((&lying["due_on"], &lying["unit_id"]), (&Value::Null, &json!(app.unit("XZ11"))));
    scene.author.post(&format!("/ideas/{id}/withdrawal"), json!({})).await.ok(200);
    assert!(mine(&scene.leader).await.is_empty());
}

#[tokio::test]
async fn the_desk_of_a_unit_is_seen_by_those_who_could_act_there() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let other = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    submitted(&scene.author, "一").await;
    let second = submitted(&scene.author, "二").await;
    scene.collect(&second).await;
    let path = |code: &str| format!("/units/{}/desk", app.unit(code));
    assert_eq!(titles(&scene.leader, &path("XZ11")).await, ["征集金点子“一”"]);
    assert_eq!(titles(&scene.secretary, &path("XZ11")).await, ["征集金点子“一”"]);
    assert_eq!(titles(&scene.secretary, &path("ZB1")).await, ["讨论决定金点子“二”"]);
    // a duty that lets nobody act shows nothing that waits for an act
    assert_eq!(titles(&auditor, &path("ZB1")).await, Vec::<String>::new());
    for person in [&scene.author, &scene.leader, &other] {
        person.get(&path("ZB1")).await.refused(403, "access.out_of_scope");
    }
    scene.secretary.get("/units/0197c000-0000-7000-8000-000000000000/desk").await.refused(404, "units.not_found");
    // nobody is shown what he may not act on
    submitted(&scene.leader, "组长的").await;
    assert_eq!(titles(&scene.leader, &path("XZ11")).await, ["征集金点子“一”"]);
    assert_eq!(titles(&scene.secretary, &path("ZB1")).await, ["讨论决定金点子“二”", "征集金点子“组长的”"]);
}

#[tokio::test]
async fn an_inspector_watches_the_work_that_lies_on_desks_and_nothing_else() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let inspector = app.member("督导").home("XZ31").role(Role::Inspector, "DW1").sign_in().await;
    let idea = submitted(&scene.author, "一").await;
    scene.author.patch("/me", json!({ "phone": "13900000001" })).await.ok(202);
    let path = |code: &str| format!("/units/{}/desk", app.unit(code));
    assert_eq!(titles(&inspector, &path("XZ11")).await, ["征集金点子“一”"]);
    scene.collect(&idea).await;
    assert_eq!(titles(&inspector, &path("ZB1")).await, ["讨论决定金点子“一”"]);
    assert_eq!(
        titles(&scene.secretary, &path("ZB1")).await.len(),
        2,
        "the telephone number is the secretary's to confirm"
    );
    inspector.get(&path("ZB3")).await.refused(403, "access.out_of_scope");
    assert!(mine(&inspector).await.is_empty(), "what he watches does not wait for him");
}

#[tokio::test]
async fn what_waits_for_a_member_goes_on_when_he_moves_or_leaves() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let administrator = administrator(&app, "管理员").await;
    assigned(&scene, "点子", "2026-07-20").await;
    let task = ["实施金点子“点子”"];
    let change = async |body: Value| {
        administrator.patch(&format!("/members/{}", scene.worker.id), body).await.ok(200);
        app.tick().await;
    };
    assert_eq!(mine(&scene.worker).await, task);
    assert!(mine(&scene.secretary).await.is_empty());
    // within his branch he goes on
    change(json!({ "unit_id": app.unit("XZ11") })).await;
    assert_eq!(mine(&scene.worker).await, task);
    // in another one he does not: the branch names somebody else, or waits for him to come back
    change(json!({ "unit_id": app.unit("XZ21") })).await;
    assert!(mine(&scene.worker).await.is_empty());
    assert_eq!(
        (mine(&scene.secretary).await, mine(&scene.committee).await),
        (task.map(str::to_owned).to_vec(), task.map(str::to_owned).to_vec())
    );
    change(json!({ "unit_id": app.unit("XZ12") })).await;
    assert_eq!(mine(&scene.worker).await, task);
    assert!(mine(&scene.secretary).await.is_empty());
    change(json!({ "status": "left" })).await;
    assert_eq!(mine(&scene.secretary).await, task);
    app.drain().await;
}

#[tokio::test]
async fn what_waits_for_a_duty_goes_on_when_it_ends() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let administrator = administrator(&app, "管理员").await;
    submitted(&scene.author, "点子").await;
    assert_eq!(mine(&scene.leader).await.len(), 1);
    let leader = format!("/members/{}", scene.leader.id);
    let roles = administrator.get(&leader).await.ok(200)["duties"].clone();
    let role = roles.as_array().unwrap().iter().find(|role| role["role"] == "group_leader").unwrap();
    assert_eq!(administrator.delete(&format!("{leader}/roles/{}", text(&role["id"]))).await.status, 204);
    app.tick().await;
    assert!(mine(&scene.leader).await.is_empty());
    assert_eq!(mine(&scene.secretary).await, ["征集金点子“点子”"]);
    // a new leader finds it on his desk
    let new = app.member("新组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    app.tick().await;
    assert_eq!(mine(&new).await, ["征集金点子“点子”"]);
    assert!(mine(&scene.secretary).await.is_empty());
    app.drain().await;
}

#[tokio::test]
async fn a_change_of_duties_waits_for_another_administrator() {
    let app = TestApp::start().await;
    let (first, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let below = app.member("丙管理员").home("XZ31").role(Role::Administrator, "DW1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let duty = json!({ "role": "organiser", "unit_id": app.unit("JT") });
    let roles = format!("/members/{}/roles", li.id);
    first.post(&roles, duty.clone()).await.ok(202);
    let waits = mine(&second).await;
    assert!(waits.len() == 1 && waits[0].starts_with("确认或拒绝职务变动：甲管理员提议任命李一"), "{waits:?}");
    assert_eq!(counts(&second).await, [("duty_proposal".to_owned(), 1)]);
    // not for its proposer, nor for one whose duty does not reach as far
    assert!(mine(&first).await.is_empty() && mine(&below).await.is_empty());
    let link = text(&second.get("/me/desk").await.ok(200)["items"][0]["link"]);
    second.get(&link).await.ok(200);
    second.post(&format!("{link}/refusal"), json!({ "reason": "再议" })).await.ok(200);
    assert!(mine(&second).await.is_empty());

    // what nobody answers in time waits no more
    first.post(&roles, duty).await.ok(202);
    assert_eq!(mine(&second).await.len(), 1);
    app.advance_seconds(15 * 24 * 3600);
    app.tick().await;
    let second = app.sign_in_anew(&second).await;
    assert!(mine(&second).await.is_empty());
    app.drain().await;
}

#[tokio::test]
async fn a_members_number_waits_for_the_secretary() {
    let app = TestApp::start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    li.patch("/me", json!({ "phone": "13812345678" })).await.ok(202);
    let waits = mine(&secretary).await;
    assert!(waits.len() == 1 && waits[0].starts_with("核实并确认李一（") && !waits[0].contains("138"), "{waits:?}");
    // another number takes its place
    li.patch("/me", json!({ "phone": "13812345679" })).await.ok(202);
    assert_eq!(mine(&secretary).await.len(), 1);
    li.delete("/me/phone-proposal").await;
    assert!(mine(&secretary).await.is_empty());
    li.patch("/me", json!({ "phone": "13812345670" })).await.ok(202);
    let id = text(&secretary.get("/phone-proposals").await.ok(200)["items"][0]["id"]);
    assert_eq!(text(&secretary.get("/me/desk").await.ok(200)["items"][0]["subject_id"]), id);
    secretary.post(&format!("/phone-proposals/{id}/approval"), json!({})).await.ok(200);
    assert!(mine(&secretary).await.is_empty());
    // the secretary's own number waits for those above
    let above = administrator(&app, "管理员").await;
    secretary.patch("/me", json!({ "phone": "13812345671" })).await.ok(202);
    assert!(mine(&secretary).await.is_empty());
    assert_eq!(mine(&above).await.len(), 1);
    app.drain().await;
}

#[tokio::test]
async fn a_reset_waits_for_the_second_person_until_it_is_approved_refused_or_over() {
    let app = TestApp::start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let committee = app.member("赵支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let issue = async || {
        let body = json!({ "member_id": li.id, "replace": true });
        let issued = secretary.post("/invitations", body).await.ok(201);
        text(&issued["items"][0]["reset"]["id"])
    };
    let id = issue().await;
    let item = committee.get("/me/desk").await.ok(200)["items"][0].clone();
    assert_eq!(
        (&item["kind"], &item["urgency"], &item["link"]),
        (&json!("password_reset"), &json!("urgent"), &json!("/resets"))
    );
    assert!(text(&item["title"]).starts_with("核实李一（") && text(&item["title"]).ends_with("确认重设密码的邀请码"));
    assert!(mine(&secretary).await.is_empty() && mine(&li).await.is_empty());
    committee.post(&format!("/resets/{id}/approval"), json!({})).await.ok(200);
    assert!(mine(&committee).await.is_empty());
    let id = issue().await;
    assert_eq!(mine(&committee).await.len(), 1);
    li.post(&format!("/me/resets/{id}/refusal"), json!({})).await.ok(200);
    assert!(mine(&committee).await.is_empty());
    issue().await;
    app.advance_seconds(30 * 24 * 3600);
    app.tick().await;
    let committee = app.sign_in_anew(&committee).await;
    assert!(mine(&committee).await.is_empty());
    app.drain().await;
}

#[tokio::test]
async fn what_waits_about_a_member_moves_with_him() {
    let app = TestApp::start().await;
    let first = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let second = app.member("孙书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let above = administrator(&app, "管理员").await;
    let li = app.member("李一").sign_in().await;
    li.patch("/me", json!({ "phone": "13812345678" })).await.ok(202);
    app.member("赵支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    first.post("/invitations", json!({ "member_id": li.id })).await.ok(201);
    let waits = mine(&first).await;
    assert_eq!((waits.len(), mine(&second).await.len()), (1, 0), "the issuer does not confirm his own: {waits:?}");
    let since = first.get("/me/desk").await.ok(200)["items"][0]["waits_since"].clone();
    // on a late item the instant is told beside the day
    assert!(first.get("/me/desk").await.ok(200)["items"][0]["due_at"].is_string());

    above.patch(&format!("/members/{}", li.id), json!({ "unit_id": app.unit("XZ21") })).await.ok(200);
    app.advance_seconds(60);
    app.tick().await;
    assert!(mine(&first).await.is_empty());
    let waits = mine(&second).await;
    assert_eq!(waits.len(), 2, "{waits:?}");
    let phone = second.get("/me/desk").await.ok(200)["items"].as_array().unwrap().clone();
    let phone = phone.iter().find(|item| item["kind"] == "phone_proposal").unwrap().clone();
    assert_eq!(phone["waits_since"], since, "it has not begun to wait anew");
    assert_eq!(above.get("/me/desk").await.ok(200)["items"], json!([]));

    // with a duty above the branch, those of the branch could not issue him a code either
    let duty = json!({ "role": "leader", "unit_id": app.unit("JT") });
    let granted = above.post(&format!("/members/{}/roles", li.id), duty).await.ok(201);
    app.tick().await;
    assert!(mine(&second).await.is_empty());
    assert_eq!(mine(&above).await.len(), 2);
    above.delete(&format!("/members/{}/roles/{}", li.id, text(&granted["id"]))).await;
    app.tick().await;
    assert_eq!((mine(&second).await.len(), mine(&above).await.len()), (2, 0));
    app.drain().await;
}

#[tokio::test]
async fn a_change_of_duties_moves_with_the_member_whom_it_is_about() {
    let app = TestApp::start().await;
    let (first, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let below = app.member("丙管理员").home("XZ31").role(Role::Administrator, "DW1").sign_in().await;
    let li = app.member("李一").home("XZ11").sign_in().await;
    let roles = format!("/members/{}/roles", li.id);
    first.post(&roles, json!({ "role": "organiser", "unit_id": app.unit("DW1") })).await.ok(202);
    assert_eq!((mine(&second).await.len(), mine(&below).await.len()), (0, 1));
    // at home elsewhere, he is no longer within that administrator's reach
    first.patch(&format!("/members/{}", li.id), json!({ "unit_id": app.unit("XZ31") })).await.ok(200);
    app.tick().await;
    assert_eq!((mine(&second).await.len(), mine(&below).await.len()), (1, 0));
    app.drain().await;
}

#[tokio::test]
async fn what_somebody_who_leaves_proposed_or_asked_waits_no_more() {
    let app = TestApp::start().await;
    let (first, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let (li, zhang) = (app.member("李一").sign_in().await, app.member("张二").sign_in().await);
    li.patch("/me", json!({ "phone": "13812345678" })).await.ok(202);
    let duty = json!({ "role": "organiser", "unit_id": app.unit("JT") });
    let about = text(&first.post(&format!("/members/{}/roles", li.id), duty.clone()).await.ok(202)["id"]);
    assert_eq!((mine(&secretary).await.len(), mine(&second).await.len()), (1, 1));
    first.patch(&format!("/members/{}", li.id), json!({ "status": "left" })).await.ok(200);
    assert_eq!((mine(&secretary).await.len(), mine(&second).await.len()), (0, 0));
    let seen = second.get(&format!("/duty-proposals/{about}")).await.ok(200);
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("taken_back"), &json!("该人员已离开")));
    second.post(&format!("/duty-proposals/{about}/approval"), json!({})).await.refused(409, "proposals.over");

    // what the one proposed who leaves by the word of two nobody could carry out, either
    let third = administrator(&app, "丙管理员").await;
    let by = text(&first.post(&format!("/members/{}/roles", zhang.id), duty).await.ok(202)["id"]);
    let gone = second.patch(&format!("/members/{}", first.id), json!({ "status": "left" })).await.ok(202);
    let leaving = text(&gone["leaving"]["id"]);
    assert_eq!(mine(&third).await.len(), 2);
    third.post(&format!("/duty-proposals/{leaving}/approval"), json!({})).await.ok(200);
    assert!(mine(&third).await.is_empty() && mine(&second).await.is_empty());
    let seen = third.get(&format!("/duty-proposals/{by}")).await.ok(200);
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("taken_back"), &json!("提议人已离开")));
    let left = third.get(&format!("/duty-proposals/{leaving}")).await.ok(200);
    assert_eq!(left["state"], "approved");
    app.drain().await;
}

#[tokio::test]
async fn a_duty_for_somebody_whom_an_import_brings_waits_under_his_name() {
    let app = TestApp::start().await;
    let (first, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let rows = "工号,姓名,所属党小组编码,政治面貌,职务\nN1,新人,XZ11,党员,组织部\n";
    send(first.request(Method::POST, "/imports/members").body(rows)).await.ok(200);
    let waits = mine(&second).await;
    assert!(waits.len() == 1 && waits[0].contains("提议任命新人"), "{waits:?}");
    app.drain().await;
}
