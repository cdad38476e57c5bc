//! Names: what people read in the place of every word and every code of the API, in Chinese and in English.
//!
//! Owns no table. Route: `GET /labels`. Words label themselves where they are declared (`base/words.rs`), codes come from
//! `openapi/codes.json`, which a test reads from the source.

mod api;
mod room;

pub use api::routes;
pub use room::open;
