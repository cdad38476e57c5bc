//! What the app in the hand asks for at once: pages put together from what all rooms lend.
//!
//! May use every wing; no wing uses it. Owns nothing of the enterprise.

pub mod about;
pub mod events;
pub mod today;
