//! Obligations: what units owe month by month, what ticks it, what does not apply, and what is told of it.

use std::time::Duration;

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{items, text};
use crate::support::{Person, TestApp};

/// How long what was recorded may take to be on the sheet.
const FRESH: Duration = Duration::from_millis(1100);

/// The month sheet of a unit.
async fn sheet(app: &TestApp, who: &Person<'_>, unit: &str, rest: &str) -> Value {
    who.get(&format!("/units/{}/month-sheet{rest}", app.unit(unit))).await.ok(200)
}

/// The lines of a rule on it, each as `unit state first..due`.
fn lines(app: &TestApp, sheet: &Value, code: &str) -> Vec<String> {
    let its = sheet["lines"].as_array().unwrap().iter().filter(|line| line["code"] == code);
    let tree = app.directory().tree();
    its.map(|line| {
        let unit = line["unit_id"].as_str().unwrap().parse().unwrap();
        let [state, first, due] = ["state", "first_on", "due_on"].map(|field| line[field].as_str().unwrap());
        format!("{} {state} {first}..{due}", tree.get(unit).unwrap().unit.code)
    })
    .collect()
}

async fn held(app: &TestApp, who: &Person<'_>, (kind, unit): (&str, &str), day: &str) {
    let body =
        json!({ "kind": kind, "unit_id": app.unit(unit), "held_on": day, "title": "例会", "attendance": [who.id] });
    who.post("/meetings", body).await.ok(201);
}

fn entry(code: &str, day: &str) -> Value {
    json!({ "code": code, "done_on": day, "note": "公开栏已更新" })
}

#[tokio::test]
async fn a_sheet_is_drawn_from_rules_and_tree_and_ticked_by_records() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ12").home("XZ12").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let drawn = sheet(&app, &li, "ZB1", "").await;
    assert_eq!(drawn["month"], "2026-07-01");
    assert_eq!(lines(&app, &drawn, "D01"), ["ZB1 open 2026-07-01..2026-09-30"]);
    assert_eq!(lines(&app, &drawn, "D04"), ["ZB1 open 2026-07-01..2026-07-31"]);
    assert_eq!(lines(&app, &drawn, "D03"), ["XZ11 open 2026-07-01..2026-07-31", "XZ12 open 2026-07-01..2026-07-31"]);
    assert_eq!(lines(&app, &drawn, "D27"), ["ZB1 not_begun 2026-07-25..2026-07-31"]);
    assert_eq!(lines(&app, &drawn, "D02"), [""; 0], "nobody is on a committee");
    assert_eq!(lines(&app, &drawn, "D21"), [""; 0], "off until the enterprise says otherwise");
    assert_eq!(lines(&app, &drawn, "D28"), [""; 0], "for committees");
    app.member("支委").role(Role::BranchCommittee, "ZB1").unregistered().await;
    assert_eq!(lines(&app, &sheet(&app, &li, "ZB1", "").await, "D02").len(), 1);

    held(&app, &secretary, ("theme_day", "ZB1"), "2026-07-01").await;
    held(&app, &leader, ("group", "XZ12"), "2026-07-01").await;
    tokio::time::sleep(FRESH).await;
    let ticked = sheet(&app, &secretary, "ZB1", "").await;
    assert_eq!(lines(&app, &ticked, "D04"), ["ZB1 done 2026-07-01..2026-07-31"]);
    assert_eq!(lines(&app, &ticked, "D03"), ["XZ11 open 2026-07-01..2026-07-31", "XZ12 done 2026-07-01..2026-07-31"]);
    let line = ticked["lines"].as_array().unwrap().iter().find(|line| line["code"] == "D04").unwrap();
    assert_eq!((&line["evidence"][0]["kind"], &line["evidence"][0]["day"]), (&json!("meeting"), &json!("2026-07-01")));
    assert_eq!(ticked["counts"]["done"], 2);

    // the sheet on paper
    let paper = secretary.get(&format!("/units/{}/month-sheet/paper", app.unit("ZB1"))).await;
    assert_eq!(paper.status, 200);
    let paper = paper.text();
    assert!(
        paper.contains("东支部2026 年 7 月工作提示") && paper.contains("主题党日") && paper.contains("（东一组）"),
        "{paper}"
    );
    // those of other branches do not read it, those above do
    let other = app.member("西一").home("XZ21").sign_in().await;
    other.get(&format!("/units/{}/month-sheet", app.unit("ZB1"))).await.refused(403, "access.denied");
    let above = app.member("党委委员").home("XZ31").role(Role::CommitteeMember, "DW1").sign_in().await;
    let page = above.get(&format!("/month-sheets?unit_id={}&limit=2", app.unit("DW1"))).await.ok(200);
    assert_eq!(items(&page).len(), 2, "{page}");
    let next = page["next_cursor"].as_str().unwrap();
    let rest = above.get(&format!("/month-sheets?unit_id={}&cursor={next}", app.unit("DW1"))).await.ok(200);
    let of_branch =
        items(&page).iter().chain(items(&rest)).find(|one| one["unit_id"] == json!(app.unit("ZB1"))).unwrap();
    assert_eq!(of_branch["counts"]["done"], 1, "{of_branch}");
    li.get(&format!("/month-sheets?unit_id={}", app.unit("DW1"))).await.refused(403, "access.denied");
    secretary
        .get(&format!("/units/{}/month-sheet?month=2040-01-01", app.unit("ZB1")))
        .await
        .refused(400, "obligations.bad_month");
}

