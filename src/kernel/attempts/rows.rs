//! Levels as rows that are only appended and later deleted, for several servers on PostgreSQL without Redis.
//!
//! An attempt is a row; a level is computed from the rows of its key. Attempts under one key take turns, so that of many
//! at once no more are let through than of as many one after the other; attempts under different keys do not meet.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{Key, Level, MOST_KNOWN, Pace};
use crate::base::time::Timestamp;
use crate::db::schema::{attempt_successes, attempts};
use crate::db::{Conn, Db, Never, Stop, Tx};
use crate::on;

crate::id!(
    /// An attempt that was counted.
    CountedAttemptId
);

/// After so long every attempt has drained away.
const KEPT_SECONDS: i64 = 24 * 3600;
/// How long successes are remembered.
const KNOWN_SECONDS: i64 = 30 * 24 * 3600;
/// The newest attempts of a key, from which its level is computed: more than any level allows.
const COUNTED: i64 = 2000;
/// Rows that are deleted at once.
const TIDIED: i64 = 5000;

pub(super) struct Rows(Db);

impl Rows {
    pub(super) fn new(db: Db) -> Self {
        Rows(db)
    }

    pub(super) async fn take(&self, key: Key, pace: Pace) -> Option<Result<CountedAttemptId, u32>> {
        let take = move |tx: &mut Tx| -> Result<Result<CountedAttemptId, u32>, Stop<Never>> {
            take_turn(tx.conn, &key)?;
            let level = level(tx.conn, &key, pace.drain_seconds, tx.now())?;
            match level.and_then(|level| level.wait(tx.now(), pace)) {
                Some(seconds) => Ok(Err(seconds)),
                None => Ok(Ok(insert(tx, &key)?)),
            }
        };
        self.0.write(take).await.ok()
    }

    pub(super) async fn give_back(&self, id: CountedAttemptId) {
        let delete = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
            on!(&mut *tx.conn, c => diesel::delete(attempts::table.find(id)).execute(c))?;
            Ok(())
        };
        // if it cannot be given back, it drains away by itself
        let _ = self.0.write(delete).await;
    }

    pub(super) async fn add(&self, key: Key) -> Option<()> {
        let add = move |tx: &mut Tx| -> Result<(), Stop<Never>> { Ok(insert(tx, &key).map(drop)?) };
        self.0.write(add).await.ok()
    }

    pub(super) async fn level(&self, key: Key, drain_seconds: u32, now: Timestamp) -> Option<Option<Level>> {
        self.0.read(move |conn| level(conn, &key, drain_seconds, now)).await.ok()
    }

    pub(super) async fn know(&self, key: Key, subject: Key) {
        let know = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
            let now = tx.now();
            let row = (
                attempt_successes::key.eq(key.as_slice()),
                attempt_successes::subject.eq(subject.as_slice()),
                attempt_successes::at.eq(now),
            );
            on!(&mut *tx.conn, c => diesel::insert_into(attempt_successes::table)
                .values(row)
                .on_conflict((attempt_successes::key, attempt_successes::subject))
                .do_update()
                .set(attempt_successes::at.eq(now))
                .execute(c))?;
            Ok(())
        };
        // an address that is not remembered is somebody else's for a little longer
        let _ = self.0.write(know).await;
    }

    pub(super) async fn count_known(&self, key: Key) -> Option<usize> {
        self.0
            .read(move |conn| {
                let of_key = attempt_successes::table
                    .filter(attempt_successes::key.eq(key.as_slice()))
                    .select(attempt_successes::subject)
                    .limit(MOST_KNOWN as i64);
                let subjects: Vec<Vec<u8>> = on!(conn, c => of_key.load(c))?;
                Ok(subjects.len())
            })
            .await
            .ok()
    }
}

fn insert(tx: &mut Tx, key: &Key) -> QueryResult<CountedAttemptId> {
    let id: CountedAttemptId = tx.fresh_id();
    let row = (attempts::id.eq(id), attempts::key.eq(key.as_slice()), attempts::at.eq(tx.now()));
    on!(&mut *tx.conn, c => diesel::insert_into(attempts::table).values(row).execute(c))?;
    Ok(id)
}

/// The level that the rows of `key` make at `now`.
fn level(conn: &mut Conn, key: &Key, drain_seconds: u32, now: Timestamp) -> QueryResult<Option<Level>> {
    let mut instants: Vec<Timestamp> = on!(conn, c => attempts::table
        .filter(attempts::key.eq(key.as_slice()))
        .filter(attempts::at.gt(now.plus_seconds(-KEPT_SECONDS)))
        .order((attempts::at.desc(), attempts::id.desc()))
        .limit(COUNTED)
        .select(attempts::at)
        .load(c))?;
    instants.reverse();
    Ok(instants.into_iter().fold(None, |level, at| Some(Level::raised(level, at, drain_seconds))))
}

/// Makes transactions that count under `key` take turns until their ends.
fn take_turn(conn: &mut Conn, key: &Key) -> QueryResult<()> {
    match conn {
        Conn::Pg(c) => {
            let turn = i64::from_be_bytes(key[..8].try_into().expect("a key has 32 bytes"));
            diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(turn).execute(c).map(drop)
        }
        // there is only one writer
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Deletes what has drained away, a bounded number at once.
pub(super) fn tidy(tx: &mut Tx) -> QueryResult<usize> {
    let (drained, forgotten) = (tx.now().plus_seconds(-KEPT_SECONDS), tx.now().plus_seconds(-KNOWN_SECONDS));
    let old: Vec<CountedAttemptId> = on!(&mut *tx.conn, c => attempts::table
        .filter(attempts::at.lt(drained))
        .order(attempts::at)
        .limit(TIDIED)
        .select(attempts::id)
        .load(c))?;
    let deleted =
        on!(&mut *tx.conn, c => diesel::delete(attempts::table.filter(attempts::id.eq_any(&old))).execute(c))?;
    let successes = attempt_successes::table.filter(attempt_successes::at.lt(forgotten));
    Ok(deleted + on!(&mut *tx.conn, c => diesel::delete(successes).execute(c))?)
}
