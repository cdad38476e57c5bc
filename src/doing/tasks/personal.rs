//! What the room keeps about members: who did what in office, and what each was asked to do.

use crate::kernel::personal::{Keeping, Kept, at, day, flag, id, number, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "tasks",
    kept: &[
        Kept::own("task_people", "member_id", "承办的任务", &[id("task_id"), text("part"), flag("present")]),
        Kept::own(
            "task_reports",
            "member_id",
            "反馈的任务进展",
            &[at("at"), id("task_id"), text("light"), number("percent"), text("next_step"), text("delay")],
        )
        .stays("任务进展是单位的工作记录，姓名处显示“已注销成员”"),
        Kept::own(
            "task_hand_overs",
            "member_id",
            "移交的任务",
            &[at("at"), id("task_id"), text("part"), day("handed_on")],
        )
        .stays("移交清单是单位的工作记录，姓名处显示“已注销成员”"),
        Kept::office("task_lists", "created_by"),
        Kept::office("task_items", "leader_id"),
        Kept::office("task_layings", "created_by"),
        Kept::office("tasks", "leader_id"),
        Kept::office("tasks", "submitted_by"),
        Kept::office("tasks", "created_by"),
        Kept::office("task_nodes", "settled_by"),
        Kept::office("task_steps", "actor_id"),
        Kept::office("task_requests", "asked_by"),
        Kept::office("task_requests", "granted_by"),
        Kept::office("task_requests", "answered_by"),
    ],
    named: &[],
};
