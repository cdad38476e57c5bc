//! The keys of votes, as far as the database knows of them: where they come from, their checks, and when they went.

use diesel::prelude::*;

use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_cancellations, campaign_seals, campaign_tallies, campaigns};
use crate::judging::campaigns::model::{CampaignId, CampaignState};
use crate::judging::campaigns::vote::model::{KeySource, Seal};
use crate::on;

/// Campaigns whose votes will never be counted again, or at all: nobody needs their keys.
macro_rules! ended {
    () => {
        diesel::dsl::exists(campaign_tallies::table.find(campaigns::id))
            .or(campaigns::state.eq(CampaignState::Withdrawn))
            .or(diesel::dsl::exists(
                campaign_cancellations::table
                    .find(campaigns::id)
                    .filter(campaign_cancellations::erased_at.is_not_null()),
            ))
    };
}

pub fn find(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Seal>> {
    on!(conn, c => campaign_seals::table.find(id).select(Seal::as_select()).first(c).optional())
}

/// Puts down which key a vote has; the first one stays.
pub fn insert(conn: &mut Conn, seal: &Seal) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_seals::table).values(seal).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// The latest vote whose key follows from the secrets.
pub fn find_latest_by_secrets(conn: &mut Conn) -> QueryResult<Option<Seal>> {
    on!(conn, c => campaign_seals::table
        .filter(campaign_seals::key_source.eq(KeySource::Secrets))
        .order(campaign_seals::campaign_id.desc())
        .select(Seal::as_select())
        .first(c)
        .optional())
}

/// Which of these votes have a key, and which.
pub fn list(conn: &mut Conn, ids: &[CampaignId]) -> QueryResult<Vec<Seal>> {
    on!(conn, c => campaign_seals::table
        .filter(campaign_seals::campaign_id.eq_any(ids))
        .order(campaign_seals::campaign_id)
        .select(Seal::as_select())
        .load(c))
}

/// The keys of votes that are open, or closed and not counted.
pub fn list_needed(conn: &mut Conn) -> QueryResult<Vec<Seal>> {
    on!(conn, c => campaign_seals::table
        .inner_join(campaigns::table.on(campaigns::id.eq(campaign_seals::campaign_id)))
        .filter(campaign_seals::key_source.eq(KeySource::Vote))
        .filter(campaign_seals::key_destroyed_at.is_null())
        .filter(diesel::dsl::not(ended!()))
        .order(campaign_seals::campaign_id)
        .select(Seal::as_select())
        .load(c))
}

/// Votes that need their keys, with the titles of their campaigns.
pub fn list_sealed_votes(conn: &mut Conn) -> QueryResult<Vec<(CampaignId, String)>> {
    on!(conn, c => campaign_seals::table
        .inner_join(campaigns::table.on(campaigns::id.eq(campaign_seals::campaign_id)))
        .filter(campaign_seals::key_source.eq(KeySource::Vote))
        .filter(campaign_seals::key_destroyed_at.is_null())
        .filter(diesel::dsl::not(ended!()))
        .order(campaigns::id)
        .select((campaigns::id, campaigns::title))
        .load(c))
}

/// Votes that have ended and whose key was not destroyed yet, and those among `there` that have ended, whatever is
/// written of their keys: one may have come back with a copy of its folder.
pub fn list_spent(conn: &mut Conn, there: &[CampaignId], limit: i64) -> QueryResult<Vec<CampaignId>> {
    let untold = campaign_seals::table
        .find(campaigns::id)
        .filter(campaign_seals::key_source.eq(KeySource::Vote))
        .filter(campaign_seals::key_destroyed_at.is_null());
    on!(conn, c => campaigns::table
        .filter(campaigns::id.eq_any(there).or(diesel::dsl::exists(untold)))
        .filter(ended!())
        .order(campaigns::id)
        .limit(limit)
        .select(campaigns::id)
        .load(c))
}

/// Which of these votes have ended.
pub fn list_ended(conn: &mut Conn, ids: &[CampaignId]) -> QueryResult<Vec<CampaignId>> {
    on!(conn, c => campaigns::table
        .filter(campaigns::id.eq_any(ids))
        .filter(ended!())
        .order(campaigns::id)
        .select(campaigns::id)
        .load(c))
}

/// Writes down that the key of a vote is gone; false when that was known.
pub fn put_destroyed_at(conn: &mut Conn, id: CampaignId, now: Timestamp) -> QueryResult<bool> {
    let lasting = campaign_seals::table.find(id).filter(campaign_seals::key_destroyed_at.is_null());
    let change = campaign_seals::key_destroyed_at.eq(now);
    Ok(on!(conn, c => diesel::update(lasting).set(change).execute(c))? == 1)
}
