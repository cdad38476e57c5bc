//! What a rule says, and which new version of one is acceptable.

use super::model::{Caps, DEFAULT_RULES, DefaultRule, Rule};
use crate::base::time::{Day, Period, Timestamp};
use crate::db;

/// The most that a rule may give at once, and that a cap may say.
pub const MOST_POINTS: i32 = 10_000;

/// How far ahead a rule is written.
const DAYS_AHEAD: u64 = 366;

/// Why a new version of a rule was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It would change what days that are over gave, or today, on which points were given already.
    EffectiveInThePast,
    /// Further ahead than anybody plans.
    EffectiveTooFar,
    /// Points outside 0..=[`MOST_POINTS`].
    PointsOutOfRange,
    /// A cap outside 0..=[`MOST_POINTS`].
    CapOutOfRange,
    /// Someone else wrote a version at the same time.
    ChangedMeanwhile,
    /// No such version of a rule.
    NoSuchVersion,
    /// The version was taken back before it was in force.
    Withdrawn,
    /// Points may have been given by it.
    InForce,
    /// The idempotency key was used for something else.
    KeyReused,
}

impl db::Refusal for Refusal {}

/// The rules that the rooms bring along, as first versions.
pub fn defaults(now: Timestamp) -> Vec<Rule> {
    let mut rules: Vec<Rule> = DEFAULT_RULES.iter().map(|default| first_version(default, now)).collect();
    rules.sort_by_key(|rule| rule.rule);
    rules
}

fn first_version(default: &DefaultRule, now: Timestamp) -> Rule {
    let Caps { day, week, month, year } = default.caps;
    Rule {
        rule: default.rule,
        version: 1,
        name: default.name.to_owned(),
        dimension: default.dimension,
        points: default.points,
        cap_day: day,
        cap_week: week,
        cap_month: month,
        cap_year: year,
        effective_on: Period::All.start(now.day()),
        created_by: None,
        created_at: now,
    }
}

/// Whether a new version may be written today.
pub fn check(rule: &Rule, today: Day) -> Result<(), Refusal> {
    let Caps { day, week, month, year } = rule.caps();
    let in_range = |points: i32| (0..=MOST_POINTS).contains(&points);
    if rule.effective_on <= today {
        Err(Refusal::EffectiveInThePast)
    } else if rule.effective_on > today.plus_days(DAYS_AHEAD) {
        Err(Refusal::EffectiveTooFar)
    } else if !in_range(rule.points) {
        Err(Refusal::PointsOutOfRange)
    } else if ![day, week, month, year].into_iter().flatten().all(in_range) {
        Err(Refusal::CapOutOfRange)
    } else {
        Ok(())
    }
}

/// What a rule gives for something done `times` times, before its caps.
pub fn wanted(rule: &Rule, times: i32) -> i32 {
    rule.points.saturating_mul(times)
}

#[cfg(test)]
mod tests {
    use super::super::model::RuleName;
    use super::*;

    #[test]
    fn a_new_version_looks_ahead_and_stays_in_range() {
        let now: Timestamp = "2026-07-01T08:00:00+08:00".parse().unwrap();
        let today = now.day();
        let base = Rule { effective_on: today.next(), ..defaults(now).remove(0) };
        let cases = [
            (base.clone(), Ok(())),
            (Rule { effective_on: today.plus_days(40), points: 0, cap_day: None, ..base.clone() }, Ok(())),
            (Rule { effective_on: today, ..base.clone() }, Err(Refusal::EffectiveInThePast)),
            (Rule { effective_on: today.plus_days(DAYS_AHEAD), ..base.clone() }, Ok(())),
            (Rule { effective_on: today.plus_days(DAYS_AHEAD + 1), ..base.clone() }, Err(Refusal::EffectiveTooFar)),
            (Rule { points: -1, ..base.clone() }, Err(Refusal::PointsOutOfRange)),
            (Rule { points: MOST_POINTS + 1, ..base.clone() }, Err(Refusal::PointsOutOfRange)),
            (Rule { cap_year: Some(-1), ..base.clone() }, Err(Refusal::CapOutOfRange)),
        ];
        for (rule, outcome) in cases {
            assert_eq!(check(&rule, today), outcome, "{rule:?}");
        }
    }

    #[test]
    fn every_rule_has_a_default() {
        let defaults = defaults(Timestamp::from_micros(0));
        assert!(RuleName::each().eq(defaults.iter().map(|rule| rule.rule)), "{defaults:?}");
        assert_eq!(wanted(&defaults[0], 3), 3);
        assert_eq!(wanted(&Rule { points: 9_999, ..defaults[0].clone() }, i32::MAX), i32::MAX);
    }
}
