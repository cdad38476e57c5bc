//! More daily submissions at once than can be served, and somebody who asks meanwhile how the server is: on the main address,
//! where he waits with everybody, and on the one that is kept for him.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::client::{self, Connection, Seen};
use crate::contract;
use crate::work::{self, AnswerKeys};
use crate::world::World;

/// Connections for each of the usual ones.
const CROWD: usize = 16;

/// How often somebody asks; a balancer does so once in seconds.
const EVERY: Duration = Duration::from_millis(10);

/// What was seen while everybody submitted.
pub struct Crowded {
    /// Submitted, per second.
    pub right: f64,
    /// Told to come back, per second.
    pub shed: f64,
    /// Of everybody who submitted.
    pub p99_ms: f64,
    /// What was asked, with the slowest of a hundred answers and how many were other than 200.
    pub asked: Vec<(&'static str, f64, u64)>,
}

/// Everybody submits over many connections; meanwhile health is asked for at both addresses.
pub fn submit(
    main: SocketAddr,
    health: SocketAddr,
    world: &World,
    keys: &AnswerKeys,
    connections: usize,
) -> Result<Crowded> {
    let questions = work::fetch_paper(main, world)?;
    work::arrive(main, world, connections)?;
    let requests: Vec<_> = (0..world.members).map(|n| work::submit(world, keys, &questions, n)).collect();
    let asks = [
        ("/healthz, main address", main, contract::ALIVE),
        ("/healthz, its own address", health, contract::ALIVE),
        ("/readyz, its own address", health, contract::READY),
    ];
    let is_over = AtomicBool::new(false);
    let (crowd, asked) = std::thread::scope(|scope| {
        let asking: Vec<_> = asks
            .iter()
            .map(|(name, address, path)| (*name, scope.spawn(|| keep_asking(*address, path, &is_over))))
            .collect();
        let crowd = client::flood(main, connections * CROWD, requests.into_iter());
        is_over.store(true, Ordering::Relaxed);
        let asked = asking.into_iter().map(|(name, thread)| {
            let seen = thread.join().map_err(|_| anyhow::anyhow!("{name}: the asking broke off"))??;
            anyhow::Ok((name, seen.percentile_ms(0.99), seen.errors))
        });
        (crowd, asked.collect::<Result<Vec<_>>>())
    });
    let crowd = crowd?;
    let right = crowd.latencies.len() as f64 - crowd.errors as f64;
    Ok(Crowded {
        right: right / crowd.seconds,
        shed: crowd.errors as f64 / crowd.seconds,
        p99_ms: crowd.percentile_ms(0.99),
        asked: asked?,
    })
}

/// Asks for `path` at its pace, each time over a connection of its own, as a balancer does.
fn keep_asking(address: SocketAddr, path: &str, is_over: &AtomicBool) -> Result<Seen> {
    let request = client::request("GET", path, None, "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut seen = Seen::default();
        while !is_over.load(Ordering::Relaxed) {
            let began = Instant::now();
            let mut connection = Connection::open(address).await.context("health")?;
            let (status, body) = connection.exchange(&request).await?;
            seen.count(began, status, body);
            tokio::time::sleep(EVERY.saturating_sub(began.elapsed())).await;
        }
        Ok(seen)
    })
}
