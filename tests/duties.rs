//! The separation of duties: who may hold what together, and what two administrators do.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::{MemberId, UnitId};
use xianfeng::people::members::{FirstAdministrator, Members};

use crate::support::{Person, Reply, TestApp, send};

async fn administrator<'a>(app: &'a TestApp, name: &str) -> Person<'a> {
    app.member(name).home("JT").role(Role::Administrator, "JT").sign_in().await
}

fn duty(app: &TestApp, role: &str, unit: &str) -> Value {
    json!({ "role": role, "unit_id": app.unit(unit) })
}

/// A unit on which the duty may be held.
fn seat(role: &str) -> &'static str {
    if ["secretary", "branch_committee", "group_leader"].contains(&role) { "ZB1" } else { "JT" }
}

fn roles(member: MemberId) -> String {
    format!("/members/{member}/roles")
}

/// Answers a proposal as it came.
async fn answer(by: &Person<'_>, proposal: &Value, verb: &str) -> Reply {
    let body = if verb == "refusal" { json!({ "reason": "资格不符" }) } else { json!({}) };
    by.post(&format!("/duty-proposals/{}/{verb}", proposal["id"].as_str().unwrap()), body).await
}

async fn duties(reader: &Person<'_>, member: MemberId) -> Vec<String> {
    let member = reader.get(&format!("/members/{member}")).await.ok(200);
    member["duties"].as_array().unwrap().iter().map(|duty| duty["role"].as_str().unwrap().to_owned()).collect()
}

async fn duty_id(reader: &Person<'_>, member: MemberId) -> String {
    let member = reader.get(&format!("/members/{member}")).await.ok(200);
    member["duties"][0]["id"].as_str().unwrap().to_owned()
}

async fn notices(person: &Person<'_>) -> Vec<String> {
    let page = person.get("/me/notices").await.ok(200);
    page["items"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
}

async fn import(person: &Person<'_>, path: &str, file: String) -> Value {
    send(person.request(Method::POST, path).body(file)).await.ok(200)
}

/// What the trail says about a member under `action`.
async fn trail(app: &TestApp, member: MemberId, action: &str) -> Value {
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let page = auditor.get(&format!("/audit?subject_id={member}&action={action}")).await.ok(200);
    assert!(!page["items"].as_array().unwrap().is_empty(), "{page}");
    page["items"][0].clone()
}

#[tokio::test]
async fn nobody_holds_duties_of_two_groups() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    for (held, asked, status) in [
        (Role::Administrator, "auditor", 409),
        (Role::Administrator, "organiser", 409),
        (Role::Auditor, "expert", 409),
        (Role::Auditor, "secretary", 409),
        (Role::Auditor, "group_leader", 409),
        (Role::Organiser, "administrator", 409),
        (Role::CommitteeMember, "auditor", 409),
        (Role::Expert, "auditor", 409),
        (Role::Secretary, "auditor", 409),
        (Role::Organiser, "committee_member", 201),
        (Role::CommitteeMember, "expert", 201),
        (Role::Expert, "secretary", 201),
        (Role::Secretary, "organiser", 201),
        (Role::Inspector, "expert", 201),
    ] {
        let (member, _) = app.member("某人").role(held, "DW1").unregistered().await;
        let reply = admin.post(&roles(member), duty(&app, asked, seat(asked))).await;
        match status {
            409 => drop(reply.refused(409, "duties.separation")),
            _ => assert!(matches!(reply.status, 201 | 202), "{held} {asked}: {}", reply.text()),
        }
    }
}

