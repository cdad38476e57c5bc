//! A few threads, each with a connection of its own, that take jobs from one bounded queue.
//!
//! A thread connects when it first has something to do and again after its connection died, so an outage needs no
//! restart.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use diesel::QueryResult;

use super::{Conn, DbError, PG_ATTEMPTS, Stop, Tx, run_effects};
use crate::base::clock::Clock;
use crate::base::id::Ids;

type Connect = dyn Fn() -> Result<Conn, DbError> + Send + Sync;

enum Message {
    Job(Box<dyn FnOnce(&mut Slot) + Send>),
    Stop,
}

pub(super) struct Workers {
    queue: Sender<Message>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Workers {
    pub(super) fn start(
        name: &str,
        threads: usize,
        queue: usize,
        connect: impl Fn() -> Result<Conn, DbError> + Send + Sync + 'static,
    ) -> Self {
        let connect: Arc<Connect> = Arc::new(connect);
        let (queue, messages) = bounded(queue);
        let threads = (0..threads.max(1))
            .map(|n| {
                let (messages, connect) = (messages.clone(), connect.clone());
                thread::Builder::new()
                    .name(format!("{name}-{n}"))
                    .spawn(move || work(&messages, &connect))
                    .expect("the system can start a thread")
            })
            .collect();
        Workers { queue, threads: Mutex::new(threads) }
    }

    /// Hands `job` to the next free thread; refuses when the queue is full.
    pub(super) fn submit(&self, job: Box<dyn FnOnce(&mut Slot) + Send>) -> Result<(), DbError> {
        self.queue.try_send(Message::Job(job)).map_err(|_| DbError::Overloaded)
    }

    /// Finishes the accepted jobs, then ends the threads.
    pub(super) fn close(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(|p| p.into_inner()));
        for _ in &threads {
            let _ = self.queue.send(Message::Stop);
        }
        for thread in threads {
            let _ = thread.join();
        }
    }
}

fn work(messages: &Receiver<Message>, connect: &Arc<Connect>) {
    let mut slot = Slot { conn: None, connect: connect.clone() };
    while let Ok(Message::Job(job)) = messages.recv() {
        if catch_unwind(AssertUnwindSafe(|| job(&mut slot))).is_err() {
            tracing::error!("a database job panicked");
            slot.conn = None; // its transaction may still be open
        }
    }
}

/// A thread's place for its connection.
pub(super) struct Slot {
    conn: Option<Conn>,
    connect: Arc<Connect>,
}

impl Slot {
    /// The connection, made now if there is none.
    pub(super) fn get(&mut self) -> Result<&mut Conn, DbError> {
        match &mut self.conn {
            Some(conn) => Ok(conn),
            empty => Ok(empty.insert((self.connect)()?)),
        }
    }

    /// Asks a question; one that met a dead connection is asked again on a new one.
    pub(super) fn ask<T>(&mut self, question: &impl Fn(&mut Conn) -> QueryResult<T>) -> Result<T, DbError> {
        let reused = self.conn.is_some();
        let first = question(self.get()?).map_err(DbError::from);
        match first {
            Err(DbError::Unavailable(_)) => {
                self.conn = None;
                if reused { Ok(question(self.get()?)?) } else { first }
            }
            outcome => outcome,
        }
    }

    /// Runs `action` as one PostgreSQL transaction, again when the server broke it off for another's sake.
    pub(super) fn transact<T, R>(
        &mut self,
        clock: &Clock,
        ids: &Ids,
        action: &impl Fn(&mut Tx) -> Result<T, Stop<R>>,
    ) -> Result<T, Stop<R>> {
        let mut attempt = 1;
        loop {
            match self.attempt(clock, ids, action) {
                Err(Stop::Failed(error)) if error.wants_retry() && attempt < PG_ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    fn attempt<T, R>(
        &mut self,
        clock: &Clock,
        ids: &Ids,
        action: &impl Fn(&mut Tx) -> Result<T, Stop<R>>,
    ) -> Result<T, Stop<R>> {
        self.begin()?;
        let conn = self.get()?;
        let mut tx = Tx::new(conn, clock.now(), 0, ids);
        let outcome = action(&mut tx);
        let effects = std::mem::take(&mut tx.effects);
        match outcome {
            Ok(value) => match conn.batch("COMMIT") {
                Ok(()) => {
                    run_effects(effects);
                    Ok(value)
                }
                Err(error) => {
                    self.roll_back();
                    Err(error.into())
                }
            },
            Err(stop) => Err(match (self.roll_back(), stop) {
                // whatever the query said, the cause is the lost connection
                (false, Stop::Failed(error)) => Stop::Failed(DbError::unavailable(error)),
                (_, stop) => stop,
            }),
        }
    }

    /// Opens a transaction; the first statement after an outage finds out that the connection is dead.
    fn begin(&mut self) -> Result<(), DbError> {
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
        if self.get()?.batch(begin).is_ok() {
            return Ok(());
        }
        self.conn = None;
        Ok(self.get()?.batch(begin)?)
    }

    /// Rolls back; a connection that cannot even do that is dropped. Says whether it is still good.
    fn roll_back(&mut self) -> bool {
        let good = self.conn.as_mut().is_some_and(|conn| conn.batch("ROLLBACK").is_ok());
        if !good {
            self.conn = None;
        }
        good
    }
}
