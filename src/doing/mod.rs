//! The work of branches and units: meetings and ideas.
//!
//! Uses `ground`, `people` and `honour`.

pub mod meetings;
pub mod ideas;
