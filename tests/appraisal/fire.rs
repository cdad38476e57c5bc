//! Under fire: two at once, a key sent again after a kill.

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn two_approvers_at_once_enter_it_once() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let other = app.member("支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    adopted(&committee).await;
    for n in 0..6 {
        let made = proposed(&leader, li.id, "P27", &format!("任务 {n}")).await;
        let both = join_all([&secretary, &other, &secretary, &other].map(|by| approve(by, &made))).await;
        assert!(both.iter().all(|reply| reply.status == 200), "{:?}", both.iter().map(Reply::text).collect::<Vec<_>>());
        let entries: Vec<Value> = both.iter().map(|reply| reply.json()["entry_id"].clone()).collect();
        assert!(entries.iter().all(|entry| *entry == entries[0] && entry.is_string()), "{entries:?}");
    }
    assert_eq!(total(&li).await["bonus"], 300);
    assert_eq!(items(&li.get("/me/appraisal/entries?limit=100").await.ok(200)).len(), 6);

    // an approval and a refusal at once: one of them stands
    let made = proposed(&leader, li.id, "P09", "主持").await;
    let refusal = format!("/appraisal/proposals/{}/refusal", text(&made["id"]));
    let (yes, no) = tokio::join!(approve(&secretary, &made), other.post(&refusal, json!({ "reason": "不符" })));
    let mut statuses = [yes.status, no.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(total(&li).await["bonus"], if yes.status == 200 { 400 } else { 300 });
}

#[tokio::test]
async fn one_cause_is_proposed_once_however_many_propose_it_at_once() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let rules = ["P28", "P11", "P08", "P12"];
    let each = rules.iter().flat_map(|rule| [(&secretary, rule), (&leader, rule)]);
    let sent = each.map(|(by, rule)| by.post("/appraisal/proposals", proposal(li.id, rule, "同一件事")));
    let replies = join_all(sent).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.refused(409, "appraisals.cause_taken");
    }
}

#[tokio::test]
async fn a_key_that_is_sent_again_after_the_server_was_killed_does_nothing_twice() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let body = proposal(li.id, "P09", "主持党日");
    let keyed = |by: &Person<'_>| {
        by.request(Method::POST, "/appraisal/proposals").header("idempotency-key", "appraisal-1").json(&body)
    };
    let made = send(keyed(&leader)).await.ok(201);
    let others = join_all((0..8).map(|_| send(keyed(&leader)))).await;
    assert!(others.iter().all(|reply| reply.ok(201)["id"] == made["id"]));
    approve(&secretary, &made).await.ok(200);
    let people =
        [&secretary, &leader, &li].map(|person| (person.id, person.employee_no.clone(), person.session.clone()));
    let app = app.restarted().await;
    let [secretary, leader, li] = people.map(|(id, number, session)| app.with_session(id, &number, session));
    assert_eq!(send(keyed(&leader)).await.ok(201)["id"], made["id"]);
    approve(&secretary, &made).await.ok(200);
    assert_eq!(total(&li).await["total"], 100);
    let entry = items(&li.get("/me/appraisal/entries").await.ok(200))[0].clone();
    let path = format!("/appraisal/entries/{}/appeal", text(&entry["id"]));
    let appeal =
        || li.request(Method::POST, &path).header("idempotency-key", "appeal-1").json(&json!({ "text": "应更多" }));
    let filed = join_all((0..4).map(|_| send(appeal()))).await;
    assert!(filed.iter().all(|reply| reply.ok(201)["id"] == filed[0].json()["id"]));
}
