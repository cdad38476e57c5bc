//! The routes of operations.

use actix_web::{HttpResponse, delete, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Operations;
use crate::base::time::Timestamp;
use crate::kernel::outbox::{Backlog, Held, MessageId};
use crate::people::channels::checking::{Step, StepState};
use crate::web::caller::Operator;
use crate::web::{Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_outbox)
        .service(release_all_messages)
        .service(release_message)
        .service(delete_message)
        .service(get_channels);
}

/// What waits in one lane of the outbox.
#[derive(Serialize, ToSchema)]
struct LaneView {
    /// `main` for everything that stays inside the house, else the channel.
    #[schema(examples("wecom"))]
    lane: String,
    /// Messages that wait for their turn or their next attempt.
    waiting: i64,
    /// Messages that wait for a person.
    parked: i64,
    /// When the oldest one that waits was due.
    oldest_due_at: Option<Timestamp>,
}

impl From<Backlog> for LaneView {
    fn from(backlog: Backlog) -> Self {
        let lane = if backlog.lane.is_empty() { "main".to_owned() } else { backlog.lane };
        LaneView { lane, waiting: backlog.waiting, parked: backlog.parked, oldest_due_at: backlog.oldest_due_at }
    }
}

/// A message that failed for good, or was held after a restore.
#[derive(Serialize, ToSchema)]
struct ParkedMessage {
    id: MessageId,
    /// What kind of message it is.
    #[schema(examples("channels.send"))]
    topic: String,
    /// `main`, or the channel.
    lane: String,
    /// How often it was tried.
    attempts: i32,
    /// Why it waits, as the last attempt told.
    reason: Option<String>,
    created_at: Timestamp,
    parked_at: Option<Timestamp>,
}

impl From<Held> for ParkedMessage {
    fn from(held: Held) -> Self {
        let lane = if held.lane.is_empty() { "main".to_owned() } else { held.lane };
        ParkedMessage {
            id: held.id,
            topic: held.topic,
            lane,
            attempts: held.attempts,
            reason: held.last_error,
            created_at: held.created_at,
            parked_at: held.parked_at,
        }
    }
}

/// What waits to leave the house.
#[derive(Serialize, ToSchema)]
struct OutboxView {
    /// Lanes in which something waits or is parked.
    lanes: Vec<LaneView>,
    parked: Page<ParkedMessage>,
}

/// 待发消息
///
/// What waits to leave the house, lane by lane, and the messages that failed for good, oldest first.
#[utoipa::path(tag = "operations", params(PageQuery),
    responses((status = 200, description = "What waits", body = OutboxView)))]
#[get("/operations/outbox")]
async fn get_outbox(
    _caller: Operator,
    operations: web::Data<Operations>,
    query: Query<PageQuery>,
) -> Result<web::Json<OutboxView>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<MessageId>()?);
    let (lanes, parked) = operations.look(after, limit + 1).await?;
    let parked = Page::new(parked, limit, |held| held.id).map(ParkedMessage::from);
    Ok(web::Json(OutboxView { lanes: lanes.into_iter().map(LaneView::from).collect(), parked }))
}

/// How many messages it was about.
#[derive(Serialize, ToSchema)]
struct MessageCount {
    /// How many.
    messages: usize,
}

/// 重新发送全部
///
/// Lets everything that is parked be delivered, with all attempts before it.
#[utoipa::path(tag = "operations", responses((status = 200, description = "How many", body = MessageCount)))]
#[post("/operations/outbox/release")]
async fn release_all_messages(
    caller: Operator,
    operations: web::Data<Operations>,
) -> Result<web::Json<MessageCount>, Problem> {
    Ok(web::Json(MessageCount { messages: operations.release(caller.member, None).await? }))
}

/// 重新发送一条
///
/// Lets a parked message be delivered, with all attempts before it.
#[utoipa::path(tag = "operations", responses((status = 200, description = "Released", body = MessageCount)))]
#[post("/operations/outbox/{id}/release")]
async fn release_message(
    caller: Operator,
    operations: web::Data<Operations>,
    id: Path<MessageId>,
) -> Result<web::Json<MessageCount>, Problem> {
    match operations.release(caller.member, Some(*id)).await? {
        0 => Err(not_parked()),
        messages => Ok(web::Json(MessageCount { messages })),
    }
}

/// 丢弃一条
///
/// Throws a parked message away.
#[utoipa::path(tag = "operations", responses((status = 204, description = "Thrown away")))]
#[delete("/operations/outbox/{id}")]
async fn delete_message(
    caller: Operator,
    operations: web::Data<Operations>,
    id: Path<MessageId>,
) -> Result<HttpResponse, Problem> {
    match operations.discard(caller.member, *id).await? {
        0 => Err(not_parked()),
        _ => Ok(HttpResponse::NoContent().finish()),
    }
}

/// A step of setting a channel up.
#[derive(Serialize, ToSchema)]
struct ChannelStep {
    /// What it is about, in Chinese.
    title: &'static str,
    state: StepState,
    /// What was found, in Chinese; never a secret.
    found: String,
    /// What to do, in Chinese; `null` when there is nothing to be done.
    advice: Option<String>,
}

/// What the channels need.
#[derive(Serialize, ToSchema)]
struct ChannelSteps {
    steps: Vec<ChannelStep>,
}

/// 渠道自检
///
/// Walks through what WeCom and WeChat need before a message arrives: address, credentials, trusted address and domain,
/// verification files. Asks the platforms where they are used.
#[utoipa::path(tag = "operations", responses((status = 200, description = "The steps", body = ChannelSteps)))]
#[get("/operations/channels")]
async fn get_channels(
    _caller: Operator,
    operations: web::Data<Operations>,
) -> Result<web::Json<ChannelSteps>, Problem> {
    let steps = operations.check_channels().await?.into_iter();
    let shown = |Step { title, state, found, advice }: Step| ChannelStep { title, state, found, advice };
    Ok(web::Json(ChannelSteps { steps: steps.map(shown).collect() }))
}

fn not_parked() -> Problem {
    Problem::not_found("operations.not_found", "没有这条暂停的消息，可能已经发出或丢弃")
}
