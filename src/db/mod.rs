//! The database door: the only way to SQLite or PostgreSQL.
//!
//! [`Db::read`] runs a closure on a reader, [`Db::write`] runs one as exactly one transaction. Both take plain
//! synchronous Rust. On SQLite all writes go through one thread that commits them in groups ([`writer`]) and another that
//! syncs these to disk ([`syncer`]); on PostgreSQL they go to a few threads ([`workers`]), each write as a transaction of
//! its own, save that those about one member alone ([`Db::write_about`]) share one when many wait. A caller sees no
//! difference: when `write` has answered, the data is on disk.

mod conn;
mod copying;
mod counter;
mod error;
mod job;
mod migrate;
mod older;
mod outage;
mod prepared;
mod queue;
pub mod schema;
mod scrub;
mod slot;
mod syncer;
mod types;
mod workers;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use tokio::sync::oneshot;

use crate::base::clock::Clock;
use crate::base::id::{Id, Ids, MemberId};
use crate::base::origin::Origin;
use crate::base::time::{Day, Timestamp};

pub use conn::Conn;
pub use copying::{Snapshot, applied_migrations, complaints, open_copy, unknown_migrations};
pub use counter::Asked;
pub use error::{DbError, Never, Refusal, Stop};
pub use prepared::Prepared;
pub use types::Json;

use conn::turn_of;
use counter::Counter;
use job::Write;
use queue::Line;
use workers::{OVERDUE, Workers};
use writer::Writer;

/// How long a caller waits for the database before it is told to come back later: less than the five seconds within
/// which every request is answered.
const PATIENCE: Duration = Duration::from_secs(4);

/// How often who waits for longer than a job may take looks whether its thread hangs.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Attempts at a PostgreSQL transaction that the server broke off for another's sake (40001, 40P01).
const PG_ATTEMPTS: u32 = 4;

/// How often and in which steps [`Db::scrub`] waits for readers.
const SCRUB_ATTEMPTS: u32 = 40;
const SCRUB_REST: Duration = Duration::from_millis(50);

/// What a transaction does once it has committed: feed a board, forget a cached session.
type Effect = Box<dyn FnOnce() + Send>;

/// Sizes of the door; the defaults suit one small machine.
#[derive(Clone, Copy, Debug)]
pub struct DbOptions {
    /// PostgreSQL connections that only answer questions, each with a thread of its own.
    pub pg_readers: usize,
    /// PostgreSQL connections for transactions, each with a thread of its own. Writes are short, and more of them at
    /// once than the database has cores only take its time from each other; a slow question must not hold them up.
    pub pg_writers: usize,
    /// SQLite reader threads.
    pub sqlite_readers: usize,
    /// Jobs that may wait before further ones are refused with [`DbError::Overloaded`].
    pub queue: usize,
}

impl Default for DbOptions {
    fn default() -> Self {
        DbOptions { pg_readers: 8, pg_writers: 2, sqlite_readers: 2, queue: 4096 }
    }
}

/// How a thread comes to a connection.
type Connect = Box<dyn Fn() -> Result<Conn, DbError> + Send + Sync>;

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    /// A connection that only questions about the program itself take.
    aside: Arc<Workers>,
    url: Arc<str>,
    clock: Clock,
    ids: Ids,
    counter: Counter,
    /// Whether the clock is doubted, so that nothing is written.
    is_doubted: Arc<AtomicBool>,
    /// Whether the last transaction failed because nothing could be written.
    is_failing: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Engine {
    Sqlite { file: PathBuf, writer: Arc<Writer>, readers: Arc<Workers> },
    Postgres { writers: Arc<Workers>, readers: Arc<Workers> },
}

