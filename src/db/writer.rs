//! The one SQLite writer: waiting jobs share a commit, so that one sync to disk serves many members.
//!
//! Take a job, `BEGIN IMMEDIATE`, run it and whatever else waits (up to [`GROUP`], and for [`PER_COMMIT`] times as long as
//! the last commit took), `COMMIT` once, and hand them to the [`Syncer`], which answers them all once that is on disk.
//! Measured on two cores this is more than five times the throughput of a transaction per request, and the longest waits
//! shrink from seconds to milliseconds.
//!
//! Nearly every job either stays or refuses before it has written anything, so a group runs without savepoints, which
//! would copy every page that each job touches. When a job does fail half-way, the group is rolled back and run once
//! more with a savepoint around each job: an action touches nothing but its [`Tx`], so it may run again.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::{QueryResult, RunQueryDsl};

use super::job::{Job, JobEnd};
use super::queue::{Entrance, Exit, queue};
use super::syncer::{Group, Syncer};
use super::{Conn, Counter, DbError, Effect, Maker, Tx};
use crate::base::disk;

/// Jobs that share one commit at most; bounds how long the first of them waits for the last.
const GROUP: usize = 256;

/// A group goes on for so many times as long as the last commit took, so that most of the time goes into jobs. It must
/// end before everybody is in it: while one group runs, the one before is synced, and those who were answered before
/// that ask anew; a group of everybody would have the rest of the program wait for the writer and then the writer for
/// the rest.
const PER_COMMIT: u32 = 12;

/// How long what must be done waits for room in the queue.
const LONGEST_TURN: Duration = Duration::from_secs(60);

enum Message {
    Job(Box<dyn Job>),
    /// Work that must not share a transaction: migrations.
    Alone(Box<dyn FnOnce(&mut Conn) + Send>),
    Stop,
}

pub(super) struct Writer {
    queue: Entrance<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Keeps other processes from writing the same file; released when the process ends, however it ends.
    _lock: File,
}

impl Writer {
    pub(super) fn open(path: &Path, maker: Maker, most: usize, counter: &Counter) -> Result<Writer, DbError> {
        if let Some(folder) = path.parent() {
            disk::make_folder(folder).map_err(DbError::unavailable)?;
        }
        let lock = take_lock(path)?;
        disk::close_to_others(path).map_err(DbError::unavailable)?;
        let conn = counter.watch(Conn::open_sqlite_writer(&path.to_string_lossy())?);
        let syncer = Syncer::start(path)?;
        let (queue, messages) = queue(most);
        let maker = maker.at(queue.line());
        let thread = thread::Builder::new()
            .name("writer".into())
            .spawn(move || WriterThread { syncer, conn, maker, serial: 0, commit: Duration::MAX }.work(&messages))
            .map_err(DbError::unavailable)?;
        Ok(Writer { queue, thread: Mutex::new(Some(thread)), _lock: lock })
    }

    /// Queues a job; refuses when it would wait for too long.
    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<(), DbError> {
        self.queue.admit(Message::Job(job))
    }

    /// Runs `job` on the bare connection, outside any transaction.
    pub(super) fn alone(&self, job: Box<dyn FnOnce(&mut Conn) + Send>) -> Result<(), DbError> {
        self.queue.admit(Message::Alone(job))
    }

    /// Like [`Writer::alone`], but waits for room in the queue; not for the event loop.
    pub(super) fn alone_in_turn(&self, job: Box<dyn FnOnce(&mut Conn) + Send>) -> Result<(), DbError> {
        self.queue.wait_for_room(Message::Alone(job), Instant::now() + LONGEST_TURN)
    }

    /// Finishes the accepted jobs, then ends the thread.
    pub(super) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(|p| p.into_inner()).take();
        if let Some(thread) = thread {
            let _ = self.queue.wait_for_room(Message::Stop, Instant::now() + LONGEST_TURN);
            let _ = thread.join();
        }
    }
}

fn take_lock(path: &Path) -> Result<File, DbError> {
    let lock_path = path.with_extension("lock");
    let lock =
        File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(DbError::unavailable)?;
    match disk::lock(&lock).map_err(DbError::unavailable)? {
        true => Ok(lock),
        false => Err(DbError::Unavailable(format!(
            "{} 正被另一个进程使用，请先停止它 (another process is using the database)",
            path.display()
        ))),
    }
}

