//! The trail: what it holds, who reads it, and that it stays.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xianfeng::base::capability::Role;
use xianfeng::db::{Never, Stop};
use xianfeng::kernel::trail::{self, Act};
use xianfeng::oversight::audit::Audit;

use crate::members::{administrator, ids};
use crate::support::process::{Site, complaint, printed};
use crate::support::{Person, TestApp, on_postgres, send};

async fn auditor(app: &TestApp) -> Person<'_> {
    app.member("审计").role(Role::Auditor, "JT").sign_in().await
}

/// A deed of the program itself.
async fn note(app: &TestApp, action: &'static str, number: u128) {
    app.write(move |tx| {
        let (subject_kind, subject_id) = ("test", Uuid::from_u128(number));
        let act =
            Act { actor: None, action, subject_kind, subject_id, detail: json!({ "number": number.to_string() }) };
        Ok(trail::note(tx, act)?)
    })
    .await;
}

/// One field of each line.
fn each(page: &Value, field: &str) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|line| line[field].as_str().unwrap_or_default().into()).collect()
}

async fn numbers(auditor: &Person<'_>, query: &str) -> Vec<String> {
    let page = auditor.get(&format!("/audit?{query}")).await.ok(200);
    page["items"].as_array().unwrap().iter().map(|line| line["detail"]["number"].as_str().unwrap().into()).collect()
}

#[tokio::test]
async fn what_stands_in_the_trail_is_neither_changed_nor_removed() {
    let app = TestApp::start().await;
    note(&app, "test.first", 1).await;
    let auditor = auditor(&app).await;
    let before = auditor.get("/audit").await.ok(200);
    for statement in ["UPDATE trail SET action = 'test.other'", "DELETE FROM trail"] {
        let done = app.db().write(move |tx| -> Result<(), Stop<Never>> { Ok(tx.conn.batch(statement)?) }).await;
        assert!(done.is_err(), "{statement}");
    }
    assert_eq!(auditor.get("/audit").await.ok(200), before);
}

#[tokio::test]
async fn the_day_of_a_line_is_the_enterprises_and_both_ends_of_a_range_count() {
    let app = TestApp::start().await;
    for (number, at) in [
        "2026-06-30T23:59:59.999999+08:00",
        "2026-07-01T00:00:00+08:00",
        "2026-07-01T23:59:59.999999+08:00",
        "2026-07-02T00:00:00+08:00",
    ]
    .into_iter()
    .enumerate()
    {
        app.set_clock(at);
        note(&app, "test.midnight", number as u128).await;
    }
    let auditor = auditor(&app).await;
    let range = async |query: &str| numbers(&auditor, &format!("action=test.midnight&{query}")).await;
    assert_eq!(range("").await, ["3", "2", "1", "0"]);
    assert_eq!(range("from=2026-07-01&until=2026-07-01").await, ["2", "1"]);
    assert_eq!(range("from=2026-07-02").await, ["3"]);
    assert_eq!(range("until=2026-06-30").await, ["0"]);
    assert_eq!(range("from=2026-07-02&until=2026-07-01").await, Vec::<String>::new());
}

#[tokio::test]
async fn filters_narrow_together_and_pages_hold_while_lines_are_added() {
    let app = TestApp::start().await;
    for number in 0..6 {
        note(&app, if number % 2 == 0 { "test.even" } else { "test.odd" }, number).await;
    }
    let auditor = auditor(&app).await;
    let subject = Uuid::from_u128(4);
    assert_eq!(numbers(&auditor, &format!("subject_id={subject}&action=test.even")).await, ["4"]);
    assert_eq!(numbers(&auditor, &format!("subject_id={subject}&action=test.odd")).await, Vec::<String>::new());
    assert_eq!(numbers(&auditor, &format!("actor_id={}&action=test.even", auditor.id)).await, Vec::<String>::new());
    let first = auditor.get("/audit?action=test.even&limit=2").await.ok(200);
    note(&app, "test.even", 8).await;
    let next = format!("action=test.even&limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(numbers(&auditor, &next).await, ["0"], "after 4 and 2, whatever was added on top");
    let line = &first["items"][0];
    assert_eq!((&line["actor_id"], &line["actor_name"]), (&Value::Null, &Value::Null), "the program itself");
    assert_eq!((&line["subject_kind"], &line["subject_id"]), (&json!("test"), &json!(subject)));
}

#[tokio::test]
async fn what_is_not_taken_leaves_no_line_and_who_left_is_still_named() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let auditor = auditor(&app).await;
    let deeds = async || auditor.get(&format!("/audit?actor_id={}", leader.id)).await.ok(200);
    let body =
        |kind: &str| json!({ "kind": kind, "unit_id": app.unit("XZ11"), "held_on": "2026-07-01", "title": "例会" });
    leader.post("/meetings", body("branch")).await.refused(422, "body.invalid");
    auditor.post("/meetings", body("group")).await.refused(403, "access.denied");
    let actions = |lines: &Value| each(lines, "action");
    assert_eq!(actions(&deeds().await), ["sessions.sign_in"], "a wrong body is nobody's deed");
    leader.post("/meetings", body("group")).await.ok(201);
    admin.patch(&format!("/members/{}", leader.id), json!({ "status": "left" })).await.ok(200);
    let lines = deeds().await;
    assert_eq!(actions(&lines), ["meetings.create", "sessions.sign_in"]);
    assert_eq!(lines["items"][0]["actor_name"], "组长");
    app.drain().await;
}

