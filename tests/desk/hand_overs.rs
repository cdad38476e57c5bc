//! What lay with a duty on the day it ended stays on a list, which whoever has it next reads and signs.

use super::*;
use crate::ideas::notices;

async fn handed(who: &Person<'_>, query: &str) -> Vec<Value> {
    items(&who.get(&format!("/desk-hand-overs?limit=100{query}")).await.ok(200)).clone()
}

async fn end_duty(administrator: &Person<'_>, of: &Person<'_>, role: &str) {
    let member = format!("/members/{}", of.id);
    let duties = administrator.get(&member).await.ok(200)["duties"].clone();
    let duty = duties.as_array().unwrap().iter().find(|duty| duty["role"] == role).unwrap();
    assert_eq!(administrator.delete(&format!("{member}/roles/{}", text(&duty["id"]))).await.status, 204);
}

#[tokio::test]
async fn a_duty_that_ends_leaves_a_list_of_what_lay_with_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let administrator = administrator(&app, "管理员").await;
    for title in ["一", "二"] {
        submitted(&scene.author, title).await;
    }
    app.tick().await;
    assert!(handed(&scene.secretary, "").await.is_empty(), "no duty has ended");
    app.set_clock("2026-07-02T09:00:00+08:00");
    let (leader, secretary) = (app.sign_in_anew(&scene.leader).await, app.sign_in_anew(&scene.secretary).await);
    let administrator = app.sign_in_anew(&administrator).await;
    end_duty(&administrator, &leader, "group_leader").await;
    app.tick().await;
    app.tick().await;
    let lists = handed(&secretary, "").await;
    assert_eq!(lists.len(), 1, "one list, however often it is looked: {lists:?}");
    let list = &lists[0];
    assert_eq!(
        (&list["member_id"], &list["role"], &list["unit_id"], &list["ended_on"]),
        (&json!(leader.id), &json!("group_leader"), &json!(app.unit("XZ11")), &json!("2026-07-01"))
    );
    let path = format!("/desk-hand-overs/{}", text(&list["id"]));
    let whole = secretary.get(&path).await.ok(200);
    let titles: Vec<String> = whole["list"].as_array().unwrap().iter().map(|item| text(&item["title"])).collect();
    for title in ["征集金点子“一”", "征集金点子“二”"] {
        assert!(titles.contains(&title.to_owned()), "{titles:?}");
    }
    assert_eq!(whole["items"], titles.len());
    app.drain().await;
    assert!(notices(&secretary).await.contains(&"待办移交".to_owned()));
    // his own lists he reads also afterwards; others need a duty there
    assert_eq!(handed(&leader, "").await.len(), 1);
    leader.get(&path).await.ok(200);
    let author = app.sign_in_anew(&scene.author).await;
    assert!(handed(&author, "").await.is_empty());
    author.get(&path).await.refused(404, "desk.hand_over_not_found");
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    assert!(handed(&west, "").await.is_empty());
    west.get(&path).await.refused(404, "desk.hand_over_not_found");
    west.get(&format!("/desk-hand-overs?unit_id={}", app.unit("XZ11"))).await.refused(403, "access.out_of_scope");
    let sheet = secretary.get(&format!("{path}/sheet")).await;
    for word in ["征集金点子“一”", "组长", "监交人（签字）", "接收人（签字）"] {
        assert!(sheet.text().contains(word), "{word}");
    }
    // a new leader reads it, and what is done meanwhile stays on it
    let successor = app.member("新组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    app.tick().await;
    let by = format!("&unit_id={}&member_id={}", app.unit("XZ11"), leader.id);
    assert_eq!(handed(&successor, &by).await.len(), 1);
    assert_eq!(successor.get(&path).await.ok(200)["list"].as_array().unwrap().len(), titles.len());
    assert!(handed(&secretary, &format!("&member_id={}", secretary.id)).await.is_empty());
}

#[tokio::test]
async fn a_duty_that_goes_on_or_lets_nothing_be_done_leaves_no_list() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let first = administrator(&app, "管理员").await;
    submitted(&scene.author, "点子").await;
    app.set_clock("2026-07-02T09:00:00+08:00");
    let (first, leader) = (app.sign_in_anew(&first).await, app.sign_in_anew(&scene.leader).await);
    end_duty(&first, &leader, "group_leader").await;
    let again = json!({ "role": "group_leader", "unit_id": app.unit("XZ11") });
    first.post(&format!("/members/{}/roles", leader.id), again).await.ok(201);
    app.tick().await;
    let secretary = app.sign_in_anew(&scene.secretary).await;
    assert!(handed(&secretary, "").await.is_empty(), "the same duty goes on");
    // who leaves ends every duty; an auditor has nothing on a desk
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    first.patch(&format!("/members/{}", leader.id), json!({ "status": "left" })).await.ok(200);
    app.tick().await;
    assert_eq!(handed(&secretary, "").await.len(), 1);
    assert_eq!(handed(&auditor, "").await.len(), 0, "an auditor does no work of desks and watches none");
}
