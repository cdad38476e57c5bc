//! Second factors: enrolled, given, asked for again, lost and taken away.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::base::totp;
use xianfeng::demo::platform::CodeKind;

use crate::support::platform::{app_with, platform};
use crate::support::process::{Site, complaint, printed};
use crate::support::{PASSWORD, Person, Reply, TestApp, needs_postgres, send};

/// An authenticator: what a phone keeps of an enrolment.
struct Authenticator(Vec<u8>);

impl Authenticator {
    /// Reads the base32 text as a phone does.
    fn of(secret: &str) -> Authenticator {
        let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
        for letter in secret.bytes() {
            let digit = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
            bits = bits << 5 | u32::try_from(digit).unwrap();
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push(u8::try_from(bits >> held & 255).unwrap());
            }
        }
        Authenticator(bytes)
    }

    /// What it shows, so many steps from now.
    fn shows(&self, app: &TestApp, steps: i64) -> String {
        totp::code(&self.0, totp::step_of(app.now()) + steps)
    }

    /// What it shows, once the code before is over.
    fn next(&self, app: &TestApp) -> String {
        app.advance_seconds(30);
        self.shows(app, 0)
    }
}

fn code(code: impl Into<String>) -> Value {
    json!({ "code": code.into() })
}

/// A code that no authenticator shows about now.
fn wrong(app: &TestApp, phone: &Authenticator, number: usize) -> Value {
    let right: BTreeSet<String> = (-2..=2).map(|step| phone.shows(app, step)).collect();
    let wrong = (number * 1000..).map(|number| format!("{number:06}")).find(|text| !right.contains(text));
    code(wrong.unwrap())
}

async fn begin(person: &Person<'_>) -> Authenticator {
    let begun = person.post("/me/second-factor", json!({})).await.ok(201);
    Authenticator::of(begun["secret"].as_str().unwrap())
}

/// Enrols a factor; gives the authenticator and the recovery codes.
async fn enrol(app: &TestApp, person: &Person<'_>) -> (Authenticator, Vec<String>) {
    let phone = begin(person).await;
    let confirmed = person.post("/me/second-factor/confirmation", code(phone.shows(app, 0))).await.ok(200);
    let codes = confirmed["recovery_codes"].as_array().unwrap();
    (phone, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn administrator<'a>(app: &'a TestApp, name: &str) -> Person<'a> {
    app.member(name).home("JT").role(Role::Administrator, "JT").sign_in().await
}

async fn auditor(app: &TestApp) -> Person<'_> {
    app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await
}

/// Sets the policy, by two administrators.
async fn set_policy(one: &Person<'_>, two: &Person<'_>, policy: &str) {
    let change = json!({ "value": policy, "reason": "党委会议定" });
    let proposed = one.put("/settings/accounts.second_factor", change).await.ok(202);
    let id = proposed["id"].as_str().unwrap();
    two.post(&format!("/setting-proposals/{id}/approval"), json!({})).await.ok(200);
}

async fn lines(auditor: &Person<'_>, member: MemberId, action: &str) -> Vec<Value> {
    let found = auditor.get(&format!("/audit?subject_id={member}&action=second_factors.{action}")).await.ok(200);
    found["items"].as_array().unwrap().clone()
}

