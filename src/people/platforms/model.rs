//! What the room keeps.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::id::{MemberId, SessionId};
use crate::base::time::Timestamp;
use crate::db::schema::platform_accounts;

crate::words!(
    /// A platform on which members have accounts.
    Platform {
        Wecom = "wecom" / "企业微信",
        /// The enterprise's official account in WeChat.
        Wechat = "wechat" / "微信公众号",
        /// The enterprise's mini-program in WeChat.
        Mini = "mini" / "微信小程序",
    }
);

crate::words!(
    /// By what an account was found to be a member's.
    BoundBy {
        /// Its id is the employee number.
        EmployeeNo = "employee_no" / "账号即工号",
        /// The member's password.
        Password = "password" / "工号与密码",
        /// A code that was issued for the member.
        Invitation = "invitation" / "邀请码",
        /// The phone number that the platform confirmed.
        Phone = "phone" / "手机号",
        /// Another account of the same person with the platform's owner.
        Union = "union" / "同一微信用户",
    }
);

/// An account of a member.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = platform_accounts, treat_none_as_default_value = false)]
pub struct Account {
    pub platform: Platform,
    /// Keyed hash of application and account id.
    pub account_hash: Vec<u8>,
    pub account_sealed: Vec<u8>,
    /// Keyed hash of the id that is the same in all applications of one owner.
    pub union_hash: Option<Vec<u8>>,
    /// What decrypts the platform's data about its user; replaced at each sign-in, and never sent to anybody.
    pub session_key_sealed: Option<Vec<u8>>,
    pub member_id: MemberId,
    pub bound_by: BoundBy,
    pub bound_at: Timestamp,
}

/// Whom a platform has recognised.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// userid or openid.
    pub account: String,
    pub union: Option<String>,
    pub session_key: Option<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// What a code gave, as it is kept for those who ask again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CodeOutcome {
    pub identity: Identity,
    /// The session that it opened, with its refresh secret.
    pub session: Option<(SessionId, String)>,
}

/// A recognised account that is still to be bound, as the client carries it: sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    pub platform: Platform,
    pub identity: Identity,
    pub until: Timestamp,
}
