//! Files and folders on their way: readable by their owner alone, gone unless they are kept.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::base::disk::lock;

/// `path` with `ending` added to its whole name.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A file that only its owner may read, empty; made or emptied.
pub fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    check_lock(&file)?;
    file.set_len(0)?;
    Ok(file)
}

/// Refuses a file that another process is writing, as [`private_file`] does.
pub fn check_abandoned(path: &Path) -> io::Result<()> {
    check_lock(&File::open(path)?)
}

/// A file that is there was left over by a process that died, or is written by one that lives.
fn check_lock(file: &File) -> io::Result<()> {
    match lock(file)? {
        true => Ok(()),
        false => Err(io::Error::other("另一个进程正在写这个文件 (being written)")),
    }
}

/// Makes what happened to the names in the folder of `path` last.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// What the root of a file system of its own has in it from the start.
const LOST_AND_FOUND: &str = "lost+found";

/// Whether there is nothing: no such path, or a folder with nothing in it but what an interrupted attempt left under the
/// name `but`.
pub fn is_vacant(path: &Path, but: &str) -> io::Result<bool> {
    let counts_for_nothing = |name: &OsStr| name == but || name == LOST_AND_FOUND;
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.all(|entry| entry.is_ok_and(|entry| counts_for_nothing(&entry.file_name())))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(error),
    }
}

/// A path under which something is made that goes away with this, unless it was moved.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Takes away what an earlier attempt has left there.
    pub fn new(path: PathBuf) -> Scratch {
        let scratch = Scratch(path);
        scratch.remove();
        scratch
    }

    fn remove(&self) {
        if self.0.is_dir() {
            let _ = fs::remove_dir_all(&self.0);
        } else {
            for ending in ["", "-wal", "-shm", "-journal"] {
                let _ = fs::remove_file(beside(&self.0, ending));
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.remove();
    }
}
