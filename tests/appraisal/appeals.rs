//! Appeals, and what they leave in the book.

use super::*;

async fn entered(by: &Person<'_>, approver: &Person<'_>, member: MemberId, rule: &str, matter: &str) -> String {
    let made = proposed(by, member, rule, matter).await;
    text(&approve(approver, &made).await.ok(200)["entry_id"]).to_owned()
}

#[tokio::test]
async fn an_appeal_that_is_upheld_is_an_opposite_entry_and_a_new_one_both_linked() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let above = app.member("厂党委").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let far = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    adopted(&committee).await;
    let mut body = proposal(li.id, "P16", "揭榜验收");
    body["points"] = json!(300);
    let made = leader.post("/appraisal/proposals", body).await.ok(201);
    let entry = text(&approve(&secretary, &made).await.ok(200)["entry_id"]).to_owned();
    let path = format!("/appraisal/entries/{entry}/appeal");
    leader.post(&path, json!({ "text": "他人" })).await.refused(404, "appraisals.entry_not_found");
    let filed = li.post(&path, json!({ "text": "我是负责人，应为 5 分" })).await.ok(201);
    assert_eq!((&filed["state"], &filed["due_on"]), (&json!("open"), &json!("2026-07-13")));
    li.post(&path, json!({ "text": "再申诉" })).await.refused(409, "appraisals.appealed");
    let link = format!("/appraisal/appeals/{}", text(&filed["id"]));
    // who approved the entry is kept out, so that it lies with the next unit up
    assert_eq!(items(&secretary.get("/me/desk").await.ok(200)).len(), 0);
    let desk = above.get("/me/desk").await.ok(200);
    assert_eq!((&items(&desk)[0]["kind"], &items(&desk)[0]["link"]), (&json!("appraisal_appeal"), &json!(link)));
    let decide = async |by: &Person<'_>, body: Value| by.put(&format!("{link}/decision"), body).await;
    let yes = json!({ "upheld": true, "reason": "经查是负责人", "points": 500 });
    decide(&secretary, yes.clone()).await.refused(403, "appraisals.own_appeal");
    decide(&far, yes.clone()).await.refused(404, "appraisals.appeal_not_found");
    decide(&leader, yes.clone()).await.refused(403, "access.denied");
    decide(&above, json!({ "upheld": true, "reason": "过多", "points": 900 })).await.refused(422, "body.invalid");
    let done = decide(&above, yes.clone()).await.ok(200);
    assert_eq!((&done["state"], &done["decision"]["points"]), (&json!("upheld"), &json!(500)));
    assert_eq!(decide(&above, yes.clone()).await.ok(200), done, "again");
    decide(&committee, json!({ "upheld": false, "reason": "不成立" })).await.refused(409, "appraisals.appeal_settled");
    let of = async |id: &Value| li.get(&format!("/appraisal/entries/{}", text(id))).await.ok(200);
    let wrong = of(&json!(entry)).await;
    assert_eq!((&wrong["corrected_by"], &wrong["appeal"]["id"]), (&done["decision"]["correction_id"], &filed["id"]));
    let (opposite, right) =
        (of(&done["decision"]["correction_id"]).await, of(&done["decision"]["replacement_id"]).await);
    assert_eq!(
        (&opposite["points"], &opposite["source_link"]),
        (&json!(-300), &json!(format!("/appraisal/entries/{entry}")))
    );
    assert_eq!((&right["points"], &right["source_link"]), (&json!(500), &json!(link)));
    assert_eq!(total(&li).await["bonus"], 500);
    app.drain().await;
    assert_eq!(notices(&li).await[0], "您的考评积分申诉已答复");
    li.post(&format!("/appraisal/entries/{}/appeal", text(&opposite["id"])), json!({ "text": "更正也申诉" }))
        .await
        .refused(409, "appraisals.corrected");
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let listed = auditor.get("/appraisal/appeals?state=upheld").await.ok(200);
    assert_eq!(items(&listed)[0]["id"], filed["id"]);
}

