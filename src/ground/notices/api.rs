//! The inbox of a member.

use actix_web::{HttpRequest, HttpResponse, Responder, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::{self, Muting};
use super::model::{Notice, NoticeId, NoticeKind};
use super::store;
use crate::base::time::Timestamp;
use crate::db::{Conn, Db};
use crate::web::caller::Member;
use crate::web::etag::Polled;
use crate::web::unread::with_unread;
use crate::web::{Body, Page, PageQuery, Problem, Query};

/// Notices that one request marks by their ids.
const MOST_IDS: usize = 100;

/// Hands the room's routes over; they need a `web::Data<Db>`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_my_notices).service(count_my_unread_notices).service(confirm_my_notices);
}

/// A notice in the caller's inbox.
#[derive(Serialize, ToSchema)]
struct NoticeView {
    id: NoticeId,
    kind: NoticeKind,
    /// One line; with how often it was told on its day, if more than once.
    title: String,
    /// The text, of the last time.
    body: String,
    /// The API path of what it is about.
    link: Option<String>,
    /// Whether it went to a whole unit.
    to_unit: bool,
    /// How often the same was told of the same thing on its day; this notice stands for all of them.
    count: i32,
    /// Whether the caller has not marked it as read.
    unread: bool,
    created_at: Timestamp,
}

impl From<(Notice, Option<Timestamp>)> for NoticeView {
    fn from((notice, read_at): (Notice, Option<Timestamp>)) -> Self {
        NoticeView {
            id: notice.id,
            kind: notice.kind,
            title: notice.shown_title(),
            body: notice.body,
            link: notice.link,
            to_unit: notice.unit_id.is_some(),
            count: notice.count,
            unread: read_at.is_none(),
            created_at: notice.created_at,
        }
    }
}

/// 我的消息
///
/// The caller's notices of the last 180 days, newest first: personal ones, and those of units for as long as the caller
/// belonged to them. What was told of one thing several times on a day is one notice. What happened to the account itself stays for good. The header `X-Unread` says how many of the
/// kinds that are counted are unread.
#[utoipa::path(tag = "notices", params(PageQuery),
    responses((status = 200, description = "Notices", body = Page<NoticeView>),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/me/notices")]
async fn list_my_notices(
    caller: Member,
    req: HttpRequest,
    db: web::Data<Db>,
    muting: web::Data<Muting>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (limit, before) = (query.limit()?, query.after::<NoticeId>()?);
    let (muting, now) = (muting.as_ref().clone(), db.now());
    let look = move |conn: &mut Conn| {
        let inbox = actions::open_inbox(conn, (caller.member, &caller.path), now)?;
        Ok((store::list(conn, &inbox, before, limit + 1)?, muting.count_unread(conn, &inbox)?))
    };
    let (found, unread) = db.read(look).await?;
    let page = Page::new(found, limit, |(notice, _)| notice.id).map(NoticeView::from);
    Ok(with_unread(Polled(page).respond_to(&req), unread))
}

/// How many notices of the inbox are unread.
#[derive(Serialize, ToSchema)]
struct UnreadCount {
    /// Unread notices in the inbox.
    unread: i64,
}

/// 未读消息数
///
/// How many of the caller's notices are unread, of the kinds that are counted (`/me/settings`).
#[utoipa::path(tag = "notices", responses((status = 200, description = "The count", body = UnreadCount),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/me/notices/unread-count")]
async fn count_my_unread_notices(
    caller: Member,
    db: web::Data<Db>,
    muting: web::Data<Muting>,
) -> Result<Polled<UnreadCount>, Problem> {
    let (muting, now) = (muting.as_ref().clone(), db.now());
    let count = move |conn: &mut Conn| {
        let inbox = actions::open_inbox(conn, (caller.member, &caller.path), now)?;
        muting.count_unread(conn, &inbox)
    };
    let unread = db.read(count).await?;
    Ok(Polled(UnreadCount { unread }))
}

/// Which notices were read: some by their ids, or all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadBody {
    /// 100 at most; those that are not in the caller's inbox are passed over.
    ids: Option<Vec<NoticeId>>,
    /// Everything in the inbox; `true` instead of `ids`.
    all: Option<bool>,
}

/// 消息设为已读
///
/// Marks notices as read and says how many are left; marking again changes nothing.
#[utoipa::path(tag = "notices", request_body = ReadBody,
    responses((status = 200, description = "What is left unread", body = UnreadCount)))]
#[post("/me/notices/receipts")]
async fn confirm_my_notices(
    caller: Member,
    db: web::Data<Db>,
    muting: web::Data<Muting>,
    body: Body<ReadBody>,
) -> Result<web::Json<UnreadCount>, Problem> {
    let ids = match body.into_inner() {
        ReadBody { ids: Some(ids), all: None } if ids.len() <= MOST_IDS => Some(ids),
        ReadBody { ids: Some(_), all: None } => {
            return Err(Problem::field("/ids", "notices.too_many", format!("一次最多标记 {MOST_IDS} 条")));
        }
        ReadBody { ids: None, all: Some(true) } => None,
        _ => return Err(Problem::field("/ids", "one_of", "ids 与 all: true 须且只能填写一个")),
    };
    let unread = actions::mark(&db, &muting, (caller.member, caller.path.clone()), ids).await?;
    Ok(web::Json(UnreadCount { unread }))
}
