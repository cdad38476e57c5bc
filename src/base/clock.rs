//! The one source of "now". Production reads the system clock; tests hold a clock that they move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::time::Timestamp;

/// A clock that is handed to anyone who needs the time; cheap to clone, clones share one hand.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock, by so many microseconds off: what a clock that is wrong does.
    Off(i64),
    /// A clock that stands still until it is moved.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock standing at `at`.
    pub fn manual(at: Timestamp) -> Self {
        Clock::Manual(Arc::new(AtomicI64::new(at.micros())))
    }

    /// The present instant, cut to whole microseconds.
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::from_micros(chrono::Utc::now().timestamp_micros()),
            Clock::Off(micros) => Timestamp::from_micros(Clock::System.now().micros() + micros),
            Clock::Manual(hand) => Timestamp::from_micros(hand.load(Ordering::SeqCst)),
        }
    }

    /// Whether it goes by the machine's, so that it can be held against another machine's.
    pub const fn is_real(&self) -> bool {
        !matches!(self, Clock::Manual(_))
    }

    /// Moves a manual clock to `at`; the system clock cannot be moved and ignores it.
    pub fn set(&self, at: Timestamp) {
        if let Clock::Manual(hand) = self {
            hand.store(at.micros(), Ordering::SeqCst);
        }
    }
}
