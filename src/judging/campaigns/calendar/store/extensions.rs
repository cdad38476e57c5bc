//! Proposals to move an end.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::campaign_extensions;
use crate::judging::campaigns::calendar::model::{Extension, ExtensionId};
use crate::judging::campaigns::model::CampaignId;
use crate::on;

pub fn insert(conn: &mut Conn, extension: &Extension) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_extensions::table).values(extension).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: ExtensionId) -> QueryResult<Option<Extension>> {
    on!(conn, c => campaign_extensions::table
        .find(id)
        .select(Extension::as_select())
        .first(c)
        .optional())
}

pub fn list(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Extension>> {
    on!(conn, c => campaign_extensions::table
        .filter(campaign_extensions::campaign_id.eq(id))
        .order(campaign_extensions::id)
        .select(Extension::as_select())
        .load(c))
}

/// Confirms a proposal; the caller holds the campaign.
pub fn confirm(conn: &mut Conn, id: ExtensionId, by: MemberId, now: Timestamp) -> QueryResult<()> {
    let change = (campaign_extensions::confirmed_by.eq(by), campaign_extensions::confirmed_at.eq(now));
    on!(conn, c => diesel::update(campaign_extensions::table.find(id)).set(change).execute(c)).map(drop)
}

/// Takes a proposal away that nobody has confirmed.
pub fn delete(conn: &mut Conn, id: ExtensionId) -> QueryResult<()> {
    let waiting = campaign_extensions::table.find(id).filter(campaign_extensions::confirmed_at.is_null());
    on!(conn, c => diesel::delete(waiting).execute(c)).map(drop)
}
