//! A few threads, each with a connection of its own, that take jobs from one bounded queue.
//!
//! A thread connects when it first has something to do and again after its connection died, so an outage needs no
//! restart. A thread may also hang: libpq waits without end for a peer that took a query and says nothing, and diesel
//! lends nobody the socket that one could close. Such a thread is written off after [`OVERDUE`] and another takes its
//! place; it ends by itself when its job does, or when the system gives its connection up.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::outage::Connector;
use super::slot::Slot;
use super::{Conn, DbError};

/// How long a job may keep its thread. Statements are cut off after four seconds, but a job that is so slow is rare
/// enough for a thread more.
const OVERDUE: Duration = Duration::from_secs(3);

/// Threads that may hang at the same time, for each that works.
const MOST_LOST: usize = 3;

/// How long closing waits for the jobs that were accepted.
const CLOSING: Duration = Duration::from_secs(5);

enum Message {
    Job(Box<dyn FnOnce(&mut Slot) + Send>),
    Stop,
}

pub(super) struct Workers {
    queue: Sender<Message>,
    crew: Arc<Crew>,
    on_duty: Mutex<Vec<(Arc<Post>, JoinHandle<()>)>>,
}

/// What the threads share.
struct Crew {
    name: String,
    messages: Receiver<Message>,
    connector: Arc<Connector>,
    began: Instant,
    /// Threads that were written off and have not ended.
    lost: AtomicUsize,
}

/// What is known of one thread.
#[derive(Default)]
struct Post {
    /// Milliseconds from the crew's beginning to that of the present job, plus one; zero without a job.
    busy_since: AtomicU64,
    relieved: AtomicBool,
}

impl Workers {
    pub(super) fn start(
        name: &str,
        threads: usize,
        queue: usize,
        connect: impl Fn() -> Result<Conn, DbError> + Send + Sync + 'static,
    ) -> Self {
        let (queue, messages) = bounded(queue);
        let connector = Arc::new(Connector::new(connect));
        let crew = Crew { name: name.into(), messages, connector, began: Instant::now(), lost: AtomicUsize::new(0) };
        let crew = Arc::new(crew);
        let on_duty = (0..threads.max(1)).map(|_| Crew::hire(&crew).expect("the system can start a thread")).collect();
        Workers { queue, crew, on_duty: Mutex::new(on_duty) }
    }

    /// Hands `job` to the next free thread; refuses when the queue is full.
    pub(super) fn submit(&self, job: Box<dyn FnOnce(&mut Slot) + Send>) -> Result<(), DbError> {
        self.relieve();
        self.queue.try_send(Message::Job(job)).map_err(|_| DbError::Overloaded)
    }

    /// Puts new threads in the place of those that hang. Whoever hands in a job looks after this, since without jobs
    /// nobody misses a thread.
    fn relieve(&self) {
        let Ok(mut on_duty) = self.on_duty.try_lock() else { return };
        let now = self.crew.millis();
        let most = MOST_LOST * on_duty.len();
        for place in on_duty.iter_mut().filter(|(post, _)| post.is_overdue(now)) {
            if self.crew.lost.load(Ordering::Relaxed) >= most {
                return;
            }
            let Ok(substitute) = Crew::hire(&self.crew) else { return };
            tracing::warn!(
                pool = self.crew.name,
                "a database thread does not come back from its job; another takes over"
            );
            self.crew.lost.fetch_add(1, Ordering::Relaxed);
            place.0.relieved.store(true, Ordering::Release);
            *place = substitute;
        }
    }

    /// Finishes the accepted jobs, then ends the threads; those that hang are left behind.
    pub(super) fn close(&self) {
        let until = Instant::now() + CLOSING;
        let threads = std::mem::take(&mut *self.on_duty.lock().unwrap_or_else(PoisonError::into_inner));
        for _ in &threads {
            let _ = self.queue.send_deadline(Message::Stop, until);
        }
        while Instant::now() < until && threads.iter().any(|(_, thread)| !thread.is_finished()) {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Crew {
    fn hire(crew: &Arc<Crew>) -> std::io::Result<(Arc<Post>, JoinHandle<()>)> {
        let (crew, post) = (crew.clone(), Arc::<Post>::default());
        let name = crew.name.clone();
        let its_post = post.clone();
        let thread = thread::Builder::new().name(name).spawn(move || crew.work(&its_post))?;
        Ok((post, thread))
    }

    fn work(&self, post: &Post) {
        let mut slot = Slot::new(self.connector.clone());
        while let Ok(Message::Job(job)) = self.messages.recv() {
            post.busy_since.store(self.millis() + 1, Ordering::Relaxed);
            let _ = slot.guard::<(), DbError>(|slot| {
                job(slot);
                Ok(())
            });
            post.busy_since.store(0, Ordering::Relaxed);
            if post.relieved.load(Ordering::Acquire) {
                self.lost.fetch_sub(1, Ordering::Relaxed);
                return;
            }
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Post {
    fn is_overdue(&self, now: u64) -> bool {
        let since = self.busy_since.load(Ordering::Relaxed);
        since > 0 && u128::from((now + 1).saturating_sub(since)) > OVERDUE.as_millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_hangs_is_replaced_and_ends_by_itself() {
        let workers = Workers::start("test", 1, 16, || Err(DbError::Overloaded));
        let (let_go, hang) = bounded::<()>(0);
        let (report, reports) = bounded::<&str>(2);
        workers.submit(Box::new(move |_| hang.recv().unwrap_or_default())).unwrap();
        thread::sleep(OVERDUE + Duration::from_millis(200));
        workers.submit(Box::new(move |_| report.send("served").unwrap())).unwrap();
        assert_eq!(reports.recv_timeout(Duration::from_secs(2)), Ok("served"));
        assert_eq!(workers.crew.lost.load(Ordering::Relaxed), 1);
        drop(let_go);
        let until = Instant::now() + Duration::from_secs(2);
        while workers.crew.lost.load(Ordering::Relaxed) > 0 && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(workers.crew.lost.load(Ordering::Relaxed), 0);
        workers.close();
    }

    #[test]
    fn a_job_that_panics_spares_the_next_one() {
        let workers = Workers::start("test", 1, 16, || Err(DbError::Overloaded));
        let (report, reports) = bounded::<DbError>(1);
        workers
            .submit(Box::new(move |slot| {
                let outcome = slot.guard(|_| -> Result<(), DbError> { panic!("a test's own") });
                report.send(outcome.unwrap_err()).unwrap();
            }))
            .unwrap();
        let outcome = reports.recv_timeout(Duration::from_secs(2)).unwrap();
        assert!(matches!(outcome, DbError::Panicked), "{outcome}");
        workers.close();
    }
}
