//! The background work of a process.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::App;
use crate::db::DbError;
use crate::kernel::{changes, idempotency, lock, outbox, search};
use crate::room::{Heard, Job, MINUTE, SECOND};

/// Seconds of one lease of the hourly tidying.
const TIDY_LEASE_SECONDS: i64 = 3000;

/// How much of the time the search index leaves to others, for each part that it takes; searches look at what waits.
const INDEXING_REST: u32 = 4;

impl App {
    /// Starts the background work of this process; each job runs at its own pace for as long as the process lives.
    pub fn start_jobs(&self) -> Vec<tokio::task::JoinHandle<()>> {
        let own = self.jobs().into_iter().map(|job| tokio::spawn(async move { keep_at(&job).await }));
        let of_rooms = (0..self.rooms.len()).flat_map(|room| {
            let rooms = self.rooms.clone();
            (0..rooms[room].jobs.len()).map(move |job| {
                let rooms = rooms.clone();
                tokio::spawn(async move { keep_at(&rooms[room].jobs[job]).await })
            })
        });
        own.chain(of_rooms).collect()
    }

    /// Runs every job once: what tests call after moving the clock.
    pub async fn tick(&self) -> Result<(), DbError> {
        let own = self.jobs();
        let (first, last) = own.split_at(1);
        let of_rooms = self.rooms.iter().flat_map(|room| &room.jobs);
        for job in first.iter().chain(of_rooms).chain(last) {
            job.run().await?;
        }
        Ok(())
    }

    /// Work that belongs to no room: first hearing of changes, then the rest.
    fn jobs(&self) -> [Job; 4] {
        [
            Job::new(self.clone(), "changes", SECOND, |app| async move { app.hear_changes().await }),
            Job::new(self.clone(), "search", SECOND, |app| async move {
                search::index_waiting(&app.db, INDEXING_REST).await
            }),
            Job::new(self.clone(), "outbox", SECOND, |app| async move {
                while outbox::deliver_due(&app.db, &app.handlers).await? > 0 {}
                Ok(())
            }),
            Job::new(self.clone(), "tidy", MINUTE, |app| async move { app.tidy().await }),
        ]
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
        for room in self.rooms.iter() {
            outcome = outcome.and(room.hear(&heard).await);
        }
        outcome
    }

    /// Throws away what nobody will ask for again; one process at a time.
    async fn tidy(&self) -> Result<(), DbError> {
        self.limits.tidy();
        let rooms = self.rooms.clone();
        let lease = lock::Lease { name: "tidy", holder: self.holder, seconds: TIDY_LEASE_SECONDS };
        let tidied = lock::leased(&self.db, lease, move |tx| {
            changes::tidy(tx)?;
            idempotency::tidy(tx)?;
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
        for ending in self.rooms.iter().flat_map(|room| &room.endings) {
            if let Err(error) = ending.run().await {
                tracing::warn!(what = ending.name, %error, "could not be written at the end");
            }
        }
    }
}

/// Does a job again and again, at its pace.
async fn keep_at(job: &Job) {
    let mut pace = tokio::time::interval(job.every);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        if let Err(error) = job.run().await {
            tracing::warn!(job = job.name, %error, "a background job failed and will be tried again");
        }
    }
}
