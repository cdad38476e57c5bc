//! A backup a day, and the newest few of them kept.
//!
//! The day is in the name of the copy, so that anyone who restarts knows whether today's was taken. An older copy goes
//! only after the new one was read again from end to end and has every attachment; while backups fail, every copy
//! stays.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use uuid::Uuid;

use super::scratch::{beside, check_abandoned, sync_folder_of};
use super::{Backups, Progress, keys, verify};
use crate::base::time::{Day, Timestamp};
use crate::db::DbError;
use crate::ground::files;
use crate::judging::campaigns::{self, CampaignId};
use crate::kernel::alarms::{Alarm, AlarmKind};
use crate::kernel::private_files::{destroy, make_folder};

/// What the names of scheduled copies look like: `xianfeng-2026-07-01.backup`.
const BEFORE: &str = "xianfeng-";
const AFTER: &str = ".backup";

/// What a copy is called, and what comes about beside it, until it has been verified.
const UNPROVEN: &str = ".unproven";

/// How long after its time a backup that is not there is said to be missing.
const LATE_SECONDS: i64 = 3600;

/// How long a schedule waits after a failure.
const AGAIN_SECONDS: i64 = 15 * 60;

/// What a schedule remembers between its looks at the clock.
#[derive(Default)]
pub struct Memory {
    failed_at: Option<Timestamp>,
}

impl Backups {
    /// Takes today's backup if it is time and there is none, and then lets go of the oldest copies.
    ///
    /// A failure is logged and counted, and tried again a quarter of an hour later.
    pub async fn catch_up(&self) {
        let Some(folder) = self.config.folder() else { return };
        if let Err(error) = self.forget_spent_keys(&folder).await {
            tracing::error!(error, "keys of votes that were counted stay beside the backups");
        }
        let now = self.db.now();
        let day = now.day();
        let file = folder.join(format!("{BEFORE}{day}{AFTER}"));
        if now < day.at(self.config.backup_at) || file.exists() || self.failed_lately(now) {
            return;
        }
        let outcome = self.take_scheduled(&folder, &file).await;
        let mut memory = self.schedule.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match outcome {
            Ok(()) => {
                memory.failed_at = None;
                metrics::gauge!("xianfeng_backup_last_success_seconds").set(now.seconds() as f64);
            }
            Err(error) => {
                memory.failed_at = Some(now);
                metrics::counter!("xianfeng_backup_failures_total").increment(1);
                tracing::error!(error, "the scheduled backup failed or is not whole; older copies stay");
            }
        }
    }

    /// Whether a backup is missing: that of the day before yesterday's time, or one that failed.
    pub async fn look_out(self) -> Result<Vec<Alarm>, DbError> {
        let Some(folder) = self.config.folder() else { return Ok(Vec::new()) };
        let now = self.db.now();
        let due = if now < now.day().at(self.config.backup_at) { now.day().previous() } else { now.day() };
        let is_there = |day: Day| folder.join(format!("{BEFORE}{day}{AFTER}")).exists();
        let failed_at = self.schedule.lock().unwrap_or_else(std::sync::PoisonError::into_inner).failed_at;
        let is_late = now.seconds_since(due.at(self.config.backup_at)) > LATE_SECONDS;
        if is_there(due) || failed_at.is_none() && !is_late {
            return Ok(Vec::new());
        }
        let message = format!("{}的备份没有完成（{}）", due.in_chinese(), folder.display());
        let advice = "请检查备份文件夹的空间和权限，并查看服务日志；一刻钟后会自动重试，也可运行 xianfeng backup";
        Ok(vec![Alarm { kind: AlarmKind::BackupMissing, message, advice, since: failed_at }])
    }

    /// Takes the keys of votes that were counted out of the files beside the copies.
    async fn forget_spent_keys(&self, folder: &Path) -> Result<(), String> {
        if !folder.exists() {
            return Ok(());
        }
        let complaint = |error: io::Error| format!("{}: {error}", folder.display());
        keys::finish_forgetting(folder).map_err(complaint)?;
        let owners: Vec<CampaignId> =
            keys::list_owners(folder).map_err(complaint)?.into_iter().map(CampaignId::from).collect();
        let ended = self.db.read(move |conn| campaigns::list_ended_votes(conn, &owners)).await;
        let ended: HashSet<Uuid> = ended.map_err(|error| error.to_string())?.into_iter().map(|id| id.uuid()).collect();
        if ended.is_empty() {
            return Ok(());
        }
        // a count that a reader has seen and the disk has not would have to be made again
        self.db.wait_for_disk().await.map_err(|error| error.to_string())?;
        keys::forget_spent(folder, &ended).map_err(complaint)
    }

