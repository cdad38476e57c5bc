//! Writing contests and moving them on.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::ContestView;
use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::doing::meetings::MeetingId;
use crate::learning::contests::Contests;
use crate::learning::contests::calendar::Draft;
use crate::learning::contests::model::{Contest, ContestId, PaperRule, Rules, Terms};
use crate::web::caller::ContestRunner;
use crate::web::etag::IfMatch;
use crate::web::{Body, OptionalKey, Path, Problem, nullable};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_contest)
        .service(edit_contest)
        .service(announce_contest)
        .service(open_contest)
        .service(close_contest)
        .service(publish_contest)
        .service(withdraw_contest);
}

/// A contest as it is written.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContestBody {
    /// In Chinese.
    title: Text<100>,
    /// What it is about.
    description: Option<Text<2000>>,
    /// The audience: this unit and everything below it.
    unit_id: UnitId,
    opens_at: Timestamp,
    closes_at: Timestamp,
    /// Which questions are asked.
    paper: PaperRule,
    /// Time, attempts, scoring, and what is earned.
    terms: Terms,
    /// The meeting 三会一课 that it is part of: of the audience's unit, or of one above it.
    meeting_id: Option<MeetingId>,
}

impl From<ContestBody> for Draft {
    fn from(body: ContestBody) -> Self {
        Draft {
            title: body.title.into_string(),
            description: body.description.map(Text::into_string).unwrap_or_default(),
            unit: body.unit_id,
            opens_at: body.opens_at,
            closes_at: body.closes_at,
            rules: Rules { paper: body.paper, terms: body.terms },
            meeting: body.meeting_id,
        }
    }
}

pub async fn view(contests: &Contests, contest: Contest) -> Result<ContestView, Problem> {
    Ok(ContestView::new(contests, &contests.seen(contest, Vec::new(), true).await?))
}

/// 新建竞赛
///
/// Writes a draft of a contest within the caller's reach. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "contests", request_body = ContestBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    responses((status = 201, description = "Written", body = ContestView)))]
#[post("/contests")]
async fn create_contest(
    runner: ContestRunner,
    key: OptionalKey,
    contests: web::Data<Contests>,
    body: Body<ContestBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.of(runner.member, "POST /contests", &body);
    let contest = contests.create(runner.member, &runner.reach, body.into(), key).await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/contests/{}", contest.id)))
        .json(view(&contests, contest).await?))
}

/// What changes about a draft, or about what is announced; absent fields stay.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContestChange {
    /// In Chinese.
    title: Option<Text<100>>,
    /// What it is about.
    description: Option<Text<2000>>,
    /// The audience.
    unit_id: Option<UnitId>,
    opens_at: Option<Timestamp>,
    closes_at: Option<Timestamp>,
    /// Which questions are asked; replaces the whole rule.
    paper: Option<PaperRule>,
    /// Time, attempts, scoring, and what is earned; replaces all of them.
    terms: Option<Terms>,
    /// The meeting that it is part of; `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<MeetingId>)]
    meeting_id: Option<Option<MeetingId>>,
}

impl ContestChange {
    fn apply(self, draft: Draft) -> Draft {
        Draft {
            title: self.title.map_or(draft.title, Text::into_string),
            description: self.description.map_or(draft.description, Text::into_string),
            unit: self.unit_id.unwrap_or(draft.unit),
            opens_at: self.opens_at.unwrap_or(draft.opens_at),
            closes_at: self.closes_at.unwrap_or(draft.closes_at),
            rules: Rules {
                paper: self.paper.unwrap_or(draft.rules.paper),
                terms: self.terms.unwrap_or(draft.rules.terms),
            },
            meeting: self.meeting_id.unwrap_or(draft.meeting),
        }
    }
}

/// 修改竞赛
///
/// Changes a draft, or a contest that is announced and not open yet: its audience is told, and stays the same.
#[utoipa::path(tag = "contests", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409"),
        ("id" = ContestId, Path, description = "The contest")),
    request_body = ContestChange, responses((status = 200, description = "Changed", body = ContestView)))]
#[patch("/contests/{id}")]
async fn edit_contest(
    runner: ContestRunner,
    id: Path<ContestId>,
    IfMatch(seen): IfMatch,
    contests: web::Data<Contests>,
    body: Body<ContestChange>,
) -> Result<web::Json<ContestView>, Problem> {
    let change = body.into_inner();
    let contest =
        contests.edit(runner.member, &runner.reach, *id, seen, move |draft| change.clone().apply(draft)).await?;
    Ok(web::Json(view(&contests, contest).await?))
}

/// 发布竞赛公告
///
/// Announces a draft to its audience; 422 names what the bank lacks for the paper. Again it changes nothing.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "Announced", body = ContestView)))]
#[post("/contests/{id}/announcement")]
async fn announce_contest(
    runner: ContestRunner,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<ContestView>, Problem> {
    let contest = contests.announce(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(view(&contests, contest).await?))
}

/// 开放竞赛
///
/// Opens an announced contest before its time; 422 names what the bank lacks. Again it changes nothing.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "Open", body = ContestView)))]
#[post("/contests/{id}/opening")]
async fn open_contest(
    runner: ContestRunner,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<ContestView>, Problem> {
    let contest = contests.open_early(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(view(&contests, contest).await?))
}

/// 结束竞赛
///
/// Closes an open contest before its time: attempts end with what they have. Again it changes nothing.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "Closed; the ranking follows", body = ContestView)))]
#[post("/contests/{id}/closing")]
async fn close_contest(
    runner: ContestRunner,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<ContestView>, Problem> {
    let contest = contests.close_early(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(view(&contests, contest).await?))
}

/// 公布竞赛结果
///
/// Publishes the results once the ranking is complete; points follow. Again it changes nothing.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "Published", body = ContestView)))]
#[post("/contests/{id}/publication")]
async fn publish_contest(
    runner: ContestRunner,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<ContestView>, Problem> {
    let contest = contests.publish(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(view(&contests, contest).await?))
}

/// 撤销竞赛
///
/// Takes back a contest that has not opened. Again it changes nothing.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "Withdrawn", body = ContestView)))]
#[post("/contests/{id}/withdrawal")]
async fn withdraw_contest(
    runner: ContestRunner,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<web::Json<ContestView>, Problem> {
    let contest = contests.withdraw(runner.member, &runner.reach, *id).await?;
    Ok(web::Json(view(&contests, contest).await?))
}
