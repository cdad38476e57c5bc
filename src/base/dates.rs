//! What has a day, as calendars show it. Pure.

use super::id::UnitId;
use super::person::Person;
use super::time::{Day, Timestamp};

crate::words!(
    /// What kind of thing has a day.
    DateKind {
        /// Something to study.
        Push = "push" / "学习推送",
        /// A contest, from its opening to its end.
        Contest = "contest" / "知识竞赛",
        /// A stage of a selection, from its opening to its end.
        Stage = "stage" / "评选环节",
        Meeting = "meeting" / "会议",
        /// Something waits on the desk until then.
        Due = "due" / "待办",
        /// A day that is the same every year, or a holiday.
        FixedDay = "fixed_day" / "节日与纪念日",
    }
);

/// The days that are looked at, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    pub from: Day,
    pub until: Day,
}

impl Days {
    pub fn contains(self, day: Day) -> bool {
        (self.from..=self.until).contains(&day)
    }

    /// When the first day begins, and the day after the last.
    pub fn instants(self) -> (Timestamp, Timestamp) {
        (self.from.start(), self.until.next().start())
    }
}

/// When something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The whole day.
    On(Day),
    /// From an instant, and to another one where its end is known.
    At(Timestamp, Option<Timestamp>),
}

impl When {
    /// Its first day.
    pub fn day(self) -> Day {
        match self {
            When::On(day) => day,
            When::At(from, _) => from.day(),
        }
    }

    /// Its last day. What ends at midnight ends on the day before.
    pub fn last_day(self) -> Day {
        match self {
            When::On(day) => day,
            When::At(from, None) => from.day(),
            When::At(from, Some(until)) => until.plus_seconds(-1).day().max(from.day()),
        }
    }

    /// What comes first of a day: what takes the whole of it.
    pub fn order(self) -> (Day, Option<Timestamp>) {
        match self {
            When::On(day) => (day, None),
            When::At(from, _) => (from.day(), Some(from)),
        }
    }
}

/// Something that has a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    pub kind: DateKind,
    /// What tells it from everything else that has a day, the same each time it is told.
    pub key: String,
    pub title: String,
    pub when: When,
    pub place: Option<String>,
    /// Where it is found, as notices link; `None` where there is nothing to open.
    pub link: Option<String>,
}

/// The units whose dates are `person`'s: where he is at home, what lies above, and where he holds duties.
pub fn units_of(person: &Person) -> Vec<UnitId> {
    let mut units: Vec<UnitId> =
        person.path.iter().copied().chain(person.duties.iter().map(|duty| duty.unit)).collect();
    units.sort_unstable();
    units.dedup();
    units
}
