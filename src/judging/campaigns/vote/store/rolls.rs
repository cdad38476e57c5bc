//! Rolls, fixed at the opening.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::campaign_rolls;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::model::Roll;
use crate::on;

pub fn insert(conn: &mut Conn, id: CampaignId, bytes: &[u8]) -> QueryResult<()> {
    let row = (campaign_rolls::campaign_id.eq(id), campaign_rolls::lines.eq(bytes));
    on!(conn, c => diesel::insert_into(campaign_rolls::table).values(row).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Roll>> {
    let bytes: Option<Vec<u8>> =
        on!(conn, c => campaign_rolls::table.find(id).select(campaign_rolls::lines).first(c).optional())?;
    Ok(bytes.map(|bytes| Roll::from_bytes(&bytes)))
}
