//! What is asked of those at home in a unit, added up. Pure.

use std::collections::BTreeMap;

use crate::base::id::UnitId;
use crate::base::time::{Day, Period};

/// The longest stretch that is looked at, in days.
pub const LONGEST_DAYS: u64 = 92;

/// A no of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoSuchUnit,
    /// The unit is not within the caller's reach.
    OutOfReach,
    /// It ends before it begins, or is too long.
    BadStretch,
    /// It lies more than a year away.
    BadMonth,
}

impl crate::db::Refusal for Refusal {}

/// Days by which a month may lie away from today.
const NEAR_DAYS: u64 = 366;

/// Whether the month of a day is near enough to say what is asked in it.
pub fn check_month(day: Day, today: Day) -> Result<(), Refusal> {
    let is_near = day >= today.minus_days(NEAR_DAYS) && day <= today.plus_days(NEAR_DAYS);
    if is_near { Ok(()) } else { Err(Refusal::BadMonth) }
}

/// What a plan asks of everybody below a unit on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub unit: UnitId,
    pub day: Day,
    pub what: What,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A study item, in seconds.
    Study(i64),
    /// The paper of the day, in seconds; of several the nearest one counts.
    Quiz(i64),
    /// A contest, in seconds, on the day on which it opens.
    Contest(i64),
    /// A notice.
    Prompt,
}

/// What one day asks, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DaySum {
    pub study: i64,
    pub quiz: i64,
    pub contest: i64,
    pub prompts: i64,
}

impl DaySum {
    pub fn minutes(&self) -> i64 {
        whole_minutes(self.study + self.quiz + self.contest)
    }
}

/// Begun minutes count.
pub fn whole_minutes(seconds: i64) -> i64 {
    (seconds + 59).div_euclid(60)
}

/// What is asked of those at home at `path` (a unit with its ancestors, nearest first), day by day.
pub fn by_day(asked: &[Asked], path: &[UnitId], from: Day, until: Day) -> BTreeMap<Day, DaySum> {
    let mut days = BTreeMap::new();
    let mut day = from;
    while day <= until {
        days.insert(day, DaySum::default());
        day = day.next();
    }
    let mut papers: BTreeMap<Day, (usize, i64)> = BTreeMap::new();
    for one in asked {
        let Some(distance) = path.iter().position(|unit| *unit == one.unit) else { continue };
        let Some(sum) = days.get_mut(&one.day) else { continue };
        match one.what {
            What::Study(seconds) => sum.study += seconds,
            What::Contest(seconds) => sum.contest += seconds,
            What::Prompt => sum.prompts += 1,
            What::Quiz(seconds) => {
                let nearest = papers.entry(one.day).or_insert((distance, seconds));
                if distance < nearest.0 {
                    *nearest = (distance, seconds);
                }
            }
        }
    }
    for (day, (_, seconds)) in papers {
        days.entry(day).or_default().quiz = seconds;
    }
    days
}

/// Prompts of each week that the days touch, by its Monday.
pub fn by_week(days: &BTreeMap<Day, DaySum>) -> BTreeMap<Day, i64> {
    let mut weeks = BTreeMap::new();
    for (day, sum) in days {
        *weeks.entry(Period::Week.start(*day)).or_default() += sum.prompts;
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_above_adds_up_and_of_papers_the_nearest_counts() {
        let unit = |n: u128| UnitId::from(uuid::Uuid::from_u128(n));
        let day = |text: &str| -> Day { text.parse().unwrap() };
        let (monday, tuesday) = (day("2026-06-29"), day("2026-06-30"));
        let asked = |n, day, what| Asked { unit: unit(n), day, what };
        let all = [
            asked(1, monday, What::Study(90)),
            asked(2, monday, What::Study(30)),
            asked(1, monday, What::Quiz(300)),
            asked(2, monday, What::Quiz(120)),
            asked(9, monday, What::Study(3600)),
            asked(1, tuesday, What::Contest(601)),
            asked(1, monday, What::Prompt),
            asked(2, tuesday, What::Prompt),
            asked(1, day("2026-07-06"), What::Prompt),
        ];
        let days = by_day(&all, &[unit(2), unit(1)], monday, day("2026-07-06"));
        assert_eq!(days[&monday], DaySum { study: 120, quiz: 120, contest: 0, prompts: 1 });
        assert_eq!((days[&monday].minutes(), days[&tuesday].minutes(), days.len()), (4, 11, 8));
        assert_eq!(by_week(&days), BTreeMap::from([(monday, 2), (day("2026-07-06"), 1)]));
    }
}
