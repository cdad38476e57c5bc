//! The article about an entry, and who has read it.

use diesel::QueryResult;
use serde_json::json;

use super::entries::lock_open;
use super::model::{Article, ArticleText, EntryId, EntryState, article_thing};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::base::version::SeenState;
use crate::db::{Conn, DbError, Json, Stop, Tx};
use crate::ground::files::{self, Addresses, FileId, FileView};
use crate::judging::campaigns::notices::note_of;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, store as campaigns};
use crate::kernel::text_versions::{self, TextVersion, Written};

/// The kind under which pictures stand in an article; the room vouches for it.
pub const ARTICLE_PICTURE: &str = "article_picture";

/// An article as it is written.
#[derive(Clone, Debug)]
pub struct ArticleDraft {
    pub title: String,
    /// Markdown.
    pub body: String,
    /// All the pictures that stand in it; `None` where they stay as they are.
    pub pictures: Option<Vec<FileId>>,
}

impl Campaigns {
    /// Publishes the article about an entry, or changes it: anyone who runs the campaign within `runs` does so, and anyone who
    /// writes for the entry's unit within `writes` until the judging begins.
    pub async fn publish_article(
        &self,
        actor: MemberId,
        (runs, writes): (Option<Reach>, Option<Reach>),
        entry: EntryId,
        seen: Option<SeenState>,
        draft: ArticleDraft,
    ) -> Outcome<Article> {
        let id = self.campaign_of(entry).await?;
        let is_run = match &runs {
            None => false,
            Some(reach) => match self.within(reach, id).await {
                Err(Stop::Refused(_)) => false,
                found => found.map(|_| true)?,
            },
        };
        let room = self.clone();
        self.db
            .write(move |tx| {
                lock_open(tx, id)?;
                let found = store::entries::find(tx.conn, entry)?.filter(|entry| entry.campaign_id == id);
                let found = found.ok_or(Refusal::NoSuchEntry)?;
                if !is_run {
                    if !writes.as_ref().is_some_and(|reach| room.covers(reach, found.unit_id)) {
                        return Err(CampaignRefusal::OutOfReach.into());
                    }
                    // afterwards a unit would write into a vote that goes on
                    rules::may_submit(&campaigns::list_stages(tx.conn, id)?, tx.now())?;
                }
                if found.state != EntryState::Submitted {
                    return Err(Refusal::WrongEntryState(found.state).into());
                }
                article_thing(entry).changed_since(tx.conn, seen)?.map_err(CampaignRefusal::Outdated)?;
                let article = Article {
                    entry_id: entry,
                    title: draft.title.clone(),
                    body: draft.body.clone(),
                    published_by: actor,
                    published_at: tx.now(),
                    updated_at: tx.now(),
                };
                keep_former(tx, &article)?;
                store::articles::put(tx.conn, &article)?;
                if let Some(pictures) = &draft.pictures {
                    put_pictures(tx, actor, entry, pictures)?;
                }
                let of = (article_thing(entry), id);
                note_of(tx, Some(actor), "campaigns.publish_article", of, json!({ "campaign_id": id }))?;
                store::articles::find(tx.conn, entry)?.ok_or_else(|| Refusal::NoSuchEntry.into())
            })
            .await
    }

    /// The article about an entry with the number of its readers, of whom the viewer is one from now on.
    pub async fn read_article(&self, viewer: &Viewer<'_>, id: EntryId) -> Outcome<(Article, i64)> {
        self.entry(viewer, id).await?;
        let member = viewer.member;
        self.db
            .write(move |tx| {
                let article = store::articles::find(tx.conn, id)?.ok_or(Refusal::NoSuchEntry)?;
                store::articles::put_view(tx.conn, id, member, tx.now())?;
                Ok((article, store::articles::count_views(tx.conn, id)?))
            })
            .await
    }

    /// The pictures that stand in the article about an entry, with their addresses.
    pub async fn article_pictures(&self, id: EntryId, addresses: &Addresses) -> Result<Vec<FileView>, DbError> {
        let read = move |conn: &mut Conn| {
            Ok((files::list_of(conn, ARTICLE_PICTURE, id.uuid())?, super::evidence::is_hidden(conn, id.uuid())?))
        };
        let (found, hidden) = self.db.read(read).await?;
        let now = self.db.now();
        Ok(found.into_iter().map(|file| addresses.put(file, hidden, now)).collect())
    }

    /// Every version of the article about an entry after `after`, the first one first; for those who read it.
    pub async fn article_versions(
        &self,
        viewer: &Viewer<'_>,
        id: EntryId,
        after: i32,
        limit: i64,
    ) -> Outcome<Vec<TextVersion>> {
        self.entry(viewer, id).await?;
        let found = self
            .db
            .read(move |conn| {
                let Some(article) = store::articles::find(conn, id)? else { return Ok(None) };
                let kept = text_versions::list(conn, named(id), after, limit)?;
                // one that was never changed is its only version
                let is_first = after == 0 && kept.is_empty();
                if !is_first {
                    return Ok(Some(kept));
                }
                let (written_by, written_at) = last_written(conn, &article)?;
                let content = Json(serde_json::to_value(ArticleText::of(&article)).unwrap_or_default());
                Ok(Some(vec![TextVersion { version: 1, content, written_by, written_at }]))
            })
            .await?;
        found.ok_or_else(|| Refusal::NoSuchEntry.into())
    }
}

/// Makes exactly `ids` the pictures of an article: the actor's own, and those that are there already. The campaign is held.
fn put_pictures(tx: &mut Tx, actor: MemberId, entry: EntryId, ids: &[FileId]) -> Outcome<()> {
    let there = files::list_of(tx.conn, ARTICLE_PICTURE, entry.uuid())?;
    let off: Vec<FileId> = there.iter().map(|file| file.id).filter(|id| !ids.contains(id)).collect();
    files::detach(tx, &off, ARTICLE_PICTURE, entry.uuid())?;
    files::attach::<Refusal>(tx, ids, actor, ARTICLE_PICTURE, entry.uuid())?;
    match files::list_of(tx.conn, ARTICLE_PICTURE, entry.uuid())?.iter().all(|file| file.kind.is_picture()) {
        true => Ok(()),
        false => Err(Refusal::NoArticlePicture.into()),
    }
}

/// Keeps what an article said before it says `now` what it does: whoever voted may have read it.
fn keep_former(tx: &mut Tx, now: &Article) -> QueryResult<()> {
    let Some(before) = store::articles::find(tx.conn, now.entry_id)? else { return Ok(()) };
    let (by, at) = last_written(tx.conn, &before)?;
    let (old, new) = (ArticleText::of(&before), ArticleText::of(now));
    let former = Written { content: &old, by, at };
    let written = Written { content: &new, by: now.published_by, at: now.updated_at };
    text_versions::keep(tx, named(now.entry_id), (1, former), written)
}

/// Who wrote what stands there, and when.
fn last_written(conn: &mut Conn, article: &Article) -> QueryResult<(MemberId, Timestamp)> {
    let last = article_thing(article.entry_id).last(conn)?.and_then(|last| Some((last.by?, last.at)));
    Ok(last.unwrap_or((article.published_by, article.published_at)))
}

/// What the versions of an article are kept under.
fn named(id: EntryId) -> (&'static str, uuid::Uuid) {
    (article_thing(id).kind, id.uuid())
}
