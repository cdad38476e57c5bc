//! Statistics, and the page that is printed of them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::summary;
use crate::base::id::UnitId;
use crate::base::time::{Day, Period};
use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::{IdeaState, OutcomeKind};
use crate::doing::ideas::rules::{Counts, Group, Grouping, Length};
use crate::web::body::parse_query;
use crate::web::caller::IdeaReader;
use crate::web::headers;
use crate::web::{Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_idea_statistics).service(get_idea_statistics_groups).service(get_idea_statistics_summary);
}

/// Which counts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StatisticsQuery {
    /// Only this unit and everything below it; the caller's whole scope when absent.
    unit_id: Option<UnitId>,
    /// The first business day; the first of this year when absent.
    from: Option<Day>,
    /// The last business day; today when absent.
    until: Option<Day>,
}

/// Ideas that stand in a state.
#[derive(Serialize, ToSchema)]
pub struct StateCount {
    pub state: IdeaState,
    /// How many.
    pub count: usize,
}

/// How long ideas took from one step to another that they took within the period.
#[derive(Serialize, ToSchema)]
pub struct LengthView {
    pub from: IdeaState,
    /// The later step; `adopted` stands for any decision.
    pub to: IdeaState,
    /// Ideas that took the later step within the period.
    pub count: usize,
    /// Half of them took no longer; days with one decimal.
    pub median_days: Option<f64>,
    /// Nine in ten took no longer; days with one decimal.
    pub p90_days: Option<f64>,
}

impl From<Length> for LengthView {
    fn from(length: Length) -> Self {
        let Length { from, to, count, median_days, p90_days } = length;
        LengthView { from, to, count, median_days, p90_days }
    }
}

/// Outcomes of a kind.
#[derive(Serialize, ToSchema)]
pub struct OutcomeCount {
    pub kind: OutcomeKind,
    /// How many were recorded in the period.
    pub count: usize,
}

/// The numbers of a unit and a period.
#[derive(Serialize, ToSchema)]
pub struct Statistics {
    /// The first business day.
    pub from: Day,
    /// The last business day.
    pub until: Day,
    /// Ideas that were handed in for the first time within the period, whatever became of them.
    pub submitted: usize,
    /// Members who wrote or helped to write one of them.
    pub authors: usize,
    /// Active members of the unit: at present, or on the last day of a period that is closed.
    pub members: u32,
    /// Authors among the members, in basis points (10,000 is all).
    pub participation_bp: u64,
    /// Ideas that were collected within the period.
    pub collected: usize,
    /// Ideas that were decided within the period, whenever they were handed in; one that is reopened later stays counted.
    pub decided: usize,
    /// Ideas that were adopted within the period, or are to be tried.
    pub adopted: usize,
    /// Ideas whose realisation was accepted within the period.
    pub realised: usize,
    /// Adopted among the decided, in basis points.
    pub adopted_bp: u64,
    /// Where the ideas that were handed in stood at the end of the period, or stand now; states without any are left out.
    pub states: Vec<StateCount>,
    /// How long ideas took to a step that they took within the period, and from handing in to acceptance.
    pub lengths: Vec<LengthView>,
    /// What was recorded in the period, of every kind.
    pub outcomes: Vec<OutcomeCount>,
    /// Money saved, in fen, as recorded in the period.
    pub saved_fen: i64,
}

/// `part` of `whole` in basis points, rounded half up; 0 of nothing.
fn basis_points(part: usize, whole: usize) -> u64 {
    let (part, whole) = (part as u64, whole as u64);
    if whole == 0 { 0 } else { (part * 20_000 + whole) / (2 * whole) }
}

impl Statistics {
    fn new(from: Day, until: Day, counts: Counts, members: u32) -> Statistics {
        let state = |(state, count): (IdeaState, usize)| StateCount { state, count };
        let outcome = |(kind, count): (OutcomeKind, usize)| OutcomeCount { kind, count };
        Statistics {
            from,
            until,
            submitted: counts.submitted,
            authors: counts.authors,
            members,
            participation_bp: basis_points(counts.authors, members as usize),
            collected: counts.collected,
            decided: counts.decided,
            adopted: counts.adopted,
            realised: counts.realised,
            adopted_bp: basis_points(counts.adopted, counts.decided),
            states: counts.states.into_iter().map(state).collect(),
            lengths: counts.lengths.into_iter().map(LengthView::from).collect(),
            outcomes: counts.outcomes.into_iter().map(outcome).collect(),
            saved_fen: counts.saved_fen,
        }
    }
}

/// 金点子统计
///
/// How many ideas, by how many, what became of them, how long it took, and what came of them. What is counted are events of
/// the period, so a period that is over stays as it was.
#[utoipa::path(tag = "ideas", params(StatisticsQuery),
    responses((status = 200, description = "The numbers", body = Statistics)))]
