//! Practice: the book of wrong answers, and the bank by category.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::daily::AnswerBody;
use crate::base::time::Timestamp;
use crate::db::Stop;
use crate::learning::quiz::Quiz;
use crate::learning::quiz::model::{Difficulty, Question, QuestionId, QuestionKind, QuestionText, WrongAnswer};
use crate::learning::quiz::practice::PracticeFilter;
use crate::learning::quiz::rules::Refusal;
use crate::learning::study::{ItemId, Study};
use crate::web::caller::Member;
use crate::web::{Body, Page, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_my_wrong_answers)
        .service(list_practice_categories)
        .service(list_practice_questions)
        .service(practise_question);
}

/// Which part of the book.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BookQuery {
    /// Only questions of this category.
    category: Option<String>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
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

/// 我的错题本
///
/// The questions in the member's book of wrong answers.
#[utoipa::path(tag = "quiz", params(BookQuery),
    responses((status = 200, description = "Questions to do again", body = Page<WrongQuestion>)))]
#[get("/me/quiz/wrong-answers")]
async fn list_my_wrong_answers(
    caller: Member,
    query: Query<BookQuery>,
    quiz: web::Data<Quiz>,
) -> Result<web::Json<Page<WrongQuestion>>, Problem> {
    let (limit, after) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let found = quiz.wrong_answers(caller.member, query.category.clone(), after, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(line, _)| line.question_id).map(WrongQuestion::from)))
}

/// A category of questions that can be practised.
#[derive(Serialize, ToSchema)]
struct PracticeCategory {
    /// Its name, as the filter takes it.
    category: String,
    /// Questions in use.
    count: usize,
}

/// What there is to practise.
#[derive(Serialize, ToSchema)]
struct PracticeCategories {
    /// The largest first.
    items: Vec<PracticeCategory>,
}

/// 练习类别
///
/// The categories that can be practised.
#[utoipa::path(tag = "quiz", responses((status = 200, description = "The categories", body = PracticeCategories)))]
#[get("/quiz/practice/categories")]
async fn list_practice_categories(
    _caller: Member,
    quiz: web::Data<Quiz>,
) -> Result<web::Json<PracticeCategories>, Problem> {
    let found = quiz.practice_categories().await?;
    let items = found.into_iter().map(|(category, count)| PracticeCategory { category, count }).collect();
    Ok(web::Json(PracticeCategories { items }))
}

/// What a member wants to practise.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PracticeQuery {
    /// Only questions of this category; of all when absent.
    category: Option<String>,
    /// Only questions of this type.
    kind: Option<QuestionKind>,
    /// Only questions of this difficulty.
    difficulty: Option<Difficulty>,
    /// Only those that belong to this study item, which the caller sees.
    item_id: Option<ItemId>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A question to practise: without its key.
#[derive(Serialize, ToSchema)]
struct PracticeQuestion {
    question_id: QuestionId,
    kind: QuestionKind,
    /// The question itself.
    stem: String,
    /// In the order of the letters A, B, C …; empty for judge and fill questions.
    options: Vec<String>,
    /// The subject that it belongs to.
    category: String,
    difficulty: Difficulty,
}

impl From<Question> for PracticeQuestion {
    fn from(question: Question) -> Self {
        PracticeQuestion {
            question_id: question.id,
            kind: question.kind,
            stem: question.stem,
            options: question.options.0,
            category: question.category,
            difficulty: question.difficulty,
        }
    }
}

/// 练习题
///
/// Questions of the bank to practise, shuffled for the member; the order stays for the day. Without those of a paper that
/// is still to be submitted and of a contest that is running.
#[utoipa::path(tag = "quiz", params(PracticeQuery),
    responses((status = 200, description = "Questions to practise", body = Page<PracticeQuestion>)))]
#[get("/quiz/practice/questions")]
async fn list_practice_questions(
    caller: Member,
    query: Query<PracticeQuery>,
    quiz: web::Data<Quiz>,
    study: web::Data<Study>,
) -> Result<web::Json<Page<PracticeQuestion>>, Problem> {
    let (limit, after) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let among = match query.item_id {
        Some(item) => {
            let linked = study.linked_questions(&caller.person, item).await?;
            Some(linked.into_iter().map(|id| QuestionId::from(id.uuid())).collect())
        }
        None => None,
    };
    let PracticeQuery { kind, difficulty, .. } = *query;
    let filter = PracticeFilter { category: query.category.clone(), kind, difficulty, among };
    let count = usize::try_from(limit + 1).unwrap_or_default();
    let found = quiz.practice_questions(caller.member, &caller.path, &filter, after, count).await?;
    Ok(web::Json(Page::new(found, limit, |question| question.id).map(PracticeQuestion::from)))
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
    /// Whether the question is in the member's book of wrong answers now.
    in_book: bool,
    /// Right answers in a row while in the book; after two the question leaves it.
    right_in_a_row: i32,
    /// Whether the question was in the book and has left it.
    cleared: bool,
}

/// 练习一题
///
/// Answers a question of the bank in use or of the member's book; it is graded at once. Earns no points.
#[utoipa::path(tag = "quiz", request_body = AnswerBody,
    responses((status = 200, description = "Graded", body = PracticeResult)))]
#[post("/quiz/practice")]
async fn practise_question(
    caller: Member,
    quiz: web::Data<Quiz>,
    body: Body<AnswerBody>,
) -> Result<web::Json<PracticeResult>, Problem> {
    let given = body.into_inner().given("/answer")?;
    let practised = quiz.practise(caller.member, &caller.path, given.question_id, given.answer).await;
    let practised = practised.map_err(|stop| match stop {
        Stop::Refused(Refusal::NoSuchQuestion) => {
            Problem::field("/question_id", "no_such_question", "没有找到这道题，或已停用")
        }
        stop => stop.into(),
    })?;
    let line = practised.line;
    Ok(web::Json(PracticeResult {
        question_id: given.question_id,
        right: practised.right,
        answer: practised.question.answer,
        explanation: practised.question.explanation,
        in_book: line.as_ref().is_some_and(|line| line.cleared_at.is_none()),
        right_in_a_row: line.as_ref().map_or(0, |line| line.right_in_a_row),
        cleared: line.is_some_and(|line| line.cleared_at.is_some()),
    }))
}
