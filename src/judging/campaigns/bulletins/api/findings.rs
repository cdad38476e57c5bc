//! A problem that a bulletin names becomes a task to be put right.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::doing::tasks::{TaskId, TaskState};
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::bulletins::findings::Rectification;
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::CampaignRunner;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(open_finding_task);
}

/// How a problem is to be put right.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RectificationBody {
    /// Whose it is where the finding is about no entry; else it is the entry's unit.
    unit_id: Option<UnitId>,
    /// When it counts as done.
    standard: Option<Text<1000>>,
    /// 30 days from today when absent.
    due_on: Option<Day>,
}

/// The task that a problem has become.
#[derive(Serialize, ToSchema)]
pub(super) struct FindingTask {
    /// Which finding of the bulletin, from 1 on.
    pub finding: i32,
    pub task_id: TaskId,
    pub state: TaskState,
    pub unit_id: UnitId,
    /// What the unit is called for short.
    pub unit_name: String,
    pub due_on: Day,
}

/// The task that was opened.
#[derive(Serialize, ToSchema)]
struct OpenedTask {
    task_id: TaskId,
}

/// 问题转整改任务
///
/// Opens a task of a problem that an issued bulletin names, for the unit whose entry it is about, on the rectification list
/// of the year. One that was opened stays. Closing it is written down with the bulletin, which shows its state.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), ("place" = i32, Path, description = "Which finding of the bulletin, from 1 on")),
    request_body = RectificationBody, responses((status = 201, description = "Opened, or it was there already", body = OpenedTask)))]
#[post("/campaigns/{id}/bulletin/findings/{place}/task")]
async fn open_finding_task(
    runner: CampaignRunner,
    path: Path<(CampaignId, i32)>,
    campaigns: web::Data<Campaigns>,
    body: Body<RectificationBody>,
) -> Result<HttpResponse, Problem> {
    let sent = body.into_inner();
    let how = Rectification { unit: sent.unit_id, standard: sent.standard.map(Text::into_string), due_on: sent.due_on };
    let task_id = campaigns.open_finding(&runner, &runner.reach, *path, how).await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/tasks/{task_id}")))
        .json(OpenedTask { task_id }))
}
