//! Work that leaves a transaction: written with it, done after its commit, at least once.
//!
//! A message is claimed by a lease, handed to the handler of its topic, and deleted when that succeeds. A failure is
//! retried with growing pauses; after [`MAX_ATTEMPTS`] the message is parked with its last error for a person to see.
//! Handlers are idempotent: a crash between doing and deleting does the work again.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::time::Timestamp;
use crate::db::schema::outbox;
use crate::db::{Conn, Db, DbError, Json, Stop, Tx};
use crate::kernel::agenda::Watch;
use crate::on;

crate::id!(
    /// A message; handlers may use it as the natural key of what they write.
    MessageId
);

const MAX_ATTEMPTS: i32 = 10;
/// Messages claimed at once.
const BATCH: i64 = 50;
/// How long a claimed message belongs to its claimant.
const LEASE_SECONDS: i64 = 60;
const LONGEST_PAUSE_SECONDS: i64 = 3600;

/// Whether a message waits to be delivered.
pub const WATCH: Watch =
    Watch { kind: "outbox", finds: "SELECT 1 FROM outbox WHERE parked_at IS NULL AND available_at <= {now}" };

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
}

/// Sends `payload` to the handler of `topic`, once this transaction has committed.
pub fn send<T: Serialize + std::fmt::Debug>(tx: &mut Tx, topic: &'static str, payload: T) -> QueryResult<MessageId> {
    let (id, now): (MessageId, _) = (tx.fresh_id(), tx.now());
    let payload = Json(payload);
    let row = (
        outbox::id.eq(id),
        outbox::topic.eq(topic),
        outbox::payload.eq(&payload),
        outbox::available_at.eq(now),
        outbox::created_at.eq(now),
    );
    on!(tx.conn, c => diesel::insert_into(outbox::table).values(row).execute(c))?;
    Ok(id)
}

type Delivering = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
type Handler = Box<dyn Fn(Message) -> Delivering + Send + Sync>;

/// The handlers of all topics, handed over by the rooms.
#[derive(Default)]
pub struct Handlers(HashMap<&'static str, Handler>);

impl Handlers {
    /// Takes in what another room delivers.
    pub fn extend(&mut self, other: Handlers) {
        self.0.extend(other.0);
    }

    /// Lets `handle` deliver the messages of `topic`.
    pub fn on<A>(&mut self, topic: &'static str, handle: impl Fn(Message) -> A + Send + Sync + 'static)
    where
        A: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.0.insert(topic, Box::new(move |message| Box::pin(handle(message))));
    }
}

/// Delivers what is due, a batch at most, and says how many messages were tried.
pub async fn deliver_due(db: &Db, handlers: &Handlers) -> Result<usize, DbError> {
    let claimed = db.write(claim).await.map_err(|stop: Stop<crate::db::Never>| DbError::from(stop))?;
    let tried = claimed.len();
    for message in claimed {
        let outcome = match handlers.0.get(message.topic.as_str()) {
            Some(handle) => handle(message.clone()).await,
            None => Err(format!("no handler for {}", message.topic)),
        };
        settle(db, message, outcome).await?;
    }
    Ok(tried)
}

/// How many messages wait, and how many are parked.
pub fn count(conn: &mut Conn) -> QueryResult<(i64, i64)> {
    let waiting = on!(conn, c => outbox::table.filter(outbox::parked_at.is_null()).count().get_result(c))?;
    let parked = on!(conn, c => outbox::table.filter(outbox::parked_at.is_not_null()).count().get_result(c))?;
    Ok((waiting, parked))
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

fn claim(tx: &mut Tx) -> Result<Vec<Message>, Stop<crate::db::Never>> {
    let now = tx.now();
    let until = now.plus_seconds(LEASE_SECONDS);
    macro_rules! due {
        () => {
            outbox::table
                .filter(outbox::parked_at.is_null())
                .filter(outbox::available_at.le(now))
                .order((outbox::available_at, outbox::id))
                .limit(BATCH)
                .select(Message::as_select())
        };
    }
    let due: Vec<Message> = match tx.conn {
        // several workers take different messages without waiting for each other
        Conn::Pg(c) => due!().for_update().skip_locked().load(c)?,
        Conn::Sqlite(c) => due!().load(c)?,
    };
    let ids: Vec<MessageId> = due.iter().map(|message| message.id).collect();
    on!(tx.conn, c => diesel::update(outbox::table.filter(outbox::id.eq_any(&ids)))
        .set((outbox::available_at.eq(until), outbox::attempts.eq(outbox::attempts + 1)))
        .execute(c))?;
    Ok(due)
}

async fn settle(db: &Db, message: Message, outcome: Result<(), String>) -> Result<(), DbError> {
    if let Err(error) = &outcome {
        tracing::warn!(topic = message.topic, message = %message.id, error, "a message could not be delivered");
    }
    db.write(move |tx: &mut Tx| {
        let mine = outbox::table.filter(outbox::id.eq(message.id));
        let Err(error) = &outcome else {
            on!(tx.conn, c => diesel::delete(mine).execute(c))?;
            return Ok(());
        };
        let tried = message.attempts + 1;
        let parked_at = (tried >= MAX_ATTEMPTS).then(|| tx.now());
        let again_at = tx.now().plus_seconds(pause_seconds(tried));
        on!(tx.conn, c => diesel::update(mine)
            .set((outbox::last_error.eq(error), outbox::parked_at.eq(parked_at), outbox::available_at.eq(again_at)))
            .execute(c))?;
        Ok(())
    })
    .await
    .map_err(|stop: Stop<crate::db::Never>| DbError::from(stop))
}

/// 2, 4, 8 … seconds after the first, second, third failure, an hour at most.
fn pause_seconds(tried: i32) -> i64 {
    2_i64.saturating_pow(tried.unsigned_abs()).min(LONGEST_PAUSE_SECONDS)
}

#[cfg(test)]
mod tests {
    #[test]
    fn pauses_grow_up_to_an_hour() {
        let pauses: Vec<i64> = [1, 2, 3, 11, 12, 100].map(super::pause_seconds).to_vec();
        assert_eq!(pauses, [2, 4, 8, 2048, 3600, 3600]);
    }
}
