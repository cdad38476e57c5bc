//! The proof of a closed period: from the file alone the program and the script arrive at the boards that members saw.

use std::process::{Command, Output};

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::honour::boards;

use crate::boards::answer;
use crate::support::{Person, TestApp};

const JUNE: &str = "/exports/points-proof?period=month&day=2026-06-10";

/// Runs the script that docs/ offers over a file.
fn run_script(app: &TestApp, file: &str) -> Output {
    let path = app.folder().join("proof.ndjson");
    std::fs::write(&path, file).unwrap();
    Command::new("python3").arg("docs/recompute_points.py").arg(&path).output().expect("python3 is installed")
}

/// What the script computes of a file that is as published: measure, rank, who and points of each line.
fn computed(app: &TestApp, file: &str) -> Vec<[String; 4]> {
    let run = run_script(app, file);
    let (said, failed) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8_lossy(&run.stderr).into_owned());
    assert!(run.status.success(), "{said}{failed}");
    boards::verify(file.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"));
    said.lines().map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn lines_of<'a>(file: &'a [Value], kind: &str) -> Vec<&'a Value> {
    file.iter().filter_map(|line| line.get(kind)).collect()
}

fn parsed(file: &str) -> Vec<Value> {
    file.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Two branches, of which the first has a few who tie, one who left and one who was away.
async fn june(app: &TestApp) -> Person<'_> {
    let admin = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let (mut east, mut west) = (Vec::new(), Vec::new());
    for number in 0..6 {
        east.push(app.member(&format!("东{number}")).home("XZ11").unregistered().await.0);
        west.push(app.member(&format!("西{number}")).home("XZ21").unregistered().await.0);
    }
    for (day, count) in [("2026-06-03", 5), ("2026-06-10", 3), ("2026-06-30", 4), ("2026-07-01", 5)] {
        app.set_clock(&format!("{day}T09:00:00+08:00"));
        for (number, member) in east.iter().enumerate().take(5) {
            answer(app, *member, if number == 0 { count } else { 2 }).await;
        }
        // in the same tenth of a second the lot decides; the clock moves on between two awards otherwise
        for member in west.iter().take(3) {
            app.set_clock(&format!("{day}T10:00:00+08:00"));
            answer(app, *member, count).await;
        }
    }
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    admin.patch(&format!("/members/{}", east[4]), json!({ "status": "left" })).await.ok(200);
    admin.patch(&format!("/members/{}", west[2]), json!({ "status": "away" })).await.ok(200);
    admin
}

