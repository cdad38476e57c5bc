//! Who has looked at the flags of a vote.

use actix_web::{get, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::flag_review::FlagReview;
use crate::judging::campaigns::vote::model::FlagLook;
use crate::web::caller::{CampaignReader, not_allowed};
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_campaign_flag_review).service(review_campaign_flags);
}

/// Somebody who has looked at the flags.
#[derive(Serialize, ToSchema)]
struct FlagLookView {
    member_id: MemberId,
    /// That person's name.
    name: String,
    looked_at: Timestamp,
}

/// Whether a vote waits for people to look at its flags.
#[derive(Serialize, ToSchema)]
struct FlagReviewView {
    /// How many flags were found right after the closing; `null` until they were looked for.
    flags: Option<i32>,
    /// From when on the vote is counted: right away once two people have looked.
    counts_from: Option<Timestamp>,
    /// Who has looked, the first one first.
    looks: Vec<FlagLookView>,
}

fn review_view(campaigns: &Campaigns, review: FlagReview) -> web::Json<FlagReviewView> {
    let look = |look: FlagLook| FlagLookView {
        member_id: look.member_id,
        name: campaigns.member_name(look.member_id),
        looked_at: look.looked_at,
    };
    web::Json(FlagReviewView {
        flags: review.check.map(|check| check.flags),
        counts_from: review.check.map(|check| check.counts_from),
        looks: review.looks.into_iter().map(look).collect(),
    })
}

/// 异常线索查看情况
///
/// How many flags a vote has that is over, who has looked at them, and from when on it is counted.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "What was found and who has looked", body = FlagReviewView)))]
#[get("/campaigns/{id}/flag-review")]
async fn get_campaign_flag_review(
    reader: CampaignReader,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<FlagReviewView>, Problem> {
    let review = campaigns.flag_review(&viewer(&reader), *id).await?;
    Ok(review_view(&campaigns, review))
}

/// 确认已查看异常线索
///
/// Says that one has looked at the flags of a vote, as somebody who runs or decides selections and whom no flag is about. A
/// vote with flags is counted once two people have. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Who has looked", body = FlagReviewView)))]
#[post("/campaigns/{id}/flag-review")]
async fn review_campaign_flags(
    reader: CampaignReader,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<FlagReviewView>, Problem> {
    let may_look = [Capability::RunCampaigns, Capability::DecideCampaigns];
    let reaches: Vec<Reach> = may_look.into_iter().filter_map(|capability| reader.reach(capability)).collect();
    if reaches.is_empty() {
        return Err(not_allowed());
    }
    let review = campaigns.review_flags(reader.member, &reaches, *id).await?;
    Ok(review_view(&campaigns, review))
}
