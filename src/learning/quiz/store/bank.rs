//! The question bank: questions as they are, as they were, and whether they were ever dealt.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{question_corrections, question_guards, question_versions, questions, quiz_wrong_answers};
use crate::learning::quiz::model::{
    Candidate, Difficulty, FormerVersion, PAPER_LIMIT, Question, QuestionId, QuestionKind,
};
use crate::on;

/// What a list of questions is narrowed by; an empty filter lists every question in use that nobody keeps for himself.
#[derive(Clone, Debug, Default)]
pub struct QuestionFilter {
    pub kind: Option<QuestionKind>,
    pub category: Option<String>,
    pub difficulty: Option<Difficulty>,
    /// A part of the stem or of an option, folded as they are.
    pub text: Option<String>,
    /// Retired questions instead of those in use.
    pub retired: bool,
    /// Also those that somebody keeps for himself.
    pub with_guarded: bool,
}

pub fn find_question(conn: &mut Conn, id: QuestionId) -> QueryResult<Option<Question>> {
    on!(conn, c => questions::table.find(id).select(Question::as_select()).first(c).optional())
}

/// A question that is about to be edited: anyone else who edits or deals it waits for the end of this transaction.
pub fn find_question_for_edit(conn: &mut Conn, id: QuestionId) -> QueryResult<Option<Question>> {
    match conn {
        Conn::Pg(c) => questions::table.find(id).select(Question::as_select()).for_no_key_update().first(c).optional(),
        // writes go one after the other
        Conn::Sqlite(c) => questions::table.find(id).select(Question::as_select()).first(c).optional(),
    }
}

pub fn find_questions(conn: &mut Conn, ids: &[QuestionId]) -> QueryResult<Vec<Question>> {
    on!(conn, c => questions::table.filter(questions::id.eq_any(ids)).select(Question::as_select()).load(c))
}

/// A page of questions, newest first, before `before`.
pub fn list_questions(
    conn: &mut Conn,
    filter: &QuestionFilter,
    before: Option<QuestionId>,
    limit: i64,
) -> QueryResult<Vec<Question>> {
    // two backends want two boxed types, so the chain is written by a macro rather than a function
    on!(conn, c => {
        let mut query = questions::table.into_boxed();
        query = match filter.retired {
            true => query.filter(questions::retired_at.is_not_null()),
            false => query.filter(questions::retired_at.is_null()),
        };
        if !filter.with_guarded {
            let guarded = question_guards::table.select(question_guards::question_id);
            query = query.filter(questions::id.ne_all(guarded));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(questions::kind.eq(kind));
        }
        if let Some(category) = &filter.category {
            query = query.filter(questions::category.eq(category));
        }
        if let Some(difficulty) = filter.difficulty {
            query = query.filter(questions::difficulty.eq(difficulty));
        }
        if let Some(text) = &filter.text {
            query = query.filter(questions::search.like(containing(text)).escape('\\'));
        }
        if let Some(before) = before {
            query = query.filter(questions::id.lt(before));
        }
        query.order(questions::id.desc()).limit(limit).select(Question::as_select()).load(c)
    })
}