/// Lets June be closed, for which a transaction that began before is waited for.
async fn close(app: &TestApp, viewer: &Person<'_>) {
    for _ in 0..8 {
        app.tick().await;
        if viewer.get(JUNE).await.status == 200 {
            return;
        }
        app.advance_seconds(5);
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    panic!("June is not closed");
}

#[tokio::test]
async fn from_the_proof_of_a_month_anybody_arrives_at_its_boards() {
    let app = TestApp::start().await;
    let admin = june(&app).await;
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let member = app.member("党员").home("XZ12").sign_in().await;
    auditor.get("/exports/points-proof?period=year").await.refused(409, "boards.not_closed");
    auditor.get("/exports/points-proof?period=all").await.refused(409, "boards.not_closed");
    member.get("/exports/points-proof?part=entries").await.refused(403, "access.denied");
    close(&app, &member).await;

    let whole = auditor.get(JUNE).await;
    assert_eq!(whole.header("content-type"), Some("application/x-ndjson"));
    let whole = whole.text();
    let lines = parsed(&whole);
    let opening = &lines_of(&lines, "opening")[0];
    assert_eq!(
        (&opening["from"], &opening["to"], &opening["part"]),
        (&json!("2026-06-01"), &json!("2026-06-30"), &json!("entries"))
    );
    let board = member.get("/boards/enterprise/total?period=month&day=2026-06-10&limit=100").await.ok(200);
    let said = computed(&app, &whole);
    let people: Vec<(String, String)> = said
        .iter()
        .filter(|line| line[0] == "total" && line[2].len() < 36)
        .map(|line| (line[1].clone(), line[3].clone()))
        .collect();
    let shown: Vec<(String, String)> = board["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["rank"].to_string(), line["score"].to_string()))
        .collect();
    assert_eq!(people, shown, "{board}");
    assert_eq!(people.len(), 7, "whoever left stands on no board");
    // every entry names the version of the rule that gave it
    let rules = lines_of(&lines, "rule");
    for one in lines_of(&lines, "member") {
        assert!(!one["employee_no"].as_str().unwrap().is_empty());
        for entry in one["entries"].as_array().unwrap() {
            let given = rules.iter().any(|rule| rule["rule"] == entry["rule"] && rule["version"] == entry["version"]);
            assert!(given && entry["reason"] == "每日一答", "{entry}");
        }
    }

    // the branches are the same from either file, and as they are shown
    let public = member.get(JUNE).await.text();
    assert!(lines_of(&parsed(&public), "member").is_empty() && !public.contains("employee_no"));
    assert_eq!(auditor.get(&format!("{JUNE}&part=branches")).await.text().lines().count(), public.lines().count());
    let branches = |said: &[[String; 4]]| -> Vec<[String; 4]> {
        said.iter().filter(|line| line[2].len() == 36).cloned().collect()
    };
    assert_eq!(branches(&said), branches(&computed(&app, &public)));
    let board = member.get("/boards/enterprise/total?period=month&day=2026-06-10&by=branch&limit=100").await.ok(200);
    let shown: Vec<(String, &str)> = board["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["rank"].to_string(), line["unit_id"].as_str().unwrap()))
        .collect();
    let of_all: Vec<[String; 4]> = branches(&said).into_iter().filter(|line| line[0] == "total").collect();
    assert_eq!(of_all.iter().map(|line| (line[1].clone(), &*line[2])).collect::<Vec<_>>(), shown);
    // without a day it is the newest closed one
    let newest = parsed(&member.get("/exports/points-proof").await.text());
    assert_eq!(lines_of(&newest, "opening")[0]["from"], "2026-06-01");
    drop(admin);
}

#[tokio::test]
async fn what_was_changed_in_a_proof_is_found() {
    let app = TestApp::start().await;
    june(&app).await;
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    close(&app, &auditor).await;
    let whole = auditor.get(JUNE).await.text();
    let lines = parsed(&whole);
    let at = |kind: &str| lines.iter().position(|line| line.get(kind).is_some()).unwrap();
    let of_member = at("member");
    let forge = |line: usize, pointer: &str, value: Value| {
        let mut forged = lines.clone();
        *forged[line].pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        forged.iter().map(|line| format!("{line}\n")).collect::<String>()
    };
    let branch = lines[of_member]["member"]["branch"].clone();
    let of_branch = lines.iter().position(|line| line["branch"]["id"] == branch).unwrap();
    let first = lines.iter().position(|line| line["branch"]["boards"]["total"]["rank"] == 1).unwrap();
    let cases = [
        (forge(of_member, "/member/entries/0/points", json!(1)), "total 个人榜与公布的不一致"),
        (forge(of_member, "/member/entries/0/points", json!(9_000)), "超过了规则应给的分"),
        (forge(of_member, "/member/boards/total/rank", json!(3)), "total 个人榜与公布的不一致"),
        (forge(of_member, "/member/entries/0/version", json!(7)), "依据的积分规则不在文件里"),
        (forge(of_member, "/member/entries/0/day", json!("2026-05-31")), "不在本时段内"),
        (forge(of_branch, "/branch/boards/total/total", json!(1)), "total 支部榜与公布的不一致"),
        (forge(first, "/branch/active_members", json!(1_000)), "total 支部榜与公布的不一致"),
        (whole.lines().take(lines.len() - 1).collect::<Vec<_>>().join("\n"), "文件不完整"),
        (
            whole
                .lines()
                .enumerate()
                .filter(|(line, _)| *line != of_member)
                .map(|(_, line)| format!("{line}\n"))
                .collect(),
            "文件不完整",
        ),
        ("{}".to_owned(), "第 1 行不是积分核验文件的内容"),
    ];
    for (forged, fault) in cases {
        let faults = boards::verify(forged.as_bytes()).expect_err(fault);
        assert!(faults.iter().any(|found| found.contains(fault)), "{fault}: {faults:?}");
        if !fault.contains("规则") && !fault.contains("时段") {
            assert!(!run_script(&app, &forged).status.success(), "{fault}");
        }
    }
    boards::verify(whole.as_bytes()).unwrap();
}
