//! The room's tables: lists, tasks, and what belongs to a task.

pub mod hand_overs;
pub mod lists;
pub mod parts;
pub mod standings;
pub mod tasks;