#[tokio::test]
async fn the_auditor_reads_who_did_what() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let (li, _) = app.member("李一").unregistered().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let path = format!("/members/{li}");
    admin.patch(&path, json!({ "name": "李壹", "phone": "13800000000" })).await.ok(200);
    admin.patch(&path, json!({ "status": "away" })).await.ok(200);
    let all = auditor.get(&format!("/audit?subject_id={li}&limit=1")).await.ok(200);
    let line = &all["items"][0];
    assert_eq!((&line["action"], &line["detail"]), (&json!("members.update_member"), &json!({ "status": "away" })));
    assert_eq!(line["actor_name"], "管理员");
    let next = format!("/audit?subject_id={li}&limit=1&cursor={}", all["next_cursor"].as_str().unwrap());
    let next = auditor.get(&next).await.ok(200);
    assert_eq!(next["items"][0]["detail"], json!({ "name": true, "phone": true }));
    assert_eq!(next["next_cursor"], Value::Null);
    let by = format!("/audit?actor_id={}&action=members.update_member&from=2026-07-01&until=2026-07-01", admin.id);
    assert_eq!(ids(&auditor.get(&by).await.ok(200)).len(), 2);
    assert_eq!(auditor.get("/audit?until=2026-06-30").await.ok(200)["items"], json!([]));
    app.drain().await;
}

#[tokio::test]
async fn a_line_says_from_where_it_came() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let auditor = auditor(&app).await;
    let (li, _) = app.member("李一").unregistered().await;
    admin.patch(&format!("/members/{li}"), json!({ "status": "away" })).await.ok(200);
    let mine = auditor.get(&format!("/audit?actor_id={}", admin.id)).await.ok(200);
    let [deed, sign_in] = [0, 1].map(|place| &mine["items"][place]);
    assert_eq!([&deed["action"], &sign_in["action"]], ["members.update_member", "sessions.sign_in"]);
    assert_eq!(deed["session_id"], sign_in["detail"]["session"], "the session that was opened there");
    assert_eq!((&deed["result"], &sign_in["session_id"]), (&json!("done"), &Value::Null));
    // equal for equal addresses, and no address
    let hash = deed["address_hash"].as_str().unwrap();
    assert_eq!((hash.len(), Some(hash)), (32, sign_in["address_hash"].as_str()));
    // the program itself comes from nowhere
    note(&app, "test.own", 1).await;
    let own = auditor.get("/audit?action=test.own").await.ok(200);
    assert_eq!([&own["items"][0]["session_id"], &own["items"][0]["address_hash"]], [&Value::Null, &Value::Null]);
}