#[tokio::test]
async fn an_appeal_has_its_days_may_be_taken_back_and_is_reminded_of() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let first = entered(&leader, &secretary, li.id, "P09", "主持党日").await;
    let second = entered(&leader, &secretary, li.id, "P09", "领学").await;
    let appeal = async |by: &Person<'_>, entry: &str| {
        by.post(&format!("/appraisal/entries/{entry}/appeal"), json!({ "text": "应更多" })).await
    };
    let back = appeal(&li, &first).await.ok(201);
    let withdrawal = format!("/appraisal/appeals/{}/withdrawal", text(&back["id"]));
    send(secretary.request(Method::POST, &withdrawal)).await.refused(404, "appraisals.appeal_not_found");
    assert_eq!(send(li.request(Method::POST, &withdrawal)).await.ok(200)["state"], "taken_back");
    assert_eq!(send(li.request(Method::POST, &withdrawal)).await.ok(200)["state"], "taken_back");
    appeal(&li, &first).await.refused(409, "appraisals.appealed");
    assert_eq!(items(&committee.get("/me/desk").await.ok(200)).len(), 0);

    let open = appeal(&li, &second).await.ok(201);
    let third = entered(&leader, &secretary, li.id, "P09", "记录").await;
    app.set_clock("2026-07-07T09:00:00+08:00");
    let li = app.sign_in_anew(&li).await;
    appeal(&li, &third).await.refused(409, "appraisals.appeal_too_late");
    assert_eq!(items(&li.get("/me/appraisal/appeals").await.ok(200)).len(), 2);

    app.set_clock("2026-07-13T09:00:00+08:00");
    for _ in 0..2 {
        app.tick().await;
        app.drain().await;
    }
    let committee = app.sign_in_anew(&committee).await;
    let told = notices(&committee).await;
    assert_eq!(told.iter().filter(|title| title.contains("即将到期")).count(), 1, "{told:?}");
    app.set_clock("2026-07-14T09:00:00+08:00");
    app.tick().await;
    app.drain().await;
    let committee = app.sign_in_anew(&committee).await;
    let told = notices(&committee).await;
    assert_eq!(told.iter().filter(|title| title.contains("已超期")).count(), 1, "{told:?}");
    let decision = format!("/appraisal/appeals/{}/decision", text(&open["id"]));
    let no = committee.put(&decision, json!({ "upheld": false, "reason": "按规定 1 分" })).await.ok(200);
    assert_eq!((&no["state"], &no["decision"]["correction_id"]), (&json!("rejected"), &Value::Null));
    committee
        .put(&decision, json!({ "upheld": true, "reason": "改判" }))
        .await
        .refused(409, "appraisals.appeal_settled");
}

#[tokio::test]
async fn two_people_put_an_entry_right_by_its_opposite() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let entry = entered(&leader, &secretary, li.id, "P09", "主持党日").await;
    let correcting = |entry: &str| {
        let mut body = proposal(li.id, "P32", "更正");
        body["corrects_entry_id"] = json!(entry);
        body
    };
    leader.post("/appraisal/proposals", proposal(li.id, "P32", "更正")).await.refused(422, "body.invalid");
    let nothing = uuid::Uuid::nil().to_string();
    leader.post("/appraisal/proposals", correcting(&nothing)).await.refused(422, "body.invalid");
    let made = leader.post("/appraisal/proposals", correcting(&entry)).await.ok(201);
    assert_eq!(made["points"], -100);
    leader.post("/appraisal/proposals", correcting(&entry)).await.refused(409, "appraisals.cause_taken");
    approve(&secretary, &made).await.ok(200);
    assert_eq!(total(&li).await["total"], 0);
    leader.post("/appraisal/proposals", correcting(&entry)).await.refused(409, "appraisals.corrected");
}
