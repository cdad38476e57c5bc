//! Who was served which push: put down once, off the request's way.
//!
//! A request only looks into a set in memory. New servings wait in a bounded queue that a job empties in batches each
//! second; it is also emptied before coverage is read and when the server stops. This is best effort on purpose: a
//! crash loses the last second, and while the database is away and the queue is full a serving is put down when the
//! member looks again. Only coverage is made of it, never points.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::model::{PushId, Serving};
use super::store;
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::{Db, DbError, Never, Stop, Tx};

/// Servings that may wait; more than a whole enterprise makes in the second between two flushes.
const MOST_WAITING: usize = 100_000;
/// Servings remembered of one day: three pushes for each of 60,000 members, twice over.
const MOST_SEEN: usize = 400_000;
/// Servings written by one transaction.
const BATCH: usize = 500;

#[derive(Default)]
struct State {
    day: Option<Day>,
    seen: HashSet<(PushId, MemberId)>,
    waiting: Vec<Serving>,
}

/// The servings of this process; clones share them.
#[derive(Clone)]
pub(super) struct Servings {
    db: Db,
    state: Arc<Mutex<State>>,
    /// Held by the one flush that runs, so that no batch is taken twice.
    flushing: Arc<tokio::sync::Mutex<()>>,
}

impl Servings {
    pub fn new(db: Db) -> Servings {
        Servings { db, state: Arc::default(), flushing: Arc::default() }
    }

    /// Remembers that `member` was served `push`; the first time it will be written.
    pub fn offer(&self, push: PushId, member: MemberId, now: Timestamp) {
        let mut state = self.state();
        if state.day != Some(now.day()) || state.seen.len() >= MOST_SEEN {
            state.seen.clear();
            state.day = Some(now.day());
        }
        if state.waiting.len() < MOST_WAITING && state.seen.insert((push, member)) {
            state.waiting.push(Serving { push_id: push, member_id: member, served_at: now });
        }
    }

    /// Writes what waits. A batch stays in the queue until it is written.
    pub async fn flush(&self) -> Result<(), DbError> {
        let _one_at_a_time = self.flushing.lock().await;
        loop {
            let mut batch: Vec<Serving> = self.state().waiting.iter().take(BATCH).copied().collect();
            if batch.is_empty() {
                return Ok(());
            }
            let written = batch.len();
            batch.sort_unstable(); // two servers that write the same rows never wait for each other in a circle
            self.db
                .write(move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                    Ok(store::readings::insert_servings(tx.conn, &batch)?)
                })
                .await
                .map_err(DbError::from)?;
            self.state().waiting.drain(..written);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl super::Study {
    /// Writes down whom this process has served; called each second, and once more when the server stops.
    pub async fn flush(&self) -> Result<(), DbError> {
        self.servings.flush().await
    }
}
