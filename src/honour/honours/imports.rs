//! Honours from a spreadsheet: what was given from above, and what was given before the product was there. Looked at first; the
//! same file again writes nothing twice.

use std::collections::HashMap;

use serde_json::json;

use super::actions::{Honours, Outcome, cause_of, note, resolve};
use super::awards::Draft;
use super::import_rows::{ByNumber, Line, TITLE, columns, read_row};
use super::model::AwardSource;
use super::rules::Refusal;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{ImportId, MemberId};
use crate::base::imports::{Mode, NoImport};
use crate::base::sheet::{self, Found, ImportRemark, ImportReport, Row};
use crate::base::text::squeeze;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::imports::Shown;

/// What imports of honours are called.
const KIND: &str = "honours";
/// Honours of one transaction.
const CHUNK: usize = 500;

impl Honours {
    /// Writes what a file says.
    pub(super) async fn import(
        &self,
        by: MemberId,
        reach: &Reach,
        file: impl AsRef<[u8]> + Send + 'static,
        mode: Mode,
    ) -> Outcome<ImportReport> {
        let mut shown = Shown::of(KIND, file.as_ref());
        let reading = move || sheet::read(file.as_ref(), None).and_then(|book| book.rows(&columns(), &|_| false));
        let read = tokio::task::spawn_blocking(reading).await.map_err(|_| DbError::Panicked)?;
        let Found { rows, remarks } = read.map_err(Refusal::BadSheet)?;
        let mut report = ImportReport::new(mode.is_dry_run());
        report.take(remarks);
        let lines = self.read_lines(&rows, reach, &mut report);
        let known = self.known(&lines).await?;
        let (new, known): (Vec<_>, Vec<_>) = lines.into_iter().zip(known).partition(|(_, known)| !known);
        report.unchanged += u32::try_from(known.len()).unwrap_or(u32::MAX);
        let new: Vec<Line> = new.into_iter().map(|(line, _)| line).collect();
        shown.add(&new.iter().map(|line| format!("{line:?}")).collect::<Vec<_>>());
        if mode.is_dry_run() {
            report.digest = Some(shown.digest());
            report.accepted += u32::try_from(new.len()).unwrap_or(u32::MAX);
        } else if matches!(&mode, Mode::Confirmed(digest) if *digest != shown.digest()) {
            return Err(Refusal::NoImport(NoImport::Stale).into());
        } else if !new.is_empty() {
            let written = self.write_lines(by, &new).await?;
            report.accepted += written;
            report.unchanged += u32::try_from(new.len()).unwrap_or(u32::MAX) - written;
        }
        report.sort();
        Ok(report)
    }

    fn read_lines(&self, rows: &[Row], reach: &Reach, report: &mut ImportReport) -> Vec<Line> {
        let mut by_number: ByNumber = HashMap::new();
        self.directory.each_member(|card, unit| {
            let key = squeeze(&card.employee_no).to_uppercase();
            by_number.insert(key, (card.id, card.name.to_string(), unit.path.to_vec()));
        });
        let today = self.db.today();
        let mut lines: Vec<Line> = Vec::new();
        let mut seen: HashMap<String, u32> = HashMap::new();
        for row in rows {
            match read_row(self, row, (reach, today), &by_number) {
                Err((column, message)) => report.refuse(ImportRemark::new(&row.at, row.header(column), message)),
                Ok(line) => match seen.get(&line.key()) {
                    Some(first) => {
                        report.unchanged += 1;
                        let message = format!("与第 {first} 行是同一项荣誉，未重复登记");
                        report.warn(ImportRemark::new(&row.at, row.header(TITLE), message));
                    }
                    None => {
                        seen.insert(line.key(), row.at.row);
                        lines.push(line);
                    }
                },
            }
        }
        lines
    }

    /// Whether each line is there already. A holder that nobody has named yet has nothing.
    async fn known(&self, lines: &[Line]) -> Result<Vec<bool>, DbError> {
        let mut found = Vec::with_capacity(lines.len());
        for chunk in lines.chunks(CHUNK) {
            let chunk = chunk.to_vec();
            let some = self.db.read(move |conn| known_in(conn, &chunk)).await?;
            found.extend(some);
        }
        Ok(found)
    }

    /// Writes the lines, chunk by chunk; how many were new.
    async fn write_lines(&self, by: MemberId, lines: &[Line]) -> Outcome<u32> {
        let id: ImportId = self.db.fresh_id();
        let mut written = 0;
        for chunk in lines.chunks(CHUNK) {
            let (chunk, room) = (chunk.to_vec(), self.clone());
            written += self
                .db
                .write(move |tx| -> Outcome<u32> {
                    tx.take_turns(chunk.iter().filter_map(|line| line.holder.member()))?;
                    tx.take_turn_on("honours")?;
                    let mut count = 0;
                    for line in &chunk {
                        count += u32::from(room.write_line(tx, by, id, line)?);
                    }
                    let detail = json!({ "honours": count });
                    note(tx, Some(by), "honours.import", ("honour_import", id.uuid()), detail)?;
                    Ok(count)
                })
                .await?;
        }
        Ok(written)
    }

    fn write_line(&self, tx: &mut Tx, by: MemberId, id: ImportId, line: &Line) -> Outcome<bool> {
        let holder = resolve(tx, &line.holder)?;
        let draft = Draft {
            holder,
            unit: line.unit,
            kind: line.kind,
            title: line.title.clone(),
            level: line.level,
            year: line.year,
            awarded_on: line.awarded_on,
            document: line.document.clone(),
            issuer: line.issuer.clone(),
            source: (AwardSource::Import, id.uuid().into()),
            cause: cause_of(holder, &line.title, line.year, &line.document),
            by: Some(by),
        };
        Ok(self.write(tx, draft)?.is_some())
    }
}

fn known_in(conn: &mut Conn, lines: &[Line]) -> diesel::QueryResult<Vec<bool>> {
    use super::actions::NewHolder::{Member, Named, Unit};
    use super::model::Holder;
    let mut causes = Vec::with_capacity(lines.len());
    for line in lines {
        let holder = match &line.holder {
            Member(member) => Some(Holder::Member(*member)),
            Unit(unit) => Some(Holder::Unit(*unit)),
            Named(kind, unit, name) => {
                store::find_named(conn, *kind, *unit, name)?.map(|known| Holder::Thing(*kind, known.id))
            }
        };
        causes.push(holder.map(|holder| cause_of(holder, &line.title, line.year, &line.document)));
    }
    let asked: Vec<String> = causes.iter().flatten().cloned().collect();
    let known: std::collections::HashSet<String> = store::list_known(conn, &asked)?.into_iter().collect();
    Ok(causes.iter().map(|cause| cause.as_ref().is_some_and(|cause| known.contains(cause))).collect())
}
