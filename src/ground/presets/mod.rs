//! How much the product asks of people: two presets, and switches of which each follows the preset or stands for itself.
//!
//! Owns no table: they are [settings](crate::kernel::settings). Route: `GET /presets`, for everybody of the enterprise. [`Presets`] says what is in force; the rooms that
//! it concerns ask it where they act, and `GET /config` tells everybody. `docs/domain.md` has the table with the reasons.

mod api;
mod model;
mod switches;
mod room;

pub use api::routes;
pub use model::{BoardListing, BoardScope, NamesAbove, Preset};
pub use room::open;
pub use switches::Presets;
