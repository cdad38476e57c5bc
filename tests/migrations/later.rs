//! A database that a later release has migrated: an older program says so and leaves it as it is.

use std::time::Duration;

use diesel::prelude::*;
use xianfeng::db::applied_migrations;
use xianfeng::db::schema::trail;
use xianfeng::on;

use crate::support::process::{Site, complaint, free_address, printed};

const LATER: &str = "99990101000001";

fn lines_of_the_trail(site: &Site) -> i64 {
    on!(&mut site.connect(), c => trail::table.count().get_result(c)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_program_refuses_a_newer_database_in_a_sentence_and_leaves_it_as_it_is() {
    let site = Site::open(1).await;
    let there = site.folder().join("copy.backup");
    let (file, backup) = (site.folder().join("units.csv"), there.to_str().unwrap());
    std::fs::write(&file, "编码,名称,简称,上级编码,类型\nZB9,北支部,北支部,JT,党支部\n").unwrap();
    let file = file.to_str().unwrap();
    let port = format!("--port={}", free_address().port());
    let nobody = "0197c000-0000-7000-8000-000000000000";
    printed(&site.command(&["migrate"]).await);
    site.run(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{LATER}')"));
    let before = (applied_migrations(&mut site.connect()).unwrap(), lines_of_the_trail(&site));
    for command in [
        &["serve", &port][..],
        &["demo", &port],
        &["work"],
        &["migrate"],
        &["admin", "create", "--employee-no", "A0001", "--name", "张三"],
        &["import", "units", file],
        &["import", "members", file],
        &["import", "questions", file],
        &["rebuild-boards"],
        &["rebuild-boards", "--dry-run"],
        &["recount", nobody],
        &["backup", backup],
        &["after-restore"],
        &["outbox", "list"],
        &["outbox", "release", "--all"],
        &["outbox", "discard", "--all"],
    ] {
        let ended = tokio::time::timeout(Duration::from_secs(60), site.command(command)).await;
        let said = complaint(&ended.unwrap_or_else(|_| panic!("{command:?} goes on")));
        let named = said.contains("较新的程序") && said.contains("更新的程序") && said.contains("恢复");
        assert!(named && said.contains(LATER) && said.contains(env!("CARGO_PKG_VERSION")), "{command:?}: {said}");
        assert_eq!(said.trim().lines().count(), 1, "{command:?}: {said}");
    }
    assert!(!there.exists());
    assert_eq!((applied_migrations(&mut site.connect()).unwrap(), lines_of_the_trail(&site)), before);

    // by the program that knows it, it is served as before
    site.run(&format!("DELETE FROM __diesel_schema_migrations WHERE version = '{LATER}'"));
    let server = site.serve().await;
    server.get("/me", &site.token(0)).await.unwrap().ok(200);
}
