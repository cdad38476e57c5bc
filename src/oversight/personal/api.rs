//! The routes of personal data.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, post, web};
use futures_util::stream::{empty, unfold};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::PersonalRoom;
use super::archive::{Piece, fate_of};
use super::model::{Anonymisation, AnonymisationId};
use super::rules::Refusal;
use crate::base::approval::{Answer, ProposalState};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::kernel::personal::Handing;
use crate::web::approval::unanswerable;
use crate::web::caller::{Member, RosterManager, out_of_reach};
use crate::web::head::HeadersOnly;
use crate::web::sheet::disposition;
use crate::web::{Body, Page, Path, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_archive)
        .service(list_personal_data)
        .service(list_anonymisations)
        .service(propose_anonymisation)
        .service(approve_anonymisation)
        .service(refuse_anonymisation)
        .service(withdraw_anonymisation);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooSoon { seconds } => Problem::too_many("archive.too_soon", seconds),
            Refusal::Busy => Problem::crowded("archives of personal data"),
            Refusal::NoSuchProposal => Problem::not_found("proposals.not_found", "没有找到这项提议"),
            Refusal::ProposedAlready => {
                Problem::conflict("anonymisations.open", "对该人员已有注销个人信息的提议，请先确认、拒绝或撤回")
            }
            Refusal::OutOfReach => out_of_reach(),
            Refusal::NoAnswer(no) => unanswerable(no),
            Refusal::Member(refusal) => refusal.into(),
        }
    }
}

/// 下载我的数据
///
/// Everything that is kept about the caller as one zip: a JSON file for each part of the product, the files that the caller
/// uploaded, and `index.json`, which says what is not handed over, and why. It is made while it is sent. Some minutes must
/// pass before the next one; the setting `privacy.archive_minutes` says how many.
#[utoipa::path(tag = "personal", responses((status = 200, description = "The archive", content_type = "application/zip",
    body = Vec<u8>)))]
#[get("/me/archive")]
async fn get_my_archive(
    req: HttpRequest,
    caller: Member,
    room: web::Data<PersonalRoom>,
) -> Result<HttpResponse, Problem> {
    let mut reply = HttpResponse::Ok();
    reply
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, disposition("attachment", "我的数据.zip")))
        // packed already
        .insert_header((CONTENT_ENCODING, "identity"));
    if req.extensions().contains::<HeadersOnly>() {
        // who only looks has not had it
        return Ok(reply.streaming(empty::<Piece>()));
    }
    let pieces = room.archive(caller.member).await?;
    Ok(reply.streaming(unfold(pieces, |mut pieces| async move { Some((pieces.recv().await?, pieces)) })))
}

/// Something that is kept about members.
#[derive(Serialize, ToSchema)]
struct PersonalDatum {
    /// The part of the product that keeps it.
    room: &'static str,
    /// The table.
    table: &'static str,
    /// The column that names the member.
    column: &'static str,
    /// What it is called in the archive; absent where it is not handed over.
    title: Option<&'static str>,
    /// Why it is not handed over.
    why_not: Option<&'static str>,
    /// What becomes of it when the member is made anonymous: `stays`, `cleared` (what was written is taken away) or
    /// `deleted`.
    fate: &'static str,
    /// Why it stays.
    why: Option<&'static str>,
}

/// Everything that is kept about members.
#[derive(Serialize, ToSchema)]
struct PersonalDataList {
    /// What the name of a member becomes who was made anonymous.
    name: &'static str,
    /// Part by part.
    items: Vec<PersonalDatum>,
}

