//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, day, flag, id, json, number};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "quiz",
    kept: &[
        Kept::own(
            "quiz_submissions",
            "member_id",
            "每日答题",
            &[
                at("submitted_at"),
                day("day"),
                json("answers"),
                number("right_count"),
                number("question_count"),
                number("points"),
                flag("late"),
            ],
        )
        .stays("积分的依据；只有编号与作答"),
        Kept::own("quiz_fetches", "member_id", "取题", &[at("fetched_at"), id("paper_id")]),
        Kept::own(
            "quiz_wrong_answers",
            "member_id",
            "错题本",
            &[
                at("last_answered_at"),
                id("question_id"),
                number("times_wrong"),
                number("right_in_a_row"),
                at("cleared_at"),
            ],
        )
        .deleted(),
        Kept::own(
            "question_correction_members",
            "member_id",
            "答案更正带来的改分",
            &[id("correction_id"), number("papers"), number("contests"), number("runs"), number("points")],
        ),
        Kept::hidden("quiz_coverages", "lines", "封存的答题覆盖名单，只有编号，本人部分见“每日答题”"),
        Kept::office("questions", "created_by"),
        Kept::office("question_versions", "replaced_by"),
        Kept::office("question_corrections", "made_by"),
        Kept::office("question_voidings", "proposed_by"),
        Kept::office("question_voidings", "answered_by"),
        Kept::office("quiz_papers", "created_by"),
    ],
    named: &[],
};
