//! The book of appraisal: what is proposed by one and entered by another, what caps leave, what a member may say against it.

mod appeals;
mod fire;
mod files;
mod hostile;
mod random;
mod years;

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;

use crate::ideas::{items, notices};
use crate::support::{Person, Reply, TestApp, send};

/// A text of a reply.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The people of most tests.
pub struct Cast<'a> {
    pub committee: Person<'a>,
    pub secretary: Person<'a>,
    pub leader: Person<'a>,
    pub li: Person<'a>,
}

pub async fn cast(app: &TestApp) -> Cast<'_> {
    Cast {
        committee: app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await,
        secretary: app.member("书记").role(Role::Secretary, "ZB1").sign_in().await,
        leader: app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await,
        li: app.member("李一").sign_in().await,
    }
}

/// Adopts the scheme of five dimensions from the first day of the year.
pub async fn adopted(committee: &Person<'_>) -> Value {
    let scheme = committee.get("/appraisal/presets/five").await.ok(200);
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2026-01-01")).await.ok(201)
}

pub fn scheme_body(scheme: &Value, from: &str) -> Value {
    json!({ "scheme": scheme, "effective_on": from, "basis": "党委会纪要〔2026〕1号" })
}

pub fn proposal(member: MemberId, rule: &str, matter: &str) -> Value {
    json!({ "member_id": member, "rule": rule, "day": "2026-06-20", "matter": matter, "reason": "支部会议记录" })
}

pub async fn proposed(by: &Person<'_>, member: MemberId, rule: &str, matter: &str) -> Value {
    by.post("/appraisal/proposals", proposal(member, rule, matter)).await.ok(201)
}

pub async fn approve(by: &Person<'_>, proposal: &Value) -> Reply {
    by.post(&format!("/appraisal/proposals/{}/approval", text(&proposal["id"])), json!({})).await
}

pub async fn total(of: &Person<'_>) -> Value {
    of.get("/me/appraisal").await.ok(200)["total"].clone()
}

#[tokio::test]
async fn what_a_member_declares_is_entered_by_another_and_can_be_opened_down_to_its_rule() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, .. } = cast(&app).await;
    li.get("/appraisal/scheme").await.refused(409, "appraisals.no_scheme");
    li.post("/appraisal/proposals", proposal(li.id, "P02", "微党课")).await.refused(409, "appraisals.no_scheme");
    let scheme = adopted(&committee).await;
    assert_eq!((&scheme["version"], scheme["scheme"]["rules"].as_array().unwrap().len()), (&json!(1), 32));
    let made = proposed(&li, li.id, "P02", "微党课").await;
    assert_eq!(
        (&made["state"], &made["points"], &made["dimension"]),
        (&json!("open"), &json!(200), &json!("政治思想"))
    );
    assert_eq!(total(&li).await["total"], 0);
    let link = format!("/appraisal/proposals/{}", text(&made["id"]));
    let desk = secretary.get("/me/desk").await.ok(200);
    assert_eq!((&items(&desk)[0]["kind"], &items(&desk)[0]["link"]), (&json!("appraisal_award"), &json!(link)));
    assert_eq!(secretary.get(&link).await.ok(200)["may_decide"], true);

    let done = approve(&secretary, &made).await.ok(200);
    assert_eq!((&done["state"], &done["decision"]["decided_by_name"]), (&json!("approved"), &json!("书记")));
    assert_eq!(approve(&secretary, &made).await.ok(200), done, "again");
    assert_eq!(items(&secretary.get("/me/desk").await.ok(200)).len(), 0);
    app.drain().await;
    assert_eq!(notices(&li).await[0], "考评积分已入账");
    let entry = li.get(&format!("/appraisal/entries/{}", text(&done["entry_id"]))).await.ok(200);
    assert_eq!(
        (&entry["points"], &entry["approved_by_name"], &entry["source_link"]),
        (&json!(200), &json!("书记"), &json!(link))
    );
    assert_eq!(entry["rule_in_words"], "讲党课、微党课，形势任务宣讲，加 2 分，每年最多 4 分，由支委会审定");
    assert_eq!(items(&li.get("/me/appraisal/entries").await.ok(200))[0], entry);
    let year = li.get("/me/appraisal").await.ok(200);
    assert_eq!(
        (&year["total"]["bonus"], &year["class_name"], &year["benchmark"]),
        (&json!(200), &json!("普通党员"), &json!(7500))
    );
    // the book of activity knows nothing of it
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["all"], 0);
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get("/audit?action=appraisal.approve").await.ok(200);
    assert_eq!(items(&trail)[0]["subject_id"], made["id"]);
}

