//! A problem that a bulletin names becomes a task to be put right, and the bulletin shows what has become of it.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{close, desk};
use crate::campaigns::bulletins::{frame, published};
use crate::campaigns::decision::committee;
use crate::campaigns::organiser;
use crate::ideas::{items, notices, text};
use crate::support::{TestApp, send};

#[tokio::test]
async fn a_problem_of_a_bulletin_is_put_right_and_the_bulletin_shows_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let (campaign, entries) = published(&app, &organiser, &decider, "十大优秀党建品牌").await;
    let path = format!("{campaign}/bulletin");
    let draft = organiser.post(&path, frame(7)).await.ok(201);
    let mut bulletin = draft["text"].clone();
    let dimension = bulletin["problems"][0].clone();
    let finding = |entry: Value, excerpt: &str| json!({ "kind": "problem", "dimension": dimension, "entry_id": entry, "excerpt": excerpt });
    let known = bulletin["findings"].as_array().unwrap().len();
    let findings = bulletin["findings"].as_array_mut().unwrap();
    findings.push(finding(json!(entries[0]), "月报中没有体现"));
    findings.push(finding(Value::Null, "个别单位迟交"));
    let task_of = |place: usize| format!("{path}/findings/{place}/task");
    let problem = known + 1;
    organiser.post(&task_of(problem), json!({})).await.refused(409, "bulletins.not_issued");
    let tag = organiser.get(&path).await.header("etag").unwrap().to_owned();
    let body = json!({ "text": bulletin });
    send(organiser.request(Method::PUT, &path).header("if-match", tag).json(&body)).await.ok(200);
    decider.post(&format!("{path}/review"), json!({ "version": 2 })).await.ok(200);
    organiser.post(&format!("{path}/issuance"), json!({ "version": 2 })).await.ok(200);

    if known > 0 {
        organiser.post(&task_of(1), json!({})).await.refused(409, "bulletins.not_a_problem");
    }
    organiser.post(&task_of(problem + 9), json!({})).await.refused(404, "bulletins.finding_not_found");
    organiser.post(&task_of(problem + 1), json!({})).await.refused(422, "body.invalid");
    let opened = organiser.post(&task_of(problem), json!({})).await.ok(201);
    assert_eq!(organiser.post(&task_of(problem), json!({})).await.ok(201), opened, "one that was opened stays");
    let id = text(&opened["task_id"]);
    let shown = organiser.get(&path).await.ok(200)["finding_tasks"].clone();
    assert_eq!(
        (&shown[0]["finding"], &shown[0]["task_id"], &shown[0]["state"]),
        (&json!(problem), &json!(id), &json!("issued"))
    );
    let task = organiser.get(&format!("/tasks/{id}")).await.ok(200);
    assert_eq!(task["source_kind"], "finding");
    assert!(text(&task["title"]).contains("月报中没有体现"), "{task}");
    let unit = text(&task["unit_id"]);
    let code = ["ZB1", "ZB2", "ZB3"].into_iter().find(|code| app.unit(code).to_string() == unit).unwrap();
    let home = if code == "ZB3" {
        "XZ31"
    } else if code == "ZB2" {
        "XZ21"
    } else {
        "XZ11"
    };
    let secretary = app.member("整改书记").home(home).role(Role::Secretary, code).sign_in().await;
    app.tick().await;
    assert_eq!(desk(&secretary, "task").await.len(), 1);
    close(&secretary, &organiser, &id).await;
    app.drain().await;
    assert!(notices(&organiser).await.contains(&"您交办的问题已办结".to_owned()));
    let shown = organiser.get(&path).await.ok(200)["finding_tasks"].clone();
    assert_eq!(shown[0]["state"], "closed");
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get("/audit?action=campaigns.settle_finding").await.ok(200);
    assert_eq!(items(&trail).len(), 1);
    // of what is about another unit a branch learns nothing
    let other = app.member("他人").home(if code == "ZB3" { "XZ11" } else { "XZ31" }).sign_in().await;
    let reply = other.get(&path).await;
    if reply.status == 200 {
        assert_eq!(reply.json()["finding_tasks"], json!([]));
    }
}
