//! A backup a day, and which copies stay.

use std::path::Path;

use tempfile::TempDir;

use crate::support::TestApp;
use crate::support::process::pg_bin;
use xianfeng::operator::Operator;

/// The names in the folder, oldest first.
fn copies(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_has_one_backup_and_old_copies_go_only_after_a_good_one() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("copies");
    let mut arguments = vec![
        format!("--backup-folder={}", place.display()),
        "--backup-at=09:00".to_owned(),
        "--backup-copies=2".to_owned(),
    ];
    arguments.extend(pg_bin().map(|bin| format!("--pg-bin={}", bin.display())));
    let app = TestApp::start_with(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let backups = app.app.get::<Operator>().backups.clone();
    backups.keep_up().await;
    assert!(copies(&place).is_empty(), "it is not nine yet");
    for day in 1..=3 {
        app.set_clock(&format!("2026-07-0{day}T09:00:00+08:00"));
        backups.keep_up().await;
        backups.keep_up().await;
    }
    std::fs::write(place.join("notes.txt"), "not ours").unwrap();
    let kept = ["notes.txt", "xianfeng-2026-07-02.backup", "xianfeng-2026-07-03.backup"];
    assert_eq!(copies(&place), kept);

    // where the next one would be written something is in the way
    let obstacle = place.join("xianfeng-2026-07-04.backup.unproven");
    std::fs::create_dir(&obstacle).unwrap();
    app.set_clock("2026-07-04T09:00:00+08:00");
    backups.keep_up().await;
    std::fs::remove_dir(&obstacle).unwrap();
    assert_eq!(copies(&place), kept, "the old ones stay");
    app.advance_seconds(60);
    backups.keep_up().await;
    assert_eq!(copies(&place), kept, "it is not tried every minute");
    app.advance_seconds(15 * 60);
    backups.keep_up().await;
    assert_eq!(copies(&place), ["notes.txt", "xianfeng-2026-07-03.backup", "xianfeng-2026-07-04.backup"]);
}
