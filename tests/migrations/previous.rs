//! Databases of the previous release, one of each kind, in `tests/data/previous/`: the program migrates them forward, and
//! everybody sees what was there.
//!
//! `sqlite.zip` and `postgres.zip` hold the database (a file, or SQL), its secrets, the keys of its votes and the replies
//! that people got just before it was put away. `scripts/keep-databases` makes both anew from the program as it stands:
//! it is run once, on the commit of a release, when the next one begins to change the schema.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::clock::Clock;
use xianfeng::base::text::Text;
use xianfeng::db::schema::backlog;
use xianfeng::db::{Never, Stop, Tx, applied_migrations};
use xianfeng::ground::documents::{self, DocumentNumber};
use xianfeng::on;
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::filling::{Filled, fill};
use crate::campaigns;
use crate::contests;
use crate::ideas::{items, text};
use crate::support::process::pg_bin;
use crate::support::{Database, PASSWORD, Person, TestApp, needs_postgres, on_postgres};

/// What people were shown, with their sessions.
const SEEN: &str = "seen.json";
/// The whole PostgreSQL database as statements.
const DUMP: &str = "database.sql";
const SQLITE_FILE: &str = "test.db";

fn archive() -> String {
    format!("tests/data/previous/{}.zip", if on_postgres() { "postgres" } else { "sqlite" })
}

/// Puts what was kept into an empty place; what people saw comes back.
fn unpack() -> (Database, Value) {
    let database = Database::empty();
    let mut archive = ZipArchive::new(std::fs::File::open(archive()).unwrap()).unwrap();
    for index in 0..archive.len() {
        let mut kept = archive.by_index(index).unwrap();
        let file = database.folder().join(kept.enclosed_name().unwrap());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let mut bytes = Vec::new();
        kept.read_to_end(&mut bytes).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    if on_postgres() {
        database.run(&std::fs::read_to_string(database.folder().join(DUMP)).unwrap());
    }
    let seen = std::fs::read_to_string(database.folder().join(SEEN)).unwrap();
    (database, serde_json::from_str(&seen).unwrap())
}

/// An address of the previous release as it is written now: ideas are asked by the grammar of all rooms.
fn asked_now(path: &str) -> String {
    if path.starts_with("/ideas?") { path.replace("author=", "author_id=") } else { path.to_owned() }
}

/// A reply of the previous release under the names of this one. A desk says what waits and where; what it was of ideas is
/// looked at in [`desk_of_before`]. Ideas stand in a state, as everything else does; what a
/// word is called in Chinese is no part of a reply any more, and what a rule is called is its name.
fn shown_now(path: &str, body: Value) -> Value {
    if path == "/ideas/statistics" {
        let mut body = renamed(path, by_steps(body));
        // where they stood that are counted now, too
        let states = body["states"].as_array_mut().unwrap();
        states.insert(0, json!({ "count": 1, "state": "draft" }));
        states.insert(states.len() - 1, json!({ "count": 1, "state": "withdrawn" }));
        body
    } else if path.starts_with("/ideas") {
        renamed(path, body)
    } else if path.starts_with("/me/desk") {
        let item = |item: &Value| json!({ "kind": item["kind"], "subject_id": item["idea"]["id"] });
        json!({ "items": items(&body).iter().map(item).collect::<Vec<_>>(), "next_cursor": body["next_cursor"] })
    } else if path.starts_with("/campaigns/") && path.ends_with("/entries") {
        // what a unit is called stands beside its id under one name everywhere
        let named = |mut entry: Value| {
            let unit = entry.as_object_mut().unwrap().remove("unit");
            entry["unit_name"] = unit.unwrap();
            entry
        };
        let items: Vec<Value> = items(&body).iter().cloned().map(named).collect();
        json!({ "items": items, "next_cursor": body["next_cursor"] })
    } else if path.starts_with("/boards/") {
        without_ties(unlabelled(body))
    } else if path == "/me/points" {
        // rules are told in the order of their words, since each room declares its own
        let mut body = unlabelled(body);
        body["rules"].as_array_mut().unwrap().sort_by_key(|rule| text(&rule["rule"]).to_owned());
        body
    } else {
        unlabelled(body)
    }
}

/// Without who stands where among those with the same score: a lot decides that now, and not the order of the roster.
fn without_ties(mut body: Value) -> Value {
    for list in ["items", "neighbours"] {
        let Some(lines) = body.get_mut(list).and_then(Value::as_array_mut) else { continue };
        let scores: Vec<Value> = lines.iter().map(|line| line["score"].clone()).collect();
        for line in lines.iter_mut().filter(|line| scores.iter().filter(|score| **score == line["score"]).count() > 1) {
            line.as_object_mut().unwrap().retain(|field, _| field == "rank" || field == "score");
        }
    }
    body
}

/// Statistics of the previous release as this one counts: what was handed in stays so, also one idea that went back to its
/// author and one that was taken back; and one that was decided and then done again stays decided.
fn by_steps(mut body: Value) -> Value {
    let more = |of: &mut Value, by: i64| *of = json!(of.as_i64().unwrap() + by);
    more(&mut body["submitted"], 2);
    more(&mut body["decided"], 1);
    (0..3).for_each(|n| more(&mut body["lengths"][n]["count"], 1));
    body["adopted_bp"] = json!(7273);
    body
}

/// Without what words are called.
fn unlabelled(body: Value) -> Value {
    match body {
        Value::Object(fields) => {
            let named = |(name, value): (String, Value)| match name.as_str() {
                "kind_name" | "dimension_name" => None,
                "rule_name" => Some(("name".to_owned(), value)),
                _ => Some((name, unlabelled(value))),
            };
            Value::Object(fields.into_iter().filter_map(named).collect())
        }
        Value::Array(each) => Value::Array(each.into_iter().map(unlabelled).collect()),
        other => other,
    }
}

/// Where an idea that waited shows something else, or allows something else, than the desk of the previous release said.
async fn desk_of_before(person: &Person<'_>, body: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    for item in items(body) {
        let path = format!("/ideas/{}", text(&item["idea"]["id"]));
        let idea = person.get(&path).await.ok(200);
        lost.extend(missing(&idea, &renamed(&path, item["idea"].clone()), &path));
        lost.extend(missing(&idea["may"], &item["may"], &path));
    }
    lost
}

