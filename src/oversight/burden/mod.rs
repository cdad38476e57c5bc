//! The burden ledger 减负台账: what plans ask of a member, in minutes a day and prompts a week, shown to whoever plans.
//!
//! Route: `GET /units/{id}/burden`. Owns no table: the rooms that ask something say what they have planned. A limit is a
//! setting and refuses nothing; what lies above it is marked.

mod actions;
mod api;
mod rules;
mod room;

pub use api::routes;
pub use room::open;
