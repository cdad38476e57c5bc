//! Which days may be looked at, and what is the same every year.

use std::ops::RangeInclusive;

use crate::base::dates::{DateKind, Dated, Days, When};
use crate::base::time::Day;

/// Days that are shown where nobody says how many.
const USUAL_DAYS: u64 = 30;
/// Days that may be looked at at once.
pub const MOST_DAYS: i32 = 92;
/// What a feed tells: so many days back, and so many ahead.
const FED: (u64, u64) = (31, 184);
/// The years of which there is a calendar.
const YEARS: RangeInclusive<i32> = 2020..=2099;

/// Days that are the same every year: month, day, what they are called.
const FIXED: [(u32, u32, &str); 1] = [(7, 1, "七一 · 中国共产党成立纪念日")];

/// A no of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The last day lies before the first, or too far behind it.
    BadSpan,
    /// No year of which there is a calendar.
    NoSuchYear,
    /// The member has no address, or nobody has this one.
    NoFeed,
}

impl crate::db::Refusal for Refusal {}

/// The days that somebody asks for.
pub fn days(from: Option<Day>, until: Option<Day>, today: Day) -> Result<Days, Refusal> {
    let from = from.unwrap_or(today);
    let until = until.unwrap_or_else(|| from.plus_days(USUAL_DAYS));
    if [from, until].iter().any(|day| !YEARS.contains(&day.parts().0)) {
        return Err(Refusal::NoSuchYear);
    }
    if until < from || until.number() - from.number() >= MOST_DAYS {
        return Err(Refusal::BadSpan);
    }
    Ok(Days { from, until })
}

/// The days that a feed tells.
pub fn fed_days(today: Day) -> Days {
    Days { from: today.minus_days(FED.0), until: today.plus_days(FED.1) }
}

/// The days that are the same every year, and those that `named` names, such as holidays.
pub fn fixed(days: Days, named: impl Fn(Day) -> Option<String>) -> Vec<Dated> {
    let mut dates = Vec::new();
    let mut day = days.from;
    while day <= days.until {
        let (_, month, of_month) = day.parts();
        let fixed = FIXED.iter().find(|fixed| (fixed.0, fixed.1) == (month, of_month)).map(|fixed| fixed.2.to_owned());
        let dated = |title| Dated {
            kind: DateKind::FixedDay,
            key: format!("day-{day}"),
            title,
            when: When::On(day),
            place: None,
            link: None,
        };
        dates.extend(fixed.or_else(|| named(day)).map(dated));
        day = day.next();
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> Day {
        Day::of(2026, month, day).unwrap()
    }

    #[test]
    fn as_many_days_are_shown_as_a_page_holds() {
        let today = day(6, 30);
        assert_eq!(days(None, None, today), Ok(Days { from: today, until: day(7, 30) }));
        assert_eq!(days(Some(day(1, 1)), Some(day(1, 1)), today), Ok(Days { from: day(1, 1), until: day(1, 1) }));
        assert!(days(Some(day(1, 1)), Some(day(4, 2)), today).is_ok(), "92 days");
        assert_eq!(days(Some(day(1, 1)), Some(day(4, 3)), today), Err(Refusal::BadSpan));
        assert_eq!(days(Some(day(1, 2)), Some(day(1, 1)), today), Err(Refusal::BadSpan));
        assert_eq!(days(Day::of(1999, 1, 1), None, today), Err(Refusal::NoSuchYear));
    }

    #[test]
    fn the_first_of_july_is_there_every_year() {
        let named = |day: Day| (day.parts().1 == 7).then(|| "假日".to_owned());
        let found = fixed(Days { from: day(6, 29), until: day(7, 2) }, named);
        let titles: Vec<&str> = found.iter().map(|dated| dated.title.as_str()).collect();
        assert_eq!(titles, ["七一 · 中国共产党成立纪念日", "假日"]);
    }
}
