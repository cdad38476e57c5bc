//! Scores 评分: of experts, of branches that score each other, of secretaries who review other units' entries.
//!
//! `scores` takes them, `own` shows them to the judge who gave them.

mod api;
mod own;
mod scores;
mod store;
pub(super) mod model;
pub(super) mod rules;

pub use api::routes;
pub(in crate::judging::campaigns) use rules::raw_values;
pub(in crate::judging::campaigns) use store::list;
