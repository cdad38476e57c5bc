//! Bulletins 通报.

mod api;
mod bulletins;
mod rules;
mod store;
mod model;

pub use api::routes;
