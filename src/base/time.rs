//! Instants, business days and the periods that boards and caps are counted by.
//!
//! A business day is the calendar date at +08:00 (the enterprise's zone, without daylight saving), whatever the
//! machine's own zone is. Instants are stored as whole microseconds since 1970 UTC and shown with `+08:00`.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, Timelike, Weekday};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Date, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

use super::crypto::digest;
use super::text::{chinese_digit, chinese_number};

const ENTERPRISE_OFFSET_SECONDS: i32 = 8 * 3600;

fn enterprise_zone() -> FixedOffset {
    FixedOffset::east_opt(ENTERPRISE_OFFSET_SECONDS).expect("eight hours are a valid offset")
}

/// An instant in UTC, in whole microseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, ToSchema)]
#[diesel(sql_type = BigInt)]
#[schema(value_type = String, format = DateTime, examples("2026-07-01T07:50:00+08:00"))]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Timestamp(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Timestamp(self.0 + seconds * 1_000_000)
    }

    /// Seconds from `earlier` to this instant; negative when `earlier` is later.
    pub const fn seconds_since(self, earlier: Timestamp) -> i64 {
        (self.0 - earlier.0).div_euclid(1_000_000)
    }

    /// The business day that this instant falls on.
    pub fn day(self) -> Day {
        Day(self.local().date_naive())
    }

    /// The time of day by the clock of the enterprise.
    pub fn wall_time(self) -> WallTime {
        WallTime(self.local().time())
    }

    /// As a Chinese sentence says it, by the clock of the enterprise: 12月3日18时, and 12月3日18时05分 where there are minutes.
    pub fn in_chinese(self) -> String {
        let local = self.local();
        let minutes = if local.minute() == 0 { String::new() } else { format!("{:02}分", local.minute()) };
        format!("{}{}时{minutes}", self.day().in_chinese(), local.hour())
    }

    /// As spreadsheets take it for a time, by the clock of the enterprise: 2026-12-03 18:05:09.
    pub fn in_sheet(self) -> String {
        self.local().format("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn local(self) -> DateTime<FixedOffset> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default().with_timezone(&enterprise_zone())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        if self.0 % 1_000_000 == 0 {
            write!(f, "{}", local.format("%Y-%m-%dT%H:%M:%S%:z"))
        } else {
            write!(f, "{}", local.format("%Y-%m-%dT%H:%M:%S%.6f%:z"))
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|at| Timestamp(at.timestamp_micros()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(|_| de::Error::custom("应为带时区的时间，如 2026-07-01T07:50:00+08:00"))
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Timestamp
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Timestamp
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(value).map(Timestamp)
    }
}

/// The time, one to four minutes later when it is the hour or the half hour: everybody's messages leave then, and platforms
/// are busy. By how much is drawn from `lot`, so that what was said for the same time does not all leave in one minute.
pub fn off_the_half_hour(time: NaiveTime, lot: &[u8]) -> NaiveTime {
    let minutes = 1 + i64::from(digest(lot)[0] % 4);
    if time.minute().is_multiple_of(30) { time.overflowing_add_signed(TimeDelta::minutes(minutes)).0 } else { time }
}

/// A time of day on the enterprise's clock, HH:MM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime(pub NaiveTime);

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let complaint = || de::Error::custom("应为时间，如 07:50");
        match NaiveTime::parse_from_str(&text, "%H:%M") {
            Ok(time) if text.len() == 5 => Ok(WallTime(time)),
            _ => Err(complaint()),
        }
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%H:%M"))
    }
}

impl Serialize for WallTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A business day 业务日: a calendar date at +08:00.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, ToSchema)]
#[diesel(sql_type = Date)]
#[schema(value_type = String, format = Date, examples("2026-07-01"))]
pub struct Day(NaiveDate);

impl Day {
    /// The last day that is ever written; 2999-12-31.
    pub const LAST: Day = Day(match NaiveDate::from_ymd_opt(2999, 12, 31) {
        Some(day) => day,
        None => NaiveDate::MAX,
    });

    /// The first instant of the day (00:00 at +08:00).
    pub fn start(self) -> Timestamp {
        self.at(NaiveTime::MIN)
    }

