//! Corrections of wrong keys: what bears the question, how far the work has come, and whom it concerns.

use diesel::dsl::{count_star, exists, not, sum};
use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{
    question_correction_members, question_corrections, question_guards, question_versions, quiz_papers,
    quiz_submissions, quiz_wrong_answers,
};
use crate::db::{Conn, Json};
use crate::learning::quiz::model::correction::{Concerned, Correction, CorrectionId, CorrectionStage, Effect, Totals};
use crate::learning::quiz::model::{FormerVersion, Paper, QuestionId, QuestionText, Submission};
use crate::on;

/// The papers of `from` and later days that name the question, whatever its version, oldest first.
///
/// No index tells which: some thousand papers are looked through, which happens once for a correction.
pub fn list_papers_naming(conn: &mut Conn, question: QuestionId, from: Day) -> QueryResult<Vec<Paper>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::day.ge(from))
        .filter(quiz_papers::questions.like(format!("%{question}%")))
        .order((quiz_papers::day, quiz_papers::id))
        .select(Paper::as_select())
        .load(c))
}

/// Writes a paper with a corrected key; its questions are counted anew.
pub fn put_corrected_paper(conn: &mut Conn, paper: &Paper) -> QueryResult<()> {
    on!(conn, c => diesel::update(quiz_papers::table.filter(quiz_papers::id.eq(paper.id)))
        .set((
            quiz_papers::questions.eq(&paper.questions),
            quiz_papers::edition.eq(paper.edition),
            quiz_papers::tallied_at.eq(None::<Timestamp>),
        ))
        .execute(c))
    .map(drop)
}

/// A former wording of a question.
pub fn find_version(conn: &mut Conn, question: QuestionId, version: i32) -> QueryResult<Option<FormerVersion>> {
    on!(conn, c => question_versions::table
        .find((question, version))
        .select(FormerVersion::as_select())
        .first(c)
        .optional())
}

/// Writes a former wording whose key was corrected.
pub fn put_version_text(conn: &mut Conn, question: QuestionId, version: i32, text: QuestionText) -> QueryResult<()> {
    let text = Json(text);
    on!(conn, c => diesel::update(question_versions::table.find((question, version)))
        .set(question_versions::text.eq(&text))
        .execute(c))
    .map(drop)
}

pub fn insert_correction(conn: &mut Conn, correction: &Correction) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(question_corrections::table).values(correction).execute(c)).map(drop)
}

/// The corrections of a question before `before`, newest first.
pub fn list_corrections(
    conn: &mut Conn,
    question: QuestionId,
    before: CorrectionId,
    limit: i64,
) -> QueryResult<Vec<Correction>> {
    on!(conn, c => question_corrections::table
        .filter(question_corrections::question_id.eq(question))
        .filter(question_corrections::id.lt(before))
        .order(question_corrections::id.desc())
        .limit(limit)
        .select(Correction::as_select())
        .load(c))
}

/// The newest correction of a version.
pub fn newest_correction(conn: &mut Conn, question: QuestionId, version: i32) -> QueryResult<Option<Correction>> {
    on!(conn, c => question_corrections::table
        .filter(question_corrections::question_id.eq(question))
        .filter(question_corrections::version.eq(version))
        .order(question_corrections::id.desc())
        .select(Correction::as_select())
        .first(c)
        .optional())
}

/// Whether what was asked of a version is void.
pub fn is_void(conn: &mut Conn, question: QuestionId, version: i32) -> QueryResult<bool> {
    // nothing comes after the correction that made it so
    Ok(newest_correction(conn, question, version)?.is_some_and(|newest| newest.is_void()))
}

/// The oldest correction that has come to one of `stages`.
pub fn oldest_in(conn: &mut Conn, stages: &[CorrectionStage]) -> QueryResult<Option<Correction>> {
    on!(conn, c => question_corrections::table
        .filter(question_corrections::done_at.is_null())
        .filter(question_corrections::stage.eq_any(stages))
        .order(question_corrections::id)
        .select(Correction::as_select())
        .first(c)
        .optional())
}

/// The oldest correction that is to be told, of a question that nobody keeps for himself at `now`.
pub fn oldest_to_tell(conn: &mut Conn, now: Timestamp) -> QueryResult<Option<Correction>> {
    let guards = question_guards::table
        .filter(question_guards::question_id.eq(question_corrections::question_id))
        .filter(question_guards::guarded_from.le(now));
    on!(conn, c => question_corrections::table
        .filter(question_corrections::done_at.is_null())
        .filter(question_corrections::stage.eq(CorrectionStage::Telling))
        .filter(not(exists(guards)))
        .order(question_corrections::id)
        .select(Correction::as_select())
        .first(c)
        .optional())
}

