//! A thread's place for its connection: asking, and running transactions, through dead connections and retries.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use diesel::QueryResult;

use super::outage::Connector;
use super::{Conn, DbError, PG_ATTEMPTS, Stop, Tx, run_effects};
use crate::base::clock::Clock;
use crate::base::id::Ids;

/// A thread's place for its connection.
pub(super) struct Slot {
    conn: Option<Conn>,
    connector: Arc<Connector>,
}

impl Slot {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        Slot { conn: None, connector }
    }

    /// Runs a job; when it panics its connection goes, for a transaction may still be open on it.
    pub(super) fn guard<T, E: From<DbError>>(&mut self, job: impl FnOnce(&mut Slot) -> Result<T, E>) -> Result<T, E> {
        catch_unwind(AssertUnwindSafe(|| job(self))).unwrap_or_else(|_| {
            tracing::error!("a database job panicked");
            self.conn = None;
            Err(DbError::Panicked.into())
        })
    }

    /// The connection, made now if there is none.
    pub(super) fn get(&mut self) -> Result<&mut Conn, DbError> {
        match &mut self.conn {
            Some(conn) => Ok(conn),
            empty => Ok(empty.insert(self.connector.connect()?)),
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

    /// Runs `action`, a single statement that is a transaction by itself; again on a new connection when it met a dead
    /// one.
    pub(super) fn act_at_once<T, R>(
        &mut self,
        clock: &Clock,
        ids: &Ids,
        action: &impl Fn(&mut Tx) -> Result<T, Stop<R>>,
    ) -> Result<T, Stop<R>> {
        let reused = self.conn.is_some();
        match self.act(clock, ids, action) {
            Err(Stop::Failed(DbError::Unavailable(cause))) => {
                self.conn = None;
                if reused { self.act(clock, ids, action) } else { Err(DbError::Unavailable(cause).into()) }
            }
            outcome => outcome,
        }
    }

    fn act<T, R>(
        &mut self,
        clock: &Clock,
        ids: &Ids,
        action: &impl Fn(&mut Tx) -> Result<T, Stop<R>>,
    ) -> Result<T, Stop<R>> {
        let conn = self.get()?;
        let mut tx = Tx::new(conn, clock.now(), 0, ids);
        let value = action(&mut tx)?;
        run_effects(tx.effects);
        Ok(value)
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
