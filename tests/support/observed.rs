//! What the tests saw of each operation: requests that it took, and the codes with which it refused others.
//!
//! With `XIANFENG_OBSERVED` every process of tests leaves in that folder what it saw. At the end `scripts/test` compares
//! all of it with `openapi/observed.json`, from which the API document takes its examples and its codes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::document::{Operation, example_faults};
use super::{Reply, on_postgres, trail};

/// The file that is kept.
pub const KEPT: &str = "openapi/observed.json";
const FOLDER: &str = "XIANFENG_OBSERVED";

/// Every id of an example.
const SOME_ID: &str = "01980e2c-7d3a-7c41-b0a5-3f6d2c9e8b17";
/// Every cursor of an example.
const SOME_CURSOR: &str = "MjA";
/// The longest body that is shown as an example, in bytes.
const LONGEST: usize = 4000;
/// Items of a list that an example shows.
const ITEMS: usize = 2;

/// Codes that any operation may answer with; the document tells of them once.
const EVERYWHERE: [&str; 9] =
    ["body.", "query.", "limits.", "service.", "route.", "cors.", "idempotency.", "sessions.required", "access.denied"];

/// A request that was taken, as an example shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Example {
    /// Behind the question mark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// The JSON that was sent, as text for being compared.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    pub status: u16,
    /// The JSON that came back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reply: String,
}

#[derive(Serialize, Deserialize)]
enum Seen {
    Refused {
        operation: String,
        status: u16,
        code: String,
    },
    Took {
        operation: String,
        on_postgres: bool,
        example: Example,
    },
    /// What lines of the trail an operation left.
    Left {
        operation: String,
        lines: BTreeSet<String>,
    },
}

struct Notes {
    file: File,
    refused: HashSet<String>,
    left: HashSet<String>,
    took: BTreeMap<String, BTreeSet<Example>>,
}

static NOTES: LazyLock<Option<Mutex<Notes>>> = LazyLock::new(|| {
    let folder = std::env::var(FOLDER).ok()?;
    let path = Path::new(&folder).join(format!("{}.jsonl", std::process::id()));
    let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    Some(Mutex::new(Notes { file, refused: HashSet::new(), left: HashSet::new(), took: BTreeMap::new() }))
});

/// Notes what `operation` answered, if that is asked for.
pub fn note(operation: &Operation, url: &Url, body: Option<&[u8]>, reply: &Reply) {
    let Some(notes) = NOTES.as_ref() else { return };
    let mut notes = notes.lock().unwrap();
    let lines = trail::lines_of(reply);
    if reply.status < 300 && !lines.is_empty() && notes.left.insert(format!("{} {lines:?}", operation.id)) {
        let left = Seen::Left { operation: operation.id.clone(), lines };
        writeln!(notes.file, "{}", serde_json::to_string(&left).unwrap()).unwrap();
    }
    let line = if reply.status >= 400 {
        let code = reply.json()["code"].as_str().unwrap_or_default().to_owned();
        let is_new = notes.refused.insert(format!("{} {} {code}", operation.id, reply.status));
        // an answer that is no problem document, such as of a health check, is documented by hand
        let everywhere = code.is_empty() || EVERYWHERE.iter().any(|family| code.starts_with(family));
        let line = Seen::Refused { operation: operation.id.clone(), status: reply.status, code };
        (is_new && !everywhere).then_some(line)
    } else {
        let took = notes.took.entry(operation.id.clone()).or_default();
        // once for each request, whatever came back: none is left out, or what is kept might be missed
        let request = |example: &Example| Example { reply: String::new(), ..example.clone() };
        let new = example(url, body, reply).filter(|example| took.insert(request(example)));
        new.map(|example| Seen::Took { operation: operation.id.clone(), on_postgres: on_postgres(), example })
    };
    if let Some(line) = line {
        writeln!(notes.file, "{}", serde_json::to_string(&line).unwrap()).unwrap();
    }
}

/// What is shown of a request that was taken: no bytes, and of a reply that fills pages nothing.
fn example(url: &Url, body: Option<&[u8]>, reply: &Reply) -> Option<Example> {
    let sent = body.and_then(|body| serde_json::from_slice(body).ok()).map(shown).unwrap_or_default();
    let query = url.query_pairs().map(|(name, value)| format!("{name}={}", harmless(&name, &value)));
    let query = query.collect::<Vec<_>>().join("&");
    let mut came = if reply.json().is_null() { String::new() } else { shown(reply.json()) };
    if came.len() > LONGEST {
        came.clear();
    }
    (sent.len() <= LONGEST).then_some(Example { query, body: sent, status: reply.status, reply: came })
}

fn shown(mut value: Value) -> String {
    tidy(&mut value);
    value.to_string()
}

/// Ids become one id, secrets become dots, lists are cut short.
fn tidy(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.truncate(ITEMS);
            items.iter_mut().for_each(tidy);
        }
        Value::Object(fields) => {
            let renamed: Map<String, Value> = std::mem::take(fields)
                .into_iter()
                .map(|(name, mut value)| {
                    match &mut value {
                        Value::String(text) => *text = harmless(&name, text),
                        Value::Array(codes) if name == "recovery_codes" => {
                            codes.truncate(ITEMS);
                            codes.iter_mut().for_each(|code| *code = "…".into());
                        }
                        other => tidy(other),
                    }
                    (harmless("", &name), value)
                })
                .collect();
            *fields = renamed;
        }
        Value::String(text) => *text = harmless("", text),
        _ => {}
    }
}

