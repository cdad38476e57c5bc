//! What somebody would try who wants more than is his, or who breaks things for others.

use futures_util::future::join_all;
use xianfeng::db::{Never, Stop};
use xianfeng::kernel::personal::Personal;

use super::files::{HEADERS, import};
use super::*;

#[tokio::test]
async fn points_beyond_all_bounds_are_refused_wherever_they_are_written() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let wild = [i64::from(i32::MIN), -300, -1, 0, 801, i64::from(i32::MAX)];
    for points in wild {
        let mut body = proposal(li.id, "P16", "揭榜");
        body["points"] = json!(points);
        leader.post("/appraisal/proposals", body).await.refused(422, "body.invalid");
    }
    let mut body = proposal(li.id, "P16", "揭榜");
    body["points"] = json!(500);
    let made = leader.post("/appraisal/proposals", body).await.ok(201);
    let approval = format!("/appraisal/proposals/{}/approval", text(&made["id"]));
    for points in wild {
        let body = json!({ "points": points, "reason": "改" });
        secretary.post(&approval, body).await.refused(422, "body.invalid");
    }
    let done = secretary.post(&approval, json!({ "points": 300, "reason": "成员" })).await.ok(200);
    let mut taken = leader.post("/appraisal/proposals", proposal(li.id, "P28", "逾期")).await.ok(201);
    li.put(&format!("/appraisal/proposals/{}/reply", text(&taken["id"])), json!({ "text": "属实" })).await.ok(200);
    taken = approve(&secretary, &taken).await.ok(200);
    for entry in [&done["entry_id"], &taken["entry_id"]] {
        let filed =
            li.post(&format!("/appraisal/entries/{}/appeal", text(entry)), json!({ "text": "有误" })).await.ok(201);
        let decision = format!("/appraisal/appeals/{}/decision", text(&filed["id"]));
        for points in wild {
            let body = json!({ "upheld": true, "reason": "改", "points": points });
            committee.put(&decision, body).await.refused(422, "body.invalid");
        }
        let body = json!({ "upheld": false, "reason": "改", "points": 100 });
        committee.put(&decision, body).await.refused(422, "body.invalid");
    }
    assert_eq!(total(&li).await["total"], 250);
}

#[tokio::test]
async fn a_correction_is_of_the_whole_entry_and_not_stopped_by_an_appeal_that_waits() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let made = proposed(&leader, li.id, "P10", "整改").await;
    let entry = text(&approve(&secretary, &made).await.ok(200)["entry_id"]).to_owned();
    let filed = li.post(&format!("/appraisal/entries/{entry}/appeal"), json!({ "text": "应记别的事项" })).await.ok(201);
    let mut body = proposal(li.id, "P32", "更正");
    body["corrects_entry_id"] = json!(entry);
    let correcting = leader.post("/appraisal/proposals", body).await.ok(201);
    let approval = format!("/appraisal/proposals/{}/approval", text(&correcting["id"]));
    secretary.post(&approval, json!({ "points": 100, "reason": "一半" })).await.refused(422, "body.invalid");
    let corrected = secretary.post(&approval, json!({})).await.ok(200);
    assert_eq!(total(&li).await["total"], 0);
    // the appeal is still decided: the opposite is there, and what is right comes in its place
    let decision = format!("/appraisal/appeals/{}/decision", text(&filed["id"]));
    let yes = json!({ "upheld": true, "reason": "应为 2 分", "points": 200 });
    let done = committee.put(&decision, yes).await.ok(200);
    assert_eq!(done["decision"]["correction_id"], corrected["entry_id"]);
    assert_eq!(total(&li).await["total"], 200);
}