#[get("/ideas/statistics")]
async fn get_idea_statistics(
    reader: IdeaReader,
    query: Query<StatisticsQuery>,
    ideas: web::Data<Ideas>,
) -> Result<web::Json<Statistics>, Problem> {
    Ok(web::Json(counted(&reader, &query, &ideas).await?))
}

/// What is parted, and by what.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct GroupsQuery {
    /// By branch or by category.
    #[param(inline)]
    by: Grouping,
    /// Only this unit and everything below it; the caller's whole scope when absent.
    unit_id: Option<UnitId>,
    /// The first business day; the first of this year when absent.
    from: Option<Day>,
    /// The last business day; today when absent.
    until: Option<Day>,
}

/// The numbers of a branch or a category.
#[derive(Serialize, ToSchema)]
struct IdeaStatisticsGroup {
    /// The branch; `null` for what belongs to none, and for a category.
    unit_id: Option<UnitId>,
    /// What the branch is called for short, or the category.
    name: String,
    /// Ideas that were handed in for the first time within the period.
    submitted: usize,
    /// Members who wrote or helped to write one of them.
    authors: usize,
    /// Ideas that were collected within the period.
    collected: usize,
    /// Ideas that were decided within the period.
    decided: usize,
    /// Ideas that were adopted within the period, or are to be tried.
    adopted: usize,
    /// Ideas whose realisation was accepted within the period.
    realised: usize,
    /// What was recorded in the period, of every kind.
    outcomes: Vec<OutcomeCount>,
    /// Money saved, in fen, as recorded in the period.
    saved_fen: i64,
}

/// The numbers of a period, parted.
#[derive(Serialize, ToSchema)]
struct IdeaStatisticsGroups {
    /// The first business day.
    from: Day,
    /// The last business day.
    until: Day,
    /// By how much was handed in, without those in which nothing happened.
    items: Vec<IdeaStatisticsGroup>,
}

/// 金点子分类统计
///
/// The same numbers for each branch of the scope, or for each category.
#[utoipa::path(tag = "ideas", params(GroupsQuery),
    responses((status = 200, description = "The numbers", body = IdeaStatisticsGroups)))]
#[get("/ideas/statistics/groups")]
async fn get_idea_statistics_groups(
    reader: IdeaReader,
    query: Query<GroupsQuery>,
    ideas: web::Data<Ideas>,
) -> Result<web::Json<IdeaStatisticsGroups>, Problem> {
    let until = query.until.unwrap_or_else(|| ideas.today());
    let from = query.from.unwrap_or_else(|| Period::Year.start(until));
    let found = ideas.grouped_statistics(&reader.reach, query.unit_id, query.by, (from, until)).await?;
    let view = |(group, counts): (Group, Counts)| {
        let (unit_id, name) = match group {
            Group::Branch(Some(unit)) => (Some(unit), ideas.unit_name(unit)),
            Group::Branch(None) => (None, "不属于党支部的组织".to_owned()),
            Group::Category(name) => (None, name),
        };
        let outcome = |(kind, count): (OutcomeKind, usize)| OutcomeCount { kind, count };
        IdeaStatisticsGroup {
            unit_id,
            name,
            submitted: counts.submitted,
            authors: counts.authors,
            collected: counts.collected,
            decided: counts.decided,
            adopted: counts.adopted,
            realised: counts.realised,
            outcomes: counts.outcomes.into_iter().map(outcome).collect(),
            saved_fen: counts.saved_fen,
        }
    };
    Ok(web::Json(IdeaStatisticsGroups { from, until, items: found.into_iter().map(view).collect() }))
}

/// The query without a `from` that does not begin as a day does.
fn without_words_in_from(query: &str) -> String {
    let is_day = |text: &str| text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit());
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| name != "from" || is_day(value));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn counted(reader: &IdeaReader, query: &StatisticsQuery, ideas: &Ideas) -> Result<Statistics, Problem> {
    let until = query.until.unwrap_or_else(|| ideas.today());
    let from = query.from.unwrap_or_else(|| Period::Year.start(until));
    let (numbers, members) = ideas.statistics(&reader.reach, query.unit_id, from, until).await?;
    Ok(Statistics::new(from, until, numbers, members))
}

/// 金点子统计简报
///
/// The same numbers as a page of A4 to be printed. WeChat adds `from=singlemessage` to what is opened there: what is no day
/// is passed over.
#[utoipa::path(tag = "ideas", params(StatisticsQuery),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/ideas/statistics/summary")]
async fn get_idea_statistics_summary(
    reader: IdeaReader,
    req: HttpRequest,
    ideas: web::Data<Ideas>,
) -> Result<HttpResponse, Problem> {
    let query = parse_query::<StatisticsQuery>(&without_words_in_from(req.query_string()))?;
    let numbers = counted(&reader, &query, &ideas).await?;
    let page = summary::page(&ideas.scope_name(&reader.reach, query.unit_id), ideas.today(), &numbers);
    Ok(headers::page(StatusCode::OK, page))
}
