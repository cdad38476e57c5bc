//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "texts",
    kept: &[
        Kept::hidden("desk_items", "subject_id", "请他人审核本人文字的待办，见“提交审核的文字”")
            .whose("subject_id IN (SELECT id FROM held_texts WHERE author_id = {member})")
            .deleted(),
        Kept::own("text_decisions", "text_id", "审核结果", &[at("decided_at"), text("verdict"), text("reason")])
            .whose("text_id IN (SELECT id FROM held_texts WHERE author_id = {member})")
            .deleted(),
        Kept::own(
            "held_texts",
            "author_id",
            "提交审核的文字",
            &[at("created_at"), text("kind"), text("text"), text("state"), at("settled_at")],
        )
        .deleted(),
        Kept::office("text_decisions", "decided_by"),
    ],
    named: &[],
};
