//! The roll and the participation, in numbers.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::participation::Participation;
use crate::web::caller::Member;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_campaign_roll).service(get_campaign_participation);
}

/// A branch's part of the electorate.
#[derive(Serialize, ToSchema)]
struct BranchParticipation {
    unit_id: UnitId,
    /// Its short name.
    name: String,
    /// Members on the roll.
    electorate: u32,
    /// Members who voted so far.
    voters: u32,
}

/// Branches that are too small to be shown by name, together.
#[derive(Serialize, ToSchema)]
struct OtherParticipation {
    /// Members on the roll.
    electorate: u32,
    /// Members who voted so far.
    voters: u32,
}

/// How many took part: counts only.
#[derive(Serialize, ToSchema)]
struct ParticipationView {
    /// When this was counted: now, or some seconds ago.
    as_of: Timestamp,
    /// Members on the roll.
    electorate: usize,
    /// Members who voted so far.
    voters: usize,
    /// Their ballots; more than voters only where one votes every day.
    ballots: usize,
    /// Branches of five or more on the roll.
    branches: Vec<BranchParticipation>,
    others: Option<OtherParticipation>,
}

fn shown(campaigns: &Campaigns, counts: &Participation) -> ParticipationView {
    let branch = |&(unit_id, electorate, voters): &(UnitId, u32, u32)| BranchParticipation {
        unit_id,
        name: campaigns.unit_name(unit_id),
        electorate,
        voters,
    };
    ParticipationView {
        as_of: counts.as_of,
        electorate: counts.electorate,
        voters: counts.voters,
        ballots: counts.ballots,
        branches: counts.branches.iter().map(branch).collect(),
        others: counts.others.map(|(electorate, voters)| OtherParticipation { electorate, voters }),
    }
}

/// 选民册人数
///
/// How many members of which branches are on the roll, as it was fixed at the opening.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The roll in numbers", body = RollView)))]
#[get("/campaigns/{id}/roll")]
async fn get_campaign_roll(
    caller: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<RollView>, Problem> {
    let counts = campaigns.participation(&viewer(&caller), *id).await?;
    let ParticipationView { electorate, branches, others, .. } = shown(&campaigns, &counts);
    let branch =
        |one: BranchParticipation| RollBranch { unit_id: one.unit_id, name: one.name, members: one.electorate };
    Ok(web::Json(RollView {
        members: electorate,
        branches: branches.into_iter().map(branch).collect(),
        others: others.map(|others| others.electorate),
    }))
}

/// The electorate in numbers.
#[derive(Serialize, ToSchema)]
struct RollView {
    /// All members on the roll.
    members: usize,
    /// Branches of five or more.
    branches: Vec<RollBranch>,
    /// Members of all smaller ones together.
    others: Option<u32>,
}

/// A branch on the roll.
#[derive(Serialize, ToSchema)]
struct RollBranch {
    unit_id: UnitId,
    /// Its short name.
    name: String,
    /// Its members on the roll.
    members: u32,
}

/// 参与情况
///
/// How many have voted: open at any time, in numbers, by branches of five or more, ten seconds old at most. Who has not
/// is shown to nobody.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Participation", body = ParticipationView)))]
#[get("/campaigns/{id}/participation")]
async fn get_campaign_participation(
    caller: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<ParticipationView>, Problem> {
    let counts = campaigns.participation(&viewer(&caller), *id).await?;
    Ok(web::Json(shown(&campaigns, &counts)))
}
