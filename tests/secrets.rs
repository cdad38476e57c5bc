//! Where the secrets lie, and that a database is never served with others than its own.

use std::path::Path;
use std::process::Command;

use diesel::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use xianfeng::config::Secrets;
use xianfeng::db::schema::{members, secret_checks};
use xianfeng::db::{Never, Stop, Tx};
use xianfeng::on;

use crate::support::process::Server;
use crate::support::{Database, TestApp, needs_postgres, send};

/// Runs the program in a folder, as on a machine where nothing is set but what `settings` say; whether it succeeded, and
/// what it said.
fn run(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xianfeng"));
    for name in ["DATABASE_URL", "REDIS_URL", "XIANFENG_SECRETS", "XIANFENG_SECRETS_FILE", "XIANFENG_VOTE_KEYS"] {
        command.env_remove(name);
    }
    let output = command.current_dir(folder).args(arguments).envs(settings.iter().copied()).output().unwrap();
    (output.status.success(), [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat())
}

/// Opens the database as a server would, with the secrets, and ends.
const OPEN: &[&str] = &["rebuild-boards", "--dry-run"];

const CREATE: &[&str] = &["admin", "create", "--employee-no=A001", "--name=管理员"];

#[test]
fn secrets_of_a_new_database_lie_beside_the_data_and_those_of_an_old_one_are_moved_there() {
    let folder = TempDir::new().unwrap();
    let (now, before) = (folder.path().join("secrets/secrets.json"), folder.path().join("data/secrets.json"));
    let (done, told) = run(folder.path(), CREATE, &[]);
    assert!(done, "{told}");
    assert!(now.exists() && !before.exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&now), mode(now.parent().unwrap())), (0o600, 0o700));
        assert_eq!(mode(&folder.path().join("secrets/votes")), 0o700);
    }
    // as the program left it that knew of no such folder
    let text = std::fs::read_to_string(&now).unwrap();
    std::fs::rename(&now, &before).unwrap();
    let (done, told) = run(folder.path(), OPEN, &[]);
    assert!(done && told.contains("moved from data/secrets.json to secrets/secrets.json"), "{told}");
    assert_eq!((std::fs::read_to_string(&now).unwrap(), before.exists()), (text.clone(), false));
    assert!(run(folder.path(), OPEN, &[]).0);
    // where a path was set it is kept, and where the folder cannot be used they stay
    let set = folder.path().join("elsewhere.json");
    std::fs::rename(&now, &set).unwrap();
    assert!(run(folder.path(), OPEN, &[("XIANFENG_SECRETS_FILE", "elsewhere.json")]).0);
    std::fs::rename(&set, &before).unwrap();
    std::fs::remove_dir_all(folder.path().join("secrets")).unwrap();
    std::fs::write(folder.path().join("secrets"), "").unwrap();
    let (done, told) = run(folder.path(), OPEN, &[]);
    assert!(done && told.contains("cannot be written to"), "{told}");
    assert_eq!(std::fs::read_to_string(&before).unwrap(), text);
    assert!(folder.path().join("data/vote-keys").is_dir(), "and so do the keys of votes");
}