    /// The instant at which the clock on the wall shows `time` on this day.
    pub fn at(self, time: NaiveTime) -> Timestamp {
        let local = self.0.and_time(time) - TimeDelta::seconds(ENTERPRISE_OFFSET_SECONDS.into());
        Timestamp(local.and_utc().timestamp_micros())
    }

    pub fn next(self) -> Day {
        self.plus_days(1)
    }

    pub fn previous(self) -> Day {
        Day(self.0.checked_sub_days(Days::new(1)).unwrap_or(self.0))
    }

    pub fn plus_days(self, days: u64) -> Day {
        Day(self.0.checked_add_days(Days::new(days)).unwrap_or(self.0))
    }

    pub fn minus_days(self, days: u64) -> Day {
        Day(self.0.checked_sub_days(Days::new(days)).unwrap_or(self.0))
    }

    /// The day of that date, if there is one.
    pub fn of(year: i32, month: u32, day: u32) -> Option<Day> {
        NaiveDate::from_ymd_opt(year, month, day).map(Day)
    }

    /// The date, for libraries that want one.
    pub fn date(self) -> NaiveDate {
        self.0
    }

    /// Whether it is a Saturday or a Sunday. Holidays, and the days that are worked for them, change by decree each year:
    /// they are known to the calendar of the enterprise.
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// As a Chinese sentence says it: 12月3日.
    pub fn in_chinese(self) -> String {
        format!("{}月{}日", self.0.month(), self.0.day())
    }

    /// As it is said where it may be read years later: 2026年12月3日.
    pub fn in_chinese_with_year(self) -> String {
        format!("{}年{}", self.0.year(), self.in_chinese())
    }

    /// As a sentence of `today` says it, with the year where that is another one: 2028年12月31日.
    pub fn in_chinese_on(self, today: Day) -> String {
        if self.0.year() == today.0.year() { self.in_chinese() } else { self.in_chinese_with_year() }
    }

    /// Year, month from 1 to 12, and day of the month.
    pub fn parts(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// In Chinese numerals, as it stands under documents: 二〇二二年五月十三日.
    pub fn in_chinese_numerals(self) -> String {
        let (year, month, day) = self.parts();
        let year: String = year.to_string().chars().map(chinese_digit).collect();
        format!("{year}年{}月{}日", chinese_number(month), chinese_number(day))
    }

    /// Days since 1970-01-01; a stable seed and a compact key.
    pub fn number(self) -> i32 {
        self.0.to_epoch_days()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = String;

    /// Reads `YYYY-MM-DD`, years 1900 to 2999.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let complaint = || "应为日期，如 2026-07-01".to_owned();
        if text.len() != 10 {
            return Err(complaint());
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|date| (1900..3000).contains(&date.year()))
            .map(Day)
            .ok_or_else(complaint)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl ToSql<Date, Pg> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Date, Pg>::to_sql(&self.0, out)
    }
}

impl FromSql<Date, Pg> for Day {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Date, Pg>::from_sql(value).map(Day)
    }
}

// SQLite keeps days as text; diesel would format and parse them by patterns, a dozen of them for each award.

impl ToSql<Date, Sqlite> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        let mut text = String::with_capacity("2026-07-01".len());
        write!(text, "{self}")?;
        out.set_value(text);
        Ok(IsNull::No)
    }
}

impl FromSql<Date, Sqlite> for Day {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Day(text.parse::<NaiveDate>()?))
    }
}

crate::words!(
    /// A length of business time over which points are ranked and capped. Weeks begin on Monday.
    Period {
        Day = "day" / "日",
        Week = "week" / "周",
        Month = "month" / "月",
        Quarter = "quarter" / "季",
        Year = "year" / "年",
        All = "all" / "全部",
    }
);

impl Period {
    /// The first day of the period that `day` lies in; `All` begins on 1970-01-01.
    pub fn start(self, day: Day) -> Day {
        let date = day.0;
        let first = |month: u32| NaiveDate::from_ymd_opt(date.year(), month, 1).expect("the first of a month exists");
        Day(match self {
            Period::Day => date,
            Period::Week => date - Days::new(date.weekday().num_days_from_monday().into()),
            Period::Month => first(date.month()),
            Period::Quarter => first((date.month() - 1) / 3 * 3 + 1),
            Period::Year => first(1),
            Period::All => NaiveDate::default(),
        })
    }

