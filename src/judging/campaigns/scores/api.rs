//! Scores of judges.

use actix_web::{get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::mine::OwnScores;
use super::model::{JudgeId, Mark, Score};
use super::scores::JudgeLine;
use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::{own_recusal, viewer};
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{CampaignId, Source, StageState};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::scores::rules::Refusal;
use crate::web::caller::{CampaignReader, Member};
use crate::web::recusal::{OwnRecusal, RecusalBody};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(put_my_scores)
        .service(list_my_scores)
        .service(get_my_scores)
        .service(submit_score_recusal)
        .service(list_campaign_scores);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            // here the body names it
            Refusal::Campaign(CampaignRefusal::NoSuchStage) => {
                Problem::field("/source", "no_such_stage", "这次评选没有这个评分阶段")
            }
            Refusal::Campaign(refusal) => refusal.into(),
            Refusal::Entries(refusal) => refusal.into(),
            Refusal::NoJudge => Problem::forbidden("campaigns.no_judge", "您不是这一阶段的评委，或不能代表该组织评分"),
            Refusal::ScoredAlready => Problem::conflict(
                "campaigns.scored_already",
                "您已为这份申报评分，不能再回避；如需回避，请与组织部门联系",
            ),
            Refusal::OwnScore => Problem::forbidden("campaigns.own_score", "不能给自己或本组织的申报评分"),
        }
    }
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

/// 提交评分
///
/// Gives or changes the caller's scores of an entry while the stage is open: experts named by the campaign who hold the
/// duty, units with an entry of their own through who writes for them; nobody scores his own.
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
    if source == Source::Expert {
        judge.check_not_withheld(Capability::ScoreAsExpert)?;
    }
    Ok(web::Json(campaigns.score(&judge.person, *id, source, unit_id, marks).await?.into()))
}

/// What the caller gave as one judge.
#[derive(Serialize, ToSchema)]
struct OwnScoresView {
    source: Source,
    /// The unit that is scored for; `null` for experts.
    unit_id: Option<UnitId>,
    /// The caller's or the unit's name.
    name: String,
    /// How far the stage has come in which scores are taken.
    stage: Option<StageState>,
    /// When it ends, or ended.
    closes_at: Option<Timestamp>,
    scores: Vec<ScoreView>,
    /// Entries that are scored.
    done: usize,
    /// Entries to be scored still.
    left: usize,
    /// Which these are.
    left_entries: Vec<EntryId>,
}

/// Everything that the caller gave.
#[derive(Serialize, ToSchema)]
struct MyScores {
    /// One for each judge that the caller is; empty for somebody who judges nothing.
    items: Vec<OwnScoresView>,
    /// Entries that are scored, of all items.
    done: usize,
    /// Entries to be scored still, of all items.
    left: usize,
}

impl From<Vec<OwnScores>> for MyScores {
    fn from(own: Vec<OwnScores>) -> Self {
        let items: Vec<OwnScoresView> = own.into_iter().map(OwnScoresView::from).collect();
        let sum = |count: fn(&OwnScoresView) -> usize| items.iter().map(count).sum();
        MyScores { done: sum(|one| one.done), left: sum(|one| one.left), items }
    }
}

impl From<OwnScores> for OwnScoresView {
    fn from(own: OwnScores) -> Self {
        OwnScoresView {
            source: own.source,
            unit_id: own.unit,
            name: own.name,
            stage: own.stage.map(|stage| stage.state),
            closes_at: own.stage.map(|stage| stage.closed_at.unwrap_or(stage.closes_at)),
            scores: own.scores.into_iter().map(ScoreView::from).collect(),
            done: own.done,
            left: own.left.len(),
            left_entries: own.left,
        }
    }
}

/// 我的评分任务
///
/// What the caller gave in a campaign, and how many entries are left to be scored.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The caller's scores", body = MyScores)))]
#[get("/campaigns/{id}/scores/mine")]
async fn list_my_scores(
    judge: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<MyScores>, Problem> {
    Ok(web::Json(campaigns.own_scores(&judge.person, *id).await?.into()))
}

/// 我的评分
///
/// What the caller gave an entry, and how many entries of the campaign are done and left.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "The caller's scores of it", body = MyScores)))]
#[get("/entries/{id}/scores/mine")]
async fn get_my_scores(
    judge: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<MyScores>, Problem> {
    Ok(web::Json(campaigns.own_scores_of(&judge.person, *id).await?.into()))
}

/// 自行回避评分
///
/// Keeps the caller, an expert of the campaign, out of an entry that he has not scored, until the judging of experts ends:
/// the others score it. It is written down with the reason, and shown to who runs the campaign; what was asked first stands.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    request_body = RecusalBody, responses((status = 200, description = "Kept out", body = OwnRecusal)))]
#[put("/entries/{id}/recusals/mine")]
async fn submit_score_recusal(
    expert: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    body: Body<RecusalBody>,
) -> Result<web::Json<OwnRecusal>, Problem> {
    expert.check_not_withheld(Capability::ScoreAsExpert)?;
    let reason = body.into_inner().reason.into_string();
    let asked = campaigns.recuse_from_scores(expert.person.clone(), *id, reason).await?;
    Ok(web::Json(own_recusal(&campaigns, &asked)))
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
    /// The standard deviation of the totals, in hundredths: how far this judge parts good from bad.
    spread_hundredths: Option<i64>,
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
            spread_hundredths: line.spread_hundredths,
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
    /// Experts who asked to be kept out of an entry, in the order of the entries.
    recusals: Vec<ScoreRecusal>,
}

/// That an expert asked to be kept out of an entry.
#[derive(Serialize, ToSchema)]
struct ScoreRecusal {
    entry_id: EntryId,
    #[serde(flatten)]
    asked: OwnRecusal,
}

/// 评分情况
///
/// The matrix of judges and entries, with missing cells and each judge's mean, spread and span.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The matrix", body = ScoreMatrix)))]
#[get("/campaigns/{id}/scores")]
async fn list_campaign_scores(
    reader: CampaignReader,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<ScoreMatrix>, Problem> {
    let matrix = campaigns.scores(&viewer(&reader), *id).await?;
    let recusal = |(entry_id, asked)| ScoreRecusal { entry_id, asked: own_recusal(&campaigns, &asked) };
    let recusals = matrix.recusals.into_iter().map(recusal).collect();
    Ok(web::Json(ScoreMatrix { judges: matrix.lines.into_iter().map(JudgeView::from).collect(), recusals }))
}
