//! Files as offices really send them: nothing of them is lost without a word. The cases lie in `tests/data/real_files`,
//! made after public reports on other systems; `siblings` are more of each kind.

mod cases;
mod comparing;
mod confirming;
mod siblings;

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::support::{Person, TestApp, send};

/// The units that the cases name.
const UNITS: &str = "编码,名称,简称,上级编码,类型\nJC01,龙首矿党委,龙首矿,JT,基层党委\nJC01-01,采矿支部,采矿,JC01,党支部\n\
    JC01-01-1,采矿一组,一组,JC01-01,党小组\nJC01-02,选矿支部,选矿,JC01,党支部\nJC01-02-1,选矿一组,一组,JC01-02,党小组\n";

/// An enterprise with the units of the cases, and somebody who imports into each room.
struct Office<'a> {
    app: &'a TestApp,
    administrator: Person<'a>,
    organiser: Person<'a>,
}

impl<'a> Office<'a> {
    async fn open(app: &'a TestApp) -> Office<'a> {
        let administrator = crate::members::administrator(app).await;
        let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
        let office = Office { app, administrator, organiser };
        office.import("units", UNITS.as_bytes().to_vec(), "").await.ok(200);
        office
    }

    async fn import(&self, what: &str, file: Vec<u8>, query: &str) -> crate::support::Reply {
        let importer = match what {
            "units" | "members" => &self.administrator,
            _ => &self.organiser,
        };
        send(importer.request(Method::POST, &format!("/imports/{what}{query}")).body(file)).await
    }

    /// What is stored of the questions that hold `text`.
    async fn question(&self, text: &str) -> Value {
        let query: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let found = self.organiser.get(&format!("/questions?q={query}")).await.ok(200);
        found["items"][0].clone()
    }

    /// The roster as it would be exported.
    async fn roster(&self) -> String {
        self.administrator.get("/exports/members?format=csv").await.text()
    }
}

/// How many rows were new, changed, unchanged and refused.
fn counts(report: &Value) -> [u64; 4] {
    ["accepted", "changed", "unchanged", "refused"].map(|name| report[name].as_u64().unwrap_or(99))
}

/// The remarks of one kind, each as one line.
fn remarks(report: &Value, kind: &str) -> String {
    let line = |remark: &Value| {
        let part = |name: &str| remark.get(name).map(|value| value.to_string()).unwrap_or_default();
        format!("{} {} {} {}", part("sheet"), part("row"), part("column"), part("message"))
    };
    report[kind].as_array().map(|all| all.iter().map(line).collect::<Vec<_>>().join("\n")).unwrap_or_default()
}

/// One file and its right value.
struct Case {
    file: &'static str,
    what: &'static str,
    counts: [u64; 4],
    /// Parts of what is told of rows that are refused.
    problems: &'static [&'static str],
    /// Parts of what is told besides.
    warnings: &'static [&'static str],
}

fn expect(name: &str, report: &Value, wanted: [u64; 4], problems: &[&str], warnings: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    if counts(report) != wanted {
        faults.push(format!("{name}: counts {:?}, not {wanted:?}: {report}", counts(report)));
    }
    for (kind, parts) in [("problems", problems), ("warnings", warnings)] {
        let told = remarks(report, kind);
        let missing = parts.iter().filter(|part| !told.contains(**part));
        faults.extend(missing.map(|part| format!("{name}: no “{part}” in {kind}:\n{told}")));
        if parts.is_empty() && !told.is_empty() {
            faults.push(format!("{name}: unexpected {kind}: {told}"));
        }
    }
    faults
}

fn stored(file: &str) -> Vec<u8> {
    std::fs::read(format!("tests/data/real_files/{file}")).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn options(question: &Value) -> Value {
    json!(question["options"])
}