fn harmless(name: &str, text: &str) -> String {
    if text.contains("signature=") {
        return text.split("signature=").next().unwrap_or_default().split('/').take(4).collect::<Vec<_>>().join("/")
            + "/…";
    }
    // whoever knows the rest reads somebody's dates, and the server of a test has another port each time
    if text.contains("/calendar-feeds/") {
        return "https://xianfeng.example.com/api/v1/calendar-feeds/…".into();
    }
    if name.ends_with("cursor") {
        return SOME_CURSOR.into();
    }
    let is_secret = ["token", "password", "device_key", "signature", "hash", "receipt", "ticket"];
    if is_secret.iter().any(|secret| name.contains(secret)) || name.ends_with("code") && text.len() > 8 {
        return "…".into();
    }
    if name == "code" && text.len() == 6 && text.bytes().all(|digit| digit.is_ascii_digit()) {
        // made of a secret that is another one each time
        return "123456".into();
    }
    let is_id = |part: &str| part.len() == 36 && part.matches('-').count() == 4 && uuid_digits(part);
    let mut told = String::new();
    for part in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let word = part.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        told.push_str(if is_id(word) { SOME_ID } else { word });
        told.push_str(&part[word.len()..]);
    }
    told
}

fn uuid_digits(part: &str) -> bool {
    part.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// What is kept of one operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The codes by status.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, BTreeSet<String>>,
    /// The lines that it left in the trail.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub lines: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
    pub status: u16,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub reply: Value,
}

pub type Observed = BTreeMap<String, Kept>;

/// Everything that processes of tests have left in `folder`: codes, and the requests that were taken.
fn gather(folder: &Path) -> (Observed, BTreeMap<String, BTreeMap<Example, BTreeSet<bool>>>) {
    let (mut codes, mut took) = (Observed::new(), BTreeMap::<String, BTreeMap<Example, BTreeSet<bool>>>::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = File::open(entry.unwrap().path()).unwrap();
        for line in BufReader::new(file).lines() {
            match serde_json::from_str(&line.unwrap()).unwrap() {
                Seen::Refused { operation, status, code } => {
                    codes.entry(operation).or_default().codes.entry(status.to_string()).or_default().insert(code);
                }
                Seen::Left { operation, lines } => codes.entry(operation).or_default().lines.extend(lines),
                Seen::Took { operation, on_postgres, example } => {
                    took.entry(operation).or_default().entry(example).or_default().insert(on_postgres);
                }
            }
        }
    }
    (codes, took)
}

/// What the document should be made from, after all tests: the kept examples that tests still send, and the best of what
/// was seen in the place of the others.
pub fn renewed(folder: &Path, kept: &Observed) -> Observed {
    let (mut all, took) = gather(folder);
    for (operation, examples) in took {
        let entry = all.entry(operation.clone()).or_default();
        // an answer without content is no example where others have one
        let shows = |example: &Example| example.status < 300 && !example.reply.is_empty();
        let can_show = examples.keys().any(shows);
        let takes_body = examples.keys().any(|example| !example.body.is_empty());
        let before = kept.get(&operation).filter(|kept| {
            (!kept.reply.is_null() && kept.status < 300 || !can_show)
                && (!kept.body.is_null() || !takes_body)
                && examples.keys().any(|example| same_request(example, kept))
                && example_faults(&operation, kept.status, &kept.reply).is_empty()
        });
        if let Some(before) = before {
            *entry = Kept {
                codes: std::mem::take(&mut entry.codes),
                lines: std::mem::take(&mut entry.lines),
                ..before.clone()
            };
            continue;
        }
        // seen on both databases, so that chance has no part in it; with something in its lists; short
        let rank = |(example, runs): &(&Example, &BTreeSet<bool>)| {
            let says_nothing = example.body.is_empty() || example.body == "{}";
            let is_empty =
                example.reply.contains("\"items\":[]") || example.status == 202 || takes_body && says_nothing;
            (
                can_show && !shows(example),
                runs.len() < 2,
                is_empty,
                example.body.len() + example.query.len() + example.reply.len(),
            )
        };
        let best = examples.iter().min_by_key(rank).expect("an operation that was seen").0;
        let json = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        let (codes, lines) = (std::mem::take(&mut entry.codes), std::mem::take(&mut entry.lines));
        let (body, reply) = (json(&best.body), json(&best.reply));
        *entry = Kept { codes, lines, query: best.query.clone(), body, status: best.status, reply };
    }
    for (operation, entry) in &mut all {
        entry.lines.extend(kept.get(operation).into_iter().flat_map(|kept| kept.lines.iter().cloned()));
        // what comes of a race is not seen each time
        for (status, codes) in kept.get(operation).into_iter().flat_map(|kept| &kept.codes) {
            entry.codes.entry(status.clone()).or_default().extend(codes.iter().cloned());
        }
    }
    all
}

fn same_request(example: &Example, kept: &Kept) -> bool {
    let body = if kept.body.is_null() { String::new() } else { kept.body.to_string() };
    (&example.query, &example.body, example.status) == (&kept.query, &body, kept.status)
}
