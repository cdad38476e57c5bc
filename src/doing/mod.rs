//! The work of branches and units: meetings, ideas, and what is to be done by itself.
//! The work of branches and units: meetings, ideas, and what units report.
//! The work of branches and units: meetings, ideas and tasks.
//!
//! Uses `ground`, `people` and `honour`.

pub mod meetings;
pub mod ideas;
pub mod obligations;
pub mod reports;
pub mod tasks;
