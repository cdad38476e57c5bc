//! What is allowed, and what a report is to its day.

pub mod bulletin;
pub mod flow;
pub mod periods;

use crate::base::approval::NoAnswer;
use crate::base::form::{self, Bounds, Fault, Form};
use crate::base::period::Span;
use crate::base::sheet::layout::LayoutError;
use crate::base::time::Day;
use crate::base::version::{LastChange, Outdated, SeenState};
use crate::db;
use crate::doing::tasks;
use crate::ground::bulletins;
use crate::ground::files::AttachRefusal;

use super::model::{
    NewForm, ReportCycle, ReportForm, ReportFormState, ReportHead, ReportLight, ReportOccasion, ReportStanding,
    ReportState,
};

/// A no of this room.
#[derive(Debug)]
pub enum Refusal {
    NoSuchForm,
    NoSuchPeriod,
    NoSuchReport,
    NoSuchRequest,
    NoSuchCorrection,
    NoSuchPreset,
    NoSuchUnit,
    NoSuchOwner,
    OutOfReach,
    /// No unit of that kind stands below the unit that asks.
    NobodyOwes,
    /// The form itself, below `/form`.
    BadForm(Vec<Fault>),
    /// A window that no period has; the field, and what it has to be.
    BadWindow {
        field: &'static str,
        message: &'static str,
    },
    /// The last day is nearer than the lead time.
    TooSoon {
        days: u64,
    },
    /// The form is in another state.
    WrongFormState(ReportFormState),
    /// The report is in another state.
    WrongState(ReportState),
    /// Answers, below `/answers`.
    BadAnswers(Vec<Fault>),
    Outdated(Outdated),
    /// The form knows no report without a change.
    NoChangeUnknown,
    /// There were as many periods running without a change as there may be.
    ChangedNothingTooOften,
    OwnReport,
    NoAnswer(NoAnswer),
    /// Its day is over.
    PastDue,
    /// Another request waits for its answer.
    RequestWaits,
    /// It has to be after the day on which it is due, and at most so many days.
    BadDeferral {
        most: u64,
    },
    /// The program fills in no such field.
    NotFilled,
    Answered,
    /// It came by its day, or can still do so.
    NotLate,
    /// What the tasks room says to a task of a report.
    Task(tasks::Refusal),
    BadSpan,
    Bulletin(bulletins::Refusal),
    BadBulletin(String),
    Files(AttachRefusal),
    BadLayout(LayoutError),
    KeyReused,
}

impl db::Refusal for Refusal {}

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

impl From<bulletins::Refusal> for Refusal {
    fn from(refusal: bulletins::Refusal) -> Self {
        Refusal::Bulletin(refusal)
    }
}

/// What a form of this room may ask: less burden, short texts and tables, no photograph that must be.
const BOUNDS: Bounds = Bounds { text: 300, rows: 10, requires_photos: false };
/// Days by which something may be deferred.
pub const MOST_DEFERRED: u64 = 31;
/// Periods running that may be without a change.
pub const MOST_UNCHANGED: usize = 2;
/// Days before the day on which a report is due from which it is due soon.
const SOON_DAYS: u64 = 3;
/// Days after that day on which somebody is still reminded.
const REMINDED_DAYS: u64 = 7;

/// Whether the form can be asked: its fields, and its window.
pub fn check_new(new: &NewForm, is_fact: impl Fn(&str) -> bool) -> Result<(), Refusal> {
    check_form(&new.form, is_fact)?;
    let (opens, due) = (new.opens_day, new.due_after);
    let (most_opens, most_due) = match new.cycle {
        ReportCycle::Week => (7, 6),
        _ => (31, 31),
    };
    if new.cycle == ReportCycle::Once {
        return match new.due_on {
            Some(_) => Ok(()),
            None => Err(Refusal::BadWindow { field: "/due_on", message: "一次性报送须写明截止日期" }),
        };
    }
    if new.due_on.is_some() {
        return Err(Refusal::BadWindow {
            field: "/due_on", message: "定期报送的截止日期由周期推算，不另写"
        });
    }
    if !(1..=most_opens).contains(&opens) {
        let message = "开始填报日须是星期几（1 到 7）或期末当月的几日（1 到 31）";
        return Err(Refusal::BadWindow { field: "/opens_day", message });
    }
    if !(0..=most_due).contains(&due) {
        let message = "截止日须在期满后 31 天之内（每周的在 6 天之内）";
        return Err(Refusal::BadWindow { field: "/due_after", message });
    }
    Ok(())
}

/// Whether the fields can be asked.
pub fn check_form(form: &Form, is_fact: impl Fn(&str) -> bool) -> Result<(), Refusal> {
    let mut faults = form::flaws(form, BOUNDS);
    for (index, field) in form.fields.iter().enumerate() {
        if field.fact.as_deref().is_some_and(|fact| !is_fact(fact)) {
            let (pointer, message) = (format!("/fields/{index}/fact"), "没有这项事实".to_owned());
            faults.push(Fault { pointer, code: "no_such_fact", message });
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::BadForm(faults)) }
}

/// Whether a form may go on, be changed or ended.
pub fn check_active(form: &ReportForm) -> Result<(), Refusal> {
    match form.state {
        ReportFormState::Active => Ok(()),
        state => Err(Refusal::WrongFormState(state)),
    }
}

