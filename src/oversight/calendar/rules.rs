//! What may be entered.

use super::model::CalendarDay;
use crate::base::time::Day;
use crate::base::version::Outdated;

/// Days that a year names at most.
pub const MOST_DAYS: usize = 200;

/// Characters of a name.
pub const NAME_CHARS: usize = 20;

/// The years that can be looked at and entered.
const YEARS: std::ops::RangeInclusive<i32> = 2020..=2099;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody else has entered the year since the caller saw it.
    Outdated(Outdated),
    /// There is no calendar of that year.
    NoSuchYear,
    /// More days than a year can name.
    TooMany,
    /// A day of neither the year nor the December before.
    OtherYear { index: usize },
    /// A day that is named twice.
    Twice { index: usize },
    /// A name that is empty, or too long.
    BadName { index: usize },
}

impl crate::db::Refusal for Refusal {}

/// Whether there is a calendar of that year.
pub fn check_year(year: i32) -> Result<(), Refusal> {
    if YEARS.contains(&year) { Ok(()) } else { Err(Refusal::NoSuchYear) }
}

/// The days of a year in order, each once.
pub fn check_days(year: i32, mut days: Vec<CalendarDay>) -> Result<Vec<CalendarDay>, Refusal> {
    check_year(year)?;
    if days.len() > MOST_DAYS {
        return Err(Refusal::TooMany);
    }
    for index in 0..days.len() {
        let CalendarDay { day, name, .. } = &days[index];
        let (of, month, _) = day.parts();
        if of != year && (of, month) != (year - 1, 12) {
            return Err(Refusal::OtherYear { index });
        }
        if name.trim().is_empty() || name.chars().count() > NAME_CHARS || name.contains(char::is_control) {
            return Err(Refusal::BadName { index });
        }
        if days[..index].iter().any(|earlier| earlier.day == *day) {
            return Err(Refusal::Twice { index });
        }
    }
    days.iter_mut().for_each(|day| day.name = day.name.trim().to_owned());
    days.sort_by_key(|day: &CalendarDay| -> Day { day.day });
    Ok(days)
}
