//! Scores of judges, and ballots that two people void.

use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::viewer;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::campaigns::Campaigns;
use crate::campaigns::model::{CampaignId, EntryId, JudgeId, Mark, Score, Source, Voiding, VoidingId};
use crate::campaigns::scoring::JudgeLine;
use crate::web::caller::{CampaignDecider, CampaignReader, CampaignRunner, Member};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(put_my_scores).service(list_scores).service(propose_voiding).service(confirm_voiding);
}

/// What one judge gives an entry.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScoreBody {
    /// `expert` for the named experts, `peer` or `open_review` for units.
    source: Source,
    /// The unit that scores; left out by experts.
    unit_id: Option<UnitId>,
    /// One mark for each criterion.
    marks: Vec<Mark>,
}

/// A judge's score of an entry.
#[derive(Serialize, ToSchema)]
struct ScoreView {
    entry_id: EntryId,
    source: Source,
    /// One mark for each criterion.
    marks: Vec<Mark>,
    /// All criteria by their weights, 0 to 10000.
    total: i32,
    scored_at: Timestamp,
}

impl From<Score> for ScoreView {
    fn from(score: Score) -> Self {
        ScoreView {
            entry_id: score.entry_id,
            source: score.source,
            marks: score.marks.0,
            total: score.total,
            scored_at: score.scored_at,
        }
    }
}

/// Gives or changes the caller's scores of an entry while the stage is open: experts named by the campaign, units with an
/// entry of their own through who writes for them; nobody scores his own.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    request_body = ScoreBody, responses((status = 200, description = "Given", body = ScoreView)))]
#[put("/entries/{id}/scores/mine")]
async fn put_my_scores(
    judge: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    body: Body<ScoreBody>,
) -> Result<web::Json<ScoreView>, Problem> {
    let ScoreBody { source, unit_id, marks } = body.into_inner();
    Ok(web::Json(campaigns.score(&judge.person, *id, source, unit_id, marks).await?.into()))
}

/// A judge with everything given and missing.
#[derive(Serialize, ToSchema)]
struct JudgeView {
    source: Source,
    /// An expert's member id or a unit's id.
    judge_id: JudgeId,
    /// The expert's or the unit's name.
    name: String,
    scores: Vec<ScoreView>,
    /// Entries that this judge should score and has not.
    missing: Vec<EntryId>,
    /// The mean of the totals, in hundredths.
    mean_hundredths: Option<i64>,
    /// The lowest total.
    lowest: Option<i32>,
    /// The highest total.
    highest: Option<i32>,
}

impl From<JudgeLine> for JudgeView {
    fn from(line: JudgeLine) -> Self {
        JudgeView {
            source: line.source,
            judge_id: line.judge,
            name: line.name,
            scores: line.scores.into_iter().map(ScoreView::from).collect(),
            missing: line.missing,
            mean_hundredths: line.mean_hundredths,
            lowest: line.span.map(|(lowest, _)| lowest),
            highest: line.span.map(|(_, highest)| highest),
        }
    }
}

/// The matrix of judges and entries.
#[derive(Serialize, ToSchema)]
struct ScoreMatrix {
    /// Judge after judge, source after source.
    judges: Vec<JudgeView>,
}

/// The matrix of judges and entries, with missing cells and each judge's mean and span.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The matrix", body = ScoreMatrix)))]
#[get("/campaigns/{id}/scores")]
async fn list_scores(
    reader: CampaignReader,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<ScoreMatrix>, Problem> {
    let lines = campaigns.scores(&viewer(&reader), *id).await?;
    Ok(web::Json(ScoreMatrix { judges: lines.into_iter().map(JudgeView::from).collect() }))
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
}

/// Proposes not to count a ballot, between the closing and the counting; a second person confirms it.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = VoidingBody, responses((status = 201, description = "Proposed", body = Voiding)))]
#[post("/campaigns/{id}/voidings")]
async fn propose_voiding(
    runner: CampaignRunner,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<VoidingBody>,
) -> Result<HttpResponse, Problem> {
    let VoidingBody { member_id, day, reason } = body.into_inner();
    let ballot = (member_id, day.map_or(0, Day::number));
    let voiding = campaigns.propose_voiding(runner.member, &runner.reach, *id, ballot, reason.into_string()).await?;
    Ok(HttpResponse::Created().json(voiding))
}

/// Confirms that a ballot does not count, which somebody else proposed. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = VoidingId, Path, description = "The proposal")),
    responses((status = 200, description = "Confirmed", body = Voiding)))]
#[post("/voidings/{id}/approval")]
async fn confirm_voiding(
    decider: CampaignDecider,
    id: Path<VoidingId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Voiding>, Problem> {
    Ok(web::Json(campaigns.confirm_voiding(decider.member, &decider.reach, *id).await?))
}
