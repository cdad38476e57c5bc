//! Backups, their verification and restoring, and the schedule.

mod drill;
mod restoring;
mod schedule;

use std::path::{Path, PathBuf};

use xianfeng::oversight::backup::archive::Archive;
use xianfeng::oversight::backup::manifest::Manifest;

use crate::support::process::{Site, complaint, printed, program};

/// Where a test puts its backup.
fn target(site: &Site) -> PathBuf {
    site.folder().join("copy.backup")
}

/// Takes a backup of `site`, through its server or without one.
async fn back_up(site: &Site) -> PathBuf {
    let file = target(site);
    printed(&site.command(&["backup", file.to_str().unwrap()]).await);
    file
}

fn manifest(file: &Path) -> Manifest {
    Archive::open(file).unwrap_or_else(|fault| panic!("{fault}")).manifest
}

async fn verify(file: &Path) -> std::process::Output {
    program(&["backup", "verify", file.to_str().unwrap()]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_says_what_it_holds_and_what_is_wrong_with_it() {
    let site = Site::open(5).await;
    let file = back_up(&site).await;
    let told = printed(&verify(&file).await);
    assert!(told.contains("完好") && told.contains("附件：0 个"), "{told}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(complaint(&site.command(&["backup", file.to_str().unwrap()]).await).contains("已存在"));
    let left: Vec<_> = std::fs::read_dir(site.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".part")), "{left:?}");

    let bytes = std::fs::read(&file).unwrap();
    let other = site.folder().join("other");
    for (content, hint) in [
        (bytes[..bytes.len() / 2].to_vec(), "不完整"),
        ([&bytes[..], b"\r\n"].concat(), "末尾多出 2 字节"),
        ([&bytes[..bytes.len() / 2], &[bytes[bytes.len() / 2] ^ 8], &bytes[bytes.len() / 2 + 1..]].concat(), "不一致"),
        (
            b"PK\x03\x04 a zip file of somebody else, long enough to be looked at ..............".to_vec(),
            "不是先锋的备份",
        ),
        (b"SQLite format 3\0".to_vec(), "不是先锋的备份"),
    ] {
        std::fs::write(&other, content).unwrap();
        let told = complaint(&verify(&other).await);
        assert!(told.contains(hint), "{hint}: {told}");
    }
    assert!(complaint(&verify(Path::new("/nowhere/at/all")).await).contains("无法读取"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_never_replaces_the_keys_of_another() {
    let site = Site::open(1).await;
    let (file, keys) = (target(&site), site.folder().join("copy.backup.keys"));
    // the backup itself may have been taken away, and its keys be all that opens its votes
    std::fs::write(&keys, "the keys of an older backup").unwrap();
    let told = complaint(&site.command(&["backup", file.to_str().unwrap()]).await);
    assert!(told.contains(&format!("{} 已存在", keys.display())), "{told}");
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), "the keys of an older backup");
    let mut left: Vec<_> = std::fs::read_dir(site.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name.to_string_lossy().starts_with("copy"));
    assert_eq!(left, ["copy.backup.keys"], "and nothing is left beside them");
    std::fs::remove_file(&keys).unwrap();
    back_up(&site).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_holds_no_secret() {
    let site = Site::open(2).await;
    let file = back_up(&site).await;
    let secrets: serde_json::Value =
        serde_json::from_slice(&std::fs::read(site.folder().join("secrets.json")).unwrap()).unwrap();
    let folder = site.folder().join("unpacked");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&file).unwrap()).unwrap();
    zip.extract(&folder).unwrap();
    let keys =
        [&secrets["session_key"], &secrets["phone_key"], &secrets["ballot_key"], &secrets["token_keys"][0]["key"]];
    for name in manifest(&file).members.iter().map(|member| member.name.clone()) {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        for key in keys {
            let key = key.as_str().unwrap().as_bytes();
            assert!(!bytes.windows(key.len()).any(|window| window == key), "a key lies in {name}");
        }
    }
}
