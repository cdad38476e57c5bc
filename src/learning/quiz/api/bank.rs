//! The question bank for those who write it.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::capability::Capability;
use crate::base::id::ImportId;
use crate::base::imports::Mode;
use crate::base::sheet::ImportReport;
use crate::base::sheet::limits::MAX_INPUT_BYTES;
use crate::base::text::{Text, squeeze};
use crate::base::time::Timestamp;
use crate::db::Db;
use crate::learning::quiz::Quiz;
use crate::learning::quiz::import::{EXPORT_HEADERS, examples, to_row};
use crate::learning::quiz::model::{Difficulty, Question, QuestionId, QuestionKind, QuestionText, thing};
use crate::learning::quiz::store::QuestionFilter;
use crate::web::caller::{Caller, ContentChooser, ContentManager, ContentReader};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::idempotency::OptionalKey;
use crate::web::sheet::{ExportQuery, send_sheet};
use crate::web::upload::{FileForm, receive_upload};
use crate::web::{Body, Page, Path, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_questions)
        .service(create_question)
        .service(get_question)
        .service(edit_question)
        .service(delete_question)
        .service(import_questions)
        .service(withdraw_question_import)
        .service(get_question_template)
        .service(export_questions);
}

/// A question, with its key for anyone who may read it.
#[derive(Serialize, ToSchema)]
struct QuestionView {
    id: QuestionId,
    kind: QuestionKind,
    /// The question itself.
    stem: String,
    /// In the order of the letters A, B, C …; empty for judge and fill questions.
    options: Vec<String>,
    /// Letters, `["true"]` or `["false"]`, or every accepted wording of the blank; `null` for anyone who only plans contests,
    /// since he answers the questions himself.
    answer: Option<Vec<String>>,
    /// Shown after grading; may be empty. `null` together with the key.
    explanation: Option<String>,
    /// The subject that it belongs to.
    category: String,
    difficulty: Difficulty,
    /// The document that it rests on; may be empty.
    source: String,
    /// The options keep their places when a contest shuffles.
    keep_order: bool,
    /// 不定项: one option may be the whole answer of a multiple choice.
    any_number: bool,
    /// Grows when the wording of a question changes that was dealt before; `/questions/{id}/versions` has the former ones.
    version: i32,
    /// When it was first put on a paper or asked; `null` while it never was.
    first_dealt_at: Option<Timestamp>,
    /// When it was taken out of use; `null` while it is in use.
    retired_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Question> for QuestionView {
    fn from(question: Question) -> Self {
        QuestionView {
            id: question.id,
            kind: question.kind,
            stem: question.stem,
            options: question.options.0,
            answer: Some(question.answer.0),
            explanation: Some(question.explanation),
            category: question.category,
            difficulty: question.difficulty,
            source: question.source,
            keep_order: question.keep_order,
            any_number: question.any_number,
            version: question.version,
            first_dealt_at: question.first_dealt_at,
            retired_at: question.retired_at,
            created_at: question.created_at,
            updated_at: question.updated_at,
        }
    }
}

impl QuestionView {
    fn without_key(self) -> QuestionView {
        QuestionView { answer: None, explanation: None, ..self }
    }
}

/// Whether the caller reads keys, and so the questions that somebody keeps for himself.
fn reads_keys(caller: &Caller) -> bool {
    caller.reach(Capability::ReadContent).is_some()
}

/// What a list of questions is narrowed by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct QuestionQuery {
    /// Only questions of this type.
    kind: Option<QuestionKind>,
    /// Only questions of this category.
    category: Option<String>,
    /// Only questions of this difficulty.
    difficulty: Option<Difficulty>,
    /// A part of the stem or of an option, one character or more; full-width and half-width, upper and lower case are
    /// alike, white space does not count.
    q: Option<String>,
    /// Retired questions instead of those in use.
    #[serde(default)]
    retired: bool,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Characters that a search may have.
const SEARCH_LIMIT: usize = 100;

impl QuestionQuery {
    fn filter(&self, with_guarded: bool) -> Result<QuestionFilter, Problem> {
        let text = self.q.as_deref().map(squeeze).filter(|text| !text.is_empty());
        if text.as_ref().is_some_and(|text| text.chars().count() > SEARCH_LIMIT) {
            return Err(Problem::malformed("query.invalid", format!("搜索内容不能超过 {SEARCH_LIMIT} 个字符")));
        }
        Ok(QuestionFilter {
            kind: self.kind,
            category: self.category.clone(),
            difficulty: self.difficulty,
            text,
            retired: self.retired,
            with_guarded,
        })
    }
}

/// 题库
///
/// Questions of the bank, newest first. Anyone who only plans contests sees no keys, and no questions that somebody keeps
/// for a contest of his own.
#[utoipa::path(tag = "questions", params(QuestionQuery),
    responses((status = 200, description = "Questions", body = Page<QuestionView>)))]
