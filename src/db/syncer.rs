//! The second half of a commit on SQLite: the write-ahead log is synced to disk, and only then does anybody get an answer.
//!
//! With `synchronous=NORMAL` a COMMIT does not wait for the disk (<https://sqlite.org/pragma.html#pragma_synchronous>), so
//! the writer runs the next group of jobs while the disk works on those before. A power cut may take commits that
//! were not synced yet, of which nobody has been told; what is left is whole, since SQLite itself syncs the log before it
//! copies from it and the file before it uses the log anew. One sync serves all groups that wait for it, and a group that
//! wrote nothing waits like the others: it may repeat the answer to a write that is not on disk yet.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::job::Job;
use super::{DbError, Effect, run_effects};

/// Groups that may wait for the disk before the writer waits for it, too.
const WAITING: usize = 16;

/// Jobs under one commit, and what is to happen once that is on disk.
pub(super) struct Group {
    pub jobs: Vec<Box<dyn Job>>,
    pub effects: Vec<Effect>,
}

/// Has what was committed synced, by a thread that ends with this.
pub(super) struct Syncer {
    committed: Option<Sender<Group>>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    /// For the database in this file, whose log lies beside it.
    pub(super) fn start(database: &Path) -> Result<Syncer, DbError> {
        let log = PathBuf::from(format!("{}-wal", database.display()));
        let (committed, groups) = bounded(WAITING);
        let work = move || sync_each(&log, &groups);
        let thread = thread::Builder::new().name("syncer".into()).spawn(work).map_err(DbError::unavailable)?;
        Ok(Syncer { committed: Some(committed), thread: Some(thread) })
    }

    /// Takes over a group that has been committed; waits while too many do.
    pub(super) fn hand_over(&self, group: Group) {
        // should the thread be gone, callers hear that their jobs were dropped
        let _ = self.committed.as_ref().map(|committed| committed.send(group));
    }
}

/// Waits until everybody has been answered.
impl Drop for Syncer {
    fn drop(&mut self) {
        self.committed = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn sync_each(log: &Path, groups: &Receiver<Group>) {
    let mut file = None;
    while let Ok(first) = groups.recv() {
        let mut committed = vec![first];
        committed.extend(groups.try_iter());
        if let Err(error) = sync(&mut file, log) {
            // The kernel forgets what it could not write, and the next sync would claim that all is well: only what the
            // disk really holds is to be trusted, and SQLite finds that out by its checksums when it opens the file.
            tracing::error!(%error, "the write-ahead log could not be synced to disk; the program ends and must be started again");
            std::process::abort();
        }
        for group in committed {
            run_effects(group.effects);
            group.jobs.into_iter().for_each(|job| job.answer(Ok(())));
        }
    }
}

/// SQLite makes the log with the first transaction and keeps it for as long as the writer is open.
fn sync(file: &mut Option<File>, log: &Path) -> std::io::Result<()> {
    if file.is_none() {
        *file = Some(File::options().write(true).open(log)?);
    }
    file.as_ref().map_or(Ok(()), File::sync_data)
}
