//! Objections between the decision and the publication.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::judging::campaigns;

use super::decision::{COMMITTEE_END, award, committee, counted, decided_by_committee, turned};
use super::{CLOSING, at, organiser, stage};
use crate::support::{Person, TestApp};

pub(super) const OBJECTION_END: &str = "2026-07-01T08:12:00+08:00";

pub fn heard(app: &TestApp) -> Value {
    let mut body = decided_by_committee(app, &[]);
    let objections = json!({ "stage": "objection", "opens_at": COMMITTEE_END, "closes_at": OBJECTION_END });
    body["terms"]["timetable"].as_array_mut().unwrap().push(objections);
    body
}

pub async fn object(who: &Person<'_>, campaign: &str, entry: &str, text: &str) -> crate::support::Reply {
    who.post(&format!("{campaign}/objections"), json!({ "entry_id": entry, "text": text })).await
}

#[tokio::test]
async fn results_are_final_only_once_every_objection_is_answered() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let member = app.member("某甲").sign_in().await;
    let other = app.member("某乙").sign_in().await;
    let small = app.member("二厂组织").home("XZ31").role(Role::Organiser, "DW2").sign_in().await;
    let (campaign, entries) = counted(&app, &organiser, heard(&app)).await;
    object(&member, &campaign, &entries[0], "数据不实").await.refused(409, "campaigns.not_open");
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    let publication = format!("{campaign}/publication");
    organiser.post(&publication, json!({})).await.refused(409, "campaigns.objections_running");
    at(&app, COMMITTEE_END).await;
    app.tick().await;
    assert_eq!(stage(&organiser, &campaign, "objection").await["state"], "open");

    let raised = object(&member, &campaign, &entries[0], "数据不实").await.ok(201);
    assert_eq!(object(&member, &campaign, &entries[0], "数据不实").await.ok(200)["id"], raised["id"], "the same again");
    object(&member, &campaign, &entries[0], "另一句话").await.refused(409, "campaigns.objected_already");
    object(&member, &campaign, &entries[1], "名次偏高").await.ok(201);
    object(&member, &campaign, &entries[2], "名次偏高").await.ok(201);
    object(&member, &campaign, &entries[3], "名次偏低").await.refused(409, "campaigns.objected_enough");
    object(&member, &campaign, &"长".repeat(3), "名次偏低").await.refused(422, "body.invalid");
    object(&member, &campaign, &entries[3], &"长".repeat(1001)).await.refused(422, "body.invalid");
    object(&organiser, &campaign, &entries[1], "我也有话说").await.ok(201);
    let list = format!("{campaign}/objections");
    assert_eq!(member.get(&list).await.ok(200)["items"].as_array().unwrap().len(), 3);
    assert_eq!(other.get(&list).await.ok(200)["items"], json!([]), "not those of others");
    let all = decider.get(&list).await.ok(200)["items"].clone();
    assert_eq!(all.as_array().unwrap().len(), 4);
    let first = decider.get(&format!("{list}?limit=3")).await.ok(200);
    let rest = decider.get(&format!("{list}?cursor={}", first["next_cursor"].as_str().unwrap())).await.ok(200);
    assert_eq!((&rest["items"], &rest["next_cursor"]), (&json!([all[3]]), &Value::Null));
    at(&app, OBJECTION_END).await;
    object(&other, &campaign, &entries[0], "太晚").await.refused(410, "campaigns.over");
    let refused = organiser.post(&publication, json!({})).await.refused(409, "campaigns.open_objections");
    assert!(refused["detail"].as_str().unwrap().contains("4 条"), "{refused}");

    let answer = |objection: &Value| format!("/objections/{}/answer", objection["id"].as_str().unwrap());
    let no = json!({ "upheld": false, "answer": "经核实，数据属实。" });
    member.put(&answer(&all[0]), no.clone()).await.refused(403, "access.denied");
    organiser.put(&answer(&all[3]), no.clone()).await.refused(403, "campaigns.own_objection");
    small.put(&answer(&all[3]), no.clone()).await.refused(403, "access.out_of_scope");
    let elsewhere = app.member("另一组织").role(Role::Organiser, "JT").sign_in().await;
    for objection in all.as_array().unwrap() {
        elsewhere.put(&answer(objection), no.clone()).await.ok(200);
    }
    assert_eq!(elsewhere.put(&answer(&all[0]), no).await.ok(200)["upheld"], false, "the same again");
    let yes = json!({ "upheld": true, "answer": "另一种答复" });
    elsewhere.put(&answer(&all[0]), yes).await.refused(409, "campaigns.answered_already");
    assert_eq!(member.get(&list).await.ok(200)["items"][0]["answer"], "经核实，数据属实。");
    assert_eq!(organiser.post(&publication, json!({})).await.ok(200)["state"], "published");
    let results = member.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["objections"], json!({ "raised": 4, "open": 0, "upheld": 0 }));
    app.drain().await;
    let notices = member.get("/me/notices").await.ok(200)["items"].to_string();
    assert!(notices.contains("异议不成立"), "{notices}");
}

