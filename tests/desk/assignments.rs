//! Holders have a member of their unit prepare what waits; it stays with them.

use super::*;
use crate::ideas::notices;

/// The only item on a desk that is not there by itself.
async fn item(who: &Person<'_>) -> Value {
    let page = page(who).await;
    assert_eq!(items(&page).len(), 1, "{page}");
    items(&page)[0].clone()
}

fn at(item: &Value, step: &str) -> String {
    format!("/desk-items/{}{step}", text(&item["id"]))
}

async fn prepare(who: &Person<'_>, item: &Value, said: &str) -> crate::support::Reply {
    who.put(&at(item, "/preparation"), json!({ "text": said })).await
}

#[tokio::test]
async fn a_member_of_the_unit_prepares_what_waits_and_its_holders_go_on_deciding() {
    let app = TestApp::start().await;
    let Scene { author, leader, secretary, worker, .. } = Scene::set(&app).await;
    submitted(&author, "点子").await;
    let wang = app.member("王二").sign_in().await;
    let waits = item(&leader).await;
    assert_eq!(
        (&waits["assignable"], &waits["to_prepare"], &waits["assignment"]),
        (&json!(true), &json!(false), &Value::Null)
    );
    let body = json!({ "member_id": wang.id, "note": "请先问清数量" });
    let asked = leader.post(&at(&waits, "/assignment"), body.clone()).await.ok(200);
    assert_eq!(
        (&asked["assignment"]["member_name"], &asked["assignment"]["note"], &asked["assignment"]["prepared"]),
        (&json!("王二"), &json!("请先问清数量"), &Value::Null)
    );
    assert_eq!(asked["link"], waits["link"], "whoever decides is led to the thing itself");
    // the same again changes nothing, and tells nobody twice
    leader.post(&at(&waits, "/assignment"), body).await.ok(200);
    app.drain().await;
    assert_eq!(notices(&wang).await.iter().filter(|title| *title == "请您准备一项工作").count(), 1);
    let mine = item(&wang).await;
    assert_eq!(
        (&mine["title"], &mine["link"], &mine["to_prepare"], &mine["assignable"]),
        (&json!("准备：征集金点子“点子”"), &json!(at(&waits, "")), &json!(true), &json!(false))
    );
    let today = wang.get("/me/today").await.ok(200);
    assert_eq!(today["desk"]["items"][0]["title"], mine["title"]);
    assert_eq!(item(&leader).await["title"], "征集金点子“点子”", "it stays with its holders");

    let done = prepare(&wang, &waits, "共 12 处").await.ok(200);
    assert_eq!((&done["to_prepare"], &done["assignment"]["prepared"]), (&json!(false), &json!("共 12 处")));
    assert!(items(&page(&wang).await).is_empty());
    app.drain().await;
    assert!(notices(&leader).await.contains(&"交办的工作已准备好".to_owned()));
    assert_eq!(item(&leader).await["assignment"]["prepared"], "共 12 处");
    // he may put it right, also when the answer was lost
    prepare(&wang, &waits, "共 13 处").await.ok(200);
    prepare(&wang, &waits, "共 13 处").await.ok(200);
    assert_eq!(wang.get(&at(&waits, "")).await.ok(200)["assignment"]["prepared"], "共 13 处");
    assert_eq!(secretary.get(&at(&waits, "")).await.ok(200)["assignable"], false, "he watches, and it is not his");
    worker.get(&at(&waits, "")).await.refused(404, "desk.not_found");
    prepare(&worker, &waits, "代劳").await.refused(404, "desk.not_found");

    // asked anew, another one; and taken back
    leader.post(&at(&waits, "/assignment"), json!({ "member_id": wang.id })).await.ok(200);
    assert_eq!(item(&wang).await["assignment"]["prepared"], Value::Null);
    assert_eq!(leader.delete(&at(&waits, "/assignment")).await.status, 204);
    assert_eq!(leader.delete(&at(&waits, "/assignment")).await.status, 204, "a second time nothing happens");
    assert!(items(&page(&wang).await).is_empty());
    app.drain().await;
    assert!(notices(&wang).await.contains(&"不必再准备".to_owned()));
    prepare(&wang, &waits, "晚了").await.refused(404, "desk.not_found");
}

