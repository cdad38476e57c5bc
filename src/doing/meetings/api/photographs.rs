//! Photographs of a meeting.

use actix_web::{HttpResponse, delete, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::doing::meetings::actions::Meetings;
use crate::doing::meetings::model::MeetingId;
use crate::ground::files::{Addresses, FileId, FileView};
use crate::web::caller::MeetingHolder;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(attach_meeting_photographs).service(detach_meeting_photograph);
}

/// Pictures to put on a meeting.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PhotographsBody {
    /// The caller's own pictures; those that are there already stay. A meeting has 9 at most.
    file_ids: Vec<FileId>,
}

/// The photographs of a meeting.
#[derive(Serialize, ToSchema)]
struct PhotographList {
    /// In the order of uploading.
    items: Vec<FileView>,
}

/// 添加会议照片
///
/// Puts photographs on a meeting of a unit that the caller leads.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting")),
    request_body = PhotographsBody, responses((status = 200, description = "Put on", body = PhotographList)))]
#[post("/meetings/{id}/photographs")]
async fn attach_meeting_photographs(
    holder: MeetingHolder,
    id: Path<MeetingId>,
    meetings: web::Data<Meetings>,
    addresses: web::Data<Addresses>,
    body: Body<PhotographsBody>,
) -> Result<web::Json<PhotographList>, Problem> {
    meetings.attach_photographs(holder.member, &holder.reach, *id, body.into_inner().file_ids).await?;
    Ok(web::Json(PhotographList { items: meetings.photographs(*id, &addresses).await? }))
}

/// 移除会议照片
///
/// Takes a photograph off a meeting; attached to nothing, it goes after a day.
#[utoipa::path(tag = "meetings",
    params(("id" = MeetingId, Path, description = "The meeting"), ("file_id" = FileId, Path, description = "The file")),
    responses((status = 204, description = "Off")))]
#[delete("/meetings/{id}/photographs/{file_id}")]
async fn detach_meeting_photograph(
    holder: MeetingHolder,
    path: Path<(MeetingId, FileId)>,
    meetings: web::Data<Meetings>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = *path;
    meetings.detach_photograph(holder.member, &holder.reach, id, file).await?;
    Ok(HttpResponse::NoContent().finish())
}
