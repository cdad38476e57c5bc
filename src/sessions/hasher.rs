//! Password hashing on threads of its own.
//!
//! One argon2id hash costs about 13 ms and 19 MiB. Hashing beside the requests would make everybody wait during a storm
//! of sign-ins; here a bounded queue sheds what cannot be done and each thread keeps its memory.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use crossbeam_channel::{Receiver, Sender, bounded};
use subtle::ConstantTimeEq;
use tokio::sync::oneshot;

/// Sign-ins that may wait; at 13 ms each the last of them waits under a second.
const QUEUE: usize = 64;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Too many sign-ins wait already.
#[derive(Debug)]
pub struct Busy;

enum Job {
    Hash { password: String, answer: oneshot::Sender<String> },
    Verify { password: String, stored: Option<String>, answer: oneshot::Sender<bool> },
}

/// The hashing threads; clones share them.
#[derive(Clone)]
pub struct Hasher(Sender<Job>);

impl Hasher {
    /// Starts half as many threads as there are cores, at least one, so that requests keep the others.
    pub fn start() -> Self {
        let (queue, jobs) = bounded(QUEUE);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        for n in 0..(cores / 2).max(1) {
            let jobs = jobs.clone();
            std::thread::Builder::new()
                .name(format!("hasher-{n}"))
                .spawn(move || work(&jobs))
                .expect("the system can start a thread");
        }
        Hasher(queue)
    }

    /// The text to store for `password`: parameters, salt and hash.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        let (answer, hash) = oneshot::channel();
        self.0.try_send(Job::Hash { password, answer }).map_err(|_| Busy)?;
        hash.await.map_err(|_| Busy)
    }

    /// Whether `password` is the one behind `stored`. Takes the same time when there is none.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Busy> {
        let (answer, verdict) = oneshot::channel();
        self.0.try_send(Job::Verify { password, stored, answer }).map_err(|_| Busy)?;
        verdict.await.map_err(|_| Busy)
    }
}

fn work(jobs: &Receiver<Job>) {
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
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Hash { password, answer } => {
                let salt: [u8; SALT_BYTES] = rand::random();
                let _ = answer.send(write(&salt, &hash(&password, &salt)));
            }
            Job::Verify { password, stored, answer } => {
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

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let hasher = Hasher::start();
        let stored = hasher.hash("铜花飞扬2026".into()).await.unwrap();
        assert!(hasher.verify("铜花飞扬2026".into(), Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("铜花飞扬2027".into(), Some(stored)).await.unwrap());
        assert!(!hasher.verify("x".into(), Some("broken".into())).await.unwrap());
        assert!(!hasher.verify("x".into(), None).await.unwrap());
    }
}
