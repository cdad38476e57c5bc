//! Counted ballots and what they came to.

use diesel::prelude::*;

use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_flag_checks, campaign_slips, campaign_stages, campaign_tallies, campaigns};
use crate::judging::campaigns::model::{CampaignId, CampaignStage, CampaignState, StageState};
use crate::judging::campaigns::vote::model::{Slip, Tally};
use crate::on;

/// Slips written by one statement on PostgreSQL.
const SLIPS_AT_ONCE: usize = 1000;

/// Writes counted ballots in the order of their random keys.
pub fn insert_slips(conn: &mut Conn, slips: &[Slip]) -> QueryResult<()> {
    match conn {
        Conn::Pg(c) => slips
            .chunks(SLIPS_AT_ONCE)
            .try_for_each(|chunk| diesel::insert_into(campaign_slips::table).values(chunk).execute(c).map(drop)),
        Conn::Sqlite(c) => slips
            .iter()
            .try_for_each(|slip| diesel::insert_into(campaign_slips::table).values(slip).execute(c).map(drop)),
    }
}

pub fn list_slips(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Slip>> {
    on!(conn, c => campaign_slips::table
        .filter(campaign_slips::campaign_id.eq(id))
        .order(campaign_slips::slip_key)
        .select(Slip::as_select())
        .load(c))
}

pub fn insert(conn: &mut Conn, tally: &Tally) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_tallies::table).values(tally).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Tally>> {
    on!(conn, c => campaign_tallies::table.find(id).select(Tally::as_select()).first(c).optional())
}

/// A vote that was counted: the selection, its title, when, where it belongs, how many voted and how many could.
pub type Turnout = (CampaignId, String, Timestamp, UnitId, i32, i32);

/// The votes that were counted from `from` until before `until`.
pub fn list_turnouts(conn: &mut Conn, from: Timestamp, until: Timestamp) -> QueryResult<Vec<Turnout>> {
    on!(conn, c => campaign_tallies::table
        .inner_join(campaigns::table.on(campaigns::id.eq(campaign_tallies::campaign_id)))
        .filter(campaign_tallies::counted_at.ge(from))
        .filter(campaign_tallies::counted_at.lt(until))
        .order(campaigns::id)
        .select((
            campaigns::id,
            campaigns::title,
            campaign_tallies::counted_at,
            campaigns::unit_id,
            campaign_tallies::voters,
            campaign_tallies::electorate,
        ))
        .load(c))
}

pub fn is_counted(conn: &mut Conn, id: CampaignId) -> QueryResult<bool> {
    on!(conn, c => diesel::select(diesel::dsl::exists(campaign_tallies::table.find(id))).get_result(c))
}

/// Campaigns whose vote is closed and not counted, without those that are known to wait beyond `now`.
pub fn list_uncounted(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<CampaignId>> {
    let waits = campaign_flag_checks::table
        .filter(campaign_flag_checks::campaign_id.eq(campaign_stages::campaign_id))
        .filter(campaign_flag_checks::counts_from.gt(now));
    let counted = campaign_tallies::table.filter(campaign_tallies::campaign_id.eq(campaign_stages::campaign_id));
    on!(conn, c => campaign_stages::table
        .inner_join(campaigns::table.on(campaigns::id.eq(campaign_stages::campaign_id)))
        .filter(campaigns::state.eq(CampaignState::Open))
        .filter(campaign_stages::stage.eq(CampaignStage::Vote))
        .filter(campaign_stages::state.eq(StageState::Closed))
        .filter(diesel::dsl::not(diesel::dsl::exists(counted.select(campaign_tallies::campaign_id))))
        .filter(diesel::dsl::not(diesel::dsl::exists(waits.select(campaign_flag_checks::campaign_id))))
        .order(campaign_stages::campaign_id)
        .limit(limit)
        .select(campaign_stages::campaign_id)
        .load(c))
}
