//! Brands 党建品牌: the brand that each unit builds, known before any selection asks for it.
//!
//! Table: `brands`. Routes: `/brands…`, `/imports/brands…`, `/exports/brands`. Selections judge what units hand in, not
//! what stands here; a mark that one of them chose is lent a place as a brand's picture ([`adopt_picture`], [`find_unit`]).

mod actions;
mod keeping;
mod api;
mod model;
mod rules;
mod store;
mod room;

pub use actions::Brands;
pub use api::routes;
pub use keeping::{adopt_picture, find_unit};
pub use model::BrandId;
pub use room::open;
