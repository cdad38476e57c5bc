//! The work of branches and units: meetings, ideas, and what is to be done by itself.
//! The work of branches and units: meetings, ideas, and what units report.
//!
//! Uses `ground`, `people` and `honour`.

pub mod meetings;
pub mod ideas;
pub mod obligations;
pub mod reports;
