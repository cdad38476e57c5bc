//! Which board is meant, and in which order its members stand.

use std::num::NonZeroU64;
use std::sync::Arc;

use uuid::Uuid;

use crate::base::id::{MemberId, UnitId};
use crate::base::period::Span;
use crate::base::time::{Day, Period, Timestamp};

/// The measure that adds up every dimension.
pub const TOTAL: &str = "total";

/// The whole enterprise as a scope, however many top units it has.
pub fn enterprise() -> UnitId {
    UnitId::from(Uuid::nil())
}

/// A board: what is measured, over which period, among whom.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BoardKey {
    /// [`TOTAL`], a dimension, or a [`Measure`](super::Measure) beside the ledger.
    pub measure: Arc<str>,
    pub period: Period,
    /// The first day of the period.
    pub start: Day,
    /// A unit, meaning its subtree, or [`enterprise`].
    pub scope: UnitId,
}

impl BoardKey {
    /// The board of the period that `day` lies in.
    pub fn new(measure: &str, period: Period, day: Day, scope: UnitId) -> Self {
        BoardKey { measure: measure.into(), period, start: period.start(day), scope }
    }

    /// The first day after the period.
    pub fn end(&self) -> Day {
        self.period.end(self.start)
    }

    /// The days that it counts.
    pub fn span(&self) -> Span {
        Span::of(self.period, self.start)
    }

    pub fn is_running(&self, today: Day) -> bool {
        self.period.start(today) == self.start
    }
}

/// Bits of an order that tell the time; 27 years of tenths of a second, until 2052.
const TIME_BITS: u32 = 33;

/// Tenths of a second are counted from 2025-01-01T00:00:00+08:00; what is earlier counts as then.
const EPOCH_MICROS: i64 = 1_735_660_800_000_000;

/// Scores above this stand as if they were this.
pub const HIGHEST_SCORE: i64 = (1 << 20) - 1;

/// A member's place on a board; in ascending order the best comes first.
///
/// Score and time make one integer below 2^53, which is exact as a Redis score (a double): the complement of the score
/// in the upper 20 bits, the tenth of a second in which it was reached in the lower 33. So more points come first, then
/// who got there first, then the lot, in the process, in Redis and from the database alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry {
    pub order: u64,
    /// What decides between equals, see [`lot`].
    pub lot: u64,
    pub subject: MemberId,
}

impl Entry {
    /// `None` for anyone who has no points: boards list those who have some.
    pub fn new(of: (Period, Day), subject: MemberId, score: i64, at: Timestamp) -> Option<Entry> {
        order(score, at).map(|order| Entry::at(of, order, subject))
    }

    /// The entry with that order on the boards of the period that began on that day.
    pub fn at((period, start): (Period, Day), order: NonZeroU64, subject: MemberId) -> Entry {
        Entry { order: order.get(), lot: lot(period, start, subject.uuid()), subject }
    }

    pub fn score(self) -> i64 {
        HIGHEST_SCORE - (self.order >> TIME_BITS).cast_signed()
    }
}

/// The lot 签 that decides between those who reached the same score in the same tenth of a second: drawn from the period
/// and who it is, so that it is the same everywhere, another one in each period, and never the order of the roster.
pub fn lot(period: Period, start: Day, subject: Uuid) -> u64 {
    let (high, low) = subject.as_u64_pair();
    let day = i64::from(start.number()).cast_unsigned();
    [day << 3 | period as u64, high, low].into_iter().fold(0, |lot, part| mix(lot ^ part))
}

/// A well mixed number from another one (SplitMix64).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The order of `score` reached `at`, never 0; `None` without points.
pub fn order(score: i64, at: Timestamp) -> Option<NonZeroU64> {
    if score <= 0 {
        return None;
    }
    let missing = HIGHEST_SCORE - score.min(HIGHEST_SCORE);
    let tenths = ((at.micros() - EPOCH_MICROS) / 100_000).clamp(1, (1 << TIME_BITS) - 1);
    NonZeroU64::new((missing << TIME_BITS | tenths).cast_unsigned())
}

