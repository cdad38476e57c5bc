//! Bulletins, and the numbers that they bear.

use diesel::prelude::*;

use super::model::{Bulletin, DocumentNumber};
use crate::db::Conn;
use crate::db::schema::{campaign_bulletin_numbers, campaign_bulletins};
use crate::judging::campaigns::model::CampaignId;
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

/// Gives back the numbers of a campaign's bulletin, all but the one that it bears.
pub fn release_numbers(conn: &mut Conn, id: CampaignId, but: Option<&DocumentNumber>) -> QueryResult<()> {
    let mine = campaign_bulletin_numbers::table.filter(campaign_bulletin_numbers::campaign_id.eq(id));
    let Some(but) = but else { return on!(conn, c => diesel::delete(mine).execute(c)).map(drop) };
    let other = campaign_bulletin_numbers::prefix
        .ne(but.prefix.to_string())
        .or(campaign_bulletin_numbers::year.ne(i32::from(but.year)))
        .or(campaign_bulletin_numbers::number.ne(i32::from(but.number)));
    on!(conn, c => diesel::delete(mine.filter(other)).execute(c)).map(drop)
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
    if taken == 1 {
        return Ok(true);
    }
    let key = (number.prefix.to_string(), i32::from(number.year), i32::from(number.number));
    let holder: Option<CampaignId> = on!(conn, c => campaign_bulletin_numbers::table
        .find(key)
        .select(campaign_bulletin_numbers::campaign_id)
        .first(c)
        .optional())?;
    Ok(holder == Some(id))
}
