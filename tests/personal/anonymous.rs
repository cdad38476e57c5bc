//! Members who have left are made anonymous: nothing tells any more who they were, and whatever is counted stays as it was.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::judging::campaigns;
use xianfeng::kernel::personal::{Erasing, NOBODY, Personal};

use super::{administrators, let_go, lines, text};
use crate::campaigns::decision::{award, committee};
use crate::campaigns::{announced, at, body, cast, entry, organiser};
use crate::files::{photograph, upload};
use crate::ideas::{idea, items};
use crate::support::{TestApp, on_postgres, send};

/// Who is to be forgotten: each of these is found nowhere else.
const NAME: &str = "蔺无痕";
const FORMER_NAME: &str = "蔺有迹";
const PHONE: &str = "13971320958";
const SAID: &str = "蔷薇意见原话";
const NOTE: &str = "更正说明原话";
const SICK: &str = "阑尾炎手术";

/// Every table with its rows as text, bytes in hexadecimal digits.
async fn tables(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let sql = match on_postgres() {
        true => "SELECT table_name AS line FROM information_schema.tables WHERE table_schema = current_schema()",
        false => {
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
             AND name NOT LIKE 'search_grams%'"
        }
    };
    let mut found = BTreeMap::new();
    for table in lines(app, sql.to_owned()).await {
        let sql = match on_postgres() {
            true => format!("SELECT CAST(t AS TEXT) AS line FROM \"{table}\" t"),
            false => {
                let columns = format!("SELECT name AS line FROM pragma_table_info('{table}')");
                let columns: Vec<String> = lines(app, columns)
                    .await
                    .iter()
                    .map(|name| {
                        format!(
                            "CASE typeof(\"{name}\") WHEN 'blob' THEN lower(hex(\"{name}\")) WHEN 'null' THEN '' ELSE \
                             CAST(\"{name}\" AS TEXT) END"
                        )
                    })
                    .collect();
                format!("SELECT {} AS line FROM \"{table}\"", columns.join(" || '|' || "))
            }
        };
        let mut rows = lines(app, sql).await;
        rows.sort_unstable();
        found.insert(table, rows);
    }
    found
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// In which tables a text stands, as it is or as bytes.
fn tables_with(tables: &BTreeMap<String, Vec<String>>, sought: &str) -> Vec<String> {
    let bytes = hex(sought);
    let holds = |rows: &Vec<String>| rows.iter().any(|row| row.contains(sought) || row.contains(&bytes));
    tables.iter().filter(|(_, rows)| holds(rows)).map(|(table, _)| table.clone()).collect()
}

/// Files below `folder` whose name or bytes hold a text, those of the database too: what it has given back is written over.
fn files_with(folder: &Path, sought: &str, found: &mut Vec<String>) {
    for file in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (file.path(), file.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            files_with(&path, sought, found);
            continue;
        }
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if name.contains(sought) || bytes.windows(sought.len()).any(|part| part == sought.as_bytes()) {
            found.push(name);
        }
    }
}

