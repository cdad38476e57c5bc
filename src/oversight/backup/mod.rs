//! Backups: one file with the database as it was at one instant and the attachments, its verification, its restoring,
//! and a schedule.
//!
//! Owns no table. [`archive`] is the file and [`manifest`] what it says of itself; `taking` writes one beside the running
//! program, `verifying` reads one from end to end, `restoring` puts one into an empty place, `reviving` does what every
//! database needs that was put back, `scheduling` takes one a day and keeps some. `postgres` runs `pg_dump` and
//! `pg_restore`. Secrets and the keys of votes are in no backup; the [`keys`] of votes that are not counted yet go into
//! a file beside it.
//!
//! Uses `files` (what is stored where), `sessions` (to end them), `campaigns`, `contests` and `quiz` (what was open).

pub mod archive;
pub mod manifest;
pub mod keys;
mod postgres;
mod scratch;
mod taking;
mod verifying;
mod restoring;
mod reviving;
mod scheduling;
mod room;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::config::{BackupConfig, Config};
use crate::db::Db;
use crate::kernel::key_store::KeyStore;

pub use restoring::{Restored, restore};
pub use reviving::{Revived, revive_restored};
pub use room::open;
pub use taking::Taken;
pub use verifying::verify;

/// Hears how far a backup has come, in short sentences.
pub type Progress = Arc<dyn Fn(String) + Send + Sync>;

/// How often somebody who waits hears of it.
const PACE: Duration = Duration::from_secs(1);

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Backups {
    db: Db,
    /// Where the keys of votes are.
    vote_keys: KeyStore,
    attachments: Attachments,
    config: BackupConfig,
    /// Held while a backup is taken: one at a time.
    turn: Arc<Mutex<()>>,
    schedule: Arc<std::sync::Mutex<scheduling::Memory>>,
}

/// Where attachments lie.
#[derive(Clone, Debug)]
enum Attachments {
    Folder(PathBuf),
    /// A bucket has means of its own: versions, replicas.
    Bucket,
}

impl Attachments {
    fn of(place: &str) -> Attachments {
        if place.starts_with("s3://") { Attachments::Bucket } else { Attachments::Folder(place.into()) }
    }
}

impl Backups {
    pub fn new(db: Db, vote_keys: KeyStore, config: &Config) -> Backups {
        Backups {
            db,
            vote_keys,
            attachments: Attachments::of(&config.files.files_place),
            config: config.backup.clone(),
            turn: Arc::default(),
            schedule: Arc::default(),
        }
    }
}

/// Tells `progress` what a long work says of itself, at the pace of somebody who watches.
struct Paced {
    progress: Progress,
    last: Instant,
}

impl Paced {
    fn new(progress: &Progress) -> Paced {
        Paced { progress: progress.clone(), last: Instant::now() }
    }

    fn say(&mut self, sentence: impl FnOnce() -> String) {
        if self.last.elapsed() >= PACE {
            self.last = Instant::now();
            (self.progress)(sentence());
        }
    }
}
