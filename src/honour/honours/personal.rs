//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, day, id, number, text};

/// Why honours stay.
const RECORD: &str = "荣誉是组织的档案，获奖人显示为“已注销成员”";
/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "honours",
    kept: &[
        Kept::own(
            "honour_awards",
            "member_id",
            "荣誉",
            &[
                day("awarded_on"),
                id("id"),
                text("kind"),
                text("title"),
                text("level"),
                number("year"),
                text("document"),
                text("issuer"),
                text("code"),
            ],
        )
        .stays(RECORD),
        Kept::office("honour_awards", "entered_by"),
        Kept::office("honour_withdrawals", "withdrawn_by"),
        Kept::own("honour_bars", "member_id", "不参评的年度", &[at("barred_at"), number("year"), text("document")])
            .stays(RECORD),
        Kept::office("honour_bars", "barred_by"),
        Kept::office("star_schemes", "created_by"),
        Kept::office("honour_falls", "entered_by"),
        Kept::office("grade_cases", "created_by"),
        Kept::office("grade_steps", "taken_by"),
        Kept::office("unit_grades", "set_by"),
        Kept::office("title_rounds", "created_by"),
        Kept::own(
            "title_nominations",
            "member_id",
            "获得的推荐",
            &[at("created_at"), id("round_id"), text("state"), text("deeds"), text("meeting")],
        )
        // what was told of his deeds
        .cleared("deeds = '—'"),
        Kept::office("title_nominations", "nominated_by"),
        Kept::office("title_steps", "taken_by"),
        Kept::office("insignia", "created_by"),
        Kept::own("insignia_holdings", "member_id", "持有的流动标识", &[at("from_at"), at("to_at"), id("insignia_id")])
            .stays(RECORD),
        Kept::office("insignia_holdings", "given_by"),
        Kept::office("insignia_holdings", "taken_by"),
    ],
    named: &[],
};