async fn export_of(app: &TestApp, campaign: &str) -> String {
    app.get(&format!("/exports{campaign}")).await.text()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one life, from the first trace to the last")]
async fn nothing_tells_who_a_leaver_was_and_everything_that_counts_stays() {
    let app = TestApp::start().await;
    let questions = crate::quiz::organiser(&app).await;
    app.tick().await;
    let (first, second) = administrators(&app).await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").role(Role::Secretary, "DW2").sign_in().await;
    let other = app.member("王二").sign_in().await;
    let leaver = app.member(FORMER_NAME).sign_in().await;
    let decider = committee(&app).await;

    // everywhere that a member leaves something
    leaver.patch("/me", json!({ "phone": PHONE })).await.ok(202);
    app.drain().await;
    let waiting = secretary.get("/phone-proposals").await.ok(200);
    let path = format!("/phone-proposals/{}/approval", text(&waiting["items"][0]["id"]));
    secretary.post(&path, json!({})).await.ok(200);
    let wish = json!({ "name": NAME, "note": NOTE });
    let asked = leaver.post("/me/corrections", wish).await.ok(201);
    let path = format!("/member-corrections/{}/approval", text(&asked["id"]));
    first.post(&path, json!({})).await.ok(200);
    let csv = format!("工号,姓名,手机号,所属党小组编码,政治面貌\n{},{NAME},{PHONE},XZ12,党员\n", leaver.employee_no);
    let import = first.request(Method::POST, "/imports/members").body(csv);
    assert_eq!(send(import).await.ok(200)["changed"], 1);
    let feedback = leaver.request(Method::POST, "/me/feedback").header("idempotency-key", "k-feedback-1");
    send(feedback.json(&json!({ "text": SAID }))).await.ok(201);
    let absent = json!({ "from_on": "2026-07-03", "to_on": "2026-07-04", "reason": SICK });
    secretary.post(&format!("/members/{}/absences", leaver.id), absent).await.ok(201);
    upload(&leaver, &format!("{NAME}.jpg"), photograph()).await.ok(201);
    let attached = text(&upload(&leaver, &format!("{NAME}现场.jpg"), photograph()).await.ok(201)["id"]).to_owned();
    let mut draft = idea("皮带自动纠偏", true);
    draft["file_ids"] = json!([attached]);
    let thought = text(&leaver.post("/ideas", draft).await.ok(201)["id"]).to_owned();
    leaver.post(&format!("/ideas/{thought}/comments"), json!({ "text": "补充一句" })).await.ok(201);
    let settings = json!({ "care_mode": true, "quiet_from": null, "quiet_until": null, "muted_notices": [] });
    leaver.put("/me/settings", settings).await.ok(200);
    let paper = leaver.get("/quiz/daily").await.ok(200);
    leaver.put(crate::quiz::TODAY, crate::quiz::answers(&paper, 3)).await.ok(201);
    let ask_again = json!({ "kind": "masses", "note": NOTE });
    leaver.post("/me/corrections", ask_again).await.ok(201);
    leaver.get("/me/archive").await.ok(200);
    leaver.patch("/me", json!({ "phone": "13971320957" })).await.ok(202);

    // and votes
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, "2026-07-01T08:01:00+08:00").await;
    let choice = entry(&secretary, &app, &campaign, "DW2", "品牌").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, "2026-07-01T08:03:00+08:00").await;
    for voter in [&leaver, &other, &organiser] {
        cast(voter, &campaign, &[&choice]).await.ok(201);
    }
    at(&app, "2026-07-01T08:10:00+08:00").await;
    app.tick().await;
    let mut decision = json!({ "awards": [award(&choice, "brand", 1, None)] });
    decision["reason"] = json!("投票不足十票，由党委委员会议决定");
    decider.put(&format!("{campaign}/decision"), decision).await.ok(201);

    // he leaves
    let not_yet = json!({ "member_id": leaver.id });
    first.post("/anonymisations", not_yet.clone()).await.refused(409, "members.not_left");
    let_go(&first, &leaver).await;
    app.drain().await;
    let board = "/boards/enterprise/total?period=day&day=2026-07-01";
    let (board_before, export_before) = (other.get(board).await.ok(200), export_of(&app, &campaign).await);
    let before = tables(&app).await;
    for planted in [NAME, &leaver.employee_no, SAID, NOTE, SICK] {
        assert!(!tables_with(&before, planted).is_empty(), "{planted} is found at all");
    }

    // one proposes, another one confirms
    secretary.post("/anonymisations", not_yet.clone()).await.refused(403, "access.denied");
    let made = first.post("/anonymisations", not_yet.clone()).await.ok(201);
    assert_eq!((&made["member_name"], &made["left_on"]), (&json!(NAME), &json!("2026-07-01")));
    let approval = format!("/anonymisations/{}/approval", text(&made["id"]));
    first.post(&approval, json!({})).await.refused(403, "proposals.own");
    let item = second.get("/me/desk").await.ok(200)["items"].as_array().unwrap().clone();
    let item = item.iter().find(|item| item["kind"] == "anonymisation").unwrap().clone();
    second.get(text(&item["link"])).await.ok(200);
    assert_eq!(second.post(&approval, json!({})).await.ok(200)["state"], "approved");
    app.drain().await;
    app.tick().await;

    // nothing of him is left
    let after = tables(&app).await;
    for planted in [NAME, FORMER_NAME, PHONE, "13971320957", &leaver.employee_no, SAID, NOTE, SICK] {
        assert_eq!(tables_with(&after, planted), Vec::<String>::new(), "{planted}");
        let mut files = Vec::new();
        files_with(app.folder(), planted, &mut files);
        assert!(files.is_empty(), "{planted} in {files:?}");
    }
    app.advance_seconds(60);
    let first = app.sign_in(first.id, &first.employee_no).await;
    let other = app.sign_in(other.id, &other.employee_no).await;
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let metrics = send(app.at_root(Method::GET, "/metrics")).await.text();
    let mut told = vec![("/metrics".to_owned(), metrics)];
    for (who, path) in [
        (&first, format!("/members/{}", leaver.id)),
        (&first, format!("/units/{}/members?status=left", app.unit("XZ12"))),
        (&first, "/exports/members?format=csv".to_owned()),
        (&first, "/anonymisations?state=approved".to_owned()),
        (&first, "/me/notices".to_owned()),
        (&auditor, "/audit?limit=100".to_owned()),
        (&auditor, format!("/audit?subject_id={}", leaver.id)),
        (&other, format!("/ideas/{thought}")),
        (&other, format!("/ideas/{thought}/comments")),
        (&other, "/ideas".to_owned()),
        (&other, board.to_owned()),
        (&other, format!("{campaign}/results")),
    ] {
        let reply = who.get(&path).await;
        assert!(reply.status < 500, "{path}: {}", reply.text());
        told.push((path, reply.text()));
    }
    for (path, said) in &told {
        for planted in [NAME, FORMER_NAME, PHONE, &leaver.employee_no, SAID, NOTE, SICK] {
            assert!(!said.contains(planted), "{planted} in {path}: {said}");
        }
    }
    let shown = other.get(&format!("/ideas/{thought}")).await.ok(200);
    assert_eq!((&shown["title"], &shown["author"]["name"]), (&json!("皮带自动纠偏"), &json!(NOBODY)), "{shown}");

    // whatever counts is as it was: of tables of which nothing is cleared every row, to the byte
    let personal = app.app.get::<Personal>();
    let mut untouched: BTreeMap<&str, bool> = BTreeMap::new();
    for kept in personal.each().iter().flat_map(|keeping| keeping.kept) {
        let stays = matches!(kept.erasing, Erasing::Stays(_));
        untouched.entry(kept.table).and_modify(|all| *all &= stays).or_insert(stays);
    }
    let grows = ["members", "member_departures", "trail", "text_versions"];
    let kept: Vec<&str> =
        untouched.iter().filter(|(table, stays)| **stays && !grows.contains(table)).map(|(table, _)| *table).collect();
    assert!(kept.contains(&"ledger_entries") && kept.contains(&"campaign_ballots") && kept.contains(&"standings"));
    for table in kept.into_iter().chain(["campaign_tallies", "campaign_slips", "frozen_periods"]) {
        assert_eq!(after[table], before[table], "{table}");
    }
    let board_after = other.get(board).await.ok(200);
    let sums = |board: &Value| -> Vec<(i64, i64)> {
        let rank = |line: &Value| (line["rank"].as_i64().unwrap_or(0), line["score"].as_i64().unwrap_or(0));
        items(board).iter().map(rank).collect()
    };
    assert_eq!(sums(&board_after), sums(&board_before));
    let report = first.post("/boards/rebuild?dry_run=true", json!({})).await.ok(200);
    assert_eq!(report["differing"], 0, "standings are what the ledger says: {report}");
    assert_eq!(export_of(&app, &campaign).await, export_before);
    campaigns::verify(&export_before).unwrap();
    let verified = auditor.get("/audit/verification").await.ok(200);
    assert_eq!(verified["intact"], true, "{verified}");

    // there is nobody to come back, and nothing to be done twice
    first
        .patch(&format!("/members/{}", leaver.id), json!({ "status": "active" }))
        .await
        .refused(409, "members.anonymised");
    first.post("/anonymisations", not_yet).await.refused(409, "members.anonymised");
    let account = json!({ "account": leaver.employee_no, "password": crate::support::PASSWORD });
    assert_eq!(app.post("/session", account).await.status, 401);
    // the number is free for whoever comes next
    let new =
        json!({ "employee_no": leaver.employee_no, "name": "新人", "unit_id": app.unit("XZ11"), "kind": "masses" });
    first.post("/members", new).await.ok(201);
    drop((questions, second));
}