/// What a report is to its day on `today`.
pub fn standing(report: &ReportHead, today: Day) -> ReportStanding {
    match (report.state, report.first_submitted_at) {
        (ReportState::Exempt | ReportState::Void, _) => ReportStanding::Excused,
        (_, Some(at)) if at.day() > report.due_on => ReportStanding::Late,
        (_, Some(_)) => ReportStanding::OnTime,
        (_, None) if today > report.due_on => ReportStanding::Missing,
        (_, None) => ReportStanding::Open,
    }
}

/// In which colour a report is shown on `today`.
pub fn light(report: &ReportHead, today: Day) -> ReportLight {
    match (report.state, standing(report, today)) {
        (ReportState::Reviewed, _) => ReportLight::Green,
        (_, ReportStanding::Excused) => ReportLight::Grey,
        (_, ReportStanding::Missing) => ReportLight::Red,
        (ReportState::Returned, _) => ReportLight::Amber,
        (ReportState::Submitted, _) => ReportLight::Blue,
        _ if report.due_on <= today.plus_days(SOON_DAYS) => ReportLight::Amber,
        _ if report.edited_at.is_some() => ReportLight::Blue,
        _ => ReportLight::Grey,
    }
}

/// Whether a draft, or what is handed in, was made of the present state: everybody who sees another one hears who changed
/// it and when, also from himself on another device. Who names no state may only write where nobody has written.
pub fn check_seen(last: LastChange, is_edited: bool, seen: Option<SeenState>) -> Result<(), Refusal> {
    let is_present = match seen {
        Some(seen) => seen.version == last.version,
        None => !is_edited,
    };
    if is_present { Ok(()) } else { Err(Refusal::Outdated(Outdated { by: last.by, at: Some(last.at) })) }
}

/// Whether something may be handed in without a change after what came before, the newest first.
pub fn check_unchanged(form: &ReportForm, before: &[bool]) -> Result<(), Refusal> {
    if !form.allows_no_change {
        return Err(Refusal::NoChangeUnknown);
    }
    let running = before.iter().take_while(|unchanged| **unchanged).count();
    if running >= MOST_UNCHANGED { Err(Refusal::ChangedNothingTooOften) } else { Ok(()) }
}

/// The days on which reports are due of which somebody is reminded on `today`, both included.
pub fn reminded(today: Day) -> (Day, Day) {
    (today.minus_days(REMINDED_DAYS), today.plus_days(SOON_DAYS))
}

/// Why somebody is reminded on `today` of what is due on a day.
pub fn occasion(due: Day, today: Day) -> ReportOccasion {
    match due {
        due if due > today => ReportOccasion::Soon,
        due if due == today => ReportOccasion::Today,
        _ => ReportOccasion::Late,
    }
}

/// The periods from which an overview may be taken.
pub fn check_span(span: Span) -> Result<(), Refusal> {
    let is_good = span.first < span.end && span.first.plus_days(800) >= span.end;
    if is_good { Ok(()) } else { Err(Refusal::BadSpan) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::time::Timestamp;

    #[test]
    fn late_counts_from_what_came_first_and_missing_begins_on_the_day_after() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let head = |state, first_submitted_at| ReportHead {
            id: Uuid::nil().into(),
            period_id: Uuid::nil().into(),
            form_id: Uuid::nil().into(),
            unit_id: Uuid::nil().into(),
            state,
            edited_at: None,
            submitted_at: first_submitted_at,
            first_submitted_at,
            no_change: false,
            due_on: day("2026-07-06"),
            first_due_on: day("2026-07-06"),
        };
        use ReportState::*;
        for (state, first, today, standing_then, light_then) in [
            (Due, None, "2026-07-02", ReportStanding::Open, ReportLight::Grey),
            (Due, None, "2026-07-03", ReportStanding::Open, ReportLight::Amber),
            (Due, None, "2026-07-06", ReportStanding::Open, ReportLight::Amber),
            (Due, None, "2026-07-07", ReportStanding::Missing, ReportLight::Red),
            (Submitted, at("2026-07-06T23:59:59+08:00"), "2026-07-07", ReportStanding::OnTime, ReportLight::Blue),
            (Submitted, at("2026-07-07T00:00:00+08:00"), "2026-07-07", ReportStanding::Late, ReportLight::Blue),
            (Returned, at("2026-07-05T08:00:00+08:00"), "2026-07-20", ReportStanding::OnTime, ReportLight::Amber),
            (Reviewed, at("2026-07-07T08:00:00+08:00"), "2026-07-20", ReportStanding::Late, ReportLight::Green),
            (Exempt, None, "2026-07-20", ReportStanding::Excused, ReportLight::Grey),
            (Void, None, "2026-07-20", ReportStanding::Excused, ReportLight::Grey),
        ] {
            let head = head(state, first);
            assert_eq!(standing(&head, day(today)), standing_then, "{state} on {today}");
            assert_eq!(light(&head, day(today)), light_then, "{state} on {today}");
        }
        let due = day("2026-07-06");
        assert_eq!(occasion(due, day("2026-07-03")), ReportOccasion::Soon);
        assert_eq!(occasion(due, due), ReportOccasion::Today);
        assert_eq!(occasion(due, day("2026-07-07")), ReportOccasion::Late);
    }
}
