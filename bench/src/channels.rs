//! Messages and sign-ins through the stand-in platform: how fast a push is expanded and sent to everybody, what that costs the
//! mornings, how fast everybody signs in by a code, and what an open stream of events weighs.

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags, params};
use serde_json::Value;

use crate::client;
use crate::contract;
use crate::server::Server;
use crate::world::{World, employee_no};

/// How long everything may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(1_200);

/// A running stand-in platform; killed when dropped.
pub struct Platform {
    child: Child,
    pub address: SocketAddr,
}

impl Platform {
    /// Starts one on which every member has an account.
    pub fn start(program: &Path, folder: &Path, members: u32) -> Result<Platform> {
        let file = folder.join("platform-members.txt");
        let lines: String = (0..members).map(|n| format!("{0}={0}\n", employee_no(n))).collect();
        std::fs::write(&file, lines)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(program)
            .args(["fake-platform", "--port", &address.port().to_string()])
            .arg("--member-file")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let platform = Platform { child, address };
        let began = Instant::now();
        while platform.arrived().is_err() {
            ensure!(began.elapsed() < Duration::from_secs(30), "the stand-in did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(platform)
    }

    /// What a server is told of it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        contract::platform_settings(&format!("http://{}", self.address))
    }

    /// Messages that have arrived on phones.
    pub fn arrived(&self) -> Result<u64> {
        let (_, body) = client::once(self.address, &client::request("GET", contract::PLATFORM_COUNTS, None, ""))?;
        let counts: Value = serde_json::from_slice(&body)?;
        counts["arrived"].as_u64().context("no count")
    }

    /// A code of each member, for the mini-program inside WeCom.
    pub fn codes(&self) -> Result<Vec<String>> {
        let request = client::request("POST", contract::PLATFORM_CODES, None, contract::PLATFORM_CODES_BODY);
        let (status, body) = client::once(self.address, &request)?;
        ensure!(status == 201, "codes: {status}");
        Ok(serde_json::from_slice(&body)?)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Puts a notice to everybody into the outbox, to be sent when a server starts.
pub fn seed(database: &Path, world: &World) -> Result<()> {
    let db = Connection::open(database)?;
    let now = chrono::Utc::now().timestamp_micros();
    let id = uuid::Uuid::from_u64_pair((u64::try_from(now)? / 1000) << 16 | 0x7000, 1 << 63 | 7);
    let payload = contract::notice(&world.root().to_string());
    db.execute(contract::INSERT_MESSAGE, params![id.as_bytes().as_slice(), payload, now])?;
    Ok(())
}

/// Seconds from the start until everybody has a message written for him, and until all of them have arrived.
pub struct Sent {
    pub expanded: f64,
    pub arrived: f64,
}

/// Waits until everybody has his message.
pub fn wait(database: &Path, platform: &Platform, world: &World, began: Instant) -> Result<Sent> {
    let db = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let written = || db.query_row(contract::COUNT_DELIVERIES, [], |row| row.get::<_, u32>(0));
    let mut expanded = None;
    loop {
        ensure!(began.elapsed() < PATIENCE, "{} of {} arrived", platform.arrived()?, world.members);
        if expanded.is_none() && written()? >= world.members {
            expanded = Some(began.elapsed().as_secs_f64());
        }
        if platform.arrived()? >= u64::from(world.members) {
            let arrived = began.elapsed().as_secs_f64();
            return Ok(Sent { expanded: expanded.unwrap_or(arrived), arrived });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Everybody signs in by a code; requests a second, errors and the 99th percentile.
pub fn sign_ins(server: SocketAddr, codes: Vec<String>, connections: usize) -> Result<client::Seen> {
    let next = Rc::new(Cell::new(0));
    let requests = std::iter::from_fn(move || {
        let n = next.replace(next.get() + 1);
        codes.get(n).map(|code| client::request("POST", contract::SIGN_IN_BY_CODE, None, &contract::code_body(code)))
    });
    client::flood(server, connections, requests)
}

/// KiB of the server's memory for each of so many open streams.
pub fn streams(server: &Server, world: &World, count: u32) -> Result<f64> {
    let open = |n: u32| -> Result<TcpStream> {
        let mut stream = TcpStream::connect(server.address)?;
        stream.write_all(&client::request("GET", contract::EVENTS, Some(&world.access_token(n)), ""))?;
        let mut head = [0; 512];
        let read = stream.read(&mut head)?;
        ensure!(head[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head[..read]));
        Ok(stream)
    };
    // what the first ones take for good is no part of what each costs
    let first = (0..50).map(open).collect::<Result<Vec<_>>>()?;
    let before = server.resident_mb()?;
    let held = (50..50 + count).map(open).collect::<Result<Vec<_>>>()?;
    let after = server.resident_mb()?;
    drop((first, held));
    Ok((after - before) * 1024.0 / f64::from(count))
}
