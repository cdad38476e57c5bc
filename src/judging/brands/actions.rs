//! Listing brands, importing them from a spreadsheet, and taking an import back.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Brand, BrandId};
use super::rules::Refusal;
use super::{keeping, store};
use crate::base::id::{ImportId, MemberId, UnitId};
use crate::base::imports::{Mode, NoImport};
use crate::base::sheet::{self, At, Column, Content, Found, ImportRemark, ImportReport, Need, Row};
use crate::base::text::squeeze;
use crate::db::{Conn, Db, DbError, Json, Stop, Tx};
use crate::kernel::imports::{self, Shown, Written};
use crate::kernel::trail::{self, Act};
use crate::people::members::Directory;

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

const NAME_LIMIT: usize = 100;
const SUMMARY_LIMIT: usize = 1000;

/// What imports of brands are called.
const KIND: &str = "brands";

/// Headers of an export, and of an import at its plainest.
pub(super) const HEADERS: [&str; 3] = ["申报单位", "品牌名称", "创建要点"];

const UNIT: usize = 0;
const NAME: usize = 1;
const SUMMARY: usize = 2;

fn columns() -> [Column; 3] {
    [
        Column::new(
            Need::Must,
            Content::Name,
            &[
                "申报单位",
                "单位",
                "组织",
                "单位名称",
                "申报组织",
                "所属单位",
                "党组织",
                "党组织名称",
                "单位编码",
                "组织编码",
            ],
        ),
        Column::new(Need::Must, Content::Name, &["品牌名称", "品牌", "党建品牌", "党建品牌名称", "品牌名"]),
        Column::new(
            Need::May,
            Content::Words,
            &["创建要点", "简介", "说明", "品牌简介", "品牌内涵", "品牌说明", "内容"],
        ),
    ]
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Brands {
    pub(super) db: Db,
    pub(super) directory: Directory,
}

/// A row that names a unit and its brand.
#[derive(Clone, Debug)]
struct Line {
    at: At,
    unit: UnitId,
    name: String,
    summary: String,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    New,
    /// The brand as it was.
    Changed(Kept),
    Same,
}

/// What an import may change of a brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    name: String,
    summary: String,
}

