//! Importing rosters: a file is read away from the database, then written in chunks, each one transaction.
//!
//! A row is known by its code or employee number: a new one is taken in, a known one is brought up to date, nobody and
//! nothing is ever deleted. A bad row never blocks a good one. A dry run goes the same way and writes nothing; what it
//! has shown can be confirmed, and what was written can be taken back as a whole ([`taking_back`]).

mod members;
mod taking_back;
mod units;

use serde_json::json;
use uuid::Uuid;

use super::{Manager, Members, Outcome, ROSTER_TOPIC, note};
use crate::base::imports::{Mode, NoImport};
use crate::base::sheet::{self, At, Book, ImportReport, Remarks};
use crate::db::{DbError, Never, Stop};
use crate::kernel::changes;
use crate::kernel::imports::{Shown, Written};
use crate::people::members::roster::{Parents, Place};
use crate::people::members::rules::Refusal;

/// Rows of one transaction: long enough to be fast, short enough that nobody waits behind it.
const CHUNK: usize = 500;

/// Places that the lines of one chunk take: a row may bring a member and as many duties as there are.
const PLACES: i32 = 20_000;

/// Hears how many rows of how many are done.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// What became of some rows of a file.
#[derive(Debug, Default)]
struct Tally {
    accepted: u32,
    changed: u32,
    unchanged: u32,
    remarks: Remarks,
    /// What became of each row, for the digest.
    outcomes: Vec<String>,
}

impl Tally {
    fn add_to(self, report: &mut ImportReport) {
        report.accepted += self.accepted;
        report.changed += self.changed;
        report.unchanged += self.unchanged;
        report.take(self.remarks);
    }

    fn say(&mut self, at: &At, what: impl std::fmt::Display) {
        self.outcomes.push(format!("{at} {what}"));
    }
}

/// A chunk on its way into the database.
#[derive(Clone)]
struct Chunk<T> {
    lines: Vec<T>,
    written: Written,
    /// What a dry run has shown of it.
    shown: Option<Vec<String>>,
}

impl<T> Chunk<T> {
    /// Refuses to write anything else than what was shown.
    fn check(&self, outcomes: &[String]) -> Result<(), NoImport> {
        match &self.shown {
            Some(shown) if shown != outcomes => Err(NoImport::Stale),
            _ => Ok(()),
        }
    }
}

/// Cuts lines into chunks, each with what was shown of it.
fn chunks<T: Clone>(lines: &[T], written: Written, mut shown: Vec<Vec<String>>) -> Vec<Chunk<T>> {
    let shown = shown.drain(..).map(Some).chain(std::iter::repeat(None));
    let places = (0..).map(|n| n * PLACES);
    let part = |((lines, shown), place): ((&[T], _), i32)| Chunk {
        lines: lines.to_vec(),
        written: Written { place, ..written },
        shown,
    };
    lines.chunks(CHUNK).zip(shown).zip(places).map(part).collect()
}

/// Takes over what a dry run of each chunk has shown: says its digest, or whether it is the one that was confirmed.
fn compare(mode: &Mode, shown: &Shown, report: &mut ImportReport) -> Result<(), NoImport> {
    match mode {
        Mode::DryRun => report.digest = Some(shown.digest()),
        Mode::Confirmed(digest) if *digest != shown.digest() => return Err(NoImport::Stale),
        Mode::Confirmed(_) | Mode::AtOnce => {}
    }
    Ok(())
}

/// Reads a file and what its rows mean on a thread where that disturbs nobody.
async fn read_file<T: Send + 'static>(
    file: impl AsRef<[u8]> + Send + 'static,
    meaning: impl FnOnce(&Book) -> Result<T, sheet::SheetError> + Send + 'static,
) -> Outcome<T> {
    let reading = move || sheet::read(file.as_ref(), None).and_then(|book| meaning(&book));
    let read = tokio::task::spawn_blocking(reading).await.map_err(|_| DbError::Panicked)?;
    read.map_err(|error| Refusal::BadSheet(error).into())
}

impl Members {
    /// The open units as a roster knows them.
    fn parents(&self) -> Parents {
        let tree = self.directory.tree();
        let code = |id| tree.get(id).map(|card| card.unit.code.clone());
        let place = |unit: &crate::people::members::model::Unit| Place {
            parent: unit.parent_id.and_then(code),
            name: unit.name.clone(),
            short_name: unit.short_name.clone(),
        };
        let open = tree.each().filter(|card| card.unit.closed_on.is_none());
        open.map(|card| (card.unit.code.clone(), place(&card.unit))).collect()
    }

    /// After the last chunk: the trail of the import as a whole, and word to the other processes to read everything.
    async fn finish_import(&self, manager: Manager, action: &'static str, report: &ImportReport) -> Outcome<()> {
        if report.dry_run {
            return Ok(());
        }
        let counts = json!({
            "accepted": report.accepted, "updated": report.changed,
            "unchanged_or_repeated": report.unchanged, "rejected": report.refused,
        });
        let subject = report.import_id.map_or(Uuid::nil(), |id| id.uuid());
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                note(tx, &manager, action, ("roster", subject), &counts)?;
                Ok(changes::announce(tx, ROSTER_TOPIC, Uuid::nil())?)
            })
            .await
            .map_err(DbError::from)?;
        Ok(self.reload().await?)
    }
}
