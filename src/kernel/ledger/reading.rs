//! What the ledger says of a member, a day and a period.

use diesel::dsl::{max, min, sum};
use diesel::prelude::*;
use uuid::Uuid;

use super::LedgerEntryId;
use crate::base::id::{MemberId, first_made_at};
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{ledger_days, ledger_entries};
use crate::kernel::board::TOTAL;
use crate::on;

/// An entry as a member reads it.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = ledger_entries)]
pub struct Entry {
    pub id: LedgerEntryId,
    pub dimension: String,
    pub rule: String,
    pub rule_version: i32,
    pub points: i32,
    pub uncapped_points: i32,
    pub day: Day,
    pub source_kind: String,
    pub source_id: Vec<u8>,
    pub reason: String,
    pub created_at: Timestamp,
}

/// An entry as auditors prove boards by it.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = ledger_entries)]
pub struct ProvenEntry {
    pub member_id: MemberId,
    pub id: LedgerEntryId,
    pub dimension: String,
    pub rule: String,
    pub rule_version: i32,
    pub points: i32,
    pub uncapped_points: i32,
    pub day: Day,
    /// The day under whose caps it counts, if not its own.
    pub caps_on: Option<Day>,
    pub source_kind: String,
    pub source_id: Vec<u8>,
    pub reason: String,
    pub approved_by: Option<MemberId>,
    pub created_at: Timestamp,
}

/// The entries of these members that bear a day from `from` until the day before `until` and were made before `made_before`:
/// member by member, oldest first.
pub fn list_proven(
    conn: &mut Conn,
    members: &[MemberId],
    (from, until): (Day, Day),
    made_before: Timestamp,
) -> QueryResult<Vec<ProvenEntry>> {
    // no entry is made before the day that it bears, so that its id tells most of them apart without a look at the row
    let (first, last): (LedgerEntryId, LedgerEntryId) = (first_made_at(from.start()), first_made_at(made_before));
    on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq_any(members))
        .filter(ledger_entries::id.ge(first))
        .filter(ledger_entries::id.lt(last))
        .filter(ledger_entries::day.ge(from))
        .filter(ledger_entries::day.lt(until))
        .order((ledger_entries::member_id, ledger_entries::id))
        .select(ProvenEntry::as_select())
        .load(c))
}

/// The member's entries, newest first, from below the entry `before`.
pub fn list(conn: &mut Conn, member: MemberId, before: Option<LedgerEntryId>, limit: i64) -> QueryResult<Vec<Entry>> {
    let before = before.unwrap_or(LedgerEntryId::from(Uuid::max()));
    on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq(member))
        .filter(ledger_entries::id.lt(before))
        .order(ledger_entries::id.desc())
        .limit(limit)
        .select(Entry::as_select())
        .load(c))
}

/// What each member earned in `measure` from the day `from` until the day before `until`, and when it last changed.
pub fn totals(conn: &mut Conn, measure: &str, from: Day, until: Day) -> QueryResult<Vec<(MemberId, i64, Timestamp)>> {
    type Sum = (MemberId, Option<i64>, Option<Timestamp>);
    let columns = || (ledger_days::member_id, sum(ledger_days::points), max(ledger_days::reached_at));
    let within = || ledger_days::day.ge(from).and(ledger_days::day.lt(until));
    let rows: Vec<Sum> = if measure == TOTAL {
        on!(conn, c => ledger_days::table.filter(within()).group_by(ledger_days::member_id).select(columns()).load(c))?
    } else {
        on!(conn, c => ledger_days::table
            .filter(within())
            .filter(ledger_days::dimension.eq(measure))
            .group_by(ledger_days::member_id)
            .select(columns())
            .load(c))?
    };
    Ok(rows.into_iter().filter_map(|(member, points, at)| Some((member, points?, at?))).collect())
}

/// What everybody earned on a day, by dimension, and when it last changed.
pub fn of_day(conn: &mut Conn, day: Day) -> QueryResult<Vec<(MemberId, String, i64, Timestamp)>> {
    let rows: Vec<(MemberId, String, i32, Timestamp)> = on!(conn, c => ledger_days::table
        .filter(ledger_days::day.eq(day))
        .select((ledger_days::member_id, ledger_days::dimension, ledger_days::points, ledger_days::reached_at))
        .load(c))?;
    Ok(rows.into_iter().map(|(member, dimension, points, at)| (member, dimension, points.into(), at)).collect())
}

/// The first day on which anybody earned anything.
pub fn first_day(conn: &mut Conn) -> QueryResult<Option<Day>> {
    on!(conn, c => ledger_days::table.select(min(ledger_days::day)).first(c))
}

/// Points that came to a member after a period, or went, by corrections that are about a day of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LaterPoints {
    pub member: MemberId,
    /// The day that bears them.
    pub made_on: Day,
    pub points: i64,
}

/// What was corrected after a period that lasted from `from` until the day before `until`, newest first; of one member, or
/// of everybody.
pub fn list_later_points(
    conn: &mut Conn,
    measure: &str,
    from: Day,
    until: Day,
    member: Option<MemberId>,
) -> QueryResult<Vec<LaterPoints>> {
    let rows: Vec<(MemberId, Day, Option<i64>)> = on!(conn, c => {
        let mut query = ledger_entries::table
            .filter(ledger_entries::caps_on.ge(from))
            .filter(ledger_entries::caps_on.lt(until))
            .filter(ledger_entries::day.ge(until))
            .group_by((ledger_entries::member_id, ledger_entries::day))
            .select((ledger_entries::member_id, ledger_entries::day, sum(ledger_entries::points)))
            .into_boxed();
        if measure != TOTAL {
            query = query.filter(ledger_entries::dimension.eq(measure));
        }
        if let Some(member) = member {
            query = query.filter(ledger_entries::member_id.eq(member));
        }
        query.order((ledger_entries::day.desc(), ledger_entries::member_id)).load(c)
    })?;
    let changed = |(member, made_on, points): (MemberId, Day, Option<i64>)| {
        points.filter(|points| *points != 0).map(|points| LaterPoints { member, made_on, points })
    };
    Ok(rows.into_iter().filter_map(changed).collect())
}
