//! Bulletins, and the numbers that they bear.

use diesel::prelude::*;

use crate::campaigns::model::{Bulletin, CampaignId, DocumentNumber};
use crate::db::Conn;
use crate::db::schema::{campaign_bulletin_numbers, campaign_bulletins};
use crate::on;

pub fn find(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Bulletin>> {
    on!(conn, c => campaign_bulletins::table.find(id).select(Bulletin::as_select()).first(c).optional())
}

pub fn insert(conn: &mut Conn, bulletin: &Bulletin) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_bulletins::table).values(bulletin).execute(c)).map(drop)
}

/// Writes a bulletin as it is now; the caller holds its campaign.
pub fn update(conn: &mut Conn, bulletin: &Bulletin) -> QueryResult<()> {
    on!(conn, c => diesel::update(campaign_bulletins::table.find(bulletin.campaign_id))
        .set((
            campaign_bulletins::version.eq(bulletin.version),
            campaign_bulletins::state.eq(bulletin.state),
            campaign_bulletins::content.eq(&bulletin.content),
            campaign_bulletins::sheet.eq(&bulletin.sheet),
            campaign_bulletins::edited_by.eq(bulletin.edited_by),
            campaign_bulletins::edited_at.eq(bulletin.edited_at),
            campaign_bulletins::reviewed_by.eq(bulletin.reviewed_by),
            campaign_bulletins::reviewed_at.eq(bulletin.reviewed_at),
            campaign_bulletins::issued_by.eq(bulletin.issued_by),
            campaign_bulletins::issued_at.eq(bulletin.issued_at),
        ))
        .execute(c))
    .map(drop)
}

/// Gives back every number of a campaign's bulletin.
pub fn release_numbers(conn: &mut Conn, id: CampaignId) -> QueryResult<()> {
    let mine = campaign_bulletin_numbers::table.filter(campaign_bulletin_numbers::campaign_id.eq(id));
    on!(conn, c => diesel::delete(mine).execute(c)).map(drop)
}

/// Takes a number; false when another bulletin bears it.
pub fn claim_number(conn: &mut Conn, id: CampaignId, number: &DocumentNumber) -> QueryResult<bool> {
    let row = (
        campaign_bulletin_numbers::prefix.eq(&*number.prefix),
        campaign_bulletin_numbers::year.eq(i32::from(number.year)),
        campaign_bulletin_numbers::number.eq(i32::from(number.number)),
        campaign_bulletin_numbers::campaign_id.eq(id),
    );
    let taken = on!(conn, c => diesel::insert_into(campaign_bulletin_numbers::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(taken == 1)
}