#[test]
fn a_database_with_members_is_never_given_new_secrets() {
    let folder = TempDir::new().unwrap();
    assert!(run(folder.path(), CREATE, &[]).0);
    let file = folder.path().join("secrets/secrets.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let (done, told) = run(folder.path(), OPEN, &[]);
    assert!(!done && told.contains("secrets/secrets.json") && told.contains("找不到它的密钥文件"), "{told}");
    assert!(!file.exists() && !folder.path().join("data/secrets.json").exists());
    // by the environment they obey the same
    let strange = Secrets::random().to_json();
    let (done, told) = run(folder.path(), OPEN, &[("XIANFENG_SECRETS", &strange)]);
    assert!(!done && told.contains("phone_key、session_key、ballot_key"), "{told}");
    let (done, told) = run(folder.path(), OPEN, &[("XIANFENG_SECRETS", &text)]);
    assert!(done, "{told}");
    // one key alone is told by its name, and those of tokens may be changed
    let with = |change: &dyn Fn(&mut Value, &Value)| {
        let mut secrets: Value = serde_json::from_str(&text).unwrap();
        change(&mut secrets, &serde_json::from_str(&strange).unwrap());
        run(folder.path(), OPEN, &[("XIANFENG_SECRETS", &secrets.to_string())])
    };
    let (done, told) = with(&|own, other| own["ballot_key"] = other["ballot_key"].clone());
    assert!(!done && told.contains("不符：ballot_key。"), "{told}");
    assert!(with(&|own, other| own["token_keys"] = other["token_keys"].clone()).0);
}

#[test]
fn an_empty_database_whose_secrets_an_enterprise_uses_is_no_new_enterprise() {
    let folder = TempDir::new().unwrap();
    let secrets = folder.path().join("elsewhere.json");
    let settings = [("XIANFENG_SECRETS_FILE", "elsewhere.json")];
    // secrets that were printed before anything was there belong to whoever begins with them
    std::fs::write(&secrets, Secrets::random().to_json()).unwrap();
    let (done, told) = run(folder.path(), CREATE, &settings);
    assert!(done, "{told}");
    let [database, lost] = ["data/xianfeng.db", "lost.db"].map(|name| folder.path().join(name));
    std::fs::rename(&database, &lost).unwrap();
    let refused = |what: &str| {
        for command in [OPEN, CREATE] {
            let (done, told) = run(folder.path(), command, &settings);
            assert!(!done && told.contains("没有当作新企业启动"), "{what}: {told}");
            for way in ["data/xianfeng.db", "elsewhere.json.in-use", "xianfeng restore", "DATABASE_URL"] {
                assert!(told.contains(way), "{way}: {told}");
            }
        }
        assert!(
            !folder.path().join("data/xianfeng.db-wal").exists(),
            "{what}: a log would be in the way of what is found"
        );
    };
    refused("no file");
    assert!(!database.exists(), "nothing was made");
    std::fs::write(&database, "").unwrap();
    refused("a file without anything");
    let (done, told) = run(folder.path(), &["migrate"], &settings);
    assert!(done, "{told}");
    refused("tables without anybody");
    std::fs::rename(&lost, &database).unwrap();
    let (done, told) = run(folder.path(), OPEN, &settings);
    assert!(done, "found again: {told}");
    // another enterprise begins with secrets of its own
    std::fs::rename(&database, &lost).unwrap();
    std::fs::rename(&secrets, folder.path().join("kept.json")).unwrap();
    std::fs::remove_file(folder.path().join("elsewhere.json.in-use")).unwrap();
    let (done, told) = run(folder.path(), CREATE, &settings);
    assert!(done, "{told}");
}

/// What lies in a folder and below it, with the rights of each.
#[cfg(unix)]
fn rights(folder: &Path) -> Vec<(String, bool, u32)> {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let (path, kind) = {
            let entry = entry.unwrap();
            (entry.path(), entry.file_type().unwrap())
        };
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        if !kind.is_socket() {
            found.push((path.display().to_string(), kind.is_dir(), mode));
        }
        if kind.is_dir() {
            found.extend(rights(&path));
        }
    }
    found
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_program_writes_belongs_to_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let (done, told) = run(folder.path(), CREATE, &[]);
    assert!(done, "{told}");
    let password = told.split("密码 ").nth(1).unwrap().split('（').next().unwrap().to_owned();
    // as a program left it that knew nothing of this
    let database = folder.path().join("data/xianfeng.db");
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o644)).unwrap();
    let environment = [("XIANFENG_BACKUP_FOLDER".to_owned(), "backup".to_owned())];
    let server = Server::in_environment(&environment, folder.path()).await;
    let session = json!({ "account": "A001", "password": password });
    let session = send(server.client.post(server.url("/session")).json(&session)).await.ok(201);
    let upload = server.client.post(server.url("/files?name=a.pdf")).body("%PDF-1.4");
    send(upload.bearer_auth(session["access_token"].as_str().unwrap())).await.ok(201);
    let (done, told) = run(folder.path(), &["backup", "backup/now"], &[]);
    assert!(done, "{told}");
    let all: Vec<_> = ["data", "secrets", "backup"].iter().flat_map(|name| rights(&folder.path().join(name))).collect();
    for there in ["xianfeng.db", "xianfeng.db-wal", "secrets.json", "backup/now", "/files/"] {
        assert!(all.iter().any(|(path, ..)| path.contains(there)), "{there}: {all:?}");
    }
    let open: Vec<_> =
        all.iter().filter(|(_, is_folder, mode)| *mode != if *is_folder { 0o700 } else { 0o600 }).collect();
    assert!(open.is_empty(), "{open:?}");
    for name in ["data", "secrets", "backup"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{name}");
    }
}

