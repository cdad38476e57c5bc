//! Entries with their versions and articles.

pub mod articles;
pub mod entries;
