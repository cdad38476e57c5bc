//! Practice: the book of wrong answers 错题本, and the bank by category.

use std::collections::HashSet;

use uuid::Uuid;

use super::Quiz;
use super::lending::keep_book;
use super::model::{
    Candidate, Difficulty, Paper, PaperQuestion, Question, QuestionId, QuestionKind, QuestionText, WrongAnswer,
};
use super::rules::{self, Refusal};
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError, Stop};

/// A practised question, graded.
#[derive(Clone, Debug)]
pub struct Practised {
    pub question: QuestionText,
    pub right: bool,
    /// The book's line after this answer; `None` when the question was never in the book.
    pub line: Option<WrongAnswer>,
}

/// What a member wants to practise; an empty filter means the whole bank.
#[derive(Clone, Debug, Default)]
pub struct PracticeFilter {
    pub category: Option<String>,
    pub kind: Option<QuestionKind>,
    pub difficulty: Option<Difficulty>,
    /// Only of these.
    pub among: Option<HashSet<QuestionId>>,
}

impl PracticeFilter {
    fn takes(&self, candidate: &Candidate) -> bool {
        self.category.as_ref().is_none_or(|category| candidate.category == *category)
            && self.kind.is_none_or(|kind| candidate.kind == kind)
            && self.difficulty.is_none_or(|difficulty| candidate.difficulty == difficulty)
            && self.among.as_ref().is_none_or(|among| among.contains(&candidate.id))
    }
}

impl Quiz {
    /// The open lines of a member's book with their questions.
    pub async fn wrong_answers(
        &self,
        member: MemberId,
        category: Option<String>,
        after: Option<QuestionId>,
        limit: i64,
    ) -> Result<Vec<(WrongAnswer, QuestionText)>, DbError> {
        let lines =
            self.db.read(move |conn| store::list_open_wrong(conn, member, category.as_deref(), after, limit)).await?;
        Ok(lines.into_iter().map(|(line, question)| (line, question.text())).collect())
    }

    /// The categories of the questions that could be practised, with how many each has.
    pub async fn practice_categories(&self) -> Result<Vec<(String, usize)>, DbError> {
        Ok(rules::count_categories(&self.candidates().await?))
    }

    /// Questions to practise after `after`, in an order that is the member's own and stays for the day.
    ///
    /// Left out is what may not be practised now: what is guarded, and what is on a paper that is still to be submitted.
    pub async fn practice_questions(
        &self,
        member: MemberId,
        path: &[UnitId],
        filter: &PracticeFilter,
        after: Option<QuestionId>,
        limit: usize,
    ) -> Result<Vec<Question>, DbError> {
        let now = self.db.now();
        let (current, open_from) = (self.published.paper(now.day(), path).await?, self.timetable.open_from(now));
        let hidden =
            self.db.read(move |conn| open_questions(conn, member, current.as_deref(), now.day(), open_from)).await?;
        let stock = self.candidates().await?;
        let wanted = stock.iter().filter(|candidate| filter.takes(candidate) && !hidden.contains(&candidate.id));
        let ids = rules::deal(member, now.day(), wanted.map(|candidate| candidate.id), after, limit);
        let asked = ids.clone();
        let found = self.db.read(move |conn| store::find_questions(conn, &asked)).await?;
        let in_order = |id: &QuestionId| found.iter().find(|question| question.id == *id).cloned();
        Ok(ids.iter().filter_map(in_order).collect())
    }

    /// Grades an answer to a question of the bank in use or of the member's book, which two right answers in a row
    /// clear and a wrong one fills.
    ///
    /// Grading shows the key. So a question of a paper that the member can still submit is refused, one that is guarded
    /// for all, and one that another room is asking the member.
    pub async fn practise(
        &self,
        member: MemberId,
        path: &[UnitId],
        question: QuestionId,
        answer: Vec<String>,
    ) -> Result<Practised, Stop<Refusal>> {
        let current = self.published.paper(self.db.today(), path).await?;
        let quiz = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                quiz.may_practise(tx.conn, member, question, current.as_deref(), tx.now())?;
                let found = store::find_question(tx.conn, question)?.ok_or(Refusal::NoSuchQuestion)?;
                let lines = store::list_wrong_about(tx.conn, member, &[question])?;
                // a question that was taken out of use can still be worked off the book
                if found.retired_at.is_some() && lines.iter().all(|line| line.cleared_at.is_some()) {
                    return Err(Refusal::NoSuchQuestion.into());
                }
                let text = found.text();
                let answer =
                    rules::understood(&text, &answer).map_err(|why| Refusal::NotUnderstood { index: 0, why })?;
                let right = rules::is_right(&text, &answer);
                let asked = [PaperQuestion::new(question, found.version, text.clone())];
                keep_book(tx, member, &asked, &[right])?;
                let line = store::list_wrong_about(tx.conn, member, &[question])?.pop();
                Ok(Practised { question: text, right, line })
            })
            .await
    }

    fn may_practise(
        &self,
        conn: &mut Conn,
        member: MemberId,
        question: QuestionId,
        current: Option<&Paper>,
        now: Timestamp,
    ) -> Result<(), Stop<Refusal>> {
        let open_from = self.timetable.open_from(now);
        if open_questions(conn, member, current, now.day(), open_from)?.contains(&question) {
            return Err(Refusal::OnTodaysPaper.into());
        }
        if store::is_guarded(conn, question, now)? {
            return Err(Refusal::Guarded.into());
        }
        for asking in self.askers.each() {
            if asking(conn, member, question)? {
                return Err(Refusal::BeingAsked.into());
            }
        }
        Ok(())
    }
}

/// The questions of papers that the member can still submit: today's, `current` in memory, and of days from `open_from` on
/// those that were fetched.
pub(super) fn open_questions(
    conn: &mut Conn,
    member: MemberId,
    current: Option<&Paper>,
    today: Day,
    open_from: Day,
) -> diesel::QueryResult<HashSet<QuestionId>> {
    let mut open = HashSet::new();
    let days = std::iter::successors(Some(today), |day| Some(day.previous())).take_while(|day| *day >= open_from);
    for day in days {
        if store::find_submission(conn, member, day)?.is_some() {
            continue;
        }
        let fetched = store::list_fetched(conn, member, day)?;
        let current = current.filter(|paper| paper.day == day);
        for paper in fetched.iter().chain(current) {
            open.extend(paper.questions.0.iter().map(|question| question.id));
        }
    }
    Ok(open)
}

/// Of questions those that are not in the bank, or out of use: no study item may name them.
pub(super) fn unlinkable(conn: &mut Conn, ids: &[Uuid]) -> diesel::QueryResult<Vec<Uuid>> {
    let asked: Vec<QuestionId> = ids.iter().map(|id| QuestionId::from(*id)).collect();
    let found = store::find_questions(conn, &asked)?;
    let in_use = |id: &Uuid| found.iter().any(|question| question.id.uuid() == *id && question.retired_at.is_none());
    Ok(ids.iter().copied().filter(|id| !in_use(id)).collect())
}
