//! Units, members and duties: who looks after them, and what follows from a change.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::people::members::model::MemberKind;
use xianfeng::people::members::{FirstAdministrator, Members};

use crate::support::{Person, Reply, TestApp, send};
use xianfeng::people::sessions::Sessions;

pub async fn administrator(app: &TestApp) -> Person<'_> {
    app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await
}

pub async fn import(person: &Person<'_>, path: &str, file: impl Into<Vec<u8>>) -> Reply {
    send(person.request(Method::POST, path).body(file.into())).await
}

pub fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_member_sees_who_he_is() {
    let app = TestApp::start().await;
    let wang = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let me = wang.get("/me").await.ok(200);
    let names: Vec<&str> = me["units"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["东一组", "东支部", "一厂党委", "集团党委"]);
    assert_eq!(me["branch"]["code"], "ZB1");
    assert_eq!(me["duties"][0]["title"], "支部书记");
    let capabilities = json!([
        "see_results",
        "plan_pushes",
        "choose_content",
        "run_contests",
        "read_contests",
        "confirm_contests",
        "see_members",
        "invite",
        "record_leave",
        "read_rules",
        "hold_meetings",
        "read_meetings",
        "read_obligations",
        "keep_obligations",
        "see_ideas",
        "collect_ideas",
        "decide_ideas",
        "keep_brands",
        "write_entries",
        "write_articles",
        "review_texts",
        "propose_appraisal",
        "check_appraisal",
        "decide_appraisal",
        "recommend_honours",
        "fill_reports",
        "read_reports",
        "issue_tasks",
        "do_tasks",
        "see_tasks"
    ]);
    assert_eq!(me["capabilities"], capabilities);
    assert_eq!((&me["phone"], &me["hidden_from_boards"]), (&Value::Null, &json!(false)));
}

#[tokio::test]
async fn the_tree_is_flat_counted_and_not_sent_twice() {
    let app = TestApp::start().await;
    let li = app.member("李一").kind(MemberKind::Masses).sign_in().await;
    app.get("/units").await.refused(401, "sessions.required");
    let first = li.get("/units").await;
    let list = first.ok(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 10);
    let count = |code: &str| {
        list["items"].as_array().unwrap().iter().find(|unit| unit["code"] == code).unwrap()["active_members"].clone()
    };
    assert_eq!([count("JT"), count("ZB1"), count("ZB2")], [json!(1), json!(1), json!(0)]);
    let again = li.request(Method::GET, "/units").header("if-none-match", first.header("etag").unwrap());
    assert_eq!(send(again).await.status, 304);
    let branch = li.get(&format!("/units/{}", app.unit("ZB1"))).await.ok(200);
    assert_eq!((branch["children"].as_array().unwrap().len(), &branch["ancestors"][0]["code"]), (2, &json!("DW1")));
}

