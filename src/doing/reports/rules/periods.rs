//! Periods of a form: which days they have, when they open and when they are due. Days off are for the caller to move.

use crate::base::period::Span;
use crate::base::time::{Day, Period};
use crate::doing::reports::model::{ReportCycle, ReportForm};

/// The period of a cycle in which `day` lies; what is due once has the days from its opening to its end.
pub fn span(form: &ReportForm, day: Day) -> Span {
    span_of(form.cycle, day).unwrap_or(Span { first: form.starts_on, end: form.ends_on.next() })
}

/// The same of the cycle alone; `None` for what is due once.
pub fn span_of(cycle: ReportCycle, day: Day) -> Option<Span> {
    Some(match cycle {
        ReportCycle::Once => return None,
        ReportCycle::Week => Span::of(Period::Week, day),
        ReportCycle::Month => Span::of(Period::Month, day),
        ReportCycle::Quarter => Span::of(Period::Quarter, day),
        ReportCycle::Year => Span::of(Period::Year, day),
        ReportCycle::HalfYear => {
            let year = Span::of(Period::Year, day);
            let middle = Day::of(day.parts().0, 7, 1).unwrap_or(year.end);
            if day < middle { Span { first: year.first, end: middle } } else { Span { first: middle, end: year.end } }
        }
    })
}

/// On which day a period opens: the `opens_day` of the week, or of its last month, whose last day it is where the month has
/// not so many.
pub fn opens_on(form: &ReportForm, span: Span) -> Day {
    let last = span.end.previous();
    let day = u64::try_from(form.opens_day.max(1)).unwrap_or(1);
    match form.cycle {
        ReportCycle::Once => span.first,
        ReportCycle::Week => span.first.plus_days(day - 1).min(last),
        _ => Period::Month.start(last).plus_days(day - 1).min(last),
    }
}

/// Until which day a period is due by its window.
pub fn due_on(form: &ReportForm, span: Span) -> Day {
    let last = span.end.previous();
    match form.cycle {
        ReportCycle::Once => last,
        _ => last.plus_days(u64::try_from(form.due_after).unwrap_or(0)),
    }
}

/// What a period is called.
pub fn label(cycle: ReportCycle, first: Day, last: Day) -> String {
    let (year, month, _) = first.parts();
    match cycle {
        ReportCycle::Week => format!("{}—{}", first.in_chinese_with_year(), last.in_chinese()),
        ReportCycle::Month => format!("{year}年{month}月"),
        ReportCycle::Quarter => format!("{year}年第{}季度", (month - 1) / 3 + 1),
        ReportCycle::HalfYear => format!("{year}年{}", if month < 7 { "上半年" } else { "下半年" }),
        ReportCycle::Year => format!("{year}年"),
        ReportCycle::Once => format!("{}前", last.in_chinese_with_year()),
    }
}

/// The months that a span has days of.
pub fn months(span: Span) -> Vec<Span> {
    let mut months = Vec::new();
    let mut at = Period::Month.start(span.first);
    while at < span.end {
        let month = Span::of(Period::Month, at);
        months.push(month);
        at = month.end;
    }
    months
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::time::Timestamp;
    use crate::doing::reports::model::ReportFormState;

    fn form(cycle: ReportCycle, opens_day: i32, due_after: i32) -> ReportForm {
        let day: Day = "2026-01-01".parse().unwrap();
        ReportForm {
            id: Uuid::nil().into(),
            unit_id: Uuid::nil().into(),
            title: String::new(),
            basis: String::new(),
            reader: String::new(),
            owner_id: Uuid::nil().into(),
            unit_kind: String::new(),
            cycle,
            opens_day,
            due_after,
            allows_no_change: true,
            preset: None,
            state: ReportFormState::Active,
            over_limit: false,
            version: 1,
            starts_on: day,
            ends_on: "2026-12-31".parse().unwrap(),
            next_on: day,
            created_by: Uuid::nil().into(),
            created_at: Timestamp::from_micros(0),
            answered_by: None,
            answered_at: None,
            answer: None,
            opens_task: false,
        }
    }

    #[test]
    fn windows_hold_in_short_months_and_over_the_year_s_end() {
        use ReportCycle::*;
        for (cycle, opens, due, day, expected) in [
            (Month, 25, 5, "2026-06-30", ["2026-06-01", "2026-06-30", "2026-06-25", "2026-07-05", "2026年6月"]),
            (Month, 31, 0, "2026-02-10", ["2026-02-01", "2026-02-28", "2026-02-28", "2026-02-28", "2026年2月"]),
            (Month, 30, 1, "2028-02-29", ["2028-02-01", "2028-02-29", "2028-02-29", "2028-03-01", "2028年2月"]),
            (Month, 25, 5, "2026-12-31", ["2026-12-01", "2026-12-31", "2026-12-25", "2027-01-05", "2026年12月"]),
            (
                Week,
                5,
                0,
                "2026-12-31",
                ["2026-12-28", "2027-01-03", "2027-01-01", "2027-01-03", "2026年12月28日—1月3日"],
            ),
            (Quarter, 25, 10, "2026-12-31", ["2026-10-01", "2026-12-31", "2026-12-25", "2027-01-10", "2026年第4季度"]),
            (HalfYear, 1, 10, "2026-06-30", ["2026-01-01", "2026-06-30", "2026-06-01", "2026-07-10", "2026年上半年"]),
            (HalfYear, 1, 10, "2026-07-01", ["2026-07-01", "2026-12-31", "2026-12-01", "2027-01-10", "2026年下半年"]),
            (Year, 20, 31, "2026-01-01", ["2026-01-01", "2026-12-31", "2026-12-20", "2027-01-31", "2026年"]),
            (Once, 1, 0, "2026-03-01", ["2026-01-01", "2026-12-31", "2026-01-01", "2026-12-31", "2026年12月31日前"]),
        ] {
            let form = form(cycle, opens, due);
            let span = span(&form, day.parse().unwrap());
            let last = span.end.previous();
            let days = [span.first, last, opens_on(&form, span), due_on(&form, span)].map(|day| day.to_string());
            let told = days.into_iter().chain([label(cycle, span.first, last)]).collect::<Vec<_>>();
            assert_eq!(told, expected, "{cycle} of {day}");
        }
        let half = span(&form(HalfYear, 1, 0), "2026-12-31".parse().unwrap());
        assert_eq!(months(half).len(), 6);
    }
}
