//! The room's tables.

pub mod record;

use diesel::prelude::*;

use super::model::{Attendance, Coming, Excuse, ExcuseReason, Meeting, MeetingId, MeetingKind, ThemeDayForm, Whole};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{meeting_attendance, meeting_excuses, meetings};
use crate::on;

/// Which meetings somebody may read.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Those who attended or were excused read what they were at.
    pub reader: MemberId,
    /// Units of which the reader sees every meeting; all when `None`.
    pub led: Option<Vec<UnitId>>,
    /// Units of which the reader sees the meetings for all members.
    pub own: Vec<UnitId>,
}

/// What a reader sees who does not see everything, as a condition.
macro_rules! seen {
    ($sight:expr, $led:expr) => {{
        let attended = meeting_attendance::table
            .filter(meeting_attendance::member_id.eq($sight.reader))
            .select(meeting_attendance::meeting_id);
        let excused = meeting_excuses::table
            .filter(meeting_excuses::member_id.eq($sight.reader))
            .select(meeting_excuses::meeting_id);
        let own = meetings::unit_id.eq_any(&$sight.own).and(meetings::kind.eq_any(MeetingKind::FOR_ALL));
        meetings::unit_id.eq_any($led).or(own).or(meetings::id.eq_any(attended)).or(meetings::id.eq_any(excused))
    }};
}
use seen;

/// What a list of meetings is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct MeetingFilter {
    pub kind: Option<MeetingKind>,
    pub from: Option<Day>,
    /// Included.
    pub until: Option<Day>,
    pub form: Option<ThemeDayForm>,
    pub series: Option<String>,
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
    let attendance = meeting_attendance::table.filter(meeting_attendance::meeting_id.eq(id));
    on!(&mut *conn, c => diesel::delete(attendance).execute(c))?;
    replace_excuses(conn, id, &[])?;
    record::replace_agenda(conn, id, &[])?;
    record::replace_decisions(conn, id, &[])?;
    on!(conn, c => diesel::delete(meetings::table.find(id)).execute(c)).map(drop)
}

/// A meeting with anyone who attended it or was excused.
pub fn find_whole(conn: &mut Conn, id: MeetingId) -> QueryResult<Option<Whole>> {
    let Some(meeting) = find(conn, id)? else { return Ok(None) };
    let (attendance, excuses) = (list_attendance(conn, id)?, list_excuses(conn, id)?);
    let (agenda, decisions) = (record::list_agenda(conn, id)?, record::list_decisions(conn, id)?);
    Ok(Some(Whole { meeting, attendance, excuses, agenda, decisions }))
}

/// Those of `ids` that exist.
pub fn find_some(conn: &mut Conn, ids: &[MeetingId]) -> QueryResult<Vec<Meeting>> {
    on!(conn, c => meetings::table.filter(meetings::id.eq_any(ids)).select(Meeting::as_select()).load(c))
}

