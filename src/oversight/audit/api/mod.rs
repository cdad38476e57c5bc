//! Reading the trail.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::Audit;
use super::model::{ChainFault, FaultKind, Verified};
use crate::base::crypto::hex;
use crate::base::id::{MemberId, SessionId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Db;
use crate::kernel::trail::{self, ActResult, Filter, Line, TrailId};
use crate::people::members::Directory;
use crate::web::caller::AuditReader;
use crate::web::{Page, Problem, Query, page};

mod export;
mod witness;

pub use witness::{Privileged, witness};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_audit_entries).service(get_audit_verification).service(export::export_trail);
}

/// Which part of the trail is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TrailQuery {
    /// Only what happened to this thing.
    #[param(value_type = Option<String>, format = "uuid")]
    subject_id: Option<Uuid>,
    /// Only what this member did.
    actor_id: Option<MemberId>,
    /// Only this deed, such as `members.grant_role`.
    #[param(value_type = Option<String>)]
    action: Option<Text<64>>,
    /// Only from this business day on.
    from: Option<Day>,
    /// Only up to this business day, which is included.
    until: Option<Day>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// Something that somebody did.
#[derive(Serialize, ToSchema)]
struct TrailLine {
    /// The line.
    id: TrailId,
    /// When it was done.
    at: Timestamp,
    /// Who did it; absent for the program itself and the operator's command line.
    actor_id: Option<MemberId>,
    /// That member's name.
    actor_name: Option<String>,
    /// The room and the deed, such as `members.grant_role`.
    action: String,
    /// What kind of thing it was done to.
    subject_kind: String,
    /// The thing that it was done to.
    #[schema(value_type = String, format = "uuid")]
    subject_id: Uuid,
    /// What else is needed to understand it, as the deed wrote it.
    detail: Value,
    /// The session in which it was done; absent for the program itself, the command line and sign-ins.
    session_id: Option<SessionId>,
    /// A keyed hash of the network it came from: equal for equal ones, in hexadecimal digits.
    address_hash: Option<String>,
    /// What became of it.
    result: ActResult,
}

/// Whether the trail is as it was written.
#[derive(Serialize, ToSchema)]
struct TrailVerification {
    /// Whether everything fits.
    intact: bool,
    /// How many lines have seals that fit, from the first on.
    sealed_count: i64,
    /// How many lines wait for their seal, which comes within seconds.
    waiting_count: i64,
    /// The hash of the last seal that fits, in hexadecimal digits.
    last_hash: String,
    /// How many anchors were looked at: one a day.
    anchor_count: usize,
    /// When that was found.
    checked_at: Timestamp,
    /// The first thing that does not fit; `null` when everything does.
    fault: Option<TrailFault>,
}

/// The first thing in the trail that does not fit.
#[derive(Serialize, ToSchema)]
struct TrailFault {
    /// What it is.
    kind: FaultKind,
    /// Its place in the chain, from 1; absent where it has none.
    position: Option<i64>,
    /// The line.
    line_id: Option<TrailId>,
    /// When the line says that it was written.
    at: Option<Timestamp>,
    /// In Chinese.
    message: String,
}

impl TrailVerification {
    fn of(found: Verified) -> Self {
        let fault =
            |ChainFault { kind, position, line_id, at, message }| TrailFault { kind, position, line_id, at, message };
        TrailVerification {
            intact: found.fault.is_none(),
            sealed_count: found.sealed,
            waiting_count: found.waiting,
            last_hash: found.last_hash,
            anchor_count: found.anchors,
            checked_at: found.checked_at,
            fault: found.fault.map(fault),
        }
    }
}

/// 核验操作留痕
///
/// Walks the whole chain of seals and holds it against the daily anchors. Takes a second for some hundred thousand lines;
/// one check at a time.
#[utoipa::path(tag = "audit", responses((status = 200, description = "What was found", body = TrailVerification)))]
#[get("/audit/verification")]
async fn get_audit_verification(
    _auditor: AuditReader,
    audit: web::Data<Audit>,
) -> Result<web::Json<TrailVerification>, Problem> {
    Ok(web::Json(TrailVerification::of(audit.verify().await?)))
}

impl TrailLine {
    fn of(line: Line, directory: &Directory) -> Self {
        TrailLine {
            id: line.id,
            at: line.at,
            actor_id: line.actor,
            actor_name: line.actor.and_then(|actor| directory.member(actor)).map(|card| card.name.to_string()),
            subject_id: line.subject(),
            action: line.action,
            subject_kind: line.subject_kind,
            detail: line.detail.0,
            session_id: line.session,
            address_hash: line.address.as_deref().map(hex),
            result: line.result,
        }
    }
}

/// 操作留痕
///
/// Who did what, newest first.
#[utoipa::path(tag = "audit", params(TrailQuery),
    responses((status = 200, description = "A page of the trail", body = Page<TrailLine>)))]
#[get("/audit")]
async fn list_audit_entries(
    _auditor: AuditReader,
    query: Query<TrailQuery>,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<TrailLine>>, Problem> {
    let limit = page::page_limit(query.limit)?;
    let before: Option<TrailId> = page::after(query.cursor.as_deref())?;
    let filter = Filter {
        subject: query.subject_id,
        actor: query.actor_id,
        action: query.action.as_ref().map(|action| action.to_string()),
        from: query.from.map(Day::start),
        until: query.until.map(|day| day.next().start()),
    };
    let lines = db.read(move |conn| trail::list(conn, &filter, before, limit + 1)).await?;
    Ok(web::Json(Page::new(lines, limit, |line| line.id).map(|line| TrailLine::of(line, &directory))))
}
