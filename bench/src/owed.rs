//! What units owe: the board of a unit with 2,000 tasks, the overview of 308 units and twelve months, and a desk while 100,000
//! things wait in the enterprise.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;
use chrono::{Datelike, Months, NaiveDate};
use rusqlite::{Connection, Transaction, params};

use crate::client::{self, request};
use crate::report::Figure;
use crate::work::figure;
use crate::world::{Kind, World, id};

/// Tasks of one branch.
const TASKS: u32 = 2_000;
/// Branches that hand in, and months.
const BRANCHES: u32 = 308;
const MONTHS: u32 = 12;
/// Things that wait in the enterprise.
const WAITING: u32 = 100_000;

/// Requests of each look, one after the other: what one person waits for.
const LOOKS: usize = 300;

fn bytes(kind: Kind, n: u32) -> Vec<u8> {
    id(kind, n).as_bytes().to_vec()
}

/// What is looked at, by whoever sees everything.
pub fn looked_at(world: &World) -> [(&'static str, String); 3] {
    let (from, until) = months(world);
    [
        ("task board of 2,000", format!("/api/v1/tasks/board?unit_id={}", world.branch(0))),
        (
            "report overview, 308 x 12",
            format!("/api/v1/report-forms/{}/overview?from={from}&until={until}", id(Kind::ReportForm, 0)),
        ),
        ("desk among 100,000", "/api/v1/me/desk".to_owned()),
    ]
}

/// The first day of the first month, and the last of the last one, which has ended.
fn months(world: &World) -> (NaiveDate, NaiveDate) {
    let this = world.day.with_day(1).expect("every month has a first day");
    (this - Months::new(MONTHS), this.pred_opt().expect("there is a day before"))
}

/// Writes all that into a database that holds the enterprise.
pub fn seed(database: &Path, world: &World) -> Result<()> {
    let mut db = Connection::open(database)?;
    let now = chrono::Utc::now().timestamp_micros();
    let tx = db.transaction()?;
    tasks(&tx, world, now)?;
    reports(&tx, world, now)?;
    desk(&tx, world, now)?;
    tx.commit()?;
    db.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
    Ok(())
}

fn tasks(tx: &Transaction<'_>, world: &World, now: i64) -> Result<()> {
    let (list, root, member) = (bytes(Kind::TaskList, 0), world.root(), bytes(Kind::Member, 0));
    let year = world.day.year();
    tx.execute(
        "INSERT INTO task_lists (id, kind, title, unit_id, year, rhythm, created_by, created_at, updated_at)
         VALUES (?, 'year', '年度任务清单', ?, ?, 'quarterly', ?, ?, ?)",
        params![list, root.as_bytes(), year, member, now, now],
    )?;
    let mut item = tx.prepare(
        "INSERT INTO task_items (id, list_id, number, title, standard, assisting_ids, axis, due_on, weight, focus, tags, nodes,
             laid, created_at, updated_at)
         VALUES (?, ?, ?, ?, '按计划完成', '[]', 'party', ?, 1, FALSE, '[]', '[]', TRUE, ?, ?)",
    )?;
    let mut task = tx.prepare(
        "INSERT INTO tasks (id, list_id, item_id, unit_id, issuing_unit_id, number, title, standard, axis, due_on, first_due_on,
             weight, focus, state, extensions, answer_by, closed_on, created_by, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, '按计划完成', 'party', ?, ?, 1, FALSE, ?, 0, ?, ?, ?, ?, ?)",
    )?;
    for n in 0..TASKS {
        let (title, due) = (format!("任务{n}"), world.day + chrono::Days::new(u64::from(n % 90)));
        let state = ["issued", "accepted", "doing", "submitted", "verified", "closed"][n as usize % 6];
        let closed = (state == "closed").then(|| world.day.to_string());
        item.execute(params![bytes(Kind::TaskItem, n), list, n + 1, title, due.to_string(), now, now])?;
        task.execute(params![
            bytes(Kind::Task, n),
            list,
            bytes(Kind::TaskItem, n),
            world.branch(0).as_bytes(),
            root.as_bytes(),
            n + 1,
            title,
            due.to_string(),
            due.to_string(),
            state,
            due.to_string(),
            closed,
            member,
            now,
            now
        ])?;
    }
    Ok(())
}