impl Db {
    /// Opens the database that `url` names: `postgres://…` or `sqlite://path`.
    ///
    /// A SQLite file is created when missing and locked for this process: a second writer is refused.
    pub fn open(url: &str, clock: Clock, options: DbOptions) -> Result<Db, DbError> {
        let (ids, counter) = (Ids::default(), Counter::default());
        let aside =
            |connect: Connect| Arc::new(Workers::start("aside", 1, options.queue, Maker::new(&clock, &ids), connect));
        let (engine, aside) = if let Some(path) = url.strip_prefix("sqlite://") {
            let maker = Maker::new(&clock, &ids);
            let writer = Writer::open(Path::new(path), maker.clone(), options.queue, &counter)?;
            let (path, file) = (path.to_owned(), PathBuf::from(path));
            let counted = counter.clone();
            let its_path = path.clone();
            let aside = aside(Box::new(move || Conn::open_sqlite_reader(&its_path)));
            let connect = move || Ok(counted.watch(Conn::open_sqlite_reader(&path)?));
            let readers = Workers::start("reader", options.sqlite_readers, options.queue, maker, connect);
            (Engine::Sqlite { file, writer: Arc::new(writer), readers: Arc::new(readers) }, aside)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let start = |name, threads, open: fn(&str) -> Result<Conn, DbError>| {
                let (url, maker, counted) = (url.to_owned(), Maker::new(&clock, &ids), counter.clone());
                let connect = move || Ok(counted.watch(open(&url)?));
                Arc::new(Workers::start(name, threads, options.queue, maker, connect))
            };
            let engine = Engine::Postgres {
                writers: start("writer", options.pg_writers, Conn::open_postgres_writer),
                readers: start("reader", options.pg_readers, Conn::open_postgres_reader),
            };
            let its_url = url.to_owned();
            (engine, aside(Box::new(move || Conn::open_postgres_reader(&its_url))))
        } else {
            return Err(DbError::Unavailable("DATABASE_URL must begin with sqlite:// or postgres://".into()));
        };
        let (is_doubted, is_failing) = Default::default();
        Ok(Db { engine, aside, url: url.into(), clock, ids, counter, is_doubted, is_failing })
    }

    /// Brings the schema up to date; servers that start together take turns. A PostgreSQL role that may not change it
    /// is refused only when it is behind.
    pub async fn migrate(&self) -> Result<(), DbError> {
        self.alone(migrate::run).await
    }

    /// Lets the PostgreSQL role do what serving takes and no more; for the owner of the schema, once it is up to date.
    pub async fn grant(&self, role: String) -> Result<(), DbError> {
        self.alone(move |conn| migrate::grant(conn, &role)).await
    }

    /// Runs `work` on a writer's connection and outside of any transaction, for as long as it takes.
    async fn alone(&self, work: impl Fn(&mut Conn) -> Result<(), DbError> + Send + 'static) -> Result<(), DbError> {
        match &self.engine {
            Engine::Sqlite { writer, .. } => {
                let (answer_to, answer) = oneshot::channel();
                writer.alone(Box::new(move |conn| {
                    let _ = answer_to.send(work(conn));
                }))?;
                answer.await.map_err(|_| DbError::Panicked)?
            }
            Engine::Postgres { writers, .. } => {
                let (answer_to, answer) = oneshot::channel();
                writers.ask(Box::new(move |slot| {
                    let _ = answer_to.send(slot.get().and_then(&work));
                }))?;
                answer.await.map_err(|_| DbError::Panicked)?
            }
        }
    }

    /// Whether every migration of this program has been applied.
    pub async fn is_migrated(&self) -> Result<bool, DbError> {
        self.read_aside(migrate::is_current).await
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Postgres { .. })
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How much was asked through this door so far.
    pub fn asked(&self) -> Asked {
        self.counter.asked()
    }

    /// The present instant of the clock that every transaction reads.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The present business day.
    pub fn today(&self) -> Day {
        self.now().day()
    }

    /// A fresh id, for things that are named before they are written.
    pub fn fresh_id<T: Id>(&self) -> T {
        self.ids.fresh(self.now())
    }

