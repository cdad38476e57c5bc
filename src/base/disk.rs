//! How much room is left on a disk.

use std::io;
use std::path::Path;

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
}