#[tokio::test]
async fn a_proposal_is_refused_taken_back_or_expires_and_a_name_that_others_bear_stays_theirs() {
    let app = TestApp::start().await;
    let (first, second) = administrators(&app).await;
    let (li, namesake) = (app.member("李同名").sign_in().await, app.member("李同名").sign_in().await);
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    for (who, phone) in [(&li, "13800000001"), (&namesake, "13800000002")] {
        who.patch("/me", json!({ "phone": phone })).await.ok(202);
    }
    app.drain().await;
    let_go(&first, &li).await;
    let propose = async || {
        let made = first.post("/anonymisations", json!({ "member_id": li.id })).await.ok(201);
        (made["id"].clone(), format!("/anonymisations/{}", text(&made["id"])))
    };
    let (id, path) = propose().await;
    assert_eq!(propose().await.0, id, "sent twice it is one");
    second.post("/anonymisations", json!({ "member_id": li.id })).await.refused(409, "anonymisations.open");
    second.post(&format!("{path}/withdrawal"), json!({})).await.refused(403, "proposals.not_yours");
    second.post(&format!("{path}/refusal"), json!({ "reason": "还有劳动争议" })).await.ok(200);
    second.post(&format!("{path}/approval"), json!({})).await.refused(409, "proposals.over");
    app.drain().await;
    let told = first.get("/me/notices").await.ok(200).to_string();
    assert!(told.contains("还有劳动争议"), "{told}");
    let (_, path) = propose().await;
    assert_eq!(first.post(&format!("{path}/withdrawal"), json!({})).await.ok(200)["state"], "taken_back");
    assert!(second.get("/anonymisations").await.ok(200)["items"].as_array().unwrap().is_empty());
    assert_eq!(second.get("/anonymisations?state=refused").await.ok(200)["items"].as_array().unwrap().len(), 1);

    let (_, path) = propose().await;
    let shown = second.get("/anonymisations").await.ok(200)["items"][0].clone();
    assert_eq!((&shown["can_answer"], &shown["can_withdraw"]), (&json!(true), &json!(false)));
    second.post(&format!("{path}/approval"), json!({})).await.ok(200);
    app.tick().await;
    assert_eq!(second.get(&format!("/members/{}", li.id)).await.ok(200)["name"], NOBODY);
    // what the secretary was told of the other one is still his
    let told = secretary.get("/me/notices").await.ok(200).to_string();
    assert!(told.contains(&format!("李同名（{}）", namesake.employee_no)), "{told}");
    assert!(!told.contains(&li.employee_no), "{told}");
    second.post("/anonymisations", json!({ "member_id": namesake.id })).await.refused(409, "members.not_left");
    second.post("/anonymisations", json!({ "member_id": app.unit("JT") })).await.refused(404, "members.not_found");
}

