//! What is asked of offices, as it is read.

use std::collections::BTreeMap;

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::UnitId;
use crate::base::time::Day;
use crate::doing::reports::ReportFormId;
use crate::oversight::burden::actions::Burden;
use crate::oversight::burden::office::Office;
use crate::web::caller::PushPlanner;
use crate::web::{Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_unit_office_burden);
}

/// Which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfficeBurdenQuery {
    /// Any day of the month; this month when absent.
    month: Option<Day>,
}

/// A form that a unit owes in the month.
#[derive(Serialize, ToSchema)]
struct OfficeForm {
    form_id: ReportFormId,
    /// What it is called.
    title: String,
    due_on: Day,
    /// It is asked beyond the limits, as somebody above approved.
    over_limit: bool,
}

/// What a rule of the enterprise's own costs in the month.
#[derive(Serialize, ToSchema)]
struct OfficeRule {
    /// Such as Z1.
    #[schema(examples("Z1"))]
    code: String,
    /// What it is called.
    title: String,
    /// How often it is due.
    times: i64,
    /// Minutes that one time costs; 0 where nobody has said so.
    minutes_each: i64,
    /// All of them.
    minutes: i64,
}

/// The sum of a unit.
#[derive(Serialize, ToSchema)]
struct OfficeSum {
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// Forms that are due in the month.
    forms: i64,
    /// How many of them are asked beyond the limits.
    forms_over_limit: i64,
    /// Minutes that the enterprise's own rules cost.
    rule_minutes: i64,
    /// Notices of the month to everybody in the unit or above it.
    prompts: i64,
    /// Whether more forms are due than the limit says.
    above_limit: bool,
}

/// What is asked in a month of those who do a unit's paperwork.
#[derive(Serialize, ToSchema)]
struct OfficeBurden {
    /// Its first day.
    month: Day,
    /// Forms a month beyond which it is much; a setting that refuses nothing.
    forms_per_month: i64,
    #[serde(flatten)]
    sum: OfficeSum,
    /// By their days; 100 at most.
    form_list: Vec<OfficeForm>,
    /// By their codes; 100 at most.
    rule_list: Vec<OfficeRule>,
    /// The units directly below, by their codes; each with what is asked of itself.
    children: Vec<OfficeSum>,
}

/// Lines of a list.
const LINES: usize = 100;

/// 减负台账：组织事务
///
/// What is asked in a month of those who do a unit's paperwork, and of each unit directly below: forms, also of periods to come
/// and beyond the limits, what the enterprise's own rules cost by what was said when they were made, and notices.
#[utoipa::path(tag = "burden", params(("id" = UnitId, Path, description = "The unit"), OfficeBurdenQuery),
    responses((status = 200, description = "The ledger", body = OfficeBurden)))]
#[get("/units/{id}/office-burden")]
async fn get_unit_office_burden(
    planner: PushPlanner,
    id: Path<UnitId>,
    query: Query<OfficeBurdenQuery>,
    burden: web::Data<Burden>,
) -> Result<web::Json<OfficeBurden>, Problem> {
    let day = query.month.unwrap_or_else(|| burden.db.today());
    let ledger = burden.offices(&planner.reach, *id, day).await?;
    let most = burden.limits.forms_per_month.get();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let sum = |unit: UnitId, office: &Office| OfficeSum {
        unit_id: unit,
        unit_name: burden.directory.unit_name(unit),
        forms: count(office.forms.len()),
        forms_over_limit: count(office.forms_over_limit()),
        rule_minutes: office.rule_minutes(),
        prompts: office.prompts,
        above_limit: count(office.forms.len()) > most,
    };
    let mut rules: BTreeMap<String, OfficeRule> = BTreeMap::new();
    for cost in &ledger.office.rules {
        let rule = rules.entry(cost.code.clone()).or_insert_with(|| OfficeRule {
            code: cost.code.clone(),
            title: cost.title.clone(),
            times: 0,
            minutes_each: cost.minutes,
            minutes: 0,
        });
        rule.times += 1;
        rule.minutes += cost.minutes;
    }
    let forms = ledger.office.forms.iter().take(LINES).map(|owed| OfficeForm {
        form_id: owed.form,
        title: owed.title.clone(),
        due_on: owed.due_on,
        over_limit: owed.over_limit,
    });
    Ok(web::Json(OfficeBurden {
        month: ledger.month.first,
        forms_per_month: most,
        sum: sum(*id, &ledger.office),
        form_list: forms.collect(),
        rule_list: rules.into_values().take(LINES).collect(),
        children: ledger.children.iter().map(|(unit, office)| sum(*unit, office)).collect(),
    }))
}
