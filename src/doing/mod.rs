//! The work of branches and units: meetings, ideas, what is to be done by itself, reports and tasks.
//!
//! Uses `ground`, `people` and `honour`.

pub mod meetings;
pub mod ideas;
pub mod obligations;
pub mod reports;
pub mod tasks;
