//! A hundred thousand golden ideas: listing, searching, what resembles another, and handing one in.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::client::{self, request};
use crate::contract;
use crate::raw::{Replay, Row};
use crate::report::Figure;
use crate::work::figure;
use crate::world::{Kind, World, id};

/// Ideas in the database.
pub const IDEAS: u32 = 100_000;

/// Requests of each look, one after the other: what one person waits for.
const LOOKS: usize = 300;

/// Members who hand an idea in.
pub const SUBMISSIONS: u32 = 10_000;

/// What is looked at, by whoever sees everything.
pub const LOOKED_AT: [(&str, &str); 6] = [
    ("ideas list", "/api/v1/ideas?limit=20"),
    ("ideas search, one in 1,000", "/api/v1/ideas?q=%E7%A8%80%E6%9C%89"),
    ("ideas search, one in 100", "/api/v1/ideas?q=%E7%99%BE%E5%88%86%E4%B9%8B%E4%B8%80"),
    ("ideas search, one in 10", "/api/v1/ideas?q=%E5%8D%81%E5%88%86%E4%B9%8B%E4%B8%80"),
    ("ideas search, every one", "/api/v1/ideas?q=%E5%BB%BA%E8%AE%AE"),
    (
        "ideas similar",
        "/api/v1/ideas/similar?title=%E5%85%B3%E4%BA%8E%E5%8A%A0%E5%BC%BA%E7%A8%80%E6%9C%89%E7%9F%BF%E5%B1%B1%E9%80%9A%E9%A3%8E%E7%9A%84%E5%BB%BA%E8%AE%AE",
    ),
];

/// An idea's title and its two texts; characters are distributed as in Chinese, few common and most rare.
fn made_up(number: u32) -> [String; 3] {
    let mut state = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut character = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let part = (state >> 11) as f64 / (1_u64 << 53) as f64;
        char::from_u32(0x4E00 + (2_500_f64.powf(part) as u32) * 7 % 20_000).unwrap_or('一')
    };
    let mut title = "关于加强的建议".to_owned();
    for (every, word) in [(1_000, "稀有"), (100, "矿山百分之一"), (10, "十分之一"), (2, "半数")] {
        if number.is_multiple_of(every) {
            title.push_str(word);
        }
    }
    let mut text = || (0..140).map(|_| character()).collect();
    [title, text(), text()]
}

/// What the index keeps of a text: its characters, its pairs and its marks (the product's base/grams and kernel/search).
fn grams(text: &str, shelves: &[Uuid]) -> BTreeSet<String> {
    let mut grams: BTreeSet<String> = text.chars().filter(|c| !c.is_whitespace()).map(String::from).collect();
    for word in text.split_whitespace() {
        let chars: Vec<char> = word.chars().collect();
        grams.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    grams.insert(format!("·{}", contract::IDEA_KIND));
    grams.extend(shelves.iter().map(|shelf| format!("·{}", shelf.simple())));
    grams
}

/// Writes the ideas into a database that holds the enterprise.
pub fn seed(database: &Path, world: &World) -> Result<()> {
    let mut db = Connection::open(database)?;
    let now = chrono::Utc::now().timestamp_micros();
    for chunk in (0..IDEAS).collect::<Vec<_>>().chunks(1_000) {
        let tx = db.transaction()?;
        for n in chunk {
            seed_one(&tx, world, *n, now)?;
        }
        tx.commit()?;
    }
    db.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
    Ok(())
}

fn seed_one(tx: &rusqlite::Transaction<'_>, world: &World, n: u32, now: i64) -> Result<()> {
    // most are over, as after some years; some wait
    let stage = ["submitted", "closed", "declined", "closed", "filed", "closed"]
        [if n % 20 == 0 { 0 } else { 1 + n as usize % 5 }];
    let [title, problem, proposal] = made_up(n);
    let author = n.wrapping_mul(7_919) % world.members;
    let (member, unit, branch) = (id(Kind::Member, author), world.group(author), world.branch(author));
    let at = now - i64::from(IDEAS - n) * 60_000_000;
    let bytes = |id: Uuid| id.as_bytes().to_vec();
    tx.prepare_cached(
        "INSERT INTO ideas (id, author_id, unit_id, branch_id, category, title, problem, proposal, benefit, state,
             submitted_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?)",
    )?
    .execute(params![
        bytes(id(Kind::Idea, n)),
        bytes(member),
        bytes(unit),
        bytes(branch),
        ["智能化", "矿量", "指标", "项目", "创新", "作风", "改革"][n as usize % 7],
        title,
        problem,
        proposal,
        stage,
        at,
        at,
        at
    ])?;
    let text = format!("{title}\n{problem} {proposal}");
    tx.prepare_cached("INSERT INTO search_entries (id, kind, subject_id, text) VALUES (?, ?, ?, ?)")?
        .execute(params![i64::from(n) + 1, contract::IDEA_KIND, bytes(id(Kind::Idea, n)), text])?;
    let grams = grams(&text, &[member, unit, branch]);
    let grams: Vec<&str> = grams.iter().map(String::as_str).collect();
    tx.prepare_cached("INSERT INTO search_grams (rowid, grams) VALUES (?, ?)")?
        .execute(params![i64::from(n) + 1, grams.join(" ")])?;
    Ok(())
}