/// Puts other secrets where the apps on `database` look for them.
fn put_secrets(database: &Database, secrets: &Value) {
    std::fs::write(database.folder().join("secrets.json"), secrets.to_string()).unwrap();
}

#[tokio::test]
async fn a_database_without_checks_learns_them_if_a_phone_number_and_the_votes_agree() {
    let app = TestApp::start().await;
    let (member, _) = app.member("有手机").unregistered().await;
    let sealed = app.secrets().phone_key.seal(b"13800000001");
    let has_phone = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
        let phone = members::phone_sealed.eq(&sealed);
        Ok(on!(&mut *tx.conn, c => diesel::update(members::table.find(member)).set(phone).execute(c)).map(drop)?)
    };
    app.write(has_phone).await;
    let secrets: Value = serde_json::from_str(&app.secrets().to_json()).unwrap();
    let database = app.stopped().await;
    let arguments = database.arguments().split_off(1);
    let open = || {
        let arguments: Vec<&str> = OPEN.iter().copied().chain(arguments.iter().map(String::as_str)).collect();
        run(database.folder(), &arguments, &[])
    };
    let forget = || {
        let mut conn = database.connect();
        on!(&mut conn, c => diesel::delete(secret_checks::table).execute(c)).unwrap()
    };
    let known = || {
        let mut conn = database.connect();
        on!(&mut conn, c => secret_checks::table.count().get_result::<i64>(c)).unwrap()
    };
    assert_eq!(forget(), 3);
    let mut other = secrets.clone();
    other["phone_key"] = serde_json::from_str::<Value>(&Secrets::random().to_json()).unwrap()["phone_key"].clone();
    put_secrets(&database, &other);
    let (done, told) = open();
    assert!(!done && told.contains("不符：phone_key。"), "{told}");
    assert_eq!(known(), 0, "nothing is believed of secrets that do not open what is there");
    put_secrets(&database, &secrets);
    let (done, told) = open();
    assert!(done, "{told}");
    assert_eq!(known(), 3);
    put_secrets(&database, &other);
    assert!(!open().0);
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn servers_that_start_at_once_on_a_new_database_agree_on_its_secrets() {
    needs_postgres();
    let database = Database::fresh();
    let arguments = database.arguments().split_off(1);
    let start = |secrets: String| {
        let arguments = arguments.clone();
        let folder = database.folder().to_owned();
        tokio::task::spawn_blocking(move || {
            let arguments: Vec<&str> = OPEN.iter().copied().chain(arguments.iter().map(String::as_str)).collect();
            run(&folder, &arguments, &[("XIANFENG_SECRETS", &secrets)]).0
        })
    };
    let (one, other) = (start(Secrets::random().to_json()), start(Secrets::random().to_json()));
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    assert!(one != other, "exactly one set of secrets is the database's: {one} {other}");
}
