//! What survives: the real server is killed, stopped, cut off from its databases, and fed slowly.
//!
//! These tests start the program itself, on the system's clock. They take turns, because they measure time.

mod appraisal;
mod bomb;
mod durable;
mod freezing;
mod held;
pub mod load;
mod outages;
mod pair;
mod polls;
mod senders;

use std::time::{Duration, Instant};

use rand::Rng;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};

use crate::support::process::Site;
use load::{Books, Load};

/// Members who submit in one round.
const ROUND: usize = 500;

static TURN: Mutex<()> = Mutex::const_new(());

/// Waits for the other tests of this file.
pub async fn alone() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() {
    const ROUNDS: usize = 10;
    let _turn = alone().await;
    let site = Site::open(ROUNDS * ROUND).await;
    let mut server = site.serve().await;
    let load = Load::new(&site);
    let (mut found_unanswered, mut resent) = (0, 0);
    for round in 0..ROUNDS {
        let running = load.start(&server, round * ROUND..(round + 1) * ROUND);
        // by answers rather than by time, so that however fast the server is some members still wait for their first
        running.wait_for_answers(rand::rng().random_range(1..ROUND / 2)).await;
        server.kill();
        running.end().await;
        server = site.serve().await;
        let books = Books::read(&site);
        load.check(&books);
        found_unanswered += books.len() - load.acknowledged();
        resent += load.resend(&server).await;
        let books = Books::read(&site);
        load.check(&books);
        assert_eq!(books.len(), load.sent(), "everything sent is there, once");
    }
    println!(
        "kill -9: {ROUNDS} rounds, sent {}, acknowledged {}, found {} of them, lost 0; unanswered and sent again \
         {resent}, of which {found_unanswered} were there already, twice 0",
        load.sent(),
        load.acknowledged() - resent,
        load.acknowledged() - resent,
    );
    assert!(resent > 0, "no kill met a request on its way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_asked_to_stop_finishes_what_it_accepted() {
    const STOP_LIMIT: Duration = Duration::from_secs(25);
    let _turn = alone().await;
    let site = Site::open(ROUND).await;
    let mut server = site.serve().await;
    let load = Load::new(&site);
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let running = load.start(&server, 0..ROUND);
    running.wait_for_answers(1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let asked = Instant::now();
    server.terminate();
    let unanswered = running.end().await;
    let status = server.exited(STOP_LIMIT).await;
    let took = asked.elapsed();
    println!(
        "SIGTERM: sent {}, acknowledged {}, left without an answer {unanswered}, exited after {took:.1?}",
        load.sent(),
        load.acknowledged()
    );
    assert!(status.success(), "{status}: {}", server.log());
    let books = Books::read(&site);
    load.check(&books);
    assert_eq!(books.len(), load.acknowledged(), "what was begun was finished and answered");
    assert_eq!(unanswered, 0, "a request was neither refused nor answered");
    assert!(!server.log().contains("panicked"), "{}", server.log());
    let server = site.serve().await;
    load.resend(&server).await;
    load.check(&Books::read(&site));
}
