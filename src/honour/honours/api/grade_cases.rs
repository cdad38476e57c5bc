//! The way of a branch to a grade.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::honour::honours::Honours;
use crate::honour::honours::grades::Whole;
use crate::honour::honours::grading::GradeAct;
use crate::honour::honours::model::{GradeCaseId, GradeMove, GradeState, PartyGrade};
use crate::web::caller::{HonourGranter, HonourKeeper, HonourRecommender, Member, ResultReader};
use crate::web::page::{after, page_limit};
use crate::web::{Body, Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_grade_case)
        .service(list_grade_cases)
        .service(get_grade_case)
        .service(inspect_grade_case)
        .service(rectify_grade_case)
        .service(recheck_grade_case)
        .service(decide_grade_case);
}

/// What a branch says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GradeCaseBody {
    unit_id: UnitId,
    /// This year or the last one.
    year: i32,
    /// The grade that it applies for.
    wanted: PartyGrade,
    /// Its own score, in hundredths.
    #[schema(minimum = 0, maximum = 10000, examples(9100))]
    score: i32,
    /// What it rests on.
    text: Text<2000>,
}

/// A branch on its way to a grade.
#[derive(Serialize, ToSchema)]
#[schema(as = GradeCase)]
struct GradeCaseView {
    id: GradeCaseId,
    unit_id: UnitId,
    /// What the branch is called.
    unit_name: String,
    /// For which it is assessed.
    year: i32,
    wanted: PartyGrade,
    state: GradeState,
    /// By which day what the inspection found is to be put right.
    due_on: Option<Day>,
    steps: Vec<GradeStepView>,
}

/// A step on that way.
#[derive(Serialize, ToSchema)]
#[schema(as = GradeStep)]
struct GradeStepView {
    step: GradeMove,
    /// In hundredths.
    score: Option<i32>,
    /// What was said with it.
    note: Option<String>,
    due_on: Option<Day>,
    taken_by: MemberId,
    /// That person's name.
    taken_by_name: String,
    taken_at: Timestamp,
}

impl GradeCaseView {
    fn of(room: &Honours, (case, steps): Whole) -> Self {
        let step = |step: crate::honour::honours::model::GradeStep| GradeStepView {
            step: step.step,
            score: step.score,
            note: step.note,
            due_on: step.due_on,
            taken_by: step.taken_by,
            taken_by_name: room.directory.name_of(step.taken_by),
            taken_at: step.taken_at,
        };
        GradeCaseView {
            id: case.id,
            unit_id: case.unit_id,
            unit_name: room.directory.unit_name(case.unit_id),
            year: case.year,
            wanted: case.wanted,
            state: case.state,
            due_on: case.due_on,
            steps: steps.into_iter().map(step).collect(),
        }
    }
}

/// 自评申报等级
///
/// Begins the way of a branch to a grade by what it says of itself; once a year.
#[utoipa::path(tag = "honours", request_body = GradeCaseBody,
    responses((status = 201, description = "Begun", body = GradeCaseView)))]
#[post("/grade-cases")]
async fn create_grade_case(
    recommender: HonourRecommender,
    room: web::Data<Honours>,
    body: Body<GradeCaseBody>,
) -> Result<HttpResponse, Problem> {
    let GradeCaseBody { unit_id, year, wanted, score, text } = body.into_inner();
    if !(0..=10_000).contains(&score) {
        return Err(Problem::field("/score", "honours.bad_score", "分数须在 0 到 100 分之间"));
    }
    let whole = room.assess(&recommender.person, (unit_id, year, wanted), (score, text.into_string())).await?;
    let location = (LOCATION, format!("/api/v1/grade-cases/{}", whole.0.id));
    Ok(HttpResponse::Created().insert_header(location).json(GradeCaseView::of(&room, whole)))
}

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct GradeCaseQuery {
    /// Of this unit and below; everything within reach when absent.
    unit_id: Option<UnitId>,
    /// Of this year.
    year: Option<i32>,
    /// Of this state.
    #[param(inline)]
    state: Option<GradeState>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 定级进度
///
/// Branches on their way to grades, within reach, newest first.
#[utoipa::path(tag = "honours", params(GradeCaseQuery),
    responses((status = 200, description = "Cases", body = Page<GradeCaseView>)))]
#[get("/grade-cases")]
async fn list_grade_cases(
    reader: ResultReader,
    query: Query<GradeCaseQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<GradeCaseView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let units = room.within(&reader.reach, query.unit_id)?;
    let found = room.cases(units, (query.year, query.state), after(query.cursor.as_deref())?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(case, _)| case.id).map(|whole| GradeCaseView::of(&room, whole))))
}

/// 一次定级
///
/// A branch on its way to a grade, with its steps.
#[utoipa::path(tag = "honours", params(("id" = GradeCaseId, Path, description = "The case")),
    responses((status = 200, description = "The case", body = GradeCaseView)))]
