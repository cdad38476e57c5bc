//! What the room keeps about members.
//!
//! The book, and on what its entries rest, stays: pay, stars and titles are argued about years later. What members wrote
//! themselves, and why somebody belongs to a class (an illness, an age), goes.

use crate::kernel::personal::{Keeping, Kept, at, day, id, number, text};

/// Why what the book rests on stays.
const BOOK: &str = "考评积分是评定星级、发放待遇的依据，只增不改，须长期可查；姓名处显示“已注销成员”";

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "appraisal",
    kept: &[
        Kept::hidden("desk_items", "subject_id", "请他人办理本人考评积分的待办，见“考评积分的申报”和“考评积分申诉”")
            .whose(
                "kind IN ('appraisal_award', 'appraisal_appeal') AND subject_id IN (\
                 SELECT id FROM appraisal_proposals WHERE member_id = {member} \
                 UNION SELECT id FROM appraisal_appeals WHERE member_id = {member})",
            )
            .deleted(),
        Kept::own(
            "appraisal_entries",
            "member_id",
            "考评积分",
            &[
                at("created_at"),
                id("id"),
                number("year"),
                text("kind"),
                text("dimension"),
                text("rule"),
                number("scheme_version"),
                number("wanted"),
                number("points"),
                text("cut_by"),
                day("day"),
                text("reason"),
                text("source_kind"),
            ],
        )
        .stays(BOOK),
        Kept::own(
            "appraisal_proposals",
            "member_id",
            "考评积分的申报",
            &[
                at("created_at"),
                id("id"),
                text("rule"),
                text("dimension"),
                number("points"),
                day("day"),
                text("reason"),
                day("reply_until"),
            ],
        )
        .stays(BOOK),
        Kept::own(
            "appraisal_decisions",
            "proposal_id",
            "考评积分的审核",
            &[at("decided_at"), id("proposal_id"), text("verdict"), number("points"), text("reason")],
        )
        .whose("proposal_id IN (SELECT id FROM appraisal_proposals WHERE member_id = {member})")
        .stays(BOOK),
        Kept::own(
            "appraisal_replies",
            "proposal_id",
            "对拟扣分的说明",
            &[at("replied_at"), id("proposal_id"), text("text")],
        )
        .whose("proposal_id IN (SELECT id FROM appraisal_proposals WHERE member_id = {member})")
        .cleared("text = '（内容已随账号注销清除）'"),
        Kept::own(
            "appraisal_appeals",
            "member_id",
            "考评积分申诉",
            &[at("created_at"), id("id"), id("entry_id"), text("text"), day("due_on")],
        )
        .cleared("text = '（内容已随账号注销清除）'"),
        Kept::own(
            "appraisal_appeal_decisions",
            "appeal_id",
            "对申诉的答复",
            &[at("decided_at"), id("appeal_id"), text("verdict"), text("reason"), number("points")],
        )
        .whose("appeal_id IN (SELECT id FROM appraisal_appeals WHERE member_id = {member})")
        .stays(BOOK),
        Kept::own(
            "appraisal_classes",
            "member_id",
            "考评类别",
            &[at("set_at"), text("class"), day("from_on"), text("reason")],
        )
        .cleared("reason = '（内容已随账号注销清除）'"),
        Kept::hidden("appraisal_causes", "member_id", "同一事项只计一次的对照，内容见“考评积分的申报”").deleted(),
        Kept::office("appraisal_schemes", "created_by"),
        Kept::office("appraisal_classes", "set_by"),
        Kept::office("appraisal_proposals", "proposed_by"),
        Kept::office("appraisal_decisions", "decided_by"),
        Kept::office("appraisal_entries", "proposed_by"),
        Kept::office("appraisal_entries", "approved_by"),
        Kept::office("appraisal_appeal_decisions", "decided_by"),
    ],
    named: &[],
};
