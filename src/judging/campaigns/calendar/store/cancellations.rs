//! Campaigns that are called off.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_cancellations, campaign_stages};
use crate::judging::campaigns::calendar::model::Cancellation;
use crate::judging::campaigns::model::{CampaignId, StageState};
use crate::on;

pub fn find(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Cancellation>> {
    on!(conn, c => campaign_cancellations::table.find(id).select(Cancellation::as_select()).first(c).optional())
}

pub fn insert(conn: &mut Conn, cancellation: &Cancellation) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_cancellations::table).values(cancellation).execute(c)).map(drop)
}

/// Confirms a proposal; the caller holds the campaign.
pub fn confirm(conn: &mut Conn, id: CampaignId, by: MemberId, now: Timestamp) -> QueryResult<()> {
    let change = (campaign_cancellations::confirmed_by.eq(by), campaign_cancellations::confirmed_at.eq(now));
    on!(conn, c => diesel::update(campaign_cancellations::table.find(id)).set(change).execute(c)).map(drop)
}

/// Takes a proposal away that nobody has confirmed.
pub fn delete(conn: &mut Conn, id: CampaignId) -> QueryResult<()> {
    let waiting = campaign_cancellations::table.find(id).filter(campaign_cancellations::confirmed_at.is_null());
    on!(conn, c => diesel::delete(waiting).execute(c)).map(drop)
}

/// Closes every stage that is open.
pub fn close_stages(conn: &mut Conn, id: CampaignId, now: Timestamp) -> QueryResult<()> {
    let open = campaign_stages::table
        .filter(campaign_stages::campaign_id.eq(id))
        .filter(campaign_stages::state.eq(StageState::Open));
    let change = (campaign_stages::state.eq(StageState::Closed), campaign_stages::closed_at.eq(now));
    on!(conn, c => diesel::update(open).set(change).execute(c)).map(drop)
}

/// Campaigns that are called off and whose ballots are not erased yet.
pub fn list_unerased(conn: &mut Conn, limit: i64) -> QueryResult<Vec<CampaignId>> {
    on!(conn, c => campaign_cancellations::table
        .filter(campaign_cancellations::confirmed_at.is_not_null())
        .filter(campaign_cancellations::erased_at.is_null())
        .order(campaign_cancellations::campaign_id)
        .limit(limit)
        .select(campaign_cancellations::campaign_id)
        .load(c))
}

/// Says that nothing is left to erase; false when it was said before.
pub fn put_erased(conn: &mut Conn, id: CampaignId, now: Timestamp) -> QueryResult<bool> {
    let mine = campaign_cancellations::table.find(id).filter(campaign_cancellations::erased_at.is_null());
    let change = campaign_cancellations::erased_at.eq(now);
    Ok(on!(conn, c => diesel::update(mine).set(change).execute(c))? == 1)
}
