//! The stream.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::stream::unfold;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::Events;
use super::hearing::{Concern, Counted, concern};
use super::model::EventTopic;
use crate::base::id::SessionId;
use crate::base::person::Person;
use crate::kernel::live::Happened;
use crate::web::caller::Member;
use crate::web::stopping::Stopping;
use crate::web::{Problem, Query};

/// How often something is sent, so that a connection that is gone is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often a stream looks whether the server stops.
const LOOK: Duration = Duration::from_secs(1);
/// After so long a page connects again, which also looks at its session.
const OLDEST: Duration = Duration::from_secs(30 * 60);
/// Milliseconds after which a page connects again.
const RETRY_MS: u32 = 5_000;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_event_stream);
}

/// What to hear of.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// Topics, separated by commas: `notices`, `study`, `members`, `settings`, `points`, `imports`.
    #[param(example = "notices,imports")]
    topics: String,
}

/// One event of the stream, by the names of its lines.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes lines of text, which are written as such")]
struct LiveEvent {
    /// The topic, or `resync`.
    event: Option<String>,
    /// Of the change, for `Last-Event-ID`.
    id: Option<String>,
    /// JSON: the `subject` or the `progress`.
    data: Option<String>,
}

/// 实时更新
///
/// Server-sent events: what changed, never what it is. Each has the name of its topic, the id of the change where it has one,
/// and in its data the `subject` (an id; nil where there is but one) or the `progress`. `Last-Event-ID` brings what was missed
/// within the last hour; `resync` asks to read everything anew. A comment every 15 seconds keeps the connection, which ends
/// after 30 minutes and at sign-out. Five streams of one member at most.
#[utoipa::path(tag = "client", params(EventQuery, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard")),
    responses((status = 200, description = "The stream", body = LiveEvent, content_type = "text/event-stream")))]
#[get("/events")]
async fn get_event_stream(
    caller: Member,
    req: HttpRequest,
    events: web::Data<Events>,
    stopping: web::Data<Stopping>,
    query: Query<EventQuery>,
) -> Result<HttpResponse, Problem> {
    let topics = query.topics.split(',').map(str::trim).filter(|topic| !topic.is_empty());
    let topics = topics.map(str::parse::<EventTopic>).collect::<Result<Vec<_>, _>>();
    let topics = topics.ok().filter(|topics| !topics.is_empty());
    let topics = topics.ok_or_else(|| Problem::malformed("query.invalid", "topics 须为已知的主题，用逗号分隔"))?;
    let (receiver, counted) = events.listen(caller.member).ok_or_else(|| Problem::too_many("events.too_many", 30))?;
    let last = req.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    // after it has begun to listen, so that nothing falls between the two
    let missed = match last.map(Uuid::parse_str) {
        None => Some(Vec::new()),
        Some(Ok(id)) => events.missed(id).await?,
        Some(Err(_)) => None,
    };
    let mut waiting = VecDeque::from([Bytes::from(format!("retry: {RETRY_MS}\n\n"))]);
    let who = (caller.session, caller.person.clone());
    match missed {
        Some(missed) => waiting.extend(missed.iter().filter_map(|one| shown(one, &who, &topics))),
        None => waiting.push_back(Bytes::from_static(RESYNC)),
    }
    let stream = Stream {
        who,
        topics,
        receiver,
        waiting,
        began: Instant::now(),
        sent: Instant::now(),
        stopping,
        _counted: counted,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // a compressor or a proxy would keep events until it has enough of them
        .insert_header((CONTENT_ENCODING, HeaderValue::from_static("identity")))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(unfold(stream, |mut stream| async move {
            let bytes = stream.next().await?;
            Some((Ok::<Bytes, actix_web::Error>(bytes), stream))
        })))
}

const RESYNC: &[u8] = b"event: resync\ndata: {}\n\n";

struct Stream {
    who: (SessionId, Arc<Person>),
    topics: Vec<EventTopic>,
    receiver: Receiver<Arc<Happened>>,
    waiting: VecDeque<Bytes>,
    began: Instant,
    sent: Instant,
    stopping: web::Data<Stopping>,
    _counted: Counted,
}

impl Stream {
    /// What is sent next; nothing when the stream ends.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.waiting.pop_front() {
                self.sent = Instant::now();
                return Some(bytes);
            }
            if self.began.elapsed() > OLDEST || self.stopping.has_begun() {
                return None;
            }
            match tokio::time::timeout(LOOK, self.receiver.recv()).await {
                Ok(Ok(happened)) => {
                    if matches!(concern(&happened, (self.who.0, &self.who.1), &self.topics), Concern::Close) {
                        return None;
                    }
                    self.waiting.extend(shown(&happened, &self.who, &self.topics));
                }
                Ok(Err(RecvError::Lagged(_))) => self.waiting.push_back(Bytes::from_static(RESYNC)),
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) if self.sent.elapsed() >= KEEP_ALIVE => self.waiting.push_back(Bytes::from_static(b":\n\n")),
                Err(_) => {}
            }
        }
    }
}

/// An event as it is sent, if it concerns who listens.
fn shown(happened: &Happened, (session, person): &(SessionId, Arc<Person>), topics: &[EventTopic]) -> Option<Bytes> {
    let Concern::Tell(topic) = concern(happened, (*session, person), topics) else { return None };
    let id = happened.id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    let data = match &happened.detail {
        Some(detail) => format!("{{\"progress\":{detail}}}"),
        None => format!("{{\"subject\":\"{}\"}}", happened.subject),
    };
    Some(Bytes::from(format!("event: {topic}\n{id}data: {data}\n\n")))
}
