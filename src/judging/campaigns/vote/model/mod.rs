//! What a vote keeps: the roll and the ballots, the keys that seal them, what is unusual about them, which are voided.

mod ballots;
mod flags;
mod keys;
mod voidings;

pub use ballots::{Ballot, Roll, RollLine, Slip, Tally, Total, Voter};
pub use flags::{Flag, FlagCheck, FlagKind, FlagLook, SharedDevice, Watch};
pub use keys::{KeySource, Seal};
pub use voidings::{Voiding, VoidingId};
