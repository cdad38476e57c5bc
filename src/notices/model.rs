//! What a notice is.

use serde::{Deserialize, Serialize};

use crate::base::id::{MemberId, UnitId};

crate::words!(
    /// What a notice is about, for the client's icon.
    NoticeKind {
        /// Something happened to the account.
        Security = "security",
        /// A duty was granted or ended.
        Duty = "duty",
        /// Something to study or to answer was published.
        Published = "published",
    }
);

/// Whom a notice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    Member(MemberId),
    /// Everybody whose home lies in the unit's subtree.
    Unit(UnitId),
}

/// A notice on its way to the inbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewNotice {
    pub to: To,
    pub kind: NoticeKind,
    /// One line, in Chinese.
    pub title: String,
    pub body: String,
    /// An API path of what it is about, such as `/study/items/{id}`.
    pub link: Option<String>,
}
