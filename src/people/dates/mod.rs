//! The calendar of a member 日程: everything that has a day, of all rooms, and an address under which the calendar of his
//! phone reads it.
//!
//! Table: `calendar_feeds`. Routes: `/me/calendar…`, `/calendar-feeds/{token}`. What has a day is told by the rooms whenever
//! somebody looks ([`kernel::dates`](crate::kernel::dates)); this room adds the days that are the same every year. An address
//! is good until its member takes it back or leaves. It opens nothing but dates, calls them by what they are in general unless
//! he wants their names, and never shows what waits for holders of privileged duties.

mod actions;
mod api;
mod feed;
mod model;
mod personal;
mod room;
mod rules;
mod store;

pub use api::routes;
pub use room::open;
