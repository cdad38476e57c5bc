//! Appeals: made by members, decided by somebody who had no part in the entry.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::honour::appraisal::Appraisal;
use crate::honour::appraisal::appeals::AppealVerdict;
use crate::honour::appraisal::model::{AppealId, AppealState, Appealed, AppraisalEntryId, appeal_state};
use crate::honour::appraisal::store::appeals::Wanted;
use crate::web::caller::{AppraisalDecider, Member, ResultReader};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(appeal_appraisal_entry)
        .service(list_my_appraisal_appeals)
        .service(list_appraisal_appeals)
        .service(get_appraisal_appeal)
        .service(decide_appraisal_appeal)
        .service(withdraw_appraisal_appeal);
}

/// What a member objects to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppealBody {
    /// Why, for who decides.
    #[schema(examples("当天我在外参加培训，有请假记录"))]
    text: Text<1000>,
}

/// An appeal, and what became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct AppealView {
    id: AppealId,
    entry_id: AppraisalEntryId,
    member_id: MemberId,
    /// The member's name.
    member_name: String,
    /// The member's home at that time.
    unit_id: UnitId,
    /// Why the member objects.
    text: String,
    state: AppealState,
    /// The day by which it is decided.
    due_on: Day,
    created_at: Timestamp,
    decision: Option<AppealDecisionView>,
}

/// What became of an appeal.
#[derive(Serialize, ToSchema)]
#[schema(as = AppealDecision)]
struct AppealDecisionView {
    /// Why; the member reads it. `null` when it was taken back.
    reason: Option<String>,
    /// What is right instead before the caps, in hundredths.
    points: Option<i32>,
    /// The opposite entry.
    correction_id: Option<AppraisalEntryId>,
    /// The entry that came in its place.
    replacement_id: Option<AppraisalEntryId>,
    decided_by: MemberId,
    /// That person's name.
    decided_by_name: String,
    decided_at: Timestamp,
}

impl AppealView {
    pub(super) fn of(room: &Appraisal, appealed: Appealed) -> Self {
        let state = appeal_state(&appealed);
        let (appeal, decision) = appealed;
        AppealView {
            id: appeal.id,
            entry_id: appeal.entry_id,
            member_id: appeal.member_id,
            member_name: room.directory.name_of(appeal.member_id),
            unit_id: appeal.unit_id,
            text: appeal.text,
            state,
            due_on: appeal.due_on,
            created_at: appeal.created_at,
            decision: decision.map(|decision| AppealDecisionView {
                reason: decision.reason,
                points: decision.points,
                correction_id: decision.correction_id,
                replacement_id: decision.replacement_id,
                decided_by: decision.decided_by,
                decided_by_name: room.directory.name_of(decision.decided_by),
                decided_at: decision.decided_at,
            }),
        }
    }
}

/// 申诉
///
/// Objects to an entry of the caller's own, once and within the days that the setting leaves.
#[utoipa::path(tag = "appraisals", params(("id" = AppraisalEntryId, Path, description = "The entry"),
    ("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = AppealBody, responses((status = 201, description = "Appealed", body = AppealView)))]
#[post("/appraisal/entries/{id}/appeal")]
async fn appeal_appraisal_entry(
    caller: Member,
    id: Path<AppraisalEntryId>,
    room: web::Data<Appraisal>,
    key: OptionalKey,
    body: Body<AppealBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(caller.member, &format!("POST /appraisal/entries/{}/appeal", *id), &body.0);
    let appealed = room.appeal(caller.member, *id, body.into_inner().text.into_string(), key).await?;
    let location = (LOCATION, format!("/api/v1/appraisal/appeals/{}", appealed.0.id));
    Ok(HttpResponse::Created().insert_header(location).json(AppealView::of(&room, appealed)))
}

/// 我的申诉
///
/// The caller's appeals, newest first.
#[utoipa::path(tag = "appraisals", params(PageQuery),
    responses((status = 200, description = "Appeals", body = Page<AppealView>)))]