#[tokio::test]
async fn duties_of_two_groups_may_follow_each_other_and_not_overlap() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let (member, _) = app.member("某人").unregistered().await;
    let days = |role: &str, from: &str, to: &str| json!({ "role": role, "unit_id": app.unit(seat(role)), "from_on": from, "to_on": to });
    admin.post(&roles(member), days("auditor", "2026-07-10", "2026-07-20")).await.ok(201);
    admin.post(&roles(member), days("organiser", "2026-07-20", "2026-07-30")).await.refused(409, "duties.separation");
    admin.post(&roles(member), duty(&app, "organiser", "JT")).await.refused(409, "duties.separation");
    admin.post(&roles(member), days("organiser", "2026-07-21", "2026-07-30")).await.ok(201);
    admin.post(&roles(member), days("secretary", "2026-07-01", "2026-07-09")).await.ok(201);
}

#[tokio::test]
async fn a_single_administrator_grants_at_once_and_it_is_marked() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let (member, _) = app.member("某人").unregistered().await;
    let granted = admin.post(&roles(member), duty(&app, "organiser", "JT")).await.ok(201);
    assert_eq!(granted["confirmation"], "not_needed_single_administrator");
    let line = trail(&app, member, "members.grant_role").await;
    assert_eq!(line["detail"]["confirmation"], "not_needed_single_administrator");
    let (other, _) = app.member("书记").unregistered().await;
    let granted = admin.post(&roles(other), duty(&app, "secretary", "ZB1")).await.ok(201);
    assert_eq!(granted.get("confirmation"), None, "a branch's duty needs nobody else anyway");
    // the second administrator is the last who is appointed by one person
    let (second, _) = app.member("第二").home("JT").unregistered().await;
    admin.post(&roles(second), duty(&app, "administrator", "JT")).await.ok(201);
    let (third, _) = app.member("第三").home("JT").unregistered().await;
    admin.post(&roles(third), duty(&app, "administrator", "JT")).await.ok(202);
}

#[tokio::test]
async fn once_there_was_a_second_administrator_it_takes_two() {
    let app = TestApp::start().await;
    let (admin, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let li = app.member("李一").sign_in().await;
    let reply = admin.post(&roles(li.id), duty(&app, "organiser", "JT")).await;
    let proposal = reply.ok(202);
    assert_eq!(
        (&proposal["state"], &proposal["confirmers"], &proposal["can_answer"]),
        (&json!("open"), &json!(1), &json!(false))
    );
    let location = reply.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(second.get(&location).await.ok(200)["can_answer"], true);
    assert_eq!(duties(&admin, li.id).await, Vec::<String>::new());
    assert_eq!(admin.post(&roles(li.id), duty(&app, "organiser", "JT")).await.ok(202)["id"], proposal["id"]);
    second.post(&roles(li.id), duty(&app, "organiser", "JT")).await.refused(409, "proposals.open");
    app.drain().await;
    assert_eq!(notices(&second).await, ["有一项职务变动待您确认"]);
    assert_eq!(notices(&li).await, ["关于您的职务变动已提交确认"]);
    assert_eq!(notices(&admin).await, Vec::<String>::new());

    answer(&admin, &proposal, "approval").await.refused(403, "proposals.own");
    answer(&admin, &proposal, "refusal").await.refused(403, "proposals.own");
    answer(&second, &proposal, "withdrawal").await.refused(403, "proposals.not_yours");
    answer(&li, &proposal, "approval").await.refused(403, "access.denied");
    let listed = second.get("/duty-proposals").await.ok(200);
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["id"]), (1, &proposal["id"]));
    assert_eq!(answer(&second, &proposal, "approval").await.ok(200)["state"], "approved");
    assert_eq!(answer(&second, &proposal, "approval").await.ok(200)["answered_by_name"], "乙管理员");
    answer(&second, &proposal, "refusal").await.refused(409, "proposals.over");
    answer(&admin, &proposal, "withdrawal").await.refused(409, "proposals.over");
    assert_eq!(duties(&admin, li.id).await, ["organiser"]);
    li.get("/questions").await.ok(200);
    assert_eq!(second.get("/duty-proposals").await.ok(200)["items"], json!([]));
    assert_eq!(second.get("/duty-proposals?state=approved").await.ok(200)["items"][0]["id"], proposal["id"]);

    let line = trail(&app, li.id, "members.grant_role").await;
    assert_eq!(
        (&line["actor_name"], &line["detail"]["proposed_by_name"], &line["detail"]["confirmed_by_name"]),
        (&json!("乙管理员"), &json!("甲管理员"), &json!("乙管理员"))
    );
    app.drain().await;
    assert!(notices(&admin).await.contains(&"职务变动已确认".to_owned()));
    assert!(notices(&li).await.contains(&"您已被任命为集团党委组织部工作人员".to_owned()));
    // a branch's duty stays with one
    admin.post(&roles(li.id), duty(&app, "secretary", "ZB1")).await.ok(201);
}

