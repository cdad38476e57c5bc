//! Outcomes that are put right.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::IdeaView;
use crate::base::text::Text;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::{OutcomeId, RightOutcome};
use crate::web::caller::IdeaDecider;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(correct_idea_outcome);
}

/// What is right about an outcome, and why something else stood there; a field that is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutcomeCorrectionBody {
    /// One line.
    title: Option<Text<200>>,
    /// Money saved, in fen; of 节约金额 only.
    amount_fen: Option<i64>,
    /// It is none: figures, points and exports leave it out from now on.
    #[serde(default)]
    struck: bool,
    /// In Chinese; everybody who sees the idea reads it.
    reason: Text<500>,
}

/// 更正金点子成果
///
/// Puts an outcome right, or strikes it out; by somebody else than who recorded it. Figures of a time that is over stay:
/// the correction counts on its own day. Points of what was struck are taken back by opposite entries. The same again
/// changes nothing.
#[utoipa::path(tag = "ideas", params(("id" = OutcomeId, Path, description = "The outcome")),
    request_body = OutcomeCorrectionBody, responses((status = 200, description = "Put right", body = IdeaView)))]
#[post("/outcomes/{id}/correction")]
async fn correct_idea_outcome(
    decider: IdeaDecider,
    id: Path<OutcomeId>,
    ideas: web::Data<Ideas>,
    body: Body<OutcomeCorrectionBody>,
) -> Result<web::Json<IdeaView>, Problem> {
    let OutcomeCorrectionBody { title, amount_fen, struck, reason } = body.into_inner();
    let right = RightOutcome { title: title.map(Text::into_string), amount_fen, struck, reason: reason.into_string() };
    let idea = ideas.correct_outcome(decider.person.clone(), *id, right).await?;
    let shown = ideas.show(decider.person.clone(), idea).await?;
    Ok(web::Json(IdeaView::new(&ideas, shown)))
}