#[tokio::test]
async fn caps_of_rule_dimension_and_year_cut_and_say_so() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, .. } = cast(&app).await;
    adopted(&committee).await;
    let give = async |rule: &str, matter: &str| {
        let made = proposed(&li, li.id, rule, matter).await;
        let done = approve(&secretary, &made).await.ok(200);
        let entry = li.get(&format!("/appraisal/entries/{}", text(&done["entry_id"]))).await.ok(200);
        (entry["points"].as_i64().unwrap(), entry["cut_by"].clone())
    };
    assert_eq!(give("P02", "第一课").await, (200, Value::Null));
    assert_eq!(give("P02", "第二课").await, (200, Value::Null));
    assert_eq!(give("P02", "第三课").await, (0, json!("rule_year")));
    assert_eq!(give("P03", "联系人甲").await, (200, Value::Null));
    assert_eq!(give("P03", "联系人乙").await, (0, json!("rule_half")), "of the half-year before the dimension");
    let year = li.get("/me/appraisal").await.ok(200);
    assert_eq!((&year["total"]["bonus"], &year["total"]["cut"]), (&json!(600), &json!(400)));
    assert_eq!(year["dimensions"][0]["bonus"], 600);
    let refused = li.post("/appraisal/proposals", proposal(li.id, "P02", "第一课 ")).await;
    refused.refused(409, "appraisals.cause_taken");
    let page = li.get("/me/appraisal/entries?limit=3").await.ok(200);
    assert_eq!(items(&page).len(), 3);
    let rest = li.get(&format!("/me/appraisal/entries?cursor={}", text(&page["next_cursor"]))).await.ok(200);
    assert_eq!(items(&rest).len(), 2);
}

#[tokio::test]
async fn a_deduction_waits_for_its_member_and_is_confirmed_reduced_or_waived_by_another() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let mut body = proposal(li.id, "P29", "6 月 12 日违章");
    body["points"] = json!(300);
    let made = leader.post("/appraisal/proposals", body).await.ok(201);
    let path = format!("/appraisal/proposals/{}", text(&made["id"]));
    assert_eq!(made["reply_until"], "2026-07-06");
    app.drain().await;
    assert_eq!(notices(&li).await[0], "拟扣考评积分");
    let desk = li.get("/me/desk").await.ok(200);
    assert_eq!((&items(&desk)[0]["kind"], &items(&desk)[0]["link"]), (&json!("appraisal_reply"), &json!(path)));
    approve(&secretary, &made).await.refused(409, "appraisals.may_still_answer");
    let said = li.put(&format!("{path}/reply"), json!({ "text": "当天在抢修" })).await.ok(200);
    assert_eq!(said["reply"], "当天在抢修");
    li.put(&format!("{path}/reply"), json!({ "text": "另一个说法" })).await.refused(409, "appraisals.replied");
    secretary
        .put(&format!("{path}/reply"), json!({ "text": "我来说" }))
        .await
        .refused(404, "appraisals.proposal_not_found");
    assert_eq!(items(&li.get("/me/desk").await.ok(200)).len(), 0);
    let less = |body: Value| secretary.request(Method::POST, &format!("{path}/approval")).json(&body);
    send(less(json!({ "points": 100 }))).await.refused(422, "body.invalid");
    send(less(json!({ "points": 400, "reason": "更多" }))).await.refused(422, "body.invalid");
    let done = send(less(json!({ "points": 100, "reason": "情节轻微" }))).await.ok(200);
    assert_eq!((&done["decision"]["points"], &done["decision"]["reason"]), (&json!(-100), &json!("情节轻微")));
    assert_eq!(total(&li).await["deduction"], -100);
    // the same matter costs nothing more by another rule
    let again = leader.post("/appraisal/proposals", proposal(li.id, "P28", "6 月 12 日违章")).await;
    again.refused(409, "appraisals.cause_taken");

    let waived = proposed(&leader, li.id, "P28", "月报逾期").await;
    let refusal = format!("/appraisal/proposals/{}/refusal", text(&waived["id"]));
    secretary.post(&refusal, json!({ "reason": "已申请延期" })).await.ok(200);
    let again = leader.post("/appraisal/proposals", proposal(li.id, "P28", "月报逾期")).await;
    again.refused(409, "appraisals.cause_taken");
    li.put(&format!("/appraisal/proposals/{}/reply", text(&waived["id"])), json!({ "text": "晚了" }))
        .await
        .refused(409, "appraisals.no_reply");

    // without an answer it can be confirmed once the days are over
    let late = proposed(&leader, li.id, "P11", "6 月党日").await;
    app.set_clock("2026-07-07T08:00:00+08:00");
    let leader = app.sign_in_anew(&leader).await;
    approve(&leader, &late).await.refused(403, "proposals.own");
    let secretary = app.sign_in_anew(&secretary).await;
    approve(&secretary, &late).await.ok(200);
    let li = app.sign_in_anew(&li).await;
    assert_eq!(total(&li).await["deduction"], -200);
}

