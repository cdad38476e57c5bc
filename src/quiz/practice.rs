//! The book of wrong answers 错题本: looking into it and practising from it.

use super::Quiz;
use super::lending::keep_book;
use super::model::{PaperQuestion, QuestionId, QuestionText, WrongAnswer};
use super::rules::{self, Refusal};
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::db::{DbError, Stop};

/// A practised question, graded.
#[derive(Clone, Debug)]
pub struct Practised {
    pub question: QuestionText,
    pub right: bool,
    /// The book's line after this answer.
    pub line: WrongAnswer,
}

impl Quiz {
    /// The open lines of a member's book with their questions.
    pub async fn wrong_answers(
        &self,
        member: MemberId,
        after: Option<QuestionId>,
        limit: i64,
    ) -> Result<Vec<(WrongAnswer, QuestionText)>, DbError> {
        let lines = self.db.read(move |conn| store::list_open_wrong(conn, member, after, limit)).await?;
        Ok(lines.into_iter().map(|(line, question)| (line, question.text())).collect())
    }

    /// Grades an answer to a question of the member's book; two right answers in a row clear it.
    ///
    /// A question of today's paper can be practised only after the paper was submitted: grading shows the key.
    pub async fn practise(
        &self,
        member: MemberId,
        path: &[UnitId],
        question: QuestionId,
        answer: Vec<String>,
    ) -> Result<Practised, Stop<Refusal>> {
        let paper = self.published.paper(self.db.today(), path).await?;
        let on_todays_paper =
            paper.is_some_and(|paper| paper.questions.0.iter().any(|on_paper| on_paper.id == question));
        self.db
            .write(move |tx| {
                let today = tx.today();
                if on_todays_paper && store::find_submission(tx.conn, member, today)?.is_none() {
                    return Err(Refusal::OnTodaysPaper.into());
                }
                let in_book = store::list_wrong_about(tx.conn, member, &[question])?;
                if !in_book.iter().any(|line| line.cleared_at.is_none()) {
                    return Err(Refusal::NoSuchQuestion.into());
                }
                let found = store::find_question(tx.conn, question)?.ok_or(Refusal::NoSuchQuestion)?;
                let text = found.text();
                let right = rules::is_right(&text, &answer);
                let asked = [PaperQuestion { id: question, version: found.version, text: text.clone() }];
                keep_book(tx, member, &asked, &[right])?;
                let line = store::list_wrong_about(tx.conn, member, &[question])?.pop();
                Ok(Practised { question: text, right, line: line.ok_or(Refusal::NoSuchQuestion)? })
            })
            .await
    }
}
