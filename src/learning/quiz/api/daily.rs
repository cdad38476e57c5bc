//! The paper of the day: fetching, submitting, looking back; setting it beforehand.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, Responder, delete, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Stop;
use crate::learning::quiz::Quiz;
use crate::learning::quiz::daily::Graded;
use crate::learning::quiz::model::correction::FormerKey;
use crate::learning::quiz::model::{
    GivenAnswer, PAPER_LIMIT, Paper, PaperId, PaperQuestion, QuestionId, QuestionKind, Submission,
};
use crate::learning::quiz::rules::{self, Refusal};
use crate::people::members::Directory;
use crate::web::caller::{ContentManager, ContentReader, Member};
use crate::web::etag::{IfMatch, Polled, Versioned};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_daily_paper)
        .service(submit_daily_paper)
        .service(list_my_quiz_history)
        .service(get_my_quiz_result)
        .service(set_daily_paper)
        .service(withdraw_daily_paper)
        .service(get_planned_paper);
}

/// A question as it is asked: without its key.
#[derive(Serialize, ToSchema)]
pub struct AskedQuestion<'a> {
    id: QuestionId,
    kind: QuestionKind,
    /// The question itself.
    stem: &'a str,
    /// In the order of the letters A, B, C …; empty for judge and fill questions.
    options: &'a [String],
    /// The subject that it belongs to.
    category: &'a str,
}

impl<'a> From<&'a PaperQuestion> for AskedQuestion<'a> {
    fn from(question: &'a PaperQuestion) -> Self {
        AskedQuestion {
            id: question.id,
            kind: question.text.kind,
            stem: &question.text.stem,
            options: &question.text.options,
            category: &question.text.category,
        }
    }
}

/// Today's paper.
#[derive(Serialize, ToSchema)]
struct DailyPaper<'a> {
    paper_id: PaperId,
    day: Day,
    questions: Vec<AskedQuestion<'a>>,
    /// Until when it can be submitted on time; a little longer when it was fetched on its day.
    closes_at: Timestamp,
    /// Whether the member has submitted it; the result is at `/me/quiz/history/{day}`.
    submitted: bool,
}

/// 今日试卷
///
/// Today's paper for the member. That it was fetched is recorded: it can then be submitted late, from offline.
#[utoipa::path(tag = "quiz", responses((status = 200, description = "The paper", body = DailyPaper<'static>),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/quiz/daily")]
async fn get_daily_paper(caller: Member, req: HttpRequest, quiz: web::Data<Quiz>) -> Result<HttpResponse, Problem> {
    let (paper, submission) = match quiz.fetch(caller.member, &caller.path).await {
        Ok(found) => found,
        Err(Stop::Refused(Refusal::NoPaper)) => return Err(not_yet(&quiz)),
        Err(stop) => return Err(stop.into()),
    };
    let view = DailyPaper {
        paper_id: paper.id,
        day: paper.day,
        questions: paper.questions.0.iter().map(AskedQuestion::from).collect(),
        closes_at: paper.day.next().start(),
        submitted: submission.is_some(),
    };
    Ok(Polled(view).respond_to(&req))
}

fn not_yet(quiz: &Quiz) -> Problem {
    let next = quiz.next_publishes_at().in_chinese();
    let message = match quiz.rest_today() {
        Some(name) => format!("今天是休息日（{name}），没有答题；下一次发布时间为{next}"),
        None => format!("今天的答题还没有发布，发布时间为{next}"),
    };
    Problem::not_found("quiz.no_paper", message)
}

/// What a member answers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubmissionBody {
    /// One for each question; a question left out counts as wrong. 50 at most.
    answers: Vec<AnswerBody>,
    /// That questions without an answer are meant; else a paper with such is 409, once, so that a slip costs nothing.
    #[serde(default)]
    leave_unanswered: bool,
}

/// One answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuestionAnswerBody)]
pub struct AnswerBody {
    pub question_id: QuestionId,
    /// Letters (`["B"]`, `["A","C"]`), `["true"]` or `["false"]`, or the words for the blank. 12 parts at most.
    pub answer: Vec<Text<300>>,
}

/// Answers in one submission.
const ANSWERS_LIMIT: usize = 50;
/// Parts of one answer.
const PARTS_LIMIT: usize = rules::OPTIONS_LIMIT;

impl AnswerBody {
    /// The answer, unless it has more parts than any question has options.
    pub fn given(self, pointer: &str) -> Result<GivenAnswer, Problem> {
        Ok(GivenAnswer { question_id: self.question_id, answer: answer_parts(self.answer, pointer)? })
    }
}

/// The parts of one answer, unless they are more than any question has options.
pub fn answer_parts(answer: Vec<Text<300>>, pointer: &str) -> Result<Vec<String>, Problem> {
    if answer.len() > PARTS_LIMIT {
        return Err(Problem::field(pointer, "too_many", format!("一道题的答案不能超过 {PARTS_LIMIT} 项")));
    }
    Ok(answer.into_iter().map(Text::into_string).collect())
}

