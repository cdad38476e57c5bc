//! A contest that has opened: prolonging it, calling it off.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::calendar::view;
use super::views::ContestView;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::learning::contests::Contests;
use crate::learning::contests::model::{ContestCancellation, ContestId};
use crate::people::members::Directory;
use crate::web::caller::{ContestConfirmer, ContestRunner};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(extend_contest)
        .service(propose_contest_cancellation)
        .service(get_contest_cancellation)
        .service(withdraw_contest_cancellation)
        .service(approve_contest_cancellation);
}

/// A later end, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContestExtensionBody {
    /// Later than the end so far.
    closes_at: Timestamp,
    /// In Chinese; the audience reads it.
    reason: Text<500>,
}

/// 延长竞赛
///
/// Moves the end of an open contest to later. Its audience is told; attempts that the former end would have cut short
/// get what is left of their time. Again it changes nothing.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    request_body = ContestExtensionBody, responses((status = 200, description = "Prolonged", body = ContestView)))]
#[post("/contests/{id}/extensions")]
async fn extend_contest(
    runner: ContestRunner,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
    body: Body<ContestExtensionBody>,
) -> Result<web::Json<ContestView>, Problem> {
    let ContestExtensionBody { closes_at, reason } = body.into_inner();
    let contest = contests.prolong(runner.member, &runner.reach, *id, closes_at, reason.into_string()).await?;
    Ok(web::Json(view(&contests, contest).await?))
}

/// Why a contest is to be called off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CancellationBody {
    /// In Chinese; the audience reads it once it is confirmed.
    reason: Text<500>,
}

/// That a contest is called off: proposed by one person, and done once another has confirmed it.
#[derive(Serialize, ToSchema)]
struct ContestCancellationView {
    contest_id: ContestId,
    /// In Chinese.
    reason: String,
    proposed_by: MemberId,
    /// That person's name.
    proposer: String,
    proposed_at: Timestamp,
    /// `null` while it is only proposed.
    confirmed_by: Option<MemberId>,
    /// That person's name.
    confirmer: Option<String>,
    confirmed_at: Option<Timestamp>,
}

impl ContestCancellationView {
    fn new(directory: &Directory, cancellation: ContestCancellation) -> Self {
        ContestCancellationView {
            proposer: directory.name_of(cancellation.proposed_by),
            confirmer: cancellation.confirmed_by.map(|member| directory.name_of(member)),
            contest_id: cancellation.contest_id,
            reason: cancellation.reason,
            proposed_by: cancellation.proposed_by,
            proposed_at: cancellation.proposed_at,
            confirmed_by: cancellation.confirmed_by,
            confirmed_at: cancellation.confirmed_at,
        }
    }
}

/// 提议取消竞赛
///
/// Proposes to call off a contest that has opened and is not published. Again it changes nothing.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    request_body = CancellationBody,
    responses((status = 201, description = "Proposed", body = ContestCancellationView)))]
#[post("/contests/{id}/cancellation")]
async fn propose_contest_cancellation(
    runner: ContestRunner,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
    directory: web::Data<Directory>,
    body: Body<CancellationBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.into_inner().reason.into_string();
    let made = contests.propose_cancellation(runner.member, &runner.reach, *id, reason).await?;
    let place = format!("/api/v1/contests/{}/cancellation", *id);
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(ContestCancellationView::new(&directory, made)))
}

/// 取消提议
///
/// What was proposed about calling a contest off.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "The proposal", body = ContestCancellationView)))]
#[get("/contests/{id}/cancellation")]
async fn get_contest_cancellation(
    confirmer: ContestConfirmer,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
    directory: web::Data<Directory>,
) -> Result<web::Json<ContestCancellationView>, Problem> {
    let found = contests.cancellation(&confirmer.reach, *id).await?;
    Ok(web::Json(ContestCancellationView::new(&directory, found)))
}

/// 撤回取消提议
///
/// Takes back one's own proposal to call a contest off.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 204, description = "Taken back")))]
#[delete("/contests/{id}/cancellation")]
async fn withdraw_contest_cancellation(
    runner: ContestRunner,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
) -> Result<HttpResponse, Problem> {
    contests.withdraw_cancellation(runner.member, &runner.reach, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 确认取消竞赛
///
/// Confirms that a contest is called off, as somebody else proposed: it is never ranked and gives no points, and its
/// audience is told why. Again it changes nothing.
#[utoipa::path(tag = "contests", params(("id" = ContestId, Path, description = "The contest")),
    responses((status = 200, description = "Called off", body = ContestCancellationView)))]
#[post("/contests/{id}/cancellation/approval")]
async fn approve_contest_cancellation(
    confirmer: ContestConfirmer,
    id: Path<ContestId>,
    contests: web::Data<Contests>,
    directory: web::Data<Directory>,
) -> Result<web::Json<ContestCancellationView>, Problem> {
    let confirmed = contests.confirm_cancellation(confirmer.member, &confirmer.reach, *id).await?;
    Ok(web::Json(ContestCancellationView::new(&directory, confirmed)))
}
