//! When something is to be done, and whether it was. Pure. Source: `design/year.md`, duties; `design/practice.md` 1.1 and 2.1.

use super::model::{
    Evidence, ObligationAudience, ObligationCycle, ObligationState, ObligationWindow, Rule, Switch, WindowEnd,
};
use crate::base::approval::NoAnswer;
use crate::base::time::Day;

/// Days for which a unit must have been there before its window ends, where it was not there when the window began.
const NEW_UNIT_DAYS: u64 = 30;
/// Months around a span in which cycles are looked for whose windows reach into it.
const REACH_MONTHS: i32 = 24;
/// Windows that a rule has in a cycle, at most.
pub const MOST_WINDOWS: usize = 12;
/// Rules of its own that an enterprise has at a time, at most.
pub const MOST_RULES: usize = 200;
/// Minutes that one time costs, at most.
pub const MOST_MINUTES: i32 = 600;
/// Days before today on which something that is written down was done, at most.
pub const ENTRY_DAYS: u64 = 366;
/// Days from today by which an event lies, at most.
pub const EVENT_DAYS: u64 = 5 * 366;

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    NoSuchUnit,
    NoSuchRule,
    NoSuchEntry,
    NoSuchEvent,
    NoSuchExemption,
    OutOfReach,
    /// Neither of a month sheet that the caller may read.
    NotYours,
    /// The rule does not ask the unit for anything on that day.
    NotAsked,
    /// A record ticks it, so nobody writes a line.
    TickedByRecords,
    /// Something is done on a day that has come, and not more than a year ago.
    DayOutOfRange,
    /// An event lies too far from today.
    EventOutOfRange,
    /// The rule counts from no event.
    NoEvents,
    /// It was withdrawn already.
    Withdrawn,
    /// There is one that waits or holds.
    Exempted,
    /// What was done needs no exemption.
    AlreadyDone,
    /// A second person answers an exemption, once and in time.
    Unanswerable(NoAnswer),
    /// There is no fact of that name.
    NoSuchFact,
    /// The window at this place is none.
    WrongWindow {
        index: usize,
    },
    /// A rule ends after it begins, at most a year and a day later.
    EndOutOfRange,
    /// A rule that ships has neither an owner nor an end.
    Shipped,
    /// Windows that have begun stay as they are.
    Begun,
    TooManyRules,
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

impl ObligationAudience {
    /// Whether a unit of that kind is one of these; kinds are words of the enterprise.
    pub fn contains(self, kind: &str) -> bool {
        match self {
            ObligationAudience::Group => kind.contains("小组"),
            ObligationAudience::Branch => kind.contains("支部") && !kind.contains("总支"),
            ObligationAudience::GeneralBranch => kind.contains("总支"),
            ObligationAudience::Committee => kind.contains("党委"),
        }
    }
}

/// The days of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days {
    pub first: Day,
    pub last: Day,
}

/// The days of a window, with the one until which what was done counts: the last that is worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Due {
    pub days: Days,
    pub due: Day,
}

/// The first day of a month that lies `months` after the one of `day`.
fn month_from(day: Day, months: i32) -> Day {
    let (year, month, _) = day.parts();
    let number = year * 12 + i32::try_from(month).unwrap_or(1) - 1 + months;
    let month = u32::try_from(number.rem_euclid(12)).unwrap_or(0) + 1;
    Day::of(number.div_euclid(12), month, 1).unwrap_or(day)
}

/// The last day of the month of `first`, which is its first.
fn month_end(first: Day) -> Day {
    month_from(first, 1).previous()
}

/// A day of the month of `first`; one that the month has not is its last.
fn day_in(first: Day, day: i8) -> Day {
    let end = month_end(first);
    if day < 0 {
        return end.minus_days(u64::from(day.unsigned_abs()) - 1).max(first);
    }
    first.plus_days(u64::from(day.unsigned_abs()).saturating_sub(1)).min(end)
}

/// The same day of a month that lies `months` away, or the last of that month, and `days` later.
fn from_event(event: Day, end: WindowEnd) -> Day {
    let (_, _, day) = event.parts();
    let same = day_in(month_from(event, end.months.into()), i8::try_from(day).unwrap_or(31));
    let days = u64::from(end.day.unsigned_abs());
    if end.day < 0 { same.minus_days(days) } else { same.plus_days(days) }
}

