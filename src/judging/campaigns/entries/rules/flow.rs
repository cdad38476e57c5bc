//! How far an entry comes, as a table.

use crate::base::workflow::{Flow, step};
use crate::judging::campaigns::entries::model::EntryState::{self, *};

crate::words!(
    /// Something that is done to an entry as a whole.
    EntryVerb {
        Submit = "submit" / "提交",
        Withdraw = "withdraw" / "撤回",
    }
);

/// Those who write for its unit do all of it; until when is for the stages to say.
pub const ENTRY_FLOW: Flow<EntryState, EntryVerb, ()> = Flow {
    start: Draft,
    steps: &[
        step(Draft, EntryVerb::Submit, Submitted, ()),
        step(Draft, EntryVerb::Withdraw, Withdrawn, ()),
        step(Submitted, EntryVerb::Withdraw, Withdrawn, ()),
    ],
};
