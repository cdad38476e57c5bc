//! What notices beyond the inbox obey. Pure.

use chrono::NaiveTime;

use super::model::Unreached;
use crate::base::time::Timestamp;
use crate::ground::notices::Leaving;

/// A no of this room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The enterprise does not use that channel, or sends no notice of that kind by it.
    NotOffered,
    /// The enterprise does not let members choose there.
    NotToChoose,
    /// The same twice in one request.
    Twice,
}

impl crate::db::Refusal for Refusal {}

/// From one time of day to another, over midnight if it must; none when both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    pub from: NaiveTime,
    pub until: NaiveTime,
}

impl QuietHours {
    fn holds(self, time: NaiveTime) -> bool {
        match self.from <= self.until {
            true => (self.from..self.until).contains(&time),
            false => time >= self.from || time < self.until,
        }
    }

    /// When they end that hold at `at`; `None` when they do not.
    pub fn end_after(self, at: Timestamp) -> Option<Timestamp> {
        if !self.holds(at.wall_time().0) {
            return None;
        }
        let today = at.day().at(self.until);
        Some(if today > at { today } else { at.day().next().at(self.until) })
    }
}

/// The first instant from `at` on at which none of them hold.
pub fn first_loud(at: Timestamp, quiet: &[QuietHours]) -> Timestamp {
    let mut at = at;
    // hours that follow each other around the clock would never end: then it is loud at once
    for _ in 0..=2 * quiet.len() {
        match quiet.iter().find_map(|hours| hours.end_after(at)) {
            Some(end) => at = end,
            None => return at,
        }
    }
    at
}

/// Days after which what is told to one member is no news any more.
const NEWS_SECONDS: i64 = 3 * 86_400;

/// When a message is of no use any more: what is of a day with the day, the rest after three days.
pub fn expires_at(told_at: Timestamp, is_of_day: bool) -> Timestamp {
    match is_of_day {
        true => told_at.day().next().start(),
        false => told_at.plus_seconds(NEWS_SECONDS),
    }
}

/// What is known of a member when a notice is expanded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    pub is_away: bool,
    /// What the member chose, if anything.
    pub wanted: Option<bool>,
    /// Whether a reminder of this kind left for him today.
    pub was_reminded: bool,
}

/// What becomes of a message to a member whom the channel can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Send,
    Collect,
    Leave(Unreached),
    /// Not even written down: nobody sends this kind by this channel.
    Nothing,
}

/// How a message goes on, by the policy and by what is known of the member. What tells a member of his own account, and what
/// he alone is told, leaves also while he is away.
pub fn course(leaving: Leaving, to_unit: bool, is_reminder: bool, standing: Standing) -> Course {
    let wants = standing.wanted.unwrap_or(true);
    match leaving {
        Leaving::Off => Course::Nothing,
        _ if to_unit && standing.is_away => Course::Leave(Unreached::Away),
        Leaving::AtOnce | Leaving::Digest if !wants => Course::Leave(Unreached::SwitchedOff),
        _ if is_reminder && standing.was_reminded => Course::Leave(Unreached::Reminded),
        Leaving::Digest if !is_reminder => Course::Collect,
        _ => Course::Send,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, until: &str) -> QuietHours {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        QuietHours { from: time(from), until: time(until) }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn at_night_a_message_waits_for_the_morning_also_over_new_year() {
        let night = [hours("21:30", "07:00")];
        for (told, leaves) in [
            ("2026-07-01T07:50:00+08:00", "2026-07-01T07:50:00+08:00"),
            ("2026-07-01T21:29:59+08:00", "2026-07-01T21:29:59+08:00"),
            ("2026-07-01T21:30:00+08:00", "2026-07-02T07:00:00+08:00"),
            ("2026-07-02T00:10:00+08:00", "2026-07-02T07:00:00+08:00"),
            ("2026-07-02T06:59:59+08:00", "2026-07-02T07:00:00+08:00"),
            ("2026-12-31T23:59:59+08:00", "2027-01-01T07:00:00+08:00"),
        ] {
            assert_eq!(first_loud(at(told), &night), at(leaves), "{told}");
        }
        assert_eq!(
            first_loud(at("2026-07-01T23:00:00+08:00"), &[hours("00:00", "00:00")]),
            at("2026-07-01T23:00:00+08:00")
        );
    }

    #[test]
    fn the_hours_of_the_enterprise_and_of_the_member_hold_both() {
        let both = [hours("21:30", "07:00"), hours("20:00", "08:30")];
        assert_eq!(first_loud(at("2026-07-01T20:10:00+08:00"), &both), at("2026-07-02T08:30:00+08:00"));
        let always = [hours("00:00", "12:00"), hours("12:00", "00:00")];
        assert!(first_loud(at("2026-07-01T20:10:00+08:00"), &always) >= at("2026-07-01T20:10:00+08:00"), "it ends");
    }

    #[test]
    fn what_is_of_a_day_goes_with_the_day() {
        let told = at("2026-12-31T07:50:00+08:00");
        assert_eq!(expires_at(told, true), at("2027-01-01T00:00:00+08:00"));
        assert_eq!(expires_at(told, false), at("2027-01-03T07:50:00+08:00"));
    }

    #[test]
    fn policy_and_choice_decide_together() {
        let usual = Standing::default();
        let not_wanted = Standing { wanted: Some(false), ..usual };
        let away = Standing { is_away: true, ..usual };
        let reminded = Standing { was_reminded: true, ..usual };
        for (leaving, to_unit, is_reminder, standing, expected) in [
            (Leaving::AtOnce, true, false, usual, Course::Send),
            (Leaving::AtOnce, true, false, not_wanted, Course::Leave(Unreached::SwitchedOff)),
            (Leaving::Always, false, false, not_wanted, Course::Send),
            (Leaving::AtOnce, true, false, away, Course::Leave(Unreached::Away)),
            (Leaving::Always, false, false, away, Course::Send),
            (Leaving::Digest, true, false, usual, Course::Collect),
            (Leaving::Digest, true, true, usual, Course::Send),
            (Leaving::AtOnce, true, true, reminded, Course::Leave(Unreached::Reminded)),
            (Leaving::AtOnce, true, false, reminded, Course::Send),
            (Leaving::Off, true, false, usual, Course::Nothing),
        ] {
            assert_eq!(course(leaving, to_unit, is_reminder, standing), expected, "{leaving} {standing:?}");
        }
    }
}
