//! Meetings 三会一课: which unit met when and where, who came, who was excused, and what was minuted.
//!
//! Tables: `meetings`, `meeting_attendance`, `meeting_excuses`, `meeting_agenda`, `meeting_decisions`. Routes: `/meetings…`,
//! `/meeting-series`. Those who lead a unit write its
//! meetings down; the members of its branch read what was held for all of them, and enter the code on the leader's screen to
//! be there. Lends [`lock_row`] and [`Meeting`] to rooms whose acts happen at a meeting, such as the
//! collecting and deciding of ideas; what a meeting must be for that is their rule. Such rooms say who put down what was
//! done at a meeting ([`Meetings::unless_cited`]): its day then stays, and that they were there, and it is a draft no more;
//! and what was done, for who reads it ([`Meetings::explained_by`]).
//! What was written down before is kept in versions. Items of the agenda point at tasks, reports and what later rooms name
//! ([`Meetings::links_to`]); a decision becomes a task in one step, and shows what has become of it.

mod actions;
mod api;
mod attendance;
mod photographs;
mod record;
mod coming;
mod dates;
mod facts;
mod versions;
mod model;
mod rules;
mod store;
mod personal;
mod room;

pub use actions::Meetings;
pub use api::routes;
pub use model::{Coming, LinkedKind, Meeting, MeetingId, MeetingKind, MeetingThing, NewMeeting, NewRecord};
pub use room::open;
pub use store::{find, find_some, list_attendance, lock_row};