    /// Runs `question` on a reader; it must not write.
    ///
    /// Waits at most four seconds. On PostgreSQL a connection found dead is replaced and the question asked once more.
    pub async fn read<T, F>(&self, question: F) -> Result<T, DbError>
    where
        F: Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        self.counter.count_read();
        let (Engine::Sqlite { readers, .. } | Engine::Postgres { readers, .. }) = &self.engine;
        ask(readers, question).await
    }

    /// Like [`Db::read`], on a connection that is kept for questions about the program itself, so that they are answered
    /// while everybody else stands in a queue.
    pub async fn read_aside<T, F>(&self, question: F) -> Result<T, DbError>
    where
        F: Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        ask(&self.aside, question).await
    }

    /// Runs `action` as one transaction and answers after its commit is durable.
    ///
    /// An `Err` rolls everything back. On PostgreSQL the closure may run again when the server breaks the transaction
    /// off, so it must touch nothing but the [`Tx`].
    pub async fn write<T, R, F>(&self, action: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.submit(None, action).await
    }

    /// Answers once everything is on disk that a reader has seen. SQLite shows a commit before it has been synced, and a
    /// power cut may take it back; anyone who does what cannot be undone because of something that was read waits here
    /// first.
    pub async fn wait_for_disk(&self) -> Result<(), DbError> {
        match &self.engine {
            // what is committed is synced in its order, also when it wrote nothing
            Engine::Sqlite { .. } => Ok(self.write(|_| -> Result<(), Stop<Never>> { Ok(()) }).await?),
            // which shows a commit once it is on disk
            Engine::Postgres { .. } => Ok(()),
        }
    }

    /// Like [`Db::write`], for an action that waits for nobody but other actions about `member`, whose turn it has from
    /// the start: it takes no other lock that a transaction may hold for long.
    ///
    /// On PostgreSQL such actions share a transaction while many wait, which saves a good part of the time of each. One
    /// that refuses or fails undoes them all, and they run again one by one; so this is for what nearly always succeeds.
    pub async fn write_about<T, R, F>(&self, member: MemberId, action: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.submit(Some(member), action).await
    }

    /// Says whether the clock is doubted: while it is, [`Db::write`] is refused. True when it was not said before.
    pub fn doubt(&self, is_doubted: bool) -> bool {
        self.is_doubted.swap(is_doubted, Ordering::AcqRel) != is_doubted
    }

    /// Whether nothing is written because the clock is doubted.
    pub fn is_doubted(&self) -> bool {
        self.is_doubted.load(Ordering::Acquire)
    }

    /// Like [`Db::write`], also while the clock is doubted: for what a person does about that.
    pub async fn write_in_doubt<T, R, F>(&self, action: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.hand_in(None, action).await
    }

    async fn submit<T, R, F>(&self, about: Option<MemberId>, action: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        if self.is_doubted() {
            return Err(DbError::Doubted.into());
        }
        self.hand_in(about, action).await
    }

    async fn hand_in<T, R, F>(&self, about: Option<MemberId>, action: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let (answer_to, answer) = oneshot::channel();
        let job = Box::new(Write { action, about, origin: Origin::present(), answer_to, outcome: None });
        match &self.engine {
            Engine::Sqlite { writer, .. } => writer.submit(job)?,
            Engine::Postgres { writers, .. } => writers.write(job)?,
        }
        let crew = match &self.engine {
            Engine::Sqlite { .. } => None,
            Engine::Postgres { writers, .. } => Some(&**writers),
        };
        let outcome = wait(answer, crew).await.map_err(Stop::from).and_then(|outcome| outcome);
        self.note_outcome(&outcome);
        outcome
    }

    fn note_outcome<T, R>(&self, outcome: &Result<T, Stop<R>>) {
        match outcome {
            Err(Stop::Failed(DbError::Unavailable(_))) => self.is_failing.store(true, Ordering::Release),
            // what refuses has been begun, and what is merely wrong or in a crowd says nothing
            Err(Stop::Failed(_)) => {}
            Ok(_) | Err(Stop::Refused(_)) => self.is_failing.store(false, Ordering::Release),
        }
    }

    /// Whether the last transaction failed because nothing could be written.
    pub fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Acquire)
    }

    /// Removes what the database keeps of rows of `table` that were erased: on SQLite the log is emptied, which must wait
    /// for readers, on PostgreSQL the table is vacuumed. False when it has to be tried again later.
    pub async fn scrub(&self, table: &'static str) -> Result<bool, DbError> {
        match &self.engine {
            Engine::Sqlite { writer, .. } => {
                for _ in 0..SCRUB_ATTEMPTS {
                    let (answer_to, answer) = oneshot::channel();
                    writer.alone(Box::new(move |conn| {
                        let _ = answer_to.send(scrub::empty_log(conn));
                    }))?;
                    if wait(answer, None).await?? {
                        return Ok(true);
                    }
                    tokio::time::sleep(SCRUB_REST).await;
                }
                Ok(false)
            }
            Engine::Postgres { readers, .. } => {
                let (answer_to, answer) = oneshot::channel();
                readers.ask(Box::new(move |slot| {
                    let _ = answer_to.send(slot.guard(|slot| Ok::<_, DbError>(scrub::vacuum(slot.get()?, table)?)));
                }))?;
                answer.await.map_err(|_| DbError::Panicked)?.map(|()| true)
            }
        }
    }

    /// Stops accepting work, finishes what was accepted, and closes the connections.
    pub fn close(&self) {
        self.aside.close();
        match &self.engine {
            // the writer last and alone: of two connections that close at the same moment neither is the last one, which
            // would take the log beside the file away
            Engine::Sqlite { writer, readers, .. } => {
                readers.close();
                writer.close();
            }
            Engine::Postgres { writers, readers } => {
                writers.close();
                readers.close();
            }
        }
    }
}