fn renamed(path: &str, body: Value) -> Value {
    match body {
        Value::Object(fields) => {
            let named = |(name, value): (String, Value)| {
                let name = match name.as_str() {
                    "stage" => "state".to_owned(),
                    "stages" => "states".to_owned(),
                    // the last day of a period; a step of the timeline still leads to a state
                    "to" if path.starts_with("/ideas/statistics") && value.as_str().is_some_and(is_day) => {
                        "until".to_owned()
                    }
                    name if name.ends_with("_name") => return None,
                    name => name.to_owned(),
                };
                Some((name, renamed(path, value)))
            };
            Value::Object(fields.into_iter().filter_map(named).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| renamed(path, item)).collect()),
        value => value,
    }
}

fn is_day(text: &str) -> bool {
    text.parse::<xianfeng::base::time::Day>().is_ok()
}

/// What others went into is not taken back any more.
fn keep_what_others_went_into(found: &Value, expected: &mut Value) {
    let merged = found["merged_ideas"].as_array().is_some_and(|merged| !merged.is_empty());
    if let Some(may) = expected.get_mut("may").and_then(Value::as_array_mut).filter(|_| merged) {
        may.retain(|verb| verb != "withdraw");
    }
}

/// Where `found` lacks something of `expected`; a later release may show more, but nothing less or else.
fn missing(found: &Value, expected: &Value, place: &str) -> Vec<String> {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => expected
            .iter()
            .flat_map(|(name, value)| {
                missing(found.get(name).unwrap_or(&Value::Null), value, &format!("{place}/{name}"))
            })
            .collect(),
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            let pairs = found.iter().zip(expected).enumerate();
            pairs.flat_map(|(n, (found, expected))| missing(found, expected, &format!("{place}/{n}"))).collect()
        }
        // a later release has more that somebody may do
        (Value::Array(found), Value::Array(expected)) if place.ends_with("/capabilities") => {
            let lost = expected.iter().filter(|one| !found.contains(one));
            lost.map(|one| format!("{place}: {one} is gone")).collect()
        }
        _ if found == expected => Vec::new(),
        _ => vec![format!("{place}: {expected} became {found}")],
    }
}

