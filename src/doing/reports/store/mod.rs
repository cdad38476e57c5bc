//! The room's tables.

pub mod forms;
pub mod reports;
pub mod requests;
