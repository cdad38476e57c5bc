//! When a period is final 定局: it is over, and what may still come in for its last day had its time.
//!
//! Until then what is made of it is provisional and may be computed again; afterwards it stands, and a correction is an
//! entry of the day on which it is made.

use super::time::{Day, Period, Timestamp};

/// How far a period has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has not begun.
    Ahead,
    Running,
    /// It is over, and late entries for its last day are still taken.
    InGrace,
    Final,
}

/// Days on end: a month, a quarter, a season that an enterprise made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first day.
    pub first: Day,
    /// The day after its last.
    pub end: Day,
}

impl Span {
    /// The period of that length in which `day` lies.
    pub fn of(period: Period, day: Day) -> Span {
        Span { first: period.start(day), end: period.end(day) }
    }

    /// When it is final, if late entries are taken for `grace_seconds` after its last day.
    pub fn final_at(&self, grace_seconds: i64) -> Timestamp {
        self.end.start().plus_seconds(grace_seconds)
    }

    /// When it is final, if late entries are taken on so many days after its last, as for a month until the fifth of the
    /// next one.
    pub fn final_after(&self, grace_days: u64) -> Timestamp {
        self.end.plus_days(grace_days).start()
    }

    /// How far it has come by `now`, with its grace.
    pub fn progress(&self, now: Timestamp, grace_seconds: i64) -> Progress {
        match now {
            now if now < self.first.start() => Progress::Ahead,
            now if now < self.end.start() => Progress::Running,
            now if now < self.final_at(grace_seconds) => Progress::InGrace,
            _ => Progress::Final,
        }
    }
}

/// The newest day that is final at `now`.
pub fn newest_final_day(now: Timestamp, grace_seconds: i64) -> Day {
    now.plus_seconds(-grace_seconds).day().previous()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIX_HOURS: i64 = 6 * 3600;

    #[test]
    fn a_period_is_final_when_its_last_day_s_grace_is_over() {
        let (day, at) = (|text: &str| text.parse::<Day>().unwrap(), |text: &str| text.parse::<Timestamp>().unwrap());
        let quarter = Span::of(Period::Quarter, day("2026-08-15"));
        assert_eq!((quarter.first, quarter.end), (day("2026-07-01"), day("2026-10-01")));
        for (now, progress) in [
            ("2026-06-30T23:59:59+08:00", Progress::Ahead),
            ("2026-07-01T00:00:00+08:00", Progress::Running),
            ("2026-09-30T23:59:59+08:00", Progress::Running),
            ("2026-10-01T00:00:00+08:00", Progress::InGrace),
            ("2026-10-01T05:59:59+08:00", Progress::InGrace),
            ("2026-10-01T06:00:00+08:00", Progress::Final),
        ] {
            assert_eq!(quarter.progress(at(now), SIX_HOURS), progress, "{now}");
        }
        assert_eq!(Span::of(Period::Month, day("2026-07-09")).final_after(4), day("2026-08-05").start());
        let season = Span { first: day("2026-03-15"), end: day("2026-07-02") };
        assert_eq!(season.progress(at("2026-07-02T01:00:00+08:00"), SIX_HOURS), Progress::InGrace);
        assert_eq!(
            Span::of(Period::All, day("2026-07-01")).progress(at("2026-07-01T00:00:00+08:00"), 0),
            Progress::Running
        );
    }

    #[test]
    fn yesterday_is_final_once_its_grace_is_over() {
        let newest = |text: &str| newest_final_day(text.parse().unwrap(), SIX_HOURS).to_string();
        assert_eq!(newest("2026-07-02T05:59:59+08:00"), "2026-06-30");
        assert_eq!(newest("2026-07-02T06:00:00+08:00"), "2026-07-01");
    }
}
