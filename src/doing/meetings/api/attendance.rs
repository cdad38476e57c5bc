//! The code that stands on the screen of a meeting, and those who enter it.

use actix_web::{HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::db::Db;
use crate::doing::meetings::actions::Meetings;
use crate::doing::meetings::attendance::StandingCode;
use crate::doing::meetings::model::MeetingId;
use crate::doing::meetings::rules;
use crate::web::caller::{MeetingHolder, Member};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_attendance_code).service(submit_attendance_code).service(delete_attendance);
}

/// The code that stands, for a screen that everybody in the room sees.
#[derive(Serialize, ToSchema)]
struct AttendanceCode {
    /// Six digits.
    #[schema(examples("082415"))]
    code: String,
    /// When the next one takes its place; for as long again the old one is taken, too.
    changes_at: Timestamp,
    /// When no code is taken any more.
    closes_at: Timestamp,
    /// The server's clock.
    now: Timestamp,
    /// How many are there by now.
    attendee_count: i64,
}

/// 会议签到码
///
/// The code that stands, for the screen of anyone who leads the unit; another one every 30 seconds. On the meeting's day and
/// in its hours only.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting")),
    responses((status = 200, description = "The code", body = AttendanceCode)))]
#[get("/meetings/{id}/attendance-code")]
async fn get_attendance_code(
    holder: MeetingHolder,
    id: Path<MeetingId>,
    db: web::Data<Db>,
    meetings: web::Data<Meetings>,
) -> Result<web::Json<AttendanceCode>, Problem> {
    let StandingCode { code, changes_at, meeting, attendees } = meetings.standing_code(&holder.reach, *id).await?;
    let (_, closes_at) = rules::attendance_hours(&meeting);
    Ok(web::Json(AttendanceCode { code, changes_at, closes_at, now: db.now(), attendee_count: attendees }))
}

/// What somebody reads on the screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttendanceCodeBody {
    /// Six digits.
    #[schema(value_type = String, examples("082415"))]
    code: Text<12>,
}

/// That the caller is there.
#[derive(Serialize, ToSchema)]
struct MyAttendance {
    meeting_id: MeetingId,
    /// When the code was entered; `null` for anyone who had been written down before.
    entered_at: Option<Timestamp>,
}

/// 会议签到
///
/// Has the caller attend a meeting that is held for his branch, by the code that he reads on the screen. Again it changes
/// nothing. After five wrong codes the next one has to wait.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting")),
    request_body = AttendanceCodeBody,
    responses((status = 200, description = "There", body = MyAttendance)))]
#[put("/meetings/{id}/my-attendance")]
async fn submit_attendance_code(
    caller: Member,
    id: Path<MeetingId>,
    meetings: web::Data<Meetings>,
    body: Body<AttendanceCodeBody>,
) -> Result<web::Json<MyAttendance>, Problem> {
    let present = meetings.enter(&caller.person, *id, &body.into_inner().code).await?;
    Ok(web::Json(MyAttendance { meeting_id: present.meeting_id, entered_at: present.entered_at }))
}

/// 取消到会
///
/// Strikes a member off a meeting, whether he entered the code or was written down.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path, description = "The meeting"),
        ("member_id" = MemberId, Path, description = "Who was not there")),
    responses((status = 204, description = "Struck off")))]
#[delete("/meetings/{id}/attendance/{member_id}")]
async fn delete_attendance(
    holder: MeetingHolder,
    path: Path<(MeetingId, MemberId)>,
    meetings: web::Data<Meetings>,
) -> Result<HttpResponse, Problem> {
    let (id, member) = *path;
    meetings.strike_off(holder.member, &holder.reach, id, member).await?;
    Ok(HttpResponse::NoContent().finish())
}
