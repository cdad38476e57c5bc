//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, flag};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "dates",
    kept: &[
        Kept::own("calendar_feeds", "member_id", "日程订阅地址", &[at("created_at"), flag("is_detailed")]).deleted()
    ],
    named: &[],
};