#[tokio::test]
async fn of_two_who_decide_an_appeal_at_once_one_does() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let other = app.member("党委二").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    adopted(&committee).await;
    for n in 0..4 {
        let made = proposed(&leader, li.id, "P27", &format!("任务 {n}")).await;
        let entry = approve(&secretary, &made).await.ok(200)["entry_id"].clone();
        let filed =
            li.post(&format!("/appraisal/entries/{}/appeal", text(&entry)), json!({ "text": "有误" })).await.ok(201);
        let path = format!("/appraisal/appeals/{}/decision", text(&filed["id"]));
        let decide = |by: &Person<'_>, points: i32| {
            let body = json!({ "upheld": true, "reason": "核查", "points": points });
            send(by.request(Method::PUT, &path).json(&body))
        };
        let both = join_all([decide(&committee, 50), decide(&other, 40)]).await;
        let mut statuses = [both[0].status, both[1].status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
    assert_eq!(items(&li.get("/me/appraisal/entries?limit=100").await.ok(200)).len(), 12);
}

#[tokio::test]
async fn two_who_propose_for_each_other_decide_neither() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, .. } = cast(&app).await;
    let deputy = app.member("副书记").role(Role::BranchCommittee, "ZB1").sign_in().await;
    adopted(&committee).await;
    let one = proposed(&secretary, deputy.id, "P10", "整改").await;
    let other = proposed(&deputy, secretary.id, "P10", "整改").await;
    // neither what one proposed nor what is about somebody of one's own committee
    approve(&secretary, &one).await.refused(403, "proposals.own");
    approve(&deputy, &other).await.refused(403, "proposals.own");
    approve(&deputy, &one).await.refused(403, "proposals.about_yourself");
    approve(&secretary, &other).await.refused(403, "proposals.about_yourself");
    let third = app.member("委员").role(Role::BranchCommittee, "ZB1").sign_in().await;
    approve(&third, &one).await.refused(403, "access.out_of_scope");
    approve(&committee, &one).await.ok(200);
    // nor does who was approved become his own judge by an appeal
    let done = approve(&committee, &other).await.ok(200);
    let path = format!("/appraisal/entries/{}/appeal", text(&done["entry_id"]));
    deputy.post(&path, json!({ "text": "他人" })).await.refused(404, "appraisals.entry_not_found");
    let filed = secretary.post(&path, json!({ "text": "应更多" })).await.ok(201);
    let decision = format!("/appraisal/appeals/{}/decision", text(&filed["id"]));
    let yes = json!({ "upheld": true, "reason": "同意", "points": 200 });
    secretary.put(&decision, yes.clone()).await.refused(403, "appraisals.own_appeal");
    deputy.put(&decision, yes.clone()).await.refused(403, "appraisals.own_appeal");
    committee.put(&decision, yes.clone()).await.refused(403, "appraisals.own_appeal");
    third.put(&decision, yes).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn a_file_of_several_branches_is_approved_by_each_within_reach_and_by_the_class_of_the_day() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, .. } = cast(&app).await;
    let west = app.member("赵西").home("XZ21").unregistered().await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    adopted(&committee).await;
    // what does not hold for the class today held for the one of that day
    let mut scheme = committee.get("/appraisal/presets/five").await.ok(200);
    scheme["classes"][2]["exempt_rules"] = json!(["P27"]);
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2026-07-02")).await.ok(201);
    app.set_clock("2026-07-03T09:00:00+08:00");
    let [committee, secretary, organiser] = [&committee, &secretary, &organiser].map(|person| app.sign_in_anew(person));
    let (committee, secretary, organiser) = (committee.await, secretary.await, organiser.await);
    let mobile = json!({ "class": "mobile", "reason": "驻外" });
    secretary.put(&format!("/members/{}/appraisal-class", li.id), mobile).await.ok(204);
    let file = format!(
        "{HEADERS}{li},,P27,0.5,2026-07-02,任务,台账\n{li},,P27,0.5,2026-07-03,另一任务,台账\n{west},,P27,0.5,2026-07-03,任务,台账\n",
        li = li.employee_no,
        west = west.1,
    );
    let looked = import(&organiser, "?dry_run=true", file.clone()).await.ok(200);
    assert_eq!((&looked["accepted"], &looked["refused"]), (&json!(2), &json!(1)), "{looked}");
    assert_eq!((&looked["problems"][0]["row"], &looked["problems"][0]["column"]), (&json!(3), &json!("分值")));
    let confirm = format!("?confirm={}", text(&looked["digest"]));
    let done = import(&organiser, &confirm, file.clone()).await.ok(200);
    assert_eq!(done["accepted"], 2);
    let path = format!("/appraisal/imports/{}", text(&done["import_id"]));
    let approval = format!("{path}/approval");
    assert_eq!(secretary.get(&path).await.ok(200)["open"], 2);
    let mine = send(secretary.request(Method::POST, &approval)).await.ok(200);
    assert_eq!(mine, json!({ "approved": 1, "left": 1, "more": false }));
    assert_eq!(
        send(committee.request(Method::POST, &approval)).await.ok(200),
        json!({ "approved": 1, "left": 0, "more": false })
    );
    assert_eq!(import(&organiser, "", file.clone()).await.ok(200)["accepted"], 0);
}

