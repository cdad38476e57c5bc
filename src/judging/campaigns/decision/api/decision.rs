//! The decision.

use actix_web::{HttpResponse, put, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::text::Text;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::calendar::{CampaignView, shown};
use crate::judging::campaigns::decision::decision::NewDecision;
use crate::judging::campaigns::decision::model::{AwardLine, LeftOut};
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::CampaignDecider;
use crate::web::etag::IfMatch;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(decide_campaign);
}

/// A decision as it is made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CampaignDecisionBody)]
struct DecisionBody {
    /// The version that it takes the place of, where an objection was upheld; absent for the first one.
    replaces: Option<i32>,
    /// Published; needed from the second version on.
    reason: Option<Text<1000>>,
    /// Every awarded entry; exactly what was computed when absent.
    awards: Option<Vec<AwardLine>>,
    /// Entries that are awarded by the computed order and not by this decision.
    #[serde(default)]
    left_out: Vec<LeftOut>,
}

/// 作出评选决定
///
/// Decides who is awarded what, in the committee's stage; where none is planned, confirms what was computed. Quotas,
/// categories and one award per unit hold, and what departs from the computed order has a reason (422). Of two decisions
/// at once one is made and the other one is 409; the same again is 200. Once an objection was upheld, another version may
/// replace it. Who leads or wrote an entry leaves it to others, and so does whose branch takes part; where the branches of
/// all do, each leaves his own as computed.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the results that were seen; another decision by now is 409")),
    request_body = DecisionBody, responses((status = 201, description = "Decided; no `Location`, it is a part of the campaign", body = CampaignView),
        (status = 200, description = "It was decided so already", body = CampaignView)))]
#[put("/campaigns/{id}/decision")]
async fn decide_campaign(
    decider: CampaignDecider,
    id: Path<CampaignId>,
    IfMatch(seen): IfMatch,
    campaigns: web::Data<Campaigns>,
    body: Body<DecisionBody>,
) -> Result<HttpResponse, Problem> {
    let DecisionBody { replaces, reason, awards, left_out } = body.into_inner();
    let new = NewDecision { replaces, reason: reason.map(Text::into_string), lines: awards, left_out };
    let is_new = campaigns.decide(decider.person.clone(), &decider.reach, *id, seen, new).await?;
    let view = shown(&campaigns, &decider, *id).await?;
    Ok(if is_new { HttpResponse::Created() } else { HttpResponse::Ok() }.json(view))
}