#[test]
fn what_a_page_has_lost_or_changed_is_noticed_and_what_it_has_gained_is_not() {
    let before = json!({ "stage": "draft", "steps": [{ "verb": "submit" }], "note": null });
    let lost = |found: Value| missing(&found, &before, "").len();
    assert_eq!(lost(before.clone()), 0);
    assert_eq!(lost(json!({ "stage": "draft", "steps": [{ "verb": "submit", "at": 1 }], "note": null, "new": 1 })), 0);
    assert_eq!(lost(json!({ "stage": "filed", "steps": [{ "verb": "merge" }], "note": "" })), 3);
    assert_eq!(lost(json!({ "stage": "draft", "steps": [], "note": null })), 1);
    let may = |found: Value| missing(&found, &json!({ "capabilities": ["see", "write"] }), "").len();
    assert_eq!(may(json!({ "capabilities": ["see", "read", "write"] })), 0);
    assert_eq!(may(json!({ "capabilities": ["see", "read"] })), 1);
    assert_eq!(may(json!({ "capabilities": [] })), 2);
    assert_eq!(lost(json!({})), 2, "a field that was empty may go");
}

fn person<'a>(app: &'a TestApp, seen: &Value, name: &str) -> Person<'a> {
    let kept = &seen["people"][name];
    app.with_session(text(&kept["id"]).parse().unwrap(), kept["employee_no"].as_str().unwrap(), kept["session"].clone())
}

/// Routes that have moved since the databases were kept: as they were recorded, and as they are asked now.
const MOVED: &[(&str, &str)] = &[
    ("/campaigns/{id}/export", "/exports/campaigns/{id}"),
    ("/campaigns/{id}/flag-looks", "/campaigns/{id}/flag-review"),
    ("/entries/{id}/explain", "/entries/{id}/explanation"),
    ("/contests/{id}/rankings/me", "/contests/{id}/rankings/mine"),
];

/// Where what was recorded under `path` is found now.
fn present(path: &str) -> String {
    let (route, query) =
        path.split_once('?').map_or((path, String::new()), |(route, query)| (route, format!("?{query}")));
    let parts: Vec<&str> = route.split('/').collect();
    let moved = MOVED.iter().find_map(|(former, present)| {
        let former: Vec<&str> = former.split('/').collect();
        let fits = former.len() == parts.len() && former.iter().zip(&parts).all(|(f, p)| f.starts_with('{') || f == p);
        let filled = former.iter().zip(&parts).filter(|(name, _)| name.starts_with('{'));
        fits.then(|| filled.fold((*present).to_owned(), |path, (name, value)| path.replace(name, value)))
    });
    moved.unwrap_or_else(|| route.to_owned()) + &query
}

#[test]
fn what_was_recorded_is_asked_where_it_is_now() {
    assert_eq!(present("/campaigns/01/export"), "/exports/campaigns/01");
    assert_eq!(present("/entries/01/explain?x=1"), "/entries/01/explanation?x=1");
    assert_eq!(present("/campaigns/01/results"), "/campaigns/01/results");
}

