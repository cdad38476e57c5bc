//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, flag, number, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "channels",
    kept: &[
        Kept::own(
            "channel_deliveries",
            "member_id",
            "站外提醒",
            &[at("made_at"), text("channel"), text("kind"), text("nature"), text("state"), text("reason")],
        )
        .deleted(),
        Kept::own(
            "channel_choices",
            "member_id",
            "提醒方式的选择",
            &[at("chosen_at"), text("kind"), text("channel"), flag("wanted")],
        )
        .deleted(),
        Kept::own(
            "channel_quotas",
            "member_id",
            "同意接收的订阅消息",
            &[at("changed_at"), text("template"), number("remaining"), number("accepted")],
        )
        .deleted(),
    ],
    named: &[],
};