#[tokio::test]
async fn every_privileged_act_leaves_a_line_also_a_refused_one() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let organiser = app.member("组织").role(Role::Organiser, "JT").sign_in().await;
    let auditor = auditor(&app).await;
    let of = async |person: &Person<'_>| {
        let page = auditor.get(&format!("/audit?actor_id={}", person.id)).await.ok(200);
        page["items"].as_array().unwrap().clone()
    };
    // an import leaves a line with its numbers; one that only shows what it would do leaves the program's own
    let sheet = "题干,选项A,选项B,答案\n党的生日是几月,六月,七月,B\n";
    send(organiser.request(Method::POST, "/imports/questions").body(sheet)).await.ok(200);
    let import = &of(&organiser).await[0];
    let told = json!({ "accepted": 1, "in_bank_already": 0 });
    assert_eq!((&import["action"], &import["detail"]), (&json!("quiz.import_questions"), &told));
    send(organiser.request(Method::POST, "/imports/questions?dry_run=true").body(sheet)).await.ok(200);
    let import = &of(&organiser).await[0];
    let told = json!({ "method": "POST", "route": "/api/v1/imports/questions", "status": 200 });
    assert_eq!((&import["action"], &import["detail"]), (&json!("access.use"), &told));
    // a file that leaves the house
    organiser.get("/exports/questions").await;
    let export = &of(&organiser).await[0];
    assert_eq!(
        (&export["action"], &export["detail"]["route"]),
        (&json!("exports.download"), &json!("/api/v1/exports/questions"))
    );
    // what a room has written down itself is not written twice
    let (li, _) = app.member("李一").unregistered().await;
    admin.patch(&format!("/members/{li}"), json!({ "status": "away" })).await.ok(200);
    assert_eq!(of(&admin).await.len(), 2, "the sign-in and the deed");
    // refusals: one line a minute, and the next one counts
    for _ in 0..3 {
        organiser.patch(&format!("/members/{li}"), json!({ "status": "active" })).await.refused(403, "access.denied");
    }
    app.advance_seconds(61);
    organiser.get("/audit").await.refused(403, "access.denied");
    let refused: Vec<Value> =
        of(&organiser).await.into_iter().filter(|line| line["action"] == "access.refuse").collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused.iter().all(|line| line["result"] == "refused" && line["session_id"].is_string()));
    let routes = ["/api/v1/audit", "/api/v1/members/{id}"];
    assert_eq!([0, 1].map(|place| refused[place]["detail"]["route"].as_str().unwrap()), routes);
    assert_eq!(refused[0]["detail"]["unwritten_before"], 2);
    // what needs no duty is nobody's privilege
    let member = app.member("党员").sign_in().await;
    member.post("/me/notices/receipts", json!({ "all": true })).await;
    assert_eq!(of(&member).await.len(), 1, "the sign-in");
}

#[tokio::test]
async fn an_account_that_is_locked_says_so_once_a_minute() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let auditor = auditor(&app).await;
    let wrong = json!({ "account": li.employee_no, "password": "wrong password" });
    let locked = async || u32::from(app.post("/session", wrong.clone()).await.status == 429);
    let mut refused = 0;
    for _ in 0..16 {
        refused += locked().await;
    }
    assert!(refused > 2, "{refused}");
    let find = async || auditor.get("/audit?action=sessions.lock_out").await.ok(200);
    let began = std::time::Instant::now();
    while ids(&find().await).is_empty() && began.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let lines = find().await;
    assert_eq!((ids(&lines).len(), &lines["items"][0]["subject_id"]), (1, &json!(li.id)));
    assert_eq!((&lines["items"][0]["result"], &lines["items"][0]["actor_id"]), (&json!("refused"), &Value::Null));
}

/// What the auditor is told after `statement` was run by somebody who may do everything in the database.
async fn after_tampering(statements: &'static [&'static str]) -> Value {
    let app = TestApp::start().await;
    let auditor = auditor(&app).await;
    for number in 1..=6 {
        note(&app, "test.sealed", number).await;
    }
    app.tick().await;
    let sound = auditor.get("/audit/verification").await.ok(200);
    assert_eq!((&sound["intact"], &sound["fault"], &sound["waiting_count"]), (&json!(true), &Value::Null, &json!(0)));
    assert_eq!((sound["sealed_count"].as_i64().unwrap(), &sound["anchor_count"]), (7, &json!(1)), "with the sign-in");
    app.write(move |tx| {
        let unlock = match on_postgres() {
            true => "ALTER TABLE trail DISABLE TRIGGER USER; ALTER TABLE trail_seals DISABLE TRIGGER USER",
            false => {
                "DROP TRIGGER trail_no_update; DROP TRIGGER trail_no_delete; \
                 DROP TRIGGER trail_seals_no_update; DROP TRIGGER trail_seals_no_delete"
            }
        };
        tx.conn.batch(unlock)?;
        statements.iter().try_for_each(|statement| tx.conn.batch(statement))?;
        Ok(())
    })
    .await;
    let found = auditor.get("/audit/verification").await.ok(200);
    assert_eq!(found["intact"], false, "{found}");
    found
}

