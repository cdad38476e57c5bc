//! Coverage of days as it was frozen.

use diesel::dsl::{max, min};
use diesel::prelude::*;

use super::super::model::FrozenCoverage;
use crate::base::time::{Day, Period};
use crate::db::Conn;
use crate::db::schema::{quiz_coverages, quiz_papers};
use crate::on;

/// The oldest day with a paper that is over by `newest` and comes after all that are frozen. What comes out for an earlier
/// one later asks nobody.
pub fn find_unfrozen(conn: &mut Conn, newest: Day) -> QueryResult<Option<Day>> {
    let frozen: Option<Day> = on!(conn, c => quiz_coverages::table.select(max(quiz_coverages::day)).first(c))?;
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::day.gt(frozen.unwrap_or(Period::All.start(newest))))
        .filter(quiz_papers::day.le(newest))
        .filter(quiz_papers::published_at.is_not_null())
        .select(min(quiz_papers::day))
        .first(c))
}

/// Keeps the coverage of a day; what is kept already stays as it is.
pub fn freeze(conn: &mut Conn, coverage: &FrozenCoverage) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(quiz_coverages::table).values(coverage).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// The coverage of a day as it was frozen.
pub fn find(conn: &mut Conn, day: Day) -> QueryResult<Option<FrozenCoverage>> {
    on!(conn, c => quiz_coverages::table.find(day).select(FrozenCoverage::as_select()).first(c).optional())
}
