//! Who answered a day's paper.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::learning::quiz::Quiz;
use crate::learning::quiz::coverage::{Coverage, Listing};
use crate::learning::quiz::model::Unanswered;
use crate::people::members::Directory;
use crate::people::members::coverage::Counts;
use crate::web::caller::ResultReader;
use crate::web::page::{after, page_limit};
use crate::web::{Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_daily_coverage);
}

/// Where to look, and which page of whom.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DailyCoverageQuery {
    /// A unit; when absent, as much of the enterprise as the caller may see.
    #[param(value_type = Option<String>, format = "uuid")]
    unit_id: Option<UnitId>,
    /// Lists those who answered instead of those who have not.
    #[serde(default)]
    answered: bool,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// How the papers of a day fared in a unit with everything below it.
#[derive(Serialize, ToSchema)]
struct UnitDailyCoverage {
    unit_id: UnitId,
    /// Name of the unit.
    unit_name: String,
    /// Members of every kind who could be expected to answer: a paper was published for them, they are not gone, and were
    /// not away on the day.
    members: u32,
    /// Who opened the paper.
    opened: u32,
    /// Who handed it in, on its day or late.
    answered: u32,
    /// `answered` of `members` in hundredths of a percent, rounded half up; `null` without members.
    answered_share: Option<u32>,
    /// Away on the day, and therefore not among `members`.
    away: u32,
}

/// A member who answered, or has not.
#[derive(Serialize, ToSchema)]
struct DailyCoverageMember {
    member_id: MemberId,
    /// The number to sign in with.
    employee_no: String,
    /// The member's name.
    name: String,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// When the paper was handed in; `null` for those who have not.
    submitted_at: Option<Timestamp>,
    /// After its day, within the offline grace.
    late: bool,
    /// Why it was not handed in; `null` for those who have.
    reason: Option<Unanswered>,
}

/// The coverage of a day's papers; never how many answers were right.
#[derive(Serialize, ToSchema)]
struct DailyCoverage {
    day: Day,
    /// Since when the numbers, and who is in them, stay as they are: once late papers of the day had their time. `null`
    /// before.
    frozen_at: Option<Timestamp>,
    #[serde(flatten)]
    total: UnitDailyCoverage,
    /// The units directly below.
    children: Vec<UnitDailyCoverage>,
    /// How many of those are left out, because they have few members and the caller sees no names.
    few: usize,
    /// Whether the caller sees names; otherwise `people` is empty.
    named: bool,
    /// Those who have not answered, or with `answered` those who have, in the order of their employee numbers.
    people: Page<DailyCoverageMember>,
}

/// 每日一答完成情况
///
/// How many of a unit answered the paper of a day, who has and who has not.
#[utoipa::path(tag = "quiz", params(("day" = Day, Path, description = "The paper's business day"), DailyCoverageQuery),
    responses((status = 200, description = "Coverage", body = DailyCoverage)))]
#[get("/quiz/daily/{day}/coverage")]
async fn get_daily_coverage(
    reader: ResultReader,
    day: Path<Day>,
    query: Query<DailyCoverageQuery>,
    quiz: web::Data<Quiz>,
    directory: web::Data<Directory>,
) -> Result<web::Json<DailyCoverage>, Problem> {
    let (limit, after) = (page_limit(query.limit)?, after::<String>(query.cursor.as_deref())?);
    let listing = if query.answered { Listing::Answered } else { Listing::Missing };
    let coverage = quiz.coverage((&reader.person, &reader.reach), *day, query.unit_id, listing, (after, limit)).await?;
    Ok(web::Json(view(&directory, *day, coverage, limit)))
}

fn view(directory: &Directory, day: Day, coverage: Coverage, limit: i64) -> DailyCoverage {
    let tree = directory.tree();
    let of_unit = |(unit, counts): (UnitId, Counts)| UnitDailyCoverage {
        unit_id: unit,
        unit_name: tree.get(unit).map(|card| card.unit.name.clone()).unwrap_or_default(),
        members: counts.members,
        opened: counts.reached,
        answered: counts.done,
        answered_share: counts.share(),
        away: counts.away,
    };
    let people = Page::new(coverage.people, limit, |(member, ..)| member.employee_no.clone());
    DailyCoverage {
        day,
        frozen_at: coverage.frozen_at,
        total: of_unit((coverage.unit, coverage.counts)),
        children: coverage.children.into_iter().map(of_unit).collect(),
        few: coverage.few,
        named: coverage.named,
        people: people.map(|(member, unit, outcome)| {
            let answered = outcome.ok().flatten();
            DailyCoverageMember {
                member_id: member.id,
                employee_no: member.employee_no.to_string(),
                name: member.name.to_string(),
                unit_id: unit,
                unit_name: directory.unit_name(unit),
                submitted_at: answered.map(|answered| answered.at),
                late: answered.is_some_and(|answered| answered.late),
                reason: outcome.err(),
            }
        }),
    }
}
