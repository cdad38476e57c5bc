//! Meetings 三会一课: which unit met when, who came, and what was minuted.
//!
//! Tables: `meetings`, `meeting_attendance`. Routes: `GET/POST /meetings`, `GET/PATCH /meetings/{id}`. Those who lead a
//! unit write its meetings down. Lends [`hold`] and [`Meeting`] to rooms whose acts happen at a meeting, such as the
//! collecting and deciding of ideas; what a meeting must be for that is their rule. Such rooms say which
//! meetings they point at ([`Meetings::unless_cited`]): the day of those stays.

mod actions;
mod api;
mod coming;
mod model;
mod rules;
mod store;
mod room;

pub use actions::Meetings;
pub use api::routes;
pub use model::{Coming, Meeting, MeetingId, MeetingKind, NewMeeting};
pub use room::open;
pub use store::{find, find_some, lock_row};
