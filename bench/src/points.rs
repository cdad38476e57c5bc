//! Both books of points: every board made anew from ten million entries; statements of a member with thousands of entries, and
//! of a unit with thousands of members.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono::{Datelike, Days};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::client::{self, request};
use crate::contract;
use crate::report::median;
use crate::world::{Kind, World, id};

/// Entries from which boards are made anew.
pub const ENTRIES: [u32; 2] = [1_000_000, 10_000_000];
/// Entries in the year of one member each; the members come after the staff.
const OF_MEMBERS: [u32; 3] = [50, 500, 5_000];
/// Entries of everybody else.
const OF_EACH: u32 = 30;
/// Members of one transaction.
const AT_ONCE: u32 = 500;
/// How often one thing is asked for.
const TIMES: usize = 15;
/// Ids of entries lie above those that the enterprise was written with.
const FIRST_ENTRY: u32 = 1 << 25;
/// Days on which entries lie, before the ones that everybody has points of already.
const DAYS: u32 = 365;

/// Writes so many entries of the first book, evenly over everybody, and takes every standing away.
pub fn seed_ledger(database: &Path, world: &World, count: u32) -> Result<()> {
    let mut db = Connection::open(database)?;
    db.execute_batch("PRAGMA synchronous = OFF; DELETE FROM standings")?;
    let each = count / world.members;
    let now = chrono::Utc::now().timestamp_micros();
    let day_of = |ago: u32| (world.day - Days::new(u64::from(ago) + 2)).to_string();
    let days: Vec<String> = (0..DAYS).map(day_of).collect();
    for first in (0..world.members).step_by(AT_ONCE as usize) {
        let tx = db.transaction()?;
        {
            let names = columns(&tx, "ledger_entries")?;
            let marks = vec!["?"; names.len()].join(", ");
            let sql = format!("INSERT INTO ledger_entries ({}) VALUES ({marks})", names.join(", "));
            let mut entry = tx.prepare_cached(&sql)?;
            let mut sum = tx.prepare_cached(
                "INSERT INTO ledger_days VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET points = points + excluded.points",
            )?;
            for n in first..world.members.min(first + AT_ONCE) {
                let (member, unit, none) = (id(Kind::Member, n), world.group(n), None::<Vec<u8>>);
                for k in 0..each {
                    let source = id(Kind::Entry, FIRST_ENTRY + n * each + k);
                    let (points, day) = (1 + (n + k) % 5, &days[(k % DAYS) as usize]);
                    entry.execute(params![
                        source.as_bytes(),
                        member.as_bytes(),
                        unit.as_bytes(),
                        contract::DIMENSION,
                        "bench",
                        1,
                        points,
                        points,
                        day,
                        "bench",
                        source.as_bytes(),
                        "测试",
                        none,
                        now,
                        none
                    ])?;
                    sum.execute(params![member.as_bytes(), day, contract::DIMENSION, points, now])?;
                }
            }
        }
        tx.commit()?;
    }
    db.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
    Ok(())
}

/// The first columns of the ledger, which every version has.
fn columns(tx: &rusqlite::Transaction<'_>, table: &str) -> Result<Vec<String>> {
    const FIRST: usize = 15;
    let all = tx.prepare(&format!("SELECT * FROM {table}"))?;
    Ok(all.column_names().into_iter().take(FIRST).map(str::to_owned).collect())
}

/// Members whose standing is there.
pub fn standing(database: &Path) -> Result<u32> {
    let db = Connection::open(database)?;
    Ok(db.query_row("SELECT count(DISTINCT member_id) FROM standings", [], |row| row.get(0))?)
}

/// The member who may do everything with the second book.
const COMMITTEE: u32 = 1;

/// Makes a member one of the committee.
pub fn give_duty(database: &Path, world: &World) -> Result<()> {
    let db = Connection::open(database)?;
    let (role, member, root) = (id(Kind::Role, 7), id(Kind::Member, COMMITTEE), world.root());
    let (from, none) = (world.day.to_string(), None::<Vec<u8>>);
    db.execute(
        "INSERT INTO roles (id, member_id, role, unit_id, from_on, to_on, granted_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        params![role.as_bytes(), member.as_bytes(), "committee_member", root.as_bytes(), from, none, none],
    )?;
    Ok(())
}

/// Adopts the scheme that is shipped.
pub fn adopt(address: SocketAddr, world: &World) -> Result<()> {
    let scheme: Value = serde_json::from_slice(&get(address, world, COMMITTEE, "/api/v1/appraisal/presets/five")?.1)?;
    let first = format!("{}-01-01", world.day.year());
    let body = json!({ "scheme": scheme, "effective_on": first, "basis": "测试" }).to_string();
    let token = world.access_token(COMMITTEE);
    let (status, reply) = client::once(address, &request("POST", "/api/v1/appraisal/schemes", Some(&token), &body))?;
    ensure!(status == 201, "{status} {}", String::from_utf8_lossy(&reply));
    Ok(())
}