#[tokio::test]
async fn nobody_approves_what_he_proposed_what_is_about_himself_or_beyond_his_reach() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let other = app.member("支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let far = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let above = app.member("厂党委").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    adopted(&committee).await;
    let made = proposed(&secretary, li.id, "P10", "整改按期完成").await;
    approve(&secretary, &made).await.refused(403, "proposals.own");
    approve(&li, &made).await.refused(403, "proposals.about_yourself");
    approve(&leader, &made).await.refused(403, "access.denied");
    approve(&organiser, &made).await.refused(403, "access.denied");
    approve(&far, &made).await.refused(404, "appraisals.proposal_not_found");
    approve(&other, &made).await.ok(200);
    // about a secretary the next unit up decides, and nobody of his own committee
    let own = proposed(&secretary, secretary.id, "P02", "书记党课").await;
    approve(&secretary, &own).await.refused(403, "proposals.own");
    approve(&other, &own).await.refused(403, "access.out_of_scope");
    let desk = above.get("/me/desk").await.ok(200);
    assert_eq!(items(&desk)[0]["link"], json!(format!("/appraisal/proposals/{}", text(&own["id"]))));
    approve(&above, &own).await.ok(200);
    // members declare only what is theirs to declare, and propose nothing for others
    li.post("/appraisal/proposals", proposal(li.id, "P10", "自评")).await.refused(422, "body.invalid");
    li.post("/appraisal/proposals", proposal(other.id, "P10", "他人")).await.refused(403, "access.denied");
    far.post("/appraisal/proposals", proposal(li.id, "P10", "他支部")).await.refused(403, "access.out_of_scope");
    leader.post("/appraisal/proposals", proposal(li.id, "P01", "基础")).await.refused(422, "body.invalid");
    leader.post("/appraisal/proposals", proposal(li.id, "P99", "没有")).await.refused(422, "body.invalid");
    let back = proposed(&leader, li.id, "P09", "主持党日").await;
    let path = format!("/appraisal/proposals/{}/withdrawal", text(&back["id"]));
    send(secretary.request(Method::POST, &path)).await.refused(403, "proposals.not_yours");
    assert_eq!(send(leader.request(Method::POST, &path)).await.ok(200)["state"], "taken_back");
    approve(&secretary, &back).await.refused(409, "proposals.over");
    proposed(&leader, li.id, "P09", "主持党日").await;
    let seen = secretary.get("/appraisal/proposals?state=open").await.ok(200);
    assert_eq!(items(&seen).len(), 1);
    assert_eq!(items(&li.get("/me/appraisal/proposals").await.ok(200)).len(), 3);
    // a group leader approves what is his to check
    let by_secretary = proposed(&secretary, li.id, "P27", "交办任务").await;
    approve(&leader, &by_secretary).await.ok(200);
}

