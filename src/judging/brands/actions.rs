//! Listing brands, and importing them from a spreadsheet.

use super::model::{Brand, BrandId};
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::sheet::{ImportProblem, ImportReport, Sheet, SheetError};
use crate::db::{Db, DbError, Never, Stop, Tx};
use crate::kernel::trail::{self, Act};
use crate::people::members::Directory;

const NAME_LIMIT: usize = 100;
const SUMMARY_LIMIT: usize = 1000;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Brands {
    db: Db,
    directory: Directory,
}

/// A row that names a unit and its brand.
#[derive(Clone, Debug)]
struct Line {
    unit: UnitId,
    name: String,
    summary: String,
}

/// What became of a row.
enum Written {
    New,
    Changed,
    Same,
}

impl Brands {
    pub fn new(db: Db, directory: Directory) -> Self {
        Brands { db, directory }
    }

    /// The brands of a unit and of everything below it, of all without one.
    pub async fn list(&self, unit: Option<UnitId>, after: Option<BrandId>, limit: i64) -> Result<Vec<Brand>, DbError> {
        let units = unit.map(|unit| self.directory.tree().subtree(unit));
        self.db.read(move |conn| store::list(conn, units.as_deref(), after, limit)).await
    }

    /// Imports 申报单位 (name, short name or code), 品牌名称, 创建要点; a unit's brand is brought up to date.
    pub async fn import(
        &self,
        actor: Option<MemberId>,
        sheet: &Sheet,
        dry_run: bool,
    ) -> Result<Result<ImportReport, SheetError>, DbError> {
        let (unit, name) = match (sheet.require(&["申报单位", "单位", "组织"]), sheet.require(&["品牌名称", "品牌"]))
        {
            (Ok(unit), Ok(name)) => (unit, name),
            (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
        };
        let summary = sheet.column(&["创建要点", "简介", "说明"]);
        let mut report = ImportReport::new(dry_run);
        for row in &sheet.rows {
            let line = self.read_line(row.text(Some(unit)), row.text(Some(name)), row.text(summary));
            let line = match line {
                Ok(line) => line,
                Err((column, message)) => {
                    report.note(ImportProblem::rejected(row.number, column, message));
                    continue;
                }
            };
            match self.db.write(move |tx| write_line(tx, actor, &line, dry_run)).await.map_err(DbError::from)? {
                Written::New => report.accepted += 1,
                Written::Changed => report.updated += 1,
                Written::Same => report.note(ImportProblem::duplicate(row.number, "品牌名称", "没有变化")),
            }
        }
        Ok(Ok(report))
    }

    fn read_line(&self, unit: &str, name: &str, summary: &str) -> Result<Line, (&'static str, String)> {
        let too_long = |column, limit| (column, format!("不能超过 {limit} 个字符"));
        if name.is_empty() {
            return Err(("品牌名称", "不能为空".into()));
        }
        if name.chars().count() > NAME_LIMIT {
            return Err(too_long("品牌名称", NAME_LIMIT));
        }
        if summary.chars().count() > SUMMARY_LIMIT {
            return Err(too_long("创建要点", SUMMARY_LIMIT));
        }
        let unit = self.find_unit(unit).ok_or(("申报单位", format!("没有找到组织“{unit}”，或有多个同名组织")))?;
        Ok(Line { unit, name: name.to_owned(), summary: summary.to_owned() })
    }

    /// The one unit with that code, name or short name.
    fn find_unit(&self, called: &str) -> Option<UnitId> {
        let tree = self.directory.tree();
        let fits = |unit: &crate::people::members::model::Unit| {
            unit.code == called || unit.name == called || unit.short_name == called
        };
        let mut found = tree.each().filter(|card| fits(&card.unit)).map(|card| card.unit.id);
        found.next().filter(|_| found.next().is_none())
    }
}

fn write_line(tx: &mut Tx, actor: Option<MemberId>, line: &Line, dry_run: bool) -> Result<Written, Stop<Never>> {
    let present = store::find_of(tx.conn, line.unit)?;
    let written = match &present {
        None => Written::New,
        Some(brand) if brand.name == line.name && brand.summary == line.summary => return Ok(Written::Same),
        Some(_) => Written::Changed,
    };
    if dry_run {
        return Ok(written);
    }
    let brand = Brand {
        id: present.as_ref().map_or_else(|| tx.fresh_id(), |brand| brand.id),
        unit_id: line.unit,
        name: line.name.clone(),
        summary: line.summary.clone(),
        created_at: present.as_ref().map_or(tx.now(), |brand| brand.created_at),
        updated_at: tx.now(),
    };
    match present {
        None => store::insert(tx.conn, &brand)?,
        Some(_) => store::update(tx.conn, &brand)?,
    }
    let detail = serde_json::json!({ "unit_id": line.unit, "name": line.name });
    let act = Act { actor, action: "brands.import", subject_kind: "brand", subject_id: brand.id.uuid(), detail };
    trail::note(tx, act)?;
    Ok(written)
}