/// Asks one of `readers`.
async fn ask<T, F>(readers: &Workers, question: F) -> Result<T, DbError>
where
    F: Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
    T: Send + 'static,
{
    let (answer_to, answer) = oneshot::channel();
    readers.ask(Box::new(move |slot| {
        if answer_to.is_closed() {
            return;
        }
        let _ = answer_to.send(slot.guard(|slot| slot.ask(&question)));
    }))?;
    wait(answer, Some(readers)).await?
}

/// Waits for what a thread answers. Who has waited for long looks whether threads of that crew hang: where everybody
/// waits, nobody else hands in a job and would.
async fn wait<T>(mut answer: oneshot::Receiver<T>, crew: Option<&Workers>) -> Result<T, DbError> {
    let until = Instant::now() + PATIENCE;
    let mut look_at = Instant::now() + OVERDUE;
    loop {
        match tokio::time::timeout_at(look_at.min(until).into(), &mut answer).await {
            Ok(Ok(outcome)) => return Ok(outcome),
            Ok(Err(_)) => return Err(DbError::Unavailable("the job was dropped unheard".into())),
            Err(_) if Instant::now() >= until => {
                return Err(DbError::Unavailable("no answer within the time limit".into()));
            }
            Err(_) => {
                crew.into_iter().for_each(Workers::relieve);
                look_at = Instant::now() + LOOK_EVERY;
            }
        }
    }
}

/// One transaction: its connection, its instant, its ids, and what happens after its commit.
pub struct Tx<'c> {
    pub conn: &'c mut Conn,
    now: Timestamp,
    serial: i64,
    maker: &'c Maker,
    origin: Origin,
    /// The members whose turns this transaction has.
    turns: Vec<MemberId>,
    effects: Vec<Effect>,
}

/// What transactions get their instants and ids from, and by what they see who waits behind them.
#[derive(Clone)]
struct Maker {
    clock: Clock,
    ids: Ids,
    line: Line,
}

impl Maker {
    fn new(clock: &Clock, ids: &Ids) -> Maker {
        Maker { clock: clock.clone(), ids: ids.clone(), line: Line::default() }
    }

    /// For transactions that are taken from the queue of this line.
    fn at(self, line: Line) -> Maker {
        Maker { line, ..self }
    }
}

impl<'c> Tx<'c> {
    fn new(conn: &'c mut Conn, now: Timestamp, serial: i64, maker: &'c Maker) -> Self {
        Tx { conn, now, serial, maker, origin: Origin::default(), turns: Vec::new(), effects: Vec::new() }
    }

    /// Whether other transactions wait for the thread of this one: what can be put off should end soon.
    pub fn is_awaited(&self) -> bool {
        self.maker.line.is_awaited()
    }

    /// The instant of this transaction: every row of one action bears the same time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The request that this action answers.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The business day of this transaction.
    pub fn today(&self) -> Day {
        self.now.day()
    }

    /// A number that grows with every SQLite transaction; PostgreSQL stamps its own transaction id by trigger.
    pub fn serial(&self) -> i64 {
        self.serial
    }

    pub fn fresh_id<T: Id>(&self) -> T {
        self.maker.ids.fresh(self.now)
    }

    /// Makes transactions about one member take turns from here to their ends, so that what each looks up first (a sum
    /// under a cap, the first of two equal requests) stays true until it has written. Taking it again is free.
    ///
    /// A turn comes before every other lock, and anyone who needs several takes them at once.
    pub fn take_turn(&mut self, member: MemberId) -> QueryResult<()> {
        if !self.turns.contains(&member) {
            self.conn.take_turn(member)?;
            self.turns.push(member);
        }
        Ok(())
    }

    /// Takes the turns of several members, in the one order in which everybody takes them.
    pub fn take_turns(&mut self, members: impl IntoIterator<Item = MemberId>) -> QueryResult<()> {
        let mut members: Vec<MemberId> = members.into_iter().collect();
        members.sort_by_key(|member| turn_of(*member));
        self.conn.take_turns(&members.iter().map(|member| turn_of(*member)).collect::<Vec<_>>())?;
        self.turns.extend(members);
        Ok(())
    }

    /// Makes transactions about a thing that has no row to lock take turns, from here to their ends.
    pub fn take_turn_on(&mut self, name: &str) -> QueryResult<()> {
        self.conn.take_turn_on(name)
    }

    /// Runs `effect` once the transaction has committed; never when it fails.
    pub fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.push(Box::new(effect));
    }
}

/// Runs after-commit effects; a panic in one is logged and spares the others.
fn run_effects(effects: Vec<Effect>) {
    for effect in effects {
        if catch_unwind(AssertUnwindSafe(effect)).is_err() {
            tracing::error!("an after-commit effect panicked");
        }
    }
}
