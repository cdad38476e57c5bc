//! What authors do: write, change and list items.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::feed::ItemView;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::kernel::text_versions::TextVersion;
use crate::learning::study::actions::{Amendment, Draft, Study};
use crate::learning::study::model::{Item, ItemId, ItemText, LinkedQuestionId};
use crate::learning::study::store;
use crate::web::caller::{ContentChooser, ContentManager};
use crate::web::etag::IfMatch;
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(create_study_item)
        .service(list_study_items)
        .service(edit_study_item)
        .service(delete_study_item)
        .service(list_study_item_versions);
}

/// A new study item.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ItemBody {
    /// One line.
    title: Text<100>,
    /// What it is about, in a sentence or two; shown in the feed.
    summary: Text<300>,
    /// Markdown.
    body: Text<50_000>,
    /// Where it comes from, such as a newspaper and its date.
    source: Text<200>,
    /// An https address of at most 500 characters.
    cover_url: Option<String>,
    /// How long it must be read to count.
    #[schema(minimum = 0, maximum = 3600)]
    minimum_seconds: i32,
    /// Questions of the bank that belong to it, 20 at most.
    #[serde(default)]
    question_ids: Vec<LinkedQuestionId>,
}

impl From<ItemBody> for Draft {
    fn from(body: ItemBody) -> Self {
        Draft {
            title: body.title.into_string(),
            summary: body.summary.into_string(),
            body: body.body.into_string(),
            source: body.source.into_string(),
            cover_url: body.cover_url,
            minimum_seconds: body.minimum_seconds,
            question_ids: body.question_ids,
        }
    }
}

/// 新建学习内容
///
/// Writes a study item. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "study", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
     request_body = ItemBody,
    responses((status = 201, description = "Written", body = ItemView)))]
#[post("/study/items")]
async fn create_study_item(
    author: ContentManager,
    key: OptionalKey,
    study: web::Data<Study>,
    body: Body<ItemBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.of(author.member, "POST /study/items", &body);
    let item = study.write_item(author.member, key, body.into()).await?;
    let place = format!("/api/v1/study/items/{}", item.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(ItemView::from(item)))
}

/// What changes of a study item; a field that is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ItemPatch {
    /// One line.
    title: Option<Text<100>>,
    /// What it is about, in a sentence or two.
    summary: Option<Text<300>>,
    /// Markdown.
    body: Option<Text<50_000>>,
    /// Where it comes from.
    source: Option<Text<200>>,
    /// `null` takes the cover away.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    cover_url: Option<Option<String>>,
    /// How long it must be read to count.
    #[schema(minimum = 0, maximum = 3600)]
    minimum_seconds: Option<i32>,
    question_ids: Option<Vec<LinkedQuestionId>>,
    /// Whether it is offered for no further push; what was pushed stays in the feed.
    retired: Option<bool>,
}

/// Tells `null`, which was said, from a field that was left out.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl From<ItemPatch> for Amendment {
    fn from(patch: ItemPatch) -> Self {
        Amendment {
            title: patch.title.map(Text::into_string),
            summary: patch.summary.map(Text::into_string),
            body: patch.body.map(Text::into_string),
            source: patch.source.map(Text::into_string),
            cover_url: patch.cover_url,
            minimum_seconds: patch.minimum_seconds,
            question_ids: patch.question_ids,
            retired: patch.retired,
        }
    }
}

/// 修改学习内容
///
/// Changes a study item, also for those to whom it was pushed.
#[utoipa::path(tag = "study", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409"),
        ("id" = ItemId, Path)), request_body = ItemPatch,
    responses((status = 200, description = "Changed", body = ItemView)))]
#[patch("/study/items/{id}")]
async fn edit_study_item(
    author: ContentManager,
    id: Path<ItemId>,
    IfMatch(seen): IfMatch,
    study: web::Data<Study>,
    body: Body<ItemPatch>,
) -> Result<web::Json<ItemView>, Problem> {
    let item = study.change_item(author.member, *id, seen, body.into_inner().into()).await?;
    Ok(web::Json(item.into()))
}

/// 删除学习内容
///
/// Takes back a study item that was never pushed. One that was stays: retire it.
#[utoipa::path(tag = "study", params(("id" = ItemId, Path)), responses((status = 204, description = "Gone")))]
#[delete("/study/items/{id}")]
async fn delete_study_item(
    author: ContentManager,
    id: Path<ItemId>,
    study: web::Data<Study>,
) -> Result<HttpResponse, Problem> {
    study.delete_item(author.member, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A study item without its text.
#[derive(Serialize, ToSchema)]
struct ItemLine {
    id: ItemId,
    /// One line.
    title: String,
    /// What it is about, in a sentence or two.
    summary: String,
    /// Where it comes from.
    source: String,
    /// An https address of a picture.
    cover_url: Option<String>,
    /// How long it must be read to count.
    minimum_seconds: i32,
    /// Questions of the bank that belong to it.
    question_count: usize,
    retired_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Item> for ItemLine {
    fn from(item: Item) -> Self {
        ItemLine {
            id: item.id,
            title: item.title,
            summary: item.summary,
            source: item.source,
            cover_url: item.cover_url,
            minimum_seconds: item.minimum_seconds,
            question_count: item.question_ids.0.len(),
            retired_at: item.retired_at,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// 学习内容列表
///
/// All study items, newest first: for anyone who writes them or plans pushes of them.
#[utoipa::path(tag = "study", params(PageQuery),
    responses((status = 200, description = "Items", body = Page<ItemLine>)))]
#[get("/study/items")]
async fn list_study_items(
    _chooser: ContentChooser,
    study: web::Data<Study>,
    query: Query<PageQuery>,
) -> Result<web::Json<Page<ItemLine>>, Problem> {
    let (limit, before) = (query.limit()?, query.after::<ItemId>()?);
    let items = study.db.read(move |conn| store::list_items(conn, before, limit + 1)).await?;
    Ok(web::Json(Page::new(items, limit, |item| item.id).map(ItemLine::from)))
}

/// What a study item said at some time.
#[derive(Serialize, ToSchema)]
struct StudyItemVersion {
    /// From 1 on; the last one holds.
    version: i32,
    #[serde(flatten)]
    text: ItemText,
    /// Who wrote it so.
    written_by: MemberId,
    /// That person's name.
    writer: String,
    written_at: Timestamp,
}

/// 学习内容版本
///
/// Every version of a study item, the first one first.
#[utoipa::path(tag = "study", params(("id" = ItemId, Path), PageQuery),
    responses((status = 200, description = "Versions", body = Page<StudyItemVersion>)))]
#[get("/study/items/{id}/versions")]
async fn list_study_item_versions(
    _chooser: ContentChooser,
    id: Path<ItemId>,
    query: Query<PageQuery>,
    study: web::Data<Study>,
) -> Result<web::Json<Page<StudyItemVersion>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<i32>()?.unwrap_or(0));
    let found = study.versions(*id, after, limit + 1).await?;
    let view = |found: TextVersion| -> Result<StudyItemVersion, Problem> {
        let text = serde_json::from_value(found.content.0).map_err(|error| Problem::internal(error.to_string()))?;
        let TextVersion { version, written_by, written_at, .. } = found;
        Ok(StudyItemVersion { version, text, writer: study.directory.name_of(written_by), written_by, written_at })
    };
    let versions: Vec<StudyItemVersion> = found.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(web::Json(Page::new(versions, limit, |version| version.version)))
}