#[tokio::test]
async fn ordinary_members_see_the_names_of_their_branch_only() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    app.member("邻组").home("XZ12").unregistered().await;
    let roster = |code: &str| format!("/units/{}/members?limit=2", app.unit(code));
    let page = li.get(&roster("ZB1")).await.ok(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        page["items"][0].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "name", "unit_id", "unit_name"]
    );
    let next = format!("{}&cursor={}", roster("ZB1"), page["next_cursor"].as_str().unwrap());
    let rest = li.get(&next).await.ok(200);
    assert_eq!((&rest["items"][0]["name"], &rest["next_cursor"]), (&json!("邻组"), &Value::Null));
    assert_eq!(secretary.get(&roster("XZ11")).await.ok(200)["items"][1]["duties"][0]["role"], "secretary");
    li.get(&roster("DW1")).await.refused(403, "access.denied");
    secretary.get(&roster("ZB2")).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn a_unit_is_made_moved_with_its_subtree_and_closed_when_empty() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let member = app.member("某人").home("XZ31").sign_in().await;
    let (zb3, dw1) = (app.unit("ZB3"), app.unit("DW1"));
    let new = json!({ "code": " ｚｂ4 ", "name": "北支部", "kind": "党支部", "parent_id": dw1 });
    let made = admin.post("/units", new.clone()).await;
    assert_eq!((&made.ok(201)["code"], &made.ok(201)["short_name"]), (&json!("ZB4"), &json!("北支部")));
    assert_eq!(made.header("location"), Some(format!("/api/v1/units/{}", app.unit("ZB4")).as_str()));
    admin.post("/units", new).await.refused(409, "units.code_taken");

    admin.patch(&format!("/units/{zb3}"), json!({ "parent_id": dw1, "name": "新南支部" })).await.ok(200);
    let path = member.get("/me").await.ok(200)["units"].clone();
    assert_eq!((&path[1]["name"], &path[2]["code"]), (&json!("新南支部"), &json!("DW1")));
    let circle = json!({ "parent_id": app.unit("XZ31") });
    admin.patch(&format!("/units/{zb3}"), circle.clone()).await.refused(409, "units.circle");
    admin.patch(&format!("/units/{}", app.unit("JT")), circle).await.refused(409, "units.circle");

    let (xz31, close) = (format!("/units/{}", app.unit("XZ31")), json!({ "closed": true }));
    admin.patch(&xz31, close.clone()).await.refused(409, "units.not_empty");
    admin.patch(&format!("/units/{zb3}"), close.clone()).await.refused(409, "units.not_empty");
    let home = json!({ "unit_id": app.unit("XZ11") });
    admin.patch(&format!("/members/{}", member.id), home).await.ok(200);
    assert_eq!(admin.patch(&xz31, close).await.ok(200)["closed_on"], "2026-07-01");
    let home = json!({ "unit_id": app.unit("XZ31") });
    admin.patch(&format!("/members/{}", member.id), home).await.refused(409, "units.closed");
    admin.patch(&xz31, json!({ "closed": false })).await.ok(200);
}

#[tokio::test]
async fn an_administrator_looks_after_his_part_only() {
    let app = TestApp::start().await;
    let local = app.member("厂管理员").role(Role::Administrator, "DW1").sign_in().await;
    let (near, _) = app.member("近").unregistered().await;
    let (far, _) = app.member("远").home("XZ31").unregistered().await;
    let (chief, _) = app.member("总管").role(Role::Administrator, "JT").unregistered().await;
    let duty = |role: &str, unit: &str| json!({ "role": role, "unit_id": app.unit(unit) });
    let roles = |member| format!("/members/{member}/roles");
    local.post(&roles(near), duty("secretary", "ZB1")).await.ok(201);
    local.post(&roles(near), duty("secretary", "ZB3")).await.refused(403, "access.out_of_scope");
    local.post(&roles(near), duty("auditor", "ZB1")).await.refused(403, "access.out_of_scope");
    local.post(&roles(far), duty("secretary", "ZB1")).await.refused(403, "access.out_of_scope");
    local.post(&roles(local.id), duty("secretary", "ZB1")).await.refused(403, "duties.own");
    local.patch(&format!("/members/{far}"), json!({ "name": "改" })).await.refused(403, "access.out_of_scope");
    let away = json!({ "unit_id": app.unit("XZ31") });
    local.patch(&format!("/members/{near}"), away).await.refused(403, "access.out_of_scope");
    let dw2 = json!({ "parent_id": app.unit("DW2") });
    local.patch(&format!("/units/{}", app.unit("ZB1")), dw2).await.refused(403, "access.out_of_scope");
    let left = json!({ "status": "left" });
    local.patch(&format!("/members/{chief}"), left).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn a_duty_takes_effect_and_ends_on_the_next_request_and_the_member_is_told() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let li = app.member("李一").sign_in().await;
    let roster = format!("/units/{}/members?limit=1", app.unit("DW1"));
    li.get(&roster).await.refused(403, "access.denied");
    let duty = json!({ "role": "organiser", "unit_id": app.unit("JT"), "to_on": "2026-07-03" });
    let path = format!("/members/{}/roles", li.id);
    let granted = admin.post(&path, duty.clone()).await.ok(201);
    assert_eq!((&granted["from_on"], &granted["title"]), (&json!("2026-07-01"), &json!("组织部")));
    admin.post(&path, duty).await.refused(409, "duties.held");
    li.get(&roster).await.ok(200);
    let end = format!("{path}/{}", granted["id"].as_str().unwrap());
    admin.delete(&end).await.ok(204);
    admin.delete(&end).await.refused(404, "duties.not_found");
    li.get(&roster).await.refused(403, "access.denied");
    let told = app.write(|tx| Ok(xianfeng::kernel::outbox::count(tx.conn)?)).await;
    assert_eq!(told, (2, 0));
}

