//! What corrections of keys would have changed of days.

use diesel::dsl::sum;
use diesel::prelude::*;

use super::super::model::{DayCorrection, Run, RunId};
use crate::base::id::MemberId;
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{challenge_answers, challenge_corrections, challenge_runs};
use crate::kernel::board::LaterPoints;
use crate::learning::quiz::lending::CorrectionId;
use crate::on;

/// The runs of a member's day that are kept, in order.
pub fn list_runs_of_day(conn: &mut Conn, member: MemberId, day: Day) -> QueryResult<Vec<Run>> {
    on!(conn, c => challenge_runs::table
        .filter(challenge_runs::member_id.eq(member))
        .filter(challenge_runs::day.eq(day))
        .order(challenge_runs::id)
        .select(Run::as_select())
        .load(c))
}

/// Which answers of a run are right, in order.
pub fn list_marks(conn: &mut Conn, run: RunId) -> QueryResult<Vec<bool>> {
    on!(conn, c => challenge_answers::table
        .filter(challenge_answers::run_id.eq(run))
        .order(challenge_answers::seq)
        .select(challenge_answers::is_right)
        .load(c))
}

/// The newest correction of a member's day, with when it was made.
pub fn newest_of(conn: &mut Conn, member: MemberId, day: Day) -> QueryResult<Option<(CorrectionId, Day)>> {
    on!(conn, c => challenge_corrections::table
        .filter(challenge_corrections::member_id.eq(member))
        .filter(challenge_corrections::day.eq(day))
        .order(challenge_corrections::correction_id.desc())
        .select((challenge_corrections::correction_id, challenge_corrections::made_on))
        .first(c)
        .optional())
}

/// What all other corrections of a member's day come to.
pub fn sum_of_others(conn: &mut Conn, but: CorrectionId, member: MemberId, day: Day) -> QueryResult<i64> {
    let sum: Option<i64> = on!(conn, c => challenge_corrections::table
        .filter(challenge_corrections::member_id.eq(member))
        .filter(challenge_corrections::day.eq(day))
        .filter(challenge_corrections::correction_id.ne(but))
        .select(sum(challenge_corrections::points))
        .first(c))?;
    Ok(sum.unwrap_or(0))
}

/// Writes down what a correction changes of a day, anew if it is there.
pub fn put(conn: &mut Conn, correction: &DayCorrection) -> QueryResult<()> {
    let key = (challenge_corrections::member_id, challenge_corrections::day, challenge_corrections::correction_id);
    on!(conn, c => diesel::insert_into(challenge_corrections::table)
        .values(correction)
        .on_conflict(key)
        .do_update()
        .set(challenge_corrections::points.eq(correction.points))
        .execute(c))
    .map(drop)
}

/// What was corrected of the days from `from` until the day before `until`; see [`crate::kernel::board::Measure`].
pub fn list_later(conn: &mut Conn, from: Day, until: Day, member: Option<MemberId>) -> QueryResult<Vec<LaterPoints>> {
    let rows: Vec<(MemberId, Day, Option<i64>)> = on!(conn, c => {
        let mut query = challenge_corrections::table
            .filter(challenge_corrections::day.ge(from))
            .filter(challenge_corrections::day.lt(until))
            .group_by((challenge_corrections::member_id, challenge_corrections::made_on))
            .select((
                challenge_corrections::member_id,
                challenge_corrections::made_on,
                sum(challenge_corrections::points),
            ))
            .into_boxed();
        if let Some(member) = member {
            query = query.filter(challenge_corrections::member_id.eq(member));
        }
        query.order((challenge_corrections::made_on.desc(), challenge_corrections::member_id)).load(c)
    })?;
    let changed = |(member, made_on, points): (MemberId, Day, Option<i64>)| {
        points.filter(|points| *points != 0).map(|points| LaterPoints { member, made_on, points })
    };
    Ok(rows.into_iter().filter_map(changed).collect())
}
