//! What the room keeps about members.

use crate::kernel::personal::{Keeping, Kept, at, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "sessions",
    kept: &[
        Kept::hidden("credentials", "member_id", "密码只存不可还原的摘要").deleted(),
        Kept::own(
            "sessions",
            "member_id",
            "登录",
            &[
                at("created_at"),
                text("method"),
                text("device"),
                at("expires_at"),
                at("revoked_at"),
                text("revoked_because"),
            ],
        )
        .deleted(),
        Kept::own("invitations", "member_id", "邀请码", &[at("created_at"), at("expires_at"), at("used_at")]).deleted(),
        Kept::office("invitations", "issued_by"),
        Kept::office("invitations", "approved_by"),
        Kept::own("reset_requests", "member_id", "重设密码的请求", &[at("requested_at")]).deleted(),
        Kept::own("account_openings", "member_id", "账号开通", &[at("opened_at"), text("kind"), text("grounds")])
            .stays("只增不改，用于证明选票出自真实的账号；只有编号与不可还原的摘要"),
        Kept::office("account_openings", "issued_by"),
        Kept::office("account_openings", "approved_by"),
        Kept::own("privacy_consents", "member_id", "个人信息授权", &[at("agreed_at"), text("version")])
            .stays("证明曾经告知并取得同意；只有编号"),
    ],
    named: &[],
};