#[tokio::test]
async fn an_objection_is_taken_back_by_whoever_raised_it_until_it_is_answered() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let member = app.member("某甲").sign_in().await;
    let other = app.member("某乙").sign_in().await;
    let (campaign, entries) = counted(&app, &organiser, heard(&app)).await;
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    at(&app, COMMITTEE_END).await;
    app.tick().await;
    let raise = async |text: &str| {
        let raised = object(&member, &campaign, &entries[0], text).await.ok(201);
        format!("/objections/{}", raised["id"].as_str().unwrap())
    };
    let first = raise("数据不实").await;
    other.delete(&first).await.refused(404, "campaigns.objection_not_found");
    member.delete(&first).await.ok(204);
    member.delete(&first).await.refused(404, "campaigns.objection_not_found");
    let second = raise("数据确实不实").await;
    let elsewhere = app.member("另一组织").role(Role::Organiser, "JT").sign_in().await;
    let no = json!({ "upheld": false, "answer": "经核实，数据属实。" });
    elsewhere.put(&format!("{second}/answer"), no).await.ok(200);
    member.delete(&second).await.refused(409, "campaigns.answered_already");
    app.drain().await;
}

#[tokio::test]
async fn an_upheld_objection_sends_the_decision_back() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let member = app.member("某甲").sign_in().await;
    let (campaign, entries) = counted(&app, &organiser, heard(&app)).await;
    let decision = format!("{campaign}/decision");
    decider.put(&decision, turned(&entries)).await.ok(201);
    at(&app, COMMITTEE_END).await;
    app.tick().await;
    let raised = object(&member, &campaign, &entries[1], "获奖材料不实").await.ok(201);
    let mut again = json!({ "replaces": 1, "reason": "异议属实，恢复按计算结果授奖" });
    decider.put(&decision, again.clone()).await.refused(409, "campaigns.decided");
    let answer = format!("/objections/{}/answer", raised["id"].as_str().unwrap());
    // an organiser of the entry's own unit is a party to it
    let near = app.member("近").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let yes = json!({ "upheld": true, "answer": "经核实，异议成立。" });
    near.put(&answer, yes.clone()).await.refused(403, "campaigns.own_objection");
    let elsewhere = app.member("另一组织").role(Role::Organiser, "JT").sign_in().await;
    elsewhere.put(&answer, yes).await.ok(200);
    at(&app, OBJECTION_END).await;
    organiser.post(&format!("{campaign}/publication"), json!({})).await.refused(409, "campaigns.sent_back");

    let silent = decider.put(&decision, json!({ "replaces": 1 })).await.refused(422, "body.invalid");
    assert_eq!(silent["errors"][0]["pointer"], "/reason");
    decider.put(&decision, again.clone()).await.ok(201);
    decider.put(&decision, again.clone()).await.ok(200);
    decider.put(&decision, turned(&entries)).await.refused(409, "campaigns.decided");
    again["awards"] = json!([award(&entries[0], "best", 1, None)]);
    decider.put(&decision, again).await.refused(422, "body.invalid");
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    let export = app.get(&format!("/exports{campaign}")).await;
    let text = export.text();
    let export = export.ok(200);
    assert_eq!(export["decisions"].as_array().unwrap().len(), 2, "every version stays");
    assert_eq!(export["objections"], json!({ "raised": 1, "open": 0, "upheld": 1 }));
    assert_eq!(campaigns::verify(&text).unwrap().awards[0].2, "甲");
    assert!(!text.contains("某甲") && !text.contains("赵委员"), "no member is named");
    app.drain().await;
    let notices = member.get("/me/notices").await.ok(200)["items"].clone();
    let told =
        |title: &str| notices.as_array().unwrap().iter().find(|notice| notice["title"].to_string().contains(title));
    assert!(told("已决定").unwrap()["body"].to_string().contains("可在公示期内提出"), "{notices}");
    assert_eq!(told("重新决定").unwrap()["body"], "结果将正式公布。", "the time for objections is over");
}

#[tokio::test]
async fn objections_keep_their_time_when_the_committee_is_late() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let both = app.member("两职").role(Role::Organiser, "JT").sign_in().await;
    let (campaign, _) = counted(&app, &organiser, heard(&app)).await;
    at(&app, OBJECTION_END).await;
    app.tick().await;
    assert_eq!(stage(&organiser, &campaign, "committee").await["state"], "open", "undecided");
    decider.put(&format!("{campaign}/decision"), json!({})).await.ok(201);
    app.tick().await;
    app.tick().await;
    assert_eq!(stage(&organiser, &campaign, "committee").await["state"], "closed");
    assert_eq!(stage(&organiser, &campaign, "objection").await["state"], "planned", "it would have no time");
    let publication = format!("{campaign}/publication");
    organiser.post(&publication, json!({})).await.refused(409, "campaigns.objections_running");
    let later = "2026-07-01T08:13:00+08:00";
    let extensions = format!("{campaign}/extensions");
    let ask = |at: &str| json!({ "stage": "objection", "closes_at": at, "reason": "党委会延期召开" });
    both.post(&extensions, ask(CLOSING)).await.refused(410, "campaigns.over");
    let proposed = both.post(&extensions, ask(later)).await.ok(201);
    let approval = format!("/extensions/{}/approval", proposed["id"].as_str().unwrap());
    decider.post(&approval, json!({})).await.ok(200);
    app.tick().await;
    assert_eq!(stage(&organiser, &campaign, "objection").await["state"], "open");
    at(&app, later).await;
    app.tick().await;
    organiser.post(&publication, json!({})).await.ok(200);
    app.drain().await;
}
