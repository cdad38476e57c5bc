//! Verifying a backup: every byte is read and summed, and the database is opened and looked through.

use std::io;
use std::path::{Path, PathBuf};

use super::archive::Archive;
use super::manifest::{Manifest, Member, SQLITE, megabytes};
use super::scratch::{Scratch, beside, private_file};
use super::{Paced, Progress, postgres};
use crate::db;

/// Reads the backup in `file` from end to end and says what it holds, or what is wrong with it.
///
/// Needs room for the database beside the file, or else in the system's temporary folder. Long, and not for the event
/// loop. `pg_bin` is where `pg_restore` lies, unless it is on the PATH.
pub fn verify(file: &Path, pg_bin: Option<&Path>, progress: &Progress) -> Result<Manifest, String> {
    let told = |fault: super::archive::Fault| format!("{}: {fault}", file.display());
    let mut archive = Archive::open(file).map_err(told)?;
    let manifest = archive.manifest.clone();
    let Some(database) = manifest.database() else {
        return Err(format!("{}: 备份中没有数据库 (no database in it)", file.display()));
    };
    for member in manifest.members.iter().filter(|member| *member != database) {
        archive.copy_to(member, &mut io::sink(), |_| {}).map_err(told)?;
    }
    match database.name.as_str() {
        SQLITE => check_sqlite(file, &mut archive, database, progress)?,
        _ => check_dump(file, &mut archive, database, pg_bin, progress)?,
    }
    Ok(manifest)
}

/// Takes the database out of the archive and has SQLite look through it.
fn check_sqlite(file: &Path, archive: &mut Archive, member: &Member, progress: &Progress) -> Result<(), String> {
    let complaint =
        |cause: String| format!("{}: 其中的数据库有问题：{cause} (the database is not sound)", file.display());
    let (copy, mut to) = room_for_copy(file)?;
    let mut paced = Paced::new(progress);
    let told = |done| paced.say(|| format!("检查数据库 {} / {}", megabytes(done), megabytes(member.size)));
    archive.copy_to(member, &mut to, told).map_err(|fault| format!("{}: {fault}", file.display()))?;
    let mut conn = db::open_copy(&copy.0).map_err(|error| complaint(error.to_string()))?;
    let found = db::complaints(&mut conn).map_err(|error| complaint(error.to_string()))?;
    if !found.is_empty() {
        return Err(complaint(found.join("；")));
    }
    match db::applied_migrations(&mut conn) {
        Ok(schema) if schema == archive.manifest.schema => Ok(()),
        Ok(_) => Err(complaint("数据库结构与清单不符".into())),
        Err(error) => Err(complaint(error.to_string())),
    }
}

/// Has `pg_restore` look through the dump.
fn check_dump(
    file: &Path,
    archive: &mut Archive,
    member: &Member,
    pg_bin: Option<&Path>,
    progress: &Progress,
) -> Result<(), String> {
    let mut reader = postgres::Reader::check(pg_bin)?;
    let mut paced = Paced::new(progress);
    let told = |done| paced.say(|| format!("检查数据库 {} / {}", megabytes(done), megabytes(member.size)));
    archive.copy_to(member, &mut reader, told).map_err(|fault| format!("{}: {fault}", file.display()))?;
    reader.finish().map_err(|cause| format!("{}: {cause}", file.display()))
}

/// An empty file beside `file`, or in the system's temporary folder where that may not be written to.
fn room_for_copy(file: &Path) -> Result<(Scratch, std::fs::File), String> {
    let name = format!(".{}.verify.db", std::process::id());
    let elsewhere = std::env::temp_dir().join(format!("xianfeng{name}"));
    let mut cause = String::new();
    for path in [beside(file, &name), elsewhere] as [PathBuf; 2] {
        match private_file(&path) {
            Ok(opened) => return Ok((Scratch(path), opened)),
            Err(error) => cause = format!("{}: {error}", path.display()),
        }
    }
    Err(cause)
}
