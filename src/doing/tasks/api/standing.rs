//! How branches stand, and the board, whose address comes before that of a task.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::tasks::get_task_board;
use crate::base::id::UnitId;
use crate::base::time::{Day, Timestamp};
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::Standing;
use crate::doing::tasks::rules::share;
use crate::web::caller::TaskReader;
use crate::web::{Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_task_board).service(get_task_standing);
}

/// Which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StandingQuery {
    /// The month of this day; the present one when absent.
    month: Option<Day>,
}

/// How a branch stands.
#[derive(Serialize, ToSchema)]
struct TaskStandingLine {
    /// From 1 on; equals share it.
    place: i64,
    unit_id: UnitId,
    /// What the branch is called for short.
    unit_name: String,
    /// Tasks that were due in the month; what was merged, struck off or rests does not count.
    due: i32,
    /// Of these, those that are closed.
    closed: i32,
    /// Closed, and handed in by the due day.
    on_time: i32,
    /// Closed of those due, in basis points.
    closed_share: Option<i64>,
    /// Closed in time of those due, in basis points.
    on_time_share: Option<i64>,
    /// Sum of weights, in hundredths.
    weight_due: i64,
    /// The same of those that are closed.
    weight_closed: i64,
}

impl TaskStandingLine {
    fn new(room: &Tasks, (place, standing): (i64, Standing)) -> TaskStandingLine {
        TaskStandingLine {
            place,
            unit_id: standing.unit,
            unit_name: room.directory.unit_name(standing.unit),
            due: standing.due,
            closed: standing.closed,
            on_time: standing.on_time,
            closed_share: share(standing.closed.into(), standing.due.into()),
            on_time_share: share(standing.on_time.into(), standing.due.into()),
            weight_due: standing.weight_due,
            weight_closed: standing.weight_closed,
        }
    }
}

/// How branches stand in a month.
#[derive(Serialize, ToSchema)]
struct TaskStanding {
    /// The first day of the month.
    month: Day,
    /// When it was kept, at the month's end; `null` while it may change.
    made_at: Option<Timestamp>,
    /// How many branches had something due.
    branch_count: usize,
    /// The caller's branch; `null` where it had nothing due, or there is none.
    own: Option<TaskStandingLine>,
    /// By weight of what was closed, then by what was closed in time: as much as the caller may see.
    lines: Vec<TaskStandingLine>,
}

/// 任务完成情况
///
/// How branches stand in a month: kept at its end, provisional until then. All of it for those who see tasks of the whole
/// enterprise; else the own place and, by the setting, the first third.
#[utoipa::path(tag = "tasks", params(StandingQuery),
    responses((status = 200, description = "How branches stand", body = TaskStanding)))]
#[get("/tasks/standing")]
async fn get_task_standing(
    reader: TaskReader,
    query: Query<StandingQuery>,
    room: web::Data<Tasks>,
) -> Result<web::Json<TaskStanding>, Problem> {
    let seen = room.standing(&reader, query.month.unwrap_or(room.db.today())).await?;
    Ok(web::Json(TaskStanding {
        month: seen.first_on,
        made_at: seen.made_at,
        branch_count: seen.branches,
        own: seen.own.map(|own| TaskStandingLine::new(&room, own)),
        lines: seen.lines.into_iter().map(|line| TaskStandingLine::new(&room, line)).collect(),
    }))
}
