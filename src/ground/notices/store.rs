//! The room's tables: notices and who has read them.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Notice, NoticeId, NoticeKind, Read};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{notice_reads, notices};
use crate::on;

/// Whose inbox, and from which notice on.
#[derive(Clone, Debug)]
pub struct Inbox {
    pub member: MemberId,
    /// The member's home unit and its ancestors.
    pub path: std::sync::Arc<[UnitId]>,
    /// Notices with smaller ids are out of sight, but for lasting ones.
    pub from: NoticeId,
}

/// Writes a notice; one that is there already stays as it is.
pub fn insert(conn: &mut Conn, notice: &Notice) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(notices::table).values(notice).on_conflict_do_nothing().execute(c)).map(drop)
}

/// What of the notices `$inbox` holds.
macro_rules! seen_in {
    ($inbox:expr) => {
        notices::table
            .left_join(
                notice_reads::table
                    .on(notice_reads::notice_id.eq(notices::id).and(notice_reads::member_id.eq($inbox.member))),
            )
            .filter(
                notices::member_id
                    .eq($inbox.member)
                    .and(notices::id.gt($inbox.from).or(notices::lasting.eq(true)))
                    .or(notices::unit_id.eq_any($inbox.path.iter().copied()).and(notices::id.gt($inbox.from))),
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
    on!(conn, c => seen_in!(inbox)
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
    on!(conn, c => seen_in!(inbox)
        .filter(notice_reads::read_at.is_null())
        .group_by(notices::kind)
        .select((notices::kind, count_star()))
        .load(c))
}

/// The unread ones of the inbox; of `ids` only, if there are any.
pub fn list_unread(conn: &mut Conn, inbox: &Inbox, ids: Option<&[NoticeId]>) -> QueryResult<Vec<NoticeId>> {
    match ids {
        Some(ids) => on!(conn, c => seen_in!(inbox)
            .filter(notice_reads::read_at.is_null())
            .filter(notices::id.eq_any(ids))
            .select(notices::id)
            .load(c)),
        None => on!(conn, c => seen_in!(inbox)
            .filter(notice_reads::read_at.is_null())
            .select(notices::id)
            .load(c)),
    }
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