#[tokio::test]
async fn what_was_not_done_is_late_and_what_was_written_down_later_is_entered_late() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    app.set_clock("2026-08-03T09:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    let auditor = app.sign_in_anew(&auditor).await;
    let august = sheet(&app, &secretary, "ZB1", "").await;
    assert_eq!(
        lines(&app, &august, "D04"),
        ["ZB1 late 2026-07-01..2026-07-31", "ZB1 open 2026-08-01..2026-08-31"],
        "what was not done goes on being shown for a month"
    );
    let number = |name: &str| format!("/facts/{name}?unit_id={}&period=month&day=2026-07-15", app.unit("ZB1"));
    let before = auditor.get(&number("obligations.late")).await.ok(200);
    held(&app, &secretary, ("theme_day", "ZB1"), "2026-07-30").await;
    tokio::time::sleep(FRESH).await;
    let august = sheet(&app, &secretary, "ZB1", "").await;
    assert_eq!(lines(&app, &august, "D04"), ["ZB1 open 2026-08-01..2026-08-31"]);
    let july = sheet(&app, &secretary, "ZB1", "?month=2026-07-15").await;
    assert_eq!(lines(&app, &july, "D04"), ["ZB1 entered_late 2026-07-01..2026-07-31"]);
    // a meeting in August does nothing for July
    held(&app, &secretary, ("group", "XZ11"), "2026-08-03").await;
    tokio::time::sleep(FRESH).await;
    let both = lines(&app, &sheet(&app, &secretary, "XZ11", "").await, "D03");
    assert_eq!(both, ["XZ11 late 2026-07-01..2026-07-31", "XZ11 done 2026-08-01..2026-08-31"]);

    // each number is that of the lines behind it
    tokio::time::sleep(Duration::from_secs(10)).await;
    let late = auditor.get(&number("obligations.late")).await.ok(200);
    assert_eq!(late["value"].as_i64().unwrap(), before["value"].as_i64().unwrap() - 1, "{before} {late}");
    let rows = auditor
        .get(&format!(
            "/facts/obligations.late/records?unit_id={}&period=month&day=2026-07-15&limit=100",
            app.unit("ZB1")
        ))
        .await
        .ok(200);
    assert_eq!(items(&rows).len() as i64, late["value"].as_i64().unwrap());
    let of_july = july["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["state"] == "late" && line["due_on"].as_str().unwrap().starts_with("2026-07"));
    assert_eq!(items(&rows).len(), of_july.count());
    let done = auditor.get(&number("obligations.done")).await.ok(200);
    assert_eq!((&done["amount"], done["base"].as_i64().unwrap()), (&json!(1), late["value"].as_i64().unwrap() + 1));
}

#[tokio::test]
async fn what_no_record_tells_is_written_down_and_withdrawn() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let entries = format!("/units/{}/obligation-entries", app.unit("ZB1"));
    let row = secretary.post(&entries, entry("D22", "2026-07-01")).await.ok(201);
    assert_eq!((&row["code"], &row["entered_by_name"]), (&json!("D22"), &json!("书记")));
    assert_eq!(lines(&app, &sheet(&app, &secretary, "ZB1", "").await, "D22"), ["ZB1 done 2026-07-01..2026-09-30"]);
    secretary.post(&entries, entry("D01", "2026-07-01")).await.refused(409, "obligations.ticked_by_records");
    secretary.post(&entries, entry("D28", "2026-07-01")).await.refused(409, "obligations.not_asked");
    secretary.post(&entries, entry("D99", "2026-07-01")).await.refused(404, "obligations.rule_not_found");
    for day in ["2026-07-02", "2025-01-01"] {
        secretary.post(&entries, entry("D22", day)).await.refused(422, "body.invalid");
    }
    let west = format!("/units/{}/obligation-entries", app.unit("ZB2"));
    secretary.post(&west, entry("D22", "2026-07-01")).await.refused(403, "access.out_of_scope");
    let other = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let address = format!("/obligation-entries/{}", text(&row["id"]));
    other.delete(&address).await.refused(404, "obligations.entry_not_found");
    secretary.delete(&address).await.ok(204);
    secretary.delete(&address).await.refused(410, "obligations.withdrawn");
    assert_eq!(lines(&app, &sheet(&app, &secretary, "ZB1", "").await, "D22"), ["ZB1 open 2026-07-01..2026-09-30"]);
}

