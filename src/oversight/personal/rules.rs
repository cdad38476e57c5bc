//! What is refused, and when something is due. Pure.

use crate::base::approval::NoAnswer;
use crate::base::time::{Day, Timestamp};
use crate::people::members::rules::Refusal as MemberRefusal;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The member's archive was made a moment ago.
    TooSoon { seconds: u32 },
    /// The server makes as many archives as it can at a time.
    Busy,
    /// There is no such proposal.
    NoSuchProposal,
    /// Another proposal about the member waits.
    ProposedAlready,
    /// The member lies outside the part of the enterprise that the caller looks after.
    OutOfReach,
    /// A proposal cannot be answered so.
    NoAnswer(NoAnswer),
    /// A no of the room `members`.
    Member(MemberRefusal),
}

impl crate::db::Refusal for Refusal {}

impl From<NoAnswer> for Refusal {
    fn from(no: NoAnswer) -> Self {
        Refusal::NoAnswer(no)
    }
}

/// Seconds until the next archive may be made, `minutes` after the `last` one; `None` when it may be now.
pub fn wait_seconds(last: Option<Timestamp>, now: Timestamp, minutes: i64) -> Option<u32> {
    let left = last?.plus_seconds(minutes * 60).seconds_since(now);
    u32::try_from(left).ok().filter(|left| *left > 0)
}

/// The first day of those who left too lately to be made anonymous: so many months before `today`.
pub fn kept_from(today: Day, months: i32) -> Day {
    let (year, month, day) = today.parts();
    let months = year * 12 + i32::try_from(month).unwrap_or(1) - 1 - months;
    let month = u32::try_from(months.rem_euclid(12)).unwrap_or(0) + 1;
    // the 31st of a shorter month is its last day
    (0..4).find_map(|less| Day::of(months.div_euclid(12), month, day.saturating_sub(less))).unwrap_or(today)
}

/// A name for a file in an archive, as every system takes one.
pub fn safe_name(name: &str) -> String {
    const MOST: usize = 80;
    let kept: String = name.chars().filter(|c| !c.is_control() && !r#"\/:*?"<>|"#.contains(*c)).take(MOST).collect();
    let kept = kept.trim_matches([' ', '.']);
    if kept.is_empty() { "file".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_back_by_the_calendar() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        for (today, months, from) in [
            ("2026-07-01", 36, "2023-07-01"),
            ("2026-07-31", 1, "2026-06-30"),
            ("2026-03-31", 1, "2026-02-28"),
            ("2026-01-15", 1, "2025-12-15"),
            ("2024-02-29", 12, "2023-02-28"),
        ] {
            assert_eq!(kept_from(day(today), months), day(from), "{today} {months}");
        }
    }

    #[test]
    fn the_next_archive_may_be_made_some_minutes_after_the_last() {
        let now: Timestamp = "2026-07-01T08:00:00+08:00".parse().unwrap();
        assert_eq!(wait_seconds(None, now, 10), None);
        assert_eq!(wait_seconds(Some(now), now, 10), Some(600));
        assert_eq!(wait_seconds(Some(now.plus_seconds(-599)), now, 10), Some(1));
        assert_eq!(wait_seconds(Some(now.plus_seconds(-600)), now, 10), None);
    }

    #[test]
    fn names_of_files_lead_nowhere_else() {
        assert_eq!(safe_name("../../照片 1.jpg"), "照片 1.jpg");
        assert_eq!(safe_name("..\u{0}/"), "file");
    }
}
