//! What the room keeps about members. The row of the member himself is made anonymous by `actions::anonymity`.

use crate::kernel::personal::{Keeping, Kept, at, day, flag, id, json, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "members",
    kept: &[
        Kept::own(
            "members",
            "id",
            "基本信息",
            &[
                id("id"),
                text("employee_no"),
                text("name"),
                text("kind"),
                text("status"),
                id("unit_id"),
                flag("hidden_from_boards"),
                flag("on_boards"),
                at("created_at"),
                at("updated_at"),
            ],
        )
        .stays("姓名改为“已注销成员”，工号换成无意义的编号，手机号清除"),
        Kept::own("member_departures", "member_id", "离开", &[day("left_on"), at("anonymised_at")]),
        Kept::own("member_former_names", "member_id", "以前的姓名", &[text("name")]).deleted(),
        Kept::own("roles", "member_id", "职务", &[text("role"), id("unit_id"), day("from_on"), day("to_on")]),
        Kept::office("roles", "granted_by"),
        Kept::own("absences", "member_id", "请假与外出", &[day("from_on"), day("to_on"), text("reason")])
            .cleared("reason = NULL"),
        Kept::office("absences", "entered_by"),
        Kept::own("former_homes", "member_id", "以前所在组织", &[day("last_on"), id("unit_id")]),
        Kept::own(
            "duty_proposals",
            "member_id",
            "职务变动提议",
            &[
                at("proposed_at"),
                text("kind"),
                text("role"),
                id("unit_id"),
                text("state"),
                at("answered_at"),
                text("reason"),
            ],
        )
        .cleared("reason = NULL"),
        Kept::office("duty_proposals", "proposed_by"),
        Kept::office("duty_proposals", "answered_by"),
        Kept::own(
            "phone_proposals",
            "member_id",
            "手机号变更",
            &[at("proposed_at"), text("state"), at("answered_at"), text("reason")],
        )
        .deleted(),
        Kept::office("phone_proposals", "answered_by"),
        Kept::own(
            "member_corrections",
            "member_id",
            "信息更正申请",
            &[
                at("proposed_at"),
                text("name"),
                text("kind"),
                id("unit_id"),
                text("note"),
                text("state"),
                at("answered_at"),
                text("reason"),
            ],
        )
        .deleted(),
        Kept::office("member_corrections", "answered_by"),
        Kept::own("member_settings", "member_id", "个人设置", &[at("updated_at"), json("settings")]).deleted(),
    ],
    named: &[],
};
