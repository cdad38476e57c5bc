//! What does not apply: asked for in a unit, answered above.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::approval::{Answer, ProposalState};
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::doing::obligations::Obligations;
use crate::doing::obligations::actions::Book;
use crate::doing::obligations::model::{Exemption, ObligationExemptionId};
use crate::doing::obligations::rules::Refusal;
use crate::doing::obligations::writing::NewExemption;
use crate::web::caller::{ObligationExcuser, ObligationKeeper, ObligationReader};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_obligation_exemption)
        .service(list_obligation_exemptions)
        .service(get_obligation_exemption)
        .service(approve_obligation_exemption)
        .service(refuse_obligation_exemption)
        .service(withdraw_obligation_exemption);
}

/// What does not apply.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObligationExemptionBody {
    /// The code of the rule.
    #[schema(value_type = String, max_length = 10, examples("D03"))]
    code: Text<10>,
    /// The first day of the window, as the sheet shows it.
    first_on: Day,
    /// Why; those above read it.
    #[schema(value_type = String, max_length = 200, examples("党小组全员外出检修，当月无法召开"))]
    reason: Text<200>,
}

/// That something does not apply to a unit this time.
#[derive(Serialize, ToSchema)]
#[schema(as = ObligationExemption)]
struct ExemptionView {
    id: ObligationExemptionId,
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// The code of the rule.
    code: String,
    /// What the rule is called.
    title: String,
    /// The first day of the window.
    first_on: Day,
    /// Why it does not apply.
    reason: String,
    state: ProposalState,
    proposed_by: MemberId,
    /// That person's name.
    proposed_by_name: String,
    proposed_at: Timestamp,
    answered_by: Option<MemberId>,
    /// That person's name.
    answered_by_name: Option<String>,
    answered_at: Option<Timestamp>,
    /// Why it was refused.
    answer: Option<String>,
}

impl ExemptionView {
    fn of(room: &Obligations, book: &Book, row: Exemption) -> Self {
        ExemptionView {
            title: book.find(&row.code).map_or_else(String::new, |rule| rule.title.clone()),
            id: row.id,
            unit_id: row.unit_id,
            unit_name: room.directory.unit_name(row.unit_id),
            code: row.code,
            first_on: row.window_on,
            reason: row.reason,
            state: row.state,
            proposed_by: row.proposed_by,
            proposed_by_name: room.directory.name_of(row.proposed_by),
            proposed_at: row.proposed_at,
            answered_by: row.answered_by,
            answered_by_name: row.answered_by.map(|by| room.directory.name_of(by)),
            answered_at: row.answered_at,
            answer: row.answer,
        }
    }
}

/// 申请不适用
///
/// Asks that something does not apply to a unit this time; those above answer. The same key again returns the first answer.
#[utoipa::path(tag = "obligations", params(("id" = UnitId, Path, description = "The unit"),
    ("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = ObligationExemptionBody, responses((status = 201, description = "Asked", body = ExemptionView)))]
#[post("/units/{id}/obligation-exemptions")]
async fn create_obligation_exemption(
    keeper: ObligationKeeper,
    id: Path<UnitId>,
    room: web::Data<Obligations>,
    key: OptionalKey,
    body: Body<ObligationExemptionBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(keeper.member, &format!("POST /units/{}/obligation-exemptions", *id), &body.0);
    let ObligationExemptionBody { code, first_on, reason } = body.into_inner();
    let new = NewExemption { unit: *id, code: code.into_string(), window_on: first_on, reason: reason.into_string() };
    let row = room.ask_exemption((keeper.member, &keeper.reach), new, key).await?;
    let location = (LOCATION, format!("/api/v1/obligation-exemptions/{}", row.id));
    Ok(HttpResponse::Created().insert_header(location).json(ExemptionView::of(&room, &room.book().await?, row)))
}

/// Which exemptions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExemptionQuery {
    /// Only of this unit and of everything below it; the caller's whole scope when absent.
    unit_id: Option<UnitId>,
    /// Only what stands so.
    state: Option<ProposalState>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 不适用申请列表
///
/// Exemptions within the caller's part of the enterprise, newest first.
#[utoipa::path(tag = "obligations", params(ExemptionQuery),
    responses((status = 200, description = "Exemptions", body = Page<ExemptionView>)))]
