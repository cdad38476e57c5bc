//! What is known about questions: their versions, their categories, how they fared.

use std::collections::BTreeMap;

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::learning::quiz::Quiz;
use crate::learning::quiz::model::tally::Tally;
use crate::learning::quiz::model::{Difficulty, QuestionId, QuestionKind, QuestionText};
use crate::learning::quiz::rules;
use crate::learning::quiz::store::CategoryCount;
use crate::learning::quiz::tallies::Statistics;
use crate::learning::quiz::versions::Wording;
use crate::people::members::Directory;
use crate::web::caller::{ContentChooser, ContentReader};
use crate::web::{Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    // the first of these would else be taken for a question's id
    cfg.service(list_question_categories).service(list_question_versions).service(get_question_statistics);
}

/// Questions of a category that are alike in type and difficulty.
#[derive(Serialize, ToSchema)]
struct KindCount {
    kind: QuestionKind,
    difficulty: Difficulty,
    /// Questions in use.
    count: i64,
}

/// A category of the bank.
#[derive(Serialize, ToSchema)]
struct QuestionCategory {
    /// Its name.
    category: String,
    /// Questions in use.
    count: i64,
    /// The same by type and difficulty; what there is none of is not listed.
    counts: Vec<KindCount>,
}

/// The categories of the bank.
#[derive(Serialize, ToSchema)]
struct QuestionCategories {
    /// By name.
    items: Vec<QuestionCategory>,
}

impl From<Vec<CategoryCount>> for QuestionCategories {
    fn from(found: Vec<CategoryCount>) -> Self {
        let mut by_name: BTreeMap<String, Vec<KindCount>> = BTreeMap::new();
        for (category, kind, difficulty, count) in found {
            by_name.entry(category).or_default().push(KindCount { kind, difficulty, count });
        }
        let category = |(category, counts): (String, Vec<KindCount>)| QuestionCategory {
            category,
            count: counts.iter().map(|part| part.count).sum(),
            counts,
        };
        QuestionCategories { items: by_name.into_iter().map(category).collect() }
    }
}

/// 试题类别
///
/// The categories of the questions in use, with how many there are of each type and difficulty.
#[utoipa::path(tag = "questions",
    responses((status = 200, description = "The categories", body = QuestionCategories)))]
#[get("/questions/categories")]
async fn list_question_categories(
    _chooser: ContentChooser,
    quiz: web::Data<Quiz>,
) -> Result<web::Json<QuestionCategories>, Problem> {
    Ok(web::Json(quiz.categories().await?.into()))
}

/// A wording of a question, with its key.
#[derive(Serialize, ToSchema)]
struct QuestionVersion {
    /// 1 is the first.
    version: i32,
    kind: QuestionKind,
    /// The question itself.
    stem: String,
    /// In the order of the letters A, B, C …; empty for judge and fill questions.
    options: Vec<String>,
    /// Letters, `["true"]` or `["false"]`, or every accepted wording of the blank.
    answer: Vec<String>,
    /// Shown after grading; may be empty.
    explanation: String,
    /// When another wording took its place; `null` for the present one.
    replaced_at: Option<Timestamp>,
    /// Who wrote that other wording; `null` for the present one.
    replaced_by: Option<MemberId>,
    /// That person's name.
    replaced_by_name: Option<String>,
}

impl QuestionVersion {
    fn new(directory: &Directory, version: Wording) -> Self {
        QuestionVersion {
            version: version.version,
            kind: version.text.kind,
            stem: version.text.stem,
            options: version.text.options,
            answer: version.text.answer,
            explanation: version.text.explanation,
            replaced_at: version.replaced.map(|(_, at)| at),
            replaced_by: version.replaced.map(|(by, _)| by),
            replaced_by_name: version.replaced.map(|(by, _)| directory.name_of(by)),
        }
    }
}

/// 试题修改记录
///
/// The wordings of a question, newest first. One is kept when the question was dealt before it was changed.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question"), PageQuery),
    responses((status = 200, description = "The versions", body = Page<QuestionVersion>)))]