#[tokio::test]
async fn a_scheme_that_changes_in_the_course_of_a_year_counts_each_day_by_its_own_version() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let three = committee.get("/appraisal/presets/three").await.ok(200);
    // the next year is planned first, and then the present one changed: each holds on its own days
    let planned = committee.post("/appraisal/schemes", scheme_body(&three, "2027-01-01")).await.ok(201);
    let present = li.get("/appraisal/scheme").await.ok(200);
    let mut rule = present["scheme"]["rules"][8].clone();
    assert_eq!(rule["code"], "P09");
    rule["least"] = json!(50);
    rule["most"] = json!(50);
    rule["cap_year"] = json!(150);
    let body = json!({ "rule": rule, "effective_on": "2026-07-02", "basis": "党委会纪要" });
    let changed = committee.post("/appraisal/rules", body).await.ok(201);
    assert_eq!(changed["scheme"]["dimensions"], present["scheme"]["dimensions"], "of the one that holds by then");
    let on = async |day: &str| li.get(&format!("/appraisal/scheme?day={day}")).await.ok(200)["version"].clone();
    assert_eq!(on("2026-07-01").await, 1);
    assert_eq!(on("2026-12-31").await, changed["version"]);
    assert_eq!(on("2027-01-01").await, planned["version"]);
    // other dimensions neither come nor go within a year, whatever is planned already
    committee.post("/appraisal/schemes", scheme_body(&three, "2026-09-01")).await.refused(422, "body.invalid");
    let five = committee.get("/appraisal/presets/five").await.ok(200);
    committee.post("/appraisal/schemes", scheme_body(&five, "2027-03-01")).await.refused(422, "body.invalid");
    committee.post("/appraisal/schemes", scheme_body(&five, "2027-07-02")).await.refused(422, "body.invalid");

    let first = proposed(&leader, li.id, "P09", "六月党日").await;
    app.set_clock("2026-07-02T09:00:00+08:00");
    let (leader, secretary, li) =
        (app.sign_in_anew(&leader).await, app.sign_in_anew(&secretary).await, app.sign_in_anew(&li).await);
    // proposed by the old version, decided under the new one: what it was by then
    let entry = approve(&secretary, &first).await.ok(200)["entry_id"].clone();
    let entry = li.get(&format!("/appraisal/entries/{}", text(&entry))).await.ok(200);
    assert_eq!((&entry["points"], &entry["scheme_version"]), (&json!(100), &json!(1)));
    assert!(text(&entry["rule_in_words"]).contains("加 1 分"), "{}", entry["rule_in_words"]);
    let mut body = proposal(li.id, "P09", "七月党日");
    body["day"] = json!("2026-07-02");
    for (matter, points, cut_by) in [("七月党日", 50, Value::Null), ("主题党日", 0, json!("rule_year"))] {
        body["matter"] = json!(matter);
        let made = leader.post("/appraisal/proposals", body.clone()).await.ok(201);
        let done = approve(&secretary, &made).await.ok(200);
        let entry = li.get(&format!("/appraisal/entries/{}", text(&done["entry_id"]))).await.ok(200);
        assert_eq!((&entry["points"], &entry["cut_by"]), (&json!(points), &cut_by));
        assert_eq!(entry["scheme_version"], changed["version"]);
    }
}