#[tokio::test]
async fn a_duty_holds_through_its_last_day() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let li = app.member("李一").sign_in().await;
    let days =
        |from: &str, to: &str| json!({ "role": "organiser", "unit_id": app.unit("JT"), "from_on": from, "to_on": to });
    let path = format!("/members/{}/roles", li.id);
    admin.post(&path, days("2026-07-03", "2026-07-02")).await.refused(422, "body.invalid");
    admin.post(&path, days("2026-07-01", "2026-07-01")).await.ok(201);
    let roster = format!("/units/{}/members", app.unit("DW1"));
    app.set_clock("2026-07-01T23:59:59+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    li.get(&roster).await.ok(200);
    app.set_clock("2026-07-02T00:00:00+08:00");
    li.get(&roster).await.refused(403, "access.denied");
}

#[tokio::test]
async fn the_last_administrator_of_the_enterprise_stays() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let duty = admin.get("/me").await.ok(200)["duties"][0]["id"].as_str().unwrap().to_owned();
    let end = format!("/members/{}/roles/{duty}", admin.id);
    admin.delete(&end).await.refused(409, "duties.last_administrator");
    let leave = json!({ "status": "left" });
    admin.patch(&format!("/members/{}", admin.id), leave).await.refused(409, "duties.last_administrator");
    let second = administrator(&app).await;
    let resigned = admin.delete(&end).await.ok(202);
    let approval = format!("/duty-proposals/{}/approval", resigned["id"].as_str().unwrap());
    second.post(&approval, json!({})).await.ok(200);
    admin.get(&format!("/members/{}", second.id)).await.refused(403, "access.denied");
}

#[tokio::test]
async fn whoever_leaves_loses_sessions_and_duties_at_once() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let li = app.member("李一").role(Role::Secretary, "ZB1").sign_in().await;
    let path = format!("/members/{}", li.id);
    let left = admin.patch(&path, json!({ "status": "left" })).await.ok(200);
    assert_eq!((&left["status"], left["duties"].as_array().unwrap().len()), (&json!("left"), 0));
    li.get("/me").await.refused(401, "sessions.over");
    let refresh = json!({ "refresh_token": li.session["refresh_token"] });
    app.post("/session/refresh", refresh).await.refused(401, "sessions.over");
    let again = json!({ "account": li.employee_no, "password": crate::support::PASSWORD });
    app.post("/session", again).await.refused(401, "sessions.wrong_password");
    let duty = json!({ "role": "secretary", "unit_id": app.unit("ZB1") });
    admin.post(&format!("{path}/roles"), duty).await.refused(409, "members.left");
    let back = admin.patch(&path, json!({ "status": "active" })).await.ok(200);
    assert_eq!(back["duties"].as_array().unwrap().len(), 0);
    app.tick().await;
    li.get("/me").await.refused(401, "sessions.over");
    let refresh = json!({ "refresh_token": li.session["refresh_token"] });
    app.post("/session/refresh", refresh).await.refused(401, "sessions.over");
    app.sign_in(li.id, &li.employee_no).await.get("/me").await.ok(200);
}

