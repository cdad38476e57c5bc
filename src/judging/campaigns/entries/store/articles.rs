//! Articles about entries, and who has read them.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_article_views, campaign_articles, campaign_entries};
use crate::judging::campaigns::entries::model::{Article, EntryId};
use crate::judging::campaigns::model::CampaignId;
use crate::on;

pub fn find(conn: &mut Conn, id: EntryId) -> QueryResult<Option<Article>> {
    on!(conn, c => campaign_articles::table.find(id).select(Article::as_select()).first(c).optional())
}

/// Publishes an article, or puts another text into the one that is there.
pub fn put(conn: &mut Conn, article: &Article) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_articles::table)
        .values(article)
        .on_conflict(campaign_articles::entry_id)
        .do_update()
        .set((
            campaign_articles::title.eq(&article.title),
            campaign_articles::body.eq(&article.body),
            campaign_articles::updated_at.eq(article.updated_at),
        ))
        .execute(c))
    .map(drop)
}

/// Entries of a campaign that have an article.
pub fn list_entries(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<EntryId>> {
    on!(conn, c => campaign_articles::table
        .inner_join(campaign_entries::table.on(campaign_entries::id.eq(campaign_articles::entry_id)))
        .filter(campaign_entries::campaign_id.eq(id))
        .select(campaign_articles::entry_id)
        .load(c))
}

/// Which of `entries` have an article.
pub fn list_written(conn: &mut Conn, entries: &[EntryId]) -> QueryResult<Vec<EntryId>> {
    on!(conn, c => campaign_articles::table
        .filter(campaign_articles::entry_id.eq_any(entries))
        .select(campaign_articles::entry_id)
        .load(c))
}

/// Counts a reader once.
pub fn put_view(conn: &mut Conn, id: EntryId, member: MemberId, now: Timestamp) -> QueryResult<()> {
    let row = (
        campaign_article_views::entry_id.eq(id),
        campaign_article_views::member_id.eq(member),
        campaign_article_views::seen_at.eq(now),
    );
    on!(conn, c => diesel::insert_into(campaign_article_views::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

pub fn count_views(conn: &mut Conn, id: EntryId) -> QueryResult<i64> {
    on!(conn, c => campaign_article_views::table
        .filter(campaign_article_views::entry_id.eq(id))
        .count()
        .get_result(c))
}
