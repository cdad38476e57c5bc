//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, id, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "feedback",
    kept: &[
        Kept::hidden("desk_items", "subject_id", "请他人答复本人意见的待办，见“意见”")
            .whose("kind = 'feedback' AND subject_id IN (SELECT id FROM feedback WHERE member_id = {member})")
            .deleted(),
        Kept::own("feedback", "member_id", "意见", &[at("created_at"), id("id"), text("text"), text("page")])
            .cleared("text = '（内容已随账号注销清除）', page = NULL"),
        Kept::own(
            "feedback_answers",
            "feedback_id",
            "对意见的答复",
            &[at("answered_at"), id("feedback_id"), text("text")],
        )
        .whose("feedback_id IN (SELECT id FROM feedback WHERE member_id = {member})")
        .cleared("text = '（内容已随账号注销清除）'"),
        Kept::office("feedback_answers", "member_id"),
    ],
    named: &[],
};
