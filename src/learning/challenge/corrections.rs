//! What a correction of a key would have changed of a day's best run: kept beside it, dated, and in no board and no sum.

use std::collections::BTreeSet;

use diesel::QueryResult;

use super::model::{DayCorrection, Run};
use super::rules;
use super::store;
use crate::base::id::MemberId;
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::learning::quiz::lending::CorrectionId;

/// A correction of a key, with the day on which it was made.
pub(super) type Made = (CorrectionId, Day);

/// Writes down what a correction changes of these days; the caller has taken the turns of their members.
pub(super) fn note(tx: &mut Tx, made: Made, days: BTreeSet<(MemberId, Day)>) -> QueryResult<()> {
    days.into_iter().try_for_each(|(member, day)| weigh(tx.conn, made, member, day))
}

/// The day's best has grown: what its newest correction comes to may be another thing now.
pub(super) fn follow(tx: &mut Tx, member: MemberId, day: Day) -> QueryResult<()> {
    match store::corrections::newest_of(tx.conn, member, day)? {
        Some(made) => weigh(tx.conn, made, member, day),
        None => Ok(()),
    }
}

/// By how much the best of the runs of a day, each as far as it would have come by the right keys, differs from the day's
/// best with what earlier corrections came to.
fn weigh(conn: &mut Conn, (correction_id, made_on): Made, member_id: MemberId, day: Day) -> QueryResult<()> {
    let Some(record) = store::find_day(conn, member_id, day)? else { return Ok(()) };
    // a run that reached more than the best came to nothing: it ended too late
    let counts = |run: &Run| !run.is_running() && run.right_count <= record.best;
    let mut best = 0;
    for run in store::corrections::list_runs_of_day(conn, member_id, day)?.iter().filter(|run| counts(run)) {
        let marks = store::corrections::list_marks(conn, run.id)?;
        best = best.max(rules::comes_to(&marks, run.revived));
    }
    let others = store::corrections::sum_of_others(conn, correction_id, member_id, day)?;
    let points = best - record.best - i32::try_from(others).unwrap_or_default();
    store::corrections::put(conn, &DayCorrection { correction_id, member_id, day, made_on, points })
}
