//! The work of branches and units: meetings, ideas and tasks.
//!
//! Uses `ground`, `people` and `honour`.

pub mod meetings;
pub mod ideas;
pub mod tasks;