/// How many months a cycle has; `None` for events.
fn months_of(cycle: ObligationCycle) -> Option<i32> {
    match cycle {
        ObligationCycle::Month => Some(1),
        ObligationCycle::Quarter => Some(3),
        ObligationCycle::HalfYear => Some(6),
        ObligationCycle::Year => Some(12),
        ObligationCycle::Event => None,
    }
}

/// The windows of a rule by the calendar that touch the days from `from` to `until`, and the one before each first, by
/// their days.
pub fn windows(rule: &Rule, from: Day, until: Day) -> Vec<Days> {
    let Some(months) = months_of(rule.cycle) else { return Vec::new() };
    let (year, _, _) = from.parts();
    let begin = Day::of(year - 2, 1, 1).unwrap_or(from);
    let cycles =
        (0..).map(|n| month_from(begin, n * months)).take_while(|start| *start <= month_from(until, REACH_MONTHS));
    let day = |start: Day, end: WindowEnd| day_in(month_from(start, end.months.into()), end.day);
    let mut all: Vec<Days> = cycles
        .flat_map(|start| rule.windows.iter().map(move |window| (start, *window)))
        .map(|(start, window)| Days { first: day(start, window.first), last: day(start, window.last) })
        .filter(|days| rule.from_on <= days.first && days.first <= rule.until_on)
        .collect();
    all.sort_unstable();
    let first = all.iter().position(|days| days.last >= from).unwrap_or(all.len());
    let kept = all.drain(first.saturating_sub(1)..);
    kept.take_while(|days| days.first <= until).collect()
}

/// The window of a rule that counts from an event.
pub fn window_of_event(rule: &Rule, event: Day) -> Option<Days> {
    let window = rule.windows.first().filter(|_| rule.cycle == ObligationCycle::Event)?;
    Some(Days { first: from_event(event, window.first), last: from_event(event, window.last) })
}

/// Whether a shipped rule is used for a window that begins on `first`; `usual` is how it ships.
pub fn is_used(switches: &[Switch], code: &str, usual: bool, first: Day) -> bool {
    let known = switches.iter().filter(|switch| switch.code == code && switch.from_on <= first);
    known.max_by_key(|switch| (switch.from_on, switch.id)).map_or(usual, |switch| switch.used)
}

/// Whether a unit that was there from `created` on, and until `closed`, owes what is due in a window: it was there when
/// the window began, or for a month before it ended, and was not closed before its end.
pub fn owes(created: Day, closed: Option<Day>, window: Due) -> bool {
    let was_there = created <= window.days.first || created.plus_days(NEW_UNIT_DAYS) <= window.due;
    was_there && closed.is_none_or(|closed| closed > window.due)
}

/// What of `evidence`, by its days, counts for a window. Days to which a rest day moved the last one belong to the next window
/// too: what was done then counts for the window before only where that has nothing of its own.
pub fn counting(evidence: &[Evidence], before: Option<Due>, window: Due) -> Vec<&Evidence> {
    let lies = |one: &&Evidence, first: Day, last: Day| first <= one.day && one.day <= last;
    let lent_until = before
        .filter(|before| before.due >= window.days.first)
        .filter(|before| {
            let last = before.days.last.min(window.days.first.previous());
            !evidence.iter().any(|one| lies(&one, before.days.first, last))
        })
        .map(|before| before.due);
    let first = lent_until.map_or(window.days.first, Day::next);
    let own: Vec<&Evidence> = evidence.iter().filter(|one| lies(one, first, window.days.last)).collect();
    if !own.is_empty() {
        return own;
    }
    evidence.iter().filter(|one| lies(one, first, window.due)).collect()
}

/// How far something is by `today`.
pub fn state(counting: &[&Evidence], exempted: bool, window: Due, today: Day) -> ObligationState {
    if let Some(in_time) = counting.iter().map(|one| one.entered_on.unwrap_or(one.day)).min() {
        return if in_time > window.due { ObligationState::EnteredLate } else { ObligationState::Done };
    }
    match () {
        () if exempted => ObligationState::NotApplicable,
        () if today > window.due => ObligationState::Late,
        () if today < window.days.first => ObligationState::NotBegun,
        () => ObligationState::Open,
    }
}