/// Writes how far a correction has come; false when it is no longer where `from` says, because another process went on.
pub fn advance_correction(conn: &mut Conn, from: &Correction, to: &Correction) -> QueryResult<bool> {
    let unmoved = question_corrections::table
        .filter(question_corrections::id.eq(from.id))
        .filter(question_corrections::stage.eq(from.stage))
        .filter(question_corrections::papers_done.eq(from.papers_done))
        .filter(question_corrections::graded_through.eq(from.graded_through));
    let moved = on!(conn, c => diesel::update(unmoved)
        .set((
            question_corrections::stage.eq(to.stage),
            question_corrections::papers_done.eq(to.papers_done),
            question_corrections::graded_through.eq(to.graded_through),
            question_corrections::done_at.eq(to.done_at),
        ))
        .execute(c))?;
    Ok(moved == 1)
}

/// Writes the result of a submission that was graded anew.
pub fn put_regraded(conn: &mut Conn, submission: &Submission) -> QueryResult<()> {
    on!(conn, c => diesel::update(quiz_submissions::table.filter(quiz_submissions::id.eq(submission.id)))
        .set((
            quiz_submissions::right_count.eq(submission.right_count),
            quiz_submissions::points.eq(submission.points),
            quiz_submissions::edition.eq(submission.edition),
            quiz_submissions::corrected_at.eq(submission.corrected_at),
        ))
        .execute(c))
    .map(drop)
}

/// Takes a line out of the wrong-answer book.
pub fn delete_wrong(conn: &mut Conn, member: MemberId, question: QuestionId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(quiz_wrong_answers::table.find((member, question))).execute(c)).map(drop)
}

// ── whom it concerns ──

/// Adds to what a correction changed for a member.
pub fn add_effect(conn: &mut Conn, correction: CorrectionId, member: MemberId, effect: Effect) -> QueryResult<()> {
    use question_correction_members as members;
    let row = Concerned {
        correction_id: correction,
        member_id: member,
        papers: effect.papers,
        contests: effect.contests,
        runs: effect.runs,
        points: effect.points,
        told_at: None,
    };
    let added = (
        members::papers.eq(members::papers + effect.papers),
        members::contests.eq(members::contests + effect.contests),
        members::runs.eq(members::runs + effect.runs),
        members::points.eq(members::points + effect.points),
    );
    on!(conn, c => diesel::insert_into(members::table)
        .values(&row)
        .on_conflict((members::correction_id, members::member_id))
        .do_update()
        .set(added)
        .execute(c))
    .map(drop)
}

/// Members whom a correction concerns and who have not been told, by id.
pub fn list_untold(conn: &mut Conn, correction: CorrectionId, limit: i64) -> QueryResult<Vec<Concerned>> {
    on!(conn, c => question_correction_members::table
        .filter(question_correction_members::correction_id.eq(correction))
        .filter(question_correction_members::told_at.is_null())
        .order(question_correction_members::member_id)
        .limit(limit)
        .select(Concerned::as_select())
        .load(c))
}

/// Records that a member is told in this transaction; false when another process tells him.
pub fn mark_told(conn: &mut Conn, concerned: &Concerned, now: Timestamp) -> QueryResult<bool> {
    let untold = question_correction_members::table
        .filter(question_correction_members::correction_id.eq(concerned.correction_id))
        .filter(question_correction_members::member_id.eq(concerned.member_id))
        .filter(question_correction_members::told_at.is_null());
    let told = on!(conn, c => diesel::update(untold).set(question_correction_members::told_at.eq(now)).execute(c))?;
    Ok(told == 1)
}

/// What a correction changed so far, for everybody together.
pub fn total_effects(conn: &mut Conn, correction: CorrectionId) -> QueryResult<Totals> {
    use question_correction_members as members;
    let of = || members::table.filter(members::correction_id.eq(correction));
    let (count, papers, points): (i64, Option<i64>, Option<i64>) =
        on!(&mut *conn, c => of().select((count_star(), sum(members::papers), sum(members::points))).first(c))?;
    let told = on!(conn, c => of().filter(members::told_at.is_not_null()).count().get_result(c))?;
    Ok(Totals { members: count, told, papers: papers.unwrap_or(0), points: points.unwrap_or(0) })
}
