//! Casting a ballot, one's own receipt, and all receipts after the count.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::count::VoteResult;
use crate::web::caller::Member;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(cast_ballot).service(get_my_ballots).service(list_ballot_receipts);
}

/// A ballot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BallotBody {
    /// The chosen entries, in any order.
    entries: Vec<EntryId>,
}

/// What is left of a ballot for its voter.
#[derive(Serialize, ToSchema)]
struct Receipt {
    /// Twelve digits and letters that stand in the published list after the count; they say nothing of the choice.
    receipt: String,
}

/// 投票
///
/// Casts a ballot: 201 when it is new, 200 with the same receipt when it was cast already; another one than before is 409
/// unless the rules allow replacing. The answer says nothing of the choice, and nobody can read it before the count.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = BallotBody, responses((status = 201, description = "Cast; no `Location`, for a ballot has no address", body = Receipt),
        (status = 200, description = "It was cast already", body = Receipt)))]
#[post("/campaigns/{id}/ballots")]
async fn cast_ballot(
    voter: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<BallotBody>,
) -> Result<HttpResponse, Problem> {
    let cast = campaigns.cast(voter.member, *id, &body.entries).await?;
    let mut response = if cast.is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(Receipt { receipt: cast.receipt }))
}

/// A ballot of the caller.
#[derive(Serialize, ToSchema)]
struct MyBallotView {
    /// Twelve digits and letters.
    receipt: String,
    cast_at: Timestamp,
}

/// The ballots of the caller, oldest first; one, or one for each day.
#[derive(Serialize, ToSchema)]
struct MyBallots {
    items: Vec<MyBallotView>,
}

/// 我的选票回执
///
/// That the caller voted, with the receipts; never what was chosen, so that nobody can be made to show it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The caller's ballots", body = MyBallots)))]
#[get("/campaigns/{id}/ballots/mine")]
async fn get_my_ballots(
    voter: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<MyBallots>, Problem> {
    let found = campaigns.my_ballots(voter.member, *id).await?;
    let view = |ballot: crate::judging::campaigns::vote::ballots::MyBallot| MyBallotView {
        receipt: ballot.receipt,
        cast_at: ballot.voter.cast_at,
    };
    Ok(web::Json(MyBallots { items: found.into_iter().map(view).collect() }))
}

/// Every receipt.
#[derive(Serialize, ToSchema)]
struct ReceiptList {
    /// Sorted.
    receipts: Vec<String>,
    /// SHA-256 of the sorted receipts with a line break (LF) after each; `null` when the vote is withheld.
    receipts_sha256: Option<String>,
}

/// 回执名单
///
/// The receipts of all counted ballots, sorted, with their hash; empty below ten ballots.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The receipts", body = ReceiptList)))]
#[get("/campaigns/{id}/receipts")]
async fn list_ballot_receipts(
    caller: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<ReceiptList>, Problem> {
    let tally = campaigns.tally(&viewer(&caller), *id).await?;
    let vote = VoteResult::new(&tally);
    let receipts = tally.receipts.lines().filter(|_| !vote.withheld).map(str::to_owned).collect();
    Ok(web::Json(ReceiptList { receipts, receipts_sha256: vote.receipts_sha256 }))
}