/// Meetings within `sight`, of `units` when they are given, newest day first, below `before`.
pub fn list(
    conn: &mut Conn,
    sight: &Sight,
    units: Option<&[UnitId]>,
    filter: &MeetingFilter,
    before: Option<(Day, MeetingId)>,
    limit: i64,
) -> QueryResult<Vec<Meeting>> {
    on!(conn, c => {
        let mut query = meetings::table.into_boxed();
        if let Some(led) = &sight.led {
            query = query.filter(seen!(sight, led));
        }
        if let Some(units) = units {
            query = query.filter(meetings::unit_id.eq_any(units));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(meetings::kind.eq(kind));
        }
        if let Some(form) = filter.form {
            query = query.filter(meetings::form.eq(form));
        }
        if let Some(series) = &filter.series {
            query = query.filter(meetings::series.eq(series));
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
        .select(Coming::as_select())
        .load(c))
}

/// Meetings of `units` on the days from `from` to `until`, both included, the earliest first.
pub fn list_of_days(
    conn: &mut Conn,
    units: &[UnitId],
    (from, until): (Day, Day),
    limit: i64,
) -> QueryResult<Vec<Coming>> {
    on!(conn, c => meetings::table
        .filter(meetings::unit_id.eq_any(units))
        .filter(meetings::held_on.between(from, until))
        .order((meetings::held_on, meetings::id))
        .limit(limit)
        .select(Coming::as_select())
        .load(c))
}

/// A meeting that was held: its id, title, day and unit, and when it was written down.
pub type Held = (MeetingId, String, Day, UnitId, Timestamp);

/// Meetings of the kind on the days from `from` to `until`, both included, that somebody attended.
pub fn list_held(conn: &mut Conn, kind: MeetingKind, from: Day, until: Day) -> QueryResult<Vec<Held>> {
    let attended = meeting_attendance::table.filter(meeting_attendance::meeting_id.eq(meetings::id));
    on!(conn, c => meetings::table
        .filter(meetings::kind.eq(kind))
        .filter(meetings::held_on.between(from, until))
        .filter(diesel::dsl::exists(attended.select(meeting_attendance::meeting_id)))
        .order((meetings::held_on, meetings::id))
        .select((meetings::id, meetings::title, meetings::held_on, meetings::unit_id, meetings::created_at))
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

/// Which of `meetings` a member was excused from.
pub fn list_excused(conn: &mut Conn, meetings: &[MeetingId], member: MemberId) -> QueryResult<Vec<MeetingId>> {
    on!(conn, c => meeting_excuses::table
        .filter(meeting_excuses::meeting_id.eq_any(meetings))
        .filter(meeting_excuses::member_id.eq(member))
        .select(meeting_excuses::meeting_id)
        .load(c))
}

pub fn list_attendance(conn: &mut Conn, meeting: MeetingId) -> QueryResult<Vec<Attendance>> {
    on!(conn, c => meeting_attendance::table
        .filter(meeting_attendance::meeting_id.eq(meeting))
        .order(meeting_attendance::member_id)
        .select(Attendance::as_select())
        .load(c))
}

fn list_excuses(conn: &mut Conn, meeting: MeetingId) -> QueryResult<Vec<Excuse>> {
    on!(conn, c => meeting_excuses::table
        .filter(meeting_excuses::meeting_id.eq(meeting))
        .order(meeting_excuses::member_id)
        .select(Excuse::as_select())
        .load(c))
}

/// That a member attended, if he did.
pub fn find_attendance(conn: &mut Conn, meeting: MeetingId, member: MemberId) -> QueryResult<Option<Attendance>> {
    on!(conn, c => meeting_attendance::table
        .find((meeting, member))
        .select(Attendance::as_select())
        .first(c)
        .optional())
}

pub fn insert(conn: &mut Conn, meeting: &Meeting) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(meetings::table).values(meeting).execute(c)).map(drop)
}

/// Writes everything that may change about a meeting.
pub fn update(conn: &mut Conn, meeting: &Meeting) -> QueryResult<()> {
    on!(conn, c => diesel::update(meetings::table.filter(meetings::id.eq(meeting.id)))
        .set((
            meetings::held_on.eq(meeting.held_on),
            meetings::title.eq(&meeting.title),
            meetings::minutes.eq(&meeting.minutes),
            meetings::begins_at.eq(meeting.begins_at),
            meetings::ends_at.eq(meeting.ends_at),
            meetings::place.eq(&meeting.place),
            meetings::form.eq(meeting.form),
            meetings::series.eq(&meeting.series),
            meetings::host_id.eq(meeting.host_id),
            meetings::keeper_id.eq(meeting.keeper_id),
            meetings::guest_count.eq(meeting.guest_count),
            meetings::updated_at.eq(meeting.updated_at),
        ))
        .execute(c))
    .map(drop)
}

/// Puts `members` in the place of anyone who was written down before; those who entered the code stay.
pub fn replace_attendance(conn: &mut Conn, meeting: MeetingId, members: &[MemberId]) -> QueryResult<()> {
    let written = || {
        meeting_attendance::table
            .filter(meeting_attendance::meeting_id.eq(meeting))
            .filter(meeting_attendance::entered_at.is_null())
    };
    on!(&mut *conn, c => diesel::delete(written()).execute(c))?;
    for member_id in members {
        put_attendance(conn, Attendance { meeting_id: meeting, member_id: *member_id, entered_at: None })?;
    }
    Ok(())
}

/// Has a member attend; false when he did already, in whatever way.
pub fn put_attendance(conn: &mut Conn, row: Attendance) -> QueryResult<bool> {
    let inserted =
        on!(conn, c => diesel::insert_into(meeting_attendance::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}

/// Strikes a member off a meeting; false when he was not on it.
pub fn delete_attendance(conn: &mut Conn, meeting: MeetingId, member: MemberId) -> QueryResult<bool> {
    let row = meeting_attendance::table.find((meeting, member));
    Ok(on!(conn, c => diesel::delete(row).execute(c))? == 1)
}

/// Puts `excused` in the place of anyone who was excused before.
pub fn replace_excuses(conn: &mut Conn, meeting: MeetingId, excused: &[(MemberId, ExcuseReason)]) -> QueryResult<()> {
    let before = meeting_excuses::table.filter(meeting_excuses::meeting_id.eq(meeting));
    on!(&mut *conn, c => diesel::delete(before).execute(c))?;
    for (member_id, reason) in excused {
        let row = Excuse { meeting_id: meeting, member_id: *member_id, reason: *reason };
        on!(&mut *conn, c => diesel::insert_into(meeting_excuses::table).values(row).execute(c))?;
    }
    Ok(())
}

/// Nobody is excused from what he attends.
pub fn delete_excuses_of(conn: &mut Conn, meeting: MeetingId, members: &[MemberId]) -> QueryResult<()> {
    let theirs = meeting_excuses::table
        .filter(meeting_excuses::meeting_id.eq(meeting))
        .filter(meeting_excuses::member_id.eq_any(members));
    on!(conn, c => diesel::delete(theirs).execute(c)).map(drop)
}
