//! Importing rosters: a file is read away from the database, then written in chunks, each one transaction.
//!
//! A row is known by its code or employee number: a new one is taken in, a known one is brought up to date, nobody and
//! nothing is ever deleted. A bad row never blocks a good one. A dry run goes the same way and writes nothing.

mod members;
mod units;

use serde_json::json;
use uuid::Uuid;

use super::{Manager, Members, Outcome, ROSTER_TOPIC, note};
use crate::base::sheet::{self, ImportProblem, ImportReport, Sheet};
use crate::db::{DbError, Never, Stop};
use crate::kernel::changes;
use crate::people::members::roster::Parents;
use crate::people::members::rules::Refusal;

/// Rows of one transaction: long enough to be fast, short enough that nobody waits behind it.
const CHUNK: usize = 500;

/// Hears how many rows of how many are done.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// What became of some rows of a file.
#[derive(Debug, Default)]
struct Tally {
    accepted: u32,
    updated: u32,
    unchanged: u32,
    problems: Vec<ImportProblem>,
}

impl Tally {
    fn add_to(self, report: &mut ImportReport) {
        report.accepted += self.accepted;
        report.updated += self.updated;
        report.duplicates += self.unchanged;
        report.extend(self.problems);
    }
}

/// Reads a file and what its rows mean on a thread where that disturbs nobody.
async fn read_file<T: Send + 'static>(
    file: impl AsRef<[u8]> + Send + 'static,
    meaning: impl FnOnce(&Sheet) -> Result<T, sheet::SheetError> + Send + 'static,
) -> Outcome<T> {
    let reading = move || sheet::read(file.as_ref(), None).and_then(|sheet| meaning(&sheet));
    let read = tokio::task::spawn_blocking(reading).await.map_err(|_| DbError::Panicked)?;
    read.map_err(|error| Refusal::BadSheet(error).into())
}

impl Members {
    /// The open units as a roster knows them.
    fn parents(&self) -> Parents {
        let tree = self.directory.tree();
        let code = |id| tree.get(id).map(|card| card.unit.code.clone());
        let open = tree.each().filter(|card| card.unit.closed_on.is_none());
        open.map(|card| (card.unit.code.clone(), card.unit.parent_id.and_then(code))).collect()
    }

    /// After the last chunk: the trail of the import as a whole, and word to the other processes to read everything.
    async fn finish_import(&self, manager: Manager, action: &'static str, report: &ImportReport) -> Outcome<()> {
        if report.dry_run {
            return Ok(());
        }
        let counts = json!({
            "accepted": report.accepted, "updated": report.updated,
            "unchanged_or_repeated": report.duplicates, "rejected": report.rejected,
        });
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                note(tx, &manager, action, ("roster", Uuid::nil()), &counts)?;
                Ok(changes::announce(tx, ROSTER_TOPIC, Uuid::nil())?)
            })
            .await
            .map_err(DbError::from)?;
        Ok(self.reload().await?)
    }
}
