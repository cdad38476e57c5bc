//! How far the points for taking part in votes have been given.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_rewards, campaign_tallies};
use crate::judging::campaigns::model::CampaignId;
use crate::on;

/// Counted votes whose voters do not all have their points.
pub fn list_due(conn: &mut Conn, limit: i64) -> QueryResult<Vec<CampaignId>> {
    let finished = campaign_rewards::table
        .filter(campaign_rewards::campaign_id.eq(campaign_tallies::campaign_id))
        .filter(campaign_rewards::finished_at.is_not_null());
    on!(conn, c => campaign_tallies::table
        .filter(diesel::dsl::not(diesel::dsl::exists(finished.select(campaign_rewards::campaign_id))))
        .order(campaign_tallies::campaign_id)
        .limit(limit)
        .select(campaign_tallies::campaign_id)
        .load(c))
}

/// Until which member the points were given; `None` when all have them.
pub fn find(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Option<MemberId>>> {
    let row: Option<(Option<MemberId>, Option<Timestamp>)> = on!(conn, c => campaign_rewards::table
        .find(id)
        .select((campaign_rewards::through, campaign_rewards::finished_at))
        .first(c)
        .optional())?;
    Ok(match row {
        None => Some(None),
        Some((through, None)) => Some(through),
        Some((_, Some(_))) => None,
    })
}

/// Until which member the points were given, held until the end of the transaction; `None` when all have them, or another
/// server is at it.
pub fn lock_row(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Option<MemberId>>> {
    let row = campaign_rewards::campaign_id.eq(id);
    on!(&mut *conn, c => diesel::insert_into(campaign_rewards::table).values(row).on_conflict_do_nothing().execute(c))?;
    let unfinished = campaign_rewards::table
        .filter(campaign_rewards::campaign_id.eq(id))
        .filter(campaign_rewards::finished_at.is_null())
        .select(campaign_rewards::through);
    match conn {
        Conn::Pg(c) => unfinished.for_update().skip_locked().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => unfinished.first(c).optional(),
    }
}

pub fn put_through(conn: &mut Conn, id: CampaignId, through: MemberId) -> QueryResult<()> {
    let change = campaign_rewards::through.eq(Some(through));
    on!(conn, c => diesel::update(campaign_rewards::table.find(id)).set(change).execute(c)).map(drop)
}

pub fn finish(conn: &mut Conn, id: CampaignId, now: Timestamp) -> QueryResult<()> {
    let change = campaign_rewards::finished_at.eq(Some(now));
    on!(conn, c => diesel::update(campaign_rewards::table.find(id)).set(change).execute(c)).map(drop)
}