#[tokio::test]
async fn rules_change_by_versions_of_the_committee_and_are_tried_first() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, .. } = cast(&app).await;
    let lower = app.member("基层").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let scheme = committee.get("/appraisal/presets/three").await.ok(200);
    let names: Vec<&str> = scheme["dimensions"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
    assert_eq!(names, ["职责履行", "改革创新", "先锋引领"]);
    lower.post("/appraisal/schemes", scheme_body(&scheme, "2026-01-01")).await.refused(403, "access.out_of_scope");
    secretary.post("/appraisal/schemes", scheme_body(&scheme, "2026-01-01")).await.refused(403, "access.denied");
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2025-12-31")).await.refused(422, "body.invalid");
    adopted(&committee).await;
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2026-08-01")).await.refused(422, "body.invalid");
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2027-01-01")).await.ok(201);
    committee.delete("/appraisal/schemes/2").await.ok(204);
    committee.delete("/appraisal/schemes/2").await.refused(404, "appraisals.version_not_found");
    committee.delete("/appraisal/schemes/1").await.refused(409, "appraisals.scheme_in_force");
    let mut broken = committee.get("/appraisal/presets/five").await.ok(200);
    broken["rules"][1]["dimension"] = json!("nowhere");
    committee.post("/appraisal/schemes", scheme_body(&broken, "2026-08-01")).await.refused(422, "body.invalid");

    for matter in ["第一课", "第二课"] {
        let made = proposed(&li, li.id, "P02", matter).await;
        approve(&secretary, &made).await.ok(200);
    }
    let current = li.get("/appraisal/scheme").await.ok(200);
    let mut rule = current["scheme"]["rules"][1].clone();
    rule["least"] = json!(300);
    rule["most"] = json!(300);
    rule["cap_year"] = json!(500);
    let trial = committee.post("/appraisal/rule-trials", json!({ "rule": rule, "day": "2026-06-01" })).await.ok(200);
    assert_eq!((&trial["given"], &trial["would_give"], &trial["members"]), (&json!(400), &json!(500), &json!(1)));
    assert_eq!(trial["lines"][0]["name"], "李一");
    let none = committee.post("/appraisal/rule-trials", json!({ "rule": rule, "day": "2026-05-01" })).await.ok(200);
    assert_eq!((&none["would_give"], &none["members"]), (&json!(0), &json!(0)));
    committee
        .post("/appraisal/rule-trials", json!({ "rule": rule, "day": "2026-09-01" }))
        .await
        .refused(422, "body.invalid");
    assert_eq!(total(&li).await["bonus"], 400, "a trial writes nothing");

    let body = json!({ "rule": rule, "effective_on": "2026-07-02", "basis": "党委会纪要〔2026〕2号" });
    let keyed = || committee.request(Method::POST, "/appraisal/rules").header("idempotency-key", "rule").json(&body);
    let written = send(keyed()).await.ok(201);
    assert_eq!((&written["version"], &written["scheme"]["rules"][1]["most"]), (&json!(3), &json!(300)));
    assert_eq!(send(keyed()).await.ok(201), written);
    assert_eq!(li.get("/appraisal/scheme").await.ok(200)["version"], 1);
    assert_eq!(li.get("/appraisal/scheme?day=2026-07-02").await.ok(200)["version"], 3);
    let all = secretary.get("/appraisal/schemes?limit=1").await.ok(200);
    assert_eq!((items(&all).len(), &items(&all)[0]["version"]), (1, &json!(3)));
}

