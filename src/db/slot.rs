//! A thread's place for its connection: asking, and running transactions, through dead connections and retries.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use diesel::QueryResult;

use super::conn::turn_of;
use super::job::{Job, JobEnd};
use super::outage::Connector;
use super::{Conn, DbError, Effect, Maker, PG_ATTEMPTS, Tx, run_effects};
use crate::base::id::MemberId;

/// A thread's place for its connection.
pub(super) struct Slot {
    conn: Option<Conn>,
    /// How often the server had been suspected when the connection was made.
    suspicions: u64,
    connector: Arc<Connector>,
    maker: Maker,
}

impl Slot {
    pub(super) fn new(connector: Arc<Connector>, maker: Maker) -> Self {
        Slot { conn: None, suspicions: 0, connector, maker }
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
            empty => {
                self.suspicions = self.connector.suspicions();
                Ok(empty.insert(self.connector.connect()?))
            }
        }
    }

    /// Gives up a connection from before the server was last suspected; not within a transaction.
    fn give_up_suspect(&mut self) {
        if self.suspicions != self.connector.suspicions() {
            self.conn = None;
        }
    }

    /// Asks a question; one that met a dead connection is asked again on a new one.
    pub(super) fn ask<T>(&mut self, question: &impl Fn(&mut Conn) -> QueryResult<T>) -> Result<T, DbError> {
        self.give_up_suspect();
        let reused = self.conn.is_some();
        let first = question(self.get()?).map_err(DbError::from);
        match first {
            Err(DbError::Unavailable(_)) => {
                self.conn = None;
                if reused { Ok(question(self.get()?)?) } else { first }
            }
            outcome => {
                self.connector.note_answer();
                outcome
            }
        }
    }

    /// Runs PostgreSQL transactions and answers them: several as one, and one by one when that does not work out.
    pub(super) fn write(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        jobs.retain(|job| !job.is_abandoned());
        match if jobs.len() > 1 { self.together(&mut jobs) } else { None } {
            Some(Ok(())) => jobs.into_iter().for_each(|job| job.answer(Ok(()))),
            Some(Err(error)) => jobs.into_iter().for_each(|job| job.answer(Err(DbError::unavailable(&error)))),
            None => jobs.into_iter().for_each(|job| self.alone(job)),
        }
    }

    /// Runs jobs, each about a member alone, under one commit. `None` when one of them did not stay: then nothing did.
    fn together(&mut self, jobs: &mut [Box<dyn Job>]) -> Option<Result<(), DbError>> {
        // in one order everywhere, so that no two groups wait for each other
        jobs.sort_by_key(|job| job.about().map(turn_of));
        let turns: Vec<i64> = jobs.iter().filter_map(|job| job.about()).map(turn_of).collect();
        self.begin().ok()?;
        let mut effects = Vec::new();
        let mut stays = self.get().is_ok_and(|conn| conn.take_turns(&turns).is_ok());
        for job in jobs {
            let turn = job.about();
            stays = stays && self.run(&mut **job, turn, &mut effects).is_ok_and(|end| end == JobEnd::Keep);
        }
        if !stays {
            self.roll_back();
            return None;
        }
        Some(self.commit(effects))
    }

    /// Runs one job as one transaction, again when the server broke it off for another's sake.
    fn alone(&mut self, mut job: Box<dyn Job>) {
        let mut attempt = 1;
        let committed = loop {
            match self.attempt(&mut *job) {
                Ok(JobEnd::Broken) if attempt < PG_ATTEMPTS => attempt += 1,
                Err(error) if error.wants_retry() && attempt < PG_ATTEMPTS => attempt += 1,
                outcome => break outcome.map(drop),
            }
        };
        job.answer(committed);
    }

    fn attempt(&mut self, job: &mut dyn Job) -> Result<JobEnd, DbError> {
        self.begin()?;
        let mut effects = Vec::new();
        let turn = job.about();
        if let Some(member) = turn
            && let Err(error) = self.get()?.take_turn(member)
        {
            self.roll_back();
            return Err(error.into());
        }
        let end = self.run(job, turn, &mut effects)?;
        match end {
            JobEnd::Keep => self.commit(effects)?,
            JobEnd::Refused => drop(self.roll_back()),
            // whatever the query said, the cause is the lost connection
            JobEnd::Broken | JobEnd::Failed if !self.roll_back() => {
                return Err(DbError::Unavailable("the connection was lost".into()));
            }
            JobEnd::Broken | JobEnd::Failed => {}
        }
        Ok(end)
    }

    /// Runs a job inside the open transaction, which has that member's turn.
    fn run(&mut self, job: &mut dyn Job, turn: Option<MemberId>, effects: &mut Vec<Effect>) -> Result<JobEnd, DbError> {
        let maker = self.maker.clone();
        let mut tx = Tx::new(self.get()?, maker.clock.now(), 0, &maker);
        tx.turns.extend(turn);
        let end = job.run(&mut tx);
        effects.append(&mut tx.effects);
        Ok(end)
    }

    fn commit(&mut self, effects: Vec<Effect>) -> Result<(), DbError> {
        match self.get()?.batch("COMMIT") {
            Ok(()) => {
                run_effects(effects);
                Ok(())
            }
            Err(error) => {
                self.roll_back();
                Err(error.into())
            }
        }
    }

    /// Opens a transaction; the first statement after an outage finds out that the connection is dead.
    fn begin(&mut self) -> Result<(), DbError> {
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
        self.give_up_suspect();
        if self.get()?.batch(begin).is_ok() {
            self.connector.note_answer();
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
