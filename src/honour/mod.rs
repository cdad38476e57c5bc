//! What members have earned, and how they stand to each other.
//!
//! Uses `people`; learns of facts and awards from the rooms that tell it, and asks none of them.

pub mod points;
pub mod appraisal;
pub mod honours;
pub mod boards;
