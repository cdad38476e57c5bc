//! Several servers on one PostgreSQL and one Redis: what everybody together is answered, and whose processor time it takes.
//!
//! All of them share this machine's cores with the databases and with whoever asks, so that more servers do not answer more
//! here. What the figures say is how much of a write is the servers' work, which grows with machines, and how much the
//! database's, which does not.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use crate::client::{self, Seen, request};
use crate::contract;
use crate::report::Figure;
use crate::server::Server;
use crate::work::{self, AnswerKeys};
use crate::world::World;

/// How many servers are started, one after the other.
pub const COUNTS: [usize; 3] = [1, 2, 4];

/// What was seen of so many servers.
pub struct Shared {
    pub hello: Figure,
    pub submission: Figure,
    /// Milliseconds of processor time that a submission takes: of the servers, of PostgreSQL, of Redis.
    pub cost_ms: [f64; 3],
}

/// Programs whose processor time is counted, as the kernel names them.
const PROGRAMS: [&str; 3] = ["xianfeng", "postgres", "redis-server"];

/// Everybody says hello for a while, then submits once, each at the server whose turn it is.
pub fn share(servers: &[Server], world: &World, keys: &AnswerKeys, connections: usize) -> Result<Shared> {
    let questions = work::fetch_paper(servers[0].address, world)?;
    for server in servers {
        work::arrive(server.address, world, connections)?;
    }
    let ask = |n: u32| request("GET", contract::HELLO, Some(&world.access_token(n)), "");
    let greetings: Vec<_> = (0..world.members).chain(0..world.members).map(ask).collect();
    let hello = work::figure(flood(servers, connections, greetings)?)?;
    let papers: Vec<_> = (0..world.members).map(|n| work::submit(world, keys, &questions, n)).collect();
    let before = processor_time()?;
    let submission = work::figure(flood(servers, connections, papers)?)?;
    let after = processor_time()?;
    let each = |n: usize| (after[n].saturating_sub(before[n])).as_secs_f64() * 1000.0 / f64::from(world.members);
    Ok(Shared { hello, submission, cost_ms: [each(0), each(1), each(2)] })
}

/// Sends the requests to the servers in turn, over as many connections in all as to one alone.
fn flood(servers: &[Server], connections: usize, requests: Vec<Vec<u8>>) -> Result<Seen> {
    let mut shares = vec![Vec::new(); servers.len()];
    for (n, request) in requests.into_iter().enumerate() {
        shares[n % servers.len()].push(request);
    }
    let each = connections / servers.len();
    std::thread::scope(|scope| {
        let asking: Vec<_> = servers
            .iter()
            .zip(shares)
            .map(|(server, share)| scope.spawn(move || client::flood(server.address, each, share.into_iter())))
            .collect();
        asking.into_iter().try_fold(Seen::default(), |mut all, thread| {
            let seen = thread.join().map_err(|_| anyhow!("the asking broke off"))??;
            all.latencies.extend(seen.latencies);
            all.errors += seen.errors;
            all.first_error = all.first_error.or(seen.first_error);
            all.seconds = all.seconds.max(seen.seconds);
            Ok(all)
        })
    })
}

/// The processor time that each of `PROGRAMS` has taken so far, over all its processes, children that ended included.
fn processor_time() -> Result<[Duration; 3]> {
    /// Ticks of the kernel's clock in a second, on every Linux.
    const TICKS: u64 = 100;
    let mut ticks = [0; 3];
    for entry in fs::read_dir("/proc")? {
        // a process may end while it is looked at
        let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else { continue };
        let (head, tail) = stat.rsplit_once(')').context("no name in /proc/*/stat")?;
        let Some(program) = PROGRAMS.iter().position(|name| head.ends_with(&format!("({name}"))) else { continue };
        // user and system time, and the same of children that were waited for
        let fields = tail.split_whitespace().skip(11).take(4);
        ticks[program] += fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
    }
    Ok(ticks.map(|ticks| Duration::from_millis(ticks * 1000 / TICKS)))
}