/// One line of a board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// 1 is the best; no two members share a rank.
    pub rank: usize,
    pub subject: MemberId,
    pub score: i64,
}

/// The head of a board.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Top {
    pub places: Vec<Place>,
    /// Members on the whole board.
    pub size: usize,
}

/// A member's surroundings on a board.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Around {
    pub place: Place,
    /// Points that the next one above has more; `None` on top.
    pub distance: Option<i64>,
    /// From above to below, the member included.
    pub neighbours: Vec<Place>,
}

/// What a member sees around himself, whether ranked or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// `None` when the member has no points here.
    pub around: Option<Around>,
    /// Members on the whole board.
    pub size: usize,
}

/// The `n` first of a sorted sequence.
pub(super) fn top(entries: impl Iterator<Item = Entry>, n: usize, size: usize) -> Top {
    let places = entries.take(n).enumerate().map(|(index, entry)| place(index, entry)).collect();
    Top { places, size }
}

/// The surroundings of the entry at `index` in a sequence of `size`, `k` to each side.
pub(super) fn around(index: usize, size: usize, k: usize, at: impl Fn(usize) -> Option<Entry>) -> View {
    let line = |i: usize| at(i).map(|entry| place(i, entry));
    let found = line(index).map(|mine| Around {
        place: mine,
        distance: index.checked_sub(1).and_then(line).map(|above| above.score - mine.score),
        neighbours: (index.saturating_sub(k)..size.min(index + k + 1)).filter_map(line).collect(),
    });
    View { around: found, size }
}

fn place(index: usize, entry: Entry) -> Place {
    Place { rank: index + 1, subject: entry.subject, score: entry.score() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn member(n: u128) -> MemberId {
        MemberId::from(Uuid::from_u128(n))
    }

    #[test]
    fn more_points_come_first_then_the_earlier_then_the_lot() {
        let noon = at("2026-07-01T12:00:00+08:00");
        let later = at("2026-07-01T12:00:00.1+08:00");
        let july = (Period::Month, "2026-07-01".parse().unwrap());
        let entry = |id, score, at| Entry::new(july, member(id), score, at).unwrap();
        let sorted = [entry(9, 8, later), entry(8, 7, noon), entry(1, 7, later), entry(0, 1, noon)];
        assert!(sorted.is_sorted());
        assert_eq!(sorted.map(Entry::score), [8, 7, 7, 1]);
        // of two who come in the order of their ids about half change places, and other ones in another month
        let swapped = |start: &str| -> Vec<bool> {
            let of = (Period::Month, start.parse().unwrap());
            let entry = |id| Entry::new(of, member(id), 7, noon).unwrap();
            (0..200).map(|id| entry(id) > entry(id + 1)).collect()
        };
        let count = |swapped: &[bool]| swapped.iter().filter(|swapped| **swapped).count();
        assert!((60..140).contains(&count(&swapped("2026-07-01"))), "{}", count(&swapped("2026-07-01")));
        assert_ne!(swapped("2026-07-01"), swapped("2026-08-01"));
        assert_eq!(swapped("2026-07-01"), swapped("2026-07-01"));
    }

    #[test]
    fn an_order_is_exact_as_a_double_and_clamped_at_its_limits() {
        let far = at("2090-01-01T00:00:00+08:00");
        let early = at("2001-01-01T00:00:00+08:00");
        let ever = (Period::All, "1970-01-01".parse().unwrap());
        for (score, at) in [(1, far), (1, early), (HIGHEST_SCORE, far), (i64::MAX, early)] {
            let entry = Entry::new(ever, member(1), score, at).unwrap();
            assert!(entry.order < 1 << 53);
            assert_eq!(entry.order as f64 as u64, entry.order);
            assert_eq!(entry.score(), score.min(HIGHEST_SCORE));
        }
        assert_eq!(Entry::new(ever, member(1), 0, far), None);
        assert_eq!(Entry::new(ever, member(1), -3, far), None);
    }
}
