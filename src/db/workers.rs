//! A few threads, each with a connection of its own, that take jobs from one bounded queue.
//!
//! Transactions that may share one ([`Job::about`]) do so when there are more of them than threads: each takes its share
//! of what waits.
//!
//! A thread connects when it first has something to do and again after its connection died, so an outage needs no
//! restart. A thread may also hang: libpq waits without end for a peer that took a query and says nothing, and diesel
//! lends nobody the socket that one could close. Such a thread is written off after [`OVERDUE`] and another takes its
//! place; it ends by itself when its job does, or when the system gives its connection up.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::job::Job;
use super::outage::Connector;
use super::queue::{Entrance, Exit, queue};
use super::slot::Slot;
use super::{Conn, DbError, Maker};

/// How long a job may keep its thread. Statements are cut off after four seconds, but a job that is so slow is rare
/// enough for a thread more.
pub(super) const OVERDUE: Duration = Duration::from_secs(3);

/// Threads that may hang at the same time, for each that works.
const MOST_LOST: usize = 3;

/// How long closing waits for the jobs that were accepted.
const CLOSING: Duration = Duration::from_secs(5);

/// Transactions that share one at most; bounds how long the first of them waits for the last.
const TOGETHER: usize = 16;

type Question = Box<dyn FnOnce(&mut Slot) + Send>;

enum Message {
    Ask(Question),
    Write(Box<dyn Job>),
    Stop,
}

pub(super) struct Workers {
    queue: Entrance<Message>,
    crew: Arc<Crew>,
    on_duty: Mutex<Vec<(Arc<Post>, JoinHandle<()>)>>,
}

/// What the threads share.
struct Crew {
    name: String,
    messages: Exit<Message>,
    threads: usize,
    maker: Maker,
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
        most: usize,
        maker: Maker,
        connect: impl Fn() -> Result<Conn, DbError> + Send + Sync + 'static,
    ) -> Self {
        let (queue, messages) = queue(most);
        let maker = maker.at(queue.line());
        let connector = Arc::new(Connector::new(threads, connect));
        let (threads, lost) = (threads.max(1), AtomicUsize::new(0));
        let crew = Crew { name: name.into(), messages, threads, maker, connector, began: Instant::now(), lost };
        let crew = Arc::new(crew);
        let on_duty = (0..threads).map(|_| Crew::hire(&crew).expect("the system can start a thread")).collect();
        Workers { queue, crew, on_duty: Mutex::new(on_duty) }
    }

    /// Hands `question` to the next free thread; refuses when it would wait for too long.
    pub(super) fn ask(&self, question: Question) -> Result<(), DbError> {
        self.submit(Message::Ask(question))
    }

    /// Hands a transaction to the next free thread; refuses when it would wait for too long.
    pub(super) fn write(&self, job: Box<dyn Job>) -> Result<(), DbError> {
        self.submit(Message::Write(job))
    }

    fn submit(&self, message: Message) -> Result<(), DbError> {
        self.relieve();
        self.queue.admit(message)
    }

    /// Puts new threads in the place of those that hang. Anyone who hands in a job or has waited for long looks after
    /// this, since without jobs nobody misses a thread.
    pub(super) fn relieve(&self) {
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
            self.crew.connector.suspect();
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
            let _ = self.queue.wait_for_room(Message::Stop, until);
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
        let mut slot = Slot::new(self.connector.clone(), self.maker.clone());
        let mut left_over = None;
        while let Some(message) = left_over.take().or_else(|| self.messages.recv().ok()) {
            let job: Question = match message {
                Message::Ask(question) => question,
                Message::Write(job) => {
                    let jobs;
                    (jobs, left_over) = self.gather(job);
                    Box::new(|slot| slot.write(jobs))
                }
                Message::Stop => return,
            };
            post.busy_since.store(self.millis() + 1, Ordering::Relaxed);
            let _ = slot.guard::<(), DbError>(|slot| {
                job(slot);
                Ok(())
            });
            post.busy_since.store(0, Ordering::Relaxed);
            // what it took from the queue beyond its job it does before it goes
            if left_over.is_none() && post.relieved.load(Ordering::Acquire) {
                self.lost.fetch_sub(1, Ordering::Relaxed);
                return;
            }
        }
    }

    /// This thread's share of the jobs that wait behind `first`, if they can run together; hands back a message that
    /// cannot.
    fn gather(&self, first: Box<dyn Job>) -> (Vec<Box<dyn Job>>, Option<Message>) {
        let share = if first.about().is_some() { 1 + self.messages.len() / self.threads } else { 1 };
        let mut jobs = vec![first];
        while jobs.len() < share.min(TOGETHER) {
            match self.messages.try_recv() {
                Ok(Message::Write(job)) if job.about().is_some() => jobs.push(job),
                Ok(other) => return (jobs, Some(other)),
                Err(_) => break,
            }
        }
        (jobs, None)
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
    use crossbeam_channel::bounded;

    use super::*;
    use crate::base::clock::Clock;
    use crate::base::id::Ids;

    fn crew_of_one() -> Workers {
        let maker = Maker::new(&Clock::System, &Ids::default());
        Workers::start("test", 1, 16, maker, || Err(DbError::Overloaded))
    }

    #[test]
    fn a_thread_that_hangs_is_replaced_and_ends_by_itself() {
        let workers = crew_of_one();
        let (let_go, hang) = bounded::<()>(0);
        let (report, reports) = bounded::<&str>(2);
        workers.ask(Box::new(move |_| hang.recv().unwrap_or_default())).unwrap();
        thread::sleep(OVERDUE + Duration::from_millis(200));
        workers.ask(Box::new(move |_| report.send("served").unwrap())).unwrap();
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

    #[tokio::test]
    async fn whoever_has_waited_for_long_looks_after_a_thread_that_hangs() {
        let workers = crew_of_one();
        let (let_go, hang) = bounded::<()>(0);
        workers.ask(Box::new(move |_| hang.recv().unwrap_or_default())).unwrap();
        let (answer_to, answer) = tokio::sync::oneshot::channel();
        workers.ask(Box::new(move |_| answer_to.send("served").unwrap())).unwrap();
        // nobody hands in anything more
        assert_eq!(crate::db::wait(answer, Some(&workers)).await.unwrap(), "served");
        drop(let_go);
        workers.close();
    }

    #[test]
    fn a_job_that_panics_spares_the_next_one() {
        let workers = crew_of_one();
        let (report, reports) = bounded::<DbError>(1);
        workers
            .ask(Box::new(move |slot| {
                let outcome = slot.guard(|_| -> Result<(), DbError> { panic!("a test's own") });
                report.send(outcome.unwrap_err()).unwrap();
            }))
            .unwrap();
        let outcome = reports.recv_timeout(Duration::from_secs(2)).unwrap();
        assert!(matches!(outcome, DbError::Panicked), "{outcome}");
        workers.close();
    }
}
