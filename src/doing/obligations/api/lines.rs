//! Lines and events that units write.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::doing::obligations::Obligations;
use crate::doing::obligations::model::{Entry, Event, ObligationEntryId, ObligationEventId};
use crate::doing::obligations::writing::NewLine;
use crate::web::caller::ObligationKeeper;
use crate::web::{Body, OptionalKey, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_obligation_entry)
        .service(delete_obligation_entry)
        .service(create_obligation_event)
        .service(delete_obligation_event);
}

/// What was done.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObligationEntryBody {
    /// The code of the rule.
    #[schema(value_type = String, max_length = 10, examples("D22"))]
    code: Text<10>,
    /// When; today or at most a year ago.
    done_on: Day,
    /// What was done, in a line.
    #[schema(value_type = String, max_length = 200, examples("更新公开栏，公布二季度党费和发展党员情况"))]
    note: Text<200>,
}

/// A line that a unit wrote.
#[derive(Serialize, ToSchema)]
#[schema(as = ObligationEntry)]
struct EntryView {
    id: ObligationEntryId,
    unit_id: UnitId,
    /// The code of the rule.
    code: String,
    done_on: Day,
    /// What was done.
    note: String,
    entered_by: MemberId,
    /// That person's name.
    entered_by_name: String,
    entered_at: Timestamp,
}

impl EntryView {
    fn of(room: &Obligations, entry: Entry) -> Self {
        EntryView {
            id: entry.id,
            unit_id: entry.unit_id,
            code: entry.code,
            done_on: entry.done_on,
            note: entry.note,
            entered_by: entry.entered_by,
            entered_by_name: room.directory.name_of(entry.entered_by),
            entered_at: entry.entered_at,
        }
    }
}

/// What a rule by event counts from.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObligationEventBody {
    /// The code of a rule by event.
    #[schema(value_type = String, max_length = 10, examples("D14"))]
    code: Text<10>,
    /// The day on which it happens, such as the last one of a term.
    happens_on: Day,
    /// What happens.
    #[schema(value_type = String, max_length = 100, examples("本届支委会任期届满"))]
    title: Text<100>,
}

/// What a rule by event counts from.
#[derive(Serialize, ToSchema)]
#[schema(as = ObligationEvent)]
struct EventView {
    id: ObligationEventId,
    unit_id: UnitId,
    /// The code of the rule.
    code: String,
    happens_on: Day,
    /// What happens.
    title: String,
    entered_by: MemberId,
    /// That person's name.
    entered_by_name: String,
    entered_at: Timestamp,
}

impl EventView {
    fn of(room: &Obligations, event: Event) -> Self {
        EventView {
            id: event.id,
            unit_id: event.unit_id,
            code: event.code,
            happens_on: event.happens_on,
            title: event.title,
            entered_by: event.entered_by,
            entered_by_name: room.directory.name_of(event.entered_by),
            entered_at: event.entered_at,
        }
    }
}

/// 登记规定动作
///
/// Writes down that something was done which no record of another room tells. The same key again returns the first answer.
#[utoipa::path(tag = "obligations", params(("id" = UnitId, Path, description = "The unit"),
    ("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = ObligationEntryBody, responses((status = 201, description = "Written down", body = EntryView)))]
#[post("/units/{id}/obligation-entries")]
async fn create_obligation_entry(
    keeper: ObligationKeeper,
    id: Path<UnitId>,
    room: web::Data<Obligations>,
    key: OptionalKey,
    body: Body<ObligationEntryBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(keeper.member, &format!("POST /units/{}/obligation-entries", *id), &body.0);
    let ObligationEntryBody { code, done_on, note } = body.into_inner();
    let new = NewLine { unit: *id, code: code.into_string(), day: done_on, text: note.into_string() };
    let entry = room.enter((keeper.member, &keeper.reach), new, key).await?;
    let location = (LOCATION, format!("/api/v1/obligation-entries/{}", entry.id));
    Ok(HttpResponse::Created().insert_header(location).json(EntryView::of(&room, entry)))
}

/// 撤销登记
///
/// Withdraws a line that was wrong; the trail keeps it.
#[utoipa::path(tag = "obligations", params(("id" = ObligationEntryId, Path, description = "The line")),
    responses((status = 204, description = "Withdrawn")))]
#[delete("/obligation-entries/{id}")]
async fn delete_obligation_entry(
    keeper: ObligationKeeper,
    id: Path<ObligationEntryId>,
    room: web::Data<Obligations>,
) -> Result<HttpResponse, Problem> {
    room.withdraw_entry(keeper.member, keeper.reach.clone(), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 登记事项
///
/// Writes down from what a rule by event counts: the end of a term, a secretary's first day. The same key again returns the
/// first answer.
#[utoipa::path(tag = "obligations", params(("id" = UnitId, Path, description = "The unit"),
    ("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = ObligationEventBody, responses((status = 201, description = "Written down", body = EventView)))]
#[post("/units/{id}/obligation-events")]
async fn create_obligation_event(
    keeper: ObligationKeeper,
    id: Path<UnitId>,
    room: web::Data<Obligations>,
    key: OptionalKey,
    body: Body<ObligationEventBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(keeper.member, &format!("POST /units/{}/obligation-events", *id), &body.0);
    let ObligationEventBody { code, happens_on, title } = body.into_inner();
    let new = NewLine { unit: *id, code: code.into_string(), day: happens_on, text: title.into_string() };
    let event = room.note_event((keeper.member, &keeper.reach), new, key).await?;
    let location = (LOCATION, format!("/api/v1/obligation-events/{}", event.id));
    Ok(HttpResponse::Created().insert_header(location).json(EventView::of(&room, event)))
}

/// 撤销事项
///
/// Withdraws an event: what counted from it is owed no more.
#[utoipa::path(tag = "obligations", params(("id" = ObligationEventId, Path, description = "The event")),
    responses((status = 204, description = "Withdrawn")))]
#[delete("/obligation-events/{id}")]
async fn delete_obligation_event(
    keeper: ObligationKeeper,
    id: Path<ObligationEventId>,
    room: web::Data<Obligations>,
) -> Result<HttpResponse, Problem> {
    room.withdraw_event(keeper.member, keeper.reach.clone(), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
