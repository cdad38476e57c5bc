//! What members ask to be put right about themselves.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::proposals::ProposalRefusalBody;
use super::units::by;
use super::views::units_within;
use crate::base::approval::{Answer, ProposalState};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::people::members::Directory;
use crate::people::members::actions::{Members, NewCorrection};
use crate::people::members::model::{MemberCorrection, MemberCorrectionId, MemberKind};
use crate::web::caller::{Member, RosterManager};
use crate::web::page::PageQuery;
use crate::web::{Body, Page, Path, Problem, Query};

/// What a member says is not right; at least one of the three besides the explanation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberCorrectionBody {
    /// The name as it should be.
    name: Option<Text<50>>,
    /// 党员, 预备党员 or 群众, as it should be.
    kind: Option<MemberKind>,
    /// Where the member is really at home.
    unit_id: Option<UnitId>,
    /// What is wrong, and what shows it.
    note: Text<300>,
}

/// What a member asked to be put right.
#[derive(Serialize, ToSchema)]
struct MemberCorrectionView {
    /// To answer it with, or to take it back.
    id: MemberCorrectionId,
    /// Who asked.
    member_id: MemberId,
    /// The number to sign in with.
    employee_no: String,
    /// The member's name as it is now.
    member_name: String,
    /// 党员, 预备党员 or 群众, as it is now.
    member_kind: MemberKind,
    /// The home unit as it is now.
    member_unit_name: String,
    /// The name as it should be; absent where it is right.
    name: Option<String>,
    /// The kind as it should be; absent where it is right.
    kind: Option<MemberKind>,
    /// The home unit as it should be; absent where it is right.
    unit_id: Option<UnitId>,
    /// What that unit is called for short.
    unit_name: Option<String>,
    /// What is wrong, and what shows it.
    note: String,
    /// When it was asked.
    proposed_at: Timestamp,
    /// Whether it waits, or what became of it.
    state: ProposalState,
    /// Name of who answered it.
    answered_by_name: Option<String>,
    /// When it was answered.
    answered_at: Option<Timestamp>,
    /// Why it was refused.
    reason: Option<String>,
}

impl MemberCorrectionView {
    fn of(directory: &Directory, correction: MemberCorrection) -> Option<Self> {
        let card = directory.member(correction.member_id)?;
        Some(MemberCorrectionView {
            id: correction.id,
            member_id: card.id,
            employee_no: card.employee_no.to_string(),
            member_name: card.name.to_string(),
            member_kind: card.kind,
            member_unit_name: directory.unit_name(card.unit),
            name: correction.name,
            kind: correction.kind,
            unit_id: correction.unit_id,
            unit_name: correction.unit_id.map(|unit| directory.unit_name(unit)),
            note: correction.note,
            proposed_at: correction.proposed_at,
            state: correction.state,
            answered_by_name: correction.answered_by.map(|by| directory.name_of(by)),
            answered_at: correction.answered_at,
            reason: correction.reason,
        })
    }
}

/// 申请更正我的信息
///
/// Asks that the name, the kind or the home unit be put right by who may change it, within fifteen days. One such wish waits
/// at a time, five a day. A phone number is changed by `PATCH /me`; an employee number by nobody.
#[utoipa::path(tag = "members", request_body = MemberCorrectionBody,
    responses((status = 201, description = "It waits", body = MemberCorrectionView,
        headers(("Location" = String, description = "The list that it is on")))))]
#[post("/me/corrections")]
pub(super) async fn ask_correction(
    caller: Member,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<MemberCorrectionBody>,
) -> Result<HttpResponse, Problem> {
    let MemberCorrectionBody { name, kind, unit_id, note } = body.into_inner();
    let asked = NewCorrection { name: name.map(Text::into_string), kind, unit: unit_id, note: note.into_string() };
    let made = members.ask_correction(caller.member, asked).await?;
    let view = MemberCorrectionView::of(&directory, made);
    Ok(HttpResponse::Created().insert_header((LOCATION, "/api/v1/me/corrections")).json(view))
}

/// 我的信息更正申请
///
/// What the caller asked to be put right, and what became of it, newest first.
#[utoipa::path(tag = "members", params(PageQuery),
    responses((status = 200, description = "A page of corrections", body = Page<MemberCorrectionView>)))]
#[get("/me/corrections")]
pub(super) async fn list_my_corrections(
    caller: Member,
    query: Query<PageQuery>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Page<MemberCorrectionView>>, Problem> {
    let (limit, before) = (query.limit()?, query.after::<MemberCorrectionId>()?);
    let found = members.list_own_corrections(caller.member, before, limit + 1).await?;
    let Page { items, next_cursor } = Page::new(found, limit, |correction| correction.id);
    let items = items.into_iter().filter_map(|found| MemberCorrectionView::of(&directory, found)).collect();
    Ok(web::Json(Page { items, next_cursor }))
}

/// 撤回信息更正申请
///
/// Takes back what one asked for and what nobody has answered. Again it changes nothing.
#[utoipa::path(tag = "members", responses((status = 204, description = "It waits no more")))]
#[delete("/me/corrections/{id}")]
pub(super) async fn withdraw_correction(
    caller: Member,
    id: Path<MemberCorrectionId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    members.withdraw_correction(caller.member, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 信息更正申请列表
///
/// What members of the caller's scope ask to be put right and what waits, the oldest first; never one's own.
#[utoipa::path(tag = "members", params(PageQuery),
    responses((status = 200, description = "A page of corrections", body = Page<MemberCorrectionView>)))]
#[get("/member-corrections")]
pub(super) async fn list_corrections(
    manager: RosterManager,
    query: Query<PageQuery>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Page<MemberCorrectionView>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<MemberCorrectionId>()?);
    let units = units_within(&directory.tree(), &manager.reach);
    let found = members.list_waiting_corrections(units, manager.member, after, limit + 1).await?;
    let Page { items, next_cursor } = Page::new(found, limit, |correction| correction.id);
    let shown = |found: MemberCorrection| {
        let may_correct = members.may_correct(&manager.reach, &found);
        may_correct.then(|| MemberCorrectionView::of(&directory, found)).flatten()
    };
    Ok(web::Json(Page { items: items.into_iter().filter_map(shown).collect(), next_cursor }))
}

/// 采纳信息更正
///
/// Puts right what a member asked for, and tells him. Again it changes nothing.
#[utoipa::path(tag = "members", responses((status = 200, description = "The correction", body = MemberCorrectionView)))]
#[post("/member-corrections/{id}/approval")]
pub(super) async fn approve_correction(
    manager: RosterManager,
    id: Path<MemberCorrectionId>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Option<MemberCorrectionView>>, Problem> {
    let done = members.answer_correction(by(&manager), manager.member, *id, Answer::Approve, None).await?;
    Ok(web::Json(MemberCorrectionView::of(&directory, done)))
}

/// 不采纳信息更正
///
/// Leaves everything as it is and tells the member why. Again it changes nothing.
#[utoipa::path(tag = "members", request_body = ProposalRefusalBody,
    responses((status = 200, description = "The correction", body = MemberCorrectionView)))]
#[post("/member-corrections/{id}/refusal")]
pub(super) async fn refuse_correction(
    manager: RosterManager,
    id: Path<MemberCorrectionId>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<ProposalRefusalBody>,
) -> Result<web::Json<Option<MemberCorrectionView>>, Problem> {
    let reason = Some(body.into_inner().reason.into_string());
    let done = members.answer_correction(by(&manager), manager.member, *id, Answer::Refuse, reason).await?;
    Ok(web::Json(MemberCorrectionView::of(&directory, done)))
}