#[tokio::test]
async fn a_database_of_the_previous_release_shows_after_its_migration_what_it_showed_before() {
    let (database, seen) = unpack();
    let before = applied_migrations(&mut database.connect()).unwrap();
    let app = TestApp::over(database, Clock::manual(text(&seen["now"]).parse().unwrap())).await;
    assert!(app.db().is_migrated().await.unwrap());
    let after = app.db().read(applied_migrations).await.unwrap();
    assert!(!before.is_empty() && after.starts_with(&before), "{before:?} is no beginning of {after:?}");
    // what the migration left to the program: what waits lies on the desk of all rooms
    app.tick().await;
    app.drain().await;
    let left: i64 = app.db().read(|conn| on!(conn, c => backlog::table.count().get_result(c))).await.unwrap();
    assert_eq!(left, 0, "every room has worked off what was left to it");
    let pages = seen["pages"].as_array().unwrap();
    assert!(pages.len() > 100, "{} pages", pages.len());
    let mut lost = Vec::new();
    for page in pages {
        let path = &present(page["path"].as_str().unwrap());
        let reply = person(&app, &seen, page["who"].as_str().unwrap()).get(&asked_now(path)).await;
        assert_eq!(json!(reply.status), page["status"], "{path} for {}: {}", page["who"], reply.text());
        if reply.status == 200 {
            let (found, mut expected) = (reply.json(), shown_now(path, page["body"].clone()));
            keep_what_others_went_into(&found, &mut expected);
            lost.extend(missing(&found, &expected, path));
            if path.starts_with("/me/desk") {
                lost.extend(desk_of_before(&person(&app, &seen, page["who"].as_str().unwrap()), &page["body"]).await);
            }
        }
    }
    assert!(lost.is_empty(), "\n{}\n", lost.join("\n"));
}

#[tokio::test]
async fn the_printed_summary_shows_the_numbers_of_before() {
    let (database, seen) = unpack();
    let app = TestApp::over(database, Clock::manual(text(&seen["now"]).parse().unwrap())).await;
    let shown = |who: &str| {
        let pages = seen["pages"].as_array().unwrap().iter();
        let mut its = pages.filter(|page| page["path"] == "/ideas/statistics" && page["who"] == who);
        its.next().unwrap()["body"].clone()
    };
    for who in ["secretary", "auditor"] {
        let before = by_steps(shown(who));
        let page = person(&app, &seen, who).get("/ideas/statistics/summary").await.text();
        let mut rows = vec![
            format!("<td>提出</td><td>{} 条</td>", before["submitted"]),
            format!("<td>参与人数</td><td>{} 人（在册 {} 人）</td>", before["authors"], before["members"]),
            format!("<td>已讨论决定</td><td>{} 条</td>", before["decided"]),
            format!("<td>采纳（含试点）</td><td>{} 条</td>", before["adopted"]),
            "<td>合计节约</td><td>800,000.00 元</td>".to_owned(),
        ];
        assert_eq!(before["saved_fen"], 80_000_000);
        for stage in before["stages"].as_array().unwrap() {
            rows.push(format!("<td>{}</td><td>{} 条</td>", text(&stage["stage_name"]), stage["count"]));
        }
        for outcome in before["outcomes"].as_array().unwrap() {
            rows.push(format!("<td>{}</td><td>{} 项</td>", text(&outcome["kind_name"]), outcome["count"]));
        }
        for (n, ways) in
            ["已提交 → 已征集", "已征集 → 已讨论决定", "已讨论决定 → 待验收", "待验收 → 已验收", "已提交 → 已验收"]
                .iter()
                .enumerate()
        {
            rows.push(format!("<td>{ways}</td><td>{} 条</td><td>不到 1 天</td>", before["lengths"][n]["count"]));
        }
        let lost: Vec<&String> = rows.iter().filter(|row| !page.contains(*row)).collect();
        assert!(lost.is_empty(), "{lost:?} in {page}");
    }
}

#[tokio::test]
async fn ideas_from_before_there_was_a_search_are_found_after_the_migration() {
    let (database, seen) = unpack();
    // as they were left by a release that did not search yet
    database.run("DELETE FROM search_grams");
    database.run("DELETE FROM search_entries");
    let app = TestApp::over(database, Clock::manual(text(&seen["now"]).parse().unwrap())).await;
    app.tick().await;
    let path = "/ideas?q=%E7%82%B9%E5%AD%90&limit=100";
    for who in ["secretary", "auditor"] {
        let pages = seen["pages"].as_array().unwrap().iter();
        let mut its = pages.filter(|page| page["path"] == "/ideas?q=%E7%82%B9%E5%AD%90" && page["who"] == who);
        let ids = |page: &Value| {
            let mut ids: Vec<String> = items(page).iter().map(|idea| text(&idea["id"])).collect();
            ids.sort();
            ids
        };
        let before = ids(&its.next().unwrap()["body"]);
        let after = ids(&person(&app, &seen, who).get(path).await.ok(200));
        assert!(before.len() > 10 && after == before, "{who}: {before:?} became {after:?}");
    }
    // nobody finds a draft of somebody else's, nor what was taken back
    let things = &seen["things"]["ideas"];
    let own = person(&app, &seen, "author").get(path).await.ok(200);
    let found: Vec<String> = items(&own).iter().map(|idea| text(&idea["id"])).collect();
    assert!(found.contains(&text(&things["draft"])) && !found.contains(&text(&things["withdrawn"])), "{found:?}");
    app.drain().await;
}

