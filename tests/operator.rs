//! The operator's commands, beside a server that holds the database and without one.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use diesel::prelude::*;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use xianfeng::db::Json;
use xianfeng::db::schema::trail;
use xianfeng::on;

use crate::support::process::{Site, complaint, pg_bin, printed};
use crate::support::{on_postgres, send};

/// How the operator's commands came, by what the trail says, oldest first.
fn commands(site: &Site) -> Vec<(String, String)> {
    let lines: Vec<(String, Json<Value>)> = on!(&mut site.connect(), c => trail::table
        .filter(trail::subject_kind.eq("operator"))
        .order(trail::id)
        .select((trail::action, trail::detail))
        .load(c))
    .unwrap();
    lines.into_iter().map(|(action, detail)| (action, detail.0["via"].as_str().unwrap().to_owned())).collect()
}

/// The folder of the socket.
fn folder(site: &Site) -> std::path::PathBuf {
    Path::new(site.database_url().strip_prefix("sqlite://").unwrap()).with_extension("operator")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_reach_the_server_that_holds_the_database_and_stand_in_the_trail() {
    let site = Site::open(3).await;
    let server = site.serve().await;
    let told = printed(&site.command(&["admin", "create", "--employee-no", "A0001", "--name", "张三"]).await);
    let password = told.split("密码 ").nth(1).unwrap().split('（').next().unwrap().to_owned();
    let body = json!({ "account": "A0001", "password": password });
    let session = send(server.client.post(server.url("/session")).json(&body)).await;
    assert_eq!(session.status, 201, "the running server knows him");

    let file = site.folder().join("units.csv");
    std::fs::write(&file, "编码,名称,简称,上级编码,类型\nZB9,北支部,北支部,JT,党支部\n坏行,,,,\n").unwrap();
    let told = printed(&site.command(&["import", "units", file.to_str().unwrap()]).await);
    assert!(told.contains("第 3 行") && told.contains("新增 1"), "{told}");
    let told = printed(&site.command(&["rebuild-boards", "--dry-run"]).await);
    assert!(told.contains("党员 3，不一致 0") || told.contains("不一致 0"), "{told}");
    let unknown = site.command(&["recount", "0197c000-0000-7000-8000-000000000000"]).await;
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("xianfeng:"));

    let via = if on_postgres() { "command_line" } else { "socket" };
    let expected = ["create_administrator", "import", "rebuild_boards", "recount"];
    let expected: Vec<_> = expected.iter().map(|name| (format!("operator.{name}"), via.to_owned())).collect();
    assert_eq!(commands(&site), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_that_a_killed_server_left_behind_is_replaced() {
    let site = Site::on_sqlite(1).await;
    let mut server = site.serve().await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let socket = folder(&site).join("socket");
    assert_eq!((mode(&folder(&site)), mode(&socket)), (0o700, 0o600), "only the owner gets in");
    server.kill();
    assert!(socket.exists());
    printed(&site.command(&["rebuild-boards", "--dry-run"]).await);
    let server = site.serve().await;
    printed(&site.command(&["rebuild-boards", "--dry-run"]).await);
    let via: Vec<String> = commands(&site).into_iter().map(|(_, via)| via).collect();
    assert_eq!(via, ["command_line", "socket"]);
    server.terminate();
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_socket_is_not_made_in_a_folder_that_a_link_leads_to() {
    let site = Site::on_sqlite(1).await;
    let elsewhere = site.folder().join("somebody-elses");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::set_permissions(&elsewhere, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder(&site)).unwrap();
    let server = site.serve().await;
    let mode = std::fs::metadata(&elsewhere).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode, std::fs::read_dir(&elsewhere).unwrap().count()), (0o755, 0), "it is left as it was");
    assert!(server.log().contains("operator's socket cannot be opened"), "{}", server.log());
    let told = complaint(&site.command(&["rebuild-boards", "--dry-run"]).await);
    assert!(told.contains("xianfeng:"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_socket_refuses_what_it_does_not_understand_and_serves_on() {
    let site = Site::on_sqlite(1).await;
    let server = site.serve().await;
    let socket = folder(&site).join("socket");
    for (sent, hint) in [
        ("{\"command\":{\"is\":\"drop_everything\"},\"file_bytes\":0}\n".to_owned(), "不认识"),
        ("not even json\n".to_owned(), "不认识"),
        (
            "{\"command\":{\"is\":\"import\",\"what\":\"units\",\"dry_run\":true},\"file_bytes\":99999999999}\n".into(),
            "超过",
        ),
        (
            "{\"command\":{\"is\":\"import\",\"what\":\"units\",\"dry_run\":true},\"file_bytes\":10}\nabc".into(),
            "没有传完",
        ),
    ] {
        let mut stream = UnixStream::connect(&socket).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("failed") && answer.contains(hint), "{sent}: {answer}");
    }
    // somebody who says nothing and somebody who says too much take nobody's turn
    let _silent = UnixStream::connect(&socket).await.unwrap();
    let mut endless = UnixStream::connect(&socket).await.unwrap();
    let _ = endless.write_all(&vec![b'x'; 1_000_000]).await;
    printed(&site.command(&["rebuild-boards", "--dry-run"]).await);
    assert_eq!(commands(&site).len(), 1);
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_socket_works_in_a_folder_with_a_long_name() {
    let site = Site::on_sqlite(1).await;
    let deep = site.folder().join("先锋".repeat(20)).join("数据".repeat(20));
    std::fs::create_dir_all(&deep).unwrap();
    let database = format!("--database-url=sqlite://{}", deep.join("x.db").display());
    // another enterprise than the site's, so secrets of its own
    let secrets = format!("--secrets-file={}", deep.join("secrets.json").display());
    let server = site.serve_with(&[database.clone(), secrets.clone()]).await;
    let told = site
        .command_with(&[&database, &secrets], &["admin", "create", "--employee-no", "A0001", "--name", "张三"])
        .await;
    assert!(printed(&told).contains("A0001"));
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_whose_reader_has_seen_enough_ends_quietly() {
    let site = Site::open(1).await;
    let backup = site.folder().join("a.backup");
    let backup = backup.to_str().unwrap();
    let arguments = site.arguments(&[]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for (command, takes_arguments) in [
        (&["openapi"][..], false),
        (&["secrets"], false),
        (&["rebuild-boards", "--dry-run"], true),
        (&["backup", backup], true),
        (&["backup", "verify", backup], false),
    ] {
        let further = if takes_arguments { &arguments[..] } else { &[] };
        for aside in [false, true] {
            if aside && command == ["backup", backup] {
                continue; // it is there already
            }
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_xianfeng"));
            program.args(command).args(further).stdin(std::process::Stdio::null()).env("XIANFENG_LOG", "info");
            if let Some(folder) = pg_bin() {
                program.env("XIANFENG_PG_BIN", folder);
            }
            program.stdout(writer.try_clone().unwrap()).stderr(std::process::Stdio::piped());
            if aside {
                program.stderr(writer);
            }
            let ended = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
            let told = String::from_utf8_lossy(&ended.stderr);
            assert!(ended.status.success() && !told.contains("panicked"), "{command:?}: {:?} {told}", ended.status);
        }
    }
}
