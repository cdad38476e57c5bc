//! Audit: who did what from where, for those whose duty it is to look; and the proof that nothing of it was changed.
//!
//! Reads and seals the [trail](crate::kernel::trail), owns the file of anchors. Routes: `GET /audit`, `GET /audit/verification`,
//! `GET /exports/trail`.

mod actions;
mod anchors;
mod api;
mod export;
mod model;
mod room;

pub use actions::Audit;
pub use api::{Privileged, routes, witness};
pub use model::Verified;
pub use room::open;