impl Kept {
    fn of(brand: &Brand) -> Kept {
        Kept { name: brand.name.clone(), summary: brand.summary.clone() }
    }
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
        file: impl AsRef<[u8]> + Send + 'static,
        mode: Mode,
    ) -> Outcome<ImportReport> {
        let mut shown = Shown::of(KIND, file.as_ref());
        let reading = move || sheet::read(file.as_ref(), None).and_then(|book| book.rows(&columns(), &|_| false));
        let read = tokio::task::spawn_blocking(reading).await.map_err(|_| DbError::Panicked)?;
        let Found { rows, remarks } = read.map_err(Refusal::BadSheet)?;
        let mut report = ImportReport::new(mode.is_dry_run());
        report.take(remarks);
        let lines = self.read_lines(&rows, &mut report);
        let fates = if mode == Mode::AtOnce {
            None
        } else {
            let asked = lines.clone();
            let fates = self.db.read(move |conn| asked.iter().map(|line| Ok(fate(conn, line)?.0)).collect()).await?;
            let fates: Vec<Fate> = fates;
            shown.add(&fates.iter().map(|fate| format!("{fate:?}")).collect::<Vec<_>>());
            Some(fates)
        };
        match mode {
            Mode::DryRun => {
                report.digest = Some(shown.digest());
                fates.iter().flatten().for_each(|fate| count(&mut report, fate));
            }
            Mode::Confirmed(digest) if digest != shown.digest() => {
                return Err(Refusal::NoImport(NoImport::Stale).into());
            }
            Mode::Confirmed(_) | Mode::AtOnce => {
                let id = self.db.fresh_id();
                let written = self.db.write(move |tx| write_lines(tx, actor, id, &lines, fates.as_deref())).await?;
                written.iter().for_each(|fate| count(&mut report, fate));
                report.import_id = (report.accepted + report.changed > 0).then_some(id);
            }
        }
        report.sort();
        Ok(report)
    }

    /// Takes an import back as a whole, as long as none of its brands was changed since.
    pub async fn take_back_import(&self, actor: MemberId, id: ImportId) -> Outcome<()> {
        self.db.write(move |tx| undo(tx, actor, id)).await
    }

    /// All brands in the order in which they came, with what their units are called in an import.
    pub(super) async fn export(&self) -> Result<Vec<Vec<String>>, DbError> {
        let all = self.db.read(move |conn| store::list(conn, None, None, i64::MAX)).await?;
        let tree = self.directory.tree();
        let code = |unit: UnitId| tree.get(unit).map(|card| card.unit.code.clone()).unwrap_or_default();
        Ok(all.into_iter().map(|brand| vec![code(brand.unit_id), brand.name, brand.summary]).collect())
    }

    fn read_lines(&self, rows: &[Row], report: &mut ImportReport) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut of_unit: HashMap<UnitId, usize> = HashMap::new();
        for row in rows {
            let line = match self.read_line(row) {
                Ok(line) => line,
                Err((column, message)) => {
                    report.refuse(ImportRemark::new(&row.at, row.header(column), message));
                    continue;
                }
            };
            match of_unit.get(&line.unit).map(|first| &lines[*first]) {
                Some(first) if (&first.name, &first.summary) == (&line.name, &line.summary) => {
                    report.unchanged += 1;
                    report.warn(ImportRemark::new(
                        &row.at,
                        row.header(UNIT),
                        format!("与{}完全相同，未重复导入", first.at),
                    ));
                }
                Some(first) => {
                    let message = format!("一个组织只有一个品牌，与{}重复，而内容不同", first.at);
                    report.refuse(ImportRemark::new(&row.at, row.header(UNIT), message));
                }
                None => {
                    of_unit.insert(line.unit, lines.len());
                    lines.push(line);
                }
            }
        }
        lines
    }

    fn read_line(&self, row: &Row) -> Result<Line, (usize, String)> {
        let (unit, name, summary) = (row.text(UNIT), row.text(NAME), row.text(SUMMARY));
        let too_long = |column, limit| (column, format!("不能超过 {limit} 个字符"));
        if name.is_empty() {
            return Err((NAME, "不能为空".into()));
        }
        if name.chars().count() > NAME_LIMIT {
            return Err(too_long(NAME, NAME_LIMIT));
        }
        if summary.chars().count() > SUMMARY_LIMIT {
            return Err(too_long(SUMMARY, SUMMARY_LIMIT));
        }
        let unit = self.find_unit(unit).ok_or((UNIT, format!("没有找到组织“{unit}”，或有多个同名组织")))?;
        Ok(Line { at: row.at.clone(), unit, name: name.to_owned(), summary: summary.to_owned() })
    }

    /// The one unit with that code, name or short name.
    fn find_unit(&self, called: &str) -> Option<UnitId> {
        let (tree, called) = (self.directory.tree(), squeeze(called));
        if let Some(card) = tree.by_code(&called.to_uppercase()) {
            return Some(card.unit.id);
        }
        let fits = |unit: &crate::people::members::model::Unit| {
            squeeze(&unit.name) == called || squeeze(&unit.short_name) == called
        };
        let mut found = tree.each().filter(|card| fits(&card.unit)).map(|card| card.unit.id);
        found.next().filter(|_| found.next().is_none())
    }
}

fn count(report: &mut ImportReport, fate: &Fate) {
    match fate {
        Fate::New => report.accepted += 1,
        Fate::Changed(_) => report.changed += 1,
        Fate::Same => report.unchanged += 1,
    }
}