/// Whether windows of an own rule are such: in order, each ending after it begins.
pub fn check_windows(cycle: ObligationCycle, windows: &[ObligationWindow]) -> Result<(), Refusal> {
    let most = if cycle == ObligationCycle::Event { 1 } else { MOST_WINDOWS };
    if windows.is_empty() || windows.len() > most {
        return Err(Refusal::WrongWindow { index: windows.len().min(most) });
    }
    // in a year that begins in January and has a leap day, so that the 29th is one
    let sample = Day::of(2028, 1, 31).unwrap_or(Day::LAST);
    let day = |end: WindowEnd| match cycle {
        ObligationCycle::Event => from_event(sample, end),
        _ => day_in(month_from(sample, end.months.into()), end.day),
    };
    for (index, window) in windows.iter().enumerate() {
        let is_day = |end: WindowEnd| {
            (-24..=24).contains(&end.months)
                && (-31..=31).contains(&end.day)
                && (cycle == ObligationCycle::Event || (end.day != 0 && end.months >= 0))
        };
        let after =
            index.checked_sub(1).and_then(|at| windows.get(at)).is_none_or(|last| day(last.last) < day(window.first));
        if !is_day(window.first) || !is_day(window.last) || day(window.first) > day(window.last) || !after {
            return Err(Refusal::WrongWindow { index });
        }
    }
    Ok(())
}

/// Whether a rule of one's own may hold on these days.
pub fn check_end(from: Day, until: Day, today: Day) -> Result<(), Refusal> {
    let in_range = from <= until && today <= until && until <= from.plus_days(366);
    if in_range { Ok(()) } else { Err(Refusal::EndOutOfRange) }
}

/// Whether something may be said to have been done on `day`.
pub fn check_done_on(day: Day, today: Day) -> Result<(), Refusal> {
    let in_range = day <= today && day >= today.minus_days(ENTRY_DAYS);
    if in_range { Ok(()) } else { Err(Refusal::DayOutOfRange) }
}

/// Whether an event may lie on `day`.
pub fn check_event(day: Day, today: Day) -> Result<(), Refusal> {
    let in_range = day >= today.minus_days(ENTRY_DAYS) && day <= today.plus_days(EVENT_DAYS);
    if in_range { Ok(()) } else { Err(Refusal::EventOutOfRange) }
}

#[cfg(test)]
mod tests {
    use super::super::shipped;
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn rule(code: &str) -> Rule {
        shipped::each().into_iter().find(|rule| rule.code == code).unwrap()
    }

    fn shown(code: &str, from: &str, until: &str) -> Vec<String> {
        windows(&rule(code), day(from), day(until))
            .iter()
            .map(|days| format!("{}..{}", days.first, days.last))
            .collect()
    }

    #[test]
    fn windows_lie_where_their_cycles_say() {
        assert_eq!(shown("D01", "2026-07-01", "2026-07-31"), ["2026-04-01..2026-06-30", "2026-07-01..2026-09-30"]);
        assert_eq!(shown("D27", "2028-02-01", "2028-02-29"), ["2028-01-25..2028-01-31", "2028-02-25..2028-02-29"]);
        assert_eq!(
            shown("D28", "2026-12-01", "2026-12-31"),
            ["2026-10-25..2026-11-05", "2026-11-25..2026-12-05", "2026-12-25..2027-01-05"]
        );
        assert_eq!(shown("D09", "2027-02-01", "2027-02-28"), ["2025-10-01..2026-03-31", "2026-10-01..2027-03-31"]);
        assert_eq!(
            shown("D23", "2026-07-01", "2026-12-31"),
            ["2026-01-01..2026-03-31", "2026-07-01..2026-07-31", "2026-12-01..2026-12-31"]
        );
        assert_eq!(shown("D20", "2026-01-01", "2026-01-31"), ["2025-07-01..2025-12-31", "2026-01-01..2026-06-30"]);
    }

    #[test]
    fn windows_of_events_count_from_their_day() {
        let of = |code: &str, event: &str| window_of_event(&rule(code), day(event)).unwrap();
        assert_eq!(of("D14", "2027-05-31"), Days { first: day("2027-02-28"), last: day("2027-05-31") });
        assert_eq!(of("D16", "2026-08-31"), Days { first: day("2026-08-31"), last: day("2027-02-28") });
        assert_eq!(of("D32", "2026-12-30"), Days { first: day("2026-12-30"), last: day("2027-01-04") });
        assert_eq!(window_of_event(&rule("D01"), day("2026-07-01")), None);
    }

    fn held(on: &str, entered: Option<&str>) -> Evidence {
        let entered_on = entered.map(day);
        Evidence { kind: "meeting", id: on.into(), title: String::new(), day: day(on), entered_on }
    }

    fn due(first: &str, last: &str, due: &str) -> Due {
        Due { days: Days { first: day(first), last: day(last) }, due: day(due) }
    }