#[get("/me/appraisal/appeals")]
async fn list_my_appraisal_appeals(
    caller: Member,
    query: Query<PageQuery>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<Page<AppealView>>, Problem> {
    let limit = query.limit()?;
    let wanted = Wanted { member: Some(caller.member), ..Wanted::default() };
    let found = room.list_appeals(wanted, query.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(appeal, _)| appeal.id).map(|appealed| AppealView::of(&room, appealed))))
}

/// Which appeals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AppealQuery {
    /// Only of members of this unit and of everything below it; the caller's whole scope when absent.
    unit_id: Option<UnitId>,
    /// Only what stands so.
    state: Option<AppealState>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 申诉列表
///
/// Appeals within the caller's part of the enterprise, newest first.
#[utoipa::path(tag = "appraisals", params(AppealQuery),
    responses((status = 200, description = "Appeals", body = Page<AppealView>)))]
#[get("/appraisal/appeals")]
async fn list_appraisal_appeals(
    reader: ResultReader,
    query: Query<AppealQuery>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<Page<AppealView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let units = room.units(&reader.reach, query.unit_id)?;
    let wanted = Wanted { units, member: None, state: query.state };
    let found = room.list_appeals(wanted, after(query.cursor.as_deref())?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(appeal, _)| appeal.id).map(|appealed| AppealView::of(&room, appealed))))
}

/// 一条申诉
///
/// For its member and for those whose duties reach it.
#[utoipa::path(tag = "appraisals", params(("id" = AppealId, Path, description = "The appeal")),
    responses((status = 200, description = "The appeal", body = AppealView)))]
#[get("/appraisal/appeals/{id}")]
async fn get_appraisal_appeal(
    caller: Member,
    id: Path<AppealId>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<AppealView>, Problem> {
    Ok(web::Json(AppealView::of(&room, room.find_appeal(&caller, *id).await?)))
}

/// What is decided about an appeal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppealDecisionBody {
    /// Whether the entry is wrong.
    upheld: bool,
    /// Why; the member reads it.
    #[schema(examples("经查请假记录属实，扣分撤销"))]
    reason: Text<500>,
    /// What is right instead, in hundredths without a sign; absent where nothing comes in its place.
    points: Option<i32>,
}

/// 答复申诉
///
/// Decides an appeal. One that is upheld enters the opposite and, where something else is right, a new entry; both are
/// linked. Neither the member nor who proposed or approved the entry decides. The same decision again changes nothing.
#[utoipa::path(tag = "appraisals", params(("id" = AppealId, Path, description = "The appeal")),
    request_body = AppealDecisionBody, responses((status = 200, description = "Decided", body = AppealView)))]
#[put("/appraisal/appeals/{id}/decision")]
async fn decide_appraisal_appeal(
    decider: AppraisalDecider,
    id: Path<AppealId>,
    room: web::Data<Appraisal>,
    body: Body<AppealDecisionBody>,
) -> Result<web::Json<AppealView>, Problem> {
    let AppealDecisionBody { upheld, reason, points } = body.into_inner();
    let verdict = AppealVerdict { upheld, reason: reason.into_string(), points };
    Ok(web::Json(AppealView::of(&room, room.decide_appeal(&decider.person, *id, verdict).await?)))
}

/// 撤回申诉
///
/// Takes an appeal of the caller's own back; it cannot be made again.
#[utoipa::path(tag = "appraisals", params(("id" = AppealId, Path, description = "The appeal")),
    responses((status = 200, description = "Taken back", body = AppealView)))]
#[post("/appraisal/appeals/{id}/withdrawal")]
async fn withdraw_appraisal_appeal(
    caller: Member,
    id: Path<AppealId>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<AppealView>, Problem> {
    Ok(web::Json(AppealView::of(&room, room.withdraw_appeal(caller.member, *id).await?)))
}
