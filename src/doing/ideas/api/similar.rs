//! Similar ideas, shown before another one is handed in.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::Named;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::{IdeaId, IdeaState};
use crate::doing::ideas::search::Resembling;
use crate::web::caller::Member;
use crate::web::{Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_similar_ideas);
}

/// What is being written.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SimilarQuery {
    /// The title.
    title: Text<100>,
    /// The problem and the proposal, or their beginning.
    text: Option<Text<1000>>,
}

/// An idea that resembles what is being written.
#[derive(Serialize, ToSchema)]
struct SimilarIdea {
    id: IdeaId,
    /// One line.
    title: String,
    state: IdeaState,
    author: Named,
    /// How much of what is being written stands in it, in basis points (10,000 is all).
    likeness_bp: u32,
    submitted_at: Option<Timestamp>,
}

/// Ideas that resemble what is being written.
#[derive(Serialize, ToSchema)]
struct SimilarIdeas {
    /// Five at most, the most similar first.
    items: Vec<SimilarIdea>,
}

/// 相似的金点子
///
/// Ideas handed in, among those that the caller may see, that resemble what is being written; to be shown before it is
/// handed in.
#[utoipa::path(tag = "ideas", params(SimilarQuery),
    responses((status = 200, description = "Similar ideas", body = SimilarIdeas)))]
#[get("/ideas/similar")]
async fn list_similar_ideas(
    caller: Member,
    query: Query<SimilarQuery>,
    ideas: web::Data<Ideas>,
) -> Result<web::Json<SimilarIdeas>, Problem> {
    let text = query.text.as_deref().map_or_else(String::new, |text| format!("\n{text}"));
    let found = ideas.similar(caller.person.clone(), format!("{}{text}", &*query.title)).await?;
    let view = |Resembling { idea, likeness }: Resembling| SimilarIdea {
        id: idea.id,
        state: idea.state,
        author: Named::new(&ideas, idea.author_id),
        title: idea.title,
        likeness_bp: likeness,
        submitted_at: idea.submitted_at,
    };
    Ok(web::Json(SimilarIdeas { items: found.into_iter().map(view).collect() }))
}
