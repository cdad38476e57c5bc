//! Remembered for a moment: answers that are dear to find out and may be a little old.
//!
//! Of many who ask for the same answer one finds it out, and the others wait for that one; anyone who asks while it is fresh
//! takes it from memory. It is fresh for as long as who asks says, or until it is [forgotten](Memo::forget), as when
//! [`changes`](super::changes) tell that what it was made of is another. What is being found out at that moment is not
//! kept either. An error is not kept, but whoever waited for it takes it too: a database that is silent would otherwise
//! make them try one after the other, each for seconds.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::db::DbError;

/// For answers that hold until they are forgotten.
pub const UNTIL_FORGOTTEN: Duration = Duration::MAX;

/// Why an answer could not be found out.
pub trait Failure: Sized {
    /// What those are told who waited for the same answer; `None` where each had better try himself, as when it is not
    /// the fault of what was asked for.
    fn for_who_waited(&self) -> Option<Self>;
}

impl Failure for DbError {
    fn for_who_waited(&self) -> Option<Self> {
        match self {
            DbError::Unavailable(cause) => Some(DbError::Unavailable(cause.clone())),
            DbError::Overloaded => Some(DbError::Overloaded),
            DbError::OtherSchema(_) | DbError::Doubted | DbError::Panicked | DbError::Query(_) => None,
        }
    }
}

/// One answer, or the place for it.
struct Slot<V, E> {
    known: RwLock<Option<(Instant, Arc<V>)>>,
    /// Why it could not be found out the last time, and when that was known.
    failed: RwLock<Option<(Instant, E)>>,
    /// Held by the one who finds out.
    asking: tokio::sync::Mutex<()>,
    /// When it was last asked for, by the count of all that was.
    used: AtomicU64,
}

impl<V, E: Failure> Slot<V, E> {
    fn fresh(&self, max_age: Duration) -> Option<Arc<V>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(since, _)| since.elapsed() < max_age).map(|(_, value)| value.clone())
    }

    fn fail(&self, error: &E) {
        let told = error.for_who_waited().map(|error| (Instant::now(), error));
        *self.failed.write().unwrap_or_else(PoisonError::into_inner) = told;
    }

    /// Why somebody could not find it out after `since`, if that is to be told to others.
    fn failed_after(&self, since: Instant) -> Option<E> {
        let failed = self.failed.read().unwrap_or_else(PoisonError::into_inner);
        failed.as_ref().filter(|(known, _)| *known > since).and_then(|(_, error)| error.for_who_waited())
    }
}

/// Some answers by what was asked; those that were not asked for longest make room.
pub struct Memo<K, V, E = DbError> {
    slots: RwLock<HashMap<K, Arc<Slot<V, E>>>>,
    capacity: usize,
    uses: AtomicU64,
}

impl<K: Eq + Hash + Clone, V, E: Failure> Memo<K, V, E> {
    /// A memory for so many answers.
    pub fn new(capacity: usize) -> Self {
        Memo { slots: RwLock::default(), capacity, uses: AtomicU64::new(0) }
    }

    /// The answer for `key`, younger than `max_age`; found out by `ask` at most once at a time. An error is told to
    /// those who wait for it at that moment.
    pub async fn get(&self, key: &K, max_age: Duration, ask: impl AsyncFnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let came = Instant::now();
        let slot = self.slot(key);
        if let Some(known) = slot.fresh(max_age) {
            return Ok(known);
        }
        let _turn = slot.asking.lock().await;
        if let Some(known) = slot.fresh(max_age) {
            return Ok(known);
        }
        if let Some(error) = slot.failed_after(came) {
            return Err(error);
        }
        // as old as what it is made of: it may change while it is found out
        let asked = Instant::now();
        let value = ask().await.map(Arc::new).inspect_err(|error| slot.fail(error))?;
        *slot.known.write().unwrap_or_else(PoisonError::into_inner) = Some((asked, value.clone()));
        Ok(value)
    }

    /// Forgets everything; what is being found out at this moment is not kept either.
    pub fn forget(&self) {
        self.slots.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn slot(&self, key: &K) -> Arc<Slot<V, E>> {
        let now = self.uses.fetch_add(1, Ordering::Relaxed);
        if let Some(slot) = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            slot.used.store(now, Ordering::Relaxed);
            return slot.clone();
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= self.capacity && !slots.contains_key(key) {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.used.load(Ordering::Relaxed));
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.map(|key| slots.remove(&key));
        }
        let fresh = || {
            let (known, failed) = (RwLock::default(), RwLock::default());
            Arc::new(Slot { known, failed, asking: Default::default(), used: now.into() })
        };
        slots.entry(key.clone()).or_insert_with(fresh).clone()
    }
}
