//! Days as offices write them: a cell that holds a date is read as it is shown.

use crate::base::time::Day;

/// The day that a text of numbers names: 2026-06-20, 2026/6/20, 2026.6.20, 2026年6月20日 or 20260620, also with a time of day
/// behind it, as a copied cell has one.
pub fn read_day(text: &str) -> Option<Day> {
    let text = text.trim();
    let date = text.split([' ', 'T']).next().unwrap_or(text);
    let parts: Vec<&str> = date.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let (year, month, day) = match parts[..] {
        [year, month, day] => (year, month, day),
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        _ => return None,
    };
    let is_plain =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !is_plain(year, 4) || !is_plain(month, 2) || !is_plain(day, 2) {
        return None;
    }
    Day::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_however_an_office_writes_it() {
        let day = "2026-06-20".parse().ok();
        for text in [
            "2026-06-20",
            "2026-6-20",
            "2026/6/20",
            "2026/06/20",
            "2026.6.20",
            "2026年6月20日",
            "20260620",
            " 2026/6/20 0:00:00 ",
            "2026-06-20T00:00:00",
        ] {
            assert_eq!(read_day(text), day, "{text}");
        }
        for text in [
            "",
            "去年",
            "6/20",
            "26/6/20",
            "2026/13/1",
            "2026-02-30",
            "2026-6",
            "2026-06-20-1",
            "46193",
            "２０２６0620",
        ] {
            assert_eq!(read_day(text), None, "{text}");
        }
    }
}
