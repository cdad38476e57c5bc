//! Reading, questions, quizzes and contests: what members study and are asked about.
//!
//! Uses `ground`, `people`, `honour` and, of `doing`, meetings.

pub mod study;
pub mod quiz;
pub mod challenge;
pub mod contests;
