//! The burden ledger 减负台账: what plans ask of a member, in minutes a day and prompts a week, and what is asked of a unit's
//! office in a month, shown to whoever plans.
//!
//! Routes: `GET /units/{id}/burden`, `GET /units/{id}/office-burden`. Owns no table: the rooms that ask something say what they have planned. A limit is a
//! setting and refuses nothing; what lies above it is marked.

mod actions;
mod api;
mod office;
mod rules;
mod room;

pub use api::routes;
pub use room::open;
