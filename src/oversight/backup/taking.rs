//! Taking a backup: a copy of the database at one instant, then the attachments that it names.
//!
//! Attachments are never changed, and their bytes are stored before their rows: what the copy names was there. What was
//! deleted since is named in the manifest, and so is what cannot be read, since a database without one picture is worth more
//! than no backup; anyone who takes a backup looks at what is named.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use super::archive::{NotAdded, Packing, Writer};
use super::keys::{self, Keys};
use super::manifest::{Elsewhere, FILES, FORMAT, Manifest, POSTGRES, SQLITE, SealedVote, megabytes};
use super::scratch::{Scratch, beside, private_file, sync_folder_of};
use super::{Attachments, Backups, Paced, Progress, postgres};
use crate::base::time::Timestamp;
use crate::db::{self, Conn, Db, Snapshot};
use crate::ground::files::{self, StoredFile};
use crate::judging::campaigns;
use crate::kernel::private_files::{destroy, make_folder};

/// Rows of attachments that are read at once.
const CHUNK: i64 = 500;

/// How often the growing copy is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// A backup that was taken.
#[derive(Debug)]
pub struct Taken {
    pub manifest: Manifest,
    /// Of the whole file, in bytes.
    pub size: u64,
    /// Whether keys of votes were written beside it.
    pub has_keys: bool,
    /// Votes that are sealed and whose keys were not found.
    pub without_key: Vec<SealedVote>,
}

impl Taken {
    /// What there is to say about the backup in `file`, in lines for people.
    pub fn lines(&self, file: &Path) -> Vec<String> {
        let mut lines = vec![format!("备份已写入 {}，{}", file.display(), megabytes(self.size))];
        lines.extend(self.manifest.lines());
        if self.has_keys {
            lines.push(format!(
                "未计票的选票的密钥在 {}：没有它，恢复后这些选票无法计票；请与备份分开保管，计票后销毁 (keys of votes)",
                keys::path_of(file).display()
            ));
        }
        for vote in &self.without_key {
            lines.push(format!("注意：评选《{}》的密钥没有找到，恢复后其选票无法计票", vote.title));
        }
        lines.push("密钥（secrets）不在备份中，恢复时需要同一份密钥，请另行妥善保管 (secrets are not in it)".into());
        lines
    }
}

/// The database as it is at one instant, to be put into an archive.
enum Source {
    Sqlite { copy: Scratch, conn: Conn, at: Timestamp },
    Postgres(Snapshot),
}

impl Source {
    fn conn(&mut self) -> &mut Conn {
        match self {
            Source::Sqlite { conn, .. } => conn,
            Source::Postgres(snapshot) => &mut snapshot.conn,
        }
    }

    fn at(&self) -> Timestamp {
        match self {
            Source::Sqlite { at, .. } => *at,
            Source::Postgres(snapshot) => snapshot.at,
        }
    }
}

impl Backups {
    /// Writes a backup into `file`, which must not exist yet; the file is there once it is whole.
    pub async fn take(&self, file: &Path, progress: &Progress) -> Result<Taken, String> {
        let Ok(_turn) = self.turn.try_lock() else {
            return Err("另一次备份正在进行，请稍后再试 (another backup is being taken)".into());
        };
        let complaint = |error: std::io::Error| format!("{}: {error}", file.display());
        if file.try_exists().map_err(complaint)? {
            return Err(format!("{} 已存在，不会覆盖 (exists already)", file.display()));
        }
        let beside_it = keys::path_of(file);
        if beside_it.try_exists().map_err(complaint)? {
            return Err(format!("{} 已存在，不会覆盖 (exists already)", beside_it.display()));
        }
        if let Some(folder) = file.parent() {
            make_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let part = beside(file, ".part");
        let target = private_file(&part).map_err(|error| format!("{}: {error}", part.display()))?;
        let part = Scratch(part);
        let mut found = self.read_keys(progress).await;
        let source = self.source(file, progress).await?;
        // a vote may have opened before the instant or been counted since
        found.extend(self.read_keys(progress).await);
        let (this, progress) = (self.clone(), progress.clone());
        let writing = tokio::task::spawn_blocking(move || this.write(source, target, &progress));
        let manifest = writing.await.map_err(|error| error.to_string())??;
        let found = keys::of_votes(found, &manifest.sealed_votes);
        if !found.is_empty() {
            keys::write(&beside_it, &found).map_err(complaint)?;
        }
        if let Err(error) = fs::rename(&part.0, file).and_then(|()| sync_folder_of(file)) {
            let _ = destroy(&beside_it); // without the backup nobody would look for it
            return Err(complaint(error));
        }
        let size = fs::metadata(file).map_err(complaint)?.len();
        let without_key = keys::without_key(&manifest.sealed_votes, &found).into_iter().cloned().collect();
        Ok(Taken { has_keys: !found.is_empty(), without_key, manifest, size })
    }

    /// The keys of votes. A place that cannot be read is no reason to have no backup: the votes without keys are named.
    async fn read_keys(&self, progress: &Progress) -> Keys {
        keys::read_store(&self.vote_keys).await.unwrap_or_else(|error| {
            progress(format!("选票密钥读不到：{error}"));
            Keys::new()
        })
    }

    /// The database as it is now.
    async fn source(&self, file: &Path, progress: &Progress) -> Result<Source, String> {
        if self.db.is_postgres() {
            return self.db.export_snapshot().await.map(Source::Postgres).map_err(|error| error.to_string());
        }
        let copy = Scratch::new(beside(file, ".part.db"));
        // made first, so that nobody else may read it
        drop(private_file(&copy.0).map_err(|error| format!("{}: {error}", copy.0.display()))?);
        let at = copy_watched(&self.db, &copy.0, progress).await?;
        let conn = db::open_copy(&copy.0).map_err(|error| error.to_string())?;
        Ok(Source::Sqlite { copy, conn, at })
    }

    /// Writes everything into the archive; long, and not for the event loop.
    fn write(&self, mut source: Source, target: File, progress: &Progress) -> Result<Manifest, String> {
        let mut writer = Writer::new(target).map_err(|error| error.to_string())?;
        let stored = list_all_stored(source.conn())?;
        let mut manifest = Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").into(),
            schema: db::applied_migrations(source.conn()).map_err(|error| error.to_string())?,
            instant: source.at(),
            members: Vec::new(),
            elsewhere: Vec::new(),
            missing: Vec::new(),
            sealed_votes: sealed_votes(source.conn())?,
        };
        self.write_database(&mut writer, &source, progress)?;
        // a snapshot holds up the counting of votes and the cleaning of tables, and attachments may take hours
        drop(source);
        self.write_files(&mut writer, stored, &mut manifest, progress)?;
        manifest.members = writer.members().to_vec();
        writer.finish(&manifest).map_err(|error| error.to_string())?;
        Ok(manifest)
    }