#[get("/grade-cases/{id}")]
async fn get_grade_case(
    caller: Member,
    id: Path<GradeCaseId>,
    room: web::Data<Honours>,
) -> Result<web::Json<GradeCaseView>, Problem> {
    Ok(web::Json(GradeCaseView::of(&room, room.case(&caller, *id).await?)))
}

/// What an inspection found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GradeInspectionBody {
    /// In hundredths.
    #[schema(minimum = 0, maximum = 10000, examples(9050))]
    score: i32,
    /// What is to be put right; absent when nothing is.
    findings: Option<Text<2000>>,
    /// By which day; by the scheme when absent.
    due_on: Option<Day>,
}

/// 考评
///
/// Writes down what the inspection of a branch gave, and what is to be put right by which day. Nobody inspects his own
/// branch.
#[utoipa::path(tag = "honours", params(("id" = GradeCaseId, Path, description = "The case")),
    request_body = GradeInspectionBody, responses((status = 200, description = "Written", body = GradeCaseView)))]
#[post("/grade-cases/{id}/inspection")]
async fn inspect_grade_case(
    keeper: HonourKeeper,
    id: Path<GradeCaseId>,
    room: web::Data<Honours>,
    body: Body<GradeInspectionBody>,
) -> Result<web::Json<GradeCaseView>, Problem> {
    let GradeInspectionBody { score, findings, due_on } = body.into_inner();
    let act = GradeAct::Inspect { score, findings: findings.map(Text::into_string), due_on };
    Ok(web::Json(GradeCaseView::of(&room, room.act_on_case(&keeper.person, *id, act).await?)))
}

/// What a branch has put right.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GradeRectificationBody {
    /// What was done about each finding.
    note: Text<2000>,
}

/// 报告整改
///
/// The branch has put right what the inspection found; somebody looks again.
#[utoipa::path(tag = "honours", params(("id" = GradeCaseId, Path, description = "The case")),
    request_body = GradeRectificationBody, responses((status = 200, description = "Written", body = GradeCaseView)))]
#[post("/grade-cases/{id}/rectification")]
async fn rectify_grade_case(
    recommender: HonourRecommender,
    id: Path<GradeCaseId>,
    room: web::Data<Honours>,
    body: Body<GradeRectificationBody>,
) -> Result<web::Json<GradeCaseView>, Problem> {
    let act = GradeAct::Rectify { note: body.into_inner().note.into_string() };
    Ok(web::Json(GradeCaseView::of(&room, room.act_on_case(&recommender.person, *id, act).await?)))
}

/// What another look gave.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GradeRecheckBody {
    /// Whether everything is put right.
    passed: bool,
    /// What is still missing; needed when it is not passed.
    note: Option<Text<2000>>,
    /// By which day it is to be there; by the scheme when absent.
    due_on: Option<Day>,
}

/// 复核整改
///
/// Whether what the inspection found is put right; if not, what is missing and by which day.
#[utoipa::path(tag = "honours", params(("id" = GradeCaseId, Path, description = "The case")),
    request_body = GradeRecheckBody, responses((status = 200, description = "Written", body = GradeCaseView)))]
#[post("/grade-cases/{id}/recheck")]
async fn recheck_grade_case(
    keeper: HonourKeeper,
    id: Path<GradeCaseId>,
    room: web::Data<Honours>,
    body: Body<GradeRecheckBody>,
) -> Result<web::Json<GradeCaseView>, Problem> {
    let GradeRecheckBody { passed, note, due_on } = body.into_inner();
    let act = GradeAct::Recheck { passed, note: note.map(Text::into_string), due_on };
    Ok(web::Json(GradeCaseView::of(&room, room.act_on_case(&keeper.person, *id, act).await?)))
}

/// What a committee decides about a branch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GradeDecisionBody {
    grade: PartyGrade,
    /// The number of the document.
    #[schema(examples("集团党发〔2026〕6号"))]
    document: Text<60>,
    /// For the red flag: which practice of the branch was adopted elsewhere.
    practice: Option<Text<200>>,
}

/// 评定等级
///
/// Gives a branch its grade from today, by the score of its inspection, its years and the shares of the scheme; what is not
/// reached is refused with the reason.
#[utoipa::path(tag = "honours", params(("id" = GradeCaseId, Path, description = "The case")),
    request_body = GradeDecisionBody, responses((status = 200, description = "Decided", body = GradeCaseView)))]
#[post("/grade-cases/{id}/decision")]
async fn decide_grade_case(
    granter: HonourGranter,
    id: Path<GradeCaseId>,
    room: web::Data<Honours>,
    body: Body<GradeDecisionBody>,
) -> Result<web::Json<GradeCaseView>, Problem> {
    let GradeDecisionBody { grade, document, practice } = body.into_inner();
    let terms = (grade, document.into_string(), practice.map(Text::into_string));
    Ok(web::Json(GradeCaseView::of(&room, room.decide_grade(&granter.person, *id, terms).await?)))
}
