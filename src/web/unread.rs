//! The header that tells how many notices are unread, wherever a page polls.

/// Unread notices of the kinds that are counted.
pub const UNREAD: &str = "x-unread";
