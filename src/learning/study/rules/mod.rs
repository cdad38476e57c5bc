//! What may be written, planned, opened and finished, and how reading is measured.

pub mod streak;

use super::model::{FeedPush, Mark, Push, ReadState, Reading, ReadingState, Told};
use crate::base::time::{Day, Timestamp};
use crate::base::version::Outdated;
use crate::db;
use crate::ground::files::AttachRefusal;

/// The longest minimum time, and the most that one reading gives in study hours: a phone left open earns no more.
pub const LONGEST_SECONDS: i32 = 3600;
/// The most questions that an item links to.
pub const MOST_QUESTIONS: usize = 20;
const LONGEST_URL: usize = 500;
/// How far ahead pushes are planned.
const PLANNED_DAYS: u64 = 366;

/// Why the room says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody changed it since the caller saw it.
    Outdated(Outdated),
    NoSuchItem,
    NoSuchUnit,
    NoSuchPush,
    NoSuchReading,
    /// The caller's duty does not reach the unit.
    OutOfReach,
    /// Too few belong to the unit for numbers without names.
    TooFew,
    MinimumOutOfRange,
    BadCover,
    TooManyQuestions,
    /// A question that is not in the bank, or out of use.
    UnknownQuestion {
        index: usize,
    },
    /// The item is offered for no further push.
    ItemRetired,
    DayOver,
    TooFarAhead,
    /// The unit has its push of that day.
    PushTaken,
    /// It is published and cannot be taken back.
    AlreadyPublished,
    /// The item was pushed, or read: it can be retired.
    ItemPushed,
    NotPublished,
    /// Those who have not read it were reminded, or will be.
    AlreadyReminded,
    /// The time of the reminder is not on the push's day, or before its publication.
    ReminderTooEarly,
    TooSoon {
        seconds_left: u32,
        /// Time stands still until it is opened again.
        paused: bool,
    },
    /// The day of opening and its grace are over.
    ReadingOver,
    KeyReused,
    /// The span of days ends before it begins, or is longer than two years.
    BadSpan,
    /// The cover, or what stands in the text, is no picture.
    NoPicture,
    /// Files cannot be attached.
    Files(AttachRefusal),
}

impl db::Refusal for Refusal {}

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

/// Days that one list of pushes spans at most.
const SPAN_DAYS: u64 = 2 * 366;

/// Whether a list of pushes may span these days.
pub fn check_span(from: Day, until: Day) -> Result<(), Refusal> {
    if from <= until && until <= from.plus_days(SPAN_DAYS) { Ok(()) } else { Err(Refusal::BadSpan) }
}

/// Of fewer members no numbers are told where names are not.
pub const FEWEST_TOLD: u32 = 10;

/// Whether those who have not read a push may be reminded of it at `due`: once, on its day, after it was published.
pub fn may_remind(push: &Push, told: &Told, due: Timestamp, now: Timestamp, today: Day) -> Result<(), Refusal> {
    if push.cancelled_at.is_some() || push.day < today {
        Err(Refusal::DayOver)
    } else if told.reminded_at.is_some() {
        Err(Refusal::AlreadyReminded)
    } else if due < now || due.day() != push.day || due <= push.published_at.unwrap_or(push.publish_at) {
        Err(Refusal::ReminderTooEarly)
    } else {
        Ok(())
    }
}

/// Whether an item of that shape may be written.
pub fn check_item(minimum_seconds: i32, cover_url: Option<&str>, questions: usize) -> Result<(), Refusal> {
    if !(0..=LONGEST_SECONDS).contains(&minimum_seconds) {
        Err(Refusal::MinimumOutOfRange)
    } else if !cover_url.is_none_or(is_https) {
        Err(Refusal::BadCover)
    } else if questions > MOST_QUESTIONS {
        Err(Refusal::TooManyQuestions)
    } else {
        Ok(())
    }
}

fn is_https(url: &str) -> bool {
    let host = url.strip_prefix("https://").unwrap_or_default();
    url.len() <= LONGEST_URL
        && host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\'))
}

/// Whether a push may be planned for `day`.
pub fn check_day(day: Day, today: Day) -> Result<(), Refusal> {
    if day < today {
        Err(Refusal::DayOver)
    } else if day > today.plus_days(PLANNED_DAYS) {
        Err(Refusal::TooFarAhead)
    } else {
        Ok(())
    }
}

/// The time that a reading has run up to `now`, in microseconds.
pub fn read_micros(reading: &Reading, now: Timestamp) -> i64 {
    let running = reading.running_since.map_or(0, |since| (now.micros() - since.micros()).max(0));
    (reading.read_micros + running).min(i64::from(LONGEST_SECONDS) * 1_000_000)
}

/// Whole seconds of [`read_micros`].
pub fn seconds_read(reading: &Reading, now: Timestamp) -> i64 {
    read_micros(reading, now) / 1_000_000
}

/// The reading with its time stopped at `now`.
pub fn paused(reading: &Reading, now: Timestamp) -> Reading {
    Reading { read_micros: read_micros(reading, now), running_since: None, ..reading.clone() }
}

/// How many times its minimum a finished reading gives in study hours at most: a phone left open earns no more.
const MOST_TIMES: i64 = 3;

/// The reading finished at `now`, with the time that it counts for.
pub fn finished(reading: &Reading, minimum_seconds: i32, now: Timestamp) -> Reading {
    let most = MOST_TIMES * i64::from(minimum_seconds) * 1_000_000;
    let read_micros = read_micros(reading, now).min(most);
    Reading { finished_at: Some(now), read_micros, running_since: None, ..reading.clone() }
}

