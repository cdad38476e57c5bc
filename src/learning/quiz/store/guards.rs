//! Questions that somebody keeps for himself, because others would show their keys.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::question_guards;
use crate::learning::quiz::model::QuestionId;
use crate::learning::quiz::model::tally::SourceId;
use crate::on;

diesel::define_sql_function! {
    /// Held until the end of the transaction; the result is void and never read.
    fn pg_advisory_xact_lock(key: BigInt) -> Nullable<Text>;
}

/// Our one advisory lock for papers and guards.
const PAPERS_LOCK: i64 = 0x7175_697a_7061_7072;

/// Makes anyone who puts questions on a paper, of a day or of a contest, take turns until the end of the transaction.
pub fn lock_papers(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        // READ COMMITTED lets two of them find a question free that both then take
        Conn::Pg(c) => diesel::select(pg_advisory_xact_lock(PAPERS_LOCK)).execute(c).map(drop),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Guards a question for `source`; again it only changes from when on the question is not practised.
pub fn put_guard(conn: &mut Conn, question: QuestionId, source: SourceId, from: Timestamp) -> QueryResult<()> {
    let row = (
        question_guards::question_id.eq(question),
        question_guards::source_id.eq(source),
        question_guards::guarded_from.eq(from),
    );
    let inserted = on!(conn, c => diesel::insert_into(question_guards::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if inserted == 1 {
        return Ok(());
    }
    let mine = question_guards::table
        .filter(question_guards::question_id.eq(question))
        .filter(question_guards::source_id.eq(source));
    on!(conn, c => diesel::update(mine).set(question_guards::guarded_from.eq(from)).execute(c)).map(drop)
}

/// Ends every guard of `source`.
pub fn delete_guards(conn: &mut Conn, source: SourceId) -> QueryResult<()> {
    let guards = question_guards::table.filter(question_guards::source_id.eq(source));
    on!(conn, c => diesel::delete(guards).execute(c)).map(drop)
}

/// Of `questions` those that somebody other than `source` guards.
pub fn list_guarded(conn: &mut Conn, questions: &[QuestionId], source: SourceId) -> QueryResult<Vec<QuestionId>> {
    on!(conn, c => question_guards::table
        .filter(question_guards::question_id.eq_any(questions))
        .filter(question_guards::source_id.ne(source))
        .select(question_guards::question_id)
        .distinct()
        .load(c))
}

/// Every question that somebody keeps for himself, whether it is practised still or not.
pub fn list_all_guarded(conn: &mut Conn) -> QueryResult<Vec<QuestionId>> {
    on!(conn, c => question_guards::table.select(question_guards::question_id).distinct().load(c))
}

/// Whether the question's key may not be shown at `now`.
pub fn is_guarded(conn: &mut Conn, question: QuestionId, now: Timestamp) -> QueryResult<bool> {
    let guards = question_guards::table
        .filter(question_guards::question_id.eq(question))
        .filter(question_guards::guarded_from.le(now));
    on!(conn, c => diesel::select(diesel::dsl::exists(guards)).get_result(c))
}
