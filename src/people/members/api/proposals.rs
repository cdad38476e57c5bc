//! Changes of privileged duties that a second administrator answers.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::units::by;
use super::views::units_within;
use crate::base::approval::{Answer, ProposalState};
use crate::base::capability::{Capability, Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Db;
use crate::people::members::Directory;
use crate::people::members::actions::{Members, ProposalFilter};
use crate::people::members::model::{ChangeKind, DutyProposal, DutyProposalId, RoleId};
use crate::people::members::rules::Refusal;
use crate::web::caller::{Caller, DutyReader, RosterManager, out_of_reach};
use crate::web::{Body, Page, Path, Problem, Query, page};

/// A change of privileged duties that a second administrator answers.
#[derive(Serialize, ToSchema)]
pub(super) struct DutyProposalView {
    /// The proposal.
    id: DutyProposalId,
    /// What would change.
    change: ChangeKind,
    /// Everything about it in one Chinese sentence.
    summary: String,
    /// Whom it is about.
    member_id: MemberId,
    /// That member's name.
    member_name: String,
    /// The duty that would be granted or ended; absent when the member leaves, with which all end.
    role: Option<Role>,
    /// The duty in Chinese.
    title: Option<&'static str>,
    /// Where it is held.
    unit_id: Option<UnitId>,
    /// That unit's name.
    unit_name: Option<String>,
    /// The first day of a duty to be granted; absent for the day on which it is confirmed.
    from_on: Option<Day>,
    /// Its last day.
    to_on: Option<Day>,
    /// The duty that is to end; of a confirmed grant the duty that it became.
    role_id: Option<RoleId>,
    /// Who proposed it; absent for the operator's command line.
    proposed_by: Option<MemberId>,
    /// That administrator's name.
    proposed_by_name: Option<String>,
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
    reason: Option<String>,
    /// Whether the caller can confirm or refuse it now.
    can_answer: bool,
    /// How many administrators can confirm it today. With none of them, the operator appoints one by `xianfeng admin
    /// create`.
    confirmers: usize,
}

impl DutyProposalView {
    pub(super) fn of(caller: &Caller, members: &Members, proposal: &DutyProposal) -> Self {
        Self::among(caller, members, proposal, &members.administrators(members.now().day()))
    }

    /// The same where who administers today is known already.
    fn among(
        caller: &Caller,
        members: &Members,
        proposal: &DutyProposal,
        administrators: &[(MemberId, Reach)],
    ) -> Self {
        let now = members.now();
        let name = |member: MemberId| members.name_of(member);
        let state = proposal.rule().state_at(now);
        let reach = caller.reach(Capability::ManageMembers);
        DutyProposalView {
            id: proposal.id,
            change: proposal.kind,
            summary: members.describe(proposal),
            member_id: proposal.member_id,
            member_name: name(proposal.member_id),
            role: proposal.role,
            title: proposal.role.map(Role::title),
            unit_id: proposal.unit_id,
            unit_name: proposal.unit_id.map(|unit| members.unit_name(unit)),
            from_on: proposal.from_on,
            to_on: proposal.to_on,
            role_id: proposal.role_id,
            proposed_by: proposal.proposed_by,
            proposed_by_name: proposal.proposed_by.map(name),
            proposed_at: proposal.proposed_at,
            expires_at: proposal.expires_at,
            state,
            answered_by: proposal.answered_by,
            answered_by_name: proposal.answered_by.map(name),
            answered_at: proposal.answered_at,
            reason: proposal.reason.clone(),
            can_answer: members.can_answer(caller.member, reach, proposal, now),
            confirmers: match state {
                ProposalState::Open => members.confirmers(proposal, administrators).len(),
                _ => 0,
            },
        }
    }
}

/// 202 with a proposal.
pub(super) fn proposed(caller: &Caller, members: &Members, proposal: &DutyProposal) -> HttpResponse {
    let location = (LOCATION, format!("/api/v1/duty-proposals/{}", proposal.id));
    HttpResponse::Accepted().insert_header(location).json(DutyProposalView::of(caller, members, proposal))
}

/// Which proposals to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DutyProposalQuery {
    /// Only those in this state; those that wait when absent.
    #[param(inline)]
    state: Option<ProposalState>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 职务变动提议列表
///
/// Proposals about members of the caller's scope, newest first; for administrators and auditors.
#[utoipa::path(tag = "members", params(DutyProposalQuery),
    responses((status = 200, description = "A page of proposals", body = Page<DutyProposalView>)))]