#[tokio::test]
async fn what_counts_from_an_event_is_owed_from_then_on() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let events = format!("/units/{}/obligation-events", app.unit("ZB1"));
    let event = |code: &str, day: &str| json!({ "code": code, "happens_on": day, "title": "本届支委会任期届满" });
    assert_eq!(lines(&app, &sheet(&app, &secretary, "ZB1", "").await, "D14"), [""; 0]);
    let row = secretary.post(&events, event("D14", "2026-10-17")).await.ok(201);
    // 17 October 2026 is a Saturday
    assert_eq!(lines(&app, &sheet(&app, &secretary, "ZB1", "").await, "D14"), ["ZB1 not_begun 2026-07-17..2026-10-19"]);
    let line = json!({ "code": "D14", "done_on": "2026-07-01", "note": "已选举" });
    secretary.post(&format!("/units/{}/obligation-entries", app.unit("ZB1")), line).await.ok(201);
    app.set_clock("2026-07-20T09:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    assert_eq!(
        lines(&app, &sheet(&app, &secretary, "ZB1", "").await, "D14"),
        ["ZB1 open 2026-07-17..2026-10-19"],
        "what was done before its window does not count"
    );
    secretary.post(&events, event("D01", "2026-10-10")).await.refused(409, "obligations.no_events");
    secretary.post(&events, event("D14", "2040-10-10")).await.refused(422, "body.invalid");
    let address = format!("/obligation-events/{}", text(&row["id"]));
    secretary.delete(&address).await.ok(204);
    secretary.delete(&address).await.refused(410, "obligations.withdrawn");
    assert_eq!(lines(&app, &sheet(&app, &secretary, "ZB1", "").await, "D14"), [""; 0]);
}

