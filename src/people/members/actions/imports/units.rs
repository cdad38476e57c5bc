//! Units from a file.

use std::collections::HashMap;

use diesel::QueryResult;
use serde_json::json;

use super::taking_back::KeptUnit;
use super::{CHUNK, Chunk, Progress, Tally, chunks, compare, read_file};
use crate::base::id::UnitId;
use crate::base::imports::Mode;
use crate::base::sheet::ImportReport;
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, Tx};
use crate::kernel::imports::{Shown, Written};
use crate::people::members::actions::duties::{PrivilegedSeats, privileged_seats};
use crate::people::members::actions::moves::follow_units;
use crate::people::members::actions::{Manager, Members, Outcome, note, rules};
use crate::people::members::directory::{Directory, UnitTree};
use crate::people::members::model::Unit;
use crate::people::members::roster::{UnitLine, read_units};
use crate::people::members::rules::{Refusal, widens_duty};
use crate::people::members::store;

/// What imports of units are called.
pub(super) const KIND: &str = "units";

impl Members {
    /// Takes in and brings up to date the units of a file.
    pub async fn import_units(
        &self,
        manager: Manager,
        file: impl AsRef<[u8]> + Send + 'static,
        mode: Mode,
        progress: Progress<'_>,
    ) -> Outcome<ImportReport> {
        let parents = self.parents();
        let mut shown = Shown::of(KIND, file.as_ref());
        let parsed = read_file(file, move |book| read_units(book, &parents)).await?;
        let mut report = ImportReport::new(mode.is_dry_run());
        report.unchanged += parsed.repeats;
        report.take(parsed.remarks);
        let total = parsed.lines.len();
        let mut outcomes = Vec::new();
        if mode != Mode::AtOnce {
            let tally = self.judge_units(manager.clone(), parsed.lines.clone()).await?;
            shown.add(&tally.outcomes);
            outcomes.extend(tally.outcomes.chunks(CHUNK).map(<[String]>::to_vec));
            if mode.is_dry_run() {
                tally.add_to(&mut report);
            }
            compare(&mode, &shown, &mut report).map_err(Refusal::from)?;
        }
        if mode.is_dry_run() {
            progress(total, total);
        } else {
            let id = self.db.fresh_id();
            let written = Written { id, kind: KIND, by: manager.member, place: 0 };
            let outcome =
                self.write_units(&manager, chunks(&parsed.lines, written, outcomes), &mut report, progress).await;
            report.import_id = (report.accepted + report.changed > 0).then_some(id);
            self.finish_import(manager.clone(), "members.import_units", &report).await?;
            if outcome.is_err() && mode != Mode::AtOnce && report.import_id.is_some() {
                self.take_back_import(manager, KIND, id).await?;
            }
            outcome?;
        }
        report.sort();
        Ok(report)
    }

    async fn judge_units(&self, manager: Manager, lines: Vec<UnitLine>) -> Outcome<Tally> {
        let db = self.db.clone();
        let judged = self.db.read(move |conn| {
            let mut plan = Plan::read(conn, db.today(), &manager)?;
            lines.iter().for_each(|line| plan.judge(line, || db.fresh_id(), db.now()));
            Ok(plan.tally)
        });
        Ok(judged.await?)
    }

    async fn write_units(
        &self,
        manager: &Manager,
        chunks: Vec<Chunk<UnitLine>>,
        report: &mut ImportReport,
        progress: Progress<'_>,
    ) -> Outcome<()> {
        let total = chunks.iter().map(|chunk| chunk.lines.len()).sum();
        let mut done = 0;
        for chunk in chunks {
            let (manager, directory) = (manager.clone(), self.directory.clone());
            done += chunk.lines.len();
            let tally = self.db.write(move |tx| write_chunk(tx, &manager, &directory, &chunk)).await?;
            tally.add_to(report);
            progress(done, total);
        }
        Ok(())
    }
}

fn write_chunk(tx: &mut Tx, manager: &Manager, directory: &Directory, chunk: &Chunk<UnitLine>) -> Outcome<Tally> {
    store::lock_tree(tx.conn)?;
    let before = UnitTree::new(store::list_units(tx.conn)?);
    let mut plan = Plan::read(tx.conn, tx.today(), manager)?;
    chunk.lines.iter().for_each(|line| plan.judge(line, || tx.fresh_id(), tx.now()));
    let Plan { writes, tally, .. } = plan;
    chunk.check(&tally.outcomes).map_err(Refusal::from)?;
    let mut written = chunk.written;
    if !writes.is_empty() {
        written.begin(tx)?;
    }
    for (unit, is_new) in &writes {
        let action = if *is_new { "members.create_unit" } else { "members.update_unit" };
        match is_new {
            true => drop(store::insert_unit(tx.conn, unit)?),
            false => store::update_unit(tx.conn, unit)?,
        }
        let former = before.get(unit.id).map(|card| KeptUnit::of(&card.unit));
        written.keep(tx, ("unit", unit.id.uuid()), former.as_ref(), &KeptUnit::of(unit))?;
        let detail = json!({ "code": unit.code, "name": unit.name, "kind": unit.kind, "parent": unit.parent_id });
        note(tx, manager, action, ("unit", unit.id.uuid()), detail)?;
    }
    if writes.iter().any(|(_, is_new)| !is_new) {
        let after = UnitTree::new(store::list_units(tx.conn)?);
        follow_units(tx, directory, &before, &after)?;
    }
    Ok(tally)
}