#[tokio::test]
async fn being_away_is_recorded_day_by_day() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let (li, _) = app.member("李一").unregistered().await;
    let status = |status: &str| json!({ "status": status });
    let path = format!("/members/{li}");
    let absences =
        async || app.write(move |tx| Ok(xianfeng::people::members::store::list_absences(tx.conn, li)?)).await;
    admin.patch(&path, status("away")).await.ok(200);
    admin.patch(&path, status("active")).await.ok(200);
    assert_eq!(absences().await.len(), 0, "away and back on the same day is no absence");
    admin.patch(&path, status("away")).await.ok(200);
    app.set_clock("2026-07-05T09:00:00+08:00");
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    admin.patch(&path, status("away")).await.ok(200);
    admin.patch(&path, status("active")).await.ok(200);
    let days: Vec<String> = absences().await.iter().map(|a| format!("{}/{}", a.from_on, a.to_on.unwrap())).collect();
    assert_eq!(days, ["2026-07-01/2026-07-04"]);
}

#[tokio::test]
async fn leave_is_entered_by_the_secretary_before_or_afterwards_and_exempts_whole_days() {
    let app = TestApp::start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let other = app.member("外支部").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let path = format!("/members/{}/absences", li.id);
    let leave = |from: &str, to: &str| json!({ "from_on": from, "to_on": to, "reason": "年休假" });
    li.post(&path, leave("2026-07-02", "2026-07-03")).await.refused(403, "access.denied");
    other.post(&path, leave("2026-07-02", "2026-07-03")).await.refused(403, "access.out_of_scope");
    let own = format!("/members/{}/absences", secretary.id);
    secretary.post(&own, leave("2026-07-02", "2026-07-03")).await.refused(403, "absences.own");
    secretary.post(&path, leave("2026-07-03", "2026-07-02")).await.refused(422, "body.invalid");
    secretary.post(&path, leave("2026-07-03", "2027-08-02")).await.refused(422, "body.invalid");
    let mut silent = leave("2026-07-02", "2026-07-03");
    silent["reason"] = json!("");
    secretary.post(&path, silent).await.refused(422, "body.invalid");

    let made = secretary.post(&path, leave("2026-07-02", "2026-07-03")).await.ok(201);
    assert_eq!(secretary.post(&path, leave("2026-07-02", "2026-07-03")).await.ok(200), made);
    secretary.post(&path, leave("2026-07-03", "2026-07-05")).await.refused(409, "absences.overlap");
    assert_eq!((&made["reason"], &made["entered_by_name"]), (&json!("年休假"), &json!("王书记")));
    other.get(&path).await.refused(403, "access.out_of_scope");
    assert_eq!(li.get(&path).await.ok(200)["items"], json!([made]));

    let secretary = (secretary.id, secretary.employee_no.clone());
    let status = async |at: &str| {
        app.set_clock(at);
        app.tick().await;
        let secretary = app.sign_in(secretary.0, &secretary.1).await;
        secretary.get(&format!("/members/{}", li.id)).await.ok(200)["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status("2026-07-01T23:59:59+08:00").await, "active");
    assert_eq!(status("2026-07-02T00:00:00+08:00").await, "away");
    assert_eq!(status("2026-07-03T23:59:59+08:00").await, "away");
    assert_eq!(status("2026-07-04T00:00:00+08:00").await, "active");

    // afterwards, and of today: away at once, and back when it is taken back
    app.set_clock("2026-07-10T09:00:00+08:00");
    let person = app.sign_in(secretary.0, &secretary.1).await;
    person.post(&path, leave("2026-07-06", "2026-07-08")).await.ok(201);
    let present = person.post(&path, leave("2026-07-10", "2026-07-12")).await.ok(201);
    let shown = async || person.get(&format!("/members/{}", li.id)).await.ok(200)["status"].clone();
    assert_eq!(shown().await, "away");
    let taken_back = format!("{path}/{}", present["id"].as_str().unwrap());
    person.delete(&taken_back).await.ok(204);
    person.delete(&taken_back).await.refused(404, "absences.not_found");
    assert_eq!(shown().await, "active");
    let days: Vec<String> = person.get(&path).await.ok(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["from_on"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(days, ["2026-07-06", "2026-07-02"]);
    let trail = app
        .member("审计")
        .role(Role::Auditor, "JT")
        .sign_in()
        .await
        .get("/audit?action=members.enter_leave")
        .await
        .ok(200);
    assert_eq!(trail["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_new_member_is_taken_in_once() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let new = json!({
        "employee_no": "xf-1", "name": "新人", "kind": "probationary", "unit_id": app.unit("XZ12"),
        "phone": "13900000000",
    });
    let made = admin.post("/members", new.clone()).await.ok(201);
    assert_eq!((&made["employee_no"], &made["phone"]), (&json!("XF-1"), &json!("13900000000")));
    admin.post("/members", new.clone()).await.refused(409, "members.phone_taken");
    let mut other = new.clone();
    other["phone"] = json!("13900000001");
    admin.post("/members", other.clone()).await.refused(409, "members.number_taken");
    other["employee_no"] = json!("a b");
    admin.post("/members", other).await.refused(422, "members.bad_number");
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let seen = secretary.get(&format!("/members/{}", made["id"].as_str().unwrap())).await.ok(200);
    assert_eq!(seen["phone"], "139****0000");
}

#[tokio::test]
async fn a_roster_is_imported_brought_up_to_date_and_exported() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let before = admin.get("/units").await.text();
    let units = "编码,名称,简称,上级编码,类型\nJT,集团党委,集团党委,,集团党委\nZB5,五支部,,DW2,党支部\nXZ51,一组,,ZB5,党小组\nQQ,孤儿,,NO,党小组\n";
    let counts =
        |report: &Value| ["accepted", "changed", "unchanged", "refused"].map(|name| report[name].as_u64().unwrap());
    let dry = import(&admin, "/imports/units?dry_run=true", units).await.ok(200);
    assert_eq!((counts(&dry), &dry["dry_run"]), ([2, 0, 1, 1], &json!(true)));
    assert_eq!(admin.get("/units").await.text(), before);
    assert_eq!(counts(&import(&admin, "/imports/units", units).await.ok(200)), [2, 0, 1, 1]);
    assert_eq!(counts(&import(&admin, "/imports/units", units).await.ok(200)), [0, 0, 3, 1]);

    let members = "工号,姓名,手机号,所属党小组编码,政治面貌,职务\n\
        A1,张三,13800000001,XZ51,党员,党小组组长、支部书记\nA2,李四,,XZ51,群众,\nA3,王五,1380,XZ51,党员,\n";
    let dry = import(&admin, "/imports/members?dry_run=true", members).await.ok(200);
    assert_eq!((counts(&dry), &dry["problems"][0]["row"]), ([2, 0, 0, 1], &json!(4)));
    assert_eq!(admin.get(&format!("/units/{}/members", app.unit("ZB5"))).await.ok(200)["items"], json!([]));
    assert_eq!(counts(&import(&admin, "/imports/members", members).await.ok(200)), [2, 0, 0, 1]);
    assert_eq!(counts(&import(&admin, "/imports/members", members).await.ok(200)), [0, 0, 2, 1]);
    let moved = members.replace("李四,,XZ51,群众,", "李四,,XZ31,预备党员,党小组组长");
    assert_eq!(counts(&import(&admin, "/imports/members", moved.clone()).await.ok(200)), [0, 1, 1, 1]);

    let roster = admin.get(&format!("/units/{}/members", app.unit("ZB5"))).await.ok(200);
    let units: Vec<&Value> = roster["items"][0]["duties"].as_array().unwrap().iter().map(|d| &d["unit_name"]).collect();
    assert_eq!((ids(&roster).len(), units), (1, vec![&json!("一组"), &json!("五支部")]));
    let export = format!("/exports/members?format=csv&unit_id={}", app.unit("DW2"));
    let file = admin.get(&export).await;
    assert!(file.header("content-disposition").unwrap().contains("filename*=UTF-8''%E4%BA%BA"));
    assert!(file.text().contains("\"A2\",\"李四\",\"\",\"XZ31\",\"预备党员\",\"党小组组长\""), "{}", file.text());
    assert_eq!(counts(&import(&admin, "/imports/members", file.bytes).await.ok(200)), [0, 0, 2, 0]);
    let xlsx = admin.get("/exports/members").await;
    assert!(counts(&import(&admin, "/imports/members", xlsx.bytes).await.ok(200))[3] == 0);
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    assert!(auditor.get(&export).await.text().contains("138****0001"));
}

#[tokio::test]
async fn the_demonstration_rosters_are_imported_whole() {
    let app = TestApp::start().await;
    let read = |name: &str| std::fs::read(format!("demo/{name}")).unwrap();
    let admin = administrator(&app).await;
    let units = String::from_utf8(read("organization.csv")).unwrap().replace(",SF,", ",JT,");
    let report = import(&admin, "/imports/units", units).await.ok(200);
    assert_eq!((&report["accepted"], &report["refused"]), (&json!(307), &json!(1)), "the second root is refused");
    let report = import(&admin, "/imports/members", read("members.xlsx")).await.ok(200);
    assert_eq!((&report["accepted"], &report["refused"]), (&json!(760), &json!(0)));
    let holders = app.directory().holders(Role::Administrator, app.unit("JT"), app.now().day());
    assert_eq!(holders.len(), 2, "an imported administrator administers the whole enterprise");
}

#[tokio::test]
async fn an_import_stays_within_the_importers_part() {
    let app = TestApp::start().await;
    let local = app.member("厂管理员").role(Role::Administrator, "DW1").sign_in().await;
    let members =
        "工号,姓名,所属党小组编码,政治面貌,职务\nB1,甲,XZ31,党员,\nB2,乙,XZ11,党员,管理员\nB3,丙,XZ11,党员,支部书记\n";
    let report = import(&local, "/imports/members", members).await.ok(200);
    assert_eq!((&report["accepted"], &report["refused"]), (&json!(1), &json!(2)));
    let own = format!("工号,姓名,所属党小组编码,政治面貌,职务\n{},厂管理员,XZ11,党员,支部书记\n", local.employee_no);
    let report = import(&local, "/imports/members", own).await.ok(200);
    assert_eq!((&report["unchanged"], &report["warnings"][0]["column"]), (&json!(1), &json!("职务")));
    let units = "编码,名称,上级编码,类型\nZB2,东二支部,DW2,党支部\nZB3,南支部,DW1,党支部\nZB9,新支部,DW1,党支部\n";
    let report = import(&local, "/imports/units", units).await.ok(200);
    assert_eq!((&report["accepted"], &report["changed"], &report["refused"]), (&json!(1), &json!(0), &json!(2)));
}

#[tokio::test]
async fn a_file_that_is_no_roster_is_refused() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    for (file, status, code) in [
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), 415, "imports.legacy_format"),
        (b"PK\x03\x04 broken".to_vec(), 415, "imports.not_a_sheet"),
        (b"a,b\n1,2\n".to_vec(), 422, "imports.missing_column"),
        (Vec::new(), 422, "imports.empty"),
        (vec![b'a'; 21 * 1024 * 1024], 413, "body.too_large"),
    ] {
        import(&admin, "/imports/members", file).await.refused(status, code);
    }
}

