//! The room's tables. One function for each question that the room asks; here papers, submissions and the book.

mod bank;
mod corrections;
pub mod coverage;
pub mod glance;
mod guards;
mod tallies;
mod voidings;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Text};

pub use bank::*;
pub use corrections::*;
pub use guards::*;
pub use tallies::*;
pub use voidings::*;

use super::model::{Answered, Paper, PaperId, Question, QuestionId, Submission, WrongAnswer};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{questions, quiz_fetches, quiz_papers, quiz_submissions, quiz_wrong_answers};
use crate::{on, prepared};

// ── papers ──

pub fn find_paper(conn: &mut Conn, unit: UnitId, day: Day) -> QueryResult<Option<Paper>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::unit_id.eq(unit))
        .filter(quiz_papers::day.eq(day))
        .select(Paper::as_select())
        .first(c)
        .optional())
}

pub fn find_paper_by_id(conn: &mut Conn, id: PaperId) -> QueryResult<Option<Paper>> {
    on!(conn, c => quiz_papers::table.find(id).select(Paper::as_select()).first(c).optional())
}

/// The published papers of a day, one a unit.
pub fn list_published(conn: &mut Conn, day: Day) -> QueryResult<Vec<Paper>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::day.eq(day))
        .filter(quiz_papers::published_at.is_not_null())
        .order(quiz_papers::id)
        .select(Paper::as_select())
        .load(c))
}

/// The papers of a day that came out on it, one a unit; a later one opens nothing.
pub fn list_out_on(conn: &mut Conn, day: Day) -> QueryResult<Vec<Paper>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::day.eq(day))
        .filter(quiz_papers::published_at.lt(day.next().start()))
        .order(quiz_papers::id)
        .select(Paper::as_select())
        .load(c))
}

/// The days from `from` to `until`, both included, with a paper that came out on its day.
pub fn list_days_out(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Vec<Day>> {
    let out: Vec<(Day, Option<Timestamp>)> = on!(conn, c => quiz_papers::table
        .filter(quiz_papers::day.between(from, until))
        .filter(quiz_papers::published_at.is_not_null())
        .order(quiz_papers::day)
        .select((quiz_papers::day, quiz_papers::published_at))
        .load(c))?;
    let in_time = |(day, at): (Day, Option<Timestamp>)| at.is_some_and(|at| at < day.next().start()).then_some(day);
    let mut days: Vec<Day> = out.into_iter().filter_map(in_time).collect();
    days.dedup();
    Ok(days)
}

/// How many papers are published for a day.
pub fn count_published(conn: &mut Conn, day: Day) -> QueryResult<i64> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::day.eq(day))
        .filter(quiz_papers::published_at.is_not_null())
        .count()
        .get_result(c))
}

/// Papers of `unit` from `since` on, newest first.
pub fn list_papers_since(conn: &mut Conn, unit: UnitId, since: Day, limit: i64) -> QueryResult<Vec<Paper>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::unit_id.eq(unit))
        .filter(quiz_papers::day.ge(since))
        .order(quiz_papers::day.desc())
        .limit(limit)
        .select(Paper::as_select())
        .load(c))
}

/// The papers of every unit for the days from `from` to `to`, both included.
pub fn list_papers_between(conn: &mut Conn, from: Day, to: Day) -> QueryResult<Vec<Paper>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::day.between(from, to))
        .select(Paper::as_select())
        .load(c))
}

/// Papers whose time has come and that are not published yet.
pub fn list_due(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<Paper>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::published_at.is_null())
        .filter(quiz_papers::publish_at.le(now))
        .order((quiz_papers::publish_at, quiz_papers::id))
        .limit(limit)
        .select(Paper::as_select())
        .load(c))
}

/// When the next paper that is set is to be published, which may have passed.
pub fn next_due(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => quiz_papers::table
        .filter(quiz_papers::published_at.is_null())
        .order(quiz_papers::publish_at)
        .select(quiz_papers::publish_at)
        .first(c)
        .optional())
}

