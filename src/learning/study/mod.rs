//! Daily study 每日一学: items, the pushes that publish them, the feed, and reading measured by the server.
//!
//! Tables: `study_items`, `study_pushes`, `study_coverages`, `study_servings`, `study_readings`, `streak_days`, `study_days`. Routes:
//! `/study/items`, `/study/pushes` (with whom each reached by which channel, and one reminder of those who have not read), `/study/feed`, `/study/today`, `/study/readings`, `/me/streak`, `/me/study-hours`.
//!
//! The feed is the truth: published pushes to any ancestor of the member's unit, joined to the member's own readings;
//! nothing is copied to members. [`Study::publish_due`] publishes pushes when their time has come, once however many
//! servers there are. Lends what a member's page of the day shows of it ([`StudyToday`]), and [`open_day`] and [`mark_day`] to rooms that give members something else to do (the daily
//! paper), so that a streak counts both.

mod model;
mod rules;
mod store;

mod actions;
mod pushes;
mod pictures;
mod facts;
mod feed;
mod readings;
mod servings;
mod coverage;
mod deliveries;
mod dates;
mod glance;
mod timetable;
mod versions;

mod api;
mod personal;
mod room;

use diesel::QueryResult;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Tx;
use crate::kernel::calendar::Calendar;

pub use actions::{Draft, STUDY_TOPIC, Study};
pub use api::routes;
pub use glance::{LOOKS, StudyToday, TodaysPushes};
pub use model::{FeedPush, ItemId, PushId, ReadState};
pub use pushes::Plan;
pub use room::open;
pub use rules::streak::Streak;
pub use store::{PlannedPush, list_planned};
pub use timetable::Grace;

/// What the agenda calls pushes that are due.
const PUSHES: &str = "study pushes";

/// What the agenda calls coverage that is to be frozen.
const COVERAGE: &str = "study coverage";

/// What the agenda calls reminders of those who have not read a push.
const REMINDERS: &str = "study reminders";

/// Puts down that `unit` and everything below it has something to do on `day` from now on. The day can break a streak if
/// enough of it is left; one that is for rest never does, whatever becomes of the calendar later.
pub fn open_day(tx: &mut Tx, calendar: &Calendar, unit: UnitId, day: Day) -> QueryResult<()> {
    if calendar.is_for_rest(day) {
        return Ok(());
    }
    let now = tx.now();
    store::insert_open_day(tx.conn, unit, day, now)
}

/// Puts down that `member` did something on `day`: the day counts for the streak.
pub fn mark_day(tx: &mut Tx, member: MemberId, day: Day) -> QueryResult<()> {
    store::readings::insert_done_day(tx.conn, member, day)
}
