//! The background work of a process.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::App;
use crate::db::{DbError, Never, Stop};
use crate::kernel::{attempts, changes, idempotency, lock, outbox, search};
use crate::{notices, points, sessions, study};

/// Seconds of one lease of the hourly tidying.
const TIDY_LEASE_SECONDS: i64 = 3000;

/// How much of the time the search index leaves to others, for each part that it takes; searches look at what waits.
const INDEXING_REST: u32 = 4;

impl App {
    /// Starts the background work of this process; each job runs at its own pace for as long as the process lives.
    pub fn start_jobs(&self) -> Vec<tokio::task::JoinHandle<()>> {
        self.jobs()
            .into_iter()
            .map(|job| {
                tokio::spawn(async move {
                    let mut pace = tokio::time::interval(job.every);
                    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
                    loop {
                        pace.tick().await;
                        if let Err(error) = (job.run)().await {
                            tracing::warn!(job = job.name, %error, "a background job failed and will be tried again");
                        }
                    }
                })
            })
            .collect()
    }

    /// Runs every job once: what tests call after moving the clock.
    pub async fn tick(&self) -> Result<(), DbError> {
        for job in self.jobs() {
            (job.run)().await?;
        }
        Ok(())
    }

    fn jobs(&self) -> Vec<Job> {
        let second = Duration::from_secs(1);
        vec![
            self.job("changes", second, |app| async move { app.hear_changes().await }),
            self.job("sessions", second, |app| async move { app.sessions.gate.write_notes().await }),
            self.job("study", second, |app| async move { app.study.publish_due().await.map(drop) }),
            self.job("servings", second, |app| async move { app.study.flush().await }),
            self.job("quiz", second, |app| async move { app.quiz.publish_due().await }),
            self.job("corrections", second, |app| async move { app.quiz.regrade().await }),
            self.job("challenge corrections", second, |app| async move { app.challenge.regrade().await }),
            self.job("contest corrections", second, |app| async move { app.contests.regrade().await }),
            self.job("tallies", Duration::from_secs(60), |app| async move { app.quiz.keep_up().await }),
            self.job("challenge tallies", Duration::from_secs(60), |app| async move { app.challenge.keep_up().await }),
            self.job("challenge", second, |app| async move { app.challenge.end_overdue().await }),
            self.job("contests", second, |app| async move { app.contests.keep_up().await }),
            self.job("contest_results", second, |app| async move { app.contests.settle().await }),
            self.job("campaigns", second, |app| async move { app.campaigns.keep_up().await }),
            self.job(
                "vote keys",
                Duration::from_secs(10),
                |app| async move { app.campaigns.destroy_spent_keys().await },
            ),
            self.job("campaign points", second, |app| async move { app.campaigns.reward().await }),
            self.job("ideas", Duration::from_secs(60), |app| async move { app.ideas.keep_up().await }),
            self.job("search", second, |app| async move { search::index_waiting(&app.db, INDEXING_REST).await }),
            self.job("boards", second, |app| async move { app.board_room.keep_up().await }),
            self.job("correction notices", second, |app| async move { app.quiz.tell_corrected().await }),
            self.job("outbox", second, |app| async move {
                while outbox::deliver_due(&app.db, &app.handlers).await? > 0 {}
                Ok(())
            }),
            self.job("backup", Duration::from_secs(30), |app| async move {
                app.operator.backups.keep_up().await;
                Ok(())
            }),
            self.job("tidy", Duration::from_secs(60), |app| async move { app.tidy().await }),
        ]
    }

    fn job<F>(&self, name: &'static str, every: Duration, run: impl Fn(App) -> F + Send + Sync + 'static) -> Job
    where
        F: Future<Output = Result<(), DbError>> + Send + 'static,
    {
        let app = self.clone();
        Job { name, every, run: Box::new(move || Box::pin(run(app.clone()))) }
    }

    /// Learns of what other processes changed.
    async fn hear_changes(&self) -> Result<(), DbError> {
        let (now, asked) = (self.db.now(), self.ear.last_asked());
        let was_deaf = self.ear.was_deaf(now) || self.missed.swap(false, Ordering::AcqRel);
        let heard = self.db.read(move |conn| changes::since(conn, asked)).await?;
        let heard = self.ear.hear(heard, now);
        self.sessions.hear(&heard).await;
        if was_deaf || heard.iter().any(|change| change.topic == study::STUDY_TOPIC) {
            self.study.forget();
        }
        let rules = match was_deaf || heard.iter().any(|change| change.topic == points::RULES_TOPIC) {
            true => self.points.hear().await,
            false => Ok(()),
        };
        // a SQLite file has only this process, whose actions have put in already what they changed
        let members = match (self.db.is_postgres(), was_deaf) {
            (false, _) => Ok(()),
            (true, false) => self.members.hear(&heard).await,
            (true, true) => self.members.reload().await,
        };
        // a change is heard of once: what could not be read of it now is read with everything else the next time
        let all = rules.and(members);
        if all.is_err() {
            self.missed.store(true, Ordering::Release);
        }
        all
    }

    /// Throws away what nobody will ask for again; one process at a time.
    async fn tidy(&self) -> Result<(), DbError> {
        self.limits.tidy();
        let (holder, members) = (self.holder, self.members.clone());
        let held = self
            .db
            .write(move |tx| -> Result<bool, Stop<Never>> {
                let held = lock::hold(tx, "tidy", holder, TIDY_LEASE_SECONDS)?;
                if held {
                    changes::tidy(tx)?;
                    idempotency::tidy(tx)?;
                    sessions::tidy(tx)?;
                    members.expire(tx)?;
                    attempts::tidy(tx)?;
                }
                Ok(held)
            })
            .await?;
        if held {
            notices::tidy(&self.db).await?;
            self.files.tidy().await?;
        }
        Ok(())
    }
}

type Running = Pin<Box<dyn Future<Output = Result<(), DbError>> + Send>>;

struct Job {
    name: &'static str,
    every: Duration,
    run: Box<dyn Fn() -> Running + Send + Sync>,
}
