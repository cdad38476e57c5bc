//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "personal",
    kept: &[
        Kept::own(
            "anonymisations",
            "member_id",
            "注销个人信息",
            &[at("proposed_at"), text("state"), at("answered_at"), text("reason"), at("done_at")],
        )
        .cleared("reason = NULL"),
        Kept::office("anonymisations", "proposed_by"),
        Kept::office("anonymisations", "answered_by"),
    ],
    named: &[],
};