async fn titles(app: &TestApp, who: &Person<'_>) -> Vec<String> {
    app.drain().await;
    let inbox = who.get("/me/notices").await.ok(200);
    inbox["items"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_factor_is_enrolled_by_its_first_code_and_asked_for_at_the_next_sign_in() {
    let app = TestApp::start().await;
    let (admin, auditor) = (administrator(&app, "管理员").await, auditor(&app).await);
    let phone = app.sign_in(admin.id, &admin.employee_no).await;
    let before = admin.get("/me/second-factor").await.ok(200);
    assert_eq!((&before["policy"], &before["may_enrol"]), (&json!("offered"), &json!(true)));
    assert_eq!((&before["enrolled_at"], &before["minutes"]), (&Value::Null, &json!(10)));

    let first = begin(&admin).await;
    let begun = admin.post("/me/second-factor", json!({})).await.ok(201);
    let secret = begun["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 32);
    let uri = begun["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(secret) && uri.contains(&admin.employee_no), "{uri}");
    assert!(begun["qr_svg"].as_str().unwrap().starts_with("<svg "));
    let kept = Authenticator::of(secret);
    // of two that were begun the first is nothing any more, and nothing holds before its first code
    let confirmation = "/me/second-factor/confirmation";
    let refused = admin.post(confirmation, code(first.shows(&app, 0))).await.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["code"], "second_factors.wrong_code");
    admin.get("/second-factor-resets").await.ok(200);
    phone.get("/second-factor-resets").await.ok(200);

    let confirmed = admin.post(confirmation, code(kept.shows(&app, 0))).await.ok(200);
    let codes: BTreeSet<&str> =
        confirmed["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(codes.len(), 10);
    admin.post("/me/second-factor", json!({})).await.refused(409, "second_factors.enrolled_already");
    // who enrolled it goes on; every other session waits for a code
    admin.get("/second-factor-resets").await.ok(200);
    phone.get("/second-factor-resets").await.refused(403, "second_factors.needed");
    let me = phone.get("/me").await.ok(200);
    assert_eq!((&me["withheld_because"], &me["needs_longer_password"]), (&json!("code_missing"), &json!(false)));
    assert_eq!(me["capabilities"], json!([]));

    app.advance_seconds(30);
    let anew = app.sign_in_anew(&admin).await;
    anew.get("/members/00000000-0000-0000-0000-000000000000").await.refused(403, "second_factors.needed");
    anew.get("/study/feed").await.ok(200);
    let given = anew.post("/session/second-factor", code(kept.shows(&app, 0))).await.ok(200);
    assert_eq!(given["asked_again_at"], app.now().plus_seconds(600).to_string());
    anew.get("/second-factor-resets").await.ok(200);
    assert_eq!(anew.get("/me").await.ok(200)["withheld_because"], Value::Null);
    phone.get("/second-factor-resets").await.refused(403, "second_factors.needed");

    assert_eq!(lines(&auditor, admin.id, "enrol").await.len(), 1);
    assert_eq!(lines(&auditor, admin.id, "give_code").await.len(), 1);
    assert_eq!(lines(&auditor, admin.id, "refuse_code").await[0]["result"], "refused");
    assert!(titles(&app, &admin).await.contains(&"您的账号已启用动态口令".to_owned()));
    let all = auditor.get("/audit?limit=100").await.ok(200).to_string();
    assert!(!all.contains(secret) && codes.iter().all(|code| !all.contains(code)), "no secret in the trail");
}

#[tokio::test]
async fn only_holders_of_privileged_duties_enrol_and_only_in_time() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    for person in [&li, &secretary] {
        person.post("/me/second-factor", json!({})).await.refused(409, "second_factors.no_privileged_duty");
        assert_eq!(person.get("/me/second-factor").await.ok(200)["may_enrol"], false);
        person.post("/session/second-factor", code("000000")).await.refused(409, "second_factors.not_enrolled");
    }
    for role in [Role::Organiser, Role::CommitteeMember, Role::Expert, Role::Auditor, Role::Administrator] {
        let person = app.member("某某").home("JT").role(role, "JT").sign_in().await;
        let phone = begin(&person).await;
        person
            .post("/session/second-factor", code(phone.shows(&app, 0)))
            .await
            .refused(409, "second_factors.not_enrolled");
    }
    let expert = app.member("专家").role(Role::Expert, "JT").sign_in().await;
    let phone = begin(&expert).await;
    app.advance_seconds(3601);
    let expert = app.sign_in_anew(&expert).await;
    let late = expert.post("/me/second-factor/confirmation", code(phone.shows(&app, 0))).await;
    late.refused(409, "second_factors.begun_too_long_ago");
}

#[tokio::test]
async fn a_code_is_taken_once_and_a_step_early_or_late() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let (phone, _) = enrol(&app, &admin).await;
    let give = async |text: String| admin.post("/session/second-factor", code(text)).await;
    let why = |reply: Reply| reply.refused(422, "body.invalid")["errors"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(why(give(phone.shows(&app, 0)).await), "second_factors.code_used", "the one that enrolled it");
    assert_eq!(why(give(phone.shows(&app, -1)).await), "second_factors.code_used", "nor one before it");
    give(phone.shows(&app, 1)).await.ok(200);
    assert_eq!(why(give(phone.shows(&app, 1)).await), "second_factors.code_used");
    app.advance_seconds(90);
    assert_eq!(why(give(phone.shows(&app, 2)).await), "second_factors.wrong_code", "two steps ahead");
    assert_eq!(why(give(phone.shows(&app, -2)).await), "second_factors.wrong_code", "two steps behind");
    app.advance_seconds(120);
    give(phone.shows(&app, -1)).await.ok(200);
    // as people type it
    app.advance_seconds(60);
    let typed = phone.shows(&app, 0);
    give(format!(" {} {} ", &typed[..3], &typed[3..])).await.ok(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_who_send_the_same_code_at_once_one_is_taken() {
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let (phone, recovery) = enrol(&app, &admin).await;
    for sent in [phone.next(&app), recovery[0].clone()] {
        // whatever was counted before is forgotten
        app.advance_seconds(if sent.len() == 6 { 0 } else { 6 * 3600 });
        let anew = app.sign_in_anew(&admin).await;
        let tries = (0..16).map(|_| anew.post("/session/second-factor", code(sent.clone())));
        let statuses: Vec<u16> = join_all(tries).await.into_iter().map(|reply| reply.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 422, 429].contains(status)), "{statuses:?}");
    }
}

#[tokio::test]
async fn wrong_codes_make_the_next_one_wait_and_the_member_is_told() {
    let app = TestApp::start().await;
    let (admin, auditor) = (administrator(&app, "管理员").await, auditor(&app).await);
    let (phone, _) = enrol(&app, &admin).await;
    app.advance_seconds(30);
    for number in 0..5 {
        admin.post("/session/second-factor", wrong(&app, &phone, number)).await.refused(422, "body.invalid");
    }
    let reply = admin.post("/session/second-factor", code(phone.shows(&app, 0))).await;
    reply.refused(429, "second_factors.locked_out");
    assert_eq!(reply.header("retry-after"), Some("1"), "also the right one waits");
    assert_eq!(lines(&auditor, admin.id, "refuse_code").await.len(), 5);
    assert_eq!(lines(&auditor, admin.id, "lock_out").await.len(), 1);
    assert!(titles(&app, &admin).await.contains(&"有人多次输入错误的动态口令".to_owned()));
    app.advance_seconds(1);
    admin.post("/session/second-factor", wrong(&app, &phone, 9)).await.refused(422, "body.invalid");
    let waits = admin.post("/session/second-factor", code(phone.shows(&app, 0))).await;
    assert_eq!(waits.header("retry-after"), Some("2"), "twice as long");
    // codes of one member are counted whatever session they come from, and nobody else waits
    let elsewhere = app.sign_in(admin.id, &admin.employee_no).await;
    elsewhere.post("/me/second-factor/removal", wrong(&app, &phone, 1)).await.refused(429, "second_factors.locked_out");
    app.advance_seconds(2);
    admin.post("/session/second-factor", code(phone.shows(&app, 0))).await.ok(200);
}

#[tokio::test]
async fn a_recovery_code_works_once_in_the_place_of_a_code() {
    let app = TestApp::start().await;
    let (admin, auditor) = (administrator(&app, "管理员").await, auditor(&app).await);
    let (phone, recovery) = enrol(&app, &admin).await;
    let anew = app.sign_in_anew(&admin).await;
    let typed = recovery[3].to_lowercase().replace('-', " ");
    let given = anew.post("/session/second-factor", code(typed)).await.ok(200);
    assert_eq!(given["recovery_codes_left"], 9);
    anew.get("/second-factor-resets").await.ok(200);
    anew.post("/session/second-factor", code(recovery[3].clone())).await.refused(422, "body.invalid");
    assert_eq!(lines(&auditor, admin.id, "use_recovery_code").await[0]["detail"]["left"], 9);
    assert!(titles(&app, &admin).await.contains(&"您的账号使用了一个恢复码".to_owned()));
    // of somebody else it is none
    let other = administrator(&app, "另一位").await;
    enrol(&app, &other).await;
    other.post("/session/second-factor", code(recovery[4].clone())).await.refused(422, "body.invalid");
    // fresh ones make the old ones void
    let fresh = anew.post("/me/second-factor/recovery-codes", code(phone.next(&app))).await.ok(200);
    assert_eq!(fresh["recovery_codes"].as_array().unwrap().len(), 10);
    anew.post("/session/second-factor", code(recovery[5].clone())).await.refused(422, "body.invalid");
    let new = fresh["recovery_codes"][0].as_str().unwrap();
    // laid down by the last means that is left
    anew.post("/me/second-factor/removal", code(new)).await.ok(204);
    assert_eq!(anew.get("/me/second-factor").await.ok(200)["enrolled_at"], Value::Null);
    assert_eq!(lines(&auditor, admin.id, "remove").await.len(), 1);
    app.sign_in_anew(&admin).await.get("/second-factor-resets").await.ok(200);
    assert!(titles(&app, &admin).await.contains(&"您的账号已停用动态口令".to_owned()));
}

#[tokio::test]
async fn where_it_is_required_duties_allow_nothing_without_one() {
    let app = TestApp::start().await;
    let (one, two) = (administrator(&app, "甲").await, administrator(&app, "乙").await);
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let change = json!({ "value": "always", "reason": "试" });
    one.put("/settings/accounts.second_factor", change).await.refused(422, "settings.bad_value");
    set_policy(&one, &two, "required").await;
    one.get("/second-factor-resets").await.refused(403, "second_factors.required");
    assert_eq!(one.get("/me").await.ok(200)["withheld_because"], "factor_missing");
    assert_eq!(one.get("/me/second-factor").await.ok(200)["withheld_because"], "factor_missing");
    one.get("/study/feed").await.ok(200);
    secretary.get("/invitations").await.ok(200);
    assert_eq!(secretary.get("/me").await.ok(200)["withheld_because"], Value::Null);
    // signing in goes on, and so does enrolling
    let one = app.sign_in_anew(&one).await;
    let (phone, _) = enrol(&app, &one).await;
    one.get("/second-factor-resets").await.ok(200);
    enrol(&app, &two).await;
    // off: nobody is asked, not even who has one
    let anew = app.sign_in_anew(&one).await;
    anew.get("/second-factor-resets").await.refused(403, "second_factors.needed");
    set_policy(&one, &two, "off").await;
    anew.get("/second-factor-resets").await.ok(200);
    anew.get("/exports/members?format=csv").await.ok(200);
    let organiser = app.member("组织").home("JT").role(Role::Organiser, "JT").sign_in().await;
    organiser.post("/me/second-factor", json!({})).await.refused(409, "second_factors.off");
    drop(phone);
}

#[tokio::test]
async fn a_code_is_asked_for_again_before_acts_of_two_people_and_exports_of_personal_data() {
    let app = TestApp::start().await;
    let (one, two) = (administrator(&app, "甲").await, administrator(&app, "乙").await);
    let (phone, _) = enrol(&app, &two).await;
    let propose = async |minutes: i64| {
        let change = json!({ "value": minutes, "reason": "党委会议定" });
        let proposed = one.put("/settings/accounts.second_factor_minutes", change).await.ok(202);
        format!("/setting-proposals/{}/approval", proposed["id"].as_str().unwrap())
    };
    two.post(&propose(11).await, json!({})).await.ok(200);
    app.advance_seconds(10 * 60);
    let approval = propose(2).await;
    two.post(&approval, json!({})).await.ok(200);
    // two minutes have become the measure, at once
    let approval = propose(5).await;
    let refused = two.post(&approval, json!({})).await.refused(403, "second_factors.needed_again");
    assert!(refused["detail"].as_str().unwrap().contains("动态口令"));
    two.get("/exports/members?format=csv").await.refused(403, "second_factors.needed_again");
    two.put("/me/password", json!({ "old_password": PASSWORD, "new_password": "lianhua-2027" }))
        .await
        .refused(403, "second_factors.needed_again");
    two.get("/exports/units?format=csv").await.ok(200);
    two.get("/second-factor-resets").await.ok(200);
    two.post("/session/second-factor", code(phone.shows(&app, 0))).await.ok(200);
    two.post(&approval, json!({})).await.ok(200);
    two.get("/exports/members?format=csv").await.ok(200);
    app.advance_seconds(5 * 60 - 1);
    let two = app.with_session(two.id, &two.employee_no, refreshed(&app, &two).await);
    two.get("/exports/members?format=csv").await.ok(200);
    app.advance_seconds(1);
    two.get("/exports/members?format=csv").await.refused(403, "second_factors.needed_again");
    // who has none is not asked
    let one = app.sign_in_anew(&one).await;
    one.get("/exports/members?format=csv").await.ok(200);
}

/// The tokens of the same session, once the access token is over.
async fn refreshed(app: &TestApp, person: &Person<'_>) -> Value {
    app.post("/session/refresh", json!({ "refresh_token": person.session["refresh_token"] })).await.ok(200)
}

#[tokio::test]
async fn a_lost_factor_is_taken_away_by_two_administrators_and_never_by_its_owner() {
    let app = TestApp::start().await;
    let (one, two) = (administrator(&app, "甲").await, administrator(&app, "乙").await);
    let of_unit = app.member("丙").home("DW1").role(Role::Administrator, "DW1").sign_in().await;
    let (lost, auditor) = (administrator(&app, "丁").await, auditor(&app).await);
    let ask = |member: MemberId| json!({ "member_id": member, "reason": "手机丢失" });
    one.post("/second-factor-resets", ask(lost.id)).await.refused(409, "second_factors.not_enrolled");
    enrol(&app, &lost).await;
    lost.post("/second-factor-resets", ask(lost.id)).await.refused(403, "second_factors.own_reset");
    of_unit.post("/second-factor-resets", ask(lost.id)).await.refused(422, "body.invalid");
    let proposed = one.post("/second-factor-resets", ask(lost.id)).await.ok(202);
    let path = format!("/second-factor-resets/{}", proposed["id"].as_str().unwrap());
    assert_eq!((&proposed["state"], &proposed["can_answer"]), (&json!("open"), &json!(false)));
    assert_eq!(one.post("/second-factor-resets", ask(lost.id)).await.ok(202)["id"], proposed["id"], "once");
    two.post("/second-factor-resets", ask(lost.id)).await.refused(409, "second_factors.already_proposed");
    let approval = format!("{path}/approval");
    one.post(&approval, json!({})).await.refused(403, "proposals.own");
    lost.post(&approval, json!({})).await.refused(403, "proposals.about_yourself");
    of_unit.post(&approval, json!({})).await.refused(422, "body.invalid");
    of_unit.get(&path).await.refused(404, "second_factors.not_found");
    assert_eq!(of_unit.get("/second-factor-resets").await.ok(200)["items"], json!([]));
    two.post(&format!("{path}/withdrawal"), json!({})).await.refused(403, "proposals.not_yours");
    let desk = two.get("/me/desk").await.ok(200).to_string();
    assert!(desk.contains("确认或拒绝停用其动态口令"), "{desk}");
    assert!(titles(&app, &lost).await.contains(&"有人提议停用您的动态口令".to_owned()));

    // refused, proposed anew, taken back, proposed anew, confirmed
    let no = json!({ "reason": "未见本人" });
    assert_eq!(two.post(&format!("{path}/refusal"), no).await.ok(200)["refusal"], "未见本人");
    two.post(&approval, json!({})).await.refused(409, "proposals.over");
    let again = one.post("/second-factor-resets", ask(lost.id)).await.ok(202);
    let path = format!("/second-factor-resets/{}", again["id"].as_str().unwrap());
    assert_eq!(one.post(&format!("{path}/withdrawal"), json!({})).await.ok(200)["state"], "taken_back");
    let third = one.post("/second-factor-resets", ask(lost.id)).await.ok(202);
    let path = format!("/second-factor-resets/{}", third["id"].as_str().unwrap());
    let anew = app.sign_in_anew(&lost).await;
    anew.get("/second-factor-resets").await.refused(403, "second_factors.needed");
    let done = two.post(&format!("{path}/approval"), json!({})).await.ok(200);
    assert_eq!((&done["state"], &done["answered_by_name"]), (&json!("approved"), &json!("乙")));
    assert_eq!(two.post(&format!("{path}/approval"), json!({})).await.ok(200)["state"], "approved", "again nothing");
    anew.get("/second-factor-resets").await.ok(200);
    assert_eq!(anew.get("/me/second-factor").await.ok(200)["enrolled_at"], Value::Null);
    assert_eq!(two.get("/me/desk").await.ok(200)["items"], json!([]));
    for (action, by, times) in [("propose_reset", &one, 3), ("refuse_reset", &two, 1), ("reset", &two, 1)] {
        let found = lines(&auditor, lost.id, action).await;
        assert_eq!(found.len(), times, "{action}");
        assert_eq!(found[0]["actor_id"], json!(by.id), "{action}");
    }
    assert!(titles(&app, &anew).await.contains(&"您的动态口令已停用".to_owned()));
    assert!(titles(&app, &one).await.contains(&"丁的动态口令已停用".to_owned()));
    let listed = one.get("/second-factor-resets?limit=2").await.ok(200);
    assert_eq!((listed["items"][0]["id"].clone(), listed["items"].as_array().unwrap().len()), (third["id"].clone(), 2));
}

#[tokio::test]
async fn a_proposal_to_take_a_factor_away_is_over_after_two_weeks() {
    let app = TestApp::start().await;
    let (one, two, lost) =
        (administrator(&app, "甲").await, administrator(&app, "乙").await, administrator(&app, "丁").await);
    enrol(&app, &lost).await;
    let ask = json!({ "member_id": lost.id, "reason": "手机丢失" });
    let proposed = one.post("/second-factor-resets", ask.clone()).await.ok(202);
    app.advance_seconds(14 * 24 * 3600);
    let (one, two) = (app.sign_in_anew(&one).await, app.sign_in_anew(&two).await);
    let path = format!("/second-factor-resets/{}", proposed["id"].as_str().unwrap());
    assert_eq!(two.get(&path).await.ok(200)["state"], "expired");
    two.post(&format!("{path}/approval"), json!({})).await.refused(409, "proposals.over");
    let anew = two.post("/second-factor-resets", ask).await.ok(202);
    assert_ne!(anew["id"], proposed["id"]);
    assert!(titles(&app, &one).await.iter().any(|title| title.contains("已过期")));
}

#[tokio::test]
async fn who_signs_in_by_wecom_gives_a_code_too() {
    let platform = platform(5);
    let app = app_with(&platform).await;
    let admin = administrator(&app, "管理员").await;
    let (phone, _) = enrol(&app, &admin).await;
    let tap = platform.code_of(&admin.employee_no, CodeKind::WecomMini);
    let opened = app.post("/session/platforms/wecom", json!({ "code": tap, "attempt": "1" })).await.ok(201);
    let tapped = app.with_session(admin.id, &admin.employee_no, opened);
    tapped.get("/second-factor-resets").await.refused(403, "second_factors.needed");
    tapped.post("/session/second-factor", code(phone.next(&app))).await.ok(200);
    tapped.get("/second-factor-resets").await.ok(200);
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_code_given_to_one_server_holds_on_the_other_at_once() {
    needs_postgres();
    let app = TestApp::start().await;
    let admin = administrator(&app, "管理员").await;
    let sibling = app.sibling().await;
    let (phone, _) = enrol(&app, &admin).await;
    let anew = app.sign_in_anew(&admin).await;
    let there = async |path: &str| send(sibling.request(Method::GET, path).bearer_auth(anew.token())).await;
    sibling.tick().await;
    there("/second-factor-resets").await.refused(403, "second_factors.needed");
    anew.post("/session/second-factor", code(phone.next(&app))).await.ok(200);
    there("/second-factor-resets").await.ok(200);
    there("/exports/members?format=csv").await.ok(200);
    // what both remember grows old on both: they go by one clock
    app.advance_seconds(600);
    there("/exports/members?format=csv").await.refused(403, "second_factors.needed_again");
    anew.post("/session/second-factor", code(phone.next(&app))).await.ok(200);
    there("/exports/members?format=csv").await.ok(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_takes_a_factor_away_where_nobody_else_can() {
    let site = Site::open(1).await;
    let unknown = site.command(&["admin", "reset-second-factor", "--employee-no", "E99999"]).await;
    assert!(complaint(&unknown).contains("没有这个工号"), "{}", complaint(&unknown));
    let created = printed(&site.command(&["admin", "create", "--employee-no", "A1", "--name", "管理员"]).await);
    assert!(created.contains("A1"), "{created}");
    let none = site.command(&["admin", "reset-second-factor", "--employee-no", "A1"]).await;
    assert!(complaint(&none).contains("尚未启用动态口令"), "{}", complaint(&none));
    let server = site.serve().await;
    let password = created.split("密码 ").nth(1).unwrap().split('（').next().unwrap();
    let client = reqwest::Client::new();
    let post = async |path: &str, token: &str, body: Value| {
        let request = client.post(server.url(path)).bearer_auth(token).json(&body);
        request.send().await.unwrap().json::<Value>().await.unwrap_or_default()
    };
    let session = post("/session", "", json!({ "account": "A1", "password": password })).await;
    let token = session["access_token"].as_str().unwrap();
    let begun = post("/me/second-factor", token, json!({})).await;
    let phone = Authenticator::of(begun["secret"].as_str().unwrap());
    let first = totp::code(&phone.0, xianfeng::base::clock::Clock::System.now().seconds() / totp::STEP_SECONDS);
    let confirmed = post("/me/second-factor/confirmation", token, code(first)).await;
    assert_eq!(confirmed["recovery_codes"].as_array().map(Vec::len), Some(10), "{confirmed}");
    let told = printed(&site.command(&["admin", "reset-second-factor", "--employee-no", "a1"]).await);
    assert!(told.contains("已停用"), "{told}");
    let standing = server.get("/me/second-factor", token).await.unwrap().ok(200);
    assert_eq!(standing["enrolled_at"], Value::Null);
}
