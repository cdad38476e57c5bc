//! The work of branches and units: meetings, ideas, and what units report.
//!
//! Uses `ground`, `people` and `honour`.

pub mod meetings;
pub mod ideas;
pub mod reports;
