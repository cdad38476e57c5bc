//! How far an entry comes, as a table.

use crate::base::workflow::{Flow, step};
use crate::judging::campaigns::entries::model::EntryState::{self, *};

crate::words!(
    /// Something that is done to an entry as a whole.
    EntryVerb {
        Submit = "submit" / "提交",
        Withdraw = "withdraw" / "撤回",
        Propose = "propose" / "投稿",
        Approve = "approve" / "采用",
        Decline = "decline" / "不采用",
    }
);

/// Those who write for its unit hand it in and take it back; a member proposes his own and takes it back, an organiser
/// approves it or does not. Until when is for the stages to say.
pub const ENTRY_FLOW: Flow<EntryState, EntryVerb, ()> = Flow {
    start: Draft,
    steps: &[
        step(Draft, EntryVerb::Submit, Submitted, ()),
        step(Draft, EntryVerb::Withdraw, Withdrawn, ()),
        step(Submitted, EntryVerb::Withdraw, Withdrawn, ()),
        step(Draft, EntryVerb::Propose, Proposed, ()),
        step(Proposed, EntryVerb::Approve, Submitted, ()),
        step(Proposed, EntryVerb::Decline, Declined, ()),
        step(Proposed, EntryVerb::Withdraw, Withdrawn, ()),
    ],
};