#[tokio::test]
async fn the_first_line_that_was_tampered_with_is_named() {
    let fault = |found: &Value| {
        let fault = &found["fault"];
        (
            fault["kind"].as_str().unwrap().to_owned(),
            fault["position"].as_i64(),
            found["sealed_count"].as_i64().unwrap(),
        )
    };
    let changed = after_tampering(&[
        "UPDATE trail SET detail = '{}' WHERE id = (SELECT line_id FROM trail_seals WHERE position = 3)",
    ])
    .await;
    assert_eq!(fault(&changed), ("differs".into(), Some(3), 2));
    assert!(changed["fault"]["line_id"].is_string() && changed["fault"]["at"].is_string());
    let removed =
        after_tampering(&["DELETE FROM trail WHERE id = (SELECT line_id FROM trail_seals WHERE position = 3)"]).await;
    assert_eq!(fault(&removed), ("line_missing".into(), Some(3), 2));
    // with its seal, and what comes after moved up
    let closed_up = after_tampering(&[
        "DELETE FROM trail WHERE id = (SELECT line_id FROM trail_seals WHERE position = 3)",
        "DELETE FROM trail_seals WHERE position = 3",
        "UPDATE trail_seals SET position = position - 100 WHERE position > 3",
        "UPDATE trail_seals SET position = position + 99 WHERE position < 0",
    ])
    .await;
    assert_eq!(fault(&closed_up), ("differs".into(), Some(3), 2));
    let swapped = after_tampering(&[
        "UPDATE trail_seals SET position = 100 WHERE position = 3",
        "UPDATE trail_seals SET position = 3 WHERE position = 4",
        "UPDATE trail_seals SET position = 4 WHERE position = 100",
    ])
    .await;
    assert_eq!(fault(&swapped), ("differs".into(), Some(3), 2));
    let unsealed = after_tampering(&["DELETE FROM trail_seals WHERE position = 3"]).await;
    assert_eq!(fault(&unsealed), ("seal_missing".into(), Some(3), 2));
    let inserted = after_tampering(&[
        "INSERT INTO trail SELECT other.id, at, actor_id, action, subject_kind, subject_id, detail, session_id, address, result \
         FROM trail, (SELECT subject_id AS id FROM trail WHERE action = 'test.sealed' LIMIT 1) AS other LIMIT 1",
    ])
    .await;
    assert_eq!(fault(&inserted), ("inserted".into(), None, 7));
    // the tail, with its seals: the chain fits, and the anchor knows better
    let cut_off = after_tampering(&[
        "DELETE FROM trail WHERE id IN (SELECT line_id FROM trail_seals WHERE position > 4)",
        "DELETE FROM trail_seals WHERE position > 4",
    ])
    .await;
    assert_eq!(fault(&cut_off), ("cut_off".into(), Some(5), 4));
}