/// Inserts a paper; false when the unit has one for that day.
pub fn insert_paper(conn: &mut Conn, paper: &Paper) -> QueryResult<bool> {
    let inserted = on!(conn, c => diesel::insert_into(quiz_papers::table)
        .values(paper)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Replaces what is on a paper; false when it has been published.
pub fn update_unpublished(conn: &mut Conn, paper: &Paper) -> QueryResult<bool> {
    let unpublished =
        quiz_papers::table.filter(quiz_papers::id.eq(paper.id)).filter(quiz_papers::published_at.is_null());
    let updated = on!(conn, c => diesel::update(unpublished)
        .set((quiz_papers::questions.eq(&paper.questions), quiz_papers::created_by.eq(paper.created_by)))
        .execute(c))?;
    Ok(updated == 1)
}

/// Takes a paper back; false when it is published.
pub fn delete_unpublished(conn: &mut Conn, id: PaperId) -> QueryResult<bool> {
    let unpublished = quiz_papers::table.filter(quiz_papers::id.eq(id)).filter(quiz_papers::published_at.is_null());
    Ok(on!(conn, c => diesel::delete(unpublished).execute(c))? == 1)
}

/// Publishes a paper; false when another server was faster.
pub fn publish(conn: &mut Conn, id: PaperId, now: Timestamp) -> QueryResult<bool> {
    let unpublished = quiz_papers::table.filter(quiz_papers::id.eq(id)).filter(quiz_papers::published_at.is_null());
    let published = on!(conn, c => diesel::update(unpublished).set(quiz_papers::published_at.eq(now)).execute(c))?;
    Ok(published == 1)
}

// ── fetches and submissions ──

/// Records that a member was handed a paper; the first time counts.
pub fn insert_fetch(conn: &mut Conn, member: MemberId, paper: PaperId, now: Timestamp) -> QueryResult<()> {
    let row = (quiz_fetches::member_id.eq(member), quiz_fetches::paper_id.eq(paper), quiz_fetches::fetched_at.eq(now));
    on!(conn, c => diesel::insert_into(quiz_fetches::table).values(row).on_conflict_do_nothing().execute(c)).map(drop)
}

/// Who was handed a paper when, member by member, after `after`.
pub fn list_fetches(conn: &mut Conn, after: MemberId, limit: i64) -> QueryResult<Vec<(MemberId, Timestamp)>> {
    on!(conn, c => quiz_fetches::table
        .filter(quiz_fetches::member_id.gt(after))
        .order((quiz_fetches::member_id, quiz_fetches::paper_id))
        .limit(limit)
        .select((quiz_fetches::member_id, quiz_fetches::fetched_at))
        .load(c))
}

/// Forgets what members after `after` up to `last` were handed before an instant.
pub fn delete_fetches(conn: &mut Conn, after: MemberId, last: MemberId, before: Timestamp) -> QueryResult<()> {
    let old = quiz_fetches::table
        .filter(quiz_fetches::member_id.gt(after))
        .filter(quiz_fetches::member_id.le(last))
        .filter(quiz_fetches::fetched_at.lt(before));
    on!(conn, c => diesel::delete(old).execute(c)).map(drop)
}

/// The papers of `day` that a member was handed on that very day, the first one first: more than one if he moved in between.
pub fn list_fetched(conn: &mut Conn, member: MemberId, day: Day) -> QueryResult<Vec<Paper>> {
    on!(conn, c => quiz_papers::table
        .inner_join(quiz_fetches::table)
        .filter(quiz_fetches::member_id.eq(member))
        .filter(quiz_papers::day.eq(day))
        .filter(quiz_fetches::fetched_at.lt(day.next().start()))
        .order((quiz_fetches::fetched_at, quiz_papers::id))
        .select(Paper::as_select())
        .load(c))
}

/// Inserts a submission; false when a key on its paper was corrected since it was graded. Fails when the member has
/// submitted for that day.
///
/// One statement, so that on PostgreSQL the paper that is looked at and the row that is written belong to one snapshot.
pub fn insert_submission(conn: &mut Conn, submission: &Submission) -> QueryResult<bool> {
    let unchanged = quiz_papers::table
        .filter(quiz_papers::id.eq(submission.paper_id))
        .filter(quiz_papers::edition.eq(submission.edition));
    let row = (
        submission.id.into_sql::<Binary>(),
        submission.member_id.into_sql::<Binary>(),
        submission.day.into_sql::<Date>(),
        submission.paper_id.into_sql::<Binary>(),
        (&submission.answers).into_sql::<Text>(),
        submission.right_count.into_sql::<Integer>(),
        submission.question_count.into_sql::<Integer>(),
        submission.points.into_sql::<Integer>(),
        submission.late.into_sql::<Bool>(),
        submission.submitted_at.into_sql::<BigInt>(),
        submission.edition.into_sql::<Integer>(),
    );
    let inserted = on!(conn, c => prepared!(diesel::insert_into(quiz_submissions::table)
        .values(unchanged.select(row))
        .into_columns((
            quiz_submissions::id,
            quiz_submissions::member_id,
            quiz_submissions::day,
            quiz_submissions::paper_id,
            quiz_submissions::answers,
            quiz_submissions::right_count,
            quiz_submissions::question_count,
            quiz_submissions::points,
            quiz_submissions::late,
            quiz_submissions::submitted_at,
            quiz_submissions::edition,
        )))
    .execute(c))?;
    Ok(inserted == 1)
}

pub fn find_submission(conn: &mut Conn, member: MemberId, day: Day) -> QueryResult<Option<Submission>> {
    on!(conn, c => quiz_submissions::table
        .filter(quiz_submissions::member_id.eq(member))
        .filter(quiz_submissions::day.eq(day))
        .select(Submission::as_select())
        .first(c)
        .optional())
}

/// Which of `members` answered the paper of a day.
pub fn list_answered(conn: &mut Conn, day: Day, members: &[MemberId]) -> QueryResult<Vec<(MemberId, Answered)>> {
    let rows: Vec<(MemberId, Timestamp, bool)> = on!(conn, c => quiz_submissions::table
        .filter(quiz_submissions::day.eq(day))
        .filter(quiz_submissions::member_id.eq_any(members))
        .select((quiz_submissions::member_id, quiz_submissions::submitted_at, quiz_submissions::late))
        .load(c))?;
    Ok(rows.into_iter().map(|(member, at, late)| (member, Answered { at, late })).collect())
}

/// Which of `members` were handed a paper.
pub fn list_who_fetched(conn: &mut Conn, paper: PaperId, members: &[MemberId]) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => quiz_fetches::table
        .filter(quiz_fetches::paper_id.eq(paper))
        .filter(quiz_fetches::member_id.eq_any(members))
        .select(quiz_fetches::member_id)
        .load(c))
}

