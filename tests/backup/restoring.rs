//! What restoring refuses, and what it does to what it restores.

use diesel::prelude::*;
use xianfeng::db::schema::{outbox, sessions};
use xianfeng::on;
use xianfeng::oversight::backup::archive::{Packing, Writer};
use xianfeng::oversight::backup::manifest::{Manifest, POSTGRES, SQLITE};
use xianfeng::people::sessions::model::Ending;

use super::{back_up, manifest};
use crate::support::process::{Site, complaint, pg_bin, printed};
use crate::support::{needs_postgres, on_postgres, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_restored_into_an_empty_place_only() {
    let site = Site::open(2).await;
    let backup = back_up(&site).await;
    let restore = ["restore", backup.to_str().unwrap()];
    assert!(complaint(&site.command(&restore).await).contains("已有内容"));

    let there = site.elsewhere();
    let files = there.folder().join("files");
    std::fs::create_dir_all(files.join("2026-07-01")).unwrap();
    assert!(complaint(&there.command(&restore).await).contains("files"));
    std::fs::remove_dir_all(files.join("2026-07-01")).unwrap();
    // a disk of its own is empty nevertheless
    std::fs::create_dir(files.join("lost+found")).unwrap();

    // a damaged backup leaves the place as it was
    let damaged = there.folder().join("damaged");
    let mut bytes = std::fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    assert!(complaint(&there.command(&["restore", damaged.to_str().unwrap()]).await).contains("不一致"));
    printed(&there.command(&restore).await);
    let told = complaint(&there.command(&restore).await);
    assert!(told.contains("已有内容"), "{told}");
    assert!(!on_postgres() || told.contains("xianfeng after-restore --taken-at"), "{told}");
    let left: Vec<_> = std::fs::read_dir(there.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".restoring")), "{left:?}");
}

