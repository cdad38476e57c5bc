//! Counting attempts, so that what is secret is not guessed: levels that rise with each attempt and drain with time.
//!
//! A level is kept under a key that its room makes up. On SQLite, where there is one process, levels are in its memory;
//! with Redis they are there, so that several servers count together; on PostgreSQL alone they are rows that are only
//! appended ([`rows`]), since a counter that everybody writes would make everybody wait. A home that is away refuses
//! nobody: while it is, each process counts for itself.

mod process;
mod redis;
mod rows;

use std::sync::Arc;

use self::process::Process;
use self::redis::Redis;
use self::rows::Rows;
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::db::{Db, Tx};

pub use rows::CountedAttemptId;

/// What is counted; made from a name by a keyed hash, so that what is stored tells nothing of it.
pub type Key = [u8; 32];

/// How fast attempts may follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Attempts that cost no wait.
    pub free: u32,
    /// The longest wait after one attempt, in seconds; the first is 1 second, each further one twice as long.
    pub longest_wait_seconds: u32,
    /// Seconds in which one attempt is forgotten.
    pub drain_seconds: u32,
}

impl Pace {
    /// Seconds that must pass after the last of so many attempts.
    pub fn wait_seconds(self, attempts: u32) -> u32 {
        match attempts.checked_sub(self.free) {
            None => 0,
            Some(more) => 1_u32.checked_shl(more).unwrap_or(u32::MAX).min(self.longest_wait_seconds),
        }
    }
}

/// How much was counted: rises by one with each attempt, drains evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    height: f64,
    /// When it last rose.
    last: Timestamp,
}

impl Level {
    /// What is left of it at `now`.
    pub fn at(self, now: Timestamp, drain_seconds: u32) -> f64 {
        (self.height - seconds(self.last, now) / f64::from(drain_seconds)).max(0.0)
    }

    fn raised(before: Option<Level>, now: Timestamp, drain_seconds: u32) -> Level {
        Level { height: before.map_or(0.0, |level| level.at(now, drain_seconds)) + 1.0, last: now }
    }

    fn lowered(self) -> Level {
        Level { height: (self.height - 1.0).max(0.0), ..self }
    }

    /// Whole seconds until the next attempt; none when it may be now.
    fn wait(self, now: Timestamp, pace: Pace) -> Option<u32> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a level is small and not negative"
        )]
        let wait = pace.wait_seconds(self.height.ceil() as u32);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no longer than the longest wait")]
        let left = (f64::from(wait) - seconds(self.last, now)).ceil().max(0.0) as u32;
        (left > 0).then_some(left)
    }
}

/// Seconds from `earlier` to `later`, with their fractions; 0 when a clock went back.
fn seconds(earlier: Timestamp, later: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "the microseconds of a few days are exact")]
    let micros = later.micros().saturating_sub(earlier.micros()).max(0) as f64;
    micros / 1e6
}

/// An attempt that was counted, to be given back when it succeeds.
#[derive(Debug)]
#[must_use = "an attempt that succeeds is given back"]
pub struct Taken {
    key: Key,
    at: Counted,
}

/// Where an attempt was counted.
#[derive(Debug)]
enum Counted {
    Process,
    Redis,
    Row(CountedAttemptId),
}

/// The counting; clones share it.
#[derive(Clone)]
pub struct Attempts(Arc<Inner>);

struct Inner {
    clock: Clock,
    process: Process,
    home: Home,
}

/// Where several servers count together.
enum Home {
    /// There is one server.
    Process,
    Redis(Box<Redis>),
    Rows(Rows),
}

impl Attempts {
    /// Counts in Redis if `redis` names one with the prefix of its keys, else where the database suggests.
    pub fn open(db: &Db, redis: Option<(&str, &str)>) -> Result<Attempts, String> {
        let home = match redis {
            Some((url, prefix)) => Home::Redis(Box::new(Redis::open(url, prefix).map_err(|error| error.to_string())?)),
            None if db.is_postgres() => Home::Rows(Rows::new(db.clone())),
            None => Home::Process,
        };
        Ok(Attempts(Arc::new(Inner { clock: db.clock().clone(), process: Process::default(), home })))
    }

    /// Counts an attempt before it is made; `Err` with the seconds to wait, and nothing counted, when it may not be made
    /// yet. Of many at once no more are let through than of as many one after the other.
    pub async fn take(&self, key: Key, pace: Pace) -> Result<Taken, u32> {
        let now = self.0.clock.now();
        let counted = match &self.0.home {
            Home::Process => None,
            Home::Redis(redis) => redis.take(key, pace, now).await.map(|taken| taken.map(|()| Counted::Redis)),
            Home::Rows(rows) => rows.take(key, pace).await.map(|taken| taken.map(Counted::Row)),
        };
        let at = match counted {
            Some(counted) => counted?,
            None => self.0.process.take(key, pace, now).map(|()| Counted::Process)?,
        };
        Ok(Taken { key, at })
    }

