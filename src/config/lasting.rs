//! Whether a folder outlasts the next start of the program. In a container it may lie in memory, in the container's own
//! layer, or in a volume without a name, all of which go with the container; the data usually does not.

use std::path::{Path, PathBuf};

use crate::kernel::private_files;

/// Filesystems that end with the machine's or the container's run.
const PASSING: [&str; 5] = ["tmpfs", "ramfs", "overlay", "aufs", "fuse.fuse-overlayfs"];

/// Digits of the name that an engine gives to a volume without one.
const NAMELESS: usize = 64;

/// Why what is written to `folder` may be lost sooner than what lies in `data`, as the end of a sentence; `None` when it
/// can be written to and stays as long.
pub(super) fn doubt(folder: &Path, data: &Path) -> Option<String> {
    if let Err(error) = try_out(folder) {
        return Some(format!("cannot be written to ({error})"));
    }
    // elsewhere than on Linux there are no containers to be careful of
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    judge(&mounts, &existing(folder)?, &existing(data)?).map(str::to_owned)
}

fn try_out(folder: &Path) -> std::io::Result<()> {
    let file = folder.join(format!(".try-{}", std::process::id()));
    private_files::write(&file, b"")?;
    private_files::destroy(&file)
}

/// The folder, or the nearest one above it that exists, without links.
fn existing(folder: &Path) -> Option<PathBuf> {
    let full = std::path::absolute(folder).ok()?;
    full.ancestors().find_map(|path| path.canonicalize().ok())
}

/// What a line of mountinfo says (proc_pid_mountinfo(5)).
struct Mount<'t> {
    id: &'t str,
    /// What of its filesystem is mounted.
    root: &'t str,
    at: PathBuf,
    kind: &'t str,
}

impl Mount<'_> {
    fn parse(line: &str) -> Option<Mount<'_>> {
        let (place, source) = line.split_once(" - ")?;
        let mut fields = place.split(' ');
        let (id, root, at) = (fields.next()?, fields.nth(2)?, fields.next()?);
        Some(Mount { id, root, at: at.replace("\\040", " ").into(), kind: source.split(' ').next()? })
    }

    fn is_nameless(&self) -> bool {
        let random = |part: &str| part.len() == NAMELESS && part.bytes().all(|digit| digit.is_ascii_hexdigit());
        self.root.split('/').any(random)
    }
}

fn judge(mounts: &str, folder: &Path, data: &Path) -> Option<&'static str> {
    let mounts: Vec<Mount> = mounts.lines().filter_map(Mount::parse).collect();
    let of = |path: &Path| {
        let above = mounts.iter().filter(|mount| path.starts_with(&mount.at));
        above.max_by_key(|mount| mount.at.components().count())
    };
    let (folder, data) = (of(folder)?, of(data)?);
    match folder {
        _ if folder.id == data.id => None,
        _ if PASSING.contains(&folder.kind) => Some("would be gone with this container or at the next start"),
        _ if folder.is_nameless() => Some("is a volume without a name, which goes with this container"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTAINER: &str = "\
        600 500 0:50 / / rw,relatime - overlay overlay rw\n\
        601 600 8:1 /var/lib/docker/volumes/xianfeng/_data /xianfeng/data rw master:1 - ext4 /dev/sda1 rw\n\
        602 600 8:1 /var/lib/docker/volumes/xianfeng-secrets/_data /named rw - ext4 /dev/sda1 rw\n\
        603 600 8:1 /var/lib/docker/volumes/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/_data \
        /nameless rw - ext4 /dev/sda1 rw\n\
        604 600 0:60 / /in\\040memory rw - tmpfs tmpfs rw\n";

    #[test]
    fn only_what_stays_as_long_as_the_data_lasts() {
        let judge = |folder: &str| judge(CONTAINER, Path::new(folder), Path::new("/xianfeng/data")).is_none();
        assert!(judge("/named/votes"));
        assert!(judge("/xianfeng/data/files"), "it is on the data's own volume");
        assert!(!judge("/xianfeng/secrets"), "the container's layer");
        assert!(!judge("/nameless/votes"));
        assert!(!judge("/in memory"));
        let layer = super::judge(CONTAINER, Path::new("/srv/secrets"), Path::new("/srv/data"));
        assert_eq!(layer, None, "where the data is as short-lived, nothing is worse");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_in_doubt() {
        let folder = tempfile::tempdir().unwrap();
        let (file, data) = (folder.path().join("file"), folder.path().join("data"));
        std::fs::write(&file, "").unwrap();
        assert!(doubt(&file.join("secrets"), &data).unwrap().starts_with("cannot be written to"));
        assert_eq!(doubt(&folder.path().join("secrets"), &data), None);
    }
}