#[tokio::test]
async fn that_something_does_not_apply_is_agreed_above_by_another_one() {
    let app = TestApp::start().await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let above = app.member("党委委员").home("XZ31").role(Role::CommitteeMember, "DW1").sign_in().await;
    let asked = json!({ "code": "D03", "first_on": "2026-07-01", "reason": "全员外出检修" });
    let path = format!("/units/{}/obligation-exemptions", app.unit("XZ11"));
    let wrong = json!({ "code": "D03", "first_on": "2026-07-02", "reason": "全员外出检修" });
    leader.post(&path, wrong).await.refused(409, "obligations.not_asked");
    let row = leader.post(&path, asked.clone()).await.ok(201);
    leader.post(&path, asked.clone()).await.refused(409, "obligations.exempted");
    assert_eq!(lines(&app, &sheet(&app, &leader, "XZ11", "").await, "D03"), ["XZ11 open 2026-07-01..2026-07-31"]);
    let desk = above.get("/me/desk").await.ok(200);
    assert!(desk.to_string().contains("“党小组会”是否不适用"), "{desk}");
    let address = format!("/obligation-exemptions/{}", text(&row["id"]));
    secretary.post(&format!("{address}/approval"), json!({})).await.refused(403, "access.denied");
    let foreign = app.member("二厂委员").home("XZ31").role(Role::CommitteeMember, "DW2").sign_in().await;
    foreign.post(&format!("{address}/approval"), json!({})).await.refused(404, "obligations.exemption_not_found");
    above.post(&format!("{address}/refusal"), json!({ "reason": "可与邻组合开" })).await.ok(200);
    above.post(&format!("{address}/approval"), json!({})).await.refused(409, "proposals.over");
    app.drain().await;
    assert!(leader.get("/me/notices").await.ok(200).to_string().contains("可与邻组合开"));

    // again, and by two at once: one answer
    let row = leader.post(&path, asked).await.ok(201);
    let address = format!("/obligation-exemptions/{}", text(&row["id"]));
    let second = app.member("委员乙").home("XZ31").role(Role::CommitteeMember, "DW1").sign_in().await;
    let approval = format!("{address}/approval");
    let refusal = format!("{address}/refusal");
    let reason = json!({ "reason": "可与邻组合开" });
    let (yes, no) = tokio::join!(above.post(&approval, json!({})), second.post(&refusal, reason));
    let statuses = [yes.status, no.status];
    assert!(statuses == [200, 409] || statuses == [409, 200], "{statuses:?}");
    if yes.status == 200 {
        above.post(&approval, json!({})).await.ok(200);
        assert_eq!(
            lines(&app, &sheet(&app, &leader, "XZ11", "").await, "D03"),
            ["XZ11 not_applicable 2026-07-01..2026-07-31"]
        );
    }
    // who asked himself answers nothing, whatever his duties are
    let own = json!({ "code": "D12", "first_on": "2027-01-01", "reason": "已并入集团计划" });
    let own = above.post(&format!("/units/{}/obligation-exemptions", app.unit("ZB1")), own).await.ok(201);
    let address = format!("/obligation-exemptions/{}", text(&own["id"]));
    above.post(&format!("{address}/approval"), json!({})).await.refused(403, "proposals.own");
    secretary.post(&format!("{address}/withdrawal"), json!({})).await.refused(403, "proposals.not_yours");
    above.post(&format!("{address}/withdrawal"), json!({})).await.ok(200);
    let listed = above.get(&format!("/obligation-exemptions?unit_id={}", app.unit("DW1"))).await.ok(200);
    assert_eq!(items(&listed).len(), 3);
    assert_eq!(above.get(&address).await.ok(200)["state"], "taken_back");
}

