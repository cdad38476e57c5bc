//! Correcting wrong keys, for those who write the bank.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::learning::quiz::Quiz;
use crate::learning::quiz::corrections::{Preview, RightKey};
use crate::learning::quiz::model::QuestionId;
use crate::learning::quiz::model::correction::{Correction, CorrectionId, CorrectionStage, Totals};
use crate::people::members::Directory;
use crate::web::caller::{ContentManager, ContentReader, check_top};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(correct_question_key).service(preview_question_correction).service(list_question_corrections);
}

/// What is right, and why something else stood there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectionBody {
    /// The right answer: letters, `["true"]` or `["false"]`, or every accepted wording of the blank. 20 parts at most. For
    /// a preview also `[]`: what it would change if the question were void.
    answer: Vec<Text<300>>,
    /// The explanation from now on; stays as it is when absent.
    explanation: Option<Text<2000>>,
    /// Why the key was wrong, in Chinese; members whose results change read it.
    reason: Text<200>,
    /// The version whose key was wrong; the present one when absent.
    version: Option<i32>,
}

/// Parts of an answer; a check of the question itself allows fewer.
const PARTS_LIMIT: usize = 20;

impl TryFrom<CorrectionBody> for RightKey {
    type Error = Problem;

    fn try_from(body: CorrectionBody) -> Result<RightKey, Problem> {
        if body.answer.len() > PARTS_LIMIT {
            return Err(Problem::field("/answer", "too_many", format!("答案不能超过 {PARTS_LIMIT} 项")));
        }
        Ok(RightKey {
            version: body.version,
            answer: body.answer.into_iter().map(Text::into_string).collect(),
            explanation: body.explanation.map(Text::into_string),
            reason: body.reason.into_string(),
        })
    }
}

/// A correction and how far it has come.
#[derive(Serialize, ToSchema)]
struct QuestionCorrection {
    id: CorrectionId,
    question_id: QuestionId,
    /// The version whose key was wrong.
    version: i32,
    /// The key that was wrong.
    former_answer: Vec<String>,
    /// The right one; empty when the question is void.
    answer: Vec<String>,
    /// Whether the question is void: full marks for all.
    void: bool,
    /// Why it was wrong, in Chinese.
    reason: String,
    /// Who made it; of two people, the one who confirmed it.
    made_by: MemberId,
    /// That person's name.
    made_by_name: String,
    made_at: Timestamp,
    /// What is being graded anew; the right key holds for new answers from the first of these stages on.
    stage: CorrectionStage,
    /// Daily papers that bear the question.
    papers: usize,
    /// How many of them have been graded anew.
    papers_done: i32,
    /// Contests that bear the question.
    contests: i32,
    /// Daily results that have changed so far.
    results_changed: i64,
    /// Members for whom something has changed so far.
    members: i64,
    /// Of them those who have been told.
    members_told: i64,
    /// Points given less points taken so far.
    points: i64,
    /// When everybody had been told; `null` while it is under way.
    done_at: Option<Timestamp>,
}

impl QuestionCorrection {
    fn new(directory: &Directory, (correction, totals): (Correction, Totals)) -> Self {
        QuestionCorrection {
            id: correction.id,
            question_id: correction.question_id,
            version: correction.version,
            void: correction.is_void(),
            former_answer: correction.former.0,
            answer: correction.answer.0,
            reason: correction.reason,
            made_by_name: directory.name_of(correction.made_by),
            made_by: correction.made_by,
            made_at: correction.made_at,
            stage: correction.stage,
            papers: correction.papers.0.len(),
            papers_done: correction.papers_done,
            contests: correction.contest_count,
            results_changed: totals.papers,
            members: totals.members,
            members_told: totals.told,
            points: totals.points,
            done_at: correction.done_at,
        }
    }
}

/// 更正答案
///
/// Corrects a wrong key. Unlike an edit, which words the question anew for future papers, this changes the key on every
/// paper and in every contest that bears that version; what was answered is graded anew, points follow by opposite
/// entries of today, and every member concerned is told once, when no contest asks the question any more.
///
/// It changes results of all units, so the duty must be held for the whole enterprise.
///
/// The same correction sent again returns the first one.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question")),
    request_body = CorrectionBody,
    responses((status = 201, description = "Corrected; no `Location`, it stands in the list of corrections", body = QuestionCorrection)))]
#[post("/questions/{id}/correction")]
async fn correct_question_key(
    manager: ContentManager,
    id: Path<QuestionId>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
    body: Body<CorrectionBody>,
) -> Result<HttpResponse, Problem> {
    check_top(&manager, &manager.reach)?;
    let correction = quiz.correct_key(manager.member, *id, body.into_inner().try_into()?).await?;
    let totals = quiz.correction_totals(correction.id).await?;
    Ok(HttpResponse::Created().json(QuestionCorrection::new(&directory, (correction, totals))))
}

/// What a correction would change, as of now. Ranks in contests are not worked out beforehand.
#[derive(Serialize, ToSchema)]
struct CorrectionPreview {
    /// Daily papers that bear the wrong key.
    papers: i64,
    /// Their submissions that were looked at.
    submissions: i64,
    /// Whether all of them were: a preview looks for two seconds. If not, the next five are the least.
    complete: bool,
    /// Answers that would become right.
    answers_gained: i64,
    /// Answers that would become wrong.
    answers_lost: i64,
    /// Members with either.
    members: i64,
    /// Points of daily papers that would be given, before the caps.
    points_given: i64,
    /// Points of daily papers that would be taken back, before the caps.
    points_taken: i64,
    /// Contests that bear the wrong key.
    contests: i64,
    /// Attempts at them.
    attempts: i64,
}

impl From<Preview> for CorrectionPreview {
    fn from(preview: Preview) -> Self {
        CorrectionPreview {
            papers: preview.papers,
            submissions: preview.submissions,
            complete: preview.is_complete,
            answers_gained: preview.gains,
            answers_lost: preview.losses,
            members: preview.members,
            points_given: preview.points_given,
            points_taken: preview.points_taken,
            contests: preview.contests,
            attempts: preview.attempts,
        }
    }
}

/// 更正答案的影响
///
/// Says what a correction would change, and changes nothing.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question")),
    request_body = CorrectionBody,
    responses((status = 200, description = "What would change", body = CorrectionPreview)))]
#[post("/questions/{id}/correction/preview")]
async fn preview_question_correction(
    manager: ContentManager,
    id: Path<QuestionId>,
    quiz: web::Data<Quiz>,
    body: Body<CorrectionBody>,
) -> Result<web::Json<CorrectionPreview>, Problem> {
    check_top(&manager, &manager.reach)?;
    let preview = quiz.preview_correction(*id, body.into_inner().try_into()?).await?;
    Ok(web::Json(preview.into()))
}

/// 答案更正记录
///
/// The corrections of a question, newest first, with how far each has come.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question"), PageQuery),
    responses((status = 200, description = "Corrections", body = Page<QuestionCorrection>)))]
#[get("/questions/{id}/corrections")]
async fn list_question_corrections(
    _reader: ContentReader,
    id: Path<QuestionId>,
    page: Query<PageQuery>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<QuestionCorrection>>, Problem> {
    let limit = page.limit()?;
    let found = quiz.corrections(*id, page.after()?, limit + 1).await?;
    Ok(web::Json(
        Page::new(found, limit, |(correction, _)| correction.id)
            .map(|found| QuestionCorrection::new(&directory, found)),
    ))
}
