//! The README's first command: the demo enterprise, brought up by the program itself and looked at by its own people.

use std::process::Command;
use std::time::Duration;

use diesel::prelude::*;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::db::schema::campaign_entries;

use crate::support::process::{Server, complaint, program};
use crate::support::{Database, Person, TestApp, send};

/// What the guide prints before an employee number and before a password.
const NUMBER: &str = "工号 ";
const PASSWORD: &str = "密码 ";

async fn demo(database: &Database) -> Server {
    Server::start("demo", &database.arguments()[1..], &[], database.folder()).await
}

/// The number and the password on the guide's line about `title`.
fn sign_in_data(guide: &str, title: &str) -> (String, String) {
    let line = guide.lines().find(|line| line.contains(title)).unwrap_or_else(|| panic!("no {title} in:\n{guide}"));
    let after = |mark: &str| line.split(mark).nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    (after(NUMBER), after(PASSWORD))
}

async fn sign_in(server: &Server, (account, password): &(String, String)) -> String {
    let body = json!({ "account": account, "password": password });
    let session = send(server.client.post(server.url("/session")).json(&body)).await.ok(201);
    session["access_token"].as_str().unwrap().to_owned()
}

async fn get(server: &Server, token: &str, path: &str) -> Value {
    server.get(path, token).await.unwrap().ok(200)
}

fn count(page: &Value) -> usize {
    page["items"].as_array().unwrap_or_else(|| panic!("no items in {page}")).len()
}