/// Writes a year of the second book.
pub fn seed_book(database: &Path, world: &World) -> Result<()> {
    const RULES: [(&str, &str); 5] =
        [("P02", "politics"), ("P05", "learning"), ("P09", "meetings"), ("P14", "example"), ("P27", "duty")];
    let mut db = Connection::open(database)?;
    let (day, year, now) = (world.day.to_string(), world.day.year(), chrono::Utc::now().timestamp_micros());
    let mut number = FIRST_ENTRY;
    for first in (0..world.members).step_by(AT_ONCE as usize) {
        let tx = db.transaction()?;
        {
            let mut entry = tx.prepare_cached(
                "INSERT INTO appraisal_entries (id, member_id, unit_id, year, kind, dimension, rule, scheme_version, wanted, \
                 points, cut_by, day, reason, source_kind, source_id, proposed_by, approved_by, created_at) \
                 VALUES (?, ?, ?, ?, 'bonus', ?, ?, 1, ?, ?, ?, ?, '台账', 'proposal', ?, NULL, ?, ?)",
            )?;
            let approver = id(Kind::Member, COMMITTEE);
            for n in first..world.members.min(first + AT_ONCE) {
                let its = OF_MEMBERS.get((n.wrapping_sub(FIRST_OF)) as usize).copied().unwrap_or(OF_EACH);
                let (member, unit) = (id(Kind::Member, n), world.group(n));
                for k in 0..its {
                    let (rule, dimension) = RULES[(k % 5) as usize];
                    // to the caps, and then nothing
                    let (points, cut) = if k < 20 { (50, None) } else { (0, Some("rule_year")) };
                    let source = id(Kind::Entry, number);
                    number += 1;
                    entry.execute(params![
                        source.as_bytes(),
                        member.as_bytes(),
                        unit.as_bytes(),
                        year,
                        dimension,
                        rule,
                        50,
                        points,
                        cut,
                        day,
                        source.as_bytes(),
                        approver.as_bytes(),
                        now
                    ])?;
                }
            }
        }
        tx.commit()?;
    }
    db.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
    Ok(())
}

/// The first of those with many entries.
const FIRST_OF: u32 = 10;

fn get(address: SocketAddr, world: &World, who: u32, path: &str) -> Result<(Duration, Vec<u8>)> {
    let asked = request("GET", path, Some(&world.access_token(who)), "");
    let began = Instant::now();
    let (status, reply) = client::once(address, &asked)?;
    ensure!(status == 200, "{path}: {status} {}", String::from_utf8_lossy(&reply));
    Ok((began.elapsed(), reply))
}

/// Milliseconds that one thing takes, the median of several.
fn took(address: SocketAddr, world: &World, who: u32, path: &str) -> Result<f64> {
    let each = (0..TIMES).map(|_| Ok(get(address, world, who, path)?.0.as_secs_f64() * 1000.0));
    Ok(median(&each.collect::<Result<Vec<_>>>()?))
}

/// Statements of members with few and with many entries.
pub fn statements(address: SocketAddr, world: &World) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut first = None;
    for (n, entries) in (FIRST_OF..).zip(OF_MEMBERS) {
        let sums = took(address, world, n, "/api/v1/me/appraisal")?;
        let page = took(address, world, n, "/api/v1/me/appraisal/entries?limit=100")?;
        let sheet = took(address, world, n, "/api/v1/me/appraisal/sheet")?;
        let (least, few) = *first.get_or_insert((sums, entries));
        lines.push(format!(
            "statement of a member with {entries} entries: sums {sums:.1} ms ({:.1} times those of {few}), a page of 100 \
             {page:.1} ms, the sheet for A4 {sheet:.1} ms",
            sums / least
        ));
    }
    Ok(lines)
}

/// Tables and pay sheets of a branch and of a unit of many branches.
pub fn units(address: SocketAddr, world: &World) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut first = None;
    for unit in [world.branch(0), id(Kind::Unit, 1)] {
        let (mut members, mut cursor, mut longest) = (0, String::new(), Duration::ZERO);
        let began = Instant::now();
        loop {
            let path = format!("/api/v1/units/{unit}/appraisal?limit=100{cursor}");
            let (took, reply) = get(address, world, COMMITTEE, &path)?;
            longest = longest.max(took);
            let page: Value = serde_json::from_slice(&reply)?;
            members += page["items"].as_array().context("no items")?.len();
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let table = began.elapsed().as_secs_f64() * 1000.0;
        let year = world.day.year();
        let path = format!("/api/v1/exports/appraisal?unit_id={unit}&from={year}-01-01&until={year}-12-31");
        let sheet = took(address, world, COMMITTEE, &path)?;
        let (least, few) = *first.get_or_insert((table, members));
        lines.push(format!(
            "statement of a unit of {members} members: the whole table {table:.0} ms ({:.1} times that of {few}), the \
             longest page of 100 {:.1} ms, the xlsx for the pay department {sheet:.0} ms",
            table / least,
            longest.as_secs_f64() * 1000.0
        ));
    }
    Ok(lines)
}
