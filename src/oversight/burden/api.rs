//! The ledger as it is read.

mod office;

use std::collections::BTreeMap;

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::{Burden, Ledger};
use super::rules::{DaySum, LONGEST_DAYS, Refusal, by_week, whole_minutes};
use crate::base::id::UnitId;
use crate::base::time::{Day, Period};
use crate::web::caller::{PushPlanner, out_of_reach};
use crate::web::{Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_unit_burden).configure(office::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchUnit => Problem::not_found("units.not_found", "没有找到这个组织"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::BadMonth => Problem::malformed("burden.bad_month", "月份应在前后一年之内"),
            Refusal::BadStretch => Problem::malformed(
                "burden.bad_stretch",
                format!("结束日期不能早于开始日期，且一次最多查看 {LONGEST_DAYS} 天"),
            ),
        }
    }
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BurdenQuery {
    /// The first day; Monday of this week when absent.
    from: Option<Day>,
    /// The last day, which is included; six days after the first one when absent.
    until: Option<Day>,
}

/// What plans ask of a member on a day. Begun minutes count.
#[derive(Serialize, ToSchema)]
struct BurdenDay {
    day: Day,
    /// Minutes that the day's study items have to be read.
    study_minutes: i64,
    /// Minutes that the paper of the day takes, half a minute a question.
    quiz_minutes: i64,
    /// Minutes of contests that open on the day.
    contest_minutes: i64,
    /// All of them.
    minutes: i64,
    /// Notices to the unit or to one above it: sent, or still to come with what is planned.
    prompts: i64,
    /// Whether the minutes lie above the limit.
    above_limit: bool,
}

/// Prompts of a week.
#[derive(Serialize, ToSchema)]
struct BurdenWeek {
    /// Its Monday.
    from_on: Day,
    /// Notices on those of its days that were asked for.
    prompts: i64,
    /// Whether they lie above the limit.
    above_limit: bool,
}

/// The sum of a unit.
#[derive(Serialize, ToSchema)]
struct BurdenSum {
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// Minutes of all days.
    minutes: i64,
    /// Minutes of the day that asks most.
    busiest_minutes: i64,
    /// Notices of all days.
    prompts: i64,
    /// Whether a day or a week lies above its limit.
    above_limit: bool,
}

/// From what on a plan asks much; both are settings and refuse nothing.
#[derive(Serialize, ToSchema)]
struct BurdenLimits {
    /// Minutes a day.
    minutes_per_day: i64,
    /// Prompts a week.
    prompts_per_week: i64,
}

/// What plans ask of those at home in a unit.
#[derive(Serialize, ToSchema)]
struct UnitBurden {
    from: Day,
    until: Day,
    limits: BurdenLimits,
    #[serde(flatten)]
    sum: BurdenSum,
    days: Vec<BurdenDay>,
    weeks: Vec<BurdenWeek>,
    /// The units directly below, each with what is asked of it beside what lies above.
    children: Vec<BurdenSum>,
}

/// 减负台账
///
/// What plans ask of those at home in a unit: minutes a day, prompts a week, and the sum of each unit below; for whoever
/// plans it. What is asked further down is not part of it.
#[utoipa::path(tag = "burden", params(("id" = UnitId, Path, description = "The unit"), BurdenQuery),
    responses((status = 200, description = "The ledger", body = UnitBurden)))]
#[get("/units/{id}/burden")]
async fn get_unit_burden(
    planner: PushPlanner,
    id: Path<UnitId>,
    query: Query<BurdenQuery>,
    burden: web::Data<Burden>,
) -> Result<web::Json<UnitBurden>, Problem> {
    let from = query.from.unwrap_or_else(|| Period::Week.start(burden.db.today()));
    let until = query.until.unwrap_or_else(|| from.plus_days(6));
    let ledger = burden.ledger(&planner.reach, *id, (from, until)).await?;
    Ok(web::Json(view(&burden, ledger, (from, until))))
}

fn view(burden: &Burden, ledger: Ledger, (from, until): (Day, Day)) -> UnitBurden {
    let limits = BurdenLimits {
        minutes_per_day: burden.limits.minutes_per_day.get(),
        prompts_per_week: burden.limits.prompts_per_week.get(),
    };
    let day = |(day, sum): (&Day, &DaySum)| BurdenDay {
        day: *day,
        study_minutes: whole_minutes(sum.study),
        quiz_minutes: whole_minutes(sum.quiz),
        contest_minutes: whole_minutes(sum.contest),
        minutes: sum.minutes(),
        prompts: sum.prompts,
        above_limit: sum.minutes() > limits.minutes_per_day,
    };
    let week = |(from_on, prompts): (Day, i64)| BurdenWeek {
        from_on,
        prompts,
        above_limit: prompts > limits.prompts_per_week,
    };
    let sum = |unit: UnitId, days: &BTreeMap<Day, DaySum>| {
        let busiest = days.values().map(DaySum::minutes).max().unwrap_or(0);
        let most = by_week(days).into_values().max().unwrap_or(0);
        BurdenSum {
            unit_id: unit,
            unit_name: burden.directory.unit_name(unit),
            minutes: days.values().map(DaySum::minutes).sum(),
            busiest_minutes: busiest,
            prompts: days.values().map(|day| day.prompts).sum(),
            above_limit: busiest > limits.minutes_per_day || most > limits.prompts_per_week,
        }
    };
    UnitBurden {
        from,
        until,
        sum: sum(ledger.unit, &ledger.days),
        days: ledger.days.iter().map(day).collect(),
        weeks: by_week(&ledger.days).into_iter().map(week).collect(),
        children: ledger.children.iter().map(|(unit, days)| sum(*unit, days)).collect(),
        limits,
    }
}
