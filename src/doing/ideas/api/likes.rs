//! Likes.

use actix_web::{delete, put, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::IdeaId;
use crate::web::caller::Member;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(like_idea).service(unlike_idea);
}

/// How many like an idea.
#[derive(Serialize, ToSchema)]
struct Likes {
    /// How many.
    likes: i64,
    /// Whether the caller does.
    liked: bool,
}

/// 点赞
///
/// Likes an idea of somebody else; doing it again changes nothing.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")),
    responses((status = 200, description = "Liked", body = Likes)))]
#[put("/ideas/{id}/like")]
async fn like_idea(caller: Member, id: Path<IdeaId>, ideas: web::Data<Ideas>) -> Result<web::Json<Likes>, Problem> {
    Ok(web::Json(Likes { likes: ideas.like(caller.person.clone(), *id, true).await?, liked: true }))
}

/// 取消点赞
///
/// Takes a like back; doing it again changes nothing.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")),
    responses((status = 200, description = "Not liked", body = Likes)))]
#[delete("/ideas/{id}/like")]
async fn unlike_idea(caller: Member, id: Path<IdeaId>, ideas: web::Data<Ideas>) -> Result<web::Json<Likes>, Problem> {
    Ok(web::Json(Likes { likes: ideas.like(caller.person.clone(), *id, false).await?, liked: false }))
}
