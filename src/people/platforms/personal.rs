//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "platforms",
    kept: &[Kept::own(
        "platform_accounts",
        "member_id",
        "绑定的平台账号",
        &[at("bound_at"), text("platform"), text("bound_by")],
    )
    .deleted()],
    named: &[],
};
