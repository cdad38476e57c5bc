//! The book of wrong answers.

use actix_web::{get, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::daily::AnswerBody;
use crate::base::time::Timestamp;
use crate::quiz::Quiz;
use crate::quiz::model::{QuestionId, QuestionKind, QuestionText, WrongAnswer};
use crate::web::caller::Member;
use crate::web::{Body, Page, PageQuery, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_wrong_answers).service(practise_question);
}

/// A question to do again: without its key.
#[derive(Serialize, ToSchema)]
struct WrongQuestion {
    question_id: QuestionId,
    kind: QuestionKind,
    /// The question itself.
    stem: String,
    /// In the order of the letters A, B, C …; empty for judge and fill questions.
    options: Vec<String>,
    /// The subject that it belongs to.
    category: String,
    /// How often the member has got it wrong.
    times_wrong: i32,
    /// After two it leaves the book.
    right_in_a_row: i32,
    last_answered_at: Timestamp,
}

impl From<(WrongAnswer, QuestionText)> for WrongQuestion {
    fn from((line, text): (WrongAnswer, QuestionText)) -> Self {
        WrongQuestion {
            question_id: line.question_id,
            kind: text.kind,
            stem: text.stem,
            options: text.options,
            category: text.category,
            times_wrong: line.times_wrong,
            right_in_a_row: line.right_in_a_row,
            last_answered_at: line.last_answered_at,
        }
    }
}

/// The questions in the member's book of wrong answers.
#[utoipa::path(tag = "quiz", params(PageQuery),
    responses((status = 200, description = "Questions to do again", body = Page<WrongQuestion>)))]
#[get("/me/quiz/wrong-answers")]
async fn list_wrong_answers(
    caller: Member,
    page: Query<PageQuery>,
    quiz: web::Data<Quiz>,
) -> Result<web::Json<Page<WrongQuestion>>, Problem> {
    let limit = page.limit()?;
    let found = quiz.wrong_answers(caller.member, page.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(line, _)| line.question_id).map(WrongQuestion::from)))
}

/// A practised question with its key.
#[derive(Serialize, ToSchema)]
struct PracticeResult {
    question_id: QuestionId,
    /// Whether this answer was right.
    right: bool,
    /// The right answer; for a blank, every accepted wording.
    answer: Vec<String>,
    /// Why it is right; may be empty.
    explanation: String,
    /// Right answers in a row; after two the question leaves the book.
    right_in_a_row: i32,
    /// Whether the question has left the book.
    cleared: bool,
}

/// Answers a question of the member's book; it is graded at once. Earns no points.
#[utoipa::path(tag = "quiz", request_body = AnswerBody,
    responses((status = 200, description = "Graded", body = PracticeResult)))]
#[post("/quiz/practice")]
async fn practise_question(
    caller: Member,
    quiz: web::Data<Quiz>,
    body: Body<AnswerBody>,
) -> Result<web::Json<PracticeResult>, Problem> {
    let given = body.into_inner().given("/answer")?;
    let practised = quiz.practise(caller.member, &caller.path, given.question_id, given.answer).await?;
    Ok(web::Json(PracticeResult {
        question_id: practised.line.question_id,
        right: practised.right,
        answer: practised.question.answer,
        explanation: practised.question.explanation,
        right_in_a_row: practised.line.right_in_a_row,
        cleared: practised.line.cleared_at.is_some(),
    }))
}
