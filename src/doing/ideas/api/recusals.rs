//! Being kept out of an idea at one's own wish.

use actix_web::{put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::IdeaId;
use crate::kernel::recusals::RecusalRequest;
use crate::web::caller::IdeaCollector;
use crate::web::recusal::{OwnRecusal, RecusalBody};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(submit_idea_recusal);
}

/// As it is shown.
pub fn view(ideas: &Ideas, asked: &RecusalRequest) -> OwnRecusal {
    let name = ideas.name(asked.member_id);
    OwnRecusal { member_id: asked.member_id, name, reason: asked.reason.clone(), at: asked.at }
}

/// 自行回避金点子
///
/// Keeps the caller, who would collect or decide it by duty, out of everything that is done to an idea: others with the
/// duty do so, or the next unit up. It is written down with the reason, and shown; what was asked first stands.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = RecusalBody,
    responses((status = 200, description = "Kept out", body = OwnRecusal)))]
#[put("/ideas/{id}/recusals/mine")]
async fn submit_idea_recusal(
    caller: IdeaCollector,
    id: Path<IdeaId>,
    ideas: web::Data<Ideas>,
    body: Body<RecusalBody>,
) -> Result<web::Json<OwnRecusal>, Problem> {
    let asked = ideas.recuse(caller.person.clone(), *id, body.into_inner().reason.into_string()).await?;
    Ok(web::Json(view(&ideas, &asked)))
}