#[tokio::test]
async fn months_after_leaving_it_happens_by_itself_unless_the_setting_says_never() {
    let app = TestApp::start().await;
    let (first, _) = administrators(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let_go(&first, &li).await;
    let_go(&first, &wang).await;
    first.patch(&format!("/members/{}", wang.id), json!({ "status": "active" })).await.ok(200);
    let name = async |member| app.directory().name_of(member);
    app.set_clock("2029-06-30T09:00:00+08:00");
    app.tick().await;
    assert_eq!(name(li.id).await, "李一", "36 months are not over");
    app.set_clock("2029-07-02T11:00:00+08:00");
    for _ in 0..3 {
        app.tick().await;
    }
    assert_eq!((name(li.id).await, name(wang.id).await), (NOBODY.to_owned(), "王二".to_owned()), "who is back stays");
    let first = app.sign_in(first.id, &first.employee_no).await;
    let done = first.get("/anonymisations?state=approved").await.ok(200);
    assert_eq!((done["items"].as_array().unwrap().len(), &done["items"][0]["proposed_by_name"]), (1, &Value::Null));

    // the setting takes two, since nothing comes back
    let never = json!({ "value": 0, "reason": "按单位规定" });
    first.put("/settings/privacy.anonymise_after_months", never).await.ok(202);
}
