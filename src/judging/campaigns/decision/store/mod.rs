//! Decisions, objections to them, final awards.

pub mod awards;
pub mod decisions;
pub mod objections;
