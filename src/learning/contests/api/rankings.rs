//! Lists, the result page, rankings, and the export.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::{ContestLine, ContestView};
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Db;
use crate::learning::contests::Contests;
use crate::learning::contests::model::{BANDS, BranchResult, Contest, ContestId, ContestState, thing};
use crate::learning::contests::rankings::{RankedMember, Viewer};
use crate::learning::quiz::{QuestionId, QuestionKind};
use crate::web::caller::{Caller, ContestReader, Member};
use crate::web::etag::{Polled, Versioned};
use crate::web::page::{after, page_limit};
use crate::web::sheet::{ExportQuery, send_sheet};
use crate::web::{Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_contests)
        .service(get_contest)
        .service(get_contest_results)
        .service(list_contest_rankings)
        .service(get_my_contest_rank)
        .service(list_contest_branch_rankings)
        .service(export_contest_results);
}

fn viewer(caller: &Caller) -> Viewer<'_> {
    let reach = caller.reach(Capability::ReadContests);
    Viewer { member: caller.member, path: &caller.path, branch: caller.branch, reach }
}

/// Which contests to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ContestQuery {
    /// Only those in this state.
    state: Option<ContestState>,
    /// Those that the caller may run or read, drafts included, instead of those that the caller may take part in.
    managed: Option<bool>,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 竞赛列表
///
/// The contests for the caller, newest first; or those that the caller runs.
#[utoipa::path(tag = "contests", params(ContestQuery),
    responses((status = 200, description = "Contests", body = Page<ContestLine>),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/contests")]
async fn list_contests(
    caller: Member,
    query: Query<ContestQuery>,
    contests: web::Data<Contests>,
) -> Result<Polled<Page<ContestLine>>, Problem> {
    let (limit, before) = (page_limit(query.limit)?, after::<ContestId>(query.cursor.as_deref())?);
    let found = match query.managed {
        Some(true) => {
            let reach = caller.reach_of(Capability::ReadContests)?;
            contests.list_within(&reach, query.state, before, limit + 1).await?
        }
        _ => contests.list_for_member((caller.member, &caller.path), query.state, before, limit + 1).await?,
    };
    let attempts = contests.attempts_at(caller.member, &found).await?;
    let line = |contest: Contest| {
        let states = attempts.get(&contest.id).map(Vec::as_slice).unwrap_or_default();
        ContestLine::new(&contests, &contest, states)
    };
    Ok(Polled(Page::new(found, limit, |contest| contest.id).map(line)))
}

/// 竞赛详情
///
/// One contest with the caller's own attempts.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "The contest", body = ContestView),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/contests/{id}")]
async fn get_contest(
    caller: Member,
    id: Path<ContestId>,
    db: web::Data<Db>,
    contests: web::Data<Contests>,
) -> Result<Versioned<ContestView>, Problem> {
    let version = thing(*id).present(&db).await?;
    let seen = contests.see(&viewer(&caller), *id).await?;
    Ok(Versioned(ContestView::new(&contests, &seen), version))
}

/// The result page of a contest.
#[derive(Serialize, ToSchema)]
struct ContestResults {
    contest_id: ContestId,
    state: ContestState,
    /// Members with a result.
    participants: i64,
    /// Active members of the audience at the ranking.
    audience: i64,
    /// Participants who hide from boards and of whom nothing below tells, as long as they are fewer than five: their
    /// scores would follow from those of the others.
    left_out: i64,
    /// The mean of the other participants, in hundredths of a point.
    mean_hundredths: i64,
    /// Their best score, in hundredths of a point.
    best_hundredths: i64,
    /// They by score: ten bands of a tenth of the full score each, the lowest first.
    bands: [i64; BANDS],
    /// How each question fared.
    questions: Vec<QuestionResult>,
    /// When the results were published again because a key had been wrong; `null` as a rule.
    corrected_at: Option<Timestamp>,
    /// Why the key was wrong, in Chinese.
    correction_reason: Option<String>,
}

/// How a question fared in the attempts that count.
#[derive(Serialize, ToSchema)]
struct QuestionResult {
    id: QuestionId,
    kind: QuestionKind,
    /// The question itself.
    stem: String,
    /// The subject that it belongs to.
    category: String,
    /// Attempts that had it.
    shown: i64,
    /// Those that answered wholly rightly.
    right: i64,
    /// Their share in percent, rounded half up; 0 when nobody had it.
    right_percent: i64,
}

/// 竞赛结果
///
/// How scores are distributed and how each question fared; for members after publication. Branches: `/branch-rankings`.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "The result page", body = ContestResults)))]
#[get("/contests/{id}/results")]
async fn get_contest_results(
    caller: Member,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<ContestResults>, Problem> {
    let (contest, summary, questions) = contests.results(&viewer(&caller), *id).await?;
    let shares = summary.questions.iter().zip(questions).map(|(share, question)| QuestionResult {
        id: share.question_id,
        kind: question.text.kind,
        stem: question.text.stem,
        category: question.text.category,
        shown: share.shown,
        right: share.right,
        right_percent: crate::learning::contests::rules::hundredths(share.right * 100, share.shown),
    });
    Ok(web::Json(ContestResults {
        contest_id: contest.id,
        state: contest.state,
        participants: summary.participants,
        audience: summary.audience,
        left_out: summary.left_out,
        mean_hundredths: summary.mean_hundredths,
        best_hundredths: summary.best_hundredths,
        bands: summary.bands,
        questions: shares.collect(),
        corrected_at: contest.corrected_at,
        correction_reason: contest.correction_reason,
    }))
}

/// A member in the ranking.
#[derive(Clone, Serialize, ToSchema)]
struct RankLine {
    /// 1 is the best; equals share a rank.
    rank: i32,
    /// Masked beyond the caller's branch.
    name: String,
    /// Short name of the home unit.
    unit: String,
    /// Hundredths of a point.
    score_hundredths: i32,
    /// Wholly right answers.
    right_count: i32,
    /// Time from the start of the attempt to its end, in milliseconds.
    elapsed_millis: i64,
    /// Whether this is the caller.
    me: bool,
}

impl RankLine {
    fn new(ranked: RankedMember, viewer: MemberId) -> RankLine {
        let result = ranked.result;
        RankLine {
            rank: result.rank,
            name: ranked.name,
            unit: ranked.unit,
            score_hundredths: result.score,
            right_count: result.right_count,
            elapsed_millis: result.elapsed_micros / 1000,
            me: result.member_id == viewer,
        }
    }
}

/// 个人排名
///
/// The ranking of members, best first: by score, then less time, then the earlier finish. Who hides is left out.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest"), PageQuery),
    responses((status = 200, description = "Members", body = Page<RankLine>)))]