/// A backup that claims to be what `change` makes of the manifest of a real one.
fn forged(site: &Site, backup: &std::path::Path, database: &str, change: impl Fn(&mut Manifest)) -> std::path::PathBuf {
    let path = site.folder().join("forged");
    let _ = std::fs::remove_file(&path);
    let file = std::fs::File::options().create_new(true).read(true).write(true).open(&path).unwrap();
    let mut writer = Writer::new(file).unwrap();
    writer.add(database, Packing::Stored, &mut &b"nothing"[..], |_| {}).unwrap();
    let mut made = Manifest { members: writer.members().to_vec(), ..manifest(backup) };
    change(&mut made);
    writer.finish(&made).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_does_not_fit_is_refused_with_the_reason() {
    let site = Site::open(1).await;
    let backup = back_up(&site).await;
    let there = site.elsewhere();
    let (own, other) = if on_postgres() { (POSTGRES, SQLITE) } else { (SQLITE, POSTGRES) };
    let newer = forged(&site, &backup, own, |manifest| {
        manifest.schema.push("99990101000001".into());
        manifest.program = "9.9.9".into();
    });
    let told = complaint(&there.command(&["restore", newer.to_str().unwrap()]).await);
    assert!(told.contains("较新的程序") && told.contains("9.9.9") && told.contains("99990101000001"), "{told}");
    let foreign = forged(&site, &backup, other, |_| {});
    let told = complaint(&there.command(&["restore", foreign.to_str().unwrap()]).await);
    assert!(told.contains("DATABASE_URL"), "{told}");
    let climbing = forged(&site, &backup, own, |manifest| {
        let mut member = manifest.members[1].clone();
        member.name = "files/../../outside".into();
        manifest.members.push(member);
    });
    complaint(&there.command(&["restore", climbing.to_str().unwrap()]).await);
    assert!(!there.folder().join("outside").exists() && !there.folder().join("files/outside").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_are_over_and_messages_wait_after_a_restore() {
    let site = Site::without_paper(3).await;
    for number in 1..=3_u8 {
        let row = (
            outbox::id.eq(vec![number; 16]),
            outbox::topic.eq("test"),
            outbox::payload.eq(format!("{{\"n\":{number}}}")),
            outbox::available_at.eq(0),
            outbox::created_at.eq(0),
        );
        on!(&mut site.connect(), c => diesel::insert_into(outbox::table).values(row).execute(c)).unwrap();
    }
    let backup = back_up(&site).await;
    let there = site.elsewhere();
    let told = printed(&there.command(&["restore", backup.to_str().unwrap()]).await);
    assert!(told.contains("已结束登录 3 个") && told.contains("3 条待发消息已暂停"), "{told}");
    let because: Vec<Option<Ending>> =
        on!(&mut there.connect(), c => sessions::table.select(sessions::revoked_because).load(c)).unwrap();
    assert_eq!(because, [Some(Ending::Restored); 3]);

    let listed = printed(&there.command(&["outbox", "list"]).await);
    assert!(listed.contains("{\"n\":2}") && listed.contains("暂停的消息 3 条"), "{listed}");
    let second = uuid::Uuid::from_bytes([2; 16]).to_string();
    printed(&there.command(&["outbox", "discard", &second]).await);
    assert!(complaint(&there.command(&["outbox", "discard", &second]).await).contains("没有这条"));
    assert!(printed(&there.command(&["outbox", "release", "--all"]).await).contains("2 条"));
    let left: Vec<Option<i64>> =
        on!(&mut there.connect(), c => outbox::table.select(outbox::parked_at).load(c)).unwrap();
    assert_eq!(left, [None, None], "they are delivered by the next server");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attachments_are_restored_and_those_that_are_gone_are_named() {
    let site = Site::open(1).await;
    let server = site.serve().await;
    let mut files = Vec::new();
    for text in ["一", "二"] {
        let body = format!("%PDF-1.4\n{text}\n%%EOF\n");
        let upload = server.client.post(server.url("/files")).bearer_auth(site.token(0)).header("x-file-name", "a.pdf");
        let reply = send(upload.body(body.clone())).await;
        files.push((reply.ok(201)["id"].as_str().unwrap().to_owned(), body));
    }
    let day = format!("files/{}", site.day);
    std::fs::remove_file(site.folder().join(&day).join(&files[1].0)).unwrap();
    let backup = site.folder().join("copy.backup");
    let told = printed(&site.command(&["backup", backup.to_str().unwrap()]).await);
    assert!(told.contains("附件：1 个") && told.contains(&format!("{} 的内容读不到", files[1].0)), "{told}");
    let there = site.elsewhere();
    printed(&there.command(&["restore", backup.to_str().unwrap()]).await);
    let kept = std::fs::read(there.folder().join(&day).join(&files[0].0)).unwrap();
    assert_eq!(kept, files[0].1.as_bytes());
}

/// The commands of `docs/backup.md` for PostgreSQL: to dump, and to restore.
fn documented() -> (String, String) {
    let text = std::fs::read_to_string("docs/backup.md").unwrap();
    let chapter = text.split("## PostgreSQL by its own means").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut blocks = chapter.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    (blocks.next().unwrap(), blocks.next().unwrap())
}

/// Runs shell commands with our tools and PostgreSQL's on the PATH.
fn shell(script: &str, site: &Site, folder: &std::path::Path) -> std::process::Output {
    let mut path: Vec<std::path::PathBuf> = pg_bin().into_iter().collect();
    path.push(std::path::Path::new(env!("CARGO_BIN_EXE_xianfeng")).parent().unwrap().into());
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    std::process::Command::new("sh")
        .args(["-ec", script])
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("DATABASE_URL", site.database_url())
        .current_dir(folder)
        .output()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn the_documented_way_with_pg_dump_leads_to_a_database_that_can_be_served() {
    needs_postgres();
    let site = Site::open(3).await;
    let there = site.elsewhere();
    let (dump, restore) = documented();
    printed(&shell(&dump, &site, site.folder()));
    let told = printed(&shell(&restore, &there, site.folder()));
    assert!(told.contains("已结束登录 3 个") && told.contains("已暂停"), "{told}");
    let server = there.serve().await;
    server.get("/me", &there.token(0)).await.unwrap().refused(401, "sessions.restored");
}