#[tokio::test]
async fn an_enterprise_has_rules_of_its_own_with_an_end_and_leaves_out_others() {
    let app = TestApp::start().await;
    let organiser = app.member("组织").role(Role::Organiser, "JT").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let month = json!([{ "first": { "months": 0, "day": 1 }, "last": { "months": 0, "day": -1 } }]);
    let rule = json!({
        "unit_id": app.unit("DW1"), "title": "责任区巡查", "basis": "一厂党发〔2026〕3号", "standard": "每月巡查一次",
        "audience": ["branch"], "cycle": "month", "windows": month, "minutes": 60,
        "from_on": "2026-07-01", "until_on": "2027-06-30",
    });
    let with = |pointer: &str, value: Value| {
        let mut body = rule.clone();
        body[pointer] = value;
        body
    };
    let made = organiser.post("/obligation-rules", rule.clone()).await.ok(201);
    assert_eq!((&made["code"], &made["used"]), (&json!("Z1"), &json!(true)));
    assert_eq!(lines(&app, &sheet(&app, &secretary, "ZB1", "").await, "Z1"), ["ZB1 open 2026-07-01..2026-07-31"]);
    for (pointer, value) in [
        ("until_on", json!("2027-07-31")),
        ("from_on", json!("2026-06-30")),
        ("windows", json!([])),
        ("fact", json!("no.such")),
        ("minutes", json!(0)),
        ("audience", json!([])),
    ] {
        organiser.post("/obligation-rules", with(pointer, value)).await.refused(422, "body.invalid");
    }
    secretary.post("/obligation-rules", rule.clone()).await.refused(403, "access.denied");
    organiser.post("/obligation-rules/Z1/end", json!({ "until_on": "2026-07-31" })).await.ok(200);
    organiser
        .post("/obligation-rules/Z9/end", json!({ "until_on": "2026-07-31" }))
        .await
        .refused(404, "obligations.rule_not_found");
    organiser
        .post("/obligation-rules/D01/end", json!({ "until_on": "2026-07-31" }))
        .await
        .refused(409, "obligations.shipped");
    organiser.post("/obligation-rules/Z1/end", json!({ "until_on": "2028-07-31" })).await.refused(422, "body.invalid");
    let august = sheet(&app, &secretary, "ZB1", "?month=2026-08-01").await;
    assert_eq!(lines(&app, &august, "Z1"), [""; 0]);

    let switch = |used: bool, from: &str| json!({ "used": used, "from_on": from, "reason": "财务集中收缴" });
    organiser.post("/obligation-rules/D21/use", switch(true, "2026-08-01")).await.ok(204);
    organiser.post("/obligation-rules/D04/use", switch(false, "2026-08-01")).await.ok(204);
    organiser.post("/obligation-rules/D04/use", switch(false, "2026-06-01")).await.refused(422, "body.invalid");
    organiser
        .post("/obligation-rules/Z1/use", switch(false, "2026-08-01"))
        .await
        .refused(404, "obligations.rule_not_found");
    let august = sheet(&app, &secretary, "ZB1", "?month=2026-08-01").await;
    assert_eq!((lines(&app, &august, "D21").len(), lines(&app, &august, "D04").len()), (1, 0));
    let july = sheet(&app, &secretary, "ZB1", "").await;
    assert_eq!((lines(&app, &july, "D21").len(), lines(&app, &july, "D04").len()), (0, 1));
    let all = secretary.get("/obligation-rules").await.ok(200);
    assert_eq!(items(&all).len(), 33);
    let local = app.member("一厂组织").home("XZ31").role(Role::Organiser, "DW1").sign_in().await;
    local.post("/obligation-rules/D04/use", switch(true, "2026-09-01")).await.refused(403, "access.out_of_scope");

    // once it is over it is made anew: what lies between asked for nothing
    app.set_clock("2026-09-10T09:00:00+08:00");
    let (organiser, secretary) = (app.sign_in_anew(&organiser).await, app.sign_in_anew(&secretary).await);
    let prolonged = json!({ "until_on": "2026-12-31" });
    organiser.post("/obligation-rules/Z1/end", prolonged).await.refused(422, "body.invalid");
    let august = sheet(&app, &secretary, "ZB1", "?month=2026-08-01").await;
    assert_eq!(lines(&app, &august, "Z1"), [""; 0]);
}