#[get("/obligation-exemptions")]
async fn list_obligation_exemptions(
    reader: ObligationReader,
    query: Query<ExemptionQuery>,
    room: web::Data<Obligations>,
) -> Result<web::Json<Page<ExemptionView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let units = room.units_within(&reader.reach, query.unit_id)?;
    let found = room.list_exemptions(units, query.state, after(query.cursor.as_deref())?, limit + 1).await?;
    let book = room.book().await?;
    Ok(web::Json(Page::new(found, limit, |row| row.id).map(|row| ExemptionView::of(&room, &book, row))))
}

/// 一项不适用申请
///
/// An exemption within the caller's part of the enterprise.
#[utoipa::path(tag = "obligations", params(("id" = ObligationExemptionId, Path, description = "The exemption")),
    responses((status = 200, description = "The exemption", body = ExemptionView)))]
#[get("/obligation-exemptions/{id}")]
async fn get_obligation_exemption(
    reader: ObligationReader,
    id: Path<ObligationExemptionId>,
    room: web::Data<Obligations>,
) -> Result<web::Json<ExemptionView>, Problem> {
    let row = room.find_exemption(&reader.reach, *id).await?;
    Ok(web::Json(ExemptionView::of(&room, &room.book().await?, row)))
}

/// 同意不适用
///
/// Agrees that it does not apply; another one than who asked. Again it changes nothing.
#[utoipa::path(tag = "obligations", params(("id" = ObligationExemptionId, Path, description = "The exemption")),
    responses((status = 200, description = "The exemption", body = ExemptionView)))]
#[post("/obligation-exemptions/{id}/approval")]
async fn approve_obligation_exemption(
    excuser: ObligationExcuser,
    id: Path<ObligationExemptionId>,
    room: web::Data<Obligations>,
) -> Result<web::Json<ExemptionView>, Problem> {
    let row = room.answer_exemption(&excuser.person, *id, (Answer::Approve, None)).await?;
    Ok(web::Json(ExemptionView::of(&room, &room.book().await?, row)))
}

/// Why it does apply.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExemptionRefusalBody {
    /// Told to who asked.
    #[schema(value_type = String, max_length = 200, examples("可与邻近小组合并召开"))]
    reason: Text<200>,
}

/// 不同意不适用
///
/// Refuses; another one than who asked. Again it changes nothing.
#[utoipa::path(tag = "obligations", params(("id" = ObligationExemptionId, Path, description = "The exemption")),
    request_body = ExemptionRefusalBody, responses((status = 200, description = "The exemption", body = ExemptionView)))]
#[post("/obligation-exemptions/{id}/refusal")]
async fn refuse_obligation_exemption(
    excuser: ObligationExcuser,
    id: Path<ObligationExemptionId>,
    room: web::Data<Obligations>,
    body: Body<ExemptionRefusalBody>,
) -> Result<web::Json<ExemptionView>, Problem> {
    let reason = Some(body.into_inner().reason.into_string());
    let row = room.answer_exemption(&excuser.person, *id, (Answer::Refuse, reason)).await?;
    Ok(web::Json(ExemptionView::of(&room, &room.book().await?, row)))
}

/// 撤回不适用申请
///
/// Takes back what the caller asked for. Again it changes nothing.
#[utoipa::path(tag = "obligations", params(("id" = ObligationExemptionId, Path, description = "The exemption")),
    responses((status = 200, description = "The exemption", body = ExemptionView)))]
#[post("/obligation-exemptions/{id}/withdrawal")]
async fn withdraw_obligation_exemption(
    keeper: ObligationKeeper,
    id: Path<ObligationExemptionId>,
    room: web::Data<Obligations>,
) -> Result<web::Json<ExemptionView>, Problem> {
    let row = room.answer_exemption(&keeper.person, *id, (Answer::TakeBack, None)).await?;
    Ok(web::Json(ExemptionView::of(&room, &room.book().await?, row)))
}

impl Obligations {
    /// An exemption of a unit within reach.
    async fn find_exemption(&self, reach: &Reach, id: ObligationExemptionId) -> Result<Exemption, Problem> {
        let found = self.db.read(move |conn| crate::doing::obligations::store::find_exemption(conn, id)).await?;
        let seen = found.filter(|row| self.covers(reach, row.unit_id));
        seen.ok_or_else(|| Refusal::NoSuchExemption.into())
    }
}
