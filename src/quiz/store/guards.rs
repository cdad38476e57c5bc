//! Questions whose key nobody may see for a while.

use diesel::prelude::*;

use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::question_guards;
use crate::on;
use crate::quiz::model::QuestionId;
use crate::quiz::model::tally::SourceId;

/// Guards a question for `source`; a guard that stands already is only ever made longer.
pub fn put_guard(conn: &mut Conn, question: QuestionId, source: SourceId, until: Timestamp) -> QueryResult<()> {
    let row = (
        question_guards::question_id.eq(question),
        question_guards::source_id.eq(source),
        question_guards::guarded_until.eq(until),
    );
    let inserted = on!(conn, c => diesel::insert_into(question_guards::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if inserted == 1 {
        return Ok(());
    }
    let shorter = question_guards::table
        .filter(question_guards::question_id.eq(question))
        .filter(question_guards::source_id.eq(source))
        .filter(question_guards::guarded_until.lt(until));
    on!(conn, c => diesel::update(shorter).set(question_guards::guarded_until.eq(until)).execute(c)).map(drop)
}

/// Ends every guard of `source`.
pub fn delete_guards(conn: &mut Conn, source: SourceId) -> QueryResult<()> {
    let guards = question_guards::table.filter(question_guards::source_id.eq(source));
    on!(conn, c => diesel::delete(guards).execute(c)).map(drop)
}

/// Whether anybody guards the question at `now`.
pub fn is_guarded(conn: &mut Conn, question: QuestionId, now: Timestamp) -> QueryResult<bool> {
    let guards = question_guards::table
        .filter(question_guards::question_id.eq(question))
        .filter(question_guards::guarded_until.gt(now));
    on!(conn, c => diesel::select(diesel::dsl::exists(guards)).get_result(c))
}

/// Throws away the guards that have run out by `now`.
pub fn delete_expired_guards(conn: &mut Conn, now: Timestamp) -> QueryResult<()> {
    let expired = question_guards::table.filter(question_guards::guarded_until.le(now));
    on!(conn, c => diesel::delete(expired).execute(c)).map(drop)
}
