//! Selections: organising, entries, ballots, what is counted, and that everybody can recompute it.

mod ballots;
pub mod bulletins;
mod cancellation;
mod counting;
pub mod decision;
mod desk;
mod dual_ten;
mod entries;
mod evidence;
mod flags;
mod least;
mod forensics;
pub mod scores;
mod missing;
pub mod objections;
mod own_case;
mod proposals;
mod calendar;
mod puppets;
mod restored;
mod results;
mod rewards;
mod secrecy;
mod showing;

use std::process::{Command, Output};

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::judging::campaigns;

use crate::support::{Person, Reply, TestApp, on_postgres};

/// The timetable: entries until 8:02, publicity until 8:03, the vote until 8:10. A session lasts until 8:15.
const ENTRIES: &str = "2026-07-01T08:01:00+08:00";
const JUDGING: &str = "2026-07-01T08:03:00+08:00";
const CLOSING: &str = "2026-07-01T08:10:00+08:00";

/// A top-ten poll for everybody: a ballot names one to three brands.
pub fn body(app: &TestApp) -> Value {
    json!({
        "title": "十大优秀党建品牌",
        "unit_id": app.unit("JT"),
        "terms": {
            "kind": "brand_top_ten",
            "notice": { "document_no": "金集组发〔2026〕3号", "text": "关于开展品牌评选的通知" },
            "categories": [{ "code": "brand", "title": "优秀品牌", "quota": 10 }],
            "electorate": { "kinds": ["full", "probationary", "masses"] },
            "timetable": [
                { "stage": "entry", "opens_at": ENTRIES, "closes_at": "2026-07-01T08:02:00+08:00" },
                { "stage": "publicity", "opens_at": "2026-07-01T08:02:00+08:00", "closes_at": JUDGING },
                { "stage": "vote", "opens_at": JUDGING, "closes_at": CLOSING },
            ],
            "sources": [{ "source": "vote", "rule": "share_of_ballots", "weight": 10000 }],
            "tie_order": ["vote"],
            "ballot": { "min": 1, "max": 3 },
            // most tests look at what is counted, not at when it is shown
            "results_shown": "count",
        },
    })
}

/// Changes fields of a body by JSON pointer.
pub fn with(mut body: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[field] = value.clone();
    }
    body
}

pub async fn organiser(app: &TestApp) -> Person<'_> {
    app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await
}

/// Writes and announces a campaign; its path.
pub async fn announced(organiser: &Person<'_>, body: Value) -> String {
    let campaign = organiser.post("/campaigns", body).await.ok(201);
    let path = format!("/campaigns/{}", campaign["id"].as_str().unwrap());
    // of several in one enterprise each has a number of its own
    for number in 100..200 {
        let reply = organiser.post(&format!("{path}/announcement"), json!({})).await;
        if reply.json()["code"] != "campaigns.notice_number_taken" {
            assert_eq!(reply.ok(200)["state"], "announced");
            return path;
        }
        let mut terms = campaign["terms"].clone();
        terms["notice"]["document_no"] = json!(format!("金集组发〔2026〕{number}号"));
        organiser.patch(&path, json!({ "terms": terms })).await.ok(200);
    }
    panic!("no number is left");
}

/// Puts the clock to `at` and lets it do its work.
pub async fn at(app: &TestApp, at: &str) {
    app.set_clock(at);
    app.tick().await;
}

fn plan(title: &str, owner: MemberId) -> Value {
    json!({
        "title": title,
        "owner_id": owner,
        "goals": [{ "name": "精矿品位", "target": "83.3%" }],
        "measures": [{ "text": "每周攻关" }],
        "expected_effects": ["指标提升"],
    })
}

/// Writes and hands in an entry of `unit`; its id.
pub async fn entry(writer: &Person<'_>, app: &TestApp, campaign: &str, unit: &str, title: &str) -> String {
    let body = json!({ "unit_id": app.unit(unit), "category": "brand", "plan": plan(title, writer.id) });
    let entry = writer.post(&format!("{campaign}/entries"), body).await.ok(201);
    let id = entry["id"].as_str().unwrap().to_owned();
    assert_eq!(writer.post(&format!("/entries/{id}/submission"), json!({})).await.ok(200)["state"], "submitted");
    id
}

/// A campaign whose vote is open, with `count` entries of DW2, which nobody votes for as his own.
async fn voting(app: &TestApp, organiser: &Person<'_>, body: Value, count: usize) -> (String, Vec<String>) {
    let writer = app.member("书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let campaign = announced(organiser, body).await;
    at(app, ENTRIES).await;
    let mut entries = Vec::new();
    for n in 0..count {
        entries.push(entry(&writer, app, &campaign, "DW2", &format!("品牌{n}")).await);
    }
    at(app, "2026-07-01T08:02:00+08:00").await;
    at(app, JUDGING).await;
    assert_eq!(stage(organiser, &campaign, "vote").await["state"], "open");
    (campaign, entries)
}

pub async fn stage(who: &Person<'_>, campaign: &str, name: &str) -> Value {
    let view = who.get(campaign).await.ok(200);
    view["stages"].as_array().unwrap().iter().find(|stage| stage["stage"] == name).unwrap().clone()
}

pub async fn cast(voter: &Person<'_>, campaign: &str, entries: &[&String]) -> Reply {
    voter.post(&format!("{campaign}/ballots"), json!({ "entries": entries })).await
}

/// Signed-in members of XZ11.
async fn voters(app: &TestApp, count: usize) -> Vec<Person<'_>> {
    let mut voters = Vec::new();
    for n in 0..count {
        voters.push(app.member(&format!("选民{n}")).sign_in().await);
    }
    voters
}

/// What lets somebody with the whole database change slips, which triggers keep from everybody else.
fn slips_may_change() -> &'static str {
    if on_postgres() {
        "ALTER TABLE campaign_slips DISABLE TRIGGER campaign_slips_append_only;"
    } else {
        "DROP TRIGGER campaign_slips_no_update; DROP TRIGGER campaign_slips_no_delete;"
    }
}

/// What the script that docs/ offers to anybody prints of a public export, with which it must agree.
fn recompute(app: &TestApp, export: &str) -> String {
    let python = run_script(app, export);
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
    String::from_utf8(python.stdout).unwrap()
}

fn run_script(app: &TestApp, export: &str) -> Output {
    let file = app.folder().join("export.json");
    std::fs::write(&file, export).unwrap();
    Command::new("python3").arg("docs/recompute.py").arg(&file).output().expect("python3 is installed")
}

/// Puts `value` into the export at `pointer`, and has both the program and the script name the `fault`.
fn forgery_is_named(app: &TestApp, export: &str, (pointer, value): (&str, Value), fault: &str) {
    let mut forged: Value = serde_json::from_str(export).unwrap();
    *forged.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    let forged = forged.to_string();
    let faults = campaigns::verify(&forged).expect_err(pointer);
    assert!(faults.iter().any(|told| told.contains(fault)), "{pointer}: {faults:?}");
    let python = run_script(app, &forged);
    let told = String::from_utf8_lossy(&python.stderr);
    assert!(!python.status.success() && told.contains(fault), "{pointer}: {told}");
    assert_eq!(String::from_utf8_lossy(&python.stdout), "", "{pointer}: no order is printed of a forgery");
}
