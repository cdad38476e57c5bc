//! The sums of the days, as they are kept and as the entries give them: what a rebuild compares and writes.

use std::collections::BTreeMap;

use diesel::dsl::{max, sum};
use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{ledger_days, ledger_entries};
use crate::kernel::board::DayPoints;
use crate::on;

/// The days of one member, as they are kept or as the entries give them: (day, dimension) → points.
pub type Days = BTreeMap<(Day, String), DayPoints>;

/// What the entries say: the truth that days and standings are derived from.
pub fn days_of_entries(conn: &mut Conn, members: &[MemberId]) -> QueryResult<BTreeMap<MemberId, Days>> {
    type Sum = (MemberId, Day, String, Option<i64>, Option<Timestamp>);
    let rows: Vec<Sum> = on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq_any(members))
        .filter(ledger_entries::points.ne(0))
        .group_by((ledger_entries::member_id, ledger_entries::day, ledger_entries::dimension))
        .select((
            ledger_entries::member_id,
            ledger_entries::day,
            ledger_entries::dimension,
            sum(ledger_entries::points),
            max(ledger_entries::created_at),
        ))
        .load(c))?;
    let whole = |(member, day, dimension, points, at): Sum| Some((member, day, dimension, points?, at?));
    Ok(by_member(rows.into_iter().filter_map(whole)))
}

/// What `ledger_days` says.
pub fn days_kept(conn: &mut Conn, members: &[MemberId]) -> QueryResult<BTreeMap<MemberId, Days>> {
    let rows: Vec<(MemberId, Day, String, i32, Timestamp)> = on!(conn, c => ledger_days::table
        .filter(ledger_days::member_id.eq_any(members))
        .select((
            ledger_days::member_id,
            ledger_days::day,
            ledger_days::dimension,
            ledger_days::points,
            ledger_days::reached_at,
        ))
        .load(c))?;
    Ok(by_member(
        rows.into_iter().map(|(member, day, dimension, points, at)| (member, day, dimension, points.into(), at)),
    ))
}

fn by_member(rows: impl Iterator<Item = (MemberId, Day, String, i64, Timestamp)>) -> BTreeMap<MemberId, Days> {
    let mut all: BTreeMap<MemberId, Days> = BTreeMap::new();
    for (member, day, dimension, points, at) in rows {
        all.entry(member).or_default().insert((day, dimension), DayPoints { day, points, at });
    }
    all
}

/// Puts `days` in the place of what is kept of a member; the caller has taken the member's turn.
pub fn replace_days(conn: &mut Conn, member: MemberId, days: &Days) -> QueryResult<()> {
    on!(conn, c => diesel::delete(ledger_days::table.filter(ledger_days::member_id.eq(member))).execute(c))?;
    for ((day, dimension), DayPoints { points, at, .. }) in days {
        let points = i32::try_from(*points).unwrap_or(i32::MAX);
        on!(conn, c => diesel::insert_into(ledger_days::table)
            .values((
                ledger_days::member_id.eq(member),
                ledger_days::day.eq(day),
                ledger_days::dimension.eq(dimension),
                ledger_days::points.eq(points),
                ledger_days::reached_at.eq(at),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Members with entries, by id, after `after`.
pub fn members(conn: &mut Conn, after: MemberId, limit: i64) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.gt(after))
        .select(ledger_entries::member_id)
        .distinct()
        .order(ledger_entries::member_id)
        .limit(limit)
        .load(c))
}