/// Runs the guide's curl lines as they are pasted, and returns what the shell prints.
fn paste(guide: &str) -> String {
    let lines: Vec<&str> = guide.lines().skip_while(|line| !line.contains("try:")).skip(1).collect();
    assert_eq!(lines.iter().filter(|line| line.contains("curl")).count(), 3, "{guide}");
    let output = Command::new("sh").args(["-c", &lines.join("\n")]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_an_enterprise_at_work_and_a_second_start_keeps_it() {
    let database = Database::fresh();
    let mut server = demo(&database).await;
    let guide = server.printed();
    let pasted = paste(&guide);
    assert!(pasted.contains("questions") && pasted.contains("rank"), "{pasted}");

    let member = sign_in_data(&guide, "党员");
    let token = sign_in(&server, &member).await;
    let paper = get(&server, &token, "/quiz/daily").await;
    assert_eq!(paper["questions"].as_array().map(Vec::len), Some(5), "{paper}");
    assert!(count(&get(&server, &token, "/study/feed").await) > 0);
    assert_eq!(count(&get(&server, &token, "/contests?state=open").await), 1);

    let second = sign_in(&server, &sign_in_data(&guide, "second administrator")).await;
    assert_eq!(count(&get(&server, &second, "/duty-conflicts").await), 0, "nobody's duties conflict");
    let organiser = sign_in(&server, &sign_in_data(&guide, "组织部")).await;
    let ideas = get(&server, &organiser, "/ideas?limit=100").await;
    let mut states: Vec<&str> =
        ideas["items"].as_array().unwrap().iter().map(|i| i["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    states.dedup();
    assert!(states.len() >= 6, "{states:?}");
    let found = get(&server, &organiser, "/ideas?q=%E7%9A%AE%E5%B8%A6").await; // 皮带
    assert_eq!(count(&found), 1);

    let selections = get(&server, &token, "/campaigns").await;
    let selection = selection_called(&selections, "十大优秀党建品牌评选");
    let entries = get(&server, &token, &format!("{selection}/entries?limit=100")).await;
    assert!(
        count(&entries) == 16 && entries["items"].as_array().unwrap().iter().all(|entry| entry["on_ballot"] == true)
    );

    let log = server.log();
    assert!(!log.contains("overdue"), "what came due before the start is no alarm: {log}");

    server.terminate();
    server.exited(std::time::Duration::from_secs(40)).await;
    let server = demo(&database).await;
    let guide = server.printed();
    assert!(guide.contains(&format!("{NUMBER}{}", member.0)) && !guide.contains(&member.1), "{guide}");
    let token = sign_in(&server, &member).await;
    assert_eq!(count(&get(&server, &token, "/contests?state=open").await), 1, "with the first start's password");
    let ideas_again = get(&server, &organiser, "/ideas?limit=100").await;
    assert_eq!(count(&ideas_again), count(&ideas));
    assert_eq!(count(&get(&server, &token, "/campaigns").await), 2);
}

/// The path of the selection with that title.
fn selection_called(selections: &Value, title: &str) -> String {
    let found = selections["items"].as_array().unwrap().iter().find(|selection| selection["title"] == title);
    format!("/campaigns/{}", found.unwrap_or_else(|| panic!("{selections}"))["id"].as_str().unwrap())
}

/// Those whom one tap signs in, and the duty that each then has.
const TAPS: [(&str, &str); 13] = [
    ("member", ""),
    ("group_leader", "group_leader"),
    ("secretary", "secretary"),
    ("branch_committee", "branch_committee"),
    ("organiser", "organiser"),
    ("committee_member", "committee_member"),
    ("expert", "expert"),
    ("leader", "leader"),
    ("inspector", "inspector"),
    ("auditor", "auditor"),
    ("administrator", "administrator"),
    ("second_organiser", "organiser"),
    ("second_administrator", "administrator"),
];

/// What a browser sends when it is tapped.
async fn tapped(browser: &reqwest::Client, root: &str, key: &str) -> reqwest::Response {
    let form = ("content-type", "application/x-www-form-urlencoded");
    browser.post(format!("{root}/demo/session")).header(form.0, form.1).body(format!("as={key}")).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_tap_signs_a_browser_in_as_each_of_the_roles_and_only_in_the_demo() {
    let database = Database::fresh();
    let mut server = demo(&database).await;
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let root = format!("http://{}", server.address);
    let welcome = browser.get(format!("{root}/")).send().await.unwrap().text().await.unwrap();
    assert!(welcome.contains("href=\"m/\"") && welcome.contains("href=\"docs/\""), "{welcome}");
    let phones = welcome.split("href=\"").find_map(|rest| rest.split_once("/phone\"")).expect("a link to the phones").0;
    let shown = browser.get(format!("{phones}/phone")).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("这是谁的手机"), "{shown}");
    for (key, role) in TAPS {
        assert!(welcome.contains(&format!("value=\"{key}\"")), "{key}");
        let tap = tapped(&browser, &root, key).await;
        assert_eq!((tap.status().as_u16(), tap.headers()["location"].to_str().unwrap()), (303, "../m/"), "{key}");
        let cookie = tap.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let refreshing = browser.post(server.url("/session/refresh")).header("cookie", cookie);
        let session = send(refreshing.json(&json!({ "cookie": true }))).await.ok(200);
        let page = get(&server, session["access_token"].as_str().unwrap(), "/me/today").await;
        let duties: Vec<&str> =
            page["me"]["duties"].as_array().unwrap().iter().map(|duty| duty["role"].as_str().unwrap()).collect();
        assert_eq!(duties.first().copied().unwrap_or_default(), role, "{key}");
    }
    let nobody = tapped(&browser, &root, "emperor").await;
    assert_eq!(nobody.status().as_u16(), 404);
    let config = send(browser.get(server.url("/config"))).await;
    assert_eq!(config.ok(200)["demo"], true);

    server.terminate();
    server.exited(Duration::from_secs(40)).await;
    let server = Server::start("serve", &database.arguments()[1..], &[], database.folder()).await;
    let root = format!("http://{}", server.address);
    let tap = tapped(&browser, &root, "administrator").await;
    assert_eq!(tap.status(), 404, "the tap is the demo's alone");
    let config = send(browser.get(server.url("/config"))).await;
    assert_eq!(config.ok(200)["demo"], false);
}

#[tokio::test]
async fn the_demo_stays_on_its_machine_unless_it_is_told_otherwise() {
    let refused = program(&["demo", "--listen=0.0.0.0:0"]).await;
    assert!(!refused.status.success() && complaint(&refused).contains("--lan"), "{}", complaint(&refused));
}

/// Brands and plans that the demo hands in.
const ENTRIES: i64 = 16 + 24;

async fn entries_handed_in(app: &TestApp) -> i64 {
    let count = |conn: &mut xianfeng::db::Conn| {
        xianfeng::on!(conn, c => campaign_entries::table
            .filter(campaign_entries::submitted_at.is_not_null())
            .count()
            .get_result(c))
    };
    app.db().read(count).await.unwrap()
}

/// The demo in this process, on a clock that goes on while it is prepared.
async fn prepared(app: &TestApp) -> String {
    let address = "127.0.0.1:8080".parse().unwrap();
    let preparing = xianfeng::demo::prepare(&app.app, address, false);
    tokio::pin!(preparing);
    loop {
        tokio::select! {
            guide = &mut preparing => return guide.unwrap(),
            // not before every entry is handed in: a slow machine takes longer than the demo gives it
            () = tokio::time::sleep(Duration::from_millis(200)) => {
                if entries_handed_in(app).await >= ENTRIES {
                    app.advance_seconds(1);
                }
            }
        }
    }
}

/// Signs in anew with what the guide says.
async fn as_of<'a>(app: &'a TestApp, guide: &str, title: &str) -> Person<'a> {
    let (account, password) = sign_in_data(guide, title);
    let session = app.post("/session", json!({ "account": account, "password": password })).await.ok(201);
    let id: MemberId = session["member_id"].as_str().unwrap().parse().unwrap();
    app.with_session(id, &account, session)
}

async fn at(app: &TestApp, instant: &str) {
    app.set_clock(instant);
    for _ in 0..3 {
        app.tick().await;
    }
}

async fn entries(person: &Person<'_>, selection: &str) -> Vec<(String, String)> {
    let page = person.get(&format!("{selection}/entries?limit=100")).await.ok(200);
    let entry = |entry: &Value| {
        let text = |field: &str| entry[field].as_str().unwrap().to_owned();
        (text("id"), text("unit_id"))
    };
    page["items"].as_array().unwrap().iter().map(entry).collect()
}

async fn score(judge: &Person<'_>, entry: &str, source: &str, unit: Value, points: usize) {
    let mark = |criterion: &str| json!({ "criterion": criterion, "points": points });
    let marks = [mark("topic"), mark("measures"), mark("effects")];
    let mut body = json!({ "source": source, "marks": marks });
    if !unit.is_null() {
        body["unit_id"] = unit;
    }
    judge.put(&format!("/entries/{entry}/scores/mine"), body).await.ok(200);
}

/// From the decision to the bulletin that is issued.
async fn concluded(app: &TestApp, guide: &str, selection: &str, number: u32) {
    let organiser = as_of(app, guide, "组织部 organiser").await;
    organiser.post(&format!("{selection}/publication"), json!({})).await.ok(200);
    let frame = json!({
        "issuer": "组织部",
        "document_no": { "prefix": "示范组发", "year": 2026, "number": number },
        "addressees": "各单位党委（总支）",
        "signature": "示范集团党委组织部",
        "dated_on": "2026-07-16",
    });
    let path = format!("{selection}/bulletin");
    organiser.post(&path, frame).await.ok(201);
    let committee = as_of(app, guide, "committee member").await;
    committee.post(&format!("{path}/review"), json!({ "version": 1 })).await.ok(200);
    let second = as_of(app, guide, "second organiser").await;
    second.post(&format!("{path}/issuance"), json!({ "version": 1 })).await.ok(200);
    let member = as_of(app, guide, "党员 member").await;
    let markdown = member.get(&format!("{path}?format=md")).await.text();
    assert!(markdown.contains(&format!("示范组发〔2026〕{number}号")), "{markdown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_selections_of_the_demo_come_to_their_bulletins() {
    let app = TestApp::start_empty().await;
    let guide = prepared(&app).await;
    let member = as_of(&app, &guide, "党员 member").await;
    let selections = member.get("/campaigns").await.ok(200);
    let brands = selection_called(&selections, "十大优秀党建品牌评选");
    let plans = selection_called(&selections, "“双创双争当”党建示范品牌十佳创建方案评选");
    assert_eq!(member.get("/me/today").await.ok(200)["open"][0]["kind"], "contest");

    // the vote: ten brands each
    let on_ballot: Vec<String> = entries(&member, &brands).await.into_iter().map(|(id, _)| id).take(10).collect();
    let mut voters = Vec::new();
    app.directory().each_member(|card, _| {
        if card.duties.is_empty() && card.id != member.id {
            voters.push((card.id, card.employee_no.to_string()));
        }
    });
    voters.sort();
    for (id, number) in voters.iter().take(12) {
        app.give_password(*id).await;
        let voter = app.sign_in(*id, number).await;
        voter.post(&format!("{brands}/ballots"), json!({ "entries": on_ballot })).await.ok(201);
    }

    // the plans: every expert scores all of them, two heads of units those of the others
    let handed_in = entries(&member, &plans).await;
    assert_eq!(handed_in.len(), 24);
    let top = app.directory().tree().root().unwrap();
    let named = as_of(&app, &guide, "评审专家").await;
    for id in app.directory().holders(Role::Expert, top, app.now().day()) {
        let number = app.directory().member(id).unwrap().employee_no.to_string();
        let expert = if id == named.id {
            as_of(&app, &guide, "评审专家").await
        } else {
            app.give_password(id).await;
            app.sign_in(id, &number).await
        };
        for (n, (entry, _)) in handed_in.iter().enumerate() {
            score(&expert, entry, "expert", Value::Null, 99 - n).await;
        }
    }
    for (entry, unit) in handed_in.iter().take(2) {
        let id = app.directory().holders(Role::Secretary, unit.parse().unwrap(), app.now().day())[0];
        let number = app.directory().member(id).unwrap().employee_no.to_string();
        app.give_password(id).await;
        let head = app.sign_in(id, &number).await;
        assert_eq!(head.get(&format!("/entries/{entry}")).await.ok(200)["unit_id"], json!(unit));
        for (n, (other, _)) in handed_in.iter().enumerate().filter(|(_, (other, _))| other != entry) {
            score(&head, other, "open_review", json!(unit), 95 - n).await;
        }
    }

    at(&app, "2026-07-08T18:00:00+08:00").await;
    let committee = as_of(&app, &guide, "committee member").await;
    for who in ["组织部 organiser", "committee member"] {
        // accounts that were opened during the vote are worth a look of two people
        as_of(&app, &guide, who).await.post(&format!("{brands}/flag-review"), json!({})).await;
    }
    at(&app, "2026-07-08T18:00:05+08:00").await;
    for selection in [&brands, &plans] {
        assert_eq!(committee.put(&format!("{selection}/decision"), json!({})).await.ok(201)["state"], "decided");
    }
    at(&app, "2026-07-11T18:00:00+08:00").await;
    at(&app, "2026-07-16T18:00:00+08:00").await;
    concluded(&app, &guide, &brands, 7).await;
    concluded(&app, &guide, &plans, 8).await;
    let member = as_of(&app, &guide, "党员 member").await;
    assert_eq!(count(&member.get(&format!("{plans}/awards")).await.ok(200)), 24);
    assert_eq!(count(&member.get(&format!("{brands}/awards")).await.ok(200)), 10);
    app.drain().await;
}
