//! What a migration leaves to the program: rows that only the program can write, because a database knows how neither
//! texts are compared nor duties are held.
//!
//! Table: `backlog`, written by migrations alone. They name the work and the things that it is about; a room works it off
//! in small transactions, in several processes at once, and asks no more once nothing is left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::prelude::*;
use uuid::Uuid;

use crate::db::schema::backlog;
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::on;

/// Things of one transaction: on SQLite every other write waits for it.
const AT_ONCE: i64 = 50;

/// One kind of work that a migration may have left; clones share what they know of it.
#[derive(Clone)]
pub struct Backlog {
    work: &'static str,
    is_done: Arc<AtomicBool>,
}

impl Backlog {
    /// The work of that name, as a migration calls it: `room.what`.
    pub fn new(work: &'static str) -> Self {
        Backlog { work, is_done: Arc::default() }
    }

    /// Does `act` with everything that is left, each thing in the transaction that strikes it off. What another process
    /// is about to do is left to it.
    pub async fn work_off(
        &self,
        db: &Db,
        act: impl Fn(&mut Tx, Uuid) -> QueryResult<()> + Clone + Send + 'static,
    ) -> Result<(), DbError> {
        let work = self.work;
        while !self.is_done.load(Ordering::Acquire) {
            if !db.read(move |conn| is_any(conn, work)).await? {
                // no migration comes while a program runs
                self.is_done.store(true, Ordering::Release);
                return Ok(());
            }
            let act = act.clone();
            let done = db.write(move |tx| -> Result<usize, Stop<Never>> {
                let some = take(tx, work)?;
                some.iter().try_for_each(|subject| act(tx, *subject))?;
                Ok(some.len())
            });
            if done.await.map_err(DbError::from)? == 0 {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn is_any(conn: &mut Conn, work: &str) -> QueryResult<bool> {
    let left = backlog::table.filter(backlog::work.eq(work));
    on!(conn, c => diesel::select(diesel::dsl::exists(left)).get_result(c))
}

/// Strikes a few things off the list.
fn take(tx: &mut Tx, work: &str) -> QueryResult<Vec<Uuid>> {
    macro_rules! some {
        () => {
            backlog::table
                .filter(backlog::work.eq(work))
                .order(backlog::subject_id)
                .limit(AT_ONCE)
                .select(backlog::subject_id)
        };
    }
    let some: Vec<Vec<u8>> = match tx.conn {
        Conn::Pg(c) => some!().for_update().skip_locked().load(c)?,
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => some!().load(c)?,
    };
    let taken = backlog::table.filter(backlog::work.eq(work)).filter(backlog::subject_id.eq_any(&some));
    on!(tx.conn, c => diesel::delete(taken).execute(c))?;
    Ok(some.iter().filter_map(|id| Uuid::from_slice(id).ok()).collect())
}
