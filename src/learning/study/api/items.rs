//! What authors do: write, change and list items.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::feed::ItemView;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::ground::files::FileId;
use crate::kernel::text_versions::TextVersion;
use crate::learning::study::actions::{Amendment, Draft, Study};
use crate::learning::study::model::{Item, ItemFilter, ItemId, ItemState, ItemText, LinkedQuestionId};
use crate::learning::study::store;
use crate::web::caller::{ContentChooser, ContentManager};
use crate::web::etag::IfMatch;
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query, nullable};

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
    /// What it is about, as the enterprise sorts its items.
    category: Option<Text<40>>,
    /// A picture that the author uploaded; it goes before `cover_url`.
    cover_file_id: Option<FileId>,
    /// Pictures that the author uploaded, 9 at most; `![…](file:{id})` in the text stands for one of them.
    #[serde(default)]
    picture_ids: Vec<FileId>,
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
            category: body.category.map(Text::into_string),
            cover: body.cover_file_id,
            pictures: body.picture_ids,
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
    let shown = study.shown(item).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(ItemView::from(shown)))
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
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    cover_url: Option<Option<String>>,
    /// How long it must be read to count.
    #[schema(minimum = 0, maximum = 3600)]
    minimum_seconds: Option<i32>,
    question_ids: Option<Vec<LinkedQuestionId>>,
    /// Whether it is offered for no further push; what was pushed stays in the feed.
    retired: Option<bool>,
    /// What it is about; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    category: Option<Option<Text<40>>>,
    /// A picture that the author uploaded; `null` takes it away, and another `cover_url` does so, too.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<FileId>)]
    cover_file_id: Option<Option<FileId>>,
    /// All the pictures that stand in the text, 9 at most; those that are left out are taken off.
    picture_ids: Option<Vec<FileId>>,
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
            category: patch.category.map(|category| category.map(Text::into_string)),
            cover: patch.cover_file_id,
            pictures: patch.picture_ids,
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
    Ok(web::Json(study.shown(item).await?.into()))
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
    /// What it is about, as the enterprise sorts its items.
    category: Option<String>,
    /// An uploaded cover, which goes before `cover_url`.
    cover_file_id: Option<FileId>,
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
            category: item.category,
            cover_file_id: item.cover_file_id,
            retired_at: item.retired_at,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// Which items to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ItemQuery {
    /// Part of the title.
    q: Option<Text<100>>,
    /// Only of this category.
    category: Option<Text<40>>,
    /// Only what is offered for pushes, or what is retired.
    #[param(inline)]
    state: Option<ItemState>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 学习内容列表
///
/// Study items, newest first: for anyone who writes them or plans pushes of them.
#[utoipa::path(tag = "study", params(ItemQuery),
    responses((status = 200, description = "Items", body = Page<ItemLine>)))]
#[get("/study/items")]
async fn list_study_items(
    _chooser: ContentChooser,
    study: web::Data<Study>,
    query: Query<ItemQuery>,
) -> Result<web::Json<Page<ItemLine>>, Problem> {
    let (limit, before) = (page_limit(query.limit)?, after::<ItemId>(query.cursor.as_deref())?);
    let ItemQuery { q, category, state, .. } = query.0;
    let filter = ItemFilter { words: q.map(Text::into_string), category: category.map(Text::into_string), state };
    let items = study.db.read(move |conn| store::list_items(conn, &filter, before, limit + 1)).await?;
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
