//! What is refused, and which months a period has.

use crate::base::period::Span;
use crate::base::time::{Day, Period};

/// Why nothing is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoSuchFact,
    NoSuchUnit,
    OutOfReach,
    /// Facts are told of months, quarters and years.
    BadPeriod,
    /// Too few belong to the unit for a share without names.
    TooFew,
}

impl crate::db::Refusal for Refusal {}

/// Periods of a series, the last one included.
const SERIES: [(Period, usize); 3] = [(Period::Month, 12), (Period::Quarter, 8), (Period::Year, 5)];

/// The periods of that length up to the one in which `day` lies, oldest first.
pub fn series(period: Period, day: Day) -> Result<Vec<Span>, Refusal> {
    let (_, many) = SERIES.into_iter().find(|(known, _)| *known == period).ok_or(Refusal::BadPeriod)?;
    let last = Span::of(period, day);
    let before = |span: &Span| Some(Span::of(period, span.first.previous()));
    let mut spans: Vec<Span> = std::iter::successors(Some(last), before).take(many).collect();
    spans.reverse();
    Ok(spans)
}

/// The month in which the day lies.
pub fn month_of(day: Day) -> Span {
    Span::of(Period::Month, day)
}

/// The months that make up a period.
pub fn months(span: Span) -> impl Iterator<Item = Span> {
    let next = |month: &Span| Some(month_of(month.end));
    std::iter::successors(Some(month_of(span.first)), next).take_while(move |month| month.first < span.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_its_months() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let firsts = |span| months(span).map(|month| month.first.to_string()).collect::<Vec<_>>();
        assert_eq!(firsts(Span::of(Period::Quarter, day("2027-02-10"))), ["2027-01-01", "2027-02-01", "2027-03-01"]);
        assert_eq!(firsts(Span::of(Period::Month, day("2028-02-29"))), ["2028-02-01"]);
        assert_eq!(firsts(Span::of(Period::Year, day("2026-12-31"))).len(), 12);
        let series = series(Period::Month, day("2026-02-28")).unwrap();
        assert_eq!((series.len(), series[0].first), (12, day("2025-03-01")));
        assert_eq!(super::series(Period::Week, day("2026-02-28")), Err(Refusal::BadPeriod));
    }
}
