//! Final awards.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::campaign_awards;
use crate::judging::campaigns::decision::model::Award;
use crate::judging::campaigns::model::CampaignId;
use crate::on;

pub fn insert(conn: &mut Conn, award: &Award) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_awards::table).values(award).execute(c)).map(drop)
}

/// Awards of a campaign, heading after heading, best first.
pub fn list(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Award>> {
    on!(conn, c => campaign_awards::table
        .filter(campaign_awards::campaign_id.eq(id))
        .order((campaign_awards::heading_position, campaign_awards::place, campaign_awards::entry_id))
        .select(Award::as_select())
        .load(c))
}
