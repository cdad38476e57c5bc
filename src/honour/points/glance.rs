//! What the page of the day shows of a member's points.

use super::actions::Points;
use super::model::RuleName;
use super::rules;
use crate::base::time::Timestamp;
use crate::kernel::glance::{Look, Seen};
use crate::kernel::ledger;

/// What the room looks for.
pub const LOOKS: [Look; 3] = [ledger::DAY, ledger::RULES_TODAY, ledger::LAST];

/// A member's points today.
#[derive(Clone, Debug)]
pub struct PointsToday {
    pub today: i64,
    /// What was given or taken last, with the sentence that the member reads.
    pub last: Option<(i64, String, Timestamp)>,
}

impl Points {
    pub fn today_in(&self, seen: &Seen) -> PointsToday {
        let last = seen.of(ledger::LAST.kind).next();
        PointsToday {
            today: seen.of(ledger::DAY.kind).map(|line| line.count).sum(),
            last: last.and_then(|line| Some((line.count, line.text.clone(), line.at()?))),
        }
    }

    /// What doing something `times` times would still give today, as far as the cap of the day allows; `None` times for as
    /// much as the cap leaves.
    pub fn still_today(&self, seen: &Seen, name: RuleName, times: Option<i32>) -> i64 {
        let Some(rule) = self.book.in_force(name, self.db.today()) else { return 0 };
        let of_rule = seen.of(ledger::RULES_TODAY.kind).filter(|line| line.word == name.as_str());
        let left = rule.cap_day.map(|cap| (i64::from(cap) - of_rule.map(|line| line.count).sum::<i64>()).max(0));
        let wanted = times.map(|times| i64::from(rules::wanted(&rule, times)));
        wanted.into_iter().chain(left).min().unwrap_or(0)
    }
}
