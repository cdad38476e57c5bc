//! What is written for operators holds to the program: commands, flags, variables, alarms, routes and files that it names are
//! there, both languages say the same, and the script that makes first passwords does what its page says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use xianfeng::kernel::alarms::AlarmKind;
use zip::ZipArchive;

use crate::support::process::{Server, complaint, printed, program};
use crate::support::send;

const IN_CHINESE: &str = "docs/operations.md";
const IN_ENGLISH: &str = "docs/operations.en.md";

/// Every page in words, of the root and of docs/.
fn pages() -> Vec<String> {
    let docs = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    let docs = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut pages: Vec<String> = docs.map(|path| path.to_str().unwrap().to_owned()).collect();
    pages.extend(["README.md", "README.zh-CN.md", "SECURITY.md"].map(str::to_owned));
    pages
}

fn read(page: &str) -> String {
    fs::read_to_string(page).unwrap()
}

/// The lines of a page's blocks of commands, without what a comment says.
fn command_lines(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap().trim_end().to_owned());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// What stands between backticks, outside of blocks.
fn spans(text: &str) -> Vec<String> {
    let outside: String = text.split("```").step_by(2).collect();
    outside.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The words behind each `xianfeng` that is called somewhere in `code`.
fn calls(code: &str) -> Vec<Vec<String>> {
    let code = code.replace("$(", " ").replace(")\"", " ; ");
    let mut calls = Vec::new();
    for part in code.split([';', '|', '&']) {
        let words: Vec<&str> = part.split_whitespace().collect();
        if let Some(at) = words.iter().position(|word| *word == "xianfeng") {
            calls.push(words[at + 1..].iter().map(|word| (*word).to_owned()).collect());
        }
    }
    calls
}

/// What the program says of its commands, each asked once.
#[derive(Default)]
struct Manual(BTreeMap<Vec<String>, String>);

impl Manual {
    async fn of(&mut self, path: &[String]) -> &str {
        if !self.0.contains_key(path) {
            let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
            arguments.push("--help");
            self.0.insert(path.to_vec(), printed(&program(&arguments).await));
        }
        &self.0[path]
    }

    /// The commands below one.
    async fn commands(&mut self, path: &[String]) -> Vec<String> {
        let Some(list) = self.of(path).await.split("Commands:\n").nth(1) else { return Vec::new() };
        let lines = list.split("\n\n").next().unwrap().lines();
        lines.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    }

    /// What is wrong with a call.
    async fn fault(&mut self, words: &[String]) -> Option<String> {
        let (mut path, mut rest) = (Vec::new(), words);
        loop {
            let below = self.commands(&path).await;
            let Some((first, others)) = rest.split_first() else { break };
            if below.contains(first) {
                path.push(first.clone());
                rest = others;
                continue;
            }
            let takes_more = self.of(&path).await.contains("<FILE>") || first.starts_with('-');
            if !below.is_empty() && !takes_more {
                return Some(format!("there is no {first}"));
            }
            break;
        }
        let help = self.of(&path).await;
        let flags = rest.iter().filter(|word| word.starts_with("--")).map(|word| word.split('=').next().unwrap());
        let mut flags = flags.filter(|flag| !help.contains(flag));
        flags.next().map(|flag| format!("{path:?} knows no {flag}"))
    }
}

#[tokio::test]
async fn commands_and_flags_on_the_pages_are_those_of_the_program() {
    let (mut manual, mut seen, mut faults) = (Manual::default(), 0, Vec::new());
    for page in pages() {
        let text = read(&page);
        for code in command_lines(&text).into_iter().chain(spans(&text)) {
            for words in calls(&code) {
                seen += 1;
                faults.extend(manual.fault(&words).await.map(|fault| format!("{page}: {code}: {fault}")));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(seen > 120, "only {seen} calls were found");
    for wrong in ["admin password", "backup --encrypted x", "outbox lst", "frobnicate"] {
        let words: Vec<String> = wrong.split(' ').map(str::to_owned).collect();
        assert!(manual.fault(&words).await.is_some(), "{wrong}");
    }
}

/// The words of `text` that begin with `XIANFENG_`.
fn variables(text: &str) -> BTreeSet<&str> {
    let ends = |c: char| !(c.is_ascii_uppercase() || c == '_');
    text.match_indices("XIANFENG_").map(|(at, _)| text[at..].split(ends).next().unwrap()).collect()
}

#[tokio::test]
async fn variables_on_the_pages_are_read_by_something() {
    let mut known = printed(&program(&["serve", "--help"]).await) + &printed(&program(&["migrate", "--help"]).await);
    for file in ["src/main.rs", "docker-compose.yml", "deploy/env.example", "deploy/first-passwords", "tests/access.rs"]
    {
        known += &read(file);
    }
    let known = variables(&known);
    for page in pages() {
        for name in variables(&read(&page)) {
            // `XIANFENG_WATCH_…` speaks of several
            let is_known =
                known.contains(name) || name.ends_with('_') && known.iter().any(|other| other.starts_with(name));
            assert!(is_known, "{page} names {name}, which nothing reads");
        }
    }
}

/// The lines of the table of alarms: kind, and the rest of the line.
fn alarm_lines(page: &str) -> BTreeMap<String, String> {
    let text = read(page);
    let section = text.split("\n## ").find(|section| section.contains("| `overdue`")).unwrap();
    let lines = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    lines.map(|(kind, rest)| (kind.to_owned(), rest.to_owned())).collect()
}

#[test]
fn every_alarm_has_its_remedy_on_both_pages() {
    let kinds: BTreeSet<&str> = AlarmKind::EACH.iter().map(|kind| kind.as_str()).collect();
    for page in [IN_CHINESE, IN_ENGLISH] {
        let lines = alarm_lines(page);
        assert_eq!(lines.keys().map(String::as_str).collect::<BTreeSet<_>>(), kinds, "{page}");
        for (kind, rest) in &lines {
            let cells = rest.trim_end_matches('|').split(" | ").skip(1);
            assert_eq!(cells.filter(|cell| cell.trim().chars().count() > 5).count(), 2, "{page}: {kind}");
        }
    }
    let lines = alarm_lines(IN_CHINESE);
    for kind in AlarmKind::EACH {
        assert!(lines[kind.as_str()].starts_with(&format!(" {} |", kind.title())), "{}", kind.as_str());
    }
}

#[test]
fn both_languages_tell_operators_the_same() {
    let (chinese, english) = (read(IN_CHINESE), read(IN_ENGLISH));
    assert_eq!(command_lines(&chinese), command_lines(&english));
    assert_eq!(variables(&chinese), variables(&english));
    let called = |text: &str| spans(text).iter().flat_map(|span| calls(span)).collect::<BTreeSet<_>>();
    assert_eq!(called(&chinese), called(&english));
    let headings = |text: &str| {
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.matches('#').count()).collect::<Vec<_>>()
    };
    assert_eq!(headings(&chinese), headings(&english));
    let security = read("SECURITY.md");
    let (english, chinese) = security.split_once("\n## 报告漏洞").unwrap();
    assert_eq!(variables(english), variables(chinese));
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(rows(english), rows(chinese), "rows of what is protected");
}

#[test]
fn routes_on_the_pages_are_in_the_document() {
    let document: Value = serde_json::from_str(&read("openapi/openapi.json")).unwrap();
    let is_there = |method: &str, path: &str| {
        let given: Vec<&str> = path.split('/').collect();
        document["paths"].as_object().unwrap().iter().any(|(known, methods)| {
            let known: Vec<&str> = known.split('/').collect();
            let fits = |(known, given): (&&str, &&str)| known.starts_with('{') || known == given;
            known.len() == given.len()
                && known.iter().zip(&given).all(fits)
                && methods.get(method.to_lowercase()).is_some()
        })
    };
    let mut seen = 0;
    for page in [IN_CHINESE, IN_ENGLISH] {
        for span in spans(&read(page)) {
            if let Some((method, path)) = span.split_once(' ').filter(|(_, path)| path.starts_with("/api/")) {
                assert!(is_there(method, path), "{page}: {span}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 6, "{seen}");
    assert!(!is_there("GET", "/api/v1/operations/alarm"));
}

#[test]
fn pages_and_files_that_pages_lead_to_are_there() {
    for page in pages() {
        let (text, folder) = (read(&page), Path::new(&page).parent().unwrap().to_owned());
        for link in text.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap()) {
            assert!(link.is_empty() || link.contains("://") || folder.join(link).exists(), "{page} leads to {link}");
        }
    }
    for page in ["docs/scaling.md", "SECURITY.md", IN_CHINESE, IN_ENGLISH] {
        let named = spans(&read(page));
        let is_file =
            |span: &&String| ["src/", "scripts/", "deploy/", "web/"].iter().any(|folder| span.starts_with(folder));
        for span in named.iter().filter(is_file) {
            let file = span.split(' ').next().unwrap();
            assert!(Path::new(file).exists(), "{page} names {file}");
        }
    }
}

/// Every file of the program and every migration forward of PostgreSQL, with what it says.
fn sources() -> Vec<(PathBuf, String)> {
    let (mut folders, mut files) = (vec![PathBuf::from("src"), PathBuf::from("migrations/postgres")], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") || name.ends_with(".sql") && name != "down.sql" {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    files
}

#[test]
fn what_a_distributed_engine_would_refuse_is_named_file_by_file() {
    let page = read("docs/scaling.md");
    let named = [
        "pg_advisory",
        "pg_try_advisory",
        "skip_locked()",
        "SKIP LOCKED",
        "for_update()",
        "FOR UPDATE",
        "pg_snapshot_xmin(",
        "xact_start)",
        "pg_export_snapshot()",
        "pg_current_xact_id",
        "tsvector(",
        "USING gin",
        "CREATE TRIGGER",
        "GENERATED ALWAYS",
        "enable_seqscan =",
        "VACUUM {",
    ];
    let unused = [
        "CREATE EXTENSION",
        "pg_notify",
        "DEFERRABLE",
        "EXCLUDE USING",
        "NULLS NOT DISTINCT",
        "LOCK TABLE",
        "NOWAIT",
        "PARTITION OF",
        "INHERITS",
        "STORED",
    ];
    for (path, text) in sources() {
        let called = path.to_str().unwrap().replace('\\', "/");
        let migration = called.strip_suffix("/up.sql").and_then(|folder| folder.rsplit('/').next());
        // a migration by its name, or by its number where several stand in a row
        let is_named = match migration {
            Some(name) => page.contains(name) || page.contains(&format!("…-{}`", &name[11..])),
            None => page.contains(&format!("`{called}`")),
        };
        for mark in named.iter().filter(|mark| text.contains(**mark)) {
            assert!(is_named, "docs/scaling.md does not name {called}, which has {mark}");
        }
        if migration.is_some() {
            for mark in unused {
                assert!(!text.contains(mark), "docs/scaling.md says that {mark} is not used: {called}");
            }
        }
    }
}

/// Runs the script that makes first passwords, as the administrator A1.
async fn first_passwords(server: &Server, password: &str, folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut script = Command::new("python3");
    script.arg(fs::canonicalize("deploy/first-passwords").unwrap()).arg(arguments[0]);
    script.args(["--url", server.url("").strip_suffix("/api/v1").unwrap(), "--account", "A1"]).args(&arguments[1..]);
    script.env("XIANFENG_PASSWORD", password).env("PYTHONIOENCODING", "utf-8").current_dir(folder);
    tokio::task::spawn_blocking(move || script.output().expect("python3 is installed")).await.unwrap()
}

/// The names in an archive, and all of it as one text.
fn archive(path: &Path) -> (Vec<String>, String) {
    let mut archive = ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let (mut names, mut text) = (Vec::new(), String::new());
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        names.push(file.name().unwrap().into_owned());
        file.read_to_string(&mut text).unwrap();
    }
    names.sort();
    (names, text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_passwords_come_as_a_sheet_for_each_branch_in_one_archive() {
    let folder = TempDir::new().unwrap();
    let database = format!("--database-url=sqlite://{}", folder.path().join("test.db").display());
    let secrets = format!("--secrets-file={}", folder.path().join("secrets.json").display());
    let there = [database.as_str(), secrets.as_str()];
    let file = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).to_str().unwrap().to_owned()
    };
    let made = ["admin", "create", "--employee-no=A1", "--name=管理员", "--unit-code=SF"];
    let made = printed(&program(&[&made[..], &there].concat()).await);
    let password = made.split("密码 ").nth(1).unwrap().split('（').next().unwrap();
    let units = "编码,名称,简称,上级编码,类型\nSF,集团党委,集团,,集团党委\nJC,一厂党委,一厂,SF,基层党委\n\
                 Z1,第一党支部,一支部,JC,党支部\nZ2,第二党支部,二支部,JC,党支部\nX1,第一党小组,一组,Z1,党小组\n";
    let members = "工号,姓名,手机号,所属党小组编码,政治面貌,职务\nE1,甲,,X1,党员,\nE2,乙,,Z1,党员,\nE3,丙,,Z2,党员,\nE4,丁,,JC,党员,\n";
    for (what, file) in [("units", file("units.csv", units)), ("members", file("members.csv", members))] {
        printed(&program(&[&["import", what, &file][..], &there].concat()).await);
    }
    let environment = [("DATABASE_URL", "sqlite://test.db"), ("XIANFENG_SECRETS_FILE", "secrets.json")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let server = Server::in_environment(&environment, folder.path()).await;
    let script = async |arguments: &[&str]| first_passwords(&server, password, folder.path(), arguments).await;

    let said = printed(&script(&["missing"]).await);
    assert!(said.contains("共 4 人尚未开通，3 个单位"), "{said}");
    printed(&script(&["sheets", "--unit", "Z1", "one.zip"]).await);
    let (names, text) = archive(&folder.path().join("one.zip"));
    assert_eq!(names, ["Z1 第一党支部.html", "汇总.csv"]);
    assert!(text.contains('甲') && text.contains('乙') && !text.contains('丙'));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("one.zip")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it opens accounts");
    }
    let said = complaint(&script(&["sheets", "one.zip"]).await);
    assert!(said.contains("one.zip"), "what is there is not overwritten: {said}");

    // a code of the sheet opens its account
    let code = text.split("邀请码 <code>").nth(1).unwrap().split('<').next().unwrap();
    let body = json!({ "employee_no": "E1", "invite_code": code, "new_password": "jian-ku-fen-dou-9" });
    send(server.client.post(server.url("/session/invitation")).json(&body)).await.ok(201);

    // who holds a code keeps it: the branch is left out and named, and those above branches have a sheet of their own
    let said = printed(&script(&["sheets", "rest.zip"]).await);
    assert!(
        said.contains("2 个单位，2 个邀请码") && said.contains("未重新发放") && said.contains("Z1 第一党支部"),
        "{said}"
    );
    let (names, text) = archive(&folder.path().join("rest.zip"));
    assert_eq!(names, ["JC 一厂党委.html", "Z2 第二党支部.html", "汇总.csv"]);
    assert!(text.contains('丙') && text.contains('丁') && !text.contains('乙'));

    let said = printed(&script(&["missing", "--names", "names.csv"]).await);
    assert!(said.contains("共 3 人尚未开通"), "{said}");
    let names = read(folder.path().join("names.csv").to_str().unwrap());
    assert!(names.contains("Z1,第一党支部,E2,乙,是") && !names.contains("E1"), "{names}");
    let said = printed(&script(&["sheets", "--unit", "Z1", "--again", "again.zip"]).await);
    assert!(said.contains("1 个单位，1 个邀请码"), "{said}");
}

#[test]
fn images_get_their_digests_where_somebody_knows_them() {
    let (folder, digest) = (TempDir::new().unwrap(), format!("sha256:{}", "0a".repeat(32)));
    for name in ["Dockerfile", "docker-compose.yml", "scripts/test-services.yml", "scripts/pin-images"] {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::copy(name, folder.path().join(name)).unwrap();
    }
    // a docker that knows every image, or none
    let docker = folder.path().join("docker");
    let run = |stand_in: &str, arguments: &[&str]| {
        fs::write(&docker, format!("#!/bin/sh\n{stand_in}\n")).unwrap();
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
        let mut script = Command::new("bash");
        script.arg("scripts/pin-images").args(arguments).env("PATH", path).current_dir(folder.path());
        script.output().unwrap()
    };
    fs::write(&docker, "").unwrap();
    #[cfg(unix)]
    fs::set_permissions(&docker, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert!(complaint(&run("exit 1", &[])).contains("could not be looked up"));
    assert!(complaint(&run("exit 1", &["--check"])).contains("postgres:17-bookworm"));
    for _ in 0..2 {
        printed(&run(&format!("echo {digest}"), &[]));
        printed(&run("exit 1", &["--check"]));
        for (file, line) in [
            ("Dockerfile", format!("FROM debian:bookworm-slim@{digest}\n")),
            ("docker-compose.yml", format!("image: postgres:17-bookworm@{digest}\n")),
            ("scripts/test-services.yml", format!("image: redis:7-bookworm@{digest}\n")),
        ] {
            assert!(fs::read_to_string(folder.path().join(file)).unwrap().contains(&line), "{file}");
        }
    }
}
