//! Points 积分: which rule gives how much, and what every member has earned by it.
//!
//! Owns `point_rules`, versioned data of which the program brings the first version; the entries themselves belong to
//! [`kernel::ledger`](crate::kernel::ledger). Routes: `GET /me/points`, `GET /me/points/entries`,
//! `GET /members/{id}/points`, `GET /points/rules`, `POST /points/rules`.
//!
//! Lends [`Points::award`], called by whatever earns points inside its own transaction.

mod book;
mod glance;
mod model;
mod rules;
mod store;

mod actions;
mod api;
mod room;

pub use actions::{Grant, Points, RULES_TOPIC};
pub use api::routes;
pub use glance::{LOOKS, PointsToday};
pub use model::{Dimension, RuleName};
pub use room::open;
