//! What members see: the feed, today, an item; and every refusal of the room as a problem.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::Study;
use super::feed::Marked;
use super::model::{FeedPush, Item, ItemId, LinkedQuestionId, Place, ReadState};
use super::rules::{LONGEST_SECONDS, MOST_QUESTIONS, Refusal};
use super::{api_items, api_pushes, api_readings};
use crate::base::capability::Capability;
use crate::base::time::{Day, Timestamp};
use crate::web::caller::{Member, out_of_reach};
use crate::web::{Page, PageQuery, Path, Problem, Query, etag};

/// Hands the room's routes over; they need a `web::Data<Study>`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_feed)
        .service(show_today)
        .service(show_item)
        .configure(api_readings::routes)
        .configure(api_items::routes)
        .configure(api_pushes::routes);
}

/// A published push with what the caller has done with it.
// described here and written by `write_items`
#[derive(Serialize, ToSchema)]
struct FeedItem {
    #[serde(flatten)]
    push: FeedPush,
    state: ReadState,
}

/// What there is to study today.
// described here and written by `show_today`
#[derive(Serialize, ToSchema)]
struct Today {
    day: Day,
    /// Today's pushes to the caller's units, published so far.
    items: Vec<FeedItem>,
    /// When the next push of today is published; `null` when none is planned.
    next_publish_at: Option<Timestamp>,
}

/// The feed: published pushes to the caller's units, newest first, with what the caller has done with them.
#[utoipa::path(tag = "study", params(PageQuery),
    responses((status = 200, description = "The feed; 304 when it has not changed", body = Page<FeedItem>)))]
#[get("/study/feed")]
async fn list_feed(
    caller: Member,
    req: HttpRequest,
    study: web::Data<Study>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (limit, before) = (query.limit()?, query.after::<Place>()?);
    let items = study.feed(caller.member, &caller.path, before, limit).await?;
    let page = Page::new(items, limit, |(shown, _)| shown.push.place());
    let mut body = write_items("{\"items\":", &page.items);
    body.push_str(",\"next_cursor\":");
    body.push_str(&page.next_cursor.map_or("null".to_owned(), |cursor| format!("\"{cursor}\"")));
    body.push('}');
    Ok(etag::tagged_bytes(&req, body))
}

/// Today's pushes for the caller.
#[utoipa::path(tag = "study",
    responses((status = 200, description = "Today; 304 when it has not changed", body = Today)))]
#[get("/study/today")]
async fn show_today(caller: Member, req: HttpRequest, study: web::Data<Study>) -> Result<HttpResponse, Problem> {
    let (items, next) = study.today(caller.member, &caller.path).await?;
    let mut body = write_items(&format!("{{\"day\":\"{}\",\"items\":", study.db.today()), &items);
    body.push_str(",\"next_publish_at\":");
    body.push_str(&next.map_or("null".to_owned(), |at| format!("\"{at}\"")));
    body.push('}');
    Ok(etag::tagged_bytes(&req, body))
}

/// Writes items as a JSON array of [`FeedItem`]s after `head`. Most of each item is written already when it enters the
/// feed, because this is what 60,000 phones ask for within the same minutes.
fn write_items(head: &str, items: &[Marked]) -> String {
    let length: usize = items.iter().map(|(shown, _)| shown.json.len() + 32).sum();
    let mut text = String::with_capacity(head.len() + length + 128);
    text.push_str(head);
    text.push('[');
    for (n, (shown, state)) in items.iter().enumerate() {
        text.push_str(if n > 0 { "," } else { "" });
        text.push_str(shown.json.strip_suffix('}').unwrap_or_default());
        text.push_str(",\"state\":\"");
        text.push_str(state.as_str());
        text.push_str("\"}");
    }
    text.push(']');
    text
}

