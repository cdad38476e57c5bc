//! Claiming what is due, handing it over, and writing down what became of it.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};

use diesel::prelude::*;
use futures_util::future::{join_all, try_join_all};

use super::{LANE_PREFIX, MAIN, MAX_ATTEMPTS, Message, MessageId, WATCH};
use crate::base::time::Timestamp;
use crate::db::schema::outbox;
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::kernel::agenda::Watch;
use crate::on;

/// Messages of the main lane that are claimed at once.
const BATCH: usize = 50;
/// How long a claimed message belongs to its claimant: longer than handing over one batch takes, platform included.
const LEASE_SECONDS: i64 = 60;
const LONGEST_PAUSE_SECONDS: i64 = 3600;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is delivered, or need not be.
    Done,
    /// It failed: tried again after a growing pause, and parked after [`MAX_ATTEMPTS`].
    Failed(String),
    /// It never will succeed: parked at once.
    Hopeless(String),
    /// Its own time has not come. That is no attempt.
    Later { until: Timestamp, why: String },
    /// What it would leave by is away: the whole lane rests in this process. That is no attempt either.
    Paused { until: Timestamp, why: String },
}

impl From<Result<(), String>> for Outcome {
    fn from(outcome: Result<(), String>) -> Self {
        outcome.map_or_else(Outcome::Failed, |()| Outcome::Done)
    }
}

/// How the messages of a lane are handed over.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    pub name: &'static str,
    /// Messages of one batch.
    pub at_once: usize,
    /// Batches of one process that are under way at the same time.
    pub in_flight: usize,
}

/// Everything that stays in the house: one batch after the other, so that what was told first lies in the inbox first.
const MAIN_LANE: Lane = Lane { name: MAIN, at_once: BATCH, in_flight: 1 };

struct LaneState {
    lane: Lane,
    /// Until when it rests, in microseconds.
    paused_until: AtomicI64,
}

impl LaneState {
    fn new(lane: Lane) -> LaneState {
        LaneState { lane, paused_until: AtomicI64::new(i64::MIN) }
    }

    fn rests(&self, now: Timestamp) -> bool {
        self.paused_until.load(Ordering::Relaxed) > now.micros()
    }

    fn pause(&self, until: Timestamp) {
        self.paused_until.fetch_max(until.micros(), Ordering::Relaxed);
    }
}

type Delivering = Pin<Box<dyn Future<Output = Vec<Outcome>> + Send>>;
type Handler = Box<dyn Fn(Vec<Message>) -> Delivering + Send + Sync>;

/// The handlers of all topics, handed over by the rooms, and the lanes in which they wait.
pub struct Handlers {
    topics: HashMap<&'static str, Handler>,
    lanes: Vec<LaneState>,
}

impl Default for Handlers {
    fn default() -> Self {
        Handlers { topics: HashMap::new(), lanes: vec![LaneState::new(MAIN_LANE)] }
    }
}

impl Handlers {
    /// Takes in what another room delivers.
    pub fn extend(&mut self, other: Handlers) {
        self.topics.extend(other.topics);
        self.lanes.extend(other.lanes.into_iter().filter(|state| state.lane.name != MAIN));
    }

    /// Lets `handle` deliver the messages of `topic`, one at a time.
    pub fn on<A>(&mut self, topic: &'static str, handle: impl Fn(Message) -> A + Send + Sync + 'static)
    where
        A: Future<Output = Result<(), String>> + Send + 'static,
    {
        let handle = std::sync::Arc::new(handle);
        self.on_batch(topic, move |messages| {
            let handle = handle.clone();
            async move {
                let mut outcomes = Vec::with_capacity(messages.len());
                for message in messages {
                    outcomes.push(Outcome::from(handle(message).await));
                }
                outcomes
            }
        });
    }

    /// Lets `handle` deliver the messages of `topic`, a batch at a time; it says of each what became of it, in their order.
    pub fn on_batch<A>(&mut self, topic: &'static str, handle: impl Fn(Vec<Message>) -> A + Send + Sync + 'static)
    where
        A: Future<Output = Vec<Outcome>> + Send + 'static,
    {
        self.topics.insert(topic, Box::new(move |messages| Box::pin(handle(messages))));
    }

