//! Restoring a backup into an empty place.
//!
//! Everything is written beside its place and compared with the manifest, made ready to be served, and only then moved
//! there: files first, the database last. What is interrupted leaves the place empty, save that a PostgreSQL database which
//! `pg_restore` has filled is finished by `after-restore`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use super::archive::{Archive, Fault};
use super::keys::{self, Keys};
use super::manifest::{Manifest, Member, SealedVote, megabytes};
use super::reviving::{Revived, revive_restored};
use super::scratch::{Scratch, beside, is_vacant, private_file, sync_folder_of};
use super::{Attachments, Paced, Progress, postgres};
use crate::base::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};
use crate::kernel::key_store::KeyStore;
use crate::kernel::private_files::make_folder;

/// Puts the backup in `file` into the empty database and folder that `config` names, and says what people must know.
pub async fn restore(file: &Path, config: &Config, clock: Clock, progress: &Progress) -> Result<Restored, String> {
    let told = |fault: Fault| format!("{}: {fault}", file.display());
    let beside_it = keys::read(&keys::path_of(file))?;
    let place = Place::of(config)?;
    place.check_vacant(config, clock.clone()).await?;
    let mut archive = {
        let file = file.to_owned();
        beside_loop(move || Archive::open(&file)).await?.map_err(told)?
    };
    let manifest = archive.manifest.clone();
    place.check_fits(&manifest, file)?;
    // within the folder, which may be a disk of its own
    let attachments = place.attachments.as_ref().map(|folder| Scratch::new(folder.join(RESTORING)));
    if let Some(scratch) = &attachments {
        let (folder, progress) = (scratch.0.clone(), progress.clone());
        archive = beside_loop(move || write_files(&mut archive, &folder, &progress).map(|()| archive))
            .await?
            .map_err(told)?;
    }
    let without_key = put_keys(&manifest, beside_it, config).await?;
    let put_attachments = || match (&attachments, &place.attachments) {
        (Some(scratch), Some(folder)) => {
            put_files(&scratch.0, folder).map_err(|error| format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    };
    let revived = match &place.database {
        Some(database) => {
            let (revived, copy) = restore_sqlite(archive, &manifest, database, config, clock, progress).await?;
            put_attachments()?;
            let put = fs::rename(&copy.0, database).and_then(|()| sync_folder_of(database));
            put.map_err(|error| format!("{}: {error}", database.display()))?;
            revived
        }
        None => {
            fill_postgres(archive, &manifest, config, progress).await?;
            // the database is not empty any more: what stops from here on is to be finished by `after-restore`
            let finishing = async {
                put_attachments()?;
                revive_restored(config, clock, Some(manifest.instant)).await
            };
            finishing.await.map_err(|cause| format!("{cause}；数据库已写入，{}", how_to_finish(manifest.instant)))?
        }
    };
    Ok(Restored { without_key, manifest, revived })
}

/// What the operator does where a restore on PostgreSQL stopped after it had filled the database.
fn how_to_finish(backup_at: impl std::fmt::Display) -> String {
    format!(
        "请用 `xianfeng after-restore --taken-at {backup_at}` 完成恢复，不要再次 restore (to be finished by after-restore)"
    )
}

/// What is being restored bears this name until it is whole.
const RESTORING: &str = ".restoring";

/// A backup that was restored.
#[derive(Debug)]
pub struct Restored {
    pub manifest: Manifest,
    pub revived: Revived,
    /// Votes that cannot be counted, since their keys are not there.
    pub without_key: Vec<SealedVote>,
}

impl Restored {
    /// What people must know of it, in lines.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.manifest.lines();
        lines.extend(self.revived.lines());
        for vote in &self.without_key {
            lines.push(format!(
                "注意：评选《{}》的密钥不在，其选票无法计票；如有备份旁的 .keys 文件，请放在备份旁重新恢复 (its key is missing)",
                vote.title
            ));
        }
        lines.push("启动前请确认密钥（secrets）与备份时相同；密钥不在备份中 (the same secrets are needed)".into());
        lines
    }
}

/// Puts the keys that lie beside the backup where the server looks for them; gives the votes that have none.
async fn put_keys(manifest: &Manifest, beside_it: Keys, config: &Config) -> Result<Vec<SealedVote>, String> {
    if manifest.sealed_votes.is_empty() {
        return Ok(Vec::new());
    }
    let store = KeyStore::open(config.vote_keys.places().0)?;
    for (name, key) in keys::of_votes(beside_it, &manifest.sealed_votes) {
        store.put(name, &key).await.map_err(|error| error.to_string())?;
    }
    let there = keys::read_store(&store).await.map_err(|error| error.to_string())?;
    Ok(keys::without_key(&manifest.sealed_votes, &there).into_iter().cloned().collect())
}

/// Where a backup is to be restored to.
struct Place {
    /// The SQLite file; `None` on PostgreSQL.
    database: Option<PathBuf>,
    /// The folder of attachments; `None` for a bucket.
    attachments: Option<PathBuf>,
}

impl Place {
    fn of(config: &Config) -> Result<Place, String> {
        let attachments = match Attachments::of(&config.files.files_place) {
            Attachments::Folder(folder) => Some(folder),
            Attachments::Bucket => None,
        };
        Ok(Place { database: config.database_url.strip_prefix("sqlite://").map(PathBuf::from), attachments })
    }

    /// Refuses a place where anything is that the backup could be mixed with.
    async fn check_vacant(&self, config: &Config, clock: Clock) -> Result<(), String> {
        let occupied = |path: &Path| format!("{} 已有内容；只能恢复到空的位置 (not empty)", path.display());
        if let Some(database) = &self.database {
            for ending in ["", "-wal", "-journal"] {
                let path = beside(database, ending);
                if path.exists() {
                    return Err(occupied(&path));
                }
            }
        } else {
            let db = Db::open(&config.database_url, clock, config.db_options()).map_err(|error| error.to_string())?;
            let empty = db.is_empty().await.map_err(|error| error.to_string());
            db.close();
            if !empty? {
                return Err(format!(
                    "DATABASE_URL 指向的数据库已有内容；只能恢复到空的数据库 (not empty)。若上一次恢复写入数据库后中断，{}",
                    how_to_finish("备份时刻")
                ));
            }
        }
        match &self.attachments {
            Some(folder) => match is_vacant(folder, RESTORING) {
                Ok(true) => Ok(()),
                Ok(false) => Err(occupied(folder)),
                Err(error) => Err(format!("{}: {error}", folder.display())),
            },
            None => Ok(()),
        }
    }

    /// Refuses a backup that this program or this database cannot hold.
    fn check_fits(&self, manifest: &Manifest, file: &Path) -> Result<(), String> {
        let file = file.display();
        if manifest.is_postgres() == self.database.is_some() {
            let (from, to) = if manifest.is_postgres() { ("PostgreSQL", "SQLite") } else { ("SQLite", "PostgreSQL") };
            return Err(format!("{file}: 这是 {from} 的备份，DATABASE_URL 指向的却是 {to} (of another database)"));
        }
        let unknown = db::unknown_migrations(&manifest.schema, manifest.is_postgres());
        if !unknown.is_empty() {
            return Err(format!(
                "{file}: 备份由较新的程序（{}）写成，本程序不认识其数据库结构 {}；请用同样新或更新的程序恢复 (of a newer schema)",
                manifest.program,
                unknown.join("、")
            ));
        }
        if self.attachments.is_none() && manifest.files().next().is_some() {
            return Err(format!(
                "{file}: 备份中有附件，而 XIANFENG_FILES 指向存储桶；请先恢复到文件夹，再把文件传入存储桶 (files need a folder)"
            ));
        }
        Ok(())
    }
}

/// Writes the attachments below `folder`; every file is on disk when this answers.
fn write_files(archive: &mut Archive, folder: &Path, progress: &Progress) -> Result<(), Fault> {
    let files: Vec<(Member, PathBuf)> = archive
        .manifest
        .files()
        .map(|(member, key)| Ok((member.clone(), folder.join(safe(key).ok_or(Fault::Changed(key.to_owned()))?))))
        .collect::<Result<_, Fault>>()?;
    let mut paced = Paced::new(progress);
    for (index, (member, path)) in files.iter().enumerate() {
        paced.say(|| format!("恢复附件 {} / {}", index + 1, files.len()));
        if let Some(parent) = path.parent() {
            make_folder(parent)?;
        }
        let mut to = BufWriter::new(private_file(path)?);
        archive.copy_to(member, &mut to, |_| {})?;
        to.into_inner().map_err(|error| Fault::Unreadable(error.to_string()))?.sync_all()?;
    }
    for (_, path) in &files {
        sync_folder_of(path)?;
    }
    Ok(())
}

/// A name from the archive as a path that stays below the folder it is joined to.
fn safe(key: &str) -> Option<&Path> {
    let path = Path::new(key);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    (inside && !key.is_empty()).then_some(path)
}

/// Writes the database beside its place, brings it up to date and makes it ready.
async fn restore_sqlite(
    mut archive: Archive,
    manifest: &Manifest,
    database: &Path,
    config: &Config,
    clock: Clock,
    progress: &Progress,
) -> Result<(Revived, Scratch), String> {
    let copy = Scratch::new(beside(database, RESTORING));
    if let Some(folder) = database.parent() {
        make_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let (path, member, progress) = (copy.0.clone(), database_of(manifest)?, progress.clone());
    let writing = move || -> Result<(), Fault> {
        let mut to: File = private_file(&path)?;
        write_database(&mut archive, &member, &mut to, &progress)?;
        Ok(to.sync_all()?)
    };
    beside_loop(writing).await?.map_err(|fault| fault.to_string())?;
    let there = Config { database_url: format!("sqlite://{}", copy.0.display()), ..config.clone() };
    let revived = revive_restored(&there, clock, Some(manifest.instant)).await?;
    if beside(&copy.0, "-wal").exists() {
        return Err("恢复的数据库没有正常关闭，请重试 (its log is still there)".into());
    }
    // its lock was for the time of restoring
    let _ = fs::remove_file(copy.0.with_extension("lock"));
    Ok((revived, copy))
}

/// Has `pg_restore` fill the empty database.
async fn fill_postgres(
    mut archive: Archive,
    manifest: &Manifest,
    config: &Config,
    progress: &Progress,
) -> Result<(), String> {
    let (url, member, progress) = (config.database_url.clone(), database_of(manifest)?, progress.clone());
    let pg_bin = config.backup.pg_bin();
    let writing = move || -> Result<(), String> {
        let mut reader = postgres::Reader::restore(pg_bin.as_deref(), &url)?;
        let written = write_database(&mut archive, &member, &mut reader, &progress);
        match written {
            // a dump that turned out to be damaged must not be committed
            Err(fault) => Err(fault.to_string()),
            Ok(()) => reader.finish(),
        }
    };
    beside_loop(writing).await?
}

fn database_of(manifest: &Manifest) -> Result<Member, String> {
    manifest.database().cloned().ok_or_else(|| "备份中没有数据库 (no database in it)".into())
}

fn write_database(
    archive: &mut Archive,
    member: &Member,
    to: &mut dyn Write,
    progress: &Progress,
) -> Result<(), Fault> {
    let mut paced = Paced::new(progress);
    archive.copy_to(member, to, |done| {
        paced.say(|| format!("恢复数据库 {} / {}", megabytes(done), megabytes(member.size)));
    })
}

/// Moves the attachments from the folder in which they were written to the one around it.
fn put_files(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.exists() {
        return Ok(()); // there were none
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::rename(entry.path(), to.join(entry.file_name()))?;
    }
    sync_folder_of(from)
}

async fn beside_loop<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())
}
