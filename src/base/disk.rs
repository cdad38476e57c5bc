//! How much room is left on a disk, and who may look at what lies there.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How often a lock is tried that somebody has, and how long is waited between.
const LOCK_TRIES: usize = 25;
const LOCK_WAIT: Duration = Duration::from_millis(20);

/// Room on the disk on which something lies, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// What the program may still take.
    pub free: u64,
    pub whole: u64,
}

/// The room on the disk of `path`, or of the nearest folder above it that is there.
#[cfg(unix)]
pub fn room(path: &Path) -> io::Result<Room> {
    let here = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let here = if here.as_os_str().is_empty() { Path::new(".") } else { here };
    let found = rustix::fs::statvfs(here)?;
    Ok(Room {
        free: found.f_bavail.saturating_mul(found.f_frsize),
        whole: found.f_blocks.saturating_mul(found.f_frsize),
    })
}

/// The room on the disk of `path`.
#[cfg(not(unix))]
pub fn room(_: &Path) -> io::Result<Room> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Locks a file for this process alone; false when another one has it. Waits half a second at most.
///
/// A lock that was let go may last a moment longer: a program that was being started at that instant has every open file until
/// it runs.
pub fn lock(file: &File) -> io::Result<bool> {
    for tried in 1..=LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if tried == LOCK_TRIES => break,
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_WAIT),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

/// Makes a folder that nobody but the program's user may look into, and those above it that are not there. One that is
/// there stays as it is, since it may hold more than what is ours.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes a database file, and what SQLite keeps beside it, from everybody but the program's user: it was made by a program
/// that left that to the system.
#[cfg(unix)]
pub fn close_to_others(database: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let beside = |ending: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        std::path::PathBuf::from(name)
    };
    for file in [beside(""), beside("-wal"), beside("-shm"), database.with_extension("lock")] {
        match std::fs::metadata(&file) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                match std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)) {
                    // whose it is has to do so
                    Err(error) if error.kind() != io::ErrorKind::PermissionDenied => return Err(error),
                    _ => {}
                }
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Other systems have no such rights.
#[cfg(not(unix))]
pub fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Has everything that this process makes belong to its user alone: files 0600 and folders 0700. Once, before there are threads.
pub fn keep_to_ourselves() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_lies_on_the_disk_of_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let (here, later) = (room(folder.path()).unwrap(), room(&folder.path().join("a/b")).unwrap());
        assert!(here.whole > 0 && here.free <= here.whole);
        assert_eq!(here.whole, later.whole);
        assert!(room(Path::new("nowhere/at/all")).is_ok());
    }

    #[test]
    fn a_lock_that_is_let_go_soon_is_waited_for_and_one_that_is_kept_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let open =
            || File::options().create(true).truncate(false).write(true).open(folder.path().join("lock")).unwrap();
        let held = open();
        assert!(lock(&held).unwrap());
        assert!(!lock(&open()).unwrap());
        // what a program that is being started has of every open file
        let inherited = held.try_clone().unwrap();
        drop(held);
        let gone = std::thread::spawn(move || {
            std::thread::sleep(LOCK_WAIT * 3);
            drop(inherited);
        });
        assert!(lock(&open()).unwrap());
        gone.join().unwrap();
    }
}
