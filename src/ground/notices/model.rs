//! What a notice is.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::id::{MemberId, UnitId};
use crate::base::text::ended;
use crate::base::time::Timestamp;
use crate::db::schema::{inbox_moves, notice_reads, notices};

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

/// How a kind of notice leaves the house, where the enterprise has not said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindTerms {
    /// The word of the kind; [`notice_kinds!`](crate::notice_kinds) fills it in.
    pub kind: &'static str,
    pub leaves: Leaving,
    /// Also at night: only what happened to the account.
    pub at_night: bool,
    /// Of no use any more once its day is over.
    pub is_of_day: bool,
}

impl KindTerms {
    /// By every channel, as soon as it is told.
    pub const AT_ONCE: KindTerms = KindTerms { kind: "", leaves: Leaving::AtOnce, at_night: false, is_of_day: false };
    /// The same, for what is of no use once its day is over.
    pub const TODAY: KindTerms = KindTerms { is_of_day: true, ..KindTerms::AT_ONCE };
    /// One message of the day for all of them.
    pub const DIGEST: KindTerms = KindTerms { leaves: Leaving::Digest, ..KindTerms::AT_ONCE };
    /// It stays in the inbox.
    pub const INBOX: KindTerms = KindTerms { leaves: Leaving::Off, ..KindTerms::AT_ONCE };
    /// What a member must hear of at any hour, and cannot switch off.
    pub const SECURITY: KindTerms = KindTerms { leaves: Leaving::Always, at_night: true, ..KindTerms::AT_ONCE };
}

crate::words!(
    /// How notices of a kind leave by a channel beyond the inbox.
    Leaving {
        /// Each as soon as it is told; a member cannot switch it off.
        Always = "always" / "即时发送，个人不可关闭",
        /// Each as soon as it is told, unless the member does not want it.
        AtOnce = "at_once" / "即时发送",
        /// One message a day for all of them, unless the member does not want it.
        Digest = "digest" / "每日汇总",
        /// Not at all.
        Off = "off" / "不发送",
    }
);

/// The terms of every kind, as the rooms declare them by [`notice_kinds!`](crate::notice_kinds).
#[linkme::distributed_slice]
pub static KIND_TERMS: [KindTerms];

impl NoticeKind {
    /// How it leaves the house where nothing else was said.
    pub fn terms(self) -> KindTerms {
        KIND_TERMS.iter().find(|terms| terms.kind == self.as_str()).copied().unwrap_or(KindTerms::INBOX)
    }
}

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
    /// How often it was told on its day, if it grows: this time and those before it, in whose place it stands.
    pub count: i32,
    /// Another one stands in its place.
    pub superseded: bool,
}

impl Notice {
    pub fn new(id: NoticeId, new: NewNotice, created_at: Timestamp, lasting: bool) -> Notice {
        let (member_id, unit_id) = match new.to {
            To::Member(member) => (Some(member), None),
            To::Unit(unit) => (None, Some(unit)),
        };
        let NewNotice { kind, title, body, link, .. } = new;
        let body = ended(&body);
        Notice { id, member_id, unit_id, kind, title, body, link, created_at, lasting, count: 1, superseded: false }
    }

    /// The title, with how often it was told.
    pub fn shown_title(&self) -> String {
        if self.count > 1 { format!("{}（{} 条）", self.title, self.count) } else { self.title.clone() }
    }
}

/// That a member's home came to lie below a unit, or did so no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = inbox_moves, treat_none_as_default_value = false)]
pub struct InboxMove {
    pub member_id: MemberId,
    pub unit_id: UnitId,
    /// What a notice would have been called that was made at that moment.
    pub at_id: NoticeId,
    pub joined: bool,
}

/// Notices to a unit that are a member's: those between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub unit: UnitId,
    pub after: NoticeId,
    pub before: NoticeId,
}

/// What of the units' notices is a member's who is at home at `path` and has moved so, of what came after `from`: of each
/// unit what came while he belonged to it.
pub fn spans(path: &[UnitId], moves: &[InboxMove], from: NoticeId) -> Vec<Span> {
    let end: NoticeId = uuid::Uuid::max().into();
    let mut moves = moves.to_vec();
    moves.sort_unstable_by_key(|one| one.at_id);
    let mut units: Vec<UnitId> = path.iter().copied().chain(moves.iter().map(|one| one.unit_id)).collect();
    units.sort_unstable();
    units.dedup();
    let mut spans = Vec::new();
    for unit in units {
        let mut its = moves.iter().filter(|one| one.unit_id == unit).peekable();
        // before the first move he belonged to it if that was away from it
        let belonged = its.peek().map_or(path.contains(&unit), |first| !first.joined);
        let mut since = belonged.then_some(from);
        for one in its {
            match (one.joined, since) {
                (true, None) => since = Some(one.at_id),
                (false, Some(after)) => {
                    spans.push(Span { unit, after, before: one.at_id });
                    since = None;
                }
                _ => {}
            }
        }
        spans.extend(since.map(|after| Span { unit, after, before: end }));
    }
    spans.iter_mut().for_each(|span| span.after = span.after.max(from));
    spans.retain(|span| span.after < span.before);
    spans
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
pub(super) fn first_since(instant: Timestamp) -> NoticeId {
    let millis = (instant.micros() / 1000).max(0).unsigned_abs();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;

    #[test]
    fn of_each_unit_a_member_has_what_came_while_he_belonged_to_it() {
        let id = |n: u128| NoticeId::from(uuid::Uuid::from_u128(n));
        let unit = |n: u128| UnitId::from(uuid::Uuid::from_u128(1000 + n));
        let member = MemberId::from(uuid::Uuid::nil());
        let moved = |n, at, joined| InboxMove { member_id: member, unit_id: unit(n), at_id: id(at), joined };
        let end = uuid::Uuid::max().as_u128();
        let of = |path: &[u128], moves: &[InboxMove], from| {
            let path: Vec<UnitId> = path.iter().copied().map(unit).collect();
            let spans = spans(&path, moves, id(from));
            let told = |span: &Span| (span.unit, span.after.uuid().as_u128(), span.before.uuid().as_u128());
            spans.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(of(&[1, 9], &[], 5), [(unit(1), 5, end), (unit(9), 5, end)], "who never moved");
        let once = [moved(1, 50, false), moved(2, 50, true)];
        assert_eq!(of(&[2, 9], &once, 5), [(unit(1), 5, 50), (unit(2), 50, end), (unit(9), 5, end)]);
        assert_eq!(of(&[2, 9], &once, 60), [(unit(2), 60, end), (unit(9), 60, end)], "what was long ago is gone");
        let back = [moved(2, 50, true), moved(1, 50, false), moved(1, 70, true), moved(2, 70, false)];
        assert_eq!(of(&[1], &back, 5), [(unit(1), 5, 50), (unit(1), 70, end), (unit(2), 50, 70)]);
        assert_eq!(
            of(&[1], &back[2..], 60),
            [(unit(1), 70, end), (unit(2), 60, 70)],
            "as when old moves were forgotten"
        );
    }

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