    /// Opens a lane.
    pub fn lane(&mut self, lane: Lane) {
        self.lanes.push(LaneState::new(lane));
    }

    /// By what a process sees that something is due: one watch for each lane.
    pub fn watches(&self) -> Vec<Watch> {
        let own = self.lanes.iter().filter(|state| state.lane.name != MAIN).map(|state| {
            let name = state.lane.name;
            let finds =
                format!("SELECT 1 FROM outbox WHERE parked_at IS NULL AND lane = '{name}' AND available_at <= {{now}}");
            Watch { kind: format!("{LANE_PREFIX}{name}").into(), finds: finds.into() }
        });
        std::iter::once(WATCH).chain(own).collect()
    }

    fn state(&self, kind: &str) -> Option<&LaneState> {
        let name = if kind == WATCH.kind { MAIN } else { kind.strip_prefix(LANE_PREFIX)? };
        self.lanes.iter().find(|state| state.lane.name == name)
    }
}

/// Delivers what is due, of each lane a batch for each that may be under way, and says how many messages were tried.
pub async fn deliver_due(db: &Db, handlers: &Handlers) -> Result<usize, DbError> {
    let tried = try_join_all(handlers.lanes.iter().map(|state| deliver_some(db, handlers, state))).await?;
    Ok(tried.into_iter().sum())
}

/// Delivers what is due in the lane that a watch of `kind` is of, until nothing is or the lane rests. `None` when there is no
/// such lane.
pub async fn deliver_lane(db: &Db, handlers: &Handlers, kind: &str) -> Option<Result<(), DbError>> {
    let state = handlers.state(kind)?;
    let workers = (0..state.lane.in_flight).map(|_| async move {
        while deliver_batch(db, handlers, state).await? > 0 {}
        Ok(())
    });
    // each to its own end: one that fails leaves the others their leases
    Some(join_all(workers).await.into_iter().collect())
}

async fn deliver_some(db: &Db, handlers: &Handlers, state: &LaneState) -> Result<usize, DbError> {
    let batches = (0..state.lane.in_flight).map(|_| deliver_batch(db, handlers, state));
    Ok(try_join_all(batches).await?.into_iter().sum())
}

/// One batch; says how many messages were tried.
async fn deliver_batch(db: &Db, handlers: &Handlers, state: &LaneState) -> Result<usize, DbError> {
    if state.rests(db.now()) {
        return Ok(0);
    }
    let lane = state.lane;
    let claimed = db.write(move |tx| claim(tx, lane)).await.map_err(|stop: Stop<Never>| DbError::from(stop))?;
    let tried = claimed.len();
    let mut settled = Vec::with_capacity(tried);
    for messages in by_topic(claimed) {
        let outcomes = match handlers.topics.get(messages[0].topic.as_str()) {
            Some(handle) => handle(messages.clone()).await,
            None => messages.iter().map(|one| Outcome::Failed(format!("no handler for {}", one.topic))).collect(),
        };
        for outcome in &outcomes {
            if let Outcome::Paused { until, .. } = outcome {
                state.pause(*until);
            }
        }
        settled.extend(messages.into_iter().zip(outcomes));
    }
    settle(db, settled).await?;
    Ok(tried)
}

/// Neighbours of one topic together, so that the order stays.
fn by_topic(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut groups: Vec<Vec<Message>> = Vec::new();
    for message in messages {
        match groups.last_mut().filter(|group| group[0].topic == message.topic) {
            Some(group) => group.push(message),
            None => groups.push(vec![message]),
        }
    }
    groups
}

fn claim(tx: &mut Tx, lane: Lane) -> Result<Vec<Message>, Stop<Never>> {
    let now = tx.now();
    let until = now.plus_seconds(LEASE_SECONDS);
    macro_rules! due {
        () => {
            outbox::table
                .filter(outbox::parked_at.is_null())
                .filter(outbox::lane.eq(lane.name))
                .filter(outbox::available_at.le(now))
                .order((outbox::available_at, outbox::id))
                .limit(i64::try_from(lane.at_once).unwrap_or(i64::MAX))
                .select(Message::as_select())
        };
    }
    let due: Vec<Message> = match tx.conn {
        // several workers take different messages without waiting for each other
        Conn::Pg(c) => due!().for_update().skip_locked().load(c)?,
        Conn::Sqlite(c) => due!().load(c)?,
    };
    if due.is_empty() {
        return Ok(due);
    }
    let ids: Vec<MessageId> = due.iter().map(|message| message.id).collect();
    on!(tx.conn, c => diesel::update(outbox::table.filter(outbox::id.eq_any(&ids)))
        .set((outbox::available_at.eq(until), outbox::attempts.eq(outbox::attempts + 1)))
        .execute(c))?;
    Ok(due)
}

