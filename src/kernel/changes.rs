//! What other processes must hear of within two seconds: a revoked session, a changed duty.
//!
//! A change commits with what it tells of; every process looks once a second whether there is something new ([`WATCH`]).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use diesel::prelude::*;
use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::db::schema::changes;
use crate::db::{Conn, Tx};
use crate::kernel::agenda::Watch;
use crate::on;

crate::id!(ChangeId);

/// Transactions commit out of order, but none lives longer than this; older instants are settled.
const OVERLAP_SECONDS: i64 = 15;

/// How long changes are kept: a process that was silent for longer starts afresh.
const KEPT_SECONDS: i64 = 3600;

/// Whether there is something to hear, asked with [`Ear::asks_from`].
pub const WATCH: Watch = Watch::new("changes", "SELECT 1 FROM changes WHERE at >= {since}");

/// One change: what kind of thing, and which.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Queryable)]
pub struct Change {
    id: ChangeId,
    at: Timestamp,
    pub topic: String,
    pub subject: Vec<u8>,
}

impl Change {
    /// What it is called, in the order of time.
    pub fn id(&self) -> Uuid {
        self.id.uuid()
    }

    /// The id of the thing that changed.
    pub fn subject<T: From<Uuid>>(&self) -> Option<T> {
        Uuid::from_slice(&self.subject).ok().map(T::from)
    }
}

/// Tells the other processes, once this transaction has committed, that `subject` changed.
pub fn announce(tx: &mut Tx, topic: &'static str, subject: Uuid) -> QueryResult<()> {
    let (id, now): (ChangeId, _) = (tx.fresh_id(), tx.now());
    let row = (
        changes::id.eq(id),
        changes::topic.eq(topic),
        changes::subject.eq(subject.as_bytes().as_slice()),
        changes::at.eq(now),
    );
    on!(tx.conn, c => diesel::insert_into(changes::table).values(row).execute(c))?;
    Ok(())
}

/// The changes around and after `last_asked`; some come twice, see [`Ear`].
pub fn since(conn: &mut Conn, last_asked: Timestamp) -> QueryResult<Vec<Change>> {
    let from = last_asked.plus_seconds(-OVERLAP_SECONDS);
    on!(conn, c => changes::table
        .filter(changes::at.ge(from))
        .order((changes::at, changes::id))
        .select((changes::id, changes::at, changes::topic, changes::subject))
        .load(c))
}

/// Changes after the change `id`, and some before it, since transactions commit out of order; `None` when it is so old that
/// what came after it may be forgotten already.
pub fn after(conn: &mut Conn, id: Uuid, now: Timestamp) -> QueryResult<Option<Vec<Change>>> {
    let Some(at) = id.get_timestamp().map(|stamp| stamp.to_unix()) else { return Ok(None) };
    let at = Timestamp::from_micros(i64::try_from(at.0).unwrap_or(0) * 1_000_000 + i64::from(at.1 / 1_000));
    if now.seconds_since(at) > KEPT_SECONDS - OVERLAP_SECONDS || now.seconds_since(at) < -OVERLAP_SECONDS {
        return Ok(None);
    }
    Ok(Some(since(conn, at)?.into_iter().filter(|change| change.id() != id).collect()))
}

/// What one process has heard, so that it acts on each change once.
pub struct Ear(Mutex<(Timestamp, HashMap<ChangeId, Timestamp>)>);

impl Ear {
    /// An ear that has heard everything before `now`.
    pub fn new(now: Timestamp) -> Self {
        Ear(Mutex::new((now, HashMap::new())))
    }

    /// When it last listened; what [`since`] is asked with.
    pub fn last_asked(&self) -> Timestamp {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// The instant from which on changes may be new.
    pub fn asks_from(&self) -> Timestamp {
        self.last_asked().plus_seconds(-OVERLAP_SECONDS)
    }

    /// Whether changes may have been forgotten since it last listened.
    pub fn was_deaf(&self, now: Timestamp) -> bool {
        now.seconds_since(self.last_asked()) > KEPT_SECONDS - OVERLAP_SECONDS
    }

    /// Notes that `changes` were asked for at `now`, and gives those that are new.
    pub fn hear(&self, changes: Vec<Change>, now: Timestamp) -> Vec<Change> {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last_asked, known) = &mut *heard;
        let settled = now.plus_seconds(-2 * OVERLAP_SECONDS);
        known.retain(|_, at| *at >= settled);
        *last_asked = now;
        changes.into_iter().filter(|change| known.insert(change.id, change.at).is_none()).collect()
    }
}

/// Forgets changes that everybody has heard of.
pub fn tidy(tx: &mut Tx) -> QueryResult<usize> {
    let before = tx.now().plus_seconds(-KEPT_SECONDS);
    on!(tx.conn, c => diesel::delete(changes::table.filter(changes::at.lt(before))).execute(c))
}