#[tokio::test]
async fn the_first_administrator_is_made_on_an_empty_database() {
    let app = TestApp::start_empty().await;
    let ask = FirstAdministrator {
        employee_no: "adm-1".into(),
        name: "管理员".into(),
        unit_code: "sf".into(),
        unit_name: "示范集团党委".into(),
    };
    let id = app.app.get::<Members>().create_first_administrator(ask.clone()).await.unwrap();
    assert_eq!(app.app.get::<Members>().create_first_administrator(ask).await.unwrap(), id);
    // as `xianfeng admin create` does
    app.app.get::<Sessions>().set_password(id, crate::support::PASSWORD.into()).await.unwrap();
    let admin = app.sign_in(id, "ADM-1").await;
    let me = admin.get("/me").await.ok(200);
    assert_eq!((&me["units"][0]["code"], me["duties"].as_array().unwrap().len()), (&json!("SF"), 1));
    import(&admin, "/imports/units", std::fs::read("demo/organization.csv").unwrap()).await.ok(200);
    let report = import(&admin, "/imports/members", std::fs::read("demo/members.xlsx").unwrap()).await.ok(200);
    assert_eq!((&report["accepted"], &report["refused"]), (&json!(760), &json!(0)));
    assert_eq!(report["problems"], json!([]));
    let remarks = report["warnings"].as_array().unwrap();
    let at_once = |remark: &&Value| remark["message"].as_str().unwrap().contains("直接生效");
    assert_eq!((remarks.len(), remarks.iter().filter(at_once).count()), (31, 31), "privileged duties, by one alone");
}

