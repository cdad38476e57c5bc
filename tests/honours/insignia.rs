//! Flags that move: at any instant at most one holder has one.

use super::*;

fn to(holder: Value) -> Value {
    json!({ "holder": holder, "document": "支委会 2026-07-01" })
}

#[tokio::test]
async fn a_flag_moves_from_holder_to_holder_and_may_lie_with_nobody() {
    let app = TestApp::start().await;
    let Cast { committee, organiser, li, .. } = cast(&app).await;
    let flag = json!({ "unit_id": app.unit("DW1"), "name": "党员先锋岗流动红旗" });
    committee.post("/insignia", flag.clone()).await.refused(403, "access.denied");
    let far = app.member("组织乙").home("DW2").role(Role::Organiser, "DW2").sign_in().await;
    far.post("/insignia", flag.clone()).await.refused(403, "access.out_of_scope");
    let made = organiser.post("/insignia", flag.clone()).await.ok(201);
    organiser.post("/insignia", flag).await.refused(409, "honours.insigne_there");
    assert_eq!(made["holding"], Value::Null);
    let path = format!("/insignia/{}", text(&made["id"]));
    let handover = format!("{path}/handover");
    let post = json!({ "kind": "post", "unit_id": app.unit("ZB1"), "name": "提升机岗" });
    let held = organiser.post(&handover, to(post.clone())).await.ok(200);
    assert_eq!(held["holding"]["holder_name"], "提升机岗");
    organiser.post(&handover, to(post)).await.refused(409, "honours.has_it");
    app.advance_seconds(60);
    let member = json!({ "kind": "member", "member_id": li.id });
    assert_eq!(organiser.post(&handover, to(member)).await.ok(200)["holding"]["holder_name"], "李一二");
    let beyond = json!({ "kind": "unit", "unit_id": app.unit("ZB3") });
    organiser.post(&handover, to(beyond)).await.refused(403, "access.out_of_scope");
    app.advance_seconds(60);
    assert_eq!(organiser.post(&handover, to(Value::Null)).await.ok(200)["holding"], Value::Null);
    organiser.post(&handover, to(Value::Null)).await.refused(409, "honours.has_it");
    let history = li.get(&format!("{path}/holdings")).await.ok(200);
    let spans: Vec<(&Value, &Value)> = items(&history).iter().map(|one| (&one["from_at"], &one["to_at"])).collect();
    assert_eq!(spans.len(), 2);
    assert_eq!(spans[1].1, spans[0].0, "one ends as the next begins");
    assert!(spans.iter().all(|(_, to)| !to.is_null()));
    let list = li.get(&format!("/insignia?unit_id={}", app.unit("DW1"))).await.ok(200);
    assert_eq!((items(&list).len(), &items(&list)[0]["holding"]), (1, &Value::Null));
    li.get(&format!("/insignia/{}/holdings", uuid::Uuid::nil())).await.refused(404, "honours.insigne_not_found");
    app.drain().await;
    assert_eq!(notices(&li).await[0], "授予流动标识");
}

#[tokio::test]
async fn of_many_who_hand_it_on_at_once_one_holder_has_it_in_the_end() {
    let app = TestApp::start().await;
    let Cast { organiser, .. } = cast(&app).await;
    let flag = json!({ "unit_id": app.unit("JT"), "name": "流动红旗" });
    let made = organiser.post("/insignia", flag).await.ok(201);
    let handover = format!("/insignia/{}/handover", text(&made["id"]));
    let units = ["DW1", "DW2", "ZB1", "ZB2", "ZB3", "XZ11", "XZ12", "XZ21"];
    let hand = async |unit: &str| {
        let holder = json!({ "kind": "unit", "unit_id": app.unit(unit) });
        organiser.post(&handover, to(holder)).await.ok(200)
    };
    futures_util::future::join_all(units.iter().map(|unit| hand(unit))).await;
    let path = format!("/insignia/{}/holdings?limit=100", text(&made["id"]));
    let history = organiser.get(&path).await.ok(200);
    let open = items(&history).iter().filter(|one| one["to_at"].is_null()).count();
    assert_eq!((items(&history).len(), open), (8, 1));
}
