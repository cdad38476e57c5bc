//! Databases of the previous release, one of each kind, in `tests/data/previous/`: the program migrates them forward, and
//! everybody sees what was there.
//!
//! `sqlite.zip` and `postgres.zip` hold the database (a file, or SQL), its secrets, the keys of its votes and the replies
//! that people got just before it was put away. `scripts/keep-databases` makes both anew from the program as it stands:
//! it is run once, on the commit of a release, when the next one begins to change the schema.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use xianfeng::base::clock::Clock;
use xianfeng::db::applied_migrations;
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::filling::{Filled, fill};
use crate::campaigns;
use crate::contests;
use crate::ideas::{items, text};
use crate::support::process::pg_bin;
use crate::support::{Database, PASSWORD, Person, TestApp, on_postgres};

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

#[tokio::test]
async fn a_database_of_the_previous_release_shows_after_its_migration_what_it_showed_before() {
    let (database, seen) = unpack();
    let before = applied_migrations(&mut database.connect()).unwrap();
    let app = TestApp::over(database, Clock::manual(text(&seen["now"]).parse().unwrap())).await;
    assert!(app.db().is_migrated().await.unwrap());
    let after = app.db().read(applied_migrations).await.unwrap();
    assert!(!before.is_empty() && after.starts_with(&before), "{before:?} is no beginning of {after:?}");
    app.drain().await;
    let pages = seen["pages"].as_array().unwrap();
    assert!(pages.len() > 100, "{} pages", pages.len());
    let mut lost = Vec::new();
    for page in pages {
        let path = page["path"].as_str().unwrap();
        let reply = person(&app, &seen, page["who"].as_str().unwrap()).get(path).await;
        assert_eq!(json!(reply.status), page["status"], "{path} for {}: {}", page["who"], reply.text());
        if reply.status == 200 {
            lost.extend(missing(&reply.json(), &page["body"], path));
        }
    }
    assert!(lost.is_empty(), "\n{}\n", lost.join("\n"));
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
    assert_eq!(secretary.post(&path("collected", "decision"), decision).await.ok(200)["stage"], "adopted");
    assert_eq!(points().await, before + 10);
    author.post(&path("returned", "submission"), json!({ "note": "已补充" })).await.ok(200);
    worker.post(&path("redone", "delivery"), json!({ "evidence": "对比数据" })).await.ok(200);
    assert_eq!(secretary.post(&path("delivered", "acceptance"), json!({})).await.ok(200)["stage"], "accepted");
    assert_eq!(
        secretary.post(&path("closed", "outcomes"), json!({ "kind": "patent", "title": "一种装置" })).await.status,
        200
    );

    // a ballot that was cast before counts with one that is cast now
    let campaign = text(&things["vote"]["campaign"]);
    campaigns::cast(&leader, &campaign, &[&text(&things["vote"]["entries"][1])]).await.ok(201);
    let contest = format!("/contests/{}", text(&things["contests"]["open"]));
    let attempt = contests::start(&author, &contest).await;
    contests::submit(&author, &contest, &attempt).await.ok(200);
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
