//! When study comes out, and how long yesterday still counts.

use chrono::NaiveTime;

use crate::base::capability::Capability;
use crate::base::time::{Day, Timestamp};
use crate::config;
use crate::kernel::settings::Setting;

/// How long after midnight yesterday's opened reading and fetched paper still count: one for study and quizzes.
#[derive(Clone, Debug)]
pub struct Grace(Setting);

const LONGEST_HOURS: i64 = 18;

impl Grace {
    /// The longest that it may ever have been: within it lies everything that was handed in for a day.
    pub const LONGEST_SECONDS: i64 = LONGEST_HOURS * 3600;

    /// Of the day before `today`. It is what was in force at midnight: a change would else open again what is final, or
    /// close what members were told is open.
    pub fn seconds(&self, today: Day) -> i64 {
        self.0.get_at_start_of(today) * 3600
    }

    /// When the day is final: nothing is taken for it from then on.
    pub fn final_at(&self, day: Day) -> Timestamp {
        day.next().start().plus_seconds(self.seconds(day.next()))
    }
}

/// The room's settings.
#[derive(Clone, Debug)]
pub struct Timetable {
    push_at: Setting,
    pub grace: Grace,
}

impl Timetable {
    /// By default what the environment says.
    pub fn new(defaults: &config::Timetable) -> Timetable {
        let push_at = Setting::time(
            "study.push_at",
            ("学习推送的发布时间（此后安排的推送）", "When study pushes planned from now on are published"),
            Capability::ManageContent,
            defaults.push_at,
        );
        let grace = Setting::number(
            "study.offline_grace_hours",
            (
                "零点后多少小时内仍可补交前一日的学习和答题（改动自次日零点起适用）",
                "Hours after midnight within which yesterday's reading and paper still count; a change holds from the next \
                 midnight on",
            ),
            Capability::ManageContent,
            ((0, LONGEST_HOURS), "小时"),
            defaults.offline_grace_hours.into(),
        );
        Timetable { push_at, grace: Grace(grace) }
    }

    /// When pushes are published that do not say otherwise.
    pub fn push_at(&self) -> NaiveTime {
        self.push_at.time_of_day()
    }

    pub fn grace_seconds(&self, today: Day) -> i64 {
        self.grace.seconds(today)
    }

    pub fn settings(&self) -> [Setting; 2] {
        [self.push_at.clone(), self.grace.0.clone()]
    }
}
