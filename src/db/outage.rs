//! Connecting to a server that may be away.
//!
//! An attempt that meets silence takes seconds. Were every thread to make one for every request, all requests would
//! wait in line for them, during an outage and also after its end. So while the server is away an attempt begins only
//! now and then, on whichever thread asks first, and everybody else is told at once.
//!
//! A server that takes everything and answers nothing is noticed by a thread that hangs. Connections from before are then
//! given up, for each of them may be as silent, and to find that out one by one takes seconds for each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Conn, DbError};

/// How long an attempt takes at most, as libpq is told.
const ATTEMPT: Duration = Duration::from_secs(2);

/// How often a connection is tried while the server is away, at most: of eight threads four are busy trying then, and the
/// return is noticed within half a second.
const TRY_EVERY: Duration = Duration::from_millis(500);

/// When nothing was answered for so long, a thread that hangs tells of the server, and not of its own job alone.
const QUIET: Duration = Duration::from_millis(2_500);

/// Makes connections for all threads of a pool.
pub(super) struct Connector {
    connect: Box<dyn Fn() -> Result<Conn, DbError> + Send + Sync>,
    seen: Mutex<Seen>,
    /// How often the server was suspected: a connection that was made at another count is given up.
    suspicions: AtomicU64,
    began: Instant,
    /// Milliseconds from `began` to what the server last answered.
    answered_at: AtomicU64,
}

/// What the threads know of the server.
#[derive(Clone, Copy)]
struct Seen {
    /// When the latest attempt began, if the server is away.
    away_tried_at: Option<Instant>,
    /// When a connection was last made.
    good_at: Option<Instant>,
    /// How long it is from one attempt to the next.
    try_every: Duration,
}

impl Seen {
    fn trying_every(try_every: Duration) -> Seen {
        Seen { away_tried_at: None, good_at: None, try_every }
    }

    /// Whether an attempt may begin at `now`; notes it.
    fn may_try(&mut self, now: Instant) -> bool {
        match self.away_tried_at {
            Some(tried_at) if now.duration_since(tried_at) < self.try_every => false,
            Some(_) => {
                self.away_tried_at = Some(now);
                true
            }
            None => true,
        }
    }

    /// Takes the server for away, to be tried at once.
    fn suspect(&mut self, now: Instant) {
        self.away_tried_at = self.away_tried_at.or(now.checked_sub(self.try_every));
    }

    fn note(&mut self, began: Instant, good: bool, now: Instant) {
        if good {
            *self = Seen { away_tried_at: None, good_at: Some(now), ..*self };
        } else if self.good_at.is_none_or(|good_at| good_at < began) {
            // a slow failure says nothing against a connection that was made meanwhile
            self.away_tried_at = self.away_tried_at.or(Some(now));
        }
    }
}

impl Connector {
    /// For so many threads. Of a few the attempts are spread over the time that one takes: when all of them began at once,
    /// nobody would be free to notice the return.
    pub(super) fn new(threads: usize, connect: impl Fn() -> Result<Conn, DbError> + Send + Sync + 'static) -> Self {
        let share = ATTEMPT / u32::try_from(threads.max(1)).unwrap_or(u32::MAX);
        let seen = Mutex::new(Seen::trying_every(share.max(TRY_EVERY)));
        let (suspicions, began, answered_at) = (0.into(), Instant::now(), 0.into());
        Connector { connect: Box::new(connect), seen, suspicions, began, answered_at }
    }

    /// A new connection; refused at once when an attempt has failed a moment ago.
    pub(super) fn connect(&self) -> Result<Conn, DbError> {
        let began = Instant::now();
        if !self.with_seen(|seen| seen.may_try(began)) {
            return Err(DbError::Unavailable("it was away a moment ago".into()));
        }
        let outcome = (self.connect)();
        self.with_seen(|seen| seen.note(began, outcome.is_ok(), Instant::now()));
        outcome
    }

    /// A thread hangs. When others are not answered either, connections are given up, and new ones are tried one every now
    /// and then: threads are not to go into the same silence all at once.
    pub(super) fn suspect(&self) {
        if self.millis().saturating_sub(self.answered_at.load(Ordering::Relaxed)) >= QUIET.as_millis() as u64 {
            self.suspicions.fetch_add(1, Ordering::AcqRel);
            self.with_seen(|seen| seen.suspect(Instant::now()));
        }
    }

    /// How often the server was suspected so far.
    pub(super) fn suspicions(&self) -> u64 {
        self.suspicions.load(Ordering::Acquire)
    }

    /// The server has answered.
    pub(super) fn note_answer(&self) {
        self.answered_at.store(self.millis(), Ordering::Relaxed);
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn with_seen<T>(&self, f: impl FnOnce(&mut Seen) -> T) -> T {
        f(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_the_server_is_away_it_is_tried_now_and_then() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut seen = Seen::trying_every(TRY_EVERY);
        assert!(seen.may_try(at(0)) && seen.may_try(at(0)), "nobody waits as long as all is well");
        seen.note(at(0), false, at(100));
        assert!(!seen.may_try(at(101)), "one attempt has just failed");
        assert!(seen.may_try(at(600)));
        assert!(!seen.may_try(at(601)), "another is under way");
        assert!(seen.may_try(at(1100)));
        seen.note(at(1100), true, at(1200));
        seen.note(at(600), false, at(2600));
        assert!(seen.may_try(at(2601)) && seen.may_try(at(2601)), "the older attempt's failure is stale");
        seen.suspect(at(3000));
        assert!(seen.may_try(at(3000)), "a thread hangs: one that takes its place tries at once");
        assert!(!seen.may_try(at(3001)), "the others do not go into the same silence");
        seen.note(at(3000), true, at(3002));
        assert!(seen.may_try(at(3003)) && seen.may_try(at(3003)), "it was only slow");
    }
}