/// 保存哪些个人信息
///
/// What the product keeps about members, whether it is handed over to them, and what becomes of it when a member who has
/// left is made anonymous.
#[utoipa::path(tag = "personal", responses((status = 200, description = "Everything", body = PersonalDataList)))]
#[get("/personal-data")]
async fn list_personal_data(
    _me: Member,
    room: web::Data<PersonalRoom>,
) -> Result<web::Json<PersonalDataList>, Problem> {
    let mut items = Vec::new();
    for keeping in room.personal.each() {
        for kept in keeping.kept {
            let (title, why_not) = match kept.handing {
                Handing::Rows { title, .. } => (Some(title), None),
                Handing::Not(why) => (None, Some(why)),
            };
            let (fate, why) = fate_of(kept);
            let (room, table, column) = (keeping.room, kept.table, kept.column);
            items.push(PersonalDatum { room, table, column, title, why_not, fate, why });
        }
    }
    Ok(web::Json(PersonalDataList { name: crate::kernel::personal::NOBODY, items }))
}

/// That a member who has left is made anonymous.
#[derive(Serialize, ToSchema)]
struct AnonymisationView {
    /// To answer it with.
    id: AnonymisationId,
    /// Whom it is about.
    member_id: MemberId,
    /// That member's name, until it is done.
    member_name: String,
    /// The employee number, until it is done.
    employee_no: String,
    /// Where the member was at home last.
    unit_id: UnitId,
    /// What that unit is called for short.
    unit_name: String,
    /// The first day on which the member was gone.
    left_on: Option<Day>,
    /// Name of who proposed it; absent where the setting says so.
    proposed_by_name: Option<String>,
    /// When it was proposed.
    proposed_at: Timestamp,
    /// Until when it can be answered: 14 days.
    expires_at: Timestamp,
    /// Whether it waits, or what became of it.
    state: ProposalState,
    /// Name of who answered it.
    answered_by_name: Option<String>,
    /// When it was answered.
    answered_at: Option<Timestamp>,
    /// Why it was refused.
    reason: Option<String>,
    /// When it was done: some seconds after it was confirmed.
    done_at: Option<Timestamp>,
    /// Whether the caller can confirm or refuse it now.
    can_answer: bool,
    /// Whether the caller can take it back now.
    can_withdraw: bool,
}

async fn shown(
    manager: &RosterManager,
    room: &PersonalRoom,
    found: Anonymisation,
) -> Result<Option<AnonymisationView>, Problem> {
    let Some(card) = room.directory.member(found.member_id) else { return Ok(None) };
    let name = |member: MemberId| room.directory.name_of(member);
    let state = found.rule().state_at(room.db.now());
    Ok(Some(AnonymisationView {
        id: found.id,
        member_id: card.id,
        member_name: card.name.to_string(),
        employee_no: card.employee_no.to_string(),
        unit_id: card.unit,
        unit_name: room.directory.unit_name(card.unit),
        left_on: room.members.departure_of(card.id).await?.map(|departed| departed.left_on),
        proposed_by_name: found.proposed_by.map(name),
        proposed_at: found.proposed_at,
        expires_at: found.expires_at,
        state,
        answered_by_name: found.answered_by.map(name),
        answered_at: found.answered_at,
        reason: found.reason.clone(),
        done_at: found.done_at,
        can_answer: room.can_answer(manager.member, &manager.reach, &found),
        can_withdraw: state == ProposalState::Open && found.proposed_by == Some(manager.member),
    }))
}

/// Which ones to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AnonymisationQuery {
    /// Only those in this state; those that wait when absent.
    #[param(inline)]
    state: Option<ProposalState>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 注销个人信息列表
///
/// Which members of the caller's scope who have left are made anonymous, newest first.
#[utoipa::path(tag = "personal", params(AnonymisationQuery),
    responses((status = 200, description = "A page", body = Page<AnonymisationView>)))]