#[get("/questions/{id}/versions")]
async fn list_question_versions(
    _reader: ContentReader,
    id: Path<QuestionId>,
    page: Query<PageQuery>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<QuestionVersion>>, Problem> {
    let limit = page.limit()?;
    let found = quiz.versions(*id, page.after()?, limit + 1).await?;
    Ok(web::Json(
        Page::new(found, limit, |version| version.version).map(|version| QuestionVersion::new(&directory, version)),
    ))
}

/// How often something was chosen.
#[derive(Serialize, ToSchema)]
struct ChoiceFigures {
    /// The letter of an option, `true` or `false`; `blank` for no answer, `other` for anything else, such as words that a
    /// fill question does not accept.
    choice: String,
    /// Members who chose it. Each letter of a multiple choice counts.
    count: i64,
    /// Of all who were asked, in basis points (10,000 = all); `null` while nobody was. With multiple choice the shares
    /// add up to more than all.
    share_bp: Option<i64>,
}

/// How a question fared.
#[derive(Serialize, ToSchema)]
struct QuestionFigures {
    /// Members who were asked it and submitted: daily papers, challenges and contests that are over. Practice does not
    /// count.
    shown: i64,
    /// Of those, who answered rightly. A question left out is wrong, a multiple choice is right as a whole or not at all.
    right: i64,
    /// `right` of `shown`, in basis points (10,000 = all); `null` while nobody was asked.
    right_share_bp: Option<i64>,
    /// Difficulty index 难度 P: the right share, in basis points, so a low one is a hard question. For exams 3,000 to
    /// 7,000 is usual.
    difficulty_index_bp: Option<i64>,
    /// Discrimination index 区分度 D, in basis points from -10,000 to 10,000: the right share among the best 27 % of a
    /// contest by score, less that among the worst 27 %. From 4,000 it tells people apart well, below 2,000 hardly;
    /// below zero the key is suspect. `null` while no contest has asked the question.
    discrimination_bp: Option<i64>,
    /// What was chosen, also what nobody chose.
    choices: Vec<ChoiceFigures>,
}

impl QuestionFigures {
    fn new(tally: &Tally, choices: Vec<String>) -> Self {
        let choice = |choice: String| {
            let count = tally.chosen.get(&choice).copied().unwrap_or_default();
            ChoiceFigures { choice, count, share_bp: rules::share_bp(count, tally.shown) }
        };
        let right_share_bp = rules::share_bp(tally.right, tally.shown);
        QuestionFigures {
            shown: tally.shown,
            right: tally.right,
            right_share_bp,
            difficulty_index_bp: right_share_bp,
            discrimination_bp: rules::discrimination_bp(tally.upper, tally.lower),
            choices: choices.into_iter().map(choice).collect(),
        }
    }
}

/// How a version of a question fared.
#[derive(Serialize, ToSchema)]
struct VersionFigures {
    /// 1 is the first.
    version: i32,
    #[serde(flatten)]
    figures: QuestionFigures,
}

/// How a question fared, by version and in all.
#[derive(Serialize, ToSchema)]
struct QuestionStatistics {
    question_id: QuestionId,
    /// All versions added up. A letter may have stood for another option in another version.
    total: QuestionFigures,
    /// Newest first.
    versions: Vec<VersionFigures>,
    /// When the latest of these figures was counted: a paper is counted once it can no longer be submitted. `null` while
    /// there are none.
    counted_at: Option<Timestamp>,
}

impl From<Statistics> for QuestionStatistics {
    fn from(statistics: Statistics) -> Self {
        let mut total = Tally::new(statistics.question, 0);
        let mut all: Vec<String> = Vec::new();
        let mut versions = Vec::new();
        for (text, tally) in &statistics.versions {
            total.add(tally);
            let choices = choices(text);
            all.extend(choices.iter().filter(|choice| !all.contains(choice)).cloned().collect::<Vec<_>>());
            versions.push(VersionFigures { version: tally.version, figures: QuestionFigures::new(tally, choices) });
        }
        all.sort_by_key(|choice| (matches!(choice.as_str(), "blank" | "other"), choice.clone()));
        QuestionStatistics {
            question_id: statistics.question,
            total: QuestionFigures::new(&total, all),
            versions,
            counted_at: statistics.counted_at,
        }
    }
}

/// Everything that can be chosen, in its order.
fn choices(text: &QuestionText) -> Vec<String> {
    let offered: Vec<String> = match text.kind {
        QuestionKind::Judge => vec!["true".into(), "false".into()],
        _ => (0..text.options.len()).map(|index| rules::letter(index).to_string()).collect(),
    };
    offered.into_iter().chain(["blank".into(), "other".into()]).collect()
}

/// 试题统计
///
/// How a question fared where it was asked: how often, how many right, what was chosen, whether it tells people apart.
#[utoipa::path(tag = "questions", params(("id" = QuestionId, Path, description = "The question")),
    responses((status = 200, description = "The figures", body = QuestionStatistics)))]
#[get("/questions/{id}/statistics")]
async fn get_question_statistics(
    _reader: ContentReader,
    id: Path<QuestionId>,
    quiz: web::Data<Quiz>,
) -> Result<web::Json<QuestionStatistics>, Problem> {
    Ok(web::Json(quiz.statistics(*id).await?.into()))
}
