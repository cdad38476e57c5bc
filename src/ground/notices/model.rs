//! What a notice is.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::id::{MemberId, UnitId};
use crate::base::text::ended;
use crate::base::time::Timestamp;
use crate::db::schema::{notice_reads, notices};

crate::id!(
    /// A notice; also the id of the message that brought it.
    NoticeId
);

/// How long a notice is shown that does not last.
const SHOWN_SECONDS: i64 = 180 * 24 * 3600;

/// How long it is kept: a day more, so that nobody marks what is being thrown away.
const KEPT_SECONDS: i64 = SHOWN_SECONDS + 24 * 3600;

crate::open_words!(
    /// What a notice is about, for the client's icon.
    NoticeKind in NOTICE_KINDS
);

crate::more_words!(NoticeKind in NOTICE_KINDS {
    /// Something happened to the account.
    SECURITY = "security" / "账号安全",
    /// Something to study or to answer, or a result, was published.
    PUBLISHED = "published" / "新发布",
});

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
    /// Sentences; the last one gets its full stop in the inbox, if it has none.
    pub body: String,
    /// An API path of what it is about, such as `/study/items/{id}`.
    pub link: Option<String>,
}

/// What a notice says that a member keeps for good.
#[derive(Clone, Debug)]
pub struct LastingText {
    /// One line, in Chinese.
    pub title: String,
    pub body: String,
    /// An API path of what it is about.
    pub link: Option<String>,
}

/// A notice in the inbox, for one member or for a unit's subtree.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, treat_none_as_default_value = false)]
pub struct Notice {
    pub id: NoticeId,
    pub member_id: Option<MemberId>,
    pub unit_id: Option<UnitId>,
    pub kind: NoticeKind,
    pub title: String,
    pub body: String,
    pub link: Option<String>,
    pub created_at: Timestamp,
    /// Shown and kept for good, whatever its age; only one to a member.
    pub lasting: bool,
}

impl Notice {
    pub fn new(id: NoticeId, new: NewNotice, created_at: Timestamp, lasting: bool) -> Notice {
        let (member_id, unit_id) = match new.to {
            To::Member(member) => (Some(member), None),
            To::Unit(unit) => (None, Some(unit)),
        };
        let NewNotice { kind, title, body, link, .. } = new;
        Notice { id, member_id, unit_id, kind, title, body: ended(&body), link, created_at, lasting }
    }
}

/// That a member has read a notice.
#[derive(Clone, Copy, Debug, Insertable)]
#[diesel(table_name = notice_reads, treat_none_as_default_value = false)]
pub struct Read {
    pub member_id: MemberId,
    pub notice_id: NoticeId,
    pub read_at: Timestamp,
}

/// The id below which `member` is shown no notice at `now`: too old, or older than the member.
///
/// Ids are UUIDv7 from one source, so they sort by the instants of their making and no instant must be looked up.
pub fn oldest_shown(member: MemberId, now: Timestamp) -> NoticeId {
    first_since(now.plus_seconds(-SHOWN_SECONDS)).max(NoticeId::from(member.uuid()))
}

/// The id below which every notice is thrown away at `now`.
pub fn oldest_kept(now: Timestamp) -> NoticeId {
    first_since(now.plus_seconds(-KEPT_SECONDS))
}

/// Before the id of every notice made at `instant` or later.
fn first_since(instant: Timestamp) -> NoticeId {
    let millis = (instant.micros() / 1000).max(0).unsigned_abs();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;

    #[test]
    fn a_member_sees_what_came_after_him_for_half_a_year() {
        let (ids, now): (_, Timestamp) = (Ids::default(), "2026-07-01T08:00:00+08:00".parse().unwrap());
        let earlier: NoticeId = ids.fresh(now);
        let member: MemberId = ids.fresh(now);
        let later: NoticeId = ids.fresh(now);
        let bound = oldest_shown(member, now);
        assert!(earlier < bound && bound < later);
        assert!(oldest_shown(member, now.plus_seconds(SHOWN_SECONDS)) < later);
        assert!(oldest_shown(member, now.plus_seconds(SHOWN_SECONDS + 1)) > later);
    }
}
