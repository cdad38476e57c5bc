//! Decisions in versions, and how far they bring a campaign.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{campaign_decisions, campaigns};
use crate::judging::campaigns::decision::model::Decision;
use crate::judging::campaigns::model::{Campaign, CampaignId};
use crate::on;

/// Writes what was made of a campaign's result; the caller holds the campaign.
pub fn put_standing(conn: &mut Conn, campaign: &Campaign) -> QueryResult<()> {
    on!(conn, c => diesel::update(campaigns::table.find(campaign.id))
        .set((
            campaigns::decided_at.eq(campaign.decided_at),
            campaigns::published_at.eq(campaign.published_at),
            campaigns::archived_at.eq(campaign.archived_at),
        ))
        .execute(c))
    .map(drop)
}

pub fn insert(conn: &mut Conn, decision: &Decision) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_decisions::table).values(decision).execute(c)).map(drop)
}

/// The decision that holds.
pub fn find_latest(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Decision>> {
    on!(conn, c => campaign_decisions::table
        .filter(campaign_decisions::campaign_id.eq(id))
        .order(campaign_decisions::version.desc())
        .select(Decision::as_select())
        .first(c)
        .optional())
}

/// Every version, the first one first.
pub fn list(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Decision>> {
    on!(conn, c => campaign_decisions::table
        .filter(campaign_decisions::campaign_id.eq(id))
        .order(campaign_decisions::version)
        .select(Decision::as_select())
        .load(c))
}
