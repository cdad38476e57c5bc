//! When study comes out, and how long yesterday still counts.

use chrono::NaiveTime;

use crate::base::capability::Capability;
use crate::base::time::{Day, Timestamp};
use crate::config;
use crate::kernel::calendar::Calendar;
use crate::kernel::settings::Setting;
use crate::kernel::uptime::Uptime;

/// How long after midnight a day's opened reading, fetched paper and begun run still count: one for everything learnt.
#[derive(Clone)]
pub struct Grace {
    hours: Setting,
    uptime: Uptime,
}

const LONGEST_HOURS: i64 = 18;

/// By how much downtime lengthens a grace at most.
const LENGTHENED_SECONDS: i64 = 24 * 3600;

impl Grace {
    /// The longest that it may ever have been: within it lies everything that was handed in for a day.
    pub const LONGEST_SECONDS: i64 = LONGEST_HOURS * 3600 + LENGTHENED_SECONDS;

    /// When nothing counts for `day` any more: it is final. What was in force at midnight decides, since a change would else
    /// open again what is final, or close what members were told is open; and the time during which nobody could hand in
    /// anything is added.
    pub fn final_at(&self, day: Day) -> Timestamp {
        let (midnight, hours) = (day.next().start(), self.hours.get_at_start_of(day.next()));
        self.uptime.lengthened(midnight, hours * 3600, LENGTHENED_SECONDS)
    }

    /// The first day for which something can still be done at `now`: today, or one before whose grace is not over.
    pub fn open_from(&self, now: Timestamp) -> Day {
        let mut day = now.day();
        while now < self.final_at(day.previous()) {
            day = day.previous();
        }
        day
    }
}

/// The room's settings.
#[derive(Clone)]
pub struct Timetable {
    push_at: Setting,
    pub grace: Grace,
    pub uptime: Uptime,
    pub calendar: Calendar,
}

impl Timetable {
    /// By default what the environment says.
    pub fn new(defaults: &config::Timetable, uptime: Uptime, calendar: Calendar) -> Timetable {
        let push_at = Setting::time(
            "study.push_at",
            ("学习推送的发布时间（此后安排的推送）", "When study pushes planned from now on are published"),
            Capability::ManageContent,
            defaults.push_at,
        )
        .off_the_half_hour();
        let hours = Setting::number(
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
        Timetable { push_at, grace: Grace { hours, uptime: uptime.clone() }, uptime, calendar }
    }

    /// When pushes are published that do not say otherwise.
    pub fn push_at(&self) -> NaiveTime {
        self.push_at.time_of_day()
    }

    pub fn settings(&self) -> [Setting; 2] {
        [self.push_at.clone(), self.grace.hours.clone()]
    }
}