#[tokio::test]
async fn the_base_of_a_year_comes_to_the_whole_and_a_trial_knows_what_was_put_right() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let mut scheme = committee.get("/appraisal/presets/five").await.ok(200);
    scheme["base_rhythm"] = json!("year");
    scheme["classes"][0]["base"] = json!(6001);
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2026-01-01")).await.ok(201);
    let open = |body: Value| committee.request(Method::POST, "/appraisal/openings").json(&body);
    send(open(json!({ "year": 2026, "quarter": 1 }))).await.refused(422, "body.invalid");
    send(open(json!({ "year": 2027 }))).await.refused(409, "appraisals.opening_ahead");
    let both = join_all([send(open(json!({ "year": 2026 }))), send(open(json!({ "year": 2026 })))]).await;
    let entries: i64 = both.iter().map(|reply| reply.ok(200)["entries"].as_i64().unwrap()).sum();
    assert_eq!(entries, 20, "two at once give nobody anything twice");
    assert_eq!(total(&li).await["base"], 6001);

    let made = proposed(&leader, li.id, "P27", "一").await;
    let entry = approve(&secretary, &made).await.ok(200)["entry_id"].clone();
    let made = proposed(&leader, li.id, "P27", "二").await;
    approve(&secretary, &made).await.ok(200);
    let filed =
        li.post(&format!("/appraisal/entries/{}/appeal", text(&entry)), json!({ "text": "不是我" })).await.ok(201);
    let decision = format!("/appraisal/appeals/{}/decision", text(&filed["id"]));
    committee.put(&decision, json!({ "upheld": true, "reason": "属实" })).await.ok(200);
    let mut rule = li.get("/appraisal/scheme").await.ok(200)["scheme"]["rules"][26].clone();
    assert_eq!(rule["code"], "P27");
    (rule["code"], rule["least"], rule["most"]) = (json!("P99"), json!(150), json!(150));
    let trial = |body: Value| committee.request(Method::POST, "/appraisal/rule-trials").json(&body);
    let nobody = send(trial(json!({ "rule": rule, "day": "2026-06-01" }))).await.ok(200);
    assert_eq!((&nobody["given"], &nobody["members"]), (&json!(0), &json!(0)));
    let instead = send(trial(json!({ "rule": rule, "instead_of": "P27", "day": "2026-06-01" }))).await.ok(200);
    assert_eq!(
        (&instead["given"], &instead["would_give"], &instead["members"]),
        (&json!(50), &json!(150), &json!(1)),
        "what was put right was not given"
    );
    send(trial(json!({ "rule": rule, "instead_of": "P77", "day": "2026-06-01" }))).await.refused(422, "body.invalid");
}

#[tokio::test]
async fn a_member_who_is_made_anonymous_keeps_his_points_and_loses_his_words() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    secretary
        .put(&format!("/members/{}/appraisal-class", li.id), json!({ "class": "mobile", "reason": "长期病休" }))
        .await
        .ok(204);
    let made = proposed(&leader, li.id, "P28", "逾期").await;
    let path = format!("/appraisal/proposals/{}", text(&made["id"]));
    li.put(&format!("{path}/reply"), json!({ "text": "当天住院" })).await.ok(200);
    let entry = approve(&secretary, &made).await.ok(200)["entry_id"].clone();
    let filed =
        li.post(&format!("/appraisal/entries/{}/appeal", text(&entry)), json!({ "text": "有病历" })).await.ok(201);
    let (personal, member) = (app.app.get::<Personal>(), li.id);
    let touched = app.db().write(move |tx| Ok::<_, Stop<Never>>(personal.erase(tx, member)?)).await.unwrap();
    let tables: Vec<&str> = touched.iter().map(|(table, _)| *table).collect();
    for table in ["appraisal_replies", "appraisal_appeals", "appraisal_classes", "appraisal_causes"] {
        assert!(tables.contains(&table), "{table}: {tables:?}");
    }
    let seen = committee.get(&path).await.ok(200);
    assert_eq!((&seen["reply"], &seen["points"]), (&json!("（内容已随账号注销清除）"), &json!(-50)));
    let seen = committee.get(&format!("/appraisal/appeals/{}", text(&filed["id"]))).await.ok(200);
    assert_eq!(seen["text"], "（内容已随账号注销清除）");
}