#[get("/duty-proposals")]
pub(super) async fn list_duty_proposals(
    reader: DutyReader,
    query: Query<DutyProposalQuery>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Page<DutyProposalView>>, Problem> {
    let limit = page::page_limit(query.limit)?;
    let filter = ProposalFilter {
        state: query.state.unwrap_or(ProposalState::Open),
        before: page::after(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let found = members.list_proposals(units_within(&directory.tree(), &reader.reach), filter).await?;
    let page = Page::new(found, limit, |proposal| proposal.id);
    let administrators = members.administrators(members.now().day());
    Ok(web::Json(page.map(|proposal| DutyProposalView::among(&reader, &members, &proposal, &administrators))))
}

/// 职务变动提议
///
/// One proposal about a member of the caller's scope.
#[utoipa::path(tag = "members", responses((status = 200, description = "The proposal", body = DutyProposalView)))]
#[get("/duty-proposals/{id}")]
pub(super) async fn get_duty_proposal(
    reader: DutyReader,
    id: Path<DutyProposalId>,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<DutyProposalView>, Problem> {
    let id = *id;
    let found = db.read(move |conn| crate::people::members::store::proposals::find_duty(conn, id)).await?;
    let proposal = found.ok_or(Refusal::NoSuchProposal)?;
    let path = directory.path(proposal.member_id).ok_or(Refusal::NoSuchProposal)?;
    if !reader.reach.covers(&path) {
        return Err(out_of_reach());
    }
    Ok(web::Json(DutyProposalView::of(&reader, &members, &proposal)))
}

/// 确认职务变动
///
/// Confirms what another administrator proposed; it takes effect at once. Nobody confirms what he proposed himself or what
/// is about himself. Again it changes nothing.
#[utoipa::path(tag = "members", responses((status = 200, description = "The proposal", body = DutyProposalView)))]
#[post("/duty-proposals/{id}/approval")]
pub(super) async fn approve_duty_proposal(
    manager: RosterManager,
    id: Path<DutyProposalId>,
    members: web::Data<Members>,
) -> Result<web::Json<DutyProposalView>, Problem> {
    answer(&manager, &members, *id, Answer::Approve, None).await
}

/// Why a proposal is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposalRefusalBody {
    /// Told to the proposer and to the member.
    pub reason: Text<200>,
}

/// 拒绝职务变动
///
/// Refuses what another administrator proposed. Again it changes nothing.
#[utoipa::path(tag = "members", request_body = ProposalRefusalBody,
    responses((status = 200, description = "The proposal", body = DutyProposalView)))]
#[post("/duty-proposals/{id}/refusal")]
pub(super) async fn refuse_duty_proposal(
    manager: RosterManager,
    id: Path<DutyProposalId>,
    members: web::Data<Members>,
    body: Body<ProposalRefusalBody>,
) -> Result<web::Json<DutyProposalView>, Problem> {
    answer(&manager, &members, *id, Answer::Refuse, Some(body.into_inner().reason.into_string())).await
}

/// 撤回职务变动提议
///
/// Takes one's own proposal back. Again it changes nothing.
#[utoipa::path(tag = "members", responses((status = 200, description = "The proposal", body = DutyProposalView)))]
#[post("/duty-proposals/{id}/withdrawal")]
pub(super) async fn withdraw_duty_proposal(
    manager: RosterManager,
    id: Path<DutyProposalId>,
    members: web::Data<Members>,
) -> Result<web::Json<DutyProposalView>, Problem> {
    answer(&manager, &members, *id, Answer::TakeBack, None).await
}

async fn answer(
    manager: &RosterManager,
    members: &Members,
    id: DutyProposalId,
    answer: Answer,
    reason: Option<String>,
) -> Result<web::Json<DutyProposalView>, Problem> {
    let proposal = members.answer_proposal(by(manager), manager.member, id, answer, reason).await?;
    Ok(web::Json(DutyProposalView::of(manager, members, &proposal)))
}
