//! What is refused to one member again and again: one line a minute, which says how many were not written.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::base::id::MemberId;
use crate::base::time::Timestamp;

/// How long refusals to one member share a line, in seconds.
const SHARED_SECONDS: i64 = 60;
/// Members whose refusals are remembered; when more are refused something within a minute, some get a line too many.
const REMEMBERED: usize = 10_000;

/// Refusals that were written down lately, by this process.
#[derive(Default)]
pub struct Repetitions(Mutex<HashMap<MemberId, Repeated>>);

struct Repeated {
    since: Timestamp,
    /// Those after the line.
    more: u32,
}

impl Repetitions {
    /// Counts a refusal: `None` while it shares an earlier line, else how many before it were not written.
    pub fn count(&self, member: MemberId, now: Timestamp) -> Option<u32> {
        let is_fresh = |repeated: &Repeated| repeated.since <= now && now < repeated.since.plus_seconds(SHARED_SECONDS);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, repeated| is_fresh(repeated));
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        if let Some(repeated) = known.get_mut(&member).filter(|repeated| is_fresh(repeated)) {
            repeated.more = repeated.more.saturating_add(1);
            return None;
        }
        let before = known.insert(member, Repeated { since: now, more: 0 });
        Some(before.map_or(0, |repeated| repeated.more))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_minute_has_one_line_and_the_next_one_says_how_many_there_were() {
        let (li, wang) = (MemberId::from(Uuid::from_u128(1)), MemberId::from(Uuid::from_u128(2)));
        let at = |seconds: i64| Timestamp::from_micros(0).plus_seconds(seconds);
        let known = Repetitions::default();
        assert_eq!([at(0), at(1), at(59)].map(|now| known.count(li, now)), [Some(0), None, None]);
        assert_eq!(known.count(wang, at(30)), Some(0));
        assert_eq!([at(60), at(61)].map(|now| known.count(li, now)), [Some(2), None]);
        // a clock that goes back silences nobody
        assert_eq!(known.count(li, at(10)), Some(1));
    }
}
