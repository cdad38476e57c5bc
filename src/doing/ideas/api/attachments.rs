//! Files of an idea: putting them on it and taking them off. They are uploaded and fetched at `/files`.

use actix_web::{HttpResponse, delete, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::IdeaView;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::IdeaId;
use crate::ground::files::FileId;
use crate::web::caller::Member;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(attach_to_idea).service(detach_from_idea);
}

/// What is attached to an idea.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttachmentsBody {
    /// The caller's own files; those that are attached already stay. An idea has 9 files at most.
    file_ids: Vec<FileId>,
}

/// 添加附件
///
/// Attaches files to a draft or a submitted idea; its author and its co-authors may, each his own files.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = AttachmentsBody,
    responses((status = 200, description = "Attached", body = IdeaView)))]
#[post("/ideas/{id}/attachments")]
async fn attach_to_idea(
    caller: Member,
    id: Path<IdeaId>,
    ideas: web::Data<Ideas>,
    body: Body<AttachmentsBody>,
) -> Result<web::Json<IdeaView>, Problem> {
    ideas.attach(caller.person.clone(), *id, body.into_inner().file_ids).await?;
    let shown = ideas.show(caller.person.clone(), *id).await?;
    Ok(web::Json(IdeaView::new(&ideas, shown)))
}

/// 移除附件
///
/// Takes a file off: an attachment of a draft or a submitted idea by its authors, evidence of work that was sent back by
/// the implementer. A file that is attached to nothing goes after a day.
#[utoipa::path(tag = "ideas",
    params(("id" = IdeaId, Path, description = "The idea"), ("file_id" = FileId, Path, description = "The file")),
    responses((status = 204, description = "Off")))]
#[delete("/ideas/{id}/attachments/{file_id}")]
async fn detach_from_idea(
    caller: Member,
    path: Path<(IdeaId, FileId)>,
    ideas: web::Data<Ideas>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = *path;
    ideas.detach(caller.person.clone(), id, file).await?;
    Ok(HttpResponse::NoContent().finish())
}
