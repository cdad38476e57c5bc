//! Long work in chunks: one process at a time, each chunk a transaction of its own that keeps how far the work has come.
//!
//! Members' writes pass between the chunks, and a process that goes on after a crash, or after another one, begins where the
//! last chunk ended. A chunk may be read and then not be done (another process was faster), so reading changes nothing.

use std::fmt::Debug;
use std::future::Future;

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::db::schema::chunk_cursors;
use crate::db::{Conn, Db, DbError, Json, Tx};
use crate::kernel::lease::{Lease, leased};
use crate::on;

/// Long work about one subject.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// What is done; its progress is kept under it.
    pub name: &'static str,
    /// What it is done to; nil where there is but one.
    pub subject: Uuid,
    /// Taken, or renewed, with every chunk.
    pub lease: Lease,
}

/// What has become of the work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Worked {
    /// Nothing of it is left.
    Done,
    /// Another process does it.
    Elsewhere,
}

impl Work {
    /// Goes through the work from `start`, or from where it stopped. `read` gives what comes after a cursor, with the cursor
    /// behind it, and nothing at the end; `act` does it.
    pub async fn each<C, T, F>(
        &self,
        db: &Db,
        start: C,
        read: impl Fn(C) -> F,
        act: impl Fn(&mut Tx, &T) -> QueryResult<()> + Clone + Send + 'static,
    ) -> Result<Worked, DbError>
    where
        C: Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + 'static,
        T: Send + 'static,
        F: Future<Output = Result<Option<(T, C)>, DbError>>,
    {
        let work = *self;
        let Some(kept) = leased(db, self.lease, move |tx| find::<C>(tx.conn, work)).await? else {
            return Ok(Worked::Elsewhere);
        };
        let (mut known, mut at) = (kept.clone(), kept.unwrap_or(start));
        while let Some((chunk, next)) = read(at).await? {
            let (act, before, after) = (act.clone(), known, next.clone());
            let done = leased(db, self.lease, move |tx| {
                // another process had the lease in between, and went on from here
                if find::<C>(tx.conn, work)? != before {
                    return Ok(false);
                }
                act(tx, &chunk)?;
                put(tx, work, after.clone()).map(|()| true)
            });
            if done.await? != Some(true) {
                return Ok(Worked::Elsewhere);
            }
            (known, at) = (Some(next.clone()), next);
        }
        match leased(db, self.lease, move |tx| forget(tx, work)).await? {
            Some(()) => Ok(Worked::Done),
            None => Ok(Worked::Elsewhere),
        }
    }
}

fn find<C: DeserializeOwned + Debug + 'static>(conn: &mut Conn, work: Work) -> QueryResult<Option<C>> {
    let key = (work.name, work.subject.as_bytes().as_slice());
    let kept: Option<Json<C>> =
        on!(conn, c => chunk_cursors::table.find(key).select(chunk_cursors::after).first(c).optional())?;
    Ok(kept.map(|kept| kept.0))
}

fn put<C: Serialize + Debug + 'static>(tx: &mut Tx, work: Work, after: C) -> QueryResult<()> {
    let (now, after) = (tx.now(), Json(after));
    let progress = (chunk_cursors::after.eq(&after), chunk_cursors::moved_at.eq(now));
    let key = (chunk_cursors::work.eq(work.name), chunk_cursors::subject.eq(work.subject.as_bytes().as_slice()));
    on!(tx.conn, c => diesel::insert_into(chunk_cursors::table)
        .values((key, progress))
        .on_conflict((chunk_cursors::work, chunk_cursors::subject))
        .do_update()
        .set(progress)
        .execute(c))
    .map(drop)
}

fn forget(tx: &mut Tx, work: Work) -> QueryResult<()> {
    let key = (work.name, work.subject.as_bytes().as_slice());
    on!(tx.conn, c => diesel::delete(chunk_cursors::table.find(key)).execute(c)).map(drop)
}
