//! Work that leaves a transaction: written with it, done after its commit, at least once.
//!
//! A message is claimed by a lease, handed to the handler of its topic, and deleted when that succeeds. A failure is
//! retried with growing pauses; after [`MAX_ATTEMPTS`] the message is parked with its last error for a person to see.
//! Handlers are idempotent: a crash between doing and deleting does the work again.
//!
//! Messages wait in lanes ([`Lane`]), each delivered apart from the others, so that a platform that answers slowly keeps no
//! inbox waiting. Within a lane they are tried in the order in which they are due; those that failed come after those that
//! did not wait yet. One with a key is there once, however often it is sent before it has left.

mod delivering;

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::time::Timestamp;
use crate::db::schema::outbox;
use crate::db::{Conn, Tx};
use crate::kernel::agenda::Watch;
use crate::on;

pub use delivering::{Handlers, Lane, Outcome, deliver_due, deliver_lane};

crate::id!(
    /// A message; handlers may use it as the natural key of what they write.
    MessageId
);

/// Attempts after which a message waits for a person.
pub const MAX_ATTEMPTS: i32 = 10;

/// The lane of everything that stays inside the house.
pub const MAIN: &str = "";

/// Whether a message waits to be delivered in the main lane.
pub const WATCH: Watch =
    Watch::new("outbox", "SELECT 1 FROM outbox WHERE parked_at IS NULL AND lane = '' AND available_at <= {now}");

/// What the watch of another lane is called.
pub(crate) const LANE_PREFIX: &str = "outbox:";

/// A message on its way.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Message {
    pub id: MessageId,
    pub topic: String,
    payload: String,
    attempts: i32,
    pub created_at: Timestamp,
}

impl Message {
    /// What was sent, as the handler's own type.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_str(&self.payload).map_err(|error| error.to_string())
    }

    /// Whether it is parked if it fails now.
    pub fn is_last_attempt(&self) -> bool {
        self.attempts + 1 >= MAX_ATTEMPTS
    }
}

/// Sends `payload` to the handler of `topic`, once this transaction has committed.
pub fn send<T: Serialize>(tx: &mut Tx, topic: &'static str, payload: T) -> QueryResult<MessageId> {
    let row = Row::new(tx, Posting::new(topic, payload))?;
    let id = row.id;
    on!(tx.conn, c => diesel::insert_into(outbox::table).values(&row).execute(c))?;
    Ok(id)
}

/// A message with everything that may be said of one.
#[derive(Clone, Debug)]
pub struct Posting<T> {
    pub topic: &'static str,
    pub payload: T,
    /// Where it waits.
    pub lane: &'static str,
    /// Not sent again as long as one with this key waits or is parked.
    pub key: Option<String>,
    /// Not before; at once when absent.
    pub available_at: Option<Timestamp>,
}

impl<T> Posting<T> {
    /// One in the main lane, to be delivered at once.
    pub fn new(topic: &'static str, payload: T) -> Posting<T> {
        Posting { topic, payload, lane: MAIN, key: None, available_at: None }
    }
}

/// Messages that one statement writes.
const ROWS_AT_ONCE: usize = 200;

/// Sends many, and says how many of them were not there already.
pub fn send_all<T: Serialize>(tx: &mut Tx, postings: Vec<Posting<T>>) -> QueryResult<usize> {
    let rows = postings.into_iter().map(|posting| Row::new(tx, posting)).collect::<QueryResult<Vec<Row>>>()?;
    let mut new = 0;
    for some in rows.chunks(ROWS_AT_ONCE) {
        let insert = diesel::insert_into(outbox::table).values(some).on_conflict_do_nothing();
        new += on!(&mut *tx.conn, c => insert.execute(c))?;
    }
    Ok(new)
}

#[derive(Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
struct Row {
    id: MessageId,
    topic: &'static str,
    payload: String,
    available_at: Timestamp,
    attempts: i32,
    created_at: Timestamp,
    lane: &'static str,
    dedup_key: Option<String>,
}

impl Row {
    fn new<T: Serialize>(tx: &mut Tx, posting: Posting<T>) -> QueryResult<Row> {
        let Posting { topic, payload, lane, key, available_at } = posting;
        let payload = serde_json::to_string(&payload);
        let now = tx.now();
        Ok(Row {
            id: tx.fresh_id(),
            topic,
            payload: payload.map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?,
            available_at: available_at.unwrap_or(now),
            attempts: 0,
            created_at: now,
            lane,
            dedup_key: key,
        })
    }
}

