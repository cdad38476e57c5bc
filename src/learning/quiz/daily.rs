//! The paper of the day in a member's hands: fetched, submitted, looked at again.

use std::sync::Arc;

use super::Quiz;
use super::lending::keep_book;
use super::model::{GivenAnswer, Paper, Submission};
use super::rules::{self, Refusal};
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError, Json, Stop, Tx};
use crate::honour::points::{Grant, RuleName};
use crate::learning::study;

type Outcome<T> = Result<T, Stop<Refusal>>;

/// What the ledger calls a submission that earned points.
pub(super) const SOURCE: &str = "quiz_submission";

/// How often a submission is graded while keys on its paper are being corrected.
const GRADINGS: usize = 3;

/// A submission with the paper that it answers, and whether it was made just now.
#[derive(Clone, Debug)]
pub struct Graded {
    pub submission: Submission,
    pub paper: Arc<Paper>,
    pub is_new: bool,
}

/// What a paper asks, for whoever adds up what plans ask.
#[derive(Clone, Debug)]
pub struct PlannedPaper {
    /// Of everybody below this unit that has no nearer one.
    pub unit_id: UnitId,
    pub day: Day,
    pub publish_at: Timestamp,
    pub questions: usize,
}

impl Quiz {
    /// The papers of the days from `from` to `until`, both included: those that there are, and for days to come without one
    /// that which will be drawn, but on days for rest.
    pub async fn asked_between(&self, from: Day, until: Day) -> Result<Vec<PlannedPaper>, DbError> {
        let papers = self.db.read(move |conn| store::list_papers_between(conn, from, until)).await?;
        let planned = |paper: &Paper| PlannedPaper {
            unit_id: paper.unit_id,
            day: paper.day,
            publish_at: paper.publish_at,
            questions: paper.questions.0.len(),
        };
        let mut asked: Vec<PlannedPaper> = papers.iter().map(planned).collect();
        let Some(root) = self.directory.tree().root() else { return Ok(asked) };
        let (mut day, questions) = (from.max(self.db.today()), self.timetable.paper_questions());
        while day <= until {
            let publish_at = day.at(self.timetable.paper_at());
            let is_there = asked.iter().any(|paper| paper.unit_id == root && paper.day == day);
            if !is_there && publish_at > self.db.now() && self.timetable.draws_on(day) {
                asked.push(PlannedPaper { unit_id: root, day, publish_at, questions });
            }
            day = day.next();
        }
        Ok(asked)
    }

    /// Today's paper for the member at home at `path`, or the one that he was handed before; hands it out only after that is
    /// on record.
    pub async fn fetch(&self, member: MemberId, path: &[UnitId]) -> Outcome<(Arc<Paper>, Option<Submission>)> {
        let today = self.db.today();
        let current = self.published.paper(today, path).await?;
        let is_known = current.as_ref().is_some_and(|paper| self.published.is_fetched(member, paper.id));
        let (submission, handed) = self
            .db
            .read(move |conn| {
                let submission = store::find_submission(conn, member, today)?;
                // who was handed a paper keeps it for the day, wherever he moved and whatever came out since
                let handed = if is_known { None } else { store::list_fetched(conn, member, today)?.into_iter().next() };
                Ok((submission, handed))
            })
            .await?;
        let paper = handed.map(Arc::new).or(current).ok_or(Refusal::NoPaper)?;
        self.published.record_fetch(member, paper.id).await?;
        Ok((paper, submission))
    }

    /// When today's paper comes out, for anyone who asks too early.
    pub fn publishes_at(&self) -> Timestamp {
        self.db.today().at(self.timetable.paper_at())
    }

    /// Submits and grades the paper of `day`. The same submission again returns the first result. Questions without an
    /// answer are refused unless the member says that he leaves them `as_it_is`.
    pub async fn submit(
        &self,
        member: MemberId,
        path: Arc<[UnitId]>,
        day: Day,
        answers: Vec<GivenAnswer>,
        as_it_is: bool,
    ) -> Outcome<Graded> {
        let answers: Arc<[GivenAnswer]> = answers.into();
        for _ in 1..GRADINGS {
            match self.try_to_submit(member, path.clone(), day, answers.clone(), as_it_is).await {
                // it was graded by a paper in memory whose key has been corrected
                Err(Stop::Refused(Refusal::PaperCorrected)) => self.published.forget(),
                outcome => return outcome,
            }
        }
        self.try_to_submit(member, path, day, answers, as_it_is).await
    }

    async fn try_to_submit(
        &self,
        member: MemberId,
        path: Arc<[UnitId]>,
        day: Day,
        answers: Arc<[GivenAnswer]>,
        as_it_is: bool,
    ) -> Outcome<Graded> {
        let current = self.published.paper(day, &path).await?;
        let quiz = self.clone();
        self.db
            .write_about(member, move |tx| {
                quiz.submit_in(tx, member, &path, day, current.as_ref(), (&answers, as_it_is))
            })
            .await
    }

