//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, Naming, at, id, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "notices",
    kept: &[
        Kept::own("notice_reads", "member_id", "已读消息", &[at("read_at"), id("notice_id")]).deleted(),
        Kept::hidden("notice_reads", "notice_id", "见“已读消息”")
            .whose("notice_id IN (SELECT id FROM notices WHERE member_id = {member})")
            .deleted(),
        Kept::own(
            "notices",
            "member_id",
            "消息",
            &[at("created_at"), text("kind"), text("title"), text("body"), text("link")],
        )
        .deleted(),
        Kept::hidden("inbox_moves", "member_id", "收件箱何时归入哪个组织，见“以前所在组织”").deleted(),
    ],
    named: &[Naming { table: "notices", columns: &["title", "body"] }],
};