/// A LIKE pattern for any text that contains `part`, whatever signs it has.
fn containing(part: &str) -> String {
    let escaped = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// Every question whose key may be shown at `now`: in use, and guarded by nobody.
pub fn list_candidates(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<Candidate>> {
    type Row = (QuestionId, QuestionKind, String, Difficulty);
    let guarded =
        question_guards::table.filter(question_guards::guarded_from.le(now)).select(question_guards::question_id);
    let rows: Vec<Row> = on!(conn, c => questions::table
        .filter(questions::retired_at.is_null())
        .filter(questions::id.ne_all(guarded))
        .order(questions::id)
        .select((questions::id, questions::kind, questions::category, questions::difficulty))
        .load(c))?;
    let candidate = |(id, kind, category, difficulty)| Candidate { id, kind, category, difficulty };
    Ok(rows.into_iter().map(candidate).collect())
}

/// The bank in chunks for the export, oldest first, after `after`.
pub fn list_for_export(conn: &mut Conn, after: Option<QuestionId>, limit: i64) -> QueryResult<Vec<Question>> {
    on!(conn, c => {
        let mut query = questions::table.filter(questions::retired_at.is_null()).into_boxed();
        if let Some(after) = after {
            query = query.filter(questions::id.gt(after));
        }
        query.order(questions::id).limit(limit).select(Question::as_select()).load(c)
    })
}

/// Which of `fingerprints` are in the bank, retired questions included, with their ids.
pub fn find_fingerprints(conn: &mut Conn, fingerprints: &[Vec<u8>]) -> QueryResult<Vec<(Vec<u8>, QuestionId)>> {
    on!(conn, c => questions::table
        .filter(questions::fingerprint.eq_any(fingerprints))
        .select((questions::fingerprint, questions::id))
        .load(c))
}

/// Puts a question into the bank; false when the same one is there already.
pub fn insert_question(conn: &mut Conn, question: &Question) -> QueryResult<bool> {
    let inserted = on!(conn, c => diesel::insert_into(questions::table)
        .values(question)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Writes everything of a question but who made it and when; false when another question says the same.
pub fn update_question(conn: &mut Conn, question: &Question) -> QueryResult<bool> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    let updated = on!(conn, c => diesel::update(questions::table.filter(questions::id.eq(question.id)))
        .set((
            (
                questions::fingerprint.eq(&question.fingerprint),
                questions::kind.eq(question.kind),
                questions::stem.eq(&question.stem),
                questions::options.eq(&question.options),
                questions::answer.eq(&question.answer),
                questions::explanation.eq(&question.explanation),
            ),
            (
                questions::category.eq(&question.category),
                questions::difficulty.eq(question.difficulty),
                questions::source.eq(&question.source),
                questions::keep_order.eq(question.keep_order),
                questions::any_number.eq(question.any_number),
                questions::retired_at.eq(question.retired_at),
                questions::updated_at.eq(question.updated_at),
                questions::version.eq(question.version),
                questions::search.eq(&question.search),
            ),
        ))
        .execute(c));
    match updated {
        Err(DatabaseError(UniqueViolation, _)) => Ok(false),
        updated => updated.map(|_| true),
    }
}

/// Takes a question out of the bank that nothing depends on: never dealt, in nobody's book, its key never corrected.
pub fn delete_question(conn: &mut Conn, id: QuestionId) -> QueryResult<bool> {
    let booked = quiz_wrong_answers::table.filter(quiz_wrong_answers::question_id.eq(id));
    let corrected = question_corrections::table.filter(question_corrections::question_id.eq(id));
    let unused = questions::table
        .filter(questions::id.eq(id))
        .filter(questions::first_dealt_at.is_null())
        .filter(not(exists(booked)))
        .filter(not(exists(corrected)));
    Ok(on!(conn, c => diesel::delete(unused).execute(c))? == 1)
}

// ── versions ──

/// Keeps the wording that an edit replaces.
pub fn insert_version(conn: &mut Conn, former: &FormerVersion) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(question_versions::table).values(former).execute(c)).map(drop)
}

/// The former versions of a question before `before`, newest first.
pub fn list_versions(
    conn: &mut Conn,
    question: QuestionId,
    before: Option<i32>,
    limit: i64,
) -> QueryResult<Vec<FormerVersion>> {
    on!(conn, c => {
        let mut query = question_versions::table.filter(question_versions::question_id.eq(question)).into_boxed();
        if let Some(before) = before {
            query = query.filter(question_versions::version.lt(before));
        }
        query.order(question_versions::version.desc()).limit(limit).select(FormerVersion::as_select()).load(c)
    })
}

/// Records that `ids`, [`PAPER_LIMIT`] at most, have been dealt; writes nothing about those of which it is known.
///
/// On PostgreSQL it waits for an edit of such a question that is under way, and an edit waits for it.
pub fn mark_dealt(conn: &mut Conn, ids: &[QuestionId], now: Timestamp) -> QueryResult<()> {
    let Some(first) = ids.first() else { return Ok(()) };
    // always the same number of parameters, so that SQLite prepares this statement once
    let padded: [QuestionId; PAPER_LIMIT] = std::array::from_fn(|n| *ids.get(n).unwrap_or(first));
    let fresh = questions::table
        .filter(questions::id.eq_any(padded))
        .filter(questions::first_dealt_at.is_null())
        .order(questions::id)
        .select(questions::id);
    let fresh: Vec<QuestionId> = match conn {
        Conn::Pg(c) => fresh.for_no_key_update().load(c)?,
        Conn::Sqlite(c) => fresh.load(c)?,
    };
    for id in fresh {
        let question = questions::table.filter(questions::id.eq(id));
        on!(conn, c => diesel::update(question).set(questions::first_dealt_at.eq(now)).execute(c))?;
    }
    Ok(())
}

// ── searching ──

/// Questions after `after` whose text to search in has never been written.
pub fn list_unfolded(conn: &mut Conn, after: Option<QuestionId>, limit: i64) -> QueryResult<Vec<Question>> {
    on!(conn, c => {
        let mut query = questions::table.filter(questions::search.eq("")).into_boxed();
        if let Some(after) = after {
            query = query.filter(questions::id.gt(after));
        }
        query.order(questions::id).limit(limit).select(Question::as_select()).load(c)
    })
}

/// Writes the text to search in, unless it has been written in the meantime.
pub fn update_search(conn: &mut Conn, id: QuestionId, search: &str) -> QueryResult<()> {
    let unfolded = questions::table.filter(questions::id.eq(id)).filter(questions::search.eq(""));
    on!(conn, c => diesel::update(unfolded).set(questions::search.eq(search)).execute(c)).map(drop)
}

// ── categories ──

/// How many questions in use a category has of a kind and difficulty.
pub type CategoryCount = (String, QuestionKind, Difficulty, i64);

/// The questions in use, counted.
pub fn count_by_category(conn: &mut Conn) -> QueryResult<Vec<CategoryCount>> {
    use diesel::dsl::count_star;
    on!(conn, c => questions::table
        .filter(questions::retired_at.is_null())
        .group_by((questions::category, questions::kind, questions::difficulty))
        .select((questions::category, questions::kind, questions::difficulty, count_star()))
        .order((questions::category, questions::kind, questions::difficulty))
        .load(c))
}
