//! The article about an entry, and who has read it.

use serde_json::json;

use super::entries::lock_open;
use super::model::{Article, EntryId, EntryState, article_thing};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::version::Version;
use crate::db::Stop;
use crate::judging::campaigns::notices::note_of;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, store as campaigns};

impl Campaigns {
    /// Publishes the article about an entry, or changes it: anyone who runs the campaign within `runs` does so, and anyone who
    /// writes for the entry's unit within `writes` until the judging begins.
    pub async fn publish_article(
        &self,
        actor: MemberId,
        (runs, writes): (Option<Reach>, Option<Reach>),
        entry: EntryId,
        seen: Option<Version>,
        (title, body): (String, String),
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
