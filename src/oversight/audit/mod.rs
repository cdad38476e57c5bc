//! Audit: who did what, for those whose duty it is to look. Reads the [trail](crate::kernel::trail) and owns nothing.
//!
//! Route: `GET /audit`.

mod api;
mod room;

pub use api::routes;
pub use room::open;
