//! Audit: who did what, for those whose duty it is to look. Reads the [trail](crate::kernel::trail) and owns nothing.
//!
//! Route: `GET /audit`.

mod api;

pub use api::routes;