    fn write_database(&self, writer: &mut Writer, source: &Source, progress: &Progress) -> Result<(), String> {
        let mut paced = Paced::new(progress);
        match source {
            Source::Sqlite { copy, .. } => {
                let mut file = File::open(&copy.0).map_err(|error| error.to_string())?;
                let size = file.metadata().map_or(0, |data| data.len());
                let told = |done| paced.say(|| format!("写入数据库 {} / {}", megabytes(done), megabytes(size)));
                writer.add(SQLITE, Packing::Deflated, &mut file, told).map_err(|error| error.to_string())?;
            }
            Source::Postgres(snapshot) => {
                let url = self.db.url();
                let mut dump = postgres::Dump::start(self.config.pg_bin().as_deref(), url, &snapshot.id)?;
                let told = |done| paced.say(|| format!("写入数据库 {}", megabytes(done)));
                let added = writer.add(POSTGRES, Packing::Stored, dump.output(), told).map(drop);
                dump.finish()?;
                added.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// Writes every attachment that the copy names, or names it where it lies elsewhere.
    fn write_files(
        &self,
        writer: &mut Writer,
        stored: Vec<StoredFile>,
        manifest: &mut Manifest,
        progress: &Progress,
    ) -> Result<(), String> {
        let (mut paced, count) = (Paced::new(progress), stored.len());
        for (index, row) in stored.into_iter().enumerate() {
            paced.say(|| format!("写入附件 {} / {count}", index + 1));
            match &self.attachments {
                Attachments::Folder(folder) => write_file(writer, folder, &row, manifest)?,
                Attachments::Bucket => {
                    manifest.elsewhere.push(Elsewhere { key: row.key, size: row.size, sha256: row.sha256 });
                }
            }
        }
        Ok(())
    }
}

/// Every attachment of the copy; the manifest names each of them anyway, so memory holds them all.
fn list_all_stored(conn: &mut Conn) -> Result<Vec<StoredFile>, String> {
    let mut all: Vec<StoredFile> = Vec::new();
    loop {
        let after = all.last().map(|last| last.id);
        let rows = files::list_stored(conn, after, CHUNK).map_err(|error| error.to_string())?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}

/// Copies the database file, and says how far that has come.
async fn copy_watched(db: &Db, to: &Path, progress: &Progress) -> Result<Timestamp, String> {
    let size = db.file().and_then(|file| fs::metadata(file).ok()).map_or(0, |data| data.len());
    let mut copying = std::pin::pin!(db.copy_to(to.to_owned()));
    let mut pace = tokio::time::interval(LOOK);
    pace.tick().await;
    loop {
        tokio::select! {
            copied = &mut copying => return copied.map_err(|error| error.to_string()),
            _ = pace.tick() => {
                let done = fs::metadata(to).map_or(0, |data| data.len());
                progress(format!("复制数据库 {} / {}", megabytes(done), megabytes(size)));
            }
        }
    }
}

/// Adds one attachment and its thumbnail. Bytes that are gone, cannot be read, or are not what the row says, are named.
fn write_file(writer: &mut Writer, folder: &Path, row: &StoredFile, manifest: &mut Manifest) -> Result<(), String> {
    for (key, sha256) in [(Some(&row.key), Some(&row.sha256)), (row.thumbnail.as_ref(), None)] {
        let Some(key) = key else { continue };
        let failed = |error: io::Error| format!("{key}: {error}");
        let Some(mut file) = open_stored(&folder.join(key)).map_err(failed)? else {
            manifest.missing.push(key.clone());
            continue;
        };
        match writer.add(&format!("{FILES}{key}"), Packing::Stored, &mut file, |_| {}) {
            Ok(member) if sha256.is_none_or(|sha256| *sha256 == member.sha256) => {}
            Ok(_) | Err(NotAdded::Source(_)) => manifest.missing.push(key.clone()),
            Err(NotAdded::Archive(error)) => return Err(failed(error)),
        }
    }
    Ok(())
}

/// The bytes of an attachment; `None` where this one is not to be had. What says nothing about the one, such as too many
/// open files, stops the backup: it may pass, and would else be found missing in the restored place.
fn open_stored(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The votes whose ballots are sealed in the copy.
fn sealed_votes(conn: &mut Conn) -> Result<Vec<SealedVote>, String> {
    let votes = campaigns::list_sealed_votes(conn).map_err(|error| error.to_string())?;
    Ok(votes.into_iter().map(|(id, title)| SealedVote { id: id.uuid(), title }).collect())
}
