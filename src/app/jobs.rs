//! The background work of a process: one waker that looks once a second what is due, and the jobs that have a pace of their
//! own.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{JoinHandle, JoinSet};

use super::App;
use crate::db::{Db, DbError};
use crate::kernel::{agenda, changes, idempotency, imports, lease, outbox, search, uptime};
use crate::room::{Heard, Job, MINUTE, SECOND};

/// Seconds of one lease of the hourly tidying.
const TIDY_LEASE_SECONDS: i64 = 3000;

/// How much of the time the search index leaves to others, for each part that it takes; searches look at what waits.
const INDEXING_REST: u32 = 4;

/// What this process is at; a kind is not begun again before it has ended.
#[derive(Clone, Default)]
struct Busy(Arc<Mutex<HashSet<String>>>);

impl Busy {
    fn begin(&self, kind: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(kind.to_owned())
    }

    fn end(&self, kind: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(kind);
    }
}

/// Lets a kind be attended to again when this goes, also by a panic.
struct Freed(Busy, String);

impl Drop for Freed {
    fn drop(&mut self) {
        self.0.end(&self.1);
    }
}

impl App {
    /// Starts the background work of this process, for as long as the process lives.
    pub fn start_jobs(&self) -> Vec<JoinHandle<()>> {
        let (tidying, beating) = (self.tidying(), self.beating());
        let db = self.db.clone();
        let own = [
            tokio::spawn(async move { keep_at(&tidying, Some(&db)).await }),
            tokio::spawn(self.clone().wake()),
            tokio::spawn(async move { keep_at(&beating, None).await }),
        ];
        let of_rooms = (0..self.rooms.len()).flat_map(|room| {
            let (rooms, db) = (self.rooms.clone(), self.db.clone());
            (0..rooms[room].jobs.len()).map(move |job| {
                let (rooms, db) = (rooms.clone(), db.clone());
                tokio::spawn(async move { keep_at(&rooms[room].jobs[job], Some(&db)).await })
            })
        });
        own.into_iter().chain(of_rooms).collect()
    }

    /// Does once what the background work does in a second: what tests call after moving the clock. Nothing is done before
    /// it is due.
    pub async fn tick(&self) -> Result<(), DbError> {
        self.house.uptime.beat().await?;
        if self.db.is_doubted() {
            return Ok(());
        }
        self.hear_changes().await?;
        for room in self.rooms.iter() {
            for due in &room.dues {
                let (kind, now) = (due.kind, self.db.now());
                if self.db.read(move |conn| agenda::is_due(conn, kind, now)).await? {
                    agenda::attend(&self.db, kind, || due.run()).await?;
                }
            }
            for job in &room.jobs {
                job.run().await?;
            }
        }
        self.attend(&search::WATCH.kind).await?;
        for watch in self.handlers.watches() {
            self.attend(&watch.kind).await?;
        }
        self.tidy().await
    }

