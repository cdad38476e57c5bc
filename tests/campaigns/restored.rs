//! A vote that was open when a backup was taken.

use std::sync::Arc;

use diesel::prelude::*;
use xianfeng::db::schema::campaign_tallies;
use xianfeng::on;
use xianfeng::oversight::backup::{self, Progress};

use super::{CLOSING, at, body, cast, organiser, voters, voting};
use crate::support::TestApp;
use crate::support::process::pg_bin;
use xianfeng::oversight::operator::Operator;

const VOTERS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_vote_is_counted_after_a_restore_with_its_key_and_named_without() {
    let tools: Vec<String> = pg_bin().iter().map(|bin| format!("--pg-bin={}", bin.display())).collect();
    let app = TestApp::start_with(&tools.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, VOTERS).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    for voter in &voters {
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    }
    let file = app.folder().join("copy.backup");
    let keys = app.folder().join("copy.backup.keys");
    let quiet: Progress = Arc::new(|_| {});
    let taken = app.app.get::<Operator>().backups.take(&file, &quiet).await.unwrap();
    assert!(taken.has_keys && taken.without_key.is_empty(), "{taken:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let key = serde_json::from_slice::<serde_json::Value>(&std::fs::read(&keys).unwrap()).unwrap();
    let key = key["keys"][0]["key"].as_str().unwrap().as_bytes().to_vec();
    let archive = std::fs::read(&file).unwrap();
    assert!(!archive.windows(key.len()).any(|window| window == key), "the key is in its own file only");

    let there = app.elsewhere();
    let restored = backup::restore(&file, &there.config(&tools), app.clock.clone(), &quiet).await.unwrap();
    assert!(restored.without_key.is_empty());
    assert!(restored.lines().iter().any(|line| line.contains("投票阶段，截止7月1日8时10分")), "{:?}", restored.lines());
    let restored = TestApp::over(there, app.clock.clone()).await;
    at(&restored, CLOSING).await;
    restored.advance_seconds(2 * 86_400);
    restored.tick().await;
    let counted: Vec<i32> = restored
        .db()
        .read(|conn| on!(conn, c => campaign_tallies::table.select(campaign_tallies::ballots_counted).load(c)))
        .await
        .unwrap();
    assert_eq!(counted, [i32::try_from(VOTERS).unwrap()]);

    std::fs::remove_file(&keys).unwrap();
    let there = app.elsewhere();
    let restored = backup::restore(&file, &there.config(&tools), app.clock.clone(), &quiet).await.unwrap();
    assert_eq!(restored.without_key.len(), 1);
    assert!(restored.lines().iter().any(|line| line.contains("其选票无法计票")), "{:?}", restored.lines());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_beside_copies_go_with_the_count_and_not_because_a_database_does_not_know_the_vote() {
    let place = tempfile::TempDir::new().unwrap();
    let mut arguments = vec![format!("--backup-folder={}", place.path().display()), "--backup-at=08:05".to_owned()];
    arguments.extend(pg_bin().map(|bin| format!("--pg-bin={}", bin.display())));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let app = TestApp::start_with(&arguments).await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 1).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    cast(&voters[0], &campaign, &[&entries[0]]).await.ok(201);
    let backups = app.app.get::<Operator>().backups.clone();
    app.set_clock("2026-07-01T08:05:00+08:00");
    backups.catch_up().await;
    let beside = |ending: &str| place.path().join(format!("xianfeng-2026-07-01.backup.keys{ending}"));
    let keys = std::fs::read(beside("")).unwrap();

    // a server on an empty database that was given the same folder
    let other = TestApp::start_with(&arguments).await;
    other.set_clock("2026-07-01T08:06:00+08:00");
    other.app.get::<Operator>().backups.catch_up().await;
    assert_eq!(std::fs::read(beside("")).unwrap(), keys, "they may be the only copies");

    // a process died while it took other keys out of the file
    std::fs::rename(beside(""), beside(".left")).unwrap();
    std::fs::write(beside(".left.new"), &keys[..20]).unwrap();
    backups.catch_up().await;
    assert_eq!(std::fs::read(beside("")).unwrap(), keys);
    assert!(!beside(".left").exists() && !beside(".left.new").exists());

    at(&app, CLOSING).await;
    backups.catch_up().await;
    assert!(!beside("").exists(), "the vote is counted");
    app.drain().await;
}
