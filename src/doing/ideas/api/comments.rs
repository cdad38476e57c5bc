//! Comments.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::Named;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::holding::SeenComment;
use crate::doing::ideas::model::{CommentId, IdeaId};
use crate::people::texts::TextReview;
use crate::web::caller::Member;
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_idea_comments).service(comment_on_idea).service(delete_idea_comment);
}

/// What somebody said about an idea.
#[derive(Serialize, ToSchema)]
struct CommentView {
    id: CommentId,
    /// The comment that it replies to.
    parent_id: Option<CommentId>,
    author: Named,
    /// What was said.
    text: String,
    /// Its author took it back: only a gap is left, because replies depend on it.
    deleted: bool,
    /// Whether the caller can take it back.
    can_delete: bool,
    created_at: Timestamp,
    /// The idea that it was said about, where that one was merged into this one since.
    said_about: Option<IdeaId>,
    /// Of the caller's own that nobody else sees: that somebody decides about it, or why it came back. `null` otherwise.
    review: Option<TextReview>,
}

/// What stands in the place of a comment that was taken back.
const GAP: &str = "评论已删除";

impl CommentView {
    fn new(ideas: &Ideas, reader: MemberId, (comment, review): SeenComment) -> CommentView {
        CommentView {
            id: comment.id,
            parent_id: comment.parent_id,
            author: Named::new(ideas, comment.author_id),
            deleted: comment.deleted_at.is_some(),
            can_delete: comment.author_id == reader && comment.deleted_at.is_none(),
            text: if comment.deleted_at.is_some() { GAP.to_owned() } else { comment.text },
            created_at: comment.created_at,
            said_about: comment.said_about,
            review,
        }
    }
}

/// 评论列表
///
/// The comments on an idea, replies among them, oldest first. Those of an idea that was merged go on under the one that is
/// kept, and are read under both.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea"), PageQuery),
    responses((status = 200, description = "Comments", body = Page<CommentView>)))]
#[get("/ideas/{id}/comments")]
async fn list_idea_comments(
    caller: Member,
    id: Path<IdeaId>,
    query: Query<PageQuery>,
    ideas: web::Data<Ideas>,
) -> Result<web::Json<Page<CommentView>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<CommentId>()?);
    let found = ideas.comments(caller.person.clone(), *id, after, limit + 1).await?;
    let page = Page::new(found, limit, |(comment, _)| comment.id);
    Ok(web::Json(page.map(|comment| CommentView::new(&ideas, caller.member, comment))))
}

/// A comment as it is written.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CommentBody {
    /// What is said.
    text: Text<2000>,
    /// The comment that it replies to; replies are not replied to.
    parent_id: Option<CommentId>,
}

/// 发表评论
///
/// Says something about an idea. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "ideas", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer"),
        ("id" = IdeaId, Path, description = "The idea")), request_body = CommentBody,
    responses((status = 201, description = "Said", body = CommentView)))]
#[post("/ideas/{id}/comments")]
async fn comment_on_idea(
    caller: Member,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<CommentBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(caller.member, &format!("POST /ideas/{}/comments", *id), &body.0);
    let CommentBody { text, parent_id } = body.into_inner();
    let comment = ideas.comment(caller.person.clone(), *id, parent_id, text.into_string(), key).await?;
    let place = format!("/api/v1/ideas/{}/comments", *id);
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(CommentView::new(&ideas, caller.member, comment)))
}

/// 删除评论
///
/// Takes back one's own comment. While replies depend on it, 评论已删除 stays in its place; else it is gone.
#[utoipa::path(tag = "ideas", params(
    ("id" = IdeaId, Path, description = "The idea"), ("comment_id" = CommentId, Path, description = "The comment")),
    responses((status = 204, description = "Taken back")))]
#[delete("/ideas/{id}/comments/{comment_id}")]
async fn delete_idea_comment(
    caller: Member,
    path: Path<(IdeaId, CommentId)>,
    ideas: web::Data<Ideas>,
) -> Result<HttpResponse, Problem> {
    let (id, comment) = *path;
    ideas.delete_comment(caller.person.clone(), id, comment).await?;
    Ok(HttpResponse::NoContent().finish())
}