#[tokio::test]
async fn what_was_called_off_is_cancelled_and_numbers_that_were_borne_are_taken() {
    let (database, seen) = unpack();
    let vote = "FROM campaigns WHERE title = '最美矿工'";
    database.run(&format!(
        "INSERT INTO campaign_call_offs
             (campaign_id, reason, proposed_by, proposed_at, confirmed_by, confirmed_at, erased_at)
             SELECT id, '试点取消', created_by, 1, created_by, 2, 3 {vote};
         INSERT INTO campaign_bulletin_numbers (prefix, year, number, campaign_id) SELECT '金集组发', 2026, 7, id {vote};
         UPDATE campaigns SET state = 'called_off' WHERE title = '最美矿工'"
    ));
    let app = TestApp::over(database, Clock::manual(text(&seen["now"]).parse().unwrap())).await;
    let campaign = person(&app, &seen, "author").get(&text(&seen["things"]["vote"]["campaign"])).await.ok(200);
    assert_eq!((&campaign["state"], &campaign["cancellation"]["reason"]), (&json!("cancelled"), &json!("试点取消")));
    let number = DocumentNumber { prefix: Text::new("金集组发").unwrap(), year: 2026, number: 7 };
    let claim = move |tx: &mut Tx| -> Result<bool, Stop<Never>> {
        Ok(documents::claim(tx, &number, "another", uuid::Uuid::nil())?)
    };
    assert!(!app.db().write(claim).await.unwrap());
    app.drain().await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn what_waited_is_laid_out_once_by_servers_that_start_together() {
    needs_postgres();
    let (database, seen) = unpack();
    let first = TestApp::over(database, Clock::manual(text(&seen["now"]).parse().unwrap())).await;
    let second = first.sibling().await;
    tokio::join!(first.tick(), second.tick());
    first.tick().await;
    let secretary = person(&first, &seen, "secretary").get("/me/desk?limit=100").await.ok(200);
    let pages = seen["pages"].as_array().unwrap();
    let before = pages.iter().find(|page| page["path"] == "/me/desk?limit=100" && page["who"] == "secretary").unwrap();
    let mut laid: Vec<String> = items(&secretary).iter().map(|item| text(&item["subject_id"])).collect();
    let mut waited: Vec<String> = items(&before["body"]).iter().map(|item| text(&item["idea"]["id"])).collect();
    laid.sort();
    waited.sort();
    assert_eq!(laid, waited);
    first.drain().await;
}

#[tokio::test]
async fn life_goes_on_in_a_database_of_the_previous_release() {
    let (database, seen) = unpack();
    let app = TestApp::over(database, Clock::manual(text(&seen["now"]).parse().unwrap())).await;
    let things = &seen["things"];
    let [author, leader, secretary, worker] =
        ["author", "leader", "secretary", "worker"].map(|name| person(&app, &seen, name));
    // sessions and passwords are those of before
    let refresh = json!({ "refresh_token": worker.session["refresh_token"] });
    app.post("/session/refresh", refresh).await.ok(200);
    app.post("/session", json!({ "account": author.employee_no, "password": PASSWORD })).await.ok(201);

    // what waited for somebody goes on where it stood
    let path = |idea: &str, step: &str| format!("/ideas/{}/{step}", text(&things["ideas"][idea]));
    let points = async || author.get("/me/points").await.ok(200)["total"]["all"].as_i64().unwrap();
    let before = points().await;
    let meetings = secretary.get("/meetings?kind=branch_committee").await.ok(200);
    let decision = json!({ "verdict": "adopted", "meeting_id": items(&meetings)[0]["id"], "reason": "同意" });
    assert_eq!(secretary.post(&path("collected", "decision"), decision).await.ok(200)["state"], "adopted");
    assert_eq!(points().await, before + 10);
    author.post(&path("returned", "submission"), json!({ "note": "已补充" })).await.ok(200);
    worker.post(&path("redone", "delivery"), json!({ "evidence": "对比数据" })).await.ok(200);
    assert_eq!(secretary.post(&path("delivered", "acceptance"), json!({})).await.ok(200)["state"], "accepted");
    assert_eq!(
        secretary.post(&path("closed", "outcomes"), json!({ "kind": "patent", "title": "一种装置" })).await.status,
        200
    );

    // a ballot that was cast before counts with one that is cast now
    let campaign = text(&things["vote"]["campaign"]);
    campaigns::cast(&leader, &campaign, &[&text(&things["vote"]["entries"][1])]).await.ok(201);
    let contest = format!("/contests/{}", text(&things["contests"]["open"]));
    let attempt = contests::start(&author, &contest).await;
    contests::submit(&author, &attempt).await.ok(200);
    campaigns::at(&app, "2026-07-01T08:20:00+08:00").await;
    let results = author.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["vote"]["ballots_counted"], 2, "{results}");
    app.drain().await;
}