/// What becomes of a row, and the brand that is there.
fn fate(conn: &mut Conn, line: &Line) -> diesel::QueryResult<(Fate, Option<Brand>)> {
    let present = store::find_of(conn, line.unit)?;
    let fate = match &present {
        None => Fate::New,
        Some(brand) if brand.name == line.name && brand.summary == line.summary => Fate::Same,
        Some(brand) => Fate::Changed(Kept::of(brand)),
    };
    Ok((fate, present))
}

/// Writes the lines in one transaction: there is one for each unit at most.
fn write_lines(
    tx: &mut Tx,
    actor: Option<MemberId>,
    id: ImportId,
    lines: &[Line],
    shown: Option<&[Fate]>,
) -> Outcome<Vec<Fate>> {
    let mut written = Written { id, kind: KIND, by: actor, place: 0 };
    let mut fates = Vec::with_capacity(lines.len());
    for (n, line) in lines.iter().enumerate() {
        let (fate, present) = fate(tx.conn, line)?;
        if shown.is_some_and(|shown| shown.get(n) != Some(&fate)) {
            return Err(Refusal::NoImport(NoImport::Stale).into());
        }
        if fate != Fate::Same {
            write_line(tx, actor, line, present, &mut written)?;
        }
        fates.push(fate);
    }
    Ok(fates)
}

fn write_line(
    tx: &mut Tx,
    actor: Option<MemberId>,
    line: &Line,
    present: Option<Brand>,
    written: &mut Written,
) -> diesel::QueryResult<()> {
    let (name, summary, updated_at) = (line.name.clone(), line.summary.clone(), tx.now());
    let brand = match &present {
        Some(brand) => Brand { name, summary, updated_at, ..brand.clone() },
        None => Brand {
            id: tx.fresh_id(),
            unit_id: line.unit,
            name,
            summary,
            created_at: updated_at,
            updated_at,
            measures: String::new(),
            experience: String::new(),
            figures: String::new(),
            keywords: Json(Vec::new()),
            picture_id: None,
            parent_id: None,
        },
    };
    match present {
        None => store::insert(tx.conn, &brand)?,
        Some(_) => store::update(tx.conn, &brand)?,
    }
    written.begin(tx)?;
    written.keep(tx, ("brand", brand.id.uuid()), present.as_ref().map(Kept::of).as_ref(), &Kept::of(&brand))?;
    note(tx, actor, "brands.import", &brand)
}

fn undo(tx: &mut Tx, actor: MemberId, id: ImportId) -> Outcome<()> {
    for line in imports::take_back::<Refusal>(tx, KIND, id, Some(actor))? {
        let used = |what: &str| Refusal::NoImport(NoImport::Used(what.to_owned()));
        let brand = store::find(tx.conn, BrandId::from(line.subject()))?.ok_or_else(|| used("有品牌已不存在"))?;
        if imports::read::<Kept>(&line.content)? != Kept::of(&brand) {
            return Err(used(&format!("品牌“{}”已被改动", brand.name)).into());
        }
        match &line.former {
            None if keeping::is_kept(tx.conn, &brand)? => {
                return Err(used(&format!("品牌“{}”已有后续内容", brand.name)).into());
            }
            None => store::delete(tx.conn, brand.id)?,
            Some(former) => {
                let Kept { name, summary } = imports::read(former)?;
                store::update(tx.conn, &Brand { name, summary, updated_at: tx.now(), ..brand.clone() })?;
            }
        }
        note(tx, Some(actor), "brands.withdraw_import", &brand)?;
    }
    Ok(())
}

fn note(tx: &mut Tx, actor: Option<MemberId>, action: &'static str, brand: &Brand) -> diesel::QueryResult<()> {
    let detail = serde_json::json!({ "unit_id": brand.unit_id, "name": brand.name });
    let subject_id: Uuid = brand.id.uuid();
    trail::note(tx, Act { actor, action, subject_kind: "brand", subject_id, detail })
}