/// The tree while the rows of a file are judged one after the other.
struct Plan<'a> {
    manager: &'a Manager,
    seats: PrivilegedSeats,
    units: HashMap<UnitId, Unit>,
    by_code: HashMap<String, UnitId>,
    /// Units to be written, and whether they are new.
    writes: Vec<(Unit, bool)>,
    tally: Tally,
}

impl<'a> Plan<'a> {
    fn read(conn: &mut Conn, today: Day, manager: &'a Manager) -> QueryResult<Self> {
        let (units, seats) = (store::list_units(conn)?, privileged_seats(conn, today)?);
        let by_code = units.iter().map(|unit| (unit.code.clone(), unit.id)).collect();
        let units = units.into_iter().map(|unit| (unit.id, unit)).collect();
        Ok(Plan { manager, seats, units, by_code, writes: Vec::new(), tally: Tally::default() })
    }

    fn judge(&mut self, line: &UnitLine, fresh_id: impl FnOnce() -> UnitId, now: Timestamp) {
        let before = self.by_code.get(&line.code).and_then(|id| self.units.get(id)).cloned();
        if let Err((column, message)) = self.check(line, before.as_ref()) {
            self.tally.say(&line.at, &message);
            self.tally.remarks.refuse(&line.at, column, message);
            return;
        }
        let unit = Unit {
            id: before.as_ref().map_or_else(fresh_id, |unit| unit.id),
            code: line.code.clone(),
            name: line.name.clone(),
            short_name: line.short_name.clone(),
            kind: line.kind.clone(),
            parent_id: line.parent.as_ref().and_then(|code| self.by_code.get(code)).copied(),
            closed_on: before.as_ref().and_then(|unit| unit.closed_on),
            created_at: before.as_ref().map_or(now, |unit| unit.created_at),
            updated_at: now,
        };
        match &before {
            Some(before) if same(before, &unit) => {
                self.tally.unchanged += 1;
                self.tally.say(&line.at, "same");
            }
            _ => {
                *(if before.is_some() { &mut self.tally.changed } else { &mut self.tally.accepted }) += 1;
                let former = before.as_ref().map(|unit| (&unit.name, &unit.short_name, &unit.kind, unit.parent_id));
                self.tally.say(&line.at, format!("{former:?}"));
                self.by_code.insert(unit.code.clone(), unit.id);
                self.units.insert(unit.id, unit.clone());
                self.writes.push((unit, before.is_none()));
            }
        }
    }

    /// Whether the row may be taken; else the column and the reason.
    fn check(&self, line: &UnitLine, before: Option<&Unit>) -> Result<(), (&'static str, String)> {
        const OUT_OF_REACH: &str = "不在您的职责范围之内";
        if before.is_some_and(|unit| !self.manager.reach.covers(&self.path(unit.id))) {
            return Err(("编码", OUT_OF_REACH.into()));
        }
        let Some(code) = &line.parent else { return self.check_root(before) };
        let parent = self.by_code.get(code).and_then(|id| self.units.get(id));
        let Some(parent) = parent else {
            return Err(("上级编码", format!("上级组织“{code}”未能导入")));
        };
        let path = self.path(parent.id);
        if before.is_some_and(|unit| unit.parent_id == Some(parent.id)) {
            return Ok(());
        }
        if !self.manager.reach.covers(&path) {
            return Err(("上级编码", OUT_OF_REACH.into()));
        }
        if parent.closed_on.is_some() {
            return Err(("上级编码", format!("上级组织“{code}”已撤销")));
        }
        if let Some((seat, role)) = before.and_then(|unit| self.seats.widened(&self.path(unit.id), &path)) {
            let seat = self.units.get(&seat).map(|unit| unit.name.clone()).unwrap_or_default();
            return Err(("上级编码", widens_duty(role, &seat)));
        }
        match before.map_or(Ok(()), |unit| rules::check_parent(unit.id, 1, &path)) {
            Ok(()) => Ok(()),
            Err(_) => Err(("上级编码", "不能移到它自己或下级组织之下".into())),
        }
    }

    /// A unit without a parent is the root that is there, or the first one of an empty database.
    fn check_root(&self, before: Option<&Unit>) -> Result<(), (&'static str, String)> {
        let is_root = before.map_or(self.units.is_empty(), |unit| unit.parent_id.is_none());
        if is_root { Ok(()) } else { Err(("上级编码", "最上级组织已存在".into())) }
    }

    fn path(&self, unit: UnitId) -> Vec<UnitId> {
        let up = |id: &UnitId| self.units.get(id).and_then(|unit| unit.parent_id);
        std::iter::successors(Some(unit), up).take(self.units.len()).collect()
    }
}

fn same(a: &Unit, b: &Unit) -> bool {
    (&a.name, &a.short_name, &a.kind, a.parent_id) == (&b.name, &b.short_name, &b.kind, b.parent_id)
}
