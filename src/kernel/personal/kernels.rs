//! What the tables of kernels keep about members.

use super::{Keeping, Kept, Naming, at, day, id, number, text};

/// What kernels keep.
pub const KERNELS: Keeping = Keeping {
    room: "kernel",
    kept: &[
        Kept::own(
            "ledger_entries",
            "member_id",
            "积分流水",
            &[
                at("created_at"),
                id("id"),
                day("day"),
                text("dimension"),
                text("rule"),
                number("points"),
                number("uncapped_points"),
                text("source_kind"),
                text("reason"),
            ],
        )
        .stays("积分账只增不改，合计以它为准；只有编号与事由"),
        Kept::office("ledger_entries", "approved_by"),
        Kept::own("ledger_days", "member_id", "每日积分", &[day("day"), text("dimension"), number("points")]),
        Kept::hidden("standings", "member_id", "由积分流水算出，不另存信息"),
        Kept::hidden("frozen_rosters", "members", "封存当日全体人员所在组织的名单，只有编号，本人部分见“以前所在组织”"),
        Kept::hidden("frozen_boards", "lines", "封存的榜单，只有编号与名次，本人部分由积分流水算出"),
        Kept::own(
            "desk_items",
            "member_id",
            "待办",
            &[at("created_at"), text("kind"), text("title"), text("link"), day("due_by")],
        )
        .deleted(),
        Kept::hidden("desk_items", "preparer_id", "请本人准备的待办，见“交办给本人准备的待办”")
            .cleared("preparer_id = NULL"),
        Kept::hidden("desk_items", "barred", "须回避某项待办的人员编号，随待办清除"),
        Kept::own(
            "trail",
            "actor_id",
            "本人的操作留痕",
            &[at("at"), text("action"), text("subject_kind"), text("result")],
        )
        .stays("留痕防篡改，不能改动；只有编号，姓名在查看时另取"),
        Kept::own("trail", "subject_id", "关于本人的操作留痕", &[at("at"), text("action"), text("result")])
            .whose("subject_kind = 'member' AND subject_id = {member}")
            .stays("留痕防篡改，不能改动；只有编号，姓名在查看时另取"),
        Kept::own(
            "recusal_requests",
            "member_id",
            "回避申请",
            &[at("at"), text("subject_kind"), id("subject_id"), text("reason")],
        )
        .stays("回避的申请与理由不能改动，是评审公正的证据"),
        Kept::own(
            "recusals",
            "member_id",
            "回避记录",
            &[at("at"), text("subject_kind"), id("subject_id"), text("act"), text("involvement")],
        ),
        Kept::own("quotas", "member_id", "每日用量", &[day("day"), text("what"), number("used")]).deleted(),
        Kept::hidden("idempotency_keys", "member_id", "防止重复提交的凭据，四十八小时后自动删除").deleted(),
        Kept::hidden("import_lines", "subject_id", "导入后三十天内用于整体撤回，内容即名册中的本人信息")
            .whose("subject_kind = 'member' AND subject_id = {member}")
            .deleted(),
        Kept::office("imports", "imported_by"),
        Kept::office("imports", "taken_back_by"),
        Kept::office("setting_changes", "proposed_by"),
        Kept::office("setting_changes", "answered_by"),
        Kept::office("calendars", "entered_by"),
        Kept::office("sheet_layouts", "set_by"),
        Kept::office("text_versions", "written_by"),
    ],
    named: &[Naming { table: "desk_items", columns: &["title"] }, Naming { table: "outbox", columns: &["payload"] }],
};