#[get("/contests/{id}/rankings")]
async fn list_contest_rankings(
    caller: Member,
    id: Path<ContestId>,
    page: Query<PageQuery>,
    contests: web::Data<Contests>,
) -> Result<web::Json<Page<RankLine>>, Problem> {
    let limit = page.limit()?;
    let found = contests.ranking(&viewer(&caller), *id, page.after()?, limit + 1).await?;
    let page = Page::new(found, limit, |(result, _)| (result.rank, result.member_id));
    let shown = page.items.into_iter().filter_map(|(_, ranked)| ranked);
    let items = shown.map(|ranked| RankLine::new(ranked, caller.member)).collect();
    Ok(web::Json(Page { items, next_cursor: page.next_cursor }))
}

/// One's own place.
#[derive(Serialize, ToSchema)]
struct MyContestRank {
    /// `null` without a result.
    mine: Option<RankLine>,
    /// The two above, one's own place, the two below, best first; empty without a result. Who hides is left out.
    neighbours: Vec<RankLine>,
}

/// 我的竞赛名次
///
/// The caller's own place in the ranking, with neighbours.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "The place", body = MyContestRank)))]
#[get("/contests/{id}/rankings/mine")]
async fn get_my_contest_rank(
    caller: Member,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<MyContestRank>, Problem> {
    let around = contests.around_me(&viewer(&caller), *id).await?;
    let neighbours: Vec<RankLine> = around.into_iter().map(|ranked| RankLine::new(ranked, caller.member)).collect();
    let mine = neighbours.iter().find(|line| line.me).cloned();
    Ok(web::Json(MyContestRank { mine, neighbours }))
}

/// A branch in the ranking, or a group where the audience is one branch.
#[derive(Serialize, ToSchema)]
struct BranchRankLine {
    /// 1 is the best; equals share a rank.
    rank: i32,
    unit_id: UnitId,
    /// Its short name.
    name: String,
    /// The mean over all active members, in hundredths of a point, rounded half up; `null` where some of its participants
    /// hide from boards and fewer than five do, whose scores would follow from it.
    mean_hundredths: Option<i32>,
    /// All of them, whether they took part or not.
    active_members: i32,
    /// Active members with a result.
    participants: i32,
}

impl From<(BranchResult, String, bool)> for BranchRankLine {
    fn from((branch, name, is_told): (BranchResult, String, bool)) -> Self {
        BranchRankLine {
            rank: branch.rank,
            unit_id: branch.unit_id,
            name,
            mean_hundredths: is_told.then_some(branch.mean_hundredths),
            active_members: branch.active_members,
            participants: branch.participants,
        }
    }
}

/// 支部排名
///
/// The ranking of branches by the mean over all of their active members, with participation.
///
/// Where the audience is one branch, or lies in one, the units directly below it are ranked: its groups. Who is at home
/// in the audience itself counts for it.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest"), PageQuery),
    responses((status = 200, description = "Branches", body = Page<BranchRankLine>)))]
#[get("/contests/{id}/branch-rankings")]
async fn list_contest_branch_rankings(
    caller: Member,
    id: Path<ContestId>,
    page: Query<PageQuery>,
    contests: web::Data<Contests>,
) -> Result<web::Json<Page<BranchRankLine>>, Problem> {
    let limit = page.limit()?;
    let found = contests.branch_ranking(&viewer(&caller), *id, page.after()?, limit + 1).await?;
    let page = Page::new(found, limit, |(branch, ..)| (branch.rank, branch.unit_id));
    Ok(web::Json(page.map(BranchRankLine::from)))
}

const EXPORT_HEADERS: [&str; 10] =
    ["名次", "工号", "姓名", "党支部", "所在组织", "得分", "答对题数", "用时", "完成时间", "积分"];

/// 导出竞赛成绩
///
/// The ranking with names in full, as a file.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest"), ExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/contests/{id}")]
async fn export_contest_results(
    reader: ContestReader,
    id: Path<ContestId>,
    query: Query<ExportQuery>,
    contests: web::Data<Contests>,
) -> Result<HttpResponse, Problem> {
    let (contest, rows) = contests.export(&reader.reach, *id).await?;
    send_sheet(&format!("{}成绩", contest.title), query.format, &EXPORT_HEADERS, move || rows).await
}
