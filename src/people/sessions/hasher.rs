//! Password hashing on threads of its own, in turns.
//!
//! One argon2id hash costs about 13 ms and 19 MiB. Hashing beside the requests would make everybody wait during a storm
//! of sign-ins; here each thread keeps its memory, and what cannot be done in time is told so at once. Anyone who is
//! known goes first; unknown callers share the rest, address by address, so that one of them cannot take the turns of the
//! others. Nobody is hashed for who has left, or has waited for too long to be still there.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;
use tokio::sync::oneshot;

use crate::base::network::Network;

/// Known callers that may wait; at 13 ms each the last of them waits under a second.
const KNOWN_ROOM: usize = 64;
/// Unknown callers that may wait while others want to, for each address.
const UNKNOWN_OF_ONE: usize = 4;
/// Unknown callers that may wait before only the first [`UNKNOWN_OF_ONE`] of each address are let in. A plant that signs in
/// for the first time is unknown, too, and nobody else may be waiting.
const UNKNOWN_ROOM: usize = 64;
/// Unknown callers that may wait in all.
const UNKNOWN_LIMIT: usize = 512;
/// Of so many turns one is an unknown caller's, however many known callers wait.
const UNKNOWN_TURN: u32 = 8;
/// How long anybody may wait: the answer must come within five seconds, and most callers give up before.
const PATIENCE: Duration = Duration::from_secs(2);

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Too many sign-ins wait already, or this one has waited for too long.
#[derive(Debug)]
pub struct Busy;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A known device, a signed-in member, a genuine invite code, an address where many members signed in.
    Known,
    /// Anyone else, by the network that they come from.
    Unknown(Network),
}

enum Task {
    Hash { password: String, answer: oneshot::Sender<String> },
    Verify { password: String, stored: Option<String>, answer: oneshot::Sender<bool> },
}

struct Job {
    task: Task,
    asked_at: Instant,
}

impl Job {
    /// Whether somebody still waits for the answer.
    fn is_wanted(&self) -> bool {
        let has_left = match &self.task {
            Task::Hash { answer, .. } => answer.is_closed(),
            Task::Verify { answer, .. } => answer.is_closed(),
        };
        !has_left && self.asked_at.elapsed() <= PATIENCE
    }
}

/// What waits to be hashed.
#[derive(Default)]
struct Queue {
    known: VecDeque<Job>,
    unknown: HashMap<Network, VecDeque<Job>>,
    /// The networks of `unknown` in the order of their turns.
    networks: VecDeque<Network>,
    unknown_waiting: usize,
    turns: u32,
    closed: bool,
}

impl Queue {
    fn has_room(&self, turn: Turn) -> bool {
        match turn {
            Turn::Known => self.known.len() < KNOWN_ROOM,
            Turn::Unknown(network) => {
                let own = self.unknown.get(&network).map_or(0, VecDeque::len);
                let limit = if own < UNKNOWN_OF_ONE { UNKNOWN_LIMIT } else { UNKNOWN_ROOM };
                self.unknown_waiting < limit
            }
        }
    }

