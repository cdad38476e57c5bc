//! Entries, their versions and their articles.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::Json;
use crate::db::schema::{campaign_article_views, campaign_articles, campaign_entries, campaign_entry_versions};
use crate::judging::campaigns::model::{Article, CampaignId, Entry, EntryId, EntryState, EntryVersion, Plan};
use crate::on;

pub fn find(conn: &mut Conn, id: EntryId) -> QueryResult<Option<Entry>> {
    on!(conn, c => campaign_entries::table.find(id).select(Entry::as_select()).first(c).optional())
}

pub fn insert(conn: &mut Conn, entry: &Entry) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_entries::table).values(entry).execute(c)).map(drop)
}

/// Writes an entry as it is now; the caller holds its campaign.
pub fn update(conn: &mut Conn, entry: &Entry) -> QueryResult<()> {
    on!(conn, c => diesel::update(campaign_entries::table.find(entry.id))
        .set((
            campaign_entries::category.eq(&entry.category),
            campaign_entries::title.eq(&entry.title),
            campaign_entries::owner_id.eq(entry.owner_id),
            campaign_entries::state.eq(entry.state),
            campaign_entries::version.eq(entry.version),
            campaign_entries::late.eq(entry.late),
            campaign_entries::judged_version.eq(entry.judged_version),
            campaign_entries::number.eq(entry.number),
            campaign_entries::on_ballot.eq(entry.on_ballot),
            campaign_entries::exempt.eq(&entry.exempt),
            campaign_entries::updated_at.eq(entry.updated_at),
            campaign_entries::submitted_at.eq(entry.submitted_at),
        ))
        .execute(c))
    .map(drop)
}

/// Every entry of a campaign that was handed in, by its number, then by id.
pub fn list_submitted(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Entry>> {
    on!(conn, c => campaign_entries::table
        .filter(campaign_entries::campaign_id.eq(id))
        .filter(campaign_entries::state.eq(EntryState::Submitted))
        .order((campaign_entries::number, campaign_entries::id))
        .select(Entry::as_select())
        .load(c))
}

/// Entries of a campaign, handed in or of one of `units`, after `after`.
pub fn list(
    conn: &mut Conn,
    id: CampaignId,
    units: &[UnitId],
    after: Option<EntryId>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    on!(conn, c => {
        let visible =
            campaign_entries::state.eq(EntryState::Submitted).or(campaign_entries::unit_id.eq_any(units));
        let mut query = campaign_entries::table
            .filter(campaign_entries::campaign_id.eq(id))
            .filter(visible)
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(campaign_entries::id.gt(after));
        }
        query.order(campaign_entries::id).limit(limit).select(Entry::as_select()).load(c)
    })
}

// ── versions ──

pub fn insert_version(conn: &mut Conn, version: &EntryVersion) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_entry_versions::table).values(version).execute(c)).map(drop)
}

pub fn find_version(conn: &mut Conn, id: EntryId, version: i32) -> QueryResult<Option<EntryVersion>> {
    on!(conn, c => campaign_entry_versions::table
        .find((id, version))
        .select(EntryVersion::as_select())
        .first(c)
        .optional())
}

/// Versions of an entry, oldest first.
pub fn list_versions(conn: &mut Conn, id: EntryId) -> QueryResult<Vec<EntryVersion>> {
    on!(conn, c => campaign_entry_versions::table
        .filter(campaign_entry_versions::entry_id.eq(id))
        .order(campaign_entry_versions::version)
        .select(EntryVersion::as_select())
        .load(c))
}

/// The judged plan of every entry that has one.
pub fn list_judged_plans(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<(EntryId, Json<Plan>)>> {
    let judged = campaign_entry_versions::entry_id
        .eq(campaign_entries::id)
        .and(campaign_entries::judged_version.eq(campaign_entry_versions::version.nullable()));
    on!(conn, c => campaign_entries::table
        .inner_join(campaign_entry_versions::table.on(judged))
        .filter(campaign_entries::campaign_id.eq(id))
        .order(campaign_entries::id)
        .select((campaign_entries::id, campaign_entry_versions::plan))
        .load(c))
}

// ── articles ──

pub fn find_article(conn: &mut Conn, id: EntryId) -> QueryResult<Option<Article>> {
    on!(conn, c => campaign_articles::table.find(id).select(Article::as_select()).first(c).optional())
}

/// Publishes an article, or puts another text into the one that is there.
pub fn put_article(conn: &mut Conn, article: &Article) -> QueryResult<()> {
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
pub fn list_with_article(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<EntryId>> {
    on!(conn, c => campaign_articles::table
        .inner_join(campaign_entries::table.on(campaign_entries::id.eq(campaign_articles::entry_id)))
        .filter(campaign_entries::campaign_id.eq(id))
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
