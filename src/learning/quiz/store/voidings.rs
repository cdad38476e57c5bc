//! Proposals that a question be void.

use diesel::prelude::*;

use crate::base::approval::ProposalState;
use crate::db::Conn;
use crate::db::schema::question_voidings;
use crate::learning::quiz::model::QuestionId;
use crate::learning::quiz::model::voiding::{QuestionVoiding, QuestionVoidingId};
use crate::on;

pub fn find_voiding(conn: &mut Conn, id: QuestionVoidingId) -> QueryResult<Option<QuestionVoiding>> {
    on!(conn, c => question_voidings::table.find(id).select(QuestionVoiding::as_select()).first(c).optional())
}

/// What is proposed about a version and was not answered, though its time may be over.
pub fn find_open_voiding(conn: &mut Conn, question: QuestionId, version: i32) -> QueryResult<Option<QuestionVoiding>> {
    on!(conn, c => question_voidings::table
        .filter(question_voidings::question_id.eq(question))
        .filter(question_voidings::version.eq(version))
        .filter(question_voidings::state.eq(ProposalState::Open))
        .select(QuestionVoiding::as_select())
        .first(c)
        .optional())
}

/// The proposals about a question before `before`, newest first.
pub fn list_voidings(
    conn: &mut Conn,
    question: QuestionId,
    before: QuestionVoidingId,
    limit: i64,
) -> QueryResult<Vec<QuestionVoiding>> {
    on!(conn, c => question_voidings::table
        .filter(question_voidings::question_id.eq(question))
        .filter(question_voidings::id.lt(before))
        .order(question_voidings::id.desc())
        .limit(limit)
        .select(QuestionVoiding::as_select())
        .load(c))
}

pub fn insert_voiding(conn: &mut Conn, voiding: &QuestionVoiding) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(question_voidings::table).values(voiding).execute(c)).map(drop)
}

/// Writes what became of a proposal; the caller holds its question.
pub fn answer_voiding(conn: &mut Conn, voiding: &QuestionVoiding) -> QueryResult<()> {
    on!(conn, c => diesel::update(question_voidings::table.find(voiding.id))
        .set((
            question_voidings::state.eq(voiding.state),
            question_voidings::answered_by.eq(voiding.answered_by),
            question_voidings::answered_at.eq(voiding.answered_at),
        ))
        .execute(c))
    .map(drop)
}
