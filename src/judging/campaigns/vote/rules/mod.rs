//! What a ballot may name, how ballots are counted, and what is unusual about them.

mod accounts;
mod ballots;
mod flags;

use crate::judging::campaigns::rules::CampaignRefusal;

pub use accounts::account_flags;
pub use ballots::{Candidate, OwnEntries, bounds, choose, count, fold_small, receipts_text, slip_choices};
pub use flags::{counting_delay_seconds, flags};

/// A no of the vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Of the campaign itself.
    Campaign(CampaignRefusal),
    /// The caller is not on the roll.
    NotOnRoll,
    /// Nothing about the vote is worth a look, or it was not looked for yet.
    NothingFlagged,
    /// The ballots are counted already.
    Counted,
    /// A flag is about a ballot of the caller, or an account that he opened.
    FlagOnOneself,
    /// Every entry of the ballot is the voter's own, or there is none.
    NothingToChoose,
    /// So many entries are not to be chosen.
    WrongNumber { min: u16, max: u16 },
    /// The entry at `index` was chosen twice.
    ChosenTwice { index: usize },
    /// The entry at `index` cannot be voted on.
    NotOnBallot { index: usize },
    /// The entry at `index` is the voter's own.
    OwnEntry { index: usize },
    /// Another ballot of this member and period is there already.
    AlreadyVoted,
    /// There is no ballot of the caller.
    NoBallot,
    /// Ballots that do not open under this server's key; nothing is counted until they do.
    Unreadable { ballots: usize },
    /// The ballots that are there were sealed under another key than this server's.
    OtherKey,
    /// The sealing key of the vote cannot be made or read; what the operator must know.
    NoKey { cause: String },
    /// There is a proposal to void that ballot already.
    VoidedAlready,
    /// No such proposal to void a ballot.
    NoSuchVoiding,
    /// Ballots are voided between the closing and the counting only.
    NotBetween,
    /// The vote is not over.
    VoteRuns,
    /// No such flag.
    NoSuchFlag,
    /// The flag that is named is not on that ballot.
    NotFlagged,
}