    #[test]
    fn what_was_done_on_a_day_that_two_windows_share_counts_once() {
        // 31 May 2026 is a Sunday
        let (may, june) =
            (due("2026-05-01", "2026-05-31", "2026-06-01"), due("2026-06-01", "2026-06-30", "2026-06-30"));
        let days = |evidence: &[Evidence], before, window| -> Vec<String> {
            counting(evidence, before, window).iter().map(|one| one.id.clone()).collect()
        };
        let late = [held("2026-06-01", None)];
        assert_eq!(days(&late, None, may), ["2026-06-01"]);
        assert_eq!(days(&late, Some(may), june), [""; 0]);
        let both = [held("2026-05-20", None), held("2026-06-01", None)];
        assert_eq!(days(&both, None, may), ["2026-05-20"]);
        assert_eq!(days(&both, Some(may), june), ["2026-06-01"]);
        let twice = [held("2026-06-01", None), held("2026-06-15", None)];
        assert_eq!(days(&twice, Some(may), june), ["2026-06-15"]);
    }

    #[test]
    fn what_was_done_in_time_and_written_down_later_is_entered_late() {
        let july = due("2026-07-01", "2026-07-31", "2026-07-31");
        let by = |evidence: &[Evidence], exempted, today| {
            state(&evidence.iter().collect::<Vec<_>>(), exempted, july, day(today))
        };
        assert_eq!(by(&[], false, "2026-06-30"), ObligationState::NotBegun);
        assert_eq!(by(&[], false, "2026-07-31"), ObligationState::Open);
        assert_eq!(by(&[], false, "2026-08-01"), ObligationState::Late);
        assert_eq!(by(&[], true, "2026-08-01"), ObligationState::NotApplicable);
        assert_eq!(by(&[held("2026-07-31", Some("2026-07-31"))], false, "2026-08-01"), ObligationState::Done);
        assert_eq!(by(&[held("2026-07-31", Some("2026-08-03"))], false, "2026-08-03"), ObligationState::EnteredLate);
        assert_eq!(
            by(&[held("2026-07-10", None)], true, "2026-08-01"),
            ObligationState::Done,
            "what was done was done"
        );
    }

    #[test]
    fn a_new_unit_owes_what_it_had_time_for() {
        let quarter = due("2026-07-01", "2026-09-30", "2026-09-30");
        assert!(owes(day("2026-07-01"), None, quarter) && owes(day("2026-08-31"), None, quarter));
        assert!(!owes(day("2026-09-01"), None, quarter));
        assert!(!owes(day("2020-01-01"), Some(day("2026-09-30")), quarter));
        assert!(owes(day("2020-01-01"), Some(day("2026-10-01")), quarter));
    }

    #[test]
    fn all_shipped_rules_have_windows_and_a_basis() {
        let rules = shipped::each();
        assert_eq!(rules.len(), 32);
        for (n, rule) in rules.iter().enumerate() {
            assert_eq!(rule.code, format!("D{:02}", n + 1));
            assert_eq!(check_windows(rule.cycle, &rule.windows), Ok(()), "{}", rule.code);
            assert!(!rule.title.is_empty() && !rule.basis.is_empty() && !rule.standard.is_empty(), "{}", rule.code);
            assert!(!rule.audience.is_empty(), "{}", rule.code);
        }
    }

    #[test]
    fn windows_that_are_none_are_refused_by_their_place() {
        let end = |months, day| WindowEnd { months, day };
        let window = |first, last| ObligationWindow { first, last };
        let month = window(end(0, 1), end(0, -1));
        let check = |cycle, windows: &[ObligationWindow]| check_windows(cycle, windows);
        assert_eq!(check(ObligationCycle::Month, &[month]), Ok(()));
        assert_eq!(check(ObligationCycle::Month, &[]), Err(Refusal::WrongWindow { index: 0 }));
        assert_eq!(check(ObligationCycle::Year, &[month, month]), Err(Refusal::WrongWindow { index: 1 }));
        assert_eq!(
            check(ObligationCycle::Month, &[window(end(0, 5), end(0, 4))]),
            Err(Refusal::WrongWindow { index: 0 })
        );
        assert_eq!(
            check(ObligationCycle::Month, &[window(end(0, 0), end(0, 4))]),
            Err(Refusal::WrongWindow { index: 0 })
        );
        assert_eq!(check(ObligationCycle::Event, &[month, month]), Err(Refusal::WrongWindow { index: 1 }));
    }
}
