//! Campaigns as they are written, listed and due.

use diesel::prelude::*;

use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::db::schema::{campaign_stages, campaigns};
use crate::db::{Conn, Json};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignState, Terms};
use crate::on;

/// Campaigns of `units`, and those with `ids`, in one of `states`, newest first, before `before`.
pub fn list(
    conn: &mut Conn,
    (units, ids): (&[UnitId], &[CampaignId]),
    states: &[CampaignState],
    before: Option<CampaignId>,
    limit: i64,
) -> QueryResult<Vec<Campaign>> {
    on!(conn, c => {
        let mut query = campaigns::table
            .filter(campaigns::unit_id.eq_any(units).or(campaigns::id.eq_any(ids)))
            .filter(campaigns::state.eq_any(states))
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(campaigns::id.lt(before));
        }
        query.order(campaigns::id.desc()).limit(limit).select(Campaign::as_select()).load(c)
    })
}

/// The rules of campaigns that are announced or open and whose awards are not final.
pub fn list_running_terms(conn: &mut Conn) -> QueryResult<Vec<Json<Terms>>> {
    on!(conn, c => campaigns::table
        .filter(campaigns::state.eq_any([CampaignState::Announced, CampaignState::Open]))
        .filter(campaigns::published_at.is_null())
        .order(campaigns::id)
        .select(campaigns::terms)
        .load(c))
}

pub fn insert(conn: &mut Conn, campaign: &Campaign) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaigns::table).values(campaign).execute(c)).map(drop)
}

/// Writes what an organiser may change of a campaign that has not opened.
pub fn update_draft(conn: &mut Conn, campaign: &Campaign) -> QueryResult<()> {
    let draft = campaigns::table
        .filter(campaigns::id.eq(campaign.id))
        .filter(campaigns::state.eq_any([CampaignState::Draft, CampaignState::Announced]));
    on!(conn, c => diesel::update(draft)
        .set((
            campaigns::title.eq(&campaign.title),
            campaigns::unit_id.eq(campaign.unit_id),
            campaigns::terms.eq(&campaign.terms),
            campaigns::updated_at.eq(campaign.updated_at),
        ))
        .execute(c))
    .map(drop)
}

/// Announced campaigns one of whose stages is due.
pub fn list_to_open(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<CampaignId>> {
    on!(conn, c => campaigns::table
        .inner_join(campaign_stages::table.on(campaign_stages::campaign_id.eq(campaigns::id)))
        .filter(campaigns::state.eq(CampaignState::Announced))
        .filter(campaign_stages::position.eq(0))
        .filter(campaign_stages::opens_at.le(now))
        .order(campaigns::id)
        .limit(limit)
        .select(campaigns::id)
        .load(c))
}