/// A graded question.
#[derive(Serialize, ToSchema)]
struct GradedQuestion<'a> {
    id: QuestionId,
    kind: QuestionKind,
    /// The question itself.
    stem: &'a str,
    /// In the order of the letters A, B, C …; empty for judge and fill questions.
    options: &'a [String],
    /// What the member answered; empty when nothing was.
    given: &'a [String],
    /// The right answer; for a blank, every accepted wording; empty when the question is void.
    answer: &'a [String],
    /// Whether it is void: full marks for all, whatever they answered, and for those who did not.
    void: bool,
    /// Whether the member answered rightly.
    right: bool,
    /// Why the right answer is right; may be empty.
    explanation: &'a str,
    /// The document that the question rests on; may be empty.
    source: &'a str,
    /// That its key was wrong and has been corrected; `null` as a rule.
    correction: Option<KeyCorrection<'a>>,
}

/// That the key of a question was corrected.
#[derive(Serialize, ToSchema)]
struct KeyCorrection<'a> {
    /// The key that was wrong.
    former_answer: &'a [String],
    /// Why it was wrong, in Chinese.
    reason: &'a str,
    corrected_at: Timestamp,
}

impl<'a> From<&'a FormerKey> for KeyCorrection<'a> {
    fn from(former: &'a FormerKey) -> Self {
        KeyCorrection { former_answer: &former.answer, reason: &former.reason, corrected_at: former.at }
    }
}

/// The result of a day.
#[derive(Serialize, ToSchema)]
struct QuizResult<'a> {
    #[serde(flatten)]
    summary: QuizSummary,
    questions: Vec<GradedQuestion<'a>>,
}

/// The result of a day in short.
#[derive(Serialize, ToSchema)]
struct QuizSummary {
    day: Day,
    /// Questions answered rightly.
    right_count: i32,
    /// Questions on the paper.
    question_count: i32,
    /// Points earned, after the caps.
    points: i32,
    /// Sent after its day, within the offline grace.
    late: bool,
    submitted_at: Timestamp,
    /// When the result changed because a wrong key was corrected; `null` as a rule.
    corrected_at: Option<Timestamp>,
}

impl From<&Submission> for QuizSummary {
    fn from(submission: &Submission) -> Self {
        QuizSummary {
            day: submission.day,
            right_count: submission.right_count,
            question_count: submission.question_count,
            points: submission.points,
            late: submission.late,
            submitted_at: submission.submitted_at,
            corrected_at: submission.corrected_at,
        }
    }
}

impl<'a> From<&'a Graded> for QuizResult<'a> {
    fn from(graded: &'a Graded) -> Self {
        let answers = &graded.submission.answers.0;
        let questions = graded.paper.questions.0.iter().map(|question| {
            let given = answers.iter().find(|answer| answer.question_id == question.id);
            let given = given.map_or(&[][..], |answer| answer.answer.as_slice());
            GradedQuestion {
                id: question.id,
                kind: question.text.kind,
                stem: &question.text.stem,
                options: &question.text.options,
                given,
                answer: &question.text.answer,
                void: question.text.is_void(),
                right: rules::is_right(&question.text, given),
                explanation: &question.text.explanation,
                source: &question.text.source,
                correction: question.corrections.last().map(KeyCorrection::from),
            }
        });
        QuizResult { questions: questions.collect(), summary: QuizSummary::from(&graded.submission) }
    }
}

/// 提交每日答题
///
/// Submits the paper of a day; graded at once, with explanations. The same submission again returns the first result.
#[utoipa::path(tag = "quiz", params(("day" = Day, Path, description = "The paper's business day")),
    request_body = SubmissionBody,
    responses(
        (status = 201, description = "Graded", body = QuizResult<'static>),
        (status = 200, description = "Submitted before: the first result", body = QuizResult<'static>),
    ))]
#[put("/quiz/daily/{day}/submission")]
async fn submit_daily_paper(
    caller: Member,
    day: Path<Day>,
    quiz: web::Data<Quiz>,
    body: Body<SubmissionBody>,
) -> Result<HttpResponse, Problem> {
    let SubmissionBody { answers, leave_unanswered } = body.into_inner();
    let answers = read_answers(answers)?;
    let graded = quiz.submit(caller.member, caller.path.clone(), *day, answers, leave_unanswered).await?;
    let mut response = if graded.is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    response.insert_header((LOCATION, format!("/api/v1/me/quiz/history/{}", graded.submission.day)));
    Ok(response.json(QuizResult::from(&graded)))
}

fn read_answers(answers: Vec<AnswerBody>) -> Result<Vec<GivenAnswer>, Problem> {
    if answers.len() > ANSWERS_LIMIT {
        return Err(Problem::field("/answers", "too_many", format!("一次最多提交 {ANSWERS_LIMIT} 道题的答案")));
    }
    answers.into_iter().enumerate().map(|(index, answer)| answer.given(&format!("/answers/{index}/answer"))).collect()
}

/// 我的答题记录
///
/// The member's results, newest day first.
#[utoipa::path(tag = "quiz", params(PageQuery),
    responses((status = 200, description = "Results", body = Page<QuizSummary>)))]
