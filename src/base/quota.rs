//! How much one member may do in a day, and what is told to somebody who wants more.

use super::time::Timestamp;

/// A day's quota that is not enough for what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Of one day.
    pub most: i64,
    /// What is left of it; nothing, or less than was asked for.
    pub left: i64,
    /// When the next day begins.
    pub again_at: Timestamp,
    /// Seconds until then.
    pub seconds: i64,
}

impl Spent {
    /// At `now`, of a quota that begins anew with each business day.
    pub fn today(now: Timestamp, most: i64, left: i64) -> Spent {
        let again_at = now.day().next().start();
        Spent { most, left, again_at, seconds: again_at.seconds_since(now) }
    }
}
