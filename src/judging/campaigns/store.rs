//! Campaigns and their stages, as every part of the room asks for them.

use diesel::prelude::*;

use super::model::{Campaign, CampaignId, CampaignStage, CampaignState, StageRow, StageState};
use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_stages, campaigns};
use crate::on;

pub fn find(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Campaign>> {
    on!(conn, c => campaigns::table.find(id).select(Campaign::as_select()).first(c).optional())
}

/// Campaigns that have opened and whose awards are not final.
pub fn list_running(conn: &mut Conn) -> QueryResult<Vec<CampaignId>> {
    on!(conn, c => campaigns::table
        .filter(campaigns::state.eq(CampaignState::Open))
        .filter(campaigns::published_at.is_null())
        .order(campaigns::id)
        .select(campaigns::id)
        .load(c))
}

/// The campaign, held until the end of the transaction: stages, entries and proposals take turns on it. Ballots do not.
pub fn lock_row(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Campaign>> {
    match conn {
        Conn::Pg(c) => campaigns::table.find(id).select(Campaign::as_select()).for_update().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => campaigns::table.find(id).select(Campaign::as_select()).first(c).optional(),
    }
}

/// Stages that are open, with the titles of their campaigns, by when they close.
pub fn list_open_stages(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(String, StageRow)>> {
    on!(conn, c => campaign_stages::table
        .inner_join(campaigns::table.on(campaigns::id.eq(campaign_stages::campaign_id)))
        .filter(campaign_stages::state.eq(StageState::Open))
        .order((campaign_stages::closes_at, campaign_stages::campaign_id, campaign_stages::stage))
        .limit(limit)
        .select((campaigns::title, StageRow::as_select()))
        .load(c))
}

/// The stages of campaigns of `units` that were announced and not cancelled, which run at some time from `from` on and before
/// `until`, with the titles of their campaigns, by when they open.
pub fn list_between(
    conn: &mut Conn,
    units: &[UnitId],
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> QueryResult<Vec<(String, StageRow)>> {
    on!(conn, c => campaign_stages::table
        .inner_join(campaigns::table.on(campaigns::id.eq(campaign_stages::campaign_id)))
        .filter(campaigns::unit_id.eq_any(units))
        .filter(campaigns::state.eq_any([CampaignState::Announced, CampaignState::Open]))
        .filter(campaign_stages::opens_at.lt(until))
        .filter(campaign_stages::closes_at.gt(from))
        .order((campaign_stages::opens_at, campaign_stages::campaign_id, campaign_stages::stage))
        .limit(limit)
        .select((campaigns::title, StageRow::as_select()))
        .load(c))
}

/// Moves a campaign on, with its rules as they are frozen at the opening; false when it is not in `from` any more.
pub fn advance(conn: &mut Conn, from: CampaignState, campaign: &Campaign) -> QueryResult<bool> {
    let there = campaigns::table.filter(campaigns::id.eq(campaign.id)).filter(campaigns::state.eq(from));
    let advanced = on!(conn, c => diesel::update(there)
        .set((
            campaigns::state.eq(campaign.state),
            campaigns::terms.eq(&campaign.terms),
            campaigns::frozen.eq(&campaign.frozen),
            campaigns::frozen_sha256.eq(&campaign.frozen_sha256),
            campaigns::announced_at.eq(campaign.announced_at),
            campaigns::opened_at.eq(campaign.opened_at),
            campaigns::updated_at.eq(campaign.updated_at),
        ))
        .execute(c))?;
    Ok(advanced == 1)
}

pub fn list_stages(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<StageRow>> {
    on!(conn, c => campaign_stages::table
        .filter(campaign_stages::campaign_id.eq(id))
        .order(campaign_stages::position)
        .select(StageRow::as_select())
        .load(c))
}

/// The stages of some campaigns, campaign by campaign, each in its order.
pub fn list_stages_of(conn: &mut Conn, ids: &[CampaignId]) -> QueryResult<Vec<StageRow>> {
    on!(conn, c => campaign_stages::table
        .filter(campaign_stages::campaign_id.eq_any(ids))
        .order((campaign_stages::campaign_id, campaign_stages::position))
        .select(StageRow::as_select())
        .load(c))
}

pub fn find_stage(conn: &mut Conn, id: CampaignId, stage: CampaignStage) -> QueryResult<Option<StageRow>> {
    on!(conn, c => campaign_stages::table.find((id, stage)).select(StageRow::as_select()).first(c).optional())
}

/// Closes an open stage; false when it is open no more.
pub fn close_stage(conn: &mut Conn, id: CampaignId, stage: CampaignStage, now: Timestamp) -> QueryResult<bool> {
    let open = campaign_stages::table.find((id, stage)).filter(campaign_stages::state.eq(StageState::Open));
    let change = (campaign_stages::state.eq(StageState::Closed), campaign_stages::closed_at.eq(now));
    Ok(on!(conn, c => diesel::update(open).set(change).execute(c))? == 1)
}
