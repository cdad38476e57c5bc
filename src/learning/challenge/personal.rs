//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, day, flag, id, number, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "challenge",
    kept: &[
        Kept::own(
            "challenge_runs",
            "member_id",
            "挑战答题",
            &[
                at("started_at"),
                day("day"),
                number("right_count"),
                number("points"),
                at("ended_at"),
                text("ended_because"),
            ],
        ),
        Kept::own(
            "challenge_answers",
            "run_id",
            "挑战答题的作答",
            &[at("dealt_at"), id("question_id"), text("answer"), flag("is_right"), at("answered_at")],
        )
        .whose("run_id IN (SELECT id FROM challenge_runs WHERE member_id = {member})"),
        Kept::own(
            "challenge_days",
            "member_id",
            "挑战答题的每日最好成绩",
            &[day("day"), number("best"), number("runs"), at("reached_at")],
        ),
        Kept::own(
            "challenge_corrections",
            "member_id",
            "挑战答题的改分",
            &[day("day"), day("made_on"), number("points")],
        ),
    ],
    named: &[],
};
