//! What may be changed, and what is refused.

use crate::base::approval::NoAnswer;
use crate::base::version::Outdated;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no setting of that key.
    NoSuchSetting,
    /// Somebody else has changed the setting since the caller saw it.
    Outdated(Outdated),
    /// The value is not of the setting's form, or outside of its range; what it may be, in Chinese.
    BadValue(String),
    /// The setting is not for the caller to change.
    NotYours,
    /// Another change of the setting waits for its answer.
    ProposedAlready,
    /// The proposer has left, or may not change the setting any more.
    ProposerGone,
    /// There is no such proposal.
    NoSuchProposal,
    /// The caller may not give this answer.
    NoAnswer(NoAnswer),
}

impl crate::db::Refusal for Refusal {}

impl From<NoAnswer> for Refusal {
    fn from(no: NoAnswer) -> Self {
        Refusal::NoAnswer(no)
    }
}