/// A study item with its text.
#[derive(Serialize, ToSchema)]
pub(super) struct ItemView {
    id: ItemId,
    title: String,
    summary: String,
    /// Markdown.
    body: String,
    source: String,
    cover_url: Option<String>,
    /// How long it must be read to count.
    minimum_seconds: i32,
    /// Questions of the bank that belong to it.
    question_ids: Vec<LinkedQuestionId>,
    /// Since when it is offered for no further push.
    retired_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        ItemView {
            id: item.id,
            title: item.title,
            summary: item.summary,
            body: item.body,
            source: item.source,
            cover_url: item.cover_url,
            minimum_seconds: item.minimum_seconds,
            question_ids: item.question_ids.0,
            retired_at: item.retired_at,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// An item that was pushed to the caller; whoever may read content sees every item.
#[utoipa::path(tag = "study", params(("id" = ItemId, Path)),
    responses((status = 200, description = "The item; 304 when it has not changed", body = ItemView)))]
#[get("/study/items/{id}")]
async fn show_item(
    caller: Member,
    req: HttpRequest,
    id: Path<ItemId>,
    study: web::Data<Study>,
) -> Result<HttpResponse, Problem> {
    let reads_all = caller.reach(Capability::ReadContent).is_some();
    let item = study.find_item(&caller.path, reads_all, *id).await?;
    etag::tagged(&req, &ItemView::from(item))
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchItem => Problem::not_found("study.item_not_found", "没有找到该学习内容"),
            Refusal::NoSuchUnit => Problem::not_found("study.unit_not_found", "没有找到该组织，或不在推送范围之内"),
            Refusal::NoSuchPush => Problem::not_found("study.push_not_found", "没有找到该推送"),
            Refusal::NoSuchReading => Problem::not_found("study.reading_not_found", "没有找到该学习记录"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::MinimumOutOfRange => Problem::field(
                "/minimum_seconds",
                "study.minimum_out_of_range",
                format!("最短学习时长须在 0 到 {LONGEST_SECONDS} 秒之间"),
            ),
            Refusal::BadCover => {
                Problem::field("/cover_url", "study.bad_cover", "封面须为 https 网址，且不超过 500 个字符")
            }
            Refusal::TooManyQuestions => Problem::field(
                "/question_ids",
                "study.too_many_questions",
                format!("关联题目不能超过 {MOST_QUESTIONS} 道"),
            ),
            Refusal::ItemRetired => Problem::conflict("study.item_retired", "该学习内容已停用，不能再推送"),
            Refusal::DayOver => Problem::field("/day", "study.day_over", "推送日期不能早于今天"),
            Refusal::TooFarAhead => Problem::field("/day", "study.too_far_ahead", "推送日期最多提前一年"),
            Refusal::PushTaken => Problem::conflict("study.push_taken", "该组织当天已有推送"),
            Refusal::AlreadyPublished => Problem::conflict("study.already_published", "该推送已经发布，不能撤销"),
            Refusal::NotPublished => Problem::conflict("study.not_published", "该推送尚未发布，还没有学习情况"),
            Refusal::TooSoon { seconds_left, paused } => too_soon(seconds_left, paused),
            Refusal::ReadingOver => Problem::gone("study.reading_over", "已超过该次学习的完成期限，请重新打开学习内容"),
            Refusal::KeyReused => {
                Problem::unprocessable("idempotency.reused", "同一个 Idempotency-Key 不能用于内容不同的请求")
            }
        }
    }
}

fn too_soon(seconds_left: u32, paused: bool) -> Problem {
    let detail = match paused {
        true => format!("学习计时已暂停，请重新打开该内容，还需阅读 {seconds_left} 秒"),
        false => format!("还需阅读 {seconds_left} 秒才能完成"),
    };
    Problem::conflict("study.too_soon", detail).retry_after(seconds_left)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::id::Ids;

    #[test]
    fn what_is_written_is_what_is_described() {
        let now: Timestamp = "2026-07-01T07:50:00+08:00".parse().unwrap();
        let ids = Ids::default();
        let push = FeedPush {
            id: ids.fresh(now),
            item_id: ids.fresh(now),
            unit_id: ids.fresh(now),
            day: now.day(),
            published_at: now,
            title: "“两个维护”{}".into(),
            summary: "}}".into(),
            source: "人民日报".into(),
            cover_url: None,
            minimum_seconds: 30,
        };
        let item: Marked = (Arc::new(push.clone().into()), ReadState::Reading);
        let described = serde_json::to_value([FeedItem { push, state: ReadState::Reading }]).unwrap();
        let written: serde_json::Value = serde_json::from_str(&write_items("", &[item])).unwrap();
        assert_eq!(written, described);
    }
}
