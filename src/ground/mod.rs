//! The ground of the building: what every room hands its messages and its files to. Knows no member.
//!
//! Uses no other wing.

pub mod notices;
pub mod files;
