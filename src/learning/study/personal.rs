//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, day, id, number};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "study",
    kept: &[
        Kept::own(
            "study_readings",
            "member_id",
            "学习记录",
            &[at("opened_at"), id("item_id"), day("day"), number("read_micros"), at("finished_at"), number("points")],
        ),
        Kept::own("study_servings", "member_id", "学习推送送达", &[at("served_at"), id("push_id")]),
        Kept::own("streak_days", "member_id", "连续学习的日期", &[day("day")]),
        Kept::hidden("study_coverages", "lines", "封存的学习覆盖名单，只有编号，本人部分见“学习记录”"),
        Kept::office("study_items", "created_by"),
        Kept::office("study_pushes", "created_by"),
    ],
    named: &[],
};