#[get("/me/quiz/history")]
async fn list_my_quiz_history(
    caller: Member,
    page: Query<PageQuery>,
    quiz: web::Data<Quiz>,
) -> Result<web::Json<Page<QuizSummary>>, Problem> {
    let limit = page.limit()?;
    let found = quiz.history(caller.member, page.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |submission| submission.day).map(|submission| QuizSummary::from(&submission))))
}

/// 我的单日答题结果
///
/// The member's result of one day, with questions and explanations.
#[utoipa::path(tag = "quiz", params(("day" = Day, Path, description = "The paper's business day")),
    responses((status = 200, description = "The result", body = QuizResult<'static>)))]
#[get("/me/quiz/history/{day}")]
async fn get_my_quiz_result(caller: Member, day: Path<Day>, quiz: web::Data<Quiz>) -> Result<HttpResponse, Problem> {
    let graded = quiz.result(caller.member, *day).await?;
    Ok(HttpResponse::Ok().json(QuizResult::from(&graded)))
}

/// The questions of a paper.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaperBody {
    /// In the order in which they are asked; 1 to 20.
    question_ids: Vec<QuestionId>,
    /// Whose paper it is, with its subtree; the whole enterprise when absent.
    unit_id: Option<UnitId>,
}

/// A paper with its key, for anyone who sets papers.
#[derive(Serialize, ToSchema)]
struct PlannedPaper {
    id: PaperId,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    day: Day,
    publish_at: Timestamp,
    published_at: Option<Timestamp>,
    /// Nobody set it: it was drawn from the bank.
    drawn: bool,
    question_ids: Vec<QuestionId>,
    /// The same in the wording that is asked.
    questions: Vec<PlannedQuestion>,
}

/// A question of a paper, in short.
#[derive(Serialize, ToSchema)]
struct PlannedQuestion {
    id: QuestionId,
    kind: QuestionKind,
    /// The question itself.
    stem: String,
}

impl PlannedPaper {
    fn new(directory: &Directory, paper: Paper) -> Self {
        let asked = paper.questions.0.iter();
        let short = |question: &PaperQuestion| PlannedQuestion {
            id: question.id,
            kind: question.text.kind,
            stem: question.text.stem.clone(),
        };
        PlannedPaper {
            id: paper.id,
            unit_id: paper.unit_id,
            unit_name: directory.unit_name(paper.unit_id),
            day: paper.day,
            publish_at: paper.publish_at,
            published_at: paper.published_at,
            drawn: paper.created_by.is_none(),
            questions: asked.clone().map(short).collect(),
            question_ids: asked.map(|question| question.id).collect(),
        }
    }
}

/// 设置某日试卷
///
/// Sets the paper of a day; it replaces one that is not published yet.
#[utoipa::path(tag = "quiz", params(("day" = Day, Path, description = "Today or later"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = PaperBody,
    responses((status = 200, description = "Set", body = PlannedPaper)))]
#[put("/quiz/daily/{day}")]
async fn set_daily_paper(
    manager: ContentManager,
    day: Path<Day>,
    IfMatch(seen): IfMatch,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
    body: Body<PaperBody>,
) -> Result<web::Json<PlannedPaper>, Problem> {
    let body = body.into_inner();
    if !(1..=PAPER_LIMIT).contains(&body.question_ids.len()) {
        return Err(Problem::field("/question_ids", "length", format!("一份试卷应有 1 至 {PAPER_LIMIT} 道题")));
    }
    let of = (body.unit_id, *day);
    let paper = quiz.set_paper(manager.member, manager.reach.clone(), of, seen, body.question_ids).await?;
    Ok(web::Json(PlannedPaper::new(&directory, paper)))
}

/// Whose paper to look at.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UnitQuery {
    /// The unit; the whole enterprise when absent.
    unit_id: Option<UnitId>,
}

/// 某日试卷
///
/// The paper of a day, published or not.
#[utoipa::path(tag = "quiz", params(("day" = Day, Path, description = "A business day"), UnitQuery),
    responses((status = 200, description = "The paper", body = PlannedPaper),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/quiz/daily/{day}")]
async fn get_planned_paper(
    reader: ContentReader,
    day: Path<Day>,
    query: Query<UnitQuery>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<Versioned<PlannedPaper>, Problem> {
    let (paper, version) = quiz.paper_of(&reader.reach, query.unit_id, *day).await?.ok_or(Refusal::NoPaper)?;
    Ok(Versioned(PlannedPaper::new(&directory, paper), version))
}

/// 撤销某日试卷
///
/// Takes back a paper that is not published yet: the enterprise's is drawn in its place, and members of a unit have the one
/// from above.
#[utoipa::path(tag = "quiz", params(("day" = Day, Path, description = "Today or later"), UnitQuery),
    responses((status = 204, description = "Taken back")))]
#[delete("/quiz/daily/{day}")]
async fn withdraw_daily_paper(
    manager: ContentManager,
    day: Path<Day>,
    query: Query<UnitQuery>,
    quiz: web::Data<Quiz>,
) -> Result<HttpResponse, Problem> {
    quiz.unset_paper(manager.member, &manager.reach, query.unit_id, *day).await?;
    Ok(HttpResponse::NoContent().finish())
}
