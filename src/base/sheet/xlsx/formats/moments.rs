//! Days and times.

use chrono::{Datelike, Days, NaiveDate};

use super::numerals::{Numerals, chinese_month, spoken};
use super::{Item, Section};

impl Section {
    /// `None` for what is no day: before 1900 and after 9999.
    pub(super) fn moment(&self, serial: f64, since_1904: bool) -> Option<String> {
        const DAY: f64 = 86_400.0;
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        // as many digits of a second as the cell shows; less is rounded away, the noise of binary fractions with it
        let places =
            self.items.iter().filter_map(|item| if let Item::Fraction(n) = item { Some(*n) } else { None }).max();
        let unit = 10_u64.pow(u32::try_from(places.unwrap_or(0)).unwrap_or(0));
        let total = (serial * DAY * unit as f64).round() as u64;
        let (seconds, part) = (total / unit, total % unit);
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        let date = day(days, since_1904)?;
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        let halves = self.items.iter().any(|item| matches!(item, Item::HalfDay { .. }));
        let shown_hour = if halves { (hour + 11) % 12 + 1 } else { hour };
        let mut shown = String::new();
        for item in &self.items {
            match item {
                Item::Words(words) => shown.push_str(words),
                Item::Year(run) if *run <= 2 => shown += &self.digits(&format!("{:02}", date.year() % 100)),
                Item::Year(_) => shown += &self.digits(&format!("{:04}", date.year())),
                Item::Month(run) => shown += &self.month(date.month(), *run),
                Item::Day(run @ 3..) => shown += &self.weekday(date, *run),
                Item::Day(run) => shown += &self.count(date.day().into(), *run),
                Item::Weekday(run) => shown += &self.weekday(date, *run + 1).replace('周', ""),
                Item::Hour(run) => shown += &self.count(shown_hour, *run),
                Item::Minute(run) => shown += &self.count(minute, *run),
                Item::Second(run) => shown += &self.count(second, *run),
                Item::Fraction(places) => {
                    let scale = 10_u64.pow(u32::try_from(*places).unwrap_or(0));
                    shown += &format!(".{:0width$}", part * scale / unit, width = *places);
                }
                Item::Elapsed(what, run) => {
                    let all = match what {
                        'h' => seconds / 3_600,
                        'm' => seconds / 60,
                        _ => seconds,
                    };
                    shown += &self.count(all, *run);
                }
                Item::HalfDay { words } => shown.push_str(words[usize::from(hour >= 12)]),
                Item::Slash => shown.push('/'),
                Item::Point => shown.push('.'),
                Item::Comma => shown.push(','),
                Item::Percent => shown.push('%'),
                Item::Digit(c) => shown.push(*c),
                Item::Exponent { .. } | Item::Text | Item::General => {}
            }
        }
        Some(shown)
    }

    /// A part of a date or a time, in the numerals of the section.
    fn count(&self, value: u64, run: usize) -> String {
        match self.numerals {
            Numerals::Arabic | Numerals::Wide => self.digits(&format!("{value:0run$}", run = run.min(9))),
            // 十月, where a plain number would be 一十
            Numerals::Plain | Numerals::Bank => {
                let said = spoken(value, self.numerals);
                let (one, ten) = if self.numerals == Numerals::Bank { ("壹拾", "拾") } else { ("一十", "十") };
                said.strip_prefix(one).map_or(said.clone(), |rest| format!("{ten}{rest}"))
            }
        }
    }

    fn month(&self, month: u32, run: usize) -> String {
        const ENGLISH: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let english = ENGLISH[(month as usize + 11) % 12];
        match run {
            0..=2 => self.count(month.into(), run),
            3 if self.english => english[..3].to_owned(),
            5.. if self.english => english[..1].to_owned(),
            4 if self.english => english.to_owned(),
            3 => format!("{month}月"),
            4 => format!("{}月", chinese_month(month)),
            _ => chinese_month(month),
        }
    }

    fn weekday(&self, date: NaiveDate, run: usize) -> String {
        const ENGLISH: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let at = date.weekday().num_days_from_monday() as usize;
        let chinese = ['一', '二', '三', '四', '五', '六', '日'][at];
        match (self.english, run) {
            (true, ..=3) => ENGLISH[at][..3].to_owned(),
            (true, _) => ENGLISH[at].to_owned(),
            // `ddd` is 周三; three a's stand for the bare character, which the caller makes of it
            (false, ..=3) => format!("周{chinese}"),
            (false, 4) if self.items.contains(&Item::Weekday(3)) => format!("周{chinese}"),
            (false, _) => format!("星期{chinese}"),
        }
    }
}

/// The day with this number; spreadsheets believe that 1900 was a leap year, so the days before its March are counted one
/// higher, and the day 0 is the last of 1899.
fn day(days: u64, since_1904: bool) -> Option<NaiveDate> {
    let epoch = match days {
        _ if since_1904 => NaiveDate::from_ymd_opt(1904, 1, 1),
        0..60 => NaiveDate::from_ymd_opt(1899, 12, 31),
        _ => NaiveDate::from_ymd_opt(1899, 12, 30),
    };
    epoch?.checked_add_days(Days::new(days))
}
