//! Levels in the memory of this process. Bounded: what was not asked for longest is forgotten first.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::ops::compute::{CompResult, Op};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::{Key, Level, MOST_KNOWN, Pace};
use crate::base::time::Timestamp;

/// Levels that are kept; each takes some 100 bytes.
const LEVELS: u64 = 200_000;
/// Keys under which successes are kept.
const PLACES: u64 = 50_000;
/// After so long without an attempt every level has drained.
const QUIET: Duration = Duration::from_secs(24 * 3600);
/// How long successes are remembered.
const KNOWN: Duration = Duration::from_secs(30 * 24 * 3600);

type Subjects = Arc<Mutex<HashSet<u64>>>;

pub(super) struct Process {
    levels: Cache<Key, Level>,
    known: Cache<Key, Subjects>,
}

impl Default for Process {
    fn default() -> Self {
        // by use alone: a policy that prefers what is asked for often would not let a new attacker in
        let lru = EvictionPolicy::lru;
        Process {
            levels: Cache::builder().max_capacity(LEVELS).time_to_idle(QUIET).eviction_policy(lru()).build(),
            known: Cache::builder().max_capacity(PLACES).time_to_idle(KNOWN).eviction_policy(lru()).build(),
        }
    }
}

impl Process {
    pub(super) fn take(&self, key: Key, pace: Pace, now: Timestamp) -> Result<(), u32> {
        let mut wait = None;
        let outcome = self.levels.entry(key).and_compute_with(|before| {
            let before = before.map(moka::Entry::into_value);
            wait = before.and_then(|level| level.wait(now, pace));
            match wait {
                Some(_) => Op::Nop,
                None => Op::Put(Level::raised(before, now, pace.drain_seconds)),
            }
        });
        debug_assert!(wait.is_some() == matches!(outcome, CompResult::Unchanged(_)));
        wait.map_or(Ok(()), Err)
    }

    pub(super) fn give_back(&self, key: Key) {
        self.levels.entry(key).and_compute_with(|before| match before {
            Some(entry) => Op::Put(entry.into_value().lowered()),
            None => Op::Nop,
        });
    }

    pub(super) fn add(&self, key: Key, drain_seconds: u32, now: Timestamp) {
        self.levels
            .entry(key)
            .and_upsert_with(|before| Level::raised(before.map(moka::Entry::into_value), now, drain_seconds));
    }

    pub(super) fn level(&self, key: Key) -> Option<Level> {
        self.levels.get(&key)
    }

    pub(super) fn know(&self, key: Key, subject: Key) {
        let subjects = self.known.get_with(key, Subjects::default);
        let mut subjects = subjects.lock().unwrap_or_else(PoisonError::into_inner);
        if subjects.len() < MOST_KNOWN {
            subjects.insert(u64::from_be_bytes(subject[..8].try_into().expect("a key has 32 bytes")));
        }
    }

    pub(super) fn count_known(&self, key: Key) -> usize {
        self.known.get(&key).map_or(0, |subjects| subjects.lock().unwrap_or_else(PoisonError::into_inner).len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { free: 10, longest_wait_seconds: 900, drain_seconds: 900 };

    #[test]
    fn of_many_attempts_at_once_only_the_free_ones_come_through() {
        let (process, now) = (Process::default(), "2026-07-01T08:00:00+08:00".parse().unwrap());
        let through: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..60).map(|_| scope.spawn(|| process.take([7; 32], PACE, now).is_ok())).collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        });
        assert_eq!(through, 10);
        process.give_back([7; 32]);
        assert_eq!(process.take([7; 32], PACE, now), Ok(()), "what was given back may be taken again");
        assert_eq!(process.take([7; 32], PACE, now), Err(1));
        assert_eq!(process.take([8; 32], PACE, now), Ok(()), "another key is another matter");
    }

    #[test]
    fn subjects_are_counted_once() {
        let process = Process::default();
        for n in [1, 2, 2, 3] {
            process.know([0; 32], [n; 32]);
        }
        assert_eq!((process.count_known([0; 32]), process.count_known([1; 32])), (3, 0));
    }
}
