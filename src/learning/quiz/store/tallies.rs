//! How questions fared, and which papers are still to be counted.

use diesel::prelude::*;

use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{question_tallies, quiz_papers, quiz_submissions};
use crate::learning::quiz::model::tally::{SourceId, TallyRow, TallySource};
use crate::learning::quiz::model::{PaperId, QuestionId, Submission, SubmissionId};
use crate::on;

/// Rows of one INSERT; far below the parameters that either database takes.
const ROWS_AT_ONCE: usize = 100;

/// Puts `rows` in the place of whatever was counted for the source.
pub fn replace_tallies(conn: &mut Conn, kind: TallySource, source: SourceId, rows: &[TallyRow]) -> QueryResult<()> {
    let former = question_tallies::table
        .filter(question_tallies::source_kind.eq(kind))
        .filter(question_tallies::source_id.eq(source));
    on!(conn, c => diesel::delete(former).execute(c))?;
    match conn {
        // another server may be counting the same; it comes to the same figures
        Conn::Pg(c) => rows.chunks(ROWS_AT_ONCE).try_for_each(|rows| {
            diesel::insert_into(question_tallies::table).values(rows).on_conflict_do_nothing().execute(c).map(drop)
        }),
        // diesel has no batch with a conflict clause for SQLite, where a row costs little anyway
        Conn::Sqlite(c) => rows
            .iter()
            .try_for_each(|row| diesel::replace_into(question_tallies::table).values(row).execute(c).map(drop)),
    }
}

/// Everything that was counted about a question.
pub fn list_tallies(conn: &mut Conn, question: QuestionId) -> QueryResult<Vec<TallyRow>> {
    on!(conn, c => question_tallies::table
        .filter(question_tallies::question_id.eq(question))
        .order((question_tallies::version, question_tallies::source_kind, question_tallies::source_id))
        .select(TallyRow::as_select())
        .load(c))
}

/// The first day, `until` at the latest, with a published paper that is not counted yet.
pub fn first_untallied_day(conn: &mut Conn, until: Day) -> QueryResult<Option<Day>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::tallied_at.is_null())
        .filter(quiz_papers::published_at.is_not_null())
        .filter(quiz_papers::day.le(until))
        .order(quiz_papers::day)
        .select(quiz_papers::day)
        .first(c)
        .optional())
}

/// The submissions with an id between `after` and `until` that answer one of `papers`, in the order of their ids.
///
/// An id bears the instant of its making, so the range is read from the primary key: no index on the papers burdens
/// the submissions of the morning.
pub fn list_submissions_between(
    conn: &mut Conn,
    papers: &[PaperId],
    after: SubmissionId,
    until: SubmissionId,
    limit: i64,
) -> QueryResult<Vec<Submission>> {
    on!(conn, c => quiz_submissions::table
        .filter(quiz_submissions::id.gt(after))
        .filter(quiz_submissions::id.lt(until))
        .filter(quiz_submissions::paper_id.eq_any(papers))
        .order(quiz_submissions::id)
        .limit(limit)
        .select(Submission::as_select())
        .load(c))
}

/// Records that this edition of a paper has been counted; false when a key on it was corrected meanwhile.
pub fn mark_tallied(conn: &mut Conn, paper: PaperId, edition: i32, now: Timestamp) -> QueryResult<bool> {
    let paper = quiz_papers::table.filter(quiz_papers::id.eq(paper)).filter(quiz_papers::edition.eq(edition));
    Ok(on!(conn, c => diesel::update(paper).set(quiz_papers::tallied_at.eq(now)).execute(c))? == 1)
}

/// Writes what was counted anew about one version in a source, if it had been counted.
pub fn put_tally(conn: &mut Conn, row: &TallyRow) -> QueryResult<()> {
    let counted = question_tallies::table.find((row.question_id, row.version, row.source_kind, row.source_id));
    on!(conn, c => diesel::update(counted)
        .set((
            question_tallies::right_count.eq(row.right_count),
            question_tallies::chosen.eq(&row.chosen),
            question_tallies::counted_at.eq(row.counted_at),
        ))
        .execute(c))
    .map(drop)
}