    /// Gives back an attempt that was none: it succeeded, or could not be made.
    pub async fn give_back(&self, taken: Taken) {
        match (taken.at, &self.0.home) {
            (Counted::Redis, Home::Redis(redis)) => redis.give_back(taken.key).await,
            (Counted::Row(id), Home::Rows(rows)) => rows.give_back(id).await,
            _ => self.0.process.give_back(taken.key),
        }
    }

    /// Counts what has failed.
    pub async fn add(&self, key: Key, drain_seconds: u32) {
        let now = self.0.clock.now();
        let added = match &self.0.home {
            Home::Process => None,
            Home::Redis(redis) => redis.add(key, drain_seconds, now).await,
            Home::Rows(rows) => rows.add(key).await,
        };
        if added.is_none() {
            self.0.process.add(key, drain_seconds, now);
        }
    }

    /// How high the level under `key` is.
    pub async fn height(&self, key: Key, drain_seconds: u32) -> f64 {
        let now = self.0.clock.now();
        let level = match &self.0.home {
            Home::Process => None,
            Home::Redis(redis) => redis.level(key).await,
            Home::Rows(rows) => rows.level(key, drain_seconds, now).await,
        };
        let level = level.unwrap_or_else(|| self.0.process.level(key));
        level.map_or(0.0, |level| level.at(now, drain_seconds))
    }

    /// Remembers for some weeks that `subject` succeeded under `key`.
    pub async fn know(&self, key: Key, subject: Key) {
        // also here, so that anyone who is known stays known while the home is away
        self.0.process.know(key, subject);
        match &self.0.home {
            Home::Process => {}
            Home::Redis(redis) => redis.know(key, subject).await,
            Home::Rows(rows) => rows.know(key, subject).await,
        }
    }

    /// How many different subjects succeeded under `key`, about; not more than [`MOST_KNOWN`].
    pub async fn count_known(&self, key: Key) -> usize {
        let known = match &self.0.home {
            Home::Process => None,
            Home::Redis(redis) => redis.count_known(key).await,
            Home::Rows(rows) => rows.count_known(key).await,
        };
        known.unwrap_or_else(|| self.0.process.count_known(key)).min(MOST_KNOWN)
    }
}

/// Different subjects that are counted under one key.
pub const MOST_KNOWN: usize = 4096;

/// Deletes what has drained away, a bounded number at once.
pub fn tidy(tx: &mut Tx) -> diesel::QueryResult<usize> {
    rows::tidy(tx)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { free: 10, longest_wait_seconds: 900, drain_seconds: 900 };

    #[test]
    fn the_wait_grows_after_the_free_attempts_up_to_the_longest() {
        let waits = [0, 9, 10, 11, 15, 19, 20, 1000].map(|attempts| PACE.wait_seconds(attempts));
        assert_eq!(waits, [0, 0, 1, 2, 32, 512, 900, 900]);
    }

    #[test]
    fn a_level_drains_and_is_counted_in_whole_attempts() {
        let start: Timestamp = "2026-07-01T08:00:00+08:00".parse().unwrap();
        let mut level = None;
        for n in 0..10 {
            let now = start.plus_seconds(n);
            assert_eq!(level.and_then(|level: Level| level.wait(now, PACE)), None, "attempt {n}");
            level = Some(Level::raised(level, now, PACE.drain_seconds));
        }
        let (level, last) = (level.unwrap(), start.plus_seconds(9));
        assert_eq!(level.wait(last, PACE), Some(1), "nine seconds have not made one of ten forgotten");
        assert_eq!(level.wait(last.plus_seconds(1), PACE), None);
        assert!(level.at(last.plus_seconds(4500), PACE.drain_seconds) < 5.0);
        assert_eq!(level.at(last.plus_seconds(9000), PACE.drain_seconds), 0.0);
        assert_eq!(level.at(last.plus_seconds(-5), PACE.drain_seconds), level.height, "a clock that went back");
    }

    /// However hard somebody tries for a day, few attempts come through.
    #[test]
    fn a_day_of_trying_gives_about_a_hundred_attempts() {
        let start: Timestamp = "2026-07-01T08:00:00+08:00".parse().unwrap();
        let (mut level, mut made): (Option<Level>, u32) = (None, 0);
        for second in 0..86_400 {
            let now = start.plus_seconds(second);
            while level.is_none_or(|level| level.wait(now, PACE).is_none()) {
                level = Some(Level::raised(level, now, PACE.drain_seconds));
                made += 1;
            }
        }
        assert!((80..130).contains(&made), "{made}");
    }
}
