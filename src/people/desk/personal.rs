//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, Naming, at, day, number, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "desk",
    kept: &[
        Kept::own(
            "desk_assignments",
            "member_id",
            "交办给本人准备的待办",
            &[at("assigned_at"), text("note"), text("prepared"), at("prepared_at")],
        )
        .deleted(),
        Kept::office("desk_assignments", "assigned_by"),
        Kept::own(
            "desk_hand_overs",
            "member_id",
            "离任时移交的待办",
            &[at("at"), text("role"), day("ended_on"), number("items")],
        )
        .stays("移交清单是单位的工作记录，姓名处显示“已注销成员”"),
    ],
    named: &[Naming { table: "desk_hand_over_items", columns: &["title"] }],
};