struct WriterThread {
    /// Before the connection, which takes the log away with it when it is the last one.
    syncer: Syncer,
    conn: Conn,
    maker: Maker,
    serial: i64,
    /// How long the last commit took.
    commit: Duration,
}

impl WriterThread {
    fn work(&mut self, messages: &Exit<Message>) {
        while let Ok(message) = messages.recv() {
            let mut next = Some(message);
            while let Some(message) = next.take() {
                match message {
                    Message::Job(job) => next = self.group(job, messages),
                    Message::Alone(job) => {
                        if catch_unwind(AssertUnwindSafe(|| job(&mut self.conn))).is_err() {
                            tracing::error!("a database job panicked");
                        }
                    }
                    Message::Stop => return,
                }
            }
        }
    }

    /// Runs `first` and the jobs that wait behind it under one commit; returns a message that is not a job.
    fn group(&mut self, first: Box<dyn Job>, messages: &Exit<Message>) -> Option<Message> {
        let mut left_over = None;
        let mut jobs = Vec::new();
        let (began, enough) = (Instant::now(), self.commit.saturating_mul(PER_COMMIT));
        let mut outcome = self.conn.batch("BEGIN IMMEDIATE").map(|()| Effects::new());
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            // a file that is away fails everybody who waits, not one after the other at the price of its time limit
            let clean = outcome.as_mut().map_or(true, |effects| self.run(&mut *job, effects));
            jobs.push(job);
            if !clean {
                outcome = outcome.and_then(|_| self.run_again(&mut jobs));
                break;
            }
            if jobs.len() < GROUP && began.elapsed() < enough {
                match messages.try_recv() {
                    Ok(Message::Job(job)) => next = Some(job),
                    Ok(other) => left_over = Some(other),
                    Err(_) => {}
                }
            }
        }
        let committing = Instant::now();
        let outcome = outcome.and_then(|effects| self.conn.batch("COMMIT").map(|()| effects));
        self.commit = committing.elapsed();
        match outcome {
            Ok(effects) => self.syncer.hand_over(Group { jobs, effects }),
            Err(error) => {
                tracing::error!(%error, "a group of writes could not be committed");
                let _ = self.conn.batch("ROLLBACK");
                jobs.into_iter().for_each(|job| job.answer(Err(DbError::unavailable(&error))));
            }
        }
        left_over
    }

    /// Runs one job; false when it left something behind that must not stay, or may have.
    fn run(&mut self, job: &mut dyn Job, effects: &mut Effects) -> bool {
        let before = self.changes();
        let (end, its_effects) = self.attempt(job);
        match end {
            JobEnd::Keep => effects.extend(its_effects),
            JobEnd::Refused if before.is_ok() => return before == self.changes(),
            JobEnd::Refused | JobEnd::Broken | JobEnd::Failed => return false,
        }
        true
    }

    /// Undoes the group and runs its jobs again, each in a savepoint; `Err` when the group cannot be committed.
    fn run_again(&mut self, jobs: &mut [Box<dyn Job>]) -> QueryResult<Effects> {
        let _ = self.conn.batch("ROLLBACK"); // SQLite has rolled back already after some errors
        self.conn.batch("BEGIN IMMEDIATE")?;
        let mut effects = Effects::new();
        for job in jobs {
            self.conn.batch("SAVEPOINT job")?;
            match self.attempt(&mut **job) {
                (JobEnd::Keep, its_effects) => effects.extend(its_effects),
                _ => self.conn.batch("ROLLBACK TO job")?,
            }
            self.conn.batch("RELEASE job")?;
        }
        Ok(effects)
    }

    fn attempt(&mut self, job: &mut dyn Job) -> (JobEnd, Effects) {
        let now = self.maker.clock.now();
        self.serial = now.micros().max(self.serial + 1);
        let mut tx = Tx::new(&mut self.conn, now, self.serial, &self.maker);
        let end = job.run(&mut tx);
        (end, tx.effects)
    }

    /// Rows that this connection has ever changed.
    fn changes(&mut self) -> QueryResult<i64> {
        match &mut self.conn {
            Conn::Sqlite(c) => diesel::select(total_changes()).get_result(c),
            Conn::Pg(_) => Ok(0),
        }
    }
}

type Effects = Vec<Effect>;

diesel::define_sql_function! {
    /// <https://sqlite.org/lang_corefunc.html#total_changes>
    fn total_changes() -> diesel::sql_types::BigInt;
}
