//! The ground of the building: what every room hands its messages, its files, its bulletins and its document
//! numbers to. Knows no member.
//!
//! Uses no other wing.

pub mod notices;
pub mod files;
pub mod labels;
pub mod bulletins;
pub mod presets;
pub mod documents;
