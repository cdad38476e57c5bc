//! Remembers a few dear answers for a short time; whoever asks meanwhile waits for the one who is finding out.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

type Slot<V> = Arc<tokio::sync::Mutex<Option<(Instant, Arc<V>)>>>;

pub struct Memo<K, V> {
    slots: Mutex<HashMap<K, (Instant, Slot<V>)>>,
    capacity: usize,
}

impl<K: Eq + Hash + Clone, V> Memo<K, V> {
    pub fn new(capacity: usize) -> Self {
        Memo { slots: Mutex::default(), capacity }
    }

    /// The answer for `key`, at most `max_age` old; found out by `ask` at most once at a time. An error is not kept.
    pub async fn get<E>(
        &self,
        key: &K,
        max_age: Duration,
        ask: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<Arc<V>, E> {
        let slot = self.slot(key);
        let mut known = slot.lock().await;
        if let Some((since, value)) = known.as_ref().filter(|(since, _)| since.elapsed() < max_age) {
            let _ = since;
            return Ok(value.clone());
        }
        let asked = Instant::now();
        let value = Arc::new(ask().await?);
        *known = Some((asked, value.clone()));
        Ok(value)
    }

    /// Forgets everything; what is being found out at this moment is not kept either.
    pub fn forget(&self) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn slot(&self, key: &K) -> Slot<V> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= self.capacity && !slots.contains_key(key) {
            let oldest = slots.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone());
            oldest.map(|key| slots.remove(&key));
        }
        let (used, slot) = slots.entry(key.clone()).or_insert_with(|| (Instant::now(), Slot::default()));
        *used = Instant::now();
        slot.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn an_answer_is_kept_for_its_time_and_the_oldest_goes_first() {
        let memo = Memo::new(2);
        let asked = Cell::new(0);
        let ask = async |key: u8, age: u64| {
            let found = memo.get::<()>(&key, Duration::from_secs(age), async || {
                asked.set(asked.get() + 1);
                Ok(asked.get())
            });
            *found.await.unwrap()
        };
        assert_eq!((ask(1, 60).await, ask(1, 60).await), (1, 1));
        assert_eq!(ask(1, 0).await, 2);
        assert_eq!((ask(2, 60).await, ask(1, 60).await, ask(3, 60).await), (3, 2, 4));
        assert_eq!((ask(1, 60).await, ask(2, 60).await), (2, 5));
    }
}
