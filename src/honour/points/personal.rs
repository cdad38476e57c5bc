//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping =
    Keeping { room: "points", kept: &[Kept::office("point_rules", "created_by")], named: &[] };
