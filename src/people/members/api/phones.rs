//! Phone numbers that members gave for themselves and that somebody who may invite them confirms.

use actix_web::{HttpResponse, delete, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::proposals::ProposalRefusalBody;
use super::views::units_within;
use crate::base::approval::{Answer, ProposalState};
use crate::base::id::{MemberId, UnitId};
use crate::base::phone;
use crate::base::time::Timestamp;
use crate::people::members::Directory;
use crate::people::members::actions::{Manager, Members, WaitingPhone};
use crate::people::members::model::{PhoneProposal, PhoneProposalId};
use crate::web::caller::{Inviter, Member};
use crate::web::page::PageQuery;
use crate::web::{Body, Page, Path, Problem, Query};

/// One's own number that waits.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnWaitingPhone {
    /// Masked: `138****0000`.
    phone: String,
    /// When it was given.
    proposed_at: Timestamp,
    /// Until when it can be confirmed: 14 days.
    expires_at: Timestamp,
}

impl OwnWaitingPhone {
    pub(super) fn of(waiting: &WaitingPhone) -> Self {
        OwnWaitingPhone {
            phone: waiting.number.as_deref().map(phone::mask).unwrap_or_default(),
            proposed_at: waiting.proposal.proposed_at,
            expires_at: waiting.proposal.expires_at,
        }
    }
}

/// A number that waits, as the one who may confirm it sees it.
#[derive(Serialize, ToSchema)]
struct PhoneProposalView {
    /// To answer it with.
    id: PhoneProposalId,
    /// Who gave it.
    member_id: MemberId,
    /// The number to sign in with.
    employee_no: String,
    /// The member's name.
    name: String,
    /// The home unit.
    unit_id: UnitId,
    /// What it is called for short.
    unit_name: String,
    /// The number in full, since it is to be checked, by a call for instance. Absent once it is answered.
    phone: Option<String>,
    /// When it was given.
    proposed_at: Timestamp,
    /// Until when it can be confirmed: 14 days.
    expires_at: Timestamp,
    /// Whether it waits, or what became of it.
    state: ProposalState,
}

impl PhoneProposalView {
    fn of(directory: &Directory, proposal: &PhoneProposal, number: Option<String>) -> Option<Self> {
        let card = directory.member(proposal.member_id)?;
        Some(PhoneProposalView {
            id: proposal.id,
            member_id: card.id,
            employee_no: card.employee_no.to_string(),
            name: card.name.to_string(),
            unit_id: card.unit,
            unit_name: directory.unit_name(card.unit),
            phone: number,
            proposed_at: proposal.proposed_at,
            expires_at: proposal.expires_at,
            state: proposal.state,
        })
    }
}

/// 手机号变更列表
///
/// Numbers that members of the caller's scope gave and that wait to be confirmed, newest first; never one's own.
#[utoipa::path(tag = "members", params(PageQuery),
    responses((status = 200, description = "A page of numbers", body = Page<PhoneProposalView>)))]
#[get("/phone-proposals")]
pub(super) async fn list_phone_proposals(
    inviter: Inviter,
    query: Query<PageQuery>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Page<PhoneProposalView>>, Problem> {
    let (limit, before) = (query.limit()?, query.after::<PhoneProposalId>()?);
    let units = units_within(&directory.tree(), &inviter.reach);
    let found = members.list_waiting_phones(units, inviter.member, before, limit + 1).await?;
    let Page { items, next_cursor } = Page::new(found, limit, |waiting| waiting.proposal.id);
    let shown = |waiting: WaitingPhone| {
        let may_confirm = members.may_confirm(&inviter.reach, waiting.proposal.member_id);
        may_confirm.then(|| PhoneProposalView::of(&directory, &waiting.proposal, waiting.number)).flatten()
    };
    Ok(web::Json(Page { items: items.into_iter().filter_map(shown).collect(), next_cursor }))
}

/// 确认手机号变更
///
/// Confirms a member's number, with which he signs in from now on. Again it changes nothing.
///
/// Only here it is said that the number belongs to somebody else, by name if that member is within the caller's scope.
#[utoipa::path(tag = "members", responses((status = 200, description = "The number", body = PhoneProposalView)))]
#[post("/phone-proposals/{id}/approval")]
pub(super) async fn approve_phone_proposal(
    inviter: Inviter,
    id: Path<PhoneProposalId>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Option<PhoneProposalView>>, Problem> {
    let proposal = members.answer_phone(by(&inviter), inviter.member, *id, Answer::Approve, None).await?;
    Ok(web::Json(PhoneProposalView::of(&directory, &proposal, None)))
}

/// 拒绝手机号变更
///
/// Refuses a member's number and tells him why. Again it changes nothing.
#[utoipa::path(tag = "members", request_body = ProposalRefusalBody,
    responses((status = 200, description = "The number", body = PhoneProposalView)))]
#[post("/phone-proposals/{id}/refusal")]
pub(super) async fn refuse_phone_proposal(
    inviter: Inviter,
    id: Path<PhoneProposalId>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<ProposalRefusalBody>,
) -> Result<web::Json<Option<PhoneProposalView>>, Problem> {
    let reason = Some(body.into_inner().reason.into_string());
    let proposal = members.answer_phone(by(&inviter), inviter.member, *id, Answer::Refuse, reason).await?;
    Ok(web::Json(PhoneProposalView::of(&directory, &proposal, None)))
}

/// 撤回手机号变更
///
/// Takes back the number that one gave and that waits. Again it changes nothing.
#[utoipa::path(tag = "members", responses((status = 204, description = "No number waits any more")))]
#[delete("/me/phone-proposal")]
pub(super) async fn withdraw_phone_proposal(
    caller: Member,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    members.withdraw_phone(caller.member).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn by(inviter: &Inviter) -> Manager {
    Manager { member: Some(inviter.member), reach: inviter.reach.clone() }
}
