//! The room's tables: notices, who has read them, and whose home has moved.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{InboxMove, Notice, NoticeId, NoticeKind, Read, Span};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{inbox_moves, notice_reads, notices};
use crate::kernel::glance::Look;
use crate::on;

/// Whose inbox, and what of the units' notices is in it.
#[derive(Clone, Debug)]
pub struct Inbox {
    pub member: MemberId,
    /// Notices with smaller ids are out of sight, but for lasting ones.
    pub from: NoticeId,
    pub spans: Vec<Span>,
}

/// The moves of the member, for a page that asks for much at once.
pub const MOVES: Look = Look {
    kind: "notices.move",
    id: "unit_id",
    about: "at_id",
    count: "CASE WHEN joined THEN 1 ELSE 0 END",
    from: "FROM inbox_moves WHERE member_id = {member}",
    ..Look::NOTHING
};

/// How a member's home has moved.
pub fn list_moves(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<InboxMove>> {
    on!(conn, c => inbox_moves::table
        .filter(inbox_moves::member_id.eq(member))
        .select(InboxMove::as_select())
        .load(c))
}

/// Puts moves down.
pub fn insert_moves(conn: &mut Conn, moves: &[InboxMove]) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(inbox_moves::table).values(moves).execute(c)).map(drop)
}

/// Forgets moves before `until`, from before which no notice is shown.
pub fn delete_old_moves(conn: &mut Conn, until: NoticeId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(inbox_moves::table.filter(inbox_moves::at_id.lt(until))).execute(c)).map(drop)
}

/// Writes a notice; one that is there already stays as it is. Says whether it was not there.
pub fn insert(conn: &mut Conn, notice: &Notice) -> QueryResult<bool> {
    let new = diesel::insert_into(notices::table).values(notice).on_conflict_do_nothing();
    Ok(on!(conn, c => new.execute(c))? == 1)
}

/// A notice.
pub fn find(conn: &mut Conn, id: NoticeId) -> QueryResult<Option<Notice>> {
    on!(conn, c => notices::table.find(id).select(Notice::as_select()).first(c).optional())
}

/// The newest notice that says the same of the same thing to the same people from `from` on and stands in the inbox; to a
/// member only one that he has not read.
pub fn find_same(conn: &mut Conn, notice: &Notice, from: NoticeId) -> QueryResult<Option<Notice>> {
    let read = notice_reads::table
        .filter(notice_reads::notice_id.eq(notices::id))
        .filter(notice_reads::member_id.nullable().eq(notices::member_id));
    on!(conn, c => {
        let same = notices::table
            .filter(notices::id.gt(from).and(notices::id.ne(notice.id)))
            .filter(notices::superseded.eq(false).and(notices::lasting.eq(false)))
            .filter(notices::kind.eq(&notice.kind).and(notices::title.eq(&notice.title)))
            .filter(notices::link.eq(notice.link.as_ref()))
            .filter(diesel::dsl::not(diesel::dsl::exists(read)))
            .into_boxed();
        let same = match notice.member_id {
            Some(member) => same.filter(notices::member_id.eq(member)),
            None => same.filter(notices::unit_id.eq(notice.unit_id)),
        };
        same.order(notices::id.desc()).select(Notice::as_select()).first(c).optional()
    })
}

/// Has another one stand in the place of a notice.
pub fn supersede(conn: &mut Conn, id: NoticeId) -> QueryResult<()> {
    on!(conn, c => diesel::update(notices::table.find(id)).set(notices::superseded.eq(true)).execute(c)).map(drop)
}

/// Narrows a boxed query of notices to what `$inbox` holds; a macro, since two backends want two boxed types.
macro_rules! seen_in {
    ($query:expr, $inbox:expr) => {{
        let inbox = $inbox;
        let mut query = $query
            .filter(notices::member_id.eq(inbox.member).and(notices::id.gt(inbox.from).or(notices::lasting.eq(true))));
        for Span { unit, after, before } in inbox.spans.iter().copied() {
            query = query.or_filter(notices::unit_id.eq(unit).and(notices::id.gt(after)).and(notices::id.lt(before)));
        }
        query.filter(notices::superseded.eq(false))
    }};
}

