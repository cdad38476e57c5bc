//! Lost factors that two administrators take away.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::approval::{Answer, ProposalState};
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::people::second_factors::actions::SecondFactors;
use crate::people::second_factors::model::{FactorReset, FactorResetId};
use crate::web::caller::RosterManager;
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_second_factor_resets)
        .service(propose_second_factor_reset)
        .service(get_second_factor_reset)
        .service(approve_second_factor_reset)
        .service(refuse_second_factor_reset)
        .service(withdraw_second_factor_reset);
}

/// A proposal to take away the second factor of somebody who has lost it.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactorReset)]
struct ResetView {
    /// The proposal.
    id: FactorResetId,
    /// Whose factor it is.
    member_id: MemberId,
    /// That member's name.
    member_name: String,
    /// Why.
    reason: String,
    /// Who proposed it.
    proposed_by: MemberId,
    /// That administrator's name.
    proposed_by_name: String,
    /// When it was proposed.
    proposed_at: Timestamp,
    /// Until when it can be answered: 14 days.
    expires_at: Timestamp,
    /// Whether it waits, or what became of it.
    state: ProposalState,
    /// Who answered it.
    answered_by: Option<MemberId>,
    /// That administrator's name.
    answered_by_name: Option<String>,
    /// When it was answered.
    answered_at: Option<Timestamp>,
    /// Why it was refused.
    refusal: Option<String>,
    /// Whether the caller can confirm or refuse it now.
    can_answer: bool,
}

fn view(manager: &RosterManager, factors: &SecondFactors, reset: FactorReset) -> ResetView {
    let now = factors.now();
    ResetView {
        can_answer: factors.can_answer(manager.member, &manager.reach, &reset, now),
        state: reset.rule().state_at(now),
        id: reset.id,
        member_id: reset.member_id,
        member_name: factors.name_of(reset.member_id),
        reason: reset.reason,
        proposed_by: reset.proposed_by,
        proposed_by_name: factors.name_of(reset.proposed_by),
        proposed_at: reset.proposed_at,
        expires_at: reset.expires_at,
        answered_by: reset.answered_by,
        answered_by_name: reset.answered_by.map(|by| factors.name_of(by)),
        answered_at: reset.answered_at,
        refusal: reset.refusal,
    }
}

/// 动态口令停用提议列表
///
/// Proposals to take lost second factors of members of the caller's scope away, newest first.
#[utoipa::path(tag = "second_factors", params(PageQuery),
    responses((status = 200, description = "A page of proposals", body = Page<ResetView>)))]
#[get("/second-factor-resets")]
async fn list_second_factor_resets(
    manager: RosterManager,
    page: Query<PageQuery>,
    factors: web::Data<SecondFactors>,
) -> Result<web::Json<Page<ResetView>>, Problem> {
    let limit = page.limit()?;
    let asked = usize::try_from(limit).unwrap_or(0) + 1;
    let found = factors.list_resets(manager.reach.clone(), page.after()?, asked).await?;
    Ok(web::Json(Page::new(found, limit, |reset| reset.id).map(|reset| view(&manager, &factors, reset))))
}

/// Whose factor is lost, and why it is to be taken away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetBody {
    /// The member.
    member_id: MemberId,
    /// Told to the member and to who confirms it.
    reason: Text<200>,
}

/// 提议停用他人的动态口令
///
/// Proposes to take away the second factor of somebody who has lost phone and recovery codes; another administrator confirms
/// it. Never one's own.
#[utoipa::path(tag = "second_factors", request_body = ResetBody,
    responses((status = 202, description = "Waits for a second person", body = ResetView)))]
#[post("/second-factor-resets")]
async fn propose_second_factor_reset(
    manager: RosterManager,
    factors: web::Data<SecondFactors>,
    body: Body<ResetBody>,
) -> Result<HttpResponse, Problem> {
    let ResetBody { member_id, reason } = body.into_inner();
    let (by, reach) = (manager.member, manager.reach.clone());
    let reset = factors.propose_reset(by, reach, member_id, reason.into_string()).await?;
    let location = (LOCATION, format!("/api/v1/second-factor-resets/{}", reset.id));
    Ok(HttpResponse::Accepted().insert_header(location).json(view(&manager, &factors, reset)))
}

/// 动态口令停用提议
///
/// One proposal about a member of the caller's scope.
#[utoipa::path(tag = "second_factors", responses((status = 200, description = "The proposal", body = ResetView)))]
#[get("/second-factor-resets/{id}")]
async fn get_second_factor_reset(
    manager: RosterManager,
    id: Path<FactorResetId>,
    factors: web::Data<SecondFactors>,
) -> Result<web::Json<ResetView>, Problem> {
    let reset = factors.find_reset(&manager.reach, *id).await?;
    Ok(web::Json(view(&manager, &factors, reset)))
}

/// 确认停用动态口令
///
/// Confirms, as the second administrator, what another one proposed: the factor is gone at once. Again it changes nothing.
#[utoipa::path(tag = "second_factors", responses((status = 200, description = "The proposal", body = ResetView)))]
#[post("/second-factor-resets/{id}/approval")]
async fn approve_second_factor_reset(
    manager: RosterManager,
    id: Path<FactorResetId>,
    factors: web::Data<SecondFactors>,
) -> Result<web::Json<ResetView>, Problem> {
    answer(&manager, &factors, *id, Answer::Approve, None).await
}

/// Why a proposal is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetRefusalBody {
    /// Told to the proposer.
    reason: Text<200>,
}

/// 拒绝停用动态口令
///
/// Refuses what another administrator proposed. Again it changes nothing.
#[utoipa::path(tag = "second_factors", request_body = ResetRefusalBody,
    responses((status = 200, description = "The proposal", body = ResetView)))]
#[post("/second-factor-resets/{id}/refusal")]
async fn refuse_second_factor_reset(
    manager: RosterManager,
    id: Path<FactorResetId>,
    factors: web::Data<SecondFactors>,
    body: Body<ResetRefusalBody>,
) -> Result<web::Json<ResetView>, Problem> {
    answer(&manager, &factors, *id, Answer::Refuse, Some(body.into_inner().reason.into_string())).await
}

/// 撤回停用动态口令的提议
///
/// Takes one's own proposal back. Again it changes nothing.
#[utoipa::path(tag = "second_factors", responses((status = 200, description = "The proposal", body = ResetView)))]
#[post("/second-factor-resets/{id}/withdrawal")]
async fn withdraw_second_factor_reset(
    manager: RosterManager,
    id: Path<FactorResetId>,
    factors: web::Data<SecondFactors>,
) -> Result<web::Json<ResetView>, Problem> {
    answer(&manager, &factors, *id, Answer::TakeBack, None).await
}

async fn answer(
    manager: &RosterManager,
    factors: &SecondFactors,
    id: FactorResetId,
    answer: Answer,
    refusal: Option<String>,
) -> Result<web::Json<ResetView>, Problem> {
    let reset = factors.answer_reset(manager.member, manager.reach.clone(), id, answer, refusal).await?;
    Ok(web::Json(view(manager, factors, reset)))
}
