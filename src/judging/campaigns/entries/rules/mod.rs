//! What holds for entries and their versions.

mod entries;
mod flow;
mod involvement;
mod versions;

use crate::ground::files::AttachRefusal;
use crate::judging::campaigns::entries::model::EntryState;
use crate::judging::campaigns::rules::CampaignRefusal;

pub use entries::{check_plan, may_edit, may_submit, may_withdraw, step};
pub use flow::{ENTRY_FLOW, EntryVerb};
pub use involvement::Deciders;
pub use versions::{Difference, differences};

/// A no of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Of the campaign itself.
    Campaign(CampaignRefusal),
    /// No such entry, or none for the caller to know of.
    NoSuchEntry,
    /// The entry is in another state than this needs.
    WrongEntryState(EntryState),
    /// Entries are judged already.
    Judged,
    /// The owner holds no duty of a secretary on the entry's unit.
    OwnerNoSecretary,
    /// Files that cannot be attached.
    Files(AttachRefusal),
    /// The entry has no such file.
    NoSuchFile,
    /// The rules of the selection take no entries of members.
    NotByMembers,
    /// The member has proposed as many entries as he may.
    ProposedEnough,
    /// Nobody answers his own proposal.
    OwnProposal,
    /// What is to be on the ballot is no picture.
    NoPicture,
    /// What is to stand in an article is no picture.
    NoArticlePicture,
}

/// Entries that one member proposes to one selection, those that he took back aside.
pub const PROPOSAL_LIMIT: i64 = 3;

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}
