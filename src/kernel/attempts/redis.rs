//! Levels in Redis, where several servers count together. What is lost there is counted afresh.
//!
//! Every exchange has a time limit. A Redis that did not answer is left alone for a moment, so that its absence costs a
//! sign-in nothing; `None` says that it could not tell, and the process counts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, RedisResult, Script, pipe};

use super::{Key, Level, Pace};
use crate::base::crypto::hex;
use crate::base::time::Timestamp;

/// How long one exchange may take, making a connection included.
const ANSWER_LIMIT: Duration = Duration::from_millis(400);
/// How long a Redis that did not answer is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(2);
/// After so long without an attempt every level has drained.
const QUIET_MS: i64 = 24 * 3600 * 1000;
/// How long successes are remembered.
const KNOWN_SECONDS: i64 = 30 * 24 * 3600;

pub(super) struct Redis {
    client: Client,
    prefix: String,
    link: Arc<Mutex<Link>>,
    take: Script,
    add: Script,
    give_back: Script,
}

struct Link {
    connection: ConnectionManager,
    /// Until when it is left alone.
    away_until: Option<Instant>,
}

impl Redis {
    /// Prepares the connection, which is made when it is first needed.
    pub(super) fn open(url: &str, prefix: &str) -> RedisResult<Redis> {
        let client = Client::open(url)?;
        let link = Link { connection: prepare(&client)?, away_until: None };
        Ok(Redis {
            client,
            prefix: format!("{prefix}:attempts:"),
            link: Arc::new(Mutex::new(link)),
            take: Script::new(include_str!("take.lua")),
            add: Script::new(include_str!("add.lua")),
            give_back: Script::new(include_str!("give_back.lua")),
        })
    }

    /// Counts an attempt, or says how many seconds to wait.
    pub(super) async fn take(&self, key: Key, pace: Pace, now: Timestamp) -> Option<Result<(), u32>> {
        let mut call = self.take.key(self.level_key(key));
        call.arg(millis(now))
            .arg(i64::from(pace.drain_seconds) * 1000)
            .arg(pace.free)
            .arg(i64::from(pace.longest_wait_seconds) * 1000)
            .arg(QUIET_MS);
        let wait_ms: u64 = self.ask(async |mut link| call.invoke_async(&mut link).await).await?;
        match u32::try_from(wait_ms.div_ceil(1000)).unwrap_or(u32::MAX) {
            0 => Some(Ok(())),
            seconds => Some(Err(seconds)),
        }
    }

    pub(super) async fn add(&self, key: Key, drain_seconds: u32, now: Timestamp) -> Option<()> {
        let mut call = self.add.key(self.level_key(key));
        call.arg(millis(now)).arg(i64::from(drain_seconds) * 1000).arg(QUIET_MS);
        self.ask(async |mut link| call.invoke_async::<i64>(&mut link).await).await.map(drop)
    }

    pub(super) async fn give_back(&self, key: Key) {
        let call = self.give_back.key(self.level_key(key));
        // if it cannot be given back, it drains away by itself
        let _: Option<i64> = self.ask(async |mut link| call.invoke_async(&mut link).await).await;
    }

    pub(super) async fn level(&self, key: Key) -> Option<Option<Level>> {
        let mut query = pipe();
        query.cmd("HMGET").arg(self.level_key(key)).arg("height").arg("last");
        let ((height, last),): ((Option<f64>, Option<i64>),) =
            self.ask(async |mut link| query.query_async(&mut link).await).await?;
        Some(height.zip(last).map(|(height, last)| Level { height, last: Timestamp::from_micros(last * 1000) }))
    }

    pub(super) async fn know(&self, key: Key, subject: Key) {
        let key = self.known_key(key);
        let mut query = pipe();
        query.cmd("PFADD").arg(&key).arg(subject.as_slice()).ignore();
        query.expire(&key, KNOWN_SECONDS).ignore();
        let _: Option<()> = self.ask(async |mut link| query.query_async(&mut link).await).await;
    }

    pub(super) async fn count_known(&self, key: Key) -> Option<usize> {
        let mut query = pipe();
        query.cmd("PFCOUNT").arg(self.known_key(key));
        let (known,) = self.ask(async |mut link| query.query_async(&mut link).await).await?;
        Some(known)
    }

    fn level_key(&self, key: Key) -> String {
        format!("{}level:{}", self.prefix, hex(&key))
    }

    fn known_key(&self, key: Key) -> String {
        format!("{}known:{}", self.prefix, hex(&key))
    }

    /// One exchange within the time limit; `None` when Redis could not tell or is left alone.
    async fn ask<T>(&self, exchange: impl AsyncFnOnce(ConnectionManager) -> RedisResult<T>) -> Option<T> {
        let connection = {
            let link = self.link();
            if link.away_until.is_some_and(|until| Instant::now() < until) {
                return None;
            }
            link.connection.clone()
        };
        match tokio::time::timeout(ANSWER_LIMIT, exchange(connection)).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => self.leave_alone(&error.to_string()),
            Err(_) => self.leave_alone("no answer within the time limit"),
        }
    }

    /// Asks nothing for a moment, and then over a fresh connection: a silent network breaks none.
    fn leave_alone<T>(&self, why: &str) -> Option<T> {
        tracing::warn!(why, "Redis does not count attempts; this process does");
        let mut link = self.link();
        link.away_until = Some(Instant::now() + LEFT_ALONE);
        if let Ok(fresh) = prepare(&self.client) {
            link.connection = fresh;
        }
        None
    }

    fn link(&self) -> std::sync::MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(at: Timestamp) -> i64 {
    at.micros().div_euclid(1000)
}

/// A connection that is made when it is first needed.
fn prepare(client: &Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_response_timeout(Some(ANSWER_LIMIT))
        .set_connection_timeout(Some(ANSWER_LIMIT))
        .set_number_of_retries(0);
    ConnectionManager::new_lazy_with_config(client.clone(), config)
}
