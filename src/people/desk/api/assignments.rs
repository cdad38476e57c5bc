//! Having something prepared, and having prepared it.

use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::desk::DeskItem;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::kernel::desk::DeskItemId;
use crate::people::desk::actions::Desktop;
use crate::people::desk::model::Assignment;
use crate::web::caller::Member;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_desk_item)
        .service(assign_desk_item)
        .service(withdraw_desk_assignment)
        .service(set_desk_preparation);
}

/// That a member is to prepare, or has prepared, something that waits.
#[derive(Serialize, ToSchema)]
#[schema(as = DeskAssignment)]
pub(super) struct AssignmentView {
    /// Who prepares it.
    member_id: MemberId,
    /// His name.
    member_name: String,
    /// Who asked him.
    assigned_by: MemberId,
    /// That member's name.
    assigned_by_name: String,
    assigned_at: Timestamp,
    /// What he was asked for.
    note: Option<String>,
    /// What he has prepared.
    prepared: Option<String>,
    prepared_at: Option<Timestamp>,
}

pub(super) fn assignment_view(desktop: &Desktop, of: Assignment) -> AssignmentView {
    AssignmentView {
        member_id: of.member_id,
        member_name: desktop.name_of(of.member_id),
        assigned_by: of.assigned_by,
        assigned_by_name: desktop.name_of(of.assigned_by),
        assigned_at: of.assigned_at,
        note: of.note,
        prepared: of.prepared,
        prepared_at: of.prepared_at,
    }
}

/// Who is to prepare it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskAssignmentBody {
    /// A member of the unit with which it lies, or of what lies below that.
    member_id: MemberId,
    /// What he is asked for; 300 characters at most.
    #[schema(value_type = Option<String>, examples("请先汇总各小组的数字"))]
    note: Option<Text<300>>,
}

/// What was prepared.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskPreparationBody {
    /// What he has found out, drafted or arranged, or why he could not; 1,000 characters at most.
    #[schema(examples("三个小组的数字已汇总，见共享文件夹"))]
    text: Text<1000>,
}

/// 一项待办
///
/// Something that waits and that the caller has on his desk, prepares or has prepared, or sees on the desk of a unit.
#[utoipa::path(tag = "desk", params(("id" = DeskItemId, Path)),
    responses((status = 200, description = "What waits", body = DeskItem)))]
#[get("/desk-items/{id}")]
async fn get_desk_item(
    caller: Member,
    id: Path<DeskItemId>,
    desktop: web::Data<Desktop>,
) -> Result<web::Json<DeskItem>, Problem> {
    let found = desktop.item(&caller.person, *id).await?;
    Ok(web::Json(DeskItem::new(&desktop, &caller.person, found)))
}

/// 交办准备
///
/// Asks a member of the unit to prepare something that lies on the caller's desk, in the place of whoever was asked before. It
/// stays on the caller's desk, and gives the member no leave that he does not have. What is about accounts, duties or what
/// members say is not given to others.
#[utoipa::path(tag = "desk", params(("id" = DeskItemId, Path)), request_body = DeskAssignmentBody,
    responses((status = 200, description = "He was asked", body = DeskItem)))]
#[post("/desk-items/{id}/assignment")]
async fn assign_desk_item(
    caller: Member,
    id: Path<DeskItemId>,
    desktop: web::Data<Desktop>,
    body: Body<DeskAssignmentBody>,
) -> Result<web::Json<DeskItem>, Problem> {
    let DeskAssignmentBody { member_id, note } = body.into_inner();
    let found = desktop.assign(&caller.person, *id, (member_id, note.map(Text::into_string))).await?;
    Ok(web::Json(DeskItem::new(&desktop, &caller.person, found)))
}

/// 收回交办
///
/// Has nobody prepare it any more; what was prepared goes with it.
#[utoipa::path(tag = "desk", params(("id" = DeskItemId, Path)),
    responses((status = 204, description = "Nobody prepares it")))]
#[delete("/desk-items/{id}/assignment")]
async fn withdraw_desk_assignment(
    caller: Member,
    id: Path<DeskItemId>,
    desktop: web::Data<Desktop>,
) -> Result<HttpResponse, Problem> {
    desktop.take_back(&caller.person, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 报告已准备好
///
/// What the caller, who was asked, has prepared; whoever asked him is told. He may write it anew while it waits.
#[utoipa::path(tag = "desk", params(("id" = DeskItemId, Path)), request_body = DeskPreparationBody,
    responses((status = 200, description = "It is written down", body = DeskItem)))]
#[put("/desk-items/{id}/preparation")]
async fn set_desk_preparation(
    caller: Member,
    id: Path<DeskItemId>,
    desktop: web::Data<Desktop>,
    body: Body<DeskPreparationBody>,
) -> Result<web::Json<DeskItem>, Problem> {
    let found = desktop.prepare(&caller.person, *id, body.into_inner().text.into_string()).await?;
    Ok(web::Json(DeskItem::new(&desktop, &caller.person, found)))
}
