//! The rules of the house, kept by reading what every file of `src` names. ARCHITECTURE.md draws the same map.
//!
//! The reading is a light one: comments and strings are taken out, a module of tests at the end is left out, and every
//! path that begins with `crate`, `super`, `self` or one of the watched libraries counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which wing may use which, as in ARCHITECTURE.md. Free of circles, checked below.
const WINGS: &[(&str, &[&str])] = &[
    ("ground", &[]),
    ("people", &["ground"]),
    ("honour", &["ground", "people"]),
    ("learning", &["ground", "people", "honour"]),
    ("doing", &["ground", "people", "honour"]),
    ("judging", &["ground", "people", "honour"]),
    ("voice", &["ground", "people"]),
    ("oversight", &["ground", "people", "honour", "learning", "doing", "judging", "voice"]),
    ("client", &["ground", "people", "honour", "learning", "doing", "judging", "voice", "oversight"]),
];

/// Which room may use which within its wing. Free of circles, checked below.
const WITHIN_WINGS: &[(&str, &[&str])] = &[
    ("bulletins", &["documents"]),
    ("sessions", &["members"]),
    ("second_factors", &["members", "sessions"]),
    ("platforms", &["members", "sessions"]),
    ("channels", &["members", "platforms"]),
    ("texts", &["members", "sessions", "platforms"]),
    ("desk", &["members"]),
    ("honours", &["appraisal"]),
    ("boards", &["points"]),
    ("quiz", &["study"]),
    ("challenge", &["quiz"]),
    ("contests", &["quiz"]),
    ("ideas", &["meetings"]),
    ("campaigns", &["brands"]),
    ("operator", &["alarms", "audit", "backup"]),
];

/// Parts of a room, and which of the others each uses.
type Parts = &'static [(&'static str, &'static [&'static str])];

/// Which part of a divided room may use which others. What the parts share lies at the top of the room and uses none of
/// them. Free of circles, checked below, with the calls that go through the room's handle.
const PARTS: &[(&str, Parts)] = &[(
    "judging/campaigns",
    &[
        ("entries", &[]),
        ("vote", &["entries"]),
        ("scores", &["entries"]),
        ("calendar", &["entries", "vote", "scores"]),
        ("totals", &["entries", "vote", "scores"]),
        ("decision", &["calendar", "entries", "totals"]),
        ("results", &["calendar", "entries", "vote", "scores", "totals", "decision"]),
        ("bulletins", &["entries", "decision"]),
    ],
)];

/// Rooms that use one of a wing that theirs may not use, and why; at most [`EXCEPTIONS_AT_MOST`].
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("contests", "meetings", "a branch may sit a contest at a meeting, and who sat it is who attended"),
    ("campaigns", "tasks", "a problem that a bulletin names becomes a task to be put right"),
];
const EXCEPTIONS_AT_MOST: usize = 8;

/// The composition roots: they name everything.
const ROOTS: [&str; 4] = ["app", "main", "lib", "demo"];
/// What every room may stand on.
const GROUND: [&str; 6] = ["base", "db", "kernel", "web", "config", "room"];

const BASE: &str = "rule 1: base imports nothing of ours";
const DB: &str = "rule 1: db imports only base";
const KERNEL: &str = "rule 1: kernel imports only base and db";
const WEB: &str = "rule 1: web imports only base and db";
const CONFIG: &str = "rule 1: config and room import no feature";
const MODEL: &str = "rule 2: model stands on base, db and what kernels keep";
const RULES: &str = "rule 2: rules know only model: no query, no actix, no clock — now is an argument";
const STORE: &str = "rule 2: store knows only model and db";
const ACTIONS: &str = "rule 2: actions know store, rules, model and kernels, never HTTP's side of the room";
const DOOR: &str = "rule 2: what web knows of HTTP stops at api";
const ACTIX: &str = "rule 3: actix appears only in web, app, room.rs and a room's api";
const REDIS: &str = "rule 3: redis appears only in kernel";
const DIESEL: &str = "rule 3: queries are built only in store, kernel and db";
const TABLE: &str = "rule 4: a table belongs to one room; others go through what its mod.rs lends";
const WING: &str = "rule 4: this wing may not use that one (ARCHITECTURE.md and tests/house.rs)";
const EDGE: &str = "rule 4: this edge between rooms of a wing is not on the list (ARCHITECTURE.md and tests/house.rs)";
const PART: &str = "rule 4: this edge between parts of a room is not on the list (tests/house.rs)";
const APP: &str = "rule 5: only main.rs, demo and tests import app";