/// Notices with what a member has read of them.
macro_rules! with_reads {
    ($inbox:expr) => {
        notices::table.left_join(
            notice_reads::table
                .on(notice_reads::notice_id.eq(notices::id).and(notice_reads::member_id.eq($inbox.member))),
        )
    };
}

/// Notices of the inbox before `before`, newest first, each with the instant at which the member read it.
pub fn list(
    conn: &mut Conn,
    inbox: &Inbox,
    before: Option<NoticeId>,
    limit: i64,
) -> QueryResult<Vec<(Notice, Option<Timestamp>)>> {
    let before = before.unwrap_or_else(|| uuid::Uuid::max().into());
    on!(conn, c => seen_in!(with_reads!(inbox).into_boxed(), inbox)
        .filter(notices::id.lt(before))
        .order(notices::id.desc())
        .limit(limit)
        .select((Notice::as_select(), notice_reads::read_at.nullable()))
        .load(c))
}

/// To which units notices were sent, and when, from `from` on and before `until`.
pub fn list_sent_to_units(conn: &mut Conn, from: Timestamp, until: Timestamp) -> QueryResult<Vec<(UnitId, Timestamp)>> {
    on!(conn, c => notices::table
        .filter(notices::unit_id.is_not_null())
        .filter(notices::created_at.ge(from))
        .filter(notices::created_at.lt(until))
        .order(notices::id)
        .select((notices::unit_id.assume_not_null(), notices::created_at))
        .load(c))
}

/// How many of each kind are unread.
pub fn count_unread_by_kind(conn: &mut Conn, inbox: &Inbox) -> QueryResult<Vec<(NoticeKind, i64)>> {
    on!(conn, c => {
        let counted = with_reads!(inbox).group_by(notices::kind).select((notices::kind, count_star()));
        seen_in!(counted.into_boxed(), inbox).filter(notice_reads::read_at.is_null()).load(c)
    })
}

/// The unread ones of the inbox; of `ids` only, if there are any.
pub fn list_unread(conn: &mut Conn, inbox: &Inbox, ids: Option<&[NoticeId]>) -> QueryResult<Vec<NoticeId>> {
    on!(conn, c => {
        let mut query = seen_in!(with_reads!(inbox).into_boxed(), inbox).filter(notice_reads::read_at.is_null());
        if let Some(ids) = ids {
            query = query.filter(notices::id.eq_any(ids));
        }
        query.select(notices::id).load(c)
    })
}

/// Puts down what a member has read; what was read before keeps its instant.
pub fn insert_reads(conn: &mut Conn, reads: &[Read]) -> QueryResult<usize> {
    on!(conn, c => diesel::insert_into(notice_reads::table).values(reads).on_conflict_do_nothing().execute(c))
}

/// Notices with ids below `until` that do not last, oldest first.
pub fn list_older(conn: &mut Conn, until: NoticeId, limit: i64) -> QueryResult<Vec<NoticeId>> {
    on!(conn, c => notices::table
        .filter(notices::id.lt(until))
        .filter(notices::lasting.eq(false))
        .order(notices::id)
        .limit(limit)
        .select(notices::id)
        .load(c))
}

/// Takes away up to `limit` marks of a notice and says how many there were.
pub fn delete_reads(conn: &mut Conn, notice: NoticeId, limit: usize) -> QueryResult<usize> {
    let readers: Vec<MemberId> = on!(conn, c => notice_reads::table
        .filter(notice_reads::notice_id.eq(notice))
        .order(notice_reads::member_id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(notice_reads::member_id)
        .load(c))?;
    let Some(last) = readers.last() else { return Ok(0) };
    let reads =
        notice_reads::table.filter(notice_reads::notice_id.eq(notice)).filter(notice_reads::member_id.le(*last));
    on!(conn, c => diesel::delete(reads).execute(c))
}

/// Throws a notice away; there is no mark on it any more.
pub fn delete(conn: &mut Conn, notice: NoticeId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(notices::table.filter(notices::id.eq(notice))).execute(c)).map(drop)
}
