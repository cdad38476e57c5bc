//! Articles about entries.

use actix_web::{get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::capability::Capability;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::db::Db;
use crate::ground::files::{Addresses, FileId, FileView};
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::entries::ArticleDraft;
use crate::judging::campaigns::entries::model::{Article, ArticleText, EntryId, article_thing};
use crate::kernel::text_versions::TextVersion;
use crate::web::caller::{ArticleWriter, Member};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(publish_article).service(get_article).service(list_article_versions);
}

/// An article as it is written.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ArticleBody {
    /// In Chinese.
    title: Text<100>,
    /// Markdown.
    body: Text<20000>,
    /// All the pictures that stand in it, 9 at most: the caller's own uploads, and those that are there. Those that are left
    /// out are taken off; when this is absent, all stay.
    picture_ids: Option<Vec<FileId>>,
}

/// The article about an entry.
#[derive(Serialize, ToSchema)]
struct ArticleView {
    entry_id: EntryId,
    /// In Chinese.
    title: String,
    /// Markdown.
    body: String,
    published_at: Timestamp,
    updated_at: Timestamp,
    /// Different members who read it; `null` for who has just published it.
    views: Option<i64>,
    /// The pictures that stand in it, in the order in which they were uploaded.
    pictures: Vec<FileView>,
}

fn article(article: Article, views: Option<i64>, pictures: Vec<FileView>) -> ArticleView {
    ArticleView {
        entry_id: article.entry_id,
        title: article.title,
        body: article.body,
        published_at: article.published_at,
        updated_at: article.updated_at,
        views,
        pictures,
    }
}

/// 发布宣传文章
///
/// Publishes the article about an entry that was handed in, or changes it: anyone who runs the campaign, and the entry's own
/// unit until the judging begins.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = ArticleBody, responses((status = 200, description = "Published", body = ArticleView)))]
#[put("/entries/{id}/article")]
async fn publish_article(
    writer: ArticleWriter,
    id: Path<EntryId>,
    IfMatch(seen): IfMatch,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
    body: Body<ArticleBody>,
) -> Result<web::Json<ArticleView>, Problem> {
    let ArticleBody { title, body, picture_ids } = body.into_inner();
    let draft = ArticleDraft { title: title.into_string(), body: body.into_string(), pictures: picture_ids };
    let (runs, writes) = (writer.reach(Capability::RunCampaigns), writer.reach(Capability::WriteEntries));
    let published = campaigns.publish_article(writer.member, (runs, writes), *id, seen, draft).await?;
    let pictures = campaigns.article_pictures(*id, &addresses).await?;
    Ok(web::Json(article(published, None, pictures)))
}

/// 宣传文章
///
/// The article about an entry; the caller counts as a reader from now on.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "The article", body = ArticleView),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/entries/{id}/article")]
async fn get_article(
    caller: Member,
    id: Path<EntryId>,
    db: web::Data<Db>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<Versioned<ArticleView>, Problem> {
    let version = article_thing(*id).present(&db).await?;
    let (found, views) = campaigns.read_article(&viewer(&caller), *id).await?;
    let pictures = campaigns.article_pictures(*id, &addresses).await?;
    Ok(Versioned(article(found, Some(views), pictures), version))
}

/// What an article said at some time.
#[derive(Serialize, ToSchema)]
struct ArticleVersion {
    /// From 1 on; the last one holds.
    version: i32,
    #[serde(flatten)]
    text: ArticleText,
    /// Name of who wrote it so.
    written_by: String,
    written_at: Timestamp,
}

/// 宣传文章版本
///
/// Every version of the article about an entry, the first one first.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry"), PageQuery),
    responses((status = 200, description = "Versions", body = Page<ArticleVersion>)))]
#[get("/entries/{id}/article/versions")]
async fn list_article_versions(
    caller: Member,
    id: Path<EntryId>,
    query: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Page<ArticleVersion>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<i32>()?.unwrap_or(0));
    let found = campaigns.article_versions(&viewer(&caller), *id, after, limit + 1).await?;
    let view = |found: TextVersion| -> Result<ArticleVersion, Problem> {
        let text = serde_json::from_value(found.content.0).map_err(|error| Problem::internal(error.to_string()))?;
        let written_by = campaigns.member_name(found.written_by);
        Ok(ArticleVersion { version: found.version, text, written_by, written_at: found.written_at })
    };
    let versions: Vec<ArticleVersion> = found.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(web::Json(Page::new(versions, limit, |version| version.version)))
}