#[tokio::test]
async fn a_privileged_duty_is_ended_by_two_and_a_refused_or_late_proposal_changes_nothing() {
    let app = TestApp::start().await;
    let (admin, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let (expert, _) = app.member("专家").role(Role::Expert, "JT").unregistered().await;
    let end = format!("{}/{}", roles(expert), duty_id(&admin, expert).await);
    let proposal = admin.delete(&end).await.ok(202);
    assert_eq!(answer(&second, &proposal, "refusal").await.ok(200)["reason"], "资格不符");
    answer(&second, &proposal, "approval").await.refused(409, "proposals.over");
    let proposal = admin.delete(&end).await.ok(202);
    assert_eq!(answer(&admin, &proposal, "withdrawal").await.ok(200)["state"], "taken_back");
    let late = admin.delete(&end).await.ok(202);
    assert_eq!(duties(&admin, expert).await, ["expert"]);

    app.advance_seconds(14 * 24 * 3600);
    let (admin, second) = (app.sign_in_anew(&admin).await, app.sign_in_anew(&second).await);
    answer(&second, &late, "approval").await.refused(409, "proposals.over");
    assert_eq!(second.get("/duty-proposals").await.ok(200)["items"], json!([]));
    app.tick().await; // tidying comes last in it, after the outbox
    app.drain().await;
    assert_eq!(second.get("/duty-proposals?state=expired").await.ok(200)["items"][0]["id"], late["id"]);
    assert!(notices(&admin).await.contains(&"职务变动已过期，无人确认".to_owned()));

    let proposal = admin.delete(&end).await.ok(202);
    answer(&second, &proposal, "approval").await.ok(200);
    assert_eq!(duties(&admin, expert).await, Vec::<String>::new());
    admin.delete(&end).await.refused(404, "duties.not_found");
}

#[tokio::test]
async fn nobody_confirms_what_is_about_himself_and_the_last_administrator_stays() {
    let app = TestApp::start().await;
    let (admin, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let end = format!("{}/{}", roles(second.id), duty_id(&admin, second.id).await);
    let proposal = admin.delete(&end).await.ok(202);
    assert_eq!(proposal["confirmers"], 0);
    answer(&second, &proposal, "approval").await.refused(403, "proposals.about_yourself");
    answer(&second, &proposal, "refusal").await.refused(403, "proposals.about_yourself");
    // he resigns, and the other one confirms
    second.delete(&end).await.refused(409, "proposals.open");
    answer(&admin, &proposal, "withdrawal").await.ok(200);
    let resigned = second.delete(&end).await.ok(202);
    answer(&admin, &resigned, "approval").await.ok(200);
    second.get("/duty-proposals").await.refused(403, "access.denied");
    let last = format!("{}/{}", roles(admin.id), duty_id(&admin, admin.id).await);
    admin.delete(&last).await.refused(409, "duties.last_administrator");
    let left = json!({ "status": "left" });
    admin.patch(&format!("/members/{}", admin.id), left).await.refused(409, "duties.last_administrator");
}

#[tokio::test]
async fn whoever_holds_a_privileged_duty_leaves_by_two() {
    let app = TestApp::start().await;
    let (admin, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let path = format!("/members/{}", organiser.id);
    let changed = admin.patch(&path, json!({ "status": "left", "name": "新名" })).await.ok(202);
    assert_eq!((&changed["status"], &changed["name"]), (&json!("active"), &json!("新名")));
    assert_eq!(changed["leaving"]["change"], "leave");
    organiser.get("/questions").await.ok(200);
    answer(&second, &changed["leaving"], "approval").await.ok(200);
    organiser.get("/me").await.refused(401, "sessions.over");
    let gone = admin.get(&path).await.ok(200);
    assert_eq!((&gone["status"], gone["duties"].as_array().unwrap().len()), (&json!("left"), 0));
    assert_eq!(trail(&app, organiser.id, "members.end_role").await["detail"]["proposed_by_name"], "甲管理员");
    // a branch's secretary leaves by one
    let (secretary, _) = app.member("书记").role(Role::Secretary, "ZB1").unregistered().await;
    admin.patch(&format!("/members/{secretary}"), json!({ "status": "left" })).await.ok(200);
}

#[tokio::test]
async fn a_proposal_whose_rules_no_longer_hold_is_refused() {
    let app = TestApp::start().await;
    let (admin, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let propose = async |member, body| admin.post(&roles(member), body).await.ok(202);
    // another group meanwhile
    let (li, _) = app.member("李一").unregistered().await;
    let organises = propose(li, duty(&app, "organiser", "JT")).await;
    let audits = propose(li, duty(&app, "auditor", "JT")).await;
    answer(&second, &organises, "approval").await.ok(200);
    answer(&second, &audits, "approval").await.refused(409, "duties.separation");
    // the member left
    let (wang, _) = app.member("王二").unregistered().await;
    let gone = propose(wang, duty(&app, "expert", "JT")).await;
    admin.patch(&format!("/members/{wang}"), json!({ "status": "left" })).await.ok(200);
    answer(&second, &gone, "approval").await.refused(409, "proposals.over");
    // the unit was closed
    let new = json!({ "code": "ZX", "name": "专项组", "kind": "其他", "parent_id": app.unit("DW1") });
    admin.post("/units", new).await.ok(201);
    let (zhao, _) = app.member("赵三").unregistered().await;
    let closed = propose(zhao, duty(&app, "expert", "ZX")).await;
    admin.patch(&format!("/units/{}", app.unit("ZX")), json!({ "closed": true })).await.ok(200);
    answer(&second, &closed, "approval").await.refused(409, "units.closed");
    // the proposer is no administrator any more
    let third = administrator(&app, "丙管理员").await;
    let orphan = third.post(&roles(zhao), duty(&app, "expert", "JT")).await.ok(202);
    let resigned = third.delete(&format!("{}/{}", roles(third.id), duty_id(&admin, third.id).await)).await.ok(202);
    answer(&second, &resigned, "approval").await.ok(200);
    answer(&second, &orphan, "approval").await.refused(409, "proposals.proposer_gone");
    assert_eq!(answer(&second, &orphan, "refusal").await.ok(200)["state"], "refused");
    assert_eq!(duties(&admin, zhao).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_local_administrator_confirms_within_his_part_only() {
    let app = TestApp::start().await;
    let chief = administrator(&app, "总管理员").await;
    let local = app.member("厂管理员").role(Role::Administrator, "DW1").sign_in().await;
    let (near, _) = app.member("近").unregistered().await;
    let (far, _) = app.member("远").home("XZ31").unregistered().await;
    let within = chief.post(&roles(near), duty(&app, "expert", "DW1")).await.ok(202);
    let above = chief.post(&roles(near), duty(&app, "expert", "JT")).await.ok(202);
    let beyond = chief.post(&roles(far), duty(&app, "expert", "DW2")).await.ok(202);
    let reader = chief.post(&roles(near), duty(&app, "auditor", "DW1")).await.ok(202);
    assert_eq!((&within["confirmers"], &above["confirmers"]), (&json!(1), &json!(0)));
    answer(&local, &above, "approval").await.refused(403, "access.out_of_scope");
    answer(&local, &beyond, "approval").await.refused(403, "access.out_of_scope");
    answer(&local, &reader, "approval").await.refused(403, "access.out_of_scope");
    let listed = local.get("/duty-proposals").await.ok(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 3, "those about members of his part");
    answer(&local, &within, "approval").await.ok(200);
    assert_eq!(duties(&chief, near).await, ["expert"]);
}

#[tokio::test]
async fn of_many_approvals_at_once_one_takes_effect() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "甲管理员").await;
    let others = [administrator(&app, "乙管理员").await, administrator(&app, "丙管理员").await];
    let (li, _) = app.member("李一").unregistered().await;
    let grant = async |member: MemberId, role: &str| admin.post(&roles(member), duty(&app, role, "JT")).await;
    let asked = futures_util::future::join_all((0..4).map(|_| grant(li, "expert"))).await;
    let ids: Vec<Value> = asked.iter().map(|reply| reply.ok(202)["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let proposal = asked[0].ok(202);
    let taps = (0..8).map(|n| answer(&others[n % 2], &proposal, "approval"));
    let answers = futures_util::future::join_all(taps).await;
    let first = answers[0].ok(200);
    for reply in &answers {
        let view = reply.ok(200);
        assert_eq!((&view["answered_by"], &view["role_id"]), (&first["answered_by"], &first["role_id"]));
    }
    assert_eq!(duties(&admin, li).await, ["expert"]);
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let lines = auditor.get(&format!("/audit?subject_id={li}&action=members.grant_role")).await.ok(200);
    assert_eq!(lines["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn of_two_second_administrators_at_once_one_waits_for_confirmation() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "甲管理员").await;
    let mut candidates = Vec::new();
    for n in 0..4 {
        candidates.push(app.member(&format!("候选{n}")).home("JT").unregistered().await.0);
    }
    let appoint = async |member: MemberId| admin.post(&roles(member), duty(&app, "administrator", "JT")).await;
    let replies = futures_util::future::join_all(candidates.iter().map(|member| appoint(*member))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 202, 202, 202]);
}

#[tokio::test]
async fn a_privileged_duty_in_a_roster_becomes_a_proposal_and_the_report_says_so() {
    let app = TestApp::start().await;
    let (admin, second) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let old = app.member("老人").sign_in().await;
    let rows = format!(
        "工号,姓名,所属党小组编码,政治面貌,职务\nN1,新人,XZ11,党员,审计\nN2,书记,XZ11,党员,支部书记\n{},老人,XZ11,党员,组织部\n",
        old.employee_no
    );
    let dry = import(&admin, "/imports/members?dry_run=true", rows.clone()).await;
    assert_eq!((&dry["accepted"], &dry["changed"], &dry["refused"]), (&json!(2), &json!(1), &json!(0)));
    assert_eq!(second.get("/duty-proposals").await.ok(200)["items"], json!([]));
    let report = import(&admin, "/imports/members", rows.clone()).await;
    let row = |warning: &Value| warning["row"].as_u64().unwrap();
    let remarks: Vec<u64> = report["warnings"].as_array().unwrap().iter().map(row).collect();
    assert_eq!((remarks, &report["problems"]), (vec![2, 4], &json!([])), "{report}");
    assert!(report["warnings"][0]["message"].as_str().unwrap().contains("另一名管理员确认"), "{report}");
    assert_eq!(duties(&admin, old.id).await, Vec::<String>::new());
    let again = import(&admin, "/imports/members", rows).await;
    assert_eq!((&again["unchanged"], &again["warnings"][0]["column"]), (&json!(3), &json!("职务")), "{again}");

    let listed = second.get("/duty-proposals").await.ok(200);
    let proposals = listed["items"].as_array().unwrap();
    assert_eq!(proposals.len(), 2);
    app.drain().await;
    assert!(notices(&second).await.contains(&"有职务变动待您确认".to_owned()));
    assert!(notices(&old).await.contains(&"关于您的职务变动已提交确认".to_owned()));
    for proposal in proposals {
        answer(&admin, proposal, "approval").await.refused(403, "proposals.own");
        answer(&second, proposal, "approval").await.ok(200);
    }
    assert_eq!(duties(&admin, old.id).await, ["organiser"]);
}

#[tokio::test]
async fn a_roster_that_joins_two_groups_in_one_person_is_refused_row_by_row() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let (_, auditor) = app.member("审计").role(Role::Auditor, "JT").unregistered().await;
    let rows = format!(
        "工号,姓名,所属党小组编码,政治面貌,职务\nN1,甲,XZ11,党员,审计、组织部\nN2,乙,XZ11,党员,组织部、评审专家\n{auditor},审计,XZ11,党员,审计、支部书记\n"
    );
    let report = import(&admin, "/imports/members", rows).await;
    assert_eq!((&report["accepted"], &report["changed"], &report["refused"]), (&json!(1), &json!(0), &json!(2)));
    let at_once: Vec<&Value> =
        report["warnings"].as_array().unwrap().iter().filter(|warning| warning["row"] == 3).collect();
    assert_eq!(at_once.len(), 2, "{report}");
    assert!(at_once[0]["message"].as_str().unwrap().contains("直接生效"), "{report}");
}

#[tokio::test]
async fn what_stands_together_from_before_is_listed_and_stays() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let (both, _) =
        app.member("身兼").role(Role::Organiser, "JT").role(Role::Administrator, "DW1").unregistered().await;
    let (far, _) =
        app.member("远方").home("XZ31").role(Role::Auditor, "JT").role(Role::Secretary, "ZB3").unregistered().await;
    app.member("两职").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").unregistered().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    for reader in [&admin, &auditor] {
        let page = reader.get("/duty-conflicts?limit=1").await.ok(200);
        let (first, cursor) = (&page["items"][0], page["next_cursor"].as_str().unwrap());
        assert_eq!((&first["member_id"], first["duties"].as_array().unwrap().len()), (&json!(both), 2));
        let page = reader.get(&format!("/duty-conflicts?cursor={cursor}")).await.ok(200);
        assert_eq!((&page["items"][0]["member_id"], &page["next_cursor"]), (&json!(far), &Value::Null));
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
    }
    let local = app.member("厂管理员").role(Role::Administrator, "DW1").sign_in().await;
    assert_eq!(local.get("/duty-conflicts").await.ok(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(duties(&admin, both).await, ["organiser", "administrator"]);
    app.app.get::<Members>().reload().await.unwrap();
    assert_eq!(duties(&admin, both).await, ["organiser", "administrator"]);
}

#[tokio::test]
async fn the_operator_appoints_without_a_second_person_and_everybody_hears_of_it() {
    let app = TestApp::start().await;
    let (admin, _) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let ask = |employee_no: &str| FirstAdministrator {
        employee_no: employee_no.into(),
        name: "丙".into(),
        unit_code: "JT".into(),
        unit_name: "集团党委".into(),
    };
    let id = app.app.get::<Members>().create_first_administrator(ask("OP1")).await.unwrap();
    assert_eq!(duties(&admin, id).await, ["administrator"]);
    let line = trail(&app, id, "members.grant_role").await;
    assert_eq!((&line["actor_id"], &line["detail"]["confirmation"]), (&Value::Null, &json!("made_by_operator")));
    app.drain().await;
    assert_eq!(notices(&admin).await, ["系统维护人员任命了一名管理员"]);
    let (_, organiser) = app.member("组织部").role(Role::Organiser, "JT").unregistered().await;
    assert!(
        app.app.get::<Members>().create_first_administrator(ask(&organiser)).await.is_err(),
        "the groups hold for all"
    );
}

/// A selection that the named experts judge.
fn judged(app: &TestApp, expert: MemberId) -> Value {
    json!({
        "title": "方案评选", "unit_id": app.unit("JT"),
        "terms": {
            "kind": "other",
            "notice": { "document_no": "金集组发〔2026〕4号", "text": "关于开展评选的通知" },
            "categories": [{ "code": "a", "title": "类别", "quota": 1 }],
            "electorate": { "kinds": ["full"] },
            "timetable": [
                { "stage": "entry", "opens_at": "2026-07-02T08:00:00+08:00", "closes_at": "2026-07-03T08:00:00+08:00" },
                { "stage": "expert", "opens_at": "2026-07-03T08:00:00+08:00", "closes_at": "2026-07-04T08:00:00+08:00" },
            ],
            "sources": [{
                "source": "expert", "rule": "share_of_full", "weight": 10000, "averaging": "plain", "least": 1,
            }],
            "tie_order": ["expert"],
            "criteria": [{ "code": "x", "title": "创新", "full": 100, "weight": 10000 }],
            "expert_ids": [expert],
        },
    })
}

#[tokio::test]
async fn an_expert_of_a_selection_neither_administers_nor_audits() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let (auditor, _) = app.member("审计").role(Role::Auditor, "JT").unregistered().await;
    let (expert, number) = app.member("专家").role(Role::Expert, "JT").unregistered().await;
    for no in [admin.id, auditor] {
        let refused = organiser.post("/campaigns", judged(&app, no)).await.refused(422, "body.invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/terms/expert_ids/0");
    }
    let campaign = organiser.post("/campaigns", judged(&app, expert)).await.ok(201);
    let path = format!("/campaigns/{}", campaign["id"].as_str().unwrap());
    // of a draft nobody knows yet; it is looked at again when it is announced
    let end = async |duty: &Value| {
        admin.delete(&format!("{}/{}", roles(expert), duty["id"].as_str().unwrap())).await.ok(204);
    };
    let grant = async |role: &str| admin.post(&roles(expert), duty(&app, role, "JT")).await.ok(201);
    end(&json!({ "id": duty_id(&admin, expert).await })).await;
    let auditing = grant("auditor").await;
    organiser.post(&format!("{path}/announcement"), json!({})).await.refused(422, "body.invalid");
    end(&auditing).await;
    let judging = grant("expert").await;
    organiser.post(&format!("{path}/announcement"), json!({})).await.ok(200);
    end(&judging).await;
    for role in ["auditor", "administrator"] {
        admin.post(&roles(expert), duty(&app, role, "JT")).await.refused(409, "duties.named_expert");
    }
    let rows = format!("工号,姓名,所属党小组编码,政治面貌,职务\n{number},专家,XZ11,党员,管理员\n");
    assert_eq!(import(&admin, "/imports/members", rows).await["refused"], 1);
    admin.post(&roles(expert), duty(&app, "secretary", "ZB1")).await.ok(201);
    organiser.post(&format!("{path}/withdrawal"), json!({})).await.ok(200);
    let other = app.member("另一").unregistered().await.0;
    admin.post(&roles(other), duty(&app, "auditor", "JT")).await.ok(201);
}

#[tokio::test]
async fn whoever_runs_a_selection_makes_nobody_an_expert() {
    let app = TestApp::start().await;
    let (admin, other) = (administrator(&app, "甲管理员").await, administrator(&app, "乙管理员").await);
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let friend = app.member("朋友").unregistered().await.0;
    let refused = organiser.post("/campaigns", judged(&app, friend)).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/terms/expert_ids/0");
    // one of a part of the enterprise judges nothing of the whole
    let local = app.member("厂专家").role(Role::Expert, "DW1").unregistered().await.0;
    organiser.post("/campaigns", judged(&app, local)).await.refused(422, "body.invalid");
    let proposal = admin.post(&roles(friend), duty(&app, "expert", "JT")).await.ok(202);
    organiser.post("/campaigns", judged(&app, friend)).await.refused(422, "body.invalid");
    answer(&other, &proposal, "approval").await.ok(200);
    organiser.post("/campaigns", judged(&app, friend)).await.ok(201);
}

#[tokio::test]
async fn a_move_of_a_unit_widens_no_privileged_duty() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "甲管理员").await;
    let committee = app.member("委员").role(Role::CommitteeMember, "DW1").unregistered().await.0;
    let (dw1, dw2, zb3) = (app.unit("DW1"), app.unit("DW2"), app.unit("ZB3"));
    let below = async |parent: UnitId| admin.patch(&format!("/units/{zb3}"), json!({ "parent_id": parent })).await;
    // as long as one administrator grants alone, a move says no more than a grant
    below(dw1).await.ok(200);
    below(dw2).await.ok(200);
    let other = administrator(&app, "乙管理员").await;
    let refused = below(dw1).await.refused(409, "units.widens_duty");
    assert!(refused["detail"].as_str().unwrap().contains("一厂党委委员"), "{refused}");
    let rows = "编码,名称,简称,类别,上级编码\nZB3,南支部,南支部,党支部,DW1\n".to_owned();
    let report = import(&admin, "/imports/units", rows).await;
    assert_eq!((&report["refused"], &report["problems"][0]["column"]), (&json!(1), &json!("上级编码")), "{report}");
    let duty = duty_id(&admin, committee).await;
    let ending = admin.delete(&format!("{}/{duty}", roles(committee))).await.ok(202);
    answer(&other, &ending, "approval").await.ok(200);
    below(dw1).await.ok(200);
}

#[tokio::test]
async fn duties_of_branches_are_held_in_branches() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let member = app.member("某人").unregistered().await.0;
    for role in ["secretary", "branch_committee", "group_leader"] {
        for unit in ["JT", "DW1"] {
            let refused = admin.post(&roles(member), duty(&app, role, unit)).await.refused(422, "body.invalid");
            assert_eq!(refused["errors"][0]["code"], "duties.too_high");
        }
    }
    for role in ["secretary", "branch_committee", "committee_member"] {
        let refused = admin.post(&roles(member), duty(&app, role, "XZ11")).await.refused(422, "body.invalid");
        assert_eq!(refused["errors"][0]["code"], "duties.too_low", "{role}");
    }
    admin.post(&roles(member), duty(&app, "secretary", "ZB1")).await.ok(201);
    admin.post(&roles(member), duty(&app, "group_leader", "XZ11")).await.ok(201);
    let seen = admin.get(&format!("/members/{member}")).await.ok(200);
    let mut titles: Vec<&str> =
        seen["duties"].as_array().unwrap().iter().map(|duty| duty["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["党小组组长", "支部书记"]);
    // a secretary of a committee above branches is none of a branch
    let above = app.member("党委书记").home("DW1").role(Role::Secretary, "DW1").unregistered().await.0;
    let seen = admin.get(&format!("/members/{above}")).await.ok(200);
    assert_eq!(seen["duties"][0]["title"], "党委书记", "{seen}");
}

#[tokio::test]
async fn an_administrator_for_some_days_does_not_let_the_lasting_one_go() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "甲管理员").await;
    let deputy = app.member("乙代理").home("JT").sign_in().await;
    let mut for_today = duty(&app, "administrator", "JT");
    for_today["to_on"] = json!("2026-07-01");
    admin.post(&roles(deputy.id), for_today).await.ok(201);
    let last = format!("{}/{}", roles(admin.id), duty_id(&deputy, admin.id).await);
    admin.delete(&last).await.refused(409, "duties.last_administrator");
    deputy.delete(&last).await.refused(409, "duties.last_administrator");
}
