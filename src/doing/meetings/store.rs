//! The room's tables.

use diesel::prelude::*;

use super::model::{Attendance, Coming, Meeting, MeetingId, MeetingKind};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{meeting_attendance, meetings};
use crate::on;

/// What a list of meetings is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct MeetingFilter {
    pub kind: Option<MeetingKind>,
    pub from: Option<Day>,
    /// Included.
    pub until: Option<Day>,
}

/// One meeting.
pub fn find(conn: &mut Conn, id: MeetingId) -> QueryResult<Option<Meeting>> {
    on!(conn, c => meetings::table.find(id).select(Meeting::as_select()).first(c).optional())
}

/// One meeting, whose day stays until the end of the transaction: for acts that happen at it.
pub fn lock_row(conn: &mut Conn, id: MeetingId) -> QueryResult<Option<Meeting>> {
    match conn {
        Conn::Pg(c) => meetings::table.find(id).select(Meeting::as_select()).for_share().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => meetings::table.find(id).select(Meeting::as_select()).first(c).optional(),
    }
}

/// One meeting, for anyone who changes it.
pub fn lock_row_alone(conn: &mut Conn, id: MeetingId) -> QueryResult<Option<Meeting>> {
    match conn {
        Conn::Pg(c) => meetings::table.find(id).select(Meeting::as_select()).for_update().first(c).optional(),
        Conn::Sqlite(c) => meetings::table.find(id).select(Meeting::as_select()).first(c).optional(),
    }
}

/// Takes a meeting away with its attendance.
pub fn delete(conn: &mut Conn, id: MeetingId) -> QueryResult<()> {
    replace_attendance(conn, id, &[])?;
    on!(conn, c => diesel::delete(meetings::table.find(id)).execute(c)).map(drop)
}

/// Those of `ids` that exist.
pub fn find_some(conn: &mut Conn, ids: &[MeetingId]) -> QueryResult<Vec<Meeting>> {
    on!(conn, c => meetings::table.filter(meetings::id.eq_any(ids)).select(Meeting::as_select()).load(c))
}

/// Meetings of `units` (of all when `None`), newest day first, below `before`.
pub fn list(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    filter: &MeetingFilter,
    before: Option<(Day, MeetingId)>,
    limit: i64,
) -> QueryResult<Vec<Meeting>> {
    on!(conn, c => {
        let mut query = meetings::table.into_boxed();
        if let Some(units) = units {
            query = query.filter(meetings::unit_id.eq_any(units));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(meetings::kind.eq(kind));
        }
        if let Some(from) = filter.from {
            query = query.filter(meetings::held_on.ge(from));
        }
        if let Some(until) = filter.until {
            query = query.filter(meetings::held_on.le(until));
        }
        if let Some((day, id)) = before {
            query = query.filter(meetings::held_on.lt(day).or(meetings::held_on.eq(day).and(meetings::id.lt(id))));
        }
        query
            .order((meetings::held_on.desc(), meetings::id.desc()))
            .limit(limit)
            .select(Meeting::as_select())
            .load(c)
    })
}

/// Meetings from `from` on, the earliest first.
pub fn list_coming(conn: &mut Conn, from: Day, limit: i64) -> QueryResult<Vec<Coming>> {
    on!(conn, c => meetings::table
        .filter(meetings::held_on.ge(from))
        .order((meetings::held_on, meetings::id))
        .limit(limit)
        .select((meetings::id, meetings::kind, meetings::unit_id, meetings::held_on, meetings::title))
        .load(c))
}

/// How many attended each of `meetings`; those that nobody attended are left out.
pub fn count_attendance(conn: &mut Conn, meetings: &[MeetingId]) -> QueryResult<Vec<(MeetingId, i64)>> {
    on!(conn, c => meeting_attendance::table
        .filter(meeting_attendance::meeting_id.eq_any(meetings))
        .group_by(meeting_attendance::meeting_id)
        .select((meeting_attendance::meeting_id, diesel::dsl::count_star()))
        .load(c))
}

/// Which of `meetings` a member attended.
pub fn list_attended(conn: &mut Conn, meetings: &[MeetingId], member: MemberId) -> QueryResult<Vec<MeetingId>> {
    on!(conn, c => meeting_attendance::table
        .filter(meeting_attendance::meeting_id.eq_any(meetings))
        .filter(meeting_attendance::member_id.eq(member))
        .select(meeting_attendance::meeting_id)
        .load(c))
}

pub fn list_attendance(conn: &mut Conn, meeting: MeetingId) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => meeting_attendance::table
        .filter(meeting_attendance::meeting_id.eq(meeting))
        .order(meeting_attendance::member_id)
        .select(meeting_attendance::member_id)
        .load(c))
}

pub fn insert(conn: &mut Conn, meeting: &Meeting) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(meetings::table).values(meeting).execute(c)).map(drop)
}

/// Writes day, title and minutes of a meeting.
pub fn update(conn: &mut Conn, meeting: &Meeting) -> QueryResult<()> {
    on!(conn, c => diesel::update(meetings::table.filter(meetings::id.eq(meeting.id)))
        .set((
            meetings::held_on.eq(meeting.held_on),
            meetings::title.eq(&meeting.title),
            meetings::minutes.eq(&meeting.minutes),
            meetings::updated_at.eq(meeting.updated_at),
        ))
        .execute(c))
    .map(drop)
}

/// Puts `members` in the place of anyone who was listed before.
pub fn replace_attendance(conn: &mut Conn, meeting: MeetingId, members: &[MemberId]) -> QueryResult<()> {
    let mine = || meeting_attendance::table.filter(meeting_attendance::meeting_id.eq(meeting));
    on!(conn, c => diesel::delete(mine()).execute(c))?;
    for member_id in members {
        let row = Attendance { meeting_id: meeting, member_id: *member_id };
        on!(conn, c => diesel::insert_into(meeting_attendance::table).values(row).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}