#[get("/questions")]
async fn list_questions(
    chooser: ContentChooser,
    query: Query<QuestionQuery>,
    quiz: web::Data<Quiz>,
) -> Result<web::Json<Page<QuestionView>>, Problem> {
    let limit = page::page_limit(query.limit)?;
    let before = page::after(query.cursor.as_deref())?;
    let in_full = reads_keys(&chooser);
    let found = quiz.questions(query.filter(in_full)?, before, limit + 1).await?;
    let view =
        |question| if in_full { QuestionView::from(question) } else { QuestionView::from(question).without_key() };
    Ok(web::Json(Page::new(found, limit, |question| question.id).map(view)))
}

/// A question as it is written.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QuestionBody {
    kind: QuestionKind,
    /// The question itself; a blank is written `____`.
    stem: Text<1000>,
    /// 2 to 12 for single and multiple choice, none otherwise.
    #[serde(default)]
    options: Vec<Text<300>>,
    /// Letters, `["true"]` or `["false"]`, or every accepted wording of the blank.
    answer: Vec<Text<300>>,
    /// Shown after grading.
    explanation: Option<Text<2000>>,
    /// The subject that it belongs to.
    category: Text<200>,
    difficulty: Difficulty,
    /// The document that it rests on.
    source: Option<Text<200>>,
    /// The options keep their places when a contest shuffles. Those that speak of others (以上都对) keep theirs anyway.
    #[serde(default)]
    keep_order: bool,
    /// 不定项: one option may be the whole answer of a multiple choice.
    #[serde(default)]
    any_number: bool,
}

fn strings<const MAX: usize>(texts: Vec<Text<MAX>>) -> Vec<String> {
    texts.into_iter().map(Text::into_string).collect()
}

impl From<QuestionBody> for QuestionText {
    fn from(body: QuestionBody) -> Self {
        QuestionText {
            kind: body.kind,
            stem: body.stem.into_string(),
            options: strings(body.options),
            answer: strings(body.answer),
            explanation: body.explanation.map(Text::into_string).unwrap_or_default(),
            category: body.category.into_string(),
            difficulty: body.difficulty,
            source: body.source.map(Text::into_string).unwrap_or_default(),
            keep_order: body.keep_order,
            any_number: body.any_number,
        }
    }
}

/// 新增试题
///
/// Adds a question to the bank.
#[utoipa::path(tag = "questions", request_body = QuestionBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    responses((status = 201, description = "Added", body = QuestionView)))]
#[post("/questions")]
async fn create_question(
    manager: ContentManager,
    key: OptionalKey,
    quiz: web::Data<Quiz>,
    body: Body<QuestionBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.of(manager.member, "POST /questions", &body);
    let id = quiz.create_question(manager.member, body.into(), key).await?;
    let question = quiz.question(id).await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/questions/{id}")))
        .json(QuestionView::from(question)))
}

/// 试题详情
///
/// One question; its key only for anyone who may read it.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question")),
    responses((status = 200, description = "The question", body = QuestionView)))]
#[get("/questions/{id}")]
async fn get_question(
    chooser: ContentChooser,
    id: Path<QuestionId>,
    db: web::Data<Db>,
    quiz: web::Data<Quiz>,
) -> Result<Versioned<QuestionView>, Problem> {
    let version = thing(*id).present(&db).await?;
    let view = match reads_keys(&chooser) {
        true => QuestionView::from(quiz.question(*id).await?),
        false => QuestionView::from(quiz.open_question(*id).await?).without_key(),
    };
    Ok(Versioned(view, version))
}

/// What changes about a question; absent fields stay.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QuestionChange {
    kind: Option<QuestionKind>,
    /// The question itself.
    stem: Option<Text<1000>>,
    /// All options, in the order of their letters.
    options: Option<Vec<Text<300>>>,
    /// Letters, `["true"]` or `["false"]`, or every accepted wording of the blank.
    answer: Option<Vec<Text<300>>>,
    /// Shown after grading.
    explanation: Option<Text<2000>>,
    /// The subject that it belongs to.
    category: Option<Text<200>>,
    difficulty: Option<Difficulty>,
    /// The document that it rests on.
    source: Option<Text<200>>,
    /// The options keep their places when a contest shuffles.
    keep_order: Option<bool>,
    /// 不定项: one option may be the whole answer of a multiple choice.
    any_number: Option<bool>,
    /// Takes the question out of use, or back into it. Papers that were set keep it.
    retired: Option<bool>,
}