    fn put(&mut self, turn: Turn, job: Job) -> Result<(), Busy> {
        if self.closed || !self.has_room(turn) {
            return Err(Busy);
        }
        match turn {
            Turn::Known => self.known.push_back(job),
            Turn::Unknown(network) => {
                let line = self.unknown.entry(network).or_default();
                if line.is_empty() {
                    self.networks.push_back(network);
                }
                line.push_back(job);
                self.unknown_waiting += 1;
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Option<Job> {
        self.turns = self.turns.wrapping_add(1);
        if self.turns.is_multiple_of(UNKNOWN_TURN) {
            self.take_unknown().or_else(|| self.known.pop_front())
        } else {
            self.known.pop_front().or_else(|| self.take_unknown())
        }
    }

    /// The next unknown caller: one of each network after the other.
    fn take_unknown(&mut self) -> Option<Job> {
        let network = self.networks.pop_front()?;
        let line = self.unknown.get_mut(&network)?;
        let job = line.pop_front();
        if line.is_empty() {
            self.unknown.remove(&network);
        } else {
            self.networks.push_back(network);
        }
        self.unknown_waiting -= usize::from(job.is_some());
        job
    }
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    work: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job that somebody still waits for; `None` once the hasher is closed.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            match queue.take() {
                Some(job) if job.is_wanted() => return Some(job),
                Some(job) => {
                    metrics::counter!("xianfeng_hashes_dropped_total").increment(1);
                    drop(job); // anyone who waits for it after all learns that it will not come
                }
                None if queue.closed => return None,
                None => queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// Ends the threads when the last handle is gone.
struct Handle(Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.queue().closed = true;
        self.0.work.notify_all();
    }
}

/// The hashing threads; clones share them.
#[derive(Clone)]
pub struct Hasher(Arc<Handle>);

impl Hasher {
    /// Starts half as many threads as there are cores, at least one, so that requests keep the others.
    pub fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        for n in 0..(cores / 2).max(1) {
            let shared = shared.clone();
            std::thread::Builder::new()
                .name(format!("hasher-{n}"))
                .spawn(move || work(&shared))
                .expect("the system can start a thread");
        }
        Hasher(Arc::new(Handle(shared)))
    }

    /// Whether a job could be put in now, so that nothing is done in vain for one that could not.
    pub fn has_room(&self, turn: Turn) -> bool {
        self.0.0.queue().has_room(turn)
    }

    /// The text to store for `password`: parameters, salt and hash. Only the known have something to store.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        let (answer, hash) = oneshot::channel();
        self.put(Turn::Known, Task::Hash { password, answer })?;
        hash.await.map_err(|_| Busy)
    }

    /// Whether `password` is the one behind `stored`. Takes the same time when there is none.
    pub async fn verify(&self, turn: Turn, password: String, stored: Option<String>) -> Result<bool, Busy> {
        let (answer, verdict) = oneshot::channel();
        self.put(turn, Task::Verify { password, stored, answer })?;
        verdict.await.map_err(|_| Busy)
    }

    fn put(&self, turn: Turn, task: Task) -> Result<(), Busy> {
        self.0.0.queue().put(turn, Job { task, asked_at: Instant::now() })?;
        self.0.0.work.notify_one();
        Ok(())
    }
}

fn work(shared: &Shared) {
    let params =
        Params::new(MEMORY_KIB, PASSES, 1, Some(HASH_BYTES)).expect("the parameters are within argon2's range");
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = |password: &str, salt: &[u8]| {
        let mut hash = [0; HASH_BYTES];
        argon2
            .hash_password_into_with_memory(password.as_bytes(), salt, &mut hash, &mut memory)
            .expect("salt, password and memory have lengths that argon2 takes");
        hash
    };
    while let Some(job) = shared.next() {
        match job.task {
            Task::Hash { password, answer } => {
                let salt: [u8; SALT_BYTES] = rand::random();
                let _ = answer.send(write(&salt, &hash(&password, &salt)));
            }
            Task::Verify { password, stored, answer } => {
                let known = stored.as_deref().and_then(read);
                let (salt, expected) = known.unwrap_or(([0; SALT_BYTES], [0; HASH_BYTES]));
                let same: bool = hash(&password, &salt).ct_eq(&expected).into();
                let _ = answer.send(same && known.is_some());
            }
        }
    }
}

/// The PHC string format, so that parameters can change without losing old passwords.
fn write(salt: &[u8], hash: &[u8]) -> String {
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${hash}")
}

fn read(stored: &str) -> Option<([u8; SALT_BYTES], [u8; HASH_BYTES])> {
    let (salt, hash) =
        stored.strip_prefix(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$"))?.split_once('$')?;
    let decode = |text: &str| STANDARD_NO_PAD.decode(text).ok();
    Some((decode(salt)?.try_into().ok()?, decode(hash)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(n: u8) -> Turn {
        Turn::Unknown(Network::of(std::net::Ipv4Addr::new(192, 0, 2, n).into()))
    }

    /// A job that says who asked, and the ear that waits for its answer.
    fn job(name: &str) -> (Job, oneshot::Receiver<String>) {
        let (answer, ear) = oneshot::channel();
        (Job { task: Task::Hash { password: name.into(), answer }, asked_at: Instant::now() }, ear)
    }

    fn name(job: Job) -> String {
        match job.task {
            Task::Hash { password, .. } | Task::Verify { password, .. } => password,
        }
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let hasher = Hasher::start();
        let stored = hasher.hash("铜花飞扬2026".into()).await.unwrap();
        let verify = |password: &str, stored| hasher.verify(network(1), password.into(), stored);
        assert!(verify("铜花飞扬2026", Some(stored.clone())).await.unwrap());
        assert!(!verify("铜花飞扬2027", Some(stored)).await.unwrap());
        assert!(!verify("x", Some("broken".into())).await.unwrap());
        assert!(!verify("x", None).await.unwrap());
    }

    #[test]
    fn the_known_go_first_and_strangers_take_turns_by_their_networks() {
        let mut queue = Queue::default();
        let mut ears = Vec::new();
        let mut put = |queue: &mut Queue, turn, name: &str| {
            let (job, ear) = job(name);
            ears.push(ear);
            queue.put(turn, job).unwrap();
        };
        for n in 0..6 {
            put(&mut queue, network(1), &format!("a{n}"));
        }
        put(&mut queue, network(2), "b0");
        put(&mut queue, network(3), "c0");
        for n in 0..8 {
            put(&mut queue, Turn::Known, &format!("k{n}"));
        }
        let order: Vec<String> = std::iter::from_fn(|| queue.take().map(name)).collect();
        let expected = ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "a0", "k7", "b0", "c0", "a1", "a2", "a3", "a4", "a5"];
        assert_eq!(order, expected);
        assert!(queue.unknown.is_empty() && queue.networks.is_empty() && queue.unknown_waiting == 0);
    }

    #[test]
    fn one_address_leaves_room_for_the_others() {
        let mut queue = Queue::default();
        let mut ears = Vec::new();
        let mut put = |queue: &mut Queue, turn| {
            let (job, ear) = job("x");
            ears.push(ear);
            queue.put(turn, job).is_ok()
        };
        let sprayed = (0..200).filter(|_| put(&mut queue, network(1))).count();
        assert_eq!(sprayed, UNKNOWN_ROOM, "a lone address may fill the room");
        for n in 2..6 {
            let let_in = (0..20).filter(|_| put(&mut queue, network(n))).count();
            assert_eq!(let_in, UNKNOWN_OF_ONE, "the others are let in all the same");
        }
        assert_eq!((0..200).filter(|_| put(&mut queue, Turn::Known)).count(), KNOWN_ROOM);
    }

    #[test]
    fn nobody_is_hashed_for_who_has_left_or_waited_for_too_long() {
        let shared = Shared::default();
        let (left, ear) = job("left");
        drop(ear);
        let (mut late, mut late_ear) = job("late");
        late.asked_at -= PATIENCE + Duration::from_millis(1);
        let (present, _ear) = job("present");
        for job in [left, late, present] {
            shared.queue().put(Turn::Known, job).unwrap();
        }
        assert_eq!(shared.next().map(name).as_deref(), Some("present"));
        assert!(late_ear.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
    }
}