/// The grams of every seeded idea, as lines for PostgreSQL's COPY: the entry's id and an array.
pub fn gram_lines(world: &World) -> Vec<u8> {
    let mut lines = Vec::new();
    for n in 0..IDEAS {
        let [title, problem, proposal] = made_up(n);
        let author = n.wrapping_mul(7_919) % world.members;
        let shelves = [id(Kind::Member, author), world.group(author), world.branch(author)];
        let grams: Vec<String> = grams(&format!("{title}\n{problem} {proposal}"), &shelves).into_iter().collect();
        lines.extend(format!("{}\t{{{}}}\n", n + 1, grams.join(",")).into_bytes());
    }
    lines
}

/// One person looks, again and again, with nobody else around.
pub fn look(address: SocketAddr, world: &World, path: &str) -> Result<Figure> {
    let token = world.access_token(0);
    let requests: Vec<_> = (0..LOOKS).map(|_| request("GET", path, Some(&token), "")).collect();
    figure(client::flood(address, 1, requests.into_iter())?)
}

/// The `n`th member's idea as a request.
pub fn submission(world: &World, n: u32) -> Vec<u8> {
    let [title, problem, proposal] = made_up(IDEAS + n);
    request("POST", contract::IDEAS, Some(&world.access_token(n)), &contract::idea(&title, &problem, &proposal))
}

/// Members hand an idea in, one each.
pub fn submit(address: SocketAddr, world: &World, connections: usize) -> Result<Figure> {
    let requests: Vec<_> = (0..SUBMISSIONS.min(world.members)).map(|n| submission(world, n)).collect();
    figure(client::flood(address, connections, requests.into_iter())?)
}

/// The very rows that handing in wrote, idea by idea; the search index gets its grams afterwards.
pub fn replay(database: &Path) -> Result<Replay> {
    let db = Connection::open(database)?;
    let last = id(Kind::Idea, IDEAS).as_bytes().to_vec();
    let mut inserts: Vec<String> = Vec::new();
    let mut actions: Vec<Vec<Row>> = Vec::new();
    let of_ideas = [
        "SELECT * FROM ideas WHERE id > ? ORDER BY id",
        "SELECT * FROM idea_steps WHERE idea_id > ? ORDER BY idea_id",
        "SELECT idea_hand_ins.* FROM idea_hand_ins JOIN idea_steps ON idea_steps.id = step_id WHERE idea_id > ? ORDER BY idea_id",
        "SELECT * FROM trail WHERE subject_kind = 'idea' AND subject_id > ? ORDER BY subject_id",
        "SELECT * FROM search_entries WHERE subject_id > ? ORDER BY subject_id",
    ];
    for (number, (query, table)) in
        of_ideas.iter().zip(["ideas", "idea_steps", "idea_hand_ins", "trail", "search_entries"]).enumerate()
    {
        let mut query = db.prepare(query)?;
        let columns = query.column_count();
        let rows = query.query_map([&last], |row| (0..columns).map(|column| row.get(column)).collect())?;
        for (place, row) in rows.enumerate() {
            if actions.len() <= place {
                actions.push(Vec::new());
            }
            actions[place].push((number, row?));
        }
        inserts.push(format!("INSERT INTO {table} VALUES ({})", vec!["?"; columns].join(", ")));
    }
    Ok(Replay::new(inserts, actions))
}
