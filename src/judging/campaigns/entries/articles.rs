//! The article about an entry, and who has read it.

use serde_json::json;

use super::entries::lock_open;
use super::model::{Article, EntryId, EntryState, article_thing};
use super::rules::Refusal;
use super::{Outcome, store};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::version::Version;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::notices::note_of;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;

impl Campaigns {
    /// Publishes the article about an entry, or changes it; who runs the campaign does so.
    pub async fn publish_article(
        &self,
        actor: MemberId,
        reach: &Reach,
        entry: EntryId,
        seen: Option<Version>,
        (title, body): (String, String),
    ) -> Outcome<Article> {
        let id = self.campaign_of(entry).await?;
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                lock_open(tx, id)?;
                let found = store::entries::find(tx.conn, entry)?.filter(|entry| entry.campaign_id == id);
                let found = found.ok_or(Refusal::NoSuchEntry)?;
                if found.state != EntryState::Submitted {
                    return Err(Refusal::WrongEntryState(found.state).into());
                }
                article_thing(entry).changed_since(tx.conn, seen)?.map_err(CampaignRefusal::Outdated)?;
                let article = Article {
                    entry_id: entry,
                    title: title.clone(),
                    body: body.clone(),
                    published_by: actor,
                    published_at: tx.now(),
                    updated_at: tx.now(),
                };
                store::articles::put(tx.conn, &article)?;
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
}
