//! What members see: the feed, today, an item.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::capability::Capability;
use crate::base::time::{Day, Timestamp};
use crate::ground::files::{FileId, FileView};
use crate::learning::study::actions::Study;
use crate::learning::study::feed::Marked;
use crate::learning::study::model::{FeedPush, ItemId, LinkedQuestionId, Place, ReadState, ShownItem, thing};
use crate::web::caller::Member;
use crate::web::etag::{Versioned, tagged_bytes};
use crate::web::{Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_study_feed).service(get_study_today).service(get_study_item);
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

/// 学习推送列表
///
/// The feed: published pushes to the caller's units, newest first, with what the caller has done with them.
#[utoipa::path(tag = "study", params(PageQuery),
    responses((status = 200, description = "The feed", body = Page<FeedItem>),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/study/feed")]
async fn list_study_feed(
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
    Ok(tagged_bytes(&req, body))
}

/// 今日学习
///
/// Today's pushes for the caller.
#[utoipa::path(tag = "study",
    responses((status = 200, description = "Today", body = Today),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/study/today")]
async fn get_study_today(caller: Member, req: HttpRequest, study: web::Data<Study>) -> Result<HttpResponse, Problem> {
    let (items, next) = study.today(caller.member, &caller.path).await?;
    let mut body = write_items(&format!("{{\"day\":\"{}\",\"items\":", study.db.today()), &items);
    body.push_str(",\"next_publish_at\":");
    body.push_str(&next.map_or("null".to_owned(), |at| format!("\"{at}\"")));
    body.push('}');
    Ok(tagged_bytes(&req, body))
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
    /// One line.
    title: String,
    /// What it is about, in a sentence or two.
    summary: String,
    /// Markdown.
    body: String,
    /// Where it comes from, such as a newspaper and its date.
    source: String,
    /// An https address of a picture, or a path on this server that is good for half a day at least.
    cover_url: Option<String>,
    /// The uploaded picture behind it.
    cover_file_id: Option<FileId>,
    /// What it is about, as the enterprise sorts its items.
    category: Option<String>,
    /// Pictures that stand in the text, where `![…](file:{id})` names one of them.
    pictures: Vec<FileView>,
    /// How long it must be read to count.
    minimum_seconds: i32,
    /// Questions of the bank that belong to it.
    question_ids: Vec<LinkedQuestionId>,
    /// Since when it is offered for no further push.
    retired_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<ShownItem> for ItemView {
    fn from(shown: ShownItem) -> Self {
        let ShownItem { item, cover, pictures } = shown;
        ItemView {
            id: item.id,
            title: item.title,
            summary: item.summary,
            body: item.body,
            source: item.source,
            cover_url: cover.and_then(|file| file.url).or(item.cover_url),
            cover_file_id: item.cover_file_id,
            category: item.category,
            pictures,
            minimum_seconds: item.minimum_seconds,
            question_ids: item.question_ids.0,
            retired_at: item.retired_at,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// 学习内容
///
/// An item that was pushed to the caller; anyone who writes items or plans pushes sees every item.
#[utoipa::path(tag = "study", params(("id" = ItemId, Path)),
    responses((status = 200, description = "The item", body = ItemView),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/study/items/{id}")]
async fn get_study_item(
    caller: Member,
    id: Path<ItemId>,
    study: web::Data<Study>,
) -> Result<Versioned<ItemView>, Problem> {
    let version = thing(*id).present(&study.db).await?;
    let reads_all = caller.reach(Capability::ChooseContent).is_some();
    let item = study.find_item(caller.member, &caller.path, reads_all, *id).await?;
    Ok(Versioned(ItemView::from(study.shown(item).await?), version))
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
            cover_file_id: None,
        };
        let item: Marked = (Arc::new(push.clone().into()), ReadState::Reading);
        let described = serde_json::to_value([FeedItem { push, state: ReadState::Reading }]).unwrap();
        let written: serde_json::Value = serde_json::from_str(&write_items("", &[item])).unwrap();
        assert_eq!(written, described);
    }
}
