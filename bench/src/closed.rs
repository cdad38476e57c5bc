//! Closed periods: three years of days are frozen, a year's end beside members who submit, and closed boards are looked at
//! for the first time.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use chrono::{Datelike, Days, NaiveDate};
use rusqlite::{Connection, params};

use crate::client::{self, request};
use crate::contract;
use crate::report::Figure;
use crate::work::{self, AnswerKeys, figure};
use crate::world::{Kind, World, id};

/// Those who submit while a year's end is frozen.
pub const BESIDE: usize = 32;

/// Longer than freezing everything may take.
const PATIENCE: Duration = Duration::from_secs(3600);

/// The last day of the year before the measurement.
fn new_years_eve(world: &World) -> NaiveDate {
    NaiveDate::from_ymd_opt(world.day.year() - 1, 12, 31).expect("every year has one")
}

/// Members whose days are written in one transaction.
const AT_ONCE: usize = 500;

/// Points of everybody on every one of so many days until the end of last year, as if nothing had ever been frozen.
pub fn seed(database: &Path, world: &World, days: u32) -> Result<()> {
    let mut db = Connection::open(database)?;
    thaw(&db, "1970-01-01")?;
    db.execute_batch("DELETE FROM ledger_days")?;
    let eve = new_years_eve(world);
    let day_of = |ago: u32| {
        let day = eve - Days::new(ago.into());
        let at = day.and_hms_opt(1, 0, 0).expect("an hour of every day").and_utc().timestamp_micros();
        (ago, day.to_string(), at)
    };
    let all: Vec<(u32, String, i64)> = (0..days).rev().map(day_of).collect();
    let everybody: Vec<u32> = (0..world.members).collect();
    // in the order of the key, so that the table grows at its end
    for some in everybody.chunks(AT_ONCE) {
        let tx = db.transaction()?;
        {
            let mut insert = tx.prepare_cached("INSERT INTO ledger_days VALUES (?, ?, ?, ?, ?)")?;
            for n in some {
                let member = id(Kind::Member, *n);
                for (ago, day, at) in &all {
                    let (points, at) = ((n * 13 + ago * 7) % 12 + 1, at + i64::from(*n) * 1000);
                    insert.execute(params![member.as_bytes(), day, contract::DIMENSION, points, at])?;
                }
            }
        }
        tx.commit()?;
    }
    db.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
    Ok(())
}

/// Takes away what is frozen of periods that end on `day` or later.
fn thaw(db: &Connection, day: &str) -> Result<()> {
    for table in ["frozen_periods", "frozen_boards"] {
        db.execute_batch(&format!("DROP TRIGGER IF EXISTS {table}_no_delete"))?;
        let ends = "CASE period WHEN 'day' THEN start WHEN 'week' THEN date(start, '+6 days') \
                    WHEN 'month' THEN date(start, '+1 month', '-1 day') \
                    WHEN 'quarter' THEN date(start, '+3 months', '-1 day') ELSE date(start, '+1 year', '-1 day') END";
        db.execute(&format!("DELETE FROM {table} WHERE {ends} >= ?"), [day])?;
    }
    db.execute("DELETE FROM chunk_cursors WHERE work = 'boards.freeze'", [])?;
    Ok(())
}

/// Takes away what is frozen of New Year's Eve, of what ends with it, and of all that comes after.
pub fn thaw_the_years_end(database: &Path, world: &World) -> Result<()> {
    thaw(&Connection::open(database)?, &new_years_eve(world).to_string())
}

/// Waits until a server has frozen the day before today, or the one before that while late entries are taken; how long
/// that was.
pub fn wait_until_frozen(database: &Path, world: &World) -> Result<Duration> {
    let day = (world.day - Days::new(2)).to_string();
    wait(database, &format!("SELECT count(*) FROM frozen_periods WHERE period = 'day' AND start >= '{day}'"))
}

fn wait(database: &Path, count: &str) -> Result<Duration> {
    let (began, db) = (Instant::now(), Connection::open(database)?);
    db.busy_timeout(Duration::from_secs(10))?;
    while db.query_row(count, [], |row| row.get::<_, i64>(0))? == 0 {
        ensure!(began.elapsed() < PATIENCE, "not frozen after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(began.elapsed())
}

/// Members submit until the year is closed; how long that was, and what those saw who submitted.
pub fn end_the_year(
    address: SocketAddr,
    database: &Path,
    world: &Rc<World>,
    keys: &AnswerKeys,
) -> Result<(Duration, Figure)> {
    let questions = work::fetch_paper(address, world)?;
    let requests: Vec<_> = (0..world.members).map(|n| work::submit(world, keys, &questions, n)).collect();
    let year = NaiveDate::from_ymd_opt(world.day.year() - 1, 1, 1).expect("every year begins");
    let count = format!("SELECT count(*) FROM frozen_periods WHERE period = 'year' AND start = '{year}'");
    let (path, members, done) = (database.to_owned(), world.members, Arc::new(AtomicBool::new(false)));
    let flag = done.clone();
    let watch = std::thread::spawn(move || {
        let took = wait(&path, &count);
        flag.store(true, Ordering::Release);
        took
    });
    let next = Cell::new(0);
    let requests = Rc::new(requests);
    let seen = client::on_connections(address, BESIDE, async move |connection, seen| {
        // whoever has submitted gets the first result again, which is a write's way, too
        while !done.load(Ordering::Acquire) {
            let member = next.replace((next.get() + 1) % members);
            let began = Instant::now();
            let (status, reply) = connection.exchange(&requests[member as usize]).await?;
            seen.borrow_mut().count(began, status, reply);
        }
        Ok(())
    })?;
    let took = watch.join().expect("the watching thread does not panic")?;
    Ok((took, figure(seen)?))
}

/// The first look at closed boards of every length and scope, one after the other, each of them once.
pub fn first_looks(address: SocketAddr, world: &World) -> Result<Figure> {
    let eve = new_years_eve(world);
    let mut paths = Vec::new();
    for ago in 0..40u64 {
        for (period, step) in [("day", 9), ("week", 7), ("month", 28), ("quarter", 90), ("year", 365)] {
            let day = eve - Days::new(ago * step % 1000);
            let scope = match ago % 4 {
                0 => "enterprise".to_owned(),
                1 => world.branch(ago as u32 * 97 % world.members).to_string(),
                _ => world.group(ago as u32 * 31 % world.members).to_string(),
            };
            let tail = ["", "&by=branch"][(ago % 2) as usize];
            paths.push(format!("/api/v1/boards/{scope}/total?period={period}&day={day}{tail}"));
            paths.push(format!("/api/v1/boards/enterprise/{}/mine?period={period}&day={day}", contract::DIMENSION));
        }
    }
    paths.sort_unstable();
    paths.dedup();
    let ask = |path: &String| request("GET", path, Some(&world.access_token(1)), "");
    let requests: Vec<_> = paths.iter().map(ask).collect();
    figure(client::flood(address, 1, requests.into_iter())?)
}