#[get("/anonymisations")]
async fn list_anonymisations(
    manager: RosterManager,
    query: Query<AnonymisationQuery>,
    room: web::Data<PersonalRoom>,
) -> Result<web::Json<Page<AnonymisationView>>, Problem> {
    let (limit, before) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let tree = room.directory.tree();
    let units = tree.each().filter(|card| manager.reach.covers(&card.path)).map(|card| card.unit.id).collect();
    let found = room.list(units, query.state.unwrap_or(ProposalState::Open), before, limit + 1).await?;
    let Page { items, next_cursor } = Page::new(found, limit, |found| found.id);
    let mut views = Vec::with_capacity(items.len());
    for found in items {
        views.extend(shown(&manager, &room, found).await?);
    }
    Ok(web::Json(Page { items: views, next_cursor }))
}

/// Who is to be made anonymous.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnonymisationBody {
    /// A member who has left.
    member_id: MemberId,
}

/// 提议注销个人信息
///
/// Proposes that nothing be kept of who a member was who has left: name, numbers, password, sessions, bound accounts, notices
/// and what the member said in feedback are taken away; what counts stays under an id. It cannot be undone, so another
/// administrator confirms it. The same proposal again is the first one.
#[utoipa::path(tag = "personal", request_body = AnonymisationBody,
    responses((status = 201, description = "It waits for another administrator", body = AnonymisationView,
        headers(("Location" = String, description = "The list that it is on")))))]
#[post("/anonymisations")]
async fn propose_anonymisation(
    manager: RosterManager,
    room: web::Data<PersonalRoom>,
    body: Body<AnonymisationBody>,
) -> Result<HttpResponse, Problem> {
    let made = room.propose(manager.member, manager.reach.clone(), body.into_inner().member_id).await?;
    let view = shown(&manager, &room, made).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, "/api/v1/anonymisations")).json(view))
}

/// 确认注销个人信息
///
/// Confirms what another administrator proposed; it is done within seconds and cannot be undone. Again it changes nothing.
#[utoipa::path(tag = "personal", responses((status = 200, description = "It is done at once", body = AnonymisationView)))]
#[post("/anonymisations/{id}/approval")]
async fn approve_anonymisation(
    manager: RosterManager,
    id: Path<AnonymisationId>,
    room: web::Data<PersonalRoom>,
) -> Result<web::Json<Option<AnonymisationView>>, Problem> {
    answer(&manager, &room, *id, (Answer::Approve, None)).await
}

/// Why it is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnonymisationRefusalBody {
    /// Told to the proposer.
    reason: Text<200>,
}

/// 拒绝注销个人信息
///
/// Refuses what another administrator proposed. Again it changes nothing.
#[utoipa::path(tag = "personal", request_body = AnonymisationRefusalBody,
    responses((status = 200, description = "Everything stays", body = AnonymisationView)))]
#[post("/anonymisations/{id}/refusal")]
async fn refuse_anonymisation(
    manager: RosterManager,
    id: Path<AnonymisationId>,
    room: web::Data<PersonalRoom>,
    body: Body<AnonymisationRefusalBody>,
) -> Result<web::Json<Option<AnonymisationView>>, Problem> {
    answer(&manager, &room, *id, (Answer::Refuse, Some(body.into_inner().reason.into_string()))).await
}

/// 撤回注销个人信息的提议
///
/// Takes one's own proposal back. Again it changes nothing.
#[utoipa::path(tag = "personal", responses((status = 200, description = "Everything stays", body = AnonymisationView)))]
#[post("/anonymisations/{id}/withdrawal")]
async fn withdraw_anonymisation(
    manager: RosterManager,
    id: Path<AnonymisationId>,
    room: web::Data<PersonalRoom>,
) -> Result<web::Json<Option<AnonymisationView>>, Problem> {
    answer(&manager, &room, *id, (Answer::TakeBack, None)).await
}

async fn answer(
    manager: &RosterManager,
    room: &PersonalRoom,
    id: AnonymisationId,
    answer: (Answer, Option<String>),
) -> Result<web::Json<Option<AnonymisationView>>, Problem> {
    let done = room.answer(manager.member, manager.reach.clone(), id, answer).await?;
    Ok(web::Json(shown(manager, room, done).await?))
}
