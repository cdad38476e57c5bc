//! Making attempts: starting, saving answers one by one, handing in, looking at one's own result.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::{AttemptResult, AttemptSheet};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::learning::contests::Contests;
use crate::learning::contests::attempts::Sitter;
use crate::learning::contests::model::{AttemptId, ContestId};
use crate::learning::quiz::QuestionId;
use crate::web::caller::Member;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(start_contest_attempt)
        .service(get_current_contest_attempt)
        .service(save_contest_answer)
        .service(submit_contest_attempt)
        .service(get_contest_attempt);
}

fn sitter(caller: &Member) -> Sitter {
    Sitter { member: caller.member, path: caller.path.clone(), branch: caller.branch }
}

/// 开始作答
///
/// Starts an attempt; its time runs from now by the server's clock. While one runs, that one comes back.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses(
        (status = 201, description = "Started", body = AttemptSheet<'static>),
        (status = 200, description = "The attempt that runs", body = AttemptSheet<'static>),
    ))]
#[post("/contests/{id}/attempts")]
async fn start_contest_attempt(
    caller: Member,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<HttpResponse, Problem> {
    let (sat, is_new) = contests.start(sitter(&caller), *id).await?;
    let shown = sat.sheet().shown();
    let mut response = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    response.insert_header((LOCATION, format!("/api/v1/attempts/{}", sat.attempt.id)));
    Ok(response.json(AttemptSheet::new(&sat, &shown, contests.now())))
}

/// 正在进行的作答
///
/// The attempt that runs, with what was answered so far.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "The attempt", body = AttemptSheet<'static>)))]
#[get("/contests/{id}/attempts/current")]
async fn get_current_contest_attempt(
    caller: Member,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<HttpResponse, Problem> {
    let sat = contests.current(sitter(&caller), *id).await?;
    let shown = sat.sheet().shown();
    Ok(HttpResponse::Ok().json(AttemptSheet::new(&sat, &shown, contests.now())))
}

/// An answer to one question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContestAnswerBody {
    /// Letters as the attempt shows them (`["B"]`, `["A","C"]`), `["true"]` or `["false"]`, or the words for the blank;
    /// empty to take the answer back. 12 parts at most.
    answer: Vec<Text<300>>,
}

/// That an answer is saved.
#[derive(Serialize, ToSchema)]
struct SavedView {
    question_id: QuestionId,
    saved_at: Timestamp,
}

/// Parts of one answer.
const PARTS_LIMIT: usize = 12;

/// 保存一题答案
///
/// Saves the answer to one question, in the place of the one before; until the attempt is due by the server's clock.
#[utoipa::path(tag = "contests", request_body = ContestAnswerBody,
    params(
        ("id" = AttemptId, Path, description = "The caller's running attempt"),
        ("question_id" = QuestionId, Path, description = "One of its questions"),
    ),
    responses((status = 200, description = "Saved", body = SavedView)))]
#[put("/attempts/{id}/answers/{question_id}")]
async fn save_contest_answer(
    caller: Member,
    path: Path<(AttemptId, QuestionId)>,
    contests: web::Data<Contests>,
    body: Body<ContestAnswerBody>,
) -> Result<web::Json<SavedView>, Problem> {
    let (attempt, question) = *path;
    let sent: Vec<String> = body.into_inner().answer.into_iter().map(Text::into_string).collect();
    if sent.len() > PARTS_LIMIT {
        return Err(Problem::field("/answer", "too_many", format!("一道题的答案不能超过 {PARTS_LIMIT} 项")));
    }
    let saved = contests.save_answer(caller.member, attempt, question, sent).await?;
    Ok(web::Json(SavedView { question_id: saved.question_id, saved_at: saved.saved_at }))
}

/// 交卷
///
/// Hands in the attempt with the answers that are saved. Again it returns the same result.
#[utoipa::path(tag = "contests",
    params(("id" = AttemptId, Path, description = "The caller's attempt")),
    responses((status = 200, description = "Handed in, or ended before", body = AttemptResult)))]
#[post("/attempts/{id}/submission")]
async fn submit_contest_attempt(
    caller: Member,
    id: Path<AttemptId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<AttemptResult>, Problem> {
    Ok(web::Json(AttemptResult::from(&contests.submit(caller.member, *id).await?)))
}

/// 作答详情
///
/// One's own attempt: score and key as far as the contest's rules show them by now.
#[utoipa::path(tag = "contests",
    params(("id" = AttemptId, Path, description = "The caller's attempt")),
    responses((status = 200, description = "The attempt", body = AttemptResult)))]
#[get("/attempts/{id}")]
async fn get_contest_attempt(
    caller: Member,
    id: Path<AttemptId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<AttemptResult>, Problem> {
    Ok(web::Json(AttemptResult::from(&contests.look(caller.member, *id).await?)))
}