#[tokio::test]
async fn what_is_not_work_of_a_unit_or_not_ones_own_is_given_to_nobody() {
    let app = TestApp::start().await;
    let Scene { author, leader, secretary, worker, .. } = Scene::set(&app).await;
    let id = submitted(&author, "点子").await;
    let wang = app.member("王二").sign_in().await;
    let waits = item(&leader).await;
    let give =
        async |who: &Person<'_>, to: Value| who.post(&at(&waits, "/assignment"), json!({ "member_id": to })).await;
    // himself; whose idea it is; of another group; nobody
    for (to, code) in [
        (json!(leader.id), "desk.to_oneself"),
        (json!(author.id), "desk.barred"),
        (json!(worker.id), "desk.not_of_unit"),
        (json!("01a21f24-a0c5-746c-b69a-da8a49605ccb"), "desk.not_of_unit"),
    ] {
        let no = give(&leader, to).await.refused(422, "body.invalid");
        assert_eq!((&no["errors"][0]["pointer"], &no["errors"][0]["code"]), (&json!("/member_id"), &json!(code)));
    }
    give(&author, json!(worker.id)).await.refused(404, "desk.not_found");
    give(&secretary, json!(worker.id)).await.refused(404, "desk.not_found");
    assert_eq!(leader.delete("/desk-items/01a21f24-a0c5-746c-b69a-da8a49605ccb/assignment").await.status, 404);
    let long = json!({ "member_id": wang.id, "note": "长".repeat(301) });
    assert_eq!(leader.post(&at(&waits, "/assignment"), long).await.status, 422);
    // done is done: nobody prepares it any more
    give(&leader, json!(wang.id)).await.ok(200);
    author.post(&format!("/ideas/{id}/withdrawal"), json!({})).await.ok(200);
    prepare(&wang, &waits, "来不及了").await.refused(404, "desk.not_found");
    assert!(items(&page(&wang).await).is_empty());
    // a number is nobody's business but the secretary's
    author.patch("/me", json!({ "phone": "13812345678" })).await.ok(202);
    let number = item(&secretary).await;
    assert_eq!(number["assignable"], false);
    let body = json!({ "member_id": worker.id });
    secretary.post(&at(&number, "/assignment"), body).await.refused(409, "desk.not_assignable");
}

#[tokio::test]
async fn whoever_leaves_the_unit_prepares_no_more_and_his_asker_hears_of_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let administrator = administrator(&app, "管理员").await;
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    let waits = item(&scene.secretary).await;
    scene.secretary.post(&at(&waits, "/assignment"), json!({ "member_id": scene.worker.id })).await.ok(200);
    assert_eq!(items(&page(&scene.worker).await).len(), 1);
    // within the branch he goes on
    administrator.patch(&format!("/members/{}", scene.worker.id), json!({ "unit_id": app.unit("XZ11") })).await.ok(200);
    app.tick().await;
    assert_eq!(items(&page(&scene.worker).await).len(), 1);
    administrator.patch(&format!("/members/{}", scene.worker.id), json!({ "unit_id": app.unit("XZ21") })).await.ok(200);
    app.tick().await;
    assert!(items(&page(&scene.worker).await).is_empty());
    assert_eq!(item(&scene.secretary).await["assignment"], Value::Null);
    app.drain().await;
    assert!(notices(&scene.secretary).await.contains(&"交办的工作需另请人准备".to_owned()));
    scene.worker.get(&at(&waits, "")).await.refused(404, "desk.not_found");
}

#[tokio::test]
async fn two_who_ask_at_once_leave_one_who_prepares() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let wang = app.member("王二").sign_in().await;
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    let waits = item(&scene.secretary).await;
    for _ in 0..8 {
        let path = at(&waits, "/assignment");
        let (one, other) = tokio::join!(
            scene.secretary.post(&path, json!({ "member_id": scene.worker.id })),
            scene.committee.post(&path, json!({ "member_id": wang.id })),
        );
        one.ok(200);
        other.ok(200);
        let prepares = [&scene.worker, &wang];
        let mut desks = 0;
        for who in prepares {
            desks += items(&page(who).await).len();
        }
        assert_eq!(desks, 1);
    }
}