/// How long a reading takes of an item that asks for `minimum_seconds` at present: as long as its member was told when he
/// opened it, or less once the item asks for less.
pub fn seconds_needed(reading: &Reading, minimum_seconds: i32) -> i32 {
    reading.minimum_seconds.min(minimum_seconds)
}

/// Whether the reading, which takes `seconds_needed`, may be finished now, when readings of `open_from` and later still
/// count.
pub fn check_finish(reading: &Reading, seconds_needed: i32, now: Timestamp, open_from: Day) -> Result<(), Refusal> {
    if reading.day < open_from {
        return Err(Refusal::ReadingOver);
    }
    let left = i64::from(seconds_needed) * 1_000_000 - read_micros(reading, now);
    if left > 0 {
        let seconds_left = u32::try_from((left + 999_999) / 1_000_000).unwrap_or(u32::MAX);
        return Err(Refusal::TooSoon { seconds_left, paused: reading.state() == ReadingState::Paused });
    }
    Ok(())
}

/// What a member, whose readings are `marks`, has done with `push`. A reading of the item on its day or later counts; one
/// that was opened before `open_from` cannot be finished any more.
pub fn read_state(push: &FeedPush, marks: &[Mark], open_from: Day) -> ReadState {
    let mut state = ReadState::New;
    for mark in marks.iter().filter(|mark| mark.item_id == push.item_id && mark.day >= push.day) {
        if mark.finished_at.is_some() {
            return ReadState::Finished;
        }
        if mark.day >= open_from {
            state = ReadState::Reading;
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn reading() -> Reading {
        let opened_at = at("2026-07-01T08:00:00+08:00");
        let ids = Ids::default();
        Reading {
            id: ids.fresh(opened_at),
            member_id: ids.fresh(opened_at),
            item_id: ids.fresh(opened_at),
            day: opened_at.day(),
            opened_at,
            running_since: Some(opened_at),
            read_micros: 0,
            finished_at: None,
            points: 0,
            minimum_seconds: 30,
        }
    }

    #[test]
    fn time_runs_until_the_pause_and_an_hour_at_most() {
        let reading = reading();
        let paused = paused(&reading, at("2026-07-01T08:00:10.5+08:00"));
        assert_eq!(seconds_read(&paused, at("2026-07-01T09:00:00+08:00")), 10);
        let resumed = Reading { running_since: Some(at("2026-07-01T09:00:00+08:00")), ..paused };
        assert_eq!(seconds_read(&resumed, at("2026-07-01T09:00:01.5+08:00")), 12);
        assert_eq!(seconds_read(&resumed, at("2026-07-01T23:00:00+08:00")), 3600);
    }

    #[test]
    fn a_reading_takes_no_longer_than_its_member_was_told() {
        let reading = reading();
        assert_eq!([10, 30, 3600].map(|minimum| seconds_needed(&reading, minimum)), [10, 30, 30]);
    }

    #[test]
    fn finishing_waits_for_the_minimum_and_ends_with_the_grace() {
        let running = reading();
        let stopped = paused(&running, at("2026-07-01T08:00:20+08:00"));
        let too_soon = |seconds_left, paused| Err(Refusal::TooSoon { seconds_left, paused });
        let cases = [
            (&running, "2026-07-01T08:00:29.999999+08:00", "2026-07-01", too_soon(1, false)),
            (&running, "2026-07-01T08:00:30+08:00", "2026-07-01", Ok(())),
            (&stopped, "2026-07-01T12:00:00+08:00", "2026-07-01", too_soon(10, true)),
            (&running, "2026-07-02T05:59:59+08:00", "2026-07-01", Ok(())),
            (&running, "2026-07-02T06:00:00+08:00", "2026-07-02", Err(Refusal::ReadingOver)),
        ];
        for (reading, now, open_from, outcome) in cases {
            assert_eq!(check_finish(reading, 30, at(now), open_from.parse().unwrap()), outcome, "{now}");
        }
    }

    #[test]
    fn a_finished_reading_counts_three_times_its_minimum_at_most() {
        let counted = |minimum, now| finished(&reading(), minimum, at(now)).read_micros / 1_000_000;
        assert_eq!(counted(30, "2026-07-01T08:00:45+08:00"), 45);
        assert_eq!(counted(30, "2026-07-01T08:05:00+08:00"), 90);
        assert_eq!(counted(0, "2026-07-01T08:05:00+08:00"), 0);
        assert_eq!(counted(3600, "2026-07-01T12:00:00+08:00"), 3600);
    }

    #[test]
    fn an_item_stays_within_its_limits() {
        let cover = Some("https://cdn.example.com/封面.png");
        let long = format!("https://e.cn/{}", "x".repeat(LONGEST_URL));
        let cases = [
            (check_item(0, None, 0), Ok(())),
            (check_item(LONGEST_SECONDS, Some("https://cdn.example.com/a.png?x=1"), MOST_QUESTIONS), Ok(())),
            (check_item(-1, None, 0), Err(Refusal::MinimumOutOfRange)),
            (check_item(LONGEST_SECONDS + 1, None, 0), Err(Refusal::MinimumOutOfRange)),
            (check_item(0, Some("http://cdn.example.com/a.png"), 0), Err(Refusal::BadCover)),
            (check_item(0, Some("https://"), 0), Err(Refusal::BadCover)),
            (check_item(0, Some("https://a.cn/\"><script>"), 0), Err(Refusal::BadCover)),
            (check_item(0, cover, 0), Err(Refusal::BadCover)),
            (check_item(0, Some(&long), 0), Err(Refusal::BadCover)),
            (check_item(0, None, MOST_QUESTIONS + 1), Err(Refusal::TooManyQuestions)),
        ];
        for (n, (outcome, expected)) in cases.into_iter().enumerate() {
            assert_eq!(outcome, expected, "case {n}");
        }
    }
}