#[tokio::test]
async fn the_template_of_the_roster_can_be_imported() {
    let app = TestApp::start().await;
    let admin = app.member("厂管理员").role(Role::Administrator, "DW2").sign_in().await;
    for query in ["", "?format=csv"] {
        let template = admin.get(&format!("/imports/members/template{query}")).await;
        assert_eq!(template.status, 200);
        let report = import(&admin, "/imports/members?dry_run=true", template.bytes).await.ok(200);
        assert_eq!((&report["accepted"], &report["problems"]), (&json!(3), &json!([])), "{report}");
    }
}

#[tokio::test]
async fn a_roster_tells_its_secretary_who_never_signed_in_who_has_a_code_and_who_is_on_leave() {
    let app = TestApp::start().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").home("XZ12").sign_in().await;
    let (invited, _) = app.member("有码").home("XZ12").unregistered().await;
    let (bare, _) = app.member("无码").home("XZ12").unregistered().await;
    let (away, _) = app.member("休假").home("XZ12").unregistered().await;
    secretary.post("/invitations", json!({ "member_id": invited })).await.ok(201);
    crate::study::leave(&app, away, "2026-06-20", "2026-07-10").await;
    crate::study::leave(&app, bare, "2026-06-01", "2026-06-10").await;

    let path = format!("/units/{}/members", app.unit("ZB1"));
    let shown = secretary.get(&path).await.ok(200);
    let told: Vec<(&str, Value, Value, Value)> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let name = one["name"].as_str().unwrap();
            (name, one["signed_in"].clone(), one["code_open"].clone(), one["leave"].clone())
        })
        .collect();
    let leave = json!({ "from_on": "2026-06-20", "until": "2026-07-10" });
    let (yes, no, none) = (json!(true), json!(false), Value::Null);
    let expected = [
        ("书记", yes.clone(), no.clone(), none.clone()),
        ("李一", yes.clone(), no.clone(), none.clone()),
        ("有码", no.clone(), yes.clone(), none.clone()),
        ("无码", no.clone(), no.clone(), none.clone()),
        ("休假", no.clone(), no.clone(), leave),
    ];
    assert_eq!(told, expected);
    // page by page
    let first = secretary.get(&format!("{path}?never_signed_in=true&limit=2")).await.ok(200);
    assert_eq!(ids(&first), [invited.to_string(), bare.to_string()]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = secretary.get(&format!("{path}?never_signed_in=true&limit=2&cursor={cursor}")).await.ok(200);
    assert_eq!((ids(&rest), &rest["next_cursor"]), (vec![away.to_string().as_str()], &Value::Null));
    // a code that has run out is none
    app.advance_seconds(15 * 24 * 3600);
    let secretary = app.member("书记二").role(Role::Secretary, "ZB1").sign_in().await;
    let later = secretary.get(&format!("{path}?never_signed_in=true")).await.ok(200);
    assert!(later["items"].as_array().unwrap().iter().all(|one| one["code_open"] == false), "{later}");
    // members see names alone
    let names = app.member("李二").home("XZ12").sign_in().await.get(&path).await.ok(200);
    let item = names["items"].as_array().unwrap().iter().find(|one| one["id"] == json!(li.id)).unwrap();
    assert!(["signed_in", "code_open", "leave"].iter().all(|field| item.get(field).is_none()), "{item}");
}
