//! 三会一课 of a quarter: what each branch held of the meetings that the rules ask for, and what is missing.

use std::collections::BTreeMap;

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::sheets::checked_day;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::{Day, Period};
use crate::doing::obligations::Obligations;
use crate::doing::obligations::model::ObligationState;
use crate::doing::obligations::sheet::Line;
use crate::web::caller::ObligationReader;
use crate::web::page::{after, page_limit};
use crate::web::{Page, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_meeting_overviews);
}

/// Which branches and which quarter.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OverviewQuery {
    /// Branches at and below this unit.
    unit_id: UnitId,
    /// Any day of the quarter; this quarter when absent.
    quarter: Option<Day>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// A meeting that is not held yet, or was not.
#[derive(Serialize, ToSchema)]
struct MissingMeeting {
    /// The branch, or a group of it.
    unit_id: UnitId,
    /// What that unit is called.
    unit_name: String,
    /// The first day on which it may be held.
    first_on: Day,
    /// The last one.
    due_on: Day,
    state: ObligationState,
}

/// A kind of meeting in a quarter of a branch.
#[derive(Serialize, ToSchema)]
struct MeetingOverviewKind {
    /// The code of the rule that asks for it.
    #[schema(examples("D01"))]
    code: String,
    /// What the rule is called.
    #[schema(examples("支部党员大会"))]
    title: String,
    /// How many are asked for in the quarter, those that do not apply left out.
    asked: u32,
    /// How many of them were held.
    held: u32,
    /// By their last days.
    missing: Vec<MissingMeeting>,
}

/// A branch in a quarter.
#[derive(Serialize, ToSchema)]
struct MeetingOverview {
    unit_id: UnitId,
    /// What the branch is called.
    unit_name: String,
    /// By the codes of their rules.
    kinds: Vec<MeetingOverviewKind>,
}

fn view(room: &Obligations, branch: UnitId, lines: Vec<Line>) -> MeetingOverview {
    let mut kinds: BTreeMap<String, MeetingOverviewKind> = BTreeMap::new();
    for line in lines.into_iter().filter(|line| line.state != ObligationState::NotApplicable) {
        let kind = kinds.entry(line.rule.code.clone()).or_insert_with(|| MeetingOverviewKind {
            code: line.rule.code.clone(),
            title: line.rule.title.clone(),
            asked: 0,
            held: 0,
            missing: Vec::new(),
        });
        kind.asked += 1;
        if line.state.is_done() {
            kind.held += 1;
        } else {
            kind.missing.push(MissingMeeting {
                unit_id: line.unit,
                unit_name: room.directory.unit_name(line.unit),
                first_on: line.window.days.first,
                due_on: line.window.due,
                state: line.state,
            });
        }
    }
    MeetingOverview {
        unit_id: branch,
        unit_name: room.directory.unit_name(branch),
        kinds: kinds.into_values().collect(),
    }
}

/// 三会一课情况
///
/// What each branch at and below a unit held in a quarter of the meetings that the rules ask for, its groups included, and what
/// is missing.
#[utoipa::path(tag = "obligations", params(OverviewQuery),
    responses((status = 200, description = "Branches, by their codes", body = Page<MeetingOverview>)))]
#[get("/meeting-overviews")]
async fn list_meeting_overviews(
    reader: ObligationReader,
    query: Query<OverviewQuery>,
    room: web::Data<Obligations>,
) -> Result<web::Json<Page<MeetingOverview>>, Problem> {
    room.check_reach(&reader.reach, query.unit_id)?;
    let (limit, day) = (page_limit(query.limit)?, checked_day(&room, query.quarter)?);
    let after: Option<String> = after(query.cursor.as_deref())?;
    let asked = usize::try_from(limit + 1).unwrap_or(1);
    let found = room.meetings_of_branches(query.unit_id, Span::of(Period::Quarter, day), (after, asked)).await?;
    let page = Page::new(found, limit, |(code, _, _)| code.clone());
    Ok(web::Json(page.map(|(_, branch, lines)| view(&room, branch, lines))))
}
