//! A backup a day, and which copies stay.

use std::path::Path;

use tempfile::TempDir;

use crate::support::process::pg_bin;
use xianfeng::oversight::operator::Operator;

use crate::support::{Person, TestApp, send};

/// The names in the folder, oldest first.
fn copies(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// An app that puts a backup into `place` at nine each day and keeps so many.
async fn app_with_copies(place: &Path, copies: usize) -> TestApp {
    let mut arguments = vec![
        format!("--backup-folder={}", place.display()),
        "--backup-at=09:00".to_owned(),
        format!("--backup-copies={copies}"),
    ];
    arguments.extend(pg_bin().map(|bin| format!("--pg-bin={}", bin.display())));
    TestApp::start_with(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await
}

/// Uploads a file; its path in the API.
async fn upload(who: &Person<'_>) -> String {
    let request = who.request(reqwest::Method::POST, "/files").header("x-file-name", "a.pdf");
    let file = send(request.body("%PDF-1.4\n%%EOF\n")).await.ok(201);
    format!("/files/{}", file["id"].as_str().unwrap())
}

/// Where the bytes of an uploaded file lie.
fn bytes_of(app: &TestApp, path: &str) -> std::path::PathBuf {
    app.folder().join("files/2026-07-01").join(path.rsplit('/').next().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_has_one_backup_and_old_copies_go_only_after_a_good_one() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("copies");
    let app = app_with_copies(&place, 2).await;
    let backups = app.app.get::<Operator>().backups.clone();
    backups.catch_up().await;
    assert!(copies(&place).is_empty(), "it is not nine yet");
    for day in 1..=3 {
        app.set_clock(&format!("2026-07-0{day}T09:00:00+08:00"));
        backups.catch_up().await;
        backups.catch_up().await;
    }
    std::fs::write(place.join("notes.txt"), "not ours").unwrap();
    let kept = ["notes.txt", "xianfeng-2026-07-02.backup", "xianfeng-2026-07-03.backup"];
    assert_eq!(copies(&place), kept);

    // where the next one would be written something is in the way
    let obstacle = place.join("xianfeng-2026-07-04.backup.unproven");
    std::fs::create_dir(&obstacle).unwrap();
    app.set_clock("2026-07-04T09:00:00+08:00");
    backups.catch_up().await;
    std::fs::remove_dir(&obstacle).unwrap();
    assert_eq!(copies(&place), kept, "the old ones stay");
    app.advance_seconds(60);
    backups.catch_up().await;
    assert_eq!(copies(&place), kept, "it is not tried every minute");
    app.advance_seconds(15 * 60);
    backups.catch_up().await;
    assert_eq!(copies(&place), ["notes.txt", "xianfeng-2026-07-03.backup", "xianfeng-2026-07-04.backup"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_lacks_attachments_lets_no_older_one_go() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("copies");
    let app = app_with_copies(&place, 1).await;
    let backups = app.app.get::<Operator>().backups.clone();
    let li = app.member("李一").sign_in().await;
    let file = upload(&li).await;
    let copy = |day: u8| format!("xianfeng-2026-07-0{day}.backup");
    let on = async |day: u8| {
        app.set_clock(&format!("2026-07-0{day}T09:00:00+08:00"));
        backups.catch_up().await;
        copies(&place)
    };
    assert_eq!(on(1).await, [copy(1)]);
    std::fs::remove_file(bytes_of(&app, &file)).unwrap();
    assert_eq!(on(2).await, [copy(1), copy(2)]);
    // what cannot be read, which is no reason to have no backup
    std::fs::create_dir(bytes_of(&app, &file)).unwrap();
    assert_eq!(on(3).await, [copy(1), copy(2), copy(3)]);
    app.sign_in_anew(&li).await.delete(&file).await.ok(204);
    assert_eq!(on(4).await, [copy(4)], "nobody misses the bytes of what was deleted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_backup_left_goes_before_the_next_one_and_its_keys_are_overwritten() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("copies");
    let app = app_with_copies(&place, 2).await;
    let backups = app.app.get::<Operator>().backups.clone();
    std::fs::create_dir(&place).unwrap();
    let left = |day: u8, part: &str| place.join(format!("xianfeng-2026-07-0{day}.backup.unproven{part}"));
    let leftovers = [(1, ".keys"), (1, ".part.db"), (2, ".keys"), (2, ""), (2, ".17.verify.db"), (2, ".part")];
    for (day, part) in leftovers {
        std::fs::write(left(day, part), "of a process that died").unwrap();
    }
    let witness = folder.path().join("witness");
    std::fs::hard_link(left(1, ".keys"), &witness).unwrap();

    // unless another process is writing
    let written = std::fs::File::open(left(2, ".part")).unwrap();
    written.lock().unwrap();
    app.set_clock("2026-07-02T09:00:00+08:00");
    backups.catch_up().await;
    assert!(left(2, ".part").exists() && !place.join("xianfeng-2026-07-02.backup").exists());
    drop(written);
    app.advance_seconds(15 * 60);
    backups.catch_up().await;
    assert_eq!(copies(&place), ["xianfeng-2026-07-02.backup"]);
    assert!(std::fs::read(&witness).unwrap().iter().all(|byte| *byte == 0));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_transaction_stays_open_while_attachments_are_copied() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("copies");
    let app = app_with_copies(&place, 2).await;
    let file = upload(&app.member("李一").sign_in().await).await;
    // a file whose bytes do not come for as long as somebody has it open
    let silent = bytes_of(&app, &file);
    std::fs::remove_file(&silent).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&silent).status().unwrap().success());
    app.set_clock("2026-07-01T09:00:00+08:00");
    let backups = app.app.get::<Operator>().backups.clone();
    let taking = tokio::spawn(async move { backups.catch_up().await });
    let opened = tokio::task::spawn_blocking(move || std::fs::OpenOptions::new().write(true).open(silent));
    let held = opened.await.unwrap().unwrap();
    assert!(app.db().older_have_ended().await.unwrap(), "a count would wait for it");
    drop(held);
    taking.await.unwrap();
    assert_eq!(copies(&place), ["xianfeng-2026-07-01.backup"]);
}