/// Writes down what became of a batch, in one transaction.
async fn settle(db: &Db, outcomes: Vec<(Message, Outcome)>) -> Result<(), DbError> {
    if outcomes.is_empty() {
        return Ok(());
    }
    for (message, outcome) in &outcomes {
        let (topic, id) = (&message.topic, message.id);
        match outcome {
            Outcome::Done => metrics::counter!("outbox_delivered_total", "topic" => topic.clone()).increment(1),
            Outcome::Failed(error) | Outcome::Hopeless(error) => {
                metrics::counter!("outbox_failed_total", "topic" => topic.clone()).increment(1);
                tracing::warn!(topic, message = %id, error, "a message could not be delivered");
            }
            Outcome::Later { .. } | Outcome::Paused { .. } => {
                metrics::counter!("outbox_postponed_total", "topic" => topic.clone()).increment(1);
            }
        }
    }
    db.write(move |tx: &mut Tx| {
        let done = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Done);
        let done: Vec<MessageId> = done.map(|(message, _)| message.id).collect();
        if !done.is_empty() {
            on!(&mut *tx.conn, c => diesel::delete(outbox::table.filter(outbox::id.eq_any(&done))).execute(c))?;
        }
        for (message, outcome) in &outcomes {
            settle_undelivered(tx, message, outcome)?;
        }
        Ok(())
    })
    .await
    .map_err(|stop: Stop<Never>| DbError::from(stop))
}

fn settle_undelivered(tx: &mut Tx, message: &Message, outcome: &Outcome) -> QueryResult<()> {
    let tried = message.attempts + 1;
    let now = tx.now();
    let (error, attempts, parked_at, again_at) = match outcome {
        Outcome::Done => return Ok(()),
        Outcome::Failed(error) => {
            let parked_at = (tried >= MAX_ATTEMPTS).then_some(now);
            (error, tried, parked_at, now.plus_seconds(pause_seconds(message.id, tried)))
        }
        Outcome::Hopeless(error) => (error, tried, Some(now), now),
        Outcome::Later { until, why } | Outcome::Paused { until, why } => (why, message.attempts, None, *until),
    };
    let mine = outbox::table.filter(outbox::id.eq(message.id));
    let change = (
        outbox::last_error.eq(error),
        outbox::attempts.eq(attempts),
        outbox::parked_at.eq(parked_at),
        outbox::available_at.eq(again_at),
    );
    on!(tx.conn, c => diesel::update(mine).set(change).execute(c)).map(drop)
}

/// 2, 4, 8 … seconds after the first, second, third failure, an hour at most, and up to a quarter more by the message, so
/// that those that failed together do not come back together.
fn pause_seconds(id: MessageId, tried: i32) -> i64 {
    let pause = 2_i64.saturating_pow(tried.unsigned_abs()).min(LONGEST_PAUSE_SECONDS);
    let lot = id.uuid().as_u128().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 64;
    pause + i64::try_from(lot % (pause.unsigned_abs() as u128 / 4 + 1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::MessageId;

    #[test]
    fn pauses_grow_up_to_an_hour_and_differ_by_the_message() {
        let id = |n: u128| MessageId::from(uuid::Uuid::from_u128(n));
        let pauses: Vec<i64> = [1, 2, 3, 11, 12, 100].map(|tried| super::pause_seconds(id(0), tried)).to_vec();
        assert_eq!(pauses, [2, 4, 8, 2048, 3600, 3600]);
        let spread: std::collections::BTreeSet<i64> =
            (0..500).map(|n| super::pause_seconds(id(n << 40 | n), 8)).collect();
        assert!(spread.len() > 20 && spread.iter().all(|pause| (256..=320).contains(pause)), "{spread:?}");
    }
}
