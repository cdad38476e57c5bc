//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, id, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "meetings",
    kept: &[
        Kept::own("meeting_attendance", "member_id", "参加的会议", &[at("entered_at"), id("meeting_id")]),
        Kept::own("meeting_excuses", "member_id", "会议请假", &[id("meeting_id"), text("reason")])
            .cleared("reason = ''"),
        Kept::office("meetings", "created_by"),
        Kept::office("meetings", "host_id"),
        Kept::office("meetings", "keeper_id"),
    ],
    named: &[],
};
