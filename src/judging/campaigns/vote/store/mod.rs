//! Rolls, ballots, tallies, the keys of votes, and what people found out about them.

pub mod ballots;
pub mod flag_review;
pub mod keys;
pub mod points;
pub mod rolls;
pub mod tallies;
pub mod voidings;
