//! Brands 党建品牌: the brand that each unit builds, known before any selection asks for it.
//!
//! Table: `brands`. Routes: `GET /brands`, `/imports/brands…`, `/exports/brands`. A selection (the ten best brands) will point at what
//! stands here; it is not part of this room.

mod actions;
mod api;
mod model;
mod rules;
mod store;
mod room;

pub use actions::Brands;
pub use api::routes;
pub use room::open;
