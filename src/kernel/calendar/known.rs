//! What is known of years that nobody has entered: what the State Council has published by the time of this release, and
//! else the days that the law fixes.

use super::{CalendarDay, CalendarState, YearCalendar};
use crate::base::time::Day;

/// A holiday of 2026: its name, its days off, and the rest days that are worked for it; each from month and day on, so many.
type Holiday = (&'static str, &'static [(u32, u32, u64)], &'static [(u32, u32)]);

const SOURCE_2026: &str = "国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日，中国政府网 content_7047091）";

const OF_2026: [Holiday; 7] = [
    ("元旦", &[(1, 1, 3)], &[(1, 4)]),
    ("春节", &[(2, 15, 9)], &[(2, 14), (2, 28)]),
    ("清明节", &[(4, 4, 3)], &[]),
    ("劳动节", &[(5, 1, 5)], &[(5, 9)]),
    ("端午节", &[(6, 19, 3)], &[]),
    ("中秋节", &[(9, 25, 3)], &[]),
    ("国庆节", &[(10, 1, 7)], &[(9, 20), (10, 10)]),
];

const SOURCE_OF_LAW: &str =
    "《全国年节及纪念日放假办法》（2024年修订）所定放假日；调休和补班以国务院办公厅当年通知为准";

/// What a festival is called, month and day of its first day off, and how many days it lasts.
type Festival = (&'static str, u32, u32, u64);

/// Days that the law gives off, by the calendar of the sun.
const FIXED: [Festival; 3] = [("元旦", 1, 1, 1), ("劳动节", 5, 1, 2), ("国庆节", 10, 1, 3)];

/// The same by that of the moon, for the years until another release: New Year's Eve with the three days after it, the
/// Dragon Boat Festival, the Mid-Autumn Festival.
const BY_THE_MOON: [(i32, [Festival; 3]); 2] = [
    (2027, [("春节", 2, 5, 4), ("端午节", 6, 9, 1), ("中秋节", 9, 15, 1)]),
    (2028, [("春节", 1, 25, 4), ("端午节", 5, 28, 1), ("中秋节", 10, 3, 1)]),
];

/// The calendar of a year that nobody has entered.
pub(super) fn of_year(year: i32) -> YearCalendar {
    match year {
        2026 => published_2026(),
        _ => by_law(year),
    }
}

fn off(name: &str, year: i32, (month, day, count): (u32, u32, u64)) -> Vec<CalendarDay> {
    let first = Day::of(year, month, day);
    let each = first.into_iter().flat_map(|first| (0..count).map(move |n| first.plus_days(n)));
    each.map(|day| CalendarDay { day, name: name.to_owned(), is_off: true }).collect()
}

fn published_2026() -> YearCalendar {
    let mut days = Vec::new();
    for (name, free, worked) in OF_2026 {
        days.extend(free.iter().flat_map(|stretch| off(name, 2026, *stretch)));
        let worked = worked.iter().filter_map(|(month, day)| Day::of(2026, *month, *day));
        days.extend(worked.map(|day| CalendarDay { day, name: format!("{name}补班"), is_off: false }));
    }
    days.sort_by_key(|day| day.day);
    YearCalendar { year: 2026, state: CalendarState::Published, source: SOURCE_2026.to_owned(), days, entered: None }
}

fn by_law(year: i32) -> YearCalendar {
    let moon = BY_THE_MOON.iter().find(|(of, _)| *of == year).map(|(_, holidays)| holidays.as_slice());
    let holidays = FIXED.iter().chain(moon.unwrap_or_default());
    let mut days: Vec<CalendarDay> =
        holidays.flat_map(|(name, month, day, count)| off(name, year, (*month, *day, *count))).collect();
    days.extend(off("清明节", year, (4, qingming(year), 1)));
    days.sort_by_key(|day| day.day);
    // the Mid-Autumn Festival may fall on a day of the National Day
    days.dedup_by_key(|day| day.day);
    let source = SOURCE_OF_LAW.to_owned();
    YearCalendar { year, state: CalendarState::Provisional, source, days, entered: None }
}

/// The day of April on which the sun stands at 15 degrees, from 2000 to 2099.
fn qingming(year: i32) -> u32 {
    let n = u32::try_from(year - 2000).unwrap_or_default();
    (n * 2422 + 48_100) / 10_000 - n / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_published_of_2026_has_33_days_off_and_six_that_are_worked_for_them() {
        let year = of_year(2026);
        let count = |is_off| year.days.iter().filter(|day| day.is_off == is_off).count();
        assert_eq!((count(true), count(false)), (33, 6));
        // what is worked is a Saturday or a Sunday
        assert!(year.days.iter().filter(|day| !day.is_off).all(|day| day.day.is_weekend()));
    }

    #[test]
    fn other_years_have_the_days_of_the_law() {
        let days = |year| of_year(year).days.iter().map(|day| day.day.to_string()).collect::<Vec<_>>();
        let of_2027 = [
            "2027-01-01",
            "2027-02-05",
            "2027-02-06",
            "2027-02-07",
            "2027-02-08",
            "2027-04-05",
            "2027-05-01",
            "2027-05-02",
            "2027-06-09",
            "2027-09-15",
            "2027-10-01",
            "2027-10-02",
            "2027-10-03",
        ];
        assert_eq!(days(2027), of_2027);
        assert_eq!(days(2028).len(), 12, "the Mid-Autumn Festival falls on October 3rd");
        assert_eq!(
            days(2030),
            ["2030-01-01", "2030-04-05", "2030-05-01", "2030-05-02", "2030-10-01", "2030-10-02", "2030-10-03"]
        );
        assert_eq!((2024..2030).map(qingming).collect::<Vec<_>>(), [4, 4, 5, 5, 4, 4]);
    }
}
