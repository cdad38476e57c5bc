//! What the room keeps about members; the files themselves are handed over beside it.

use crate::kernel::personal::{Keeping, Kept, at, id, number, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "files",
    kept: &[Kept::own(
        "files",
        "owner_id",
        "上传的文件",
        &[
            at("created_at"),
            id("id"),
            text("name"),
            text("kind"),
            number("size"),
            text("attached_to_kind"),
            id("attached_to_id"),
        ],
    )
    .whose("owner_id = {member} AND deleted_at IS NULL")
    // what belongs to something of the enterprise stays with it, under a name that says nothing
    .cleared(
        "name = '附件', deleted_at = CASE WHEN attached_to_id IS NULL THEN COALESCE(deleted_at, {now}) \
             ELSE deleted_at END",
    )],
    named: &[],
};