/// How many messages wait, and how many are parked.
pub fn count(conn: &mut Conn) -> QueryResult<(i64, i64)> {
    let waiting = on!(conn, c => outbox::table.filter(outbox::parked_at.is_null()).count().get_result(c))?;
    let parked = on!(conn, c => outbox::table.filter(outbox::parked_at.is_not_null()).count().get_result(c))?;
    Ok((waiting, parked))
}

/// What waits in one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Empty for the main one.
    pub lane: String,
    pub waiting: i64,
    pub parked: i64,
    /// When the oldest one that waits was due.
    pub oldest_due_at: Option<Timestamp>,
}

/// What waits, lane by lane; a lane in which nothing waits is not there.
pub fn backlogs(conn: &mut Conn) -> QueryResult<Vec<Backlog>> {
    let waiting: Vec<(String, i64, Option<Timestamp>)> = on!(&mut *conn, c => outbox::table
        .filter(outbox::parked_at.is_null())
        .group_by(outbox::lane)
        .select((outbox::lane, diesel::dsl::count_star(), diesel::dsl::min(outbox::available_at)))
        .load(c))?;
    let parked: Vec<(String, i64)> = on!(&mut *conn, c => outbox::table
        .filter(outbox::parked_at.is_not_null())
        .group_by(outbox::lane)
        .select((outbox::lane, diesel::dsl::count_star()))
        .load(c))?;
    let mut backlogs: Vec<Backlog> = waiting
        .into_iter()
        .map(|(lane, waiting, oldest_due_at)| Backlog { lane, waiting, parked: 0, oldest_due_at })
        .collect();
    for (lane, parked) in parked {
        match backlogs.iter_mut().find(|backlog| backlog.lane == lane) {
            Some(backlog) => backlog.parked = parked,
            None => backlogs.push(Backlog { lane, waiting: 0, parked, oldest_due_at: None }),
        }
    }
    backlogs.sort_by(|a, b| a.lane.cmp(&b.lane));
    Ok(backlogs)
}

/// A message that waits for a person, or for its next attempt.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Held {
    pub id: MessageId,
    pub topic: String,
    /// As it was sent, in JSON.
    pub payload: String,
    pub attempts: i32,
    /// Why it waits.
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    /// Empty for the main one.
    pub lane: String,
    pub parked_at: Option<Timestamp>,
}

/// The parked messages after `after`, in the order in which they were written, `limit` at most.
pub fn list_parked(conn: &mut Conn, after: Option<MessageId>, limit: i64) -> QueryResult<Vec<Held>> {
    let after = after.unwrap_or(uuid::Uuid::nil().into());
    on!(conn, c => outbox::table
        .filter(outbox::parked_at.is_not_null().and(outbox::id.gt(after)))
        .order(outbox::id)
        .limit(limit)
        .select(Held::as_select())
        .load(c))
}

/// A parked message.
pub fn find_parked(conn: &mut Conn, id: MessageId) -> QueryResult<Option<Held>> {
    on!(conn, c => outbox::table
        .find(id)
        .filter(outbox::parked_at.is_not_null())
        .select(Held::as_select())
        .first(c)
        .optional())
}

/// Parks every message that waits, for a person to see; says how many.
pub fn park_all(tx: &mut Tx, because: &str) -> QueryResult<usize> {
    let now = tx.now();
    let waiting = outbox::table.filter(outbox::parked_at.is_null());
    on!(tx.conn, c => diesel::update(waiting)
        .set((outbox::parked_at.eq(now), outbox::last_error.eq(because)))
        .execute(c))
}

/// Lets parked messages be delivered, with all their attempts before them: this one, or all. Says how many.
pub fn release(tx: &mut Tx, id: Option<MessageId>) -> QueryResult<usize> {
    let now = tx.now();
    let change = (outbox::parked_at.eq(None::<Timestamp>), outbox::attempts.eq(0), outbox::available_at.eq(now));
    let parked = outbox::table.filter(outbox::parked_at.is_not_null());
    match id {
        Some(id) => on!(tx.conn, c => diesel::update(parked.filter(outbox::id.eq(id))).set(change).execute(c)),
        None => on!(tx.conn, c => diesel::update(parked).set(change).execute(c)),
    }
}

/// Throws parked messages away: this one, or all. Says how many.
pub fn discard(tx: &mut Tx, id: Option<MessageId>) -> QueryResult<usize> {
    let parked = outbox::table.filter(outbox::parked_at.is_not_null());
    match id {
        Some(id) => on!(tx.conn, c => diesel::delete(parked.filter(outbox::id.eq(id))).execute(c)),
        None => on!(tx.conn, c => diesel::delete(parked).execute(c)),
    }
}
