//! The working calendar 工作日历: what members see of it, and how a year is entered.
//!
//! The calendar itself is [`crate::kernel::calendar`]; rooms that plan, remind and draw ask there. Whoever manages content
//! for the whole enterprise enters a year once its notice is out, and may depart from it where the enterprise does.
//!
//! Routes: `/calendars/{year}`. Owns no table.

mod actions;
mod api;
mod model;
mod rules;
mod room;

pub use api::routes;
pub use room::open;

use crate::db::Db;
use crate::kernel::calendar::Calendar;
use crate::people::members::Directory;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct CalendarRoom {
    db: Db,
    calendar: Calendar,
    directory: Directory,
}
