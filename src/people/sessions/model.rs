//! What the room keeps: passwords, sessions, invite codes, and how accounts were opened.

mod consent;
mod opening;

pub use consent::{PrivacyConsent, PrivacyNotice};
pub use opening::{AccountOpening, ByWhom, Grounds, OpenedAccount, Opening, OpeningId, OpeningKind};

use diesel::prelude::*;

use crate::base::id::{MemberId, SessionId};
use crate::base::time::Timestamp;
use crate::db::schema::{credentials, invitations, sessions};

crate::id!(
    /// An invite code; also the reset that it is for somebody who ever signed in.
    InvitationId
);

crate::words!(
    /// How a session began.
    Method {
        Password = "password" / "密码",
        /// An invite code set the password and signed in.
        Invitation = "invitation" / "邀请码",
        /// An account in WeCom that is the member's.
        Wecom = "wecom" / "企业微信",
        /// An account that is the member's, in an official account of WeChat.
        Wechat = "wechat" / "微信公众号",
        /// The same in a mini-program.
        Mini = "mini" / "微信小程序",
    }
);

crate::words!(
    /// Why a session ended before its time.
    Ending {
        /// The member signed out or ended it from another device.
        SignedOut = "signed_out" / "已退出",
        /// The password was changed or set anew.
        PasswordChanged = "password_changed" / "修改密码",
        /// An old refresh token was used again: somebody copied it.
        Reused = "reused" / "登录凭证被重复使用",
        /// The password was set anew without the one before it.
        Reset = "reset" / "密码重置",
        /// The member signed in on more devices than one member may.
        TooMany = "too_many" / "登录设备过多",
        /// The database was put back from a backup.
        Restored = "restored" / "数据恢复",
        /// The member left the enterprise.
        Left = "left" / "人员离开",
    }
);

crate::words!(
    /// Whether privileged duties take a second factor 动态口令 beside the password.
    FactorPolicy {
        /// Nobody is asked for a code.
        Off = "off" / "不使用",
        /// Who enrolled one is asked for its codes.
        Offered = "offered" / "自愿启用",
        /// Privileged duties allow nothing without one.
        Required = "required" / "重要职务必须启用",
    }
);

/// A member's password, as its hash.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = credentials)]
pub struct Credential {
    pub password_hash: String,
    /// Drawn with the password: the device keys of the password before are worth nothing. `None` until it first changes.
    pub device_salt: Option<Vec<u8>>,
    /// Whether it is long enough for privileged duties. `None` for one that was set before anybody asked, until the next
    /// sign-in tells.
    pub is_long: Option<bool>,
}

/// A family of refresh tokens on one device.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct Session {
    pub id: SessionId,
    pub member_id: MemberId,
    pub method: Method,
    /// What the client called the device.
    pub device: String,
    pub refresh_hash: Vec<u8>,
    /// The token before, good for a retry until the server has seen what it was exchanged for.
    pub previous_hash: Option<Vec<u8>>,
    pub rotated_at: Timestamp,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub revoked_because: Option<Ending>,
    /// How often the refresh token was exchanged.
    pub rotation: i32,
    /// The latest exchange of which the server has seen an access token.
    pub seen_rotation: i32,
    /// When a code of the member's second factor was last given in it.
    pub code_given_at: Option<Timestamp>,
}

impl Session {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A single-use code that lets its member set a password. Only its hash is kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
pub struct Invitation {
    pub id: InvitationId,
    pub code_hash: Vec<u8>,
    pub member_id: MemberId,
    pub issued_by: Option<MemberId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// Its member had signed in before, so it needs more than the one who issued it.
    pub is_reset: bool,
    /// The member himself, or a second person who may invite him.
    pub approved_by: Option<MemberId>,
    pub approved_at: Option<Timestamp>,
    /// When one of the member's own devices refused it.
    pub refused_at: Option<Timestamp>,
    /// When it works without an approval, where nobody else could give one.
    pub waits_until: Option<Timestamp>,
}
