//! A bounded queue in front of the database that refuses by how long one would wait, not by how many wait: under a load
//! that is more than the database carries, whoever is let in is served soon, and everybody else hears at once that he
//! should come again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvError, SendTimeoutError, Sender, TryRecvError, bounded};

use super::DbError;

/// Nobody is let in while those who come out have waited longer than this. Half of what a caller waits at most, so that
/// whoever is let in is served before he gives up.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Where jobs go in.
pub(super) struct Entrance<T> {
    queue: Sender<(Instant, T)>,
    pace: Arc<Pace>,
}

/// Where threads take them out; clones share the queue.
pub(super) struct Exit<T> {
    queue: Receiver<(Instant, T)>,
    pace: Arc<Pace>,
}

/// Whether anybody stands in a queue, for whoever could let others go first; clones look at the same queue, and one without
/// a queue never sees anybody.
#[derive(Clone, Default)]
pub(super) struct Line(Option<Arc<Pace>>);

impl Line {
    pub(super) fn is_awaited(&self) -> bool {
        self.0.as_ref().is_some_and(|pace| pace.standing.load(Ordering::Relaxed) > 0)
    }
}

/// How the queue moves, in milliseconds.
struct Pace {
    began: Instant,
    /// How many stand in it.
    standing: AtomicUsize,
    /// For how long what was taken out last had waited.
    waited: AtomicU64,
    /// When that was, or when something came into the empty queue.
    moved_at: AtomicU64,
}

/// A queue of at most so many.
pub(super) fn queue<T>(most: usize) -> (Entrance<T>, Exit<T>) {
    let (entrance, exit) = bounded(most);
    let (standing, waited, moved_at) = Default::default();
    let pace = Arc::new(Pace { began: Instant::now(), standing, waited, moved_at });
    (Entrance { queue: entrance, pace: pace.clone() }, Exit { queue: exit, pace })
}

impl<T> Entrance<T> {
    /// Lets a job in; refuses when the queue is full, or would keep it waiting for too long.
    pub(super) fn admit(&self, job: T) -> Result<(), DbError> {
        let now = Instant::now();
        if self.queue.is_empty() {
            self.pace.moved(now);
        } else if self.pace.is_too_slow(now) {
            return Err(DbError::Overloaded);
        }
        self.pace.counting(|| self.queue.try_send((now, job))).map_err(|_| DbError::Overloaded)
    }

    /// Lets a job in whatever the wait, until `deadline`; not for the event loop.
    pub(super) fn wait_for_room(&self, job: T, deadline: Instant) -> Result<(), DbError> {
        let sent = self.pace.counting(|| self.queue.send_deadline((Instant::now(), job), deadline));
        sent.map_err(|error| match error {
            SendTimeoutError::Timeout(_) | SendTimeoutError::Disconnected(_) => DbError::Overloaded,
        })
    }

    /// Whether anybody stands in it, for those who are served.
    pub(super) fn line(&self) -> Line {
        Line(Some(self.pace.clone()))
    }
}

impl<T> Exit<T> {
    /// The next job, when there is one.
    pub(super) fn recv(&self) -> Result<T, RecvError> {
        self.queue.recv().map(|job| self.taken(job))
    }

    /// The next job, if there is one.
    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        self.queue.try_recv().map(|job| self.taken(job))
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    fn taken(&self, (since, job): (Instant, T)) -> T {
        self.pace.standing.fetch_sub(1, Ordering::Relaxed);
        self.pace.note(since, Instant::now());
        job
    }
}

impl Pace {
    /// Counts one more, unless `send` lets nobody in. Before it is in, so that it is not taken out before it was counted.
    fn counting<E>(&self, send: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        self.standing.fetch_add(1, Ordering::Relaxed);
        send().inspect_err(|_| {
            self.standing.fetch_sub(1, Ordering::Relaxed);
        })
    }

    fn note(&self, since: Instant, now: Instant) {
        self.waited.store(millis(now.duration_since(since)), Ordering::Relaxed);
        self.moved(now);
    }

    fn moved(&self, now: Instant) {
        self.moved_at.store(millis(now.duration_since(self.began)), Ordering::Relaxed);
    }

    /// Whether those who come out have waited for too long, or nobody has come out for so long.
    fn is_too_slow(&self, now: Instant) -> bool {
        let longest = millis(LONGEST_WAIT);
        let since = millis(now.duration_since(self.began)).saturating_sub(self.moved_at.load(Ordering::Relaxed));
        self.waited.load(Ordering::Relaxed) > longest || since > longest
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_refuses_by_the_wait_and_takes_again_once_it_is_short() {
        let (entrance, exit) = queue::<u32>(8);
        let began = entrance.pace.began;
        let at = |ms: u64| began + Duration::from_millis(ms);
        assert!(entrance.admit(1).is_ok() && entrance.admit(2).is_ok());
        // the first one had waited for too long: nobody comes behind the second
        assert_eq!(exit.recv(), Ok(1));
        exit.pace.note(at(0), at(2001));
        assert!(matches!(entrance.admit(3), Err(DbError::Overloaded)));
        // an empty queue lets anyone in, however long the last one had waited
        assert_eq!(exit.recv(), Ok(2));
        exit.pace.note(at(0), at(2001));
        assert!(entrance.admit(4).is_ok());
        exit.pace.note(at(2000), at(2001));
        assert!(entrance.admit(5).is_ok());
    }

    #[test]
    fn it_refuses_when_nobody_comes_out_any_more_and_when_it_is_full() {
        let (entrance, exit) = queue::<u32>(2);
        let began = entrance.pace.began;
        // after a long rest the first one in begins the wait
        entrance.pace.moved(began + Duration::from_secs(600));
        assert!(!entrance.pace.is_too_slow(began + Duration::from_millis(602_000)));
        assert!(entrance.pace.is_too_slow(began + Duration::from_millis(602_001)));
        entrance.pace.moved(began);
        assert!(entrance.admit(1).is_ok() && entrance.admit(2).is_ok());
        assert!(matches!(entrance.admit(3), Err(DbError::Overloaded)));
        // who was let in is seen to stand there, and nobody else
        let line = entrance.line();
        assert!(line.is_awaited() && !Line::default().is_awaited());
        assert_eq!((exit.len(), exit.try_recv(), exit.try_recv()), (2, Ok(1), Ok(2)));
        assert!(!line.is_awaited());
    }
}
