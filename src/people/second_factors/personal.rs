//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "second_factors",
    kept: &[
        Kept::own("second_factors", "member_id", "动态口令", &[at("begun_at"), at("confirmed_at")]).deleted(),
        Kept::hidden("second_factor_codes", "member_id", "恢复码只存不可还原的摘要").deleted(),
        Kept::own(
            "second_factor_resets",
            "member_id",
            "动态口令的停用",
            &[text("reason"), at("proposed_at"), text("state"), at("answered_at"), text("refusal")],
        )
        .cleared("reason = '', refusal = NULL"),
        Kept::office("second_factor_resets", "proposed_by"),
        Kept::office("second_factor_resets", "answered_by"),
    ],
    named: &[],
};
