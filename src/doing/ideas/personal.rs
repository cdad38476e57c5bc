//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, id, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "ideas",
    kept: &[
        Kept::own(
            "ideas",
            "author_id",
            "金点子",
            &[
                at("created_at"),
                id("id"),
                text("category"),
                text("title"),
                text("problem"),
                text("proposal"),
                text("benefit"),
                text("state"),
                at("submitted_at"),
            ],
        )
        .stays("金点子及其成果是单位的工作记录，作者显示为“已注销成员”"),
        Kept::own(
            "ideas",
            "implementer_id",
            "承办的金点子",
            &[at("created_at"), id("id"), text("title"), text("state")],
        ),
        Kept::own("idea_people", "member_id", "参与的金点子", &[id("idea_id"), text("part")]),
        Kept::own("idea_steps", "actor_id", "金点子的办理", &[at("at"), id("idea_id"), text("verb"), text("note")])
            .stays("金点子的办理过程是单位的工作记录，经办人显示为“已注销成员”"),
        Kept::hidden("idea_steps", "member_id", "金点子指派给谁，见“承办的金点子”"),
        Kept::hidden("idea_hand_ins", "member_id", "金点子提交时的署名，见“参与的金点子”"),
        Kept::own("idea_likes", "member_id", "点赞", &[at("created_at"), id("idea_id")]).stays("点赞数不变；只有编号"),
        Kept::own(
            "idea_comments",
            "author_id",
            "评论",
            &[at("created_at"), id("idea_id"), text("text"), at("deleted_at")],
        )
        .stays("讨论是金点子的一部分，作者显示为“已注销成员”；不愿留下的评论本人可先删除"),
        Kept::office("idea_outcomes", "recorded_by"),
        Kept::office("idea_outcome_corrections", "corrected_by"),
    ],
    named: &[],
};