    /// The first day after the period that `day` lies in; `All` ends never, shown as 3000-01-01.
    pub fn end(self, day: Day) -> Day {
        let start = self.start(day).0;
        Day(match self {
            Period::Day => start + Days::new(1),
            Period::Week => start + Days::new(7),
            Period::Month => start + Months::new(1),
            Period::Quarter => start + Months::new(3),
            Period::Year => start + Months::new(12),
            Period::All => NaiveDate::from_ymd_opt(3000, 1, 1).expect("a valid date"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_in_chinese_numerals() {
        for (given, written) in [
            ("2022-05-13", "二〇二二年五月十三日"),
            ("2026-10-10", "二〇二六年十月十日"),
            ("1999-12-31", "一九九九年十二月三十一日"),
            ("2030-11-20", "二〇三〇年十一月二十日"),
            ("2021-01-01", "二〇二一年一月一日"),
            ("2024-02-29", "二〇二四年二月二十九日"),
        ] {
            let day: Day = serde_json::from_value(given.into()).unwrap();
            assert_eq!(day.in_chinese_numerals(), written);
        }
    }

    #[test]
    fn a_time_on_the_half_hour_moves_by_one_to_four_minutes() {
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let later = |time: NaiveTime, lot: &str| (off_the_half_hour(time, lot.as_bytes()) - time).num_minutes();
        for time in [at(7, 50), at(7, 29), at(7, 31)] {
            assert_eq!(later(time, "any"), 0);
        }
        for time in [at(8, 0), at(23, 30), at(0, 0)] {
            let each: std::collections::BTreeSet<i64> = (0..100).map(|n| later(time, &n.to_string())).collect();
            assert_eq!(each.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
            assert_eq!(later(time, "the same"), later(time, "the same"));
        }
    }

    #[test]
    fn saturdays_and_sundays_are_the_weekend() {
        let rests = |day: &str| day.parse::<Day>().unwrap().is_weekend();
        assert_eq!(["2026-07-10", "2026-07-11", "2026-07-12", "2026-07-13"].map(rests), [false, true, true, false]);
    }

    #[test]
    fn the_business_day_turns_at_midnight_of_the_enterprise() {
        let before: Timestamp = "2026-06-30T15:59:59.999999Z".parse().unwrap();
        let after: Timestamp = "2026-06-30T16:00:00Z".parse().unwrap();
        assert_eq!(before.day().to_string(), "2026-06-30");
        assert_eq!(after.day().to_string(), "2026-07-01");
        assert_eq!(after.day().start(), after);
        assert_eq!(after.to_string(), "2026-07-01T00:00:00+08:00");
    }

    #[test]
    fn a_sentence_says_an_instant_as_people_do() {
        let told = |text: &str| text.parse::<Timestamp>().unwrap().in_chinese();
        assert_eq!(told("2026-12-03T18:00:00+08:00"), "12月3日18时");
        assert_eq!(told("2026-12-03T18:05:59+08:00"), "12月3日18时05分");
        assert_eq!(told("2026-12-31T16:00:00Z"), "1月1日0时");
        assert_eq!("2026-01-20".parse::<Day>().unwrap().in_chinese(), "1月20日");
        let on = |day: &str| "2028-12-31".parse::<Day>().unwrap().in_chinese_on(day.parse().unwrap());
        assert_eq!((on("2026-07-01"), on("2028-01-01")), ("2028年12月31日".into(), "12月31日".into()));
    }

    #[test]
    fn periods_follow_the_calendar_and_weeks_begin_on_monday() {
        let day: Day = "2026-11-20".parse().unwrap();
        let starts: Vec<_> = Period::EACH.iter().map(|p| p.start(day).to_string()).collect();
        assert_eq!(starts, ["2026-11-20", "2026-11-16", "2026-11-01", "2026-10-01", "2026-01-01", "1970-01-01"]);
        let ends: Vec<_> = Period::EACH.iter().map(|p| p.end(day).to_string()).collect();
        assert_eq!(ends, ["2026-11-21", "2026-11-23", "2026-12-01", "2027-01-01", "2027-01-01", "3000-01-01"]);
    }

    #[test]
    fn a_day_is_read_strictly() {
        for bad in ["2026-7-1", "2026-02-30", "0001-01-01", "2026-07-01x", "二〇二六年"] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }
}
