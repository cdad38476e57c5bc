//! Making questions void, for those who write the bank.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::approval::{Answer, ProposalState};
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::learning::quiz::Quiz;
use crate::learning::quiz::model::QuestionId;
use crate::learning::quiz::model::voiding::{QuestionVoiding, QuestionVoidingId};
use crate::people::members::Directory;
use crate::web::caller::{ContentManager, ContentReader, check_top};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(propose_question_voiding)
        .service(list_question_voidings)
        .service(get_question_voiding)
        .service(approve_question_voiding)
        .service(refuse_question_voiding)
        .service(withdraw_question_voiding);
}

/// Why a question is to be void.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QuestionVoidingBody {
    /// In Chinese; members whose results change read it.
    reason: Text<200>,
    /// The version that has no right answer; the present one when absent.
    version: Option<i32>,
}

/// That a question is void: proposed by one person, and so once another has confirmed it.
#[derive(Serialize, ToSchema)]
struct QuestionVoidingView {
    id: QuestionVoidingId,
    question_id: QuestionId,
    /// The wording that has no right answer, from 1 on.
    version: i32,
    /// The question in that version.
    stem: String,
    /// In Chinese.
    reason: String,
    state: ProposalState,
    proposed_by: MemberId,
    /// That person's name.
    proposer: String,
    proposed_at: Timestamp,
    /// Until when it can be answered.
    expires_at: Timestamp,
    /// `null` while it is open.
    answered_by: Option<MemberId>,
    /// That person's name.
    answerer: Option<String>,
    answered_at: Option<Timestamp>,
}

impl QuestionVoidingView {
    async fn new(quiz: &Quiz, directory: &Directory, voiding: QuestionVoiding) -> Result<Self, Problem> {
        Ok(QuestionVoidingView {
            stem: quiz.stem_of(&voiding).await?,
            state: voiding.rule().state_at(quiz.db.now()),
            proposer: directory.name_of(voiding.proposed_by),
            answerer: voiding.answered_by.map(|member| directory.name_of(member)),
            expires_at: voiding.expires_at(),
            id: voiding.id,
            question_id: voiding.question_id,
            version: voiding.version,
            reason: voiding.reason,
            proposed_by: voiding.proposed_by,
            proposed_at: voiding.proposed_at,
            answered_by: voiding.answered_by,
            answered_at: voiding.answered_at,
        })
    }
}

/// 提议作废题目
///
/// Proposes that a question be void: full marks for all who were asked it, in daily papers and in contests, before and
/// after their publication. Another person confirms it. What it would change is told by the preview of a correction with
/// an empty answer.
///
/// It changes results of all units, so the duty must be held for the whole enterprise.
///
/// The same proposal sent again returns the first one.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question")),
    request_body = QuestionVoidingBody,
    responses((status = 201, description = "Proposed", body = QuestionVoidingView)))]
#[post("/questions/{id}/voidings")]
async fn propose_question_voiding(
    manager: ContentManager,
    id: Path<QuestionId>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
    body: Body<QuestionVoidingBody>,
) -> Result<HttpResponse, Problem> {
    check_top(&manager, &manager.reach)?;
    let QuestionVoidingBody { reason, version } = body.into_inner();
    let made = quiz.propose_voiding(manager.member, *id, version, reason.into_string()).await?;
    let place = format!("/api/v1/question-voidings/{}", made.id);
    let view = QuestionVoidingView::new(&quiz, &directory, made).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(view))
}

/// 题目作废记录
///
/// The proposals to make a question void, newest first.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question"), PageQuery),
    responses((status = 200, description = "Proposals", body = Page<QuestionVoidingView>)))]
#[get("/questions/{id}/voidings")]
async fn list_question_voidings(
    _reader: ContentReader,
    id: Path<QuestionId>,
    page: Query<PageQuery>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<QuestionVoidingView>>, Problem> {
    let limit = page.limit()?;
    let found = quiz.voidings(*id, page.after()?, limit + 1).await?;
    let mut views = Vec::new();
    for voiding in found {
        // a page of them at most, of one question
        views.push(QuestionVoidingView::new(&quiz, &directory, voiding).await?);
    }
    Ok(web::Json(Page::new(views, limit, |view| view.id)))
}

/// 题目作废提议
///
/// A proposal to make a question void.
#[utoipa::path(tag = "questions", params(("id" = QuestionVoidingId, Path, description = "The proposal")),
    responses((status = 200, description = "The proposal", body = QuestionVoidingView)))]
#[get("/question-voidings/{id}")]
async fn get_question_voiding(
    _reader: ContentReader,
    id: Path<QuestionVoidingId>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<web::Json<QuestionVoidingView>, Problem> {
    let found = quiz.voiding(*id).await?;
    Ok(web::Json(QuestionVoidingView::new(&quiz, &directory, found).await?))
}

/// 确认题目作废
///
/// Confirms what somebody else proposed: the question is void, results and points follow, everybody concerned is told once.
/// Again it changes nothing.
#[utoipa::path(tag = "questions", params(("id" = QuestionVoidingId, Path, description = "The proposal")),
    responses((status = 200, description = "Void", body = QuestionVoidingView)))]
#[post("/question-voidings/{id}/approval")]
async fn approve_question_voiding(
    manager: ContentManager,
    id: Path<QuestionVoidingId>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<web::Json<QuestionVoidingView>, Problem> {
    answered(&manager, *id, (&quiz, &directory), Answer::Approve).await
}

/// 拒绝题目作废
///
/// Refuses what somebody else proposed. Again it changes nothing.
#[utoipa::path(tag = "questions", params(("id" = QuestionVoidingId, Path, description = "The proposal")),
    responses((status = 200, description = "Refused", body = QuestionVoidingView)))]
#[post("/question-voidings/{id}/refusal")]
async fn refuse_question_voiding(
    manager: ContentManager,
    id: Path<QuestionVoidingId>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<web::Json<QuestionVoidingView>, Problem> {
    answered(&manager, *id, (&quiz, &directory), Answer::Refuse).await
}

/// 撤回题目作废提议
///
/// Takes one's own proposal back. Again it changes nothing.
#[utoipa::path(tag = "questions", params(("id" = QuestionVoidingId, Path, description = "The proposal")),
    responses((status = 200, description = "Taken back", body = QuestionVoidingView)))]
#[post("/question-voidings/{id}/withdrawal")]
async fn withdraw_question_voiding(
    manager: ContentManager,
    id: Path<QuestionVoidingId>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<web::Json<QuestionVoidingView>, Problem> {
    answered(&manager, *id, (&quiz, &directory), Answer::TakeBack).await
}

async fn answered(
    manager: &ContentManager,
    id: QuestionVoidingId,
    (quiz, directory): (&Quiz, &Directory),
    answer: Answer,
) -> Result<web::Json<QuestionVoidingView>, Problem> {
    quiz.voiding(id).await?;
    check_top(manager, &manager.reach)?;
    let voiding = quiz.answer_voiding(manager.member, id, answer).await?;
    Ok(web::Json(QuestionVoidingView::new(quiz, directory, voiding).await?))
}
