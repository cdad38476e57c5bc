//! Bulletins.

use diesel::prelude::*;

use super::model::Bulletin;
use crate::db::Conn;
use crate::db::schema::campaign_bulletins;
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
