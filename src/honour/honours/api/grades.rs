//! Grades of branches.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::honour::honours::Honours;
use crate::honour::honours::model::{GradeCaseId, GradeCount, GradeHow, PartyGrade, UnitGrade, UnitGradeId};
use crate::web::caller::{HonourGranter, Member};
use crate::web::page::{after, page_limit};
use crate::web::{Body, Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_grades).service(get_unit_grade).service(set_unit_grade);
}

/// A grade of a branch from a day.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitGrade)]
struct UnitGradeView {
    id: UnitGradeId,
    unit_id: UnitId,
    /// What the branch is called.
    unit_name: String,
    /// `null` for no grade any more.
    grade: Option<PartyGrade>,
    how: GradeHow,
    /// The score of the inspection, in hundredths.
    score: Option<i32>,
    from_on: Day,
    case_id: Option<GradeCaseId>,
    /// By which it was decided.
    document: String,
    set_at: Timestamp,
}

impl UnitGradeView {
    fn of(room: &Honours, grade: UnitGrade) -> Self {
        UnitGradeView {
            id: grade.id,
            unit_name: room.directory.unit_name(grade.unit_id),
            unit_id: grade.unit_id,
            grade: grade.grade,
            how: grade.how,
            score: grade.score,
            from_on: grade.from_on,
            case_id: grade.case_id,
            document: grade.document,
            set_at: grade.set_at,
        }
    }
}

/// Which grades.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct GradeQuery {
    /// Of this unit and below.
    unit_id: Option<UnitId>,
    /// The day; today when absent.
    as_of: Option<Day>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// Grades of many, with how many have which.
#[derive(Serialize, ToSchema)]
struct Grades {
    /// From the highest grade down.
    counts: Vec<GradeCount>,
    items: Vec<UnitGradeView>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// 党支部等级
///
/// Which branches have which grade on a day, and how many have which.
#[utoipa::path(tag = "honours", params(GradeQuery), responses((status = 200, description = "Grades", body = Grades)))]
#[get("/grades")]
async fn list_grades(
    _caller: Member,
    query: Query<GradeQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Grades>, Problem> {
    let limit = page_limit(query.limit)?;
    let from: Option<UnitId> = after(query.cursor.as_deref())?;
    let mut found = room.grades(query.unit_id, query.as_of.unwrap_or(room.db.today())).await?;
    let count = |grade: PartyGrade| found.iter().filter(|one| one.grade == Some(grade)).count();
    let counts =
        PartyGrade::EACH.iter().rev().map(|grade| GradeCount { grade: *grade, count: count(*grade) }).collect();
    found.retain(|grade| from.is_none_or(|from| grade.unit_id > from));
    found.truncate(usize::try_from(limit + 1).unwrap_or(1));
    let Page { items, next_cursor } =
        Page::new(found, limit, |grade| grade.unit_id).map(|grade| UnitGradeView::of(&room, grade));
    Ok(web::Json(Grades { counts, items, next_cursor }))
}

/// Everything about the grade of a branch.
#[derive(Serialize, ToSchema)]
struct UnitGradeHistory {
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// `null` where it has none.
    grade: Option<PartyGrade>,
    /// The key of the functional type; `null` for what is no branch.
    functional_type: Option<String>,
    /// What the type is called.
    functional_type_name: Option<String>,
    /// The word in the name of the branch, or of a unit above it, that decided the type; `null` for the type of the rest.
    functional_type_word: Option<String>,
    /// The newest first.
    history: Vec<UnitGradeView>,
}

/// 一个党支部的等级
///
/// The grade of a branch with its history, and its functional type with the word that decided it.
#[utoipa::path(tag = "honours", params(("id" = UnitId, Path, description = "The branch")),
    responses((status = 200, description = "The grade", body = UnitGradeHistory)))]
#[get("/units/{id}/grade")]
async fn get_unit_grade(
    _caller: Member,
    id: Path<UnitId>,
    room: web::Data<Honours>,
) -> Result<web::Json<UnitGradeHistory>, Problem> {
    let history = room.grade_history(*id).await?;
    let kind = room.functional_type(*id).await?;
    let (functional_type, functional_type_name, functional_type_word) = match kind {
        Some((key, name, word)) => (Some(key), Some(name), word),
        None => (None, None, None),
    };
    Ok(web::Json(UnitGradeHistory {
        unit_id: *id,
        unit_name: room.directory.unit_name(*id),
        grade: history.last().and_then(|grade| grade.grade),
        functional_type,
        functional_type_name,
        functional_type_word,
        history: history.into_iter().rev().map(|grade| UnitGradeView::of(&room, grade)).collect(),
    }))
}

/// A grade that is written down, or lowered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnitGradeBody {
    /// `null` takes the grade away.
    grade: Option<PartyGrade>,
    from_on: Day,
    /// The number of the document.
    #[schema(examples("集团党发〔2025〕6号"))]
    document: Text<60>,
}

/// 登记原有等级，或降低等级
///
/// Writes down which grade a branch had before the product was there, once; afterwards it only lowers or takes it, at any
/// time. Promotion goes by self-assessment and inspection.
#[utoipa::path(tag = "honours", params(("id" = UnitId, Path, description = "The branch")),
    request_body = UnitGradeBody, responses((status = 200, description = "Written", body = UnitGradeView)))]
#[post("/units/{id}/grade")]
async fn set_unit_grade(
    granter: HonourGranter,
    id: Path<UnitId>,
    room: web::Data<Honours>,
    body: Body<UnitGradeBody>,
) -> Result<web::Json<UnitGradeView>, Problem> {
    room.check_reach(&granter.reach, *id)?;
    let UnitGradeBody { grade, from_on, document } = body.into_inner();
    let set = room.set_grade(&granter.person, (*id, grade), (from_on, document.into_string())).await?;
    Ok(web::Json(UnitGradeView::of(&room, set)))
}
