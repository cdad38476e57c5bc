//! The room's tables. One function for each question that the room asks.

pub mod assignments;
pub mod hand_overs;
