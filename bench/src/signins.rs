//! Signing in: how many right passwords a second are answered, at once and under more than can be done.
//!
//! Callers come at their own pace whatever the server does, each over a connection of its own, and leave when they have
//! waited for too long. So what is counted is what reached somebody: goodput.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::LocalSet;

use crate::client::{self, Connection};
use crate::contract;
use crate::world::{Kind, employee_no, id};

/// How long a caller waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Seconds that are not counted: the queue fills.
const WARMING_SECONDS: f64 = 2.0;
/// Seconds that are counted at each load.
const SECONDS: f64 = 10.0;
/// Callers at once while the capacity is measured: they keep the hasher busy and let nobody wait for long.
const CLOSED: usize = 16;

/// What became of the right sign-ins of one load.
#[derive(Default)]
pub struct Goodput {
    /// Signed in, per second.
    pub right: f64,
    /// Told to come back, per second.
    pub shed: f64,
    /// Left without an answer, per second.
    pub left: f64,
    pub p99_ms: f64,
}

/// Gives everybody the same password.
pub fn seed(database: &Path, members: u32) -> Result<()> {
    let mut db = rusqlite::Connection::open(database)?;
    let tx = db.transaction()?;
    for n in 0..members {
        tx.execute(contract::INSERT_PASSWORD, (id(Kind::Member, n).as_bytes().as_slice(), contract::PASSWORD_HASH))?;
    }
    Ok(tx.commit()?)
}

/// The members who sign in, one after the other, each from an address of his own.
#[derive(Clone)]
pub struct Members {
    next: Rc<Cell<u32>>,
    members: u32,
}

impl Members {
    pub fn new(members: u32) -> Members {
        Members { next: Rc::default(), members }
    }

    fn next(&self) -> Vec<u8> {
        let n = self.next.get();
        self.next.set((n + 1) % self.members);
        let address = format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
        contract::sign_in(&employee_no(n), contract::PASSWORD, &address)
    }
}

/// Right sign-ins a second when [`CLOSED`] callers begin the next when one is answered.
pub fn capacity(address: SocketAddr, members: &Members) -> Result<f64> {
    let (members, until) = (members.clone(), Instant::now() + Duration::from_secs_f64(SECONDS));
    let requests = std::iter::from_fn(move || (Instant::now() < until).then(|| members.next()));
    let seen = client::flood(address, CLOSED, requests)?;
    Ok((seen.latencies.len() as f64 - seen.errors as f64) / seen.seconds)
}

/// Right sign-ins at `rate` a second, whatever the server does; beside them, when `sprayed`, one strange address that
/// tries a wrong password at one account after the other as fast as it is answered.
pub fn goodput(address: SocketAddr, members: &Members, rate: f64, sprayed: bool) -> Result<Goodput> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcomes: Rc<RefCell<Vec<Outcome>>> = Rc::default();
    LocalSet::new().block_on(&runtime, async {
        let began = Instant::now();
        if sprayed {
            for lane in 0..32 {
                tokio::task::spawn_local(spray(address, lane));
            }
        }
        let mut callers = Vec::new();
        for n in 0.. {
            let at = f64::from(n) / rate;
            if at > WARMING_SECONDS + SECONDS {
                break;
            }
            tokio::time::sleep_until((began + Duration::from_secs_f64(at)).into()).await;
            let (request, outcomes) = (members.next(), outcomes.clone());
            let counts = at >= WARMING_SECONDS;
            callers.push(tokio::task::spawn_local(async move {
                let outcome = call(address, &request).await;
                if counts {
                    outcomes.borrow_mut().push(outcome);
                }
            }));
        }
        for caller in callers {
            let _ = caller.await;
        }
    });
    Ok(summary(&outcomes.borrow()))
}

enum Outcome {
    Right(Duration),
    Shed,
    Left,
}

async fn call(address: SocketAddr, request: &[u8]) -> Outcome {
    let began = Instant::now();
    let exchange = async {
        let mut connection = Connection::open(address).await?;
        connection.exchange(request).await.map(|(status, _)| status)
    };
    match tokio::time::timeout(PATIENCE, exchange).await {
        Ok(Ok(201)) => Outcome::Right(began.elapsed()),
        Ok(Ok(_)) => Outcome::Shed,
        _ => Outcome::Left,
    }
}

async fn spray(address: SocketAddr, lane: u32) {
    let Ok(mut connection) = Connection::open(address).await else { return };
    for n in 0_u32.. {
        let account = format!("S{lane}-{n}");
        let request = contract::sign_in(&account, "wrong-2026", "192.0.2.1");
        if connection.exchange(&request).await.is_err() {
            return;
        }
    }
}

fn summary(outcomes: &[Outcome]) -> Goodput {
    let mut goodput = Goodput::default();
    let mut seen = client::Seen::default();
    for outcome in outcomes {
        match outcome {
            Outcome::Right(after) => {
                goodput.right += 1.0 / SECONDS;
                seen.latencies.push(u32::try_from(after.as_micros()).unwrap_or(u32::MAX));
            }
            Outcome::Shed => goodput.shed += 1.0 / SECONDS,
            Outcome::Left => goodput.left += 1.0 / SECONDS,
        }
    }
    goodput.p99_ms = seen.percentile_ms(0.99);
    goodput
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reached_somebody_counts() {
        let outcomes = [Outcome::Right(Duration::from_millis(20)), Outcome::Shed, Outcome::Left, Outcome::Left];
        let goodput = summary(&outcomes);
        assert_eq!((goodput.right, goodput.shed, goodput.left), (0.1, 0.1, 0.2));
        assert_eq!(goodput.p99_ms, 20.0);
    }
}
