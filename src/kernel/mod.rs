//! Shared mechanisms that own a table; they know the database door, never HTTP and no feature.

pub mod board;
pub mod ledger;
