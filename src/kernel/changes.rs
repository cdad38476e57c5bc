//! What other processes must hear of within two seconds: a revoked session, a changed duty.
//!
//! A change commits with what it tells of; every process asks once a second for what is new.

use diesel::prelude::*;
use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::db::schema::changes;
use crate::db::{Conn, Tx};
use crate::on;

crate::id!(ChangeId);

/// Transactions commit out of order, but none lives longer than this; older instants are settled.
const OVERLAP_SECONDS: i64 = 15;

/// How long changes are kept: a process that was silent for longer starts afresh.
const KEPT_SECONDS: i64 = 3600;

/// One change: what kind of thing, and which.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Queryable)]
pub struct Change {
    pub topic: String,
    pub subject: Vec<u8>,
}

impl Change {
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

/// The changes around and after `last_asked`; some come twice, which does no harm.
pub fn since(conn: &mut Conn, last_asked: Timestamp) -> QueryResult<Vec<Change>> {
    let from = last_asked.plus_seconds(-OVERLAP_SECONDS);
    on!(conn, c => changes::table
        .filter(changes::at.ge(from))
        .order((changes::at, changes::id))
        .select((changes::topic, changes::subject))
        .load(c))
}

/// Forgets changes that everybody has heard of.
pub fn tidy(tx: &mut Tx) -> QueryResult<usize> {
    let before = tx.now().plus_seconds(-KEPT_SECONDS);
    on!(tx.conn, c => diesel::delete(changes::table.filter(changes::at.lt(before))).execute(c))
}
