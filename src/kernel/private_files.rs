//! Files that nobody but the server's user may read, and that are on disk once they count as written.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What the name of a file ends with until [`write_whole`] has written it.
pub const UNFINISHED: &str = ".new";

/// Makes a folder that nobody but the server's user may look into, and those above it, so that they outlive a power cut.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(Path::new(""));
    make_folder(above)?;
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_folder(above)
}

/// Writes a file of mode 0600 in a folder of mode 0700; what was there under its name is replaced.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    make_folder(folder)?;
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    sync_folder(folder)
}

/// Like [`write`], so that nobody ever sees a part of the file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = unfinished(path);
    write(&unfinished, bytes)?;
    std::fs::rename(&unfinished, path)?;
    sync_folder(path.parent().unwrap_or(Path::new("")))
}

/// Destroys what a process left that died while it wrote `path` by [`write_whole`].
pub fn destroy_unfinished(path: &Path) -> io::Result<()> {
    destroy(&unfinished(path))
}

/// Under which name a file is written; the whole name and more, so that files that differ in their extensions do not meet.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}

/// Overwrites a file with zeros and removes it; nothing happens where there is none.
pub fn destroy(path: &Path) -> io::Result<()> {
    let mut file = match File::options().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    match std::fs::remove_file(path) {
        // another server destroys it, too
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    sync_folder(path.parent().unwrap_or(Path::new("")))
}

/// Has the entries of a folder written to disk, where the system can be asked to.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}
