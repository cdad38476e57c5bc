//! Obligations 规定动作: what the Party's rules, or the enterprise, ask of units by themselves, and whether it was done.
//!
//! Tables: `obligation_rules`, `obligation_switches`, `obligation_entries`, `obligation_events`, `obligation_exemptions`,
//! `obligation_reminders`. Routes: `/units/{id}/month-sheet`, `/month-sheets`, `/obligation-rules…`,
//! `/obligation-exemptions…`. From rules and tree it draws the month sheet of each unit; records that rooms tell as facts
//! ([`kernel::facts`](crate::kernel::facts)) tick it, and nobody writes a line where a record can tell. 32 rules ship.
//! What it is called elsewhere, duties, is here what a member holds: hence its name.

mod actions;
mod api;
mod burden;
mod desk;
mod facts;
mod model;
mod rules;
mod ruling;
mod sheet;
mod shipped;
mod store;
mod writing;
mod personal;
mod room;

pub use actions::Obligations;
pub use api::routes;
pub use burden::OwnCost;
pub use room::open;
