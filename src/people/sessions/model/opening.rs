//! How an account came to its password, kept for good.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::account_openings;

crate::id!(
    /// An opening of an account.
    OpeningId
);

crate::words!(
    /// Whether the account was ever open before.
    OpeningKind {
        /// The first password.
        First = "first" / "首次开通",
        /// The password was set anew without the one before it.
        Reset = "reset" / "密码重置",
    }
);

crate::words!(
    /// What the opening rests on.
    Grounds {
        /// An invite code alone, for a first password.
        Invitation = "invitation" / "邀请码",
        /// The member himself asked for it from a device of his own.
        OwnRequest = "own_request" / "本人同意",
        /// A second person approved it.
        SecondPerson = "second_person" / "他人同意",
        /// Nobody else could approve it, and none of the member's devices refused it in time.
        Waited = "waited" / "等待期满",
        /// The operator did it on the server's command line.
        Operator = "operator" / "运维人员办理",
    }
);

/// An opening as stored; never changed nor deleted.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_openings, treat_none_as_default_value = false)]
pub struct AccountOpening {
    pub id: OpeningId,
    pub member_id: MemberId,
    pub kind: OpeningKind,
    pub grounds: Grounds,
    /// Who issued the code; `None` for the operator.
    pub issued_by: Option<MemberId>,
    /// The second person, or the member himself.
    pub approved_by: Option<MemberId>,
    /// Keyed hash of the device key that the client showed.
    pub key_shown: Option<Vec<u8>>,
    /// Keyed hash of the device key that it was given.
    pub key_given: Option<Vec<u8>>,
    /// Keyed hash of branch, address, user agent and the device's name; `None` where that would be the address alone.
    pub surroundings: Option<Vec<u8>>,
    pub opened_at: Timestamp,
}

/// What the opening of an account is to say beside whose it is.
#[derive(Clone, Debug)]
pub struct Opening {
    pub kind: OpeningKind,
    pub grounds: Grounds,
    pub issued_by: Option<MemberId>,
    pub approved_by: Option<MemberId>,
}

/// An opening as other rooms see it: the device as a number that means nothing elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenedAccount {
    pub member: MemberId,
    pub kind: OpeningKind,
    pub issued_by: Option<MemberId>,
    pub approved_by: Option<MemberId>,
    pub opened_at: Timestamp,
    /// The same for openings that were made on one device, as far as that can be told.
    pub device: usize,
}

/// By whose hands an account was opened, by name, as it is told to its member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByWhom {
    pub grounds: Grounds,
    /// Who issued the code.
    pub issuer: String,
    /// The second person, where there was one.
    pub approver: String,
}

impl std::fmt::Display for ByWhom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ByWhom { grounds, issuer, approver } = self;
        match grounds {
            Grounds::Invitation => write!(f, "邀请码由{issuer}发放"),
            Grounds::OwnRequest => write!(f, "邀请码由{issuer}发放，经您本人的设备确认"),
            Grounds::SecondPerson => write!(f, "邀请码由{issuer}发放，{approver}确认"),
            Grounds::Waited => write!(f, "邀请码由{issuer}发放，等待期满后生效"),
            Grounds::Operator => f.write_str("由系统维护人员在服务器上办理"),
        }
    }
}
