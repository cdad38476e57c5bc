//! Suspicious voting, and ballots that two people void.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::viewer;
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::flagging::FlagKey;
use crate::judging::campaigns::model::{CampaignId, Flag, FlagKind, FlagLook, Voiding, VoidingId};
use crate::judging::campaigns::reviewing::FlagReview;
use crate::judging::campaigns::voiding::Proposal;
use crate::web::caller::{CampaignDecider, CampaignReader, CampaignRunner, not_allowed};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_campaign_flags)
        .service(list_flagged_members)
        .service(get_campaign_flag_review)
        .service(review_campaign_flags)
        .service(list_campaign_voidings)
        .service(propose_voiding)
        .service(approve_voiding);
}

/// Ballots of one unit that are worth a look.
#[derive(Serialize, ToSchema)]
struct FlagView {
    /// What a proposal to void a ballot names it by.
    flag: String,
    kind: FlagKind,
    /// The home unit of its voters.
    unit_id: UnitId,
    /// Its short name.
    unit: String,
    /// The first of the ballots.
    from: Timestamp,
    /// The last of the ballots.
    until: Timestamp,
    /// How many there are.
    ballots: usize,
    /// Ballots of everybody else within the same window, for velocity; else 0.
    elsewhere: u64,
    /// For accounts that were opened on one device: its number within this vote.
    device: Option<usize>,
    /// How many accounts were opened on that device, whether or not they voted.
    accounts: Option<usize>,
}

impl FlagView {
    fn new(campaigns: &Campaigns, flag: &Flag) -> FlagView {
        FlagView {
            flag: flag.name(),
            kind: flag.kind,
            unit_id: flag.unit,
            unit: campaigns.unit_name(flag.unit),
            from: flag.from,
            until: flag.until,
            ballots: flag.ballots(),
            elsewhere: flag.elsewhere,
            device: flag.device.map(|device| device.number),
            accounts: flag.device.map(|device| device.accounts),
        }
    }
}

/// What looks unusual about who voted when, between the closing and the count: many of one unit within a short time and many more than
/// elsewhere meanwhile, ballots cast at night, ballots of accounts that were reset or first opened
/// after the announcement, and of several accounts that were opened on one device. Hints for people; nothing is deleted,
/// and no choice is known.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), PageQuery),
    responses((status = 200, description = "Flags, the earliest first", body = Page<FlagView>)))]
#[get("/campaigns/{id}/flags")]
async fn list_campaign_flags(
    reader: CampaignReader,
    id: Path<CampaignId>,
    page: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Page<FlagView>>, Problem> {
    let limit = page.limit()?;
    let found = campaigns.flags(&viewer(&reader), *id, page.after::<FlagKey>()?, asked(limit)).await?;
    Ok(web::Json(Page::new(found, limit, Flag::key).map(|flag| FlagView::new(&campaigns, &flag))))
}

/// One more than a page shows.
fn asked(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or(0) + 1
}

/// Somebody whose ballot a flag is on.
#[derive(Serialize, ToSchema)]
struct FlaggedBallot {
    member_id: MemberId,
    /// The voter's name.
    name: String,
    /// The business day on which it was cast; where one votes every day, a proposal names it.
    day: Day,
    cast_at: Timestamp,
}

/// Whose ballots a flag is on: that they voted and when, never what.
#[utoipa::path(tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign"),
        ("flag" = String, Path, description = "As `flag` in the list"), PageQuery),
    responses((status = 200, description = "Ballots, by member", body = Page<FlaggedBallot>)))]
#[get("/campaigns/{id}/flags/{flag}")]
async fn list_flagged_members(
    reader: CampaignReader,
    path: Path<(CampaignId, Text<120>)>,
    page: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Page<FlaggedBallot>>, Problem> {
    let (limit, (id, flag)) = (page.limit()?, &*path);
    let found = campaigns.flagged(&viewer(&reader), *id, flag, page.after()?, asked(limit)).await?;
    let view = |voter: crate::judging::campaigns::model::Voter| FlaggedBallot {
        member_id: voter.member_id,
        name: campaigns.member_name(voter.member_id),
        day: voter.cast_at.day(),
        cast_at: voter.cast_at,
    };
    Ok(web::Json(Page::new(found, limit, |voter| (voter.member_id, voter.period)).map(view)))
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

/// How many flags a vote has that is over, who has looked at them, and from when on it is counted.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "What was found and who has looked", body = FlagReviewView)))]
#[get("/campaigns/{id}/flag-looks")]
async fn get_campaign_flag_review(
    reader: CampaignReader,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<FlagReviewView>, Problem> {
    let review = campaigns.flag_review(&viewer(&reader), *id).await?;
    Ok(review_view(&campaigns, review))
}

/// Says that one has looked at the flags of a vote, as somebody who runs or decides selections and whom no flag is about. A
/// vote with flags is counted once two people have. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "Who has looked", body = FlagReviewView)))]
#[post("/campaigns/{id}/flag-looks")]
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
    let review = campaigns.look_at_flags(reader.member, &reaches, *id).await?;
    Ok(review_view(&campaigns, review))
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

/// Proposals to void ballots of a campaign, confirmed or not, oldest first.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), PageQuery),
    responses((status = 200, description = "Proposals", body = Page<Voiding>)))]
#[get("/campaigns/{id}/voidings")]
async fn list_campaign_voidings(
    reader: CampaignReader,
    id: Path<CampaignId>,
    page: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Page<Voiding>>, Problem> {
    let limit = page.limit()?;
    let found = campaigns.voidings(&viewer(&reader), *id, page.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |voiding| voiding.id)))
}

/// Proposes not to count a ballot, between the closing and the counting; a second person confirms it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = VoidingBody, responses((status = 201, description = "Proposed; no `Location`, it stands in the list of voidings", body = Voiding)))]
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
    let voiding = campaigns.propose_voiding(runner.member, &runner.reach, *id, proposal).await?;
    Ok(HttpResponse::Created().json(voiding))
}

/// Confirms that a ballot does not count, which somebody else proposed. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = VoidingId, Path, description = "The proposal")),
    responses((status = 200, description = "Confirmed", body = Voiding)))]
#[post("/voidings/{id}/approval")]
async fn approve_voiding(
    decider: CampaignDecider,
    id: Path<VoidingId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Voiding>, Problem> {
    Ok(web::Json(campaigns.confirm_voiding(decider.member, &decider.reach, *id).await?))
}
