//! What was found unusual about votes, and who has looked.

use diesel::prelude::*;

use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_flag_checks, campaign_flag_looks};
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::model::{FlagCheck, FlagLook};
use crate::on;

pub fn find_check(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<FlagCheck>> {
    on!(conn, c => campaign_flag_checks::table.find(id).select(FlagCheck::as_select()).first(c).optional())
}

/// Puts down what was found; false when another server was first.
pub fn insert_check(conn: &mut Conn, check: &FlagCheck) -> QueryResult<bool> {
    let inserted = on!(conn, c => diesel::insert_into(campaign_flag_checks::table)
        .values(check)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// When a vote that waits with its count is counted next, after `now`.
pub fn next_count(conn: &mut Conn, now: Timestamp) -> QueryResult<Option<Timestamp>> {
    let waiting = campaign_flag_checks::table.filter(campaign_flag_checks::counts_from.gt(now));
    on!(conn, c => waiting.select(diesel::dsl::min(campaign_flag_checks::counts_from)).first(c))
}

/// Brings the counting forward to `from`.
pub fn count_from(conn: &mut Conn, id: CampaignId, from: Timestamp) -> QueryResult<()> {
    let later = campaign_flag_checks::table
        .filter(campaign_flag_checks::campaign_id.eq(id))
        .filter(campaign_flag_checks::counts_from.gt(from));
    on!(conn, c => diesel::update(later).set(campaign_flag_checks::counts_from.eq(from)).execute(c)).map(drop)
}

pub fn insert_look(conn: &mut Conn, look: &FlagLook) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_flag_looks::table).values(look).execute(c)).map(drop)
}

/// Who has looked, the first one first; a campaign has few who may.
pub fn list_looks(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<FlagLook>> {
    on!(conn, c => campaign_flag_looks::table
        .filter(campaign_flag_looks::campaign_id.eq(id))
        .order((campaign_flag_looks::looked_at, campaign_flag_looks::member_id))
        .limit(200)
        .select(FlagLook::as_select())
        .load(c))
}
