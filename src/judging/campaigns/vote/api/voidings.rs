//! Ballots that two people void.

use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::db::Stop;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::model::{Voiding, VoidingId};
use crate::judging::campaigns::vote::rules::Refusal;
use crate::judging::campaigns::vote::voidings::Proposal;
use crate::web::caller::{CampaignDecider, CampaignReader, CampaignRunner};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_campaign_voidings).service(propose_voiding).service(approve_voiding).service(withdraw_voiding);
}

/// Which ballot is not to count.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VoidingBody {
    /// Whose ballot it is.
    member_id: MemberId,
    /// The day, where one votes every day.
    day: Option<Day>,
    /// Why.
    reason: Text<500>,
    /// The flag that gave cause, as `flag` in the list of flags; it must be on this ballot.
    flag: Option<Text<120>>,
}

/// A proposal to void a ballot, with the names of those whom it names.
#[derive(Serialize, ToSchema)]
struct NamedVoiding {
    #[serde(flatten)]
    voiding: Voiding,
    /// The name of the voter.
    member_name: String,
    /// The name of the person who proposed it.
    proposer: String,
    /// The name of the person who confirmed it; `null` until then.
    confirmer: Option<String>,
}

impl NamedVoiding {
    fn new(campaigns: &Campaigns, voiding: Voiding) -> Self {
        NamedVoiding {
            member_name: campaigns.member_name(voiding.member_id),
            proposer: campaigns.member_name(voiding.proposed_by),
            confirmer: voiding.confirmed_by.map(|member| campaigns.member_name(member)),
            voiding,
        }
    }
}

/// 作废提议列表
///
/// Proposals to void ballots of a campaign, confirmed or not, oldest first.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), PageQuery),
    responses((status = 200, description = "Proposals", body = Page<NamedVoiding>)))]
#[get("/campaigns/{id}/voidings")]
async fn list_campaign_voidings(
    reader: CampaignReader,
    id: Path<CampaignId>,
    page: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Page<NamedVoiding>>, Problem> {
    let limit = page.limit()?;
    let found = campaigns.voidings(&viewer(&reader), *id, page.after()?, limit + 1).await?;
    let page = Page::new(found, limit, |voiding| voiding.id);
    Ok(web::Json(page.map(|voiding| NamedVoiding::new(&campaigns, voiding))))
}

/// 提议作废选票
///
/// Proposes not to count a ballot, between the closing and the counting; a second person confirms it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = VoidingBody, responses((status = 201, description = "Proposed; no `Location`, it stands in the list of voidings", body = NamedVoiding)))]
#[post("/campaigns/{id}/voidings")]
async fn propose_voiding(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<VoidingBody>,
) -> Result<HttpResponse, Problem> {
    let VoidingBody { member_id, day, reason, flag } = body.into_inner();
    let proposal = Proposal {
        ballot: (member_id, day.map_or(0, Day::number)),
        reason: reason.into_string(),
        flag: flag.map(Text::into_string),
    };
    let voiding = campaigns.propose_voiding(runner.member, &runner.reach, *id, proposal).await;
    let voiding = voiding.map_err(|stop| match stop {
        Stop::Refused(Refusal::NoBallot) => Problem::field("/member_id", "no_ballot", "该成员没有投这张票"),
        stop => stop.into(),
    })?;
    Ok(HttpResponse::Created().json(NamedVoiding::new(&campaigns, voiding)))
}

/// 确认作废选票
///
/// Confirms that a ballot does not count, which somebody else proposed. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = VoidingId, Path, description = "The proposal")),
    responses((status = 200, description = "Confirmed", body = NamedVoiding)))]
#[post("/voidings/{id}/approval")]
async fn approve_voiding(
    decider: CampaignDecider,
    id: Path<VoidingId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<NamedVoiding>, Problem> {
    let voiding = campaigns.approve_voiding(decider.member, &decider.reach, *id).await?;
    Ok(web::Json(NamedVoiding::new(&campaigns, voiding)))
}

/// 撤回作废提议
///
/// Takes back the caller's own proposal to void a ballot, as long as nobody has confirmed it.
#[utoipa::path(tag = "campaigns", params(("id" = VoidingId, Path, description = "The proposal")),
    responses((status = 204, description = "Taken back")))]
#[delete("/voidings/{id}")]
async fn withdraw_voiding(
    runner: CampaignRunner,
    id: Path<VoidingId>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    campaigns.withdraw_voiding(runner.member, &runner.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