impl QuestionChange {
    fn apply(self, text: QuestionText) -> QuestionText {
        QuestionText {
            kind: self.kind.unwrap_or(text.kind),
            stem: self.stem.map_or(text.stem, Text::into_string),
            options: self.options.map_or(text.options, strings),
            answer: self.answer.map_or(text.answer, strings),
            explanation: self.explanation.map_or(text.explanation, Text::into_string),
            category: self.category.map_or(text.category, Text::into_string),
            difficulty: self.difficulty.unwrap_or(text.difficulty),
            source: self.source.map_or(text.source, Text::into_string),
            keep_order: self.keep_order.unwrap_or(text.keep_order),
            any_number: self.any_number.unwrap_or(text.any_number),
        }
    }
}

/// 修改试题
///
/// Changes a question, or takes it out of use. Results that exist do not change.
#[utoipa::path(tag = "questions", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409"),
        ("id" = QuestionId, Path, description = "The question")),
    request_body = QuestionChange,
    responses((status = 200, description = "Changed", body = QuestionView)))]
#[patch("/questions/{id}")]
async fn edit_question(
    manager: ContentManager,
    id: Path<QuestionId>,
    IfMatch(seen): IfMatch,
    quiz: web::Data<Quiz>,
    body: Body<QuestionChange>,
) -> Result<web::Json<QuestionView>, Problem> {
    let change = body.into_inner();
    let retired = change.retired;
    let question =
        quiz.edit_question(manager.member, *id, seen, move |text| change.clone().apply(text), retired).await?;
    Ok(web::Json(question.into()))
}

/// 删除试题
///
/// Takes back a question that was never used. One that was asked stays: retire it, or correct its key.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question")),
    responses((status = 204, description = "Gone")))]
#[delete("/questions/{id}")]
async fn delete_question(
    manager: ContentManager,
    id: Path<QuestionId>,
    quiz: web::Data<Quiz>,
) -> Result<HttpResponse, Problem> {
    quiz.delete_question(manager.member, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How questions are imported.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct QuestionImportQuery {
    /// Only report what would happen.
    #[serde(default)]
    dry_run: bool,
    /// Import nothing when any row is refused.
    #[serde(default)]
    all_or_nothing: bool,
    /// The digest of a dry run: exactly what it showed is imported, or 409.
    confirm: Option<String>,
}

/// 导入题库
///
/// Imports questions from an xlsx or csv file, or from a text in GIFT or Aiken; bad rows block good ones only with
/// `all_or_nothing`. What is in the bank already stays as it is and counts as unchanged. A dry run shows what would happen,
/// under a digest; sent again with it as `confirm`, exactly that is imported, or nothing (409).
#[utoipa::path(tag = "questions", params(QuestionImportQuery),
    request_body(description = "The file, 20 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "What was done, or would be", body = ImportReport)))]
#[post("/imports/questions")]
async fn import_questions(
    manager: ContentManager,
    req: HttpRequest,
    query: Query<QuestionImportQuery>,
    payload: web::Payload,
    quiz: web::Data<Quiz>,
) -> Result<web::Json<ImportReport>, Problem> {
    let file = receive_upload(&req, payload.into_inner(), MAX_INPUT_BYTES).await?.bytes;
    let actor = Some(manager.member);
    let mode = Mode::of(query.dry_run, query.confirm.as_deref());
    Ok(web::Json(quiz.import_questions(actor, file, mode, query.all_or_nothing, |_, _| ()).await?))
}

/// 撤回题库导入
///
/// Takes an import of questions back as a whole. Within 30 days, and only as long as none of them was asked or changed
/// since (409).
#[utoipa::path(tag = "questions", params(("id" = ImportId, Path, description = "The import, from its report")),
    responses((status = 204, description = "Taken back")))]
#[post("/imports/questions/{id}/withdrawal")]
async fn withdraw_question_import(
    manager: ContentManager,
    id: Path<ImportId>,
    quiz: web::Data<Quiz>,
) -> Result<HttpResponse, Problem> {
    quiz.take_back_import(Some(manager.member), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 题库导入模板
///
/// A file with the right columns and an example of each type of question.
#[utoipa::path(tag = "questions", params(ExportQuery),
    responses((status = 200, description = "The template",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/imports/questions/template")]
async fn get_question_template(_manager: ContentManager, query: Query<ExportQuery>) -> Result<HttpResponse, Problem> {
    send_sheet("题库导入模板", query.format, &EXPORT_HEADERS, examples).await
}

/// 导出题库
///
/// Every question in use as a file that can be imported again.
#[utoipa::path(tag = "questions", params(ExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/questions")]
async fn export_questions(
    _reader: ContentReader,
    query: Query<ExportQuery>,
    quiz: web::Data<Quiz>,
) -> Result<HttpResponse, Problem> {
    let questions = quiz.export_questions().await?;
    send_sheet("题库", query.format, &EXPORT_HEADERS, move || questions.iter().map(to_row).collect()).await
}