#[tokio::test]
async fn what_is_due_soon_lies_on_the_desk_and_is_told_once() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    app.set_clock("2026-07-02T09:00:00+08:00");
    app.tick().await;
    let secretary = app.sign_in_anew(&secretary).await;
    let on_desk = async |who: &Person<'_>| who.get("/me/desk").await.ok(200).to_string();
    assert!(!on_desk(&secretary).await.contains("待完成"));
    app.set_clock("2026-07-28T09:00:00+08:00");
    app.tick().await;
    let secretary = app.sign_in_anew(&secretary).await;
    let desk = on_desk(&secretary).await;
    assert!(desk.contains("东支部：积分公示等 4 项待完成") && desk.contains("东一组：党小组会待完成"), "{desk}");
    app.drain().await;
    let told = async || {
        let notices = secretary.get("/me/notices").await.ok(200);
        items(&notices).iter().filter(|notice| notice["title"] == "规定动作将到期").count()
    };
    // of the branch and of its two groups, which have no leaders
    assert_eq!(told().await, 3);
    app.set_clock("2026-07-28T09:12:00+08:00");
    app.tick().await;
    app.drain().await;
    assert_eq!(told().await, 3);
    held(&app, &secretary, ("group", "XZ11"), "2026-07-28").await;
    tokio::time::sleep(FRESH).await;
    app.advance_seconds(700);
    app.tick().await;
    let secretary = app.sign_in_anew(&secretary).await;
    let desk = on_desk(&secretary).await;
    assert!(!desk.contains("东一组") && desk.contains("东二组：党小组会待完成"), "{desk}");
}

