//! What the boards ask the database: standings that changed, and scores of one period.

use diesel::connection::DefaultLoadingMode;
use diesel::dsl::{max, sql};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::key::BoardKey;
use super::standing::{Row, Standing};
use crate::base::id::MemberId;
use crate::base::time::{Period, Timestamp};
use crate::db::Conn;
use crate::db::schema::standings;
use crate::on;

/// The number below which every change is visible to anyone who asks after this: the next watermark.
///
/// Transactions commit out of order, so on PostgreSQL this is the oldest one still running: what bears a smaller id
/// has ended by now. Asked *before* the rows are read. Rows above it that are visible are sent too, and again by the
/// next pass, which costs little; only the watermark must not pass a transaction that has not ended, or what it brings
/// would be missed. SQLite numbers its transactions in the order in which they commit.
pub(super) fn horizon(conn: &mut Conn) -> QueryResult<i64> {
    match conn {
        Conn::Pg(c) => {
            let oldest = sql::<BigInt>("pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
            diesel::select(oldest).get_result(c)
        }
        Conn::Sqlite(c) => {
            let newest: Option<i64> = standings::table.select(max(standings::changed)).first(c)?;
            Ok(newest.map_or(0, |newest| newest + 1))
        }
    }
}

/// Hands every standing that changed from `since` on to `take`, without keeping them all; libpq would, unless told to
/// give row by row, which for 60,000 members are 100 MB at every start.
pub(super) fn each_changed(conn: &mut Conn, since: i64, mut take: impl FnMut(Standing)) -> QueryResult<()> {
    macro_rules! each {
        ($conn:ident, $mode:ty) => {
            for row in standings::table
                .filter(standings::changed.ge(since))
                .select(Row::as_select())
                .load_iter::<Row, $mode>($conn)?
            {
                take(row?.into());
            }
        };
    }
    match conn {
        Conn::Pg(c) => each!(c, PgRowByRowLoadingMode),
        Conn::Sqlite(c) => each!(c, DefaultLoadingMode),
    }
    Ok(())
}

/// Standings in the order of their keys, after `after`.
pub(super) fn page(conn: &mut Conn, after: Option<&(MemberId, String)>, limit: i64) -> QueryResult<Vec<Standing>> {
    let (member, measure) = after.cloned().unwrap_or_else(|| (uuid::Uuid::nil().into(), String::new()));
    let rows: Vec<Row> = on!(conn, c => standings::table
        .filter(
            standings::member_id.gt(member)
                .or(standings::member_id.eq(member).and(standings::measure.gt(&measure))),
        )
        .order((standings::member_id, standings::measure))
        .limit(limit)
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(Standing::from).collect())
}

/// Who has points in the running period of `key`, whatever its scope.
pub(super) fn running_scores(conn: &mut Conn, key: &BoardKey) -> QueryResult<Vec<(MemberId, i64, Timestamp)>> {
    macro_rules! scores {
        ($score:ident, $at:ident $(, $on:ident)?) => {
            on!(conn, c => standings::table
                .filter(standings::measure.eq(&*key.measure))
                .filter(standings::$score.gt(0))
                $(.filter(standings::$on.eq(key.start)))?
                .select((standings::member_id, standings::$score, standings::$at))
                .load(c))
        };
    }
    match key.period {
        Period::Day => scores!(day_score, day_at, day_on),
        Period::Week => scores!(week_score, week_at, week_on),
        Period::Month => scores!(month_score, month_at, month_on),
        Period::Quarter => scores!(quarter_score, quarter_at, quarter_on),
        Period::Year => scores!(year_score, year_at, year_on),
        Period::All => scores!(all_score, all_at),
    }
}

/// The standings of these members.
pub(super) fn of_members(conn: &mut Conn, members: &[MemberId]) -> QueryResult<Vec<Standing>> {
    let rows: Vec<Row> = on!(conn, c => standings::table
        .filter(standings::member_id.eq_any(members))
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(Standing::from).collect())
}

/// Members with standings, by id, after `after`.
pub(super) fn members(conn: &mut Conn, after: MemberId, limit: i64) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => standings::table
        .filter(standings::member_id.gt(after))
        .select(standings::member_id)
        .distinct()
        .order(standings::member_id)
        .limit(limit)
        .load(c))
}
