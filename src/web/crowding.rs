//! Saying that something is too busy: now and then, with how many were turned away. A storm that fills a queue must not
//! fill the log as well; each request still has its line at info level, and its place in the measurements.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often it is said of one thing.
const PACE: Duration = Duration::from_secs(10);

static CROWDS: Mutex<BTreeMap<&str, Crowd>> = Mutex::new(BTreeMap::new());

#[derive(Default)]
struct Crowd {
    said_at: Option<Instant>,
    /// Since it was said last.
    turned_away: u64,
}

impl Crowd {
    /// Counts one more; how many there were, when it is time to say so.
    fn count(&mut self, now: Instant) -> Option<u64> {
        self.turned_away += 1;
        let is_fresh = self.said_at.is_some_and(|at| now.duration_since(at) < PACE);
        if is_fresh {
            return None;
        }
        self.said_at = Some(now);
        Some(std::mem::take(&mut self.turned_away))
    }
}

/// One more request was turned away because of `crowd`.
pub(super) fn turned_away(crowd: &'static str) {
    let mut crowds = CROWDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(turned_away) = crowds.entry(crowd).or_default().count(Instant::now()) {
        tracing::warn!(turned_away, "turned away with 503: {crowd}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_is_told_at_its_beginning_and_then_at_its_pace() {
        let (mut crowd, began) = (Crowd::default(), Instant::now());
        let told: Vec<u64> = (0..2500).filter_map(|n| crowd.count(began + Duration::from_millis(10 * n))).collect();
        assert_eq!(told, [1, 1000, 1000]);
    }
}