#[test]
fn every_file_keeps_the_rules_of_the_house() {
    let tables = tables();
    let mut broken = BTreeSet::new();
    for file in files(Path::new("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let place = Place::of(file.strip_prefix("src").unwrap());
        for path in paths(&text, &place) {
            if let Some(rule) = verdict(&place, &path, &tables) {
                broken.insert(format!("{}: {}\n    {rule}", file.display(), path.join("::")));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn neither_wings_nor_rooms_form_a_circle() {
    let wings: Edges = WINGS.iter().map(|(wing, uses)| (*wing, uses.to_vec())).collect();
    let parts = PARTS.iter().map(|(_, parts)| parts.iter().map(|(part, uses)| (*part, uses.to_vec())).collect());
    let mut rooms: Edges = WITHIN_WINGS.iter().map(|(room, uses)| (*room, uses.to_vec())).collect();
    for (room, used, _) in EXCEPTIONS {
        rooms.entry(room).or_default().push(used);
    }
    for mut edges in [wings, rooms].into_iter().chain(parts) {
        for used in edges.values().flatten().copied().collect::<Vec<_>>() {
            edges.entry(used).or_default();
        }
        let mut free = BTreeSet::new();
        while free.len() < edges.len() {
            let open = |(of, uses): &(&&str, &Vec<&str>)| !free.contains(**of) && uses.iter().all(|u| free.contains(u));
            let next: Vec<&str> = edges.iter().filter(open).map(|(of, _)| *of).collect();
            assert!(!next.is_empty(), "rule 4: these use each other in a circle, beyond {free:?}: {edges:?}");
            free.extend(next);
        }
    }
    assert!(EXCEPTIONS.len() <= EXCEPTIONS_AT_MOST, "rule 4: too many exceptions; a wing is drawn wrongly");
}

#[test]
fn parts_use_each_other_only_as_listed() {
    let mut wrong = BTreeSet::new();
    for (room, parts) in PARTS {
        let folder = Path::new("src").join(room);
        let top = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
        let handle = top.split("pub struct ").nth(1).unwrap().split(' ').next().unwrap();
        let part_of = |file: &Path| {
            let first = file.strip_prefix(&folder).unwrap().iter().next().unwrap().to_string_lossy().into_owned();
            if file.parent() == Some(folder.as_path()) || LAYERS.contains(&first.as_str()) {
                String::new()
            } else {
                first
            }
        };
        let files: Vec<(PathBuf, String, String)> = files(&folder)
            .into_iter()
            .map(|file| (file.clone(), part_of(&file), bare(&std::fs::read_to_string(&file).unwrap())))
            .collect();
        let methods: BTreeMap<String, &str> = files
            .iter()
            .filter(|(_, part, _)| !part.is_empty())
            .flat_map(|(_, part, code)| methods_of(handle, code).into_iter().map(|method| (method, part.as_str())))
            .collect();
        let found: BTreeSet<&str> =
            files.iter().map(|(_, part, _)| part.as_str()).filter(|part| !part.is_empty()).collect();
        assert_eq!(found, parts.iter().map(|(part, _)| *part).collect(), "the parts of {room}");
        let prefix: Vec<&str> = std::iter::once("crate").chain(room.split('/')).collect();
        for (file, part, code) in &files {
            // where the room is put together
            if part.is_empty()
                && ["mod.rs", "room.rs", "api.rs"].iter().any(|name| file.ends_with(name))
                && file.parent() == Some(&folder)
            {
                continue;
            }
            let place = Place::of(file.strip_prefix("src").unwrap());
            let named = paths(code, &place).into_iter().filter(|path| path.starts_with(&owned(&prefix)));
            let named =
                named.filter_map(|path| path.get(prefix.len()).cloned()).filter(|name| found.contains(name.as_str()));
            let called = methods.iter().filter(|(method, _)| calls(code, method)).map(|(_, part)| (*part).to_owned());
            for used in named.chain(called).filter(|used| used != part) {
                let listed = parts.iter().any(|(name, uses)| name == part && uses.contains(&used.as_str()));
                if !listed {
                    wrong.insert(format!("{}: {used}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{PART}:\n{}\n", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|part| (*part).to_owned()).collect()
}

/// The methods that `code` gives the room's handle.
fn methods_of(handle: &str, code: &str) -> Vec<String> {
    let begins = format!("\nimpl {handle} {{\n");
    let blocks = code.split(begins.as_str()).skip(1).map(|rest| rest.split("\n}\n").next().unwrap());
    let methods = blocks.flat_map(|block| block.split("fn ").skip(1));
    methods.map(|method| method.split(['(', '<']).next().unwrap().to_owned()).collect()
}

#[test]
fn a_call_through_the_handle_of_a_room_is_noticed() {
    let code = "\nimpl Room {\n    pub fn count(&self) {}\n\n    async fn list<T>(&self) {}\n}\n\nimpl Other {\n    fn not(&self) {}\n}\n";
    assert_eq!(methods_of("Room", code), ["count", "list"]);
    assert!(calls("self.count()", "count") && calls("room.count()", "count"));
    assert!(!calls("self.counted()", "count") && !calls("entries.count()", "count"));
}

/// Whether `code` calls the method on a handle of the room.
fn calls(code: &str, method: &str) -> bool {
    ["self", "room", "campaigns"].iter().any(|handle| code.contains(&format!("{handle}.{method}(")))
}

type Edges<'a> = BTreeMap<&'a str, Vec<&'a str>>;

#[test]
fn a_broken_rule_is_noticed() {
    let tables = tables();
    for (file, line, rule) in [
        ("base/id.rs", "use crate::db::Conn;", BASE),
        ("db/mod.rs", "use crate::kernel::trail;", DB),
        ("kernel/trail.rs", "use crate::{base::id, web::Problem};", KERNEL),
        ("web/caller.rs", "fn f() { crate::people::members::find(); }", WEB),
        ("honour/points/rules.rs", "use super::{model::Rule, store};", RULES),
        ("honour/points/rules.rs", "use crate::base::clock::Clock;", RULES),
        ("honour/points/model.rs", "use crate::web::Problem;", MODEL),
        ("honour/points/store.rs", "use super::actions::award;", STORE),
        ("honour/points/actions.rs", "use super::api;", ACTIONS),
        ("honour/points/actions/awards.rs", "use super::super::api::View;", ACTIONS),
        ("honour/points/actions.rs", "use actix_web::web;", ACTIX),
        ("honour/points/store.rs", "use redis::Client;", REDIS),
        ("honour/points/actions.rs", "use crate::on;", DIESEL),
        ("honour/points/actions.rs", "fn f() { diesel::insert_into(x) }", DIESEL),
        ("honour/points/store.rs", "use crate::db::schema::{point_rules, members};", TABLE),
        ("people/members/actions.rs", "use crate::honour::points::Points;", WING),
        ("people/members/phones.rs", "use crate::people::sessions::Sessions;", EDGE),
        ("people/members/phones.rs", "use super::api::View;", ACTIONS),
        ("people/members/phones.rs", "use crate::web::caller::Caller;", DOOR),
        ("judging/campaigns/vote/store.rs", "use super::rules::may_vote;", STORE),
        ("judging/campaigns/vote/rules.rs", "use crate::judging::campaigns::entries::store::find;", RULES),
        ("honour/points/api.rs", "use crate::app::App;", APP),
    ] {
        let place = Place::of(Path::new(file));
        let broken: Vec<_> = paths(line, &place).iter().filter_map(|path| verdict(&place, path, &tables)).collect();
        assert!(broken.contains(&rule), "{file}: {line} → {broken:?}");
    }
    let place = Place::of(Path::new("honour/points/rules.rs"));
    let harmless = "// use actix_web::web;\nconst X: &str = \"redis::x\";\n#[cfg(test)]\nmod tests { use crate::app; }";
    assert!(paths(harmless, &place).iter().all(|path| verdict(&place, path, &tables).is_none()));
}

/// Kernels and rooms whose tests stand in a file of another name, and why.
const ELSEWHERE: [(&str, &str, &str); 14] = [
    ("board", "board_kernel", "boards is the room that shows them"),
    ("attempts", "attempts_kernel", "they are told apart from those of a contest"),
    ("live", "events", "the room is what tells it"),
    ("trail", "audit", "the room is what reads it"),
    ("recusals", "own_case", "who was kept out is seen beside who acted instead"),
    ("text_versions", "versions", "what two people write"),
    ("lease", "ideas", "a lease is seen by what two servers do once: reminders, here"),
    ("key_store", "campaigns", "the keys are those of votes"),
    ("private_files", "secrets", "what lies in them"),
    ("secret_checks", "secrets", "what they check"),
    ("restores", "backup", "what restores"),
    ("imports", "real_files", "what is confirmed, and taken back"),
    ("glance", "today", "the page that takes it"),
    ("backlog", "migrations", "what they leave to the program"),
];

#[test]
fn every_room_and_kernel_has_its_file_of_tests() {
    let has_file = |name: &str| ["", "/mod"].iter().any(|end| Path::new(&format!("tests/{name}{end}.rs")).exists());
    let mut without = Vec::new();
    let wings = WINGS.iter().map(|(wing, _)| format!("src/{wing}"));
    for folder in wings.chain(["src/kernel".into()]) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_stem().unwrap().to_string_lossy().into_owned();
            if name == "mod" {
                continue;
            }
            let file = ELSEWHERE.iter().find(|(other, ..)| *other == name).map_or(name.as_str(), |(_, file, _)| file);
            if !has_file(file) {
                without.push(format!("{}: tests/{file}.rs", entry.display()));
            }
        }
    }
    assert!(without.is_empty(), "\n{}\n", without.join("\n"));
}

#[test]
fn no_table_of_steps_escapes_the_walk() {
    let declares_verbs = |code: &str| code.lines().map(str::trim).any(|line| line.ends_with("Verb {"));
    let mut found = BTreeSet::new();
    for file in files(Path::new("src")) {
        let room = Place::of(file.strip_prefix("src").unwrap()).room;
        let code = bare(&std::fs::read_to_string(&file).unwrap());
        if room != "base" && (code.contains("Flow<") || declares_verbs(&code)) {
            found.insert(room);
        }
    }
    let walked: BTreeSet<String> = crate::workflow::TABLES.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(found, walked, "rooms with verbs or tables, and those that tests/workflow.rs walks");
}

#[test]
fn no_test_passes_without_having_looked() {
    const NEEDS: &str = "#[ignore = \"needs PostgreSQL and Redis: scripts/test runs it there\"]";
    let mut faults = Vec::new();
    for file in files(Path::new("tests")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (number, line) in lines.iter().enumerate() {
            let next = |ahead: usize| lines.get(number + ahead).copied().unwrap_or_default();
            let leaves =
                line.ends_with("on_postgres() {") && (next(1) == "return;" || next(1).starts_with("return; //"));
            // split, or this file would be found
            let says_so =
                line.contains(concat!("println!(\"", "skipped")) || line.contains(concat!("return ", "println!"));
            let needs = *line == NEEDS && next(2) != "needs_postgres();";
            let ignored = line.starts_with("#[ignore") && *line != NEEDS && !next(1).contains("fn by_hand_");
            if leaves || says_so || needs || ignored {
                faults.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
        let asked = text.matches("needs_postgres();").count();
        let told = text.matches(NEEDS).count();
        if asked != told && !file.ends_with("house.rs") {
            faults.push(format!("{}: {asked} tests need PostgreSQL and {told} say so", file.display()));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Rooms that stand at the door themselves: they turn tokens into callers, and problems into the operator's sentences.
const SPEAKS_HTTP: [&str; 2] = ["sessions", "operator"];

const LAYERS: [&str; 5] = ["api", "store", "rules", "model", "room"];

/// Where a file stands: its wing, its room, and its layer within the room or a part of it (`vote/api/ballots.rs` belongs
/// to `api`). What is neither a layer nor a `mod.rs` is a file of actions, whatever its name.
struct Place {
    module: Vec<String>,
    wing: String,
    room: String,
    layer: String,
}

impl Place {
    fn of(file: &Path) -> Place {
        let mut module: Vec<String> =
            file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let is_mod = module.last().is_some_and(|last| last == "mod");
        if is_mod {
            module.pop();
        }
        let (wing, room, within) = divided(&module);
        let layer = match layer_of(within) {
            // health is a room of one file, all of it routes
            _ if room == "health" => "api",
            Some(layer) => layer,
            None if is_mod && within.len() < 2 => "mod",
            None => "actions",
        };
        Place { wing: wing.into(), room: room.into(), layer: layer.into(), module }
    }
}

/// The wing (or nothing), the room or floor, and what follows.
fn divided(path: &[String]) -> (&str, &str, &[String]) {
    let part = |n: usize| path.get(n).map_or("", String::as_str);
    if WINGS.iter().any(|(wing, _)| *wing == part(0)) {
        (part(0), part(1), path.get(2..).unwrap_or_default())
    } else {
        ("", part(0), path.get(1..).unwrap_or_default())
    }
}

/// The layer that a path within a room leads to, directly or in a part of the room.
fn layer_of(within: &[String]) -> Option<&'static str> {
    within.iter().take(2).find_map(|part| LAYERS.into_iter().find(|layer| layer == part))
}

/// The rule that `path` breaks at `place`, if any.
fn verdict(place: &Place, path: &[String], tables: &BTreeMap<String, String>) -> Option<&'static str> {
    let (wing, room, layer) = (place.wing.as_str(), place.room.as_str(), place.layer.as_str());
    let root = ROOTS.contains(&room);
    let part = |n: usize| path.get(n).map_or("", String::as_str);
    match part(0) {
        "actix_web" | "actix_multipart" | "actix_cors" | "utoipa_actix_web" | "actix" => {
            let allowed = ["web", "room"].contains(&room) || root || layer == "api";
            return (!allowed).then_some(if layer == "rules" { RULES } else { ACTIX });
        }
        "redis" => return (room != "kernel").then_some(REDIS),
        "diesel" => return builds_queries(place, part(1)).then_some(DIESEL),
        "crate" => {}
        _ => return None,
    }
    let (target_wing, target, inside) = divided(&path[1..]);
    // macros stand at the top of the crate, wherever they are written
    let (target_wing, target) = match target {
        "id" | "words" | "open_words" | "more_words" | "word_as_text" => ("", "base"),
        "on" | "prepared" => ("", "db"),
        "point_rules" => ("honour", "points"),
        "notice_kinds" => ("ground", "notices"),
        target => (target_wing, target),
    };
    let inside = |n: usize| inside.get(n).map_or("", String::as_str);
    if target == "app" && !root {
        return Some(APP);
    }
    if matches!(part(1), "on" | "prepared") && builds_queries(place, "prelude") {
        return Some(DIESEL);
    }
    if target == "db" && inside(0) == "schema" && !may_touch(place, inside(1), tables) {
        return Some(TABLE);
    }
    let among = |allowed: &[&str]| target == room || allowed.contains(&target);
    match room {
        "base" => return (!among(&[])).then_some(BASE),
        "db" => return (!among(&["base"])).then_some(DB),
        "kernel" => return (!among(&["base", "db"])).then_some(KERNEL),
        "web" => return (!among(&["base", "db"])).then_some(WEB),
        "config" | "room" => return (!among(&GROUND)).then_some(CONFIG),
        _ if root => return None,
        _ => {}
    }
    let within = target == room;
    let own = layer_of(divided(&path[1..]).2).unwrap_or_default();
    let clock = target == "base" && inside(0) == "clock";
    match layer {
        "model" if within && own != "model" => return Some(MODEL),
        "model" if ["web", "config"].contains(&target) => return Some(MODEL),
        "rules" if within && !["model", "rules"].contains(&own) => return Some(RULES),
        "rules" if clock || ["web", "kernel", "config"].contains(&target) => return Some(RULES),
        // a refusal says that it is one; nothing else of the door is for rules
        "rules" if target == "db" && !["", "Refusal"].contains(&inside(0)) => return Some(RULES),
        "store" if within && !["model", "store"].contains(&own) => return Some(STORE),
        "store" if clock || ["web", "config"].contains(&target) => return Some(STORE),
        "actions" if within && own == "api" => return Some(ACTIONS),
        "actions" if target == "web" && !SPEAKS_HTTP.contains(&room) => return Some(DOOR),
        _ => {}
    }
    if within || GROUND.contains(&target) || EXCEPTIONS.iter().any(|(from, to, _)| (*from, *to) == (room, target)) {
        return None;
    }
    let listed = |edges: &[(&str, &[&str])], from: &str, to: &str| {
        edges.iter().any(|(name, uses)| *name == from && uses.contains(&to))
    };
    if wing == target_wing {
        return (!listed(WITHIN_WINGS, room, target)).then_some(EDGE);
    }
    (!listed(WINGS, wing, target_wing)).then_some(WING)
}

/// Whether naming `diesel::{what}` at `place` builds a query where none may be built.
fn builds_queries(place: &Place, what: &str) -> bool {
    let builder =
        ["prelude", "insert_into", "update", "delete", "select", "sql_query", "dsl", "sql_types"].contains(&what);
    // a model derives its rows, and the ground floor its column types
    let rows = matches!(place.layer.as_str(), "model") && matches!(what, "prelude" | "sql_types");
    let queries = place.layer == "store" || ["kernel", "db"].contains(&place.room.as_str());
    builder && !rows && !queries && place.room != "base"
}

fn may_touch(place: &Place, table: &str, tables: &BTreeMap<String, String>) -> bool {
    if table.is_empty() || place.room == "db" || ROOTS.contains(&place.room.as_str()) {
        return true;
    }
    tables.get(table).is_none_or(|owner| *owner == place.room)
}

/// The room of every table: the files of `src/db/schema` list them under comments that name the rooms.
fn tables() -> BTreeMap<String, String> {
    let text = crate::schema::text();
    let mut room = String::new();
    let mut owners = BTreeMap::new();
    let mut in_table = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("// ") {
            room = name.trim().to_owned();
        } else if line.starts_with("diesel::table!") {
            in_table = true;
        } else if std::mem::take(&mut in_table) {
            owners.insert(line.trim().split(' ').next().unwrap().to_owned(), room.clone());
        }
    }
    assert!(owners["members"] == "members" && owners["outbox"] == "kernel", "{owners:?}");
    owners
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.file_stem().unwrap() != "tests" {
            found.push(path);
        }
    }
    found
}

/// Every path that the text names, from the crate's top or from a library, with groups spread out.
fn paths(text: &str, place: &Place) -> Vec<Vec<String>> {
    let code = bare(text);
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins = at == 0 || tokens[at - 1] != "::" || !is_word(tokens.get(at.wrapping_sub(2)));
        if begins && is_word(tokens.get(at)) && tokens.get(at + 1).is_some_and(|next| *next == "::") {
            at = spread(&tokens, at, &[], &mut found);
        } else if tokens[at] == "use" && is_word(tokens.get(at + 1)) && tokens.get(at + 2) != Some(&"::") {
            found.push(vec![tokens[at + 1].to_owned()]);
            at += 1;
        } else {
            at += 1;
        }
    }
    found.into_iter().filter_map(|path| absolute(path, place)).collect()
}

/// Reads one path, or a group of them, that continues `before`; says where it ended.
fn spread(tokens: &[&str], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    loop {
        match tokens.get(at) {
            Some(&"{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != "}") {
                    let next = spread(tokens, at, &path, found);
                    at = if next == at { at + 1 } else { next };
                }
                return at + 1;
            }
            Some(word) if is_word(Some(word)) => {
                path.push((*word).to_owned());
                at += 1;
            }
            _ => break,
        }
        // `path!` is the macro of that name; `as` renames what was already read
        if tokens.get(at) == Some(&"::") && tokens.get(at + 1).is_some_and(|next| *next == "{" || is_word(Some(next))) {
            at += 1;
        } else {
            break;
        }
    }
    if path.len() > before.len() {
        found.push(path);
    }
    if tokens.get(at) == Some(&"as") { at + 2 } else { at }
}

fn is_word(token: Option<&&str>) -> bool {
    token.is_some_and(|token| token.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

/// The path from the crate's top: `super` and `self` are resolved, a library's path stays as it is.
fn absolute(path: Vec<String>, place: &Place) -> Option<Vec<String>> {
    let crate_path = |module: &[String], rest: &[String]| {
        let rest = rest.iter().filter(|part| *part != "self").cloned();
        Some(std::iter::once("crate".to_owned()).chain(module.iter().cloned()).chain(rest).collect())
    };
    match path[0].as_str() {
        "super" | "self" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            let module = &place.module[..place.module.len().checked_sub(ups)?];
            crate_path(module, &path[ups..])
        }
        "xianfeng" => crate_path(&[], &path[1..]),
        _ => Some(path),
    }
}

/// The text without comments and without what stands in strings.
fn bare(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => {
                while rest.peek().is_some_and(|c| *c != '\n') {
                    rest.next();
                }
            }
            '"' => {
                while let Some(c) = rest.next() {
                    match c {
                        '\\' => {
                            rest.next();
                        }
                        '"' => break,
                        _ => {}
                    }
                }
                code.push(' ');
            }
            // a character such as '"' or '/', not a lifetime
            '\'' => {
                let ahead: String = rest.clone().take(3).collect();
                let quoted = if ahead.starts_with('\\') { 3 } else { 2 };
                if ahead.chars().nth(quoted - 1) == Some('\'') {
                    (0..quoted).for_each(|_| {
                        rest.next();
                    });
                }
                code.push(' ');
            }
            c => code.push(c),
        }
    }
    code
}

fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let length = match first {
            _ if word > 0 => word,
            ':' if rest.starts_with("::") => 2,
            first => first.len_utf8(),
        };
        if !first.is_whitespace() {
            tokens.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    tokens
}