fn reports(tx: &Transaction<'_>, world: &World, now: i64) -> Result<()> {
    let (form, root, member) = (bytes(Kind::ReportForm, 0), world.root(), bytes(Kind::Member, 0));
    let (first, last) = months(world);
    let next = last.succ_opt().expect("there is a day after").to_string();
    tx.execute(
        "INSERT INTO report_forms (id, unit_id, title, basis, reader, owner_id, unit_kind, cycle, opens_day, due_after,
             allows_no_change, state, over_limit, version, starts_on, ends_on, next_on, created_by, created_at)
         VALUES (?, ?, '党建工作月报', '党建工作要点', '组织部', ?, '党支部', 'month', 25, 5, TRUE, 'active', FALSE, 1, ?, ?, ?, ?, ?)",
        params![form, root.as_bytes(), member, first.to_string(), last.to_string(), next, member, now],
    )?;
    tx.execute(
        "INSERT INTO report_form_versions (form_id, version, fields, written_by, written_at) VALUES (?, 1, '[]', ?, ?)",
        params![form, member, now],
    )?;
    let mut period = tx.prepare(
        "INSERT INTO report_periods (id, form_id, version, first_on, last_on, due_on, opened_at) VALUES (?, ?, 1, ?, ?, ?, ?)",
    )?;
    let mut report = tx.prepare(
        "INSERT INTO reports (id, period_id, form_id, unit_id, version, state, draft, revision, submitted, submitted_by,
             submitted_at, first_submitted_at, no_change, due_on, first_due_on, created_at)
         VALUES (?, ?, ?, ?, 1, 'reviewed', '{}', ?, '{}', ?, ?, ?, FALSE, ?, ?, ?)",
    )?;
    for month in 0..MONTHS {
        let from = first + Months::new(month);
        let until = (from + Months::new(1)).pred_opt().expect("there is a day before");
        let due = (until + chrono::Days::new(5)).to_string();
        period.execute(params![bytes(Kind::Period, month), form, from.to_string(), until.to_string(), due, now])?;
        for n in 0..BRANCHES.min(world.branches()) {
            let number = bytes(Kind::Report, month * BRANCHES + n);
            let unit = world.nth_branch(n);
            report.execute(params![
                number,
                bytes(Kind::Period, month),
                form,
                unit.as_bytes(),
                number,
                member,
                now,
                now,
                due,
                due,
                now
            ])?;
        }
    }
    Ok(())
}

/// Of all that waits a hundredth lies with those who run things for the whole enterprise, the rest with members: what lies
/// with branches where nobody holds the duty would move up to them.
fn desk(tx: &Transaction<'_>, world: &World, now: i64) -> Result<()> {
    let mut insert = tx.prepare(
        "INSERT INTO desk_items (id, kind, subject_id, title, link, due_by, urgency, member_id, stay, capability, unit_id, lies_on,
             barred, created_at)
         VALUES (?, 'bench', ?, ?, '/me/desk', ?, 'normal', ?, ?, ?, ?, ?, '', ?)",
    )?;
    for n in 0..WAITING {
        let (row, due) = (bytes(Kind::DeskItem, n), world.day + chrono::Days::new(u64::from(n % 60)));
        let (member, stay, unit) = match n % 100 {
            0 => (None, None, Some(world.root())),
            _ => (Some(bytes(Kind::Member, n.wrapping_mul(7_919) % world.members)), Some("member"), None),
        };
        let unit = unit.map(|unit| unit.as_bytes().to_vec());
        let capability = unit.is_some().then_some("run_contests");
        let title = format!("待办{n}");
        insert.execute(params![row, row, title, due.to_string(), member, stay, capability, unit, unit, now])?;
    }
    Ok(())
}

/// One person looks, again and again, with nobody else around.
pub fn look(address: SocketAddr, world: &World, path: &str) -> Result<Figure> {
    let token = world.access_token(0);
    let requests: Vec<_> = (0..LOOKS).map(|_| request("GET", path, Some(&token), "")).collect();
    figure(client::flood(address, 1, requests.into_iter())?)
}
