//! My desk: what the signed-in person must act on now.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::IdeaHead;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::{IdeaId, Verb};
use crate::web::caller::Member;
use crate::web::{Page, PageQuery, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_my_desk);
}

/// Something that waits for the caller.
#[derive(Serialize, ToSchema)]
struct DeskItem {
    /// What kind of thing it is: `idea`.
    kind: &'static str,
    idea: IdeaHead,
    /// What the caller may do to it now.
    may: Vec<Verb>,
}

/// What waits for the caller, oldest first: ideas for whose next step it is the caller's post, ideas that the caller
/// carries out, and ideas that came back to the caller.
#[utoipa::path(tag = "ideas", params(PageQuery),
    responses((status = 200, description = "What waits", body = Page<DeskItem>)))]
#[get("/me/desk")]
async fn list_my_desk(
    caller: Member,
    query: Query<PageQuery>,
    ideas: web::Data<Ideas>,
) -> Result<web::Json<Page<DeskItem>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<IdeaId>()?);
    let found = ideas.desk(caller.person.clone(), after, limit + 1).await?;
    let page = Page::new(found, limit, |(listed, _)| listed.idea.id);
    Ok(web::Json(page.map(|(listed, may)| DeskItem { kind: "idea", idea: IdeaHead::new(&ideas, listed), may })))
}
