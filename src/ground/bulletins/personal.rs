//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "bulletins",
    kept: &[
        Kept::office("bulletins", "edited_by"),
        Kept::office("bulletins", "reviewed_by"),
        Kept::office("bulletins", "issued_by"),
    ],
    named: &[],
};
