//! What the room keeps about members: who wrote what in office.

use crate::kernel::personal::{Keeping, Kept};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "obligations",
    kept: &[
        Kept::office("obligation_rules", "created_by"),
        Kept::office("obligation_switches", "set_by"),
        Kept::office("obligation_entries", "entered_by"),
        Kept::office("obligation_entries", "withdrawn_by"),
        Kept::office("obligation_events", "entered_by"),
        Kept::office("obligation_events", "withdrawn_by"),
        Kept::office("obligation_exemptions", "proposed_by"),
        Kept::office("obligation_exemptions", "answered_by"),
    ],
    named: &[],
};
