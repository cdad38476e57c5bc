//! Items of a list from a spreadsheet: looked at first, then written as a whole.

use std::collections::HashMap;

use serde_json::json;

use super::actions::{Issuer, Outcome, Put, Tasks, note_list, put_item};
use super::import_rows::{Known, column_of, columns, read_row};
use super::model::{NewItem, TaskItem, TaskListId};
use super::rules::{ITEMS_LIMIT, Refusal};
use super::store;
use crate::base::id::UnitId;
use crate::base::imports::{Mode, NoImport};
use crate::base::person::Person;
use crate::base::sheet::{self, Found, ImportRemark, ImportReport, Row};
use crate::base::text::squeeze;
use crate::db::{DbError, Tx};
use crate::kernel::imports::Shown;

/// What imports of tasks are called.
const KIND: &str = "tasks";

/// A row that was read.
#[derive(Clone, Debug)]
struct Line {
    number: i32,
    item: NewItem,
}

impl Tasks {
    /// Writes the items that a file says, in the place of those with the same numbers; what tasks were made of stays.
    pub(super) async fn import(
        &self,
        person: &Person,
        list: TaskListId,
        file: impl AsRef<[u8]> + Send + 'static,
        mode: Mode,
    ) -> Outcome<ImportReport> {
        let issuer = Issuer::of(person);
        let found = self.db.read(move |conn| store::lists::find(conn, list)).await?.ok_or(Refusal::NoSuchList)?;
        if !issuer.covers(&self.path(found.unit_id).unwrap_or_default()) {
            return Err(Refusal::OutOfReach.into());
        }
        let mut shown = Shown::of(KIND, file.as_ref());
        let reading = move || sheet::read(file.as_ref(), None).and_then(|book| book.rows(&columns(), &|_| false));
        let read = tokio::task::spawn_blocking(reading).await.map_err(|_| DbError::Panicked)?;
        let Found { rows, remarks } = read.map_err(Refusal::BadSheet)?;
        let mut report = ImportReport::new(mode.is_dry_run());
        report.take(remarks);
        let kept = self.db.read(move |conn| store::lists::list_items(conn, list, 0, ITEMS_LIMIT)).await?;
        let kept: HashMap<i32, TaskItem> = kept.into_iter().map(|item| (item.number, item)).collect();
        let lines = self.read_lines((found.unit_id, &rows), &kept, &mut report);
        let outcomes: Vec<String> = lines.iter().map(|line| format!("{} {:?}", line.number, line.item)).collect();
        shown.add(&outcomes);
        if matches!(&mode, Mode::Confirmed(digest) if *digest != shown.digest()) {
            return Err(Refusal::NoImport(NoImport::Stale).into());
        }
        let is_dry_run = mode.is_dry_run();
        let room = self.clone();
        let puts = self
            .db
            .write(move |tx| {
                let list = room.lock_list(tx, &issuer, list)?;
                let mut puts = Vec::new();
                for line in &lines {
                    puts.push(room.write_line(tx, &list, line, &kept, is_dry_run)?);
                }
                let written = puts.iter().filter(|put| **put != Put::Same).count();
                if !is_dry_run && written > 0 {
                    note_list(tx, issuer.member, "tasks.import", list.id, json!({ "items": written }))?;
                }
                Ok::<_, crate::db::Stop<Refusal>>(puts)
            })
            .await?;
        for put in puts {
            match put {
                Put::New => report.accepted += 1,
                Put::Changed => report.changed += 1,
                Put::Same => report.unchanged += 1,
            }
        }
        if is_dry_run {
            report.digest = Some(shown.digest());
        }
        report.sort();
        Ok(report)
    }

    fn read_lines(
        &self,
        (owner, rows): (UnitId, &[Row]),
        kept: &HashMap<i32, TaskItem>,
        report: &mut ImportReport,
    ) -> Vec<Line> {
        let known = self.known();
        let (mut lines, mut seen): (Vec<Line>, HashMap<i32, NewItem>) = (Vec::new(), HashMap::new());
        let today = self.db.today();
        for row in rows {
            let read = read_row(row, &known, today).and_then(|(number, item)| {
                self.check_item(owner, &item, today).map_err(|refusal| column_of(&refusal))?;
                Ok((number, item))
            });
            match read {
                Err((column, message)) => report.refuse(ImportRemark::new(&row.at, row.header(column), message)),
                // an exported list names an item once for every unit that has it
                Ok((number, item)) if seen.get(&number) == Some(&item) => report.unchanged += 1,
                Ok((number, _)) if seen.contains_key(&number) => {
                    let message = format!("序号 {number} 在文件中出现了两次，内容不同");
                    report.refuse(ImportRemark::new(&row.at, row.header(0), message));
                }
                Ok((number, item)) => {
                    seen.insert(number, item.clone());
                    let is_laid = kept.get(&number).is_some_and(|known| known.laid && !same(known, &item));
                    if is_laid {
                        let message = "这一项已经下发，不能修改；请在任务中调整".to_owned();
                        report.refuse(ImportRemark::new(&row.at, "", message));
                    } else {
                        lines.push(Line { number, item });
                    }
                }
            }
        }
        lines
    }

    fn write_line(
        &self,
        tx: &mut Tx,
        list: &super::model::TaskList,
        line: &Line,
        kept: &HashMap<i32, TaskItem>,
        is_dry_run: bool,
    ) -> Outcome<Put> {
        self.check_item(list.unit_id, &line.item, tx.today())?;
        if is_dry_run {
            return Ok(match kept.get(&line.number) {
                None => Put::New,
                Some(known) if same(known, &line.item) => Put::Same,
                Some(_) => Put::Changed,
            });
        }
        put_item(tx, list.id, line.number, &line.item)
    }

    /// What files may call units and leaders by.
    fn known(&self) -> Known {
        let mut known = Known::default();
        for card in self.directory.tree().each() {
            for name in [&card.unit.code, &card.unit.short_name, &card.unit.name] {
                Known::name(&mut known.units, name, card.unit.id);
            }
        }
        self.directory.each_member(|card, _| {
            known.by_number.insert(squeeze(&card.employee_no).to_uppercase(), card.id);
            Known::name(&mut known.by_name, &card.name, card.id);
        });
        known
    }
}

/// Whether an item asks what a row says.
fn same(known: &TaskItem, new: &NewItem) -> bool {
    super::exports::asked(known) == *new
}