#[tokio::test]
async fn a_quarter_of_a_branch_tells_what_was_held_and_what_is_missing() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let above = app.member("党委委员").home("XZ31").role(Role::CommitteeMember, "DW1").sign_in().await;
    held(&app, &secretary, ("branch", "ZB1"), "2026-07-01").await;
    held(&app, &secretary, ("group", "XZ11"), "2026-07-01").await;
    app.set_clock("2026-09-10T09:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    let above = app.sign_in_anew(&above).await;
    held(&app, &secretary, ("theme_day", "ZB1"), "2026-09-05").await;
    let page = above.get(&format!("/meeting-overviews?unit_id={}&limit=1", app.unit("DW1"))).await.ok(200);
    let branch = &items(&page)[0];
    assert_eq!(branch["unit_id"], json!(app.unit("ZB1")));
    let told: Vec<String> = branch["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| format!("{} {}/{}", kind["code"].as_str().unwrap(), kind["held"], kind["asked"]))
        .collect();
    assert_eq!(told, ["D01 1/1", "D03 1/6", "D04 1/3", "D05 0/1"]);
    let missing: Vec<String> = branch["kinds"].as_array().unwrap()[2]["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["first_on"].as_str().unwrap(), one["state"].as_str().unwrap()))
        .collect();
    assert_eq!(missing, ["2026-07-01 late", "2026-08-01 late"]);
    let next = page["next_cursor"].as_str();
    assert!(next.is_none() || items(&page).len() == 1);
    secretary.get(&format!("/meeting-overviews?unit_id={}", app.unit("DW1"))).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn units_that_are_closed_or_move_within_a_window_owe_what_is_theirs_then() {
    let app = TestApp::start().await;
    let organiser = app.member("组织").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let admin = crate::members::administrator(&app).await;
    let month = json!([{ "first": { "months": 0, "day": 1 }, "last": { "months": 0, "day": -1 } }]);
    let rule = json!({
        "unit_id": app.unit("DW1"), "title": "责任区巡查", "basis": "一厂党发〔2026〕3号", "standard": "每月巡查一次",
        "audience": ["branch"], "cycle": "month", "windows": month, "minutes": 60,
        "from_on": "2026-07-01", "until_on": "2027-06-30",
    });
    organiser.post("/obligation-rules", rule).await.ok(201);
    let new = json!({ "code": "ZB4", "name": "新支部", "short_name": "新支部", "kind": "党支部", "parent_id": app.unit("DW1") });
    let fresh = text(&admin.post("/units", new).await.ok(201)["id"]);
    held(&app, &west, ("theme_day", "ZB2"), "2026-07-01").await;
    tokio::time::sleep(FRESH).await;
    assert_eq!(lines(&app, &sheet(&app, &west, "ZB2", "").await, "Z1").len(), 1);
    let of_fresh = format!("/units/{fresh}/month-sheet");
    let owed = organiser.get(&of_fresh).await.ok(200);
    assert_eq!(lines(&app, &owed, "D04"), ["ZB4 open 2026-07-01..2026-07-31"]);

    app.set_clock("2026-07-15T09:00:00+08:00");
    let (admin, organiser, west) =
        (app.sign_in_anew(&admin).await, app.sign_in_anew(&organiser).await, app.sign_in_anew(&west).await);
    admin.patch(&format!("/units/{fresh}"), json!({ "closed": true })).await.ok(200);
    admin.patch(&format!("/units/{}", app.unit("ZB2")), json!({ "parent_id": app.unit("DW2") })).await.ok(200);
    tokio::time::sleep(FRESH).await;
    let owed = organiser.get(&of_fresh).await.ok(200);
    assert_eq!(lines(&app, &owed, "D04"), [""; 0], "it was closed before the last day");
    let moved = sheet(&app, &west, "ZB2", "").await;
    assert_eq!(lines(&app, &moved, "Z1"), [""; 0], "it belongs to the plant no more that asked it");
    assert_eq!(lines(&app, &moved, "D04"), ["ZB2 done 2026-07-01..2026-07-31"], "what it did goes with it");
}

#[tokio::test]
async fn a_window_ends_with_its_last_second_at_eight_hours_east_in_december_and_in_february() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    for (at, month, expected) in [
        ("2026-12-31T23:59:59+08:00", "2026-12-01", "ZB1 open 2026-12-01..2026-12-31"),
        ("2027-01-01T00:00:00+08:00", "2026-12-01", "ZB1 late 2026-12-01..2026-12-31"),
        // the last of February is a Sunday
        ("2027-03-01T23:59:59+08:00", "2027-02-01", "ZB1 open 2027-02-01..2027-03-01"),
        ("2027-03-02T00:00:00+08:00", "2027-02-01", "ZB1 late 2027-02-01..2027-03-01"),
    ] {
        app.set_clock(at);
        let secretary = app.sign_in_anew(&secretary).await;
        let drawn = sheet(&app, &secretary, "ZB1", &format!("?month={month}")).await;
        // what is late of months before stands there, too
        assert_eq!(lines(&app, &drawn, "D04").last().map(String::as_str), Some(expected), "at {at}");
    }
}

#[tokio::test]
async fn an_organisational_life_meeting_ticks_its_line_through_the_winter() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    app.set_clock("2027-01-20T09:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    let drawn = sheet(&app, &secretary, "ZB1", "?month=2027-01-01").await;
    assert_eq!(lines(&app, &drawn, "D09"), ["ZB1 open 2026-10-01..2027-03-31"]);
    held(&app, &secretary, ("organisational_life", "ZB1"), "2027-01-19").await;
    tokio::time::sleep(FRESH).await;
    let drawn = sheet(&app, &secretary, "ZB1", "?month=2027-01-01").await;
    assert_eq!(lines(&app, &drawn, "D09"), ["ZB1 done 2026-10-01..2027-03-31"]);
    // whoever looks at its line opens the meeting
    let line = drawn["lines"].as_array().unwrap().iter().find(|line| line["code"] == "D09").unwrap();
    assert_eq!((&line["evidence"][0]["kind"], &line["evidence"][0]["day"]), (&json!("meeting"), &json!("2027-01-19")));
}
