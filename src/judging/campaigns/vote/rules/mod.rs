//! What a ballot may name, how ballots are counted, and what is unusual about them.

mod accounts;
mod ballots;
mod flags;

pub use accounts::account_flags;
pub use ballots::{Candidate, choose, count, fold_small, receipts_text, slip_choices};
pub use flags::{counting_delay_seconds, flags};
