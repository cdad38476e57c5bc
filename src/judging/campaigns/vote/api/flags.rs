//! Suspicious voting.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::flags::FlagKey;
use crate::judging::campaigns::vote::model::{Flag, FlagKind};
use crate::web::caller::CampaignReader;
use crate::web::{Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_campaign_flags).service(list_flagged_members);
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

/// 异常线索
///
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

/// 异常线索涉及的人员
///
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
    let view = |voter: crate::judging::campaigns::vote::model::Voter| FlaggedBallot {
        member_id: voter.member_id,
        name: campaigns.member_name(voter.member_id),
        day: voter.cast_at.day(),
        cast_at: voter.cast_at,
    };
    Ok(web::Json(Page::new(found, limit, |voter| (voter.member_id, voter.period)).map(view)))
}