    /// Every kind that a room has in the agenda.
    pub(super) fn kinds(&self) -> Vec<&'static str> {
        self.rooms.iter().flat_map(|room| &room.dues).map(|due| due.kind).collect()
    }

    /// Looks once a second what is due, and does it; what takes longer does not keep the rest waiting.
    async fn wake(self) {
        let (busy, mut at_work) = (Busy::default(), JoinSet::new());
        let mut pace = tokio::time::interval(SECOND);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            pace.tick().await;
            if self.db.is_doubted() {
                continue;
            }
            while let Some(ended) = at_work.try_join_next() {
                if let Err(error) = ended {
                    tracing::error!(%error, "a background job broke off and will be tried again");
                }
            }
            match self.look().await {
                Ok(kinds) => {
                    for kind in kinds.into_iter().filter(|kind| busy.begin(kind)) {
                        let (app, busy) = (self.clone(), busy.clone());
                        at_work.spawn(async move {
                            let _freed = Freed(busy, kind.clone());
                            if let Err(error) = app.attend(&kind).await {
                                tracing::warn!(job = kind, %error, "a background job failed and will be tried again");
                            }
                        });
                    }
                }
                Err(error) => tracing::warn!(%error, "what is due could not be looked at"),
            }
        }
    }

    /// The kinds that have something to do now; the one question of a process at rest.
    async fn look(&self) -> Result<Vec<String>, DbError> {
        let (now, since) = (self.db.now(), self.ear.asks_from());
        let was_deaf = self.ear.was_deaf(now) || self.missed.load(Ordering::Acquire);
        let watches = self.watches.clone();
        let mut kinds = self.db.read(move |conn| agenda::look(conn, now, since, &watches)).await?;
        if !kinds.iter().any(|kind| *kind == changes::WATCH.kind) {
            match was_deaf {
                true => kinds.push(changes::WATCH.kind.into_owned()),
                false => drop(self.ear.hear(Vec::new(), now)),
            }
        }
        Ok(kinds)
    }

    /// Does what is due of a kind; nothing for one that no room of this program has.
    async fn attend(&self, kind: &str) -> Result<(), DbError> {
        if kind == changes::WATCH.kind {
            return self.hear_changes().await;
        }
        if kind == search::WATCH.kind {
            return search::index_waiting(&self.db, INDEXING_REST).await;
        }
        if let Some(delivered) = outbox::deliver_lane(&self.db, &self.handlers, kind).await {
            return delivered;
        }
        match self.rooms.iter().flat_map(|room| &room.dues).find(|due| due.kind == kind) {
            Some(due) => agenda::attend(&self.db, due.kind, || due.run()).await,
            None => Ok(()),
        }
    }

    fn beating(&self) -> Job {
        Job::new(self.house.uptime.clone(), "beat", MINUTE, |uptime| async move { uptime.beat().await })
    }

    fn tidying(&self) -> Job {
        Job::new(self.clone(), "tidy", MINUTE, |app| async move { app.tidy().await })
    }

    /// Learns of what other processes changed. A change is heard of once: what could not be read of it now is read with
    /// everything else the next time that it can.
    async fn hear_changes(&self) -> Result<(), DbError> {
        let missed = self.missed.swap(false, Ordering::AcqRel);
        let outcome = self.hear(missed).await;
        // also when nothing could be asked: what was missed before is still missed
        if outcome.is_err() {
            self.missed.store(true, Ordering::Release);
        }
        outcome
    }

    async fn hear(&self, missed: bool) -> Result<(), DbError> {
        let (now, asked) = (self.db.now(), self.ear.last_asked());
        let was_deaf = self.ear.was_deaf(now) || missed;
        let heard = self.db.read(move |conn| changes::since(conn, asked)).await?;
        let heard = Heard { changes: Arc::from(self.ear.hear(heard, now)), was_deaf };
        let mut outcome = Ok(());
        if heard.concerns(uptime::TOPIC) {
            outcome = self.house.uptime.reload().await;
        }
        for room in self.rooms.iter() {
            outcome = outcome.and(room.hear(&heard).await);
        }
        outcome
    }

    /// Throws away what nobody will ask for again; one process at a time.
    async fn tidy(&self) -> Result<(), DbError> {
        self.limits.tidy();
        let rooms = self.rooms.clone();
        let lease = lease::Lease { name: "tidy", holder: self.holder, seconds: TIDY_LEASE_SECONDS };
        let tidied = lease::leased(&self.db, lease, move |tx| {
            changes::tidy(tx)?;
            idempotency::tidy(tx)?;
            imports::tidy(tx)?;
            rooms.iter().try_for_each(|room| room.tidy(tx))
        });
        if tidied.await?.is_some() {
            for clear in self.rooms.iter().flat_map(|room| &room.clears) {
                clear.run().await?;
            }
        }
        Ok(())
    }

    /// Does what rooms do last.
    pub(super) async fn end(&self) {
        if let Err(error) = self.house.uptime.beat().await {
            tracing::warn!(%error, "the last sign of life could not be written");
        }
        for ending in self.rooms.iter().flat_map(|room| &room.endings) {
            if let Err(error) = ending.run().await {
                tracing::warn!(what = ending.name, %error, "could not be written at the end");
            }
        }
    }
}

/// Does a job again and again, at its pace; not while `db` writes nothing because the clock is doubted.
async fn keep_at(job: &Job, db: Option<&Db>) {
    let mut pace = tokio::time::interval(job.every);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        if db.is_some_and(Db::is_doubted) {
            continue;
        }
        if let Err(error) = job.run().await {
            tracing::warn!(job = job.name, %error, "a background job failed and will be tried again");
        }
    }
}
