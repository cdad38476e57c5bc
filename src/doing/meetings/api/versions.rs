//! What was written down about a meeting before.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::doing::meetings::actions::Meetings;
use crate::doing::meetings::model::{MeetingId, Minutes};
use crate::kernel::text_versions::TextVersion;
use crate::people::members::Directory;
use crate::web::caller::MeetingReader;
use crate::web::{Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_meeting_versions);
}

/// Somebody who wrote in the minutes.
#[derive(Serialize, ToSchema)]
struct MinutesWriter {
    id: MemberId,
    /// The member's name.
    name: String,
}

/// What was written down about a meeting at some time.
#[derive(Serialize, ToSchema)]
struct MeetingVersion {
    /// From 1 on; the last one holds.
    version: i32,
    #[serde(flatten)]
    minutes: Minutes,
    /// Who wrote it so.
    written_by: MinutesWriter,
    written_at: Timestamp,
}

/// 会议记录版本
///
/// Every version of what was written down about a meeting, the first one first.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting"), PageQuery),
    responses((status = 200, description = "Versions", body = Page<MeetingVersion>)))]
#[get("/meetings/{id}/versions")]
async fn list_meeting_versions(
    reader: MeetingReader,
    id: Path<MeetingId>,
    query: Query<PageQuery>,
    meetings: web::Data<Meetings>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<MeetingVersion>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<i32>()?.unwrap_or(0));
    let found = meetings.versions(&reader.reach, *id, after, limit + 1).await?;
    let view = |found: TextVersion| -> Result<MeetingVersion, Problem> {
        let minutes = serde_json::from_value(found.content.0).map_err(|error| Problem::internal(error.to_string()))?;
        let written_by = MinutesWriter { id: found.written_by, name: directory.name_of(found.written_by) };
        Ok(MeetingVersion { version: found.version, minutes, written_by, written_at: found.written_at })
    };
    let versions: Vec<MeetingVersion> = found.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(web::Json(Page::new(versions, limit, |version| version.version)))
}