#[tokio::test]
async fn classes_say_what_is_asked_and_nobody_sets_his_own() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let path = |id: MemberId| format!("/members/{id}/appraisal-class");
    let mobile = json!({ "class": "mobile", "reason": "驻外一年" });
    secretary.put(&path(secretary.id), mobile.clone()).await.refused(403, "appraisals.own_class");
    leader.put(&path(li.id), mobile.clone()).await.refused(403, "access.denied");
    secretary.put(&path(li.id), json!({ "class": "none", "reason": "无" })).await.refused(422, "body.invalid");
    secretary.put(&path(li.id), mobile).await.ok(204);
    assert_eq!(li.get("/me/appraisal").await.ok(200)["class_name"], "流动党员");
    let today = |rule: &str| {
        let mut body = proposal(li.id, rule, rule);
        body["day"] = json!("2026-07-01");
        body
    };
    leader.post("/appraisal/proposals", today("P11")).await.refused(422, "body.invalid");
    leader.post("/appraisal/proposals", today("P28")).await.ok(201);
    secretary.put(&path(li.id), json!({ "class": "special", "reason": "年满七十" })).await.ok(204);
    leader.post("/appraisal/proposals", today("P29")).await.refused(422, "body.invalid");
}

#[tokio::test]
async fn an_opening_gives_the_base_of_a_quarter_once_and_not_where_a_deduction_stands() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    app.member("群众").kind(xianfeng::people::members::model::MemberKind::Masses).unregistered().await;
    adopted(&committee).await;
    let open = |body: Value| committee.request(Method::POST, "/appraisal/openings").json(&body);
    secretary.post("/appraisal/openings", json!({ "year": 2026, "quarter": 2 })).await.refused(403, "access.denied");
    send(open(json!({ "year": 2026, "quarter": 3 }))).await.refused(409, "appraisals.opening_ahead");
    let begun = send(open(json!({ "year": 2026 }))).await.ok(200);
    assert_eq!(begun, json!({ "members": 0, "entries": 0, "withheld": 0, "year_start": 0 }), "by quarters");
    let made = proposed(&leader, li.id, "P28", "月报逾期").await;
    li.put(&format!("/appraisal/proposals/{}/reply", text(&made["id"])), json!({ "text": "属实" })).await.ok(200);
    approve(&secretary, &made).await.ok(200);
    let opened = send(open(json!({ "year": 2026, "quarter": 2 }))).await.ok(200);
    assert_eq!(opened, json!({ "members": 4, "entries": 19, "withheld": 1, "year_start": 0 }));
    let again = send(open(json!({ "year": 2026, "quarter": 2 }))).await.ok(200);
    assert_eq!((&again["members"], &again["entries"]), (&json!(0), &json!(0)));
    let year = li.get("/me/appraisal").await.ok(200);
    assert_eq!((&year["total"]["base"], &year["total"]["total"]), (&json!(1200), &json!(1150)));
    let first = send(open(json!({ "year": 2026, "quarter": 1 }))).await.ok(200);
    assert_eq!(first["entries"], 20);
    assert_eq!(secretary.get("/me/appraisal").await.ok(200)["total"]["base"], 3000);
}

#[tokio::test]
async fn what_the_records_tell_is_proposed_by_its_rule_and_entered_by_people() {
    let app = TestApp::start().await;
    let top = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    adopted(&top).await;
    let scene = crate::ideas::Scene::set(&app).await;
    let id = crate::ideas::submitted(&scene.author, "尾矿回水改造").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    let mine = scene.author.get("/me/appraisal/proposals").await.ok(200);
    let made = &items(&mine)[0];
    assert_eq!((items(&mine).len(), &made["rule"], &made["points"]), (1, &json!("P13"), &json!(100)));
    assert_eq!((&made["proposed_by"], &made["state"]), (&Value::Null, &json!("open")));
    assert_eq!(total(&scene.author).await["total"], 0, "a rule enters nothing by itself");
    approve(&scene.secretary, made).await.ok(200);
    assert_eq!(total(&scene.author).await["bonus"], 100);
}