    fn submit_in(
        &self,
        tx: &mut Tx,
        member: MemberId,
        path: &[UnitId],
        day: Day,
        current: Option<&Arc<Paper>>,
        (answers, as_it_is): (&[GivenAnswer], bool),
    ) -> Outcome<Graded> {
        // duplicates of this request wait here for the first of them, and then find what it left
        tx.take_turn(member)?;
        if let Some(first) = store::find_submission(tx.conn, member, day)? {
            return repeated(tx.conn, first, answers);
        }
        let papers = self.papers_to_submit(tx, member, day, current, answers)?;
        let late = rules::may_submit(day, tx.today(), self.timetable.open_from(tx.now()), !papers.is_empty())?;
        let paper = rules::answered(&papers, answers).ok_or(Refusal::NoPaper)?;
        let answers = rules::match_answers(&paper.questions.0, answers)?;
        let count = rules::unanswered(&paper.questions.0, &answers);
        if count > 0 && !as_it_is {
            return Err(Refusal::Unanswered { count }.into());
        }
        let marks = rules::grade(&paper.questions.0, &answers);
        let mut submission = new_submission(tx, member, paper, answers, &marks, late);
        submission.points = self.award(tx, path, &submission)?;
        if !store::insert_submission(tx.conn, &submission)? {
            return Err(Refusal::PaperCorrected.into());
        }
        keep_book(tx, member, &paper.questions.0, &marks)?;
        study::mark_day(tx, member, day)?;
        Ok(Graded { submission, paper: paper.clone(), is_new: true })
    }

    /// The papers of `day` that the member may answer: those that he was handed on that day, and on the day itself the one
    /// that is out for him now. That one alone if he was handed it here and answers it, as nearly everybody does.
    fn papers_to_submit(
        &self,
        tx: &mut Tx,
        member: MemberId,
        day: Day,
        current: Option<&Arc<Paper>>,
        answers: &[GivenAnswer],
    ) -> diesel::QueryResult<Vec<Arc<Paper>>> {
        let current: Vec<Arc<Paper>> = current.filter(|_| day == tx.today()).cloned().into_iter().collect();
        let is_usual = current.iter().any(|paper| {
            self.published.is_fetched(member, paper.id) && rules::match_answers(&paper.questions.0, answers).is_ok()
        });
        if is_usual {
            return Ok(current);
        }
        let fetched = store::list_fetched(tx.conn, member, day)?.into_iter().map(Arc::new);
        Ok(fetched.chain(current).collect())
    }

    fn award(&self, tx: &mut Tx, path: &[UnitId], submission: &Submission) -> diesel::QueryResult<i32> {
        let reason = format!("{}每日一答：答对 {} 题", submission.day.in_chinese(), submission.right_count);
        self.points.award(
            tx,
            &Grant {
                rule: RuleName::QUIZ_DAILY,
                member: submission.member_id,
                path,
                times: submission.right_count,
                day: submission.day,
                source_kind: SOURCE,
                source_id: submission.id.uuid(),
                reason: &reason,
            },
        )
    }

    /// The results of a member, newest day first.
    pub async fn history(&self, member: MemberId, before: Option<Day>, limit: i64) -> Result<Vec<Submission>, DbError> {
        self.db.read(move |conn| store::list_submissions(conn, member, before, limit)).await
    }

    /// The result of one day with questions and explanations.
    pub async fn result(&self, member: MemberId, day: Day) -> Outcome<Graded> {
        let found = self
            .db
            .read(move |conn| {
                let Some(submission) = store::find_submission(conn, member, day)? else { return Ok(None) };
                with_paper(conn, submission).map(Some)
            })
            .await?;
        found.ok_or_else(|| Refusal::NoPaper.into())
    }
}

/// The first result, if this is the same submission again.
fn repeated(conn: &mut Conn, first: Submission, answers: &[GivenAnswer]) -> Outcome<Graded> {
    let graded = with_paper(conn, first)?;
    let again = rules::match_answers(&graded.paper.questions.0, answers)?;
    if again == graded.submission.answers.0 { Ok(graded) } else { Err(Refusal::AlreadySubmitted.into()) }
}

fn with_paper(conn: &mut Conn, submission: Submission) -> diesel::QueryResult<Graded> {
    let paper = store::find_paper_by_id(conn, submission.paper_id)?.ok_or(diesel::result::Error::NotFound)?;
    Ok(Graded { submission, paper: Arc::new(paper), is_new: false })
}

fn new_submission(
    tx: &Tx,
    member: MemberId,
    paper: &Paper,
    answers: Vec<GivenAnswer>,
    marks: &[bool],
    late: bool,
) -> Submission {
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    Submission {
        id: tx.fresh_id(),
        member_id: member,
        day: paper.day,
        paper_id: paper.id,
        answers: Json(answers),
        right_count: count(marks.iter().filter(|right| **right).count()),
        question_count: count(marks.len()),
        points: 0,
        late,
        submitted_at: tx.now(),
        edition: paper.edition,
        corrected_at: None,
    }
}