/// `scripts/keep-databases` runs this on both databases.
#[tokio::test]
#[ignore = "makes tests/data/previous anew: run by scripts/keep-databases on the commit of a release"]
async fn by_hand_make_the_databases_that_the_next_release_starts_from() {
    let app = TestApp::start().await;
    let Filled { people, pages, things } = fill(&app).await;
    let mut seen = json!({ "now": app.now(), "things": things, "people": {}, "pages": [] });
    for (name, person) in &people {
        let kept = json!({ "id": person.id, "employee_no": person.employee_no, "session": person.session });
        seen["people"][*name] = kept;
    }
    for page in pages {
        let (_, person) = people.iter().find(|(name, _)| *name == page.who).unwrap();
        let reply = person.get(&page.path).await;
        assert!(reply.status < 500, "{}: {}", page.path, reply.text());
        let shown = json!({ "who": page.who, "path": page.path, "status": reply.status, "body": reply.json() });
        seen["pages"].as_array_mut().unwrap().push(shown);
    }
    drop(people);
    let database = app.stopped().await;
    let (name, bytes) = if on_postgres() { (DUMP, dump(&database)) } else { (SQLITE_FILE, copy(&database)) };
    std::fs::create_dir_all("tests/data/previous").unwrap();
    let mut archive = ZipWriter::new(std::fs::File::create(archive()).unwrap());
    let mut keep = |name: &str, bytes: &[u8]| {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    };
    keep(name, &bytes);
    keep(SEEN, seen.to_string().as_bytes());
    keep("secrets.json", &std::fs::read(database.folder().join("secrets.json")).unwrap());
    for key in std::fs::read_dir(database.folder().join("votes")).unwrap().flatten().map(|entry| entry.path()) {
        keep(&format!("votes/{}", key.file_name().unwrap().to_string_lossy()), &std::fs::read(&key).unwrap());
    }
    archive.finish().unwrap();
}

/// The database as one file without gaps.
fn copy(database: &Database) -> Vec<u8> {
    let file = database.folder().join("copy.db");
    let conn = rusqlite::Connection::open(database.folder().join(SQLITE_FILE)).unwrap();
    conn.execute("VACUUM INTO ?1", [file.to_str().unwrap()]).unwrap();
    std::fs::read(file).unwrap()
}

/// The database as statements that any connection can send: no COPY, no commands of psql's own, nobody's name.
fn dump(database: &Database) -> Vec<u8> {
    let program = pg_bin().map_or("pg_dump".into(), |bin| Path::new(&bin).join("pg_dump"));
    let options = ["--no-owner", "--no-privileges", "--rows-per-insert=100", "--dbname"];
    let output = Command::new(program).args(options).arg(database.url()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('\\') && !line.starts_with("--") && !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}