/// A member's submissions before `before`, newest day first.
pub fn list_submissions(
    conn: &mut Conn,
    member: MemberId,
    before: Option<Day>,
    limit: i64,
) -> QueryResult<Vec<Submission>> {
    on!(conn, c => {
        let mut query = quiz_submissions::table.filter(quiz_submissions::member_id.eq(member)).into_boxed();
        if let Some(before) = before {
            query = query.filter(quiz_submissions::day.lt(before));
        }
        query.order(quiz_submissions::day.desc()).limit(limit).select(Submission::as_select()).load(c)
    })
}

// ── the wrong-answer book ──

/// The member's lines about `questions`.
pub fn list_wrong_about(conn: &mut Conn, member: MemberId, questions: &[QuestionId]) -> QueryResult<Vec<WrongAnswer>> {
    let lines = quiz_wrong_answers::table.filter(quiz_wrong_answers::member_id.eq(member));
    match conn {
        Conn::Pg(c) => {
            lines.filter(quiz_wrong_answers::question_id.eq_any(questions)).select(WrongAnswer::as_select()).load(c)
        }
        // a list in a condition is parsed anew each time, which costs more than looking for each line by its key
        Conn::Sqlite(c) => {
            let line = |question: &QuestionId| {
                let line = lines.filter(quiz_wrong_answers::question_id.eq(*question));
                line.select(WrongAnswer::as_select()).first(c).optional().transpose()
            };
            questions.iter().filter_map(line).collect()
        }
    }
}

/// A page of the open lines of a member's book (of one category) with their questions, after `after`, in the order of the questions.
pub fn list_open_wrong(
    conn: &mut Conn,
    member: MemberId,
    category: Option<&str>,
    after: Option<QuestionId>,
    limit: i64,
) -> QueryResult<Vec<(WrongAnswer, Question)>> {
    on!(conn, c => {
        let mut query = quiz_wrong_answers::table
            .inner_join(questions::table)
            .filter(quiz_wrong_answers::member_id.eq(member))
            .filter(quiz_wrong_answers::cleared_at.is_null())
            .into_boxed();
        if let Some(category) = category {
            query = query.filter(questions::category.eq(category));
        }
        if let Some(after) = after {
            query = query.filter(quiz_wrong_answers::question_id.gt(after));
        }
        query
            .order(quiz_wrong_answers::question_id)
            .limit(limit)
            .select((WrongAnswer::as_select(), Question::as_select()))
            .load(c)
    })
}

/// Writes a line of the book, new or changed.
pub fn put_wrong(conn: &mut Conn, line: &WrongAnswer) -> QueryResult<()> {
    let new = diesel::insert_into(quiz_wrong_answers::table)
        .values(line)
        .on_conflict((quiz_wrong_answers::member_id, quiz_wrong_answers::question_id));
    let changed = (
        quiz_wrong_answers::times_wrong.eq(line.times_wrong),
        quiz_wrong_answers::right_in_a_row.eq(line.right_in_a_row),
        quiz_wrong_answers::last_answered_at.eq(line.last_answered_at),
        quiz_wrong_answers::cleared_at.eq(line.cleared_at),
    );
    on!(conn, c => prepared!(new.do_update().set(changed)).execute(c)).map(drop)
}

/// Forgets about as many lines as `limit` says that were cleared before an instant, the oldest first; whether more may be
/// left.
pub fn delete_cleared(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<bool> {
    let old = || quiz_wrong_answers::table.filter(quiz_wrong_answers::cleared_at.lt(before));
    let next: Option<Option<Timestamp>> = on!(conn, c => old()
        .order(quiz_wrong_answers::cleared_at)
        .offset(limit)
        .limit(1)
        .select(quiz_wrong_answers::cleared_at)
        .first(c)
        .optional())?;
    let until = next.flatten().unwrap_or(before);
    let some = old().filter(quiz_wrong_answers::cleared_at.lt(until));
    on!(conn, c => diesel::delete(some).execute(c)).map(|gone| gone > 0 && next.is_some())
}
