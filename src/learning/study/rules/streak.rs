//! The streak: a pure rule over sets of days.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::{Day, Period};

/// How far back a streak is looked for; a longer one shows this many days.
pub const LOOK_BACK_DAYS: u64 = 400;

/// The first day of which what was done is kept, on `today`: whole months, so that each member's days go a month at a time.
pub fn kept_from(today: Day) -> Day {
    Period::Month.start(today.minus_days(LOOK_BACK_DAYS))
}

/// For how long there must have been something to do on a day, with the service up, that it can break a streak: what comes
/// out after 20:00 breaks none, and neither does a day of outage.
const LEAST_SECONDS: i64 = 4 * 3600;

/// Whether a day can break a streak on which members had so many seconds, from when the first thing came out until
/// midnight, the time that the service was down left out.
pub fn may_break(seconds_up: i64) -> bool {
    seconds_up >= LEAST_SECONDS
}

/// How long a member has kept on studying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Streak {
    /// Days with something finished or answered, without a missed one in between.
    pub current: u32,
    /// The longest one within the last 400 days.
    pub longest: u32,
    /// Whether today counts already.
    pub today_done: bool,
    /// The first day of the current one.
    pub since: Option<Day>,
}

/// What a streak is made of. Days outside the look-back are left out by anyone who asks.
#[derive(Clone, Debug, Default)]
pub struct Days {
    /// On which the member finished an item or answered a paper; these count.
    pub done: BTreeSet<Day>,
    /// On which there was something to study or to answer; only these can break a streak.
    pub open: BTreeSet<Day>,
    /// First and last days of absences; these break nothing.
    pub away: Vec<(Day, Option<Day>)>,
}

impl Days {
    fn is_away(&self, day: Day) -> bool {
        self.away.iter().any(|(from, to)| *from <= day && to.is_none_or(|to| day <= to))
    }

    /// The days that broke a streak: open, not done, not away, and before `unsettled_from`.
    fn missed(&self, unsettled_from: Day) -> impl DoubleEndedIterator<Item = Day> {
        self.open.range(..unsettled_from).copied().filter(|day| !self.done.contains(day) && !self.is_away(*day))
    }

    /// Whether a day was missed, so that what lies before cannot change the current streak.
    pub fn breaks(&self, unsettled_from: Day) -> bool {
        self.missed(unsettled_from).next().is_some()
    }
}

/// The streak on `today`. Days from `unsettled_from` on can still be done, so they break nothing: today, and yesterday
/// within the grace.
pub fn streak(days: &Days, today: Day, unsettled_from: Day) -> Streak {
    let mut missed = days.missed(unsettled_from).peekable();
    let (mut current, mut longest, mut since) = (0, 0, None);
    for day in days.done.range(..=today).copied() {
        while missed.next_if(|missed| *missed < day).is_some() {
            (current, since) = (0, None);
        }
        current += 1;
        longest = longest.max(current);
        since = since.or(Some(day));
    }
    if missed.next().is_some() {
        (current, since) = (0, None);
    }
    Streak { current, longest, today_done: days.done.contains(&today), since }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    fn day(number: u64) -> Day {
        "2026-01-01".parse::<Day>().unwrap().plus_days(number)
    }

    fn days(numbers: impl IntoIterator<Item = u64>) -> BTreeSet<Day> {
        numbers.into_iter().map(day).collect()
    }

    #[test]
    fn a_missed_day_breaks_and_everything_else_does_not() {
        let week = Days { done: days([0, 1, 4, 5]), open: days(0..=5), away: vec![(day(2), Some(day(3)))] };
        let expected = Streak { current: 4, longest: 4, today_done: true, since: Some(day(0)) };
        assert_eq!(streak(&week, day(5), day(5)), expected);

        let nobody_away = Days { away: Vec::new(), ..week.clone() };
        let expected = Streak { current: 2, longest: 2, today_done: true, since: Some(day(4)) };
        assert_eq!(streak(&nobody_away, day(5), day(5)), expected);

        let nothing_to_do = Days { open: days([0, 1, 4, 5]), away: Vec::new(), ..week };
        assert_eq!(streak(&nothing_to_do, day(5), day(5)).current, 4);
    }

    #[test]
    fn today_breaks_nothing_before_it_is_over_and_yesterday_has_its_grace() {
        let three = Days { done: days([0, 1]), open: days(0..=3), away: Vec::new() };
        assert_eq!(streak(&three, day(2), day(2)).current, 2);
        assert_eq!(streak(&three, day(3), day(2)).current, 2);
        let over = streak(&three, day(3), day(3));
        assert_eq!((over.current, over.longest, over.since), (0, 2, None));
    }

    /// Day by day, as one would explain it.
    fn told_day_by_day(of: &Days, today: Day, unsettled_from: Day) -> Streak {
        let mut told = Streak { today_done: of.done.contains(&today), ..Streak::default() };
        for day in (0..60).map(day).filter(|day| *day <= today) {
            if of.done.contains(&day) {
                told.current += 1;
                told.longest = told.longest.max(told.current);
                told.since = told.since.or(Some(day));
            } else if of.open.contains(&day) && !of.is_away(day) && day < unsettled_from {
                (told.current, told.since) = (0, None);
            }
        }
        told
    }

    proptest! {
        #[test]
        fn it_is_what_one_would_count_day_by_day(
            done in btree_set(0u64..50, 0..40),
            open in btree_set(0u64..50, 0..40),
            away in proptest::collection::vec((0u64..50, proptest::option::of(0u64..10)), 0..4),
            (today, grace) in (0u64..50, 0u64..2),
        ) {
            let away = away.into_iter().map(|(from, length)| (day(from), length.map(|n| day(from + n)))).collect();
            let of = Days { done: days(done), open: days(open), away };
            let (today, unsettled_from) = (day(today), day(today.saturating_sub(grace)));
            prop_assert_eq!(streak(&of, today, unsettled_from), told_day_by_day(&of, today, unsettled_from));
        }

        #[test]
        fn leave_and_idle_days_change_nothing(
            done in btree_set(0u64..40, 1..30),
            idle in 1u64..30,
        ) {
            let last = *done.iter().next_back().unwrap();
            let all = Days { done: days(done.clone()), open: days(0..=last), away: Vec::new() };
            let before = streak(&all, day(last), day(last));
            let later = day(last + idle);
            prop_assert_eq!(streak(&all, later, later).current, before.current);
            let on_leave = Days { open: days(0..=last + idle), away: vec![(day(last + 1), None)], ..all };
            prop_assert_eq!(streak(&on_leave, later, later).current, before.current);
        }
    }
}
