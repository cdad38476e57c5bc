//! A vote that the whole enterprise takes part in: ballots of ten choices, and their counting.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use rusqlite::{Connection, params};

use crate::client::{self, request};
use crate::contract;
use crate::report::Figure;
use crate::work::{arrive, figure};
use crate::world::{Kind, World, id, prefix};

/// Entries that can be voted on.
const ENTRIES: usize = 50;

/// Choices of a ballot.
const CHOICES: usize = 10;

/// Seconds in which the entries are handed in, before the vote opens; a build for debugging is slow.
const HANDING_IN: i64 = 15;

/// Longer than opening, or counting, may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Bytes of a sealed ballot of ten: a nonce, ten numbers and a tag.
const SEALED: usize = 12 + 2 * CHOICES + 16;

/// An open vote.
#[derive(Default)]
pub struct Vote {
    path: String,
    entries: Vec<String>,
}

/// Lets the first member write entries; before the server starts, which keeps duties in memory.
pub fn give_duty(database: &Path, world: &World) -> Result<()> {
    let bytes = |id: uuid::Uuid| id.as_bytes().to_vec();
    Connection::open(database)?.execute(
        "INSERT INTO roles (id, member_id, role, unit_id, from_on, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        params![
            bytes(id(Kind::Role, 1)),
            bytes(id(Kind::Member, 0)),
            contract::SECRETARY,
            bytes(world.root()),
            world.day.to_string(),
            chrono::Utc::now().timestamp_micros(),
        ],
    )?;
    Ok(())
}

/// Writes, announces and opens a campaign with its entries, and waits until its vote is open.
pub fn open(address: SocketAddr, world: &World) -> Result<Vote> {
    let campaign = contract::campaign(world.root(), HANDING_IN);
    let path = contract::campaign_path(&ask(address, world, "POST", contract::CAMPAIGNS, &campaign)?)?;
    for step in [contract::ANNOUNCE, contract::OPEN] {
        ask(address, world, "POST", &format!("{path}{step}"), "{}")?;
    }
    let mut entries = Vec::new();
    for n in 0..ENTRIES {
        let entry = contract::entry(world.root(), id(Kind::Member, 0), n);
        let entry = contract::entry_id(&ask(address, world, "POST", &format!("{path}{}", contract::ENTRIES), &entry)?)?;
        ask(address, world, "POST", &contract::hand_in_entry_path(&entry), "{}")?;
        entries.push(entry);
    }
    let began = Instant::now();
    while !contract::is_open(&ask(address, world, "GET", &path, "")?, "vote")? {
        ensure!(began.elapsed() < PATIENCE, "the vote is not open after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(Vote { path, entries })
}

impl Vote {
    /// Every member but the first, whose entries they are, casts a ballot of his own.
    pub fn cast(&self, address: SocketAddr, world: &World, connections: usize) -> Result<Figure> {
        let path = format!("{}{}", self.path, contract::BALLOTS);
        let ballot = |n: u32| {
            // seven and fifty have no divisor in common, so that the ten differ
            let chosen: Vec<&String> =
                (0..CHOICES).map(|place| &self.entries[(n as usize + 7 * place) % ENTRIES]).collect();
            request("POST", &path, Some(&world.access_token(n)), &contract::ballot(&chosen))
        };
        let requests: Vec<_> = (1..world.members).map(ballot).collect();
        arrive(address, world, connections)?;
        figure(client::flood(address, connections, requests.into_iter())?)
    }

    /// Ends the vote by `end` and waits until it is counted; how long closing and counting took.
    pub fn count(&self, address: SocketAddr, world: &World, end: impl FnOnce(&str) -> Result<()>) -> Result<Duration> {
        let now = chrono::Utc::now().timestamp_micros();
        end(&contract::END_VOTES.replace("{now}", &now.to_string()))?;
        let (began, results) = (Instant::now(), format!("{}{}", self.path, contract::RESULTS));
        loop {
            if let Some(ballots) = contract::counted(&ask(address, world, "GET", &results, "")?)? {
                ensure!(ballots == u64::from(world.members - 1), "{ballots} ballots were counted");
                return Ok(began.elapsed());
            }
            ensure!(began.elapsed() < PATIENCE, "the vote is not counted after {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The least that a ballot can be on PostgreSQL: one statement that looks whether the vote is open and writes the row.
    pub fn script(&self, world: &World, clients: usize) -> String {
        let campaign = self.path.rsplit('/').next().unwrap_or_default().replace('-', "");
        let (now, member, sealed) =
            (chrono::Utc::now().timestamp_micros(), prefix(Kind::Member as u8), "5a".repeat(SEALED));
        format!(
            "\\set i :i + {clients}\n\\set n :i + :client_id\n\\set low :n % {0} - 9223372036854775807 - 1\n\
             \\set d :n / {0}\n\
             WITH vote AS (SELECT campaign_id FROM campaign_stages WHERE campaign_id = decode('{campaign}', 'hex') \
             AND stage = 'vote' AND state = 'open' AND closes_at > {now}) \
             INSERT INTO campaign_ballots (campaign_id, member_id, period, sealed, cast_at) \
             SELECT campaign_id, decode('{member}', 'hex') || int8send(:low), :d::int, decode('{sealed}', 'hex'), {now} \
             FROM vote ON CONFLICT DO NOTHING;\n",
            world.members
        )
    }
}

/// What the organiser asks; he is the first member.
fn ask(address: SocketAddr, world: &World, method: &str, path: &str, body: &str) -> Result<Vec<u8>> {
    let (status, reply) = client::once(address, &request(method, path, Some(&world.access_token(0)), body))?;
    if !(200..300).contains(&status) {
        bail!("{method} {path}: {status} {}", String::from_utf8_lossy(&reply));
    }
    Ok(reply)
}