#[tokio::test]
async fn a_chain_that_was_made_anew_is_betrayed_by_its_anchor() {
    let app = TestApp::start().await;
    let auditor = auditor(&app).await;
    note(&app, "test.first", 1).await;
    app.tick().await;
    // anyone who has the key as well hangs up another chain: here the program itself, after its seals were thrown away
    app.write(|tx| {
        let unlock = match on_postgres() {
            true => "ALTER TABLE trail DISABLE TRIGGER USER; ALTER TABLE trail_seals DISABLE TRIGGER USER",
            false => "DROP TRIGGER trail_no_update; DROP TRIGGER trail_seals_no_delete",
        };
        tx.conn.batch(unlock)?;
        tx.conn.batch("UPDATE trail SET detail = '{}' WHERE action = 'test.first'")?;
        tx.conn.batch("DELETE FROM trail_seals")?;
        Ok(tx.conn.batch("INSERT INTO trail_unsealed SELECT id FROM trail")?)
    })
    .await;
    app.tick().await;
    let found = auditor.get("/audit/verification").await.ok(200);
    assert_eq!((&found["intact"], &found["fault"]["kind"]), (&json!(false), &json!("anchor_differs")), "{found}");
    assert_eq!(found["fault"]["position"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_checks_the_trail_and_each_day_has_an_anchor() {
    let site = Site::open(1).await;
    let server = site.serve().await;
    let told = printed(&site.command(&["audit", "verify"]).await);
    assert!(told.contains("核验通过"), "{told}");
    drop(server);
    let told = printed(&site.command(&["audit", "verify"]).await);
    assert!(told.contains("核验通过"), "also without a server: {told}");
}

/// The trail of some days as an export.
async fn exported(auditor: &Person<'_>, query: &str) -> String {
    let reply = auditor.get(&format!("/exports/trail?{query}")).await;
    reply.ok(200);
    reply.text()
}

#[tokio::test]
async fn the_trail_of_some_days_is_taken_out_whole_and_in_the_order_of_the_chain() {
    let app = TestApp::start().await;
    note(&app, "test.before", 0).await;
    app.tick().await;
    app.set_clock("2026-07-02T09:00:00+08:00");
    let auditor = auditor(&app).await;
    // more than one portion
    for number in 1..=600 {
        note(&app, "test.within", number).await;
    }
    app.tick().await;
    app.set_clock("2026-07-03T09:00:00+08:00");
    note(&app, "test.after", 601).await;
    let auditor = app.sign_in_anew(&auditor).await;
    let reply = auditor.get("/exports/trail?from=2026-07-02&until=2026-07-02").await;
    reply.ok(200);
    assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
    let text = reply.text();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (opening, ending) = (&lines[0], lines.last().unwrap());
    assert_eq!((&opening["export"], &opening["from"]), (&json!("trail"), &json!("2026-07-02")));
    assert_eq!(ending, &json!({ "end": true, "lines": lines.len() - 2 }));
    let first = opening["before"]["position"].as_i64().unwrap() + 1;
    let positions: Vec<i64> = lines[1..lines.len() - 1].iter().map(|line| line["position"].as_i64().unwrap()).collect();
    assert_eq!(positions, (first..first + positions.len() as i64).collect::<Vec<_>>(), "no gap");
    assert_eq!(text.matches("test.within").count(), 600);
    assert!(!text.contains("test.before") && !text.contains("test.after"));
    let signed = lines.iter().find(|line| line["action"] == "sessions.sign_in").unwrap();
    assert_eq!((&signed["actor_name"], &signed["actor_id"]), (&json!("审计"), &json!(auditor.id)));
    // what left the house stands in the trail, and an export of today holds the one before
    let today = exported(&auditor, "from=2026-07-03&until=2026-07-03").await;
    assert!(today.contains("audit.export_trail") && today.contains("exports.download") && today.contains("test.after"));
    let table = auditor.get("/exports/trail?from=2026-07-02&until=2026-07-02&format=csv").await;
    table.ok(200);
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(table.text().starts_with("\u{FEFF}\"序号\","));
    assert_eq!(table.text().matches("\"test.within\"").count(), 600);
    let nothing = exported(&auditor, "from=2025-01-01&until=2025-12-31").await;
    assert_eq!(nothing.lines().count(), 2);
    auditor.get("/exports/trail?from=2026-07-02&until=2026-07-01").await.refused(400, "query.invalid");
    auditor.get("/exports/trail?from=2026-07-02").await.refused(400, "query.invalid");
}

#[tokio::test]
async fn an_export_that_was_changed_on_the_way_is_found_out() {
    let app = TestApp::start().await;
    for number in 1..=5 {
        note(&app, "test.sealed", number).await;
    }
    let auditor = auditor(&app).await;
    let text = exported(&auditor, "from=2026-07-01&until=2026-07-01").await;
    let audit: Audit = app.app.get();
    let check = |text: &str| audit.verify_export(text.as_bytes());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(check(&text), Ok((1, lines.len() as i64 - 2)));
    let join = |lines: &[&str]| lines.join("\n") + "\n";
    let without = |place: usize| {
        let mut left = lines.clone();
        left.remove(place);
        join(&left)
    };
    let mut swapped = lines.clone();
    swapped.swap(2, 3);
    let tampered = [
        text.replacen(r#"{\"number\":\"3\"}"#, r#"{\"number\":\"9\"}"#, 1),
        text.replacen("test.sealed", "test.other", 1),
        text.replacen("\"done\"", "\"refused\"", 1),
        text.replacen("2026-07-01T08:00:00+08:00\",\"actor", "2026-07-01T09:00:00+08:00\",\"actor", 1),
        without(2),
        without(0),
        without(lines.len() - 1),
        without(lines.len() - 2),
        join(&swapped),
        join(&lines[..3]),
        format!("{text}{}\n", lines[1]),
        String::new(),
    ];
    for (number, tampered) in tampered.iter().enumerate() {
        assert_ne!(*tampered, text, "{number} changes something");
        assert!(check(tampered).is_err(), "{number}: {tampered}");
    }
    assert!(check(&tampered[0]).unwrap_err().contains("第 3 条"), "{:?}", check(&tampered[0]));
    // under another key nothing fits
    let other = TestApp::start().await;
    assert!(other.app.get::<Audit>().verify_export(text.as_bytes()).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_checks_an_export_of_the_trail() {
    let site = Site::open(1).await;
    let file = site.folder().join("trail.ndjson");
    std::fs::write(&file, "{}\n").unwrap();
    let told = site.command(&["audit", "verify-export", file.to_str().unwrap()]).await;
    assert!(complaint(&told).contains("不是留痕导出文件"), "{}", complaint(&told));
}