    fn failed_lately(&self, now: Timestamp) -> bool {
        let memory = self.schedule.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        memory.failed_at.is_some_and(|at| now.seconds_since(at) < AGAIN_SECONDS)
    }

    /// Takes a backup under another name, reads it again, gives it its name, and deletes what is too old.
    async fn take_scheduled(&self, folder: &Path, file: &Path) -> Result<(), String> {
        make_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let leftovers = folder.to_owned();
        let cleared = tokio::task::spawn_blocking(move || clear_leftovers(&leftovers)).await;
        cleared.map_err(|error| error.to_string())??;
        let unproven = beside(file, UNPROVEN);
        let quiet: Progress = std::sync::Arc::new(|_| {});
        let taken = self.take(&unproven, &quiet).await?;
        let (proving, pg_bin) = (unproven.clone(), self.config.pg_bin());
        let verified = tokio::task::spawn_blocking(move || verify(&proving, pg_bin.as_deref(), &quiet)).await;
        if let Err(error) = verified.map_err(|error| error.to_string()).and_then(|verified| verified) {
            let _ = fs::remove_file(&unproven);
            let _ = destroy(&keys::path_of(&unproven));
            return Err(error);
        }
        if taken.has_keys {
            let beside_it = keys::path_of(file);
            // there may be those of an attempt that died before its copy had a name
            let renamed = destroy(&beside_it).and_then(|()| fs::rename(keys::path_of(&unproven), &beside_it));
            renamed.map_err(|error| format!("{}: {error}", beside_it.display()))?;
        }
        let renamed = fs::rename(&unproven, file).and_then(|()| sync_folder_of(file));
        renamed.map_err(|error| format!("{}: {error}", file.display()))?;
        for vote in &taken.without_key {
            tracing::error!(campaign = %vote.id, "the backup was taken without the key of a vote that is not counted");
        }
        tracing::info!(bytes = taken.size, "the scheduled backup was taken and verified");
        let missing = taken.manifest.missing;
        let lost = self.db.read(move |conn| files::list_still_stored(conn, &missing)).await;
        let lost = lost.map_err(|error| error.to_string())?;
        if let Some(first) = lost.first() {
            return Err(format!("the copy lacks {} attachments that could not be read, such as {first}", lost.len()));
        }
        for old in outdated(folder, usize::from(self.config.backup_copies)) {
            let removed = destroy(&keys::path_of(&old)).and_then(|()| fs::remove_file(&old));
            removed.map_err(|error| format!("{}: {error}", old.display()))?;
        }
        Ok(())
    }
}

/// Removes what attempts left that died on their way, today's and those of former days; keys are overwritten.
fn clear_leftovers(folder: &Path) -> Result<(), String> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    for entry in entries.map_err(|error| format!("{}: {error}", folder.display()))? {
        let (path, name) = (entry.path(), entry.file_name());
        let Some(part) = leftover(&name.to_string_lossy()).map(str::to_owned) else { continue };
        let remove = || if part.starts_with(keys::ENDING) { destroy(&path) } else { fs::remove_file(&path) };
        check_abandoned(&path).and_then(|()| remove()).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Which part of an attempt bears this name; `None` when it is of none.
fn leftover(name: &str) -> Option<&str> {
    let (copy, part) = name.split_once(UNPROVEN)?;
    day_of(copy).map(|_| part)
}

/// The scheduled copies in `folder` beyond the newest `copies`.
fn outdated(folder: &Path, copies: usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut dated: Vec<(Day, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((day_of(&entry.file_name().to_string_lossy())?, entry.path())))
        .collect();
    dated.sort();
    dated.truncate(dated.len().saturating_sub(copies));
    dated.into_iter().map(|(_, path)| path).collect()
}

/// The day of a scheduled copy; `None` for every other name.
fn day_of(name: &str) -> Option<Day> {
    name.strip_prefix(BEFORE)?.strip_suffix(AFTER)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_schedules_own_copies_bear_a_day() {
        assert!(day_of("xianfeng-2026-07-01.backup").is_some());
        for other in ["xianfeng-2026-07-01.backup.part", "xianfeng-mine.backup", "notes.txt"] {
            assert!(day_of(other).is_none(), "{other}");
        }
    }

    #[test]
    fn only_the_schedules_own_attempts_are_leftovers() {
        assert_eq!(leftover("xianfeng-2026-07-01.backup.unproven"), Some(""));
        assert_eq!(leftover("xianfeng-2026-07-01.backup.unproven.part.db-wal"), Some(".part.db-wal"));
        for other in ["xianfeng-2026-07-01.backup", "xianfeng-2026-07-01.backup.part", "mine.backup.unproven"] {
            assert_eq!(leftover(other), None);
        }
    }
}
