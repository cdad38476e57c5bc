//! What the room keeps about members. Of a contest whose results are not published its attempts are not handed over: nobody learns his score before the others.

use crate::kernel::personal::{Keeping, Kept, at, flag, id, number, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "contests",
    kept: &[
        Kept::own(
            "contest_attempts",
            "member_id",
            "知识竞赛（已公布的）",
            &[
                at("started_at"),
                id("contest_id"),
                number("number"),
                text("state"),
                at("finished_at"),
                flag("submitted"),
                number("score"),
                number("right_count"),
            ],
        )
        .whose("member_id = {member} AND contest_id IN (SELECT id FROM contests WHERE published_at IS NOT NULL)"),
        Kept::own(
            "contest_answers",
            "attempt_id",
            "知识竞赛的作答（已公布的）",
            &[at("saved_at"), id("attempt_id"), id("question_id"), text("answer")],
        )
        .whose(
            "attempt_id IN (SELECT a.id FROM contest_attempts a JOIN contests c ON c.id = a.contest_id \
             WHERE a.member_id = {member} AND c.published_at IS NOT NULL)",
        ),
        Kept::own(
            "contest_results",
            "member_id",
            "知识竞赛的名次（已公布的）",
            &[at("finished_at"), id("contest_id"), number("score"), number("right_count"), number("rank")],
        )
        .whose("member_id = {member} AND contest_id IN (SELECT id FROM contests WHERE published_at IS NOT NULL)"),
        Kept::office("contests", "created_by"),
        Kept::office("contests", "published_by"),
        Kept::office("contest_extensions", "made_by"),
        Kept::office("contest_cancellations", "proposed_by"),
        Kept::office("contest_cancellations", "confirmed_by"),
    ],
    named: &[],
};
